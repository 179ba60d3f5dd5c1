import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DualWriteStore, openDualWriteStore, type Phase } from '../../dual-write/dual-write.ts'
import { readFixture } from '../fixtures/resumes.ts'
import { seeded } from '../unit/dual-write/world.ts'
import { app } from './app.ts'
import { type FaultyProxy, fair, startFaultyProxy } from './faulty-proxy.ts'
import { createPerson, hashOf, type LegacyApp, startLegacyApp, type Tally } from './legacy-app.ts'
import { startTestStack } from './stack.setup.ts'

const started = await startTestStack({}, { worker: false })
const { stack } = app(started.coordinates)
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
const pdf = readFixture('logistics-coordinator.libreoffice.pdf')
const random = seeded(11)
/** Of the canary's outcomes. */
const slotMs = 300_000
const longestLoadMs = 40_000
const tally: Tally = { writes: 0, reads: 0, unanswered: 0, wrong: [] }
let root: string
let proxy: FaultyProxy
let store: DualWriteStore
let legacy: LegacyApp
let people: ReturnType<typeof createPerson>[]
let variants = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-rollout-'))
  proxy = await startFaultyProxy(stack.url)
  // Phases from the canary and outcomes to it, as an app has them.
  store = await openDualWriteStore({
    root,
    supabase: { url: proxy.url, secretKey: stack.secretKey },
    phaseMs: 100,
    phaseTimeoutMs: 10_000,
    repairEveryMs: 200,
  })
  legacy = await startLegacyApp(store)
  people = Array.from({ length: 40 }, () =>
    createPerson(legacy.url, `auth0|${crypto.randomUUID()}`, new Map(), variant, tally),
  )
})

afterAll(async () => {
  legacy.stop()
  await store.close()
  await proxy.stop()
  await rm(root, { recursive: true, force: true })
  await sql.end()
  await started.stop()
})

function variant(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([pdf, Buffer.from(`\n% ${++variants}\n`)]))
}

/** Everybody does something so many times, a few of them at once. */
async function load(times: number): Promise<void> {
  const waiting = [...people]
  async function work(): Promise<void> {
    for (let person = waiting.pop(); person !== undefined; person = waiting.pop()) {
      for (let time = 0; time < times; time++) await person.act(random)
    }
  }
  await Promise.all(Array.from({ length: 6 }, work))
}

