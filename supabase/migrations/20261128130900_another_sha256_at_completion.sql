set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.complete_resume_upload(p_version_id uuid, p_sha256 text)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

comment on function "public"."complete_resume_upload"(uuid, text) is 'For users: says that the file is in storage. Checks its size and type and queues ingest; returns the version: uploaded, or failed with failure_code. Idempotent.
sha256 (lowercase hex) is compared at ingest if given, for a client that hashes while it sends and so could not give it to begin_resume_upload.
Raises unauthorized, not_found, invalid_request, conflict, upload_incomplete.';

reset lock_timeout;
reset check_function_bodies;
