import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCsv } from '../../../scripts/migrate/csv.ts'

async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  const characters = [...text]
  for (let at = 0; at < characters.length; at += size) {
    yield characters.slice(at, at + size).join('')
  }
}

async function rows(text: string, size = 3): Promise<Record<string, string>[]> {
  const all: Record<string, string>[] = []
  for await (const row of readCsv(inChunks(text, size))) all.push(row)
  return all
}

test('readCsv() gives each row by the names of the header', async () => {
  expect(await rows('\ufeffa, b\r\n1,2\r\n\r\n"x ""y"", z",\r\n')).toEqual([
    { a: '1', b: '2' },
    { a: 'x "y", z', b: '' },
  ])
})

test('readCsv() needs no end of the last line', async () => {
  expect(await rows('a,b\n1,"2"')).toEqual([{ a: '1', b: '2' }])
})

test('readCsv() takes no line break of Windows for one that stood in quotes', async () => {
  expect(await rows('a\n"x\r"\r\n"\r"\n"\r"')).toEqual([{ a: 'x\r' }, { a: '\r' }, { a: '\r' }])
})

test('readCsv() gives back what was quoted, however it is cut into chunks', async () => {
  const cells = fc.array(fc.tuple(fc.string(), fc.string({ unit: 'binary' })), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(cells, fc.integer({ min: 1, max: 9 }), async (values, size) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
      const text = values.map((row) => row.map(quoted).join(',')).join('\n')
      const found = await rows(`a,b\n${text}\n`, size)
      expect(found).toEqual(values.map(([a, b]) => ({ a, b })))
    }),
  )
})
