import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import { faults, verifyMigration } from '../../../scripts/migrate/verify.ts'
import { movedDisk, never, noProgress } from './moved-disk.ts'

const disk = movedDisk()
const verify = () => {
  const options = { root: disk.root, concurrency: 1, filter: { userId: 'ada' } }
  return verifyMigration(options, disk.service, noProgress, never)
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
