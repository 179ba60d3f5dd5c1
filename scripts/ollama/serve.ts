import { execFile, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Installed, writeModelfile } from './install.ts'

export interface RunningOllama {
  readonly url: string
  readonly model: string
  stop(): Promise<void>
}

const startTimeoutMs = 30_000
const pollMs = 100
const model = 'smollm2:135m'

/** Starts an Ollama of its own, with models and settings under `folder`, and creates the model. */
export async function serveOllama(installed: Installed, folder: string): Promise<RunningOllama> {
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true })
  const host = `127.0.0.1:${await freePort()}`
  const url = `http://${host}`
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: join(folder, 'models'),
    // One request at a time, so that one that goes on after its client has left is noticed.
    OLLAMA_NUM_PARALLEL: '1',
  }
  const server = spawn(installed.binary, ['serve'], { env, stdio: 'ignore' })
  const kill = () => server.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const stop = async () => {
    process.off('exit', kill)
    server.kill('SIGTERM')
    const late = setTimeout(kill, 5000)
    await ended
    clearTimeout(late)
  }
  try {
    await untilAlive(url, () => server.exitCode !== null)
    const modelfile = await writeModelfile(folder, installed.weights)
    await promisify(execFile)(installed.binary, ['create', model, '-f', modelfile], { env })
  } catch (error) {
    await stop()
    throw error
  }
  return { url, model, stop }
}

async function untilAlive(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline && !hasEnded()) {
    const answered = await fetch(`${url}/api/version`).then(
      (response) => response.ok,
      () => false,
    )
    if (answered) return
    await delay(pollMs)
  }
  throw new Error(`Ollama did not start at ${url}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}
