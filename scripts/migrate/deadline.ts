/**
 * Ends of one piece of work under the signal of a whole run. AbortSignal.any() and a listener that is never removed would
 * keep something of each piece until the run is over, AbortSignal.timeout() until its time is: with a hundred thousand
 * files that is what a worker's memory would be full of.
 */
export interface Piece extends Disposable {
  readonly signal: AbortSignal
  abort(reason: unknown): void
}

/** Ends with `signal`, or by itself; `signal` forgets it when it is disposed of. */
export function pieceOf(signal: AbortSignal): Piece {
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort),
  }
}

/** Gives work so many milliseconds, and not longer than `signal` does. */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using piece = pieceOf(signal)
  const timer = setTimeout(
    () => piece.abort(new DOMException('It took too long', 'TimeoutError')),
    ms,
  )
  try {
    return await work(piece.signal)
  } finally {
    clearTimeout(timer)
  }
}
