import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError } from '../../functions/_shared/errors.ts'
import type { Hashed } from './storage.ts'

/**
 * Hashes a file on the disk as it streams by.
 *
 * @throws AppError migration_source_missing when it cannot be read, migration_source_changed when
 *   somebody wrote to it meanwhile
 */
export async function hashFile(path: string, signal: AbortSignal): Promise<Hashed> {
  const before = await statFile(path)
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of createReadStream(path, { signal })) {
      hash.update(chunk)
      size += chunk.length
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw new AppError('migration_source_missing', `Cannot read '${path}'`, { cause })
  }
  const after = await statFile(path)
  if (size !== before.size || after.size !== size || after.mtimeMs !== before.mtimeMs) {
    throw new AppError('migration_source_changed', `'${path}' changed while it was read`)
  }
  return { sha256: hash.digest('hex'), size }
}

/** @throws AppError migration_source_missing */
export async function statFile(path: string) {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new Error('It is no file')
    return found
  } catch (cause) {
    throw new AppError('migration_source_missing', `Cannot read '${path}'`, { cause })
  }
}
