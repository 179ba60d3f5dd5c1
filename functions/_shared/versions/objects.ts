/** Objects in storage, whole in memory: for files of the size that deltas are made of. */
import type { Bytes } from '../bytes.ts'
import type { Client } from '../database/client.ts'
import { AppError } from '../errors.ts'

export const filesBucket = 'resumes'
export const deltasBucket = 'resume_deltas'

/** @throws AppError hash_mismatch when there is no such object, unavailable when storage does not answer */
export async function readObject(
  service: Client,
  place: { bucket: string; name: string },
  signal?: AbortSignal,
): Promise<Bytes> {
  const { data, error } = await service.storage
    .from(place.bucket)
    .download(place.name, {}, signal === undefined ? {} : { signal })
    // A body that breaks off is thrown.
    .catch((error: Error) => ({ data: null, error }))
  signal?.throwIfAborted()
  if (error !== null) {
    // Storage has answered 400 for what is gone.
    const codes = [
      'status' in error ? Number(error.status) : 0,
      'statusCode' in error ? Number(error.statusCode) : 0,
    ]
    if (codes.includes(404)) {
      throw new AppError('hash_mismatch', 'The stored file is gone', { cause: error })
    }
    throw new AppError('unavailable', 'Storage does not answer', { cause: error })
  }
  return new Uint8Array(await data.arrayBuffer())
}

/** @throws AppError unavailable */
export async function writeObject(
  service: Client,
  place: { bucket: string; name: string },
  bytes: Bytes,
  mimeType: string,
): Promise<void> {
  const { error } = await service.storage
    .from(place.bucket)
    .upload(place.name, new Blob([bytes], { type: mimeType }), { contentType: mimeType })
  if (error !== null) throw new AppError('unavailable', 'Storage does not answer', { cause: error })
}

/**
 * Deletes objects through the Storage API; that one is gone already is no failure.
 *
 * @throws AppError unavailable
 */
export async function deleteObjects(
  service: Client,
  bucket: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return
  const { error } = await service.storage.from(bucket).remove([...names])
  if (error !== null) throw new AppError('unavailable', 'Storage does not answer', { cause: error })
}
