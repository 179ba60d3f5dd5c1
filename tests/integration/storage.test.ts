import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { mintToken } from '../../scripts/local/jwt.ts'

// What supabase-js' storage client does on the real service, it does here: on a bucket of the test's own, with policies that know
// an object's owner by the first part of its name.
const stack = inject('stack')
const bucket = `surface-${crypto.randomUUID().slice(0, 8)}`
const pdf = 'application/pdf'
const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })

function clientFor(sub?: string): SupabaseClient {
  const authorization = sub ? `Bearer ${mintToken({ sub }, stack.jwtSecret)}` : undefined
  return createClient(stack.url, stack.publishableKey, {
    auth: { persistSession: false },
    ...(authorization ? { global: { headers: { authorization } } } : {}),
  })
}

const ada = clientFor('ada')
const bob = clientFor('auth0|42')
const anon = clientFor()
const service = createClient(stack.url, stack.secretKey, { auth: { persistSession: false } })
const bytesOf = (text: string) => new TextEncoder().encode(text)

beforeAll(async () => {
  await sql`insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
    values (${bucket}, ${bucket}, false, 1000, ${[pdf, 'text/plain']})`
  const own = `bucket_id = '${bucket}' and split_part(name, '/', 1) = (select auth.jwt() ->> 'sub')`
  for (const [command, clause] of [
    ['insert', `with check (${own})`],
    ['select', `using (${own})`],
    ['delete', `using (${own})`],
  ]) {
    await sql.unsafe(
      `create policy "${bucket}_${command}" on storage.objects for ${command} to authenticated ${clause}`,
    )
  }
  await sql.unsafe(
    `create policy "${bucket}_read" on storage.buckets for select to authenticated using (id = '${bucket}')`,
  )
})

afterAll(async () => {
  for (const command of ['insert', 'select', 'delete']) {
    await sql.unsafe(`drop policy "${bucket}_${command}" on storage.objects`)
  }
  await sql.unsafe(`drop policy "${bucket}_read" on storage.buckets`)
  await sql.end()
})

async function textAt(client: SupabaseClient, path: string): Promise<string | undefined> {
  const { data } = await client.storage.from(bucket).download(path)
  return data?.text()
}

