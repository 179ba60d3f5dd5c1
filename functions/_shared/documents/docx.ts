import { readNumbering } from './docx-numbering.ts'
import { openPackage } from './docx-package.ts'
import { noStyles, readStyles } from './docx-styles.ts'
import { type Piece, readPartText } from './docx-text.ts'
import type { Notice } from './notice.ts'
import { noNumbering } from './numbering.ts'
import { createTextBudget } from './text.ts'
import { createXmlReader } from './xml.ts'
import { openZip, type ZipArchive } from './zip.ts'

export interface DocxPart {
  /** Its name in the zip. */
  readonly part: string
  readonly text: string
  /** In the order of the text; empty unless they were asked for. */
  readonly pieces: readonly Piece[]
}

/**
 * Text of a Word document (ECMA-376, Transitional or Strict): headers first, since names and
 * contact data stand there, then the body, its notes and the footers. Repeated headers and footers
 * (first page, even pages) are read once.
 */
export function readDocx(bytes: Uint8Array): { text: string; notices: Notice[] } {
  const { parts, notices } = readDocxParts(openZip(bytes))
  const texts = [...new Set(parts.map(({ text }) => text))]
  return { text: texts.filter((text) => text.trim() !== '').join('\n\n'), notices }
}

/** The parts with text, in reading order; those of one text are repetitions of the first. */
export function readDocxParts(
  zip: ZipArchive,
  options: { trace?: boolean } = {},
): { parts: DocxPart[]; notices: Notice[] } {
  const readXml = createXmlReader()
  const word = openPackage(zip, readXml)
  // A part is read once, however often it is referred to.
  const partsOf = (type: string): string[] => {
    const parts = word.relations
      .filter((relation) => relation.type === type)
      .flatMap(({ part }) => (part !== undefined && zip.has(part) ? [part] : []))
    return [...new Set(parts)]
  }

  const [stylesPart] = partsOf('styles')
  const [numberingPart] = partsOf('numbering')
  const context = {
    styles: stylesPart === undefined ? noStyles : readStyles(zip.read(stylesPart), readXml),
    numbering:
      numberingPart === undefined ? noNumbering : readNumbering(zip.read(numberingPart), readXml),
    notices: new Set<Notice>(word.notices),
    readXml,
    spend: createTextBudget(),
  }
  // In this order also because list numbers are counted as the parts are read.
  const parts = [
    ...partsOf('header'),
    word.mainPart,
    ...partsOf('footnotes'),
    ...partsOf('endnotes'),
    ...partsOf('footer'),
  ].map((part) => ({ part, ...readPartText(zip.read(part), context, options) }))
  return { parts, notices: [...context.notices] }
}
