import { describe, expect, test } from 'vitest'
import {
  type Circuit,
  defaultRules,
  healthy,
  readCircuit,
} from '../../../functions/_shared/circuit-breaker/circuit.ts'
import {
  admit,
  isNews,
  maxCalls,
  type Permit,
  type Report,
  renew,
  report,
} from '../../../functions/_shared/circuit-breaker/decide.ts'

const rules = {
  ...defaultRules,
  failures: 3,
  windowMs: 1000,
  openMs: 100,
  openCapMs: 300,
  probeLeaseMs: 50,
}
const inMiddle = () => 0.5
const start: Permit = { epoch: 0 }

function told(outcome: Report['outcome'], by = 'a', at = 0, permit: Permit = start): Report {
  return { permit, outcome, at, by }
}

function outcomeOf(
  reports: readonly Report[],
  now = 0,
  circuit: Circuit = healthy,
  given = {},
): Circuit {
  return report(circuit, reports, { now, rules: { ...rules, ...given }, random: inMiddle })
}

const open = (trips = 1, retryAt = 100): Circuit => ({
  state: 'open',
  epoch: 1,
  trips,
  openedAt: 0,
  retryAt,
})
const halfOpen = (trips = 1): Circuit => ({
  state: 'half-open',
  epoch: 1,
  trips,
  openedAt: 0,
  probe: { id: 'p', leasedUntil: 150 },
})
const probe: Permit = { epoch: 1, probe: 'p' }
const ask = (circuit: Circuit, now: number) => admit(circuit, { now, rules, newProbe: () => 'new' })

describe('admit()', () => {
  test('a closed circuit lets everyone through and stays as it is', () => {
    const circuit = outcomeOf([told('failure')])
    expect(ask(circuit, 5)).toEqual({ admitted: true, permit: { epoch: 0 }, next: circuit })
    expect(ask(circuit, 5)).toHaveProperty('next', circuit)
  })

  test('an open one refuses until its time, then lets one through under a lease', () => {
    expect(ask(open(), 99)).toEqual({ admitted: false, retryAt: 100 })
    expect(ask(open(2), 100)).toEqual({
      admitted: true,
      permit: { epoch: 1, probe: 'new' },
      next: {
        state: 'half-open',
        epoch: 1,
        trips: 2,
        openedAt: 0,
        probe: { id: 'new', leasedUntil: 150 },
      },
    })
  })

  test('a half-open one refuses while the lease of its probe lives, then sends another', () => {
    expect(ask(halfOpen(), 149)).toEqual({ admitted: false, retryAt: 150 })
    expect(ask(halfOpen(2), 150)).toMatchObject({
      permit: { epoch: 1, probe: 'new' },
      next: { trips: 2, openedAt: 0, probe: { id: 'new', leasedUntil: 200 } },
    })
  })
})

describe('report() to a closed circuit', () => {
  test('opens at the threshold, not before it', () => {
    const almost = outcomeOf([told('failure'), told('failure')])
    expect(almost).toEqual({
      state: 'closed',
      epoch: 0,
      calls: [
        { at: 0, by: 'a', outcome: 'failure' },
        { at: 0, by: 'a', outcome: 'failure' },
      ],
    })
    expect(outcomeOf([told('failure', 'a', 7)], 7, almost)).toEqual({
      state: 'open',
      epoch: 1,
      trips: 1,
      openedAt: 7,
      retryAt: 107,
    })
  })

  test.each([
    [0, 80],
    [0.5, 100],
    [1, 120],
  ])('stays open for the set time, give or take a fifth (%d)', (random, ms) => {
    const failures = [told('failure'), told('failure'), told('failure')]
    const circuit = report(healthy, failures, { now: 1, rules, random: () => random })
    expect(circuit).toMatchObject({ retryAt: 1 + ms })
  })

  test('opens only if failures are a large enough share of the calls', () => {
    const successes = Array.from({ length: 4 }, () => told('success'))
    const failures = Array.from({ length: 3 }, () => told('failure'))
    expect(outcomeOf([...successes, ...failures])).toMatchObject({ state: 'closed' })
    expect(outcomeOf([...successes, ...failures, told('failure')])).toMatchObject({ state: 'open' })
    expect(outcomeOf([...successes.slice(1), ...failures])).toMatchObject({ state: 'open' })
  })

  test('opens for slow calls at a share of their own', () => {
    const slow = Array.from({ length: 4 }, () => told('slow'))
    expect(outcomeOf(slow.slice(2))).toMatchObject({ state: 'closed' })
    expect(outcomeOf([told('success'), ...slow])).toMatchObject({ state: 'open' })
    expect(outcomeOf([told('success'), told('success'), ...slow])).toMatchObject({
      state: 'closed',
    })
    // A failure is not slow, and a slow call is none.
    expect(outcomeOf([told('failure'), told('failure'), told('slow')])).toMatchObject({
      state: 'closed',
    })
  })

  test('a success opens nothing, though what spoke against it has left the window', () => {
    const past = Array.from({ length: 4 }, () => told('success', 'a', 0))
    const circuit = outcomeOf(
      [...past, ...[1, 2, 3].map((at) => told('failure', 'a', at + 500))],
      503,
    )
    expect(circuit).toMatchObject({ state: 'closed' })
    const later = outcomeOf([told('success', 'a', 1100)], 1100, circuit)
    expect(later).toMatchObject({ state: 'closed', calls: { length: 4 } })
    expect(outcomeOf([told('failure', 'a', 1101)], 1101, later)).toMatchObject({ state: 'open' })
  })

  test('forgets what is older than the window', () => {
    const two = outcomeOf([told('failure', 'a', 0), told('failure', 'a', 1)], 1)
    expect(outcomeOf([told('failure', 'a', 1000)], 1000, two)).toMatchObject({
      calls: { length: 2 },
    })
    expect(outcomeOf([told('failure', 'a', 999)], 999, two)).toMatchObject({ state: 'open' })
  })

  test('keeps the newest calls only', () => {
    const many = Array.from({ length: maxCalls + 5 }, (_, at) => told('success', 'a', at + 1))
    const circuit = outcomeOf(many, 200)
    expect(circuit).toMatchObject({ calls: { length: maxCalls, 0: { at: 6 } } })
  })

  test('one isolate does not speak for all, unless it is the only one', () => {
    const failures = Array.from({ length: 5 }, () => told('failure', 'a'))
    expect(outcomeOf(failures)).toMatchObject({ state: 'open' })
    const doubted = outcomeOf([told('success', 'b'), ...failures])
    expect(doubted).toMatchObject({ state: 'closed' })
    expect(outcomeOf([told('failure', 'b')], 0, doubted)).toMatchObject({ state: 'open' })
    // The second voice must be about the same trouble.
    expect(outcomeOf([told('slow', 'b'), ...failures])).toMatchObject({ state: 'closed' })
  })

  test('does not hear what is uncounted, or of another epoch', () => {
    expect(outcomeOf([told('uncounted'), told('failure', 'a', 0, { epoch: 1 })])).toBe(healthy)
  })
})

