/** An embedded stack with a Prometheus beside it, in which uploads, the model, Storage and connections can go wrong. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { build } from '../../chaos/build.ts'
import { startProxy } from '../../chaos/proxy.ts'
import { startModelServer } from '../../local/model/server.ts'
import { freePort } from '../../local/postgres-server.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { type Prometheus, startPrometheus } from '../prometheus.ts'
import { readRules, scaleRules, toYaml } from '../rules.ts'
import type { Tool } from '../tools.ts'

/** Windows and `for` are so many times as short as in the rules: ten minutes are thirty seconds. */
export const factor = 20
/** Also how long a scrape may take, on a machine that does much else. */
const scrapeMs = 2_000
/** A window has at least two scrapes. */
const leastMs = 2 * scrapeMs
/** Past the limit of 120 s, and no longer than it has to be. */
const optimizationTimeoutMs = 125_000
/** Between two tokens of a slow model: under its circuit's limits, and never at an end within two minutes. */
const tokenDelayMs = 5_000
/** Over the limit of 500 ms, and far enough under the second that `health` gives Storage for a busy machine. */
const storageHoldMs = 600

const uploadPath = /^\/storage\/v1\/object\/upload\/sign\//
const storagePath = /^\/storage\/v1\//

/** What a resume's job posting says if the model is to be slow with it. */
export const slowMark = 'a posting that the model is slow with'

export interface World {
  readonly stack: Stack
  readonly prometheus: Prometheus
  /** Where apps reach the stack. */
  readonly appUrl: string
  readonly faults: {
    refuseUploads: boolean
    slowStorage: boolean
  }
  readonly runbook: string
  /** Opens connections to the database until so many are in use, and gives them back. */
  takeConnections(share: number): Promise<{ taken: number; giveBack(): Promise<void> }>
  query(text: string): Promise<void>
  stop(): Promise<void>
}

export function startWorld(
  tools: Readonly<Partial<Record<Tool, string | undefined>>>,
  log: (line: string) => void,
): Promise<World> {
  return build('reswave-alerts-', async (dir, parts) => {
    const faults = { refuseUploads: false, slowStorage: false }
    const model = await startModelServer({ tokenDelayMs })
    parts.push(model)
    model.behave('slow', { match: slowMark })

    const port = await freePort()
    const target = `http://127.0.0.1:${port}`
    const forApps = await startProxy({
      target,
      at: () => 'pass',
      hold: () => 0,
      faultOf: ({ url }) => (faults.refuseUploads && uploadPath.test(url) ? '503' : undefined),
    })
    const forFunctions = await startProxy({
      target,
      at: () => 'pass',
      hold: ({ url }) => (faults.slowStorage && storagePath.test(url) ? storageHoldMs : 0),
    })
    parts.push(forApps, forFunctions)

    const stack = await startStack({
      dir: join(dir, 'stack'),
      port,
      model: { url: model.url, name: model.model },
      env: { OPTIMIZATION_TIMEOUT_MS: String(optimizationTimeoutMs) },
      durable: false,
      functions: { envOf: () => ({ SUPABASE_URL: forFunctions.url }) },
      log,
    })
    parts.push(stack)
    const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
    parts.push({ stop: () => sql.end({ timeout: 5 }) })
    // Slow optimizations leave room for others.
    await sql`update private.settings set max_calls_per_endpoint = 100`

    const folder = join(dir, 'prometheus')
    mkdirSync(folder)
    const rulesFile = join(folder, 'alerts.yml')
    writeFileSync(rulesFile, toYaml(scaleRules(readRules(), factor, leastMs)))
    const runbook = 'docs/runbook.md'
    const prometheus = await startPrometheus({
      tools,
      dir: folder,
      url: stack.url,
      metricsToken: stack.metricsToken,
      intervalMs: scrapeMs,
      rulesFile,
      runbook,
      log,
    })
    parts.push(prometheus)

    return {
      stack,
      prometheus,
      appUrl: forApps.url,
      faults,
      runbook,
      takeConnections: (share) => takeConnections(stack.dbUrl, share),
      async query(text) {
        // Nothing that a runbook writes is meant for this database.
        await sql
          .begin(async (transaction) => {
            await transaction.unsafe(text)
            throw new Undone()
          })
          .catch((error: unknown) => {
            if (!(error instanceof Undone)) throw error
          })
      },
    }
  })
}

class Undone extends Error {}

async function takeConnections(dbUrl: string, share: number) {
  const taken: postgres.Sql[] = []
  const open = async () => {
    const sql = postgres(dbUrl, { max: 1, onnotice: () => {} })
    taken.push(sql)
    const [row] = await sql<{ used: number; most: number }[]>`
      select sum(numbackends)::integer as used, current_setting('max_connections')::integer as most
      from pg_stat_database`
    return row ?? { used: 0, most: 1 }
  }
  let { used, most } = await open()
  while (used <= most * share && taken.length < most) ({ used, most } = await open())
  return {
    taken: taken.length,
    async giveBack() {
      await Promise.all(taken.map((sql) => sql.end({ timeout: 5 })))
    },
  }
}
