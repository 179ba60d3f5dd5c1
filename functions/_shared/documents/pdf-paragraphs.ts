import { isBulletSign, type PageLine, standsOff } from './pdf-layout.ts'

/** In units of the font size. */
const indentTolerance = 0.4
const maxHangingIndent = 4
/** Average width of a character, to measure a word that would have had to fit. */
const characterWidth = 0.5

/** The line before a break is filled this far at least, unless a very long word follows. */
const minFill = 0.55
/** In units of the font size: narrower lines are never taken for broken ones. */
const minWrapped = 10
const narrowColumn = 20
/** Lines of one paragraph are set at one distance; space between list items is often small. */
const leadingTolerance = 1.06

const maxWord = 60

/** What the words of the document tell about a hyphen at the end of a line. */
export interface Hyphenation {
  /** Lower-case words, hyphenated ones whole, that occur within lines. */
  readonly words: ReadonlySet<string>
  /** The producer breaks words by itself (TeX), so a hyphen is its own unless words say otherwise. */
  readonly automatic: boolean
}

/**
 * Joins lines that were broken because the next word did not fit, so that a paragraph is one line
 * as it is in other formats, also across pages. In doubt lines stay apart.
 */
export function joinParagraphs(
  pages: readonly (readonly PageLine[])[],
  hyphenation: Hyphenation,
): string {
  const paragraphs: string[] = []
  /** Lines of the open paragraph; kept apart, since a paragraph may be as long as the document. */
  let parts: string[] = []
  const leadings = measureLeadings(pages)
  let previous: PageLine | undefined
  let textLeft = 0
  for (const lines of pages) {
    for (const [index, line] of lines.entries()) {
      const startsPage = index === 0
      const mayJoin =
        startsPage ||
        line.block !== undefined ||
        line.gapAbove <= (leadings.get(sizeKey(line)) ?? 0) * leadingTolerance
      if (previous && mayJoin && continues(previous, line, textLeft, startsPage)) {
        const { kept, glue } = joinLines(parts.pop() ?? '', line.text, hyphenation)
        parts.push(kept + glue, line.text)
      } else {
        paragraphs.push(parts.join(''))
        // A page may break anywhere; that something new begins shows in its size there.
        if (
          previous &&
          (startsPage ? line.size > previous.size * 1.05 : standsOff(line, previous))
        ) {
          paragraphs.push('')
        }
        parts = [line.text]
        textLeft = line.left
      }
      previous = line
    }
  }
  return [...paragraphs, parts.join('')].join('\n')
}

/**
 * The usual distance at which lines of each size were broken. Without tags, a slightly larger one
 * is all that tells two list items apart.
 */
function measureLeadings(pages: readonly (readonly PageLine[])[]): Map<number, number> {
  const gaps = new Map<number, number[]>()
  for (const lines of pages) {
    for (const [index, line] of lines.entries()) {
      const previous = lines[index - 1]
      if (!previous || !continues(previous, line, previous.left, false)) continue
      const known = gaps.get(sizeKey(line))
      if (known) known.push(line.gapAbove)
      else gaps.set(sizeKey(line), [line.gapAbove])
    }
  }
  return new Map(
    [...gaps].map(([size, found]) => {
      found.sort((a, b) => a - b)
      return [size, found[found.length >> 1] ?? 0]
    }),
  )
}

/** Sizes that differ by less are one size. */
function sizeKey(line: PageLine): number {
  return Math.round(line.size * 4)
}

function continues(
  previous: PageLine,
  line: PageLine,
  textLeft: number,
  startsPage: boolean,
): boolean {
  if (previous.tabbed || line.tabbed) return false
  if (!startsPage) {
    if (standsOff(line, previous) || previous.block !== line.block) return false
  }
  if (Math.abs(previous.size - line.size) > 0.05 * line.size) return false
  const [firstWord = ''] = line.text.trimStart().split(/\s/)
  // A range that is broken after its dash looks like a number in a list: `33–` and `41.`
  if (isBulletSign(firstWord) && !/\S[-–]$/.test(previous.text)) return false
  // Contact data and labels (`Languages: …`) begin lines of their own.
  if (firstWord.includes('@') || /\S@\S+$/.test(previous.text)) return false
  if (/^\p{Lu}.*:$/u.test(firstWord)) return false
  // A wrapped line starts where its paragraph does, or to the right of its bullet.
  const indent = (line.left - textLeft) / line.size
  if (indent < -indentTolerance || indent > maxHangingIndent) return false
  const filled = previous.right - textLeft
  const column = previous.columnRight - textLeft
  if (filled < Math.max(column * minFill, minWrapped * line.size)) return false
  // In a narrow column the items of a list fill it as sentences do; the words must tell.
  const runsOn = /^\p{Ll}/u.test(firstWord) || /[,;(/–-]$/.test(previous.text)
  if (column < narrowColumn * line.size && line.block === undefined && !runsOn) return false
  const needed = (firstWord.length + 1) * characterWidth * line.size
  return previous.right + needed > previous.columnRight
}

/** What of a line stays, and what stands between it and the next. */
function joinLines(
  line: string,
  next: string,
  hyphenation: Hyphenation,
): { kept: string; glue: string } {
  if (line.endsWith('\u00ad')) return { kept: line.slice(0, -1), glue: '' }
  // The last word is all that matters, and a bound on it keeps the search short.
  const left = /([\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*)[-\u2010]$/u.exec(line.slice(-maxWord))?.[1]
  const right = /^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/u.exec(next.slice(0, maxWord))?.[0]
  if (left === undefined || right === undefined) {
    return { kept: line, glue: /\S[/–—]$/.test(line) ? '' : ' ' }
  }
  const joined = (left + right).toLowerCase()
  const hyphenated = `${left}-${right}`.toLowerCase()
  const isOwn =
    /^\p{Ll}/u.test(right) &&
    !hyphenation.words.has(hyphenated) &&
    (hyphenation.words.has(joined) || hyphenation.automatic)
  return { kept: isOwn ? line.slice(0, -1) : line, glue: '' }
}

/** Collects the words of all lines but the ones that a line end may have broken. */
export function wordsOf(lines: readonly PageLine[]): Set<string> {
  const words = new Set<string>()
  for (const { text } of lines) {
    for (const [word] of text.matchAll(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*(?!-$)/gu)) {
      words.add(word.toLowerCase())
    }
  }
  return words
}
