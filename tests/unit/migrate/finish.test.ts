import { expect, it } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createFinish, type Finished, type Proven } from '../../../scripts/migrate/finish.ts'

const proven = (id: number): Proven => ({ id, sha256: 'b'.repeat(64), size: 1 })

/** A service that answers when it is told to. */
function slowService() {
  const calls: { ids: number[]; answer: (codes?: Record<number, string>) => void }[] = []
  const finish = createFinish((files) => {
    const { promise, resolve } = Promise.withResolvers<Finished[]>()
    const ids = files.map(({ id }) => id)
    calls.push({
      ids,
      answer: (codes = {}) => resolve(ids.map((id) => ({ id, code: codes[id] ?? null }))),
    })
    return promise
  })
  return { calls, finish }
}

it('what comes while a call is under way goes with the next one', async () => {
  const { calls, finish } = slowService()
  const first = finish(proven(1))
  const others = [finish(proven(2)), finish(proven(3))]
  expect(calls.map(({ ids }) => ids)).toEqual([[1]])
  calls[0]?.answer()
  await first
  await new Promise(setImmediate)
  expect(calls.map(({ ids }) => ids)).toEqual([[1], [2, 3]])
  calls[1]?.answer()
  await Promise.all(others)
  await new Promise(setImmediate)
  const later = finish(proven(4))
  calls[2]?.answer()
  await later
  expect(calls).toHaveLength(3)
})

it('one call takes a hundred', async () => {
  const { calls, finish } = slowService()
  const all = Array.from({ length: 151 }, (_, id) => finish(proven(id)))
  for (const expected of [1, 100, 50]) {
    expect(calls.at(-1)?.ids).toHaveLength(expected)
    calls.at(-1)?.answer()
    await new Promise(setImmediate)
  }
  await Promise.all(all)
})

it('each file fails by itself', async () => {
  const { calls, finish } = slowService()
  const settled = Promise.allSettled([finish(proven(1)), finish(proven(2)), finish(proven(3))])
  calls[0]?.answer({ 1: 'migration_mismatch' })
  await new Promise(setImmediate)
  calls[1]?.answer({ 3: 'no_such_code' })
  expect(await settled).toMatchObject([
    { status: 'rejected', reason: { code: 'migration_mismatch' } },
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'internal' } },
  ])
})

it('a file of which the answer says nothing has failed', async () => {
  const finish = createFinish(() => Promise.resolve([]))
  await expect(finish(proven(1))).rejects.toMatchObject({ code: 'internal' })
})

it('a call that fails is the failure of all its files, and the next one is made', async () => {
  let calls = 0
  const finish = createFinish((files) => {
    calls++
    if (calls === 1) return Promise.reject(new AppError('unavailable'))
    return Promise.resolve(files.map(({ id }) => ({ id, code: null })))
  })
  await expect(finish(proven(1))).rejects.toMatchObject({ code: 'unavailable' })
  await finish(proven(2))
})
