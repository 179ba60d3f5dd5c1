/** What is left of a run, read from its database once everything has come to rest. */
import { readFileSync } from 'node:fs'
import type postgres from 'postgres'
import type { PaceSample } from './pace.ts'

/** Something that the service said yes to, as a person remembers it. */
export interface Accepted {
  readonly kind: 'optimization' | 'version'
  readonly id: string
  /** How it may end when nothing but deaths and outages comes in between. */
  readonly endings: readonly string[]
  /** The code of the failure, where failing is the only honest end. */
  readonly code?: string | undefined
}

export interface OptimizationEvidence {
  readonly id: string
  readonly status: string
  readonly code: string | null
  readonly hasResult: boolean
  readonly lastEventId: number
  readonly events: readonly { readonly id: number; readonly type: string; readonly data: string }[]
}

export interface VersionEvidence {
  readonly id: string
  readonly state: string
  readonly code: string | null
  readonly heldAs: string
}

export interface JobEvidence {
  readonly jobId: number
  readonly kind: string
  readonly subjectId: string
  readonly isLeased: boolean
  readonly isDead: boolean
  readonly attempts: number
  readonly maxAttempts: number
}

/** A job came, changed hands, or went. Times in milliseconds since the epoch. */
export interface JobChange {
  readonly at: number
  readonly operation: 'insert' | 'update' | 'delete'
  readonly jobId: number
  readonly kind: string
  readonly subjectId: string
  readonly attempts: number
  readonly maxAttempts: number
  readonly oldLease: string | null
  readonly oldUntil: number | null
  readonly newLease: string | null
  readonly dead: boolean
}

export interface Ending {
  readonly relation: 'optimization' | 'version'
  readonly id: string
  readonly endedAs: string
}

export interface Evidence {
  readonly accepted: readonly Accepted[]
  /** What each idempotency key of a person was answered with: ids. */
  readonly answersByKey: ReadonlyMap<string, ReadonlySet<string>>
  /** What people noticed themselves: a stream that skipped or repeated an event. */
  readonly complaints: readonly string[]
  readonly optimizations: readonly OptimizationEvidence[]
  readonly versions: readonly VersionEvidence[]
  readonly jobs: readonly JobEvidence[]
  readonly changes: readonly JobChange[]
  readonly endings: readonly Ending[]
  /** When there was no database, by the hand of the run. */
  readonly outages: readonly { readonly from: number; readonly to: number }[]
  /** How busy the machine was, by the run's own measure. */
  readonly pace: readonly PaceSample[]
}

/** Lets a database note what `readEvidence` reads. As a superuser, on a database that is thrown away. */
export async function installAudit(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(readFileSync(new URL('audit.sql', import.meta.url), 'utf8'))
}

/** @param remembered what the database cannot know */
export async function readEvidence(
  sql: postgres.Sql,
  remembered: Pick<Evidence, 'accepted' | 'answersByKey' | 'complaints' | 'outages' | 'pace'>,
): Promise<Evidence> {
  const events = Map.groupBy(
    await sql<{ owner: string; id: number; type: string; data: string }[]>`
      select optimization_id as owner, event_id as id, type, data::text as data
      from private.optimization_events order by optimization_id, event_id`,
    ({ owner }) => owner,
  )
  const optimizations = await sql<Omit<OptimizationEvidence, 'events'>[]>`
    select
      optimization_id as id, status, error ->> 'code' as code, result is not null as "hasResult",
      last_event_id as "lastEventId"
    from public.optimizations`
  return {
    ...remembered,
    optimizations: optimizations.map((row) => ({ ...row, events: events.get(row.id) ?? [] })),
    versions: await sql<VersionEvidence[]>`
      select version_id as id, state, failure_code as code, held_as as "heldAs" from public.resume_versions`,
    jobs: await sql<JobEvidence[]>`
      select
        job_id::integer as "jobId", kind, subject_id as "subjectId", lease_token is not null as "isLeased",
        dead_at is not null as "isDead", attempts, max_attempts as "maxAttempts"
      from private.jobs`,
    changes: await sql<JobChange[]>`
      select
        extract(epoch from at)::float8 * 1000 as at, operation, job_id::integer as "jobId", kind,
        subject_id as "subjectId", attempts, max_attempts as "maxAttempts", old_lease as "oldLease",
        extract(epoch from old_until)::float8 * 1000 as "oldUntil", new_lease as "newLease", dead
      from chaos.job_changes order by change_id`,
    endings: await sql<Ending[]>`
      select relation, subject_id as id, ended_as as "endedAs" from chaos.endings order by ending_id`,
  }
}
