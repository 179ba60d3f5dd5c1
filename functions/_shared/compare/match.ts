/** Which items of one list are those of another, though they may have changed or moved. */
import { longestIncreasing } from '../text-diff/sequence.ts'

export interface Item {
  /** Equal for items that are the same. */
  readonly key: string
  /** How often each word occurs, in lower case. */
  readonly words: ReadonlyMap<string, number>
}

export interface Pair<T> {
  readonly before: T
  readonly after: T
}

export interface Matched<T> {
  /** In the order of `after`. */
  readonly pairs: readonly Pair<T>[]
  readonly removed: readonly T[]
  readonly added: readonly T[]
}

/** Words that are looked up, per call. Past it what is left counts as removed and added. */
const maxLookups = 2_000_000

/**
 * Equal keys first, in order; then what shares the most words, down to the share `least` of both
 * (Dice's coefficient, 0 to 1).
 */
export function matchItems<T extends Item>(
  before: readonly T[],
  after: readonly T[],
  least: number,
): Matched<T> {
  const partners = new Map<T, T>()
  const waiting = Map.groupBy(before, ({ key }) => key)
  const taken = new Map<string, number>()
  for (const item of after) {
    const next = taken.get(item.key) ?? 0
    const partner = waiting.get(item.key)?.[next]
    if (!partner) continue
    taken.set(item.key, next + 1)
    partners.set(item, partner)
  }
  const used = new Set(partners.values())
  const restBefore = before.filter((item) => !used.has(item))
  const restAfter = after.filter((item) => !partners.has(item))
  for (const { before: item, after: other } of alike(restBefore, restAfter, least)) {
    used.add(item)
    partners.set(other, item)
  }
  return {
    pairs: after.flatMap((item) => {
      const partner = partners.get(item)
      return partner ? [{ before: partner, after: item }] : []
    }),
    removed: before.filter((item) => !used.has(item)),
    added: after.filter((item) => !partners.has(item)),
  }
}

function alike<T extends Item>(
  before: readonly T[],
  after: readonly T[],
  least: number,
): Pair<T>[] {
  const words = before.reduce((sum, item) => sum + item.words.size, 0)
  if (words * after.length > maxLookups || before.length * after.length > maxLookups) return []
  const scored: { score: number; at: number; other: number }[] = []
  before.forEach((item, at) => {
    after.forEach((candidate, other) => {
      const score = similarity(item.words, candidate.words)
      if (score >= least) scored.push({ score, at, other })
    })
  })
  scored.sort((a, b) => b.score - a.score || a.other - b.other || a.at - b.at)
  const usedBefore = new Set<number>()
  const usedAfter = new Set<number>()
  const pairs: Pair<T>[] = []
  for (const { at, other } of scored) {
    const [item, candidate] = [before[at], after[other]]
    if (!item || !candidate || usedBefore.has(at) || usedAfter.has(other)) continue
    usedBefore.add(at)
    usedAfter.add(other)
    pairs.push({ before: item, after: candidate })
  }
  return pairs
}

function similarity(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let total = 0
  let common = 0
  for (const [word, count] of a) {
    total += count
    common += Math.min(count, b.get(word) ?? 0)
  }
  for (const count of b.values()) total += count
  return total === 0 ? 0 : (2 * common) / total
}

export function wordsOf(text: string): Map<string, number> {
  const words = new Map<string, number>()
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    words.set(word, (words.get(word) ?? 0) + 1)
  }
  return words
}

/** The pairs that changed places, as few as explain the order; `pairs` in the order of `after`. */
export function movedPairs<T>(
  pairs: readonly Pair<T>[],
  indexBefore: (item: T) => number,
): Set<Pair<T>> {
  const stayed = new Set(longestIncreasing(pairs.map(({ before }) => indexBefore(before))))
  return new Set(pairs.filter((_, index) => !stayed.has(index)))
}
