/** An embedded stack whose every part can be killed: isolates behind proxies, model and Postgres on their own. */
import type postgres from 'postgres'
import { freePort } from '../local/postgres-server.ts'
import { type Stack, startStack } from '../local/stack.ts'
import { build } from './build.ts'
import { installAudit } from './evidence.ts'
import { startModelProcess } from './model-process.ts'
import { holdMark, type Plan } from './plan.ts'
import { type MortalPostgres, mortalPostgres } from './postgres-deaths.ts'
import { isolatesOf, startPoking } from './processes.ts'
import { type StepProxy, startProxy } from './proxy.ts'
import type { Scale } from './scale.ts'
import { createStrikes, type Strikes } from './strikes.ts'

const prefix = 'reswave-chaos-'
const modelDownMs = 400
/** More than there are files to hold: a process that was killed in the middle of one tries it again. */
const slowHolds = 12

export interface World {
  readonly stack: Stack
  readonly strikes: Strikes
  readonly postgres: MortalPostgres
  /** As the superuser; another one after each death of Postgres. */
  readonly sql: () => postgres.Sql
  /** Ids of all processes of ours that run now. */
  pids(): number[]
  stop(): Promise<void>
}

export function startWorld(options: {
  scale: Scale
  plan: Plan
  log: (line: string) => void
}): Promise<World> {
  const { scale, plan, log } = options
  return build(prefix, async (dir, parts) => {
    const model = await startModelProcess({ downMs: modelDownMs })
    parts.push(model)
    const port = await freePort()

    // Known a moment later: nothing passes before the stack is up.
    let stack: Stack | undefined
    let mortal: MortalPostgres | undefined
    const isolates = isolatesOf(() => stack)
    const strikes = createStrikes(
      plan,
      {
        killIsolate: isolates.kill,
        places: isolates.places,
        killModel: () => {
          model.kill()
          return true
        },
        killPostgres: (death) => mortal?.kill(death) ?? false,
      },
      { holdMark, slowHolds },
    )
    const addresses = await startProxies(scale, strikes, {
      api: `http://127.0.0.1:${port}`,
      model: model.url,
    })
    parts.push({
      stop: () => Promise.all([...addresses.values()].flat().map((proxy) => proxy.stop())),
    })

    const started = await startStack({
      dir,
      port,
      model: { url: model.url, name: model.name },
      // Attempts and leases are what ends a job here, not the time it has had.
      env: { OPTIMIZATION_TIMEOUT_MS: '600000' },
      durable: true,
      worker: false,
      functions: {
        sizes: scale.processes,
        envOf: (name, place) => {
          const own = addresses.get(`${name} ${place}`)
          return own ? { SUPABASE_URL: own[0].url, OLLAMA_URL: own[1].url } : {}
        },
      },
      log,
    })
    const databaseServer = mortalPostgres(started, log)
    mortal = databaseServer
    parts.push(started, databaseServer)
    await installAudit(databaseServer.sql())
    await setLimits(databaseServer.sql())
    stack = started
    parts.push(startPoking(started, scale.processes.worker))

    return {
      stack,
      strikes,
      postgres: databaseServer,
      sql: databaseServer.sql,
      pids: () => [
        ...started.functions.processes().map(({ pid }) => pid),
        ...databaseServer.pids(),
        ...(model.pid() === undefined ? [] : [Number(model.pid())]),
      ],
    }
  })
}

/** For each process that calls others: its own way to the API, and its own to the model. */
async function startProxies(
  scale: Scale,
  strikes: Strikes,
  targets: { api: string; model: string },
): Promise<Map<string, [StepProxy, StepProxy]>> {
  const proxies = new Map<string, [StepProxy, StepProxy]>()
  for (const name of ['worker', 'optimize-resume'] as const) {
    for (let place = 0; place < scale.processes[name]; place++) {
      const open = (target: string) =>
        startProxy({
          target,
          at: (passage, point) => strikes.at({ name, place }, passage, point),
          hold: strikes.hold,
        })
      proxies.set(`${name} ${place}`, [await open(targets.api), await open(targets.model)])
    }
  }
  return proxies
}

/** What is promised is tested here, not how much one person or endpoint may be asked for, nor patience. */
async function setLimits(sql: postgres.Sql): Promise<void> {
  await sql`
    update private.settings set
      max_pending_uploads_per_user = 1000, uploads_per_hour = 10000, optimizations_per_hour = 10000,
      max_active_optimizations_per_user = 1000, max_calls_per_endpoint = 100,
      circuit_open = '1 second', circuit_open_cap = '2 seconds', circuit_probe_lease = '5 seconds'`
}
