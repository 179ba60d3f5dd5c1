/** Writes a resume as a plain Word document, where the file it came from cannot be changed. */
import { zipSync } from 'fflate'
import type { Bytes } from '../bytes.ts'
import type { Language, Resume, Span } from '../resume/resume.ts'
import { escapeXml, packageParts } from './docx-parts.ts'

type Role = 'name' | 'contact' | 'heading' | 'entry' | 'title' | 'bullet' | 'text'

interface Block {
  readonly role: Role
  readonly text: string
  /** So many characters at the start are a heading in the line: `Languages: German`. */
  readonly strong: number
}

const styles: Readonly<Record<Role, string | undefined>> = {
  name: 'Title',
  contact: 'Contact',
  heading: 'Heading1',
  entry: 'Heading2',
  title: 'EntryDetail',
  bullet: 'ListBullet',
  text: undefined,
}

/** ISO 639 with the region whose spelling Word is to check; none for a language that is not known. */
const locales: Readonly<Record<Language, string | undefined>> = {
  en: 'en-US',
  de: 'de-DE',
  fr: 'fr-FR',
  es: 'es-ES',
  pt: 'pt-PT',
  simple: undefined,
}

/** The first moment that a zip can name, so that the same resume always gives the same bytes. */
const zipEpoch = new Date(1980, 0, 1)

/**
 * A document of one column, with headings, real lists and nothing that a reader of resumes stumbles
 * over. Each line of the resume is a paragraph, in order; lines that a line break tore apart are one
 * again. It holds no name of an author, no program and no time.
 */
export function writeDocx(resume: Resume): Bytes {
  const blocks = readBlocks(resume)
  const parts = packageParts(blocks.map(paragraph).join(''), locales[resume.language])
  const encoder = new TextEncoder()
  return zipSync(Object.fromEntries(parts.map(({ name, xml }) => [name, encoder.encode(xml)])), {
    level: 6,
    mtime: zipEpoch,
  })
}

/** Every line of the text is in exactly one block; what the structure knows of it gives the role. */
function readBlocks({ text, sections }: Resume): Block[] {
  const known: (Span & { role: Role })[] = []
  let isNamed = false
  for (const { kind, heading, entries } of sections) {
    if (heading) known.push({ ...heading, role: 'heading' })
    for (const { lines } of entries) {
      let isFirst = true
      for (const line of lines) {
        let role: Role = line.kind
        if (kind === 'contact' && line.kind !== 'bullet') {
          role = isNamed ? 'contact' : 'name'
          isNamed = true
        } else if (line.kind === 'title') {
          role = isFirst ? 'entry' : 'title'
          isFirst = false
        }
        known.push({ ...line.span, role })
      }
    }
  }

  const blocks: Block[] = []
  const addUnknown = (lines: readonly string[]): void => {
    for (const line of lines) {
      if (line.trim() !== '') blocks.push({ role: 'text', text: line.trim(), strong: 0 })
    }
  }
  let at = 0
  for (const { start, end, role } of known.toSorted((a, b) => a.start - b.start)) {
    const between = text.slice(at, start).split(lineBreak)
    const content = text.slice(start, end).split(lineBreak).reduce(join)
    const last = blocks.at(-1)
    at = end
    if (last && between.length === 1) {
      // The heading stands in the line: `Languages: German, English`.
      blocks[blocks.length - 1] = {
        role: 'text',
        text: last.text + between[0] + content,
        strong: last.text.length + (between[0] ?? '').trimEnd().length,
      }
      continue
    }
    const sign = (between.pop() ?? '').trim()
    addUnknown(between)
    if (sign === '') blocks.push({ role, text: content, strong: 0 })
    else if (role !== 'heading' && listSign.test(sign)) {
      blocks.push({ role: 'bullet', text: content, strong: 0 })
    } else
      blocks.push({
        role: role === 'bullet' ? 'text' : role,
        text: `${sign} ${content}`,
        strong: 0,
      })
  }
  addUnknown(text.slice(at).split(lineBreak))
  return blocks
}

const lineBreak = /[\n\r\f\v\u2028\u2029]/
/** What a list shows by itself. A number says more, and stays in the text. */
const listSign = /^[^\p{L}\p{N}(]$|^o$/u

/** Behind the first half of `pre- and post-sales` a blank belongs, behind that of `well-known` none. */
const suspended = /^(?:und|oder|bis|sowie|and|or|to|et|ou|y|o|e)\b/iu

/** One line that two were, as the sentence goes on; a hyphen that ended the first may be its own. */
function join(first: string, second: string): string {
  const next = second.trim()
  const isTorn = /\p{L}-$/u.test(first) && /^\p{L}/u.test(next) && !suspended.test(next)
  return isTorn ? first + next : `${first.trimEnd()} ${next}`
}

function paragraph({ role, text, strong }: Block): string {
  const style = styles[role]
  const properties = style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`
  const head = strong > 0 ? run(text.slice(0, strong), '<w:rPr><w:b/></w:rPr>') : ''
  return `<w:p>${properties}${head}${run(text.slice(strong), '')}</w:p>`
}

function run(text: string, properties: string): string {
  const content = text
    .split('\t')
    .map((part) => (part === '' ? '' : `<w:t xml:space="preserve">${escapeXml(part)}</w:t>`))
    .join('<w:tab/>')
  return content === '' ? '' : `<w:r>${properties}${content}</w:r>`
}
