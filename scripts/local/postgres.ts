import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite'
import postgres from 'postgres'
import {
  findBinaries,
  freePort,
  initCluster,
  type PostgresBinaries,
  type RunningServer,
  run,
  startServer,
} from './postgres-server.ts'
import { reachablePath, type ServerAccount } from './server-account.ts'

export interface PostgresOptions {
  /** Made from the template if it does not exist. */
  dataDir: string
  /** A free one is taken when it is left out. */
  port?: number
  /** False trades safety against power cuts for speed: for data that is thrown away. Default true. */
  durable?: boolean
  log?: (line: string) => void
}

export interface LocalPostgres {
  port: number
  /** As `supabase_admin`, the cluster's superuser. Only the stack itself and tests have a use for it. */
  superuserUrl: string
  /** As `postgres`, which may do what it may on hosted Supabase: migrations run as this. */
  url: string
  /** As `authenticator`, what the Data API, Auth and Storage connect as. */
  serviceUrl: string
  /** Where the data really lies, which differs from `dataDir` if Postgres' account cannot reach that. */
  dataDir: string
  stop(): Promise<void>
}

const bootstrapDir = fileURLToPath(new URL('./hosted/', import.meta.url))
const templateRoot = fileURLToPath(new URL('../../.reswave/template/', import.meta.url))
const templateGraceMs = 60 * 60_000
const loginRoles = ['postgres', 'authenticator', 'supabase_auth_admin', 'supabase_storage_admin']

/**
 * Starts a Postgres 17 whose one database `postgres` has a hosted Supabase project's roles, schemas, privileges and
 * refusals, and no migration yet. The first start on a machine builds a template in about three seconds; a new
 * data folder is a copy of it. Rejects if the port is taken or the server ends while starting.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { log = () => {}, durable = true } = options
  const binaries = await findBinaries()
  const { account } = binaries
  const dataDir = reachablePath(resolve(options.dataDir), account)
  if (dataDir !== resolve(options.dataDir)) {
    log(
      `Postgres cannot run as root, and the account it runs as cannot reach ${options.dataDir}: its data lies in ${dataDir}`,
    )
  }
  const passwordFile = `${dataDir}.password`
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    await copyTemplate(await findTemplate(binaries, log), { dataDir, passwordFile })
  }
  const server = await startServer(binaries, {
    dataDir,
    port: options.port ?? (await freePort()),
    durable,
    log,
  })
  const password = readFileSync(passwordFile, 'utf8').trim()
  return {
    port: server.port,
    superuserUrl: databaseUrl('supabase_admin', password, server.port),
    url: databaseUrl('postgres', password, server.port),
    serviceUrl: databaseUrl('authenticator', password, server.port),
    dataDir,
    stop: server.stop,
  }
}

interface ClusterFiles {
  dataDir: string
  passwordFile: string
}

/** The template's name is a hash of all that shapes it, so a change of the bootstrap never meets an old template. */
async function findTemplate(
  binaries: PostgresBinaries,
  log: (line: string) => void,
): Promise<ClusterFiles> {
  const scripts = bootstrapScripts()
  const hash = createHash('sha256')
    .update(JSON.stringify([binaries.version, binaries.account?.uid, scripts]))
    .digest('hex')
    .slice(0, 16)
  const root = reachablePath(templateRoot, binaries.account)
  const folder = join(root, hash)
  const files = { dataDir: join(folder, 'data'), passwordFile: join(folder, 'password') }
  if (existsSync(folder)) return files

  log('Preparing the database template')
  mkdirSync(root, { recursive: true })
  const building = mkdtempSync(join(root, 'building-'))
  chmodSync(building, 0o755)
  try {
    await buildTemplate(binaries, building, scripts)
    renameSync(building, folder)
    removeOldTemplates(root, folder)
  } catch (error) {
    rmSync(building, { recursive: true, force: true })
    // Several stacks may build it at once; the first one to finish wins.
    if (!existsSync(folder)) throw error
  }
  return files
}

/** What earlier versions of the bootstrap left, unless it is so young that another process may be at it. */
function removeOldTemplates(root: string, current: string) {
  for (const name of readdirSync(root)) {
    const path = join(root, name)
    const ageMs = Date.now() - statSync(path).mtimeMs
    if (path !== current && ageMs > templateGraceMs) rmSync(path, { recursive: true, force: true })
  }
}

async function buildTemplate(
  binaries: PostgresBinaries,
  folder: string,
  scripts: BootstrapScript[],
) {
  const dataDir = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  const password = randomBytes(24).toString('hex')
  makeDataDir(dataDir, binaries.account)
  // initdb reads the file as the server's account; afterwards only we do.
  writeFileSync(passwordFile, password, { mode: 0o600 })
  give(passwordFile, binaries.account)
  await initCluster(binaries, dataDir, passwordFile)
  if (binaries.account) chownSync(passwordFile, 0, 0)
  const server = await startServer(binaries, {
    dataDir,
    port: await freePort(),
    durable: false,
    log: () => {},
  })
  try {
    await bootstrap(server, password, scripts)
  } finally {
    await server.stop()
  }
}

interface BootstrapScript {
  role: string
  sql: string
}

/** In order: roles and schemas, then each service's tables as the service's own admin, then what spans them. */
function bootstrapScripts(): BootstrapScript[] {
  const read = (name: string) => readFileSync(join(bootstrapDir, name), 'utf8')
  return [
    { role: 'supabase_admin', sql: read('10_roles.sql') },
    { role: 'supabase_auth_admin', sql: getAuthSchemaSql() },
    { role: 'supabase_auth_admin', sql: read('20_auth.sql') },
    { role: 'supabase_storage_admin', sql: getStorageSchemaSql() },
    { role: 'supabase_storage_admin', sql: read('30_storage.sql') },
    { role: 'supabase_admin', sql: read('40_platform.sql') },
  ]
}

async function bootstrap(server: RunningServer, password: string, scripts: BootstrapScript[]) {
  const sql = postgres(databaseUrl('supabase_admin', password, server.port), {
    max: 1,
    onnotice: () => {},
  })
  try {
    for (const script of scripts) {
      // "create schema if not exists" of a schema that exists still wants the right to create one.
      await sql.unsafe(`grant create on database postgres to ${script.role};`)
      await sql.unsafe(`set role ${script.role};\n${script.sql};\nreset role;`)
      if (script.role !== 'supabase_admin') {
        await sql.unsafe(`revoke create on database postgres from ${script.role};`)
      }
    }
    for (const role of loginRoles) {
      await sql.unsafe(`alter role ${role} login password '${password}'`)
    }
  } finally {
    await sql.end()
  }
}

async function copyTemplate(template: ClusterFiles, target: ClusterFiles) {
  mkdirSync(dirname(target.dataDir), { recursive: true })
  // Left by a copy that was interrupted: without PG_VERSION there is no cluster in it.
  rmSync(target.dataDir, { recursive: true, force: true })
  const building = `${target.dataDir}.${process.pid}`
  // `cp` keeps owner and mode, and shares the blocks where the file system can.
  await run('cp', ['-a', template.dataDir, building], {})
  writeFileSync(target.passwordFile, readFileSync(template.passwordFile), { mode: 0o600 })
  renameSync(building, target.dataDir)
}

function makeDataDir(path: string, account: ServerAccount | undefined) {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  give(path, account)
}

function give(path: string, account: ServerAccount | undefined) {
  if (account) chownSync(path, account.uid, account.gid)
}

function databaseUrl(role: string, password: string, port: number): string {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/postgres`
}
