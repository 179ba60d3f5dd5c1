/** The files' bytes in Storage: sent from the disk and hashed as they come back, never whole in memory. */
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { z } from 'zod'
import { AppError } from '../../functions/_shared/errors.ts'
import { filesBucket } from '../../functions/_shared/versions/objects.ts'
import { within } from './deadline.ts'
import type { Pace } from './pace.ts'
import { withRetries } from './retry.ts'

/** What a request may take beyond its bytes, and how slow a line may be. */
const baseTimeoutMs = 30_000
const slowestBytesPerMs = 64
const listPage = 1000

export interface Hashed {
  readonly sha256: string
  readonly size: number
}

export interface ObjectStore {
  /** @returns false when there is an object of that name already. @throws AppError unavailable, … */
  upload(name: string, path: string, type: string, signal: AbortSignal): Promise<boolean>
  /** The hash of what Storage gives back; undefined when there is no such object. @throws AppError unavailable */
  hash(name: string, size: number, signal: AbortSignal): Promise<Hashed | undefined>
  /** Hands its bytes out as they come; undefined when there is no such object. @throws AppError unavailable, … */
  read<T>(
    name: string,
    size: number,
    signal: AbortSignal,
    take: (bytes: ReadableStream<Uint8Array>) => Promise<T>,
  ): Promise<T | undefined>
  remove(name: string, signal: AbortSignal): Promise<void>
  /** The names of all objects below a folder. */
  list(folder: string, signal: AbortSignal): AsyncGenerator<string>
}

const json = { 'content-type': 'application/json' }
const pageOf = { limit: listPage, sortBy: { column: 'name', order: 'asc' } }

const failureBody = z.object({
  statusCode: z.union([z.string(), z.number()]).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
})

const listing = z.array(z.object({ name: z.string(), id: z.string().nullable() }))

export function createObjectStore(options: {
  url: string
  secretKey: string
  pace: Pace
}): ObjectStore {
  const { pace, secretKey } = options
  const base = `${options.url}/storage/v1/object`
  const headers = { apikey: secretKey, authorization: `Bearer ${secretKey}` }

  /** The answer is taken inside of the deadline that the number of bytes gives it. */
  function send<T>(
    path: string,
    init: RequestInit,
    bytes: number,
    signal: AbortSignal,
    take: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const ms = baseTimeoutMs + Math.ceil(bytes / slowestBytesPerMs)
    return within(ms, signal, async (withinTime) => {
      const answer = await fetch(`${base}/${path}`, {
        ...init,
        redirect: 'error',
        headers: { ...headers, ...init.headers },
        signal: withinTime,
      }).catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new AppError('unavailable', 'Storage cannot be reached', { cause })
      })
      try {
        return await take(answer)
      } catch (cause) {
        signal.throwIfAborted()
        if (cause instanceof AppError) throw cause
        throw new AppError('unavailable', 'Storage broke off an answer', { cause })
      }
    })
  }

  const store: ObjectStore = {
    async upload(name, path, type, signal) {
      // Backed by the file: it is read as it is sent, and refuses to be read once the file has changed.
      const body = await openAsBlob(path, { type }).catch((cause: unknown) => {
        throw new AppError('migration_source_missing', `Cannot read '${path}'`, { cause })
      })
      return await withRetries(pace, body.size, signal, () =>
        send(
          `${filesBucket}/${encodeKey(name)}`,
          { method: 'POST', body, headers: { 'content-type': type, 'x-upsert': 'false' } },
          body.size,
          signal,
          async (answer) => {
            if (answer.ok) {
              await answer.body?.cancel()
              return true
            }
            const failure = await failureOf(answer)
            if (failure.status === 409) return false
            throw failure.error
          },
        ),
      )
    },

    async read(name, size, signal, take) {
      return await send(`${filesBucket}/${encodeKey(name)}`, {}, size, signal, async (answer) => {
        if (answer.ok) return await take(answer.body ?? new Blob([]).stream())
        const failure = await failureOf(answer)
        if (failure.status === 404) return undefined
        throw failure.error
      })
    },

    async hash(name, size, signal) {
      return await withRetries(pace, size, signal, () =>
        store.read(name, size, signal, async (bytes) => {
          const hash = createHash('sha256')
          let count = 0
          for await (const chunk of bytes) {
            hash.update(chunk)
            count += chunk.byteLength
          }
          return { sha256: hash.digest('hex'), size: count }
        }),
      )
    },

    async remove(name, signal) {
      const body = JSON.stringify({ prefixes: [name] })
      await withRetries(pace, 0, signal, () =>
        send(filesBucket, { method: 'DELETE', body, headers: json }, 0, signal, async (answer) => {
          if (!answer.ok) throw (await failureOf(answer)).error
          await answer.body?.cancel()
        }),
      )
    },

    async *list(folder, signal) {
      for (let offset = 0; ; offset += listPage) {
        const body = JSON.stringify({ ...pageOf, prefix: folder, offset })
        const page = await withRetries(pace, 0, signal, () =>
          send(
            `list/${filesBucket}`,
            { method: 'POST', body, headers: json },
            0,
            signal,
            async (answer) => {
              if (!answer.ok) throw (await failureOf(answer)).error
              return listing.parse(await answer.json())
            },
          ),
        )
        for (const { name, id } of page) {
          if (id === null) yield* store.list(`${folder}/${name}`, signal)
          else yield `${folder}/${name}`
        }
        if (page.length < listPage) return
      }
    },
  }
  return store
}

function encodeKey(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}

/** Storage has the status in the body of a 400; overload and its own faults are worth another attempt. */
async function failureOf(answer: Response): Promise<{ status: number; error: AppError }> {
  const text = await answer.text().catch(() => '')
  const body = failureBody.safeParse(jsonOf(text)).data
  const status = Number(body?.statusCode ?? answer.status) || answer.status
  const what = `Storage answered ${status}${body?.message === undefined ? '' : `: ${body.message}`}`
  if (status === 429 || status >= 500) {
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    return {
      status,
      error: new AppError(
        'unavailable',
        what,
        seconds > 0 ? { retryAfterSeconds: seconds } : undefined,
      ),
    }
  }
  if (status === 401 || status === 403) return { status, error: new AppError('forbidden', what) }
  if (status === 413) return { status, error: new AppError('file_too_large', what) }
  if (status === 415) return { status, error: new AppError('unsupported_file_type', what) }
  return { status, error: new AppError('internal', what) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
