import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Job, leaseSeconds } from '../../../functions/_shared/jobs/queue.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { workLine } from '../../../functions/worker/line.ts'
import { fakeService, jobRow, type Rpc, raised } from '../jobs/fake-service.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const extendMs = (leaseSeconds * 1000) / 3

/** A line over jobs 1, 2, 3 … whose work ends when the test says so. */
function setup(
  jobs: number,
  options: { atOnce: number; held: number; rpcs?: Record<string, Rpc> },
) {
  const rows = Array.from({ length: jobs }, (_, index) => jobRow('ingest', index + 1))
  const service = fakeService({
    internal_claim_jobs: ({ p_limit }) => rows.splice(0, Number(p_limit)),
    internal_extend_jobs: ({ p_job_ids }) => p_job_ids,
    internal_release_jobs: ({ p_job_ids }) => p_job_ids,
    ...options.rpcs,
  })
  const closing = new AbortController()
  let nextCall = Promise.withResolvers<void>()
  const begun: number[] = []
  const ends = new Map<number, PromiseWithResolvers<void>>()
  const run = async (job: Job) => {
    begun.push(job.id)
    const end = Promise.withResolvers<void>()
    ends.set(job.id, end)
    await end.promise
  }
  const worked = workLine(
    { kinds: ['ingest'], atOnce: options.atOnce, held: options.held },
    {
      service: service.client,
      workerId: 'w',
      run,
      called: () => nextCall.promise,
      closing: closing.signal,
      log: createLog({}, { write: () => {} }),
    },
  )
  const settle = () => vi.advanceTimersByTimeAsync(0)
  const end = (id: number) => {
    ends.get(id)?.resolve()
    return settle()
  }
  const fail = (id: number) => {
    ends.get(id)?.reject(new Error('A failure'))
    return settle()
  }
  const call = () => {
    nextCall.resolve()
    nextCall = Promise.withResolvers()
    return settle()
  }
  return { worked, service, closing, begun, rows, call, settle, end, fail }
}

describe('workLine()', () => {
  test('claims as many as it may hold, and works as many at once as it may', async () => {
    const { worked, service, begun, settle, end } = setup(7, { atOnce: 2, held: 4 })
    await settle()
    expect(service.named('internal_claim_jobs')).toEqual([expect.objectContaining({ p_limit: 4 })])
    expect(begun).toEqual([1, 2])
    await end(2)
    expect(begun).toEqual([1, 2, 3])
    expect(service.named('internal_claim_jobs')[1]).toMatchObject({ p_limit: 1 })
    for (const id of [1, 3, 4, 5, 6, 7]) await end(id)
    await worked
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(service.named('internal_release_jobs')).toEqual([])
  })

  test('a job that takes long does not hold up what comes meanwhile', async () => {
    const { worked, begun, rows, call, settle, end } = setup(1, { atOnce: 2, held: 2 })
    await settle()
    rows.push(jobRow('ingest', 2), jobRow('ingest', 3))
    await settle()
    expect(begun).toEqual([1])
    await call()
    expect(begun).toEqual([1, 2])
    for (const id of [2, 3, 1]) await end(id)
    await worked
    expect(begun).toEqual([1, 2, 3])
  })

  test('a call during a claim is not missed', async () => {
    const late = Promise.withResolvers<void>()
    let claims = 0
    const { worked, begun, call, settle, end } = setup(0, {
      atOnce: 2,
      held: 2,
      rpcs: {
        async internal_claim_jobs() {
          claims++
          if (claims === 1) return [jobRow('ingest', 1)]
          if (claims === 2) await late.promise
          return claims === 3 ? [jobRow('ingest', 2)] : []
        },
      },
    })
    await settle()
    await call()
    await call()
    late.resolve()
    await settle()
    expect(begun).toEqual([1, 2])
    for (const id of [1, 2]) await end(id)
    await worked
  })

  test('a claim that fails while a job runs is made again, and ends the line when none does', async () => {
    let claims = 0
    const { worked, begun, call, settle, end } = setup(0, {
      atOnce: 2,
      held: 2,
      rpcs: {
        internal_claim_jobs: () => {
          claims++
          if (claims === 1 || claims === 3) return [jobRow('ingest', claims)]
          return raised('unavailable')
        },
      },
    })
    worked.catch(() => {})
    await settle()
    await call()
    expect(begun).toEqual([1])
    await call()
    expect(begun).toEqual([1, 3])
    await end(1)
    await end(3)
    await expect(worked).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('goes on after a job that failed', async () => {
    const { worked, begun, settle, end, fail } = setup(2, { atOnce: 1, held: 1 })
    await settle()
    await fail(1)
    await end(2)
    await worked
    expect(begun).toEqual([1, 2])
  })

  test('holds the leases of what waits, and drops what another has by now', async () => {
    const { worked, service, begun, settle, end } = setup(4, {
      atOnce: 1,
      held: 4,
      rpcs: { internal_extend_jobs: () => [2, 4] },
    })
    await settle()
    await vi.advanceTimersByTimeAsync(extendMs)
    expect(service.named('internal_extend_jobs')).toEqual([
      expect.objectContaining({ p_job_ids: [2, 3, 4], p_lease_seconds: leaseSeconds }),
    ])
    for (const id of [1, 2, 4]) await end(id)
    await worked
    expect(begun).toEqual([1, 2, 4])
  })

  test('gives back what it has not begun when its time is over, and waits for what runs', async () => {
    const { worked, service, begun, closing, settle, end } = setup(5, { atOnce: 2, held: 5 })
    await settle()
    closing.abort()
    await settle()
    expect(service.named('internal_release_jobs')).toEqual([
      expect.objectContaining({ p_job_ids: [3, 4, 5] }),
    ])
    let over = false
    void worked.then(() => {
      over = true
    })
    await end(1)
    expect(over).toBe(false)
    await end(2)
    await worked
    expect(begun).toEqual([1, 2])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('works what it holds when nothing more can be claimed, then fails', async () => {
    let claims = 0
    const { worked, service, begun, settle, end } = setup(0, {
      atOnce: 1,
      held: 3,
      rpcs: {
        internal_claim_jobs: () => {
          claims += 1
          return claims === 1 ? [1, 2, 3].map((id) => jobRow('ingest', id)) : raised('unavailable')
        },
      },
    })
    const over = vi.fn()
    worked.catch(over)
    await settle()
    await end(1)
    await end(2)
    expect(begun).toEqual([1, 2, 3])
    expect(over).not.toHaveBeenCalled()
    await end(3)
    await expect(worked).rejects.toMatchObject({ code: 'unavailable' })
    expect(service.named('internal_release_jobs')).toEqual([])
  })

  test('claims nothing when its time is over before it begins', async () => {
    const closing = AbortSignal.abort()
    const service = fakeService({})
    await workLine(
      { kinds: ['ingest'], atOnce: 1, held: 1 },
      {
        service: service.client,
        workerId: 'w',
        run: async () => {},
        called: () => new Promise(() => {}),
        closing,
        log: createLog({}, { write: () => {} }),
      },
    )
    expect(service.calls).toEqual([])
  })
})
