/** One line of work: claimed in batches, a few jobs at once, all of it held or given back. */
import type { Client } from '../_shared/database/client.ts'
import {
  claimJobs,
  extendJobs,
  type Job,
  type JobKind,
  leaseSeconds,
  releaseJobs,
} from '../_shared/jobs/queue.ts'
import type { Log } from '../_shared/log/log.ts'
import { withJobTrace } from '../_shared/trace/trace.ts'

export interface Line {
  readonly kinds: readonly JobKind[]
  /** Jobs that run at the same time. */
  readonly atOnce: number
  /** Jobs held at the same time, those that run among them. */
  readonly held: number
}

/**
 * Works a line until nothing is due, or `closing` is aborted: then nothing more is begun, what is held
 * and has not been begun is given back, and what runs is waited for. `run` holds its own lease. One long job
 * does not keep a line from what comes meanwhile: each call looks for more.
 *
 * @throws AppError when no job can be claimed and none is held
 */
export async function workLine(
  line: Line,
  deps: {
    service: Client
    workerId: string
    run: (job: Job) => Promise<void>
    /** Resolves at the next call for work: there may be some that this line has room for. */
    called: () => Promise<void>
    closing: AbortSignal
    log: Log
  },
): Promise<void> {
  const { service, workerId, closing, log } = deps
  let waiting: Job[] = []
  const running = new Set<Promise<void>>()
  const closed = new Promise<void>((resolve) => {
    if (closing.aborted) resolve()
    closing.addEventListener('abort', () => resolve(), { once: true })
  })

  function begin(job: Job) {
    const run = withJobTrace(job, () =>
      deps
        .run(job)
        // Its failure is recorded, or its lease runs out; the next job has nothing to do with it.
        .catch((error: unknown) => log.error('job attempt failed', { kind: job.kind, error })),
    ).finally(() => running.delete(run))
    running.add(run)
  }

  const keeper = setInterval(
    () => {
      const asked = waiting
      extendJobs(service, asked)
        .then((held) => {
          waiting = waiting.filter((job) => held.has(job.id) || !asked.includes(job))
        })
        .catch((error: unknown) => log.info('leases not extended', { error }))
    },
    (leaseSeconds * 1000) / 3,
  )
  try {
    while (!closing.aborted) {
      // Taken before the claim: a call while that is under way is not missed.
      const called = deps.called()
      const room = line.held - waiting.length - running.size
      if (room > 0) {
        try {
          waiting.push(...(await claimJobs(service, { workerId, kinds: line.kinds, limit: room })))
        } catch (error) {
          if (running.size + waiting.length === 0) throw error
          // The database may be back before what is held has ended.
          log.info('jobs not claimed', { error })
        }
      }
      while (running.size < line.atOnce && !closing.aborted) {
        const next = waiting.shift()
        if (next === undefined) break
        begin(next)
      }
      if (running.size === 0) return
      await Promise.race([...running, called, closed])
    }
  } finally {
    clearInterval(keeper)
    await releaseJobs(service, waiting).catch((error: unknown) =>
      // Their leases run out by themselves.
      log.info('jobs not given back', { error }),
    )
    await Promise.all(running)
  }
}
