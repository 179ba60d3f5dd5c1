import { readNumbering } from './docx-numbering.ts'
import { openPackage } from './docx-package.ts'
import { noStyles, readStyles } from './docx-styles.ts'
import { readPartText } from './docx-text.ts'
import type { Notice } from './notice.ts'
import { noNumbering } from './numbering.ts'
import { createTextBudget } from './text.ts'
import { createXmlReader } from './xml.ts'
import { openZip } from './zip.ts'

/**
 * Text of a Word document (ECMA-376, Transitional or Strict): headers first, since names and
 * contact data stand there, then the body, its notes and the footers. Repeated headers and footers
 * (first page, even pages) are read once.
 */
export function readDocx(bytes: Uint8Array): { text: string; notices: Notice[] } {
  const zip = openZip(bytes)
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
  const read = (part: string): string => readPartText(zip.read(part), context)
  // In this order also because list numbers are counted as the parts are read.
  const headers = partsOf('header').map(read)
  const body = read(word.mainPart)
  const rest = [...partsOf('footnotes'), ...partsOf('endnotes'), ...partsOf('footer')].map(read)
  const texts = [...new Set([...headers, body, ...rest])]
  return {
    text: texts.filter((text) => text.trim() !== '').join('\n\n'),
    notices: [...context.notices],
  }
}
