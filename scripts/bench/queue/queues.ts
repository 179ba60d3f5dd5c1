/** The queues that are measured, each by its own SQL, behind one shape. */
import type { Sql, TransactionSql } from 'postgres'
import type { GraphileQuery, Peers } from './peers.ts'

export interface Queue {
  readonly name: string
  /** Whether the transaction that ends a job is one in which its user may write a row of their own. */
  readonly endsWithRow: boolean
  /** How, or why not. */
  readonly pattern: string
  readonly batches: readonly number[]
  /** Queues work about these rows, in the caller's transaction. */
  enqueue(sql: TransactionSql, ids: readonly string[]): Promise<unknown>
  /** Claims up to so many jobs, tells the rows that they are done, ends the jobs. Returns how many. */
  work(sql: Sql, limit: number, done: Done): Promise<number>
}

/** Writes the row that the work was about. */
export type Done = (sql: TransactionSql, ids: readonly string[]) => Promise<unknown>

const batches = [1, 10, 100]
const leaseSeconds = 30

/** A claim of its own first, then the row and the job's end in one transaction: what all but the simplest queues do. */
async function inTwoSteps<Claimed>(
  sql: Sql,
  claim: () => Promise<readonly Claimed[]>,
  idOf: (job: Claimed) => string,
  end: (sql: TransactionSql, jobs: readonly Claimed[]) => Promise<unknown>,
  done: Done,
): Promise<number> {
  const jobs = await claim()
  if (jobs.length > 0) {
    await sql.begin((tx) => [done(tx, jobs.map(idOf)), end(tx, jobs)])
  }
  return jobs.length
}

export const ours: Queue = {
  name: 'ResWave',
  endsWithRow: true,
  pattern: 'each kind of work has a function that does both',
  batches,
  enqueue: (sql, ids) =>
    ids.length === 1
      ? sql`select private.enqueue_job('compact', ${ids[0] ?? ''}, ${ownerOf(ids)})`
      : sql`select private.enqueue_jobs('compact', ${ids as string[]}::uuid[], ${ownerOf(ids)})`,
  work: (sql, limit, done) =>
    inTwoSteps<{ job_id: string; subject_id: string; lease_token: string }>(
      sql,
      () => sql`
        select job_id, subject_id, lease_token
        from private.claim_jobs('bench', array['compact'], ${limit}, ${leaseSeconds}, null)`,
      (job) => job.subject_id,
      (tx, jobs) =>
        jobs.length === 1
          ? tx`select private.complete_job(${jobs[0]?.job_id ?? 0}, ${jobs[0]?.lease_token ?? ''})`
          : tx`
              select private.complete_jobs(
                ${jobs.map((job) => job.job_id)}::bigint[], ${jobs.map((job) => job.lease_token)}::uuid[]
              )`,
      done,
    ),
}

/** Many owners, each with several jobs, as the queue is made for. */
function ownerOf(ids: readonly string[]): string {
  return `bench|${Number.parseInt(ids[0]?.slice(0, 2) ?? '', 16)}`
}

/** What a tutorial shows: a row at a time, locked while it is worked on. */
export const oneAtATime: Queue = {
  name: 'SKIP LOCKED, one at a time',
  endsWithRow: true,
  pattern: 'it is a transaction',
  batches: [1],
  enqueue: (sql, ids) => sql`
    insert into bench.naive_jobs (subject_id) select unnest(${ids as string[]}::uuid[])`,
  work: (sql, _limit, done) =>
    sql.begin(async (tx) => {
      const [job] = await tx<{ id: string; subject_id: string }[]>`
        select id, subject_id from bench.naive_jobs order by id limit 1 for update skip locked`
      if (job === undefined) return 0
      await Promise.all([
        done(tx, [job.subject_id]),
        tx`delete from bench.naive_jobs where id = ${job.id}`,
      ])
      return 1
    }),
}

