import { constants, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deflateByTokens, writeTokens } from '../../../functions/_shared/delta/tokens.ts'

const plain = fc.oneof(
  fc
    .array(fc.constantFrom('the ', 'budget ', '<w:p>', 'x', '1', 'aaaaaaaaaaaa'), {
      maxLength: 4_000,
    })
    .map((words) => new TextEncoder().encode(words.join(''))),
  fc.uint8Array({ maxLength: 4_000 }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>,
)
const settings = fc.record({
  level: fc.nat(9),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_RLE),
})

test('tokens and plaintext give back the stream of any settings', () => {
  fc.assert(
    fc.property(plain, settings, (text, options) => {
      const packed = deflateRawSync(text, options)
      const tokens = writeTokens(packed, 0, text.length)
      const made = tokens && deflateByTokens(text, tokens, packed.length)
      expect(Buffer.compare(made ?? new Uint8Array(), packed)).toBe(0)
    }),
    { numRuns: 300 },
  )
})

test('damaged tokens give an error of ours, nothing, or a stream within its bound', () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(plain, settings, flips, (text, options, changes) => {
      const packed = deflateRawSync(text, options)
      const tokens = writeTokens(packed, 0, text.length)
      if (!tokens) return
      for (const [at, value] of changes) tokens[at % tokens.length] = value
      try {
        const made = deflateByTokens(text, tokens, packed.length)
        expect(made?.length ?? 0).toBeLessThanOrEqual(packed.length)
      } catch (error) {
        expect(error).toMatchObject({ code: 'delta_corrupt' })
      }
    }),
    { numRuns: 1_000 },
  )
})
