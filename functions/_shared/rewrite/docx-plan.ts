/** Which characters of which pieces a change of the text takes away, and where the new ones go. */
import type { Piece } from '../documents/docx-text.ts'
import { AppError } from '../errors.ts'
import type { PieceContext } from './docx-context.ts'
import type { Unit } from './docx-units.ts'

/** Text from `start` to `end` becomes `replacement`. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly replacement: string
}

export interface PlacedPiece extends Piece {
  /** Name of the part in the zip. */
  readonly part: string
  /** Absent for what the file does not hold, as the label of a list item. */
  readonly context: PieceContext | undefined
  readonly rawStart: number
  readonly rawEnd: number
}

/** Pieces in reading order, and the text that they show. */
export interface Sequence {
  readonly pieces: readonly PlacedPiece[]
  readonly units: readonly Unit[]
  /** Visible characters by paragraph and format, of all that the file holds. */
  readonly weights: ReadonlyMap<string, number>
}

/** Characters of one piece, from `start` to `end`, become `replacement`. */
export interface PieceEdit {
  readonly piece: PlacedPiece
  readonly start: number
  readonly end: number
  readonly replacement: string
}

const wordCharacter = /[\p{L}\p{M}\p{N}]/u

export function weightKey({ part, context }: PlacedPiece): string {
  return `${part}|${context?.paragraph}|${context?.format}`
}

/**
 * Empty if the sequence does not show that place of the text.
 *
 * @throws AppError `not_rewritable`
 */
export function planEdit(sequence: Sequence, text: string, wanted: TextEdit): PieceEdit[] {
  const { units } = sequence
  const first = firstFrom(units, wanted.start, ({ end }) => end)
  const behind = firstFrom(units, wanted.end - 1, ({ start }) => start)
  const inside = units.slice(first, Math.max(first, behind))
  const edit = widen(text, wanted, inside)
  const before = units[first - 1]
  const after = units[first + inside.length]
  const left = before?.end === edit.start ? before : undefined
  const right = after?.start === edit.end ? after : undefined
  if (inside.length === 0 && !left && !right) return []

  if (edit.start === edit.end) return [insertion(sequence, text, edit, left, right)]

  // Blanks at the ends belong to the gap between two units, and go with it.
  const opensBlank = isBlank(text, edit.start)
  const closesBlank = isBlank(text, edit.end - 1)
  if ((opensBlank && !left) || (closesBlank && !right)) {
    throw refused('It changes blanks at which lines or cells begin')
  }
  const rawStart = opensBlank ? left?.rawEnd : inside[0]?.rawStart
  const rawEnd = closesBlank ? right?.rawStart : inside.at(-1)?.rawEnd
  if (rawStart === undefined || rawEnd === undefined) throw refused('Its place was not found')
  const touched = piecesWithin(sequence, rawStart, rawEnd)
  const bordering = [opensBlank ? left : undefined, closesBlank ? right : undefined].flatMap(
    (unit) => (unit ? pieceAt(sequence, unit.rawStart) : []),
  )
  refuseForeign([...bordering, ...touched])
  refuseIcons(touched, inside, rawStart, rawEnd)

  const removed = touched.map((piece) => ({
    piece,
    start: Math.max(rawStart, piece.rawStart) - piece.rawStart,
    end: Math.min(rawEnd, piece.rawEnd) - piece.rawStart,
    replacement: '',
  }))
  if (edit.replacement === '') return removed
  // The run that loses most gives its formatting.
  const most = removed
    .filter(({ piece }) => isText(piece))
    .toSorted((a, b) => b.end - b.start - (a.end - a.start))[0]
  if (most) {
    return removed.map((part) =>
      part === most ? { ...part, replacement: edit.replacement } : part,
    )
  }
  return [...removed, insertion(sequence, text, { ...edit, end: edit.start }, left, right)]
}

/** A unit is changed as a whole, also where the text shows two letters for it. */
function widen(text: string, edit: TextEdit, inside: readonly Unit[]): TextEdit {
  const start = Math.min(edit.start, inside[0]?.start ?? edit.start)
  const end = Math.max(edit.end, inside.at(-1)?.end ?? edit.end)
  return {
    start,
    end,
    replacement: text.slice(start, edit.start) + edit.replacement + text.slice(edit.end, end),
  }
}

