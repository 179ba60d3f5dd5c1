/**
 * How a deflate stream is made again from its plaintext. What is written here is part of the container's format:
 * an engine keeps its number, its package stays pinned, and a changed one becomes a new engine.
 */
import { deflateSync } from 'fflate'
// @ts-types="./pako.d.ts"
import { Deflate as Pako2 } from 'pako-2'
// @ts-types="./pako.d.ts"
import { Deflate as Pako3 } from 'pako-3'
import type { Bytes } from '../bytes.ts'

/** By number. `pako-3-classic` is pako 3 with zlib's own hash instead of Chromium's. */
export const engineNames = ['pako-2', 'pako-3', 'pako-3-classic', 'fflate'] as const
export type EngineName = (typeof engineNames)[number]

export interface Recipe {
  readonly engine: EngineName
  /** 1–9. */
  readonly level: number
  /** 1–9; fflate has none, 8 stands for that. */
  readonly memLevel: number
  /** 9–15. */
  readonly windowBits: number
  /** Level 4 with the four numbers that Microsoft Word 15 and 16 changed in it. */
  readonly wordTuned: boolean
}

/** What an encoder did in mid-stream, and how. `old-full` is a full flush as zlib 1.2.3 and older made it. */
export const flushKinds = ['partial', 'sync', 'full', 'old-full'] as const
export type FlushKind = (typeof flushKinds)[number]

export interface Flush {
  readonly kind: FlushKind
  /** In the plaintext. */
  readonly at: number
}

const wordSettings = { good_match: 4, max_lazy_match: 4, nice_match: 258, max_chain_length: 32 }
const zlibFlush = { none: 0, partial: 1, sync: 2, full: 3, finish: 4 } as const
/** zlib's output does not depend on how its input is cut; the cut is fixed all the same. */
const pieceBytes = 32 * 1024
/** With room for the whole stream no flush marker comes out twice; a long stream has room enough between its flushes. */
const maxChunkBytes = 256 * 1024

export interface Deflated {
  readonly recipe: Recipe
  readonly flushes: readonly Flush[]
}

/**
 * The stream that a recipe makes of a plaintext; undefined as soon as it is longer than `maxBytes` or differs from
 * `expected`. Throws nothing for a recipe that {@link isRecipe} accepts.
 */
export function deflateBy(
  { recipe, flushes }: Deflated,
  plain: Bytes,
  maxBytes: number,
  expected?: Uint8Array,
): Bytes | undefined {
  if (recipe.engine === 'fflate') {
    const made = deflateSync(plain, { level: levelOf(recipe.level) })
    return made.length <= maxBytes ? made : undefined
  }
  const room = Math.min(maxBytes, boundOf(plain.length, flushes.length))
  const output = new Uint8Array(room)
  let length = 0
  let isWrong = false
  const onData = (chunk: Uint8Array): void => {
    if (length + chunk.length > room) isWrong = true
    if (isWrong) return
    output.set(chunk, length)
    length += chunk.length
  }
  const options = {
    raw: true,
    level: recipe.level,
    memLevel: recipe.memLevel,
    windowBits: recipe.windowBits,
    chunkSize: Math.min(maxChunkBytes, room + 1),
  }
  const engine =
    recipe.engine === 'pako-2'
      ? new Pako2(options)
      : new Pako3({ ...options, legacyHash: recipe.engine === 'pako-3-classic' })
  engine.onData = onData
  engine.onEnd = () => {}
  if (recipe.wordTuned) Object.assign(engine.strm.state, wordSettings)

  let at = 0
  let checked = 0
  const differs = (): boolean => {
    if (isWrong || expected === undefined) return isWrong
    const known = length + (engine.ended ? 0 : engine.strm.next_out)
    if (known > expected.length) return true
    for (; checked < length; checked++) if (output[checked] !== expected[checked]) return true
    const pending = engine.strm.output
    for (; checked < known; checked++)
      if (pending[checked - length] !== expected[checked]) return true
    return false
  }
  const feed = (end: number, flush: number): boolean => {
    do {
      const next = Math.min(end, at + pieceBytes)
      engine.push(plain.subarray(at, next), next === end ? flush : zlibFlush.none)
      at = next
      if (differs()) return false
    } while (at < end)
    return true
  }
  for (const { kind, at: end } of flushes) {
    if (!feed(end, zlibFlush[kind === 'old-full' ? 'sync' : kind])) return undefined
    if (kind === 'old-full') {
      engine.strm.state.insert = 0
      engine.strm.state.head.fill(0)
    }
  }
  if (!feed(plain.length, zlibFlush.finish) || !engine.ended) return undefined
  return output.slice(0, length)
}

/** More than any of zlib's settings makes: nine bits a byte, some bytes for each block and each flush. */
function boundOf(plainBytes: number, flushes: number): number {
  return plainBytes + (plainBytes >> 2) + 64 * (flushes + 16)
}

/** Whether the engines take these numbers at all. */
export function isRecipe(recipe: Recipe): boolean {
  return (
    recipe.level >= 1 &&
    recipe.level <= 9 &&
    recipe.memLevel >= 1 &&
    recipe.memLevel <= 9 &&
    recipe.windowBits >= 9 &&
    recipe.windowBits <= 15
  )
}

type FflateLevel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
const fflateLevels: readonly FflateLevel[] = [1, 2, 3, 4, 5, 6, 7, 8, 9]

function levelOf(level: number): FflateLevel {
  return fflateLevels[level - 1] ?? 6
}
