/**
 * Two users, and everything of the one tried by the other: what is foreign is answered as what is absent, word for word
 * and, as far as a test can tell, in the same time.
 */
import { createClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, it } from 'vitest'
import { mintToken } from '../../scripts/local/jwt.ts'
import { app, eventsOf, type Person, resumeFile, type Version } from './app.ts'

const { clientWith, functionsUrl, newPerson, optimize, put, stack, upload, watch, workUntil } =
  app()
const stream = { accept: 'text/event-stream' }

interface Belongings {
  readonly person: Person
  readonly ready: Version
  readonly pending: Version
  /** Of a resume that was deleted, and can be had back. */
  readonly deleted: Version
  readonly receiptId: string
  readonly optimizationId: string
  readonly lastEventId: number
  readonly secretWord: string
}

let ada: Belongings
let bob: Belongings
beforeAll(async () => {
  ada = await furnish('ada')
  bob = await furnish('bob')
})

/** A person with a version in each state, an optimization, and a file name that nobody else has. */
async function furnish(name: string): Promise<Belongings> {
  const person = newPerson()
  const erased = await person.client.rpc('erase_my_data')
  const receiptId = erased.data?.receipt_id ?? ''
  const secretWord = `${name}${crypto.randomUUID().slice(0, 8)}`
  const { version_id } = await upload(person, resumeFile(`${secretWord}.pdf`))
  const ready = await workUntil(person, version_id, ({ state }) => state === 'ready')
  const pending = await put(person, resumeFile('pending.pdf'))
  const deleted = await upload(person, resumeFile(`${secretWord}-deleted.pdf`))
  await person.client.rpc('delete_resume', { resume_id: deleted.resume_id })
  const body = { filePath: ready.full_storage_path, idempotencyKey: 'the same for both' }
  const events = await eventsOf(await optimize(person.token, body, { headers: stream }))
  const done = events.at(-1)
  expect(done?.event).toBe('done')
  const optimizationId = String(done?.data.optimizationId)
  const lastEventId = Number(done?.id)
  return { person, ready, pending, deleted, receiptId, optimizationId, lastEventId, secretWord }
}

/** Each way round; which of them is only known once they are there. */
const directions = [
  { name: 'the first by the second', thief: () => bob, owner: () => ada },
  { name: 'the second by the first', thief: () => ada, owner: () => bob },
]

const absentId = () => crypto.randomUUID()
const bucketOf = ({ client }: Person) => client.storage.from('resumes')

/** Of the same length and form as the owner's own name. */
function absentPath(path: string): string {
  return path.replace(/[0-9a-f-]{36}(?=\/v)/, absentId())
}