function insertion(
  sequence: Sequence,
  text: string,
  { start, end, replacement }: TextEdit,
  left: Unit | undefined,
  right: Unit | undefined,
): PieceEdit {
  const at = left?.rawEnd ?? right?.rawStart
  if (at === undefined) throw refused('Its place was not found')
  // What stands on the other side may be another paragraph's.
  const anchor = pieceAt(sequence, left ? left.rawEnd - 1 : at)[0]
  const usable = (piece: PlacedPiece | undefined): PlacedPiece | undefined =>
    piece &&
    isText(piece) &&
    piece.context?.frozen === undefined &&
    piece.context?.paragraph === anchor?.context?.paragraph
      ? piece
      : undefined
  const ends = usable(pieceAt(sequence, at - 1)[0])
  const begins = usable(pieceAt(sequence, at)[0])
  const piece = chosen()
  if (!piece) {
    throw refused(anchor?.context?.frozen ?? 'No run of text stands where it would be inserted')
  }
  return { piece, start: at - piece.rawStart, end: at - piece.rawStart, replacement }

  function chosen(): PlacedPiece | undefined {
    if (!ends || !begins || ends === begins) return ends ?? begins
    // Letters that go on with a word look like it.
    if (isWord(text[start - 1]) && isWord(replacement[0])) return ends
    if (isWord(text[end]) && isWord(replacement.at(-1))) return begins
    const weight = (piece: PlacedPiece): number => sequence.weights.get(weightKey(piece)) ?? 0
    // Between two formats the ordinary one of the paragraph is right more often than an emphasis.
    return weight(begins) > weight(ends) ? begins : ends
  }
}

function refuseForeign(pieces: readonly PlacedPiece[]): void {
  const [first] = pieces
  for (const { context, place } of pieces) {
    if (!context || !place) throw refused('The label of a list item is not in its text')
    if (context.frozen !== undefined) throw refused(context.frozen)
    if (context.paragraph !== first?.context?.paragraph)
      throw refused('It joins paragraphs or cells')
  }
}

/** Icons show as blanks in the text: a blank that goes must not take one along. */
function refuseIcons(
  pieces: readonly PlacedPiece[],
  inside: readonly Unit[],
  rawStart: number,
  rawEnd: number,
): void {
  let at = rawStart
  const raw = (start: number, end: number): string =>
    pieces
      .map((piece) =>
        piece.text.slice(Math.max(0, start - piece.rawStart), Math.max(0, end - piece.rawStart)),
      )
      .join('')
  for (const unit of [...inside, { rawStart: rawEnd, rawEnd }]) {
    if (/[\ue000-\uf8ff]/.test(raw(at, unit.rawStart))) throw refused('It takes an icon away')
    at = unit.rawEnd
  }
}

/** A sign is an element of its own: its tag is its place. */
export function isText(piece: PlacedPiece): boolean {
  return piece.context !== undefined && piece.context.tag.start !== piece.place?.start
}

function piecesWithin({ pieces }: Sequence, rawStart: number, rawEnd: number): PlacedPiece[] {
  const found: PlacedPiece[] = []
  for (let at = firstFrom(pieces, rawStart, (piece) => piece.rawEnd); at < pieces.length; at++) {
    const piece = pieces[at]
    if (!piece || piece.rawStart >= rawEnd) break
    found.push(piece)
  }
  return found
}

/** The piece of one raw character; none beyond the ends. */
function pieceAt(sequence: Sequence, raw: number): PlacedPiece[] {
  return raw < 0 ? [] : piecesWithin(sequence, raw, raw + 1)
}

/** Index of the first item whose key is greater; the keys ascend. */
function firstFrom<T>(items: readonly T[], value: number, key: (item: T) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && key(item) <= value) low = middle + 1
    else high = middle
  }
  return low
}

function isBlank(text: string, at: number): boolean {
  return /\s/.test(text[at] ?? '')
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && wordCharacter.test(character)
}

export function refused(why: string): AppError {
  return new AppError('not_rewritable', why)
}
