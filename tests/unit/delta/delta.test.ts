import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDelta, encodeDelta } from '../../../functions/_shared/delta/delta.ts'
import { limits } from '../../../functions/_shared/delta/limits.ts'
import { buildZip } from '../../fixtures/build-zip.ts'
import { pairs } from '../../fixtures/delta-pairs.ts'
import { packAsForeigner, packers } from '../../fixtures/packers.ts'

/** Text without repetition, the same for the same seed. */
function prose(seed: number, words: number): Uint8Array<ArrayBuffer> {
  let state = seed
  const list = Array.from({ length: words }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 18).toString(36)
  })
  return new TextEncoder().encode(list.join(' '))
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const edited = (plain: Uint8Array<ArrayBuffer>) =>
  bytesOf(new TextDecoder().decode(plain).replace(' ', ' one edit '))

describe('encodeDelta() and decodeDelta()', () => {
  test('give back every version, whatever it is', { timeout: 120_000 }, async () => {
    let deltas = 0
    await fc.assert(
      fc.asyncProperty(pairs, async ({ target, base }) => {
        const container = await encodeDelta(target, base)
        if (!container) return
        deltas++
        expect(container.length).toBeLessThanOrEqual(target.length * 0.9)
        expect(Buffer.compare(await decodeDelta(container, base), target)).toBe(0)
      }),
      { numRuns: 300 },
    )
    expect(deltas).toBeGreaterThan(100)
  })

  test.each(Object.entries(packers))('see through %s', async (_name, pack) => {
    const data = prose(1, 6_000)
    const zip = (plain: Uint8Array<ArrayBuffer>) =>
      buildZip([
        { name: 'word/document.xml', data: plain, packed: pack(plain) },
        { name: 'word/styles.xml', data: prose(2, 500), packed: pack(prose(2, 500)) },
      ])
    const target = zip(data)
    const base = zip(edited(data))
    const container = await encodeDelta(target, base)
    expect(container?.length).toBeLessThan(200)
    expect(await decodeDelta(container ?? new Uint8Array(), base)).toEqual(target)
  })

  test('see through an encoder that no engine is, by its tokens', async () => {
    const zip = (plain: Uint8Array<ArrayBuffer>) =>
      buildZip([{ name: 'word/document.xml', data: plain, packed: packAsForeigner(plain) }])
    const target = zip(prose(1, 6_000))
    const base = zip(edited(prose(1, 6_000)))
    const container = await encodeDelta(target, base)
    expect(container?.length).toBeLessThan(target.length / 20)
    expect(await decodeDelta(container ?? new Uint8Array(), base)).toEqual(target)
  })

  test('keep a version full that shares nothing, is empty, or is over the limit', async () => {
    const random = crypto.getRandomValues(new Uint8Array(20_000))
    expect(await encodeDelta(random, prose(1, 1_000))).toBeUndefined()
    expect(await encodeDelta(new Uint8Array(0), random)).toBeUndefined()
    const large = new Uint8Array(limits.fileBytes + 1)
    expect(await encodeDelta(large, large)).toBeUndefined()
    expect(await encodeDelta(random, large)).toBeUndefined()
  })

  test('take a version that is its own base', async () => {
    const random = crypto.getRandomValues(new Uint8Array(20_000))
    const container = await encodeDelta(random, random)
    expect(container?.length).toBeLessThan(70)
    expect(await decodeDelta(container ?? new Uint8Array(), random)).toEqual(random)
  })

  test('take a base that zstd would mistake for a dictionary of its own', async () => {
    const base = new Uint8Array([0x37, 0xa4, 0x30, 0xec, ...prose(3, 1_000)])
    const target = new Uint8Array([...base.subarray(0, 3_000), 1, 2, 3, ...base.subarray(3_100)])
    const container = await encodeDelta(target, base)
    expect(await decodeDelta(container ?? new Uint8Array(), base)).toEqual(target)
  })

  test('leave a stream that inflates beyond the limits as it is', async () => {
    const bomb = new Uint8Array(limits.streamBytes + 1)
    const zip = (text: string) =>
      buildZip([
        { name: 'bomb', data: bomb, packed: packers['zlib 9']?.(bomb) ?? bomb },
        { name: 'text', data: bytesOf(text) },
      ])
    const target = zip('a')
    const base = zip('b')
    const container = await encodeDelta(target, base)
    expect(await decodeDelta(container ?? new Uint8Array(), base)).toEqual(target)
  })

  test('keep within memory when every stream is a bomb', { timeout: 60_000 }, async () => {
    const bombs = (value: number) => {
      const data = new Uint8Array(4 * 1024 * 1024).fill(value)
      const packed = packers['zlib 9']?.(data) ?? data
      return buildZip(
        Array.from({ length: 300 }, (_, index) => ({
          name: `${index}`,
          data,
          packed,
          lies: { crc: 0 },
        })),
      )
    }
    const target = bombs(1)
    const base = bombs(2)
    const container = await encodeDelta(target, base)
    if (container) expect(Buffer.compare(await decodeDelta(container, base), target)).toBe(0)
  })
})

describe('decodeDelta()', () => {
  const data = prose(1, 3_000)
  const zip = (plain: Uint8Array<ArrayBuffer>) =>
    buildZip([
      { name: 'word/document.xml', data: plain, packed: packers['zlib 6']?.(plain) ?? plain },
    ])
  const target = zip(data)
  const base = zip(edited(data))

  test.each([
    ['another base', (container: Uint8Array) => container, zip(prose(9, 3_000)), 'another base'],
    ['another magic', (c: Uint8Array) => c.with(0, 0), base, 'it is no delta'],
    ['a later version', (c: Uint8Array) => c.with(3, 9), base, 'version 9'],
    ['another hash', (c: Uint8Array) => c.with(20, (c[20] ?? 0) ^ 1), base, 'SHA-256'],
    ['nothing', () => new Uint8Array(0), base, 'ends early'],
  ])('tells %s', async (_what, damage, from, message) => {
    const container = await encodeDelta(target, base)
    const broken = damage(container ?? new Uint8Array())
    await expect(decodeDelta(new Uint8Array(broken), from)).rejects.toMatchObject({
      code: 'delta_corrupt',
      detail: expect.stringContaining(message),
    })
  })
})
