/** What changed between two texts, word by word. */
import { diffSequences } from './sequence.ts'

/** A stretch of `before` (from `start` to `end`) that became one of `after`; either may be empty. */
export interface Change {
  readonly before: { readonly start: number; readonly end: number }
  readonly after: { readonly start: number; readonly end: number }
}

export interface TextDiff {
  /** In order; everything outside of them is the same on both sides. */
  readonly changes: readonly Change[]
  /** False where the work ran out, so that a change may hold more than differs. */
  readonly complete: boolean
}

/** Elements of the two texts that are looked at in all: about 0.2 s. */
const maxWork = 10_000_000

/** A run of letters and digits, a line break, a run of blanks, or a sign by itself. */
const words = /[\p{L}\p{M}\p{N}]+|\r?\n|[^\S\r\n]+|[\s\S]/gu
const lines = /[^\n]*\n|[^\n]+$/g
const anchor = /[\p{L}\p{N}]/u

/** Spans of what differs, cut at the borders of words (`word`) or of lines (`line`). */
export function diffText(before: string, after: string, unit: 'word' | 'line' = 'word'): TextDiff {
  const cut = unit === 'word' ? words : lines
  const ids = new Map<string, number>()
  const isAnchor: boolean[] = []
  const read = (text: string) => {
    const elements: number[] = []
    const starts: number[] = []
    for (const match of text.matchAll(cut)) {
      let id = ids.get(match[0])
      if (id === undefined) {
        id = ids.size
        ids.set(match[0], id)
        isAnchor.push(anchor.test(match[0]))
      }
      elements.push(id)
      starts.push(match.index)
    }
    starts.push(text.length)
    return { elements: Int32Array.from(elements), starts }
  }
  const old = read(before)
  const fresh = read(after)
  const { matches, complete } = diffSequences(old.elements, fresh.elements, {
    work: maxWork,
    anchors: (element) => isAnchor[element] ?? false,
  })

  const changes: Change[] = []
  let at = 0
  let other = 0
  const close = (end: number, otherEnd: number): void => {
    if (at === end && other === otherEnd) return
    changes.push({
      before: { start: old.starts[at] ?? before.length, end: old.starts[end] ?? before.length },
      after: {
        start: fresh.starts[other] ?? after.length,
        end: fresh.starts[otherEnd] ?? after.length,
      },
    })
  }
  for (const match of matches) {
    close(match.before, match.after)
    at = match.before + match.length
    other = match.after + match.length
  }
  close(old.elements.length, fresh.elements.length)
  return { changes, complete }
}
