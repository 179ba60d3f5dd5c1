import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError } from '../../functions/_shared/errors.ts'
import { readFailure } from './file-failure.ts'
import type { Hashed } from './storage.ts'

export interface HashedFile extends Hashed {
  /** How the disk had it when its bytes were read. */
  readonly found: Stats
}

/**
 * Hashes a file on the disk as it streams by.
 *
 * @throws AppError migration_source_missing, migration_source_unreadable, migration_source_changed when somebody
 *   wrote to it meanwhile
 */
export async function hashFile(path: string, signal: AbortSignal): Promise<HashedFile> {
  const found = await statFile(path)
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of createReadStream(path, { signal })) {
      hash.update(chunk)
      size += chunk.length
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw readFailure(path, cause)
  }
  const hashed = { sha256: hash.digest('hex'), size, found }
  if (size !== found.size || !(await isUntouched(path, hashed))) {
    throw new AppError('migration_source_changed', `'${path}' changed while it was read`)
  }
  return hashed
}

/**
 * Whether nobody has written to a file since it was hashed. Who sets its time back after a change changes ctime.
 *
 * @throws AppError migration_source_missing, migration_source_unreadable
 */
export async function isUntouched(path: string, { found }: HashedFile): Promise<boolean> {
  const now = await statFile(path)
  return (['ino', 'size', 'mtimeMs', 'ctimeMs'] as const).every((key) => now[key] === found[key])
}

/** @throws AppError migration_source_missing, migration_source_unreadable */
export async function statFile(path: string): Promise<Stats> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new Error('it is no file')
    return found
  } catch (cause) {
    throw readFailure(path, cause)
  }
}
