/** Times what a side does for a user, and tells what came of it. */
import type { Outcome, Outcomes } from './outcomes.ts'
import { isRefusal } from './refusal.ts'

export type Timed = <T>(
  userId: string,
  operation: Outcome['operation'],
  side: Outcome['side'],
  work: () => Promise<T>,
  outcomeOf?: (value: T) => Outcome['outcome'],
) => Promise<T>

export function timedInto(outcomes: Pick<Outcomes, 'add'>): Timed {
  return async (userId, operation, side, work, outcomeOf = () => 'ok') => {
    const begun = performance.now()
    const tell = (outcome: Outcome['outcome']) => {
      const milliseconds = Math.round((performance.now() - begun) * 10) / 10
      outcomes.add({ user_id: userId, operation, side, outcome, milliseconds })
    }
    try {
      const value = await work()
      tell(outcomeOf(value))
      return value
    } catch (error) {
      tell(isRefusal(error) ? 'refused' : 'fault')
      throw error
    }
  }
}
