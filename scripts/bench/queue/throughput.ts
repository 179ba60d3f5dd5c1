import { randomUUID } from 'node:crypto'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import type { BenchResult } from '../bench.ts'
import { rounded } from '../bench.ts'
import type { Queue } from './queues.ts'

const clients = 4
const backlog = 2_000
const rounds = 3
const warmUpMs = 400
const measureMs = 2_000

export interface Throughput {
  readonly queue: Queue
  readonly batch: number
  readonly jobsPerSecond: number
  readonly walBytesPerJob: number
}

/**
 * Jobs per second from the row and its job in one transaction to the row's answer and the job's end in one transaction,
 * with the same clients, connections and backlog for each; in turns, so that each meets the same machine.
 */
export async function measureThroughput(
  url: string,
  queues: readonly Queue[],
  progress: (line: string) => void,
): Promise<Throughput[]> {
  const sql = postgres(url, { max: clients, onnotice: () => {} })
  try {
    for (const queue of queues) await fill(sql, queue)
    const runs: (Run & { queue: Queue; batch: number })[] = []
    for (let round = 1; round <= rounds; round++) {
      progress(`Throughput, round ${round} of ${rounds}`)
      for (const queue of queues) {
        for (const batch of queue.batches) {
          await sql`checkpoint`
          await turn(sql, queue, batch, warmUpMs)
          runs.push({ queue, batch, ...(await turn(sql, queue, batch, measureMs)) })
        }
      }
    }
    return queues.flatMap((queue) =>
      queue.batches.map((batch) => {
        const own = runs.filter((run) => run.queue === queue && run.batch === batch)
        const jobs = sum(own.map((run) => run.jobs))
        return {
          queue,
          batch,
          jobsPerSecond: Math.round((jobs / sum(own.map(({ ms }) => ms))) * 1000),
          walBytesPerJob: Math.round(sum(own.map(({ walBytes }) => walBytes)) / jobs),
        }
      }),
    )
  } finally {
    await sql.end()
  }
}

export function throughputRows(found: readonly Throughput[]): BenchResult['rows'] {
  const naive = found.find(({ queue }) => queue.batches.length === 1)?.jobsPerSecond ?? Number.NaN
  return found.map(({ queue, batch, jobsPerSecond, walBytesPerJob }) => ({
    what: `in batches of ${batch}: ${queue.name}`,
    jobs_per_s: jobsPerSecond,
    beside_one_at_a_time: `${rounded(jobsPerSecond / naive, 2)} ×`,
    wal_bytes_per_job: walBytesPerJob,
    p50_ms: '',
    p95_ms: '',
    ends_with_row: `${queue.endsWithRow ? 'yes' : 'no'}: ${queue.pattern}`,
  }))
}

interface Run {
  jobs: number
  ms: number
  walBytes: number
}

async function turn(sql: Sql, queue: Queue, batch: number, forMs: number): Promise<Run> {
  const walBefore = await walPosition(sql)
  const startedAt = performance.now()
  const counts = await Promise.all(
    Array.from({ length: clients }, async () => {
      let jobs = 0
      while (performance.now() - startedAt < forMs) {
        await enqueue(sql, queue, batch)
        jobs += await queue.work(sql, batch, done)
      }
      return jobs
    }),
  )
  const ms = performance.now() - startedAt
  const jobs = sum(counts)
  if (jobs === 0) throw new Error(`${queue.name} gave no job`)
  return { jobs, ms, walBytes: (await walPosition(sql)) - walBefore }
}

async function fill(sql: Sql, queue: Queue): Promise<void> {
  for (let filled = 0; filled < backlog; filled += 100) await enqueue(sql, queue, 100)
}

/** The row and its job, accepted together. */
async function enqueue(sql: Sql, queue: Queue, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => randomUUID())
  await sql.begin((tx) => [
    tx`insert into bench.work (id) select unnest(${ids}::uuid[])`,
    queue.enqueue(tx, ids),
  ])
}

const done = (sql: TransactionSql, ids: readonly string[]) =>
  sql`update bench.work set answer = 'done', done_at = now() where id = any (${ids as string[]}::uuid[])`

async function walPosition(sql: Sql): Promise<number> {
  const [row] = await sql`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bytes`
  return Number(row?.bytes)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
