/** What calls to both sides came to, in batches for who judges the move. Never in the caller's way. */
import { clearInterval, setInterval } from 'node:timers'
import { withinTime } from './within-time.ts'

export interface Outcome {
  readonly user_id: string
  readonly operation: 'put' | 'get' | 'delete' | 'list'
  readonly side: 'local' | 'supabase'
  /** `refused` is the caller's fault, `fallback` an answer of the disk in place of Supabase. */
  readonly outcome: 'ok' | 'fault' | 'fallback' | 'mismatch' | 'refused'
  readonly milliseconds: number
}

export type Record = (outcomes: readonly Outcome[]) => Promise<unknown>

export interface Outcomes {
  add(outcome: Outcome): void
  /** Sends what there is; resolves when it has arrived or was given up. */
  flush(): Promise<void>
  /** How many were not told: who takes them was slower than they came, or away for too long. */
  readonly lost: number
  close(): Promise<void>
}

const mostInBatch = 1000
const mostWaiting = 5000

/** @param longestMs how long who takes them has for a batch */
export function collectOutcomes(record: Record, everyMs: number, longestMs = 10_000): Outcomes {
  let waiting: Outcome[] = []
  let lost = 0
  let isAway = false
  let sending: Promise<void> | undefined
  const timer = setInterval(() => void flush(), everyMs)
  timer.unref()

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostInBatch)
      waiting = waiting.slice(mostInBatch)
      const told = async () => {
        await record(batch)
        return true
      }
      const arrived = told().catch(() => false)
      isAway = !(await withinTime(arrived, longestMs, () => false))
      if (isAway) {
        // Told late, and perhaps twice, rather than not: an outage of everything would look like silence.
        waiting = [...batch, ...waiting]
        lost += Math.max(waiting.length - mostWaiting, 0)
        waiting = waiting.slice(0, mostWaiting)
        return
      }
    }
  }

  function flush(): Promise<void> {
    sending ??= send().finally(() => {
      sending = undefined
    })
    return sending
  }

  return {
    add(outcome) {
      if (waiting.length >= mostWaiting) lost++
      else waiting.push(outcome)
      // Who is away is asked again in time, not by each call.
      if (waiting.length >= mostInBatch && !isAway) void flush()
    },
    flush,
    get lost() {
      return lost
    },
    async close() {
      clearInterval(timer)
      await flush()
      lost += waiting.length
      waiting = []
    },
  }
}
