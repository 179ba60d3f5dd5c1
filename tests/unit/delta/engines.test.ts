import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deflateBy } from '../../../functions/_shared/delta/engines.ts'
import { createRecipeSearch } from '../../../functions/_shared/delta/find-recipe.ts'
import { inflateTraced } from '../../../functions/_shared/delta/inflate.ts'
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
