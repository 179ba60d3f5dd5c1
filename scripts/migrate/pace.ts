/**
 * How fast a worker may ask: so many requests and bytes a second, and slower for a while when the service
 * says that it is too much.
 */

export interface Pace {
  /** Waits for the turn of one request that moves so many bytes. Rejects when aborted. */
  turn(bytes: number, signal: AbortSignal): Promise<void>
  /** The service is overloaded: everybody waits, twice as long as last time, or as it says. */
  slowDown(retryAfterMs?: number): void
  /** A request went well: the next slowing down begins half as high. */
  succeeded(): void
}

const firstBackoffMs = 250
const longestBackoffMs = 30_000

export interface PaceLimits {
  readonly requestsPerSecond?: number | undefined
  readonly bytesPerSecond?: number | undefined
}

export function createPace(
  limits: PaceLimits,
  clock: {
    now(): number
    sleep(ms: number, signal: AbortSignal): Promise<void>
    random(): number
  },
): Pace {
  let nextRequestAt = 0
  let nextByteAt = 0
  let notBefore = 0
  let backoffMs = 0

  return {
    async turn(bytes, signal) {
      const now = clock.now()
      let at = now
      if (limits.requestsPerSecond !== undefined) {
        at = Math.max(at, nextRequestAt)
        nextRequestAt = Math.max(now, nextRequestAt) + 1000 / limits.requestsPerSecond
      }
      if (limits.bytesPerSecond !== undefined && bytes > 0) {
        at = Math.max(at, nextByteAt)
        // A file takes its time after it has begun: the next one waits for it.
        nextByteAt = Math.max(now, nextByteAt) + (1000 * bytes) / limits.bytesPerSecond
      }
      if (at > now) await clock.sleep(at - now, signal)
      while (notBefore > clock.now()) await clock.sleep(notBefore - clock.now(), signal)
      signal.throwIfAborted()
    },

    slowDown(retryAfterMs = 0) {
      const now = clock.now()
      // Those that were under way when it began say nothing new.
      if (notBefore > now && retryAfterMs <= notBefore - now) return
      backoffMs = Math.min(Math.max(backoffMs * 2, firstBackoffMs), longestBackoffMs)
      const jittered = backoffMs * (0.5 + clock.random() / 2)
      notBefore = now + Math.max(jittered, Math.min(retryAfterMs, longestBackoffMs))
    },

    succeeded() {
      backoffMs = backoffMs > firstBackoffMs ? backoffMs / 2 : 0
    },
  }
}
