import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readDocx } from '../../../functions/_shared/documents/docx.ts'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import { openZip } from '../../../functions/_shared/documents/zip.ts'
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

    const [before, after] = [openZip(bytes), openZip(rewritten)]
    expect(after.names).toEqual(before.names)
    const changed = before.names.filter(
      (name) => !Buffer.from(before.read(name)).equals(after.read(name)),
    )
    expect(changed).toEqual(['word/document.xml'])
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

/** Public documents that Microsoft Word itself saved; they are not part of the repository. */
const folder = new URL('../../../../shared/word-saved/', import.meta.url)
const wordFiles = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith('.docx'))
  : []
if (wordFiles.length === 0)
  console.log('Files saved by Word are not rewritten: ../shared/word-saved is absent')

describe.skipIf(wordFiles.length === 0)('rewriteDocx() changes files that Word saved', () => {
  test.each(wordFiles)('%s', { timeout: 60_000 }, async (filename) => {
    const bytes = new Uint8Array(readFileSync(new URL(filename, folder)))
    const declared = { filename, mimeType: mimeTypes.docx }
    const read = await readDocument(bytes, declared).catch(() => undefined)
    if (!read) {
      console.log(`${filename} is too long for a resume: ${readDocx(bytes).text.length} characters`)
      return
    }
    const all = suggestionsFor(read.text)
    const refusals = new Map<string, number>()
    const suggestions = all.filter((suggestion, index) => {
      if (index % Math.ceil(all.length / 40) !== 0) return false
      try {
        rewriteDocx(bytes, read.text, [suggestion])
        return true
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        refusals.set(why, (refusals.get(why) ?? 0) + 1)
        return false
      }
    })
    console.log(filename, all.length, suggestions.length, refusals)
    const rewritten = rewriteDocx(bytes, read.text, suggestions)
    const again = await readDocument(rewritten, declared)
    expect(again.text).toBe(applySuggestions(read.text, suggestions))
  })
})
