/** The disk as the app has it: <root>/<user id>/<file id>. */

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, realpath, unlink } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { Bytes } from '../functions/_shared/bytes.ts'
import { AppError } from '../functions/_shared/errors.ts'
import { codeOf, isAbsent, makeFolder, onDisk, syncFolder, writeDurably } from './durable-file.ts'
import { checkKey } from './file-key.ts'
import type { FileKey, ListedFile, LocalSide, LocalState } from './sides.ts'

const hashedAtOnce = 256 * 1024

/**
 * @param root an existing folder
 * @param temporary a folder of ours on the same file system, where nobody looks for files
 */
export function createLocalFolder(root: string, temporary: string): LocalSide {
  const top = realpath(root)

  /** Where it lies, proven to be below the root: a link in between could lead anywhere. */
  async function pathOf({ userId, fileId }: FileKey): Promise<string> {
    const path = join(await top, userId, ...fileId.split('/'))
    await below(dirname(path))
    return path
  }

  /** Also of a folder that is not there yet: what is to be made is made below the last one that is. */
  async function below(folder: string): Promise<void> {
    let existing = folder
    while ((await lstat(existing).catch(absent)) === undefined) existing = dirname(existing)
    const real = await realpath(existing).catch(absent)
    if (real === undefined || !`${real}${sep}`.startsWith(`${await top}${sep}`)) {
      throw new AppError('invalid_filename', 'The file would not be below the root')
    }
  }

  /** What is no file of its own (a link, a folder) is none. */
  async function opened<T>(
    key: FileKey,
    use: (file: FileHandle, state: LocalState) => Promise<T>,
  ): Promise<T | undefined> {
    const path = await pathOf(key)
    let file: FileHandle
    try {
      file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    } catch (error) {
      if (isAbsent(error) || codeOf(error) === 'ELOOP') return undefined
      throw error
    }
    try {
      const found = await file.stat({ bigint: true })
      if (!found.isFile()) return undefined
      return await use(file, {
        tag: `${found.ino}-${found.mtimeNs}-${found.size}`,
        size: Number(found.size),
        // Rounded as Node's own, which the migration worker reads.
        modifiedAt: new Date(Math.round(Number(found.mtimeNs / 1_000n) / 1_000)),
      })
    } finally {
      await file.close()
    }
  }

  const stateOf = (key: FileKey) => opened(key, (_file, state) => Promise.resolve(state))

  const local: LocalSide = {
    async read(key) {
      return await opened(key, async (file, state) => {
        const bytes = await bytesOf(file, state.size)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        return { ...state, size: bytes.byteLength, bytes, sha256 }
      })
    },

    async hash(key, signal) {
      return await opened(key, async (file, { tag }) => ({
        tag,
        sha256: await hashOf(file, signal),
      }))
    },

    state: stateOf,

    async write(key, bytes) {
      const path = await pathOf(key)
      await makeFolder(dirname(path))
      await below(dirname(path))
      await writeDurably(path, join(temporary, crypto.randomUUID()), bytes)
      const state = await stateOf(key)
      // Somebody has removed it already: the next look at it says so.
      return state ?? { tag: '', size: bytes.byteLength, modifiedAt: new Date() }
    },

    async remove(key) {
      const path = await pathOf(key)
      try {
        await unlink(path)
        await syncFolder(dirname(path))
      } catch (error) {
        if (!isAbsent(error)) throw error
      }
    },

    async list(userId) {
      const folder = join(await top, userId)
      await below(folder)
      const found: ListedFile[] = []
      for (const fileId of await namesBelow(folder)) {
        const state = await stateOf({ userId, fileId })
        if (state !== undefined) found.push({ fileId, ...sizeAndTime(state) })
      }
      return found

      /** What could not have been written by these names is not ours to show. */
      async function namesBelow(path: string, prefix = ''): Promise<string[]> {
        const entries = await readdir(path, { withFileTypes: true }).catch(absent)
        const names: string[] = []
        for (const entry of entries ?? []) {
          const name = `${prefix}${entry.name}`
          if (entry.isDirectory()) {
            names.push(...(await namesBelow(join(path, entry.name), `${name}/`)))
          } else if (entry.isFile() && isTaken(userId, name)) names.push(name)
        }
        return names
      }
    },
  }
  return refusingDisk(local)
}

async function bytesOf(file: FileHandle, size: number): Promise<Bytes> {
  const bytes = new Uint8Array(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) throw new Error('The file became shorter while it was read')
    filled += bytesRead
  }
  return bytes
}

/** By parts, between which others have their turn: nobody waits for it, and it may be given up. */
async function hashOf(file: FileHandle, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  const part = new Uint8Array(hashedAtOnce)
  for (;;) {
    signal?.throwIfAborted()
    const { bytesRead } = await file.read(part, 0, part.byteLength)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(part.subarray(0, bytesRead))
  }
}

function absent(error: unknown): undefined {
  if (isAbsent(error)) return undefined
  throw error
}

function sizeAndTime({ size, modifiedAt }: LocalState) {
  return { size, modifiedAt }
}

function isTaken(userId: string, fileId: string): boolean {
  try {
    checkKey(userId, fileId)
    return true
  } catch {
    return false
  }
}

function refusingDisk(local: LocalSide): LocalSide {
  const said = async <T>(work: Promise<T>): Promise<T> => {
    const named = work.catch((cause: unknown) => {
      if (!['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY'].includes(codeOf(cause) ?? '')) throw cause
      const detail = 'A file and a folder cannot have one name'
      throw new AppError('invalid_filename', detail, { cause })
    })
    return await onDisk(named)
  }
  return {
    read: (key) => said(local.read(key)),
    hash: (key, signal) => said(local.hash(key, signal)),
    state: (key) => said(local.state(key)),
    write: (key, bytes) => said(local.write(key, bytes)),
    remove: (key) => said(local.remove(key)),
    list: (userId) => said(local.list(userId)),
  }
}
