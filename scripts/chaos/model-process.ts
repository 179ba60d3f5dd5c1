/** The model server in a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { rulesModel } from '../local/model/server.ts'
import { freePort } from '../local/postgres-server.ts'
import { createReaper } from '../local/reaper.ts'

const script = fileURLToPath(new URL('../local/model/cli.ts', import.meta.url))
const startTimeoutMs = 20_000
const pollMs = 50

export interface ModelProcess {
  readonly url: string
  readonly name: string
  pid(): number | undefined
  /** SIGKILL; another one listens on the same port a moment later. */
  kill(): void
  stop(): Promise<void>
}

export async function startModelProcess(options: { downMs: number }): Promise<ModelProcess> {
  const reaper = createReaper()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess
  let stopped = false
  const start = () => {
    child = spawn(process.execPath, [script, '--port', String(port)], {
      stdio: 'ignore',
      detached: true,
    })
    reaper.watch(child, 'SIGKILL')
  }
  const ended = () =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise<void>((resolve) => child.once('exit', () => resolve()))

  start()
  await answers(url)
  return {
    url,
    name: rulesModel,
    pid: () => child.pid,
    kill() {
      const dying = ended()
      child.kill('SIGKILL')
      void dying
        .then(() => delay(options.downMs))
        .then(() => {
          if (!stopped) start()
        })
    },
    async stop() {
      stopped = true
      child.kill('SIGKILL')
      await ended()
      reaper.close()
    },
  }
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    const response = await fetch(`${url}/api/version`).catch(() => undefined)
    if (response?.ok) return
    await delay(pollMs)
  }
  throw new Error(`The model server does not answer at ${url}`)
}
