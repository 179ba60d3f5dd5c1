/** A run from its start to its exit code, whatever stops it. */
import { createWriteStream, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Check } from './judge.ts'
import { isAlive } from './processes.ts'

const stopTimeoutMs = 60_000
const folder = fileURLToPath(new URL('../../.reswave/chaos/', import.meta.url))

interface World {
  /** Ids of all processes of ours that run now. */
  pids(): number[]
  stop(): Promise<void>
}

export interface Run<W extends World> {
  /** What is about to happen, for a person. */
  readonly title: string
  readonly seed: number
  /** The stack's log, below .reswave/chaos. */
  readonly logName: string
  readonly start: (log: (line: string) => void) => Promise<W>
  /** @throws what `stopped` is aborted with, once it is */
  readonly live: (world: W, stopped: AbortSignal) => Promise<Check[]>
}

/** Prints the checks with their violations and a last line of counts. Returns the exit code. */
export async function carryOut<W extends World>(run: Run<W>): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const logFile = createWriteStream(`${folder}${run.logName}`)
  const log = (line: string) => logFile.write(`${new Date().toISOString()} ${line}\n`)
  const stopping = new AbortController()
  let signalNumber = 0
  const stop = (number: number) => () => {
    signalNumber = number
    stopping.abort(new Error('Stopped'))
  }
  process.on('SIGINT', stop(2)).on('SIGTERM', stop(15)).on('SIGHUP', stop(1))
  process.once('disconnect', stop(1))
  process.on('uncaughtException', (error) => {
    // The driver writes to a connection that has died since (postgres 3.4.9, connection.js): its query fails otherwise.
    if (!isDriversLastWrite(error)) throw error
    log(`The driver wrote to a dead connection: ${error}`)
  })

  console.log(`${run.title}, seed ${run.seed}; the stack's log is ${folder}${run.logName}`)
  let world: W | undefined
  let pids: number[] = []
  let checks: Check[] = []
  try {
    world = await run.start(log)
    checks = await run.live(world, stopping.signal)
  } catch (error) {
    if (signalNumber === 0)
      checks = [{ name: 'the run comes to its end', violations: [describe(error)] }]
  } finally {
    pids = world?.pids() ?? []
    // Should something not stop, the reapers end what is left.
    const late = setTimeout(() => {
      console.log('The stack does not stop\n0 passed, 1 failed')
      process.exit(1)
    }, stopTimeoutMs)
    await world?.stop()
    clearTimeout(late)
    logFile.end()
    process.removeAllListeners('disconnect')
    if (process.connected) process.disconnect()
  }
  if (signalNumber > 0) return 128 + signalNumber
  const left = pids.filter(isAlive).map((pid) => `process ${pid} is left`)
  checks.push({ name: 'no process is left', violations: left })
  for (const { name, violations } of checks) {
    console.log(`${violations.length === 0 ? '✓' : '✗'} ${name}`)
    for (const violation of violations.slice(0, 20)) console.log(`    ${violation}`)
    if (violations.length > 20) console.log(`    and ${violations.length - 20} more`)
  }
  const failed = checks.filter(({ violations }) => violations.length > 0).length
  if (failed > 0) console.log(`Again with the same plan: --seed ${run.seed}`)
  console.log(`${checks.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** Rejects with the signal's reason. */
export function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** For a check: a violation if there are fewer than wanted. */
export function enough(found: number, wanted: number, what: string): string[] {
  return found >= wanted ? [] : [`${found} ${what}`]
}

function isDriversLastWrite(error: Error): boolean {
  return (
    error instanceof TypeError && /nextWrite .*postgres\/src\/connection/.test(error.stack ?? '')
  )
}
