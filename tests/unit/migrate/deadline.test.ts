import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { pieceOf, within } from '../../../scripts/migrate/deadline.ts'

const rejectedBy = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

it('within() gives back what the work gives, and leaves nothing with the signal of the run', async () => {
  const run = new AbortController()
  for (let piece = 0; piece < 100; piece++) {
    expect(await within(60_000, run.signal, async () => piece)).toBe(piece)
    await within(60_000, run.signal, () => Promise.reject(new Error('failed'))).catch(() => {})
  }
  expect(getEventListeners(run.signal, 'abort')).toEqual([])
})

it('within() ends what takes too long', async () => {
  const run = new AbortController()
  await expect(within(5, run.signal, rejectedBy)).rejects.toMatchObject({ name: 'TimeoutError' })
})

it('within() ends with the run, also with one that has ended', async () => {
  const run = new AbortController()
  const waiting = within(60_000, run.signal, rejectedBy)
  run.abort(new Error('Interrupted'))
  await expect(waiting).rejects.toThrow('Interrupted')
  await expect(within(60_000, run.signal, rejectedBy)).rejects.toThrow('Interrupted')
})

it('a piece that is aborted leaves the run and its other pieces alone', () => {
  const run = new AbortController()
  using one = pieceOf(run.signal)
  using other = pieceOf(run.signal)
  one.abort(new Error('Taken over'))
  expect([one.signal.aborted, other.signal.aborted, run.signal.aborted]).toEqual([
    true,
    false,
    false,
  ])
})
