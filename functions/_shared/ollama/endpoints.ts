/** Several endpoints as one model, for jobs: the least busy healthy one is taken, another tried before a job fails. */
import type { Breaker } from '../circuit-breaker/breaker.ts'
import type { Permit } from '../circuit-breaker/decide.ts'
import type { TakeEndpoint } from '../circuit-breaker/store.ts'
import { AppError } from '../errors.ts'
import type { Job } from '../jobs/queue.ts'
import type { Log } from '../log/log.ts'
import { delay } from '../std/std.ts'
import {
  type ChatOptions,
  type ChatRequest,
  type ChatResult,
  chatDeadlines,
  type Model,
} from './client.ts'
import { outcomeOfAnswer, outcomeOfError } from './outcome.ts'

/** The model as one job calls it. */
export interface JobModel extends Pick<Model, 'chat' | 'name'> {
  /** Asks for an endpoint ahead of the first call, while the job has other things to do. */
  readonly prepare: () => void
}

export interface ModelPool {
  readonly name: string
  /** @param deadlineAt when the job has to be done, by `performance.now()` */
  readonly forJob: (job: Job, options: { deadlineAt: number; signal: AbortSignal }) => JobModel
}

export interface PoolOptions {
  readonly breaker: Breaker
  readonly takeEndpoint: TakeEndpoint
  readonly log: Log
  /** How long a job waits for room before it is given back. */
  readonly roomWaitMs?: number
}

interface Seated {
  readonly model: Model
  readonly endpoint: string
  readonly permit: Permit
}

const defaultRoomWaitMs = 10_000
const roomPollMs = 300
const retryFullAfterSeconds = 2
/** How long a model that is not installed somewhere is not asked for there again. */
const missingMs = 60_000
/** How long a circuit that was seen refusing is believed without another look. */
const preparedMs = 1000
/** A first token that is waited for less long says nothing. */
const leastFirstTokenMs = 5000

/** Failures after which another endpoint may do better. A bad answer is not among them. */
const tryElsewhere = new Set(['model_unavailable', 'model_missing', 'model_timeout'])

