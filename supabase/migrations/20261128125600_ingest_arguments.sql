set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.complete_ingest(p_job_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint, p_content_text text, p_headings text, p_language text, p_notices jsonb, p_storage_calls jsonb)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  -- Two versions that become ready at once take turns at their resume, so that the second sees the
  -- first and the newer one ends up as the current one.
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'ingest');
  v_version public.resume_versions;
begin
  -- A constraint would refuse these, too, and write the row into the log of Postgres, text and name in it.
  if p_sha256 !~ '^[0-9a-f]{64}$' or p_language not in ('en', 'de', 'fr', 'es', 'pt', 'simple')
    or length(p_content_text) > 1000000 or length(p_headings) > 20000
    or num_nulls(p_sha256, p_content_text, p_headings, p_language, p_notices) > 0
  then
    perform private.fail('invalid_request', 'Hash, text, headings, language and notices are not what ingest reads');
  end if;
  perform private.count_storage_calls(p_storage_calls);
  select * into v_version from public.resume_versions where version_id = v_job.subject_id for update;
  if v_version.state = 'uploaded' then
    -- The bytes that were read must be those that were accepted, still in their place.
    if not exists (
      select from storage.objects as o
      where o.bucket_id = 'resumes' and o.name = v_version.full_storage_path
        and coalesce(o.version, o.id::text) = v_version.object_version
    ) or p_file_size is distinct from v_version.file_size or p_sha256 <> v_version.expected_sha256 then
      perform private.fail_job(
        p_job_id, p_lease_token,
        jsonb_build_object('code', 'hash_mismatch', 'detail', 'The stored file is not the one that was accepted', 'retryable', false),
        false, null
      );
      select * into v_version from public.resume_versions where version_id = v_job.subject_id;
      return v_version;
    end if;
    -- The newest ready version is the current one; an older one that was read late is not. The resume comes
    -- first: the version's words are its own only if it is not the current one.
    update public.resumes as r
    set
      current_version_id = v_version.version_id, original_filename = v_version.original_filename,
      mime_type = v_version.mime_type, content_text = p_content_text,
      headings = p_headings, language = p_language
    where r.id = v_version.resume_id
      and not exists (
        select from public.resume_versions as newer
        where newer.resume_id = r.id and newer.state = 'ready' and newer.version_number > v_version.version_number
      );
    update public.resume_versions as v
    set
      state = 'ready', sha256 = p_sha256, content_text = p_content_text, headings = p_headings,
      language = p_language, notices = v_version.notices || p_notices, ready_at = now()
    where v.version_id = v_version.version_id
    returning * into v_version;
    if v_version.source = 'upload' then
      perform private.count('uploads', '{"outcome": "succeeded"}');
    end if;
    perform private.keep_versions(v_version.resume_id);
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return v_version;
end
$function$
;

comment on function "public"."internal_complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb, jsonb) is 'Makes a version ready with what ingest read of it, and ends the job, in one transaction. Returns the version: ready, or failed with hash_mismatch when the object is not the accepted one. p_storage_calls: what was measured at Storage since the last report. Raises lease_lost, conflict, invalid_request.';

reset lock_timeout;
reset check_function_bodies;
