import { AsyncLocalStorage } from 'node:async_hooks'
import { formatWithOptions } from 'node:util'

type Log = (line: string) => void

const current = new AsyncLocalStorage<Log>()
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const
let patched = false

/**
 * Runs `work` with what it says on the console sent to `log`. lite has no logger to be given: it writes every refused request to
 * the console, which belongs to the report here. Everyone else's console stays as it is.
 */
export function withConsole<T>(log: Log, work: () => Promise<T>): Promise<T> {
  if (!patched) patch()
  return current.run(log, work)
}

function patch() {
  patched = true
  for (const method of methods) {
    const original = console[method].bind(console)
    console[method] = (...args: unknown[]) => {
      const log = current.getStore()
      if (log) log(formatWithOptions({ colors: false, breakLength: 160 }, ...args))
      else original(...args)
    }
  }
}
