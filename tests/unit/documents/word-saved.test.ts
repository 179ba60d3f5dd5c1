import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readDocx } from '../../../functions/_shared/documents/docx.ts'
import { limits } from '../../../functions/_shared/documents/limits.ts'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'

/** Public documents that Microsoft Word itself saved; they are not part of the repository. */
const folder = new URL('../../../../shared/word-saved/', import.meta.url)
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.docx')) : []
if (files.length === 0)
  console.log('Files saved by Word are not read: ../shared/word-saved is absent')

describe.skipIf(files.length === 0)('Files that Word saved are read', () => {
  test.each(files)('%s', { timeout: 30_000 }, async (filename) => {
    const bytes = new Uint8Array(readFileSync(new URL(filename, folder)))
    const { text } = readDocx(bytes)
    expect(text.length).toBeGreaterThan(1_000)

    const declared = { filename, mimeType: mimeTypes.docx }
    const result = await readDocument(bytes, declared).catch((error: unknown) => error)
    // These are specifications: some are longer than a resume may be, and are refused for that alone.
    if (text.length <= limits.textCharacters) expect(result).toMatchObject({ kind: 'docx' })
    else {
      expect(result).toMatchObject({
        code: 'file_too_complex',
        detail: expect.stringContaining(`over the limit of ${limits.textCharacters}`),
      })
    }
  })
})
