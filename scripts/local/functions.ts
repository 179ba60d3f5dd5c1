import { existsSync, readdirSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Isolate, type Killed, retireMemoryBytes, startIsolate } from './function-isolate.ts'
import { createReaper } from './reaper.ts'

const projectFunctions = fileURLToPath(new URL('../../functions/', import.meta.url))

// What hosted Supabase allows a function; see supabase.com/docs/guides/functions/limits
const memoryLimitBytes = 256 * 1_024 * 1_024
const cpuLimitMs = 2_000
const firstByteTimeoutMs = 150_000
const wallClockLimitMs = 400_000
const monitorMs = 50

/**
 * How many processes a function may have, and whether each takes one request at a time. `extract` and `delta` read hostile files: alone in
 * its process, a file can only take itself down, and its CPU time can be told from others'.
 */
interface PoolShape {
  size: number
  exclusive: boolean
}
const defaultShape: PoolShape = { size: 1, exclusive: false }
const shapes: Record<string, PoolShape> = {
  extract: { size: 2, exclusive: true },
  delta: { size: 1, exclusive: true },
}

export interface FunctionsOptions {
  /** What the platform injects, and our own settings. */
  env: Record<string, string>
  /** Where Deno keeps what it compiled. */
  denoDir: string
  /** The folder of the functions, one subfolder each; the project's own by default. */
  functionsDir?: string
  /** How many processes a function has at most, where that is not as below. Requests go to them in turn. */
  sizes?: Readonly<Record<string, number>>
  /** What one process of a function is told beside `env`, or otherwise; `place` counts from 0. */
  envOf?: (name: string, place: number) => Readonly<Record<string, string>>
  log: (line: string) => void
}

export interface Functions {
  readonly names: string[]
  /** Answers a request for /functions/v1/<name>…, streaming both ways. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Starts every function that does not run yet, so that the first request finds it warm. */
  warm(): Promise<void>
  /** The processes that run now. */
  processes(): { name: string; place: number; pid: number; peakMemoryBytes: number }[]
  stop(): Promise<void>
}

/** Runs the edge functions, each in killable processes of its own, under the limits of the hosted platform. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { functionsDir = projectFunctions } = options
  const entrypoint = (name: string) => join(functionsDir, name, 'index.ts')
  const names = readdirSync(functionsDir).filter((name) => existsSync(entrypoint(name)))
  const reaper = createReaper()
  const pools = new Map(
    names.map((name) => {
      const start = (place: number) =>
        startIsolate({
          ...options,
          env: { ...options.env, ...options.envOf?.(name, place) },
          name,
          entrypoint: entrypoint(name),
          memoryLimitBytes,
          reaper,
        })
      const shape = shapes[name] ?? defaultShape
      return [name, createPool({ ...shape, size: options.sizes?.[name] ?? shape.size }, start)]
    }),
  )

  return {
    names,
    handle(request, response) {
      const name = /^\/functions\/v1\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? ''
      const pool = pools.get(name)
      if (pool) void serve(pool, request, response, options.log)
      else refuse(response, 404, 'NOT_FOUND', 'Requested function was not found')
    },
    async warm() {
      await Promise.all([...pools.values()].map((pool) => pool.warm()))
    },
    processes: () =>
      [...pools].flatMap(([name, pool]) =>
        pool.isolates().map(({ place, isolate: { pid, peakMemoryBytes } }) => ({
          name,
          place,
          pid,
          peakMemoryBytes,
        })),
      ),
    async stop() {
      await Promise.all([...pools.values()].map((pool) => pool.stop()))
      reaper.close()
    },
  }
}

interface Pool {
  exclusive: boolean
  /** A process to send a request to; `release` says that the request is over. Waits while all are taken. */
  acquire(): Promise<{ isolate: Isolate; release(): void }>
  warm(): Promise<void>
  isolates(): { place: number; isolate: Isolate }[]
  stop(): Promise<void>
}

interface Slot {
  place: number
  isolate: Promise<Isolate> | undefined
  live: Isolate | undefined
  busy: boolean
}

function createPool(shape: PoolShape, start: (place: number) => Promise<Isolate>): Pool {
  const slots: Slot[] = Array.from({ length: shape.size }, (_, place) => ({
    place,
    isolate: undefined,
    live: undefined,
    busy: false,
  }))
  const waiting: ((slot: Slot) => void)[] = []
  let stopped = false
  let turn = 0

  const running = (slot: Slot): Promise<Isolate> => {
    if (stopped) return Promise.reject(new Error('The functions are stopping'))
    slot.isolate ??= start(slot.place).then(
      (isolate) => {
        slot.live = isolate
        if (stopped) isolate.kill('stopped')
        void isolate.ended.then(() => {
          slot.isolate = undefined
          slot.live = undefined
        })
        return isolate
      },
      (error) => {
        slot.isolate = undefined
        throw error
      },
    )
    return slot.isolate
  }

  const take = (): Promise<Slot> => {
    if (!shape.exclusive) return Promise.resolve(slots[turn++ % slots.length] as Slot)
    // A warm process first.
    const free = slots
      .filter((slot) => !slot.busy)
      .sort((a, b) => Number(!!b.live) - Number(!!a.live))[0]
    if (!free) return new Promise((resolve) => waiting.push(resolve))
    free.busy = true
    return Promise.resolve(free)
  }

  const give = (slot: Slot) => {
    const next = waiting.shift()
    if (next) next(slot)
    else slot.busy = false
  }

  return {
    exclusive: shape.exclusive,
    async acquire() {
      const slot = await take()
      try {
        const isolate = await running(slot)
        return { isolate, release: () => shape.exclusive && give(slot) }
      } catch (error) {
        if (shape.exclusive) give(slot)
        throw error
      }
    },
    async warm() {
      await running(slots[0] as Slot)
    },
    isolates: () =>
      slots.flatMap(({ place, live }) => (live === undefined ? [] : { place, isolate: live })),
    async stop() {
      stopped = true
      const live = slots.flatMap((slot) => slot.live ?? [])
      for (const isolate of live) isolate.kill('stopped')
      await Promise.all(live.map((isolate) => isolate.ended))
    },
  }
}

