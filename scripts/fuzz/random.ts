/** Randomness that a seed repeats: every file of a run can be made again from its seed and index. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below); 0 where there is nothing to choose from. */
  below(below: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(length: number): Uint8Array<ArrayBuffer>
}

/** mulberry32 over a hash of the seed and the index, so that neighbours have nothing in common. */
export function createRandom(seed: number, index: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * Math.max(1, bound))
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('Cannot pick from an empty list')
      return from[below(from.length)] as T
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}

/** Where readers go wrong: edges of signed and unsigned fields, sentinels, more than there is. */
export const edgeNumbers = [
  0,
  1,
  2,
  3,
  7,
  8,
  9,
  15,
  16,
  31,
  32,
  63,
  64,
  100,
  127,
  128,
  255,
  256,
  257,
  511,
  512,
  1023,
  1024,
  4095,
  4096,
  32767,
  32768,
  65534,
  65535,
  65536,
  65537,
  99_999,
  100_001,
  1_000_000,
  16_777_215,
  16_777_216,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 5,
  2 ** 32 - 2,
  2 ** 32 - 1,
] as const
