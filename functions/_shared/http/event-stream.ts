/** Server-sent events: one event a message, a heartbeat while there is none. */
import { ServerSentEventStream } from '../std/std.ts'

/** Proxies and browsers give up on a silent connection after some 30 s. */
const heartbeatMs = 10_000

export interface StreamEvent {
  readonly id?: number
  readonly type: string
  readonly data: unknown
}

/**
 * An answer of type `text/event-stream` from events as they come. A reader that goes away ends the
 * iteration, and nothing else.
 *
 * @param eventsUntil gives the events; its signal says that the reader has gone, which ends a wait for
 *   the next one: not every runtime aborts a request's own signal for that
 */
export function eventStreamResponse(
  eventsUntil: (gone: AbortSignal) => AsyncIterable<StreamEvent>,
): Response {
  const gone = new AbortController()
  const iterator = eventsUntil(gone.signal)[Symbol.asyncIterator]()
  let heartbeat: ReturnType<typeof setInterval> | undefined

  const messages = new ReadableStream<{
    event?: string
    data?: string
    id?: number
    comment?: string
  }>({
    start(controller) {
      // Something at once: platforms bound the time to the first byte.
      controller.enqueue({ comment: 'ok' })
      heartbeat = setInterval(() => controller.enqueue({ comment: 'heartbeat' }), heartbeatMs)
    },
    async pull(controller) {
      const next = await iterator.next().catch((error: unknown) => {
        // A heartbeat into a stream that has failed would throw where nobody catches.
        clearInterval(heartbeat)
        throw error
      })
      if (next.done) {
        clearInterval(heartbeat)
        controller.close()
        return
      }
      const { id, type, data } = next.value
      controller.enqueue({
        ...(id === undefined ? {} : { id }),
        event: type,
        data: JSON.stringify(data),
      })
    },
    async cancel() {
      clearInterval(heartbeat)
      gone.abort()
      await iterator.return?.()
    },
  })
  return new Response(messages.pipeThrough(new ServerSentEventStream()), {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx, which self-hosted gateways stand behind, collects an answer otherwise.
      'x-accel-buffering': 'no',
    },
  })
}
