import { isWord } from './docx-package.ts'
import { isOn, type StyleLookup } from './docx-styles.ts'
import type { Notice } from './notice.ts'
import type { Numbering } from './numbering.ts'
import { rowText } from './table.ts'
import type { Place, ReadXml } from './xml.ts'

interface Context {
  readonly styles: StyleLookup
  readonly numbering: Numbering
  readonly notices: Set<Notice>
  readonly readXml: ReadXml
  /** Counts the characters of all parts, as {@link createTextBudget} makes it. */
  readonly spend: (characters: number) => void
}

/** A piece of a part's text, for whoever wants to find it in the part again. */
export interface Piece {
  /** Before white space is folded. */
  readonly text: string
  /** Characters of a `w:t`, or the whole tag of a sign; `undefined` for a label, which is made up. */
  readonly place: Place | undefined
}

interface Paragraph {
  text: string
  readonly pieces: Piece[]
  style: string | undefined
  numberingId: string | undefined
  level: number | undefined
  /** Content of text boxes that are anchored in the paragraph; it follows it. */
  readonly boxes: Flow
}

/** Where finished paragraphs go: the part itself, a table cell, a text box. */
interface Flow {
  readonly lines: string[]
  /** In the order in which the lines hold them; empty unless they are asked for. */
  readonly pieces: Piece[]
}

interface Table {
  readonly rows: Flow
  cells: Flow[]
}

const newFlow = (): Flow => ({ lines: [], pieces: [] })
/** Not by spread: there may be more of them than a call takes arguments. */
const move = <T>(items: readonly T[], into: T[]): void => {
  for (const item of items) into.push(item)
}

const compatibility = 'http://schemas.openxmlformats.org/markup-compatibility/2006'
/** What tracked changes took away. */
const removed = new Set(['del', 'moveFrom'])
/** Elements whose content is not the text as it stands: pronunciation aids, former properties. */
const skipped = new Set([
  ...removed,
  'rt',
  'pPrChange',
  'rPrChange',
  'sectPrChange',
  'tblPrChange',
  'trPrChange',
  'tcPrChange',
])

/**
 * Text of one part (body, header, notes) in document order: a line per paragraph, cells of a row
 * by tabs, list labels, breaks and tabs; without what is deleted or hidden. With `trace`, also told
 * is where each piece of it stands.
 */
