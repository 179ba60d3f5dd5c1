import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ModelServer, startModelServer } from '../../scripts/local/model/server.ts'
import { app, eventsOf, eventually, type Person, resumeFile, type Version } from './app.ts'
import { readmeExample, shapeOf } from './readme-examples.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: its model is broken for everyone.
const started = await startTestStack()
const { callWorker, newPerson, optimize, stack, upload, watch } = app(started.coordinates)
const { model } = started
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
let person: Person
let version: Version
let posting = 0

beforeAll(async () => {
  person = newPerson()
  version = await upload(person, resumeFile())
})

beforeEach(async () => {
  model.restore()
  await sql`delete from private.circuit_breakers`
  await sql`delete from private.jobs where kind = 'optimize'`
  await sql`update public.optimizations set status = 'cancelled', finished_at = now() where status in ('queued', 'running')`
  await sql`
    update private.settings set circuit_failures = 2, circuit_open = '1 hour', circuit_open_cap = '1 hour',
      model_patience = '2 hours', retry_base = '10 milliseconds', retry_cap = '10 milliseconds'
  `
})

afterAll(async () => {
  await sql.end()
  await started.stop()
})

/** Another job each time, or it would be the same optimization. */
const ask = (headers: Record<string, string> = {}) => {
  const body = { filePath: version.full_storage_path, jobDescription: `Posting ${++posting}` }
  return optimize(person.token, body, { headers })
}

/** Lets the model break, and optimizations fail until the circuit is open; gives the first degraded answer. */
async function breakModel(): Promise<Response> {
  model.behave('crash')
  const response = await ask()
  expect(await sql`select state from private.circuits()`).toEqual([{ state: 'open' }])
  return response
}

async function recover(): Promise<void> {
  model.restore()
  await sql`update private.settings set circuit_open = '1 second'`
  await sql`select private.force_circuit(endpoint, 'open', '0 seconds') from private.circuits()`
}

const endOf = async (optimizationId: unknown) =>
  await eventually(
    async () => {
      await sql`update private.jobs set run_at = now()`
      await callWorker()
      const [row] = await sql`
        select * from public.optimizations where optimization_id = ${String(optimizationId)}
      `
      return row
    },
    (row) => ['succeeded', 'failed', 'cancelled'].includes(row?.status),
  )

describe('with its circuit open', () => {
  it('answers with the score, and the accepted job ends by itself once the model is back', async () => {
    const response = await breakModel()
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const retryAfter = Number(response.headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThan(2000)
    const problem = await response.json()
    expect(shapeOf({ ...problem, score: {} })).toEqual(shapeOf(readmeExample('degraded')))
    expect(problem).toMatchObject({
      status: 503,
      code: 'circuit_open',
      retryable: true,
      degraded: true,
      optimizationId: expect.any(String),
      score: { total: expect.any(Number), parts: expect.anything() },
    })
    expect(Math.abs(problem.retryAfterSeconds - retryAfter)).toBeLessThan(3)
    const [job] =
      await sql`select attempts, endpoint, lease_token, run_at > now() + interval '30 minutes' as waits from private.jobs where kind = 'optimize'`
    // The first attempt failed for itself; the one that found the circuit open does not count.
    expect(job).toEqual({ attempts: 1, endpoint: null, lease_token: null, waits: true })

    const seen = await watch(person, problem.optimizationId)
    expect(seen.status).toBe(202)
    expect(Number(seen.headers.get('retry-after'))).toBeGreaterThan(2000)
    const waiting = await seen.json()
    expect(shapeOf({ ...waiting, score: {} })).toEqual(shapeOf(readmeExample('waiting')))
    expect(waiting).toMatchObject({
      optimizationId: problem.optimizationId,
      status: 'queued',
      progress: { stage: 'waiting', retryAt: expect.any(String) },
      degraded: true,
      score: problem.score,
    })

    await recover()
    const row = await endOf(problem.optimizationId)
    expect(row).toMatchObject({ status: 'succeeded', result: { score: { before: problem.score } } })
    expect(await sql`select state from private.circuits()`).toEqual([{ state: 'closed' }])
  })

  it('asks no model, and tells a stream, which goes on to the end', async () => {
    await breakModel()
    const { chats } = model.stats()
    const response = await ask({ accept: 'text/event-stream' })
    expect(response.status).toBe(200)
    let recovered: Promise<unknown> | undefined
    const events = await eventsOf(response, ({ event, data }) => {
      // Told again if another job has the probe when it comes back.
      if (event === 'degraded' && recovered === undefined) {
        expect(model.stats().chats).toBe(chats)
        recovered = recover().then(() => endOf(data.optimizationId))
      }
      return false
    })
    await recovered
    const names = events.map(({ event }) => event)
    expect(names.indexOf('degraded')).toBeGreaterThan(names.indexOf('scoring'))
    expect(names.at(-1)).toBe('done')
    const scoring = events.find(({ event }) => event === 'scoring')
    expect(events.find(({ event }) => event === 'degraded')?.data).toMatchObject({
      degraded: true,
      code: 'circuit_open',
      score: scoring?.data.score,
      retryAfterSeconds: expect.any(Number),
    })
  })

  it('waits out a short outage within the request', async () => {
    await sql`update private.settings set circuit_open = '1 second'`
    model.behave('crash', { times: 2 })
    const events = await eventsOf(await ask({ accept: 'text/event-stream' }))
    const names = events.map(({ event }) => event)
    expect(names.filter((name) => name === 'degraded').length).toBeGreaterThan(0)
    expect(names.at(-1)).toBe('done')
  })

  it('fails for good when its patience is used up, and keeps the score', async () => {
    const { optimizationId, score } = await (await breakModel()).json()
    await sql`update public.optimizations set wait_started_at = now() - interval '3 hours' where optimization_id = ${optimizationId}`
    expect(await endOf(optimizationId)).toMatchObject({ status: 'failed', score })
    const answer = await watch(person, optimizationId)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      code: 'circuit_open',
      degraded: true,
      optimizationId,
      score,
    })
  })

  it('waiting ends with a cancellation', async () => {
    const { optimizationId } = await (await breakModel()).json()
    const { data } = await person.client.rpc('cancel_optimization', {
      optimization_id: optimizationId,
    })
    expect(data).toMatchObject({ status: 'cancelled' })
    expect(await sql`select from private.jobs where kind = 'optimize'`).toHaveLength(0)
  })
})

describe('with two endpoints', () => {
  it.each(['dead', 'silent'] as const)('a %s one does not fail a job', async (sickness) => {
    const sick: ModelServer = await startModelServer({ behaviour: 'silent' })
    const url = sick.url
    if (sickness === 'dead') await sick.stop()
    const { coordinates, stop } = await startTestStack({
      OPTIMIZATION_TIMEOUT_MS: '20000',
      OLLAMA_URL: `${url},${model.url}`,
    })
    try {
      const here = app(coordinates)
      const owner = here.newPerson()
      const file = await here.upload(owner, resumeFile())
      const response = await here.optimize(owner.token, { filePath: file.full_storage_path })
      expect(await response.json()).toMatchObject({ status: 'succeeded' })
      expect(response.status).toBe(200)
    } finally {
      await stop()
      if (sickness === 'silent') await sick.stop()
    }
  })
})
