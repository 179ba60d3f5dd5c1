import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  app,
  eventsOf,
  eventually,
  type Problem,
  resumeFile,
  type Version,
} from './app.ts'

const { behave, clientWith, modelStats, newPerson, optimize, put, stack, upload, watch } = app()
const { mintToken } = await import('../../scripts/local/jwt.ts')

const stream = { accept: 'text/event-stream' }
const job = 'Marketing Manager. You know SEO, Kubernetes and Google Analytics, and lead campaigns.'
const absent = '00000000-0000-4000-8000-000000000000'

/** A posting that no other test has: the model can be told to misbehave for it alone. */
function markedJob(): { mark: string; jobDescription: string } {
  const mark = `mark-${crypto.randomUUID()}`
  return { mark, jobDescription: `${job}\nReference: ${mark}` }
}

async function answerOf(response: Response): Promise<Answer> {
  expect(response.status).toBe(200)
  return await response.json()
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return await response.json()
}

describe('optimize-resume', () => {
  const person = newPerson()
  let version: Version
  beforeAll(async () => {
    version = await upload(person, resumeFile())
  })

  it('answers with suggestions that stand in the resume, and the score before and after', async () => {
    const answer = await answerOf(
      await optimize(person.token, { filePath: version.full_storage_path, jobDescription: job }),
    )
    const { data } = await person.client
      .from('resume_versions')
      .select('content_text, sha256')
      .eq('version_id', version.version_id)
      .single()
    const { result } = answer
    expect(result.suggestions.length).toBeGreaterThan(0)
    for (const { original, span } of result.suggestions) {
      expect(data?.content_text?.slice(span.start, span.end)).toBe(original)
    }
    expect(result.score.after.total).toBeGreaterThanOrEqual(result.score.before.total)
    expect(result.missingKeywords.map((word) => word.toLowerCase())).toContain('kubernetes')
    expect(result.source).toMatchObject({ versionId: version.version_id, sha256: data?.sha256 })
    expect(result.model).toMatchObject({ rules: true })
  })

  it('streams what happens, in order, and ends with the result', async () => {
    const response = await optimize(
      person.token,
      { filePath: version.full_storage_path, jobDescription: markedJob().jobDescription },
      { headers: stream },
    )
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = await eventsOf(response)
    const kinds = [...new Set(events.map(({ event }) => event))]
    expect(kinds).toEqual(['queued', 'scoring', 'generating', 'checking', 'suggestion', 'done'])
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1))
    const done = events.at(-1)?.data as unknown as Answer
    const streamed = events.filter(({ event }) => event === 'suggestion').map(({ data }) => data)
    expect(streamed).toEqual(done.result.suggestions)
  })

  it('answers at once when the caller prefers that, and can be watched', async () => {
    const response = await optimize(
      person.token,
      { filePath: version.full_storage_path, jobDescription: markedJob().jobDescription },
      { headers: { prefer: 'respond-async' } },
    )
    expect(response.status).toBe(202)
    const { optimizationId } = await response.json()
    expect(response.headers.get('location')).toContain(optimizationId)

    const [first, second] = await Promise.all([
      watch(person, optimizationId, stream).then((watched) => eventsOf(watched)),
      watch(person, optimizationId, stream).then((watched) => eventsOf(watched)),
    ])
    expect(first.at(-1)?.event).toBe('done')
    expect(second).toEqual(first)
    const resumed = await watch(person, optimizationId, { ...stream, 'last-event-id': '2' })
    expect(await eventsOf(resumed)).toEqual(first.slice(2))
    expect((await watch(person, optimizationId)).status).toBe(200)
  })

  it('reads the file by itself when the client forgot to complete the upload', async () => {
    const forgetful = newPerson()
    const { full_storage_path, version_id } = await put(forgetful, resumeFile())
    const events = await eventsOf(
      await optimize(forgetful.token, { filePath: full_storage_path }, { headers: stream }),
    )
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { versionId: version_id } })
  })

  it('takes the path with the bucket in front, as the guide sends it', async () => {
    const filePath = `resumes/${version.full_storage_path}`
    await answerOf(await optimize(person.token, { filePath, userId: person.sub }))
  })

  it('gives the same optimization for the same idempotency key, and refuses other input', async () => {
    const body = { filePath: version.full_storage_path, idempotencyKey: crypto.randomUUID() }
    const [first, second] = await Promise.all([
      optimize(person.token, body).then(answerOf),
      optimize(person.token, body).then(answerOf),
    ])
    expect(second.optimizationId).toBe(first.optimizationId)
    const other = await optimize(person.token, { ...body, jobDescription: 'Something else' })
    expect(await problemOf(other)).toMatchObject({ status: 409, code: 'idempotency_conflict' })
  })

  it('lets nothing through that a fabricating model says', async () => {
    const { mark, jobDescription } = markedJob()
    await behave('fabricate', mark)
    const { result } = await answerOf(
      await optimize(person.token, { filePath: version.full_storage_path, jobDescription }),
    )
    expect(result.suggestions).toEqual([])
    expect(result.rejected.length).toBeGreaterThan(3)
    for (const { reason, detail } of result.rejected) {
      expect(reason).toMatch(/^[a-z_]+$/)
      expect(detail.length).toBeGreaterThan(10)
    }
  })

  it('asks once more when an answer ignores the schema', async () => {
    const { mark, jobDescription } = markedJob()
    await behave('ignore-schema', mark, 1)
    const { result } = await answerOf(
      await optimize(person.token, { filePath: version.full_storage_path, jobDescription }),
    )
    expect(result.sections.every(({ outcome }) => outcome === 'answered')).toBe(true)
  })

  it('fails honestly when no answer is ever valid', async () => {
    const { mark, jobDescription } = markedJob()
    await behave('ignore-schema', mark)
    const response = await optimize(person.token, {
      filePath: version.full_storage_path,
      jobDescription,
    })
    expect(await problemOf(response)).toMatchObject({ status: 502, code: 'model_invalid' })
  })

  it('goes on after a model that was busy for a moment', async () => {
    const { mark, jobDescription } = markedJob()
    await behave('busy', mark, 1)
    await answerOf(
      await optimize(person.token, { filePath: version.full_storage_path, jobDescription }),
    )
  })
})

