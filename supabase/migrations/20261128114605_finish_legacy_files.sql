set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.finish_legacy_file(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_file private.legacy_files;
begin
  select * into v_file from private.legacy_files as f where f.legacy_file_id = p_id;
  -- The answer to whoever verified it was lost.
  if v_file.state in ('verified', 'purged') and v_file.sha256 = p_sha256 then
    return;
  end if;
  perform private.record_legacy_upload(p_id, p_lease_token, p_sha256, p_file_size);
  if v_file.version_id is null then
    perform private.transfer_legacy_file(v_file.user_id, v_file.file_id, v_file.object_name, p_lease_token::text);
  end if;
  perform private.record_legacy_verified(p_id, p_lease_token);
end
$function$
;

create or replace function private.finish_legacy_files(p_lease_token uuid, p_files jsonb)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_ids bigint[];
  v_given record;
  v_code text;
  v_outcomes jsonb := '[]';
begin
  if coalesce(jsonb_typeof(p_files), '') <> 'array' or jsonb_array_length(p_files) > 100 then
    perform private.fail('invalid_request', 'What is finished comes as an array of at most 100 {id, sha256, size}');
  end if;
  select array_agg(g.id) into v_ids from jsonb_to_recordset(p_files) as g (id bigint);
  -- All locks before the first file, in the order of everybody who locks many: users, then files by their ids.
  perform private.lock_user(u.user_id)
  from (select distinct f.user_id from private.legacy_files as f where f.legacy_file_id = any (v_ids) order by f.user_id) as u;
  perform from private.legacy_files as f
  where (f.user_id, f.file_id) in (select x.user_id, x.file_id from private.legacy_files as x where x.legacy_file_id = any (v_ids))
  order by f.legacy_file_id
  for update;
  for v_given in
    select g.id, g.sha256, g.size from jsonb_to_recordset(p_files) as g (id bigint, sha256 text, size bigint)
  loop
    v_code := null;
    begin
      perform private.finish_legacy_file(v_given.id, p_lease_token, v_given.sha256, v_given.size);
    exception
      -- One that fails does not keep the others from being finished.
      when others then
        get stacked diagnostics v_code = pg_exception_detail;
        if sqlstate not like 'PT___' then
          raise log 'Legacy file % cannot be finished: % (%)', v_given.id, sqlerrm, sqlstate;
          v_code := 'internal';
        end if;
    end;
    v_outcomes := v_outcomes || jsonb_build_object('id', v_given.id, 'code', v_code);
  end loop;
  return v_outcomes;
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
begin
  -- The Data API hands the request's headers over. A worker sends its lease token with each, so that the call needs
  -- nothing but these three arguments.
  return private.transfer_legacy_file(
    p_user_id, p_file_id, p_supabase_path, nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-migration-lease'
  );
end
$function$
;

create or replace function private.transfer_legacy_file(p_user_id text, p_file_id text, p_supabase_path text, p_lease_token text)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function public.internal_finish_legacy_files(p_lease_token uuid, p_files jsonb)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.finish_legacy_files(p_lease_token, p_files)
$function$
;

comment on function "private"."finish_legacy_file"(bigint, uuid, text, bigint) is 'The last three steps of a legacy file. Raises migration_unknown_file, migration_not_locked, upload_incomplete, migration_mismatch, invalid_request.';

comment on function "private"."transfer_legacy_file"(text, text, text, text) is 'A legacy file that is recorded as uploaded becomes a version. See transfer_file_metadata().';

comment on function "public"."internal_finish_legacy_files"(uuid, jsonb) is 'Ends the move of many files in one transaction: p_files is an array of at most 100 {id, sha256, size},
each in storage and read back with this hash. They are recorded, transferred and verified.
Returns [{id, code}], code null where it went well, else what the steps raise, or internal. Idempotent. Raises invalid_request.';

revoke all on function "private"."finish_legacy_file"(bigint, uuid, text, bigint) from public;

grant execute on function "private"."finish_legacy_file"(bigint, uuid, text, bigint) to "postgres";

revoke all on function "private"."finish_legacy_files"(uuid, jsonb) from public;

grant execute on function "private"."finish_legacy_files"(uuid, jsonb) to "postgres", "service_role";

revoke all on function "private"."transfer_legacy_file"(text, text, text, text) from public;

grant execute on function "private"."transfer_legacy_file"(text, text, text, text) to "postgres";

revoke all on function "public"."internal_finish_legacy_files"(uuid, jsonb) from public;

grant execute on function "public"."internal_finish_legacy_files"(uuid, jsonb) to "postgres", "service_role";

reset lock_timeout;
reset check_function_bodies;
