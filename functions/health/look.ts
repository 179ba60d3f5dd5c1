/** One look at everything that the service stands on: all at once, each for a bounded time. */
import { z } from 'zod'
import { type Client, call } from '../_shared/database/client.ts'
import { AppError } from '../_shared/errors.ts'
import type { ModelHealth } from '../_shared/ollama/client.ts'
import { filesBucket } from '../_shared/versions/objects.ts'

export interface LookDependencies {
  readonly service: Client
  readonly models: readonly {
    readonly name: string
    readonly health: (options: { signal: AbortSignal; timeoutMs: number }) => Promise<ModelHealth>
  }[]
  /** For the signed link, which is fetched as anybody would who was given it. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
}

/** What a probe found, or why it found nothing. */
export type Found<T> =
  | { readonly answered: true; readonly value: T; readonly milliseconds: number }
  | { readonly answered: false; readonly error: unknown; readonly milliseconds: number }

/** `skipped`: what comes before a read took so long that there was no time for it. */
export type StoredRead = 'read' | 'nothing stored' | 'gone' | 'skipped'

export interface Findings {
  /** ISO 8601. */
  readonly time: string
  readonly database: Found<DatabaseFacts>
  readonly bucket: Found<{ readonly isPrivate: boolean }>
  readonly read: Found<StoredRead>
  readonly models: readonly { readonly name: string; readonly found: Found<ModelHealth> }[]
}

/** What has not answered by then counts as down. */
export const probeTimeoutMs = 1000
/**
 * A file is asked for only while there is time to read it: a database that is slow is no fault of Storage, and a
 * Storage that takes 700 ms for each call serves, though it cannot be asked for two of them in a second.
 */
const leastReadMs = 500
const linkSeconds = 60

const databaseSchema = z.object({
  queueDepth: z.number().int(),
  oldestSeconds: z.number(),
  overdueSeconds: z.number(),
  dead: z.number().int(),
  circuits: z.record(z.string(), z.string()),
  migrations: z.array(z.string()).nullable(),
  storedObject: z.string().nullable(),
  /** Kinds of work that an operator has paused or drains. */
  held: z.array(z.object({ kind: z.string() })).default([]),
})
export type DatabaseFacts = z.infer<typeof databaseSchema>

/** Never rejects, and takes no longer than {@link probeTimeoutMs}; what still runs then is ended. */
export async function look(deps: LookDependencies): Promise<Findings> {
  const round = new AbortController()
  const { signal } = round
  const startedAt = performance.now()
  const late = new AppError('unavailable', `No answer within ${probeTimeoutMs} ms`)
  const timer = setTimeout(() => round.abort(late), probeTimeoutMs)

  const database = probe(signal, async () =>
    databaseSchema.parse(await call(deps.service, 'internal_health', {}, signal)),
  )
  const read = async (): Promise<Found<StoredRead>> => {
    const facts = await database
    const isLate = () => performance.now() - startedAt > probeTimeoutMs - leastReadMs
    if (!facts.answered || isLate()) return { answered: true, value: 'skipped', milliseconds: 0 }
    return await probe(signal, () => readStored(deps, facts.value.storedObject, { isLate, signal }))
  }
  try {
    const [bucket, stored, databaseFound, ...models] = await Promise.all([
      probe(signal, () => lookAtBucket(deps.service)),
      read(),
      database,
      ...deps.models.map(async ({ name, health }) => ({
        name,
        found: await probe(signal, () => health({ signal, timeoutMs: probeTimeoutMs })),
      })),
    ])
    const time = new Date().toISOString()
    return { time, database: databaseFound, bucket, read: stored, models }
  } finally {
    clearTimeout(timer)
    round.abort(new AppError('cancelled'))
  }
}

/** Runs a probe until it answers or the round ends, also where the probe itself knows of no end. */
async function probe<T>(signal: AbortSignal, run: () => Promise<T>): Promise<Found<T>> {
  const startedAt = performance.now()
  const milliseconds = () => Math.round(performance.now() - startedAt)
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(signal.reason)
  signal.addEventListener('abort', end, { once: true })
  try {
    signal.throwIfAborted()
    return {
      answered: true,
      value: await Promise.race([run(), ended.promise]),
      milliseconds: milliseconds(),
    }
  } catch (error) {
    return { answered: false, error, milliseconds: milliseconds() }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** The client takes no signal here: its own deadline ends what the round has given up. */
async function lookAtBucket(service: Client): Promise<{ isPrivate: boolean }> {
  const { data, error } = await service.storage.getBucket(filesBucket)
  if (error !== null) throw error
  if (data.id !== filesBucket) throw new AppError('unavailable', 'Storage answered another bucket')
  return { isPrivate: !data.public }
}

/**
 * Reads one byte of a stored file by a signed link. A file of somebody's, and not one that is kept for
 * this: so there is nothing in the bucket that belongs to nobody. The byte is dropped.
 */
async function readStored(
  { service, fetch }: LookDependencies,
  name: string | null,
  { isLate, signal }: { isLate: () => boolean; signal: AbortSignal },
): Promise<StoredRead> {
  if (name === null) return 'nothing stored'
  const { data, error } = await service.storage.from(filesBucket).createSignedUrl(name, linkSeconds)
  if (error !== null) {
    if ([error.status, Number(error.statusCode)].includes(404)) return 'gone'
    throw error
  }
  if (isLate()) return 'skipped'
  const response = await fetch(data.signedUrl, {
    headers: { range: 'bytes=0-0' },
    redirect: 'error',
    signal,
  })
  const reader = response.body?.getReader()
  try {
    // Storage has answered 400 for what is gone; of its body these are the first bytes.
    const told = response.ok ? '' : new TextDecoder().decode((await reader?.read())?.value)
    if (response.status === 404 || /"statusCode":\s*"?404/.test(told)) return 'gone'
    if (!response.ok) throw new AppError('unavailable', `Storage answered ${response.status}`)
    const first = await reader?.read()
    if (!first?.value?.byteLength) throw new AppError('unavailable', 'Storage gave no byte')
    return 'read'
  } finally {
    // A server that knows no ranges would send all of it.
    await reader?.cancel().catch(() => {})
  }
}
