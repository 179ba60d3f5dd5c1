/** What two sequences of numbers have in common, in order, within a bound of work. */

/** `length` elements from `before` on are those from `after` on. */
export interface Match {
  readonly before: number
  readonly after: number
  readonly length: number
}

export interface SequenceDiff {
  /** In order on both sides, longest stretches; what lies between them differs. */
  readonly matches: readonly Match[]
  /** False where the work ran out: what was left then counts as different as a whole. */
  readonly complete: boolean
}

export interface SequenceOptions {
  /** Elements that are looked at, all in all. */
  readonly work: number
  /** Whether an element may hold two stretches together by itself. Blanks should not. */
  readonly anchors?: (element: number) => boolean
}

interface Gap {
  readonly beforeStart: number
  readonly beforeEnd: number
  readonly afterStart: number
  readonly afterEnd: number
}

/**
 * Elements that occur once on each side hold the two together (patience), what lies between
 * is cut again until none is left, and the rest goes by the fewest edits (Myers, "An O(ND)
 * Difference Algorithm and Its Variations", 1986, in linear space).
 */
export function diffSequences(
  before: Int32Array,
  after: Int32Array,
  { work, anchors = () => true }: SequenceOptions,
): SequenceDiff {
  const matches: Match[] = []
  let left = work
  let complete = true

  const add = (at: number, other: number, length: number): void => {
    if (length === 0) return
    const last = matches.at(-1)
    if (last && last.before + last.length === at && last.after + last.length === other) {
      matches[matches.length - 1] = { ...last, length: last.length + length }
    } else matches.push({ before: at, after: other, length })
  }

  // A stack in place of recursion: hostile texts nest as deep as they are long.
  const stack: (Gap | Match)[] = [
    { beforeStart: 0, beforeEnd: before.length, afterStart: 0, afterEnd: after.length },
  ]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if ('length' in next) {
      add(next.before, next.after, next.length)
      continue
    }
    let { beforeStart, beforeEnd, afterStart, afterEnd } = next
    let prefix = 0
    while (
      beforeStart + prefix < beforeEnd &&
      afterStart + prefix < afterEnd &&
      before[beforeStart + prefix] === after[afterStart + prefix]
    )
      prefix++
    add(beforeStart, afterStart, prefix)
    beforeStart += prefix
    afterStart += prefix
    let suffix = 0
    while (
      beforeEnd - suffix > beforeStart &&
      afterEnd - suffix > afterStart &&
      before[beforeEnd - suffix - 1] === after[afterEnd - suffix - 1]
    )
      suffix++
    beforeEnd -= suffix
    afterEnd -= suffix
    left -= prefix + suffix
    stack.push({ before: beforeEnd, after: afterEnd, length: suffix })
    if (beforeStart === beforeEnd || afterStart === afterEnd) continue

    const gap = { beforeStart, beforeEnd, afterStart, afterEnd }
    left -= beforeEnd - beforeStart + (afterEnd - afterStart)
    if (left < 0) {
      complete = false
      continue
    }
    const fixed = uniqueMatches(before, after, gap, anchors)
    if (fixed === undefined) continue
    if (fixed.length > 0) {
      let end: Gap = gap
      for (const { before: at, after: other } of fixed.reverse()) {
        stack.push({ ...end, beforeStart: at + 1, afterStart: other + 1 })
        stack.push({ before: at, after: other, length: 1 })
        end = { ...end, beforeEnd: at, afterEnd: other }
      }
      stack.push(end)
      continue
    }
    // One gap may not take what all others need.
    const middle = middleSnake(before, after, gap, left / 2)
    left -= middle.work
    if (!middle.snake) {
      complete = false
      continue
    }
    const { before: at, after: other, length } = middle.snake
    stack.push({ ...gap, beforeStart: at + length, afterStart: other + length })
    stack.push(middle.snake)
    stack.push({ ...gap, beforeEnd: at, afterEnd: other })
  }
  return { matches, complete }
}

/**
 * Pairs of elements that occur once on either side of the gap: the longest run of them that is in
 * order on both. `undefined` if the sides have no anchor in common at all.
 */
