/** Works the jobs that keep a history: whatever fails is told to the queue. */
import { AppError } from '../errors.ts'
import { failJob, type Job, type JobKind, releaseJob, withLease } from '../jobs/queue.ts'
import type { Log } from '../log/log.ts'
import { withJobTrace } from '../trace/trace.ts'
import { compose } from './compose.ts'
import type { RebuildDependencies } from './rebuild.ts'
import { erase, removeObjects } from './remove.ts'
import { storeVersion } from './store.ts'

export type HistoryKind = Exclude<JobKind, 'ingest' | 'optimize'>

/**
 * Resolves when the attempt is over, however it ended. That `signal` ended it is no verdict: the job is
 * given back.
 *
 * @throws AppError unavailable when the database cannot be told; the lease runs out then
 */
export async function runHistoryJob(
  { kind, job }: { kind: HistoryKind; job: Job },
  deps: RebuildDependencies & { readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  await withJobTrace(job, () => attempt({ kind, job }, deps, signal))
}

async function attempt(
  { kind, job }: { kind: HistoryKind; job: Job },
  deps: Parameters<typeof runHistoryJob>[1],
  signal: AbortSignal,
): Promise<void> {
  const log = deps.log.with({ subjectId: job.subjectId, attempt: job.attempt })
  try {
    await withLease(deps.service, job, signal, (leased) => work({ kind, job }, deps, leased))
    log.info('history job ended', { kind })
  } catch (error) {
    log.info('history job attempt ended', { kind, error })
    if (error instanceof AppError && error.code === 'lease_lost') return
    if (signal.aborted) await releaseJob(deps.service, job)
    else await failJob(deps.service, job, error)
  }
}

async function work(
  { kind, job }: { kind: HistoryKind; job: Job },
  deps: RebuildDependencies,
  signal: AbortSignal,
): Promise<void> {
  switch (kind) {
    case 'compose':
      return await compose(job, deps, signal)
    case 'compact':
    case 'rebase':
      return await storeVersion(job, deps, signal)
    case 'remove_object':
      return await removeObjects(job, deps.service, signal)
    case 'erase':
      return await erase(job, deps.service, signal)
  }
}
