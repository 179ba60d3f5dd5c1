/** The files' bytes in Storage: sent from the disk and hashed as they come back, never whole in memory. */
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { z } from 'zod'
import { filesBucket } from '../../functions/_shared/versions/objects.ts'
import { readFailure } from './file-failure.ts'
import type { Pace } from './pace.ts'
import { withRetries } from './retry.ts'
import { createSend, failureOf } from './storage-request.ts'
import { createTusUploads, partBytes, type Resumption } from './tus-upload.ts'

const listPage = 1000

export interface Hashed {
  readonly sha256: string
  readonly size: number
}

export interface ObjectStore {
  /**
   * A large file in parts, where the service has that.
   *
   * @returns false when there is an object of that name already
   * @throws AppError unavailable, …
   */
  upload(
    name: string,
    path: string,
    type: string,
    resumption: Resumption,
    signal: AbortSignal,
  ): Promise<boolean>
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

const listing = z.array(z.object({ name: z.string(), id: z.string().nullable() }))

export function createObjectStore(options: {
  url: string
  secretKey: string
  pace: Pace
}): ObjectStore {
  const { pace } = options
  const send = createSend(options)
  const tus = createTusUploads(send, pace)

  const store: ObjectStore = {
    async upload(name, path, type, resumption, signal) {
      // Backed by the file: it is read as it is sent, and refuses to be read once the file has changed.
      const body = await openAsBlob(path, { type }).catch((cause: unknown) => {
        throw readFailure(path, cause)
      })
      if (body.size > partBytes && (await tus.areOffered(signal))) {
        return await tus.send({ name, file: body, type }, resumption, signal)
      }
      return await withRetries(pace, body.size, signal, () =>
        send(
          objectPath(name),
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
      return await send(objectPath(name), {}, size, signal, async (answer) => {
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
        send(
          `object/${filesBucket}`,
          { method: 'DELETE', body, headers: json },
          0,
          signal,
          async (answer) => {
            if (!answer.ok) throw (await failureOf(answer)).error
            await answer.body?.cancel()
          },
        ),
      )
    },

    async *list(folder, signal) {
      for (let offset = 0; ; offset += listPage) {
        const body = JSON.stringify({ ...pageOf, prefix: folder, offset })
        const page = await withRetries(pace, 0, signal, () =>
          send(
            `object/list/${filesBucket}`,
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

function objectPath(name: string): string {
  return `object/${filesBucket}/${name.split('/').map(encodeURIComponent).join('/')}`
}
