set check_function_bodies = off;
set lock_timeout = '5s';

drop function "private"."begin_resume_upload"(text, text, bigint, uuid, text);

drop function "public"."begin_resume_upload"(text, text, bigint, uuid, text);

alter table "public"."resume_versions" add column "idempotency_key" text;

create or replace function private.begin_resume_upload(p_filename text, p_mime_type text, p_file_size bigint, p_resume_id uuid, p_sha256 text, p_idempotency_key text)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function public.begin_resume_upload(filename text, mime_type text, file_size bigint, resume_id uuid default null::uuid, sha256 text default null::text, idempotency_key text default null::text)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.begin_resume_upload($1, $2, $3, $4, $5, $6)
$function$
;

alter table "public"."resume_versions" add constraint "resume_versions_idempotency_key_check" check (((length(idempotency_key) >= 1) and (length(idempotency_key) <= 200)));

comment on column "public"."resume_versions"."idempotency_key" is 'What its client has called the upload: begun again under the same key, it is the same one while it is pending.';

comment on function "public"."begin_resume_upload"(text, text, bigint, uuid, text, text) is 'For users: reserves a version and its name in the bucket resumes (full_storage_path), where the file is to be uploaded before upload_expires_at.
filename as the person has it; file_size in bytes; resume_id for a new version of a resume, absent for a new one; sha256 (lowercase hex) is compared at ingest if given. The same idempotency_key, of 1 to 200 characters, gives the same upload while it is pending.
Raises unauthorized, invalid_filename, unsupported_file_type, file_empty, file_too_large, invalid_request, not_found, idempotency_conflict, quota_exceeded, too_many_requests.';

revoke all on function "private"."begin_resume_upload"(text, text, bigint, uuid, text, text) from public;

grant execute on function "private"."begin_resume_upload"(text, text, bigint, uuid, text, text) to "authenticated", "postgres";

revoke all on function "public"."begin_resume_upload"(text, text, bigint, uuid, text, text) from public;

grant execute on function "public"."begin_resume_upload"(text, text, bigint, uuid, text, text) to "authenticated", "postgres";

reset lock_timeout;
reset check_function_bodies;
