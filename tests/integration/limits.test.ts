import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { errorKinds, isErrorCode } from '../../functions/_shared/errors.ts'
import { app, mimeTypes, type Person, type Problem, resumeFile } from './app.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: its settings are lowered, for everybody on it.
const started = await startTestStack()
const { newPerson, optimize, stack, upload } = app(started.coordinates)
const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
const [defaults] = await sql`select * from private.settings`

afterEach(async () => {
  await sql`delete from private.settings`
  await sql`insert into private.settings ${sql(defaults ?? {})}`
})
afterAll(async () => {
  await sql.end()
  await started.stop()
})

interface Refused {
  readonly status: number
  readonly error: { message: string; details: string; hint: string | null } | null
}

/** With the code, the status of that code, and what to do. */
function expectRefusal({ status, error }: Refused, code: string) {
  expect(error?.details).toBe(code)
  expect(isErrorCode(code) && errorKinds[code].status).toBe(status)
  expect(error?.hint).toMatch(/^[A-Z].{8,}\.$/)
}

interface Announced {
  filename: string
  mime_type: string
  file_size: number
  resume_id?: string
  sha256?: string
}
const pdf: Announced = { filename: 'cv.pdf', mime_type: mimeTypes.pdf, file_size: 1000 }
const begin = (person: Person, change: Partial<Announced> = {}) =>
  person.client.rpc('begin_resume_upload', { ...pdf, ...change })

describe('begin_resume_upload() says what to do about', () => {
  it.each([
    ['a name over 255 characters', { filename: `${'x'.repeat(252)}.pdf` }, 'invalid_filename'],
    ['a name with a path', { filename: 'a/cv.pdf' }, 'invalid_filename'],
    ['no name', { filename: ' ' }, 'invalid_filename'],
    ['an invisible character', { filename: 'cv\u200b.pdf' }, 'invalid_filename'],
    ['another type', { mime_type: 'text/html' }, 'unsupported_file_type'],
    ['a name that does not fit its type', { filename: 'cv.doc' }, 'unsupported_file_type'],
    ['a file over 50 MiB', { file_size: 52_428_801 }, 'file_too_large'],
    ['an empty file', { file_size: 0 }, 'file_empty'],
    ['no size', { file_size: -1 }, 'invalid_request'],
    ['a hash that is none', { sha256: 'A'.repeat(64) }, 'invalid_request'],
  ])('%s', async (_, change, code) => {
    expectRefusal(await begin(newPerson(), change), code)
  })

  it.each([
    ['unfinished uploads', { max_pending_uploads_per_user: 1 }, {}, 'quota_exceeded'],
    ['bytes', { max_bytes_per_user: 1500 }, {}, 'quota_exceeded'],
    ['resumes', { max_resumes_per_user: 1 }, {}, 'quota_exceeded'],
    ['versions of a resume', { max_versions_per_resume: 1 }, { again: true }, 'quota_exceeded'],
    ['uploads within an hour', { uploads_per_hour: 1 }, {}, 'too_many_requests'],
  ])(
    'as many %s as are allowed',
    async (_, setting, { again = false }: { again?: boolean }, code) => {
      const person = newPerson()
      await sql`update private.settings set ${sql(setting)}`
      const first = await begin(person)
      expect(first.error).toBeNull()
      const change = again ? { resume_id: first.data?.resume_id ?? '' } : {}
      expectRefusal(await begin(person, change), code)
      expect((await begin(newPerson())).error).toBeNull()
    },
  )
})

describe('what follows an upload says what to do about', () => {
  it('a file that has not arrived', async () => {
    const person = newPerson()
    const { data } = await begin(person)
    const version_id = data?.version_id ?? ''
    expectRefusal(
      await person.client.rpc('complete_resume_upload', { version_id }),
      'upload_incomplete',
    )
    const file_path = data?.full_storage_path ?? ''
    expectRefusal(
      await person.client.rpc('request_optimization', { file_path }),
      'upload_incomplete',
    )
  })

  it('a reason that is none', async () => {
    const person = newPerson()
    const { data } = await begin(person)
    const version_id = data?.version_id ?? ''
    expectRefusal(
      await person.client.rpc('report_upload_failure', { version_id, reason: 'bored' }),
      'invalid_request',
    )
  })
})

