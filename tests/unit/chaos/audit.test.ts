import postgres, { type Sql, type TransactionSql } from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Accepted, installAudit, readEvidence } from '../../../scripts/chaos/evidence.ts'
import { judge } from '../../../scripts/chaos/judge.ts'
import { declaredDatabase } from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from '../database/open-scratch.ts'

// What a run's database remembers, on the real queue: a job that goes well is judged so, and each defect
// that is planted in what it leaves is found.

const timeoutMs = 60_000
const owner = 'auth0|somebody'
let scratch: OpenScratch
let sql: Sql
let accepted: Accepted[]
let optimizationId: string

beforeAll(async () => {
  scratch = await openScratch()
  const { superuserUrl } = await declaredDatabase(scratch, 'chaos')
  sql = postgres(superuserUrl, { max: 2, onnotice: () => {} })
  await sql`insert into private.settings default values`
  await sql`insert into storage.buckets (id, name) values ('resumes', 'resumes')`
  await installAudit(sql)
}, timeoutMs)

afterAll(async () => {
  await sql?.end()
  await scratch?.close()
}, timeoutMs)

beforeEach(async () => {
  await sql`truncate private.jobs, public.resumes, chaos.job_changes, chaos.endings cascade`
  await workOne()
})

function as<T>(role: string, work: (transaction: TransactionSql) => Promise<T>) {
  return sql.begin(async (transaction) => {
    const claims = JSON.stringify({ role, sub: owner })
    await transaction`select set_config('role', ${role}, true), set_config('request.jwt.claims', ${claims}, true)`
    return work(transaction)
  })
}

/** An upload, its ingest and an optimization, all the way by the RPCs. */
async function workOne() {
  const [version] = await as(
    'authenticated',
    (transaction) =>
      transaction<{ version_id: string; full_storage_path: string }[]>`
      select * from public.begin_resume_upload('cv.pdf', 'application/pdf', 1000)`,
  )
  if (!version) throw new Error('Expected a version')
  await sql`
    insert into storage.objects (bucket_id, name, owner_id, metadata)
    values ('resumes', ${version.full_storage_path}, ${owner}, '{"size": 1000, "mimetype": "application/pdf"}')
    on conflict do nothing`
  const [optimization] = await as(
    'authenticated',
    (transaction) =>
      transaction<{ optimization_id: string }[]>`
      select * from public.request_optimization(${version.full_storage_path})`,
  )
  optimizationId = optimization?.optimization_id ?? ''
  await as('service_role', async (transaction) => {
    const claim = async (kind: string) => {
      const [job] = await transaction<{ job_id: string; lease_token: string }[]>`
        select * from public.internal_claim_jobs('w1', array[${kind}], 1)`
      if (!job) throw new Error(`Expected a job: ${kind}`)
      return job
    }
    const ingest = await claim('ingest')
    await transaction`
      select public.internal_complete_ingest(${ingest.job_id}, ${ingest.lease_token}, ${'a'.repeat(64)}, 1000, 'Text', '', 'en')`
    const optimize = await claim('optimize')
    await transaction`select public.internal_start_optimization(${optimize.job_id}, ${optimize.lease_token})`
    await transaction`
      select public.internal_report_optimization(
        ${optimize.job_id}, ${optimize.lease_token}, 30, null, '[{"type": "scoring", "data": {"score": 1}}]')`
    await transaction`
      select public.internal_complete_optimization(${optimize.job_id}, ${optimize.lease_token}, 'succeeded', '{"score": 1}')`
  })
  accepted = [
    { kind: 'version', id: version.version_id, endings: ['ready'] },
    { kind: 'optimization', id: optimizationId, endings: ['succeeded'] },
  ]
}

async function failing(): Promise<string[]> {
  const remembered = { accepted, answersByKey: new Map(), complaints: [], outages: [], pace: [] }
  return judge(await readEvidence(sql, remembered))
    .filter(({ violations }) => violations.length > 0)
    .map(({ name }) => name.split(':')[0] ?? '')
}

it('a job that goes well breaks no promise, and every hand it went through is noted', async () => {
  expect(await failing()).toEqual([])
  const changes = await sql`select kind, operation from chaos.job_changes order by change_id`
  expect(changes.map(({ kind, operation }) => `${kind} ${operation}`).sort()).toEqual([
    'ingest delete',
    'ingest insert',
    'ingest update',
    'optimize delete',
    'optimize insert',
    'optimize update',
  ])
})

it.each([
  ['an optimization is deleted', () => sql`delete from public.optimizations`, ['0 lost']],
  ['a version is deleted', () => sql`delete from public.resumes`, ['0 lost']],
  [
    'a last event is doubled',
    () => sql`
      with last as (
        update public.optimizations set last_event_id = last_event_id + 1 returning optimization_id, last_event_id
      )
      insert into private.optimization_events (optimization_id, event_id, type, data)
      select optimization_id, last_event_id, 'done', '{}' from last`,
    ['events count from 1 without a gap, with one end, the last'],
  ],
  [
    'an event is told again',
    () =>
      sql.begin((transaction) => [
        transaction`update public.optimizations set last_event_id = last_event_id + 1`,
        transaction`update private.optimization_events set event_id = event_id + 1 where type = 'done'`,
        transaction`
        insert into private.optimization_events (optimization_id, event_id, type, data)
        select optimization_id, event_id + 1, type, data from private.optimization_events where type = 'scoring'`,
      ]),
    ['no event is told twice by one attempt'],
  ],
  [
    'a result is written again',
    () => sql`update public.optimizations set result = '{"score": 2}'`,
    ['0 done twice'],
  ],
  [
    'a lease is left',
    () =>
      sql.begin((transaction) => [
        transaction`select private.enqueue_job('remove_object', version_id, ${owner}) from public.resume_versions`,
        transaction`select private.claim_jobs('w1', array['remove_object'], 1, 30, null)`,
      ]),
    ['0 stuck'],
  ],
  [
    'a job is left behind',
    () => sql`select private.enqueue_job('optimize', ${optimizationId}, ${owner})`,
    ['0 done twice', '0 stuck'],
  ],
  [
    'a lease is taken up late',
    async () => {
      await sql`select private.enqueue_job('remove_object', version_id, ${owner}) from public.resume_versions`
      await sql`select private.claim_jobs('w1', array['remove_object'], 1, 30, null)`
      await sql`update private.jobs set leased_until = now() - interval '6 seconds'`
      await sql`select private.claim_jobs('w2', array['remove_object'], 1, 30, null)`
      await sql`delete from private.jobs`
    },
    ['leases are recovered within 5 s of their end'],
  ],
])('finds it when %s', async (_name, plant, expected) => {
  await plant()
  expect(await failing()).toEqual(expected)
})
