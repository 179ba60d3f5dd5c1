set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.keep_legacy_upload(p_id bigint, p_lease_token uuid, p_upload_id text)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_legacy_file(p_id, p_lease_token);
  if coalesce(p_upload_id, '') !~ '^[A-Za-z0-9._~-]+$' or length(p_upload_id) > 4096 then
    perform private.fail('invalid_request', 'An upload is named by the last part of its URL, at most 4,096 characters');
  end if;
  update private.legacy_files as f set upload_id = p_upload_id where f.legacy_file_id = p_id;
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
      upload_id = case when p_again then null else f.upload_id end,
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

comment on function "public"."internal_keep_legacy_upload"(bigint, uuid, text) is 'Remembers the resumable upload that a worker has begun for a locked file, for the next one should this one die. Raises migration_unknown_file, migration_not_locked, invalid_request.';

reset lock_timeout;
reset check_function_bodies;
