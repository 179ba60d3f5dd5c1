/** Asks for an optimization and follows it to its end, over dropped connections and expired tokens. */
import type { Calls } from './calls.ts'
import { errorOfProblem, ResWaveError, toError, unreachable } from './error.ts'
import type {
  FollowOptions,
  Optimization,
  OptimizationEvent,
  OptimizationRun,
} from './optimization.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import { createPatience, delay, either, throwIfAborted } from './wait.ts'

const path = 'optimize-resume'
/** All that is asked for here is answered at once. */
const timeoutMs = 30_000
/** The server's heartbeat comes every 10 s. */
const idleMs = 30_000
const pollMs = 2_000
/** After how many streams that told nothing it is asked instead. */
const maxMuteStreams = 2

/** How to begin: with a request of which the server gives the id, or with an id from before. */
export type Start = { readonly body: Record<string, unknown> } | { readonly optimizationId: string }

export function followOptimization(
  calls: Calls,
  start: Start,
  options: FollowOptions,
): OptimizationRun {
  const { onEvent, onConnection, signal } = options
  const told: OptimizationEvent[] = []
  let ended = false
  let news = Promise.withResolvers<void>()
  const accepted = Promise.withResolvers<string>()
  let id = 'optimizationId' in start ? start.optimizationId : undefined
  if (id) accepted.resolve(id)
  let lastEventId = 0
  let failure: ResWaveError | undefined
  let muteStreams = options.stream === false ? maxMuteStreams : 0
  const patience = createPatience()
  /** Aborted when it is cancelled before it was accepted: what is under way may still be, and is the last attempt. */
  const unwanted = new AbortController()
  const wanted = either(unwanted.signal, signal)

  function accept(given: string): void {
    id ??= given
    accepted.resolve(given)
  }

  function tell(event: OptimizationEvent): void {
    // What was told before a connection dropped may come again.
    if (event.id <= lastEventId) return
    lastEventId = event.id
    told.push(event)
    news.resolve()
    news = Promise.withResolvers()
    // What a listener throws is the app's to hear of, and ends nothing here.
    queueMicrotask(() => onEvent?.(event))
  }

  const connect = (headers: Record<string, string>) =>
    id
      ? calls.invoke(`${path}?optimizationId=${id}`, { method: 'GET', headers, timeoutMs }, signal)
      : calls.invoke(
          path,
          { method: 'POST', headers, body: 'body' in start ? start.body : {}, timeoutMs },
          signal,
        )

  /** @returns the end, or `undefined` when the stream broke off before it */
  async function stream(): Promise<Optimization | undefined> {
    muteStreams += 1
    const beganAt = Date.now()
    const answer = await connect({
      accept: 'text/event-stream',
      ...(lastEventId && { 'last-event-id': String(lastEventId) }),
    }).catch((error) => {
      // What is refused at once says nothing of streams; what is held back for so long does.
      if (Date.now() - beganAt < timeoutMs) muteStreams -= 1
      throw error
    })
    if (!(answer instanceof Response)) return endOf(answer)
    if (!answer.body) return undefined
    let isOpen = false
    for await (const events of readServerSentEvents(answer.body, idleMs)) {
      throwIfAborted(signal)
      // The first bytes say that streams get through; events and heartbeats, that this one does.
      muteStreams = 0
      if (isOpen || events.length > 0) patience.renew()
      if (!isOpen) onConnection?.('streaming')
      isOpen = true
      for (const event of events) {
        const data = JSON.parse(event.data)
        if (event.type === 'error') {
          const error = errorOfProblem(data)
          // With an id it is the end of the work, without one the trouble of this one connection.
          if (event.id !== undefined) failure = error
          throw error
        }
        if (event.type === 'queued') accept(data.optimizationId)
        tell({ id: Number(event.id), type: event.type, data } as OptimizationEvent)
        if (event.type === 'done') return data
      }
    }
    return undefined
  }

  /** The same events, asked for; then the end, which is a function's to tell. */
  async function poll(): Promise<Optimization | undefined> {
    onConnection?.('polling')
    if (!id) {
      const end = endOf(await connect({ prefer: 'respond-async' }))
      if (end || !id) return end
    }
    for (;;) {
      const events = await calls.rpcOnce(
        'list_optimization_events',
        { optimization_id: id, after_event_id: lastEventId },
        signal,
      )
      for (const { event_id, type, data } of events) {
        if (type === 'done' || type === 'error') {
          const end = endOf(await connect({ prefer: 'respond-async' }))
          if (end) tell({ id: event_id, type: 'done', data: end })
          return end
        }
        tell({ id: event_id, type, data } as unknown as OptimizationEvent)
      }
      patience.renew()
      await delay(pollMs, signal)
    }
  }

  function endOf(answer: unknown): Optimization | undefined {
    const given = answer as Optimization
    accept(given.optimizationId)
    return given.status === 'succeeded' ? given : undefined
  }

  async function run(): Promise<Optimization> {
    for (;;) {
      throwIfAborted(wanted)
      onConnection?.('connecting')
      try {
        const end = await (muteStreams < maxMuteStreams ? stream() : poll())
        if (end) return end
        throw new ResWaveError('unavailable', 'The events broke off')
      } catch (thrown) {
        throwIfAborted(signal)
        if (failure) throw failure
        // A stream that is older than its token ends so; the next one has a fresh token.
        const isOld = thrown instanceof ResWaveError && thrown.code === 'unauthorized'
        const isOurs = thrown instanceof ResWaveError && !isOld
        await patience.spend(isOurs ? thrown : unreachable(thrown), wanted)
      }
    }
  }

  const done = run()
    .catch((error) => {
      throw toError(error)
    })
    .finally(() => {
      ended = true
      news.resolve()
    })
  done.catch(accepted.reject)
  // Whoever only iterates the events meets the failure there.
  accepted.promise.catch(() => {})

  return {
    optimizationId: accepted.promise,
    done,
    events: {
      async *[Symbol.asyncIterator]() {
        for (let at = 0; ; ) {
          const event = told[at]
          if (event) {
            at += 1
            yield event
          } else if (ended) {
            await done
            return
          } else {
            await news.promise
          }
        }
      },
    },
    async cancel() {
      if (!id) unwanted.abort()
      const optimization_id = await accepted.promise.catch(() => undefined)
      if (optimization_id) await calls.rpc('cancel_optimization', { optimization_id })
    },
  }
}
