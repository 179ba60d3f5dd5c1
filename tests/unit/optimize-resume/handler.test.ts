import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { createHandler } from '../../../functions/optimize-resume/handler.ts'
import {
  createIsolate,
  fakeService,
  hang,
  jobRow,
  type Rpc,
  raised,
  subjectId,
} from '../jobs/fake-service.ts'

// Other waits go on: only the clock of what the handler itself measures is held.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const running = {
  optimization_id: subjectId,
  user_id: 'auth0|42',
  version_id: subjectId,
  status: 'running',
  progress: { stage: 'generating' },
  last_event_id: 1,
}

function raise(message: string): never {
  throw new Error(message)
}

function setup(
  rpcs: Record<string, Rpc>,
  rows: () => Response | Promise<Response>,
  options: {
    service?: Record<string, Rpc>
    serviceRows?: () => Response
    answerWithinMs?: number
  } = {},
) {
  const lines: string[] = []
  const works: Promise<unknown>[] = []
  const isolate = createIsolate()
  const user = fakeService(
    { request_optimization: () => running, list_optimization_events: () => [], ...rpcs },
    rows,
  )
  const service = fakeService(
    { internal_claim_jobs: () => [], ...options.service },
    options.serviceRows ?? (() => Response.json([running])),
  )
  const handle = createHandler({
    ...isolate.parts,
    service: service.client,
    asUser: () => user.client,
    waitUntil: (work) => works.push(work),
    answerWithinMs: options.answerWithinMs ?? 100,
    extract: () => Promise.reject(new Error('Not in this test')),
    delta: {
      encode: () => Promise.reject(new Error('Not in this test')),
      decode: () => Promise.reject(new Error('Not in this test')),
    },
    models: { forJob: () => raise('Not in this test') },
    workerId: 'w',
    nonceSecret: 'secret',
    timeoutMs: 1000,
    log: createLog({}, { write: (line) => lines.push(line) }),
  })
  const post = (headers: Record<string, string> = {}) =>
    handle(
      new Request('http://f/optimize-resume', {
        method: 'POST',
        headers: {
          authorization: 'Bearer token',
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify({ filePath: 'user_uploads/x' }),
      }),
    )
  return { post, user, service, lines, works, isolate }
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

  test('is given although the token runs out in the wait: it was good when it asked', async () => {
    const ended = { ...running, status: 'succeeded', result: { suggestions: [] } }
    const { post } = setup(
      { list_optimization_events: () => raised('unauthorized') },
      () => Response.json({ message: 'JWT expired' }, { status: 401 }),
      { serviceRows: () => Response.json([ended]) },
    )
    const response = await post()
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      status: 'succeeded',
      result: { suggestions: [] },
    })
  })

  test('is 202 where the token runs out and the work goes on', async () => {
    const { post } = setup({ list_optimization_events: () => raised('unauthorized') }, () =>
      Response.json({ message: 'JWT expired' }, { status: 401 }),
    )
    expect((await post()).status).toBe(202)
  })

  test('is never another’s, whatever the product’s own key can read', async () => {
    const { post } = setup(
      { list_optimization_events: () => raised('unauthorized') },
      () => Response.json({ message: 'JWT expired' }, { status: 401 }),
      { serviceRows: () => Response.json([{ ...running, user_id: 'auth0|other' }]) },
    )
    expect((await post()).status).toBe(404)
  })
})

describe('the request alone', () => {
  test('comes back for a job that another had, or that waited out a backoff', async () => {
    let ended = false
    const claims = [[], [jobRow('optimize')]]
    const { post, service, works } = setup({}, () => Response.json([running]), {
      answerWithinMs: 20_000,
      service: {
        internal_claim_jobs: () => claims.shift() ?? [],
        internal_start_optimization: () => {
          ended = true
          return { ...running, status: 'succeeded' }
        },
      },
      serviceRows: () => Response.json([ended ? { ...running, status: 'succeeded' } : running]),
    })
    expect((await post({ prefer: 'respond-async' })).status).toBe(202)
    await Promise.all(works)
    expect(service.named('internal_claim_jobs')).toEqual(
      Array(2).fill(expect.objectContaining({ p_kinds: ['optimize'], p_subject_id: subjectId })),
    )
    expect(service.named('internal_start_optimization')).toHaveLength(1)
  })

  test.each([
    ['its time is over', (_: ReturnType<typeof createIsolate>) => {}],
    ['its isolate is ended', (isolate: ReturnType<typeof createIsolate>) => isolate.end('cpu')],
  ])('begins nothing more once %s', async (_what, end) => {
    const { post, service, works, isolate } = setup({}, () => Response.json([running]))
    await post({ prefer: 'respond-async' })
    end(isolate)
    await Promise.all(works)
    expect(service.named('internal_claim_jobs').length).toBeLessThanOrEqual(1)
  })

  test('ends with an optimization that was erased', async () => {
    const { post, works, lines } = setup({}, () => Response.json([running]), {
      answerWithinMs: 20_000,
      serviceRows: () => Response.json([]),
    })
    await post({ prefer: 'respond-async' })
    await Promise.all(works)
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['request answered'])
  })
})
