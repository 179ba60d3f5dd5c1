/**
 * Spares reads the wait for a Supabase that does not answer, where the disk can answer in its place. The decisions are those
 * of the models' circuit; this one is of a process, since it costs nothing to find out for each by itself.
 */
import { type Circuit, healthy, type Rules } from '../functions/_shared/circuit-breaker/circuit.ts'
import { admit, type Report, report } from '../functions/_shared/circuit-breaker/decide.ts'
import { AppError } from '../functions/_shared/errors.ts'

export interface ReadBreaker {
  /**
   * Reads, unless it is known to be in vain. What one user's reads come to keeps no others from theirs.
   *
   * @throws AppError unavailable at once while Supabase is left alone; what `read` throws
   */
  guard<T>(userId: string, read: () => Promise<T>): Promise<T>
}

export interface ReadBreakerOptions {
  /** How long a read waits for Supabase: one that takes more than half of it is slow. */
  readonly readTimeoutMs: number
  readonly now: () => number
  readonly random: () => number
}

export function createReadBreaker({ readTimeoutMs, now, random }: ReadBreakerOptions): ReadBreaker {
  const rules: Rules = {
    failures: 5,
    failureRate: 0.5,
    windowMs: 30_000,
    openMs: 5_000,
    openCapMs: 60_000,
    slowCallMs: readTimeoutMs / 2,
    slowCallRate: 0.5,
    probeLeaseMs: 2 * readTimeoutMs,
  }
  let circuit: Circuit = healthy

  return {
    async guard(userId, read) {
      const admission = admit(circuit, { now: now(), rules, newProbe: () => crypto.randomUUID() })
      if (!admission.admitted)
        throw new AppError('unavailable', 'ResWave is left alone for a while')
      circuit = admission.next
      const begunAt = now()
      const tell = (outcome: Report['outcome']) => {
        const said = { permit: admission.permit, outcome, at: now(), by: userId }
        circuit = report(circuit, [said], { now: now(), rules, random })
      }
      try {
        const found = await read()
        tell(now() - begunAt > rules.slowCallMs ? 'slow' : 'success')
        return found
      } catch (error) {
        // A file that is damaged or refused says nothing of the service.
        tell(error instanceof AppError && error.code === 'unavailable' ? 'failure' : 'uncounted')
        throw error
      }
    },
  }
}
