import { AppError } from '../errors.ts'
import { type CompoundFile, openCompoundFile } from './cfb.ts'
import { readLists } from './doc-lists.ts'
import {
  type ParagraphProperties,
  type Ranged,
  type RunProperties,
  readParagraphs,
  readRuns,
  readStyleSheet,
  slice,
  type WordStyle,
} from './doc-properties.ts'
import { limits } from './limits.ts'
import type { Notice } from './notice.ts'
import type { Numbering } from './numbering.ts'
import { rowText } from './table.ts'
import { createTextBudget } from './text.ts'

/**
 * Reader of Word 97–2003 files after [MS-DOC], in place of a library: those on npm follow chains of
 * sectors without a bound, so that a file of a few hundred bytes can hold the isolate for good.
 */

const wordMagic = 0xa5ec
const olderWordMagics = new Set([0xa5dc, 0xa5db, 0x37fe])
const encryptedFlag = 0x0100
const secondTableFlag = 0x0200

/** Offsets in the file information block: pairs of offset and size in the table stream. */
const fib = {
  flags: 0x0a,
  textLengths: 0x4c,
  styleSheet: 0xa2,
  headers: 0xf2,
  runs: 0xfa,
  paragraphs: 0x102,
  pieces: 0x1a2,
  lists: 0x2e2,
  listInstances: 0x2ea,
  bytes: 0x2f2,
} as const

interface Character {
  readonly unit: number
  /** Where it stands in the WordDocument stream, by which formatting is looked up. */
  readonly at: number
}

const corrupt = (what: string): AppError =>
  new AppError('file_corrupt', `Cannot read the Word file: ${what}`)

/** Text of a Word 97–2003 document: headers, body, text boxes, notes, footers. */
export function readDoc(bytes: Uint8Array): { text: string; notices: Notice[] } {
  const compound = openCompoundFile(bytes)
  const notices = new Set<Notice>()
  const document = viewOf(readWordDocument(compound))
  const tableName = document.getUint16(fib.flags, true) & secondTableFlag ? '1Table' : '0Table'
  const table = viewOf(compound.read(tableName))
  const tablePart = (pair: number): DataView =>
    slice(table, document.getUint32(pair, true), document.getUint32(pair + 4, true))

  const listsAt = document.getUint32(fib.lists, true)
  const hasLists = document.getUint32(fib.lists + 4, true) > 0
  const reader = createStoryReader({
    characters: readCharacters(document, tablePart(fib.pieces)),
    runs: readRuns(document, tablePart(fib.runs)),
    paragraphs: readParagraphs(document, tablePart(fib.paragraphs)),
    styles: readStyleSheet(tablePart(fib.styleSheet)),
    numbering: readLists(
      slice(table, listsAt, hasLists ? table.byteLength : 0),
      tablePart(fib.listInstances),
    ),
    notices,
    spend: createTextBudget(),
  })

  // The stories follow one another in one sequence of characters.
  const lengths = Array.from({ length: 8 }, (_, index) =>
    document.getUint32(fib.textLengths + index * 4, true),
  )
  const [body = 0, footnotes = 0, headers = 0, macros = 0, comments = 0] = lengths
  const [endnotes = 0, boxes = 0, headerBoxes = 0] = lengths.slice(5)
  const afterHeaders = body + footnotes + headers
  const endnotesAt = afterHeaders + macros + comments
  const marginal = readHeaderStories(tablePart(fib.headers), body + footnotes, headers)
  const stories = [
    ...marginal.headers,
    [endnotesAt + endnotes + boxes, headerBoxes] as const,
    [0, body] as const,
    [endnotesAt + endnotes, boxes] as const,
    [body, footnotes] as const,
    [endnotesAt, endnotes] as const,
    ...marginal.footers,
  ].map(([start, length]) => reader(start, start + length))

  noteContents(compound, notices)
  return {
    text: [...new Set(stories)].filter((story) => story.trim() !== '').join('\n\n'),
    notices: [...notices],
  }
}

