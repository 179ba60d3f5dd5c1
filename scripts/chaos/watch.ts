/** Learns of ends from the database itself, for all people at once: what is proven is not how they poll. */
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'

const pollMs = 400
/** A query that died with its server is never answered. */
const lookTimeoutMs = 3_000

export interface Watch {
  /** Resolves with the state that it ended in. */
  ended(kind: 'optimization' | 'version', id: string): Promise<string>
  /** Resolves when it runs, or has ended already. */
  running(optimizationId: string): Promise<void>
  /** Due jobs that nobody works on, as of the last look. */
  waiting(): number
  stop(): Promise<void>
}

interface State {
  readonly id: string
  readonly state: string
}

export function startWatch(connection: () => postgres.Sql): Watch {
  const endings = {
    optimization: new Map<string, (state: string) => void>(),
    version: new Map<string, (state: string) => void>(),
  }
  const runnings = new Map<string, () => void>()
  let waiting = 0
  let stopped = false

  const tell = (kind: 'optimization' | 'version', rows: readonly State[]) => {
    for (const { id, state } of rows) {
      endings[kind].get(id)?.(state)
      endings[kind].delete(id)
    }
  }

  const look = async () => {
    const sql = connection()
    const optimizations = [...new Set([...endings.optimization.keys(), ...runnings.keys()])]
    const rows = await sql<State[]>`
      select optimization_id as id, status as state from public.optimizations
      where optimization_id = any (${optimizations}::uuid[]) and status <> 'queued'`
    for (const { id } of rows) {
      runnings.get(id)?.()
      runnings.delete(id)
    }
    tell(
      'optimization',
      rows.filter(({ state }) => state !== 'running'),
    )
    tell(
      'version',
      await sql<State[]>`
        select version_id as id, state from public.resume_versions
        where version_id = any (${[...endings.version.keys()]}::uuid[]) and state in ('ready', 'failed')`,
    )
    const [queue] = await sql<{ waiting: number }[]>`
      select count(*)::integer as waiting from private.jobs
      where dead_at is null and run_at <= now() and (leased_until is null or leased_until <= now())`
    waiting = queue?.waiting ?? 0
  }

  const loop = async () => {
    while (!stopped) {
      // The database is away now and then; that is what this is about.
      await Promise.race([look().catch(() => {}), delay(lookTimeoutMs)])
      await delay(pollMs)
    }
  }
  const looping = loop()

  return {
    ended: (kind, id) =>
      new Promise((resolve) => {
        const others = endings[kind].get(id)
        endings[kind].set(id, (state) => {
          others?.(state)
          resolve(state)
        })
      }),
    running: (id) =>
      new Promise((resolve) => {
        const others = runnings.get(id)
        runnings.set(id, () => {
          others?.()
          resolve()
        })
      }),
    waiting: () => waiting,
    async stop() {
      stopped = true
      await looping
    },
  }
}
