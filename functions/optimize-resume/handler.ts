import { z } from 'zod'
import { type Client, call, type OptimizationRow } from '../_shared/database/client.ts'
import { AppError, isErrorCode } from '../_shared/errors.ts'
import { eventStreamResponse, type StreamEvent } from '../_shared/http/event-stream.ts'
import { jsonResponse, readJson } from '../_shared/http/json.ts'
import { problemOf } from '../_shared/http/problem.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { bearerToken } from '../_shared/http/tokens.ts'
import { claimJob } from '../_shared/jobs/queue.ts'
import {
  awaitEnd,
  type Bell,
  createBell,
  followOptimization,
  hasEnded,
  readOptimization,
} from '../_shared/optimization/follow.ts'
import { type RunDependencies, runOptimization } from '../_shared/optimization/run.ts'
import { delay } from '../_shared/std/std.ts'

export interface Dependencies extends RunDependencies {
  /** A client that acts as the holder of a token. */
  readonly asUser: (token: string) => Client
  /** Keeps the isolate alive until the promise has settled. */
  readonly waitUntil: (work: Promise<unknown>) => void
  /**
   * After how long a plain answer becomes 202, and nothing more is begun: below the platform's limit
   * to the first byte.
   */
  readonly answerWithinMs: number
}

const maxBodyBytes = 128 * 1024
/** How long the last look at a row may take, when the answer is due. */
const lastLookMs = 3000
/** How often to look whether a job that another has, or that waits out a backoff, can be had. */
const claimAgainMs = 2000

/** Postgres has no U+0000 and no halves of surrogate pairs. */
const storable = z
  .string()
  .refine(
    (text) => text.isWellFormed() && !text.includes('\u0000'),
    'must be Unicode without U+0000',
  )

const bodySchema = z.strictObject({
  filePath: storable.min(1).max(1024),
  userId: storable.min(1).max(255).optional(),
  jobDescription: storable.max(20_000).optional(),
  idempotencyKey: storable.min(1).max(200).optional(),
})
const optimizationIdSchema = z.uuid()

/**
 * `POST { filePath, userId?, jobDescription?, idempotencyKey? }` accepts an optimization of the
 * caller's file and answers with its events (`Accept: text/event-stream`), its id (`Prefer:
 * respond-async`) or its result. `GET ?optimizationId=…` watches one that was accepted before;
 * `Last-Event-ID` goes on after that event.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  return endpoint({ methods: ['GET', 'POST'], log: deps.log }, async (request, { requestId }) => {
    const arrivedAt = performance.now()
    const user = deps.asUser(bearerToken(request))
    const row = request.method === 'GET' ? await find(user, request) : await accept(user, request)
    const news = createBell()
    // Watching works nothing: a tab that is left open would claim for ever.
    if (request.method === 'POST' && !hasEnded(row)) deps.waitUntil(work(row, deps, news))

    if (request.headers.get('accept')?.includes('text/event-stream')) {
      return eventStreamResponse((signal) =>
        streamOf(user, row, { request, requestId, news, signal }),
      )
    }
    if (/\brespond-async\b/i.test(request.headers.get('prefer') ?? '')) return statusResponse(row)
    // Who only looks learns that it waits for a model; who asks is told once it has been tried.
    if (request.method === 'GET' && degradation(row) !== undefined) return statusResponse(row)
    const answerWithinMs = Math.max(0, deps.answerWithinMs - (performance.now() - arrivedAt))
    // Who leaves is not noticed here: request.signal also ends with an answer that was sent whole, and
    // Deno warns whoever asks for it. The wait ends with the work, or when the answer is due.
    const latest = await settled(user, row, { ...deps, answerWithinMs, news })
    if (request.method === 'POST' && !hasEnded(latest)) throwIfDegraded(latest)
    return statusResponse(latest)
  })
}

async function accept(user: Client, request: Request): Promise<OptimizationRow> {
  const body = await readJson(request, bodySchema, maxBodyBytes)
  return await call(user, 'request_optimization', {
    file_path: body.filePath,
    ...(body.jobDescription === undefined ? {} : { job_description: body.jobDescription }),
    ...(body.idempotencyKey === undefined ? {} : { idempotency_key: body.idempotencyKey }),
    ...(body.userId === undefined ? {} : { user_id: body.userId }),
  })
}

async function find(user: Client, request: Request): Promise<OptimizationRow> {
  const given = new URL(request.url).searchParams.get('optimizationId')
  const id = optimizationIdSchema.safeParse(given)
  if (!id.success) throw new AppError('invalid_request', 'optimizationId: must be a UUID')
  return await readOptimization(user, id.data)
}

/**
 * Works the job here if nobody else does, a lone user waits for no one; also its next attempt, and the
 * one that another worker left behind. So a request needs neither a timer nor pg_cron to come to its end.
 */
async function work(row: OptimizationRow, deps: Dependencies, news: Bell): Promise<void> {
  const { optimization_id: subjectId } = row
  const closing = AbortSignal.any([AbortSignal.timeout(deps.answerWithinMs), deps.shutdown.soon])
  while (!closing.aborted) {
    try {
      const { service, workerId } = deps
      const job = await claimJob(service, { workerId, kinds: ['optimize'], subjectId })
      if (job !== undefined) await runOptimization(job, deps, news.ring)
      if (hasEnded(await readOptimization(service, subjectId))) return
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return
      // The job is in the queue: whoever claims it next goes on.
      deps.log.error('working a request failed', { optimizationId: subjectId, error })
    }
    await delay(claimAgainMs, { signal: closing }).catch(() => {})
  }
}

