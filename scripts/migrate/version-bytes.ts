/** The bytes of a version as the service has them now, whether whole or as a delta. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { call } from '../../functions/_shared/database/client.ts'
import { decodeDelta } from '../../functions/_shared/delta/delta.ts'
import { AppError } from '../../functions/_shared/errors.ts'
import { readObject } from '../../functions/_shared/versions/objects.ts'
import { hashFile } from './hash-file.ts'
import { writeWhole } from './partial-file.ts'
import type { Service } from './service.ts'
import type { Hashed } from './storage.ts'

export interface Held {
  readonly versionId: string
  readonly heldAs: string | null
  readonly fullPath: string | null
  readonly size: number
}

/** @returns undefined when nothing of it is there. @throws AppError unavailable */
export async function hashVersion(
  held: Held,
  service: Service,
  signal: AbortSignal,
): Promise<Hashed | undefined> {
  if (held.heldAs === 'full' && held.fullPath !== null) {
    return await service.objects.hash(held.fullPath, held.size, signal)
  }
  if (held.heldAs !== 'delta') return undefined
  const bytes = await rebuild(held.versionId, service)
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.byteLength }
}

/**
 * Writes a version to the disk: whole and with these bytes, or not at all. What is there with the same bytes stays.
 *
 * @throws AppError file_lost, migration_mismatch, migration_source_changed when something else is there, unavailable
 */
export async function saveVersion(
  held: Held,
  target: { path: string; sha256: string; modifiedAt: Date },
  service: Service,
  signal: AbortSignal,
): Promise<void> {
  const save = async (bytes: ReadableStream<Uint8Array>) => {
    const isWritten = await writeWhole(target.path, async (temporary) => {
      const hash = createHash('sha256')
      await pipeline(
        Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0]),
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            hash.update(chunk)
            yield chunk
          }
        },
        createWriteStream(temporary, { flags: 'wx' }),
        { signal },
      )
      if (hash.digest('hex') !== target.sha256) throw new AppError('migration_mismatch')
      await utimes(temporary, target.modifiedAt, target.modifiedAt)
    })
    if (!isWritten && (await hashFile(target.path, signal)).sha256 !== target.sha256) {
      const detail = `'${target.path}' is there with other bytes: put it aside, then roll back`
      throw new AppError('migration_source_changed', detail)
    }
    return true
  }
  try {
    const isSaved =
      held.heldAs === 'full' && held.fullPath !== null
        ? await service.objects.read(held.fullPath, held.size, signal, save)
        : held.heldAs === 'delta' &&
          (await save(new Blob([await rebuild(held.versionId, service)]).stream()))
    if (isSaved !== true) throw new AppError('file_lost')
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    throw new AppError('unavailable', `Cannot write '${target.path}'`, { cause: error })
  }
}

/** A worker may store a version anew while it is read: then the next look finds it elsewhere. */
const maxLooks = 3

/** From the whole version that it begins at, delta by delta; each step is held against its hash. */
async function rebuild(versionId: string, service: Service) {
  for (let look = 1; ; look++) {
    try {
      const args = { p_version_id: versionId }
      const chain = await call(service.client, 'internal_version_chain', args)
      let bytes = new Uint8Array()
      for (const [index, { bucket_id, object_name, sha256 }] of chain.entries()) {
        const place = { bucket: bucket_id, name: object_name }
        const object = await readObject(service.client, place)
        bytes = index === 0 ? object : await decodeDelta(object, bytes)
        if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
          throw new AppError('hash_mismatch')
        }
      }
      return bytes
    } catch (error) {
      if (!(error instanceof AppError) || look === maxLooks) throw error
    }
  }
}
