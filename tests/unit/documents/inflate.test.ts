import { constants, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inflateBounded } from '../../../functions/_shared/documents/inflate.ts'

const strategies = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
]
/** Few different bytes repeat, many do not: both kinds of blocks, and stored ones. */
const data = fc.uint8Array({ maxLength: 3_000, max: 3 })
const noise = fc.uint8Array({ maxLength: 3_000 })
const packing = [fc.integer({ min: 0, max: 9 }), fc.constantFrom(...strategies)] as const

describe('inflateBounded()', () => {
  test.each([
    ['repeating', data],
    ['random', noise],
  ])('gives back what zlib deflated, %s', (_, plainBytes) => {
    fc.assert(
      fc.property(plainBytes, ...packing, (plain, level, strategy) => {
        const packed = deflateRawSync(plain, { level, strategy })
        const inflated = inflateBounded(packed, plain.length, { exact: true })
        expect(inflated).toEqual({ state: 'done', bytes: new Uint8Array(plain) })
      }),
    )
  })

  test('gives back megabytes, which outgrow its buffer', () => {
    const plain = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) >> 7)
    const inflated = inflateBounded(deflateRawSync(plain), plain.length, { exact: true })
    expect(inflated.state === 'done' && Buffer.compare(inflated.bytes, plain)).toBe(0)
  })

  test('refuses one byte over its bound', () => {
    fc.assert(
      fc.property(data, ...packing, (plain, level, strategy) => {
        const packed = deflateRawSync(Buffer.concat([plain, Uint8Array.of(1)]), { level, strategy })
        expect(inflateBounded(packed, plain.length, { exact: false }).state).toBe('too-large')
      }),
    )
  })

  test('takes exact data neither cut off nor followed by more', () => {
    const packed = deflateRawSync(Buffer.from('Jane Example, software engineer'))
    const exact = { exact: true }
    expect(inflateBounded(packed.subarray(0, -1), 100, exact).state).toBe('corrupt')
    expect(inflateBounded(Buffer.concat([packed, packed]), 100, exact).state).toBe('corrupt')
    expect(inflateBounded(Buffer.concat([packed, packed]), 100, { exact: false }).state).toBe(
      'done',
    )
  })

  test('takes a copy from before the start for zeros only where it need not be exact', () => {
    // A block of fixed codes: three bytes from one byte back, then the end.
    const packed = Uint8Array.of(0b011, 0b10, 0)
    expect(inflateBounded(packed, 10, { exact: true }).state).toBe('corrupt')
    expect(inflateBounded(packed, 10, { exact: false })).toEqual({
      state: 'done',
      bytes: new Uint8Array(3),
    })
  })

  test('gives what came before the damage', () => {
    const packed = deflateRawSync(Buffer.from('Jane Example'), { level: 0 })
    expect(inflateBounded(packed.subarray(0, -4), 100, { exact: false })).toEqual({
      state: 'corrupt',
      bytes: new Uint8Array(Buffer.from('Jane Exa')),
    })
  })

  test('ends with some answer on any bytes', () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        const inflated = inflateBounded(bytes, 10_000, { exact: false })
        expect(inflated.state === 'too-large' || inflated.bytes.length <= 10_000).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('keeps nothing of one stream for the next', () => {
    const first = inflateBounded(deflateRawSync(Buffer.from('first')), 100, { exact: true })
    inflateBounded(deflateRawSync(Buffer.from('second')), 100, { exact: true })
    expect(first).toEqual({ state: 'done', bytes: new Uint8Array(Buffer.from('first')) })
  })
})
