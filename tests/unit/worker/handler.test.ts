import { describe, expect, test } from 'vitest'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { createHandler } from '../../../functions/worker/handler.ts'
import {
  createGate,
  createIsolate,
  fakeService,
  jobRow,
  type Rpc,
  raised,
} from '../jobs/fake-service.ts'

const token = 'a-worker-token-of-some-length'

function raise(message: string): never {
  throw new Error(message)
}

function setup(rpcs: Record<string, Rpc>, options: { claimForMs?: number } = {}) {
  const lines: string[] = []
  const works: Promise<unknown>[] = []
  const removed: string[] = []
  const service = fakeService(
    { internal_keep_house: () => ({}), internal_claim_jobs: () => [], ...rpcs },
    async (request) => {
      removed.push(await request.text())
      return Response.json([])
    },
  )
  const isolate = createIsolate()
  const handler = createHandler({
    ...isolate.parts,
    service: service.client,
    extract: () => Promise.reject(new Error('Not in these tests')),
    delta: {
      encode: () => Promise.reject(new Error('Not in these tests')),
      decode: () => Promise.reject(new Error('Not in these tests')),
    },
    models: { forJob: () => raise('Not in these tests') },
    workerId: 'worker-test',
    nonceSecret: token,
    timeoutMs: 1000,
    log: createLog({}, { write: (line) => lines.push(line) }),
    workerToken: token,
    waitUntil: (work) => works.push(work),
    claimForMs: options.claimForMs ?? 10_000,
  })
  const post = (authorization = `Bearer ${token}`) =>
    handler(new Request('http://function.test/', { method: 'POST', headers: { authorization } }))
  const events = () => lines.map((line) => JSON.parse(line))
  return { handler, post, service, works, events, removed, isolate }
}

/** Gives these jobs of a kind, as many as are asked for, then none. */
function queue(kind: string, rows: ReturnType<typeof jobRow>[]): Rpc {
  return ({ p_kinds, p_limit }) => {
    const asked = Array.isArray(p_kinds) && p_kinds.includes(kind)
    return asked ? rows.splice(0, Number(p_limit)) : []
  }
}

