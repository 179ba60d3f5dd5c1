import { describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import type { Extract } from '../../../functions/_shared/ingest/extract-client.ts'
import type { Job } from '../../../functions/_shared/jobs/queue.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import type { ChatOptions, ChatRequest } from '../../../functions/_shared/ollama/client.ts'
import { runIngest, runOptimization } from '../../../functions/_shared/optimization/run.ts'
import {
  createIsolate,
  fakeService,
  hang,
  jobRow,
  leaseToken,
  type Rpc,
  raised,
  subjectId,
} from '../jobs/fake-service.ts'

const job: Job = {
  id: 5,
  kind: 'optimize',
  subjectId,
  ownerId: 'auth0|42',
  requestId: undefined,
  attempt: 1,
  leaseToken,
}
const lease = { p_job_id: 5, p_lease_token: leaseToken }
const text = `Ada Example

Experience
Planner	March 2020 – present
Northwharf Freight, Hull
• Responsible for planning the routes of 14 drivers and two warehouses.
`
const ready = {
  version_id: subjectId,
  state: 'ready',
  content_text: text,
  language: 'en',
  sha256: 'f',
}
const running = {
  status: 'running',
  started_at: null,
  waited_ms: 0,
  partial: {},
  job_description: null,
  last_event_id: 1,
}

type Chat = (request: ChatRequest<unknown>, options: ChatOptions) => Promise<unknown>

function setup(rpcs: Record<string, Rpc> = {}, options: { chat?: Chat; timeoutMs?: number } = {}) {
  const requests: ChatRequest<unknown>[] = []
  const service = fakeService(
    {
      internal_start_optimization: () => running,
      internal_optimization_source: () => ready,
      internal_report_optimization: () => false,
      internal_complete_optimization: () => ({}),
      internal_fail_job: () => 'retry',
      ...rpcs,
    },
    () => new Response('12345'),
  )
  const extract: Extract = async (stream) => {
    await new Response(stream).bytes()
    return { kind: 'pdf', text, notices: [] }
  }
  const isolate = createIsolate()
  const deps = {
    ...isolate.parts,
    service: service.client,
    extract,
    delta: {
      encode: () => Promise.reject(new Error('Not in this test')),
      decode: () => Promise.reject(new Error('Not in this test')),
    },
    models: {
      forJob: () => ({
        name: 'double',
        prepare: () => {},
        async chat<T>(request: ChatRequest<T>, given: ChatOptions = {}) {
          requests.push(request)
          const value = await (options.chat?.(request, given) ?? { suggestions: [] })
          return {
            value: request.schema.parse(value),
            model: 'double',
            promptTokens: 1,
            outputTokens: 1,
            durationMs: 1,
            repaired: false,
          }
        },
      }),
    },
    workerId: 'w',
    nonceSecret: 'secret',
    timeoutMs: options.timeoutMs ?? 60_000,
    log: createLog({}, { write: () => {} }),
  }
  const onSaved = vi.fn()
  const run = () => runOptimization(job, deps, onSaved)
  return { run, service, deps, onSaved, requests, isolate }
}

/** A model that says nothing until it is told to stop. */
const silent: Chat = (_request, { signal }) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

describe('runOptimization()', () => {
  test('completes with the result, and rings at the end', async () => {
    const { run, service, onSaved } = setup()
    await run()
    expect(service.named('internal_complete_optimization')).toEqual([
      expect.objectContaining({
        ...lease,
        p_status: 'succeeded',
        p_result: expect.objectContaining({ suggestions: [], source: expect.anything() }),
      }),
    ])
    expect(service.named('internal_fail_job')).toEqual([])
    expect(onSaved).toHaveBeenCalled()
  })

  test('leaves alone what has ended before it began', async () => {
    const { run, service } = setup({ internal_start_optimization: () => ({ status: 'cancelled' }) })
    await run()
    expect(service.calls.map(({ name }) => name).sort()).toEqual([
      'internal_optimization_source',
      'internal_start_optimization',
    ])
  })

  test('without a model that may be asked it waits, and leaves the score', async () => {
    const failure = new AppError('circuit_open', undefined, { retryAfterSeconds: 31 })
    const { run, service, onSaved } = setup(
      { internal_wait_optimization: () => 'waiting' },
      { chat: () => Promise.reject(failure) },
    )
    await run()
    expect(service.named('internal_wait_optimization')).toEqual([
      {
        ...lease,
        p_error: expect.objectContaining({ code: 'circuit_open', retryable: true }),
        p_retry_seconds: 31,
        p_score: expect.objectContaining({ total: expect.any(Number) }),
      },
    ])
    expect(service.named('internal_fail_job')).toEqual([])
    expect(onSaved).toHaveBeenCalled()
  })

  test('a busy model is waited for without a word', async () => {
    const { run, service } = setup(
      { internal_wait_optimization: () => 'waiting' },
      { chat: () => Promise.reject(new AppError('model_busy', '', { retryAfterSeconds: 2 })) },
    )
    await run()
    const [waited] = service.named('internal_wait_optimization')
    expect(waited).toMatchObject({ p_error: { code: 'model_busy' }, p_retry_seconds: 2 })
    expect(waited).not.toHaveProperty('p_score')
  })

  test('waiting for a model does not eat the time that the work may take', async () => {
    const started_at = new Date(Date.now() - 600_000).toISOString()
    const begun = (waited_ms: number) => ({
      internal_start_optimization: () => ({ ...running, started_at, waited_ms }),
    })
    const waited = setup(begun(590_000))
    await waited.run()
    expect(waited.service.named('internal_complete_optimization')).toHaveLength(1)
    const worked = setup(begun(1000), { chat: silent })
    await worked.run()
    expect(worked.service.named('internal_fail_job')).toEqual([
      expect.objectContaining({ p_error: expect.objectContaining({ code: 'deadline_exceeded' }) }),
    ])
  })

  test('a failure is given back for another attempt, with its code', async () => {
    const { run, service } = setup(
      {},
      { chat: () => Promise.reject(new AppError('model_unavailable', 'Refused')) },
    )
    await run()
    expect(service.named('internal_fail_job')).toEqual([
      {
        ...lease,
        p_error: { code: 'model_unavailable', detail: 'Refused', retryable: true },
        p_retryable: true,
      },
    ])
    expect(service.named('internal_complete_optimization')).toEqual([])
  })

  test('the deadline stops the model and allows no other attempt', async () => {
    const { run, service } = setup({}, { chat: silent, timeoutMs: 20 })
    await run()
    expect(service.named('internal_fail_job')).toEqual([
      expect.objectContaining({
        p_error: expect.objectContaining({ code: 'deadline_exceeded' }),
        p_retryable: false,
      }),
    ])
  })

  test('the deadline counts from the first attempt', async () => {
    const startedAt = new Date(Date.now() - 3_600_000).toISOString()
    const { run, service } = setup(
      { internal_start_optimization: () => ({ ...running, started_at: startedAt }) },
      { chat: silent },
    )
    await run()
    expect(service.named('internal_fail_job')).toEqual([
      expect.objectContaining({ p_error: expect.objectContaining({ code: 'deadline_exceeded' }) }),
    ])
  })

  test('a cancellation stops the model, and is recorded as one', async () => {
    const { run, service } = setup({ internal_report_optimization: () => true }, { chat: silent })
    await run()
    expect(service.named('internal_complete_optimization')).toEqual([
      { ...lease, p_status: 'cancelled' },
    ])
    expect(service.named('internal_fail_job')).toEqual([])
  })

  test('an isolate that is ended gives the job back, with what its sections gave', async () => {
    const { run, service, isolate } = setup(
      { internal_release_job: () => null },
      {
        chat: (request, options) => {
          queueMicrotask(() => isolate.end('wall_clock'))
          return silent(request, options)
        },
      },
    )
    await run()
    expect(service.named('internal_release_job')).toEqual([lease])
    expect(service.named('internal_report_optimization')).toHaveLength(1)
    expect(service.named('internal_fail_job')).toEqual([])
  })

  test('says at its end which events it knows to be saved', async () => {
    const { run, service } = setup()
    await run()
    expect(service.named('internal_complete_optimization')[0]).toMatchObject({
      p_after_event_id: 1,
    })
  })

  test('two requests about one version share their prompt up to the posting', async () => {
    const prompts: string[] = []
    for (const job_description of ['Planner in Hull', 'Baker in Ghent']) {
      const { run, requests } = setup({
        internal_start_optimization: () => ({ ...running, job_description }),
      })
      await run()
      expect(requests[0]?.system).toBe(requests.at(-1)?.system)
      prompts.push(`${requests[0]?.system}\n${requests[0]?.prompt}`)
    }
    const [first = '', second = ''] = prompts
    const shared = [...first].findIndex((character, index) => character !== second[index])
    const posting = first.indexOf('The job posting:')
    expect(posting).toBeGreaterThan(first.indexOf('14 drivers'))
    expect(shared).toBeGreaterThan(posting)
  })

  test('who has lost the lease says nothing more', async () => {
    const { run, service, onSaved } = setup(
      { internal_report_optimization: () => raised('lease_lost') },
      { chat: silent },
    )
    await run()
    expect(service.named('internal_complete_optimization')).toEqual([])
    expect(service.named('internal_fail_job')).toEqual([])
    expect(onSaved).toHaveBeenCalled()
  })

  test.each([
    [{ state: 'failed', failure_code: 'file_encrypted' }, 'file_encrypted'],
    [{ state: 'failed', failure_code: 'no_such_code' }, 'file_corrupt'],
    [{ state: 'pruned' }, 'conflict'],
  ])('a version that is %j fails it with %s, for good', async (version, code) => {
    const { run, service } = setup({ internal_optimization_source: () => version })
    await run()
    expect(service.named('internal_fail_job')).toEqual([
      expect.objectContaining({ p_error: expect.objectContaining({ code }), p_retryable: false }),
    ])
  })

  test('reads the file itself where the client forgot', async () => {
    let state = 'uploaded'
    const { run, service } = setup({
      internal_optimization_source: () => ({ ...ready, state }),
      internal_claim_jobs: () => [jobRow('ingest', 6)],
      internal_ingest_source: () => ({
        ...ready,
        state,
        full_storage_path: 'a/b',
        file_size: 5,
        original_filename: 'cv.pdf',
        mime_type: 'application/pdf',
      }),
      internal_complete_ingest: () => {
        state = 'ready'
        return ready
      },
    })
    await run()
    expect(service.named('internal_claim_jobs')[0]).toMatchObject({
      p_kinds: ['ingest'],
      p_subject_id: subjectId,
    })
    expect(service.named('internal_complete_ingest')).toHaveLength(1)
    expect(service.named('internal_complete_optimization')).toHaveLength(1)
  })

  test('waits where somebody else is reading it', async () => {
    const states = ['uploaded', 'uploaded', 'ready']
    const { run, service } = setup({
      internal_optimization_source: () => ({ ...ready, state: states.shift() ?? 'ready' }),
      internal_claim_jobs: () => [],
    })
    await run()
    expect(service.named('internal_optimization_source')).toHaveLength(3)
    expect(service.named('internal_complete_optimization')).toHaveLength(1)
  })

  test('looks soon for a file that is being read, and once a second where that takes long', async () => {
    vi.useFakeTimers()
    try {
      const startedAt = Date.now()
      const looks: number[] = []
      const { run } = setup({
        internal_optimization_source: () => {
          looks.push(Date.now() - startedAt)
          return { ...ready, state: looks.length > 32 ? 'ready' : 'uploaded' }
        },
        internal_claim_jobs: () => [],
      })
      const over = run()
      await vi.advanceTimersByTimeAsync(40_000)
      await over
      const pauses = looks.slice(2).map((at, index) => at - (looks[index + 1] ?? 0))
      expect(pauses[0]).toBe(300)
      expect(Math.max(...pauses)).toBe(1_000)
      expect(looks.filter((at) => at <= 1_500).length).toBeGreaterThanOrEqual(4)
      expect(looks.filter((at) => at > 10_000 && at <= 20_000)).toHaveLength(10)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a database that hangs while it waits for the file does not outlast the deadline', async () => {
    const { run, service } = setup({ internal_optimization_source: hang }, { timeoutMs: 20 })
    await run()
    expect(service.named('internal_fail_job')).toHaveLength(1)
  })

  test('marks data in prompts with a mark that only the secret gives, the same at each attempt', async () => {
    const prompts = []
    for (const nonceSecret of ['secret', 'secret', 'another']) {
      const { deps, requests } = setup()
      await runOptimization(job, { ...deps, nonceSecret })
      prompts.push(requests[0]?.prompt)
    }
    expect(prompts[0]).toBe(prompts[1])
    expect(prompts[2]).not.toBe(prompts[0])
  })
})

describe('runIngest()', () => {
  const ingestJob: Job = { ...job, kind: 'ingest' }
  const never = new AbortController().signal
  const source: Rpc = () => ({ state: 'uploaded', full_storage_path: 'a', file_size: 5 })

  test.each([
    ['file_encrypted', false],
    ['unavailable', true],
  ] as const)(
    '%s is recorded, and thrown only if it is no verdict on the file',
    async (code, thrown) => {
      const { deps, service } = setup({ internal_ingest_source: source })
      const extract: Extract = () => Promise.reject(new AppError(code))
      const result = runIngest(ingestJob, { ...deps, extract }, never)
      if (thrown) await expect(result).rejects.toMatchObject({ code })
      else await result
      expect(service.named('internal_fail_job')).toEqual([
        expect.objectContaining({
          p_error: expect.objectContaining({ code }),
          p_retryable: thrown,
        }),
      ])
    },
  )

  test.each(['cancelled', 'deadline_exceeded', 'lease_lost'] as const)(
    'a wait that ends as %s gives the file back, and is no verdict on it',
    async (code) => {
      const stop = new AbortController()
      const reason = new AppError(code)
      const { deps, service } = setup({
        internal_ingest_source: source,
        internal_release_job: () => null,
      })
      const extract: Extract = () => {
        stop.abort(reason)
        return Promise.reject(reason)
      }
      await expect(runIngest(ingestJob, { ...deps, extract }, stop.signal)).rejects.toBe(reason)
      expect(service.named('internal_release_job')).toEqual([lease])
      expect(service.named('internal_fail_job')).toEqual([])
    },
  )

  test('a file that cannot be given back keeps the reason of the end', async () => {
    const reason = new AppError('cancelled')
    const { deps } = setup({ internal_release_job: () => raised('lease_lost') })
    await expect(runIngest(ingestJob, deps, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('who has lost the lease records nothing', async () => {
    const { deps, service } = setup({ internal_ingest_source: () => raised('lease_lost') })
    await runIngest(ingestJob, deps, never)
    expect(service.named('internal_fail_job')).toEqual([])
  })
})
