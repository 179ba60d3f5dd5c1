/** The outer form of a delta: what it is, of which base, and what its result must be. docs/deltas.md describes it. */
import type { Bytes } from '../bytes.ts'
import { createByteReader } from './byte-reader.ts'
import { createByteWriter } from './byte-writer.ts'
import { corrupt } from './corrupt.ts'
import { limits } from './limits.ts'

export interface Container {
  /** SHA-256 of what decoding must give. */
  readonly targetHash: Bytes
  /** SHA-256 of the base, its first {@link baseHashBytes}: enough to tell a mistaken base from a damaged delta. */
  readonly baseHash: Bytes
  readonly targetBytes: number
  readonly plan: Part
  readonly text: Part
}

export interface Part {
  readonly isCompressed: boolean
  readonly bytes: Uint8Array
}

const magic = Uint8Array.of(0x52, 0x57, 0x44) // RWD
const version = 1
const hashBytes = 32
export const baseHashBytes = 4
const planBit = 1
const textBit = 2

export function writeContainer({
  targetHash,
  baseHash,
  targetBytes,
  plan,
  text,
}: Container): Bytes {
  const container = createByteWriter(plan.bytes.length + text.bytes.length + 64)
  container.bytes(magic)
  container.byte(version)
  container.bytes(baseHash)
  container.bytes(targetHash)
  container.varint(targetBytes)
  container.byte((plan.isCompressed ? planBit : 0) | (text.isCompressed ? textBit : 0))
  container.varint(plan.bytes.length)
  container.bytes(plan.bytes)
  container.bytes(text.bytes)
  return container.finish()
}

export function readContainer(bytes: Uint8Array): Container {
  const container = createByteReader(bytes)
  const head = container.bytes(magic.length)
  if (head.some((byte, index) => byte !== magic[index])) throw corrupt('it is no delta')
  const found = container.byte()
  if (found !== version) throw corrupt(`it has version ${found}, this reads version ${version}`)
  const baseHash = container.bytes(baseHashBytes).slice()
  const targetHash = container.bytes(hashBytes).slice()
  const targetBytes = container.varint(limits.fileBytes)
  const flags = container.byte()
  if (flags > (planBit | textBit)) throw corrupt('it has unknown flags')
  const plan = container.bytes(container.varint(bytes.length))
  const text = container.bytes(container.remaining)
  return {
    baseHash,
    targetHash,
    targetBytes,
    plan: { isCompressed: (flags & planBit) !== 0, bytes: plan },
    text: { isCompressed: (flags & textBit) !== 0, bytes: text },
  }
}
