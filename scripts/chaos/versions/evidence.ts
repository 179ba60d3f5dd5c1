/** What is left of a run, from outside of the functions: rows, objects, files on the disk, downloads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type postgres from 'postgres'
import type { Download } from './download.ts'
import type { KnownResume } from './ledger.ts'

export interface VersionRow {
  readonly id: string
  readonly state: string
  readonly heldAs: string
  /** `bucket/name` of what it relies on. */
  readonly object: string | null
  readonly storedBytes: number | null
  readonly fileSize: number
  readonly sha256: string | null
}

export interface Evidence {
  readonly resumes: readonly KnownResume[]
  /** Users whose data has been erased. */
  readonly erased: ReadonlySet<string>
  /** What people noticed while they lived. */
  readonly complaints: readonly string[]
  readonly rows: readonly VersionRow[]
  readonly resumeIds: ReadonlySet<string>
  /** `bucket/name` of what Storage knows. */
  readonly objects: ReadonlySet<string>
  /** `bucket/name` of what lies on its disk. */
  readonly files: ReadonlySet<string>
  readonly downloads: ReadonlyMap<string, Download>
  /** What waits, or has been given up. */
  readonly jobs: readonly string[]
  /** Notes of objects to be removed, and erasures that have not ended. */
  readonly unfinished: readonly string[]
  /** What names a user who has had everything erased, beyond what they have made since. */
  readonly traces: readonly string[]
  /** What the product's own comparison finds. */
  readonly reconciled: readonly string[]
}

const buckets = ['resumes', 'resume_deltas']

export async function readEvidence(
  sql: postgres.Sql,
  objectsDir: string,
  known: Pick<Evidence, 'resumes' | 'erased' | 'complaints' | 'downloads'>,
): Promise<Evidence> {
  const strings = (rows: readonly { text: string }[]) => rows.map(({ text }) => text)
  const living = known.resumes.filter(({ fate }) => fate !== 'erased').map(({ id }) => id)
  return {
    ...known,
    rows: await sql<VersionRow[]>`
      select
        v.version_id as id, v.state, v.held_as as "heldAs", v.sha256,
        case v.held_as
          when 'full' then 'resumes/' || v.full_storage_path
          when 'delta' then 'resume_deltas/' || v.delta_storage_path
        end as object,
        v.stored_bytes::integer as "storedBytes", v.file_size::integer as "fileSize"
      from public.resume_versions as v`,
    resumeIds: new Set(strings(await sql`select id::text as text from public.resumes`)),
    objects: new Set(
      strings(await sql`select bucket_id || '/' || name as text from storage.objects`),
    ),
    files: new Set(buckets.flatMap((bucket) => filesOf(join(objectsDir, bucket), bucket))),
    jobs: strings(
      await sql`
      select format(
        '%s job %s of %s: %s attempts, %s%s', kind, job_id, owner_id, attempts,
        case when dead_at is not null then 'dead' when lease_token is null then 'waits' else 'held' end,
        ', ' || (last_error ->> 'code')
      ) as text
      from private.jobs`,
    ),
    unfinished: strings(
      await sql`
      select format('%s/%s is still to be removed (%s)', bucket_id, object_name, reason) as text
      from private.object_removals
      union all
      select format('erasure %s of %s has not ended', erasure_id, user_id) from private.erasures
      where finished_at is null`,
    ),
    traces: strings(
      await sql`
      select format('resume %s of %s', r.id, r.user_id) as text from public.resumes as r
      where r.user_id = any (${[...known.erased]}) and r.id <> all (${living}::uuid[])
      union all
      select format('optimization of %s', o.user_id) from public.optimizations as o
      where o.user_id = any (${[...known.erased]})
      union all
      select format('erasure that names %s', e.user_id) from private.erasures as e
      where e.user_id = any (${[...known.erased]})`,
    ),
    reconciled: strings(
      await sql`
      select format('%s %s/%s', problem, bucket_id, object_name) as text
      from private.reconcile_report('0 seconds')`,
    ),
  }
}

/** A sidecar beside the bytes says whose they are. */
function filesOf(folder: string, bucket: string): string[] {
  if (!existsSync(folder)) return []
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return paths
    .filter((path) => path.endsWith('.json'))
    .map((path) => {
      const sidecar: { key: string } = JSON.parse(readFileSync(join(folder, path), 'utf8'))
      return `${bucket}/${sidecar.key}`
    })
}
