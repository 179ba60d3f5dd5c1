set check_function_bodies = off;
set lock_timeout = '5s';

drop function "private"."list_legacy_files"(bigint, integer, text[], text, text);

drop function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text);

alter table "private"."legacy_files" add column "upload_id" text;

create or replace function private.keep_legacy_upload(p_id bigint, p_lease_token uuid, p_upload_id text)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_legacy_file(p_id, p_lease_token);
  if p_upload_id !~ '^[A-Za-z0-9._~-]+$' or length(p_upload_id) > 4096 then
    perform private.fail('invalid_request', 'An upload is named by the last part of its URL, or null for none');
  end if;
  update private.legacy_files as f set upload_id = p_upload_id where f.legacy_file_id = p_id;
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
    'uploadId', p_file.upload_id, 'resumeId', p_file.resume_id, 'versionId', p_file.version_id, 'verifiedAt', p_file.verified_at,
    'purgeAfter', p_file.purge_after_at
  )
$function$
;

create or replace function private.list_legacy_files(p_after bigint, p_limit integer, p_states text[], p_user_id text, p_file_id text, p_rollout_id bigint, p_stage integer)
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
      and (
        p_stage is null
        or private.rollout_bucket((select r.salt from private.rollouts as r where r.rollout_id = p_rollout_id), f.user_id)
        <@ (select private.rollout_stage_buckets(p_rollout_id, p_stage))
        and not exists (select from private.rollout_pins as n where n.user_id = f.user_id)
      )
    order by f.legacy_file_id
    limit least(greatest(coalesce(p_limit, 500), 1), 1000)
  ) as p
    left join public.resume_versions as v on v.version_id = (p.f).version_id
    left join public.resumes as r on r.id = v.resume_id
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
      upload_id = case when f.state = 'rolled_back' then null else f.upload_id end,
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

create or replace function private.rollout_stage(p_stage integer, p_rollout_id bigint)
returns jsonb
language plpgsql
stable security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
declare
  v_rollout private.rollouts;
  v_stage private.rollout_stages;
  v_buckets int4range;
begin
  select * into v_rollout from private.rollouts as r
  where case when p_rollout_id is null then r.ended_at is null else r.rollout_id = p_rollout_id end;
  if not found then
    perform private.fail('not_found', 'There is no such rollout', 'Without a number it is the one that has not ended; private.rollouts has the earlier ones.');
  end if;
  select * into v_stage from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, p_stage);
  if not found then
    perform private.fail('not_found', format('The rollout has no stage %s', p_stage), 'public.rollout_report() lists them.');
  end if;
  v_buckets := private.rollout_stage_buckets(v_rollout.rollout_id, p_stage);
  if isempty(v_buckets) then
    perform private.fail(
      'conflict', format('Stage %s takes nobody in: it raises users of earlier stages to %s', p_stage, v_stage.phase),
      'Name the stage that took them in.'
    );
  end if;
  return jsonb_build_object(
    'rolloutId', v_rollout.rollout_id, 'stage', p_stage, 'phase', v_stage.phase, 'percentage', v_stage.percentage,
    'takesIn', (upper(v_buckets) - lower(v_buckets)) / 100.0,
    'pinned', (select count(*) from private.rollout_pins as p where private.rollout_bucket(v_rollout.salt, p.user_id) <@ v_buckets),
    -- By this rollout somebody of the stage, by another one whoever comes first.
    'isEntered', exists (
      select from private.rollouts as r
      where r.ended_at is null
        and greatest(r.dual_write_below, r.dual_read_below, r.supabase_below)
        > case r.rollout_id when v_rollout.rollout_id then lower(v_buckets) else 0 end
    )
  );
end
$function$
;

create or replace function private.rollout_stage_buckets(p_rollout_id bigint, p_stage integer)
returns int4range
language sql
stable
set search_path to ''
as $function$
  select case
    when s.percentage > coalesce(e.percentage, 0) then int4range((100 * coalesce(e.percentage, 0))::integer, (100 * s.percentage)::integer)
    else 'empty'
  end
  from private.rollout_stages as s
    cross join lateral (
      select max(x.percentage) as percentage from private.rollout_stages as x where x.rollout_id = s.rollout_id and x.stage < s.stage
    ) as e
  where (s.rollout_id, s.stage) = (p_rollout_id, p_stage)
