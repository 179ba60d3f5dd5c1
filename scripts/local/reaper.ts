import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Reaper {
  /** Has `child` ended by `signal` should this process die without stopping it itself. */
  watch(child: ChildProcess, signal?: NodeJS.Signals): void
  close(): void
}

/**
 * Starts a small process that outlives this one by a moment: it holds the ids of our children and ends them as soon
 * as the pipe to us breaks, which it also does when we are killed or run out of memory. Postgres and Deno do
 * not notice the death of a parent by themselves.
 */
export function createReaper(): Reaper {
  const script = fileURLToPath(new URL('./reaper-process.ts', import.meta.url))
  // Detached, so that Ctrl-C reaches only us: we stop the children in order, the reaper only mops up.
  const reaper = spawn(process.execPath, [script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  reaper.unref()
  reaper.stdin.on('error', () => {})
  // The pipe must not keep an otherwise finished process alive.
  ;(reaper.stdin as unknown as { unref?: () => void }).unref?.()

  return {
    watch(child, signal = 'SIGKILL') {
      const { pid } = child
      if (pid === undefined) return
      reaper.stdin.write(`+${pid} ${signal}\n`)
      child.once('exit', () => reaper.stdin.write(`-${pid}\n`))
    },
    close() {
      reaper.stdin.end()
    },
  }
}
