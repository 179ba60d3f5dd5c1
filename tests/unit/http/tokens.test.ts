import { beforeEach, describe, expect, test, vi } from 'vitest'
import { bearerToken, requireMachineToken } from '../../../functions/_shared/http/tokens.ts'
import * as std from '../../../functions/_shared/std/std.ts'

vi.mock('../../../functions/_shared/std/std.ts', { spy: true })

function request(authorization?: string): Request {
  return new Request('http://function.test/', {
    headers: authorization === undefined ? {} : { authorization },
  })
}

describe('bearerToken()', () => {
  test.each([
    ['Bearer abc.def-ghi_jkl', 'abc.def-ghi_jkl'],
    ['bearer abc=', 'abc='],
  ])('reads %s', (header, token) => {
    expect(bearerToken(request(header))).toBe(token)
  })

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'abc', 'Bearer Zoë'])(
    'refuses %j',
    (header) => {
      expect(() => bearerToken(request(header))).toThrow(
        expect.objectContaining({ code: 'unauthorized' }),
      )
    },
  )
})

test('bearerToken() refuses what no issuer makes so long', () => {
  expect(() => bearerToken(request(`Bearer ${'a'.repeat(8193)}`))).toThrow(
    expect.objectContaining({ code: 'unauthorized' }),
  )
})

describe('requireMachineToken()', () => {
  const token = 'a-worker-token-of-some-length'
  const compare = vi.mocked(std.timingSafeEqual)
  beforeEach(() => {
    compare.mockClear()
  })

  test('lets the holder pass', async () => {
    await expect(requireMachineToken(request(`Bearer ${token}`), token)).resolves.toBeUndefined()
  })

  test.each([
    ['another of the same length', token.replace('a', 'b')],
    ['a beginning', token.slice(0, -1)],
    ['a longer one', `${token}x`],
    ['one in other case', token.toUpperCase()],
  ])('refuses %s', async (_what, given) => {
    await expect(requireMachineToken(request(`Bearer ${given}`), token)).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })

  test('compares digests of one length in constant time, whatever was given', async () => {
    for (const given of ['x', token, `${token}${token}`]) {
      await requireMachineToken(request(`Bearer ${given}`), token).catch(() => {})
    }
    expect(compare.mock.calls.map((args) => args.map(({ byteLength }) => byteLength))).toEqual([
      [32, 32],
      [32, 32],
      [32, 32],
    ])
  })
})
