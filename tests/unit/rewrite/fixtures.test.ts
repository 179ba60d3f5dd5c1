import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import { normalizeText } from '../../../functions/_shared/documents/text.ts'
import { createXmlReader } from '../../../functions/_shared/documents/xml.ts'
import { openZip } from '../../../functions/_shared/documents/zip.ts'
import { replaceEntries } from '../../../functions/_shared/documents/zip-replace.ts'
import { applySuggestions } from '../../../functions/_shared/grounding/apply.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import { type AcceptedSuggestion, rewriteDocx } from '../../../functions/_shared/rewrite/docx.ts'
import { declaredOf, readFixture, resumeManifest } from '../../fixtures/resumes.ts'

/** What models propose: another opening, words in the middle, an end, other order. */
const rewritings: ((line: string) => string)[] = [
  (line) => line.replace(/^\S+/, 'Rewritten'),
  (line) => line.replace(/ \S+ /, ' new & <better> '),
  (line) => line.replace(/\.?$/, ', with care.'),
  (line) => line.replace(/(\S+) (\S+)$/, '$2 $1'),
  (line) => line.replace(/ \S+$/, ''),
  () => 'Wholly different words here',
]

function suggestionsFor(text: string): AcceptedSuggestion[] {
  const lines = parseResume(text).sections.flatMap(({ entries }) =>
    entries.flatMap(({ lines }) => lines.filter(({ kind }) => kind !== 'title')),
  )
  return lines.flatMap(({ span }, index) => {
    const original = text.slice(span.start, span.end)
    const replacement = rewritings[index % rewritings.length]?.(original) ?? original
    return replacement === original || /[\n\t]/.test(original)
      ? []
      : [{ span, original, replacement }]
  })
}

/** Header, compressed data and what follows of each entry, as they lie in the file. */
function rawEntries(file: Uint8Array): Map<string, Buffer> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const end = Buffer.from(file).lastIndexOf('PK\u0005\u0006', undefined, 'latin1')
  const directory = view.getUint32(end + 16, true)
  const starts: [start: number, name: string][] = []
  for (let at = directory; at < end; ) {
    const length = view.getUint16(at + 28, true)
    starts.push([
      view.getUint32(at + 42, true),
      Buffer.from(file.subarray(at + 46, at + 46 + length)).toString(),
    ])
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  starts.sort(([a], [b]) => a - b)
  return new Map(
    starts.map(([start, name], index) => [
      name,
      Buffer.from(file.subarray(start, starts[index + 1]?.[0] ?? directory)),
    ]),
  )
}

function expectOtherEntries(before: Uint8Array, after: Uint8Array): void {
  const [old, fresh] = [rawEntries(before), rawEntries(after)]
  expect([...fresh.keys()]).toEqual([...old.keys()])
  const changed = [...old].filter(([name, bytes]) => !fresh.get(name)?.equals(bytes))
  expect(changed.map(([name]) => name)).toEqual(['word/document.xml'])
  expect(openZip(after).names).toEqual(openZip(before).names)
}

const files = resumeManifest.resumes.flatMap((resume) =>
  resume.files.filter(({ kind }) => kind === 'docx'),
)

describe('rewriteDocx() puts every suggestion into the files of each producer', () => {
  test.each(files)('$file', async (file) => {
    const bytes = readFixture(file.file)
    const { text } = await readDocument(bytes, declaredOf(file))
    const suggestions = suggestionsFor(text)
    expect(suggestions.length).toBeGreaterThan(5)
    const rewritten = rewriteDocx(bytes, text, suggestions)
    const again = await readDocument(rewritten, declaredOf(file))
    expect(again.text).toBe(applySuggestions(text, suggestions))
    expect(rewriteDocx(bytes, text, suggestions)).toEqual(rewritten)

    expectOtherEntries(bytes, rewritten)
    const [before, after] = [openZip(bytes), openZip(rewritten)]
    // Without the characters of its text, the XML is what it was, but for what keeps blanks.
    const skeleton = (xml: Uint8Array): string =>
      new TextDecoder()
        .decode(xml)
        .replace(/(<w:t(?: [^>]*)?>)[^<]*/g, '$1')
        .replaceAll(' xml:space="preserve"', '')
    expect(skeleton(after.read('word/document.xml'))).toBe(
      skeleton(before.read('word/document.xml')),
    )
  })
})

/** Specifications are longer than a resume may be: as much of the body as fits. */
function shortened(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const xml = openZip(file).read('word/document.xml')
  const source = new TextDecoder().decode(xml)
  const children: { start: number; end: number }[] = []
  let depth = 0
  let characters = 0
  let start = 0
  createXmlReader()(xml, {
    open(_name, _namespace, _attribute, place) {
      if (++depth === 3) start = place.start
    },
    close(_name, _namespace, place) {
      if (depth-- === 3 && characters < 100_000) children.push({ start, end: place.end })
    },
    text(value) {
      characters += value.length
    },
  })
  const first = children[0]?.start ?? 0
  const end = children.at(-1)?.end ?? 0
  const short =
    source.slice(0, first) +
    source.slice(first, end) +
    source.slice(source.lastIndexOf('</w:body>'))
  return replaceEntries(file, new Map([['word/document.xml', new TextEncoder().encode(short)]]))
}

/** Public documents that Microsoft Word itself saved; they are not part of the repository. */
const folder = new URL('../../../../shared/word-saved/', import.meta.url)
const wordFiles = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith('.docx'))
  : []
if (wordFiles.length === 0)
  console.log('Files saved by Word are not rewritten: ../shared/word-saved is absent')

describe.skipIf(wordFiles.length === 0)('rewriteDocx() changes files that Word saved', () => {
  test.each(wordFiles)('%s', { timeout: 60_000 }, async (filename) => {
    const bytes = shortened(new Uint8Array(readFileSync(new URL(filename, folder))))
    const declared = { filename, mimeType: mimeTypes.docx }
    const read = await readDocument(bytes, declared)
    const lines = [...read.text.matchAll(/[^\n\t]{20,}/g)]
    const step = Math.ceil(lines.length / 12)
    const refusals: string[] = []
    const suggestions = lines.flatMap(({ index: start, 0: original }, index) => {
      if (index % step !== 0) return []
      const replacement = rewritings[(index / step) % rewritings.length]?.(original) ?? original
      const suggestion = {
        span: { start, end: start + original.length },
        original,
        replacement: normalizeText(replacement),
      }
      try {
        rewriteDocx(bytes, read.text, [suggestion])
        return [suggestion]
      } catch (error) {
        expect(error).toMatchObject({ code: 'not_rewritable' })
        refusals.push(error instanceof Error ? `${error.message}: ${original.slice(0, 60)}` : '')
        return []
      }
    })
    // Their tables of contents and cross-references are fields, and their labels are Word's.
    for (const why of refusals) expect(why).toMatch(/field|label of a list item/)
    expect(suggestions.length).toBeGreaterThan(3)
    const rewritten = rewriteDocx(bytes, read.text, suggestions)
    const again = await readDocument(rewritten, declared)
    expect(again.text).toBe(applySuggestions(read.text, suggestions))
    expectOtherEntries(bytes, rewritten)
  })
})
