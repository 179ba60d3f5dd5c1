/** The queue as a worker sees it. What a lease is and who may end a job is decided in SQL. */
import { z } from 'zod'
import { type Client, call } from '../database/client.ts'
import { toJson } from '../database/json.ts'
import { AppError, type ErrorCode } from '../errors.ts'

/** How long a claim holds without word of its worker. */
export const leaseSeconds = 30

export const jobKinds = [
  'ingest',
  'optimize',
  'compose',
  'compact',
  'rebase',
  'remove_object',
  'erase',
] as const
export type JobKind = (typeof jobKinds)[number]

const jobSchema = z.object({
  job_id: z.number().int(),
  kind: z.enum(jobKinds),
  subject_id: z.uuid(),
  owner_id: z.string(),
  request_id: z.string().nullable(),
  attempts: z.number().int(),
  max_attempts: z.number().int(),
  lease_token: z.uuid(),
})

/** A piece of work under a lease. */
export interface Job {
  readonly id: number
  readonly kind: JobKind
  /** An optimization (optimize), an erasure (erase), or a version. */
  readonly subjectId: string
  readonly ownerId: string
  /** Of the request that queued it; `undefined` where none did, or none that says. */
  readonly requestId: string | undefined
  readonly attempt: number
  readonly leaseToken: string
}

/**
 * Leases the most urgent due job, or with `subjectId` that subject's own; the backoff of an attempt
 * that failed is waited for either way.
 *
 * @returns nothing when there is none, or somebody else is at it
 */
export async function claimJob(
  service: Client,
  options: { workerId: string; kinds: readonly JobKind[]; subjectId?: string },
  signal?: AbortSignal,
): Promise<Job | undefined> {
  const [job] = await claimJobs(service, { ...options, limit: 1 }, signal)
  return job
}

/** Leases up to `limit` due jobs, most urgent first. */
export async function claimJobs(
  service: Client,
  options: { workerId: string; kinds: readonly JobKind[]; limit: number; subjectId?: string },
  signal?: AbortSignal,
): Promise<readonly Job[]> {
  const rows = await call(
    service,
    'internal_claim_jobs',
    {
      p_worker_id: options.workerId,
      p_kinds: [...options.kinds],
      p_limit: options.limit,
      p_lease_seconds: leaseSeconds,
      ...(options.subjectId === undefined ? {} : { p_subject_id: options.subjectId }),
    },
    signal,
  )
  return rows.map((given) => {
    const row = jobSchema.parse(given)
    return {
      id: row.job_id,
      kind: row.kind,
      subjectId: row.subject_id,
      ownerId: row.owner_id,
      requestId: row.request_id ?? undefined,
      attempt: row.attempts,
      leaseToken: row.lease_token,
    }
  })
}

/** The two arguments by which every RPC about a leased job knows its caller. */
export function leaseOf(job: Job): { p_job_id: number; p_lease_token: string } {
  return { p_job_id: job.id, p_lease_token: job.leaseToken }
}

/** Worth another request of a person, but not another attempt: the model answers the same way again. */
const finalForJobs = new Set<ErrorCode>(['deadline_exceeded', 'model_invalid'])

const maxDetailCharacters = 1000

/** Ends an attempt that failed. SQL decides between another attempt and the end. */
export async function failJob(
  service: Client,
  job: Job,
  error: unknown,
): Promise<'retry' | 'dead'> {
  const known = error instanceof AppError ? error : new AppError('internal')
  const outcome = await call(service, 'internal_fail_job', {
    ...leaseOf(job),
    // A detail may quote a model server, which says what it likes.
    p_error: toJson({
      code: known.code,
      detail: (known.detail ?? known.message).slice(0, maxDetailCharacters),
      retryable: known.retryable,
    }),
    p_retryable: known.retryable && !finalForJobs.has(known.code),
  })
  return outcome === 'retry' ? 'retry' : 'dead'
}

/** Gives a job back untouched: the attempt does not count. */
export async function releaseJob(service: Client, job: Job): Promise<void> {
  await call(service, 'internal_release_job', leaseOf(job))
}

/** Gives jobs back that were not begun. Those that another worker has by now are left alone. */
export async function releaseJobs(service: Client, jobs: readonly Job[]): Promise<void> {
  if (jobs.length > 0) await call(service, 'internal_release_jobs', leasesOf(jobs))
}

/** Holds the leases of jobs for longer, and tells which of them are still held. */
export async function extendJobs(service: Client, jobs: readonly Job[]): Promise<Set<number>> {
  if (jobs.length === 0) return new Set()
  const held = await call(service, 'internal_extend_jobs', {
    ...leasesOf(jobs),
    p_lease_seconds: leaseSeconds,
  })
  return new Set(held)
}

function leasesOf(jobs: readonly Job[]): { p_job_ids: number[]; p_lease_tokens: string[] } {
  return {
    p_job_ids: jobs.map(({ id }) => id),
    p_lease_tokens: jobs.map(({ leaseToken }) => leaseToken),
  }
}

/** Keeps a lease while `work` runs; a lost lease aborts it. */
export async function withLease<T>(
  service: Client,
  job: Job,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const end = () => stop.abort(signal.reason)
  if (signal.aborted) end()
  // An isolate's own signal outlives its jobs: what listens to it is taken away again.
  signal.addEventListener('abort', end, { once: true })
  const timer = setInterval(
    () => {
      call(service, 'internal_extend_job', {
        ...leaseOf(job),
        p_lease_seconds: leaseSeconds,
      }).catch((error: unknown) => {
        // A database that is away for a moment does not end a lease; another owner does.
        if (error instanceof AppError && error.code === 'lease_lost') stop.abort(error)
      })
    },
    (leaseSeconds * 1000) / 3,
  )
  try {
    return await work(stop.signal)
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', end)
  }
}
