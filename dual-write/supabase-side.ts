/** ResWave, by the RPCs that it has for a store and its bucket. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { anySignal } from '../functions/_shared/abortable.ts'
import { type Client, call } from '../functions/_shared/database/client.ts'
import { toJson } from '../functions/_shared/database/json.ts'
import { mimeTypes } from '../functions/_shared/documents/sniff.ts'
import { AppError } from '../functions/_shared/errors.ts'
import { deleteObjects, filesBucket, readObject } from '../functions/_shared/versions/objects.ts'
import type { FileKey, Head, StoredFile, SupabaseSide, Write } from './sides.ts'

const listPage = 1000
/** What the bucket takes at most. */
const mostBytes = 50 * 1024 * 1024
/** A version that has just become an older one may have become a difference to the newer. */
const readAttempts = 3

const common = { revision: z.number(), folder: z.string() }
const time = z.string().transform((text) => new Date(text))
const head = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('unknown') }),
  z.object({ ...common, state: z.literal('deleted') }),
  z.object({ ...common, state: z.literal('refused'), code: z.string() }),
  z.object({
    ...common,
    state: z.literal('stored'),
    objectName: z.string(),
    sha256: z.string().nullable(),
    size: z.number(),
    modifiedAt: time,
    isOfApp: z.boolean(),
  }),
])
const changed = z.object({ outcome: z.enum(['stored', 'removed', 'conflict', 'erased']) })
const listed = z.array(z.object({ fileId: z.string() }).and(head))

type ServedHead = z.infer<typeof head>

/** What a head of this side knows beyond any other: below which name a write goes. */
const place = z.object({ folder: z.string() })

/** @param client with the secret key, as `createClient()` of supabase-js gives it */
export function createSupabaseSide(client: Client): SupabaseSide {
  return sayingWhy(serviceSide(client))
}

/** Deadlines, resets and answers that are none: the service's trouble, all of them. */
function sayingWhy(side: SupabaseSide): SupabaseSide {
  const said = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      throw new AppError('unavailable', 'ResWave does not answer', { cause })
    }
  }
  return {
    takes: side.takes,
    head: (key, signal) => said(side.head(key, signal)),
    read: (key, signal) => said(side.read(key, signal)),
    put: (key, base, write, signal) => said(side.put(key, base, write, signal)),
    remove: (key, base, signal) => said(side.remove(key, base, signal)),
    list: (userId, signal) => said(side.list(userId, signal)),
  }
}

function serviceSide(client: Client): SupabaseSide {
  const headOf = async ({ userId, fileId }: FileKey, signal: AbortSignal) =>
    head.parse(
      await call(client, 'internal_store_head', { p_user_id: userId, p_file_id: fileId }, signal),
    )

  async function put(
    { userId, fileId }: FileKey,
    base: Head,
    write: Write,
    objectName: string | undefined,
    signal: AbortSignal,
  ) {
    const { file, writtenAt, localModifiedAt } = write
    const name = fileId.split('/').at(-1) ?? fileId
    return changed.parse(
      await call(
        client,
        'internal_store_put',
        {
          p_user_id: userId,
          p_file_id: fileId,
          p_base_revision: base.revision,
          p_sha256: file.sha256,
          p_file: toJson({
            name,
            type: typeOf(name),
            size: file.size,
            createdAt: writtenAt,
            modifiedAt: localModifiedAt ?? writtenAt,
          }),
          p_on_disk: localModifiedAt !== undefined,
          ...(objectName === undefined ? {} : { p_object_name: objectName }),
        },
        signal,
      ),
    ).outcome
  }

  return {
    takes: ({ fileId }, size) => typeOf(fileId) !== '' && size > 0 && size <= mostBytes,
    head: headOf,

    async read(key, signal) {
      for (let attempt = 1; ; attempt++) {
        const found = await headOf(key, signal)
        if (found.state !== 'stored') return { head: found, file: undefined }
        try {
          return { head: found, file: await download(client, found, signal) }
        } catch (error) {
          // It went between the question and the answer, if there is another one now.
          const gone = error instanceof AppError && error.code === 'hash_mismatch'
          if (!gone || attempt === readAttempts) throw unavailable(error)
        }
      }
    },

    async put(key, base, write, signal) {
      const isThere = base.state === 'stored' && base.sha256 === write.file.sha256
      if (isThere) return outcomeOf(await put(key, base, write, undefined, signal))
      checkType(key)
      const { folder } = place.parse(base)
      const objectName = `${folder}${crypto.randomUUID()}`
      const remove = () => deleteObjects(client, filesBucket, [objectName]).catch(() => {})
      try {
        await upload(client, objectName, key, write, signal)
        const outcome = outcomeOf(await put(key, base, write, objectName, signal))
        if (outcome !== 'stored') await remove()
        return outcome
      } catch (error) {
        // If the put has been done after all, the object is its version's. Otherwise it is found by
        // reconciliation, as any that nobody knows.
        if (error instanceof AppError && !error.retryable) await remove()
        throw error
      }
    },

    async remove({ userId, fileId }, base, signal) {
      const args = { p_user_id: userId, p_file_id: fileId, p_base_revision: base.revision }
      const { outcome } = changed.parse(await call(client, 'internal_store_remove', args, signal))
      return outcome === 'conflict' ? 'conflict' : 'removed'
    },

    async list(userId, signal) {
      const found: { fileId: string; head: Head }[] = []
      for (let after = ''; ; ) {
        const args = { p_user_id: userId, p_after: after, p_limit: listPage }
        const page = listed.parse(await call(client, 'internal_store_list', args, signal))
        found.push(...page.map((line) => ({ fileId: line.fileId, head: line })))
        const last = page.at(-1)
        if (last === undefined || page.length < listPage) return found
        after = last.fileId
      }
    },
  }
}

