import { describe, expect, test, vi } from 'vitest'
import {
  type Breaker,
  createBreaker,
  type Stored,
  type Swap,
} from '../../../functions/_shared/circuit-breaker/breaker.ts'
import { defaultRules, healthy } from '../../../functions/_shared/circuit-breaker/circuit.ts'
import type { Permit } from '../../../functions/_shared/circuit-breaker/decide.ts'
import { AppError } from '../../../functions/_shared/errors.ts'

const endpoint = 'http://model.test'

/** A row in a database with a clock of its own, which can be taken away. */
function setup(reporters: readonly string[] = ['a']) {
  const database = {
    now: 1_000_000,
    isAway: false,
    row: undefined as Stored | undefined,
    writes: 0,
  }
  const swap: Swap = async (_endpoint, version, circuit) => {
    await Promise.resolve()
    if (database.isAway) throw new AppError('unavailable')
    const swapped = version === (database.row?.version ?? 0)
    if (swapped) {
      database.row = { version: version + 1, circuit }
      database.writes += 1
    }
    return { swapped, now: database.now, stored: database.row ?? { version: 0, circuit: healthy } }
  }
  const breakers = reporters.map((reporter) =>
    createBreaker({ swap, reporter, now: () => database.now / 1, random: () => 0.5 }),
  )
  /** What a job is told before each call, if the database is there. */
  const look = (breaker: Breaker) => {
    if (database.isAway) return
    const circuits = new Map([[endpoint, database.row ?? { version: 0, circuit: healthy }]])
    breaker.observe({ now: database.now, rules: defaultRules, circuits })
  }
  const enter = async (breaker: Breaker): Promise<Permit | undefined> => {
    look(breaker)
    const entry = await breaker.enter(endpoint)
    return entry.admitted ? entry.permit : undefined
  }
  const fail = async (breaker: Breaker, times: number) => {
    for (let time = 0; time < times; time++) {
      const permit = await enter(breaker)
      if (permit === undefined) throw new Error('Refused')
      await breaker.leave(endpoint, permit, 'failure')
    }
  }
  const [first] = breakers as [Breaker, ...Breaker[]]
  return { database, breakers, first, enter, fail }
}

describe('createBreaker()', () => {
  test('what one isolate learns, all know; one probe goes out, and closes it for all', async () => {
    const { database, breakers, enter, fail } = setup(['a', 'b'])
    const [a, b] = breakers as [Breaker, Breaker]
    await fail(a, 4)
    expect(await enter(b)).toEqual({ epoch: 0 })
    await fail(b, 1)
    expect(await enter(a)).toBeUndefined()
    expect(a.refusesUntil(endpoint)).toBe(1_000_000 + defaultRules.openMs)
    database.now += defaultRules.openMs
    const entries = await Promise.all([enter(a), enter(b)])
    const probes = entries.filter((permit) => permit?.probe !== undefined)
    expect(probes).toHaveLength(1)
    const winner = entries[0] === undefined ? b : a
    await winner.leave(endpoint, probes[0] as Permit, 'success')
    expect(await enter(a)).toEqual({ epoch: 2 })
    expect(await enter(b)).toEqual({ epoch: 2 })
  })

  test('while the database is away the same rules decide over what this isolate sees', async () => {
    const { database, first, enter, fail } = setup()
    database.isAway = true
    await fail(first, defaultRules.failures)
    expect(await enter(first)).toBeUndefined()
    database.now += defaultRules.openMs
    const probe = await enter(first)
    expect(probe?.probe).toBeDefined()
    expect(await enter(first)).toBeUndefined()
    await first.leave(endpoint, probe as Permit, 'success')
    expect(await enter(first)).toEqual({ epoch: 2 })
    expect(database.writes).toBe(0)
  })

  test('only one probe of an isolate goes out while the database is away', async () => {
    const { database, first, enter, fail } = setup()
    await fail(first, defaultRules.failures)
    database.isAway = true
    database.now += defaultRules.openMs
    const entries = await Promise.all(Array.from({ length: 10 }, () => enter(first)))
    expect(entries.filter((permit) => permit !== undefined)).toHaveLength(1)
  })

  test('the word of the database ends what was decided without it', async () => {
    const { database, first, enter, fail } = setup()
    database.isAway = true
    await fail(first, defaultRules.failures)
    database.isAway = false
    expect(await enter(first)).toEqual({ epoch: 0 })
  })

  test('an outcome that comes after a trip or a recovery changes nothing', async () => {
    const { database, first, enter, fail } = setup()
    const early = (await enter(first)) as Permit
    await fail(first, defaultRules.failures)
    const tripped = database.row
    await first.leave(endpoint, early, 'success')
    await first.leave(endpoint, early, 'failure')
    expect(database.row).toBe(tripped)
  })

  test('holds the lease of a probe for as long as it runs', async () => {
    vi.useFakeTimers()
    try {
      const { database, first, enter, fail } = setup()
      await fail(first, defaultRules.failures)
      database.now += defaultRules.openMs
      const probe = (await enter(first)) as Permit
      const release = first.hold(endpoint, probe)
      for (let third = 0; third < 12; third++) {
        database.now += defaultRules.probeLeaseMs / 3
        await vi.advanceTimersByTimeAsync(defaultRules.probeLeaseMs / 3)
        expect(await enter(first)).toBeUndefined()
      }
      release()
      database.now += defaultRules.probeLeaseMs
      await vi.advanceTimersByTimeAsync(defaultRules.probeLeaseMs)
      expect((await enter(first))?.probe).toBeDefined()
    } finally {
      vi.useRealTimers()
    }
  })

  test('a call of no probe holds nothing', () => {
    vi.useFakeTimers()
    setup().first.hold(endpoint, { epoch: 0 })
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  test('refuses if somebody is faster every time', async () => {
    const swap: Swap = async (_endpoint, version) => ({
      swapped: false,
      now: 0,
      stored: {
        version: version + 1,
        circuit: { state: 'open', epoch: 1, trips: 1, openedAt: 0, retryAt: 0 },
      },
    })
    const breaker = createBreaker({ swap, reporter: 'a', now: () => 0 })
    breaker.observe({
      now: 0,
      rules: defaultRules,
      circuits: new Map([
        [
          endpoint,
          { version: 1, circuit: { state: 'open', epoch: 1, trips: 1, openedAt: 0, retryAt: 0 } },
        ],
      ]),
    })
    expect(await breaker.enter(endpoint)).toMatchObject({ admitted: false })
  })
})
