/**
 * What ends when a signal says so, also where the runtime forgets it: Deno (2.1 and 2.9) holds the signal
 * of a fetch only weakly once the headers are there. After a garbage collection an abort no longer reaches
 * the body, and whoever reads it waits for ever.
 */

/**
 * Aborted when one of the signals is, with its reason. AbortSignal.any() holds what it gives only
 * weakly, too.
 */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason)
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller.signal
}

/** The answer, with a body that fails with the signal's reason when that is aborted. */
export function abortableResponse(response: Response, signal: AbortSignal): Response {
  if (response.body === null) return response
  return new Response(abortableBody(response.body, signal), response)
}

export function abortableBody(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const onAbort = () => {
    reader.cancel(signal.reason).catch(() => {
      // It has failed by itself.
    })
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const forget = () => signal.removeEventListener('abort', onAbort)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        signal.throwIfAborted()
        const { done, value } = await reader.read()
        signal.throwIfAborted()
        if (!done) return controller.enqueue(value)
        forget()
        controller.close()
      },
      cancel(reason) {
        forget()
        return reader.cancel(reason)
      },
    },
    // Nothing is read ahead of who reads this.
    { highWaterMark: 0 },
  )
}
