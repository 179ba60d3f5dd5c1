import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, percent, words } from '../../../client/demo/format.ts'
import { cutAtMarks, type Mark } from '../../../client/demo/resume-text.tsx'
import { versionName } from '../../../client/demo/save-file.ts'
import { wordPieces } from '../../../client/demo/word-diff.tsx'

const text = fc.string({ maxLength: 80 })

describe('a text with marks', () => {
  const marks = fc.array(
    fc.record({
      span: fc
        .tuple(fc.nat(90), fc.nat(90))
        .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) })),
      kind: fc.constantFrom<Mark['kind'][]>('quoted', 'active', 'evidence', 'match'),
    }),
  )

  it('is the text, however marks overlap', () => {
    fc.assert(
      fc.property(text, marks, (text, marks) => {
        const pieces = cutAtMarks(text, marks)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
      }),
    )
  })

  it('has each character marked by what covers it, and by nothing else', () => {
    fc.assert(
      fc.property(text, marks, (text, marks) => {
        for (const { start, text: piece, kinds } of cutAtMarks(text, marks)) {
          for (let at = start; at < start + piece.length; at++) {
            const covering = marks.filter(({ span }) => span.start <= at && at < span.end)
            expect(new Set(kinds)).toEqual(new Set(covering.map(({ kind }) => kind)))
          }
        }
      }),
    )
  })
})

describe('a word-level diff', () => {
  const sentence = fc
    .array(fc.constantFrom('led', 'a', 'team', 'of', '5', ', ', ' '))
    .map((all) => all.join(''))

  it('holds both texts, whole', () => {
    fc.assert(
      fc.property(sentence, sentence, (before, after) => {
        const pieces = wordPieces(before, after)
        const without = (kind: string) =>
          pieces.filter((piece) => piece.kind !== kind).map((piece) => piece.text)
        expect(without('added').join('')).toBe(before)
        expect(without('removed').join('')).toBe(after)
      }),
    )
  })
})

it('numbers and names as a person reads them', () => {
  expect([0, 999, 1_000, 40_799, 53_477_376].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1 KB',
    '40.8 KB',
    '53.5 MB',
  ])
  expect([percent(1, 0), percent(412, 40_799), percent(1, 1)]).toEqual(['0 %', '1.0 %', '100 %'])
  expect(words('result_first')).toBe('Result first')
  expect(versionName('My résumé.v1.pdf', 3, 'DOCX')).toBe('My résumé.v1.v3.docx')
})
