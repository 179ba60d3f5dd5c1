import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeText } from '../../../functions/_shared/documents/text.ts'
import { AppError } from '../../../functions/_shared/errors.ts'

describe('normalizeText()', () => {
  test.each([
    ['composes', 'Re\u0301sume\u0301', 'Résumé'],
    ['spells ligatures out', 'e\ufb03cient \ufb02ow', 'efficient flow'],
    ['unifies line ends', 'a\r\nb\rc\u2028d\ve', 'a\nb\nc\nd\ne'],
    ['makes every blank plain', 'a\u00a0b\u2003c', 'a b c'],
    ['drops what is invisible', 'a\u200bb\u202ec\u00add\ufeff\u{e0041}', 'abcd'],
    ['drops control characters', 'a\u0000b\u001b[31mc', 'ab[31mc'],
    ['repairs lone surrogates', 'a\ud800b', 'a\ufffdb'],
    ['unifies bullets', '\uf0b7 one\n▪ two\n• three', '• one\n• two\n• three'],
    ['leaves a dash alone', '- one', '- one'],
    ['keeps one blank line', 'a\n\n\n\nb', 'a\n\nb'],
    ['trims lines', '  a \n\tb\t', 'a\nb'],
  ])('%s', (_, raw, expected) => {
    expect(normalizeText(raw)).toBe(expected)
  })

  test('its result is normal already, whatever came in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (raw) => {
        const once = normalizeText(`x${raw}`)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(once).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
        expect(once.isWellFormed()).toBe(true)
        expect(normalizeText(once)).toBe(once)
      }),
    )
  })

  test('refuses what has no letter and what is too long', () => {
    expect(() => normalizeText(' \n• – ')).toThrow(expect.objectContaining({ code: 'no_text' }))
    expect(() => normalizeText('word '.repeat(50_000))).toThrow(AppError)
    expect(() => normalizeText('word '.repeat(50_000))).toThrow(
      expect.objectContaining({ code: 'file_too_complex' }),
    )
  })
})
