/**
 * Compares a sample of what was answered from Supabase with the disk, after the answer. Nothing of it reaches
 * the caller: it has no lock, waits for nobody, and what does not fit into its budget is dropped and counted.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { Outbox } from './outbox.ts'
import type { FileKey, LocalSide, SupabaseSide } from './sides.ts'

export interface ShadowOptions {
  /** Which share of the answers is looked at, 0 to 1. */
  readonly share: number
  /** How many at once; one more is dropped. */
  readonly mostAtOnce: number
  /** How long one may take before it is given up. */
  readonly budgetMs: number
}

export interface ShadowCounts {
  readonly compared: number
  readonly mismatched: number
  /** Not compared for want of room or time, or because a side failed. */
  readonly dropped: number
  /** Not comparable: written to meanwhile, or not on the disk. */
  readonly skipped: number
}

export interface Shadow {
  /** Of an answer that was given: returns at once. */
  offer(key: FileKey, sha256: string, revision: number): void
  readonly counts: ShadowCounts
  /** Resolves when nothing is being compared. */
  settled(): Promise<void>
}

export function createShadow(
  options: ShadowOptions,
  sides: {
    local: Pick<LocalSide, 'hash' | 'state'>
    supabase: Pick<SupabaseSide, 'head'>
    outbox: Pick<Outbox, 'of'>
  },
  onMismatch: (key: FileKey) => void,
  random: () => number,
): Shadow {
  const running = new Set<Promise<void>>()
  const counts = { compared: 0, mismatched: 0, dropped: 0, skipped: 0 }

  async function compare(
    key: FileKey,
    sha256: string,
    revision: number,
    signal: AbortSignal,
  ): Promise<keyof typeof counts> {
    const found = await sides.local.hash(key, signal)
    if (signal.aborted) return 'dropped'
    if (found === undefined) return 'skipped'
    if (found.sha256 === sha256) return 'compared'
    // They differ. If no write was open at some time, and neither has changed before or after it, they should not.
    const noted = (await sides.outbox.of(key)).length > 0
    const head = await sides.supabase.head(key, signal)
    const still = (await sides.local.state(key))?.tag === found.tag && head.revision === revision
    return still && !noted ? 'mismatched' : 'skipped'
  }

  async function within(key: FileKey, sha256: string, revision: number): Promise<void> {
    const ending = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<'dropped'>((resolve) => {
      timer = setTimeout(() => resolve('dropped'), options.budgetMs)
      timer.unref()
    })
    try {
      const result = await Promise.race([compare(key, sha256, revision, ending.signal), late])
      counts[result]++
      if (result !== 'mismatched') return
      counts.compared++
      onMismatch(key)
    } catch {
      counts.dropped++
    } finally {
      clearTimeout(timer)
      ending.abort()
    }
  }

  return {
    offer(key, sha256, revision) {
      if (random() >= options.share) return
      if (running.size >= options.mostAtOnce) {
        counts.dropped++
        return
      }
      const task: Promise<void> = new Promise<void>((resolve) => setImmediate(resolve))
        .then(() => within(key, sha256, revision))
        .finally(() => running.delete(task))
      running.add(task)
    },
    get counts() {
      return { ...counts }
    },
    async settled() {
      await Promise.all(running)
    },
  }
}
