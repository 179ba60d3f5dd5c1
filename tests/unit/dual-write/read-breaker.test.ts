import { describe, expect, it } from 'vitest'
import { createReadBreaker } from '../../../dual-write/read-breaker.ts'
import { AppError } from '../../../functions/_shared/errors.ts'

function begin() {
  let time = 1_000_000
  let asked = 0
  const breaker = createReadBreaker({ readTimeoutMs: 5_000, now: () => time, random: () => 0.5 })
  const read = async (user: string, takes: number | 'fails' | 'damaged' = 1) => {
    const before = asked
    const answer = await breaker
      .guard(user, async () => {
        asked++
        if (takes === 'damaged') throw new AppError('hash_mismatch')
        time += takes === 'fails' ? 5_000 : takes
        if (takes === 'fails') throw new AppError('unavailable')
        return 'answered'
      })
      .catch((error: AppError) => error.code)
    return asked === before ? 'spared' : answer
  }
  const pass = (ms: number) => {
    time += ms
  }
  return { read, pass }
}

describe('createReadBreaker()', () => {
  it('spares reads once five of several users have failed, and asks again after a while, once', async () => {
    const { read, pass } = begin()
    for (const user of ['a', 'b', 'a', 'b', 'a'])
      expect(await read(user, 'fails')).toBe('unavailable')
    expect(await read('c')).toBe('spared')
    pass(5_000)
    // A probe that fails doubles the time.
    expect(await read('c', 'fails')).toBe('unavailable')
    pass(9_999)
    expect(await read('c')).toBe('spared')
    pass(1)
    expect(await read('c')).toBe('answered')
    expect(await read('d')).toBe('answered')
  })

  it('lets one read find out, and spares the others meanwhile', async () => {
    const { read, pass } = begin()
    for (const user of ['a', 'b', 'a', 'b', 'a']) await read(user, 'fails')
    pass(5_000)
    const [first, second] = await Promise.all([read('a'), read('b')])
    expect([first, second]).toEqual(['answered', 'spared'])
  })

  it('counts reads that take more than half of their time', async () => {
    const { read } = begin()
    for (const user of ['a', 'b', 'a', 'b', 'a']) expect(await read(user, 2_501)).toBe('answered')
    expect(await read('a')).toBe('spared')
  })

  it('one user decides nothing as long as others read, nor does a damaged file', async () => {
    const { read } = begin()
    for (let time = 0; time < 20; time++) {
      await read('unlucky', 'fails')
      expect(await read('other')).toBe('answered')
    }
    for (let time = 0; time < 20; time++) await read(`user ${time}`, 'damaged')
    expect(await read('other')).toBe('answered')
  })
})
