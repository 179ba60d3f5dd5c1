import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Exact versions, so that a figure can be had again. */
const versions = {
  'graphile-worker': '0.18.0',
  'pg-boss': '12.38.0',
  '@electric-sql/pglite-pgmq': '0.0.6',
}

export interface GraphileQuery {
  text: string
  values: unknown[]
}

interface GraphileClient {
  query(query: GraphileQuery): Promise<{ rows: unknown[] }>
}

/** What its statements are made from, inside the package. */
interface GraphileOptions {
  escapedWorkerSchema: string
  workerSchema: string
  resolvedPreset: { worker: { preparedStatements: boolean; useNodeTime: boolean } }
}
type WithGraphileClient = {
  (use: (client: GraphileClient) => Promise<unknown>): Promise<unknown>
  withRetries(use: (client: GraphileClient) => Promise<unknown>): Promise<unknown>
}

export interface GraphileWorker {
  run(options: {
    connectionString: string
    concurrency: number
    noHandleSignals: boolean
    logger: unknown
    taskList: Record<string, (payload: unknown) => Promise<void>>
  }): Promise<{ stop(): Promise<void> }>
  runMigrations(options: { connectionString: string; logger: unknown }): Promise<void>
  Logger: new (factory: () => () => void) => unknown
}

interface GraphileStatements {
  batchGetJobs(
    options: GraphileOptions,
    client: WithGraphileClient,
    tasks: Record<string, unknown>,
    poolId: string,
    flagsToSkip: null,
    batchSize: number,
  ): Promise<unknown>
  batchCompleteJobs(
    options: GraphileOptions,
    client: WithGraphileClient,
    poolId: string,
    jobs: { id: string; job_queue_id: null }[],
  ): Promise<void>
}

export interface PgBossInstance {
  on(event: 'error' | 'warning', listen: (error: unknown) => void): void
  start(): Promise<unknown>
  createQueue(name: string, options?: { notify?: boolean }): Promise<void>
  send(name: string, data: object): Promise<string | null>
  work(
    name: string,
    options: { pollingIntervalSeconds?: number },
    handle: (jobs: { data: { id: string } }[]) => Promise<void>,
  ): Promise<string>
  stop(options: { graceful: boolean }): Promise<void>
}

interface PgBossStatements {
  insertJobs(schema: string, options: { table: string; name: string; returnId: boolean }): string
  fetchNextJob(options: {
    schema: string
    table: string
    name: string
    policy: string
    limit: number
  }): { text: string; values: unknown[] }
  completeJobs(schema: string, table: string, includeQueued: boolean, fenced: boolean): string
}

export interface Peers {
  graphile: GraphileWorker
  graphileStatements: GraphileStatements
  PgBoss: new (options: { connectionString: string; useListenNotify?: boolean }) => PgBossInstance
  pgBossStatements: PgBossStatements
  /** pgmq is plain SQL: the script that `create extension pgmq` would run. */
  pgmqScript: string
  versions: typeof versions
}

/** Installs the queues that ours is measured beside into a folder of their own, and loads them. */
export async function installPeers(folder: string): Promise<Peers> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n')
  const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
  await run('npm', ['install', '--save-exact', '--no-audit', '--no-fund', ...names], {
    cwd: folder,
  })
  const load = (path: string) => import(pathToFileURL(join(folder, 'node_modules', path)).href)
  const { PgBoss } = await load('pg-boss/dist/index.js')
  const unpacked = join(folder, 'pgmq')
  mkdirSync(unpacked, { recursive: true })
  const archive = join(folder, 'node_modules/@electric-sql/pglite-pgmq/dist/pgmq.tar.gz')
  await run('tar', ['-xzf', archive, '-C', unpacked])
  return {
    graphile: await load('graphile-worker/dist/index.js'),
    graphileStatements: {
      ...(await load('graphile-worker/dist/sql/getJobs.js')),
      ...(await load('graphile-worker/dist/sql/completeJobs.js')),
    },
    PgBoss,
    pgBossStatements: await load('pg-boss/dist/plans.js'),
    pgmqScript: readPgmqScript(join(unpacked, 'share/postgresql/extension')),
    versions,
  }
}

export function removePeers(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

function readPgmqScript(folder: string): string {
  const control = readFileSync(join(folder, 'pgmq.control'), 'utf8')
  const version = /default_version\s*=\s*'([^']+)'/.exec(control)?.[1] ?? ''
  return readFileSync(join(folder, `pgmq--${version}.sql`), 'utf8')
}
