/** Whether two clauses have the same words in the same order, and where the original has each. */
import type { Language, Span } from '../resume/resume.ts'
import type { Part } from './clause.ts'
import type { Item } from './items.ts'
import { isSameWord } from './same-word.ts'

/** A word of the proposed line and where the original has it. */
export interface Support {
  readonly at: Span
  /** In the original line, or in the text of the resume for what comes from `elsewhere`. */
  readonly source: Span
  readonly elsewhere?: true
}

/** The same words in the same order under the same ties, but for `A of B` as `B A`. */
export function compareParts(
  from: readonly Part[],
  to: readonly Part[],
  language: Language,
): Support[] | undefined {
  const supports: Support[] = []
  let i = 0
  let j = 0
  const take = (a: Part, b: Part): boolean => {
    if (!isSameWord(a.item, b.item, language)) return false
    supports.push({ at: spanOf(b.item), source: spanOf(a.item) })
    return true
  }
  while (i < from.length && j < to.length) {
    const a = from[i]
    const b = to[j]
    if (!a || !b) return undefined
    if (a.tie === b.tie && take(a, b)) {
      // `team of engineers` against `team engineers`: the tie after it is compared in turn.
      i++
      j++
      continue
    }
    const flip =
      language === 'en' ? (flipSize(from, i, to, j) ?? flipSize(to, j, from, i)) : undefined
    if (!flip) return undefined
    const [x, y] = flipSize(from, i, to, j) ? [from, to] : [to, from]
    const [p, q] = x === from ? [i, j] : [j, i]
    const head = x[p]
    const moved = y[q + flip]
    if (!head || !moved) return undefined
    const pair = (one: Part, two: Part) => (x === from ? take(one, two) : take(two, one))
    if (!pair(head, moved)) return undefined
    for (let k = 0; k < flip; k++) {
      const one = x[p + 1 + k]
      const two = y[q + k]
      if (!one || !two || !pair(one, two)) return undefined
    }
    i += flip + 1
    j += flip + 1
  }
  return i === from.length && j === to.length ? supports : undefined
}

/** How many words `B` has if `A of B` at one place is `B A` at the other. */
function flipSize(
  long: readonly Part[],
  i: number,
  short: readonly Part[],
  j: number,
): number | undefined {
  const head = long[i]
  if (
    long[i + 1]?.tie !== 'of' ||
    /\bas\b/.test(head?.tie ?? '') ||
    head?.tie !== short[j]?.tie ||
    head?.item.kind !== 'word'
  )
    return undefined
  for (let size = 1; size <= 3; size++) {
    const inside = long[i + size]
    if (!inside || (size > 1 && inside.tie !== '')) return undefined
    const moved = short[j + size]
    if (
      moved &&
      moved.tie === '' &&
      moved.item.key === head.item.key &&
      (long[i + size + 1]?.tie ?? 'end') !== ''
    )
      return size
  }
  return undefined
}

export function spanOf(item: Item): Span {
  return { start: item.start, end: item.end }
}