/** Sends the bytes, and proves that they are what Storage gives back. */
async function upload(
  client: Client,
  objectName: string,
  { fileId }: FileKey,
  { file }: Write,
  signal: AbortSignal,
): Promise<void> {
  const contentType = typeOf(fileId)
  const { error } = await within(
    signal,
    client.storage
      .from(filesBucket)
      .upload(objectName, new Blob([file.bytes], { type: contentType }), { contentType }),
  )
  if (error !== null) throw storageError(error)
  const object = { bucket: filesBucket, name: objectName }
  const stored = await readObject(client, object, signal).catch((cause: unknown) => {
    throw unavailable(cause)
  })
  if (hashOf(stored) !== file.sha256) {
    await deleteObjects(client, filesBucket, [objectName]).catch(() => {})
    throw new AppError('unavailable', 'Storage does not give back what it was given')
  }
}

async function download(
  client: Client,
  found: Extract<ServedHead, { state: 'stored' }>,
  signal: AbortSignal,
): Promise<StoredFile> {
  const bytes = await readObject(client, { bucket: filesBucket, name: found.objectName }, signal)
  const sha256 = hashOf(bytes)
  if (found.sha256 !== null && found.sha256 !== sha256) {
    throw new AppError('hash_mismatch', 'The stored file is not the one that was written')
  }
  return { bytes, size: bytes.byteLength, sha256, modifiedAt: found.modifiedAt }
}

/** Most of Storage's calls take no signal. What comes after it is of no account: no version refers to it. */
async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const ended = anySignal(signal)
  return await Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      ended.addEventListener('abort', () => reject(ended.reason), { once: true })
    }),
  ])
}

function checkType({ fileId }: FileKey): void {
  if (typeOf(fileId) === '') {
    throw new AppError('unsupported_file_type', 'ResWave keeps .pdf, .doc and .docx files')
  }
}

function typeOf(name: string): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase()
  return Object.entries(mimeTypes).find(([kind]) => kind === extension)?.[1] ?? ''
}

function storageError(error: Error): AppError {
  const codes = [
    'status' in error ? Number(error.status) : 0,
    'statusCode' in error ? Number(error.statusCode) : 0,
  ]
  if (codes.includes(413)) return new AppError('file_too_large', undefined, { cause: error })
  if (codes.includes(415)) return new AppError('unsupported_file_type', undefined, { cause: error })
  return unavailable(error)
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', 'Storage does not answer', { cause })
}

function outcomeOf(outcome: z.infer<typeof changed>['outcome']): 'stored' | 'conflict' | 'erased' {
  return outcome === 'removed' ? 'stored' : outcome
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
