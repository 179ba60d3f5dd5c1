import { describe, expect, test } from 'vitest'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import { createXmlReader } from '../../../functions/_shared/documents/xml.ts'
import { openZip } from '../../../functions/_shared/documents/zip.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import type { Resume } from '../../../functions/_shared/resume/resume.ts'
import { writeDocx } from '../../../functions/_shared/rewrite/write-docx.ts'
import { declaredOf, readFixture, resumeManifest } from '../../fixtures/resumes.ts'

const declared = { filename: 'resume.docx', mimeType: mimeTypes.docx }
const files = resumeManifest.resumes.flatMap(({ files }) => files)

/** Lines of the structure; what stands in one line of the text is one, a torn line is one as well. */
function linesOf({ text, sections }: Resume): string[] {
  const spans = sections.flatMap(({ heading, entries }) => [
    ...(heading ? [heading] : []),
    ...entries.flatMap(({ lines }) => lines.map(({ span }) => span)),
  ])
  return spans.reduce<string[]>((lines, { start, end }, index) => {
    const between = text.slice(spans[index - 1]?.end ?? 0, start)
    const content = text
      .slice(start, end)
      .replace(/(\p{L}-)\n(?=\p{L})(?!und |and )/gu, '$1')
      .replace(/\s+/g, ' ')
    const last = lines.at(-1)
    if (last === undefined || between.includes('\n')) {
      // The head of a table is in no entry; what stands before a line itself is its sign.
      const strangers = between.split('\n').slice(0, -1).filter(Boolean)
      lines.push(...strangers.map((line) => line.replace(/\s+/g, ' ')), content)
    } else lines[lines.length - 1] = last + between + content
    return lines
  }, [])
}

function squeeze(text: string): string {
  return text.replace(/^(?:[•–*-]|o(?= )) */gm, '').replace(/\s+/g, '')
}

describe('writeDocx() writes what reads back as the same lines in the same order', () => {
  test.each(files)('$file', async (file) => {
    const { text } = await readDocument(readFixture(file.file), declaredOf(file))
    const resume = parseResume(text)
    const written = writeDocx(resume)
    expect(writeDocx(resume)).toEqual(written)
    const again = await readDocument(written, declared)
    expect(again.notices).toEqual([])
    expect(squeeze(again.text)).toBe(squeeze(text))
    const lines = again.text.split('\n').filter(Boolean)
    expect(
      lines.map((line) => line.replace(/^(?:•|[0-9]+[.)]) /, '').replace(/\s+/g, ' ')),
    ).toEqual(linesOf(resume))
  })
})

const sample = `Jane <Example> & Söhne
jane@example.org

SUMMARY
Engineer with a long line that a layout tore apart in the midst of pre-
and post-sales work and of a well-
known sentence.

Languages: German, English

EXPERIENCE
Engineer, Acme\t2019 – 2021
• Built things
- Ran things
1. Counted things

EDUCATION
Period\tSchool
2016 – 2018\tExample University
`

test('writeDocx() keeps numbers, signs, tabs, headings within lines, and strangers', async () => {
  const { text } = await readDocument(writeDocx(parseResume(sample, 'en')), declared)
  expect(text.split('\n').filter(Boolean)).toEqual([
    'Jane <Example> & Söhne',
    'jane@example.org',
    'SUMMARY',
    'Engineer with a long line that a layout tore apart in the midst of pre- and post-sales work and of a well-known sentence.',
    'Languages: German, English',
    'EXPERIENCE',
    'Engineer, Acme\t2019 – 2021',
    '• Built things',
    '• Ran things',
    '1. Counted things',
    'EDUCATION',
    'Period\tSchool',
    '2016 – 2018\tExample University',
  ])
})

test('writeDocx() writes a package in which everything is declared and nothing is missing', () => {
  const zip = openZip(writeDocx(parseResume(sample, 'de')))
  expect(zip.names[0]).toBe('[Content_Types].xml')
  const types = new Set<string>()
  const targets = new Set<string>()
  for (const name of zip.names) {
    const folder = name.replace(/_rels\/[^/]*$/, '')
    createXmlReader()(zip.read(name), {
      open(element, _namespace, attribute) {
        if (element === 'Override') types.add((attribute('PartName') ?? '').slice(1))
        if (element === 'Relationship') targets.add(folder + attribute('Target'))
      },
      close() {},
      text() {},
    })
  }
  const parts = zip.names
    .filter((name) => !/(\.rels|\[Content_Types\]\.xml)$/.test(name))
    .toSorted()
  expect([...types].toSorted()).toEqual(parts)
  expect([...targets].toSorted()).toEqual(parts)
  const read = (name: string): string => new TextDecoder().decode(zip.read(name))
  expect(read('word/styles.xml')).toContain('<w:lang w:val="de-DE"/>')
  expect(read('docProps/core.xml')).not.toMatch(/creator|lastModifiedBy|title/)
  // Every style and list that the text names exists.
  for (const [, id] of read('word/document.xml').matchAll(/<w:pStyle w:val="([^"]*)"/g)) {
    expect(read('word/styles.xml')).toContain(`w:styleId="${id}"`)
  }
})

test('writeDocx() writes text that XML cannot hold as a replacement character', async () => {
  const text = 'Jane \ud800 Example \u0001 \uffff end'
  const { text: again } = await readDocument(writeDocx(parseResume(text)), declared)
  expect(again).toBe('Jane \ufffd Example \ufffd \ufffd end')
})
