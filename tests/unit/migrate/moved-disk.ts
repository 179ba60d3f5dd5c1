/** Files that were moved off a disk, and a service that has them, for tests of what comes after a run. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { ListedFile, ResumeVersion } from '../../../scripts/migrate/legacy-file.ts'
import type { Filter, Service } from '../../../scripts/migrate/service.ts'

export const modifiedAt = new Date('2020-02-02T02:02:02Z')
export const never = new AbortController().signal
export const noProgress = { done: () => {}, failed: () => {}, end: () => {} }

export function hashOf(bytes: string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A new folder for each test. */
export function movedDisk() {
  let root = ''
  let rows: ListedFile[] = []
  let since: ResumeVersion[] = []
  const stored = new Map<string, string>()
  const said: string[] = []
  let meanwhile = async () => {}
  let whenGivenUp = async () => {}

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'reswave-moved-'))
    rows = []
    since = []
    stored.clear()
    said.length = 0
    meanwhile = async () => {}
    whenGivenUp = async () => {}
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  async function put(path: string, bytes: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), bytes)
    await utimes(join(root, path), modifiedAt, modifiedAt)
  }

  /** On the disk and in the service: what it is of the file's is up to the test. */
  async function move(path: string, bytes: string, row: Partial<ListedFile> = {}): Promise<void> {
    const [userId = '', fileId = ''] = path.split('/')
    const id = rows.length + 1
    const objectName = `migrations/${path}`
    await put(path, bytes)
    stored.set(objectName, bytes)
    rows.push({
      ...{ id, userId, fileId, path, objectName, modifiedAt, version: 1, name: fileId },
      ...{ type: 'application/pdf', size: bytes.length, sha256: hashOf(bytes), state: 'verified' },
      ...{ errorCode: null, versionId: `version-${id}`, uploadId: null, versionState: 'ready' },
      ...{ failureCode: null, heldAs: 'full', fullPath: objectName, deleted: false },
      ...{ phase: null, purgeable: true },
      ...row,
    })
  }

  const versionOf = (file: ListedFile): ResumeVersion => ({
    ...{ versionId: file.versionId ?? '', number: file.version, state: 'ready', label: null },
    ...{ source: 'migration', name: file.name, type: file.type, size: file.size },
    ...{ sha256: file.sha256, createdAt: modifiedAt, heldAs: 'full', fullPath: file.objectName },
    legacyVersion: file.version,
  })

  /** The service alone has it: a version that was written to the only file since it was moved. */
  function write(name: string, bytes: string): void {
    const [file] = rows
    if (file === undefined) throw new Error('Nothing is moved')
    const id = `since-${since.length + 1}`
    stored.set(id, bytes)
    since.push({
      ...versionOf(file),
      ...{ versionId: id, number: 2, name, sha256: hashOf(bytes), fullPath: id },
      legacyVersion: null,
    })
  }

  const service = {
    async *list({ userId, fileId, states }: Filter & { states?: readonly string[] }) {
      for (const row of [...rows]) {
        const isMeant =
          (userId ?? row.userId) === row.userId && (fileId ?? row.fileId) === row.fileId
        if (isMeant && (states?.includes(row.state) ?? true)) yield row
      }
    },
    versions: async (userId: string, fileId: string) => [
      ...rows.filter((row) => row.userId === userId && row.fileId === fileId).map(versionOf),
      ...since,
    ],
    ownedNames: async () => new Set<string>(),
    rollback: async (userId: string, fileId: string) => {
      said.push(`rolled back ${userId}/${fileId}`)
      return 1
    },
    recordPurge: async (ids: readonly number[]) => {
      said.push(`given up ${ids}`)
      for (const row of rows) if (ids.includes(row.id)) row.state = 'purged'
      await whenGivenUp()
      return [...ids]
    },
    objects: {
      async *list() {
        yield* stored.keys()
      },
      hash: async (name: string) => {
        await meanwhile()
        const bytes = stored.get(name)
        return bytes === undefined ? undefined : { sha256: hashOf(bytes), size: bytes.length }
      },
      read: async <T>(
        name: string,
        _size: number,
        _signal: AbortSignal,
        take: (bytes: ReadableStream) => Promise<T>,
      ) => {
        await meanwhile()
        const bytes = stored.get(name)
        return bytes === undefined ? undefined : await take(new Blob([bytes]).stream())
      },
    },
  }

  return {
    get root() {
      return root
    },
    /** What the service was told. */
    said,
    stored,
    put,
    move,
    write,
    /** What happens while bytes are fetched. */
    meanwhile(work: () => Promise<void>) {
      meanwhile = work
    },
    whenGivenUp(work: () => Promise<void>) {
      whenGivenUp = work
    },
    // Of the service this is what these commands use.
    service: service as unknown as Service,
  }
}
