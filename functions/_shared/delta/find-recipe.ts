/** Finds how a stream was made: what its blocks give away first, then what made the stream before it. */
import type { Bytes } from '../bytes.ts'
import {
  type Deflated,
  deflateBy,
  type EngineName,
  type Flush,
  type FlushKind,
  type Recipe,
} from './engines.ts'
import { type Inflated, inflateTraced } from './inflate.ts'
import { limits } from './limits.ts'

export interface RecipeSearch {
  /** Undefined where no engine makes these bytes, or the search of this file has cost enough. */
  find(packed: Uint8Array, inflated: Inflated, zlibFlags: number | undefined): Deflated | undefined
}

/** After so many streams that nothing makes for each that something does, a file's encoder is taken for a foreign one. */
const hopelessAfter = 3
/** A stream shorter than this tells little of its encoder. */
const tellingBytes = 256
/** RFC 1951, 3.2.5. */
const maxMatchBytes = 258
const usualLevels = [6, 9, 1, 5, 8, 7, 4, 3, 2]
const engines: readonly EngineName[] = ['pako-2', 'pako-3-classic', 'pako-3', 'fflate']

/**
 * The order in which to search: the shortest streams that tell something first. Where they show a foreign encoder,
 * nothing is tried on the long ones, nor on the many that tell nothing.
 */
export function inOrderOfSearch<Opened extends { readonly inflated: Inflated }>(
  opened: readonly Opened[],
): Opened[] {
  const bytesOf = ({ inflated }: Opened): number => inflated.plain.length
  const first = opened
    .filter((one) => bytesOf(one) >= tellingBytes)
    .sort((one, other) => bytesOf(one) - bytesOf(other))
    .slice(0, hopelessAfter)
  return [...first, ...opened.filter((one) => !first.includes(one))]
}

/** One search per file: a file's streams are mostly made alike. */
export function createRecipeSearch(): RecipeSearch {
  let known: Recipe[] = []
  let budget: number = limits.searchBytes
  let misses = 0
  let hits = 0
  const attempt = (
    recipe: Recipe,
    flushes: readonly Flush[],
    packed: Uint8Array,
    plain: Bytes,
  ): Deflated | undefined => {
    budget -= plain.length
    if (budget < 0) return undefined
    const made = deflateBy({ recipe, flushes }, plain, packed.length, packed)
    return made && isEqual(made, packed) ? { recipe, flushes } : undefined
  }
  return {
    find(packed, inflated, zlibFlags) {
      const { plain, blocks } = inflated
      // What is only stored gains nothing by being seen through.
      if (plain.length === 0 || blocks.every(({ kind }) => kind === 'stored')) return undefined
      const flushings = flushingsOf(inflated)
      const isHopeless = misses >= hopelessAfter * (hits + 1)
      const candidates = function* () {
        yield* known
        if (!isHopeless && !isCutShort(packed, inflated)) yield* guesses(inflated, zlibFlags, known)
      }
      for (const recipe of candidates()) {
        for (const flushes of flushings) {
          if (flushes.length > 0 && recipe.engine === 'fflate') continue
          const found = attempt(recipe, flushes, packed, plain)
          if (!found) continue
          hits++
          known = [recipe, ...known.filter((other) => other !== recipe)]
          return found
        }
      }
      if (plain.length >= tellingBytes) misses++
      return undefined
    },
  }
}

/**
 * Whether some match could have gone on where it points to. Every engine takes a match as long as it is, up to the next
 * flush; encoders that weigh one parsing against others do not, and need not be tried.
 */
export function isCutShort(packed: Uint8Array, { plain, blocks }: Inflated): boolean {
  const flushes = new Set(blocks.flatMap(({ start, end }) => (start === end ? [start] : [])))
  let found = false
  inflateTraced(packed, 0, plain.length, {
    block() {},
    literals() {},
    match(length, distance, at) {
      const end = at + length
      if (found || length === maxMatchBytes || end === plain.length || flushes.has(end)) return
      found = plain[end] === plain[end - distance]
    },
  })
  return found
}

/**
 * An empty stored block in mid-stream is a full flush (or a sync flush: both look alike), an empty fixed one a
 * partial flush.
 */
function flushingsOf({ blocks }: Inflated): Flush[][] {
  const places: { at: number; isStored: boolean }[] = []
  for (const { kind, final, start, end } of blocks) {
    if (start !== end || final || kind === 'dynamic') continue
    places.push({ at: start, isStored: kind === 'stored' })
  }
  if (places.length === 0) return [[]]
  if (places.length > limits.flushes) return []
  const as = (stored: FlushKind): Flush[] =>
    places.map(({ at, isStored }) => ({ at, kind: isStored ? stored : 'partial' }))
  if (!places.some(({ isStored }) => isStored)) return [as('partial')]
  return [as('full'), as('old-full'), as('sync')]
}

function guesses(
  { blocks }: Inflated,
  zlibFlags: number | undefined,
  known: readonly Recipe[],
): Recipe[] {
  const windowBits = zlibFlags === undefined ? 15 : Math.max(9, 8 + (zlibFlags >> 12))
  const hasFlush = blocks.some(({ start, end, final }) => start === end && !final)
  const memLevel = memLevelOf(blocks[0]?.final === false ? blocks[0].symbols : 0)
  const memLevels = memLevel === undefined ? [8, 9] : [memLevel]
  const list: Recipe[] = []
  const add = (engine: EngineName, level: number, mem: number, wordTuned = false): void => {
    list.push({ engine, level, memLevel: mem, windowBits, wordTuned })
  }
  const addWord = (): void => {
    add('pako-2', 4, 7, true)
    add('pako-2', 1, 7)
  }
  const levels = levelsOf(zlibFlags)
  if (hasFlush || memLevel === 7) addWord()
  // Level by level: most encoders are used with the usual one.
  for (const level of levels) {
    for (const mem of memLevels) {
      for (const engine of engines) {
        // fflate knows no memLevel: one attempt is enough.
        if (engine !== 'fflate' || mem === memLevels[0]) add(engine, level, mem)
      }
    }
  }
  if (!hasFlush && memLevel === undefined && zlibFlags === undefined) addWord()
  return list.filter((recipe) => !known.some((other) => isSame(recipe, other)))
}

/** zlib ends a block when its buffer of symbols is full, and memLevel is the size of that buffer. */
function memLevelOf(symbols: number): number | undefined {
  for (let memLevel = 1; memLevel <= 9; memLevel++) {
    if (symbols === (1 << (memLevel + 6)) - 1) return memLevel
  }
  return undefined
}

/** A zlib header names the level in four classes; encoders that are not zlib write what they like, so the others follow. */
function levelsOf(zlibFlags: number | undefined): number[] {
  if (zlibFlags === undefined) return usualLevels
  const named = [[1], [5, 4, 3, 2], [6], [9, 8, 7]][(zlibFlags >> 6) & 3] ?? []
  return [...named, ...usualLevels.filter((level) => !named.includes(level))]
}

function isSame(left: Recipe, right: Recipe): boolean {
  return (
    left.engine === right.engine &&
    left.level === right.level &&
    left.memLevel === right.memLevel &&
    left.windowBits === right.windowBits &&
    left.wordTuned === right.wordTuned
  )
}

export function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false
  return true
}
