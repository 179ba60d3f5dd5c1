import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { declaredDatabase } from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 60_000
const workers = 8
const jobsOfEachKind = 400

let scratch: OpenScratch
/** As the DBA, whose statements are transactions of their own. */
let sql: Sql
/** Each worker has a connection of its own. */
let pool: Sql

beforeAll(async () => {
  scratch = await openScratch()
  const { url } = await declaredDatabase(scratch, 'holds')
  sql = postgres(url, { max: 1, onnotice: () => {} })
  pool = postgres(url, { max: workers, onnotice: () => {} })
  await sql`insert into private.settings default values`
}, timeoutMs)

afterAll(async () => {
  await pool?.end()
  await sql?.end()
  await scratch?.close()
}, timeoutMs)

beforeEach(async () => {
  await sql`delete from private.queue_holds`
  await sql`delete from private.jobs`
  await sql`
    select private.enqueue_jobs(k.kind, array(select gen_random_uuid() from generate_series(1, ${jobsOfEachKind})), 'owner')
    from (values ('compact'), ('rebase')) as k (kind)
  `
})

interface Taken {
  readonly kind: string
  readonly jobId: string
  /** When the claim was sent, by the clock of this process. */
  readonly sentAt: number
}

/** Claims one job after the other until `done` says so, and ends each. */
async function work(done: () => boolean): Promise<Taken[]> {
  const taken: Taken[] = []
  while (!done()) {
    const sentAt = performance.now()
    const jobs = await pool`
      select job_id, kind, lease_token from private.claim_jobs('w', '{compact,rebase}', 1, 30, null)
    `
    for (const job of jobs) {
      taken.push({ kind: job.kind, jobId: job.job_id, sentAt })
      await pool`select private.complete_job(${job.job_id}, ${job.lease_token})`
    }
  }
  return taken
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sql`select pg_sleep(0.005)`
}

async function left(kind: string): Promise<number> {
  const [row] = await sql`select count(*)::integer as jobs from private.jobs where kind = ${kind}`
  return row?.jobs
}

test(
  'pause_queue() among eight workers: no claim that begins after it takes a job of the kind, all others are worked',
  async () => {
    let over = false
    const working = Array.from({ length: workers }, () => work(() => over))
    await until(async () => (await left('compact')) < jobsOfEachKind - 20)
    await sql`select private.pause_queue('compact', 'ada', 'a test')`
    const pausedAt = performance.now()
    await until(async () => (await left('rebase')) === 0)
    const resting = await left('compact')
    // Workers come and go empty-handed meanwhile.
    await sql`select pg_sleep(0.1)`
    expect(await left('compact')).toBe(resting)
    expect(resting).toBeGreaterThan(0)

    await sql`select private.resume_queue('compact', 'ada', 'a test')`
    const resumedAt = performance.now()
    await until(async () => (await left('compact')) === 0)
    over = true
    const taken = (await Promise.all(working)).flat()
    const inThePause = taken.filter(
      ({ kind, sentAt }) => kind === 'compact' && sentAt > pausedAt && sentAt < resumedAt,
    )
    // A claim that is sent just before resume_queue() commits may find it lifted.
    expect(inThePause.length).toBeLessThanOrEqual(workers)
    expect(new Set(taken.map(({ jobId }) => jobId)).size).toBe(taken.length)
    expect(taken.length).toBe(2 * jobsOfEachKind)
  },
  timeoutMs,
)

test(
  'pause_queue() waits for no worker that holds a job, and no worker waits for it',
  async () => {
    const [job] =
      await pool`select job_id, lease_token from private.claim_jobs('w', '{compact}', 1, 30, null)`
    await sql.begin(async (dba) => {
      await dba`set local lock_timeout = '1s'`
      await dba`select private.pause_queue('all', 'ada', 'a test')`
      // Not committed yet: workers neither see it nor wait for it.
      await pool.begin(async (worker) => {
        await worker`set local lock_timeout = '1s'`
        await worker`select private.complete_job(${job?.job_id}, ${job?.lease_token})`
        expect(
          await worker`select from private.claim_jobs('w', '{compact}', 1, 30, null)`,
        ).toHaveLength(1)
      })
    })
    expect(await pool`select from private.claim_jobs('w', '{compact}', 1, 30, null)`).toHaveLength(
      0,
    )
  },
  timeoutMs,
)
