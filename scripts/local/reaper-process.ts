import { createInterface } from 'node:readline'

// Lines on stdin: `+<pid> <signal>` registers a process, `-<pid>` says that it has ended. The end of stdin means that
// the parent is gone, whatever ended it: what is still registered ends now.
const graceMs = 5_000
const children = new Map<number, NodeJS.Signals>()
const input = createInterface({ input: process.stdin })

input.on('line', (line) => {
  const [id = '', signal] = line.slice(1).split(' ')
  if (line.startsWith('+')) children.set(Number(id), signal as NodeJS.Signals)
  else children.delete(Number(id))
})

input.on('close', () => {
  const left = [...children].filter(([pid, signal]) => send(pid, signal))
  if (left.length === 0) process.exit(0)
  const deadline = Date.now() + graceMs
  const timer = setInterval(() => {
    const alive = left.filter(([pid]) => send(pid, 0))
    if (alive.length > 0 && Date.now() < deadline) return
    for (const [pid] of alive) send(pid, 'SIGKILL')
    clearInterval(timer)
    process.exit(0)
  }, 50)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
