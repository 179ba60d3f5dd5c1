/** Lets the hours pass that the product waits for, by moving what they are counted from. */
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'

const tickMs = 300
const rememberedWorkers = 300

export interface Time {
  /** A worker that is no more, and of whose requests none is under way: its leases run out. */
  workerIsGone(workerId: string): void
  /** Leases that were handed out in an answer that nobody got. */
  leasesAreLost(tokens: readonly string[]): void
  /** No signed upload URL lives any more, and nobody who had lost a lease is at work. */
  sweepsMayEnd(): void
  /** The time of uploads that were never completed is over. */
  uploadsExpire(): Promise<void>
  /** The undelete window of a resume has passed. */
  windowPasses(resumeId: string): Promise<void>
  stop(): Promise<void>
}

export function startTime(sql: postgres.Sql, onError: (error: unknown) => void): Time {
  const gone: string[] = []
  let lost: string[] = []
  let sweepsEnd = false
  let stopped = false

  const tick = async () => {
    // Rows that the product has locked just now are left for the next time: nobody waits for the clock.
    await sql`
      update private.jobs set leased_until = now()
      where job_id in (
        select job_id from private.jobs
        where leased_until > now() and (worker_id = any (${gone}) or lease_token = any (${lost}::uuid[]))
        for update skip locked
      )`
    // A signed upload URL lives for hours; nobody here has one.
    await bringForward('compact', '1 minute')
    if (!sweepsEnd) return
    await sql`update private.erasures set sweep_until = now() where finished_at is null and sweep_until > now()`
    await bringForward('erase', '5 seconds')
  }

  /** What waits for longer than a retry would is due now. */
  const bringForward = (kind: string, longerThan: string) => sql`
    update private.jobs set run_at = now()
    where job_id in (
      select job_id from private.jobs
      where kind = ${kind} and lease_token is null and run_at > now() + ${longerThan}::interval
      for update skip locked
    )`

  const loop = async () => {
    while (!stopped) {
      await tick().catch(onError)
      await delay(tickMs)
    }
  }
  const looping = loop()

  return {
    workerIsGone(workerId) {
      gone.push(workerId)
      if (gone.length > rememberedWorkers) gone.shift()
    },
    leasesAreLost(tokens) {
      lost = [...lost, ...tokens].slice(-rememberedWorkers)
    },
    sweepsMayEnd() {
      sweepsEnd = true
    },
    async uploadsExpire() {
      await sql`
        update public.resume_versions set upload_expires_at = now()
        where state = 'pending' and source = 'upload'`
    },
    async windowPasses(resumeId) {
      await sql`
        update public.resumes set deleted_at = now() - interval '31 days'
        where id = ${resumeId} and deleted_at is not null`
    },
    async stop() {
      stopped = true
      await looping
    },
  }
}
