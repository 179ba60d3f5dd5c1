/** Brings over what one side lacks: every file of which there is a note, again and again with growing pauses. */
import { clearTimeout, setTimeout } from 'node:timers'
import { nameOf } from './file-key.ts'
import type { KeyLocks } from './key-locks.ts'
import type { PhaseOf } from './phases.ts'
import type { FileKey } from './sides.ts'
import { type Sides, synchronise } from './synchronise.ts'

export interface RepairReport {
  /** Both sides are equal now. */
  readonly repaired: number
  /** Nothing to be done in their users' phases, or not yet again. */
  readonly waiting: number
  /** Supabase does not take them; the disk keeps them. */
  readonly refused: number
  /** Their users' data was erased after they were written. */
  readonly erased: number
  readonly failed: number
}

export interface Repair {
  /** One pass over all notes; `now` also those that have just failed. */
  pass(options?: { signal?: AbortSignal; now?: boolean }): Promise<RepairReport>
  /** A pass after so long, or after nine times as long as the last one took; resolves when it is ended. */
  every(milliseconds: number, signal: AbortSignal): Promise<void>
}

const firstPauseMs = 1_000
const longestPauseMs = 300_000
/** A refusal stays one until the file changes; somebody may have raised a limit. */
const refusedPauseMs = 3_600_000
const atOnce = 4
/** After so many in a row the pass ends: it is Supabase that fails, not a file. */
const mostFaultsInARow = 5

export function createRepair(
  sides: Sides,
  dependencies: {
    readonly locks: KeyLocks
    readonly phaseOf: PhaseOf
    readonly fileTimeoutMs: number
    readonly now: () => number
    readonly random: () => number
  },
): Repair {
  const { locks, phaseOf, fileTimeoutMs, now, random } = dependencies
  const pauses = new Map<string, { until: number; failures: number }>()

  async function repair(key: FileKey, signal: AbortSignal) {
    const phase = await phaseOf(key.userId)
    return await locks.run(nameOf(key), async () => {
      // By hand: Deno holds what AbortSignal.any() gives only weakly, and the pass's signal outlives a file.
      const ending = new AbortController()
      const end = () => ending.abort(signal.reason)
      const timer = setTimeout(() => ending.abort(new Error('It takes too long')), fileTimeoutMs)
      signal.addEventListener('abort', end, { once: true })
      try {
        signal.throwIfAborted()
        return await synchronise(sides, key, phase, ending.signal)
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
      }
    })
  }

  function pause(name: string, ms?: number): void {
    const failures = (pauses.get(name)?.failures ?? 0) + 1
    const grown = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs)
    // Many files that failed together are not tried again together.
    pauses.set(name, { until: now() + (ms ?? grown * (0.5 + random() / 2)), failures })
  }

  const repairs: Repair = {
    async pass({ signal = new AbortController().signal, now: atOnceAll = false } = {}) {
      const report = { repaired: 0, waiting: 0, refused: 0, erased: 0, failed: 0 }
      const keys = sides.outbox.keys()[Symbol.asyncIterator]()
      let faults = 0

      async function work(): Promise<void> {
        while (!signal.aborted && faults < mostFaultsInARow) {
          const next = await keys.next()
          if (next.done) return
          const name = nameOf(next.value)
          if (!atOnceAll && (pauses.get(name)?.until ?? 0) > now()) {
            report.waiting++
            continue
          }
          try {
            const ended = await repair(next.value, signal)
            faults = 0
            if (ended === 'refused') pause(name, refusedPauseMs)
            else pauses.delete(name)
            report[ended === 'equal' ? 'repaired' : ended === 'later' ? 'waiting' : ended]++
          } catch {
            if (signal.aborted) return
            faults++
            report.failed++
            pause(name)
          }
        }
      }

      await Promise.all(Array.from({ length: atOnce }, work))
      // Long over: its note is gone, or has been tried again since.
      for (const [name, { until }] of pauses) {
        if (until + longestPauseMs < now()) pauses.delete(name)
      }
      return report
    },

    async every(milliseconds, signal) {
      let pause = milliseconds
      while (!signal.aborted) {
        await passed(pause, signal)
        const begun = performance.now()
        // Of an outbox that cannot be listed: calls say so.
        await repairs.pass({ signal }).catch(() => {})
        pause = Math.max(milliseconds, 9 * (performance.now() - begun))
      }
    },
  }
  return repairs
}

/** Resolves after so long, or when the signal says so. It keeps no process alive. */
async function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, milliseconds)
    timer.unref()
    signal.addEventListener('abort', end, { once: true })
  })
}