describe('report() to an open circuit', () => {
  test('changes nothing, whoever speaks', () => {
    const circuit = open()
    for (const outcome of ['success', 'slow', 'failure', 'uncounted'] as const) {
      expect(
        outcomeOf([told(outcome, 'a', 1, { epoch: 0 }), told(outcome, 'a', 1, probe)], 1, circuit),
      ).toBe(circuit)
    }
  })
})

describe('report() to a half-open circuit', () => {
  test('the success of its probe closes it, with an empty window and a new epoch', () => {
    expect(outcomeOf([told('success', 'a', 5, probe)], 5, halfOpen(4))).toEqual({
      state: 'closed',
      epoch: 2,
      calls: [],
    })
  })

  test.each(['failure', 'slow'] as const)(
    'its %s opens it for twice as long, up to the cap',
    (outcome) => {
      const reopened = (trips: number) =>
        outcomeOf([told(outcome, 'a', 5, probe)], 1000, halfOpen(trips))
      expect(reopened(1)).toEqual({
        state: 'open',
        epoch: 2,
        trips: 2,
        openedAt: 1000,
        retryAt: 1200,
      })
      expect(reopened(2)).toMatchObject({ trips: 3, retryAt: 1300 })
    },
  )

  test('a probe that says nothing makes room for the next at once', () => {
    expect(outcomeOf([told('uncounted', 'a', 5, probe)], 60, halfOpen(3))).toEqual({
      state: 'open',
      epoch: 1,
      trips: 3,
      openedAt: 0,
      retryAt: 60,
    })
  })

  test('nobody else is heard: an earlier epoch, a probe that was given up, a call of no probe', () => {
    const circuit = halfOpen()
    for (const permit of [
      { epoch: 0 },
      { epoch: 1 },
      { epoch: 1, probe: 'q' },
      { epoch: 0, probe: 'p' },
    ]) {
      for (const outcome of ['success', 'failure', 'uncounted'] as const) {
        expect(outcomeOf([told(outcome, 'a', 1, permit)], 1, circuit)).toBe(circuit)
      }
    }
  })
})

describe('renew()', () => {
  test('holds the lease of the running probe, and of no other', () => {
    const now = 120
    expect(renew(halfOpen(2), probe, { now, rules })).toEqual({
      ...halfOpen(2),
      probe: { id: 'p', leasedUntil: 170 },
    })
    for (const circuit of [healthy, open(), halfOpen()]) {
      expect(renew(circuit, { epoch: 1, probe: 'q' }, { now, rules })).toBe(circuit)
      expect(renew(circuit, { epoch: 1 }, { now, rules })).toBe(circuit)
    }
    expect(renew(open(), probe, { now, rules })).toEqual(open())
  })
})

describe('isNews()', () => {
  const news = (circuit: Circuit, given: Report, now = 0) => isNews(circuit, given, { now, rules })

  test('failures and slow calls are, success in good times is not', () => {
    expect(news(healthy, told('failure'))).toBe(true)
    expect(news(healthy, told('slow'))).toBe(true)
    expect(news(healthy, told('success'))).toBe(false)
    expect(news(healthy, told('uncounted'))).toBe(false)
  })

  test('success is while the window holds anything', () => {
    const uneasy = outcomeOf([told('failure', 'a', 1)], 1)
    expect(news(uneasy, told('success'), 1000)).toBe(true)
    expect(news(uneasy, told('uncounted'), 1000)).toBe(false)
    expect(news(uneasy, told('success'), 1001)).toBe(false)
    expect(news(open(), told('success'))).toBe(false)
  })

  test('whatever becomes of a probe is', () => {
    expect(news(halfOpen(), told('uncounted', 'a', 0, probe))).toBe(true)
    expect(news(healthy, told('success', 'a', 0, probe))).toBe(true)
  })
})

test('readCircuit() takes what was stored, and what nobody can read for healthy', () => {
  for (const circuit of [healthy, open(), halfOpen(), outcomeOf([told('failure')])]) {
    expect(readCircuit(JSON.parse(JSON.stringify(circuit)))).toEqual(circuit)
  }
  for (const value of [
    null,
    7,
    {},
    { state: 'open', epoch: 1 },
    { state: 'ajar', epoch: 0, calls: [] },
  ]) {
    expect(readCircuit(value)).toBe(healthy)
  }
})
