-- How far a migration is, the way back, and the end of the sources.

create function private.migration_status() returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'states', (
      select coalesce(jsonb_object_agg(s.state, jsonb_build_object('files', s.files, 'bytes', s.bytes)), '{}')
      from (select f.state, count(*) as files, sum(f.file_size) as bytes from private.legacy_files as f group by f.state) as s
    ),
    'errors', (
      select coalesce(jsonb_object_agg(e.error_code, e.files), '{}')
      from (select f.error_code, count(*) as files from private.legacy_files as f where f.error_code is not null group by f.error_code) as e
    ),
    'refused', (
      select coalesce(jsonb_object_agg(e.failure_code, e.files), '{}')
      from (
        select v.failure_code, count(*) as files
        from private.legacy_files as f join public.resume_versions as v on v.version_id = f.version_id
        where v.state = 'failed'
        group by v.failure_code
      ) as e
    ),
    'unread', (
      select count(*) from private.legacy_files as f join public.resume_versions as v on v.version_id = f.version_id where v.state = 'uploaded'
    ),
    'workers', (
      select coalesce(jsonb_agg(jsonb_build_object('worker', w.worker_id, 'files', w.files, 'until', w.until) order by w.worker_id), '[]')
      from (
        select f.worker_id, count(*) as files, max(f.leased_until) as until
        from private.legacy_files as f
        where f.leased_until > now()
        group by f.worker_id
      ) as w
    ),
    'nextRetryAt', (select min(f.retry_at) from private.legacy_files as f where f.state = 'planned' and f.retry_at > now()),
    'nextLeaseEndsAt', (select min(f.leased_until) from private.legacy_files as f where f.state in ('locked', 'uploaded'))
  )
$$;

create function public.internal_migration_status() returns jsonb
language sql stable
set search_path = ''
as $$
  select private.migration_status()
$$;

comment on function public.internal_migration_status() is
'How far a migration is: files and bytes by state, last errors by code, versions that ingest refused by code or has not read yet, workers and when their leases end. Reads every row.';

create function private.versions_of_legacy_file(p_user_id text, p_file_id text) returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'versionId', v.version_id, 'number', v.version_number, 'state', v.state, 'source', v.source, 'name', v.original_filename,
      'type', v.mime_type, 'size', v.file_size, 'sha256', coalesce(v.sha256, v.expected_sha256), 'createdAt', v.created_at,
      'label', v.label, 'heldAs', v.held_as, 'fullPath', v.full_storage_path, 'legacyVersion', f.version_order
    )
    order by v.version_number
  ), '[]')
  from public.resume_versions as v left join private.legacy_files as f on f.version_id = v.version_id
  where v.resume_id in (select x.resume_id from private.legacy_files as x where x.user_id = p_user_id and x.file_id = p_file_id)
$$;

create function public.internal_versions_of_legacy_file(p_user_id text, p_file_id text) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.versions_of_legacy_file(p_user_id, p_file_id)
$$;

comment on function public.internal_versions_of_legacy_file(text, text) is
'All versions of the resume that a legacy file became, those written since among them (legacyVersion is null): what a rollback has to export.';

create function private.lock_resumes_of_legacy_file(p_user_id text, p_file_id text) returns uuid[]
language sql
set search_path = ''
as $$
  select array(
    select r.id from public.resumes as r
    where r.id in (
      select f.resume_id from private.legacy_files as f
      where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back'
    )
    order by r.id
    for no key update
  )
$$;

comment on function private.lock_resumes_of_legacy_file(text, text) is 'Locks what a legacy file has become, and names it.';

create function private.take_out_legacy_file(p_user_id text, p_file_id text, p_resumes uuid[]) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_count integer;
begin
  perform private.cancel_optimization(o.optimization_id)
  from public.optimizations as o
  where o.resume_id = any (p_resumes) and o.status in ('queued', 'running');
  update public.resumes as r set deleted_at = coalesce(r.deleted_at, now()) where r.id = any (p_resumes);
  update private.legacy_files as f
  set
    state = 'rolled_back', worker_id = null, lease_token = null, leased_until = null, retry_at = null, attempts = 0,
    verified_at = null, purge_after_at = null
  where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function private.take_out_legacy_file(text, text, uuid[]) is
'Deletes what a legacy file has become, as its owner would, and marks its rows rolled back; says how many. Its resumes are locked.';

