/** Works compact and rebase jobs: how a version is held changes, what it is does not. */
import { z } from 'zod'
import { sha256 } from '../bytes.ts'
import { call } from '../database/client.ts'
import { AppError } from '../errors.ts'
import { type Job, leaseOf } from '../jobs/queue.ts'
import { deltasBucket, filesBucket, writeObject } from './objects.ts'
import { type RebuildDependencies, rebuildVersion } from './rebuild.ts'

const sourceSchema = z.object({
  versionId: z.uuid(),
  baseVersionId: z.uuid().nullable(),
  fileSize: z.number().int(),
  sha256: z.string(),
  mimeType: z.string(),
  objectName: z.string(),
})

/**
 * Works a leased compact or rebase job to its end. The order is what makes it safe: the new form is
 * computed and proven by decoding it, written under a name that no object had, recorded; what it
 * replaces is noted for removal with the record.
 *
 * @throws AppError file_lost, unavailable, lease_lost; the job is still open then
 */
export async function storeVersion(
  job: Job,
  deps: RebuildDependencies,
  signal: AbortSignal,
): Promise<void> {
  const found = await call(deps.service, 'internal_storage_source', leaseOf(job), signal)
  if (found === null) return
  const source = sourceSchema.parse(found)
  const target = await rebuildVersion(source.versionId, deps, signal)
  // rebuildVersion has compared it with the row; the row is compared with what the job was given.
  if ((await sha256(target)) !== source.sha256) throw new AppError('conflict')

  if (source.baseVersionId !== null) {
    const base = await rebuildVersion(source.baseVersionId, deps, signal)
    const delta = await deps.delta.encode(target, base, signal).catch((error: unknown) => {
      // What cannot be coded within the limits is kept whole.
      if (error instanceof AppError && error.code === 'file_too_complex') return undefined
      throw error
    })
    if (delta !== undefined) {
      await writeObject(
        deps.service,
        { bucket: deltasBucket, name: source.objectName },
        delta,
        'application/octet-stream',
      )
      await record(job, deps, source.baseVersionId, delta.byteLength, signal)
      return
    }
    if (job.kind === 'compact') {
      await call(deps.service, 'internal_record_no_gain', leaseOf(job), signal)
      return
    }
  }
  const name =
    source.baseVersionId === null
      ? source.objectName
      : await call(deps.service, 'internal_reserve_whole', leaseOf(job), signal)
  await writeObject(deps.service, { bucket: filesBucket, name }, target, source.mimeType)
  await record(job, deps, null, target.byteLength, signal)
}

async function record(
  job: Job,
  deps: RebuildDependencies,
  baseVersionId: string | null,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  const recorded = await call(
    deps.service,
    'internal_record_storage',
    // Generated types know no null for an argument.
    { ...leaseOf(job), p_base_version_id: baseVersionId as string, p_stored_bytes: bytes },
    signal,
  )
  if (!recorded) throw new AppError('unavailable', 'Another base is to be used now')
}
