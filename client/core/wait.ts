/** Waiting: between attempts, for a network, and never for ever. */
import { cancelled, ResWaveError, toError } from './error.ts'

/** The wait before the second attempt, and the longest one. */
const firstWaitMs = 500
const longestWaitMs = 20_000
/** How often something is tried without getting any further. */
const maxAttempts = 7
/** How long to wait for a network to come back before it is called offline. */
const offlinePatienceMs = 10 * 60_000
/** What a server asks for beyond this is told to the caller instead of being waited for. */
const longestRetryAfterSeconds = 30

/** Half of an exponential wait, and up to as much again by chance, so that clients do not come back together. */
export function backoffMs(attempt: number, random = Math.random): number {
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** attempt)
  return waitMs * (0.5 + random() / 2)
}

/** @throws ResWaveError cancelled, once the signal is aborted */
export function delay(waitMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal)
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) reject(abortError(signal))
      else resolve()
    }
    const timer = setTimeout(end, waitMs)
    signal?.addEventListener('abort', end)
  })
}

export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw abortError(signal)
}

function abortError({ reason }: AbortSignal): ResWaveError {
  return reason instanceof ResWaveError ? reason : cancelled(reason)
}

/** Waits while the browser says that there is no network; where nobody says so, not at all. */
async function awaitNetwork(signal?: AbortSignal): Promise<void> {
  if (globalThis.navigator?.onLine !== false) return
  const back = new AbortController()
  globalThis.addEventListener?.('online', () => back.abort(), { once: true })
  await delay(offlinePatienceMs, either(back.signal, signal)).catch(() => {})
  throwIfAborted(signal)
}

/** Aborted as soon as one of them is. */
export function either(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other ? AbortSignal.any([one, other]) : one
}

/** Counts attempts that got nowhere, and says how long to wait before the next one. */
export interface Patience {
  /** @throws ResWaveError the error itself when it is final or there have been enough attempts */
  readonly spend: (error: unknown, signal?: AbortSignal) => Promise<void>
  /** Something came through: the next failure is a first one again. */
  readonly renew: () => void
}

export function createPatience(): Patience {
  let spent = 0
  return {
    async spend(thrown, signal) {
      throwIfAborted(signal)
      const error = toError(thrown)
      const asked = error.retryAfterSeconds ?? 0
      spent += 1
      if (!isPassing(error) || spent >= maxAttempts || asked > longestRetryAfterSeconds) throw error
      await delay(Math.max(asked * 1000, backoffMs(spent - 1)), signal)
      await awaitNetwork(signal)
    },
    renew() {
      spent = 0
    },
  }
}

/** Trouble on the way or of the service, which has nothing to do with what was asked. */
function isPassing({ code, retryable }: ResWaveError): boolean {
  return retryable && /^(offline|unavailable|internal|upload_incomplete)$/.test(code)
}

/** Does the work again, after growing waits, as long as it fails for reasons that pass. */
export async function retrying<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const patience = createPatience()
  for (;;) {
    throwIfAborted(signal)
    try {
      return await work()
    } catch (error) {
      await patience.spend(error, signal)
    }
  }
}
