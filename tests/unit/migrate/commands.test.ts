import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandsByName } from '../../../scripts/migrate/commands.ts'
import { readOptions } from '../../../scripts/migrate/options.ts'
import { movedDisk, never } from './moved-disk.ts'

const disk = movedDisk()

/** `purge` where a person is asked. */
async function purge(ask: (stopping: AbortController) => string) {
  const options = readOptions('purge', ['--source', disk.root], disk.root)
  if (options === 'help') throw new Error('It asked for help')
  const stopping = new AbortController()
  const notes: string[] = []
  const code = await commandsByName.purge({
    name: 'purge',
    options,
    service: () => disk.service,
    out: () => {},
    terminal: { write: () => true },
    note: (line) => notes.push(line),
    ask: async (question) => {
      notes.push(question)
      return ask(stopping)
    },
    stopping: stopping.signal,
    signal: never,
  })
  return { code, notes }
}

it('purge asks for what was given up before too, and says so', async () => {
  await disk.move('ada/cv.pdf', 'one', { state: 'purged', purgeable: false })
  const { code, notes } = await purge(() => 'purge 1 files')
  expect(code).toBe(0)
  expect(notes).toEqual([
    '1 were given up before, and are on the disk still or again',
    expect.stringContaining('Type "purge 1 files"'),
  ])
  await expect(readFile(join(disk.root, 'ada/cv.pdf'))).rejects.toThrow('ENOENT')
})

it('purge deletes nothing without the words, and ends with 130 at Ctrl-C', async () => {
  await disk.move('ada/cv.pdf', 'one')
  await expect(purge(() => '')).rejects.toThrow("it takes --confirm 'purge 1 files'")
  const interrupted = await purge((stopping) => {
    stopping.abort()
    return ''
  })
  expect(interrupted.code).toBe(130)
  expect(interrupted.notes.at(-1)).toBe('Interrupted: nothing is deleted')
  expect(await readFile(join(disk.root, 'ada/cv.pdf'), 'utf8')).toBe('one')
})
