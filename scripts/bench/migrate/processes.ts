/** Other programs under a clock: how long they take, and how much memory. */
import { fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const lookMs = 50
const listenTimeoutMs = 10_000
const line = fileURLToPath(new URL('line.ts', import.meta.url))

export interface Timed {
  readonly seconds: number
  /** The most that was resident at a time; NaN where there is no /proc. */
  readonly peakMb: number
  readonly out: string
}

export interface Stoppable {
  readonly port: number
  stop(): void
}

/**
 * @param until asks the process to end with SIGINT when it resolves
 * @throws when it ends with another code than the ones that are fine
 */
export async function timed(
  file: string,
  args: readonly string[],
  options: {
    cwd: string
    env?: Record<string, string>
    fine?: readonly number[]
    until?: Promise<unknown>
  },
): Promise<Timed> {
  const startedAt = performance.now()
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  let peakMb = Number.NaN
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err = (err + chunk).slice(-4_000)
  })
  const look = setInterval(() => {
    peakMb = peakOf(child.pid) ?? peakMb
  }, lookMs)
  void options.until?.then(() => child.kill('SIGINT'))
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (!(options.fine ?? [0]).includes(code ?? -1)) {
      throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${err}`)
    }
  } finally {
    clearInterval(look)
  }
  return { seconds: (performance.now() - startedAt) / 1000, peakMb, out }
}

function peakOf(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

/** A server of others, once it listens. */
export async function served(
  file: string,
  args: readonly string[],
  port: number,
): Promise<Stoppable> {
  const child = spawn(file, args, { stdio: 'ignore' })
  const deadline = Date.now() + listenTimeoutMs
  while (!(await listens(port))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      child.kill('SIGKILL')
      throw new Error(`${file} ${args.join(' ')} does not listen`)
    }
    await delay(lookMs)
  }
  return { port, stop: () => void child.kill('SIGKILL') }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** A way to a port of this machine as long as one to another town. */
export async function stretch(port: number, roundTripMs: number): Promise<Stoppable> {
  const child = fork(line, [String(port), String(roundTripMs)], { silent: true })
  const [first] = await Promise.race([
    new Promise<[Buffer]>((resolve) => child.stdout?.once('data', (chunk) => resolve([chunk]))),
    new Promise<never>((_, reject) => child.once('exit', () => reject(new Error('No line')))),
  ])
  return { port: Number(first.toString()), stop: () => void child.kill('SIGKILL') }
}
