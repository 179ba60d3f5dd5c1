/** Puts planned edits into the XML of a part; all other characters stay as they are. */
import { decodeEntities, type Place } from '../documents/xml.ts'
import { isText, type PieceEdit, type PlacedPiece, refused } from './docx-plan.ts'

interface SourceEdit extends Place {
  readonly replacement: string
}

/** @throws AppError `not_rewritable` */
export function editSource(source: string, edits: readonly PieceEdit[]): string {
  const changes: SourceEdit[] = []
  const byPiece = Map.groupBy(edits, ({ piece }) => piece)
  const texts: { piece: PlacedPiece; edits: PieceEdit[] }[] = []
  for (const [piece, own] of byPiece) {
    if (!piece.place) throw refused('The label of a list item is not in its text')
    if (isText(piece)) texts.push({ piece, edits: own })
    else {
      if (!source.startsWith('/>', piece.place.end - 2)) throw refused('A sign has content')
      changes.push({ ...piece.place, replacement: '' })
    }
  }
  for (const { piece, edits: own } of texts) {
    changes.push(...editText(source, piece, own))
    const space = keepSpace(source, piece, own)
    if (space) changes.push(space)
  }
  let result = ''
  let at = 0
  for (const change of changes.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (change.start < at) throw refused('Two changes meet in one place')
    result += source.slice(at, change.start) + change.replacement
    at = change.end
  }
  return result + source.slice(at)
}

function editText(source: string, piece: PlacedPiece, edits: readonly PieceEdit[]): SourceEdit[] {
  const { place, context } = piece
  if (!place || !context) return []
  const offsets = sourceOffsets(source.slice(place.start, place.end), piece.text.length)
  const prefix =
    /^<([^\s:>]+:)?t\b/.exec(source.slice(context.tag.start, context.tag.end))?.[1] ?? ''
  return edits.map(({ start, end, replacement }) => ({
    start: place.start + (offsets[start] ?? 0),
    end: place.start + (offsets[end] ?? 0),
    replacement: encode(replacement, prefix),
  }))
}

/** Where each character of the decoded text stands among its entities. */
function sourceOffsets(source: string, length: number): Uint32Array {
  const offsets = new Uint32Array(length + 1)
  let at = 0
  let decoded = 0
  while (at < source.length) {
    offsets[decoded] = at
    if (source[at] !== '&') {
      at++
      decoded++
      continue
    }
    const end = source.indexOf(';', at) + 1
    const characters = decodeEntities(source.slice(at, end)).length
    // Half of a pair is never changed alone.
    for (let half = 1; half < characters; half++) offsets[decoded + half] = end
    decoded += characters
    at = end
  }
  if (decoded !== length) throw refused('The entities of a text are not as they should be')
  offsets[length] = source.length
  return offsets
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Tabs and line breaks are elements of the run, beside its text. */
function encode(text: string, prefix: string): string {
  if (!text.isWellFormed() || /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) {
    throw refused('The new text holds characters that a document cannot')
  }
  const open = `<${prefix}t xml:space="preserve">`
  return text
    .replace(/[&<>]/g, (sign) => escapes[sign] ?? sign)
    .replace(/[\t\n]/g, (sign) => `</${prefix}t><${prefix}${sign === '\t' ? 'tab' : 'br'}/>${open}`)
}

/** Word drops blanks at the ends of a text that does not say that they count. */
function keepSpace(
  source: string,
  { text, context }: PlacedPiece,
  edits: readonly PieceEdit[],
): SourceEdit | undefined {
  if (!context) return undefined
  let fresh = ''
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    fresh += text.slice(at, edit.start) + edit.replacement
    at = edit.end
  }
  fresh += text.slice(at)
  // A tab or break that comes in makes a new end of the text that was here.
  const ends = fresh.split(/[\t\n]/)
  const opens = (value: string): boolean => /^\s/.test(value)
  const closes = (value: string): boolean => /\s$/.test(value)
  const needed =
    (opens(ends[0] ?? '') && !opens(text)) ||
    (closes(ends[0] ?? '') && (ends.length > 1 || !closes(text)))
  if (!needed) return undefined
  const tag = source.slice(context.tag.start, context.tag.end)
  const attribute = /\sxml:space\s*=\s*(?:"[^"]*"|'[^']*')/.exec(tag)
  const preserve = ' xml:space="preserve"'
  if (!attribute) {
    const end = context.tag.end - 1
    return { start: end, end, replacement: preserve }
  }
  if (/["']preserve["']/.test(attribute[0])) return undefined
  const start = context.tag.start + attribute.index
  return { start, end: start + attribute[0].length, replacement: preserve }
}
