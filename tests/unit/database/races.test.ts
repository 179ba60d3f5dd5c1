import postgres, { type Sql, type TransactionSql } from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { declaredDatabase } from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 60_000
const connections = 10
const owner = 'auth0|owner'

interface Version {
  version_id: string
  resume_id: string
  full_storage_path: string
  state: string
}

interface Job {
  job_id: string
  lease_token: string
}

interface Optimization {
  optimization_id: string
  status: string
}

let scratch: OpenScratch
/** As the DBA, for what a test sets up and looks at. */
let sql: Sql
/** Each call takes a connection of its own. */
let pool: Sql

beforeAll(async () => {
  scratch = await openScratch()
  const { url } = await declaredDatabase(scratch, 'races')
  sql = postgres(url, { max: 2, onnotice: () => {} })
  pool = postgres(url, { max: connections, onnotice: () => {} })
  await sql`insert into private.settings default values`
  await sql`insert into storage.buckets (id, name) values ('resumes', 'resumes')`
}, timeoutMs)

afterAll(async () => {
  await pool?.end()
  await sql?.end()
  await scratch?.close()
}, timeoutMs)

beforeEach(async () => {
  await sql.begin(async (transaction) => {
    await transaction`set local storage.allow_delete_query = 'true'`
    await transaction`delete from storage.objects`
    await transaction`delete from private.jobs`
    await transaction`delete from public.resumes`
    await transaction`update private.settings set max_pending_uploads_per_user = 20, max_active_optimizations_per_user = 3`
  })
})

function asUser<T>(subject: string, work: (transaction: TransactionSql) => Promise<T>) {
  return pool.begin(async (transaction) => {
    const claims = JSON.stringify({ role: 'authenticated', sub: subject })
    await transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
    return work(transaction)
  })
}

function asService<T>(work: (transaction: TransactionSql) => Promise<T>) {
  return pool.begin(async (transaction) => {
    await transaction`select set_config('role', 'service_role', true)`
    return work(transaction)
  })
}

async function only<T>(rows: PromiseLike<readonly T[]>): Promise<T> {
  const [row] = await rows
  if (!row) throw new Error('Expected a row')
  return row
}

function beginUpload(name: string, resumeId: string | null = null, key: string | null = null) {
  return asUser(owner, (transaction) =>
    only(
      transaction<
        Version[]
      >`select * from public.begin_resume_upload(${name}, 'application/pdf', 1000, ${resumeId}, null, ${key})`,
    ),
  )
}

async function arrivedVersion(name: string, resumeId: string | null = null) {
  const version = await beginUpload(name, resumeId)
  await sql`
    insert into storage.objects (bucket_id, name, version, metadata)
    values ('resumes', ${version.full_storage_path}, 'v1', '{"size": 1000, "mimetype": "application/pdf"}')
  `
  return version
}

function completeUpload({ version_id }: Version) {
  return asUser(owner, (transaction) =>
    only(transaction<Version[]>`select * from public.complete_resume_upload(${version_id})`),
  )
}

function claim(kind: string, subjectId: string) {
  return asService((transaction) =>
    only(
      transaction<
        Job[]
      >`select job_id, lease_token from public.internal_claim_jobs('w', array[${kind}], 1, 30, ${subjectId})`,
    ),
  )
}

function completeIngest(transaction: TransactionSql, job: Job) {
  return only(
    transaction<Version[]>`
      select * from public.internal_complete_ingest(${job.job_id}, ${job.lease_token}, ${'a'.repeat(64)}, 1000, 'Text', '', 'en')
    `,
  )
}

function request(path: string, key: string | null) {
  return asUser(owner, (transaction) =>
    only(
      transaction<
        Optimization[]
      >`select * from public.request_optimization(${path}, 'A job', ${key})`,
    ),
  )
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index)

test(
  'claimers at once never get one job twice, and get them all',
  async () => {
    await sql`select private.enqueue_job('compact', gen_random_uuid(), 'owner-' || n % 7) from generate_series(1, 300) as n`
    const claimAll = async (worker: number): Promise<string[]> => {
      const jobs = await asService(
        (transaction) =>
          transaction<
            Job[]
          >`select job_id from public.internal_claim_jobs(${`w${worker}`}, '{compact}', 7)`,
      )
      if (jobs.length === 0) return []
      return [...jobs.map((job) => job.job_id), ...(await claimAll(worker))]
    }
    const claimed = (await Promise.all(times(connections).map(claimAll))).flat()
    expect(claimed).toHaveLength(300)
    expect(new Set(claimed).size).toBe(300)
  },
  timeoutMs,
)

