set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.record_composition(p_job_id bigint, p_lease_token uuid, p_file_size bigint, p_sha256 text, p_notices jsonb)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'compose');
  v_version public.resume_versions;
begin
  -- Before a constraint says so: it would quote the row in the log of Postgres.
  if coalesce(p_sha256, '') !~ '^[0-9a-f]{64}$' or jsonb_typeof(coalesce(p_notices, '[]')) <> 'array' then
    perform private.fail('invalid_request', 'A composed file has the SHA-256 of its bytes, 64 lowercase hex digits, and notices as an array');
  end if;
  perform private.require_reserved_object(v_job, p_file_size);
  update public.resume_versions as v
  set
    state = 'uploaded', held_as = 'full', full_storage_path = v_job.payload #>> '{reserved,name}',
    file_size = p_file_size, expected_sha256 = p_sha256, notices = coalesce(p_notices, '[]'),
    object_version = (
      select coalesce(o.version, o.id::text) from storage.objects as o
      where o.bucket_id = 'resumes' and o.name = v_job.payload #>> '{reserved,name}'
    ),
    stored_bytes = p_file_size, uploaded_at = now()
  where v.version_id = v_job.subject_id and v.state = 'pending'
  returning * into v_version;
  if not found then
    perform private.fail('conflict', 'The version is no longer to be made');
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  -- Read like any upload: that the product wrote it proves nothing.
  perform private.enqueue_job('ingest', v_version.version_id, v_job.owner_id, 10);
  return v_version;
end
$function$
;

comment on function "public"."internal_record_composition"(bigint, uuid, bigint, text, jsonb) is 'Takes note of the file that a compose job has written to its objectName, ends the job and queues ingest. Returns the version, uploaded. Raises lease_lost, conflict, upload_incomplete, invalid_request.';

reset lock_timeout;
reset check_function_bodies;
