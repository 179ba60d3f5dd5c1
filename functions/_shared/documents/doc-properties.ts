/**
 * Formatting of a Word binary file ([MS-DOC]) as far as text depends on it: what is hidden or
 * deleted, which paragraphs are list items, headings, table cells.
 */

export interface RunProperties {
  hidden: boolean | undefined
  deleted: boolean | undefined
  /** Character of a symbol font that stands for the placeholder in the text. */
  symbol: number | undefined
}

export interface ParagraphProperties {
  style: number
  list: number | undefined
  level: number | undefined
  rowEnd: boolean
  inTable: boolean
}

export interface WordStyle {
  readonly hidden: boolean | undefined
  readonly list: number | undefined
  readonly level: number | undefined
  readonly heading: boolean
}

/** Half-open range of bytes in the WordDocument stream and what holds there. */
export interface Ranged<T> {
  readonly start: number
  readonly end: number
  readonly value: T
}

const pageBytes = 512
const sprm = {
  deleted: 0x0800,
  hidden: 0x083c,
  symbol: 0x6a09,
  inTable: 0x2416,
  rowEnd: 0x2417,
  list: 0x460b,
  level: 0x260a,
  tableDefinition: 0xd608,
  changeTabs: 0xc615,
} as const

/** Operand sizes by the three `spra` bits of a property's code; 0 is a size of its own. */
const operandBytes = [1, 1, 2, 4, 2, 2, 0, 3] as const

export function readRuns(document: DataView, bins: DataView): Ranged<RunProperties>[] {
  return readPages(document, bins, 1, (page, offset) => {
    const run: RunProperties = { hidden: undefined, deleted: undefined, symbol: undefined }
    if (offset > 0) applyRun(slice(page, offset + 1, page.getUint8(offset)), run)
    return run
  })
}

export function readParagraphs(document: DataView, bins: DataView): Ranged<ParagraphProperties>[] {
  return readPages(document, bins, 13, (page, offset) => {
    const properties = emptyParagraph()
    if (offset === 0) return properties
    const words = page.getUint8(offset)
    const start = words === 0 ? offset + 2 : offset + 1
    const size = words === 0 ? page.getUint8(offset + 1) * 2 : words * 2 - 1
    const data = slice(page, start, size)
    if (data.byteLength < 2) return properties
    properties.style = data.getUint16(0, true)
    applyParagraph(slice(data, 2, data.byteLength - 2), properties)
    return properties
  })
}

/**
 * Reads the pages of formatting that a bin table names; each holds up to 255 ranges in file order
 * and an offset (in words; 0 for none) to what holds there.
 */
function readPages<T>(
  document: DataView,
  bins: DataView,
  itemBytes: number,
  read: (page: DataView, offset: number) => T,
): Ranged<T>[] {
  const count = Math.max(0, Math.floor((bins.byteLength - 4) / 8))
  const ranges: Ranged<T>[] = []
  const seen = new Set<number>()
  for (let index = 0; index < count; index++) {
    const number = bins.getUint32((count + 1) * 4 + index * 4, true) & 0x3fffff
    if (seen.has(number)) continue
    seen.add(number)
    const page = slice(document, number * pageBytes, pageBytes)
    if (page.byteLength < pageBytes) continue
    const runs = page.getUint8(pageBytes - 1)
    if ((runs + 1) * 4 + runs * itemBytes >= pageBytes) continue
    for (let run = 0; run < runs; run++) {
      const offset = page.getUint8((runs + 1) * 4 + run * itemBytes) * 2
      ranges.push({
        start: page.getUint32(run * 4, true),
        end: page.getUint32(run * 4 + 4, true),
        value: read(page, offset),
      })
    }
  }
  return ranges.sort((a, b) => a.start - b.start)
}

/** The style sheet; a broken one leaves the text without what styles add to it. */
export function readStyleSheet(sheet: DataView): WordStyle[] {
  if (sheet.byteLength < 6) return []
  const baseBytes = sheet.getUint16(4, true)
  const count = Math.min(sheet.getUint16(2, true), 4096)
  const own: (WordStyle & { base: number })[] = []
  let at = 2 + sheet.getUint16(0, true)
  for (let index = 0; index < count && at + 2 <= sheet.byteLength; index++) {
    const size = sheet.getUint16(at, true)
    own.push(readStyle(slice(sheet, at + 2, size), baseBytes))
    at += 2 + size
  }
  return own.map((style) => {
    let { hidden, list, level } = style
    let base = style.base
    for (let step = 0; step < own.length && own[base]; step++) {
      const next = own[base]
      hidden ??= next?.hidden
      list ??= next?.list
      level ??= next?.level
      base = next?.base ?? noBase
    }
    return { hidden, list, level, heading: style.heading }
  })
}