describe('upload', () => {
  it.each([
    ['a Blob', new Blob(['%PDF one'], { type: pdf })],
    ['a File', new File(['%PDF one'], 'cv.pdf', { type: pdf })],
    ['a Uint8Array', bytesOf('%PDF one')],
    ['an ArrayBuffer', bytesOf('%PDF one').buffer],
  ])('keeps the bytes and type of %s', async (kind, body) => {
    const path = `ada/upload ${kind}.pdf`
    const { error } = await ada.storage.from(bucket).upload(path, body, { contentType: pdf })
    expect(error).toBeNull()
    const { data } = await ada.storage.from(bucket).download(path)
    expect(await data?.text()).toBe('%PDF one')
    expect(data?.type).toBe(pdf)
  })

  it('writes the row that the real service writes', async () => {
    await bob.storage.from(bucket).upload('auth0|42/nope', 'x')
    const path = 'ada/row.pdf'
    await ada.storage.from(bucket).upload(path, new Blob(['12345'], { type: pdf }))
    const [row] = await sql`select version, owner_id, metadata ->> 'size' as size,
      metadata ->> 'mimetype' as mimetype, metadata ->> 'eTag' as etag
      from storage.objects where bucket_id = ${bucket} and name = ${path}`
    expect(row).toEqual({
      version: expect.stringMatching(/^[0-9a-f-]{36}$/),
      owner_id: 'ada',
      size: '5',
      mimetype: pdf,
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    })
  })

  it('refuses a second upload to a name and keeps the first bytes', async () => {
    const path = 'ada/twice.pdf'
    const upload = (text: string) =>
      ada.storage.from(bucket).upload(path, new Blob([text], { type: pdf }))
    expect((await upload('first')).error).toBeNull()
    expect((await upload('second')).error).toMatchObject({
      statusCode: '409',
      code: 'KeyAlreadyExists',
      message: 'The resource already exists',
    })
    expect(await textAt(ada, path)).toBe('first')
  })

  it('lets one of many simultaneous uploads win, with its own bytes', async () => {
    const path = 'ada/race.pdf'
    const results = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(async (text) => {
        const body = new Blob([text], { type: pdf })
        const { error } = await ada.storage.from(bucket).upload(path, body)
        return { text, error }
      }),
    )
    const winners = results.filter(({ error }) => !error)
    expect(winners).toHaveLength(1)
    expect(await textAt(ada, path)).toBe(winners[0]?.text)
  })

  it('refuses a file above the bucket limit, as multipart and raw', async () => {
    for (const body of [new Blob(['x'.repeat(1_001)], { type: pdf }), bytesOf('x'.repeat(1_001))]) {
      const { error } = await ada.storage
        .from(bucket)
        .upload('ada/large.pdf', body, { contentType: pdf })
      expect(error).toMatchObject({ statusCode: '413', code: 'EntityTooLarge' })
    }
  })

  it('refuses a type that the bucket does not take', async () => {
    const body = new Blob(['x'], { type: 'image/png' })
    const { error } = await ada.storage.from(bucket).upload('ada/picture.png', body)
    expect(error).toMatchObject({ statusCode: '415', code: 'InvalidMimeType' })
  })

  it("is refused in another person's folder, without a token, and for anonymous callers", async () => {
    for (const client of [bob, anon]) {
      const { error } = await client.storage
        .from(bucket)
        .upload('ada/intruder.pdf', new Blob(['x'], { type: pdf }))
      expect(error).toMatchObject({ statusCode: '403', code: 'AccessDenied' })
    }
  })

  it('takes every character that the real service takes in a key', async () => {
    const path = "ada/!-.*'() &$@=;:+,_aZ09.pdf"
    const { error } = await ada.storage.from(bucket).upload(path, new Blob(['x'], { type: pdf }))
    expect(error).toBeNull()
    expect(await textAt(ada, path)).toBe('x')
    const { data } = await ada.storage.from(bucket).createSignedUrl(path, 60)
    expect(await (await fetch(data?.signedUrl ?? '')).text()).toBe('x')
    const upload = await ada.storage.from(bucket).createSignedUploadUrl(path.replace('!', '!2'))
    expect(upload.error).toBeNull()
    const sent = await ada.storage
      .from(bucket)
      .uploadToSignedUrl(upload.data?.path ?? '', upload.data?.token ?? '', bytesOf('y'), {
        contentType: pdf,
      })
    expect(sent.error).toBeNull()
    expect(await textAt(ada, path.replace('!', '!2'))).toBe('y')
  })

  it.each([
    'ada/Résumé.pdf',
    'ada/简历.pdf',
    'ada/a~b',
    'ada/a"b',
    'ada/a#b',
    'ada/a%25b',
    'ada/a%3Fb',
  ])('refuses the key %s', async (path) => {
    const url = `${stack.url}/storage/v1/object/${bucket}/${path.replace('#', '%23')}`
    const response = await fetch(url, {
      method: 'POST',
      headers: { apikey: stack.secretKey, 'content-type': pdf },
      body: 'x',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ statusCode: '400', error: 'InvalidKey' })
  })

  it('takes an encoded key for the name that it encodes', async () => {
    const url = `${stack.url}/storage/v1/object/${bucket}/ada/${encodeURIComponent('a+b@c, d.pdf')}`
    const headers = { apikey: stack.secretKey, 'content-type': pdf }
    expect((await fetch(url, { method: 'POST', headers, body: 'x' })).status).toBe(200)
    expect(await textAt(ada, 'ada/a+b@c, d.pdf')).toBe('x')
  })
})

