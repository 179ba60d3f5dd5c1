set check_function_bodies = off;
set lock_timeout = '5s';

alter table "private"."settings" drop constraint "settings_intervals_check";

create table "private"."legacy_file_events" ("event_id" bigint generated always as identity not null, "legacy_file_id" bigint not null, "state" text not null, "round" integer not null, "worker_id" text, "error_code" text, "version_id" uuid, "happened_at" timestamp with time zone not null default clock_timestamp(), constraint "legacy_file_events_pkey" primary key (event_id));

alter table "private"."legacy_file_events" enable row level security;

create table "private"."legacy_files" ("legacy_file_id" bigint generated always as identity not null, "user_id" text not null, "file_id" text not null, "version_order" integer not null, "source_path" text not null, "original_filename" text not null, "mime_type" text not null, "file_size" bigint not null, "sha256" text, "file_created_at" timestamp with time zone not null, "file_modified_at" timestamp with time zone not null, "state" text not null default 'planned'::text, "round" integer not null default 1, "object_name" text not null, "worker_id" text, "lease_token" uuid, "leased_until" timestamp with time zone, "attempts" integer not null default 0, "retry_at" timestamp with time zone, "error_code" text, "resume_id" uuid, "version_id" uuid, "verified_at" timestamp with time zone, "purge_after_at" timestamp with time zone, "planned_at" timestamp with time zone not null default now(), constraint "legacy_files_error_code_check" check ((error_code ~ '^[a-z_]{1,64}$'::text)), constraint "legacy_files_failed_check" check (((state <> 'failed'::text) or (error_code is not null))), constraint "legacy_files_file_id_check" check (((length(file_id) >= 1) and (length(file_id) <= 1024))), constraint "legacy_files_file_size_check" check ((file_size > 0)), constraint "legacy_files_lease_check" check ((((state = any (array['locked'::text, 'uploaded'::text])) = (lease_token is not null)) and ((lease_token is null) = (leased_until is null)) and ((lease_token is null) = (worker_id is null)))), constraint "legacy_files_object_name_key" unique (object_name), constraint "legacy_files_original_filename_check" check (((length(original_filename) >= 1) and (length(original_filename) <= 255))), constraint "legacy_files_pkey" primary key (legacy_file_id), constraint "legacy_files_purge_check" check (((verified_at is null) = (purge_after_at is null))), constraint "legacy_files_sha256_check" check ((sha256 ~ '^[0-9a-f]{64}$'::text)), constraint "legacy_files_source_path_check" check (((length(source_path) >= 1) and (length(source_path) <= 4096))), constraint "legacy_files_state_check" check ((state = any (array['planned'::text, 'locked'::text, 'uploaded'::text, 'verified'::text, 'failed'::text, 'rolled_back'::text, 'purged'::text]))), constraint "legacy_files_uploaded_check" check (((state <> all (array['uploaded'::text, 'verified'::text, 'purged'::text])) or (sha256 is not null))), constraint "legacy_files_user_id_check" check (((length(user_id) >= 1) and (length(user_id) <= 255))), constraint "legacy_files_version_key" unique (user_id, file_id, version_order), constraint "legacy_files_version_order_check" check (((version_order >= 1) and (version_order <= 10000))), constraint "legacy_files_worker_id_check" check (((length(worker_id) >= 1) and (length(worker_id) <= 200))), constraint "legacy_files_mime_type_check" check ((private.kind_of_mime_type(mime_type) is not null)));

alter table "private"."legacy_files" enable row level security;

-- pgls-ignore lint/safety/addingFieldWithDefault: one row, and a constant rewrites nothing
alter table "private"."settings" add column "migration_grace" interval not null default '30 days'::interval;

create or replace function private.check_legacy_file(p_file jsonb)
returns private.legacy_files
language plpgsql
set search_path to ''
as $function$
declare
  v_file private.legacy_files;
begin
  v_file.user_id := p_file ->> 'userId';
  v_file.file_id := p_file ->> 'fileId';
  v_file.version_order := coalesce((p_file ->> 'version')::integer, 1);
  v_file.source_path := p_file ->> 'path';
  v_file.mime_type := p_file ->> 'type';
  v_file.file_size := (p_file ->> 'size')::bigint;
  v_file.file_created_at := (p_file ->> 'createdAt')::timestamptz;
  v_file.file_modified_at := (p_file ->> 'modifiedAt')::timestamptz;
  if coalesce(length(v_file.user_id), 0) not between 1 and 255
    or coalesce(length(v_file.file_id), 0) not between 1 and 1024
    or coalesce(length(v_file.source_path), 0) not between 1 and 4096
    or v_file.version_order not between 1 and 10000
    or v_file.file_size is null or v_file.file_size < 0
    or v_file.file_created_at is null or v_file.file_modified_at is null
    or not isfinite(v_file.file_created_at) or not isfinite(v_file.file_modified_at)
  then
    perform private.fail('invalid_request', 'A file has userId, fileId, version (1–10000), path, name, type, size, createdAt and modifiedAt');
  end if;
  v_file.original_filename := private.check_filename(p_file ->> 'name');
  if private.kind_of_mime_type(v_file.mime_type) is null
    or lower(v_file.original_filename) !~ ('\.' || private.kind_of_mime_type(v_file.mime_type) || '$') then
    perform private.fail('unsupported_file_type', 'Only PDF, DOC and DOCX files are accepted, under a name that says so');
  end if;
  if v_file.file_size = 0 then
    perform private.fail('file_empty', 'The file is empty');
  end if;
  if v_file.file_size > (private.setting()).max_file_bytes then
    perform private.fail('file_too_large', format('The file is over %s bytes', (private.setting()).max_file_bytes));
  end if;
  return v_file;
