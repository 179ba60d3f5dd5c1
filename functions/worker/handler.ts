import { call } from '../_shared/database/client.ts'
import { jsonResponse } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { requireMachineToken } from '../_shared/http/tokens.ts'
import { claimJob, type Job, type JobKind } from '../_shared/jobs/queue.ts'
import { type RunDependencies, runIngest, runOptimization } from '../_shared/optimization/run.ts'
import { removeObject } from './remove-object.ts'

export interface Dependencies extends RunDependencies {
  readonly workerToken: string
  readonly waitUntil: (work: Promise<unknown>) => void
  /** How long one call goes on claiming. What it has claimed by then it still finishes. */
  readonly claimForMs: number
}

/** Each line is worked by itself, so that an upload does not wait behind a model. */
const lines: readonly (readonly JobKind[])[] = [['optimize'], ['ingest', 'remove_object']]

/**
 * `POST` with the worker token: works the queue. It answers 202 at once and works after, since pg_net
 * waits for 2 s only; a call that finds this isolate at work already changes nothing.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  let working = false

  return endpoint({ methods: ['POST'], log: deps.log }, async (request) => {
    await requireMachineToken(request, deps.workerToken)
    const started = !working
    if (started) {
      working = true
      deps.waitUntil(
        work(deps)
          .catch((error: unknown) => deps.log.error('working the queue failed', { error }))
          .finally(() => {
            working = false
          }),
      )
    }
    return jsonResponse({ started }, { status: 202 })
  })
}

async function work(deps: Dependencies): Promise<void> {
  const until = performance.now() + deps.claimForMs
  try {
    deps.log.info('house kept', { house: await call(deps.service, 'internal_keep_house', {}) })
  } catch (error) {
    deps.log.error('keeping house failed', { error })
  }
  // One line that fails does not end the call while the other has a job in hand.
  const ends = await Promise.allSettled(lines.map((kinds) => drain(deps, kinds, until)))
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

async function drain(deps: Dependencies, kinds: readonly JobKind[], until: number): Promise<void> {
  while (performance.now() < until) {
    const job = await claimJob(deps.service, { workerId: deps.workerId, kinds })
    if (job === undefined) return
    try {
      await runJob(job, deps)
    } catch (error) {
      // Its failure is recorded, or its lease runs out; the next job has nothing to do with it.
      deps.log.error('job attempt failed', { jobId: job.id, kind: job.kind, error })
    }
  }
}

async function runJob(job: Job, deps: Dependencies): Promise<void> {
  const never = new AbortController().signal
  switch (job.kind) {
    case 'optimize':
      return await runOptimization(job, deps)
    case 'ingest':
      return await runIngest(job, deps, never)
    case 'remove_object':
      return await removeObject(job, deps.service)
  }
}
