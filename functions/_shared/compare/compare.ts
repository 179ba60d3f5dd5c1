/** What changed from one version of a resume to another: word by word, and in its parts. */
import { limits } from '../documents/limits.ts'
import { parseResume } from '../resume/parse.ts'
import type { Language, Span } from '../resume/resume.ts'
import { type Change, diffText } from '../text-diff/words.ts'
import { compareStructure, type StructureChanges } from './structure.ts'

export type { ItemChange, LineChange, StructureChanges } from './structure.ts'

export interface VersionText {
  readonly text: string
  /** As it was told when the version was read; found again where it is absent. */
  readonly language?: Language
}

/**
 * A stretch of text. The `same` and `removed` parts one after the other are the older text, the
 * `same` and `added` ones the newer. Spans are UTF-16 code units of the text that they are named for.
 */
export type DiffPart =
  | { readonly kind: 'same'; readonly text: string; readonly before: Span; readonly after: Span }
  | { readonly kind: 'removed'; readonly text: string; readonly before: Span }
  | { readonly kind: 'added'; readonly text: string; readonly after: Span }

export interface Comparison {
  /**
   * How fine the parts are. `words`: as few words as a reader would mark. `lines`: whole
   * lines, as one text is over {@link maxWordCharacters} or the same few words repeat in disorder.
   * `coarse`: so do the lines; the work was ended, and a part may hold more than what changed.
   */
  readonly detail: 'words' | 'lines' | 'coarse'
  readonly parts: readonly DiffPart[]
  /** Words in the removed and added parts. */
  readonly words: { readonly removed: number; readonly added: number }
  /** Absent if a text is over {@link maxWordCharacters}. */
  readonly structure: StructureChanges | undefined
}

/** The longest text that the readers give; what is longer did not come from them. */
export const maxWordCharacters = limits.textCharacters

/**
 * Compares two texts, of any length, in bounded time. White space counts in the parts, and not in
 * the structure.
 */
export function compareVersions(before: VersionText, after: VersionText): Comparison {
  const isLong = Math.max(before.text.length, after.text.length) > maxWordCharacters
  const byWords = isLong ? undefined : diffText(before.text, after.text, 'word')
  const isFine = byWords?.complete === true
  const { changes, complete } = isFine ? byWords : diffText(before.text, after.text, 'line')
  const parts = toParts(before.text, after.text, isFine ? joinNear(before.text, changes) : changes)
  const structure = isLong
    ? undefined
    : compareStructure(
        parseResume(before.text, before.language),
        parseResume(after.text, after.language),
      )
  return {
    detail: isFine ? 'words' : complete ? 'lines' : 'coarse',
    parts,
    words: { removed: countWords(parts, 'removed'), added: countWords(parts, 'added') },
    structure,
  }
}

const shortWords = 3

/**
 * Two replaced stretches with next to nothing between them read better as one: `a team of five` for
 * `the group of six`, not two halves around an `of`.
 */
function joinNear(text: string, changes: readonly Change[]): Change[] {
  const joined: Change[] = []
  const isReplacement = ({ before, after }: Change): boolean =>
    before.end > before.start && after.end > after.start
  for (const change of changes) {
    const last = joined.at(-1)
    const between = last ? text.slice(last.before.end, change.before.start) : ''
    const isNear =
      !between.includes('\n') && between.replace(/[^\p{L}\p{N}]/gu, '').length <= shortWords
    if (last && isNear && isReplacement(last) && isReplacement(change)) {
      joined[joined.length - 1] = {
        before: { start: last.before.start, end: change.before.end },
        after: { start: last.after.start, end: change.after.end },
      }
    } else joined.push(change)
  }
  return joined
}

function toParts(before: string, after: string, changes: readonly Change[]): DiffPart[] {
  const parts: DiffPart[] = []
  let at = 0
  let other = 0
  const same = (end: number, otherEnd: number): void => {
    if (end === at) return
    parts.push({
      kind: 'same',
      text: before.slice(at, end),
      before: { start: at, end },
      after: { start: other, end: otherEnd },
    })
  }
  for (const change of changes) {
    same(change.before.start, change.after.start)
    const removed = before.slice(change.before.start, change.before.end)
    const added = after.slice(change.after.start, change.after.end)
    if (removed !== '') parts.push({ kind: 'removed', text: removed, before: change.before })
    if (added !== '') parts.push({ kind: 'added', text: added, after: change.after })
    at = change.before.end
    other = change.after.end
  }
  same(before.length, after.length)
  return parts
}

function countWords(parts: readonly DiffPart[], kind: DiffPart['kind']): number {
  let count = 0
  for (const part of parts) {
    if (part.kind === kind) for (const _ of part.text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) count++
  }
  return count
}
