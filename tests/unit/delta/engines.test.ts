import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deflateBy } from '../../../functions/_shared/delta/engines.ts'
import { createRecipeSearch, isCutShort } from '../../../functions/_shared/delta/find-recipe.ts'
import { inflateTraced } from '../../../functions/_shared/delta/inflate.ts'
import { deflateByTokens } from '../../../functions/_shared/delta/tokens.ts'
import { packers } from '../../fixtures/packers.ts'

/** Words of a small vocabulary, so that there is something to match. */
const text = fc
  .array(fc.constantFrom('the ', 'budget ', '<w:p>', '</w:p>', 'led ', 'x', '1', ' – '), {
    minLength: 40,
    maxLength: 3_000,
  })
  .map((words) => new TextEncoder().encode(words.join('')))

describe('inflateTraced()', () => {
  test('gives the plaintext, the end and blocks that cover it, for every level', () => {
    const input = fc.tuple(fc.oneof(text, fc.uint8Array({ maxLength: 5_000 })), fc.nat(9))
    fc.assert(
      fc.property(input, fc.uint8Array({ maxLength: 20 }), ([plain, level], behind) => {
        const packed = deflateRawSync(plain, { level })
        const found = inflateTraced(Buffer.concat([packed, behind]), 0, 100_000)
        expect(Buffer.compare(found?.plain ?? new Uint8Array(), plain)).toBe(0)
        expect(found?.end).toBe(packed.length)
        expect(found?.blocks.at(-1)?.end).toBe(plain.length)
      }),
    )
  })

  test('refuses what is longer than allowed, cut off or no deflate', () => {
    const plain = new Uint8Array(50_000)
    const packed = deflateRawSync(plain)
    expect(inflateTraced(packed, 0, 50_000)?.plain.length).toBe(50_000)
    expect(inflateTraced(packed, 0, 49_999)).toBeUndefined()
    expect(inflateTraced(packed.subarray(0, -2), 0, 50_000)).toBeUndefined()
    expect(inflateTraced(Uint8Array.of(7, 1, 2, 3), 0, 50_000)).toBeUndefined()
    expect(inflateTraced(new Uint8Array(0), 0, 50_000)).toBeUndefined()
  })

  test('ends for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const found = inflateTraced(bytes, 0, 10_000)
        expect(found === undefined || found.plain.length <= 10_000).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('createRecipeSearch()', () => {
  test.each(Object.entries(packers))('finds what %s made', (_name, pack) => {
    fc.assert(
      fc.property(text, (plain) => {
        const packed = pack(plain)
        const inflated = inflateTraced(packed, 0, 1_000_000)
        const deflated = inflated && createRecipeSearch().find(packed, inflated, undefined)
        const again = deflated && deflateBy(deflated, plain, packed.length)
        expect(Buffer.compare(again ?? new Uint8Array(), packed)).toBe(0)
      }),
      { numRuns: 25 },
    )
  })

  test('finds a long stream of several blocks', { timeout: 60_000 }, () => {
    let state = 1
    const words = Array.from({ length: 60_000 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 20).toString(36)
    })
    const plain = new TextEncoder().encode(words.join(' '))
    for (const pack of Object.values(packers)) {
      const packed = pack(plain)
      const inflated = inflateTraced(packed, 0, 1_000_000)
      expect(inflated && createRecipeSearch().find(packed, inflated, undefined)).toBeDefined()
    }
  })
})

describe('isCutShort()', () => {
  test.each(Object.entries(packers))('is never said of what %s made', (_name, pack) => {
    fc.assert(
      fc.property(text, (plain) => {
        const packed = pack(plain)
        const inflated = inflateTraced(packed, 0, 1_000_000)
        expect(inflated && isCutShort(packed, inflated)).toBe(false)
      }),
    )
  })

  test.each([
    ['a match that could have gone on', 6, true],
    ['one that goes to the end', 12, false],
  ])('%s', (_what, length, expected) => {
    const plain = new TextEncoder().encode('abc'.repeat(5))
    // One fixed block: three literals, a match at the distance 3, the rest as literals.
    const tokens = Uint8Array.of(5, 1, 3, length - 3, 0, 12 - length)
    const packed = deflateByTokens(plain, tokens, 100) ?? new Uint8Array()
    const inflated = inflateTraced(packed, 0, 100)
    expect(inflated && isCutShort(packed, inflated)).toBe(expected)
  })
})

describe('deflateBy()', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'has room for noise, and for a flush at every tenth byte, at memLevel %i',
    (memLevel) => {
      const plain = crypto.getRandomValues(new Uint8Array(20_000))
      const flushes = Array.from({ length: 2_000 }, (_, index) => ({
        kind: 'full' as const,
        at: 10 * index,
      }))
      for (const level of [1, 6, 9]) {
        const recipe = {
          engine: 'pako-2',
          level,
          memLevel,
          windowBits: 15,
          wordTuned: false,
        } as const
        for (const some of [[], flushes]) {
          const made = deflateBy({ recipe, flushes: some }, plain, 10_000_000)
          const back = made && inflateTraced(made, 0, plain.length)?.plain
          expect(Buffer.compare(back ?? new Uint8Array(), plain)).toBe(0)
        }
      }
    },
  )
})
