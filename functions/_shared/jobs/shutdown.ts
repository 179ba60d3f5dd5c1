/** The end of an isolate, as far as it is announced: what is held is given back, not left to its lease. */
import { AppError } from '../errors.ts'

export interface Shutdown {
  /** Nothing new is begun. */
  readonly soon: AbortSignal
  /** What runs is given back, and the attempt does not count. */
  readonly now: AbortSignal
}

/**
 * An isolate that is ended for what its work took of memory or CPU does not give that work back: it
 * would take down one isolate after the other, and no attempt would ever be counted.
 */
const ownFaults = new Set(['memory', 'cpu'])

/** Listens to the edge runtime's `beforeunload`, whose `detail.reason` says why. */
export function listenForShutdown(target: EventTarget = globalThis): Shutdown {
  const soon = new AbortController()
  const now = new AbortController()
  target.addEventListener('beforeunload', (event) => {
    const ended = new AppError('unavailable', 'The isolate is being ended')
    soon.abort(ended)
    if (!ownFaults.has(reasonOf(event))) now.abort(ended)
  })
  return { soon: soon.signal, now: now.signal }
}

function reasonOf(event: Event): string {
  const detail: unknown = 'detail' in event ? event.detail : undefined
  const hasReason = typeof detail === 'object' && detail !== null && 'reason' in detail
  return hasReason ? String(detail.reason) : ''
}
