/** Rows in every state for generated calls to work on, and what must hold of all rows after them. */
import type { Sql, TransactionSql } from 'postgres'

/** With the version against which a compact or rebase job stores its own. */
export interface Lease {
  readonly job_id: string
  readonly lease_token: string
  readonly base_version_id: string | null
}

/** For each user: a history whose versions are in each state and held in each way, and optimizations. */
export async function populate(sql: Sql, users: readonly string[]): Promise<void> {
  for (const user of users) {
    await addWork(sql, user, { leased: false })
    await sql`
      insert into public.optimizations (user_id, resume_id, version_id, input_hash, status, finished_at, result, error)
      select r.user_id, r.id, v.version_id, gen_random_uuid()::text, e.status, now(), e.result, e.error
      from public.resumes as r join public.resume_versions as v on v.version_id = r.current_version_id,
        (values
          (
            'succeeded',
            '{"suggestions": [
              {"span": {"start": 0, "end": 5}, "original": "Plain", "replacement": "Clear"},
              {"span": {"start": 6, "end": 11}, "original": "words", "replacement": "text"}
            ]}'::jsonb,
            null::jsonb
          ),
          ('failed', null, '{"code": "file_corrupt", "detail": "The file is damaged", "retryable": false}'),
          ('cancelled', null, null)
        ) as e (status, result, error)
      where r.user_id = ${user}`
  }
}

/** A leased job of each kind for each user, as many again at each call. */
export async function leaseJobs(sql: Sql, users: readonly string[]): Promise<Lease[]> {
  const leases: Lease[] = []
  for (const user of users) leases.push(...(await addWork(sql, user, { leased: true })))
  return leases
}

async function addWork(sql: Sql, user: string, { leased }: { leased: boolean }): Promise<Lease[]> {
  return await sql.begin(async (transaction) => {
    const resume = await addHistory(transaction, user)
    return await addJobs(transaction, user, resume, { leased })
  })
}

/**
 * Of the ready versions the oldest is pinned and a delta against one that retention is to give up, the third
 * may become a delta, the fourth is the current one. One is restored, and nobody has begun with it.
 */
async function addHistory(sql: TransactionSql, user: string): Promise<string> {
  const [resume] = await sql<{ id: string }[]>`
    insert into public.resumes (user_id, original_filename, mime_type)
    values (${user}, 'cv.pdf', 'application/pdf')
    returning id`
  const id = resume?.id ?? ''
  await sql`
    insert into private.retention_overrides (user_id, keep_last) values (${user}, 2)
    on conflict (user_id) do nothing`
  await sql`
    insert into public.resume_versions (
      resume_id, version_number, full_storage_path, file_size, stored_bytes, original_filename, mime_type,
      state, source, held_as, sha256, content_text, failure_code, object_version, ready_at
    )
    select
      ${id}, s.number, private.object_name(${user}, ${id}, s.number, 'cv.pdf'), 1000,
      case s.held_as when 'full' then 1000 end, 'cv.pdf', 'application/pdf',
      s.state, s.source, s.held_as, case s.state when 'ready' then repeat('a', 64) end,
      case s.state when 'ready' then 'Plain words' end, case s.state when 'failed' then 'file_corrupt' end, 'v1', now()
    from (values
      (1, 'ready', 'upload', 'full'), (2, 'ready', 'upload', 'full'), (3, 'ready', 'upload', 'full'),
      (4, 'ready', 'upload', 'full'), (5, 'uploaded', 'upload', 'full'), (6, 'failed', 'upload', 'full'),
      (7, 'pending', 'restore', 'none')
    ) as s (number, state, source, held_as)`
  await sql`
    update public.resume_versions as v
    set
      held_as = 'delta', delta_storage_path = v.full_storage_path || '.delta', stored_bytes = 100, pinned = true,
      delta_base_version_id = b.version_id
    from public.resume_versions as b
    where v.resume_id = ${id} and v.version_number = 1 and b.resume_id = ${id} and b.version_number = 2`
  await sql`
    update public.resume_versions as v set composed_from_version_id = b.version_id
    from public.resume_versions as b
    where v.resume_id = ${id} and v.version_number = 7 and b.resume_id = ${id} and b.version_number = 3`
  await sql`
    update public.resumes as r set current_version_id = v.version_id
    from public.resume_versions as v
    where r.id = ${id} and v.resume_id = r.id and v.version_number = 4`
  await sql`
    insert into private.object_removals (bucket_id, object_name, version_id, reason)
    select 'resumes', v.full_storage_path, v.version_id, 'failed'
    from public.resume_versions as v where v.resume_id = ${id} and v.state = 'failed'`
  await sql`
    insert into storage.objects (bucket_id, name, version, metadata)
    select h.bucket_id, h.object_name, 'v1', jsonb_build_object('size', v.stored_bytes, 'mimetype', 'application/pdf')
    from public.resume_versions as v cross join lateral private.held_object(v) as h
    where v.resume_id = ${id}`
  return id
}

