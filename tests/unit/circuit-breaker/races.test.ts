/** Fifty isolates over fifty connections to a real Postgres, through the SQL that the functions call. */
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Breaker, createBreaker } from '../../../functions/_shared/circuit-breaker/breaker.ts'
import { defaultRules } from '../../../functions/_shared/circuit-breaker/circuit.ts'
import {
  readSeat,
  readSwapped,
  type Seat,
} from '../../../functions/_shared/circuit-breaker/store.ts'
import { declaredDatabase } from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from '../database/open-scratch.ts'

const workers = 50
/** `npm run test:breaker` asks for a thousand. */
const recoveries = Number(process.env.RESWAVE_RECOVERIES ?? 30)
const trips = Math.ceil(recoveries / 10)
const timeoutMs = 180_000
const endpoint = 'http://model-a.test:11434'
const other = 'http://model-b.test:11434'

interface Isolate {
  readonly name: string
  readonly sql: Sql
  readonly breaker: Breaker
  readonly take: (candidates?: readonly string[]) => Promise<Seat>
}

let scratch: OpenScratch
let dba: Sql
let isolates: Isolate[] = []

beforeAll(async () => {
  scratch = await openScratch()
  const { url } = await declaredDatabase(scratch, 'circuits')
  dba = postgres(url, { max: 2, onnotice: () => {} })
  await dba`insert into private.settings default values`
  isolates = await Promise.all(
    Array.from({ length: workers }, (_, index) => openIsolate(url, index)),
  )
}, timeoutMs)

afterAll(async () => {
  await Promise.all(isolates.map(({ sql }) => sql.end()))
  await dba?.end()
  await scratch?.close()
}, timeoutMs)

beforeEach(async () => {
  await dba`delete from private.circuit_breakers`
  await dba`update private.jobs set endpoint = null, leased_until = now() + interval '1 hour'`
  await dba`update private.settings set max_calls_per_endpoint = ${workers}`
})

/** One worker with a job of its own under lease. */
async function openIsolate(url: string, index: number): Promise<Isolate> {
  const name = `w${index}`
  const [job] = await dba<{ job_id: string; lease_token: string }[]>`
    insert into private.jobs (kind, subject_id, owner_id, max_attempts, lease_token, leased_until, worker_id)
    values ('optimize', gen_random_uuid(), 'owner', 5, gen_random_uuid(), now() + interval '1 hour', ${name})
    returning job_id, lease_token
  `
  if (job === undefined) throw new Error('No job')
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { role: 'service_role' } })
  const breaker = createBreaker({
    reporter: name,
    swap: async (at, version, circuit) => {
      const [row] = await sql`
        select public.internal_swap_circuit(${at}, ${version}, ${sql.json(circuit as never)}) as answer
      `
      return readSwapped(row?.answer)
    },
  })
  const endpoints = [endpoint, other]
  const take = async (candidates: readonly string[] = [endpoint]) => {
    const [row] = await sql`
      select public.internal_take_endpoint(${job.job_id}, ${job.lease_token}, ${[...candidates]}, ${endpoints}) as answer
    `
    const seat = readSeat(row?.answer, endpoints)
    breaker.observe(seat)
    return seat
  }
  return { name, sql, breaker, take }
}

async function ask({ breaker, take }: Isolate) {
  await take()
  return await breaker.enter(endpoint)
}

async function circuitNow() {
  const [row] = await dba`select circuit from private.circuit_breakers where endpoint = ${endpoint}`
  return row?.circuit
}

test('the defaults of the settings and of the functions are the same', async () => {
  const [row] = await dba`select private.circuit_rules() as rules`
  expect(row?.rules).toEqual(defaultRules)
})

test(
  `${recoveries} recoveries, ${workers} workers at once: one probe each`,
  async () => {
    let refused = 0
    for (let recovery = 1; recovery <= recoveries; recovery++) {
      await dba`select private.force_circuit(${endpoint}, 'open', '0 seconds')`
      const probes: string[] = []
      await Promise.all(
        isolates.map(async (isolate) => {
          const entry = await ask(isolate)
          if (!entry.admitted) refused += 1
          else if (entry.permit.probe !== undefined) {
            probes.push(isolate.name)
            await isolate.breaker.leave(endpoint, entry.permit, 'success')
          }
        }),
      )
      expect(probes).toHaveLength(1)
      expect(await circuitNow()).toEqual({ state: 'closed', epoch: recovery * 2, calls: [] })
    }
    // Without losers there was no race.
    expect(refused).toBeGreaterThan(recoveries)
  },
  timeoutMs,
)

test(
  `${trips} trips, ${workers} workers at once: what is let through is the threshold and what was in flight`,
  async () => {
    for (let trip = 0; trip < trips; trip++) {
      await dba`delete from private.circuit_breakers`
      let isTripped = false
      let begun = 0
      let begunAfter = 0
      await Promise.all(
        isolates.map(async (isolate) => {
          for (;;) {
            const wasTripped = isTripped
            const entry = await ask(isolate)
            if (!entry.admitted) return
            begun += 1
            if (wasTripped) begunAfter += 1
            // The call itself: a round trip that fails.
            await isolate.sql`select`
            await isolate.breaker.leave(endpoint, entry.permit, 'failure')
            isTripped ||= isolate.breaker.refusesUntil(endpoint) !== undefined
          }
        }),
      )
      expect(begunAfter).toBe(0)
      expect(begun).toBeGreaterThanOrEqual(defaultRules.failures)
      expect(begun).toBeLessThanOrEqual(defaultRules.failures + workers - 1)
      expect(await circuitNow()).toMatchObject({ state: 'open', epoch: 1, trips: 1 })
    }
  },
  timeoutMs,
)

test('fifty jobs at once get as many seats as there are, shared out evenly', async () => {
  await dba`update private.settings set max_calls_per_endpoint = 4`
  const seats = await Promise.all(isolates.map(({ take }) => take([endpoint, other])))
  const at = (name: string | undefined) => seats.filter((seat) => seat.endpoint === name).length
  expect([at(endpoint), at(other), at(undefined)]).toEqual([4, 4, workers - 8])

  // Who has one keeps it; a lease that ran out makes room.
  const seated = seats.findIndex((seat) => seat.endpoint === other)
  const standing = seats.findIndex((seat) => seat.endpoint === undefined)
  expect((await isolates[seated]?.take([endpoint, other]))?.endpoint).toBe(other)
  expect((await isolates[standing]?.take([endpoint, other]))?.endpoint).toBeUndefined()
  await dba`update private.jobs set leased_until = now() where worker_id = ${`w${seated}`}`
  expect((await isolates[standing]?.take([endpoint, other]))?.endpoint).toBe(other)
})

test('a healthy path writes nothing', async () => {
  const [isolate] = isolates
  if (isolate === undefined) throw new Error('No isolate')
  for (let call = 0; call < 20; call++) {
    const entry = await ask(isolate)
    if (!entry.admitted) throw new Error('Refused')
    await isolate.breaker.leave(endpoint, entry.permit, 'success')
  }
  expect(await circuitNow()).toBeUndefined()

  // Once something goes wrong, what was good before it is told with it.
  const entry = await ask(isolate)
  if (!entry.admitted) throw new Error('Refused')
  await isolate.breaker.leave(endpoint, entry.permit, 'failure')
  expect((await circuitNow()).calls).toHaveLength(21)
})
