import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import {
  claimJob,
  failJob,
  type Job,
  leaseOf,
  leaseSeconds,
  withLease,
} from '../../../functions/_shared/jobs/queue.ts'
import { fakeService, hang, jobRow, leaseToken, raised, subjectId } from './fake-service.ts'

const job: Job = {
  id: 7,
  kind: 'ingest',
  subjectId,
  ownerId: 'auth0|42',
  requestId: undefined,
  attempt: 2,
  leaseToken,
}

describe('claimJob()', () => {
  test('leases one job and reads its row', async () => {
    const service = fakeService({ internal_claim_jobs: () => [jobRow('ingest', 7)] })
    const claimed = await claimJob(service.client, { workerId: 'worker-1', kinds: ['ingest'] })
    expect(claimed).toEqual(job)
    expect(service.calls).toEqual([
      {
        name: 'internal_claim_jobs',
        args: {
          p_worker_id: 'worker-1',
          p_kinds: ['ingest'],
          p_limit: 1,
          p_lease_seconds: leaseSeconds,
        },
      },
    ])
  })

  test('asks for one subject when told so', async () => {
    const service = fakeService({ internal_claim_jobs: () => [jobRow('optimize')] })
    await claimJob(service.client, { workerId: 'w', kinds: ['optimize'], subjectId })
    expect(service.calls[0]?.args).toMatchObject({ p_subject_id: subjectId })
  })

  test('gives nothing when there is none', async () => {
    const service = fakeService({ internal_claim_jobs: () => [] })
    expect(await claimJob(service.client, { workerId: 'w', kinds: ['ingest'] })).toBeUndefined()
  })

  test.each([
    ['a kind that it does not know', { ...jobRow('ingest'), kind: 'dance' }],
    ['no lease', { ...jobRow('ingest'), lease_token: null }],
  ])('takes no job with %s', async (_what, row) => {
    const service = fakeService({ internal_claim_jobs: () => [row] })
    await expect(claimJob(service.client, { workerId: 'w', kinds: ['ingest'] })).rejects.toThrow()
  })

  test('is over at once when its signal is aborted', async () => {
    const service = fakeService({ internal_claim_jobs: hang })
    const stop = new AbortController()
    const reason = new AppError('cancelled')
    const claim = claimJob(service.client, { workerId: 'w', kinds: ['ingest'] }, stop.signal)
    stop.abort(reason)
    await expect(claim).rejects.toBe(reason)
  })
})

describe('failJob()', () => {
  const failedWith = async (error: unknown, outcome = 'retry') => {
    const service = fakeService({ internal_fail_job: () => outcome })
    const result = await failJob(service.client, job, error)
    return { result, args: service.calls[0]?.args }
  }

  test('says code and detail, under the lease', async () => {
    const { args } = await failedWith(new AppError('model_timeout', 'No word for 20 s'))
    expect(args).toEqual({
      ...leaseOf(job),
      p_error: { code: 'model_timeout', detail: 'No word for 20 s', retryable: true },
      p_retryable: true,
    })
  })

  test.each([
    [new AppError('file_corrupt'), false],
    [new AppError('unavailable'), true],
    // Another attempt would have no time left.
    [new AppError('deadline_exceeded'), false],
    [new AppError('model_invalid'), false],
  ])('%s: another attempt is %s', async (error, retryable) => {
    expect((await failedWith(error)).args).toMatchObject({ p_retryable: retryable })
  })

  test('bounds what a model server brought into a detail, and makes it fit for the database', async () => {
    const { args } = await failedWith(new AppError('model_missing', `a\u0000${'𝄞'.repeat(5000)}`))
    const fitting = `a\ufffd${'𝄞'.repeat(499)}`
    expect(args).toMatchObject({ p_error: { detail: fitting } })
  })

  test('an unforeseen failure is internal and tells nothing of itself', async () => {
    const { args } = await failedWith(new TypeError('Led a team of 12'))
    expect(args).toMatchObject({ p_error: { code: 'internal' }, p_retryable: true })
    expect(JSON.stringify(args)).not.toContain('team')
  })

  test('gives back what SQL decided', async () => {
    const error = new AppError('unavailable')
    expect((await failedWith(error, 'retry')).result).toBe('retry')
    expect((await failedWith(error, 'dead')).result).toBe('dead')
  })

  test('throws lease_lost where the lease is another’s', async () => {
    const service = fakeService({ internal_fail_job: () => raised('lease_lost') })
    await expect(failJob(service.client, job, new Error('x'))).rejects.toMatchObject({
      code: 'lease_lost',
    })
  })
})

describe('withLease()', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('extends the lease three times in its time while the work runs, and not after', async () => {
    const service = fakeService({ internal_extend_job: () => '2026-01-01T00:00:30Z' })
    const work = Promise.withResolvers<string>()
    const result = withLease(service.client, job, new AbortController().signal, () => work.promise)
    await vi.advanceTimersByTimeAsync(leaseSeconds * 1000)
    expect(service.calls).toEqual(
      Array(3).fill({
        name: 'internal_extend_job',
        args: { ...leaseOf(job), p_lease_seconds: leaseSeconds },
      }),
    )
    work.resolve('done')
    expect(await result).toBe('done')
    await vi.advanceTimersByTimeAsync(leaseSeconds * 1000)
    expect(service.calls).toHaveLength(3)
  })

  test('a lost lease aborts the work with lease_lost', async () => {
    const service = fakeService({ internal_extend_job: () => raised('lease_lost') })
    const result = withLease(service.client, job, new AbortController().signal, untilAborted)
    result.catch(() => {})
    await vi.advanceTimersByTimeAsync(leaseSeconds * 1000)
    await expect(result).rejects.toMatchObject({ code: 'lease_lost' })
  })

  test('a database that is away does not', async () => {
    const service = fakeService({
      internal_extend_job: () => {
        throw new TypeError('Connection refused')
      },
    })
    let aborted = false
    const work = Promise.withResolvers<void>()
    const result = withLease(service.client, job, new AbortController().signal, async (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      await work.promise
    })
    await vi.advanceTimersByTimeAsync(leaseSeconds * 1000)
    expect(service.calls.length).toBeGreaterThan(0)
    work.resolve()
    await result
    expect(aborted).toBe(false)
  })

  test('the caller’s own signal aborts the work, and the timer goes', async () => {
    const service = fakeService({})
    const stop = new AbortController()
    const result = withLease(service.client, job, stop.signal, untilAborted)
    stop.abort(new AppError('cancelled'))
    await expect(result).rejects.toMatchObject({ code: 'cancelled' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
