/** Which characters of a file the characters of its extracted text are. */
import type { Piece } from '../documents/docx-text.ts'
import { foldCharacters } from '../documents/text.ts'
import { AppError } from '../errors.ts'

/** Characters of the file that became characters of the text, as a whole: `é` may be two there. */
export interface Unit extends Segment {
  /** In the text. */
  readonly start: number
  readonly end: number
}

interface Segment {
  /** In the pieces, one behind the other. */
  readonly rawStart: number
  readonly rawEnd: number
  /** As the reader folds it; empty for blanks and what is invisible. */
  readonly shown: string
}

const combining = /[\p{M}\u1160-\u11ff]/u
const privateUse = /^[\ue000-\uf8ff]$/
const blanks = /[ \t\n]+/g

/**
 * Aligns the pieces with the text by everything that can be seen: white space, which the reader
 * folds, lies between the units.
 *
 * @throws AppError `not_rewritable` if the text is not that of the pieces
 */
export function alignUnits(pieces: readonly Piece[], text: string): Unit[] {
  const units: Unit[] = []
  let at = 0
  const skipBlanks = (): void => {
    while (at < text.length && /\s/.test(text[at] ?? '')) at++
  }
  for (const segment of segments(pieces)) {
    const { shown } = segment
    skipBlanks()
    if (shown === '') continue
    const start = at
    if (privateUse.test(shown)) {
      // An icon became a blank, unless it stood where a bullet stands.
      if (text[at] !== '•') continue
      at++
    } else if (text.startsWith(shown, at)) at += shown.length
    else if (text[at] === '•' && shown.length === 1) at++
    else throw new AppError('not_rewritable', 'The text is not the one that the file holds')
    units.push({ ...segment, start, end: at })
  }
  skipBlanks()
  if (at !== text.length) {
    throw new AppError('not_rewritable', 'The text is not the one that the file holds')
  }
  return units
}

/**
 * Units of pieces that repeat what `units` say, at the places in the text of those. `undefined` if
 * they say something else.
 */
export function copyUnits(units: readonly Unit[], copy: readonly Piece[]): Unit[] | undefined {
  const visible = <T extends Segment>(list: readonly T[]): T[] =>
    list.filter(({ shown }) => shown !== '' && !privateUse.test(shown))
  const own = visible(units)
  const other = visible(segments(copy))
  if (own.length !== other.length) return undefined
  const result: Unit[] = []
  for (const [index, segment] of other.entries()) {
    const unit = own[index]
    if (unit?.shown !== segment.shown) return undefined
    result.push({ ...segment, start: unit.start, end: unit.end })
  }
  return result
}

/** Letters with the marks behind them, each as the reader folds it. */
function segments(pieces: readonly Piece[]): Segment[] {
  const raw = pieces.map(({ text }) => text).join('')
  const list: Segment[] = []
  for (let at = 0; at < raw.length; ) {
    let end = at + String.fromCodePoint(raw.codePointAt(at) ?? 0).length
    while (end < raw.length) {
      const next = raw.codePointAt(end) ?? 0
      // Nothing below combines: most of a text is decided here.
      if (next < 0x300 || !combining.test(String.fromCodePoint(next))) break
      end += next > 0xffff ? 2 : 1
    }
    list.push({
      rawStart: at,
      rawEnd: end,
      shown: foldCharacters(raw.slice(at, end)).replace(blanks, ''),
    })
    at = end
  }
  return list
}
