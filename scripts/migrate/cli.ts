/** `npm run migrate -- COMMAND`: resumes off a local disk. See docs/migration.md. */
import './small-heap.ts'
import { createAsk } from './ask.ts'
import { migrate } from './migrate.ts'

/** npm, the shell and we may each be told of one Ctrl-C. */
const sameSignalMs = 1_000

const stopping = new AbortController()
const ending = new AbortController()
let stoppedAt = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping.signal.aborted) {
      stoppedAt = performance.now()
      process.stderr.write('\nFinishing what is in flight; once more to stop at once\n')
      stopping.abort(new Error('Interrupted'))
    } else if (performance.now() - stoppedAt > sameSignalMs) {
      ending.abort(new Error('Interrupted'))
    }
  })
}

// Who reads the output may have had enough (`| head`): the work goes on, and its exit code tells.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const interactive = process.stdin.isTTY && process.stderr.isTTY
process.exitCode = await migrate({
  args: process.argv.slice(2),
  cwd: process.env.INIT_CWD ?? process.cwd(),
  environment: process.env,
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
  terminal: process.stderr,
  ask: interactive ? createAsk(process.stdin, process.stderr, stopping) : undefined,
  stopping: stopping.signal,
  signal: ending.signal,
})
// The channel to what started us would keep this process alive.
if (process.connected) process.disconnect()