async function* streamOf(
  user: Client,
  row: OptimizationRow,
  context: { request: Request; requestId: string; news: Bell; signal: AbortSignal },
): AsyncGenerator<StreamEvent> {
  const { request, requestId, news, signal } = context
  const lastEventId = Number(request.headers.get('last-event-id') ?? 0)
  const afterEventId = Number.isSafeInteger(lastEventId) && lastEventId > 0 ? lastEventId : 0
  try {
    const events = followOptimization(user, row.optimization_id, {
      // Whoever has heard the end already hears it again: a stream ends with it.
      afterEventId: Math.min(afterEventId, row.last_event_id - (hasEnded(row) ? 1 : 0)),
      signal,
      news,
    })
    for (;;) {
      const next = await events.next()
      if (next.done) return
      const { id, type, data } = next.value
      if (type !== 'done' && type !== 'error') yield { id, type, data }
      else yield { id, ...(await lastEventOf(user, row, requestId)) }
    }
  } catch (error) {
    if (!signal.aborted) yield { type: 'error', data: problemOf(error, requestId) }
  }
}

/** What is saved as last event only says that there is an end; its content is the row's. */
async function lastEventOf(
  user: Client,
  row: OptimizationRow,
  requestId: string,
): Promise<StreamEvent> {
  const ended = await readOptimization(user, row.optimization_id)
  if (ended.status === 'succeeded') return { type: 'done', data: summaryOf(ended) }
  return { type: 'error', data: problemOf(failureOf(ended), requestId) }
}

/** The row once it has ended or waits for a model, or as it stands when the answer is due. */
async function settled(
  user: Client,
  row: OptimizationRow,
  options: { answerWithinMs: number; news: Bell; service: Client },
): Promise<OptimizationRow> {
  if (hasEnded(row)) return row
  const due = AbortSignal.timeout(options.answerWithinMs)
  const events = followOptimization(user, row.optimization_id, {
    afterEventId: row.last_event_id,
    signal: due,
    news: options.news,
  })
  try {
    for (;;) {
      const next = await events.next()
      if (next.done) return next.value
      if (next.value.type === 'degraded') {
        return await readOptimization(user, row.optimization_id, due)
      }
    }
  } catch (error) {
    if (!due.aborted) {
      if (!(error instanceof AppError) || error.code !== 'unauthorized') throw error
      // The token was good when it asked, for this very row, and has run out since.
      return await awaitEnd(options.service, row, due)
    }
    return await readOptimization(user, row.optimization_id, AbortSignal.timeout(lastLookMs)).catch(
      () => row,
    )
  }
}

/** @throws AppError the optimization's own failure */
function statusResponse(row: OptimizationRow): Response {
  if (row.status === 'succeeded') return jsonResponse(summaryOf(row))
  if (hasEnded(row)) throw failureOf(row)
  const degraded = degradation(row)
  return jsonResponse(
    { ...summaryOf(row), ...degraded },
    {
      status: 202,
      headers: {
        location: `/functions/v1/optimize-resume?optimizationId=${row.optimization_id}`,
        'retry-after': String(degraded?.retryAfterSeconds ?? 2),
      },
    },
  )
}

const waitingSchema = z.object({ stage: z.literal('waiting'), retryAt: z.string() })

/** How long an optimization still waits for a model; `undefined` if it does not. */
function waitOf(row: OptimizationRow): number | undefined {
  const waiting = waitingSchema.safeParse(row.progress)
  if (hasEnded(row) || !waiting.success) return undefined
  return Math.max(0, Date.parse(waiting.data.retryAt) - Date.now())
}

/** What can be said of one that waits because no model may be asked; `undefined` of any other. */
function degradation(row: OptimizationRow) {
  const waitMs = waitOf(row)
  if (waitMs === undefined || row.score === null) return undefined
  return {
    degraded: true,
    score: row.score,
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  }
}

/** @throws AppError circuit_open, for what waits: it is accepted, and goes on by itself */
function throwIfDegraded(row: OptimizationRow): void {
  const degraded = degradation(row)
  if (degraded === undefined) return
  throw new AppError('circuit_open', 'The optimization is accepted and waits for the model', {
    retryAfterSeconds: degraded.retryAfterSeconds,
    members: { optimizationId: row.optimization_id, ...degraded },
  })
}

function summaryOf(row: OptimizationRow) {
  return {
    optimizationId: row.optimization_id,
    versionId: row.version_id,
    status: row.status,
    ...(row.status === 'succeeded' ? { result: row.result } : { progress: row.progress }),
  }
}

const storedErrorSchema = z.object({ code: z.string(), detail: z.string().optional() })

function failureOf(row: OptimizationRow): AppError {
  if (row.status === 'cancelled') return new AppError('cancelled')
  const stored = storedErrorSchema.safeParse(row.error)
  if (!stored.success || !isErrorCode(stored.data.code)) return new AppError('internal')
  return new AppError(stored.data.code, stored.data.detail, {
    // Of one that has waited for a model in vain, what could be said without one.
    ...(row.score === null
      ? {}
      : { members: { optimizationId: row.optimization_id, degraded: true, score: row.score } }),
  })
}