/** One per isolate. */
export function createModelPool(models: readonly Model[], options: PoolOptions): ModelPool {
  const { breaker, log, takeEndpoint } = options
  const roomWaitMs = options.roomWaitMs ?? defaultRoomWaitMs
  const byEndpoint = new Map(models.map((model) => [endpointName(model.url), model]))
  const endpoints = [...byEndpoint.keys()]
  /** Calls of this isolate, to choose by while the database is away. */
  const calls = new Map<string, number>()
  const missing = new Map<string, { readonly until: number; readonly error: AppError }>()
  const name = models[0]?.name ?? ''

  const isMissing = (endpoint: string) => (missing.get(endpoint)?.until ?? 0) > performance.now()

  /** The first of these that lets a call through, or the failure of none. */
  function forJob(
    job: Job,
    { deadlineAt, signal }: { deadlineAt: number; signal: AbortSignal },
  ): JobModel {
    let prepared:
      | { readonly endpoint: Promise<string | undefined>; readonly at: number }
      | undefined

    const take = async (candidates: readonly string[]): Promise<string | undefined> => {
      try {
        const seat = await takeEndpoint(job, candidates, endpoints, signal)
        breaker.observe(seat)
        return seat.endpoint
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
        const busy = (endpoint: string) => calls.get(endpoint) ?? 0
        return candidates.toSorted((left, right) => busy(left) - busy(right))[0]
      }
    }

    async function sit(tried: ReadonlySet<string>): Promise<Seated | 'none'> {
      const left = endpoints.filter((endpoint) => !tried.has(endpoint) && !isMissing(endpoint))
      const usable = left.length === endpoints.length ? endpoints : left
      const fullUntil = performance.now() + roomWaitMs
      let candidates = usable
      while (candidates.length > 0) {
        const ahead = prepared
        prepared = undefined
        const isFresh = ahead !== undefined && performance.now() - ahead.at < preparedMs
        const endpoint = await (isFresh && candidates === endpoints
          ? ahead.endpoint
          : take(candidates))
        if (endpoint === undefined) {
          if (performance.now() >= fullUntil) {
            throw new AppError('model_busy', undefined, {
              retryAfterSeconds: retryFullAfterSeconds,
            })
          }
          await delay(roomPollMs * (0.5 + Math.random()), { signal })
          candidates = usable
          continue
        }
        const model = byEndpoint.get(endpoint)
        const entry = model === undefined ? undefined : await breaker.enter(endpoint)
        if (model !== undefined && entry?.admitted) return { model, endpoint, permit: entry.permit }
        candidates = candidates.filter((candidate) => candidate !== endpoint)
      }
      return 'none'
    }

    async function chatAt<T>(
      { model, endpoint, permit }: Seated,
      request: ChatRequest<T>,
      chatOptions: ChatOptions,
    ): Promise<ChatResult<T>> {
      const startedAt = performance.now()
      let firstTokenMs: number | undefined
      const release = breaker.hold(endpoint, permit)
      calls.set(endpoint, (calls.get(endpoint) ?? 0) + 1)
      try {
        const result = await model.chat(request, {
          ...chatOptions,
          onTokens: (count) => {
            firstTokenMs ??= performance.now() - startedAt
            chatOptions.onTokens?.(count)
          },
        })
        const outcome = outcomeOfAnswer(firstTokenMs ?? 0, breaker.rules().slowCallMs)
        await tell(endpoint, permit, outcome)
        return result
      } catch (error) {
        await tell(endpoint, permit, outcomeOfError(error))
        throw error
      } finally {
        release()
        calls.set(endpoint, (calls.get(endpoint) ?? 1) - 1)
      }
    }

    return {
      name,

      prepare() {
        if (endpoints.length === 0) return
        const endpoint = take(endpoints)
        // Whoever awaits it meets the failure.
        endpoint.catch(() => {})
        prepared = { endpoint, at: performance.now() }
      },

      async chat<T>(
        request: ChatRequest<T>,
        chatOptions: ChatOptions = {},
      ): Promise<ChatResult<T>> {
        const tried = new Set<string>()
        let last: AppError | undefined
        for (;;) {
          const seated = await sit(tried)
          if (seated === 'none') throw noneLeft(last)
          const others = endpoints.filter((other) => !tried.has(other) && !isMissing(other))
          try {
            return await chatAt(seated, request, {
              ...chatOptions,
              firstTokenTimeoutMs:
                chatOptions.firstTokenTimeoutMs ??
                shareOfTime(deadlineAt - performance.now(), others.length),
            })
          } catch (error) {
            if (!(error instanceof AppError) || !tryElsewhere.has(error.code)) throw error
            signal.throwIfAborted()
            last = error
            tried.add(seated.endpoint)
            if (error.code === 'model_missing') {
              missing.set(seated.endpoint, { until: performance.now() + missingMs, error })
            }
          }
        }
      },
    }
  }

  /** The outcome of a call never becomes the failure of one that was answered. */
  async function tell(...told: Parameters<Breaker['leave']>): Promise<void> {
    await breaker
      .leave(...told)
      .catch((error: unknown) => log.error('circuit not updated', { endpoint: told[0], error }))
  }

  /** Why no endpoint is left: all rest, the model is nowhere, or what the last one failed with. */
  function noneLeft(last: AppError | undefined): AppError {
    const present = endpoints.filter((endpoint) => !isMissing(endpoint))
    const nowhere = endpoints.flatMap((endpoint) => missing.get(endpoint)?.error ?? []).at(-1)
    if (present.length === 0) {
      return nowhere ?? new AppError('model_unavailable', 'No model endpoint is configured')
    }
    const refusals = present.map((endpoint) => breaker.refusesUntil(endpoint))
    const times = refusals.filter((until) => until !== undefined)
    if (times.length < refusals.length && last !== undefined) return last
    // A probe that another one was faster with may be over at any moment.
    const waitMs = times.length === 0 ? 0 : Math.min(...times) - breaker.clock()
    return new AppError('circuit_open', undefined, {
      cause: last,
      retryAfterSeconds: Math.max(1, waitMs / 1000),
    })
  }

  return { name, forJob }
}

/** An endpoint that hangs leaves the others time: each may take an equal part of what there is. */
function shareOfTime(remainingMs: number, endpointsLeft: number): number {
  const share = remainingMs / Math.max(1, endpointsLeft)
  return endpointsLeft < 2
    ? chatDeadlines.firstTokenTimeoutMs
    : Math.min(chatDeadlines.firstTokenTimeoutMs, Math.max(leastFirstTokenMs, share))
}

/** How an endpoint is known in the database: by its origin, and by a hash of a path, which may be a secret. */
export function endpointName(url: string): string {
  const { origin, pathname } = new URL(url)
  if (pathname === '/') return origin
  // FNV-1a, 32 bits: it tells paths apart and gives none away.
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(pathname)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  return `${origin}#${hash.toString(16).padStart(8, '0')}`
}

/** Whether a model's name says that rules answer in its place, as the local server's does. */
export function answersByRules(name: string): boolean {
  return /^reswave-rules(:|$)/.test(name)
}