end
$function$
;

create or replace function private.claim_legacy_files(p_worker_id text, p_lease_token uuid, p_limit integer, p_lease_seconds integer, p_user_id text, p_file_id text)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function private.erase_my_data()
returns private.erasures
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resumes uuid[];
  v_erasure private.erasures;
begin
  perform private.lock_user(v_caller);
  v_resumes := array(
    select r.id from public.resumes as r
    where r.user_id = v_caller and r.erasure_id is null
    order by r.id
    for no key update
  );
  -- Asked again with nothing new, the receipt is the same.
  if cardinality(v_resumes) = 0 then
    select * into v_erasure from private.erasures as e
    where e.user_digest = private.user_digest(v_caller) and e.reason = 'request'
    order by e.requested_at desc
    limit 1;
  end if;
  if v_erasure.erasure_id is null then
    v_erasure := private.begin_erasure(v_caller, v_resumes, 'request');
  end if;
  -- Whoever works one of these has lost its lease.
  perform private.delete_jobs(
    array(select j.job_id from private.jobs as j where j.owner_id = v_caller and j.kind <> 'erase'), 'cancelled'
  );
  delete from public.optimizations as o where o.user_id = v_caller;
  delete from private.retention_overrides as o where o.user_id = v_caller;
  delete from private.legacy_files as f where f.user_id = v_caller;
  return v_erasure;
end
$function$
;

create or replace function private.extend_legacy_files(p_lease_token uuid, p_lease_seconds integer)
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function private.fail_legacy_file(p_id bigint, p_lease_token uuid, p_code text, p_retryable boolean, p_delay_seconds integer)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function private.insert_legacy_version(p_file private.legacy_files, p_resume_id uuid)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_object record;
  v_version public.resume_versions;
begin
  select o.id, o.version, o.metadata into v_object
  from storage.objects as o
  where o.bucket_id = 'resumes' and o.name = p_file.object_name and o.metadata ? 'size';
  if not found then
    perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it, then transfer again.');
  end if;
  if (v_object.metadata ->> 'size')::bigint <> p_file.file_size then
    perform private.fail('migration_mismatch', 'Storage has another number of bytes', 'Remove the object and upload it again.');
  end if;
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, stored_bytes, created_at, state, source, held_as, original_filename,
    mime_type, expected_sha256, object_version, uploaded_at, parent_version_id,
    -- A move gives nothing up: retention leaves it until its owner unpins it.
    pinned
  )
  select
    p_resume_id, n.version_number, p_file.object_name, p_file.file_size, p_file.file_size, p_file.file_created_at, 'uploaded',
    'migration', 'full', p_file.original_filename, p_file.mime_type, p_file.sha256, coalesce(v_object.version, v_object.id::text),
    now(),
    (
      select v.version_id from public.resume_versions as v
      where v.resume_id = p_resume_id and v.version_number < n.version_number
      order by v.version_number desc
      limit 1
    ),
    true
  from private.legacy_version_number(p_file, p_resume_id) as n (version_number)
  returning * into v_version;
  -- They may be transferred in any order; history is that of the disk.
  update public.resume_versions as v set parent_version_id = v_version.version_id
  where v.source = 'migration' and v.version_id = (
    select x.version_id from public.resume_versions as x
    where x.resume_id = p_resume_id and x.version_number > v_version.version_number
    order by x.version_number
    limit 1
  );
  return v_version;
end
$function$
;

create or replace function private.leased_legacy_file(p_id bigint, p_lease_token uuid)
returns private.legacy_files
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.legacy_file_json(p_file private.legacy_files)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select jsonb_build_object(
    'id', p_file.legacy_file_id, 'userId', p_file.user_id, 'fileId', p_file.file_id, 'version', p_file.version_order,
    'path', p_file.source_path, 'name', p_file.original_filename, 'type', p_file.mime_type, 'size', p_file.file_size,
    'createdAt', p_file.file_created_at, 'modifiedAt', p_file.file_modified_at, 'sha256', p_file.sha256,
    'state', p_file.state, 'objectName', p_file.object_name, 'attempts', p_file.attempts, 'errorCode', p_file.error_code,
    'resumeId', p_file.resume_id, 'versionId', p_file.version_id, 'verifiedAt', p_file.verified_at,
    'purgeAfter', p_file.purge_after_at
  )
$function$
;

create or replace function private.legacy_object_name(p_user_id text, p_file_id text, p_version_order integer, p_round integer)
returns text
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  select 'migrations/' || private.storage_segment(p_user_id) || '/' || case
    when p_version_order = 1 and p_round = 1 then private.storage_segment(p_file_id)
    -- No file's segment is this: with a leading = sixteen hex digits would follow.
    else '=more/' || private.storage_segment(p_file_id) || '/v' || p_version_order::text || '.' || p_round::text
  end
$function$
;

create or replace function private.legacy_version_number(p_file private.legacy_files, p_resume_id uuid)
returns integer
language sql
stable
set search_path to ''
as $function$
  -- Its own number, which is free unless it was planned after the resume had gone on.
  select case
    when exists (select from public.resume_versions as v where v.resume_id = p_resume_id and v.version_number = p_file.version_order)
      then (select max(v.version_number) + 1 from public.resume_versions as v where v.resume_id = p_resume_id)
    else p_file.version_order
  end
$function$
;