$function$
;

create or replace function public.internal_keep_legacy_upload(p_id bigint, p_lease_token uuid, p_upload_id text)
returns void
language sql
set search_path to ''
as $function$
  select private.keep_legacy_upload(p_id, p_lease_token, p_upload_id)
$function$
;

create or replace function public.internal_list_legacy_files(p_after bigint default 0, p_limit integer default 500, p_states text[] default null::text[], p_user_id text default null::text, p_file_id text default null::text, p_rollout_id bigint default null::bigint, p_stage integer default null::integer)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.list_legacy_files(p_after, p_limit, p_states, p_user_id, p_file_id, p_rollout_id, p_stage)
$function$
;

create or replace function public.internal_rollout_stage(p_stage integer, p_rollout_id bigint default null::bigint)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.rollout_stage(p_stage, p_rollout_id)
$function$
;

alter table "private"."legacy_files" add constraint "legacy_files_upload_id_check" check (((upload_id ~ '^[A-Za-z0-9._~-]+$'::text) and (length(upload_id) <= 4096)));

comment on column "private"."legacy_files"."upload_id" is 'The resumable upload that its worker has begun, last part of the URL that Storage gave: whoever takes the file over goes on with it. It ends by itself after a day.';

comment on function "private"."rollout_stage_buckets"(bigint, integer) is 'Buckets of the users who were local until this stage: so that each user is of one stage. Empty where a stage raises only those whom earlier ones took in; null when there is no such stage.';

comment on function "public"."internal_keep_legacy_upload"(bigint, uuid, text) is 'Remembers the resumable upload that a worker has begun for a locked file, for the next one should this one die; null forgets it. Raises migration_unknown_file, migration_not_locked, invalid_request.';

comment on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text, bigint, integer) is 'A page of a migration''s files in the order of their ids, after p_after, at most 1,000, each with what became of its version. purgeable: verified, read by ingest, its grace period over.
p_rollout_id and p_stage: only of users whom that stage took in, see internal_rollout_stage().';

comment on function "public"."internal_rollout_stage"(integer, bigint) is 'Whom a stage of a rollout (the one that has not ended, unless one is named) took in: users who were local until then, takesIn percent of all.
pinned: how many of them are in a phase of their own, and in no stage.
isEntered: some of its users may be in another phase than local now. Raises not_found, conflict (a stage that took nobody in).';

revoke all on function "private"."keep_legacy_upload"(bigint, uuid, text) from public;

grant execute on function "private"."keep_legacy_upload"(bigint, uuid, text) to "postgres", "service_role";

revoke all on function "private"."list_legacy_files"(bigint, integer, text[], text, text, bigint, integer) from public;

grant execute on function "private"."list_legacy_files"(bigint, integer, text[], text, text, bigint, integer) to "postgres", "service_role";

revoke all on function "private"."rollout_stage"(integer, bigint) from public;

grant execute on function "private"."rollout_stage"(integer, bigint) to "postgres", "service_role";

revoke all on function "private"."rollout_stage_buckets"(bigint, integer) from public;

grant execute on function "private"."rollout_stage_buckets"(bigint, integer) to "postgres";

revoke all on function "public"."internal_keep_legacy_upload"(bigint, uuid, text) from public;

grant execute on function "public"."internal_keep_legacy_upload"(bigint, uuid, text) to "postgres", "service_role";

revoke all on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text, bigint, integer) from public;

grant execute on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text, bigint, integer) to "postgres", "service_role";

revoke all on function "public"."internal_rollout_stage"(integer, bigint) from public;

grant execute on function "public"."internal_rollout_stage"(integer, bigint) to "postgres", "service_role";

reset lock_timeout;
reset check_function_bodies;
