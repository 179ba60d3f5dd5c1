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
  type Bell,
  createBell,
  followOptimization,
  hasEnded,
  readOptimization,
} from '../_shared/optimization/follow.ts'
import { type RunDependencies, runOptimization } from '../_shared/optimization/run.ts'

export interface Dependencies extends RunDependencies {
  /** A client that acts as the holder of a token. */
  readonly asUser: (token: string) => Client
  /** Keeps the isolate alive until the promise has settled. */
  readonly waitUntil: (work: Promise<unknown>) => void
  /** After how long a plain answer becomes 202: below the platform's limit to the first byte. */
  readonly answerWithinMs: number
}

const maxBodyBytes = 128 * 1024
/** How long the last look at a row may take, when the answer is due. */
const lastLookMs = 3000

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
    // Watching does not work the job: a claim by its name would not wait out a backoff.
    if (request.method === 'POST' && !hasEnded(row)) deps.waitUntil(work(row, deps, news))

    if (request.headers.get('accept')?.includes('text/event-stream')) {
      return eventStreamResponse((gone) =>
        streamOf(user, row, {
          request,
          requestId,
          news,
          signal: AbortSignal.any([request.signal, gone]),
        }),
      )
    }
    if (/\brespond-async\b/i.test(request.headers.get('prefer') ?? '')) return statusResponse(row)
    const answerWithinMs = Math.max(0, deps.answerWithinMs - (performance.now() - arrivedAt))
    return statusResponse(await settled(user, row, { answerWithinMs, request, news }))
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

/** Works the job here if nobody else does; a lone user waits for no one. */
async function work(row: OptimizationRow, deps: Dependencies, news: Bell): Promise<void> {
  try {
    const job = await claimJob(deps.service, {
      workerId: deps.workerId,
      kinds: ['optimize'],
      subjectId: row.optimization_id,
    })
    if (job !== undefined) await runOptimization(job, deps, news.ring)
  } catch (error) {
    // The job is in the queue: whoever claims it next goes on.
    deps.log.error('working a request failed', { optimizationId: row.optimization_id, error })
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

/** The row once it has ended, or as it stands when the answer is due. */
async function settled(
  user: Client,
  row: OptimizationRow,
  options: { answerWithinMs: number; request: Request; news: Bell },
): Promise<OptimizationRow> {
  if (hasEnded(row)) return row
  const due = AbortSignal.timeout(options.answerWithinMs)
  const events = followOptimization(user, row.optimization_id, {
    afterEventId: row.last_event_id,
    signal: AbortSignal.any([due, options.request.signal]),
    news: options.news,
  })
  try {
    for (;;) {
      const next = await events.next()
      if (next.done) return next.value
    }
  } catch (error) {
    // Who has left reads no answer, and that is no failure.
    if (options.request.signal.aborted) return row
    if (!due.aborted) throw error
    return await readOptimization(user, row.optimization_id, AbortSignal.timeout(lastLookMs)).catch(
      () => row,
    )
  }
}

/** @throws AppError the optimization's own failure */
function statusResponse(row: OptimizationRow): Response {
  if (row.status === 'succeeded') return jsonResponse(summaryOf(row))
  if (hasEnded(row)) throw failureOf(row)
  return jsonResponse(summaryOf(row), {
    status: 202,
    headers: {
      location: `/functions/v1/optimize-resume?optimizationId=${row.optimization_id}`,
      'retry-after': '2',
    },
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
  return new AppError(stored.data.code, stored.data.detail)
}