/** The statements that its worker sends, as it builds them. */
export async function graphileWorker(peers: Peers): Promise<Queue> {
  const options = {
    escapedWorkerSchema: 'graphile_worker',
    workerSchema: 'graphile_worker',
    resolvedPreset: { worker: { preparedStatements: true, useNodeTime: false } },
  }
  const statementsOf = async (
    send: (client: Parameters<typeof peers.graphileStatements.batchCompleteJobs>[1]) => unknown,
  ) => {
    const sent: GraphileQuery[] = []
    const client = {
      query: async (query: GraphileQuery) => {
        sent.push(query)
        return { rows: [{ id: 1, identifier: 'bench' }] }
      },
    }
    const use = async (call: (each: typeof client) => Promise<unknown>) => await call(client)
    await send(Object.assign(use, { withRetries: use }))
    return sent.at(-1)?.text ?? ''
  }
  const { batchGetJobs, batchCompleteJobs } = peers.graphileStatements
  const claims = new Map<number, string>()
  const ends = new Map<boolean, string>()
  for (const size of batches) {
    const jobs = Array.from({ length: size }, () => ({ id: '1', job_queue_id: null }))
    claims.set(
      size,
      await statementsOf((client) =>
        batchGetJobs(options, client, { bench: true }, 'bench', null, size),
      ),
    )
    ends.set(
      size > 1,
      await statementsOf((client) => batchCompleteJobs(options, client, 'bench', jobs)),
    )
  }
  return {
    name: `graphile-worker ${peers.versions['graphile-worker']}`,
    endsWithRow: false,
    pattern: 'its worker ends a job by itself, after the task',
    batches,
    enqueue: (sql, ids) =>
      ids.length === 1
        ? sql`select graphile_worker.add_job('bench', json_build_object('id', ${ids[0] ?? ''}::text))`
        : sql`
            select graphile_worker.add_jobs(array(
              select row('bench', json_build_object('id', id), null, null, null, null, null, null)::graphile_worker.job_spec
              from unnest(${ids as string[]}::text[]) as i (id)
            ))`,
    work: (sql, limit, done) =>
      inTwoSteps<{ id: string; payload: { id: string } }>(
        sql,
        () => sql.unsafe(claims.get(limit) ?? '', ['bench', '{1}'], { prepare: true }),
        (job) => job.payload.id,
        (tx, jobs) =>
          tx.unsafe(
            ends.get(jobs.length > 1) ?? '',
            jobs.length > 1 ? [jobs.map(({ id }) => id)] : [jobs[0]?.id ?? ''],
            { prepare: true },
          ),
        done,
      ),
  }
}

/** The statements that send(), insert(), fetch() and complete() send. */
export function pgBoss(peers: Peers, table: string): Queue {
  const { insertJobs, fetchNextJob, completeJobs } = peers.pgBossStatements
  const schema = 'pgboss'
  const name = 'bench'
  const insert = insertJobs(schema, { table, name, returnId: true })
  const complete = completeJobs(schema, table, false, false)
  return {
    name: `pg-boss ${peers.versions['pg-boss']}`,
    endsWithRow: true,
    pattern: 'with its option db',
    batches,
    enqueue: (sql, ids) =>
      sql.unsafe(insert, [JSON.stringify(ids.map((id) => ({ name, data: { id } })))], {
        prepare: true,
      }),
    work: (sql, limit, done) => {
      const fetch = fetchNextJob({ schema, table, name, policy: 'standard', limit })
      return inTwoSteps<{ id: string; data: { id: string } }>(
        sql,
        () => sql.unsafe(fetch.text, fetch.values as string[], { prepare: true }),
        (job) => job.data.id,
        (tx, jobs) =>
          tx.unsafe(complete, [name, jobs.map(({ id }) => id), null], { prepare: true }),
        done,
      )
    },
  }
}

export const pgmq: Queue = {
  name: 'pgmq 1.11.1',
  endsWithRow: true,
  pattern: 'it is SQL alone',
  batches,
  enqueue: (sql, ids) =>
    ids.length === 1
      ? sql`select pgmq.send('bench', jsonb_build_object('id', ${ids[0] ?? ''}::text))`
      : sql`
          select pgmq.send_batch('bench', array(
            select jsonb_build_object('id', id) from unnest(${ids as string[]}::text[]) as i (id)
          ))`,
  work: (sql, limit, done) =>
    inTwoSteps<{ msg_id: string; message: { id: string } }>(
      sql,
      () => sql`select msg_id, message from pgmq.read('bench', ${leaseSeconds}, ${limit})`,
      (job) => job.message.id,
      (tx, jobs) =>
        jobs.length === 1
          ? tx`select pgmq.delete('bench', ${jobs[0]?.msg_id ?? 0}::bigint)`
          : tx`select pgmq.delete('bench', ${jobs.map(({ msg_id }) => msg_id)}::bigint[])`,
      done,
    ),
}
