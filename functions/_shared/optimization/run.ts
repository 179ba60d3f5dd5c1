/** Works one leased optimization to its end: succeeded, cancelled, failed, or given back for a retry. */
import { sha256 } from '../bytes.ts'
import { type Client, call, type OptimizationRow, type VersionRow } from '../database/client.ts'
import { toJson } from '../database/json.ts'
import { AppError, isErrorCode } from '../errors.ts'
import type { Extract } from '../ingest/extract-client.ts'
import { ingest } from '../ingest/ingest.ts'
import { claimJob, failJob, type Job, leaseOf, releaseJob, withLease } from '../jobs/queue.ts'
import type { Shutdown } from '../jobs/shutdown.ts'
import type { Log } from '../log/log.ts'
import type { StorageCalls } from '../metrics/storage-calls.ts'
import type { ModelPool } from '../ollama/endpoints.ts'
import { type Language, languages } from '../resume/resume.ts'
import type { Score } from '../scoring/score.ts'
import { delay } from '../std/std.ts'
import { withJobTrace } from '../trace/trace.ts'
import type { DeltaCodec } from '../versions/delta-client.ts'
import type { SavedEvent } from './follow.ts'
import { readPartial } from './partial.ts'
import { optimize } from './pipeline.ts'
import { startReporter, type Unsaved } from './reporter.ts'
import type { OptimizationResult } from './result.ts'

export interface RunDependencies {
  readonly service: Client
  readonly extract: Extract
  readonly delta: DeltaCodec
  readonly models: Pick<ModelPool, 'forJob'>
  readonly workerId: string
  /** Makes the mark of data in prompts unguessable and the same for one version. */
  readonly nonceSecret: string
  /** From the first start of the work to its end, all attempts together, without waiting for a model. */
  readonly timeoutMs: number
  readonly log: Log
  readonly storageCalls: StorageCalls
  readonly shutdown: Shutdown
}

/** How soon to look again whether somebody else has finished the ingest that this waits for: a file is mostly read at once. */
const ingestPollMs = 300
/** One that is not has a worker that is slow, or gone: it is looked for less and less often, down to this. */
const maxIngestPollMs = 1_000
const ingestPollGrowth = 1.5

/**
 * Resolves when the attempt is over, however it ended: that stands in the optimization's row.
 *
 * @param onSaved is called with the events that are saved now, and at the end
 * @throws AppError unavailable when the database cannot be told; the lease runs out then
 */
export async function runOptimization(
  job: Job,
  deps: RunDependencies,
  onSaved: (saved?: readonly SavedEvent[]) => void = () => {},
): Promise<void> {
  await withJobTrace(job, () => attemptOptimization(job, deps, onSaved))
}

async function attemptOptimization(
  job: Job,
  deps: RunDependencies,
  onSaved: (saved?: readonly SavedEvent[]) => void,
): Promise<void> {
  const log = deps.log.with({ optimizationId: job.subjectId, attempt: job.attempt })
  const stop = new AbortController()
  // Asked for together: a person waits for the first token. What is not there yet is asked for again.
  const source = call(
    deps.service,
    'internal_optimization_source',
    leaseOf(job),
    stop.signal,
  ).catch(() => undefined)
  const row = await call(deps.service, 'internal_start_optimization', leaseOf(job))
  if (row.status !== 'running') return

  const leftMs = remainingMs(row, deps.timeoutMs)
  const deadline = setTimeout(() => stop.abort(new AppError('deadline_exceeded')), leftMs)
  const model = deps.models.forJob(job, {
    deadlineAt: performance.now() + leftMs,
    signal: stop.signal,
  })
  let score: Score | undefined
  const interrupt = () => stop.abort(deps.shutdown.now.reason)
  deps.shutdown.now.addEventListener('abort', interrupt, { once: true })
  const reporter = startReporter({
    service: deps.service,
    job,
    lastEventId: row.last_event_id,
    abort: (reason) => stop.abort(reason),
    onSaved,
  })
  try {
    const startedAt = performance.now()
    model.prepare()
    const asked = await source
    const version =
      asked?.state === 'ready'
        ? asked
        : await readyVersion(job, deps, stop.signal, (versionId) =>
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
        model,
        nonce: await nonceOf(deps.nonceSecret, version.version_id),
        now: () => performance.now(),
        ingestMs: performance.now() - startedAt,
        onEvent: (event) => {
          if (event.type === 'scoring') score = event.data.score
          reporter.add(event)
        },
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
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error
    if (deps.shutdown.now.aborted && reason === deps.shutdown.now.reason) {
      await releaseJob(deps.service, job)
    } else {
      await settle(deps.service, job, { error: reason, score, log })
    }
  } finally {
    clearTimeout(deadline)
    deps.shutdown.now.removeEventListener('abort', interrupt)
    onSaved()
  }
}

async function complete(
  service: Client,
  job: Job,
  result: OptimizationResult,
  rest: Unsaved,
): Promise<void> {
  await call(service, 'internal_complete_optimization', {
    ...leaseOf(job),
    p_status: 'succeeded',
    p_result: toJson(result),
    p_events: toJson(rest.events),
    p_after_event_id: rest.afterEventId,
  })
}

/** Says how an attempt ended that gave no result. Who has lost the lease has nothing to say. */
async function settle(
  service: Client,
  job: Job,
  { error, score, log }: { error: unknown; score: Score | undefined; log: Log },
): Promise<void> {
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
  if (error instanceof AppError && (code === 'circuit_open' || code === 'model_busy')) {
    await call(service, 'internal_wait_optimization', {
      ...leaseOf(job),
      p_error: toJson({ code, detail: error.message, retryable: error.retryable }),
      p_retry_seconds: error.retryAfterSeconds ?? 1,
      // A model that is busy answers soon: nobody has to make do with a score.
      ...(code === 'circuit_open' && score !== undefined ? { p_score: toJson(score) } : {}),
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
  let pauseMs = ingestPollMs
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
    if (ingestJob === undefined) {
      await delay(pauseMs, { signal })
      pauseMs = Math.min(maxIngestPollMs, pauseMs * ingestPollGrowth)
    } else await runIngest(ingestJob, deps, signal)
  }
}

/**
 * Works a leased ingest job; a refused file is a result, anything else is thrown. That `signal` ended
 * the wait for a file is no verdict on it: the job is given back, for whoever comes next.
 */
export async function runIngest(
  job: Job,
  deps: Pick<RunDependencies, 'service' | 'extract' | 'log' | 'storageCalls'>,
  signal: AbortSignal,
): Promise<void> {
  await withJobTrace(job, () => attemptIngest(job, deps, signal))
}

async function attemptIngest(
  job: Job,
  deps: Parameters<typeof runIngest>[1],
  signal: AbortSignal,
): Promise<void> {
  const log = deps.log.with({ versionId: job.subjectId, attempt: job.attempt })
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
  return Math.max(0, Math.min(timeoutMs, startedAt + row.waited_ms + timeoutMs - Date.now()))
}

function languageOf(value: string | null): Language {
  return languages.find((language) => language === value) ?? 'simple'
}

async function nonceOf(secret: string, versionId: string): Promise<string> {
  return (await sha256(new TextEncoder().encode(`${secret}:${versionId}`))).slice(0, 24)
}