/** What an OLE file must hold to be Word's. Throws what it is instead. */
function readWordDocument(compound: CompoundFile): Uint8Array {
  if (compound.has('EncryptedPackage')) throw new AppError('file_encrypted')
  if (!compound.has('WordDocument')) {
    throw new AppError('file_type_mismatch', 'The content is an OLE file, but no Word document')
  }
  const bytes = compound.read('WordDocument')
  if (bytes.length < 0x20) throw corrupt('it is cut off')
  const view = viewOf(bytes)
  const magic = view.getUint16(0, true)
  if (olderWordMagics.has(magic)) {
    throw new AppError('unsupported_file_type', 'Word files older than Word 97 are not read')
  }
  if (magic !== wordMagic) throw corrupt('its header is unknown')
  if ((view.getUint16(fib.flags, true) & encryptedFlag) !== 0) throw new AppError('file_encrypted')
  if (bytes.length < fib.bytes) throw corrupt('it is cut off')
  return bytes
}

/** Puts the pieces in order: each is a range of the stream in Windows-1252 or UTF-16. */
function readCharacters(document: DataView, pieceTable: DataView): Character[] {
  let at = 0
  // Property modifications precede the table.
  while (at + 3 <= pieceTable.byteLength && pieceTable.getUint8(at) === 1) {
    at += 3 + pieceTable.getUint16(at + 1, true)
  }
  if (at + 5 > pieceTable.byteLength || pieceTable.getUint8(at) !== 2) {
    throw corrupt('its piece table is missing')
  }
  const pieces = slice(pieceTable, at + 5, pieceTable.getUint32(at + 1, true))
  const count = Math.floor((pieces.byteLength - 4) / 12)
  const characters: Character[] = []
  for (let index = 0; index < count; index++) {
    const length = pieces.getUint32(index * 4 + 4, true) - pieces.getUint32(index * 4, true)
    if (length < 0) throw corrupt('its piece table is out of order')
    if (characters.length + length > limits.rawCharacters) {
      throw new AppError('file_too_complex', 'The Word file holds too much text')
    }
    const position = pieces.getUint32((count + 1) * 4 + index * 8 + 2, true)
    const narrow = (position & 0x40000000) !== 0
    const start = narrow ? (position & 0x3fffffff) >>> 1 : position & 0x3fffffff
    const size = narrow ? 1 : 2
    if (start + length * size > document.byteLength) throw corrupt('its text is cut off')
    for (let offset = 0; offset < length; offset++) {
      const place = start + offset * size
      const unit = narrow
        ? (windows1252[document.getUint8(place) - 0x80] ?? document.getUint8(place))
        : document.getUint16(place, true)
      characters.push({ unit, at: place })
    }
  }
  return characters
}

/** Each section has six stories: even, odd header; even, odd footer; first page's header, footer. */
function readHeaderStories(
  table: DataView,
  start: number,
  length: number,
): { headers: (readonly [number, number])[]; footers: (readonly [number, number])[] } {
  const headers: (readonly [number, number])[] = []
  const footers: (readonly [number, number])[] = []
  // The first six are the separators of foot- and endnotes.
  const separators = 6
  const count = Math.min(Math.floor(table.byteLength / 4) - 1, 6_000)
  for (let story = separators; story < count; story++) {
    const from = table.getUint32(story * 4, true)
    const to = table.getUint32(story * 4 + 4, true)
    if (from >= to || to > length) continue
    const place = story % separators
    ;(place === 0 || place === 1 || place === 4 ? headers : footers).push([start + from, to - from])
  }
  return { headers, footers }
}

interface StoryContext {
  readonly characters: readonly Character[]
  readonly runs: readonly Ranged<RunProperties>[]
  readonly paragraphs: readonly Ranged<ParagraphProperties>[]
  readonly styles: readonly WordStyle[]
  readonly numbering: Numbering
  readonly notices: Set<Notice>
  /** Counts the characters of all stories, which may lie over one another. */
  readonly spend: (characters: number) => void
}

