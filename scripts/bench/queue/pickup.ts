import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import { type BenchResult, percentile, rounded } from '../bench.ts'
import type { Peers } from './peers.ts'

const samples = 150
const pollingSamples = 25
const warmUps = 10
/** Between two jobs: the worker has gone back to waiting, at a moment that no polling interval knows. */
const pauseMs = { least: 15, most: 45 }
const timeoutMs = 10_000

/** A worker that waits. `enqueue` returns when the job is committed; `picked` settles when the worker has it in hand. */
interface Resident {
  readonly name: string
  readonly samples: number
  readonly isOurs: boolean
  start(): Promise<{ ask(id: string): Promise<void>; stop(): Promise<void> }>
}

/** From just before a job is queued to the moment when the code that shall work it has it. */
export async function measurePickup(
  url: string,
  peers: Peers,
  progress: (line: string) => void,
): Promise<BenchResult> {
  const found: { resident: Resident; ms: number[] }[] = []
  for (const resident of residents(url, peers)) {
    progress(`Pickup: ${resident.name}`)
    const { ask, stop } = await resident.start()
    try {
      const ms: number[] = []
      for (let sample = -warmUps; sample < resident.samples; sample++) {
        await wait(pauseMs.least + Math.random() * (pauseMs.most - pauseMs.least))
        const startedAt = performance.now()
        await ask(randomUUID())
        if (sample >= 0) ms.push(performance.now() - startedAt)
      }
      found.push({ resident, ms })
    } finally {
      await stop()
    }
  }
  const p50 = (ms: readonly number[]) => percentile(ms, 0.5)
  const best = (isOurs: boolean) =>
    found
      .filter(({ resident }) => resident.isOurs === isOurs)
      .reduce((a, b) => (p50(a.ms) < p50(b.ms) ? a : b))
  const value = rounded(p50(best(true).ms) / p50(best(false).ms), 2)
  return {
    rows: found.map(({ resident, ms }) => ({
      what: `pickup: ${resident.name}`,
      jobs_per_s: '',
      beside_one_at_a_time: '',
      wal_bytes_per_job: '',
      p50_ms: rounded(p50(ms), 1),
      p95_ms: rounded(percentile(ms, 0.95), 1),
      ends_with_row: '',
    })),
    goals: [
      {
        name: `Pickup by SQL: p50 beside the fastest (${best(false).resident.name})`,
        value,
        target: '≤ 1 ×',
        met: value <= 1,
      },
    ],
  }
}

function residents(url: string, peers: Peers): Resident[] {
  return [
    {
      name: 'ResWave, the request claims the job that it has queued',
      samples,
      isOurs: true,
      async start() {
        const sql = postgres(url, { max: 1, onnotice: () => {} })
        return {
          async ask(id) {
            await sql`select private.enqueue_job('compact', ${id}, 'bench|pickup', 10)`
            const claimed = await sql`
              select job_id from private.claim_jobs('bench', array['compact'], 1, 30, ${id})`
            if (claimed.length !== 1) throw new Error(`Job of ${id} was not claimed`)
          },
          stop: () => sql.end(),
        }
      },
    },
    {
      name: 'graphile-worker run(), LISTEN/NOTIFY',
      samples,
      isOurs: false,
      async start() {
        const heard = createEar()
        const sql = postgres(url, { max: 1, onnotice: () => {} })
        const runner = await peers.graphile.run({
          connectionString: url,
          concurrency: 1,
          noHandleSignals: true,
          logger: new peers.graphile.Logger(() => () => {}),
          taskList: { pickup: async (payload) => heard.hear((payload as { id: string }).id) },
        })
        return {
          async ask(id) {
            const picked = heard.await(id)
            await sql`select graphile_worker.add_job('pickup', json_build_object('id', ${id}::text))`
            await picked
          },
          async stop() {
            await runner.stop()
            await sql.end()
          },
        }
      },
    },
    ...[true, false].map(
      (notify): Resident => ({
        name: notify
          ? 'pg-boss work(), LISTEN/NOTIFY (an option of its)'
          : 'pg-boss work(), polling every 2 s (its default)',
        samples: notify ? samples : pollingSamples,
        isOurs: false,
        async start() {
          const heard = createEar()
          const boss = new peers.PgBoss({ connectionString: url, useListenNotify: notify })
          boss.on('error', () => {})
          await boss.start()
          const queue = notify ? 'pickup-notified' : 'pickup-polled'
          await boss.createQueue(queue, { notify })
          await boss.work(queue, {}, async (jobs) => {
            for (const job of jobs) heard.hear(job.data.id)
          })
          return {
            async ask(id) {
              const picked = heard.await(id)
              await boss.send(queue, { id })
              await picked
            },
            stop: () => boss.stop({ graceful: true }),
          }
        },
      }),
    ),
    {
      name: 'pgmq read_with_poll(), every 100 ms (its default)',
      samples: pollingSamples,
      isOurs: false,
      async start() {
        const heard = createEar()
        const sql = postgres(url, { max: 2, onnotice: () => {} })
        await sql`select pgmq.create('pickup')`
        let stopped = false
        const reading = (async () => {
          while (!stopped) {
            const read = await sql<{ msg_id: string; message: { id: string } }[]>`
              select msg_id, message from pgmq.read_with_poll('pickup', 30, 1, 1)`
            for (const { msg_id, message } of read) {
              heard.hear(message.id)
              await sql`select pgmq.delete('pickup', ${msg_id}::bigint)`
            }
          }
        })()
        return {
          async ask(id) {
            const picked = heard.await(id)
            await sql`select pgmq.send('pickup', jsonb_build_object('id', ${id}::text))`
            await picked
          },
          async stop() {
            stopped = true
            await reading
            await sql.end()
          },
        }
      },
    },
  ]
}

/** Lets one side wait for the id that the other side hears. */
function createEar() {
  const waiting = new Map<string, () => void>()
  return {
    hear(id: string) {
      waiting.get(id)?.()
      waiting.delete(id)
    },
    await(id: string): Promise<void> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`Job ${id} was not picked up`)), timeoutMs)
        waiting.set(id, () => {
          clearTimeout(timer)
          resolve()
        })
      })
    },
  }
}
