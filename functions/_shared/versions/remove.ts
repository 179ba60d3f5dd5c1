/** Works remove_object and erase jobs: what is noted to go, goes through the Storage API. */
import { type Client, call } from '../database/client.ts'
import { AppError } from '../errors.ts'
import { type Job, leaseOf } from '../jobs/queue.ts'
import { deleteObjects } from './objects.ts'

interface StoredObject {
  readonly bucket_id: string
  readonly object_name: string
}

/** @throws AppError unavailable, lease_lost; the job is still open then */
export async function removeObjects(job: Job, service: Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    const objects = await call(service, 'internal_removable_objects', leaseOf(job), signal)
    await deleteAll(service, objects)
    const isDone = await call(
      service,
      'internal_complete_object_removal',
      { ...leaseOf(job), p_object_names: objects.map(({ object_name }) => object_name) },
      signal,
    )
    if (isDone) return
  }
}

/** @throws AppError unavailable, lease_lost; the job is still open then */
export async function erase(job: Job, service: Client, signal: AbortSignal): Promise<void> {
  let before = ''
  for (;;) {
    const objects = await call(service, 'internal_erasure_objects', leaseOf(job), signal)
    const names = objects
      .map(({ bucket_id, object_name }) => `${bucket_id}/${object_name}`)
      .join('\n')
    // Storage has said that these are gone, and they are not: another attempt has to come later.
    if (names !== '' && names === before) {
      throw new AppError('unavailable', 'Storage keeps what it was told to delete')
    }
    before = names
    await deleteAll(service, objects)
    const state = await call(
      service,
      'internal_complete_erasure',
      { ...leaseOf(job), p_removed: objects.length },
      signal,
    )
    if (state !== 'more') return
  }
}

async function deleteAll(service: Client, objects: readonly StoredObject[]): Promise<void> {
  for (const [bucket, inBucket] of Map.groupBy(objects, ({ bucket_id }) => bucket_id)) {
    await deleteObjects(
      service,
      bucket,
      inBucket.map(({ object_name }) => object_name),
    )
  }
}
