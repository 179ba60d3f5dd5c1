import { describe, expect, it } from 'vitest'
import * as hostile from '../fixtures/hostile.ts'
import { app, mimeTypes, type Problem } from './app.ts'

const { newPerson, optimize, upload, workUntil } = app()

type Kind = keyof typeof mimeTypes

describe('a file that is refused', () => {
  it.each<[string, string, Kind, () => Uint8Array | Promise<Uint8Array>]>([
    ['a scan', 'no_text', 'pdf', hostile.imageOnlyPdf],
    ['an encrypted PDF', 'file_encrypted', 'pdf', hostile.encryptedPdf],
    ['an encrypted DOCX', 'file_encrypted', 'docx', hostile.encryptedDocx],
    ['a damaged DOCX', 'file_corrupt', 'docx', hostile.truncatedDocx],
    ['a zip bomb', 'file_too_complex', 'docx', hostile.zipBomb],
    ['a polyglot', 'file_polyglot', 'pdf', hostile.pdfThenZip],
    ['a picture that says it is a PDF', 'file_type_mismatch', 'pdf', hostile.pngImage],
    ['a DOCX with a DOCTYPE', 'file_unsafe', 'docx', hostile.billionLaughs],
  ])('%s fails its version and its optimization with %s', async (_, code, kind, make) => {
    const person = newPerson()
    const bytes = new Uint8Array(await make())
    const file = new File([bytes], `cv.${kind}`, { type: mimeTypes[kind] })
    const version = await upload(person, file)
    const settled = await workUntil(person, version.version_id, ({ state }) => state !== 'uploaded')
    expect(settled).toMatchObject({ state: 'failed', failure_code: code, content_text: null })

    // What is refused takes up no more of its owner's room.
    await workUntil(person, version.version_id, ({ held_as }) => held_as === 'none')

    const response = await optimize(person.token, { filePath: version.full_storage_path })
    const problem: Problem = await response.json()
    expect(problem).toMatchObject({ status: 422, code, retryable: false })
  })

  it('is refused with the same code when the optimization reads it first', async () => {
    const person = newPerson()
    const file = new File([new Uint8Array(await hostile.imageOnlyPdf())], 'scan.pdf', {
      type: mimeTypes.pdf,
    })
    const { full_storage_path } = await upload(person, file)
    const response = await optimize(person.token, { filePath: full_storage_path })
    expect(await response.json()).toMatchObject({ status: 422, code: 'no_text' })
  })
})
