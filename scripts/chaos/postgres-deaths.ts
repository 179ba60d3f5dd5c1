/** Ends Postgres in the ways it ends in life, and starts it again on the same data and port. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import { type LocalPostgres, startPostgres } from '../local/postgres.ts'
import type { Stack } from '../local/stack.ts'
import type { PostgresDeath } from './plan.ts'

const pollMs = 25
const goneTimeoutMs = 10_000
const upTimeoutMs = 60_000

export interface Outage {
  readonly death: PostgresDeath
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
}

export interface MortalPostgres {
  /** Does nothing while the server is down already; tells whether it did. */
  kill(death: PostgresDeath): boolean
  outages(): readonly Outage[]
  pids(): number[]
  /** Resolves when the server is up. */
  up(): Promise<void>
  /** Connections of a superuser; others after each outage. */
  sql(): postgres.Sql
  stop(): Promise<void>
}

/** Of a stack that is told when its server is back, before the outage counts as over. */
export function mortalPostgres(
  stack: Pick<Stack, 'dataDir' | 'superuserUrl' | 'reconnect'>,
  log: (line: string) => void,
): MortalPostgres {
  const { dataDir, superuserUrl } = stack
  const connect = () => postgres(superuserUrl, { max: 2, connect_timeout: 5, onnotice: () => {} })
  let sql = connect()
  const port = Number(new URL(superuserUrl).port)
  const outages: Outage[] = []
  let server: LocalPostgres | undefined
  let down: Promise<void> | undefined
  let failure: unknown

  const recover = async (death: PostgresDeath, pids: readonly number[], from: number) => {
    await gone(pids)
    if (death !== 'backend') {
      await server?.stop()
      server = await startPostgres({ dataDir, port, durable: true, log })
    }
    await answers(superuserUrl)
    void sql.end({ timeout: 1 })
    sql = connect()
    await stack.reconnect()
    outages.push({ death, from, to: Date.now() })
  }

  return {
    kill(death) {
      if (down !== undefined) return false
      const pids = processesOf(dataDir)
      const victims =
        death === 'whole server' ? pids : death === 'immediate' ? pids.slice(0, 1) : pids.slice(-1)
      if (victims.length === 0) return false
      const from = Date.now()
      for (const pid of victims) signal(pid, death === 'immediate' ? 'SIGQUIT' : 'SIGKILL')
      down = recover(death, death === 'backend' ? victims : pids, from)
        .catch((error: unknown) => {
          failure = error
          log(`Postgres does not come back: ${error}`)
        })
        .finally(() => {
          down = undefined
        })
      return true
    },
    outages: () => outages,
    pids: () => processesOf(dataDir),
    sql: () => sql,
    async up() {
      await down
      if (failure !== undefined) throw failure
    },
    async stop() {
      await down
      await sql.end({ timeout: 1 })
      // Its data is thrown away: a last checkpoint on a busy disk would take longer than all the rest.
      const pids = processesOf(dataDir)
      for (const pid of pids) signal(pid, 'SIGKILL')
      await gone(pids)
      await server?.stop()
    },
  }
}

/** The postmaster, then its children, a client's backend last. Only the postmaster where there is no /proc. */
function processesOf(dataDir: string): number[] {
  let postmaster: number
  try {
    postmaster = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
  } catch {
    return []
  }
  if (!Number.isInteger(postmaster) || postmaster <= 1) return []
  if (process.platform !== 'linux') return [postmaster]
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === postmaster)
  const backends = children.filter((pid) => read(pid, 'cmdline').includes('authenticator'))
  return [postmaster, ...children.filter((pid) => !backends.includes(pid)), ...backends]
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? 0)
}

function read(pid: number, file: 'status' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + goneTimeoutMs
  while (pids.some((pid) => signal(pid, 0))) {
    // Whoever waits for a lock may outlive an immediate shutdown by a moment, not by much.
    if (Date.now() > deadline) for (const pid of pids) signal(pid, 'SIGKILL')
    await delay(pollMs)
  }
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + upTimeoutMs
  for (;;) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
    try {
      await sql`select 1`
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
    } finally {
      await sql.end({ timeout: 1 }).catch(() => {})
    }
    await delay(pollMs)
  }
}
