/** Rows in every state for generated calls to work on, and what must hold of all rows after them. */
import type { Sql } from 'postgres'

/** For each user: a ready version, an uploaded one, a failed one whose object is there, and optimizations. */
export async function populate(sql: Sql, users: readonly string[]): Promise<void> {
  for (const user of users) {
    await addWork(sql, user, { leased: false })
    await sql`
      insert into public.optimizations (user_id, resume_id, version_id, input_hash, status, finished_at, result, error)
      select r.user_id, r.id, v.version_id, gen_random_uuid()::text, e.status, now(), e.result, e.error
      from public.resumes as r join public.resume_versions as v on v.resume_id = r.id and v.state = 'ready',
        (values
          ('succeeded', '{}'::jsonb, null::jsonb),
          ('failed', null, '{"code": "file_corrupt", "detail": "The file is damaged", "retryable": false}'),
          ('cancelled', null, null)
        ) as e (status, result, error)
      where r.user_id = ${user}`
  }
}

/** A leased job of each kind for each user, as many again at each call. */
export async function leaseJobs(
  sql: Sql,
  users: readonly string[],
): Promise<{ job_id: string; lease_token: string }[]> {
  const leases: { job_id: string; lease_token: string }[] = []
  for (const user of users) leases.push(...(await addWork(sql, user, { leased: true })))
  return leases
}

async function addWork(sql: Sql, user: string, { leased }: { leased: boolean }) {
  return await sql<{ job_id: string; lease_token: string }[]>`
    with resume as (
      insert into public.resumes (user_id, original_filename, mime_type)
      values (${user}, 'cv.pdf', 'application/pdf')
      returning id, user_id
    ), version as (
      insert into public.resume_versions (
        resume_id, version_number, full_storage_path, file_size, original_filename, mime_type,
        state, held_as, sha256, content_text, failure_code, object_version
      )
      select
        r.id, s.number, private.object_name(r.user_id, r.id, s.number, 'cv.pdf'), 1000, 'cv.pdf', 'application/pdf',
        s.state, 'full', case s.state when 'ready' then repeat('a', 64) end,
        case s.state when 'ready' then 'Plain words' end, case s.state when 'failed' then 'file_corrupt' end, 'v1'
      from resume as r, (values (1, 'ready'), (2, 'uploaded'), (3, 'failed')) as s (number, state)
      returning version_id, resume_id, state, full_storage_path
    ), object as (
      insert into storage.objects (bucket_id, name, version, metadata)
      select 'resumes', full_storage_path, 'v1', '{"size": 1000, "mimetype": "application/pdf"}' from version
    ), optimization as (
      insert into public.optimizations (user_id, resume_id, version_id, input_hash)
      select r.user_id, r.id, v.version_id, gen_random_uuid()::text
      from resume as r join version as v on v.resume_id = r.id and v.state = 'ready'
      returning optimization_id
    )
    insert into private.jobs (kind, subject_id, owner_id, max_attempts, attempts, lease_token, leased_until, worker_id)
    select
      w.kind, w.subject_id, ${user}, 5, ${leased ? 1 : 0},
      case when ${leased} then gen_random_uuid() end,
      case when ${leased} then now() + interval '5 minutes' end,
      case when ${leased} then 'generated' end
    from (
      select 'ingest', version_id from version where state = 'uploaded'
      union all select 'remove_object', version_id from version where state = 'failed'
      union all select 'optimize', optimization_id from optimization
    ) as w (kind, subject_id)
    returning job_id, lease_token`
}

