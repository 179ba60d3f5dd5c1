-- A legacy file becomes a version: its worker has uploaded it, read it back and says so; the rows
-- follow in one transaction, and `ingest` reads it like any upload.

create function private.record_legacy_upload(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint) returns text
language plpgsql security definer
set search_path = ''
as $$
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
$$;

create function public.internal_record_legacy_upload(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint) returns text
language sql volatile
set search_path = ''
as $$
  select private.record_legacy_upload(p_id, p_lease_token, p_sha256, p_file_size)
$$;

comment on function public.internal_record_legacy_upload(bigint, uuid, text, bigint) is
'Says that a locked file is in storage and was read back with this hash. Raises migration_unknown_file, migration_not_locked, migration_mismatch, invalid_request.';

create function private.legacy_version_number(p_file private.legacy_files, p_resume_id uuid) returns integer
language sql stable
set search_path = ''
as $$
  -- Its own number, which is free unless it was planned after the resume had gone on.
  select case
    when exists (select from public.resume_versions as v where v.resume_id = p_resume_id and v.version_number = p_file.version_order)
      then (select max(v.version_number) + 1 from public.resume_versions as v where v.resume_id = p_resume_id)
    else p_file.version_order
  end
$$;

create function private.arrived_object(p_name text, p_bytes bigint, p_hint text) returns text
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.arrived_object(text, bigint, text) is
'The version of an object that has arrived whole. Raises upload_incomplete with the hint, migration_mismatch.';

create function private.insert_legacy_version(p_file private.legacy_files, p_resume_id uuid) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.insert_legacy_version(private.legacy_files, uuid) is
'The version that a legacy file becomes, with its own time and place in the history. Raises upload_incomplete, migration_mismatch.';

create function private.transfer_legacy_file(p_user_id text, p_file_id text, p_supabase_path text, p_lease_token text) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
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
  if p_lease_token is null or v_file.lease_token::text is distinct from lower(p_lease_token) or v_file.leased_until <= now() then
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
$$;

comment on function private.transfer_legacy_file(text, text, text, text) is
'A legacy file that is recorded as uploaded becomes a version. See transfer_file_metadata().';

create function private.transfer_file_metadata(p_user_id text, p_file_id text, p_supabase_path text) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
begin
  -- The Data API hands the request's headers over. A worker sends its lease token with each, so that the call needs
  -- nothing but these three arguments.
  return private.transfer_legacy_file(
    p_user_id, p_file_id, p_supabase_path, nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-migration-lease'
  );
end
$$;

create function public.transfer_file_metadata(p_user_id text, p_file_id text, p_supabase_path text) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.transfer_file_metadata(p_user_id, p_file_id, p_supabase_path)
$$;

comment on function public.transfer_file_metadata(text, text, text) is
'For the service: makes a legacy file that is in storage at p_supabase_path a version of its owner''s resume, with its original time, and queues its ingest, in one transaction. The caller''s lease token is the header x-migration-lease. Idempotent.
Raises migration_unknown_file, migration_foreign_path, migration_not_locked, upload_incomplete, migration_mismatch.';

create function private.record_legacy_verified(p_id bigint, p_lease_token uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
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
$$;

create function public.internal_record_legacy_verified(p_id bigint, p_lease_token uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.record_legacy_verified(p_id, p_lease_token)
$$;

comment on function public.internal_record_legacy_verified(bigint, uuid) is
'Ends the move of a file: its version''s bytes are those of the source, which stays until purgeAfter. Raises migration_unknown_file, migration_not_locked, upload_incomplete.';

grant execute on function private.record_legacy_upload(bigint, uuid, text, bigint) to service_role;
grant execute on function private.transfer_file_metadata(text, text, text) to service_role;
grant execute on function private.record_legacy_verified(bigint, uuid) to service_role;
grant execute on function public.internal_record_legacy_upload(bigint, uuid, text, bigint) to service_role;
grant execute on function public.transfer_file_metadata(text, text, text) to service_role;
grant execute on function public.internal_record_legacy_verified(bigint, uuid) to service_role;
