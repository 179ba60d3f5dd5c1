import { spawnSync } from 'node:child_process'
import { link, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { writeWhole } from '../../../scripts/migrate/partial-file.ts'

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  return { ...actual, link: vi.fn(actual.link) }
})

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reswave-partial-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

it('writeWhole() gives a file its name when it is written', async () => {
  const path = join(folder, 'sub', 'cv.pdf')
  await writeWhole(path, async (temporary) => {
    await writeFile(temporary, 'whole')
    expect(await readdir(join(folder, 'sub'))).not.toContain('cv.pdf')
  })
  expect(await readFile(path, 'utf8')).toBe('whole')
  expect(await readdir(join(folder, 'sub'))).toEqual(['cv.pdf'])
})

it('writeWhole() leaves nothing of a file that could not be written', async () => {
  const failing = writeWhole(join(folder, 'cv.pdf'), async (temporary) => {
    await writeFile(temporary, 'half')
    throw new Error('No space left')
  })
  await expect(failing).rejects.toThrow('No space left')
  expect(await readdir(folder)).toEqual([])
})

it('writeWhole() clears away what a killed process has left, and nothing else', async () => {
  const module = new URL('../../../scripts/migrate/partial-file.ts', import.meta.url).href
  const child = `
    const { writeWhole } = await import(${JSON.stringify(module)})
    const { writeFileSync } = await import('node:fs')
    await writeWhole(${JSON.stringify(join(folder, 'cv.pdf'))}, async (temporary) => {
      writeFileSync(temporary, 'half')
      process.kill(process.pid, 'SIGKILL')
      await new Promise(() => setInterval(() => {}, 1000))
    })`
  spawnSync(process.execPath, ['--input-type=module', '-e', child])
  const [left = ''] = await readdir(folder)
  expect(left).toMatch(/\.partial$/)
  // Of one that lives, of another machine, and of a person.
  const parts = left.split('-')
  const alive = parts.with(2, String(process.ppid)).join('-')
  const elsewhere = parts.with(1, '00000000').join('-')
  for (const name of [alive, elsewhere, 'mine.partial']) await writeFile(join(folder, name), '')
  await writeWhole(join(folder, 'cv.pdf'), (temporary) => writeFile(temporary, 'whole'))
  expect((await readdir(folder)).sort()).toEqual(
    [alive, elsewhere, 'cv.pdf', 'mine.partial'].sort(),
  )
})

it('writeWhole() takes nobody’s place: what has the name stays', async () => {
  const path = join(folder, 'cv.pdf')
  const isWritten = await writeWhole(path, async (temporary) => {
    await writeFile(temporary, 'ours')
    await writeFile(path, 'theirs')
  })
  expect(isWritten).toBe(false)
  expect(await readFile(path, 'utf8')).toBe('theirs')
  expect(await readdir(folder)).toEqual(['cv.pdf'])
})

it('writeWhole() copies where there are no hard links, and takes nobody’s place there either', async () => {
  const noLinks = Object.assign(new Error('No links here'), { code: 'EPERM' })
  vi.mocked(link).mockRejectedValueOnce(noLinks).mockRejectedValueOnce(noLinks)
  const path = join(folder, 'cv.pdf')
  const modified = new Date('2020-02-02T02:02:02Z')
  const write = async (text: string) =>
    await writeWhole(path, async (temporary) => {
      await writeFile(temporary, text)
      await utimes(temporary, modified, modified)
    })
  expect([await write('first'), await write('second')]).toEqual([true, false])
  expect(await readFile(path, 'utf8')).toBe('first')
  expect((await stat(path)).mtime).toEqual(modified)
  expect(await readdir(folder)).toEqual(['cv.pdf'])
})
