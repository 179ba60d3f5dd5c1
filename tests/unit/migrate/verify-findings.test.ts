import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ListedFile } from '../../../scripts/migrate/legacy-file.ts'
import { startProgress } from '../../../scripts/migrate/progress.ts'
import type { Service } from '../../../scripts/migrate/service.ts'
import { faults, verifyMigration } from '../../../scripts/migrate/verify.ts'

const bytes = Buffer.from('%PDF-1.7 a resume')
const sha256 = createHash('sha256').update(bytes).digest('hex')
const moved: ListedFile = {
  id: 7,
  userId: 'ada',
  fileId: 'cv.pdf',
  version: 1,
  path: 'ada-cv.pdf',
  name: 'cv.pdf',
  type: 'application/pdf',
  size: bytes.length,
  modifiedAt: new Date(0),
  sha256,
  state: 'verified',
  objectName: 'migrations/ada/cv.pdf',
  errorCode: null,
  versionId: 'v',
  uploadId: null,
  versionState: 'ready',
  failureCode: null,
  heldAs: 'full',
  fullPath: 'migrations/ada/cv.pdf',
  deleted: false,
  phase: null,
  purgeable: false,
}
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-verify-'))
  await writeFile(join(root, moved.path), bytes)
})

afterEach(() => rm(root, { recursive: true, force: true }))

/** Of a service that has one file and the object that a worker has uploaded of it. */
async function verify(file: Partial<ListedFile>) {
  async function* one<T>(value: T) {
    yield value
  }
  const service = {
    list: () => one({ ...moved, ...file }),
    ownedNames: async () => new Set(),
    objects: {
      list: () => one(moved.objectName),
      hash: async () => ({ sha256, size: bytes.length }),
    },
  } as unknown as Service
  const options = { root, concurrency: 1, filter: {} }
  const progress = startProgress({ write: () => true }, { files: 1, bytes: 1 })
  const { findings } = await verifyMigration(
    options,
    service,
    progress,
    new AbortController().signal,
  )
  progress.end()
  // It lies in nobody's folder here.
  return findings.filter(({ finding }) => finding !== 'extra')
}

const failed = { versionState: 'failed', heldAs: 'none' }

it.each(['no_text', 'file_encrypted', 'file_corrupt'])(
  'what ingest refused with %s is refused, and no fault',
  async (failureCode) => {
    expect(await verify({ ...failed, failureCode })).toEqual([
      { finding: 'refused', path: moved.path, detail: failureCode },
    ])
    expect(faults).not.toContain('refused')
  },
)

it.each(['file_lost', 'hash_mismatch', 'internal', 'unavailable'])(
  'what the service has failed with %s is missing',
  async (failureCode) => {
    expect(await verify({ ...failed, failureCode })).toEqual([
      { finding: 'missing', path: moved.path, detail: failureCode },
    ])
    expect(faults).toContain('missing')
  },
)

it('what ingest refused is missing once the disk has given it up', async () => {
  expect(await verify({ ...failed, failureCode: 'no_text', state: 'purged' })).toEqual([
    { finding: 'missing', path: moved.path, detail: 'no_text' },
  ])
})

it('what retention has given up is pruned, and no fault', async () => {
  expect(await verify({ versionState: 'pruned', heldAs: 'none', state: 'purged' })).toEqual([
    { finding: 'pruned', path: moved.path },
  ])
  expect(faults).not.toContain('pruned')
})

it.each<[string, Partial<ListedFile>]>([
  ['its version', {}],
  ['a worker', { state: 'locked', versionId: null, fullPath: null }],
  ['the next run, which takes up what has failed', { state: 'failed', fullPath: null }],
  ['a resume that can still be undeleted', { state: 'rolled_back' }],
])('an object of %s is no orphan', async (_whose, file) => {
  expect((await verify(file)).map(({ finding }) => finding)).not.toContain('orphaned')
})

it.each<[string, Partial<ListedFile>]>([
  ['deleted', { state: 'rolled_back', versionId: null, fullPath: null }],
  ['written', { fullPath: 'user_uploads/ada/=store/cv.pdf/x' }],
])('an upload is orphaned when a store has %s the file meanwhile', async (_what, file) => {
  expect(await verify(file)).toContainEqual({ finding: 'orphaned', path: moved.objectName })
})