create or replace function private.list_legacy_files(p_after bigint, p_limit integer, p_states text[], p_user_id text, p_file_id text)
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
  select coalesce(jsonb_agg(
    private.legacy_file_json(p.f) || jsonb_build_object(
      'versionState', v.state, 'failureCode', v.failure_code, 'heldAs', v.held_as, 'fullPath', v.full_storage_path,
      'deleted', r.deleted_at is not null,
      'purgeable', coalesce((p.f).state = 'verified' and (p.f).purge_after_at <= now() and v.state = 'ready' and r.deleted_at is null, false)
    )
    order by (p.f).legacy_file_id
  ), '[]')
  from (
    select f from private.legacy_files as f
    where f.legacy_file_id > coalesce(p_after, 0)
      and (p_states is null or f.state = any (p_states))
      and (p_user_id is null or f.user_id = p_user_id)
      and (p_file_id is null or f.file_id = p_file_id)
    order by f.legacy_file_id
    limit least(greatest(coalesce(p_limit, 500), 1), 1000)
  ) as p
    left join public.resume_versions as v on v.version_id = (p.f).version_id
    left join public.resumes as r on r.id = v.resume_id
$function$
;

create or replace function private.migration_status()
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function private.next_version_number(p_resume_id uuid)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_most constant integer := (private.setting()).max_versions_per_resume;
  v_number constant integer := 1 + greatest(
    (select coalesce(max(v.version_number), 0) from public.resume_versions as v where v.resume_id = p_resume_id),
    -- Versions that are still to come from a local disk keep theirs: they are older than what is written now.
    (
      select max(f.version_order) from private.legacy_files as f
      where f.resume_id = p_resume_id and f.state in ('planned', 'locked', 'uploaded', 'failed')
    )
  );
begin
  if v_number > v_most then
    perform private.fail('quota_exceeded', format('The resume has %s versions already', v_most), 'Start a new resume.');
  end if;
  return v_number;
end
$function$
;

create or replace function private.plan_legacy_file(p_file private.legacy_files, p_again boolean)
returns text
language plpgsql
set search_path to ''
as $function$
declare
  v_known private.legacy_files;
begin
  -- Who had everything erased does not get it back from a disk.
  if exists (select from private.erasures as e where e.user_digest = private.user_digest(p_file.user_id) and e.reason = 'request') then
    return 'erased';
  end if;
  insert into private.legacy_files (
    user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, file_created_at, file_modified_at,
    object_name, resume_id
  ) values (
    p_file.user_id, p_file.file_id, p_file.version_order, p_file.source_path, p_file.original_filename, p_file.mime_type,
    p_file.file_size, p_file.file_created_at, p_file.file_modified_at,
    private.legacy_object_name(p_file.user_id, p_file.file_id, p_file.version_order, 1),
    (
      select f.resume_id from private.legacy_files as f
      where f.user_id = p_file.user_id and f.file_id = p_file.file_id and f.state <> 'rolled_back' and f.resume_id is not null
      limit 1
    )
  )
  on conflict (user_id, file_id, version_order) do nothing;
  if found then
    return 'planned';
  end if;
  select * into v_known from private.legacy_files as f
  where (f.user_id, f.file_id, f.version_order) = (p_file.user_id, p_file.file_id, p_file.version_order);
  if v_known.state in ('planned', 'failed') or v_known.state = 'rolled_back' and p_again then
    update private.legacy_files as f
    set
      source_path = p_file.source_path, original_filename = p_file.original_filename, mime_type = p_file.mime_type,
      file_size = p_file.file_size, file_created_at = p_file.file_created_at, file_modified_at = p_file.file_modified_at,
      state = case when f.state = 'failed' and not p_again then 'failed' else 'planned' end,
      attempts = case when p_again then 0 else f.attempts end,
      retry_at = case when p_again then null else f.retry_at end,
      round = f.round + (f.state = 'rolled_back')::integer,
      object_name = private.legacy_object_name(f.user_id, f.file_id, f.version_order, f.round + (f.state = 'rolled_back')::integer),
      resume_id = case when f.state = 'rolled_back' then null else f.resume_id end,
      version_id = case when f.state = 'rolled_back' then null else f.version_id end,
      verified_at = null, purge_after_at = null
    -- Unless a worker has taken it since.
    where f.legacy_file_id = v_known.legacy_file_id and f.state = v_known.state;
    return case when p_again then 'planned' else 'known' end;
  end if;
  return case
    when v_known.state in ('verified', 'purged')
      and (v_known.file_size, date_trunc('milliseconds', v_known.file_modified_at)) <> (p_file.file_size, date_trunc('milliseconds', p_file.file_modified_at))
      then 'changed'
    else 'known'
  end;
end
$function$
;

create or replace function private.plan_legacy_files(p_files jsonb, p_again boolean)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_line jsonb;
  v_index integer := -1;
  v_outcome text;
  v_outcomes jsonb := '{"planned": 0, "known": 0, "changed": 0, "erased": 0}';
  v_refused jsonb := '[]';
  v_code text;
begin
  if coalesce(jsonb_typeof(p_files), '') <> 'array' or jsonb_array_length(p_files) > 1000 then
    perform private.fail('invalid_request', 'The files are no array of at most 1,000');
  end if;
  for v_line in select value from jsonb_array_elements(p_files) loop
    v_index := v_index + 1;
    begin
      v_outcome := private.plan_legacy_file(private.check_legacy_file(v_line), coalesce(p_again, false));
      v_outcomes := jsonb_set(v_outcomes, array[v_outcome], to_jsonb((v_outcomes ->> v_outcome)::integer + 1));
    exception
      -- One bad line does not keep the others from being planned.
      when sqlstate 'PT400' or sqlstate 'PT413' or sqlstate 'PT415' or sqlstate 'PT422' then
        get stacked diagnostics v_code = pg_exception_detail;
        v_refused := v_refused || jsonb_build_object('index', v_index, 'code', v_code);
    end;
  end loop;
  return v_outcomes || jsonb_build_object('refused', v_refused);