describe('signed upload', () => {
  it('takes the bytes of a Blob without any key or token but its own', async () => {
    const path = 'ada/signed.pdf'
    const { data, error } = await ada.storage.from(bucket).createSignedUploadUrl(path)
    expect(error).toBeNull()
    expect(data?.signedUrl).toContain(`${stack.url}/storage/v1/object/upload/sign/${bucket}/ada/`)
    const stranger = createClient(stack.url, 'no-key', { auth: { persistSession: false } })
    const sent = await stranger.storage
      .from(bucket)
      .uploadToSignedUrl(path, data?.token ?? '', new Blob(['%PDF signed'], { type: pdf }))
    expect(sent.error).toBeNull()
    const read = await ada.storage.from(bucket).download(path)
    expect([await read.data?.text(), read.data?.type]).toEqual(['%PDF signed', pdf])
  })

  it('is not given out where an insert would be refused', async () => {
    for (const client of [bob, anon]) {
      const { error } = await client.storage.from(bucket).createSignedUploadUrl('ada/x.pdf')
      expect(error).toMatchObject({ code: 'AccessDenied' })
    }
  })

  it('works once', async () => {
    const files = ada.storage.from(bucket)
    const { data } = await files.createSignedUploadUrl('ada/once.pdf')
    const send = (text: string) =>
      files.uploadToSignedUrl('ada/once.pdf', data?.token ?? '', new Blob([text], { type: pdf }))
    expect((await send('one')).error).toBeNull()
    expect((await send('two')).error).toMatchObject({ code: 'KeyAlreadyExists' })
    expect(await textAt(ada, 'ada/once.pdf')).toBe('one')
  })

  it('refuses a token for another name, a forged one and an expired one', async () => {
    const files = ada.storage.from(bucket)
    const { data } = await files.createSignedUploadUrl('ada/mine.pdf')
    const body = () => new Blob(['x'], { type: pdf })
    const other = await files.uploadToSignedUrl('ada/other.pdf', data?.token ?? '', body())
    expect(other.error).not.toBeNull()
    const claims = { bucket, intent: 'upload', sub: 'ada/mine.pdf', upsert: false }
    for (const token of [
      mintToken(claims, 'another secret'),
      mintToken(claims, stack.jwtSecret, -1),
    ]) {
      const { error } = await files.uploadToSignedUrl('ada/mine.pdf', token, body())
      expect(error).toMatchObject({ status: 400, code: 'InvalidJWT' })
    }
  })

  it('holds the bucket to its size and types', async () => {
    const files = ada.storage.from(bucket)
    const { data } = await files.createSignedUploadUrl('ada/limits.pdf')
    const token = data?.token ?? ''
    const large = new Blob(['x'.repeat(1_001)], { type: pdf })
    expect((await files.uploadToSignedUrl('ada/limits.pdf', token, large)).error).toMatchObject({
      code: 'EntityTooLarge',
    })
    const picture = new Blob(['x'], { type: 'image/png' })
    expect((await files.uploadToSignedUrl('ada/limits.pdf', token, picture)).error).toMatchObject({
      code: 'InvalidMimeType',
    })
  })
})

