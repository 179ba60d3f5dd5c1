-- Who has a legacy file in hand: claims, leases that are extended and given back, and failures.

create function private.legacy_file_json(p_file private.legacy_files) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p_file.legacy_file_id, 'userId', p_file.user_id, 'fileId', p_file.file_id, 'version', p_file.version_order,
    'path', p_file.source_path, 'name', p_file.original_filename, 'type', p_file.mime_type, 'size', p_file.file_size,
    'createdAt', p_file.file_created_at, 'modifiedAt', p_file.file_modified_at, 'sha256', p_file.sha256,
    'state', p_file.state, 'objectName', p_file.object_name, 'attempts', p_file.attempts, 'errorCode', p_file.error_code,
    'uploadId', p_file.upload_id, 'resumeId', p_file.resume_id, 'versionId', p_file.version_id, 'verifiedAt', p_file.verified_at,
    'purgeAfter', p_file.purge_after_at
  )
$$;

create function private.claim_legacy_files(
  p_worker_id text, p_lease_token uuid, p_limit integer, p_lease_seconds integer, p_user_id text, p_file_id text
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_claimed jsonb;
begin
  perform private.check_lease_seconds(p_lease_seconds);
  if coalesce(length(p_worker_id), 0) not between 1 and 200 or p_lease_token is null or coalesce(p_limit, 0) not between 1 and 1000 then
    perform private.fail('invalid_request', 'A claim has a worker''s name, its lease token and a limit of 1–1000');
  end if;
  with due as (
    select f.legacy_file_id from private.legacy_files as f
    where f.state in ('planned', 'locked', 'uploaded')
      and case f.state when 'planned' then coalesce(f.retry_at, '-infinity') else f.leased_until end <= now()
      and (p_user_id is null or f.user_id = p_user_id)
      and (p_file_id is null or f.file_id = p_file_id)
    order by f.legacy_file_id
    limit p_limit
    for update skip locked
  ), claimed as (
    update private.legacy_files as f
    set
      state = 'locked', worker_id = p_worker_id, lease_token = p_lease_token,
      leased_until = now() + make_interval(secs => p_lease_seconds), attempts = f.attempts + 1, retry_at = null
    from due as d
    where f.legacy_file_id = d.legacy_file_id
    returning f
  )
  select coalesce(jsonb_agg(private.legacy_file_json(c.f) order by (c.f).legacy_file_id), '[]') into v_claimed from claimed as c;
  return v_claimed;
end
$$;

create function public.internal_claim_legacy_files(
  p_worker_id text, p_lease_token uuid, p_limit integer, p_lease_seconds integer, p_user_id text default null, p_file_id text default null
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.claim_legacy_files(p_worker_id, p_lease_token, p_limit, p_lease_seconds, p_user_id, p_file_id)
$$;

comment on function public.internal_claim_legacy_files(text, uuid, integer, integer, text, text) is
'Locks up to p_limit files that are planned and due, or whose worker''s lease ran out, for a worker: its name for people, its token for the other calls. p_user_id, p_file_id: only theirs. Raises invalid_request.';

create function private.extend_legacy_files(p_lease_token uuid, p_lease_seconds integer) returns bigint[]
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_held bigint[];
begin
  perform private.check_lease_seconds(p_lease_seconds);
  with mine as (
    -- In one order: two that lock many files meet at the first.
    select f.legacy_file_id from private.legacy_files as f
    where f.lease_token = p_lease_token and f.state in ('locked', 'uploaded')
    order by f.legacy_file_id
    for update
  ), held as (
    update private.legacy_files as f set leased_until = now() + make_interval(secs => p_lease_seconds)
    from mine as m
    where f.legacy_file_id = m.legacy_file_id
    returning f.legacy_file_id
  )
  select coalesce(array_agg(h.legacy_file_id), '{}') into v_held from held as h;
  return v_held;
end
$$;

create function public.internal_extend_legacy_files(p_lease_token uuid, p_lease_seconds integer) returns bigint[]
language sql volatile
set search_path = ''
as $$
  select private.extend_legacy_files(p_lease_token, p_lease_seconds)
$$;

comment on function public.internal_extend_legacy_files(uuid, integer) is
'Extends the lease of all that a worker holds, and says what that is: what is missing was taken over. Raises invalid_request.';

create function private.leased_legacy_file(p_id bigint, p_lease_token uuid) returns private.legacy_files
language plpgsql
set search_path = ''
as $$
declare
  v_file private.legacy_files;
begin
  select * into v_file from private.legacy_files as f where f.legacy_file_id = p_id for update;
  if not found then
    perform private.fail('migration_unknown_file', 'There is no such file in the migration', 'Plan it first.');
  end if;
  if v_file.lease_token is distinct from p_lease_token or v_file.leased_until <= now() or p_lease_token is null then
    perform private.fail('migration_not_locked', 'The file is not locked by this worker', 'Leave it alone, or claim it again.');
  end if;
  return v_file;
end
$$;

comment on function private.leased_legacy_file(bigint, uuid) is 'The file, locked, if that worker''s lease on it is alive. Raises migration_unknown_file, migration_not_locked.';

create function private.fail_legacy_file(p_id bigint, p_lease_token uuid, p_code text, p_retryable boolean, p_delay_seconds integer) returns text
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_file private.legacy_files := private.leased_legacy_file(p_id, p_lease_token);
begin
  if coalesce(p_code, '') !~ '^[a-z_]{1,64}$' or p_retryable is null then
    perform private.fail('invalid_request', 'A failure says its code and whether it is worth another attempt');
  end if;
  update private.legacy_files as f
  set
    state = case when p_retryable and f.attempts < (private.setting()).max_job_attempts then 'planned' else 'failed' end,
    worker_id = null, lease_token = null, leased_until = null, error_code = p_code,
    retry_at = now() + coalesce(make_interval(secs => greatest(p_delay_seconds, 0)), private.retry_delay(f.attempts))
  where f.legacy_file_id = p_id
  returning * into v_file;
  return v_file.state;
end
$$;

create function public.internal_fail_legacy_file(
  p_id bigint, p_lease_token uuid, p_code text, p_retryable boolean, p_delay_seconds integer default null
) returns text
language sql volatile
set search_path = ''
as $$
  select private.fail_legacy_file(p_id, p_lease_token, p_code, p_retryable, p_delay_seconds)
$$;

comment on function public.internal_fail_legacy_file(bigint, uuid, text, boolean, integer) is
'Ends an attempt that did not succeed: ''planned'' for another one after a backoff (or p_delay_seconds), ''failed'' when it is not worth one or was the last. Raises migration_unknown_file, migration_not_locked, invalid_request.';

create function private.release_legacy_files(p_lease_token uuid) returns integer
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_count integer;
begin
  with mine as (
    select f.legacy_file_id from private.legacy_files as f
    where f.lease_token = p_lease_token and f.state in ('locked', 'uploaded')
    order by f.legacy_file_id
    for update
  )
  update private.legacy_files as f
  -- A worker that leaves has not failed at anything.
  set state = 'planned', worker_id = null, lease_token = null, leased_until = null, attempts = f.attempts - 1
  from mine as m
  where f.legacy_file_id = m.legacy_file_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create function public.internal_release_legacy_files(p_lease_token uuid) returns integer
language sql volatile
set search_path = ''
as $$
  select private.release_legacy_files(p_lease_token)
$$;

comment on function public.internal_release_legacy_files(uuid) is 'Gives back all that a worker still holds, for others to take at once. Returns how many.';

grant execute on function private.claim_legacy_files(text, uuid, integer, integer, text, text) to service_role;
grant execute on function private.extend_legacy_files(uuid, integer) to service_role;
grant execute on function private.fail_legacy_file(bigint, uuid, text, boolean, integer) to service_role;
grant execute on function private.release_legacy_files(uuid) to service_role;
grant execute on function public.internal_claim_legacy_files(text, uuid, integer, integer, text, text) to service_role;
grant execute on function public.internal_extend_legacy_files(uuid, integer) to service_role;
grant execute on function public.internal_fail_legacy_file(bigint, uuid, text, boolean, integer) to service_role;
grant execute on function public.internal_release_legacy_files(uuid) to service_role;