/** All that the rollout knows becomes five minutes older. */
async function fiveMinutesPass(): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      update private.rollouts
      set entered_at = entered_at - interval '5 minutes', judged_until = judged_until - interval '5 minutes',
        cooling_until = cooling_until - interval '5 minutes'`
    // The key may meet that of the slot before it.
    const rows = await tx`delete from private.store_outcomes returning *`
    const earlier = rows.map((row) => ({
      ...row,
      slot_at: new Date(row.slot_at.getTime() - 300_000),
    }))
    if (earlier.length > 0) await tx`insert into private.store_outcomes ${tx(earlier)}`
  })
}

/** Slots begin at whole multiples of five minutes: what is done across such a time is judged in halves. */
async function restUntilInOneSlot(): Promise<void> {
  const left = slotMs - (Date.now() % slotMs)
  await new Promise((resolve) => setTimeout(resolve, left < longestLoadMs ? left + 100 : 100))
}

/** Everybody uses the app for a slot of five minutes, and the canary judges it. */
async function slot(): Promise<{
  decision: string | null
  phases: Partial<Record<Phase, number>>
}> {
  await fiveMinutesPass()
  await restUntilInOneSlot()
  await load(8)
  const phases: Partial<Record<Phase, number>> = {}
  for (const { user } of people) {
    const [row] = await sql<{ phase: Phase }[]>`select public.rollout_phase(${user}) as phase`
    if (row !== undefined) phases[row.phase] = (phases[row.phase] ?? 0) + 1
  }
  await store.settled()
  expect(store.stats().outcomesLost).toBe(0)
  await fiveMinutesPass()
  const [judged] = await sql<{ decision: string | null }[]>`
    select private.judge_rollouts(clock_timestamp()) as decision`
  return { decision: judged?.decision ?? null, phases }
}

async function lastWhy(): Promise<unknown> {
  const [row] = await sql`
    select why, figures from private.rollout_decisions order by decision_id desc limit 1`
  return row
}

it('a rollout takes users through the phases, falls back by itself when Supabase fails them, and goes on; callers never notice', {
  timeout: 240_000,
}, async () => {
  await load(2)
  const stages = (
    [
      ['dual_write', 50],
      ['dual_write', 100],
      ['dual_read', 50],
      ['dual_read', 100],
      ['supabase', 100],
    ] as const
  ).map(([phase, percentage]) => ({ phase, percentage, minSeconds: 0, minCalls: 50, minUsers: 5 }))
  await sql`select public.start_rollout('test', 'a whole move', ${sql.json(stages)})`
  // The machine of a test may be slow for everybody.
  await sql`update private.rollouts set slow_share = 1, cool_down = '0' where ended_at is null`

  const first = await slot()
  expect(first.decision, JSON.stringify(await lastWhy())).toBe('moved_on')
  expect(first.phases.local).toBeGreaterThan(8)
  expect(first.phases.dual_write).toBeGreaterThan(8)
  const second = await slot()
  expect(second, JSON.stringify(await lastWhy())).toEqual({
    decision: 'moved_on',
    phases: { dual_write: 40 },
  })
  // What was written before is with Supabase, so that reading there falls back for no user of it.
  for (let pass = 0; pass < 20 && store.stats().pending > 0; pass++) await store.repair()
  expect(store.stats().pending).toBe(0)

  // Half of the users read from Supabase, which fails half of the time.
  proxy.weather = { ...fair, refused: 0.5, only: /internal_store|\/storage\// }
  const failing = await slot()
  expect(failing.decision, JSON.stringify(await lastWhy())).toBe('fell_back')
  expect(failing.phases.dual_read).toBeGreaterThan(8)
  // Which of them shows first is chance: those who only write there notice the faults, too.
  expect(await lastWhy()).toMatchObject({
    why: expect.stringMatching('local fallback|supabase fault'),
  })
  const [told] = await sql`select sum(fallbacks)::integer as fallbacks from private.store_outcomes`
  expect(told?.fallbacks).toBeGreaterThan(10)
  expect(tally).toMatchObject({ unanswered: 0, wrong: [] })

  proxy.weather = fair
  const fallen = await slot()
  expect(fallen, JSON.stringify(await lastWhy())).toEqual({
    decision: 'moved_on',
    phases: { dual_write: 40 },
  })
  for (let pass = 0; pass < 20 && store.stats().pending > 0; pass++) await store.repair()
  for (const phase of ['dual_read', 'dual_read', 'supabase'] as const) {
    const { decision, phases } = await slot()
    expect(decision, JSON.stringify(await lastWhy())).toBe(
      phase === 'supabase' ? 'held' : 'moved_on',
    )
    expect(phases[phase]).toBeGreaterThan(8)
  }
  expect(await lastWhy()).toMatchObject({ why: 'complete' })

  expect(tally).toMatchObject({ unanswered: 0, wrong: [] })
  expect(tally.writes).toBeGreaterThan(400)
  expect(store.stats().shadow.mismatched).toBe(0)
  let files = 0
  for (const { user, held } of people) {
    for (const [file, values] of held) {
      const found = await store.get(user, file)
      expect(values).toContain(found === undefined ? undefined : hashOf(found.bytes))
      expect(await stateOf(user, file)).toBe(found === undefined ? 'deleted' : 'stored')
      if (found !== undefined) files++
    }
  }
  expect(files).toBeGreaterThan(20)
})

async function stateOf(user: string, file: string): Promise<unknown> {
  const [row] = await sql`select public.internal_store_head(${user}, ${file}) ->> 'state' as state`
  return row?.state
}
