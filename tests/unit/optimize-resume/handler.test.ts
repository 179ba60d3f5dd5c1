import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { createHandler } from '../../../functions/optimize-resume/handler.ts'
import { fakeService, hang, type Rpc, raised, subjectId } from '../jobs/fake-service.ts'

// Other waits go on: only the clock of what the handler itself measures is held.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const running = {
  optimization_id: subjectId,
  version_id: subjectId,
  status: 'running',
  progress: { stage: 'generating' },
  last_event_id: 1,
}

function setup(rpcs: Record<string, Rpc>, rows: () => Response | Promise<Response>) {
  const lines: string[] = []
  const user = fakeService(
    { request_optimization: () => running, list_optimization_events: () => [], ...rpcs },
    rows,
  )
  const service = fakeService({ internal_claim_jobs: () => [] })
  const handle = createHandler({
    service: service.client,
    asUser: () => user.client,
    waitUntil: () => {},
    answerWithinMs: 100,
    extract: () => Promise.reject(new Error('Not in this test')),
    model: { name: 'double', chat: () => Promise.reject(new Error('Not in this test')) },
    workerId: 'w',
    nonceSecret: 'secret',
    timeoutMs: 1000,
    log: createLog({}, (line) => lines.push(line)),
  })
  const post = (headers: Record<string, string> = {}, signal?: AbortSignal) =>
    handle(
      new Request('http://f/optimize-resume', {
        method: 'POST',
        headers: {
          authorization: 'Bearer token',
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify({ filePath: 'user_uploads/x' }),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
  return { post, user, lines }
}

describe('a stream', () => {
  test('whose reader has gone asks no more, also where the runtime does not say so', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const { post } = setup(
      {
        list_optimization_events: (args, signal) => {
          asked.resolve(signal)
          return hang(args, signal)
        },
      },
      () => Response.json([running]),
    )
    const response = await post({ accept: 'text/event-stream' })
    const signal = await asked.promise
    await response.body?.cancel()
    await expect.poll(() => signal.aborted).toBe(true)
  })
})

describe('a plain answer', () => {
  test('counts the platform’s limit from when the request came', async () => {
    const { post, user } = setup(
      {
        request_optimization: () => {
          vi.advanceTimersByTime(100)
          return running
        },
      },
      () => Response.json([running]),
    )
    const before = Date.now()
    expect((await post()).status).toBe(202)
    expect(Date.now() - before).toBeLessThan(100)
    expect(user.named('list_optimization_events').length).toBeLessThanOrEqual(1)
  })

  test('is 202 with what is known when the database is away at its end', async () => {
    const { post } = setup({}, () => Response.json({ message: 'x' }, { status: 500 }))
    const response = await post()
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      optimizationId: subjectId,
      status: 'running',
      progress: { stage: 'generating' },
    })
  })

  test('is the caller’s own problem when the token runs out in the wait', async () => {
    const { post } = setup({ list_optimization_events: () => raised('unauthorized') }, () =>
      Response.json([running]),
    )
    expect((await post()).status).toBe(401)
  })

  test('nobody waits for any more is no failure in the log', async () => {
    const leave = new AbortController()
    const { post, lines } = setup(
      {
        list_optimization_events: (args, signal) => {
          queueMicrotask(() => leave.abort())
          return hang(args, signal)
        },
      },
      () => Response.json([running]),
    )
    await post({}, leave.signal)
    expect(lines).toEqual([])
  })
})