end
$function$
;

create or replace function private.reconcile_report(p_older_than interval default '1 day'::interval)
returns table(problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  select 'orphan_object', o.bucket_id, o.name, null::uuid, (o.metadata ->> 'size')::bigint, o.created_at
  from storage.objects as o
  where o.bucket_id in ('resumes', 'resume_deltas') and o.created_at <= now() - p_older_than
    and not exists (
      select from public.resume_versions as v
      where v.full_storage_path = o.name and o.bucket_id = 'resumes' and (v.held_as = 'full' or v.state = 'pending')
    )
    and not exists (select from public.resume_versions as v where v.delta_storage_path = o.name and o.bucket_id = 'resume_deltas')
    -- Its worker has not come to the transfer yet.
    and not exists (
      select from private.legacy_files as f where o.bucket_id = 'resumes' and f.object_name = o.name and f.state in ('locked', 'uploaded')
    )
    and not exists (select from private.object_removals as r where r.bucket_id = o.bucket_id and r.object_name = o.name)
    and not exists (
      select from private.jobs as j
      where j.dead_at is null and j.payload #>> '{reserved,name}' = o.name and j.payload #>> '{reserved,bucket}' = o.bucket_id
    )
    and not exists (
      select from private.erasures as e, unnest(e.prefixes) as p (prefix)
      where e.finished_at is null and starts_with(o.name, p.prefix)
    )
  union all
  select
    'missing_object', h.bucket_id, h.object_name, v.version_id, v.stored_bytes, v.ready_at
  from public.resume_versions as v
    join public.resumes as r on r.id = v.resume_id
    cross join lateral private.held_object(v) as h
  where v.state in ('uploaded', 'ready') and r.erasure_id is null
    and not exists (select from storage.objects as o where (o.bucket_id, o.name) = (h.bucket_id, h.object_name))
$function$
;

create or replace function private.record_legacy_purge(p_ids bigint[])
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
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
    returning f.legacy_file_id
  )
  select coalesce(array_agg(p.legacy_file_id), '{}') into v_purged from purged as p;
  return v_purged;
end
$function$
;