describe('search_resumes() refuses, and names its limits for', () => {
  it.each([
    ['a query over 500 characters', { query: 'x'.repeat(501) }],
    ['a page over 100', { query: 'x', page_size: 101 }],
    ['a page of none', { query: 'x', page_size: 0 }],
  ])('%s', async (_, input) => {
    const { error, status } = await newPerson().client.rpc('search_resumes', input)
    expect({ status, code: error?.details }).toEqual({ status: 400, code: 'invalid_request' })
    expect(`${error?.message} ${error?.hint}`).toMatch(/500.*100/)
  })
})

describe('optimizations', () => {
  let person: Person
  let filePath: string
  beforeAll(async () => {
    person = newPerson()
    filePath = (await upload(person, resumeFile())).full_storage_path
  })
  const ask = (more: Record<string, unknown> = {}) =>
    optimize(
      person.token,
      { filePath, idempotencyKey: crypto.randomUUID(), ...more },
      { headers: { prefer: 'respond-async' } },
    )

  async function expectProblem(response: Response, code: string): Promise<Response> {
    const problem: Problem = await response.json()
    expect(problem).toMatchObject({ code, status: response.status })
    expect(problem.detail).toMatch(/\w{3}.* \w/)
    return response
  }

  it.each([
    ['a posting over 20,000 characters', { jobDescription: 'x'.repeat(20_001) }, 'invalid_request'],
    ['a key over 200 characters', { idempotencyKey: 'x'.repeat(201) }, 'invalid_request'],
    ['a path over 1,024 characters', { filePath: 'x'.repeat(1025) }, 'invalid_request'],
    ['a body over 128 KiB', { filePath: 'x'.repeat(200_000) }, 'body_too_large'],
  ])('%s is refused with its code', async (_, body, code) => {
    await expectProblem(await ask(body), code)
  })

  it('more within an hour than are allowed are refused until there is room again', async () => {
    expect((await ask()).status).toBeLessThan(300)
    await sql`update private.settings set optimizations_per_hour = 1`
    const response = await expectProblem(await ask(), 'too_many_requests')
    const seconds = Number(response.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(3000)
    expect(seconds).toBeLessThanOrEqual(3600)
    const { error, status } = await person.client.rpc('request_optimization', {
      file_path: filePath,
      idempotency_key: crypto.randomUUID(),
    })
    expectRefusal({ error, status }, 'too_many_requests')
    expect(error?.hint).toMatch(/^Try again in \d+ seconds\.$/)
  })

  it('a refusal for a while says so by the header of the Data API, too', async () => {
    await sql`update private.settings set optimizations_per_hour = 1`
    const response = await fetch(`${stack.url}/rest/v1/rpc/request_optimization`, {
      method: 'POST',
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ file_path: filePath, idempotency_key: crypto.randomUUID() }),
    })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ code: 'PT429', details: 'too_many_requests' })
  })

  it('while a DBA drains the queue, new ones are refused for a while', async () => {
    await sql`select private.drain_queue('ada', 'a test', '2 minutes')`
    try {
      const response = await expectProblem(await ask(), 'draining')
      expect(response.status).toBe(503)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(100)
    } finally {
      await sql`select private.resume_queue('all', 'ada', 'a test')`
    }
  })

  it('while a DBA pauses the queue, they are accepted and wait, then they are worked', async () => {
    await sql`select private.pause_queue('all', 'ada', 'a test')`
    const { optimizationId } = await (await ask({ jobDescription: 'A planner' })).json()
    const status = async () => {
      const [row] =
        await sql`select status from public.optimizations where optimization_id = ${optimizationId}`
      return row?.status
    }
    try {
      // The function itself has asked for the job by then, and the worker for any.
      await sql`select pg_sleep(3)`
      expect(await status()).toBe('queued')
    } finally {
      await sql`select private.resume_queue('all', 'ada', 'a test')`
    }
    await expect.poll(status, { timeout: 30_000 }).toBe('succeeded')
  })

  it('more than may wait on the whole are refused for a while', async () => {
    await sql`insert into private.jobs (kind, subject_id, owner_id, max_attempts, run_at)
      values ('optimize', gen_random_uuid(), 'somebody', 5, now() + interval '1 hour')`
    await sql`update private.settings set max_queued_optimizations = 1`
    const response = await expectProblem(await ask(), 'too_many_requests')
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})
