import { expect, test } from 'vitest'
import { describe, inBytes, startProgress } from '../../../scripts/migrate/progress.ts'

test('figures say files, bytes, rate and time left', () => {
  expect(describe({ files: 30, failures: 0, bytes: 6e6 }, { files: 90, bytes: 0 }, 10_000)).toBe(
    '30/90 files, 6.0 MB, 3.0 files/s, 600.0 KB/s, 20 s left',
  )
})

test('nothing is said of the time left before anything is done, or after all is', () => {
  const total = { files: 2, bytes: 0 }
  expect(describe({ files: 0, failures: 0, bytes: 0 }, total, 5)).not.toContain('left')
  expect(describe({ files: 1, failures: 1, bytes: 0 }, total, 5)).toContain('2/2 files, 1 failed')
  expect(describe({ files: 1, failures: 1, bytes: 0 }, total, 5)).not.toContain('left')
})

test.each([
  [999, '999 B'],
  [1500, '1.5 KB'],
  [40e6, '40.0 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(inBytes(bytes)).toBe(text)
})

test.each([
  [true, /\r/],
  [false, /^[^\r]*$/],
])('on a terminal (%s) the line is written over', (isTTY, pattern) => {
  let written = ''
  const write = (text: string | Uint8Array) => {
    written += text
    return true
  }
  const progress = startProgress({ write, isTTY }, { files: 1, bytes: 1 })
  progress.done(1)
  progress.end()
  expect(written).toMatch(pattern)
  expect(written).toContain('1/1 files')
})