describe('reading', () => {
  const path = 'ada/folder/read.pdf'
  beforeAll(async () => {
    for (const name of [path, 'ada/folder/a.pdf', 'ada/folder/deep/b.pdf']) {
      const { error } = await ada.storage.from(bucket).upload(name, new Blob([name], { type: pdf }))
      expect(error).toBeNull()
    }
  })

  it('download() gives the owner and the service the file, and nobody else', async () => {
    expect(await textAt(ada, path)).toBe(path)
    expect(await textAt(service, path)).toBe(path)
    expect((await bob.storage.from(bucket).download(path)).error).not.toBeNull()
    expect((await anon.storage.from(bucket).download(path)).error).not.toBeNull()
  })

  it('createSignedUrl() gives a link that needs no key, for a file that one may read', async () => {
    const { data } = await ada.storage.from(bucket).createSignedUrl(path, 60)
    expect(await (await fetch(data?.signedUrl ?? '')).text()).toBe(path)
    const { error } = await bob.storage.from(bucket).createSignedUrl(path, 60)
    expect(error).toMatchObject({ code: 'NoSuchKey' })
    const forged = data?.signedUrl.replace(/token=.*/, 'token=a.b.c') ?? ''
    expect((await fetch(forged)).status).toBe(400)
  })

  it('createSignedUrls() answers for each name', async () => {
    const { data } = await ada.storage.from(bucket).createSignedUrls([path, 'ada/none.pdf'], 60)
    expect(await (await fetch(data?.[0]?.signedUrl ?? '')).text()).toBe(path)
    expect(data?.[1]).toMatchObject({ signedUrl: null, error: 'Object not found' })
  })

  it('info() and exists() speak of one file', async () => {
    const { data } = await ada.storage.from(bucket).info(path)
    expect(data).toMatchObject({
      name: path,
      bucketId: bucket,
      size: path.length,
      contentType: pdf,
      version: expect.any(String),
      etag: expect.any(String),
      lastModified: expect.any(String),
    })
    expect((await ada.storage.from(bucket).exists(path)).data).toBe(true)
    expect((await ada.storage.from(bucket).exists('ada/none.pdf')).data).toBe(false)
    expect((await bob.storage.from(bucket).exists(path)).data).toBe(false)
  })

  it('list() shows one level, with folders, to those who may read it', async () => {
    const files = ada.storage.from(bucket)
    const { data } = await files.list('ada/folder')
    expect(data?.map(({ name, id }) => [name, id === null])).toEqual([
      ['a.pdf', false],
      ['deep', true],
      ['read.pdf', false],
    ])
    expect(data?.[0]?.metadata).toMatchObject({ mimetype: pdf })
    const page = await files.list('ada/folder', {
      limit: 1,
      offset: 1,
      sortBy: { column: 'name', order: 'desc' },
    })
    expect(page.data?.map(({ name }) => name)).toEqual(['deep'])
    expect((await files.list('ada/folder', { search: 'rea' })).data).toHaveLength(1)
    expect((await bob.storage.from(bucket).list('ada/folder')).data).toEqual([])
    expect((await service.storage.from(bucket).list('ada/folder')).data).toHaveLength(3)
  })

  it('getBucket() shows the bucket to those whom a policy lets', async () => {
    const { data } = await ada.storage.getBucket(bucket)
    expect(data).toMatchObject({ id: bucket, public: false, file_size_limit: 1_000 })
    expect((await anon.storage.getBucket(bucket)).error).toMatchObject({ code: 'NoSuchBucket' })
    expect((await service.storage.getBucket(bucket)).data?.id).toBe(bucket)
  })
})

describe('remove', () => {
  it('deletes row and bytes for the owner and the service, and nothing for a stranger', async () => {
    for (const [name, client] of [
      ['ada/gone 1.pdf', ada],
      ['ada/gone 2.pdf', service],
    ] as const) {
      await ada.storage.from(bucket).upload(name, new Blob(['x'], { type: pdf }))
      expect((await bob.storage.from(bucket).remove([name])).data).toEqual([])
      expect(await textAt(ada, name)).toBe('x')
      expect((await client.storage.from(bucket).remove([name])).data).toHaveLength(1)
      expect((await ada.storage.from(bucket).exists(name)).data).toBe(false)
    }
  })
})

describe('tokens', () => {
  it('refuses a forged and an expired user token', async () => {
    for (const token of [
      mintToken({ sub: 'ada' }, 'another secret'),
      mintToken({ sub: 'ada' }, stack.jwtSecret, -1),
    ]) {
      const client = createClient(stack.url, stack.publishableKey, {
        auth: { persistSession: false },
        global: { headers: { authorization: `Bearer ${token}` } },
      })
      const { error } = await client.storage.from(bucket).createSignedUploadUrl('ada/x.pdf')
      expect(error).toMatchObject({ code: 'InvalidJWT' })
    }
  })
})
