set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.begin_erasure(p_user_id text, p_resume_ids uuid[], p_reason text)
returns private.erasures
language plpgsql
set search_path to ''
as $function$
declare
  v_erasure private.erasures;
begin
  insert into private.erasures (user_id, user_digest, reason, resumes, prefixes, sweep_until)
  select
    p_user_id, private.user_digest(p_user_id), p_reason, cardinality(p_resume_ids),
    array(select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || i::text || '/' from unnest(p_resume_ids) as i)
    -- A worker of the migration or a store may have died between its object and the version of it.
    || case p_reason when 'request' then array[
      'migrations/' || private.storage_segment(p_user_id) || '/', 'user_uploads/' || private.storage_segment(p_user_id) || '/=store/'
    ] end,
    greatest(
      -- A store's upload that is under way shows by its age that nothing came of it, see private.objects_of_erasure().
      case p_reason when 'request' then now() + interval '30 minutes' else now() end,
      case p_reason when 'request' then (
        select max(f.leased_until) + interval '15 minutes' from private.legacy_files as f where f.user_id = p_user_id
      ) end,
      (select max(private.upload_urls_end_at(v)) from public.resume_versions as v where v.resume_id = any (p_resume_ids)),
      -- A worker whose lease is taken away learns of it when it has written its object.
      (
        select max(j.leased_until) + interval '15 minutes'
        from private.jobs as j join public.resume_versions as v on v.version_id = j.subject_id
        where v.resume_id = any (p_resume_ids) and j.payload ? 'reserved'
      )
    )
  returning * into v_erasure;
  update public.resumes as r
  set deleted_at = coalesce(r.deleted_at, now()), erasure_id = v_erasure.erasure_id
  where r.id = any (p_resume_ids);
  perform private.enqueue_job('erase', v_erasure.erasure_id, p_user_id, 100);
  return v_erasure;
end
$function$
;

create or replace function private.complete_erasure(p_job_id bigint, p_lease_token uuid, p_removed integer)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'erase');
  v_erasure private.erasures;
  v_versions uuid[];
begin
  update private.erasures as e set objects = e.objects + greatest(coalesce(p_removed, 0), 0)
  where e.erasure_id = v_job.subject_id
  returning * into v_erasure;
  if exists (select from private.objects_of_erasure(v_erasure)) then
    return 'more';
  end if;
  perform from public.resumes as r where r.erasure_id = v_erasure.erasure_id order by r.id for update;
  -- An optimization goes with its version, its job before it as everywhere.
  perform private.delete_jobs(
    array(
      select j.job_id
      from private.jobs as j
        join public.optimizations as o on o.optimization_id = j.subject_id
        join public.resumes as r on r.id = o.resume_id
      where r.erasure_id = v_erasure.erasure_id
    ),
    'cancelled'
  );
  -- Versions go in one statement: a delta's base may not go before it.
  with gone as (
    delete from public.resume_versions as v
    using public.resumes as r
    where r.id = v.resume_id and r.erasure_id = v_erasure.erasure_id
    returning v.version_id
  )
  select array_agg(g.version_id) into v_versions from gone as g;
  -- Their jobs after them: an upload may arrive, and queue one, until its row is gone.
  perform private.delete_jobs(array(select j.job_id from private.jobs as j where j.subject_id = any (v_versions)), 'cancelled');
  delete from private.object_removals as x where x.version_id = any (v_versions);
  delete from public.resumes as r where r.erasure_id = v_erasure.erasure_id;
  if v_erasure.sweep_until > now() then
    -- Looks again when nothing can come back any more.
    perform private.release_job(
      p_job_id, p_lease_token, ceil(extract(epoch from v_erasure.sweep_until - now()))::integer + 1
    );
    return 'later';
  end if;
  update private.erasures as e set user_id = null, prefixes = '{}', finished_at = now()
  where e.erasure_id = v_erasure.erasure_id;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return 'done';
end
$function$
;

