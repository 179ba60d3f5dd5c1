import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import type { ListedFile } from '../../../scripts/migrate/legacy-file.ts'
import type { Filter } from '../../../scripts/migrate/service.ts'
import { faults, verifyMigration } from '../../../scripts/migrate/verify.ts'
import { movedDisk, never, noProgress } from './moved-disk.ts'

const disk = movedDisk()
const path = 'ada/cv.pdf'
const verify = (filter: Filter = { userId: 'ada' }) => {
  const options = { root: disk.root, concurrency: 1, filter }
  return verifyMigration(options, disk.service, noProgress, never)
}

/** Of all that there is: one file, and the object that a worker has uploaded of it. */
async function findingsOf(row: Partial<ListedFile>) {
  await disk.move(path, 'resume', row)
  return (await verify({})).findings
}

it('verify names a file that cannot be read whole, and compares the others', async () => {
  await disk.move('ada/loop.pdf', 'loop')
  await rm(join(disk.root, 'ada/loop.pdf'))
  await symlink('loop.pdf', join(disk.root, 'ada/loop.pdf'))
  await disk.move('ada/cv.pdf', 'resume')
  expect(await verify()).toEqual({
    counts: { unreadable: 1, equal: 1 },
    findings: [
      {
        finding: 'unreadable',
        path: 'ada/loop.pdf',
        detail: expect.stringMatching(/^migration_source_unreadable: .*ELOOP$/),
      },
    ],
  })
  expect(faults).toContain('unreadable')
})

it('verify ends where the service cannot be asked', async () => {
  await disk.move('ada/cv.pdf', 'resume')
  disk.meanwhile(() => Promise.reject(new AppError('unavailable')))
  await expect(verify()).rejects.toMatchObject({ code: 'unavailable' })
})

const failed = { versionState: 'failed', heldAs: 'none' }

it.each(['no_text', 'file_encrypted', 'file_corrupt'])(
  'what ingest refused with %s is refused, and no fault',
  async (failureCode) => {
    expect(await findingsOf({ ...failed, failureCode })).toEqual([
      { finding: 'refused', path, detail: failureCode },
    ])
    expect(faults).not.toContain('refused')
  },
)

it.each(['file_lost', 'hash_mismatch', 'internal', 'unavailable'])(
  'what the service has failed with %s is missing',
  async (failureCode) => {
    expect(await findingsOf({ ...failed, failureCode })).toEqual([
      { finding: 'missing', path, detail: failureCode },
    ])
    expect(faults).toContain('missing')
  },
)

it('what ingest refused is missing once the disk has given it up', async () => {
  expect(await findingsOf({ ...failed, failureCode: 'no_text', state: 'purged' })).toEqual([
    { finding: 'missing', path, detail: 'no_text' },
  ])
})

it('what retention has given up is pruned, and no fault', async () => {
  expect(await findingsOf({ versionState: 'pruned', heldAs: 'none', state: 'purged' })).toEqual([
    { finding: 'pruned', path },
  ])
  expect(faults).not.toContain('pruned')
})

it.each<[string, Partial<ListedFile>]>([
  ['its version', {}],
  ['a worker', { state: 'locked', versionId: null, fullPath: null }],
  ['the next run, which takes up what has failed', { state: 'failed', fullPath: null }],
  ['a resume that can still be undeleted', { state: 'rolled_back' }],
])('an object of %s is no orphan', async (_whose, file) => {
  expect((await findingsOf(file)).map(({ finding }) => finding)).not.toContain('orphaned')
})

it.each<[string, Partial<ListedFile>]>([
  ['deleted', { state: 'rolled_back', versionId: null, fullPath: null }],
  ['written', { fullPath: 'user_uploads/ada/=store/cv.pdf/x' }],
])('an upload is orphaned when a store has %s the file meanwhile', async (_what, file) => {
  expect(await findingsOf(file)).toContainEqual({ finding: 'orphaned', path: `migrations/${path}` })
})
