/**
 * A match's distance as the number of nearer places from which as many bytes could be copied. Encoders take the
 * nearest, so it is nearly always 0, and an edit before it does not change it.
 */

const windowBytes = 32_768
const hashBits = 15
const maxSteps = 4_096
/** Bytes compared for one stream; a resume's document takes about ten for each of its own. */
const maxWork = 96 * 1024 * 1024
/** Ranks are bytes; this one says that the distance follows. */
export const unranked = 255

export interface MatchRanker {
  /** The rank, or {@link unranked}; undefined where the data is so repetitive that ranking costs too much. */
  rankOf(at: number, length: number, distance: number): number | undefined
  /** The distance; undefined where there is none of that rank, or finding it costs too much. */
  distanceOf(at: number, length: number, rank: number): number | undefined
}

/** To be asked for rising positions of one plaintext. */
export function createMatchRanker(plain: Uint8Array): MatchRanker {
  const heads = new Int32Array(1 << hashBits)
  const previous = new Int32Array(windowBytes)
  let inserted = 0
  let work = 0
  const hashAt = (at: number): number =>
    (Math.imul(
      (plain[at] ?? 0) | ((plain[at + 1] ?? 0) << 8) | ((plain[at + 2] ?? 0) << 16),
      0x9e3779b1,
    ) >>>
      (32 - hashBits)) &
    ((1 << hashBits) - 1)
  const insertUpTo = (at: number): void => {
    for (; inserted < at; inserted++) {
      const hash = hashAt(inserted)
      previous[inserted & (windowBytes - 1)] = heads[hash] ?? 0
      heads[hash] = inserted + 1
    }
  }
  const copies = (from: number, at: number, length: number): boolean => {
    let same = 0
    while (same < length && plain[from + same] === plain[at + same]) same++
    work += same + 1
    return same === length
  }
  /** Visits the places that hold the match, nearest first, until told to stop. */
  const visit = (at: number, length: number, stop: (distance: number) => boolean): boolean => {
    insertUpTo(at)
    let entry = heads[hashAt(at)] ?? 0
    for (let step = 0; entry !== 0 && step < maxSteps; step++) {
      const from = entry - 1
      const distance = at - from
      if (distance > windowBytes) return false
      if (copies(from, at, length) && stop(distance)) return true
      if (work > maxWork) return false
      const next = previous[from & (windowBytes - 1)] ?? 0
      // What the ring has overwritten points forward.
      if (next >= entry) return false
      entry = next
    }
    return false
  }
  return {
    rankOf(at, length, distance) {
      let rank = 0
      let isMet = false
      visit(at, length, (found) => {
        isMet = found === distance
        return found >= distance || ++rank >= unranked
      })
      if (work > maxWork) return undefined
      return isMet ? rank : unranked
    },
    distanceOf(at, length, rank) {
      let left = rank
      let distance: number | undefined
      visit(at, length, (found) => {
        if (left-- > 0) return false
        distance = found
        return true
      })
      return work > maxWork ? undefined : distance
    },
  }
}