create or replace function private.finish_legacy_file(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_file private.legacy_files;
begin
  select * into v_file from private.legacy_files as f where f.legacy_file_id = p_id;
  -- The answer to whoever verified it was lost. A store may have written the same bytes, but elsewhere.
  if v_file.state in ('verified', 'purged') and v_file.sha256 = p_sha256 and exists (
    select from public.resume_versions as v where v.version_id = v_file.version_id and v.full_storage_path = v_file.object_name
  ) then
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
      'deleted', r.deleted_at is not null, 'phase', u.phase,
      'purgeable', coalesce(
        (p.f).state = 'verified' and (p.f).purge_after_at <= now() and v.state = 'ready' and r.deleted_at is null
        and coalesce(u.phase, 'supabase') = 'supabase',
        false
      )
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
    cross join lateral (select private.rollout_phase_if_any((p.f).user_id) as phase) as u
$function$
;

create or replace function private.objects_of_erasure(p_erasure private.erasures)
returns table(bucket_id text, object_name text)
language sql
stable
set search_path to ''
as $function$
  select o.bucket_id, o.name
  from unnest(p_erasure.prefixes) as p (prefix)
    -- As bytes, which Storage's index on the name serves: from "…/" to before "…0", the character after it.
    join storage.objects as o on o.bucket_id in ('resumes', 'resume_deltas')
      and o.name operator(pg_catalog.~>=~) p.prefix and o.name operator(pg_catalog.~<~) (left(p.prefix, -1) || '0')
  -- A store goes on writing when its user goes on: what has a version, or may still become one, is not of the erasure.
  where p.prefix not like '%/=store/' or o.created_at <= now() - interval '15 minutes' and not exists (
    select from public.resume_versions as v where v.full_storage_path = o.name
  )
  union
  -- What lies elsewhere: files that came by migration.
  select o.bucket_id, o.name
  from public.resumes as r
    join public.resume_versions as v on v.resume_id = r.id
    cross join lateral (
      select 'resumes' as bucket_id, v.full_storage_path as object_name
      union all
      select x.bucket_id, x.object_name from private.object_removals as x where x.version_id = v.version_id
    ) as n
    join storage.objects as o on (o.bucket_id, o.name) = (n.bucket_id, n.object_name)
  where r.erasure_id = p_erasure.erasure_id
$function$
;

create or replace function private.plan_legacy_files(p_files jsonb, p_again boolean)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_line jsonb;
  v_index integer := -1;
  v_outcome text;
  v_outcomes jsonb := '{"planned": 0, "known": 0, "changed": 0, "erased": 0}';
  v_refused jsonb := '[]';
  v_code text;
begin
  if coalesce(jsonb_typeof(p_files), '') <> 'array' or jsonb_array_length(p_files) > 1000 then
    perform private.fail('invalid_request', 'The files are no array of at most 1,000');
  end if;
  -- An erasure is either seen or finds the rows. Before the first file, in the order of everybody who locks many users.
  perform private.lock_user(u.user_id)
  from (select distinct l ->> 'userId' as user_id from jsonb_array_elements(p_files) as l order by 1) as u;
  for v_line in select value from jsonb_array_elements(p_files) loop
    v_index := v_index + 1;
    begin
      v_outcome := private.plan_legacy_file(private.check_legacy_file(v_line), coalesce(p_again, false));
      v_outcomes := jsonb_set(v_outcomes, array[v_outcome], to_jsonb((v_outcomes ->> v_outcome)::integer + 1));
    exception
      -- One bad line does not keep the others from being planned.
      when sqlstate 'PT400' or sqlstate 'PT413' or sqlstate 'PT415' or sqlstate 'PT422' then
        get stacked diagnostics v_code = pg_exception_detail;
        v_refused := v_refused || jsonb_build_object('index', v_index, 'code', v_code);
    end;
  end loop;
  return v_outcomes || jsonb_build_object('refused', v_refused);
end
$function$
;

create or replace function private.record_legacy_purge(p_ids bigint[])
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_purged bigint[];
begin
  perform from private.legacy_files as f where f.legacy_file_id = any (p_ids) order by f.legacy_file_id for update;
  with purged as (
    update private.legacy_files as f set state = 'purged'
    from public.resume_versions as v, public.resumes as r
    where f.legacy_file_id = any (p_ids) and v.version_id = f.version_id and r.id = v.resume_id
      and f.state = 'verified' and f.purge_after_at <= now() and v.state = 'ready' and r.deleted_at is null
      -- In any other phase their app has the disk for its own, or to fall back to.
      and coalesce(private.rollout_phase_if_any(f.user_id), 'supabase') = 'supabase'
    returning f.legacy_file_id
  )
  select coalesce(array_agg(p.legacy_file_id), '{}') into v_purged from purged as p;
  return v_purged;
end
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
  v_phase text;
  v_resumes uuid[];
begin
  perform private.lock_user(p_user_id);
  perform from private.legacy_files as f where f.user_id = p_user_id and f.file_id = p_file_id order by f.legacy_file_id for update;
  if not found then
    perform private.fail('migration_unknown_file', 'There is no such file in the migration');
  end if;
  -- Nothing is taken from under an app that may read or write here.
  v_phase := private.rollout_phase_if_any(p_user_id);
  if v_phase <> 'local' then
    perform private.fail(
      'conflict', format('The user is in phase %s', v_phase), 'Take them back to local first: force_rollout_stage(), or pin_rollout_user().'
    );
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

create or replace function private.rollout_phase_if_any(p_user_id text)
returns text
language sql
stable
set search_path to ''
as $function$
  select private.rollout_phase(p_user_id)
  where exists (select from private.rollouts) or exists (select from private.rollout_pins as p where p.user_id = p_user_id)
$function$
;

comment on function "private"."plan_legacy_file"(private.legacy_files, boolean) is 'Takes a file into the migration: planned, known already, changed since it was verified, or erased (its user had everything erased). p_again plans what failed or was rolled back. Its user is locked.';

comment on function "private"."rollout_phase_if_any"(text) is 'The phase of a user; null where no rollout was ever started and nobody has pinned them: which side their app uses is then for its operator to know.';

comment on function "public"."internal_list_legacy_files"(bigint, integer, text[], text, text, bigint, integer) is 'A page of a migration''s files in the order of their ids, after p_after, at most 1,000, each with what became of its version. phase: of its user, null where no rollout was ever started. purgeable: verified, read by ingest, its grace period over, its user in phase supabase or in none.
p_rollout_id and p_stage: only of users whom that stage took in, see internal_rollout_stage().';

comment on function "public"."internal_record_legacy_purge"(bigint[]) is 'Gives sources up: of these files, those that are verified, read by ingest and past their grace period, of users whom no rollout has in a phase before supabase. Returns which; only their sources may be deleted, after this.';

comment on function "public"."rollback_file_transfer"(text, text, uuid[]) is 'For the service: takes a legacy file with all its versions back out. Its resume is deleted as by its owner, and erased when the undelete window has passed.
p_exported: the versions that are safely on the local side. Idempotent; returns how many were taken back.
Raises migration_unknown_file, migration_not_locked, migration_not_exported, conflict (a rollout has the user in another phase than local).';

comment on type "public"."erasure_receipt" is 'What became of an erasure. finished_at is null while objects are still being removed, or might still come back through a signed upload URL or from whoever had a file in hand.';

revoke all on function "private"."rollout_phase_if_any"(text) from public;

grant execute on function "private"."rollout_phase_if_any"(text) to "postgres";

reset lock_timeout;
reset check_function_bodies;
