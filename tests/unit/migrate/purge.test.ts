import { readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countPurgeable, purgeSources } from '../../../scripts/migrate/purge.ts'
import { movedDisk, never, noProgress } from './moved-disk.ts'

const disk = movedDisk()
const textOf = (path: string) => readFile(join(disk.root, path), 'utf8')
const options = () => ({ root: disk.root, filter: {}, concurrency: 4 })
const purge = (limit = 10) =>
  purgeSources({ ...options(), limit }, disk.service, noProgress, never, never)

describe('a source that is written to while it is purged stays', () => {
  it('before the service gives it up', async () => {
    await disk.move('ada/cv.pdf', 'resume')
    disk.meanwhile(() => disk.put('ada/cv.pdf', 'edited'))
    expect(await purge()).toMatchObject({
      purged: 0,
      kept: [{ path: 'ada/cv.pdf', detail: expect.stringContaining('written to') }],
    })
    expect(await textOf('ada/cv.pdf')).toBe('edited')
    expect(disk.said).toEqual([])
  })

  it('and after it', async () => {
    await disk.move('ada/cv.pdf', 'resume')
    disk.whenGivenUp(() => disk.put('ada/cv.pdf', 'edited'))
    expect(await purge()).toMatchObject({
      purged: 0,
      kept: [{ detail: expect.stringContaining('written to') }],
    })
    expect(await textOf('ada/cv.pdf')).toBe('edited')
    expect(disk.said).toEqual(['given up 1'])
  })
})

describe('what was given up and is on the disk', () => {
  it('is counted and limited as all else', async () => {
    await disk.move('ada/cv.pdf', 'one')
    for (const name of ['old', 'older']) {
      await disk.move(`ada/${name}.pdf`, name, { state: 'purged', purgeable: false })
    }
    await disk.move('ada/gone.pdf', 'gone', { state: 'purged', purgeable: false })
    await rm(join(disk.root, 'ada/gone.pdf'))
    expect(await countPurgeable(options(), disk.service)).toEqual({ files: 3, givenUp: 2 })
    expect(await purge(0)).toMatchObject({ purged: 0, kept: [] })
    expect(await purge(2)).toMatchObject({ purged: 2, kept: [] })
    expect(await countPurgeable(options(), disk.service)).toMatchObject({ files: 1 })
    expect(await purge(1)).toMatchObject({ purged: 1, kept: [] })
  })

  it.each([
    { versionState: 'failed' },
    { versionState: 'pruned' },
    { deleted: true },
    { phase: 'dual_read' },
  ])('stays while its version is no ready one, or its app reads the disk: %j', async (row) => {
    await disk.move('ada/cv.pdf', 'resume', { ...row, state: 'purged', purgeable: false })
    expect(await countPurgeable(options(), disk.service)).toEqual({ files: 0, givenUp: 0 })
    expect(await purge()).toMatchObject({ purged: 0, kept: [] })
    expect(await textOf('ada/cv.pdf')).toBe('resume')
  })
})

it('a file that is odd is kept, and the others go', async () => {
  await disk.move('ada/loop.pdf', 'loop')
  await rm(join(disk.root, 'ada/loop.pdf'))
  await symlink('loop.pdf', join(disk.root, 'ada/loop.pdf'))
  await disk.move('ada/gone.pdf', 'gone')
  await rm(join(disk.root, 'ada/gone.pdf'))
  await disk.move('ada/lost.pdf', 'lost')
  disk.stored.delete('migrations/ada/lost.pdf')
  await disk.move('ada/cv.pdf', 'resume')
  const { kept, purged } = await purge()
  expect(purged).toBe(1)
  expect(kept.map(({ path, detail }) => [path, detail]).sort()).toEqual([
    ['ada/gone.pdf', 'the source is gone already'],
    ['ada/loop.pdf', expect.stringContaining('ELOOP')],
    ['ada/lost.pdf', 'the service does not have its bytes'],
  ])
})