describe('cancelling', () => {
  it('stops the model, and ends the stream with its code', async () => {
    const person = newPerson()
    const { full_storage_path } = await upload(person, resumeFile())
    const { mark, jobDescription } = markedJob()
    await behave('stall', mark)
    const { aborted } = await modelStats()
    const response = await optimize(
      person.token,
      { filePath: full_storage_path, jobDescription },
      { headers: stream },
    )
    const events = eventsOf(response, ({ event }) => event === 'generating')
    const optimizationId = String((await events)[0]?.data.optimizationId)
    const { data } = await person.client.rpc('cancel_optimization', {
      optimization_id: optimizationId,
    })
    expect(data?.cancel_requested_at).not.toBeNull()
    const rest = await eventsOf(await watch(person, optimizationId, stream))
    expect(rest.at(-1)).toMatchObject({ event: 'error', data: { code: 'cancelled' } })
    const stats = await eventually(modelStats, (now) => now.aborted > aborted)
    expect(stats.aborted).toBeGreaterThan(aborted)
    const again = await watch(person, optimizationId)
    expect(await problemOf(again)).toMatchObject({ status: 409, code: 'cancelled' })
  })

  it('is the owner’s alone', async () => {
    const person = newPerson()
    const { full_storage_path } = await upload(person, resumeFile())
    const { optimizationId } = await answerOf(
      await optimize(person.token, { filePath: full_storage_path }),
    )
    const stranger = newPerson()
    const foreign = await stranger.client.rpc('cancel_optimization', {
      optimization_id: optimizationId,
    })
    const none = await stranger.client.rpc('cancel_optimization', { optimization_id: absent })
    expect(foreign.error).toEqual(none.error)
    expect((await watch(stranger, optimizationId)).status).toBe(404)
    expect((await watch(stranger, optimizationId, stream)).status).toBe(404)
  })
})