create or replace function private.record_legacy_upload(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_file constant private.legacy_files := private.leased_legacy_file(p_id, p_lease_token);
begin
  if coalesce(p_sha256, '') !~ '^[0-9a-f]{64}$' or coalesce(p_file_size, 0) < 1 then
    perform private.fail('invalid_request', 'An upload has the SHA-256 of its bytes, 64 lowercase hex digits, and their number');
  end if;
  -- The version that it has become holds other bytes.
  if v_file.version_id is not null and v_file.sha256 <> p_sha256 then
    perform private.fail('migration_mismatch', 'The file was transferred with other bytes', 'Roll it back, then move it again.');
  end if;
  update private.legacy_files as f set state = 'uploaded', sha256 = p_sha256, file_size = p_file_size
  where f.legacy_file_id = p_id;
  return 'uploaded';
end
$function$
;

create or replace function private.record_legacy_verified(p_id bigint, p_lease_token uuid)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_file private.legacy_files := private.leased_legacy_file(p_id, p_lease_token);
begin
  if v_file.version_id is null then
    perform private.fail('upload_incomplete', 'The file is not transferred yet', 'Call transfer_file_metadata() first.');
  end if;
  update private.legacy_files as f
  set
    state = 'verified', worker_id = null, lease_token = null, leased_until = null, error_code = null,
    verified_at = now(), purge_after_at = now() + (private.setting()).migration_grace
  where f.legacy_file_id = p_id
  returning * into v_file;
  return private.legacy_file_json(v_file);
end
$function$
;

create or replace function private.release_legacy_files(p_lease_token uuid)
returns integer
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function private.rollback_file_transfer(p_user_id text, p_file_id text, p_exported uuid[])
returns integer
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_resumes uuid[];
  v_count integer;
begin
  perform private.lock_user(p_user_id);
  perform from private.legacy_files as f where f.user_id = p_user_id and f.file_id = p_file_id order by f.legacy_file_id for update;
  if not found then
    perform private.fail('migration_unknown_file', 'There is no such file in the migration');
  end if;
  if exists (
    select from private.legacy_files as f
    where f.user_id = p_user_id and f.file_id = p_file_id and f.leased_until > now()
  ) then
    perform private.fail('migration_not_locked', 'A worker is at the file', 'Let it finish, or wait until its lease has ended.');
  end if;
  v_resumes := array(
    select r.id from public.resumes as r
    where r.id in (
      select f.resume_id from private.legacy_files as f
      where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back'
    )
    order by r.id
    for no key update
  );
  -- What has been promised to its user. A pending upload has not: it ends with not_found.
  if exists (
    select from public.resume_versions as v
    where v.resume_id = any (v_resumes)
      and (v.state in ('uploaded', 'ready') or v.state = 'pending' and v.source <> 'upload')
      and v.version_id <> all (coalesce(p_exported, '{}'))
  ) then
    perform private.fail('migration_not_exported', 'A version has not been exported', 'Export it, and roll back again.');
  end if;
  perform private.cancel_optimization(o.optimization_id)
  from public.optimizations as o
  where o.resume_id = any (v_resumes) and o.status in ('queued', 'running');
  update public.resumes as r set deleted_at = coalesce(r.deleted_at, now()) where r.id = any (v_resumes);
  update private.legacy_files as f
  set
    state = 'rolled_back', worker_id = null, lease_token = null, leased_until = null, retry_at = null, attempts = 0,
    verified_at = null, purge_after_at = null
  where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back';
  get diagnostics v_count = row_count;
  return v_count;
end
$function$
;

create or replace function private.sqlstate_of(p_code text)
returns text
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  -- PostgREST answers PTnnn with HTTP status nnn.
  -- https://docs.postgrest.org/en/stable/references/errors.html#raise-errors-with-http-status-codes
  select case p_code
    when 'unauthorized' then 'PT401'
    when 'forbidden' then 'PT403'
    when 'invalid_request' then 'PT400'
    when 'invalid_filename' then 'PT400'
    when 'unsupported_file_type' then 'PT415'
    when 'file_too_large' then 'PT413'
    when 'file_empty' then 'PT422'
    when 'not_found' then 'PT404'
    when 'conflict' then 'PT409'
    when 'idempotency_conflict' then 'PT409'
    when 'quota_exceeded' then 'PT429'
    when 'too_many_requests' then 'PT429'
    when 'upload_incomplete' then 'PT409'
    when 'lease_lost' then 'PT409'
    when 'migration_unknown_file' then 'PT404'
    when 'migration_foreign_path' then 'PT403'
    when 'migration_not_locked' then 'PT409'
    when 'migration_mismatch' then 'PT409'
    when 'migration_not_exported' then 'PT409'
  end
$function$
;

create or replace function private.tg_legacy_files__audit()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  if tg_op = 'UPDATE' and (old.state, old.round, old.worker_id, old.error_code) is not distinct from (new.state, new.round, new.worker_id, new.error_code) then
    return null;
  end if;
  insert into private.legacy_file_events (legacy_file_id, state, round, worker_id, error_code, version_id)
  values (
    new.legacy_file_id, new.state, new.round,
    coalesce(new.worker_id, case tg_op when 'UPDATE' then old.worker_id end), new.error_code, new.version_id
  );
  return null;
end
$function$
;

create or replace function private.transfer_file_metadata(p_user_id text, p_file_id text, p_supabase_path text)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  -- The Data API hands the request's headers over. A worker sends its lease token with each, so that the call needs
  -- nothing but these three arguments.
  v_token constant text := nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-migration-lease';
  v_file private.legacy_files;
  v_version public.resume_versions;
  v_resume_id uuid;
begin
  -- Before the file: who erases everything locks in this order too.
  perform private.lock_user(p_user_id);
  -- All versions of it, in one order: two that lock many files meet at the first.
  perform from private.legacy_files as f where f.user_id = p_user_id and f.file_id = p_file_id order by f.legacy_file_id for update;
  select * into v_file from private.legacy_files as f where f.object_name = p_supabase_path;
  if not found then
    perform private.fail('migration_unknown_file', 'There is no such file in the migration', 'Plan it first.');
  end if;
  if (v_file.user_id, v_file.file_id) is distinct from (p_user_id, p_file_id) then
    perform private.fail('migration_foreign_path', 'The path belongs to another file', 'Send the path that the claim gave.');
  end if;
  if v_token is null or v_file.lease_token::text is distinct from lower(v_token) or v_file.leased_until <= now() then
    perform private.fail('migration_not_locked', 'The file is not locked by this worker', 'Claim it, and send its lease token as the header x-migration-lease.');
  end if;
  if v_file.version_id is not null then
    select * into v_version from public.resume_versions as v where v.version_id = v_file.version_id;
    return v_version;
  end if;
  if v_file.state <> 'uploaded' then
    perform private.fail('upload_incomplete', 'The upload is not recorded yet', 'Call internal_record_legacy_upload() first.');
  end if;
  -- Its resume may be hidden by its owner, or on its way out: what belongs to it goes the same way.
  select r.id into v_resume_id from public.resumes as r where r.id = v_file.resume_id for no key update;
  if not found then
    insert into public.resumes (user_id, original_filename, mime_type, created_at)
    values (v_file.user_id, v_file.original_filename, v_file.mime_type, v_file.file_created_at)
    returning id into v_resume_id;
  else
    update public.resumes as r set created_at = v_file.file_created_at
    where r.id = v_resume_id and r.created_at > v_file.file_created_at;
  end if;
  v_version := private.insert_legacy_version(v_file, v_resume_id);
  -- All of the file's versions: their numbers are kept free for them.
  update private.legacy_files as f
  set
    resume_id = v_resume_id,
    version_id = case when f.legacy_file_id = v_file.legacy_file_id then v_version.version_id else f.version_id end
  where f.user_id = p_user_id and f.file_id = p_file_id
    and (f.legacy_file_id = v_file.legacy_file_id or f.resume_id is null and f.state not in ('verified', 'purged', 'rolled_back'));
  perform private.enqueue_job('ingest', v_version.version_id, v_file.user_id, 200);
  return v_version;
end
$function$
;

create or replace function private.versions_of_legacy_file(p_user_id text, p_file_id text)
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function public.internal_claim_legacy_files(p_worker_id text, p_lease_token uuid, p_limit integer, p_lease_seconds integer, p_user_id text default null::text, p_file_id text default null::text)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.claim_legacy_files(p_worker_id, p_lease_token, p_limit, p_lease_seconds, p_user_id, p_file_id)
$function$
;

create or replace function public.internal_extend_legacy_files(p_lease_token uuid, p_lease_seconds integer)
returns bigint[]
language sql
set search_path to ''
as $function$
  select private.extend_legacy_files(p_lease_token, p_lease_seconds)
$function$
;

create or replace function public.internal_fail_legacy_file(p_id bigint, p_lease_token uuid, p_code text, p_retryable boolean, p_delay_seconds integer default null::integer)
returns text
language sql
set search_path to ''
as $function$
  select private.fail_legacy_file(p_id, p_lease_token, p_code, p_retryable, p_delay_seconds)
$function$
;

create or replace function public.internal_list_legacy_files(p_after bigint default 0, p_limit integer default 500, p_states text[] default null::text[], p_user_id text default null::text, p_file_id text default null::text)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.list_legacy_files(p_after, p_limit, p_states, p_user_id, p_file_id)
$function$
;

create or replace function public.internal_migration_status()
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.migration_status()
$function$
;

create or replace function public.internal_plan_legacy_files(p_files jsonb, p_again boolean default false)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.plan_legacy_files(p_files, p_again)
$function$
;

create or replace function public.internal_record_legacy_purge(p_ids bigint[])
returns bigint[]
language sql
set search_path to ''
as $function$
  select private.record_legacy_purge(p_ids)
$function$
;

create or replace function public.internal_record_legacy_upload(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint)
returns text
language sql
set search_path to ''
as $function$
  select private.record_legacy_upload(p_id, p_lease_token, p_sha256, p_file_size)
$function$
;

create or replace function public.internal_record_legacy_verified(p_id bigint, p_lease_token uuid)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.record_legacy_verified(p_id, p_lease_token)
$function$
;

create or replace function public.internal_release_legacy_files(p_lease_token uuid)
returns integer
language sql
set search_path to ''
as $function$
  select private.release_legacy_files(p_lease_token)
$function$
;

create or replace function public.internal_versions_of_legacy_file(p_user_id text, p_file_id text)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.versions_of_legacy_file(p_user_id, p_file_id)
$function$
;

create or replace function public.rollback_file_transfer(p_user_id text, p_file_id text, p_exported uuid[] default '{}'::uuid[])
returns integer
language sql
set search_path to ''
as $function$
  select private.rollback_file_transfer(p_user_id, p_file_id, p_exported)
$function$
;

create or replace function public.transfer_file_metadata(p_user_id text, p_file_id text, p_supabase_path text)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.transfer_file_metadata(p_user_id, p_file_id, p_supabase_path)
$function$
;

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the column is new, and null in every row
alter table "private"."legacy_file_events" add constraint "legacy_file_events_legacy_file_id_fkey" foreign key (legacy_file_id) references private.legacy_files(legacy_file_id) on delete cascade;

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the column is new, and null in every row
alter table "private"."legacy_files" add constraint "legacy_files_resume_id_fkey" foreign key (resume_id) references public.resumes(id) on delete set null;

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the column is new, and null in every row
alter table "private"."legacy_files" add constraint "legacy_files_version_id_fkey" foreign key (version_id) references public.resume_versions(version_id) on delete set null;

alter table "private"."settings" add constraint "settings_intervals_check" check (((least(upload_ttl, retry_base, retry_cap, overdue_after, sample_retention, optimization_retention) > '00:00:00'::interval) and (least(undelete_window, migration_grace) >= '00:00:00'::interval)));

create index legacy_file_events_legacy_file_id_idx on private.legacy_file_events using btree (legacy_file_id, event_id);

create index legacy_files_open_idx on private.legacy_files using btree (legacy_file_id) where (state = any (array['planned'::text, 'locked'::text, 'uploaded'::text]));

create index legacy_files_resume_id_idx on private.legacy_files using btree (resume_id);

create index legacy_files_version_id_idx on private.legacy_files using btree (version_id);

create trigger legacy_files_audit after insert or update of state, round, worker_id, error_code on private.legacy_files for each row execute function private.tg_legacy_files__audit();

comment on column "private"."legacy_files"."attempts" is 'Claims so far in this round.';

comment on column "private"."legacy_files"."error_code" is 'Code of the error registry that the last attempt ended with; null since it went well.';

comment on column "private"."legacy_files"."file_created_at" is 'When the legacy app has it from: the version''s created_at.';

comment on column "private"."legacy_files"."file_id" is 'The file''s id in the legacy app. Its versions share it, and become versions of one resume.';

comment on column "private"."legacy_files"."file_modified_at" is 'The source''s own time, which a rollback gives back.';

comment on column "private"."legacy_files"."object_name" is 'In the bucket resumes. The first version''s first is migrations/<user>/<file>.';

comment on column "private"."legacy_files"."purge_after_at" is 'Until then the source stays, settings.migration_grace after verified_at.';

comment on column "private"."legacy_files"."resume_id" is 'The resume that all versions of the file are of, set with the first that is transferred.';

comment on column "private"."legacy_files"."retry_at" is 'A planned one is not taken before; null is at once.';

comment on column "private"."legacy_files"."round" is 'How often it has been moved: after a rollback the next has a name of its own.';

comment on column "private"."legacy_files"."sha256" is 'Of the source, lowercase hex, as its worker read it.';

comment on column "private"."legacy_files"."source_path" is 'Where the file lies, from the folder that the worker is given: workers on several machines may have it mounted elsewhere.';

comment on column "private"."legacy_files"."state" is 'planned → locked (leased) → uploaded (in storage, read back equal) → verified (a version, its bytes proven); failed for good; rolled_back; purged (the source is given up).';

comment on column "private"."legacy_files"."version_order" is 'Which version of the file, from 1; the number of the version that it becomes.';

comment on column "private"."settings"."migration_grace" is 'How long the source of a migrated file stays after it was verified, before it can be purged.';

comment on function "private"."check_legacy_file"(jsonb) is 'A line of a migration''s plan as a row, by the rules that uploads have. Raises invalid_request, invalid_filename, unsupported_file_type, file_empty, file_too_large.';

comment on function "private"."insert_legacy_version"(private.legacy_files, uuid) is 'The version that a legacy file becomes, with its own time and place in the history. Raises upload_incomplete, migration_mismatch.';

comment on function "private"."leased_legacy_file"(bigint, uuid) is 'The file, locked, if that worker''s lease on it is alive. Raises migration_unknown_file, migration_not_locked.';

comment on function "private"."legacy_object_name"(text, text, integer, integer) is 'Where in the bucket resumes a legacy file goes: migrations/<user>/<file>, and for its later versions and further rounds a name that no other has.';

comment on function "private"."plan_legacy_file"(private.legacy_files, boolean) is 'Takes a file into the migration: planned, known already, changed since it was verified, or erased (its user had everything erased). p_again plans what failed or was rolled back.';

comment on function "public"."internal_claim_legacy_files"(text, uuid, integer, integer, text, text) is 'Locks up to p_limit files that are planned and due, or whose worker''s lease ran out, for a worker: its name for people, its token for the other calls. p_user_id, p_file_id: only theirs. Raises invalid_request.';

comment on function "public"."internal_extend_legacy_files"(uuid, integer) is 'Extends the lease of all that a worker holds, and says what that is: what is missing was taken over. Raises invalid_request.';

comment on function "public"."internal_fail_legacy_file"(bigint, uuid, text, boolean, integer) is 'Ends an attempt that did not succeed: ''planned'' for another one after a backoff (or p_delay_seconds), ''failed'' when it is not worth one or was the last. Raises migration_unknown_file, migration_not_locked, invalid_request.';

comment on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text) is 'A page of a migration''s files in the order of their ids, after p_after, at most 1,000, each with what became of its version. purgeable: verified, read by ingest, its grace period over.';

