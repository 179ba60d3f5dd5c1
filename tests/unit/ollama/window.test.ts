import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chooseWindow,
  estimateTokens,
  isAtLeast,
  judgePrompt,
  parseVersion,
  tokenBound,
  tokenFloor,
} from '../../../functions/_shared/ollama/window.ts'

/**
 * What Ollama 0.6.5 counts with SmolLM2 135M (49k words, English only) as one user message, template
 * included. The texts are long enough that the allowance for the template hides nothing.
 */
const counted = [
  {
    text: 'Verkürzung des Monatsabschlusses von zehn auf sechs Arbeitstage durch elektronische Rechnungsprüfung für rund 1.900 Eingangsrechnungen.'.repeat(
      3,
    ),
    tokens: 165,
  },
  {
    text: 'Руководила командой из пяти медсестёр и сократила время ожидания. '.repeat(4),
    tokens: 198,
  },
  { text: '负责医院重症监护病房的排班和护理工作，'.repeat(10), tokens: 369 },
] as const

describe('estimateTokens()', () => {
  test.each(counted)('is not under what a small vocabulary needs: $text', ({ text, tokens }) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens)
  })

  test('grows with the text, and the floor never passes the bound', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        expect(estimateTokens(left + right)).toBeGreaterThanOrEqual(estimateTokens(left))
        expect(tokenBound(left)).toBeGreaterThanOrEqual(tokenFloor(left))
      }),
    )
  })

  test('costs more for scripts that split into more tokens', () => {
    const latin = estimateTokens('a'.repeat(100))
    expect(estimateTokens('ж'.repeat(100))).toBeGreaterThan(latin)
    expect(estimateTokens('简'.repeat(100))).toBeGreaterThan(estimateTokens('ж'.repeat(100)))
  })
})

describe('chooseWindow()', () => {
  test('takes the same step for texts of about the same length', () => {
    expect(chooseWindow(3000, 32_768)).toBe(8192)
    expect(chooseWindow(8192, 32_768)).toBe(8192)
    expect(chooseWindow(8193, 32_768)).toBe(12_288)
  })

  test('never passes the limit', () => {
    expect(chooseWindow(20_000, 16_384)).toBe(16_384)
    expect(chooseWindow(100, 2048)).toBe(2048)
    expect(chooseWindow(9_000_000, 8_000_000)).toBe(8_000_000)
  })
})

describe('judgePrompt()', () => {
  const text = 'word '.repeat(2000)
  const old = parseVersion('0.6.5') ?? [0, 0, 0]
  const refusing = parseVersion('0.13.5') ?? [0, 0, 0]
  const llamaServer = parseVersion('0.30.0') ?? [0, 0, 0]
  const report = { text, window: 8192, countsCache: false, version: old }

  test('a count inside the window is a whole prompt', () => {
    expect(judgePrompt({ ...report, counted: 2010 })).toBe('whole')
  })

  test('a full window is a cut prompt, whatever the version', () => {
    expect(judgePrompt({ ...report, counted: 8192 })).toBe('cut')
    expect(judgePrompt({ ...report, counted: 8192, version: refusing })).toBe('cut')
    expect(judgePrompt({ ...report, counted: 8192, version: llamaServer })).toBe('cut')
  })

  test('a count that no tokenizer reaches is a cut prompt', () => {
    expect(judgePrompt({ ...report, counted: 700 })).toBe('cut')
    expect(judgePrompt({ ...report, counted: 700, version: refusing })).toBe('cut')
  })

  test('a count that fills a default window proves nothing for a version that cuts', () => {
    expect(judgePrompt({ ...report, counted: 2048 })).toBe('unknown')
    expect(judgePrompt({ ...report, counted: 4096 })).toBe('unknown')
    expect(judgePrompt({ ...report, counted: 4096, version: refusing })).toBe('whole')
  })

  test('a missing count proves nothing', () => {
    expect(judgePrompt({ ...report, counted: undefined })).toBe('unknown')
    expect(judgePrompt({ ...report, counted: 0, version: refusing })).toBe('unknown')
  })

  test('a count without the cache is accepted from the versions that refuse to cut and count so', () => {
    expect(judgePrompt({ ...report, counted: 12, version: llamaServer })).toBe('whole')
    expect(judgePrompt({ ...report, counted: undefined, version: llamaServer })).toBe('whole')
    expect(judgePrompt({ ...report, counted: 12, version: llamaServer, countsCache: true })).toBe(
      'cut',
    )
  })
})

describe('parseVersion()', () => {
  test('reads releases, candidates and what others append', () => {
    expect(parseVersion('0.13.5')).toEqual([0, 13, 5])
    expect(parseVersion('0.5.0-rc1')).toEqual([0, 5, 0])
    expect(parseVersion('v1.2')).toEqual([1, 2, 0])
    expect(parseVersion('0.13.5-reswave-rules')).toEqual([0, 13, 5])
    expect(parseVersion('nightly')).toBeUndefined()
  })

  test('orders by number, not by text', () => {
    expect(isAtLeast([0, 13, 0], [0, 5, 0])).toBe(true)
    expect(isAtLeast([0, 5, 0], [0, 5, 0])).toBe(true)
    expect(isAtLeast([0, 4, 9], [0, 5, 0])).toBe(false)
    expect(isAtLeast([1, 0, 0], [0, 5, 0])).toBe(true)
  })
})
