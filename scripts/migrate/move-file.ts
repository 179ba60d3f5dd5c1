/** One locked file, from the disk to a version whose bytes are proven. */
import { AppError } from '../../functions/_shared/errors.ts'
import { hashFile, isUntouched } from './hash-file.ts'
import { type LegacyFile, mayHaveObject } from './legacy-file.ts'
import type { Service } from './service.ts'
import { sourcePath } from './sources.ts'
import type { Hashed } from './storage.ts'

/**
 * Each step may be the last one of this worker: the next one finds what was done, and goes on from there.
 *
 * @returns the bytes that were sent; 0 when they were there already
 * @throws AppError what the file fails with
 */
export async function moveFile(
  file: LegacyFile,
  root: string,
  service: Service,
  signal: AbortSignal,
): Promise<number> {
  const path = sourcePath(root, file.path)
  const source = await hashFile(path, signal)
  // What was transferred had been read back equal before; only the last word is missing.
  const sent = file.versionId === null && (await store(file, path, source, service, signal))
  try {
    if (!(await isUntouched(path, source))) {
      throw new AppError('migration_source_changed', `'${file.path}' changed while it was moved`)
    }
  } catch (error) {
    // Changed or gone: what was sent is of no use.
    if (file.versionId === null) await discard(file, service, signal)
    throw error
  }
  try {
    await service.finish({ id: file.id, sha256: source.sha256, size: source.size })
  } catch (error) {
    // Its user has had everything erased meanwhile: nothing of it may stay.
    if (error instanceof AppError && error.code === 'migration_unknown_file') {
      await service.objects.remove(file.objectName, signal)
    }
    throw error
  }
  return sent ? source.size : 0
}

/** Sees to it that Storage has exactly these bytes; true when they had to be sent. */
async function store(
  file: LegacyFile,
  path: string,
  source: Hashed,
  service: Service,
  signal: AbortSignal,
): Promise<boolean> {
  const { objects } = service
  const isThere = async () => {
    const stored = await objects.hash(file.objectName, source.size, signal)
    return stored?.sha256 === source.sha256 && stored.size === source.size
  }
  const upload = (uploadId: string | null) => {
    const keep = (begun: string) => service.keepUpload(file, begun)
    return objects.upload(file.objectName, path, file.type, { uploadId, keep }, signal)
  }
  if (await upload(file.uploadId)) {
    if (await isThere()) return true
  } else if (await isThere()) return false
  // Left by an attempt that died, or spoilt on its way: no version relies on it.
  await discard(file, service, signal)
  await upload(null)
  if (await isThere()) return true
  await discard(file, service, signal)
  throw new AppError('migration_mismatch', `Storage does not give back '${file.path}' as it is`)
}

/**
 * Removes what is in Storage, while the file is ours: who has taken it over from a worker that stood still may have made
 * a version of what lies there.
 */
async function discard(file: LegacyFile, service: Service, signal: AbortSignal): Promise<void> {
  if (!(await service.extend()).includes(file.id)) throw new AppError('migration_not_locked')
  await service.objects.remove(file.objectName, signal)
}

/**
 * For a worker that has lost the file. Another one may have made a version of what was uploaded, or still will; when it was a store that
 * has deleted or written the file, nobody will.
 */
export async function leaveFile(
  file: LegacyFile,
  service: Service,
  signal: AbortSignal,
): Promise<void> {
  const { id, userId, fileId, objectName } = file
  for await (const now of service.list({ userId, fileId })) {
    if (now.id === id && mayHaveObject(now)) return
  }
  // After the row: from then on no version can come to rely on it.
  if (!(await service.ownedNames([objectName])).has(objectName)) {
    await service.objects.remove(objectName, signal)
  }
}
