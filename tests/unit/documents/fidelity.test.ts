import { afterAll, describe, expect, test } from 'vitest'
import { readDocument } from '../../../functions/_shared/documents/read.ts'
import { declaredOf, readExpected, readFixture, resumeManifest } from '../../fixtures/resumes.ts'
import { measureFidelity, measureLines } from './word-fidelity.ts'

const minKept = 0.99
const maxExtra = 0.01
/**
 * A PDF has lost what is a paragraph, an item or a row. LibreOffice writes a .doc's list item that
 * ends in a column break without its list.
 */
const minLines = { pdf: 0.94, docx: 1, doc: 0.97 }

describe('readDocument() keeps the words of a resume in reading order', () => {
  const rows: string[] = []
  for (const resume of resumeManifest.resumes) {
    for (const file of resume.files) {
      test(file.file, async () => {
        const read = await readDocument(readFixture(file.file), declaredOf(file))
        const fidelity = measureFidelity(readExpected(resume), read.text)
        const lines = measureLines(readExpected(resume), read.text)
        rows.push(
          `${file.file.padEnd(48)} ${resume.layout.padEnd(10)} kept ${(fidelity.kept * 100).toFixed(2).padStart(6)} %  extra ${(fidelity.extra * 100).toFixed(2).padStart(5)} %  lines ${(lines * 100).toFixed(0).padStart(3)} %`,
        )
        expect(read.kind).toBe(file.kind)
        expect(read.notices).toEqual([])
        expect(fidelity.kept, `missing: ${fidelity.missing.join(' ')}`).toBeGreaterThanOrEqual(
          minKept,
        )
        expect(lines).toBeGreaterThanOrEqual(minLines[file.kind])
        expect(fidelity.extra).toBeLessThanOrEqual(maxExtra)
      })
    }
  }
  afterAll(() => {
    console.log(rows.sort().join('\n'))
  })
})

describe('measureFidelity()', () => {
  test('sees a missing word, a changed order and an added word', () => {
    expect(measureFidelity('a b c d', 'a b c d')).toMatchObject({ kept: 1, extra: 0 })
    expect(measureFidelity('a b c d', 'a b d')).toMatchObject({ kept: 0.75, missing: ['c'] })
    expect(measureFidelity('a b c d', 'c d a b')).toMatchObject({ kept: 0.5, extra: 0.5 })
    expect(measureFidelity('a b c d', 'a b x c d')).toMatchObject({ kept: 1, extra: 0.25 })
  })
})
