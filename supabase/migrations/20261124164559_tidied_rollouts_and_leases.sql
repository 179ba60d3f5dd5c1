set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.arrived_object(p_name text, p_bytes bigint, p_hint text)
returns text
language plpgsql
set search_path to ''
as $function$
declare
  v_object record;
begin
  select o.id, o.version, o.metadata into v_object
  from storage.objects as o
  where o.bucket_id = 'resumes' and o.name = p_name and o.metadata ? 'size';
  if not found then
    perform private.fail('upload_incomplete', 'The file has not arrived in storage', p_hint);
  end if;
  if (v_object.metadata ->> 'size')::bigint <> p_bytes then
    perform private.fail('migration_mismatch', 'Storage has another number of bytes', 'Remove the object and upload it again.');
  end if;
  return coalesce(v_object.version, v_object.id::text);
end
$function$
;

create or replace function private.insert_legacy_version(p_file private.legacy_files, p_resume_id uuid)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_object_version constant text := private.arrived_object(p_file.object_name, p_file.file_size, 'Upload it, then transfer again.');
  v_version public.resume_versions;
begin
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, stored_bytes, created_at, state, source, held_as, original_filename,
    mime_type, expected_sha256, object_version, uploaded_at, parent_version_id,
    -- A move gives nothing up: retention leaves it until its owner unpins it.
    pinned
  )
  select
    p_resume_id, n.version_number, p_file.object_name, p_file.file_size, p_file.file_size, p_file.file_created_at, 'uploaded',
    'migration', 'full', p_file.original_filename, p_file.mime_type, p_file.sha256, v_object_version,
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

create or replace function private.insert_store_version(p_file private.legacy_files, p_object_name text, p_sha256 text, p_resume_id uuid)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_object_version text;
  v_version public.resume_versions;
begin
  if not starts_with(coalesce(p_object_name, ''), private.store_folder(p_file.user_id, p_file.file_id))
    or exists (select from public.resume_versions as v where v.full_storage_path = p_object_name) then
    perform private.fail('migration_foreign_path', 'The path belongs to another file', 'Upload to a new name below the folder of internal_store_head().');
  end if;
  v_object_version := private.arrived_object(p_object_name, p_file.file_size, 'Upload it, then put it again.');
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, stored_bytes, created_at, state, source, held_as, original_filename,
    mime_type, expected_sha256, object_version, uploaded_at, parent_version_id
  )
  select
    p_resume_id,
    1 + greatest(
      coalesce(max(v.version_number), 0),
      -- Those that are still to come from the disk keep their numbers.
      (
        select max(f.version_order) from private.legacy_files as f
        where f.resume_id = p_resume_id and f.state in ('planned', 'locked', 'uploaded', 'failed')
          and f.legacy_file_id is distinct from p_file.legacy_file_id
      )
    ),
    p_object_name, p_file.file_size, p_file.file_size, p_file.file_created_at, 'uploaded', 'upload', 'full', p_file.original_filename,
    p_file.mime_type, p_sha256, v_object_version, now(),
    (select r.current_version_id from public.resumes as r where r.id = p_resume_id)
  from public.resume_versions as v
  where v.resume_id = p_resume_id
  returning * into v_version;
  perform private.count('uploads', '{"outcome": "begun"}');
  perform private.count('uploads', '{"outcome": "completed"}');
  perform private.count('upload_bytes', '{}', v_version.file_size);
  perform private.enqueue_job('ingest', v_version.version_id, p_file.user_id, 100);
  return v_version;
end
$function$
;

create or replace function private.lock_resumes_of_legacy_file(p_user_id text, p_file_id text)
returns uuid[]
language sql
set search_path to ''
as $function$
  select array(
    select r.id from public.resumes as r
    where r.id in (
      select f.resume_id from private.legacy_files as f
      where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back'
    )
    order by r.id
    for no key update
  )
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
$function$
;

create or replace function private.store_remove(p_user_id text, p_file_id text, p_base_revision bigint)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_store constant private.store_files := private.lock_store_file(p_user_id, p_file_id);
begin
  if v_store.revision is distinct from p_base_revision then
    return private.store_head(p_user_id, p_file_id) || '{"outcome": "conflict"}';
  end if;
  -- No worker that has read it earlier brings it in.
  perform private.take_out_legacy_file(p_user_id, p_file_id, private.lock_resumes_of_legacy_file(p_user_id, p_file_id));
  return private.change_store_file(v_store, true, null) || '{"outcome": "removed"}';
end
$function$
;

create or replace function private.take_out_legacy_file(p_user_id text, p_file_id text, p_resumes uuid[])
returns integer
language plpgsql
set search_path to ''
as $function$
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
$function$
;

comment on function "private"."arrived_object"(text, bigint, text) is 'The version of an object that has arrived whole. Raises upload_incomplete with the hint, migration_mismatch.';

comment on function "private"."lock_resumes_of_legacy_file"(text, text) is 'Locks what a legacy file has become, and names it.';

comment on function "private"."take_out_legacy_file"(text, text, uuid[]) is 'Deletes what a legacy file has become, as its owner would, and marks its rows rolled back; says how many. Its resumes are locked.';

revoke all on function "private"."arrived_object"(text, bigint, text) from public;

grant execute on function "private"."arrived_object"(text, bigint, text) to "postgres";

revoke all on function "private"."lock_resumes_of_legacy_file"(text, text) from public;

grant execute on function "private"."lock_resumes_of_legacy_file"(text, text) to "postgres";

revoke all on function "private"."take_out_legacy_file"(text, text, uuid[]) from public;

grant execute on function "private"."take_out_legacy_file"(text, text, uuid[]) to "postgres";

reset lock_timeout;
reset check_function_bodies;
