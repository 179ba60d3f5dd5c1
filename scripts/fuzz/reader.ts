/** `extract` in Deno processes, watched and replaced as the platform would. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { mimeTypes } from '../../functions/_shared/documents/read.ts'
import { usageOf } from '../checks/process-usage.ts'
import { type Isolate, retireMemoryBytes, startIsolate } from '../local/function-isolate.ts'
import { createReaper } from '../local/reaper.ts'
import type { FuzzCase } from './case.ts'

// What hosted Supabase allows; see supabase.com/docs/guides/functions/limits
const cpuLimitMs = 2_000
export const memoryLimitBytes = 256 * 1024 * 1024
/** How long `ingest` waits for an answer. */
const wallClockLimitMs = 15_000
const monitorMs = 25
const workerToken = 'a-worker-token-for-the-fuzzer'
const entrypoint = fileURLToPath(new URL('../../functions/extract/index.ts', import.meta.url))

export interface Answer {
  /** 0 when there was none: see `killed` and `crashed`. */
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly killed: Isolate['killed']
  /** The process ended by itself. */
  readonly crashed: boolean
  readonly milliseconds: number
  readonly cpuMs: number
  /** The most that was resident while this file was read. */
  readonly peakBytes: number
  /** What the function wrote meanwhile. */
  readonly log: readonly string[]
}

export interface Reader {
  read(file: Pick<FuzzCase, 'kind' | 'bytes'>): Promise<Answer>
  /** Has the next file read by a new process. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** One process at a time, which is used again as long as it lives. */
export function createReader(denoDir: string): Reader {
  const reaper = createReaper()
  let isolate: Isolate | undefined
  let log: string[] = []

  const running = async (): Promise<Isolate> => {
    if (isolate) return isolate
    const started = await startIsolate({
      name: 'extract',
      entrypoint,
      env: {
        SUPABASE_URL: 'http://127.0.0.1:1',
        SUPABASE_ANON_KEY: 'unused-by-this-function',
        SUPABASE_SERVICE_ROLE_KEY: 'unused-by-this-function',
        WORKER_TOKEN: workerToken,
      },
      memoryLimitBytes,
      denoDir,
      reaper,
      log: (line) => log.push(line),
    })
    void started.ended.then(() => {
      if (isolate === started) isolate = undefined
    })
    isolate = started
    return started
  }

  const restart = async (): Promise<void> => {
    const live = isolate
    live?.kill('stopped')
    await live?.ended
  }

  return {
    restart,
    async stop() {
      await restart()
      reaper.close()
    },
    async read({ kind, bytes }) {
      const process = await running()
      log = []
      resetPeak(process.pid)
      const cpuBefore = process.cpuMs()
      const startedAt = performance.now()
      let usage = { peakBytes: 0, cpuMs: cpuBefore }
      const look = (): void => {
        usage = peek(process.pid) ?? usage
      }
      const monitor = setInterval(() => {
        look()
        if (usage.cpuMs - cpuBefore > cpuLimitMs) process.kill('cpu')
        if (performance.now() - startedAt > wallClockLimitMs) process.kill('wall clock')
      }, monitorMs)
      let answer = { status: 0, contentType: '', body: '' }
      try {
        const response = await fetch(`http://127.0.0.1:${process.port}/extract`, {
          method: 'POST',
          body: bytes,
          headers: {
            authorization: `Bearer ${workerToken}`,
            'content-type': mimeTypes[kind],
            'x-filename': `resume.${kind}`,
          },
        })
        const body = await response.text()
        answer = {
          status: response.status,
          contentType: response.headers.get('content-type') ?? '',
          body,
        }
        look()
      } catch {
        // The connection broke: the process is gone, or will be in a moment.
        await process.ended
      } finally {
        clearInterval(monitor)
      }
      const { killed } = process
      const alive = answer.status !== 0 && killed === undefined
      if (!alive) await process.ended
      else if (usage.peakBytes > retireMemoryBytes) await restart()
      return {
        ...answer,
        killed,
        crashed: answer.status === 0 && killed === undefined,
        milliseconds: performance.now() - startedAt,
        cpuMs: usage.cpuMs - cpuBefore,
        peakBytes: Math.max(usage.peakBytes, alive ? 0 : process.peakMemoryBytes),
        log,
      }
    },
  }
}

/** The kernel's own high-water mark, so that no peak falls between two looks. */
function peek(pid: number): { peakBytes: number; cpuMs: number } | undefined {
  try {
    const { peakBytes, cpuMs } = usageOf(pid)
    return Number.isNaN(peakBytes) ? undefined : { peakBytes, cpuMs }
  } catch {
    return undefined
  }
}

/** Sets the high-water mark to what is resident now; see proc_pid_clear_refs(5). */
function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // Some containers forbid it: the mark is then that of all files so far, which only errs on the safe side.
  }
}

/** Whether memory and processor time can be watched here. */
export function canMeasure(): boolean {
  try {
    return readFileSync('/proc/self/status', 'utf8').includes('VmHWM')
  } catch {
    return false
  }
}
