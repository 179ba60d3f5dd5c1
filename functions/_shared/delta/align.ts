/**
 * Long ranges that two images share, in linear time. zstd alone would find them too, at the price of its slowest
 * levels over megabytes; with them taken out, what is left for it is small.
 */

export interface Copy {
  /** In the target. */
  readonly at: number
  /** In the base. */
  readonly from: number
  readonly length: number
}

/** Bytes that a hash covers, and from how many bases positions one is kept: any shared range of 39 bytes is met. */
const keyBytes = 32
const stepBytes = 8
/** Candidates that are compared for one position. */
const maxChain = 24
/** After a copy the next one is looked for within so many bytes first. */
const nearBytes = 384
const nearKeyBytes = 8
const nearSlots = 2048
/** What a copy must cover, anywhere in the base and where the text goes on after the last. */
export interface CopyLimits {
  readonly minBytes: number
  readonly minNearBytes: number
}
export const fineCopies: CopyLimits = { minBytes: 128, minNearBytes: 48 }
export const coarseCopies: CopyLimits = { minBytes: 512, minNearBytes: 256 }
const multiplier = 0x9e3779b1
const outMultiplier = powerOf(multiplier, keyBytes)
const nearOutMultiplier = powerOf(multiplier, nearKeyBytes)

/** Ordered by `at`, without overlaps there; `from` may jump anywhere. */
export function alignImages(
  target: Uint8Array,
  base: Uint8Array,
  { minBytes, minNearBytes }: CopyLimits,
): Copy[] {
  const copies: Copy[] = []
  if (target.length < keyBytes || base.length < keyBytes) return copies
  const near = createNearSearch(target, base, minNearBytes)
  const far = createFarSearch(target, base, minBytes)
  let at = 0
  let from = 0
  for (;;) {
    const found = near(at, from) ?? far(at, from)
    if (!found) return copies
    copies.push(found)
    at = found.at + found.length
    from = found.from + found.length
  }
}

/**
 * Where the text goes on after a small edit: the first key of the target's next bytes that the base has shortly
 * behind the place where the last copy ended. Keeps order in files that repeat themselves everywhere.
 */
function createNearSearch(target: Uint8Array, base: Uint8Array, minBytes: number) {
  const slots = new Int32Array(nearSlots)
  const filled: number[] = []
  return (at: number, from: number): Copy | undefined => {
    for (const slot of filled) slots[slot] = 0
    filled.length = 0
    const lastBase = Math.min(from + nearBytes, base.length - nearKeyBytes)
    const lastTarget = Math.min(at + nearBytes, target.length - nearKeyBytes)
    // The nearest of equal keys stays.
    let hash = hashAt(base, from, nearKeyBytes)
    for (let place = from; place <= lastBase; place++) {
      const slot = spread(hash) & (nearSlots - 1)
      if (slots[slot] === 0) {
        slots[slot] = place + 1
        filled.push(slot)
      }
      hash = roll(base, place, nearKeyBytes, nearOutMultiplier, hash)
    }
    hash = hashAt(target, at, nearKeyBytes)
    for (let place = at; place <= lastTarget; place++) {
      const candidate = (slots[spread(hash) & (nearSlots - 1)] ?? 0) - 1
      hash = roll(target, place, nearKeyBytes, nearOutMultiplier, hash)
      if (candidate < from) continue
      const length = sharedBytes(target, place, base, candidate)
      if (length < minBytes) continue
      return { at: place, from: candidate, length }
    }
    return undefined
  }
}

/** The longest of the candidates anywhere in the base, the nearest of equally long ones. */
function createFarSearch(target: Uint8Array, base: Uint8Array, minBytes: number) {
  const { heads, chain, mask } = indexBase(base)
  const last = target.length - keyBytes
  return (free: number, expected: number): Copy | undefined => {
    let at = free
    if (at > last) return undefined
    let hash = hashAt(target, at, keyBytes)
    for (;;) {
      let best: Copy | undefined
      let entry = heads[spread(hash) & mask] ?? 0
      for (let tries = 0; entry !== 0 && tries < maxChain; tries++) {
        const candidate = (entry - 1) * stepBytes
        entry = chain[entry - 1] ?? 0
        const length = sharedBytes(target, at, base, candidate)
        if (length < keyBytes) continue
        let back = 0
        const backRoom = Math.min(at - free, candidate)
        while (back < backRoom && target[at - back - 1] === base[candidate - back - 1]) back++
        const copy = { at: at - back, from: candidate - back, length: length + back }
        const isNearer =
          copy.length === best?.length &&
          Math.abs(copy.from - expected) < Math.abs(best.from - expected)
        if (copy.length > (best?.length ?? minBytes - 1) || isNearer) best = copy
      }
      if (best) return best
      if (at === last) return undefined
      hash = roll(target, at, keyBytes, outMultiplier, hash)
      at++
    }
  }
}

function sharedBytes(left: Uint8Array, at: number, right: Uint8Array, from: number): number {
  const room = Math.min(left.length - at, right.length - from)
  let length = 0
  while (length < room && left[at + length] === right[from + length]) length++
  return length
}

function indexBase(base: Uint8Array) {
  const slots = Math.floor((base.length - keyBytes) / stepBytes) + 1
  const size = 2 ** Math.ceil(Math.log2(Math.max(slots * 2, 16)))
  const mask = size - 1
  const heads = new Int32Array(size)
  const chain = new Int32Array(slots)
  let hash = hashAt(base, 0, keyBytes)
  for (let slot = 0, at = 0; slot < slots; slot++) {
    const bucket = spread(hash) & mask
    chain[slot] = heads[bucket] ?? 0
    heads[bucket] = slot + 1
    for (const next = at + stepBytes; at < next; at++) {
      hash = roll(base, at, keyBytes, outMultiplier, hash)
    }
  }
  return { heads, chain, mask }
}

function hashAt(data: Uint8Array, at: number, bytes: number): number {
  let hash = 0
  for (let index = at; index < at + bytes; index++) {
    hash = (Math.imul(hash, multiplier) + (data[index] ?? 0)) | 0
  }
  return hash
}

/** The hash of as many bytes one place further; `out` is the multiplier's power of their number. */
function roll(data: Uint8Array, at: number, bytes: number, out: number, hash: number): number {
  const added = Math.imul(hash, multiplier) + (data[at + bytes] ?? 0)
  return (added - Math.imul(data[at] ?? 0, out)) | 0
}

/** The low bits of a polynomial's hash depend on few bytes' bits. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15)
}

function powerOf(base: number, exponent: number): number {
  let power = 1
  for (let count = 0; count < exponent; count++) power = Math.imul(power, base)
  return power
}
