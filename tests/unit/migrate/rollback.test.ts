import { lstat, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rollBack } from '../../../scripts/migrate/rollback.ts'
import { modifiedAt, movedDisk, never, noProgress } from './moved-disk.ts'

const disk = movedDisk()
const pathOf = (path: string) => join(disk.root, path)
const roll = () =>
  rollBack({ root: disk.root, filter: {}, concurrency: 2 }, disk.service, noProgress, never, never)

it('rollback writes a source again that is gone, with its bytes and time', async () => {
  await disk.move('ada/cv.pdf', 'resume')
  await rm(pathOf('ada/cv.pdf'))
  expect(await roll()).toMatchObject({ files: 1, restored: 1, failures: [] })
  expect(await readFile(pathOf('ada/cv.pdf'), 'utf8')).toBe('resume')
  expect((await stat(pathOf('ada/cv.pdf'))).mtime).toEqual(modifiedAt)
})

it('rollback leaves a source alone that it cannot read, and its file where it is', async () => {
  await disk.move('ada/cv.pdf', 'resume')
  await rm(pathOf('ada/cv.pdf'))
  // Nobody can read it, root neither.
  await symlink('cv.pdf', pathOf('ada/cv.pdf'))
  const { failures, files } = await roll()
  expect(files).toBe(0)
  expect(failures).toMatchObject([{ path: 'ada/cv.pdf', code: 'migration_source_unreadable' }])
  expect((await lstat(pathOf('ada/cv.pdf'))).isSymbolicLink()).toBe(true)
  expect(disk.said).toEqual([])
})

it('rollback leaves what the app has written while the source was fetched', async () => {
  await disk.move('ada/cv.pdf', 'resume')
  await rm(pathOf('ada/cv.pdf'))
  disk.meanwhile(() => disk.put('ada/cv.pdf', 'edited'))
  expect((await roll()).failures).toMatchObject([{ code: 'migration_source_changed' }])
  expect(await readFile(pathOf('ada/cv.pdf'), 'utf8')).toBe('edited')
  // Or somebody else has given it back.
  await rm(pathOf('ada/cv.pdf'))
  disk.meanwhile(() => disk.put('ada/cv.pdf', 'resume'))
  expect(await roll()).toMatchObject({ files: 1, failures: [] })
})

it('rollback works several files at once, each of them once and none after it is stopped', async () => {
  for (const name of ['a', 'b', 'c']) {
    await disk.move(`ada/${name}.pdf`, name)
    await disk.move(`ada/${name}.pdf`, name, { version: 2, path: `ada/${name}-2.pdf` })
    await rm(pathOf(`ada/${name}.pdf`))
  }
  const stopping = new AbortController()
  let waiting = 0
  const both = Promise.withResolvers<void>()
  disk.meanwhile(async () => {
    if (++waiting === 2) both.resolve()
    await both.promise
    stopping.abort()
  })
  const options = { root: disk.root, filter: {}, concurrency: 2 }
  const done = await rollBack(options, disk.service, noProgress, stopping.signal, never)
  expect(done).toMatchObject({ files: 2, restored: 4, failures: [] })
  expect(disk.said.sort()).toEqual(['rolled back ada/a.pdf', 'rolled back ada/b.pdf'])
})

it('rollback exports a version once, however often it is run, and leaves what was made of it', async () => {
  await disk.move('ada/cv.pdf', 'resume')
  disk.write('new.pdf', 'newer')
  for (let time = 1; time <= 2; time++) {
    expect(await roll()).toMatchObject({ files: 1, exported: 1, failures: [] })
  }
  const folder = pathOf('.reswave-rollback/ada/cv.pdf')
  expect(await readdir(folder)).toEqual(['v2-since-1'])
  const path = join(folder, 'v2-since-1/new.pdf')
  expect(await readFile(path, 'utf8')).toBe('newer')
  await writeFile(path, 'corrected by hand')
  expect((await roll()).failures).toMatchObject([{ code: 'migration_source_changed' }])
  expect(await readFile(path, 'utf8')).toBe('corrected by hand')
})
