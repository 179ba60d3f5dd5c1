import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSettings, type Settings } from './environment.ts'
import { createFunctions, type Functions, type FunctionsOptions } from './functions.ts'
import { startGateway } from './gateway.ts'
import { startLite } from './lite.ts'
import { applyMigrations, pendingMigrations } from './migrations.ts'
import { chooseModel, type ModelChoice } from './model-choice.ts'
import { openPage, type Page } from './page.ts'
import { startPostgres } from './postgres.ts'
import { loadSecrets } from './secrets.ts'
import { startWorkerTimer } from './worker-timer.ts'

/** Everything that the embedded stack ever writes lies below this folder. */
export const stateDir = fileURLToPath(new URL('../../.reswave/', import.meta.url))
/** The one that the Supabase CLI uses too. */
export const defaultPort = 54_321

export interface StackOptions {
  /** The data folder; `.reswave/stack` by default. One stack at a time may run on it. */
  dir?: string
  /** 0 takes a free one. */
  port?: number
  /** A model server that runs already; otherwise one is looked for, see chooseModel(). */
  model?: { url: string; name: string }
  /** Settings instead of those in the environment and .env.local. */
  env?: Settings
  /** False for data that is thrown away: faster, and not safe against a power cut. */
  durable?: boolean
  /** Whether the web page is built and served at the stack's URL. */
  page?: boolean
  /** False leaves the queue to the test. */
  worker?: boolean
  /** Several processes of a function, each with what it is told of its own. */
  functions?: Pick<FunctionsOptions, 'sizes' | 'envOf'>
  log?: (line: string) => void
  /** What is being done now, for a person who waits. */
  progress?: (step: string) => void
}

export interface Stack {
  url: string
  publishableKey: string
  secretKey: string
  jwtSecret: string
  workerToken: string
  metricsToken: string
  /** As the role `postgres`. */
  dbUrl: string
  superuserUrl: string
  /** Where Postgres' data really lies. */
  dataDir: string
  model: ModelChoice
  functions: Functions
  /** Why there is no web page although one was asked for. */
  pageFailure: string | undefined
  /**
   * Connects the Data API, Auth and Storage anew, once a Postgres that has died is back: a connection of the driver that
   * was about to write when its server died never writes again (postgres 3.4.9, closed() in connection.js).
   */
  reconnect(): Promise<void>
  stop(): Promise<void>
}

/** Starts Postgres, the Data API, Auth, Storage, the functions and the worker's timer, with all migrations applied. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { log = () => {}, progress = () => {} } = options
  const dir = resolve(options.dir ?? join(stateDir, 'stack'))
  const settings = options.env ?? readSettings()
  // In the order of starting; stopped in the reverse order, also when a later part fails to start.
  const parts: { stop(): Promise<void> | void }[] = []
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part.stop()
  }

  try {
    mkdirSync(dir, { recursive: true })
    parts.push(claimFolder(dir))
    const gateway = await startGateway(options.port ?? defaultPort, log)
    parts.push(gateway)
    const url = `http://127.0.0.1:${gateway.port}`
    const secrets = await loadSecrets(join(dir, 'secrets.json'))
    // Beside the start of Postgres, which leaves a processor idle.
    const opening = options.page ? tryPage({ url, ...secrets }) : undefined
    const workerToken = settings.WORKER_TOKEN ?? secrets.workerToken
    const metricsToken = settings.METRICS_TOKEN ?? secrets.metricsToken

    progress('Starting Postgres')
    const database = await startPostgres({
      dataDir: join(dir, 'postgres'),
      durable: options.durable ?? true,
      log,
    })
    parts.push(database)
    if (database.dataDir !== join(dir, 'postgres')) {
      progress(
        `Postgres cannot run as root, and ${dir} is closed to others: its data lies in ${database.dataDir}`,
      )
    }
    if ((await pendingMigrations(database.url)).length > 0) {
      progress('Applying the migrations')
      await applyMigrations(database.url)
    }

    progress('Starting the Data API, Auth and Storage')
    const connect = () =>
      startLite({
        ...secrets,
        databaseUrl: database.serviceUrl,
        objectsDir: join(dir, 'objects'),
        siteUrl: url,
        log,
      })
    let lite = await connect()
    parts.push({ stop: () => lite.close() })

    progress('Starting the functions')
    const model = await findModel(options, settings)
    parts.push(model)
    const functions = createFunctions({
      env: {
        ...settings,
        SUPABASE_URL: url,
        SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: secrets.publishableKey }),
        SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secretKey }),
        OLLAMA_URL: model.choice.url,
        OLLAMA_MODEL: model.choice.name,
        WORKER_TOKEN: workerToken,
        METRICS_TOKEN: metricsToken,
      },
      denoDir: join(stateDir, 'deno'),
      ...options.functions,
      log,
    })
    parts.push(functions)
    const { page, failure: pageFailure } = (await opening) ?? {}
    gateway.open({ lite, functions, page })
    writeFileSync(urlFile(dir), url)
    await functions.warm()
    if ((options.worker ?? true) && functions.names.includes('worker')) {
      parts.push(startWorkerTimer(url, workerToken, log))
    }
    return {
      ...secrets,
      workerToken,
      metricsToken,
      url,
      dbUrl: database.url,
      superuserUrl: database.superuserUrl,
      dataDir: database.dataDir,
      model: model.choice,
      functions,
      pageFailure,
      async reconnect() {
        const old = lite
        lite = await connect()
        gateway.open({ lite, functions, page })
        // What it waits for went with its server; how long it may is bounded.
        void old.close()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A stack without its page is of use still. */
async function tryPage({
  url,
  publishableKey,
}: {
  url: string
  publishableKey: string
}): Promise<{ page?: Page; failure?: string }> {
  try {
    return { page: await openPage({ url, publishableKey }) }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

async function findModel(options: StackOptions, settings: Settings) {
  if (options.model) {
    const choice: ModelChoice = { ...options.model, kind: 'ollama' }
    return { choice, stop: async () => {} }
  }
  return chooseModel(settings, async () => {
    const { startModelServer } = await import('./model/server.ts')
    return startModelServer()
  })
}

/** Two stacks on one folder would share a database and a set of files. */
function claimFolder(dir: string): { stop(): void } {
  const running = stackProcess(dir)
  if (running) {
    const advice = `Stop it first, with Ctrl-C where it runs or: kill ${running}`
    throw new Error(`A stack is already running on ${dir} (process ${running}). ${advice}`)
  }
  const claim = claimFile(dir)
  rmSync(urlFile(dir), { force: true })
  writeFileSync(claim, String(process.pid))
  return {
    stop() {
      rmSync(urlFile(dir), { force: true })
      rmSync(claim, { force: true })
    },
  }
}

/** The process that has a stack on this folder, if there is one. */
export function stackProcess(dir: string): number | undefined {
  if (!existsSync(claimFile(dir))) return undefined
  const pid = Number(readFileSync(claimFile(dir), 'utf8'))
  return Number.isInteger(pid) && pid > 1 && pid !== process.pid && isNode(pid) ? pid : undefined
}

/** Where the stack on this folder is reached; undefined if none runs. */
export function runningStack(dir: string): string | undefined {
  if (stackProcess(dir) === undefined || !existsSync(urlFile(dir))) return undefined
  return readFileSync(urlFile(dir), 'utf8')
}

const claimFile = (dir: string) => join(dir, 'stack.pid')
const urlFile = (dir: string) => join(dir, 'stack.url')

/** The id may belong to another program by now. */
function isNode(pid: number): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node')
  } catch {
    return false
  }
}
