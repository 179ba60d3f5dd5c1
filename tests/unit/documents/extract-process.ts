import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { mimeTypes } from '../../../functions/_shared/documents/read.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const clockTicksPerSecond = 100
const bootTimeoutMs = 30_000
export const workerToken = 'a worker token for this test'.replaceAll(' ', '-')

export type DenoVersion = '2.9' | '2.1'

/** The function `extract` in a Deno process of its own, as it is deployed. */
export interface ExtractProcess {
  post(
    bytes: Uint8Array<ArrayBuffer>,
    name: string,
    kind: keyof typeof mimeTypes,
  ): Promise<Response>
  readonly url: string
  /** What it has written so far. */
  output(): string
  /** Processor time used so far, in seconds. */
  cpuSeconds(): number
  /** The most memory that was resident at any time, in bytes. */
  peakBytes(): number
  stop(): Promise<void>
}

export function startExtract(version: DenoVersion): Promise<ExtractProcess> {
  const binary = join(root, 'node_modules', version === '2.1' ? 'deno-2.1' : 'deno', 'deno')
  const load = ['scripts/local/function-boot.ts', 'functions/extract/index.ts']
    .map((file) => `await import('${pathToFileURL(join(root, file)).href}')`)
    .join(';')
  const child = spawn(
    binary,
    ['eval', '--no-lock', '--node-modules-dir=manual', `--config=${join(root, 'deno.json')}`, load],
    {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? root,
        DENO_NO_UPDATE_CHECK: '1',
        SUPABASE_URL: 'http://127.0.0.1:1',
        SUPABASE_ANON_KEY: 'unused-by-this-function',
        SUPABASE_SERVICE_ROLE_KEY: 'unused-by-this-function',
        WORKER_TOKEN: workerToken,
      },
    },
  )
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return new Promise((resolve, reject) => {
    let output = ''
    const deadline = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`Deno ${version} does not listen: ${output}`))
    }, bootTimeoutMs)
    child.on('exit', () => reject(new Error(`Deno ${version} has ended: ${output}`)))
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.stdout.on('data', (chunk) => {
      output += chunk
      const port = /listening (\d+)/.exec(output)?.[1]
      if (!port) return
      clearTimeout(deadline)
      const url = `http://127.0.0.1:${port}/`
      resolve({
        url,
        output: () => output,
        post: (bytes, name, kind) =>
          fetch(url, {
            method: 'POST',
            body: bytes,
            headers: {
              authorization: `Bearer ${workerToken}`,
              'content-type': mimeTypes[kind],
              'x-filename': encodeURIComponent(name),
            },
          }),
        cpuSeconds() {
          // After the name in parentheses: state is field 3, user and system time are 14 and 15.
          const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')
          return (Number(fields?.[11]) + Number(fields?.[12])) / clockTicksPerSecond
        },
        peakBytes() {
          const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
          return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
        },
        stop,
      })
    })
  })
}