export function readPartText(
  bytes: Uint8Array,
  context: Context,
  { trace = false }: { trace?: boolean } = {},
): { text: string; pieces: readonly Piece[] } {
  const { styles, numbering, notices, readXml, spend } = context
  const root = newFlow()
  const flows: Flow[] = [root]
  const tables: Table[] = []
  const paragraphs: Paragraph[] = []
  const runs: { hidden: boolean }[] = []
  let skipDepth = 0
  /** Inside `w:pPr`, whose run properties are the paragraph mark's. */
  let markDepth = 0
  let textDepth = 0
  /** Per open AlternateContent: whether a choice was read, so that the others are copies. */
  const alternatives: boolean[] = []

  const append = (text: string, place: Place): void => {
    const paragraph = paragraphs.at(-1)
    if (!paragraph) return
    if (runs.at(-1)?.hidden) {
      if (text.trim() !== '') notices.add('hidden_text')
      return
    }
    spend(text.length)
    paragraph.text += text
    if (trace) paragraph.pieces.push({ text, place })
  }

  const closeParagraph = (): void => {
    const paragraph = paragraphs.pop()
    const flow = flows.at(-1)
    if (!paragraph || !flow) return
    const style = styles(paragraph.style)
    const numberingId = paragraph.numberingId ?? style.numberingId
    // An empty paragraph shows no label and is not counted.
    const label =
      numberingId !== undefined && paragraph.text.trim() !== ''
        ? numbering.label(numberingId, paragraph.level ?? style.level ?? 0)
        : undefined
    // With the end of its line.
    spend((label?.length ?? 0) + 1)
    if (style.heading && flow.lines.length > 0) flow.lines.push('')
    flow.lines.push(label ? `${label} ${paragraph.text.trimStart()}` : paragraph.text)
    move(paragraph.boxes.lines, flow.lines)
    if (trace) {
      if (label) flow.pieces.push({ text: label, place: undefined })
      move(paragraph.pieces, flow.pieces)
      move(paragraph.boxes.pieces, flow.pieces)
    }
  }

  readXml(bytes, {
    open(name, namespace, attribute, place) {
      if (namespace === compatibility) {
        if (name === 'AlternateContent') alternatives.push(false)
        else if (name === 'Choice' || name === 'Fallback') {
          if (skipDepth > 0 || alternatives.at(-1)) skipDepth++
        }
        return
      }
      if (!isWord(namespace)) return
      if (skipDepth > 0 || skipped.has(name)) {
        if (skipped.has(name)) {
          if (removed.has(name)) notices.add('tracked_changes')
          skipDepth++
        }
        return
      }
      const value = attribute('val')
      const paragraph = paragraphs.at(-1)
      switch (name) {
        case 'p':
          paragraphs.push({
            text: '',
            pieces: [],
            style: undefined,
            numberingId: undefined,
            level: undefined,
            boxes: newFlow(),
          })
          break
        case 'pPr':
          markDepth++
          break
        case 'pStyle':
          if (paragraph) paragraph.style = value
          break
        case 'numId':
          if (paragraph && markDepth > 0) paragraph.numberingId = value
          break
        case 'ilvl':
          if (paragraph && markDepth > 0) paragraph.level = Number(value)
          break
        case 'r':
          runs.push({ hidden: styles(paragraph?.style).hidden ?? false })
          break
        case 'rStyle': {
          const run = runs.at(-1)
          if (run && markDepth === 0) run.hidden = styles(value).hidden ?? run.hidden
          break
        }
        case 'vanish': {
          const run = runs.at(-1)
          if (run && markDepth === 0) run.hidden = isOn(value)
          break
        }
        case 't':
          textDepth++
          break
        case 'tab':
          // The same name defines tab stops in paragraph properties.
          if (markDepth === 0 && runs.length > 0) append('\t', place)
          break
        case 'ptab':
          append('\t', place)
          break
        case 'br':
        case 'cr':
          append('\n', place)
          break
        case 'noBreakHyphen':
          append('-', place)
          break
        case 'sym':
          append(symbol(attribute('char')), place)
          break
        case 'tbl':
          tables.push({ rows: newFlow(), cells: [] })
          break
        case 'tr': {
          const table = tables.at(-1)
          spend(1)
          if (table) table.cells = []
          break
        }
        case 'tc': {
          const cell = newFlow()
          spend(1)
          tables.at(-1)?.cells.push(cell)
          flows.push(cell)
          break
        }
        case 'txbxContent':
          flows.push(newFlow())
          // Runs and paragraphs inside are not those around the anchor.
          runs.push({ hidden: runs.at(-1)?.hidden ?? false })
          break
      }
    },
    close(name, namespace) {
      if (namespace === compatibility) {
        if (name === 'AlternateContent') alternatives.pop()
        else if (name === 'Choice' || name === 'Fallback') {
          if (skipDepth > 0) skipDepth--
          else if (name === 'Choice') alternatives[alternatives.length - 1] = true
        }
        return
      }
      if (!isWord(namespace)) return
      if (skipDepth > 0) {
        if (skipped.has(name)) skipDepth--
        return
      }
      switch (name) {
        case 'p':
          closeParagraph()
          break
        case 'pPr':
          markDepth--
          break
        case 'r':
          runs.pop()
          break
        case 't':
          textDepth--
          break
        case 'tc':
          flows.pop()
          break
        case 'tr': {
          const table = tables.at(-1)
          if (!table) break
          table.rows.lines.push(rowText(table.cells.map(({ lines }) => lines)))
          for (const cell of table.cells) move(cell.pieces, table.rows.pieces)
          break
        }
        case 'tbl': {
          const table = tables.pop()
          const flow = flows.at(-1)
          if (!table || !flow) break
          move(table.rows.lines, flow.lines)
          move(table.rows.pieces, flow.pieces)
          break
        }
        case 'txbxContent': {
          const box = flows.pop()
          runs.pop()
          const hidden = runs.at(-1)?.hidden ?? false
          const flow = paragraphs.at(-1)?.boxes ?? flows.at(-1)
          if (!box || !flow || hidden) break
          move(box.lines, flow.lines)
          move(box.pieces, flow.pieces)
          break
        }
      }
    },
    text(value, place) {
      if (textDepth > 0 && skipDepth === 0) append(value.replace(/[\r\n]/g, ' '), place)
    },
  })
  return { text: root.lines.join('\n'), pieces: root.pieces }
}

/** `w:sym` names a glyph of a symbol font; most in resumes are bullets, which Unicode has too. */
function symbol(code: string | undefined): string {
  const point = Number.parseInt(code ?? '', 16)
  return Number.isInteger(point) && point > 0x1f && point <= 0xffff
    ? String.fromCodePoint(point)
    : ''
}
