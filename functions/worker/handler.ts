import { call } from '../_shared/database/client.ts'
import { toJson } from '../_shared/database/json.ts'
import { jsonResponse } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { requireMachineToken } from '../_shared/http/tokens.ts'
import type { Job } from '../_shared/jobs/queue.ts'
import { type RunDependencies, runIngest, runOptimization } from '../_shared/optimization/run.ts'
import { runHistoryJob } from '../_shared/versions/run.ts'
import { type Line, workLine } from './line.ts'

export interface Dependencies extends RunDependencies {
  readonly workerToken: string
  readonly waitUntil: (work: Promise<unknown>) => void
  /** How long one call goes on beginning jobs. What it has begun by then it still finishes. */
  readonly claimForMs: number
}

/**
 * Each line is worked by itself, so that an upload does not wait behind a model. `extract` reads two
 * files at once; a request to a model is waiting, mostly; `delta` codes one file at a time.
 */
const lines: readonly Line[] = [
  { kinds: ['optimize'], atOnce: 4, held: 4 },
  { kinds: ['ingest', 'compose'], atOnce: 2, held: 6 },
  { kinds: ['compact', 'rebase'], atOnce: 1, held: 1 },
  { kinds: ['remove_object', 'erase'], atOnce: 2, held: 4 },
]

/**
 * `POST` with the worker token: works the queue. It answers 202 at once and works after, since pg_net
 * waits for 2 s only; a call that finds this isolate at work already has its lines look for more.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  let working = false
  let nextCall = Promise.withResolvers<void>()
  const called = () => nextCall.promise

  return endpoint({ methods: ['POST'], log: deps.log, quiet: true }, async (request) => {
    await requireMachineToken(request, deps.workerToken)
    nextCall.resolve()
    nextCall = Promise.withResolvers()
    const started = !working && !deps.shutdown.soon.aborted
    if (started) {
      working = true
      deps.waitUntil(
        work(deps, called)
          .catch((error: unknown) => deps.log.error('working the queue failed', { error }))
          .finally(() => {
            working = false
          }),
      )
    }
    return jsonResponse({ started }, { status: 202 })
  })
}

async function work(deps: Dependencies, called: () => Promise<void>): Promise<void> {
  const closing = AbortSignal.any([AbortSignal.timeout(deps.claimForMs), deps.shutdown.soon])
  try {
    const house = await deps.storageCalls.reportBy((calls) =>
      call(deps.service, 'internal_keep_house', { p_storage_calls: toJson(calls) }),
    )
    deps.log.info('house kept', { house })
  } catch (error) {
    deps.log.error('keeping house failed', { error })
  }
  const { service, workerId, log } = deps
  const run = (job: Job) => runJob(job, deps)
  // One line that fails does not end the call while the other has a job in hand.
  const ends = await Promise.allSettled(
    lines.map((line) => workLine(line, { service, workerId, run, called, closing, log })),
  )
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

async function runJob(job: Job, deps: Dependencies): Promise<void> {
  switch (job.kind) {
    case 'optimize':
      return await runOptimization(job, deps)
    case 'ingest':
      return await runIngest(job, deps, deps.shutdown.now)
    default:
      return await runHistoryJob({ kind: job.kind, job }, deps, deps.shutdown.now)
  }
}