/** Turns a range of characters into lines: paragraphs, rows of tables, labels of lists. */
function createStoryReader(context: StoryContext): (start: number, end: number) => string {
  const { characters, styles, numbering, notices, spend } = context
  const runAt = createLookup(context.runs)
  const paragraphAt = createLookup(context.paragraphs)

  return (start, end) => {
    const lines: string[] = []
    let cells: string[][] = []
    let cell: string[] = []
    /** The paragraph so far: characters with their places, until its mark tells what it is. */
    let pending: Character[] = []
    let inInstruction: boolean[] = []

    const text = (style: WordStyle | undefined): string => {
      let result = ''
      for (const { unit, at } of pending) {
        if (unit === 0x13) inInstruction.push(true)
        else if (unit === 0x14) inInstruction[inInstruction.length - 1] = false
        else if (unit === 0x15) inInstruction.pop()
        else if (!inInstruction.includes(true)) {
          const run = runAt(at)
          if (run?.deleted) notices.add('tracked_changes')
          else if (run?.hidden ?? style?.hidden) notices.add('hidden_text')
          else result += characterText(unit, run?.symbol)
        }
      }
      return result
    }

    const endParagraph = (mark: Character | undefined): void => {
      const properties = mark && paragraphAt(mark.at)
      const style = styles[properties?.style ?? 0]
      const plain = text(style)
      const isCellEnd = mark?.unit === 0x07
      pending = []
      if (isCellEnd && properties?.rowEnd) {
        lines.push(rowText(cells))
        cells = []
        cell = []
        return
      }
      const list = properties?.list ?? style?.list
      const label =
        list !== undefined && plain.trim() !== ''
          ? numbering.label(String(list), properties?.level ?? style?.level ?? 0)
          : undefined
      spend(label?.length ?? 0)
      const line = label ? `${label} ${plain.trimStart()}` : plain
      if (isCellEnd) {
        cells.push([...cell, line])
        cell = []
      } else if (properties?.inTable) {
        cell.push(line)
      } else {
        if (style?.heading && lines.length > 0) lines.push('')
        lines.push(line)
      }
    }

    const story = characters.slice(start, end)
    spend(story.length)
    for (const character of story) {
      const { unit } = character
      if (unit === 0x0d || unit === 0x07) endParagraph(character)
      else if (unit === 0x0c) {
        // Ends a section, or breaks the page inside a paragraph: a new line in both cases.
        endParagraph(character)
        inInstruction = []
      } else pending.push(character)
    }
    if (pending.length > 0) endParagraph(undefined)
    // A row that the file never ends.
    lines.push(...cells.flat(), ...cell)
    return lines.join('\n')
  }
}

/** Finds the range that holds at a place; places mostly ascend, so the last answer is tried first. */
function createLookup<T>(ranges: readonly Ranged<T>[]): (at: number) => T | undefined {
  let last: Ranged<T> | undefined
  return (at) => {
    if (last && at >= last.start && at < last.end) return last.value
    let low = 0
    let high = ranges.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const range = ranges[middle]
      if (!range) break
      if (at < range.start) high = middle - 1
      else if (at >= range.end) low = middle + 1
      else {
        last = range
        return range.value
      }
    }
    return undefined
  }
}

function characterText(unit: number, symbol: number | undefined): string {
  if (unit === 0x28 && symbol !== undefined) return String.fromCharCode(symbol)
  // Line break and column break.
  if (unit === 0x0b || unit === 0x0e) return '\n'
  if (unit === 0x1e) return '-'
  if (unit === 0x09 || unit >= 0x20) return String.fromCharCode(unit)
  // Pictures, anchors, note marks and optional hyphens.
  return ''
}

/** Macros and embedded objects have storages of their own. */
function noteContents(compound: CompoundFile, notices: Set<Notice>): void {
  for (const path of compound.paths) {
    if (/^(Macros|_VBA_PROJECT_CUR)(\/|$)/i.test(path)) notices.add('macros')
    if (/^ObjectPool\/./.test(path)) notices.add('embedded_object')
    if (path.endsWith('/\u0001Ole10Native') && namesProgram(compound.read(path))) {
      notices.add('embedded_executable')
    }
  }
}

/** An Ole10Native stream begins with the name of the file that was embedded. */
function namesProgram(bytes: Uint8Array): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024))
  return /\.(exe|dll|scr|com|bat|cmd|ps1|vbs|js|jar|msi|hta|lnk|wsf)\0/i.test(head)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Windows-1252 from 0x80 to 0x9F, where it differs from Latin-1 (holes are kept as they are). */
const windows1252: Readonly<Record<number, number>> = Object.fromEntries(
  [
    ...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, i) => i + 0x80)),
  ].map((character, index) => [index, character.charCodeAt(0)]),
)
