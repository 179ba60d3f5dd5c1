import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { eventually, type Person, type Version } from './app.ts'
import { bytesOf, edited, histories, resumeFile, resumeLines, wordFile } from './history.ts'

const { add, ask, download, history, newPerson, settle, sql, versionsOf } = histories()

/** Two versions, of which the first is a delta. */
async function twoVersions(person: Person): Promise<{
  old: Version
  current: Version
  first: File
  second: File
}> {
  const first = resumeFile('cv.pdf')
  const second = await edited(first)
  const [{ resume_id }] = (await history(person, first, second)) as [Version, Version]
  await settle(resume_id)
  const [old, current] = (await versionsOf(person, resume_id)) as [Version, Version]
  return { old, current, first, second }
}

describe('a history', () => {
  it('is listed newest first, with sizes, sources and what each takes', async () => {
    const person = newPerson()
    const { old, current } = await twoVersions(person)
    await ask(person, `${old.version_id}/restore`, 'POST')
    await settle(old.resume_id)
    const { data, error } = await person.client.rpc('list_resume_versions', {
      resume_id: old.resume_id,
    })
    expect(error).toBeNull()
    expect(data).toMatchObject([
      { version_number: 3, source: 'restore', is_current: true, held_as: 'full' },
      { version_number: 2, source: 'upload', is_current: false, held_as: 'delta' },
      { version_number: 1, source: 'upload', is_current: false, held_as: 'delta' },
    ])
    const [newest, middle, oldest] = data ?? []
    expect(newest?.stored_bytes).toBe(newest?.file_size)
    expect(newest?.file_size).toBe(old.file_size)
    expect(middle?.file_size).toBe(current.file_size)
    for (const { stored_bytes, file_size } of [middle, oldest].flatMap((row) => row ?? [])) {
      expect(stored_bytes).toBeLessThan(file_size / 10)
    }
    const stored = await sql`
      select v.version_number, (o.metadata ->> 'size')::integer as size
      from public.resume_versions as v cross join lateral private.held_object(v) as h
        join storage.objects as o on (o.bucket_id, o.name) = (h.bucket_id, h.object_name)
      where v.resume_id = ${old.resume_id} order by 1 desc`
    expect(stored.map(({ size }) => size)).toEqual(data?.map(({ stored_bytes }) => stored_bytes))
  })

  it('gives each version’s exact bytes: the newest by a link, an older one rebuilt, with its digest', async () => {
    const person = newPerson()
    const { old, current, first, second } = await twoVersions(person)
    const expected = await bytesOf(first)
    const answer = await ask(person, old.version_id)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/pdf')
    expect(answer.headers.get('content-disposition')).toContain('cv.pdf')
    expect(await bytesOf(answer)).toEqual(expected)
    const digest = createHash('sha256').update(expected).digest('base64')
    expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`)

    const newest = await ask(person, current.version_id)
    expect(newest.status).toBe(303)
    expect(newest.headers.get('repr-digest')).toBe(
      `sha-256=:${Buffer.from(current.sha256 ?? '', 'hex').toString('base64')}:`,
    )
    const fetched = await fetch(newest.headers.get('location') ?? '')
    expect(await bytesOf(fetched)).toEqual(await bytesOf(second))
  })

  it('sends an older version itself while it is whole: a link could lead to what is gone', async () => {
    const person = newPerson()
    const first = resumeFile()
    const [old, current] = (await history(person, first, await edited(first))) as [Version, Version]
    expect((await versionsOf(person, old.resume_id)).map(({ held_as }) => held_as)).toEqual([
      'full',
      'full',
    ])
    const answer = await ask(person, old.version_id)
    expect(answer.status).toBe(200)
    expect(await bytesOf(answer)).toEqual(await bytesOf(first))

    // A link to the newest one, given out before there was another, is good until it ends by itself.
    const [job] = await sql`
      select run_at >= ready_at + interval '10 minutes' as "isLater"
      from private.jobs, public.resume_versions
      where kind = 'compact' and subject_id = ${old.version_id} and version_id = ${current.version_id}`
    expect(job).toEqual({ isLater: true })
  })

  it('compares any two: which words, and which bullets and jobs', async () => {
    const person = newPerson()
    const [one, two] = (await history(
      person,
      wordFile(resumeLines()),
      wordFile(
        resumeLines({
          bullet: 'Cut the nightly build from 40 to 9 minutes',
          more: ['Engineer, Initech Ltd, 2021 – 2024', '• Ran the search service'],
        }),
      ),
    )) as [Version, Version]
    const answer = await ask(person, `${one.version_id}/compare/${two.version_id}`)
    expect(answer.status).toBe(200)
    const comparison = await answer.json()
    expect(comparison).toMatchObject({
      before: one.version_id,
      after: two.version_id,
      detail: 'words',
      structure: {
        counts: {
          bullets: { added: 1, removed: 0, changed: 1, moved: 0 },
          entries: { added: 1, removed: 0, changed: 1, moved: 0 },
        },
      },
    })
    const changed = (kind: string) =>
      comparison.parts.filter((part: { kind: string }) => part.kind === kind)
    expect(changed('removed')).toMatchObject([{ text: '12' }])
    expect(changed('added').map(({ text }: { text: string }) => text.trim())).toContain('9')

    const back = await (await ask(person, `${two.version_id}/compare/${one.version_id}`)).json()
    expect(back.structure.counts.bullets).toMatchObject({ added: 0, removed: 1, changed: 1 })
    const same = await (await ask(person, `${one.version_id}/compare/${one.version_id}`)).json()
    expect(same.words).toEqual({ removed: 0, added: 0 })

    const [other] = (await history(person, wordFile(resumeLines()))) as [Version]
    const mixed = await ask(person, `${one.version_id}/compare/${other.version_id}`)
    expect(mixed.status).toBe(400)
  })

  it('compares texts of the largest size without the words, and does not hang', async () => {
    const person = newPerson()
    const words = (word: string) =>
      Array.from({ length: 900 }, (_, index) => `${word} ${'ab '.repeat(60)}${index % 7}`)
    const [one, two] = (await history(person, wordFile(words('one')), wordFile(words('two')))) as [
      Version,
      Version,
    ]
    // As text of another reader could be: longer than any that this one gives.
    await sql`
      update public.resume_versions set content_text = rpad(content_text, 1000000, content_text)
      where resume_id = ${one.resume_id}`
    const answer = await ask(person, `${one.version_id}/compare/${two.version_id}`)
    expect(answer.status).toBe(200)
    const { detail, structure } = await answer.json()
    expect(detail).not.toBe('words')
    expect(structure).toBeUndefined()
  })

  it('restores an older version as a new one with the same bytes, once', async () => {
    const person = newPerson()
    const { old, current, first } = await twoVersions(person)
    const restore = (version: Version) => ask(person, `${version.version_id}/restore`, 'POST')
    const answer = await restore(old)
    expect(answer.status).toBe(200)
    const made = await answer.json()
    expect(made).toMatchObject({
      state: 'ready',
      source: 'restore',
      versionNumber: 3,
      sha256: old.sha256,
    })
    expect(await bytesOf(await download(person, made.versionId))).toEqual(await bytesOf(first))
    expect(await (await restore(old)).json()).toMatchObject({ versionId: made.versionId })
    const [, , row] = await versionsOf(person, old.resume_id)
    expect(row).toMatchObject({
      parent_version_id: current.version_id,
      composed_from_version_id: old.version_id,
    })
    // And back again: the one that was current before.
    expect(await (await restore(current)).json()).toMatchObject({
      versionNumber: 4,
      sha256: current.sha256,
    })
    expect((await restore({ ...current, version_id: made.versionId })).status).toBe(200)
  })

  it('keeps a file over 5 MB whole, and restores it', async () => {
    const person = newPerson()
    const large = wordFile(resumeLines(), {
      parts: [{ name: 'word/media/photo.bin', data: randomBytes(6 * 1024 * 1024), stored: true }],
    })
    const [old] = (await history(person, large, wordFile(resumeLines()))) as [Version, Version]
    await settle(old.resume_id)
    expect((await versionsOf(person, old.resume_id))[0]).toMatchObject({
      held_as: 'full',
      kept_full_reason: 'too_large',
      stored_bytes: large.size,
    })
    // Not through a function's memory.
    expect((await ask(person, old.version_id)).status).toBe(303)
    const made = await (await ask(person, `${old.version_id}/restore`, 'POST')).json()
    const version = await eventually(
      async () => (await versionsOf(person, old.resume_id))[2],
      (row) => row?.state === 'ready',
    )
    expect(version).toMatchObject({ version_id: made.versionId, sha256: old.sha256 })
    await settle(old.resume_id)
    const bytes = await bytesOf(await download(person, made.versionId))
    expect(bytes.equals(await bytesOf(large))).toBe(true)
    expect((await bytesOf(await download(person, old.version_id))).equals(bytes)).toBe(true)
  })

  it('takes a label, and gives it up for blanks', async () => {
    const person = newPerson()
    const { version_id } = await add(person, resumeFile())
    const label = (text?: string) =>
      person.client.rpc('label_resume_version', {
        version_id,
        ...(text === undefined ? {} : { label: text }),
      })
    expect((await label('  Für Müller – 2026 ✓ ')).data?.label).toBe('Für Müller – 2026 ✓')
    expect((await label('x'.repeat(100))).data?.label).toHaveLength(100)
    expect(await label('x'.repeat(101))).toMatchObject({
      status: 400,
      error: { details: 'invalid_request' },
    })
    expect((await label(' \t')).data?.label).toBeNull()
    expect((await label('again')).data?.label).toBe('again')
    expect((await label()).data?.label).toBeNull()
  })

  it('is nobody else’s', async () => {
    const { old, current } = await twoVersions(newPerson())
    const other = newPerson()
    for (const [path, method] of [
      [old.version_id, 'GET'],
      [`${old.version_id}/compare/${current.version_id}`, 'GET'],
      [`${old.version_id}/restore`, 'POST'],
    ] as const) {
      expect((await ask(other, path, method)).status).toBe(404)
    }
  })
})
