import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import {
  createBell,
  followOptimization,
  hasEnded,
  readOptimization,
} from '../../../functions/_shared/optimization/follow.ts'
import { fakeService, hang, type Rpc, raised, subjectId } from '../jobs/fake-service.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const row = { optimization_id: subjectId, status: 'succeeded' }
const event = (event_id: number, type: string) => ({ event_id, type, data: { n: event_id } })

function setup(list: Rpc, rows: unknown = [row]) {
  return fakeService({ list_optimization_events: list }, () => Response.json(rows))
}

async function collect<T, R>(events: AsyncGenerator<T, R>): Promise<{ events: T[]; end: R }> {
  const all: T[] = []
  for (;;) {
    const next = await events.next()
    if (next.done) return { events: all, end: next.value }
    all.push(next.value)
  }
}

const never = new AbortController().signal

describe('followOptimization()', () => {
  test('yields saved events after the given one until the end, and returns the row', async () => {
    const saved = [event(1, 'queued'), event(2, 'scoring'), event(3, 'done')]
    const service = setup(({ after_event_id }) =>
      saved.filter(({ event_id }) => event_id > Number(after_event_id)),
    )
    const all = await collect(
      followOptimization(service.client, subjectId, { afterEventId: 1, signal: never }),
    )
    expect(all.events).toEqual([
      { id: 2, type: 'scoring', data: { n: 2 } },
      { id: 3, type: 'done', data: { n: 3 } },
    ])
    expect(all.end).toMatchObject(row)
    expect(service.calls).toHaveLength(1)
  })

  test('asks again every 500 ms, each time after what it has', async () => {
    const answers = [[event(1, 'queued')], [], [event(2, 'checking'), event(3, 'error')]]
    const service = setup(() => answers.shift() ?? [])
    const all = collect(
      followOptimization(service.client, subjectId, { afterEventId: 0, signal: never }),
    )
    await vi.advanceTimersByTimeAsync(499)
    expect(service.calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(service.calls).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(500)
    expect((await all).events.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(service.calls.map(({ args }) => args.after_event_id)).toEqual([0, 1, 1])
  })

  test('news cuts the wait short', async () => {
    const answers = [[], [event(1, 'done')]]
    const service = setup(() => answers.shift() ?? [])
    const news = createBell()
    const all = collect(
      followOptimization(service.client, subjectId, { afterEventId: 0, signal: never, news }),
    )
    await vi.advanceTimersByTimeAsync(0)
    expect(service.calls).toHaveLength(1)
    news.ring()
    expect((await all).events).toHaveLength(1)
  })

  test('news that came while it was asking is not lost', async () => {
    const news = createBell()
    const answers = [[], [event(1, 'done')]]
    const service = setup(() => {
      if (answers.length === 2) news.ring()
      return answers.shift() ?? []
    })
    const all = await collect(
      followOptimization(service.client, subjectId, { afterEventId: 0, signal: never, news }),
    )
    expect(all.events).toHaveLength(1)
  })

  test('what was saved here is told without reading it, once, and a gap is read', async () => {
    const told = (id: number) => ({ id, type: 'checking', data: { id } })
    const answers = [[event(1, 'checking')], [event(4, 'checking'), event(5, 'done')]]
    const service = setup(() => answers.shift() ?? [])
    const news = createBell()
    const all = collect(
      followOptimization(service.client, subjectId, { afterEventId: 0, signal: never, news }),
    )
    await vi.advanceTimersByTimeAsync(0)
    news.ring([told(1), told(2)])
    await vi.advanceTimersByTimeAsync(0)
    news.ring([told(3)])
    await vi.advanceTimersByTimeAsync(0)
    expect(service.calls).toHaveLength(1)
    news.ring([told(5)])
    expect((await all).events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
    expect(service.calls.map(({ args }) => args.after_event_id)).toEqual([0, 3])
  })

  test('a signal ends it in the middle of a wait, and of a call', async () => {
    const reason = new AppError('cancelled')
    for (const list of [() => [], hang]) {
      const stop = new AbortController()
      const all = collect(
        followOptimization(setup(list).client, subjectId, {
          afterEventId: 0,
          signal: stop.signal,
          news: createBell(),
        }),
      )
      all.catch(() => {})
      await vi.advanceTimersByTimeAsync(0)
      stop.abort(reason)
      await expect(all).rejects.toBe(reason)
    }
  })

  test('a moment without a database ends nothing, a longer one does', async () => {
    for (const [misses, ends] of [
      [10, 'done'],
      [11, 'unavailable'],
    ] as const) {
      let missed = 0
      const service = setup(() => {
        if (missed++ < misses) throw new TypeError('fetch failed')
        return [event(1, 'done')]
      })
      const all = collect(
        followOptimization(service.client, subjectId, { afterEventId: 0, signal: never }),
      ).then(
        ({ events }) => events.at(-1)?.type,
        ({ code }) => code,
      )
      await vi.advanceTimersByTimeAsync(20_000)
      expect(await all).toBe(ends)
    }
  })

  test('throws what the Data API says of the caller', async () => {
    const service = setup(() => raised('unauthorized'))
    const all = collect(
      followOptimization(service.client, subjectId, { afterEventId: 0, signal: never }),
    )
    await expect(all).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

describe('readOptimization()', () => {
  test('absent and another’s are the same not_found', async () => {
    const { client } = setup(() => [], [])
    await expect(readOptimization(client, subjectId)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a signal ends it with its own reason', async () => {
    const service = fakeService({}, (request) => hang({}, request.signal))
    const stop = new AbortController()
    const reason = new AppError('cancelled')
    const reading = readOptimization(service.client, subjectId, stop.signal)
    stop.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })
})

test.each([
  ['queued', false],
  ['running', false],
  ['succeeded', true],
  ['failed', true],
  ['cancelled', true],
])('hasEnded(): %s is %s', (status, ended) => {
  expect(hasEnded({ status } as Parameters<typeof hasEnded>[0])).toBe(ended)
})