async function askVersions(person: Person, path: string, method = 'GET', body?: unknown) {
  return await fetch(`${functionsUrl}/resume-versions/${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      apikey: stack.publishableKey,
      authorization: `Bearer ${person.token}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** A problem without what names the request. */
async function problemOf(response: Response) {
  const { requestId: _, ...problem } = await response.json()
  return {
    ...problem,
    httpStatus: response.status,
    retryAfter: response.headers.get('retry-after'),
  }
}

describe.each(directions)('the Data API, $name', ({ thief, owner }) => {
  type Ask = (id: {
    version: string
    resume: string
    optimization: string
    receipt: string
    path: string
  }) => PromiseLike<{ data: unknown; error: unknown; status: number }>

  const asks: [string, (client: Person['client']) => Ask][] = [
    [
      'begin_resume_upload() on a resume',
      (client) =>
        ({ resume }) =>
          client.rpc('begin_resume_upload', {
            filename: 'cv.pdf',
            mime_type: 'application/pdf',
            file_size: 1,
            resume_id: resume,
          }),
    ],
    [
      'complete_resume_upload()',
      (client) =>
        ({ version }) =>
          client.rpc('complete_resume_upload', { version_id: version }),
    ],
    [
      'report_upload_failure()',
      (client) =>
        ({ version }) =>
          client.rpc('report_upload_failure', { version_id: version, reason: 'aborted' }),
    ],
    [
      'report_upload_failure() with a wrong reason',
      (client) =>
        ({ version }) =>
          client.rpc('report_upload_failure', { version_id: version, reason: 'bored' }),
    ],
    [
      'request_optimization()',
      (client) =>
        ({ path }) =>
          client.rpc('request_optimization', { file_path: path }),
    ],
    [
      'request_optimization() with the owner’s idempotency key',
      (client) =>
        ({ path }) =>
          client.rpc('request_optimization', {
            file_path: path,
            idempotency_key: 'the same for both',
          }),
    ],
    [
      'request_optimization() with the bucket in front',
      (client) =>
        ({ path }) =>
          client.rpc('request_optimization', { file_path: `resumes/${path}` }),
    ],
    [
      'cancel_optimization()',
      (client) =>
        ({ optimization }) =>
          client.rpc('cancel_optimization', { optimization_id: optimization }),
    ],
    [
      'list_optimization_events()',
      (client) =>
        ({ optimization }) =>
          client.rpc('list_optimization_events', { optimization_id: optimization }),
    ],
    [
      'list_optimization_events() after one',
      (client) =>
        ({ optimization }) =>
          client.rpc('list_optimization_events', {
            optimization_id: optimization,
            after_event_id: 1,
          }),
    ],
    [
      'list_resume_versions()',
      (client) =>
        ({ resume }) =>
          client.rpc('list_resume_versions', { resume_id: resume }),
    ],
    [
      'label_resume_version()',
      (client) =>
        ({ version }) =>
          client.rpc('label_resume_version', { version_id: version, label: 'mine' }),
    ],
    [
      'label_resume_version() with one that is too long',
      (client) =>
        ({ version }) =>
          client.rpc('label_resume_version', { version_id: version, label: 'x'.repeat(101) }),
    ],
    [
      'pin_resume_version()',
      (client) =>
        ({ version }) =>
          client.rpc('pin_resume_version', { version_id: version, pinned: true }),
    ],
    [
      'restore_resume_version()',
      (client) =>
        ({ version }) =>
          client.rpc('restore_resume_version', { version_id: version }),
    ],
    [
      'accept_suggestions()',
      (client) =>
        ({ optimization }) =>
          client.rpc('accept_suggestions', { optimization_id: optimization, suggestions: [0] }),
    ],
    [
      'accept_suggestions() of none',
      (client) =>
        ({ optimization }) =>
          client.rpc('accept_suggestions', { optimization_id: optimization, suggestions: [] }),
    ],
    [
      'delete_resume()',
      (client) =>
        ({ resume }) =>
          client.rpc('delete_resume', { resume_id: resume }),
    ],
    [
      'undelete_resume()',
      (client) =>
        ({ resume }) =>
          client.rpc('undelete_resume', { resume_id: resume }),
    ],
    [
      'get_erasure_receipt()',
      (client) =>
        ({ receipt }) =>
          client.rpc('get_erasure_receipt', { receipt_id: receipt }),
    ],
    [
      'a row of resumes',
      (client) =>
        ({ resume }) =>
          client.from('resumes').select().eq('id', resume),
    ],
    [
      'a row of resume_versions',
      (client) =>
        ({ version }) =>
          client.from('resume_versions').select().eq('version_id', version),
    ],
    [
      'a version by its path',
      (client) =>
        ({ path }) =>
          client.from('resume_versions').select().eq('full_storage_path', path),
    ],
    [
      'a row of optimizations',
      (client) =>
        ({ optimization }) =>
          client.from('optimizations').select().eq('optimization_id', optimization),
    ],
  ]

  it.each(asks)('%s: foreign is absent', async (_, askOf) => {
    const ask = askOf(thief().person.client)
    for (const version of [owner().ready, owner().pending, owner().deleted]) {
      const foreign = await ask({
        version: version.version_id,
        resume: version.resume_id,
        optimization: owner().optimizationId,
        receipt: owner().receiptId,
        path: version.full_storage_path,
      })
      const absent = await ask({
        version: absentId(),
        resume: absentId(),
        optimization: absentId(),
        receipt: absentId(),
        path: absentPath(version.full_storage_path),
      })
      expect(foreign).toEqual(absent)
      expect(foreign.error !== null || JSON.stringify(foreign.data) === '[]').toBe(true)
    }
  })

  it('a whole table shows nothing of the owner', async () => {
    const { client } = thief().person
    for (const table of ['resumes', 'resume_versions', 'optimizations'] as const) {
      const { data } = await client.from(table).select()
      expect(data?.length).toBeGreaterThan(0)
      expect(JSON.stringify(data)).not.toContain(owner().secretWord)
      expect(JSON.stringify(data)).not.toContain(owner().ready.resume_id)
    }
  })

  it('what was deleted, and what will be, is told of the thief’s own alone', async () => {
    for (const { data } of await Promise.all([
      thief().person.client.rpc('list_deleted_resumes'),
      thief().person.client.rpc('retention_report', { keep_last: 1 }),
    ])) {
      expect(data).toMatchObject([{ resume_id: thief().deleted.resume_id }])
    }
  })

  it('a search finds the owner’s words for the owner alone', async () => {
    const query = owner().secretWord
    const mine = await owner().person.client.rpc('search_resumes', { query })
    expect(mine.data).toHaveLength(1)
    const theirs = await thief().person.client.rpc('search_resumes', { query })
    const nobodys = await thief().person.client.rpc('search_resumes', { query: 'zqxnobodys' })
    expect(theirs).toEqual(nobodys)
  })

  it('the same idempotency key is two keys', () => {
    expect(thief().optimizationId).not.toBe(owner().optimizationId)
  })

  it('nothing of the owner has changed', async () => {
    const { client } = owner().person
    const { data } = await client
      .from('resume_versions')
      .select('version_id, state')
      .order('created_at')
    expect(data).toEqual([
      { version_id: owner().ready.version_id, state: 'ready' },
      { version_id: owner().pending.version_id, state: 'pending' },
    ])
    const { data: optimizations } = await client.from('optimizations').select('status')
    expect(optimizations).toEqual([{ status: 'succeeded' }])
    const { data: deleted } = await client.rpc('list_deleted_resumes')
    expect(deleted).toMatchObject([{ resume_id: owner().deleted.resume_id }])
  })
})

describe.each(directions)('resume-versions, $name', ({ thief, owner }) => {
  const doors: [string, string, (id: string, own: string) => string][] = [
    ['a download', 'GET', (id) => id],
    ['a comparison with their own', 'GET', (id, own) => `${own}/compare/${id}`],
    ['a comparison the other way round', 'GET', (id, own) => `${id}/compare/${own}`],
    ['a comparison with itself', 'GET', (id) => `${id}/compare/${id}`],
    ['a restoration', 'POST', (id) => `${id}/restore`],
  ]
  it.each(doors)('%s: foreign is absent', async (_, method, pathOf) => {
    const own = thief().ready.version_id
    for (const { version_id } of [owner().ready, owner().pending, owner().deleted]) {
      const ask = (id: string) =>
        askVersions(thief().person, pathOf(id, own), method).then(problemOf)
      const foreign = await ask(version_id)
      expect(foreign).toEqual(await ask(absentId()))
      expect(foreign).toMatchObject({ httpStatus: 404, code: 'not_found' })
    }
  })

  it('an acceptance: foreign is absent', async () => {
    for (const suggestions of [[0], [99]]) {
      const ask = (optimizationId: string) =>
        askVersions(thief().person, 'accept', 'POST', { optimizationId, suggestions }).then(
          problemOf,
        )
      const foreign = await ask(owner().optimizationId)
      expect(foreign).toEqual(await ask(absentId()))
      expect(foreign).toMatchObject({ httpStatus: 404, code: 'not_found' })
    }
  })
})

describe.each(directions)('optimize-resume, $name', ({ thief, owner }) => {
  it.each([
    ['plain', {}],
    ['as a stream', stream],
    ['asynchronously', { prefer: 'respond-async' }],
  ])('a foreign path is an absent one, %s', async (_, headers) => {
    const ask = (filePath: string, more = {}) =>
      optimize(thief().person.token, { filePath, ...more }, { headers }).then(problemOf)
    for (const more of [{}, { idempotencyKey: 'the same for both' }]) {
      const path = owner().ready.full_storage_path
      const foreign = await ask(path, more)
      expect(foreign).toEqual(await ask(absentPath(path), more))
      expect(foreign).toMatchObject({ httpStatus: 404, code: 'not_found' })
    }
  })

  it.each([
    ['plain', {}],
    ['as a stream', stream],
    ['after its last event', { ...stream, 'last-event-id': 'last' }],
    ['after an event that is not there', { ...stream, 'last-event-id': '999999' }],
  ])('a foreign optimization is an absent one, %s', async (_, headers: Record<string, string>) => {
    const sent =
      headers['last-event-id'] === 'last'
        ? { ...headers, 'last-event-id': String(owner().lastEventId) }
        : headers
    const ask = (id: string) => watch(thief().person, id, sent).then(problemOf)
    const foreign = await ask(owner().optimizationId)
    expect(foreign).toEqual(await ask(absentId()))
    expect(foreign).toMatchObject({ httpStatus: 404, code: 'not_found' })
  })

  it('a userId that is not the token’s own is refused alike, whoever it names', async () => {
    const ask = (filePath: string, userId: string) =>
      optimize(thief().person.token, { filePath, userId }).then(problemOf)
    const path = owner().ready.full_storage_path
    const foreign = await ask(path, owner().person.sub)
    expect(foreign).toEqual(await ask(absentPath(path), `user-${absentId()}`))
    expect(foreign).toMatchObject({ httpStatus: 403, code: 'forbidden' })
  })
})

describe.each(directions)('Storage, $name', ({ thief, owner }) => {
  type Files = ReturnType<typeof bucketOf>
  const asks: [string, (files: Files, path: string, own: string) => Promise<unknown>][] = [
    ['download()', (files, path) => files.download(path)],
    ['info()', (files, path) => files.info(path)],
    ['exists()', (files, path) => files.exists(path)],
    ['createSignedUrl()', (files, path) => files.createSignedUrl(path, 60)],
    ['createSignedUrls()', (files, path) => files.createSignedUrls([path], 60)],
    ['createSignedUploadUrl()', (files, path) => files.createSignedUploadUrl(path)],
    ['upload()', (files, path) => files.upload(path, resumeFile())],
    ['upload() over it', (files, path) => files.upload(path, resumeFile(), { upsert: true })],
    ['update()', (files, path) => files.update(path, resumeFile())],
    ['remove()', (files, path) => files.remove([path])],
    ['move() away', (files, path, own) => files.move(path, own)],
    ['move() onto it', (files, path, own) => files.move(own, path)],
    ['copy() of it', (files, path, own) => files.copy(path, own)],
    ['copy() onto it', (files, path, own) => files.copy(own, path)],
    ['list() of its folder', (files, path) => files.list(path.slice(0, path.lastIndexOf('/')))],
    ['list() of its owner', (files, path) => files.list(path.split('/').slice(0, 2).join('/'))],
  ]

  it.each(asks)('%s: foreign is absent', async (_, ask) => {
    const files = bucketOf(thief().person)
    const own = thief().ready.full_storage_path
    const path = owner().ready.full_storage_path
    const nobodys = absentPath(path).replace(/user-[0-9a-f-]{36}/, `user-${absentId()}`)
    const foreign = plain(await ask(files, path, own), path)
    expect(foreign).toEqual(plain(await ask(files, nobodys, own), nobodys))
    expect(JSON.stringify(foreign)).not.toContain(owner().secretWord)
  })

  it('list() of everything shows no name of the owner', async () => {
    for (const folder of ['', 'user_uploads']) {
      const { data } = await bucketOf(thief().person).list(folder)
      expect(JSON.stringify(data)).not.toContain(owner().person.sub)
    }
  })

  it('the owner’s file is what it was', async () => {
    const { data } = await bucketOf(owner().person).download(owner().ready.full_storage_path)
    expect(data?.size).toBe(owner().ready.file_size)
  })

  it('a signed download URL is the file for whoever holds it, and for no other name', async () => {
    const { data } = await bucketOf(owner().person).createSignedUrl(
      owner().ready.full_storage_path,
      60,
    )
    const url = new URL(data?.signedUrl ?? '')
    expect((await fetch(url)).status).toBe(200)
    const own = await bucketOf(thief().person).createSignedUrl(thief().ready.full_storage_path, 60)
    url.searchParams.set(
      'token',
      new URL(own.data?.signedUrl ?? '').searchParams.get('token') ?? '',
    )
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(400)
  })

  it('a signed upload URL is good for one upload under its own name', async () => {
    const person = newPerson()
    const begun = await person.client.rpc('begin_resume_upload', {
      filename: 'cv.pdf',
      mime_type: 'application/pdf',
      file_size: 10,
    })
    const path = begun.data?.full_storage_path ?? ''
    const { data } = await bucketOf(person).createSignedUploadUrl(path)
    const token = data?.token ?? ''
    const files = bucketOf(thief().person)
    const elsewhere = await files.uploadToSignedUrl(
      owner().pending.full_storage_path,
      token,
      resumeFile(),
    )
    expect(elsewhere.error).not.toBeNull()
    // Whoever holds it may use it; what arrives is the owner's to complete, and ingest judges it.
    expect((await files.uploadToSignedUrl(path, token, resumeFile())).error).toBeNull()
    expect((await files.uploadToSignedUrl(path, token, resumeFile())).error).not.toBeNull()
    expect((await files.download(path)).error).not.toBeNull()
  })
})

/** An answer without the name that was asked for; an error by what it says. */
function plain(answer: unknown, path: string): unknown {
  const text = JSON.stringify(answer, (_key, value) =>
    value instanceof Error ? { ...value, message: value.message } : value,
  )
  const folders = path.split('/')
  return JSON.parse(
    folders
      .map((_, index) => folders.slice(0, index + 1).join('/'))
      .reverse()
      .reduce((rest, part) => rest.replaceAll(part, '<path>'), text),
  )
}

describe('who is nobody', () => {
  const tokens: [string, () => string | undefined][] = [
    ['a token without a subject', () => mintToken({}, stack.jwtSecret)],
    ['an empty subject', () => mintToken({ sub: '' }, stack.jwtSecret)],
    ['the publishable key', () => undefined],
    [
      'a token for the role anon',
      () => mintToken({ role: 'anon', sub: ada.person.sub }, stack.jwtSecret),
    ],
    ['a forged token of the owner', () => mintToken({ sub: ada.person.sub }, 'x'.repeat(40))],
  ]

  it.each(tokens)('%s reads and does nothing', async (_, tokenOf) => {
    const token = tokenOf()
    const client =
      token === undefined
        ? createClient(stack.url, stack.publishableKey, { auth: { persistSession: false } })
        : clientWith(token)
    for (const table of ['resumes', 'resume_versions', 'optimizations']) {
      const { data } = await (client as typeof ada.person.client).from(table as 'resumes').select()
      expect(data ?? []).toEqual([])
    }
    const refused = await Promise.all([
      client.rpc('search_resumes', { query: ada.secretWord }),
      client.rpc('complete_resume_upload', { version_id: ada.pending.version_id }),
      client.rpc('cancel_optimization', { optimization_id: ada.optimizationId }),
      client.rpc('list_optimization_events', { optimization_id: ada.optimizationId }),
      client.rpc('request_optimization', { file_path: ada.ready.full_storage_path }),
      client.rpc('restore_resume_version', { version_id: ada.ready.version_id }),
      client.rpc('label_resume_version', { version_id: ada.ready.version_id }),
      client.rpc('pin_resume_version', { version_id: ada.ready.version_id }),
      client.rpc('accept_suggestions', {
        optimization_id: ada.optimizationId,
        suggestions: [0],
      }),
      client.rpc('delete_resume', { resume_id: ada.ready.resume_id }),
      client.rpc('undelete_resume', { resume_id: ada.deleted.resume_id }),
      client.rpc('list_deleted_resumes'),
      client.rpc('retention_report'),
      client.rpc('erase_my_data'),
      client.rpc('get_erasure_receipt', { receipt_id: ada.receiptId }),
    ])
    for (const { error, status } of refused) {
      expect(error).not.toBeNull()
      expect([401, 403]).toContain(status)
    }
    const files = client.storage.from('resumes')
    expect((await files.download(ada.ready.full_storage_path)).error).not.toBeNull()
    expect((await files.createSignedUploadUrl(ada.pending.full_storage_path)).error).not.toBeNull()
  })
})

describe('time', () => {
  const rounds = 100

  // Not a benchmark: the bound is what absent answers differ by among themselves, and then generous. What it would show is a
  // path that does more for what exists: reads a file, waits for a lock, asks a model.
  const doors: [
    string,
    (path: string, version: string, optimization: string) => Promise<unknown>,
  ][] = [
    [
      'complete_resume_upload()',
      async (_path, version_id) =>
        await bob.person.client.rpc('complete_resume_upload', { version_id }),
    ],
    [
      'request_optimization()',
      async (file_path) => await bob.person.client.rpc('request_optimization', { file_path }),
    ],
    [
      'list_optimization_events()',
      async (_path, _version, optimization_id) =>
        await bob.person.client.rpc('list_optimization_events', { optimization_id }),
    ],
    [
      'resume-versions',
      async (_path, version) => await (await askVersions(bob.person, version)).text(),
    ],
    [
      'optimize-resume',
      async (filePath) => await (await optimize(bob.person.token, { filePath })).text(),
    ],
  ]

  it.each(doors)('%s takes as long for what is foreign as for what is absent', async (_, ask) => {
    const path = ada.ready.full_storage_path
    const askAbsent = () => ask(absentPath(path), absentId(), absentId())
    const askForeign = () => ask(path, ada.ready.version_id, ada.optimizationId)
    const times: { foreign: number[]; one: number[]; other: number[] } = {
      foreign: [],
      one: [],
      other: [],
    }
    for (let round = 0; round < rounds; round++) {
      times.one.push(await timed(askAbsent))
      times.foreign.push(await timed(askForeign))
      times.other.push(await timed(askAbsent))
    }
    const absent = median([...times.one, ...times.other])
    const noise = Math.max(
      Math.abs(median(times.one) - median(times.other)),
      spread([...times.one, ...times.other]),
    )
    expect(Math.abs(median(times.foreign) - absent)).toBeLessThan(noise + 1)
  })

  async function timed(run: () => Promise<unknown>): Promise<number> {
    const startedAt = performance.now()
    await run()
    return performance.now() - startedAt
  }

  function quantile(values: readonly number[], share: number): number {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
  }

  function median(values: readonly number[]): number {
    return quantile(values, 0.5)
  }

  /** Between the quartiles: how far an ordinary call lies from another. */
  function spread(values: readonly number[]): number {
    return quantile(values, 0.75) - quantile(values, 0.25)
  }
})
