import { describe, expect, test } from 'vitest'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import { buildPage, textAt } from '../../fixtures/build-pdf.ts'

async function textOf(content: string): Promise<string> {
  const read = await readDocument(buildPage(content), {
    filename: 'cv.pdf',
    mimeType: mimeTypes.pdf,
  })
  return read.text
}

const left = ['Skills', 'Go', 'Rust', 'SQL']
const right = ['Experience', 'Northwharf', 'Tidewater', 'Copperbeech']

describe('readDocument() of a PDF', () => {
  test('reads columns one after the other', async () => {
    const columns = [left, right].map((lines, column) =>
      lines.map((line, row) => textAt(50 + column * 200, 700 - row * 16, line)).join(''),
    )
    const heading = textAt(50, 740, 'Jane Example with a name that runs across both columns', 14)
    expect((await textOf(heading + columns.join(''))).replace(/\n+/g, '\n')).toBe(
      `Jane Example with a name that runs across both columns\n${[...left, ...right].join('\n')}`,
    )
  })

  test('reads rows that are drawn across the gap line by line', async () => {
    const rows = left
      .map(
        (line, row) =>
          textAt(50, 700 - row * 16, line) + textAt(450, 700 - row * 16, right[row] ?? ''),
      )
      .join('')
    expect(await textOf(rows)).toBe(left.map((line, row) => `${line}\t${right[row]}`).join('\n'))
  })

  test('orders lines by place where they are drawn in another order', async () => {
    const lines = ['first', 'second', 'third'].map((line, row) => textAt(50, 700 - row * 16, line))
    expect(await textOf(lines.reverse().join(''))).toBe('first\nsecond\nthird')
  })

  test('joins a line with the one that it had no room for, and no other', async () => {
    const wide =
      'Rebuilt the settlement pipeline in Go, which cut the nightly run from five hours to less'
    const content = [wide, 'than one hour.', 'Next paragraph', 'Last']
      .map((line, row) => textAt(50, 700 - row * 14, line))
      .join('')
    expect(await textOf(content)).toBe(`${wide} than one hour.\nNext paragraph\nLast`)
  })

  test('keeps the hyphen of a compound at the end of a line, drops one that other words disprove', async () => {
    const wide = 'Responsible for the planning and for the development of all that is needed in'
    const content = [
      `${wide} cross-`,
      'functional teams and in development',
      `${wide} develop-`,
      'ment of teams.',
    ]
      .map((line, row) => textAt(50, 700 - row * 14, line))
      .join('')
    const text = await textOf(content)
    expect(text).toContain('cross-functional')
    expect(text).toContain('in development of teams.')
  })

  test('reads text once that is drawn twice to look bold', async () => {
    expect(await textOf(textAt(50, 700, 'Jane Example') + textAt(50.3, 700, 'Jane Example'))).toBe(
      'Jane Example',
    )
  })

  test('puts hanging bullets before their text', async () => {
    const content =
      textAt(50, 700, '\\225').replace('\\\\225', '\\225') + textAt(80, 700, 'first item')
    expect(await textOf(content)).toBe('• first item')
  })
})