comment on function "public"."internal_migration_status"() is 'How far a migration is: files and bytes by state, last errors by code, versions that ingest refused by code or has not read yet, workers and when their leases end. Reads every row.';

comment on function "public"."internal_plan_legacy_files"(jsonb, boolean) is 'Takes files into a migration: [{userId, fileId, version, path, name, type, size, createdAt, modifiedAt}], at most 1,000.
Idempotent; p_again plans anew what failed or was rolled back.
Returns {planned, known, changed, erased: how many, refused: [{index, code}]}. Raises invalid_request.';

comment on function "public"."internal_record_legacy_purge"(bigint[]) is 'Gives sources up: of these files, those that are verified, read by ingest and past their grace period. Returns which; only their sources may be deleted, after this.';

comment on function "public"."internal_record_legacy_upload"(bigint, uuid, text, bigint) is 'Says that a locked file is in storage and was read back with this hash. Raises migration_unknown_file, migration_not_locked, migration_mismatch, invalid_request.';

comment on function "public"."internal_record_legacy_verified"(bigint, uuid) is 'Ends the move of a file: its version''s bytes are those of the source, which stays until purgeAfter. Raises migration_unknown_file, migration_not_locked, upload_incomplete.';

comment on function "public"."internal_release_legacy_files"(uuid) is 'Gives back all that a worker still holds, for others to take at once. Returns how many.';

