/** Lets the leases of workers end that are no more, or stand still: nobody waits two minutes here. */
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'

const tickMs = 300

export interface Leases {
  /** From now on, whatever is still handed out to it. */
  end(worker: string): void
  /** Those that it has now. */
  endNow(worker: string): Promise<void>
  stop(): Promise<void>
}

export function startLeases(sql: () => postgres.Sql): Leases {
  const gone = new Set<string>()
  let stopped = false
  const end = async (workers: readonly string[]) => {
    // Rows that somebody has locked are left for the next time: nobody waits for the clock.
    await sql()`
      update private.legacy_files set leased_until = now()
      where legacy_file_id in (
        select legacy_file_id from private.legacy_files
        where leased_until > now() and worker_id = any (${workers as string[]})
        for update skip locked
      )`
  }
  const loop = async () => {
    while (!stopped) {
      // The database is away now and then; that is what this is about.
      await Promise.race([end([...gone]).catch(() => {}), delay(10 * tickMs)])
      await delay(tickMs)
    }
  }
  const looping = loop()
  return {
    end: (worker) => void gone.add(worker),
    endNow: (worker) => end([worker]).catch(() => {}),
    async stop() {
      stopped = true
      await looping
    },
  }
}