describe('worker', () => {
  test.each(['', 'Bearer ', 'Bearer wrong-token-of-some-length', `Basic ${token}`])(
    'refuses %j and touches nothing',
    async (authorization) => {
      const { post, service, works } = setup({})
      const response = await post(authorization)
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(service.calls).toHaveLength(0)
      expect(works).toHaveLength(0)
    },
  )

  test('takes POST only', async () => {
    const { handler } = setup({})
    const headers = { authorization: `Bearer ${token}` }
    expect((await handler(new Request('http://function.test/', { headers }))).status).toBe(405)
  })

  test('answers 202 before the work is done', async () => {
    const gate = createGate()
    const { post, works } = setup({ internal_keep_house: gate.rpc })
    const response = await post()
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ started: true })
    await expect.poll(gate.waiting).toBe(1)
    gate.answer({})
    await Promise.all(works)
  })

  test('a call that finds it at work starts nothing; the next one does', async () => {
    const gate = createGate()
    const { post, works, service } = setup({ internal_keep_house: gate.rpc })
    await post()
    await expect.poll(gate.waiting).toBe(1)
    const others = await Promise.all([post(), post(), post()])
    expect(await Promise.all(others.map((response) => response.json()))).toEqual(
      Array(3).fill({ started: false }),
    )
    expect(works).toHaveLength(1)
    gate.answer({})
    await works[0]
    expect(service.named('internal_keep_house')).toHaveLength(1)

    expect(await (await post()).json()).toEqual({ started: true })
    await expect.poll(gate.waiting).toBe(1)
    gate.answer({})
    await works[1]
  })

  test('a call that finds it at work has it look for what has come since', async () => {
    const gate = createGate()
    const rows = [jobRow('remove_object', 1)]
    const { post, works } = setup({
      internal_claim_jobs: queue('remove_object', rows),
      internal_removable_objects: gate.rpc,
      internal_complete_object_removal: () => true,
      internal_complete_job: () => null,
    })
    await post()
    await expect.poll(gate.waiting).toBe(1)
    rows.push(jobRow('remove_object', 2))
    expect(await (await post()).json()).toEqual({ started: false })
    await expect.poll(gate.waiting).toBe(2)
    gate.answer([])
    gate.answer([])
    await Promise.all(works)
  })

  test('claims until nothing is due, models apart from the rest', async () => {
    const { post, works, service, removed } = setup({
      internal_claim_jobs: queue('remove_object', [
        jobRow('remove_object', 1),
        jobRow('remove_object', 2),
      ]),
      internal_removable_objects: ({ p_job_id }) => [
        { bucket_id: 'resumes', object_name: `objects/${p_job_id}` },
      ],
      internal_complete_object_removal: () => true,
    })
    await post()
    await Promise.all(works)
    expect(removed.map((body) => JSON.parse(body).prefixes)).toEqual([['objects/1'], ['objects/2']])
    expect(
      service.named('internal_complete_object_removal').map(({ p_job_id }) => p_job_id),
    ).toEqual([1, 2])
    expect(service.named('internal_claim_jobs').map(({ p_kinds }) => p_kinds)).toEqual(
      expect.arrayContaining([
        ['optimize'],
        ['ingest', 'compose'],
        ['compact', 'rebase'],
        ['remove_object', 'erase'],
      ]),
    )
  })

  test('a job that fails is recorded and does not stop the next', async () => {
    const { post, works, service } = setup({
      internal_claim_jobs: queue('ingest', [
        jobRow('ingest', 1),
        jobRow('ingest', 2),
        jobRow('ingest', 3),
      ]),
      internal_ingest_source: ({ p_job_id }) => {
        if (p_job_id === 1) throw new TypeError('fetch failed')
        if (p_job_id === 2) return raised('lease_lost')
        return { state: 'ready' }
      },
      internal_fail_job: () => 'retry',
      internal_complete_job: () => null,
    })
    await post()
    await Promise.all(works)
    expect(service.named('internal_fail_job')).toEqual([
      expect.objectContaining({
        p_job_id: 1,
        p_error: expect.objectContaining({ code: 'unavailable' }),
        p_retryable: true,
      }),
    ])
    expect(service.named('internal_complete_job').map(({ p_job_id }) => p_job_id)).toEqual([3])
  })

  test('goes on even where the failure cannot be recorded', async () => {
    const { post, works, service } = setup({
      internal_claim_jobs: queue('ingest', [jobRow('ingest', 1), jobRow('ingest', 2)]),
      internal_ingest_source: ({ p_job_id }) =>
        p_job_id === 1 ? raised('unavailable') : { state: 'ready' },
      internal_fail_job: () => raised('unavailable'),
      internal_complete_job: () => null,
    })
    await post()
    await Promise.all(works)
    expect(service.named('internal_complete_job').map(({ p_job_id }) => p_job_id)).toEqual([2])
  })

  test('works the queue although keeping house failed', async () => {
    const { post, works, service, events } = setup({
      internal_keep_house: () => raised('unavailable'),
      internal_claim_jobs: queue('ingest', [jobRow('ingest', 1)]),
      internal_ingest_source: () => ({ state: 'ready' }),
      internal_complete_job: () => null,
    })
    await post()
    await Promise.all(works)
    expect(service.named('internal_complete_job')).toHaveLength(1)
    expect(events()).toContainEqual(expect.objectContaining({ event: 'keeping house failed' }))
  })

  test('is at work until its last line is, also when another has failed', async () => {
    const gate = createGate()
    const jobs = [jobRow('ingest', 1)]
    const { post, works, service } = setup({
      internal_claim_jobs: ({ p_kinds }) => {
        if (Array.isArray(p_kinds) && p_kinds.includes('optimize')) return raised('unavailable')
        return jobs.splice(0)
      },
      internal_ingest_source: gate.rpc,
      internal_complete_job: () => null,
    })
    await post()
    await expect.poll(gate.waiting).toBe(1)
    expect(await (await post()).json()).toEqual({ started: false })
    gate.answer({ state: 'ready' })
    await Promise.all(works)
    expect(service.named('internal_complete_job')).toHaveLength(1)
    expect(await (await post()).json()).toEqual({ started: true })
    await Promise.all(works)
  })

  test('claims nothing more once its time is over', async () => {
    const { post, works, service } = setup(
      {
        internal_keep_house: () => new Promise((resolve) => setTimeout(resolve, 20)),
        internal_claim_jobs: () => [jobRow('ingest', 1)],
      },
      { claimForMs: 1 },
    )
    await post()
    await Promise.all(works)
    expect(service.named('internal_claim_jobs')).toHaveLength(0)
  })

  test('begins nothing in an isolate that is being ended', async () => {
    const { post, works, service, isolate } = setup({})
    isolate.end('early_drop')
    expect(await (await post()).json()).toEqual({ started: false })
    expect(works).toHaveLength(0)
    expect(service.calls).toHaveLength(0)
  })

  test('reports what it measured at Storage, again if no answer came', async () => {
    let away = true
    const { post, works, service, isolate } = setup({
      internal_keep_house: () => (away ? raised('unavailable') : {}),
    })
    const call = { operation: 'remove', outcome: 'ok', milliseconds: 3 } as const
    isolate.parts.storageCalls.record(call)
    for (const isAway of [true, false, false]) {
      away = isAway
      await post()
      await Promise.all(works)
    }
    expect(service.named('internal_keep_house').map((args) => args.p_storage_calls)).toEqual([
      [call],
      [call],
      [],
    ])
  })

  test('asks again for no object that is there no more', async () => {
    const { post, works, service, removed } = setup({
      internal_claim_jobs: queue('remove_object', [jobRow('remove_object', 1)]),
      internal_removable_objects: () => [],
      internal_complete_object_removal: () => true,
    })
    await post()
    await Promise.all(works)
    expect(removed).toHaveLength(0)
    expect(service.named('internal_complete_object_removal')).toHaveLength(1)
  })
})
