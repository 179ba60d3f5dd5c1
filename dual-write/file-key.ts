/** Which names are taken, before one of them comes near a path. */
import { checkFilename } from '../functions/_shared/documents/check-filename.ts'
import { AppError } from '../functions/_shared/errors.ts'
import type { FileKey } from './sides.ts'

/** Folders below the root that are ours: nobody's user id. */
export const ownFolders = '.reswave-'

const longestId = 255
const longestFileId = 1024
/** What file systems take as one name. */
const longestSegmentBytes = 255

/**
 * A file id is a name, or names with slashes between, below the user's folder.
 *
 * @throws AppError invalid_request for the user, invalid_filename for the file
 */
export function checkKey(userId: string, fileId: string): FileKey {
  checkUserId(userId)
  if (fileId.length > longestFileId) {
    throw new AppError('invalid_filename', `A file id has at most ${longestFileId} characters`)
  }
  for (const segment of fileId.split('/')) {
    checkFilename(segment)
    if (new TextEncoder().encode(segment).length > longestSegmentBytes) {
      throw new AppError('invalid_filename', 'A name in the file id is longer than 255 bytes')
    }
  }
  return { userId, fileId }
}

/** @throws AppError invalid_request */
export function checkUserId(userId: string): void {
  const wrong =
    userId.length > longestId ||
    // There are file systems to which upper and lower case are one.
    userId.toLowerCase().startsWith(ownFolders) ||
    new TextEncoder().encode(userId).length > longestSegmentBytes
  try {
    checkFilename(userId)
  } catch (cause) {
    throw new AppError('invalid_request', 'The user id is none that a folder can have', { cause })
  }
  if (wrong) throw new AppError('invalid_request', 'The user id is none that a folder can have')
}

/** One text for one key. */
export function nameOf({ userId, fileId }: FileKey): string {
  return JSON.stringify([userId, fileId])
}