const noBase = 0xfff
const paragraphStyle = 1

function readStyle(data: DataView, baseBytes: number): WordStyle & { base: number } {
  const properties = emptyParagraph()
  const run: RunProperties = { hidden: undefined, deleted: undefined, symbol: undefined }
  if (data.byteLength < baseBytes + 2 || baseBytes < 6) {
    return { hidden: undefined, list: undefined, level: undefined, heading: false, base: noBase }
  }
  const builtIn = data.getUint16(0, true) & 0xfff
  const kind = data.getUint16(2, true) & 0xf
  let at = baseBytes + 2 + data.getUint16(baseBytes, true) * 2 + 2
  const part = (): DataView => {
    if (at + 2 > data.byteLength) return slice(data, 0, 0)
    const size = data.getUint16(at, true)
    const found = slice(data, at + 2, size)
    at += 2 + size + (size % 2)
    return found
  }
  if (kind === paragraphStyle) {
    const paragraph = part()
    applyParagraph(slice(paragraph, 2, paragraph.byteLength - 2), properties)
  }
  applyRun(part(), run)
  return {
    hidden: run.hidden,
    list: properties.list,
    level: properties.level,
    // Built-in styles 1 to 9 are the headings, whatever their names are in the user's language.
    heading: kind === paragraphStyle && builtIn >= 1 && builtIn <= 9,
    base: data.getUint16(2, true) >> 4,
  }
}

function applyRun(data: DataView, run: RunProperties): void {
  forEachProperty(data, (code, operand) => {
    if (operand.byteLength === 0) return
    // 0x80 and 0x81 mean "as the style has it" and its opposite.
    if (code === sprm.hidden) {
      const value = operand.getUint8(0)
      run.hidden = value === 0x80 ? undefined : value !== 0
    } else if (code === sprm.deleted) {
      run.deleted = (operand.getUint8(0) & 1) === 1
    } else if (code === sprm.symbol && operand.byteLength >= 4) {
      run.symbol = operand.getUint16(2, true)
    }
  })
}

function applyParagraph(data: DataView, paragraph: ParagraphProperties): void {
  forEachProperty(data, (code, operand) => {
    if (operand.byteLength === 0) return
    if (code === sprm.rowEnd) paragraph.rowEnd = operand.getUint8(0) !== 0
    else if (code === sprm.inTable) paragraph.inTable = operand.getUint8(0) !== 0
    else if (code === sprm.level) paragraph.level = operand.getUint8(0)
    else if (code === sprm.list && operand.byteLength >= 2) {
      paragraph.list = operand.getUint16(0, true)
    }
  })
}

function forEachProperty(data: DataView, visit: (code: number, operand: DataView) => void): void {
  let at = 0
  while (at + 2 < data.byteLength) {
    const code = data.getUint16(at, true)
    at += 2
    let size: number = operandBytes[code >> 13] ?? 1
    if (size === 0) {
      if (code === sprm.tableDefinition) {
        if (at + 2 > data.byteLength) return
        size = data.getUint16(at, true) + 1
      } else {
        size = data.getUint8(at) + 1
        // 255 is no size here but says that the operand must be measured; nothing we need follows.
        if (code === sprm.changeTabs && size === 256) return
      }
    }
    visit(code, slice(data, at, size))
    at += size
  }
}

function emptyParagraph(): ParagraphProperties {
  return { style: 0, list: undefined, level: undefined, rowEnd: false, inTable: false }
}

/** A view of what there is of a range: shorter, never failing, where the file is cut off. */
export function slice(view: DataView, start: number, size: number): DataView {
  const from = Math.min(Math.max(0, start), view.byteLength)
  const bytes = Math.min(Math.max(0, size), view.byteLength - from)
  return new DataView(view.buffer, view.byteOffset + from, bytes)
}
