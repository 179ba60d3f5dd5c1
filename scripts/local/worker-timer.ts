import { setTimeout as wait } from 'node:timers/promises'

const intervalMs = 1_000
const requestTimeoutMs = 30_000

/**
 * Calls the worker function once a second, as pg_cron does on Supabase; the next call waits for the answer to the last one.
 */
export function startWorkerTimer(
  url: string,
  token: string,
  log: (line: string) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let complained = false

  const call = async () => {
    try {
      const response = await fetch(`${url}/functions/v1/worker`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(requestTimeoutMs)]),
      })
      const text = await response.text()
      // Said once, not once a second.
      if (!response.ok && !complained) log(`The worker answered ${response.status}: ${text}`)
      complained = !response.ok
    } catch (error) {
      if (!stopping.signal.aborted && !complained) log(`The worker cannot be called: ${error}`)
      complained = true
    }
  }

  const loop = async () => {
    while (!stopping.signal.aborted) {
      await call()
      await wait(intervalMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const looping = loop()

  return {
    stop() {
      stopping.abort()
      return looping
    },
  }
}