/** What must be true of every row whenever nothing is in the middle of a transaction; a line for each that is not. */
export async function halfDone(sql: Sql): Promise<string[]> {
  const rows = await sql<{ what: string; id: string }[]>`
    select 'pending without an end, or with one and not pending' as what, v.version_id::text as id
    from public.resume_versions as v where (v.state = 'pending' and v.source = 'upload') <> (v.upload_expires_at is not null)
    union all
    select 'uploaded, and no job will read it', v.version_id::text
    from public.resume_versions as v
    where v.state = 'uploaded' and not exists (
      select from private.jobs as j where j.kind = 'ingest' and j.subject_id = v.version_id and j.dead_at is null
    )
    union all
    select 'in flight, and no job will work on it', o.optimization_id::text
    from public.optimizations as o
    where o.status in ('queued', 'running') and not exists (
      select from private.jobs as j where j.kind = 'optimize' and j.subject_id = o.optimization_id and j.dead_at is null
    )
    union all
    select 'ended, and its section results are still there', o.optimization_id::text
    from public.optimizations as o where o.finished_at is not null and o.partial <> '{}'
    union all
    select 'events that are not as many as are counted', o.optimization_id::text
    from public.optimizations as o
    where o.last_event_id <> (select count(*) from private.optimization_events as e where e.optimization_id = o.optimization_id)
    union all
    select 'a lease without a worker, or a worker without a lease', j.job_id::text
    from private.jobs as j where (j.lease_token is null) <> (j.worker_id is null)
    union all
    select 'a current version of another resume, or one that is not ready', r.id::text
    from public.resumes as r join public.resume_versions as v on v.version_id = r.current_version_id
    where v.resume_id <> r.id or v.state <> 'ready'
    union all
    select 'a resume without its first version', r.id::text
    from public.resumes as r
    where not exists (select from public.resume_versions as v where v.resume_id = r.id and v.version_number = 1)
    union all
    select 'version numbers with a gap', v.resume_id::text
    from public.resume_versions as v group by v.resume_id having max(v.version_number) <> count(*)
    union all
    select 'an object name that is not its own', v.version_id::text
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where v.source <> 'migration' and v.full_storage_path <> private.object_name(r.user_id, r.id, v.version_number, v.original_filename)
    union all
    select 'an optimization of somebody else’s resume', o.optimization_id::text
    from public.optimizations as o join public.resumes as r on r.id = o.resume_id where r.user_id <> o.user_id`
  return rows.map(({ what, id }) => `${what}: ${id}`)
}

export interface LockedLegacyFile {
  readonly legacy_file_id: string
  readonly user_id: string
  readonly file_id: string
  readonly object_name: string
  /** A file of the same user that nobody has locked and that has arrived. */
  readonly verified_file_id: string
}

/** Files of a migration under one worker's lease, with their objects; as many that are verified. */
export async function lockLegacyFiles(
  sql: Sql,
  user: string,
  token: string,
): Promise<LockedLegacyFile[]> {
  return await sql<LockedLegacyFile[]>`
    with file as (
      insert into private.legacy_files (
        user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, sha256,
        file_created_at, file_modified_at, state, object_name, worker_id, lease_token, leased_until,
        verified_at, purge_after_at, version_id
      )
      select
        ${user}, i.file_id, 1, 'a/cv.pdf', 'cv.pdf', 'application/pdf', 1000, repeat('a', 64), now(), now(),
        i.state, private.legacy_object_name(${user}, i.file_id, 1, 1),
        case i.state when 'uploaded' then 'generated' end, case i.state when 'uploaded' then ${token}::uuid end,
        case i.state when 'uploaded' then now() + interval '1 hour' end,
        case i.state when 'verified' then now() end, case i.state when 'verified' then now() end,
        -- Every other one is transferred already.
        case when i.state = 'uploaded' and i.number % 2 = 0 then (
          select v.version_id from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
          where r.user_id = ${user} limit 1
        ) end
      from (
        select s.state, n.number, gen_random_uuid()::text as file_id
        from generate_series(1, 8) as n (number), (values ('uploaded'), ('verified')) as s (state)
      ) as i
      returning *
    ), object as (
      insert into storage.objects (bucket_id, name, version, metadata)
      select 'resumes', object_name, 'v1', '{"size": 1000, "mimetype": "application/pdf"}'
      from file where state = 'uploaded'
    )
    select
      u.legacy_file_id::text, u.user_id, u.file_id, u.object_name,
      (select v.file_id from file as v where v.state = 'verified' order by v.legacy_file_id limit 1) as verified_file_id
    from file as u where u.state = 'uploaded'`
}
