import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Deno } from '../checks/denos.ts'
import type { Reaper } from '../local/reaper.ts'
import type { Upload } from './platform.ts'

const edgeRuntime = fileURLToPath(new URL('../local/function-boot.ts', import.meta.url))
const bootTimeoutMs = 20_000
const stopTimeoutMs = 5000

/** A function that has arrived and lies unpacked, with nothing else near it. */
export interface Unpacked {
  readonly slug: string
  readonly configPath: string
  /** The module that starts it: what stands for the edge runtime, then its entrypoint. */
  readonly mainPath: string
}

/** Writes an upload into a folder of its own below `dir`. */
export function unpack(upload: Upload, dir: string): Unpacked {
  const folder = join(dir, upload.slug)
  for (const { path, bytes } of upload.files) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, bytes)
  }
  const runtime = join(dir, 'edge-runtime')
  mkdirSync(runtime, { recursive: true })
  copyFileSync(edgeRuntime, join(runtime, 'edge-runtime.ts'))
  const entrypoint = join(folder, upload.metadata.entrypoint_path ?? '')
  const mainPath = join(runtime, `${upload.slug}.ts`)
  writeFileSync(
    mainPath,
    `import './edge-runtime.ts'\nimport ${JSON.stringify(pathToFileURL(entrypoint).href)}\n`,
  )
  return {
    slug: upload.slug,
    configPath: join(folder, upload.metadata.import_map_path ?? ''),
    mainPath,
  }
}

/** What every Deno command about an unpacked function needs: its own import map and no `node_modules`. */
export function denoFlags(unpacked: Unpacked): string[] {
  return ['--quiet', '--no-lock', '--node-modules-dir=none', `--config=${unpacked.configPath}`]
}

export interface Isolate {
  readonly slug: string
  readonly url: string
  readonly bootMs: number
  readonly pid: number
  /** All that it has printed. */
  readonly output: () => string
  readonly isAlive: () => boolean
  readonly stop: () => Promise<void>
}

/**
 * Boots an unpacked function with exactly this environment and no network for modules.
 *
 * @throws Error with what it printed, if it does not listen in time
 */
export function bootFunction(
  unpacked: Unpacked,
  options: { deno: Deno; denoDir: string; env: Record<string, string>; reaper: Reaper },
): Promise<Isolate> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(
      options.deno.program,
      [
        'run',
        ...denoFlags(unpacked),
        '--cached-only',
        '--no-check',
        '--no-prompt',
        '--allow-net',
        // The environment is only what the platform would give, so all of it may be read.
        '--allow-env',
        unpacked.mainPath,
      ],
      {
        cwd: dirname(unpacked.mainPath),
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...options.env,
          DENO_DIR: options.denoDir,
          DENO_NO_UPDATE_CHECK: '1',
          NO_COLOR: '1',
        },
      },
    )
    options.reaper.watch(child, 'SIGKILL')
    let output = ''
    const ended = new Promise<void>((settle) => child.once('close', () => settle()))
    const stop = async () => {
      child.kill('SIGKILL')
      await Promise.race([ended, new Promise((late) => setTimeout(late, stopTimeoutMs).unref())])
    }
    const fail = (why: string) => {
      clearTimeout(timer)
      void stop()
      reject(new Error(`${unpacked.slug} did not boot: ${why}\n${output.trim()}`))
    }
    const timer = setTimeout(() => fail(`not within ${bootTimeoutMs} ms`), bootTimeoutMs)
    const collect = (text: string) => {
      output += text
      const port = /^reswave:listening (\d+)$/m.exec(output)?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      resolve({
        slug: unpacked.slug,
        url: `http://127.0.0.1:${port}`,
        bootMs: performance.now() - startedAt,
        pid: child.pid ?? 0,
        output: () => output,
        isAlive: () => child.exitCode === null && child.signalCode === null,
        stop,
      })
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.once('error', (error) => fail(error.message))
    void ended.then(() => fail('it ended'))
  })
}
