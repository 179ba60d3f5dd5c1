/**
 * zstd as WebAssembly. Deno's own `node:zlib` ignores a dictionary without a word, so it cannot be used here.
 * A frame is kept without its magic number, and only frames whose header tells their length are opened.
 */
import type { Bytes } from '../bytes.ts'
import { corrupt } from './corrupt.ts'
import { createZstdInstance, type ZstdInstance } from './zstd-instance.ts'

const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)
/** A dictionary that begins so is taken for one with tables of its own; ours are plain text. */
const dictionaryMagic = Uint8Array.of(0x37, 0xa4, 0x30, 0xec)
const mebibyte = 1024 * 1024
/** Slow levels only where there is little to do: time and memory grow with both sizes. */
const levels = [
  { upTo: mebibyte / 8, level: 19 },
  { upTo: 2 * mebibyte, level: 15 },
  { upTo: 8 * mebibyte, level: 9 },
  { upTo: Number.POSITIVE_INFINITY, level: 5 },
]

export interface Zstd {
  /** At a level that fits both sizes, unless told. */
  compress(plain: Bytes, dictionary: Bytes, level?: number): Bytes
  /** Throws `delta_corrupt`, also for a frame that does not declare between 0 and `maxBytes` bytes. */
  decompress(frame: Uint8Array, dictionary: Bytes, maxBytes: number): Bytes
}

/** Made anew once it has grown above this, or failed. */
const keepBytes = 32 * mebibyte
let kept: Promise<ZstdInstance> | undefined

export async function loadZstd(): Promise<Zstd> {
  kept ??= createZstdInstance()
  const instance = await kept
  const using = (call: (instance: ZstdInstance) => Bytes): Bytes => {
    let isSound = false
    try {
      const bytes = call(instance)
      isSound = instance.memoryBytes() <= keepBytes
      return bytes
    } finally {
      if (!isSound) kept = undefined
    }
  }
  return {
    compress: (plain, dictionary, level = levelFor(plain.length + dictionary.length)) =>
      using((zstd) => zstd.compress(plain, asPlainText(dictionary), level)).slice(magic.length),
    decompress: (frame, dictionary, maxBytes) =>
      using((zstd) => decompress(zstd, frame, dictionary, maxBytes)),
  }
}

function levelFor(bytes: number): number {
  return levels.find(({ upTo }) => bytes <= upTo)?.level ?? 5
}

function decompress(
  instance: ZstdInstance,
  frame: Uint8Array,
  dictionary: Bytes,
  maxBytes: number,
): Bytes {
  const length = contentBytes(frame)
  if (length === undefined || length > maxBytes) {
    throw corrupt('a compressed part does not tell a possible length')
  }
  const whole = new Uint8Array(magic.length + frame.length)
  whole.set(magic)
  whole.set(frame, magic.length)
  let plain: Bytes
  try {
    plain = instance.decompress(whole, asPlainText(dictionary), length)
  } catch (error) {
    throw corrupt('a compressed part is damaged', error)
  }
  if (plain.length !== length) throw corrupt('a compressed part has another length')
  return plain
}

/** What the frame header declares (RFC 8878, 3.1.1.1); undefined where it is silent. */
function contentBytes(frame: Uint8Array): number | undefined {
  const descriptor = frame[0] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryIdBytes = descriptor & 3
  const sizeFlag = descriptor >> 6
  if (dictionaryIdBytes !== 0 || sizeFlag === 3 || (sizeFlag === 0 && !isSingleSegment)) {
    return undefined
  }
  const at = isSingleSegment ? 1 : 2
  const [first, second, third, fourth] = frame.subarray(at, at + 4)
  if (first === undefined) return undefined
  if (sizeFlag === 0) return first
  if (second === undefined) return undefined
  if (sizeFlag === 1) return first + second * 0x100 + 0x100
  if (third === undefined || fourth === undefined) return undefined
  return first + second * 0x100 + third * 0x1_0000 + fourth * 0x100_0000
}

function asPlainText(dictionary: Bytes): Bytes {
  if (dictionaryMagic.some((byte, index) => dictionary[index] !== byte)) return dictionary
  const shifted = new Uint8Array(dictionary.length + 1)
  shifted.set(dictionary, 1)
  return shifted
}