comment on function "public"."internal_versions_of_legacy_file"(text, text) is 'All versions of the resume that a legacy file became, those written since among them (legacyVersion is null): what a rollback has to export.';

comment on function "public"."rollback_file_transfer"(text, text, uuid[]) is 'For the service: takes a legacy file with all its versions back out. Its resume is deleted as by its owner, and erased when the undelete window has passed.
p_exported: the versions that are safely on the local side. Idempotent; returns how many were taken back.
Raises migration_unknown_file, migration_not_locked, migration_not_exported.';

comment on function "public"."transfer_file_metadata"(text, text, text) is 'For the service: makes a legacy file that is in storage at p_supabase_path a version of its owner''s resume, with its original time, and queues its ingest, in one transaction. The caller''s lease token is the header x-migration-lease. Idempotent.
Raises migration_unknown_file, migration_foreign_path, migration_not_locked, upload_incomplete, migration_mismatch.';

comment on table "private"."legacy_file_events" is 'The audit trail of a migration: each change of a file''s state, by whom. Goes with the file''s row, when its user''s data is erased.';

comment on table "private"."legacy_files" is 'What a migration off a local disk moves: one row for each version of each file. Written by the internal RPCs of the migration alone.';

revoke all on function "private"."check_legacy_file"(jsonb) from public;

grant execute on function "private"."check_legacy_file"(jsonb) to "postgres";

revoke all on function "private"."claim_legacy_files"(text, uuid, integer, integer, text, text) from public;

grant execute on function "private"."claim_legacy_files"(text, uuid, integer, integer, text, text) to "postgres", "service_role";

revoke all on function "private"."extend_legacy_files"(uuid, integer) from public;

grant execute on function "private"."extend_legacy_files"(uuid, integer) to "postgres", "service_role";

