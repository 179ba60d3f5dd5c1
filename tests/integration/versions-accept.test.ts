import { describe, expect, it } from 'vitest'
import { readDocument } from '../../functions/_shared/documents/read.ts'
import { openZip } from '../../functions/_shared/documents/zip.ts'
import { mimeTypes, type Person, type Problem, type Version } from './app.ts'
import { bytesOf, histories, type Made, resumeFile } from './history.ts'

const { accept, add, download, newPerson, readVersion, settle, sql, suggestionsFor, versionsOf } =
  histories()

interface Start {
  readonly person: Person
  readonly file: File
  readonly base: Version
  readonly optimizationId: string
  readonly suggestions: readonly { readonly original: string; readonly replacement: string }[]
}

/** A ready version and an optimization of it with at least two suggestions. */
async function start(fixture: string, name?: string): Promise<Start> {
  const person = newPerson()
  const file = resumeFile(name, fixture)
  const base = await add(person, file)
  const { optimizationId, result } = await suggestionsFor(person, base)
  expect(result.suggestions.length).toBeGreaterThan(1)
  return { person, file, base, optimizationId, suggestions: result.suggestions }
}

async function made(response: Response): Promise<Made> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return await response.json()
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return await response.json()
}

async function textOf(person: Person, versionId: string): Promise<string> {
  const { content_text } = await readVersion(person, versionId)
  return content_text ?? ''
}

describe('accepted suggestions of a Word file', () => {
  it('are put in one by one, in place: every other part of the file is what it was', async () => {
    const { person, file, base, optimizationId, suggestions } = await start(
      'logistics-coordinator.libreoffice.docx',
      'Lebenslauf – Jane.docx',
    )
    const first = await made(await accept(person, optimizationId, [1]))
    expect(first).toMatchObject({
      versionNumber: 2,
      state: 'ready',
      source: 'optimization',
      filename: 'Lebenslauf – Jane.docx',
      mimeType: mimeTypes.docx,
      acceptedSuggestions: [1],
    })
    expect(first.notices).not.toContain('written_from_structure')
    const second = await made(await accept(person, optimizationId, [0]))
    expect(second).toMatchObject({ versionNumber: 3, acceptedSuggestions: [0, 1] })

    const [zero, one] = suggestions as [(typeof suggestions)[0], (typeof suggestions)[0]]
    const before = await textOf(person, base.version_id)
    const applied = (text: string, ...list: (typeof suggestions)[0][]) =>
      list.reduce((rest, { original, replacement }) => rest.replace(original, replacement), text)
    expect(await textOf(person, first.versionId)).toBe(applied(before, one))
    expect(await textOf(person, second.versionId)).toBe(applied(before, zero, one))

    const old = openZip(new Uint8Array(await file.arrayBuffer()))
    for (const { versionId } of [first, second]) {
      const bytes = await bytesOf(await download(person, versionId))
      const fresh = openZip(new Uint8Array(bytes))
      expect(fresh.names).toEqual(old.names)
      const changed = old.names.filter(
        (name) => Buffer.compare(old.read(name), fresh.read(name)) !== 0,
      )
      expect(changed).toEqual(['word/document.xml'])
    }
    // The words that were not changed stand in the same runs.
    const runs = (zip: typeof old) =>
      new TextDecoder().decode(zip.read('word/document.xml')).match(/<w:rPr>.*?<\/w:rPr>/g)
    expect(
      runs(openZip(new Uint8Array(await bytesOf(await download(person, second.versionId))))),
    ).toEqual(runs(old))

    // What the newer ones made of it stays provable as a delta.
    await settle(base.resume_id)
    expect((await versionsOf(person, base.resume_id)).map(({ held_as }) => held_as)).toEqual([
      'delta',
      'delta',
      'full',
    ])
    expect(await bytesOf(await download(person, base.version_id))).toEqual(await bytesOf(file))
  })

  it('are put in once: asked again, it is the same version', async () => {
    const { person, base, optimizationId } = await start('logistics-coordinator.docx.docx')
    const answers = await Promise.all([
      accept(person, optimizationId, [0]).then(made),
      accept(person, optimizationId, [0, 0]).then(made),
    ])
    expect(answers[1]?.versionId).toBe(answers[0]?.versionId)
    expect(await made(await accept(person, optimizationId, [0]))).toMatchObject({
      versionId: answers[0]?.versionId,
    })
    expect(await versionsOf(person, base.resume_id)).toHaveLength(2)
  })
})

