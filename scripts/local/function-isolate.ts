import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reaper } from './reaper.ts'

const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const boot = fileURLToPath(new URL('./function-boot.ts', import.meta.url))
const require = createRequire(import.meta.url)
const bootTimeoutMs = 30_000
const pollMs = 100
const clockTicksPerSecond = 100

/**
 * A process that has once used so much takes no further request: pages that an allocator keeps count as resident here,
 * and the next file would be blamed for them. No file is helped by it: the peak of the one that caused it is
 * measured and judged before. The hosted platform, too, lets an isolate that nears its limit finish and starts another.
 */
export const retireMemoryBytes = 176 * 1_024 * 1_024

/** Why a process was ended; undefined while it lives or if it ended by itself. */
export type Killed = 'memory' | 'cpu' | 'wall clock' | 'stopped'

/** One function in one Deno process. */
export interface Isolate {
  readonly port: number
  readonly pid: number
  readonly ended: Promise<void>
  readonly killed: Killed | undefined
  /** Ended by a SIGKILL that is not ours: a person's or the system's. */
  readonly endedFromOutside: boolean
  /** Largest resident memory seen, in bytes. */
  readonly peakMemoryBytes: number
  cpuMs(): number
  kill(reason: Killed): void
}

export interface IsolateOptions {
  name: string
  /** The path of its index.ts. */
  entrypoint: string
  /** The function's whole environment: nothing of ours is inherited. */
  env: Record<string, string>
  memoryLimitBytes: number
  denoDir: string
  reaper: Reaper
  log: (line: string) => void
}

/** Starts a function and waits until it listens. Rejects with its output if it ends before. */
export function startIsolate(options: IsolateOptions): Promise<Isolate> {
  const { name, log } = options
  const child = spawn(
    denoBinary(),
    [
      'run',
      '--quiet',
      '--no-prompt',
      '--no-lock',
      '--no-check',
      '--node-modules-dir=manual',
      `--config=${join(projectRoot, 'deno.json')}`,
      // V8 sizes its young generation by the heap it is given. The platform gives an isolate 256 MB; a Deno process has
      // only the machine's memory to go by, takes a young generation for gigabytes, and leaves garbage there for longer
      // than the limit allows. The flag undoes that, and nothing else: the limit below counts the whole process with its
      // runtime (about 75 MB), of which the platform's isolates share theirs.
      '--v8-flags=--max-semi-space-size=4',
      // The environment is only what the platform would give, so all of it may be read.
      '--allow-net',
      '--allow-env',
      // A preloaded module needs no leave to read the entrypoint, as an import from it would.
      `--preload=${boot}`,
      options.entrypoint,
    ],
    {
      cwd: projectRoot,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...options.env,
        DENO_DIR: options.denoDir,
        DENO_NO_UPDATE_CHECK: '1',
        NO_COLOR: '1',
      },
    },
  )
  options.reaper.watch(child, 'SIGKILL')
  const pid = child.pid ?? 0
  let killed: Killed | undefined
  let endedFromOutside = false
  let peakMemoryBytes = 0
  const kill = (reason: Killed) => {
    killed ??= reason
    child.kill('SIGKILL')
  }
  const monitor = setInterval(() => {
    peakMemoryBytes = Math.max(peakMemoryBytes, residentBytes(pid))
    if (peakMemoryBytes > options.memoryLimitBytes) kill('memory')
  }, pollMs)
  monitor.unref()
  const ended = new Promise<void>((resolve) => {
    child.once('close', (_code, signal) => {
      clearInterval(monitor)
      endedFromOutside = signal === 'SIGKILL' && killed === undefined
      resolve()
    })
  })

  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => kill('wall clock'), bootTimeoutMs)
    const onLine = (line: string) => {
      const port = /^reswave:listening (\d+)$/.exec(line)?.[1]
      if (!port) {
        output = `${output}${line}\n`.slice(-4_000)
        log(`${name}: ${line}`)
        return
      }
      clearTimeout(timer)
      resolve({
        port: Number(port),
        pid,
        ended,
        get killed() {
          return killed
        },
        get endedFromOutside() {
          return endedFromOutside
        },
        get peakMemoryBytes() {
          return peakMemoryBytes
        },
        cpuMs: () => cpuMs(pid),
        kill,
      })
    }
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine)
    child.once('error', reject)
    void ended.then(() => {
      clearTimeout(timer)
      reject(
        new Error(
          `Cannot start the function ${name}: ${output.trim() || 'it ended without a word'}`,
        ),
      )
    })
  })
}

/** The npm package `deno` is a launcher; its platform package holds the program, which alone can be killed as one. */
function denoBinary(): string {
  const launcher = createRequire(require.resolve('deno/package.json'))
  const libc = process.platform === 'linux' ? '-glibc' : ''
  const program = process.platform === 'win32' ? 'deno.exe' : 'deno'
  const folder = launcher.resolve(`@deno/${process.platform}-${process.arch}${libc}/package.json`)
  return join(folder, '..', program)
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (rest) onLine(rest)
  })
}

/** 0 where /proc does not exist: limits are then not enforced, as on a Mac. */
function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1]
  return Number(kib ?? 0) * 1_024
}

/** User and system time of all threads, so far. */
function cpuMs(pid: number): number {
  // The second field is the command in parentheses and may contain spaces: count from its end.
  const fields = readProc(pid, 'stat').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / clockTicksPerSecond) * 1_000
}

function readProc(pid: number, file: 'status' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