test(
  'begin_resume_upload() at the edge of a quota lets in as many as fit',
  async () => {
    await sql`update private.settings set max_pending_uploads_per_user = 5`
    const outcomes = await Promise.allSettled(
      times(connections).map((n) => beginUpload(`${n}.pdf`)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason.detail).toBe('quota_exceeded')
    }
  },
  timeoutMs,
)

test(
  'begin_resume_upload() on one resume at once numbers the versions without a gap',
  async () => {
    const { resume_id } = await beginUpload('first.pdf')
    await Promise.all(times(connections).map((n) => beginUpload(`${n}.pdf`, resume_id)))
    const numbers =
      await sql`select version_number as number from public.resume_versions order by 1`
    expect(numbers.map(({ number }) => number)).toEqual(times(connections + 1).map((n) => n + 1))
  },
  timeoutMs,
)

test(
  'begin_resume_upload() many times at once under one key begins one upload',
  async () => {
    const begun = await Promise.all(times(connections).map(() => beginUpload('cv.pdf', null, 'k')))
    expect(new Set(begun.map(({ version_id }) => version_id)).size).toBe(1)
  },
  timeoutMs,
)

test(
  'complete_resume_upload() many times at once, beside housekeeping, queues one job',
  async () => {
    const version = await arrivedVersion('cv.pdf')
    await sql`update public.resume_versions set upload_expires_at = now()`
    const [states] = await Promise.all([
      Promise.all(times(connections - 2).map(() => completeUpload(version))),
      asService((transaction) => transaction`select public.internal_keep_house()`),
      asService((transaction) => transaction`select public.internal_keep_house()`),
    ])
    expect(states.map(({ state }) => state)).toEqual(states.map(() => 'uploaded'))
    expect(await sql`select kind from private.jobs`).toEqual([{ kind: 'ingest' }])
  },
  timeoutMs,
)

test.each([
  { name: 'with one key', key: 'key' },
  { name: 'without a key', key: null },
])(
  'request_optimization() at once $name is one optimization',
  async ({ key }) => {
    const version = await arrivedVersion('cv.pdf')
    const answers = await Promise.all(
      times(connections).map(() => request(version.full_storage_path, key)),
    )
    expect(new Set(answers.map((answer) => answer.optimization_id)).size).toBe(1)
    const jobs = await sql`select kind from private.jobs order by kind`
    expect(jobs.map(({ kind }) => kind)).toEqual(['ingest', 'optimize'])
  },
  timeoutMs,
)

test(
  'request_optimization() at once with different keys keeps to what one user may have',
  async () => {
    const version = await arrivedVersion('cv.pdf')
    const outcomes = await Promise.allSettled(
      times(connections).map((n) => request(version.full_storage_path, `key-${n}`)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  },
  timeoutMs,
)

test(
  'cancel_optimization() against completion, failure and housekeeping ends it once, without a deadlock',
  async () => {
    const version = await arrivedVersion('cv.pdf')
    await completeUpload(version)
    for (const round of times(40)) {
      const { optimization_id: id } = await request(version.full_storage_path, `round-${round}`)
      const job = await claim('optimize', id)
      await asService(
        (transaction) =>
          transaction`select public.internal_start_optimization(${job.job_id}, ${job.lease_token})`,
      )
      // Every other round the lease has run out, so that cancelling may end it too.
      if (round % 2 === 1) {
        await sql`update private.jobs set leased_until = now() - interval '1 s', attempts = max_attempts where job_id = ${job.job_id}`
      }
      const outcomes = await Promise.allSettled([
        asUser(owner, (transaction) => transaction`select public.cancel_optimization(${id})`),
        asService(
          (transaction) =>
            transaction`select public.internal_report_optimization(${job.job_id}, ${job.lease_token})`,
        ),
        asService(
          (transaction) =>
            transaction`select public.internal_complete_optimization(${job.job_id}, ${job.lease_token}, 'succeeded', '{}')`,
        ),
        asService(
          (transaction) =>
            transaction`select public.internal_fail_job(${job.job_id}, ${job.lease_token}, '{"code": "internal"}', false)`,
        ),
        asService((transaction) => transaction`select public.internal_keep_house()`),
        asUser(owner, (transaction) => transaction`select public.cancel_optimization(${id})`),
      ])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason.detail).toBe('lease_lost')
      }
      const ended = await sql`
      select o.status, count(*) filter (where e.type in ('done', 'error'))::integer as ends
      from public.optimizations as o join private.optimization_events as e using (optimization_id)
      where o.optimization_id = ${id}
      group by o.status
    `
      expect(ended).toEqual([
        { status: expect.stringMatching(/succeeded|failed|cancelled/), ends: 1 },
      ])
      expect(
        await sql`select from private.jobs where subject_id = ${id} and dead_at is null`,
      ).toHaveLength(0)
    }
  },
  timeoutMs,
)

