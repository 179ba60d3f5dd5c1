/**
 * `npm run bench -- queue`: the queue beside graphile-worker, pg-boss and pgmq on one server with safe settings, each by
 * its own SQL: jobs per second with the row that the work is about, and how soon a waiting worker has a job in hand.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { applyMigrations } from '../local/migrations.ts'
import { startPostgres } from '../local/postgres.ts'
import { stateDir } from '../local/stack.ts'
import { type Bench, type BenchResult, type Goal, rounded } from './bench.ts'
import { installPeers, type Peers, removePeers } from './queue/peers.ts'
import { measurePickup } from './queue/pickup.ts'
import { graphileWorker, oneAtATime, ours, pgBoss, pgmq, type Queue } from './queue/queues.ts'
import { measureThroughput, type Throughput, throughputRows } from './queue/throughput.ts'

const minGain = 10

export const bench: Bench = async (progress) => {
  const folder = join(stateDir, `bench-queue-${process.pid}`)
  let dataDir = join(folder, 'postgres')
  try {
    progress('Installing the other queues')
    const peers = await installPeers(join(folder, 'peers'))
    const server = await startPostgres({ dataDir, durable: true })
    dataDir = server.dataDir
    try {
      await applyMigrations(server.url)
      const queues = await prepare(server.superuserUrl, peers)
      const found = await measureThroughput(server.superuserUrl, queues, progress)
      const pickup = await measurePickup(server.superuserUrl, peers, progress)
      return {
        rows: [...throughputRows(found), ...pickup.rows],
        goals: [...throughputGoals(found), ...pickup.goals],
      } satisfies BenchResult
    } finally {
      await server.stop()
    }
  } finally {
    removePeers(folder)
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(`${dataDir}.password`, { force: true })
  }
}

async function prepare(url: string, peers: Peers): Promise<Queue[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(readFileSync(new URL('queue/setup.sql', import.meta.url), 'utf8'))
    await sql.unsafe(peers.pgmqScript)
    await sql`select pgmq.create('bench')`
    const logger = new peers.graphile.Logger(() => () => {})
    await peers.graphile.runMigrations({ connectionString: url, logger })
    await sql`insert into graphile_worker._private_tasks (identifier) values ('bench')`
    const boss = new peers.PgBoss({ connectionString: url })
    await boss.start()
    await boss.createQueue('bench')
    await boss.stop({ graceful: true })
    const [row] = await sql`select table_name from pgboss.queue where name = 'bench'`
    const graphile = await graphileWorker(peers)
    return [ours, graphile, pgBoss(peers, String(row?.table_name)), pgmq, oneAtATime]
  } finally {
    await sql.end()
  }
}

function throughputGoals(found: readonly Throughput[]): Goal[] {
  const of = (queue: Queue, batch: number) =>
    found.find((each) => each.queue === queue && each.batch === batch)?.jobsPerSecond ?? Number.NaN
  const beside = ours.batches.map((batch): Goal => {
    const others = found.filter(
      ({ queue, ...each }) =>
        queue !== ours && queue !== oneAtATime && queue.endsWithRow && each.batch === batch,
    )
    const fastest = others.reduce((a, b) => (a.jobsPerSecond > b.jobsPerSecond ? a : b))
    const value = rounded(of(ours, batch) / fastest.jobsPerSecond, 2)
    return {
      name: `In batches of ${batch}: jobs per second beside the fastest that ends a job with its row (${fastest.queue.name})`,
      value,
      target: '≥ 1 ×',
      met: value >= 1,
    }
  })
  const gain = rounded(of(ours, Math.max(...ours.batches)) / of(oneAtATime, 1), 1)
  return [
    ...beside,
    {
      name: `In batches of ${Math.max(...ours.batches)}: beside SKIP LOCKED one at a time`,
      value: gain,
      target: `≥ ${minGain} ×`,
      met: gain >= minGain,
    },
  ]
}
