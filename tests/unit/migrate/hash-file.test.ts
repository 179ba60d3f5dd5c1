import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashFile } from '../../../scripts/migrate/hash-file.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-hash-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

const hash = (path: string) => hashFile(join(root, path), new AbortController().signal)

it('hashFile() tells what is not there from what cannot be read', async () => {
  await writeFile(join(root, 'file'), 'x')
  await mkdir(join(root, 'folder'))
  // Nobody can read it, root neither.
  await symlink('loop', join(root, 'loop'))
  await expect(hash('none')).rejects.toMatchObject({ code: 'migration_source_missing' })
  await expect(hash('file/none')).rejects.toMatchObject({ code: 'migration_source_missing' })
  await expect(hash('folder')).rejects.toMatchObject({
    code: 'migration_source_unreadable',
    message: expect.stringMatching(/it is no file$/),
  })
  await expect(hash('loop')).rejects.toMatchObject({
    code: 'migration_source_unreadable',
    message: expect.stringMatching(/ELOOP$/),
  })
})