describe.each([
  ['PDF', 'logistics-coordinator.chromium.pdf'],
  ['DOC', 'logistics-coordinator.libreoffice.doc'],
])('accepted suggestions of a %s', (_, fixture) => {
  it('make a clean Word file, which says so', async () => {
    const { person, base, optimizationId, suggestions } = await start(
      fixture,
      `Jane CV.${fixture.slice(-3)}`,
    )
    const version = await made(await accept(person, optimizationId, [0]))
    expect(version).toMatchObject({
      versionNumber: 2,
      source: 'optimization',
      mimeType: mimeTypes.docx,
      filename: 'Jane CV.docx',
      acceptedSuggestions: [0],
    })
    expect(version.notices).toContain('written_from_structure')
    const bytes = await bytesOf(await download(person, version.versionId))
    const { text } = await readDocument(new Uint8Array(bytes), {
      filename: version.filename,
      mimeType: version.mimeType,
    })
    const words = (value: string) => value.match(/[\p{L}\p{N}]+/gu) ?? []
    const [suggestion] = suggestions
    const expected = (await textOf(person, base.version_id)).replace(
      suggestion?.original ?? '',
      suggestion?.replacement ?? '',
    )
    // Not one word is lost or new, in whatever order a clean layout has them.
    expect(words(text).sort()).toEqual(words(expected).sort())
  })
})

describe('what cannot be accepted', () => {
  it('is about a version that is no longer current: 409, with what changed since', async () => {
    const { person, file, base, optimizationId } = await start('logistics-coordinator.docx.docx')
    const next = await add(person, await repacked(file), base.resume_id)
    await person.client.rpc('label_resume_version', { version_id: next.version_id, label: 'mine' })
    const refused = await accept(person, optimizationId, [0])
    expect(refused.status).toBe(409)
    expect(await problemOf(refused)).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('version 2 (upload, mine)'),
    })
    expect(await versionsOf(person, base.resume_id)).toHaveLength(2)
  })

  it('is of an optimization that is not done, not there, another’s or of a deleted resume', async () => {
    const { person, base, optimizationId } = await start('logistics-coordinator.docx.docx')
    const code = async (who: Person, id: string, suggestions: readonly number[] = [0]) =>
      (await problemOf(await accept(who, id, suggestions))).code
    expect(await code(person, crypto.randomUUID())).toBe('not_found')
    expect(await code(newPerson(), optimizationId)).toBe('not_found')
    for (const suggestions of [[99], [-1], [0.5], [], [0, 99]]) {
      expect(await code(person, optimizationId, suggestions)).toBe('invalid_request')
    }
    const [cancelled] = await sql`
      insert into public.optimizations (user_id, resume_id, version_id, input_hash, status, finished_at)
      values (${person.sub}, ${base.resume_id}, ${base.version_id}, 'x', 'cancelled', now())
      returning optimization_id`
    expect(await code(person, cancelled?.optimization_id)).toBe('conflict')
    await person.client.rpc('delete_resume', { resume_id: base.resume_id })
    expect(await code(person, optimizationId)).toBe('not_found')
  })
})

/** The same Word file with a comment in its zip: other bytes, the same text. */
async function repacked(file: File): Promise<File> {
  const bytes = await bytesOf(file)
  const end = bytes.length - 22
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50)
  bytes.writeUInt16LE(4, end + 20)
  return new File([bytes, 'mine'], file.name, { type: file.type })
}