create function private.rollback_file_transfer(p_user_id text, p_file_id text, p_exported uuid[]) returns integer
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_phase text;
  v_resumes uuid[];
begin
  perform private.lock_user(p_user_id);
  perform from private.legacy_files as f where f.user_id = p_user_id and f.file_id = p_file_id order by f.legacy_file_id for update;
  if not found then
    perform private.fail('migration_unknown_file', 'There is no such file in the migration');
  end if;
  -- Nothing is taken from under an app that may read or write here.
  v_phase := private.rollout_phase_if_any(p_user_id);
  if v_phase <> 'local' then
    perform private.fail(
      'conflict', format('The user is in phase %s', v_phase), 'Take them back to local first: force_rollout_stage(), or pin_rollout_user().'
    );
  end if;
  if exists (
    select from private.legacy_files as f
    where f.user_id = p_user_id and f.file_id = p_file_id and f.leased_until > now()
  ) then
    perform private.fail('migration_not_locked', 'A worker is at the file', 'Let it finish, or wait until its lease has ended.');
  end if;
  v_resumes := private.lock_resumes_of_legacy_file(p_user_id, p_file_id);
  -- What has been promised to its user. A pending upload has not: it ends with not_found.
  if exists (
    select from public.resume_versions as v
    where v.resume_id = any (v_resumes)
      and (v.state in ('uploaded', 'ready') or v.state = 'pending' and v.source <> 'upload')
      and v.version_id <> all (coalesce(p_exported, '{}'))
  ) then
    perform private.fail('migration_not_exported', 'A version has not been exported', 'Export it, and roll back again.');
  end if;
  return private.take_out_legacy_file(p_user_id, p_file_id, v_resumes);
end
$$;

create function public.rollback_file_transfer(p_user_id text, p_file_id text, p_exported uuid[] default '{}') returns integer
language sql volatile
set search_path = ''
as $$
  select private.rollback_file_transfer(p_user_id, p_file_id, p_exported)
$$;

comment on function public.rollback_file_transfer(text, text, uuid[]) is
'For the service: takes a legacy file with all its versions back out. Its resume is deleted as by its owner, and erased when the undelete window has passed.
p_exported: the versions that are safely on the local side. Idempotent; returns how many were taken back.
Raises migration_unknown_file, migration_not_locked, migration_not_exported, conflict (a rollout has the user in another phase than local).';

create function private.record_legacy_purge(p_ids bigint[]) returns bigint[]
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_purged bigint[];
begin
  perform from private.legacy_files as f where f.legacy_file_id = any (p_ids) order by f.legacy_file_id for update;
  with purged as (
    update private.legacy_files as f set state = 'purged'
    from public.resume_versions as v, public.resumes as r
    where f.legacy_file_id = any (p_ids) and v.version_id = f.version_id and r.id = v.resume_id
      and f.state = 'verified' and f.purge_after_at <= now() and v.state = 'ready' and r.deleted_at is null
      -- In any other phase their app has the disk for its own, or to fall back to.
      and coalesce(private.rollout_phase_if_any(f.user_id), 'supabase') = 'supabase'
    returning f.legacy_file_id
  )
  select coalesce(array_agg(p.legacy_file_id), '{}') into v_purged from purged as p;
  return v_purged;
end
$$;

create function public.internal_record_legacy_purge(p_ids bigint[]) returns bigint[]
language sql volatile
set search_path = ''
as $$
  select private.record_legacy_purge(p_ids)
$$;

comment on function public.internal_record_legacy_purge(bigint[]) is
'Gives sources up: of these files, those that are verified, read by ingest and past their grace period, of users whom no rollout has in a phase before supabase. Returns which; only their sources may be deleted, after this.';

grant execute on function private.migration_status() to service_role;
grant execute on function private.versions_of_legacy_file(text, text) to service_role;
grant execute on function private.rollback_file_transfer(text, text, uuid[]) to service_role;
grant execute on function private.record_legacy_purge(bigint[]) to service_role;
grant execute on function public.internal_migration_status() to service_role;
grant execute on function public.internal_versions_of_legacy_file(text, text) to service_role;
grant execute on function public.rollback_file_transfer(text, text, uuid[]) to service_role;
grant execute on function public.internal_record_legacy_purge(bigint[]) to service_role;
