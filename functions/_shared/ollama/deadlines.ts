import { AppError } from '../errors.ts'

export interface Deadlines {
  /** From the first byte sent to the last token received, repair included. */
  readonly totalTimeoutMs: number
  /** Until the first token: loading the model and reading the prompt happen here. */
  readonly firstTokenTimeoutMs: number
  /** Between two tokens. */
  readonly stallTimeoutMs: number
}

export interface Watch {
  readonly signal: AbortSignal
  /** A token has come: the next one is waited for. */
  readonly alive: () => void
  /** A new answer is waited for: its first token may take long again. */
  readonly restart: () => void
  /** Ends what still runs, and the timers. */
  readonly stop: () => void
}

/** One signal for everything that may end a request. Its reason is always an {@link AppError}. */
export function watch(deadlines: Deadlines, outer: AbortSignal | undefined): Watch {
  const controller = new AbortController()
  const late = (detail: string) => () => controller.abort(new AppError('model_timeout', detail))
  const arm = (ms: number, detail: string) => setTimeout(late(detail), ms)

  const onOuterAbort = () => controller.abort(toAbortError(outer?.reason))
  if (outer?.aborted === true) onOuterAbort()
  else outer?.addEventListener('abort', onOuterAbort, { once: true })

  const total = arm(
    deadlines.totalTimeoutMs,
    `The model did not finish within ${deadlines.totalTimeoutMs} ms`,
  )
  const firstDetail = `The model gave no token within ${deadlines.firstTokenTimeoutMs} ms`
  const stallDetail = `The model stalled for ${deadlines.stallTimeoutMs} ms`
  let next = arm(deadlines.firstTokenTimeoutMs, firstDetail)

  return {
    signal: controller.signal,
    alive: () => {
      clearTimeout(next)
      next = arm(deadlines.stallTimeoutMs, stallDetail)
    },
    restart: () => {
      clearTimeout(next)
      next = arm(deadlines.firstTokenTimeoutMs, firstDetail)
    },
    stop: () => {
      clearTimeout(total)
      clearTimeout(next)
      outer?.removeEventListener('abort', onOuterAbort)
      controller.abort(new AppError('cancelled'))
    },
  }
}

/** What a caller's own abort means: its AppError as it is, a timeout, or a plain cancellation. */
export function toAbortError(reason: unknown): AppError {
  if (reason instanceof AppError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new AppError('deadline_exceeded', undefined, { cause: reason })
  }
  return new AppError('cancelled', undefined, { cause: reason })
}
