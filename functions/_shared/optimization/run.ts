/** Works one leased optimization to its end: succeeded, cancelled, failed, or given back for a retry. */
import { sha256 } from '../bytes.ts'
import { type Client, call, type OptimizationRow, type VersionRow } from '../database/client.ts'
import { toJson } from '../database/json.ts'
import { AppError, isErrorCode } from '../errors.ts'
import type { Extract } from '../ingest/extract-client.ts'
import { ingest } from '../ingest/ingest.ts'
import { claimJob, failJob, type Job, leaseOf, releaseJob, withLease } from '../jobs/queue.ts'
import type { Log } from '../log/log.ts'
import type { Model } from '../ollama/client.ts'
import { type Language, languages } from '../resume/resume.ts'
import { delay } from '../std/std.ts'
import { readPartial } from './partial.ts'
import { optimize } from './pipeline.ts'
import { startReporter } from './reporter.ts'
import type { OptimizationResult } from './result.ts'

export interface RunDependencies {
  readonly service: Client
  readonly extract: Extract
  readonly model: Pick<Model, 'chat' | 'name'>
  readonly workerId: string
  /** Makes the mark of data in prompts unguessable and the same for one version. */
  readonly nonceSecret: string
  /** From the first start of the work to its end, all attempts together. */
  readonly timeoutMs: number
  readonly log: Log
}

/** How often to look whether somebody else has finished the ingest that this waits for. */
const ingestPollMs = 300

/**
 * Resolves when the attempt is over, however it ended: that stands in the optimization's row.
 *
 * @param onSaved is called when there are new events to be read, and at the end
 * @throws AppError unavailable when the database cannot be told; the lease runs out then
 */
export async function runOptimization(
  job: Job,
  deps: RunDependencies,
  onSaved: () => void = () => {},
): Promise<void> {
  const log = deps.log.with({ jobId: job.id, optimizationId: job.subjectId, attempt: job.attempt })
  const row = await call(deps.service, 'internal_start_optimization', leaseOf(job))
  if (row.status !== 'running') return

  const stop = new AbortController()
  const deadline = setTimeout(
    () => stop.abort(new AppError('deadline_exceeded')),
    remainingMs(row, deps.timeoutMs),
  )
  const reporter = startReporter({
    service: deps.service,
    job,
    abort: (reason) => stop.abort(reason),
    onSaved,
  })
  try {
    const startedAt = performance.now()
    const version = await readyVersion(job, deps, stop.signal, (versionId) =>
      reporter.add({ type: 'extracting', data: { versionId } }),
    )
    const result = await optimize(
      {
        text: version.content_text ?? '',
        language: languageOf(version.language),
        versionId: version.version_id,
        sha256: version.sha256 ?? '',
        jobDescription: row.job_description ?? undefined,
        partial: readPartial(row.partial),
      },
      {
        model: deps.model,
        nonce: await nonceOf(deps.nonceSecret, version.version_id),
        now: () => performance.now(),
        ingestMs: performance.now() - startedAt,
        onEvent: reporter.add,
        onSection: reporter.addSection,
        signal: stop.signal,
      },
    )
    await reporter.stop()
    stop.signal.throwIfAborted()
    await complete(deps.service, job, result, reporter.takeRest())
    log.info('optimization succeeded', { timings: result.timings, model: result.model })
  } catch (error) {
    // What the sections gave until now is worth keeping: the next attempt does not ask again.
    await reporter.stop({ save: true })
    await settle(deps.service, job, stop.signal.aborted ? stop.signal.reason : error, log)
  } finally {
    clearTimeout(deadline)
    onSaved()
  }
}

async function complete(
  service: Client,
  job: Job,
  result: OptimizationResult,
  rest: ReturnType<ReturnType<typeof startReporter>['takeRest']>,
): Promise<void> {
  await call(service, 'internal_complete_optimization', {
    ...leaseOf(job),
    p_status: 'succeeded',
    p_result: toJson(result),
    p_events: toJson(rest),
  })
}

/** Says how an attempt ended that gave no result. Who has lost the lease has nothing to say. */
async function settle(service: Client, job: Job, error: unknown, log: Log): Promise<void> {
  const code = error instanceof AppError ? error.code : 'internal'
  log[code === 'internal' ? 'error' : 'info']('optimization attempt ended', { error })
  if (code === 'lease_lost') return
  if (code === 'cancelled') {
    await call(service, 'internal_complete_optimization', {
      ...leaseOf(job),
      p_status: 'cancelled',
    })
    return
  }
  await failJob(service, job, error)
}

/**
 * The version once its file has been read: by this call if nobody else is at it.
 *
 * @throws AppError with the code that the file was refused for
 */
async function readyVersion(
  job: Job,
  deps: RunDependencies,
  signal: AbortSignal,
  onExtracting: (versionId: string) => void,
): Promise<VersionRow> {
  let announced = false
  for (;;) {
    const version = await call(deps.service, 'internal_optimization_source', leaseOf(job), signal)
    if (version.state === 'ready') return version
    if (version.state === 'failed') {
      const code = version.failure_code
      throw new AppError(isErrorCode(code) ? code : 'file_corrupt')
    }
    if (version.state !== 'uploaded') throw new AppError('conflict', 'The file is no longer kept')
    if (!announced) onExtracting(version.version_id)
    announced = true
    const ingestJob = await claimJob(
      deps.service,
      { workerId: deps.workerId, kinds: ['ingest'], subjectId: version.version_id },
      signal,
    )
    if (ingestJob === undefined) await delay(ingestPollMs, { signal })
    else await runIngest(ingestJob, deps, signal)
  }
}

/**
 * Works a leased ingest job; a refused file is a result, anything else is thrown. That `signal` ended
 * the wait for a file is no verdict on it: the job is given back, for whoever comes next.
 */
export async function runIngest(
  job: Job,
  deps: Pick<RunDependencies, 'service' | 'extract' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const log = deps.log.with({ jobId: job.id, versionId: job.subjectId, attempt: job.attempt })
  try {
    const version = await withLease(deps.service, job, signal, (leased) =>
      ingest(job, deps, leased),
    )
    log.info('ingest ended', { state: version.state, failureCode: version.failure_code })
  } catch (error) {
    log.info('ingest attempt ended', { error })
    if (signal.aborted) {
      await releaseJob(deps.service, job).catch((cause: unknown) => {
        // The lease runs out by itself.
        log.info('ingest not given back', { error: cause })
      })
      throw signal.reason
    }
    if (error instanceof AppError && error.code === 'lease_lost') return
    await failJob(deps.service, job, error)
    if (!(error instanceof AppError) || error.retryable) throw error
  }
}

function remainingMs(row: OptimizationRow, timeoutMs: number): number {
  const startedAt = row.started_at === null ? Date.now() : Date.parse(row.started_at)
  return Math.max(0, Math.min(timeoutMs, startedAt + timeoutMs - Date.now()))
}

function languageOf(value: string | null): Language {
  return languages.find((language) => language === value) ?? 'simple'
}

async function nonceOf(secret: string, versionId: string): Promise<string> {
  return (await sha256(new TextEncoder().encode(`${secret}:${versionId}`))).slice(0, 24)
}
