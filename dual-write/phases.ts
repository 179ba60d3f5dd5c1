/** Which side counts for a user: the phases of a move, and how a store learns of them. */
import { withinTime } from './within-time.ts'

/**
 * - `local`: reads and writes the disk
 * - `dual_write`: writes both, reads the disk
 * - `dual_read`: writes both, reads Supabase, and the disk where Supabase has nothing or fails
 * - `supabase`: reads and writes Supabase
 */
export const phases = ['local', 'dual_write', 'dual_read', 'supabase'] as const
export type Phase = (typeof phases)[number]

export type PhaseOf = (userId: string) => Promise<Phase>

/**
 * Where nobody can say it and it was not known before. Supabase first and the disk after it finds every file
 * wherever the user is, and a write to both is right in every phase.
 */
const unknownPhase: Phase = 'dual_read'
const mostUsers = 10_000

/**
 * Remembers each user's phase for a while, and the last known one for as long as there is no newer. One
 * question at a time for each user; who waits for it longer than `waitMs` goes on as if there were no answer.
 */
export function rememberPhases(
  phaseOf: PhaseOf,
  { forMs, waitMs, now }: { forMs: number; waitMs: number; now: () => number },
): PhaseOf {
  const known = new Map<string, { phase: Phase; until: number }>()
  const asked = new Map<string, Promise<Phase>>()

  async function ask(userId: string): Promise<Phase> {
    const before = known.get(userId)
    let phase: Phase
    try {
      phase = await phaseOf(userId)
      if (!phases.includes(phase)) throw new Error(`'${phase}' is no phase`)
    } catch {
      phase = before?.phase ?? unknownPhase
      // Not kept as known: the first answer counts.
      if (before === undefined) return phase
    }
    known.delete(userId)
    known.set(userId, { phase, until: now() + forMs })
    const oldest = known.keys().next()
    if (known.size > mostUsers && !oldest.done) known.delete(oldest.value)
    return phase
  }

  return async (userId) => {
    const remembered = known.get(userId)
    if (remembered !== undefined && now() < remembered.until) return remembered.phase
    const asking = asked.get(userId) ?? ask(userId).finally(() => asked.delete(userId))
    asked.set(userId, asking)
    return await withinTime(asking, waitMs, () => remembered?.phase ?? unknownPhase)
  }
}
