import { expect, test } from 'vitest'
import { createPace, type PaceLimits } from '../../../scripts/migrate/pace.ts'

const never = new AbortController().signal

/** A clock that moves when somebody sleeps. */
function paceAt(limits: PaceLimits = {}) {
  const clock = { time: 1_000 }
  const pace = createPace(limits, {
    now: () => clock.time,
    async sleep(ms) {
      clock.time += ms
    },
    random: () => 1,
  })
  const waited = async (bytes = 0) => {
    const before = clock.time
    await pace.turn(bytes, never)
    return Math.round(clock.time - before)
  }
  return { pace, clock, waited }
}

test('a pace without limits waits for nothing', async () => {
  const { waited } = paceAt()
  expect([await waited(1e9), await waited(1e9)]).toEqual([0, 0])
})

test('requests are as far apart as their rate says', async () => {
  const { waited } = paceAt({ requestsPerSecond: 4 })
  expect([await waited(), await waited(), await waited()]).toEqual([0, 250, 250])
})

test('a large file makes the next one wait for its bytes', async () => {
  const { waited } = paceAt({ bytesPerSecond: 1000 })
  expect([await waited(5000), await waited(), await waited(1000)]).toEqual([0, 0, 5000])
})

test('each refusal doubles the wait up to half a minute, and success lets it fall', async () => {
  const { pace, waited } = paceAt()
  const waits: number[] = []
  for (let round = 0; round < 9; round++) {
    pace.slowDown()
    waits.push(await waited())
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000])
  for (let round = 0; round < 100; round++) pace.succeeded()
  pace.slowDown()
  expect(await waited()).toBe(250)
})

test('a storm among those under way counts once', async () => {
  const { pace, waited } = paceAt()
  for (let one = 0; one < 8; one++) pace.slowDown()
  expect(await waited()).toBe(250)
})

test('what the service asks for is waited for, within reason', async () => {
  const { pace, waited } = paceAt()
  pace.slowDown(7_000)
  expect(await waited()).toBe(7_000)
  pace.slowDown(3_600_000)
  expect(await waited()).toBe(30_000)
})
