import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorkerTimer } from '../../scripts/local/worker-timer.ts'
import { app, eventsOf, eventually, type Person, resumeFile, type Version } from './app.ts'
import { readmeExample, shapeOf } from './readme-examples.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own, whose queue nobody works unless a test lets somebody.
const started = await startTestStack({}, { worker: false })
const { newPerson, optimize, put, stack, upload, watch } = app(started.coordinates)
const { model } = started
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
const stream = { accept: 'text/event-stream' }
const async = { prefer: 'respond-async' }

let person: Person
let version: Version
beforeAll(async () => {
  person = newPerson()
  version = await upload(person, resumeFile())
})
afterAll(async () => {
  await sql.end()
  await started.stop()
})

/** By the RPC alone: no function hears of it. */
async function request(jobDescription: string) {
  const { data, error } = await person.client.rpc('request_optimization', {
    file_path: version.full_storage_path,
    job_description: jobDescription,
  })
  if (error !== null) throw error
  return data
}
const ask = (jobDescription: string, headers: Record<string, string> = {}) =>
  optimize(person.token, { filePath: version.full_storage_path, jobDescription }, { headers })
const statusOf = async (optimizationId: string) => {
  const [row] =
    await sql`select status from public.optimizations where optimization_id = ${optimizationId}`
  return String(row?.status)
}
const cancel = (optimization_id: string) =>
  person.client.rpc('cancel_optimization', { optimization_id })

describe('each starter alone is enough:', () => {
  it('the request, also for a file that nobody has read and an attempt that failed', async () => {
    const other = newPerson()
    const { full_storage_path } = await put(other, resumeFile())
    model.behave('crash', { match: 'the request alone', times: 1 })
    const response = await optimize(
      other.token,
      { filePath: full_storage_path, jobDescription: 'the request alone' },
      { headers: async },
    )
    const { optimizationId } = await response.json()
    const attempts = async () => {
      const [job] =
        await sql`select attempts, last_error from private.jobs where subject_id = ${optimizationId}`
      return job
    }
    const failed = await eventually(attempts, (job) => job?.last_error !== null)
    expect(failed?.last_error).toMatchObject({ code: 'model_unavailable' })
    expect(
      await eventually(
        () => statusOf(optimizationId),
        (now) => now === 'succeeded',
      ),
    ).toBe('succeeded')
  })

  it('the timer of the local stack', async () => {
    const { optimization_id } = await request('the timer alone')
    const timer = startWorkerTimer(stack.url, stack.workerToken, () => {})
    try {
      expect(
        await eventually(
          () => statusOf(optimization_id),
          (now) => now === 'succeeded',
        ),
      ).toBe('succeeded')
    } finally {
      await timer.stop()
    }
  })

  it('one call as pg_net makes it, which hangs up after 2 s', async () => {
    const { optimization_id } = await request('pg_cron alone')
    model.behave('slow', { match: 'pg_cron alone', times: 1 })
    const response = await fetch(`${stack.url}/functions/v1/worker`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.workerToken}`, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(2000),
    })
    expect(response.status).toBe(202)
    expect(['queued', 'running']).toContain(await statusOf(optimization_id))
    expect(
      await eventually(
        () => statusOf(optimization_id),
        (now) => now === 'succeeded',
      ),
    ).toBe('succeeded')
  })
})

it('a request that is sent again in an outage burns no attempts', async () => {
  const { optimization_id } = await request('an outage')
  await sql`
    update private.jobs
    set attempts = 1, last_error = '{"code": "model_unavailable"}', run_at = now() + interval '1 hour'
    where subject_id = ${optimization_id}
  `
  for (let times = 0; times < 5; times += 1) {
    const response = await ask('an outage', async)
    expect(await response.json()).toMatchObject({ optimizationId: optimization_id })
  }
  const [job] = await sql`select attempts from private.jobs where subject_id = ${optimization_id}`
  expect(job?.attempts).toBe(1)
  await cancel(optimization_id)
})

describe('cancelling', () => {
  it('ends a queued one at once', async () => {
    const { optimization_id } = await request('cancelled while queued')
    expect((await cancel(optimization_id)).data?.status).toBe('cancelled')
    expect(await sql`select from private.jobs where subject_id = ${optimization_id}`).toHaveLength(
      0,
    )
  })

  it('ends a running one within a second, and the model stops generating', async () => {
    model.behave('stall', { match: 'cancelled while running' })
    const { aborted } = model.stats()
    const response = await ask('cancelled while running', stream)
    const events = await eventsOf(response, ({ event }) => event === 'generating')
    const optimizationId = String(events[0]?.data.optimizationId)
    const cancelledAt = performance.now()
    expect((await cancel(optimizationId)).error).toBeNull()
    const status = await eventually(
      () => statusOf(optimizationId),
      (now) => now === 'cancelled',
    )
    expect(status).toBe('cancelled')
    // Half a second to the next report, and room for a machine that is busy.
    expect(performance.now() - cancelledAt).toBeLessThan(1500)
    await model.until((stats) => stats.aborted > aborted)
  })
})

describe('README: what an app sees', () => {
  it('accepted, running and cancelled', async () => {
    model.behave('stall', { match: 'the readme' })
    const { optimization_id } = await request('the readme')
    const accepted = await watch(person, optimization_id, async)
    expect([accepted.status, accepted.headers.get('retry-after')]).toEqual([202, '2'])
    expect(accepted.headers.get('location')).toContain(optimization_id)
    expect(shapeOf(await accepted.json())).toEqual(shapeOf(readmeExample('accepted')))

    await ask('the readme', async)
    const progress = async () =>
      (await (await watch(person, optimization_id, async)).json()) as object
    const running = await eventually(progress, (now) => JSON.stringify(now).includes('tokens'))
    expect(shapeOf(running)).toEqual(shapeOf(readmeExample('running')))

    await cancel(optimization_id)
    await eventually(
      () => statusOf(optimization_id),
      (now) => now === 'cancelled',
    )
    await expectProblem(await watch(person, optimization_id, async), 'cancelled')
  }, 60_000)

  it('succeeded', async () => {
    const answer = await (await ask('an answer for all to see')).json()
    expect(answer.result.suggestions).toBeInstanceOf(Array)
    expect(shapeOf({ ...answer, result: { suggestions: [] } })).toEqual(
      shapeOf(readmeExample('succeeded')),
    )
  })

  it('failed for good', async () => {
    model.behave('ignore-schema', { match: 'a failure for all to see' })
    await expectProblem(await ask('a failure for all to see'), 'failed')
  })

  it('refused', async () => {
    const requested = await Promise.all(['a', 'b', 'c'].map((name) => request(`refused ${name}`)))
    const refused = await ask('one too many')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    await expectProblem(refused, 'refused')
    await Promise.all(requested.map(({ optimization_id }) => cancel(optimization_id)))
  })

  /** Of the shape of the example, with its very code, status and title. */
  async function expectProblem(response: Response, name: string) {
    const problem = await response.json()
    const expected = readmeExample(name)
    expect(shapeOf(problem)).toEqual(shapeOf(expected))
    const { type, title, status, code, retryable } = problem
    expect(expected).toMatchObject({ type, title, status, code, retryable })
    expect(response.status).toBe(status)
  }
})