function uniqueMatches(
  before: Int32Array,
  after: Int32Array,
  gap: Gap,
  anchors: (element: number) => boolean,
): Match[] | undefined {
  const repeated = -1
  const places = new Map<number, { before: number; after: number | undefined }>()
  for (let at = gap.beforeStart; at < gap.beforeEnd; at++) {
    const element = before[at] ?? 0
    if (!anchors(element)) continue
    const place = places.get(element)
    if (place) place.before = repeated
    else places.set(element, { before: at, after: undefined })
  }
  let common = false
  for (let at = gap.afterStart; at < gap.afterEnd; at++) {
    const place = places.get(after[at] ?? 0)
    if (!place) continue
    common = true
    place.after = place.after === undefined ? at : repeated
  }
  if (!common) return undefined
  const pairs: Match[] = []
  for (const place of places.values()) {
    if (place.before >= 0 && place.after !== undefined && place.after >= 0) {
      pairs.push({ before: place.before, after: place.after, length: 1 })
    }
  }
  // A map keeps the order of insertion, so the pairs are in the order of `before`.
  const kept = longestIncreasing(pairs.map((pair) => pair.after))
  return kept.flatMap((index) => pairs[index] ?? [])
}

/** Indexes of a longest increasing subsequence, in O(n log n). */
export function longestIncreasing(values: readonly number[]): number[] {
  const tails: number[] = []
  const previous = new Int32Array(values.length).fill(-1)
  values.forEach((value, index) => {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[tails[middle] ?? 0] ?? 0) < value) low = middle + 1
      else high = middle
    }
    previous[index] = tails[low - 1] ?? -1
    tails[low] = index
  })
  const found: number[] = []
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) found.push(at)
  return found.reverse()
}

/**
 * Searches from both ends until the two paths meet. The stretch where they do lies on a shortest
 * path; it may be empty, and is a cut all the same.
 */
function middleSnake(
  before: Int32Array,
  after: Int32Array,
  gap: Gap,
  limit: number,
): { readonly snake: Match | undefined; readonly work: number } {
  const width = gap.beforeEnd - gap.beforeStart
  const height = gap.afterEnd - gap.afterStart
  const delta = width - height
  const odd = (delta & 1) !== 0
  const most = Math.ceil((width + height) / 2)
  const reach = Math.min(most, Math.ceil(Math.sqrt(limit)))
  const offset = reach + 1
  // How far along `before` each diagonal is reached, from the start and from the end.
  const forward = new Int32Array(2 * offset + 1)
  const backward = new Int32Array(2 * offset + 1)
  let work = 2 * forward.length
  for (let edits = 0; edits <= reach; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const below = forward[offset + diagonal - 1] ?? 0
      const above = forward[offset + diagonal + 1] ?? 0
      let x = diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1
      let y = x - diagonal
      const start = x
      while (x < width && y < height && before[gap.beforeStart + x] === after[gap.afterStart + y]) {
        x++
        y++
      }
      work += 1 + x - start
      forward[offset + diagonal] = x
      const mirrored = delta - diagonal
      if (odd && Math.abs(mirrored) < edits && x + (backward[offset + mirrored] ?? 0) >= width) {
        return {
          snake: {
            before: gap.beforeStart + start,
            after: gap.afterStart + start - diagonal,
            length: x - start,
          },
          work,
        }
      }
    }
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const below = backward[offset + diagonal - 1] ?? 0
      const above = backward[offset + diagonal + 1] ?? 0
      let x = diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1
      let y = x - diagonal
      const start = x
      while (
        x < width &&
        y < height &&
        before[gap.beforeEnd - x - 1] === after[gap.afterEnd - y - 1]
      ) {
        x++
        y++
      }
      work += 1 + x - start
      backward[offset + diagonal] = x
      const mirrored = delta - diagonal
      if (!odd && Math.abs(mirrored) <= edits && x + (forward[offset + mirrored] ?? 0) >= width) {
        return {
          snake: {
            before: gap.beforeEnd - x,
            after: gap.afterEnd - (x - diagonal),
            length: x - start,
          },
          work,
        }
      }
    }
    if (work > limit) break
  }
  return { snake: undefined, work }
}
