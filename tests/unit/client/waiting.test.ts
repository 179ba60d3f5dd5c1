import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ResWaveError } from '../../../client/core/error.ts'
import { backoffMs, createPatience, delay, retrying } from '../../../client/core/wait.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const away = new ResWaveError('unavailable', 'not now')

describe('backoffMs()', () => {
  it('grows, has a limit, and leaves half of it to chance', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
        const waitMs = backoffMs(attempt, () => chance)
        const most = Math.min(20_000, 500 * 2 ** attempt)
        expect(waitMs).toBeGreaterThanOrEqual(most / 2)
        expect(waitMs).toBeLessThanOrEqual(most)
      }),
    )
  })
})

describe('retrying()', () => {
  it('gives up after seven attempts, with the failure itself', async () => {
    const work = vi.fn(() => Promise.reject(away))
    const tried = expect(retrying(work)).rejects.toBe(away)
    await vi.runAllTimersAsync()
    await tried
    expect(work).toHaveBeenCalledTimes(7)
  })

  it.each(['invalid_request', 'quota_exceeded', 'too_many_requests', 'session_over'] as const)(
    'does not try %s again',
    async (code) => {
      const work = vi.fn(() => Promise.reject(new ResWaveError(code, '')))
      await expect(retrying(work)).rejects.toMatchObject({ code })
      expect(work).toHaveBeenCalledTimes(1)
    },
  )

  it('does not try a fault of the program again', async () => {
    const work = vi.fn(() => Promise.reject(new TypeError('x is undefined')))
    await expect(retrying(work)).rejects.toThrow('x is undefined')
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('waits as long as the server asks, unless that is long', async () => {
    const asks = (retryAfterSeconds: number) =>
      new ResWaveError('unavailable', '', { retryAfterSeconds })
    const work = vi.fn().mockRejectedValueOnce(asks(25)).mockResolvedValueOnce('done')
    const done = retrying(work)
    await vi.advanceTimersByTimeAsync(24_900)
    expect(work).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(await done).toBe('done')
    await expect(retrying(() => Promise.reject(asks(31)))).rejects.toMatchObject({
      retryAfterSeconds: 31,
    })
  })

  it('waits for the network where the browser knows that there is none', async () => {
    const target = new EventTarget()
    const navigator = { onLine: false }
    vi.stubGlobal('navigator', navigator)
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
    const work = vi.fn().mockRejectedValueOnce(away).mockResolvedValueOnce('done')
    const done = retrying(work)
    await vi.advanceTimersByTimeAsync(300_000)
    expect(work).toHaveBeenCalledTimes(1)
    navigator.onLine = true
    target.dispatchEvent(new Event('online'))
    expect(await done).toBe('done')
  })

  it('stops at once when its signal does', async () => {
    const control = new AbortController()
    const stopped = expect(
      retrying(() => Promise.reject(away), control.signal),
    ).rejects.toMatchObject({ code: 'cancelled' })
    await vi.advanceTimersByTimeAsync(10)
    control.abort()
    await stopped
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a patience', () => {
  it('begins anew with everything that comes through', async () => {
    const patience = createPatience()
    for (let i = 0; i < 30; i++) {
      const spent = patience.spend(away)
      await vi.runAllTimersAsync()
      await spent
      if (i % 5 === 4) patience.renew()
    }
  })

  it('is not asked by what was cancelled', async () => {
    await expect(createPatience().spend(away, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    })
    await expect(delay(1, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })
})