async function serve(
  pool: Pool,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  let acquired: Awaited<ReturnType<Pool['acquire']>>
  try {
    acquired = await pool.acquire()
  } catch (error) {
    log(error instanceof Error ? error.message : String(error))
    refuse(response, 503, 'BOOT_ERROR', 'Function failed to start (please check logs)')
    return
  }
  const { isolate, release } = acquired
  const stopMonitor = pool.exclusive ? limitCpu(isolate) : () => {}
  try {
    await forward(isolate, request, response, log)
  } finally {
    stopMonitor()
    if (pool.exclusive && isolate.peakMemoryBytes > retireMemoryBytes) isolate.kill('stopped')
    // A process that is being killed must be gone before the next request is sent to its successor.
    if (isolate.killed) await isolate.ended
    release()
  }
}

function limitCpu(isolate: Isolate): () => void {
  const limit = isolate.cpuMs() + cpuLimitMs
  const timer = setInterval(() => {
    if (isolate.cpuMs() > limit) isolate.kill('cpu')
  }, monitorMs)
  return () => clearInterval(timer)
}

/** Resolves when the exchange is over, however it ended. */
function forward(
  isolate: Isolate,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const upstream = httpRequest({
      host: '127.0.0.1',
      port: isolate.port,
      method: request.method,
      path: request.url?.replace(/^\/functions\/v1/, ''),
      headers: forwardedHeaders(request),
      agent: false,
    })
    let finished = false
    const finish = () => {
      if (finished) return
      finished = true
      clearTimeout(firstByte)
      clearTimeout(wallClock)
      resolve()
    }
    const firstByte = setTimeout(() => {
      refuse(response, 504, 'IDLE_TIMEOUT', 'The function sent no response in time')
      upstream.destroy()
    }, firstByteTimeoutMs)
    const wallClock = setTimeout(() => isolate.kill('wall clock'), wallClockLimitMs)

    upstream.on('response', (incoming) => {
      clearTimeout(firstByte)
      response.writeHead(incoming.statusCode ?? 502, incoming.headers)
      // An event stream's first bytes may come late: its headers must not wait for them.
      response.flushHeaders()
      incoming.pipe(response)
      incoming.on('error', () => response.destroy())
      incoming.on('close', finish)
    })
    upstream.on('error', () => {
      // The process' end is known a moment after that of its connections.
      void settle(isolate).then((killed) => {
        if (killed) log(`A function was ended by its limit: ${killed}`)
        if (response.headersSent) response.destroy()
        else answerDeath(response, killed)
        finish()
      })
    })
    // The client has gone: the function sees its request aborted, nothing else.
    response.on('close', () => {
      if (!response.writableFinished) upstream.destroy()
      finish()
    })
    request.on('error', () => upstream.destroy())
    request.pipe(upstream)
  })
}

async function settle(isolate: Isolate): Promise<Killed | 'crash' | undefined> {
  const soon = new Promise<false>((resolve) => setTimeout(() => resolve(false), 200))
  const ended = await Promise.race([isolate.ended.then(() => true), soon])
  if (isolate.killed) return isolate.killed
  // What somebody else has ended says nothing of the request that it was at.
  return ended && !isolate.endedFromOutside ? 'crash' : undefined
}

function answerDeath(response: ServerResponse, killed: Killed | 'crash' | undefined) {
  if (killed === undefined) {
    refuse(response, 502, 'WORKER_ERROR', 'The connection to the function broke')
  } else if (killed === 'stopped') {
    refuse(response, 503, 'BOOT_ERROR', 'The functions are stopping')
  } else {
    const message = 'Function failed due to not having enough compute resources (please check logs)'
    refuse(response, 546, 'WORKER_LIMIT', message)
  }
}

function forwardedHeaders(request: IncomingMessage) {
  const host = request.headers.host ?? 'localhost'
  return {
    ...request.headers,
    'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': host.split(':')[1] ?? '80',
    'x-forwarded-path': request.url ?? '/',
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string) {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
    'sb-error-code': code,
  })
  response.end(JSON.stringify({ code, message }))
}