test(
  'two versions that become ready at once: the newer one ends up as the current one',
  async () => {
    const first = await arrivedVersion('one.pdf')
    const second = await arrivedVersion('two.pdf', first.resume_id)
    await completeUpload(first)
    await completeUpload(second)
    const [older, newer] = [
      await claim('ingest', first.version_id),
      await claim('ingest', second.version_id),
    ]
    const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>()
    const { promise: written, resolve: hasWritten } = Promise.withResolvers<void>()
    const newerDone = asService(async (transaction) => {
      await completeIngest(transaction, newer)
      hasWritten()
      await mayCommit
    })
    await written
    const olderDone = asService((transaction) => completeIngest(transaction, older))
    await someoneWaits()
    commit()
    await Promise.all([newerDone, olderDone])
    expect(await sql`select current_version_id from public.resumes`).toEqual([
      { current_version_id: second.version_id },
    ])
  },
  timeoutMs,
)

test(
  "a spent job whose resume somebody holds stands in nobody's way, and is buried by a later claim",
  async () => {
    const spent = await arrivedVersion('spent.pdf')
    const other = await arrivedVersion('other.pdf')
    await completeUpload(spent)
    await completeUpload(other)
    await sql`
      update private.jobs
      set attempts = max_attempts, lease_token = gen_random_uuid(), leased_until = now() - interval '1 second', worker_id = 'gone'
      where subject_id = ${spent.version_id}`
    const claimAll = () =>
      asService(
        (transaction) =>
          transaction<
            { subject_id: string }[]
          >`select subject_id from public.internal_claim_jobs('w', array['ingest'], 10, 30)`,
      )
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { promise: held, resolve: hold } = Promise.withResolvers<void>()
    const holding = sql.begin(async (transaction) => {
      await transaction`select from public.resumes where id = ${spent.resume_id} for update`
      hold()
      await mayEnd
    })
    try {
      await held
      expect(await claimAll()).toEqual([{ subject_id: other.version_id }])
    } finally {
      end()
      await holding
    }
    expect(await claimAll()).toEqual([])
    expect(
      await sql`select state from public.resume_versions where version_id = ${spent.version_id}`,
    ).toEqual([{ state: 'failed' }])
  },
  timeoutMs,
)

test(
  'an erasure while a migration plans: one waits for the other, and nothing of the user stays planned',
  async () => {
    const plan = (subject: string, transaction: TransactionSql) => transaction`
      select public.internal_plan_legacy_files(${transaction.json([
        {
          userId: subject,
          fileId: 'cv',
          path: 'cv.pdf',
          name: 'cv.pdf',
          type: 'application/pdf',
          size: 1000,
          createdAt: '2020-01-01T00:00:00Z',
          modifiedAt: '2020-01-01T00:00:00Z',
        },
      ])}) as counts`
    const erase = (transaction: TransactionSql) => transaction`select public.erase_my_data()`
    for (const isPlannedFirst of [true, false]) {
      const subject = `auth0|erased ${isPlannedFirst}`
      const first = isPlannedFirst
        ? (work: () => Promise<void>) =>
            asService((transaction) => plan(subject, transaction).then(work))
        : (work: () => Promise<void>) =>
            asUser(subject, (transaction) => erase(transaction).then(work))
      const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>()
      const { promise: written, resolve: hasWritten } = Promise.withResolvers<void>()
      const firstDone = first(() => {
        hasWritten()
        return mayCommit
      })
      await written
      const secondDone = isPlannedFirst
        ? asUser(subject, erase)
        : asService((transaction) => plan(subject, transaction))
      await someoneWaits()
      commit()
      await Promise.all([firstDone, secondDone])
      expect(await sql`select from private.legacy_files where user_id = ${subject}`).toEqual([])
    }
  },
  timeoutMs,
)

/** Resolves as soon as a connection is held up by another's lock. */
async function someoneWaits(): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const waiting =
      await sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    if (waiting.length > 0) return
    if (Date.now() > deadline) throw new Error('Nobody waits for a lock')
  }
}