/** A job of each kind; those that write an object have written theirs. */
async function addJobs(
  sql: TransactionSql,
  user: string,
  resume: string,
  { leased }: { leased: boolean },
): Promise<Lease[]> {
  return await sql<Lease[]>`
    with version as (
      select v.* from public.resume_versions as v where v.resume_id = ${resume}
    ), optimization as (
      insert into public.optimizations (user_id, resume_id, version_id, input_hash)
      select ${user}, v.resume_id, v.version_id, gen_random_uuid()::text from version as v where v.version_number = 4
      returning optimization_id
    ), erasure as (
      insert into private.erasures (user_id, user_digest, reason, resumes, sweep_until)
      values (${user}, private.user_digest(${user}), 'undelete_window', 0, now())
      returning erasure_id
    ), work as (
      select 'ingest' as kind, v.version_id as subject_id, null as bucket, null as name, null::integer as size
      from version as v where v.version_number = 5
      union all select 'remove_object', v.version_id, null, null, null from version as v where v.version_number = 6
      -- Whose object is gone already: nothing is left to do.
      union all select 'remove_object', v.version_id, null, null, null from version as v where v.version_number = 2
      union all select 'optimize', o.optimization_id, null, null, null from optimization as o
      union all select 'erase', e.erasure_id, null, null, null from erasure as e
      union all
      select w.kind, v.version_id, w.bucket, v.full_storage_path || '.' || w.kind, w.size
      from version as v join (values
        ('rebase', 1, 'resume_deltas', 100), ('compact', 3, 'resume_deltas', 100), ('compose', 7, 'resumes', 1000)
      ) as w (kind, number, bucket, size) on w.number = v.version_number
    ), written as (
      insert into storage.objects (bucket_id, name, version, metadata)
      select w.bucket, w.name, 'v1', jsonb_build_object('size', w.size) from work as w where w.bucket is not null
    ), job as (
      insert into private.jobs (kind, subject_id, owner_id, payload, max_attempts, attempts, lease_token, leased_until, worker_id)
      select
        w.kind, w.subject_id, ${user},
        case
          when w.bucket is null then '{}'
          else jsonb_build_object('reserved', jsonb_build_object('bucket', w.bucket, 'name', w.name))
        end,
        5, ${leased ? 1 : 0},
        case when ${leased} then gen_random_uuid() end,
        case when ${leased} then now() + interval '5 minutes' end,
        case when ${leased} then 'generated' end
      from work as w
      returning job_id, lease_token, kind
    )
    select j.job_id, j.lease_token, case when j.kind in ('compact', 'rebase') then b.version_id end as base_version_id
    from job as j left join version as b on b.version_number = case j.kind when 'compact' then 4 else 3 end`
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
    select 'to be made, and no job will make it', v.version_id::text
    from public.resume_versions as v
    where v.state = 'pending' and v.source <> 'upload' and not exists (
      select from private.jobs as j where j.kind = 'compose' and j.subject_id = v.version_id and j.dead_at is null
    )
    union all
    select 'stored against a version that cannot be read', v.version_id::text
    from public.resume_versions as v join public.resume_versions as b on b.version_id = v.delta_base_version_id
    where v.state = 'ready' and (b.state <> 'ready' or b.resume_id <> v.resume_id)
    union all
    select 'to be removed, and no job will remove it', x.object_name
    from private.object_removals as x
    where not exists (
      select from private.jobs as j where j.kind = 'remove_object' and j.subject_id = x.version_id
    )
    union all
    select 'to be erased, and no job will erase it', e.erasure_id::text
    from private.erasures as e
    where e.finished_at is null and not exists (
      select from private.jobs as j where j.kind = 'erase' and j.subject_id = e.erasure_id
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
    where v.source <> 'migration' and not starts_with(
      v.full_storage_path, 'user_uploads/' || private.storage_segment(r.user_id) || '/' || r.id || '/v' || v.version_number || '/'
    )
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
