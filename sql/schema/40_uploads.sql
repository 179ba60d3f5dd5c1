-- Upload: reserve (begin), send the bytes to Storage, say that they are there (complete). Nothing
-- of it is trusted before ingest has read the file.

create function private.lock_user(p_user_id text) returns void
language sql volatile
set search_path = ''
as $$
  -- Quotas are counted, then used: one transaction of a user at a time.
  select pg_advisory_xact_lock(hashtextextended('reswave:user:' || p_user_id, 0))
$$;

create function private.check_version_quota(p_user_id text, p_file_size bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_settings constant private.settings := private.setting();
  v_used record;
begin
  select
    count(*) filter (where v.state = 'pending') as pending,
    coalesce(sum(coalesce(v.stored_bytes, v.file_size)) filter (where v.state = 'pending' or v.held_as <> 'none'), 0) as bytes,
    count(*) filter (where v.created_at > now() - interval '1 hour') as begun,
    min(v.created_at) filter (where v.created_at > now() - interval '1 hour') as oldest
  into v_used
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where r.user_id = p_user_id;
  perform private.check_rate(v_used.begun, v_settings.uploads_per_hour, v_used.oldest, 'uploads');
  if v_used.pending >= v_settings.max_pending_uploads_per_user then
    perform private.fail('quota_exceeded', format('%s uploads are unfinished', v_settings.max_pending_uploads_per_user), 'Finish them, or report them as failed.');
  end if;
  if p_file_size + v_used.bytes > v_settings.max_bytes_per_user then
    perform private.fail('quota_exceeded', format('All files together would be over %s bytes', v_settings.max_bytes_per_user), 'Delete a resume first.');
  end if;
end
$$;

comment on function private.check_version_quota(text, bigint) is
'Refuses a new version of so many bytes to a user, locked, who begins too many, has too many unfinished, or is out of room. Raises too_many_requests, quota_exceeded.';

create function private.check_resume_quota(p_user_id text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_most constant integer := (private.setting()).max_resumes_per_user;
begin
  if (
    select count(*) from public.resumes as r
    where r.user_id = p_user_id and r.deleted_at is null
      -- One that never came to a file counts for nothing.
      and (r.current_version_id is not null or exists (
        select from public.resume_versions as v where v.resume_id = r.id and v.state in ('pending', 'uploaded')
      ))
  ) >= v_most then
    perform private.fail('quota_exceeded', format('There are %s resumes already', v_most), 'Delete a resume first.');
  end if;
end
$$;

comment on function private.check_resume_quota(text) is 'Refuses one more resume to a user, locked, who has as many as allowed. Raises quota_exceeded.';

create function private.next_version_number(p_resume_id uuid) returns integer
language plpgsql
set search_path = ''
as $$
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
$$;

create function private.begin_resume_upload(
  p_filename text, p_mime_type text, p_file_size bigint, p_resume_id uuid, p_sha256 text, p_idempotency_key text
) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_settings constant private.settings := private.setting();
  v_name constant text := private.check_filename(p_filename);
  v_kind constant text := private.kind_of_mime_type(p_mime_type);
  v_resume public.resumes;
  v_number integer := 1;
  v_parent uuid;
  v_version public.resume_versions;
begin
  if v_kind is null then
    perform private.fail('unsupported_file_type', 'Only PDF, DOC and DOCX files are accepted', 'Send the MIME type of the file.');
  end if;
  if lower(v_name) !~ ('\.' || v_kind || '$') then
    perform private.fail('unsupported_file_type', format('The file name does not end in .%s', v_kind), 'Name and MIME type must agree.');
  end if;
  if p_file_size is null or p_file_size < 0 then
    perform private.fail('invalid_request', 'The file size is not given', 'Send the size in bytes.');
  end if;
  if p_file_size = 0 then
    perform private.fail('file_empty', 'The file is empty', 'Choose a file that has content.');
  end if;
  if p_file_size > v_settings.max_file_bytes then
    perform private.fail('file_too_large', format('The file is over %s bytes', v_settings.max_file_bytes), 'Save it smaller.');
  end if;
  if p_sha256 !~ '^[0-9a-f]{64}$' then
    perform private.fail('invalid_request', 'The SHA-256 is not 64 lowercase hex digits', 'Send it as such, or leave it out.');
  end if;
  if length(p_idempotency_key) not between 1 and 200 then
    perform private.fail('invalid_request', 'The idempotency key is not 1 to 200 characters long', 'Send a key of that length, or none.');
  end if;

  perform private.lock_user(v_caller);
  -- The answer may have been lost: what it reserved is still there. No index holds keys apart, the lock does.
  select v.* into v_version
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where r.user_id = v_caller and r.deleted_at is null and v.idempotency_key = p_idempotency_key
    and v.state = 'pending' and v.upload_expires_at > now();
  if found then
    if (v_version.original_filename, v_version.mime_type, v_version.file_size, v_version.expected_sha256, v_version.resume_id)
      is distinct from (v_name, p_mime_type, p_file_size, p_sha256, coalesce(p_resume_id, v_version.resume_id))
    then
      perform private.fail('idempotency_conflict', 'The idempotency key was used with other input', 'Use a new key for a new request.');
    end if;
    return v_version;
  end if;
  perform private.check_version_quota(v_caller, p_file_size);
  if p_resume_id is null then
    perform private.check_resume_quota(v_caller);
    insert into public.resumes (user_id, original_filename, mime_type)
    values (v_caller, v_name, p_mime_type)
    returning * into v_resume;
  else
    -- Absent, deleted and another's are one answer.
    select * into v_resume from public.resumes as r
    where r.id = p_resume_id and r.user_id = v_caller and r.deleted_at is null;
    if not found then
      perform private.fail('not_found', 'There is no such resume');
    end if;
    v_number := private.next_version_number(v_resume.id);
    v_parent := v_resume.current_version_id;
  end if;

  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, parent_version_id,
    original_filename, mime_type, expected_sha256, upload_expires_at, idempotency_key
  ) values (
    v_resume.id, v_number, private.object_name(v_caller, v_resume.id, v_number, v_name), p_file_size, v_parent,
    v_name, p_mime_type, p_sha256, now() + v_settings.upload_ttl, p_idempotency_key
  )
  returning * into v_version;
  perform private.count('uploads', '{"outcome": "begun"}');
  return v_version;
end
$$;

create function public.begin_resume_upload(
  filename text, mime_type text, file_size bigint, resume_id uuid default null, sha256 text default null,
  idempotency_key text default null
) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.begin_resume_upload($1, $2, $3, $4, $5, $6)
$$;

comment on function public.begin_resume_upload(text, text, bigint, uuid, text, text) is
'For users: reserves a version and its name in the bucket resumes (full_storage_path), where the file is to be uploaded before upload_expires_at.
filename as the person has it; file_size in bytes; resume_id for a new version of a resume, absent for a new one; sha256 (lowercase hex) is compared at ingest if given. The same idempotency_key, of 1 to 200 characters, gives the same upload while it is pending.
Raises unauthorized, invalid_filename, unsupported_file_type, file_empty, file_too_large, invalid_request, not_found, idempotency_conflict, quota_exceeded, too_many_requests.';

create function private.finish_upload(p_version public.resume_versions, p_owner_id text, p_priority integer) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_object record;
  v_size bigint;
  v_failure text;
  v_version public.resume_versions;
begin
  select o.id, o.version, o.metadata into v_object
  from storage.objects as o
  where o.bucket_id = 'resumes' and o.name = p_version.full_storage_path
    -- The row can be there before the bytes are: size and type are written with them.
    and o.metadata ? 'size';
  if not found then
    return null;
  end if;
  v_size := (v_object.metadata ->> 'size')::bigint;
  v_failure := case
    when v_size = 0 then 'file_empty'
    when v_size > (private.setting()).max_file_bytes then 'file_too_large'
    when v_size <> p_version.file_size then 'size_mismatch'
    when split_part(v_object.metadata ->> 'mimetype', ';', 1) <> p_version.mime_type then 'file_type_mismatch'
  end;
  update public.resume_versions as v
  set
    state = case when v_failure is null then 'uploaded' else 'failed' end,
    failure_code = v_failure,
    held_as = 'full',
    file_size = greatest(v_size, 1),
    stored_bytes = greatest(v_size, 1),
    object_version = coalesce(v_object.version, v_object.id::text),
    uploaded_at = now(),
    upload_expires_at = null
  where v.version_id = p_version.version_id
  returning * into v_version;
  if v_failure is null then
    perform private.count('uploads', '{"outcome": "completed"}');
    perform private.count('upload_bytes', '{}', v_version.file_size);
    perform private.enqueue_job('ingest', v_version.version_id, p_owner_id, p_priority);
  else
    perform private.count('uploads', jsonb_build_object('outcome', 'failed', 'reason', v_failure));
    perform private.remove_held_later(v_version.version_id, p_owner_id, 'failed');
  end if;
  return v_version;
end
$$;

comment on function private.finish_upload(public.resume_versions, text, integer) is
'Takes note of the object that arrived for a pending version and queues its ingest; null while there is none. What cannot be right (size, type) fails the version at once.';

create function private.owned_version(p_version_id uuid, p_user_id text) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_version public.resume_versions;
begin
  select v.* into v_version
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where v.version_id = p_version_id and r.user_id = p_user_id and r.deleted_at is null
  for update of v;
  if not found then
    perform private.fail('not_found', 'There is no such version');
  end if;
  return v_version;
end
$$;

comment on function private.owned_version(uuid, text) is 'The version, locked, if it is that user''s; absent, deleted and another''s raise the same not_found.';

create function private.complete_resume_upload(p_version_id uuid, p_sha256 text) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_version public.resume_versions := private.owned_version(p_version_id, v_caller);
begin
  if p_sha256 !~ '^[0-9a-f]{64}$' then
    perform private.fail('invalid_request', 'The SHA-256 is not 64 lowercase hex digits', 'Send it as such, or leave it out.');
  end if;
  if v_version.state <> 'pending' or v_version.source <> 'upload' then
    return v_version;
  end if;
  if p_sha256 <> v_version.expected_sha256 then
    perform private.fail('conflict', 'The SHA-256 is not the one that was announced', 'Begin another upload.');
  end if;
  -- A client that hashes while it sends knows it only now.
  update public.resume_versions as v set expected_sha256 = p_sha256
  where v.version_id = p_version_id and p_sha256 is not null;
  v_version := private.finish_upload(v_version, v_caller, 50);
  if v_version.version_id is null then
    perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it to full_storage_path, then complete again.');
  end if;
  return v_version;
end
$$;

create function public.complete_resume_upload(version_id uuid, sha256 text default null) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.complete_resume_upload($1, $2)
$$;

comment on function public.complete_resume_upload(uuid, text) is
'For users: says that the file is in storage. Checks its size and type and queues ingest; returns the version: uploaded, or failed with failure_code. Idempotent.
sha256 (lowercase hex) is compared at ingest if given, for a client that hashes while it sends and so could not give it to begin_resume_upload.
Raises unauthorized, not_found, invalid_request, conflict, upload_incomplete.';

create function private.report_upload_failure(p_version_id uuid, p_reason text) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_version public.resume_versions := private.owned_version(p_version_id, v_caller);
begin
  if p_reason not in ('network', 'storage', 'aborted', 'timeout', 'other') or p_reason is null then
    perform private.fail('invalid_request', 'The reason is not one of network, storage, aborted, timeout, other', 'Send one of these.');
  end if;
  -- What the product makes itself is no upload. What a client saw of one is counted once, also where the
  -- file did arrive or its time was over meanwhile.
  if v_version.source <> 'upload' or v_version.reported_failure is not null then
    return v_version;
  end if;
  perform private.count('uploads', jsonb_build_object('outcome', 'reported', 'reason', p_reason, 'state', v_version.state));
  update public.resume_versions as v set reported_failure = p_reason
  where v.version_id = p_version_id
  returning * into v_version;
  if v_version.state = 'pending' then
    update public.resume_versions as v
    set state = 'failed', failure_code = 'upload_failed', notices = jsonb_build_array('upload_' || p_reason), upload_expires_at = null
    where v.version_id = p_version_id
    returning * into v_version;
  end if;
  return v_version;
end
$$;

create function public.report_upload_failure(version_id uuid, reason text) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.report_upload_failure($1, $2)
$$;

comment on function public.report_upload_failure(uuid, text) is
'For users: gives a pending upload up, so that it counts against no quota.
What the client saw is counted once, whatever became of the upload. reason: network, storage, aborted, timeout or other. Idempotent.
Raises unauthorized, not_found, invalid_request.';

create function private.expire_uploads() returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_version public.resume_versions;
  v_owner text;
  v_done public.resume_versions;
  v_count integer := 0;
begin
  for v_version in
    select v.* from public.resume_versions as v
    where v.state = 'pending' and v.upload_expires_at <= now()
    limit 500
    for update of v skip locked
  loop
    select r.user_id into v_owner from public.resumes as r where r.id = v_version.resume_id;
    -- The bytes may have arrived and the client died before it could say so.
    v_done := private.finish_upload(v_version, v_owner, 200);
    if v_done.version_id is null then
      update public.resume_versions as v
      set state = 'failed', failure_code = 'upload_expired', upload_expires_at = null
      where v.version_id = v_version.version_id;
      perform private.count('uploads', '{"outcome": "expired"}');
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function private.expire_uploads() is
'Settles uploads whose time is over: finished if the file is there, failed with upload_expired if not. Returns how many.';

grant execute on function private.begin_resume_upload(text, text, bigint, uuid, text, text) to authenticated;
grant execute on function private.complete_resume_upload(uuid, text) to authenticated;
grant execute on function private.report_upload_failure(uuid, text) to authenticated;
grant execute on function public.begin_resume_upload(text, text, bigint, uuid, text, text) to authenticated;
grant execute on function public.complete_resume_upload(uuid, text) to authenticated;
grant execute on function public.report_upload_failure(uuid, text) to authenticated;
