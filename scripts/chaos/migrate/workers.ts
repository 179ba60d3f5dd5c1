/** Processes of `npm run migrate` under somebody who starts them again when they have died. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../migrate/cli.ts', import.meta.url))
const refusedPauseMs = 300

export interface Ending {
  readonly code: number | null
  readonly said: Record<string, unknown>
  readonly err: string
}

export interface Workers {
  /** Runs a command at a place until it ends by itself; killed, or turned away by the service, it is started again. */
  untilItEnds(place: number, args: () => Promise<string[]> | string[]): Promise<Ending>
  /** SIGKILL; tells whether there was a process, and who it was to the service. */
  kill(place: number): string | undefined
  /** Stops a process; the function lets it go on. */
  pause(place: number): { name: string; goOn(): void } | undefined
  places(): number[]
  /** What no weather excuses: crashes, and endings that say nothing. */
  readonly complaints: readonly string[]
  readonly started: () => number
  pids(): number[]
  stop(): Promise<void>
}

export function createWorkers(options: {
  cwd: string
  secretKey: string
  urlOf: (place: number) => string
  log: (line: string) => void
}): Workers {
  const running = new Map<number, { name: string; child: ChildProcess; ended: Promise<unknown> }>()
  const complaints: string[] = []
  let count = 0
  let stopped = false

  async function once(place: number, args: readonly string[]) {
    const name = `chaos-${place}-${++count}`
    const named = args[0] === 'run' ? [...args, '--worker', name] : args
    const child = spawn(process.execPath, [cli, ...named, '--json'], {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        SUPABASE_URL: options.urlOf(place),
        SUPABASE_SECRET_KEY: options.secretKey,
      },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.once('error', () => resolve({ code: -1, signal: null }))
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    running.set(place, { name, child, ended })
    const { code, signal } = await ended
    if (running.get(place)?.child === child) running.delete(place)
    options.log(`${name} ${args[0]} ended with ${signal ?? code}: ${out.slice(0, 500)} ${err}`)
    return { name, code, signal, out, err }
  }

  return {
    async untilItEnds(place, args) {
      for (;;) {
        const { name, code, signal, out, err } = await once(place, await args())
        if (stopped) throw new Error('Stopped')
        if (signal === 'SIGKILL') continue
        const said = parse(out)
        if ((code === 0 || code === 1) && said !== undefined) return { code, said, err }
        // What its operator does: once more, a little later.
        if (code !== 3)
          complaints.push(`${name} ended with ${signal ?? code}: ${err.slice(0, 2_000)}`)
        await delay(refusedPauseMs)
      }
    },
    kill(place) {
      const found = running.get(place)
      if (found?.child.pid === undefined || found.child.exitCode !== null) return undefined
      if (found.child.killed || !found.child.kill('SIGKILL')) return undefined
      return found.name
    },
    pause(place) {
      const found = running.get(place)
      if (found === undefined || found.child.killed || !signalTo(found.child, 'SIGSTOP')) {
        return undefined
      }
      return { name: found.name, goOn: () => void signalTo(found.child, 'SIGCONT') }
    },
    places: () => [...running.keys()],
    complaints,
    started: () => count,
    pids: () => [...running.values()].flatMap(({ child }) => child.pid ?? []),
    async stop() {
      stopped = true
      const all = [...running.values()]
      for (const { child } of all) child.kill('SIGKILL')
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}

/** `child.kill()` would count it as killed. */
function signalTo(child: ChildProcess, signal: NodeJS.Signals): boolean {
  try {
    return child.pid !== undefined && child.exitCode === null && process.kill(child.pid, signal)
  } catch {
    return false
  }
}

function parse(out: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(out)
  } catch {
    return undefined
  }
}