revoke all on function "private"."fail_legacy_file"(bigint, uuid, text, boolean, integer) from public;

grant execute on function "private"."fail_legacy_file"(bigint, uuid, text, boolean, integer) to "postgres", "service_role";

revoke all on function "private"."insert_legacy_version"(private.legacy_files, uuid) from public;

grant execute on function "private"."insert_legacy_version"(private.legacy_files, uuid) to "postgres";

revoke all on function "private"."leased_legacy_file"(bigint, uuid) from public;

grant execute on function "private"."leased_legacy_file"(bigint, uuid) to "postgres";

revoke all on function "private"."legacy_file_json"(private.legacy_files) from public;

grant execute on function "private"."legacy_file_json"(private.legacy_files) to "postgres";

revoke all on function "private"."legacy_object_name"(text, text, integer, integer) from public;

grant execute on function "private"."legacy_object_name"(text, text, integer, integer) to "postgres";

revoke all on function "private"."legacy_version_number"(private.legacy_files, uuid) from public;

grant execute on function "private"."legacy_version_number"(private.legacy_files, uuid) to "postgres";

revoke all on function "private"."list_legacy_files"(bigint, integer, text[], text, text) from public;

grant execute on function "private"."list_legacy_files"(bigint, integer, text[], text, text) to "postgres", "service_role";

revoke all on function "private"."migration_status"() from public;

grant execute on function "private"."migration_status"() to "postgres", "service_role";

revoke all on function "private"."plan_legacy_file"(private.legacy_files, boolean) from public;

grant execute on function "private"."plan_legacy_file"(private.legacy_files, boolean) to "postgres";

revoke all on function "private"."plan_legacy_files"(jsonb, boolean) from public;

grant execute on function "private"."plan_legacy_files"(jsonb, boolean) to "postgres", "service_role";

revoke all on function "private"."record_legacy_purge"(bigint[]) from public;

grant execute on function "private"."record_legacy_purge"(bigint[]) to "postgres", "service_role";

revoke all on function "private"."record_legacy_upload"(bigint, uuid, text, bigint) from public;

grant execute on function "private"."record_legacy_upload"(bigint, uuid, text, bigint) to "postgres", "service_role";

revoke all on function "private"."record_legacy_verified"(bigint, uuid) from public;

grant execute on function "private"."record_legacy_verified"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."release_legacy_files"(uuid) from public;

grant execute on function "private"."release_legacy_files"(uuid) to "postgres", "service_role";

revoke all on function "private"."rollback_file_transfer"(text, text, uuid[]) from public;

grant execute on function "private"."rollback_file_transfer"(text, text, uuid[]) to "postgres", "service_role";

revoke all on function "private"."tg_legacy_files__audit"() from public;

grant execute on function "private"."tg_legacy_files__audit"() to "postgres";

revoke all on function "private"."transfer_file_metadata"(text, text, text) from public;

grant execute on function "private"."transfer_file_metadata"(text, text, text) to "postgres", "service_role";

revoke all on function "private"."versions_of_legacy_file"(text, text) from public;

grant execute on function "private"."versions_of_legacy_file"(text, text) to "postgres", "service_role";

revoke all on function "public"."internal_claim_legacy_files"(text, uuid, integer, integer, text, text) from public;

grant execute on function "public"."internal_claim_legacy_files"(text, uuid, integer, integer, text, text) to "postgres", "service_role";

revoke all on function "public"."internal_extend_legacy_files"(uuid, integer) from public;

grant execute on function "public"."internal_extend_legacy_files"(uuid, integer) to "postgres", "service_role";

revoke all on function "public"."internal_fail_legacy_file"(bigint, uuid, text, boolean, integer) from public;

grant execute on function "public"."internal_fail_legacy_file"(bigint, uuid, text, boolean, integer) to "postgres", "service_role";

revoke all on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text) from public;

grant execute on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text) to "postgres", "service_role";

revoke all on function "public"."internal_migration_status"() from public;

grant execute on function "public"."internal_migration_status"() to "postgres", "service_role";

revoke all on function "public"."internal_plan_legacy_files"(jsonb, boolean) from public;

grant execute on function "public"."internal_plan_legacy_files"(jsonb, boolean) to "postgres", "service_role";

revoke all on function "public"."internal_record_legacy_purge"(bigint[]) from public;

grant execute on function "public"."internal_record_legacy_purge"(bigint[]) to "postgres", "service_role";

revoke all on function "public"."internal_record_legacy_upload"(bigint, uuid, text, bigint) from public;

grant execute on function "public"."internal_record_legacy_upload"(bigint, uuid, text, bigint) to "postgres", "service_role";

revoke all on function "public"."internal_record_legacy_verified"(bigint, uuid) from public;

grant execute on function "public"."internal_record_legacy_verified"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_release_legacy_files"(uuid) from public;

grant execute on function "public"."internal_release_legacy_files"(uuid) to "postgres", "service_role";

revoke all on function "public"."internal_versions_of_legacy_file"(text, text) from public;

grant execute on function "public"."internal_versions_of_legacy_file"(text, text) to "postgres", "service_role";

revoke all on function "public"."rollback_file_transfer"(text, text, uuid[]) from public;

grant execute on function "public"."rollback_file_transfer"(text, text, uuid[]) to "postgres", "service_role";

revoke all on function "public"."transfer_file_metadata"(text, text, text) from public;

grant execute on function "public"."transfer_file_metadata"(text, text, text) to "postgres", "service_role";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."legacy_file_events" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."legacy_files" to "postgres";

reset lock_timeout;
reset check_function_bodies;
