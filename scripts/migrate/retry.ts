import { AppError } from '../../functions/_shared/errors.ts'
import type { Pace } from './pace.ts'

const attempts = 6

/**
 * Asks again what failed for a while only. Between attempts the pace decides how long everybody waits: what
 * overloads the service is not asked more often by more workers.
 *
 * @throws AppError the last one
 */
export async function withRetries<T>(
  pace: Pace,
  bytes: number,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await pace.turn(bytes, signal)
    try {
      const answer = await ask()
      pace.succeeded()
      return answer
    } catch (error) {
      signal.throwIfAborted()
      const passing = error instanceof AppError && error.code === 'unavailable'
      if (!passing || attempt === attempts) throw error
      pace.slowDown((error.retryAfterSeconds ?? 0) * 1000)
    }
  }
}
