import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { app, mimeTypes, resumeFile } from './app.ts'

const { stack, begin, callWorker, newPerson, optimize, put, upload, workUntil } = app()
const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const longName = `${'Lebenslauf '.repeat(22)}2026 1.pdf`.padStart(255, 'x')
const absent = '00000000-0000-4000-8000-000000000000'

describe('a resume', () => {
  it.each([
    ['Résumé – Zoë.pdf', undefined, `user-${crypto.randomUUID()}`],
    ['简历.docx', 'product-designer.docx.docx', `user-${crypto.randomUUID()}`],
    ["a'b (1).pdf", undefined, `user-${crypto.randomUUID()}`],
    [longName, undefined, `user-${crypto.randomUUID()}`],
    ['CV.PDF', undefined, 'auth0|42'],
    ['old.doc', 'product-designer.libreoffice.doc', 'https://issuer.example/users?id=7#x'],
  ])(
    'named %s goes through upload, ingest, download and optimization',
    async (name, fixture, sub) => {
      const person = newPerson(sub)
      const file = resumeFile(name, fixture)
      const uploaded = await upload(person, file)
      expect(uploaded.state).toBe('uploaded')

      const version = await workUntil(
        person,
        uploaded.version_id,
        ({ state }) => state !== 'uploaded',
      )
      expect(version).toMatchObject({ state: 'ready', held_as: 'full', original_filename: name })
      expect(version.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(version.content_text?.length).toBeGreaterThan(500)

      const bucket = person.client.storage.from('resumes')
      const downloaded = await bucket.download(version.full_storage_path)
      expect(downloaded.error).toBeNull()
      expect(new Uint8Array((await downloaded.data?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(
        new Uint8Array(await file.arrayBuffer()),
      )
      const signed = await bucket.createSignedUrl(version.full_storage_path, 60)
      expect((await fetch(signed.data?.signedUrl ?? '')).status).toBe(200)

      const answer = await optimize(person.token, { filePath: version.full_storage_path })
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ status: 'succeeded' })
    },
  )

  it('is kept as versions, of which the newest ready one is current', async () => {
    const person = newPerson()
    const first = await upload(person, resumeFile('one.pdf'))
    await workUntil(person, first.version_id, ({ state }) => state === 'ready')
    const second = await upload(
      person,
      resumeFile('two.docx', 'product-designer.docx.docx'),
      first.resume_id,
    )
    await workUntil(person, second.version_id, ({ state }) => state === 'ready')

    const { data } = await person.client.from('resumes').select().eq('id', first.resume_id).single()
    expect(data).toMatchObject({
      original_filename: 'two.docx',
      current_version_id: second.version_id,
      language: 'en',
    })
    expect(second).toMatchObject({ version_number: 2, parent_version_id: first.version_id })
  })

  it('is found by its words and its file name, by its owner alone', async () => {
    const person = newPerson()
    const { version_id, resume_id } = await upload(
      person,
      resumeFile('quixotic-name.docx', 'product-designer.docx.docx'),
    )
    await workUntil(person, version_id, ({ state }) => state === 'ready')
    for (const query of ['quixotic', 'designed prototyping']) {
      const { data } = await person.client.rpc('search_resumes', { query })
      expect(data?.map(({ id }) => id)).toEqual([resume_id])
    }
    const stranger = await newPerson().client.rpc('search_resumes', { query: 'quixotic' })
    expect(stranger.data).toEqual([])
  })

  it('is uploaded directly as well as by a signed URL', async () => {
    const person = newPerson()
    const file = resumeFile()
    const { data } = await begin(person, file)
    const sent = await person.client.storage
      .from('resumes')
      .upload(data?.full_storage_path ?? '', file, { contentType: file.type })
    expect(sent.error).toBeNull()
  })
})

describe('begin_resume_upload', () => {
  it.each([
    ['../cv.pdf', 'invalid_filename'],
    ['a/b.pdf', 'invalid_filename'],
    ['a\\b.pdf', 'invalid_filename'],
    ['..', 'invalid_filename'],
    ['', 'invalid_filename'],
    ['cv\n.pdf', 'invalid_filename'],
    ['cv\u0007.pdf', 'invalid_filename'],
    ['cv\u202efdp.pdf', 'invalid_filename'],
    ['cv\u200b.pdf', 'invalid_filename'],
    [`${'x'.repeat(252)}.pdf`, 'invalid_filename'],
    ['cv.docx', 'unsupported_file_type'],
    ['cv', 'unsupported_file_type'],
  ])('refuses the name %j with a code', async (name, code) => {
    const { data, error } = await newPerson().client.rpc('begin_resume_upload', {
      filename: name,
      mime_type: mimeTypes.pdf,
      file_size: 100,
    })
    expect(data).toBeNull()
    expect(error).toMatchObject({ details: code })
    expect(error?.code).toMatch(/^PT\d{3}$/)
  })

  it.each([
    [0, 'file_empty'],
    [52_428_801, 'file_too_large'],
    [-1, 'invalid_request'],
  ])('refuses a file of %i bytes with a code', async (size, code) => {
    const { error } = await newPerson().client.rpc('begin_resume_upload', {
      filename: 'cv.pdf',
      mime_type: mimeTypes.pdf,
      file_size: size,
    })
    expect(error).toMatchObject({ details: code })
  })

  it('bounds what a user leaves unfinished, and counts a reported failure no more', async () => {
    const person = newPerson()
    const versions = []
    for (let i = 0; i < 20; i++) versions.push((await begin(person, resumeFile())).data)
    expect((await begin(person, resumeFile())).error).toMatchObject({ details: 'quota_exceeded' })
    const given = await person.client.rpc('report_upload_failure', {
      version_id: versions[0]?.version_id ?? '',
      reason: 'network',
    })
    expect(given.data).toMatchObject({ state: 'failed', failure_code: 'upload_failed' })
    expect((await begin(person, resumeFile())).error).toBeNull()
  })

  it('answers for another person’s resume as for one that is not there', async () => {
    const owner = newPerson()
    const stranger = newPerson()
    const { resume_id } = await upload(owner, resumeFile())
    const foreign = await begin(stranger, resumeFile(), resume_id)
    const none = await begin(stranger, resumeFile(), absent)
    expect(foreign.error).toEqual(none.error)
    expect(foreign.error).toMatchObject({ details: 'not_found' })
  })
})

describe('complete_resume_upload', () => {
  it('says that nothing has arrived', async () => {
    const person = newPerson()
    const { data } = await begin(person, resumeFile())
    const { error } = await person.client.rpc('complete_resume_upload', {
      version_id: data?.version_id ?? '',
    })
    expect(error).toMatchObject({ details: 'upload_incomplete' })
  })

  it('is idempotent', async () => {
    const person = newPerson()
    const version = await put(person, resumeFile())
    const complete = () =>
      person.client.rpc('complete_resume_upload', { version_id: version.version_id })
    const answers = await Promise.all([complete(), complete(), complete()])
    expect(answers.map(({ error }) => error)).toEqual([null, null, null])
    expect(new Set(answers.map(({ data }) => data?.uploaded_at)).size).toBe(1)
  })

  it('answers for another person’s version as for one that is not there', async () => {
    const version = await put(newPerson(), resumeFile())
    const stranger = newPerson().client
    const foreign = await stranger.rpc('complete_resume_upload', { version_id: version.version_id })
    const none = await stranger.rpc('complete_resume_upload', { version_id: absent })
    expect(foreign.error).toEqual(none.error)
  })

  it('fails a version of which less arrived than was announced, and its object is removed', async () => {
    const person = newPerson()
    const file = resumeFile()
    const { data } = await person.client.rpc('begin_resume_upload', {
      filename: file.name,
      mime_type: file.type,
      file_size: file.size + 1,
    })
    const path = data?.full_storage_path ?? ''
    await person.client.storage.from('resumes').upload(path, file, { contentType: file.type })
    const completed = await person.client.rpc('complete_resume_upload', {
      version_id: data?.version_id ?? '',
    })
    expect(completed.data).toMatchObject({ state: 'failed', failure_code: 'size_mismatch' })
    await workUntil(person, data?.version_id ?? '', ({ held_as }) => held_as === 'none')
    const gone = await sql`select from storage.objects where name = ${path}`
    expect(gone).toHaveLength(0)
  })
})

describe('an upload', () => {
  it('goes only to its own name, once, and by its owner', async () => {
    const person = newPerson()
    const stranger = newPerson()
    const file = resumeFile()
    const { data } = await begin(person, file)
    const path = data?.full_storage_path ?? ''
    const options = { contentType: file.type }
    const byStranger = await stranger.client.storage.from('resumes').upload(path, file, options)
    expect(byStranger.error).not.toBeNull()
    const elsewhere = await person.client.storage
      .from('resumes')
      .upload(`${path}.pdf`, file, options)
    expect(elsewhere.error).not.toBeNull()
    expect(
      (await person.client.storage.from('resumes').upload(path, file, options)).error,
    ).toBeNull()
    const again = await person.client.storage
      .from('resumes')
      .upload(path, file, { ...options, upsert: true })
    expect(again.error).not.toBeNull()
    const read = await stranger.client.storage.from('resumes').download(path)
    expect(read.error).not.toBeNull()
  })

  it('that its client forgot to complete is finished when its time is over', async () => {
    const person = newPerson()
    const version = await put(person, resumeFile())
    await sql`update public.resume_versions set upload_expires_at = now() - interval '1 second'
      where version_id = ${version.version_id}`
    const settled = await workUntil(person, version.version_id, ({ state }) => state === 'ready')
    expect(settled.failure_code).toBeNull()
  })

  it('that never arrived is marked when its time is over', async () => {
    const person = newPerson()
    const { data } = await begin(person, resumeFile())
    const versionId = data?.version_id ?? ''
    await sql`update public.resume_versions set upload_expires_at = now() - interval '1 second'
      where version_id = ${versionId}`
    const settled = await workUntil(person, versionId, ({ state }) => state !== 'pending')
    expect(settled).toMatchObject({ state: 'failed', failure_code: 'upload_expired' })
  })

  it('whose bytes were exchanged after completion is not trusted', async () => {
    const person = newPerson()
    const version = await put(person, resumeFile())
    // In one transaction, so that no worker sees the object as it was.
    await sql.begin(async (transaction) => {
      const claims = JSON.stringify({ sub: person.sub, role: 'authenticated' })
      await transaction`select set_config('request.jwt.claims', ${claims}, true)`
      await transaction`select public.complete_resume_upload(${version.version_id})`
      await transaction`update public.resume_versions set object_version = 'another'
        where version_id = ${version.version_id}`
    })
    const settled = await workUntil(person, version.version_id, ({ state }) => state !== 'uploaded')
    expect(settled).toMatchObject({ state: 'failed', failure_code: 'hash_mismatch' })
  })
})

describe('worker', () => {
  it('works for nobody without its token', async () => {
    expect((await callWorker('x'.repeat(40))).status).toBe(401)
    expect((await callWorker(stack.publishableKey)).status).toBe(401)
  })
})