describe('a dropped connection', () => {
  it('does not stop the work', async () => {
    const person = newPerson()
    const { full_storage_path } = await upload(person, resumeFile())
    const { mark, jobDescription } = markedJob()
    await behave('slow', mark, 1)
    const leave = new AbortController()
    const response = await optimize(
      person.token,
      { filePath: full_storage_path, jobDescription },
      { headers: stream, signal: leave.signal },
    )
    const [queued] = await eventsOf(response, ({ event }) => event === 'generating')
    leave.abort()
    const events = await eventsOf(await watch(person, String(queued?.data.optimizationId), stream))
    expect(events.at(-1)?.event).toBe('done')
  })
})

describe('limits', () => {
  it('bounds what one user has in flight', async () => {
    const person = newPerson()
    const { full_storage_path } = await upload(person, resumeFile())
    const running: string[] = []
    for (let i = 0; i < 3; i++) {
      const { mark, jobDescription } = markedJob()
      await behave('stall', mark)
      const response = await optimize(
        person.token,
        { filePath: full_storage_path, jobDescription },
        { headers: { prefer: 'respond-async' } },
      )
      running.push((await response.json()).optimizationId)
    }
    const refused = await optimize(person.token, { filePath: full_storage_path })
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'too_many_requests' })
    for (const optimization_id of running) {
      await person.client.rpc('cancel_optimization', { optimization_id })
    }
  })
})

describe('who may ask', () => {
  const owner = newPerson()
  let filePath: string
  beforeAll(async () => {
    filePath = (await upload(owner, resumeFile())).full_storage_path
  })

  it.each([
    ['no token', undefined],
    ['a token that nobody signed', mintToken({ sub: 'x' }, 'another-secret-of-32-characters!')],
    ['an expired token', mintToken({ sub: 'x' }, stack.jwtSecret, -10)],
    ['a token without subject', mintToken({}, stack.jwtSecret)],
    ['the publishable key', stack.publishableKey],
    ['no token at all, but words', 'not a token'],
  ])('refuses %s with 401', async (_, token) => {
    const problem = await problemOf(await optimize(token, { filePath }))
    expect(problem).toMatchObject({ status: 401, code: 'unauthorized' })
  })

  it('answers for another person’s file as for one that is not there', async () => {
    const stranger = newPerson()
    const foreign = await problemOf(await optimize(stranger.token, { filePath }))
    const none = await problemOf(await optimize(stranger.token, { filePath: 'user_uploads/x' }))
    expect({ ...foreign, requestId: '' }).toEqual({ ...none, requestId: '' })
    expect(foreign.status).toBe(404)
  })

  it('refuses a userId that is not the token’s own', async () => {
    const stranger = newPerson()
    const response = await optimize(stranger.token, { filePath, userId: owner.sub })
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it.each([
    ['no JSON', '{', 400, 'invalid_request'],
    ['no path', {}, 400, 'invalid_request'],
    ['unknown fields', { filePath: 'x', admin: true }, 400, 'invalid_request'],
    ['a number for a path', { filePath: 7 }, 400, 'invalid_request'],
    [
      'too long a posting',
      { filePath: 'x', jobDescription: 'x'.repeat(20_001) },
      400,
      'invalid_request',
    ],
    ['too large a body', { filePath: 'x'.repeat(200_000) }, 413, 'body_too_large'],
  ])('refuses a body with %s', async (_, body, status, code) => {
    const problem = await problemOf(await optimize(owner.token, body))
    expect(problem).toMatchObject({ status, code })
  })

  it('does not leave users of the Data API a way around', async () => {
    const client = clientWith(owner.token)
    for (const table of ['resumes', 'resume_versions', 'optimizations'] as const) {
      const { error } = await client.from(table).delete().neq('created_at', '1970-01-01')
      expect(error?.code).toBe('42501')
    }
  })
})
