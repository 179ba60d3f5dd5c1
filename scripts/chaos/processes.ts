/** Processes of a stack: finding and ending them, and calling the workers as a timer would. */
import type { Stack } from '../local/stack.ts'

const pokeMs = 1_000

/** SIGKILL; tells whether there was such a process. */
function killProcess(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/** The isolates of a stack that may not be up yet, by their function and place. */
export function isolatesOf(stack: () => Stack | undefined): {
  /** SIGKILL; tells whether there was one. */
  kill(name: string, place: number): boolean
  places(name: string): number[]
} {
  const named = (name: string) =>
    (stack()?.functions.processes() ?? []).filter((process) => process.name === name)
  return {
    kill: (name, place) => killProcess(named(name).find((process) => process.place === place)?.pid),
    places: (name) => named(name).map(({ place }) => place),
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Calls every worker once a second, as pg_cron would call one. */
export function startPoking(stack: Stack, workers: number): { stop(): void } {
  const poke = () => {
    for (let turn = 0; turn < workers; turn++) {
      void fetch(`${stack.url}/functions/v1/worker`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.workerToken}` },
        signal: AbortSignal.timeout(10_000),
      })
        .then((response) => response.body?.cancel())
        // One that is dead just now is called again in a second.
        .catch(() => {})
    }
  }
  const timer = setInterval(poke, pokeMs)
  return { stop: () => clearInterval(timer) }
}
