set check_function_bodies = off;
set lock_timeout = '5s';

alter table "private"."jobs" drop constraint "jobs_kind_check";

alter table "private"."settings" drop constraint "settings_intervals_check";

alter table "private"."settings" drop constraint "settings_positive_check";

drop function "private"."complete_object_removal"(bigint, uuid);

drop function "private"."removable_object"(bigint, uuid);

drop function "public"."internal_complete_object_removal"(bigint, uuid);

drop function "public"."internal_removable_object"(bigint, uuid);

create table "private"."erasures" ("erasure_id" uuid not null default gen_random_uuid(), "user_id" text, "user_digest" text not null, "reason" text not null, "requested_at" timestamp with time zone not null default now(), "sweep_until" timestamp with time zone not null, "prefixes" text[] not null default '{}'::text[], "resumes" integer not null, "objects" integer not null default 0, "finished_at" timestamp with time zone, constraint "erasures_finished_check" check (((finished_at is null) or ((user_id is null) and (cardinality(prefixes) = 0)))), constraint "erasures_pkey" primary key (erasure_id), constraint "erasures_reason_check" check ((reason = any (array['request'::text, 'undelete_window'::text]))));

alter table "private"."erasures" enable row level security;

create table "private"."object_removals" ("bucket_id" text not null, "object_name" text not null, "version_id" uuid not null, "reason" text not null, "requested_at" timestamp with time zone not null default now(), constraint "object_removals_pkey" primary key (bucket_id, object_name), constraint "object_removals_reason_check" check ((reason = any (array['failed'::text, 'compacted'::text, 'rebased'::text, 'pruned'::text, 'unfinished'::text, 'orphan'::text]))));

alter table "private"."object_removals" enable row level security;

create table "private"."removals" ("removal_id" bigint generated always as identity not null, "resume_id" uuid not null, "version_id" uuid not null, "version_number" integer not null, "reason" text not null, "file_size" bigint not null, "stored_bytes" bigint, "removed_at" timestamp with time zone not null default now(), constraint "removals_pkey" primary key (removal_id), constraint "removals_reason_check" check ((reason = 'keep_last'::text)));

alter table "private"."removals" enable row level security;

create table "private"."retention_overrides" ("user_id" text not null, "keep_last" integer, "undelete_window" interval, "optimization_retention" interval, constraint "retention_overrides_keep_last_check" check ((keep_last > 0)), constraint "retention_overrides_optimization_retention_check" check ((optimization_retention > '00:00:00'::interval)), constraint "retention_overrides_pkey" primary key (user_id), constraint "retention_overrides_undelete_window_check" check ((undelete_window >= '00:00:00'::interval)), constraint "retention_overrides_user_id_check" check (((length(user_id) >= 1) and (length(user_id) <= 255))));

alter table "private"."retention_overrides" enable row level security;

-- pgls-ignore lint/safety/addingFieldWithDefault: one row, and a constant rewrites nothing
alter table "private"."settings" add column "keep_last" integer not null default 5;

-- pgls-ignore lint/safety/addingFieldWithDefault: one row, and a constant rewrites nothing
alter table "private"."settings" add column "undelete_window" interval not null default '30 days'::interval;

-- pgls-ignore lint/safety/addingFieldWithDefault: one row, and a constant rewrites nothing
alter table "private"."settings" add column "max_delta_bytes" bigint not null default 5242880;

-- pgls-ignore lint/safety/addingFieldWithDefault: one row, and a constant rewrites nothing
alter table "private"."settings" add column "max_delta_chain" integer not null default 8;

alter table "public"."resume_versions" add column "stored_bytes" bigint;

alter table "public"."resume_versions" add column "kept_full_reason" text;

alter table "public"."resume_versions" add column "composed_from_version_id" uuid;

alter table "public"."resume_versions" add column "optimization_id" uuid;

alter table "public"."resume_versions" add column "accepted_suggestions" integer[];

alter table "public"."resumes" add column "erasure_id" uuid;

create type "public"."erasure_receipt" as ("receipt_id" uuid, "requested_at" timestamp with time zone, "resumes" integer, "objects_removed" integer, "finished_at" timestamp with time zone);

create or replace function private.accept_suggestions(p_optimization_id uuid, p_suggestions integer[])
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_optimization public.optimizations;
  v_resume public.resumes;
  v_base public.resume_versions;
  v_current public.resume_versions;
  v_pending public.resume_versions;
  v_accepted integer[];
  v_version public.resume_versions;
  v_name text;
begin
  perform private.lock_user(v_caller);
  select * into v_optimization from public.optimizations as o where o.optimization_id = p_optimization_id and o.user_id = v_caller;
  if not found then
    perform private.fail('not_found', 'There is no such optimization');
  end if;
  v_resume := private.owned_resume(v_optimization.resume_id, v_caller);
  if v_optimization.status <> 'succeeded' then
    perform private.fail('conflict', format('The optimization is %s', v_optimization.status), 'Accept suggestions of one that has succeeded.');
  end if;
  if coalesce(cardinality(p_suggestions), 0) = 0
    or exists (
      select from unnest(p_suggestions) as i
      where (i between 0 and jsonb_array_length(v_optimization.result -> 'suggestions') - 1) is not true
    )
  then
    perform private.fail('invalid_request', 'These are no suggestions of the optimization', 'Send indices into result.suggestions, counted from 0.');
  end if;
  select * into v_base from public.resume_versions as v where v.version_id = v_optimization.version_id;
  select * into v_current from public.resume_versions as v where v.version_id = v_resume.current_version_id;
  -- One by one: what was accepted of the same optimization before is in the new version too, and the
  -- file is made from the optimization's own version each time.
  if v_current.version_id = v_base.version_id then
    v_accepted := '{}';
  elsif v_current.optimization_id = p_optimization_id and v_current.composed_from_version_id = v_base.version_id then
    v_accepted := v_current.accepted_suggestions;
  else
    perform private.fail(
      'conflict',
      format('The resume has changed since: %s', private.changes_since(v_resume.id, v_base.version_number)),
      'Ask for an optimization of the current version.'
    );
  end if;
  if v_base.state <> 'ready' then
    perform private.fail('conflict', 'The version that the suggestions are about is no longer kept', 'Ask for an optimization of the current version.');
  end if;
  v_accepted := array(select distinct i from unnest(v_accepted || p_suggestions) as i order by i);
  if v_accepted = v_current.accepted_suggestions and v_current.optimization_id = p_optimization_id then
    return v_current;
  end if;
  select v.* into v_pending from public.resume_versions as v
  where v.resume_id = v_resume.id and v.optimization_id = p_optimization_id and v.state in ('pending', 'uploaded')
  order by v.version_number desc
  limit 1;
  if found then
    if v_pending.accepted_suggestions @> v_accepted then
      return v_pending;
    end if;
    perform private.fail('conflict', format('Version %s is being made', v_pending.version_number), 'Wait until it is ready, then accept more.');
  end if;
  -- Of a PDF or DOC a clean DOCX is written.
  v_name := regexp_replace(v_base.original_filename, '\.(pdf|docx?)$', '', 'i');
  v_version := private.begin_composed_version(
    v_resume, v_base, 'optimization', left(v_name, 250) || '.docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  );
  update public.resume_versions as v
  set optimization_id = p_optimization_id, accepted_suggestions = v_accepted
  where v.version_id = v_version.version_id
  returning * into v_version;
  return v_version;
end
$function$
;

create or replace function private.apply_retention(p_user_id text default null::text, p_limit integer default 10000)
returns integer
language sql
set search_path to ''
as $function$
  select coalesce(sum(private.keep_versions(d.id)), 0)::integer
  from (
    select r.id from public.resumes as r
    where (p_user_id is null or r.user_id = p_user_id) and r.deleted_at is null
      and exists (select from private.versions_due(r.id))
    -- In one order: two that lock many resumes meet at the first.
    order by r.id
    limit p_limit
  ) as d
$function$
;

create or replace function private.begin_composed_version(p_resume public.resumes, p_from public.resume_versions, p_source text, p_filename text, p_mime_type text)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_number constant integer := private.next_version_number(p_resume.id);
  v_version public.resume_versions;
begin
  perform private.check_version_quota(p_resume.user_id, p_from.file_size);
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, parent_version_id, source,
    original_filename, mime_type, composed_from_version_id
  ) values (
    -- The name is that of no object yet: each attempt at writing the file reserves one of its own.
    p_resume.id, v_number, private.object_name(p_resume.user_id, p_resume.id, v_number, p_filename), p_from.file_size,
    p_resume.current_version_id, p_source, p_filename, p_mime_type, p_from.version_id
  )
  returning * into v_version;
  perform private.enqueue_job('compose', v_version.version_id, p_resume.user_id, 10);
  return v_version;
end
$function$
;

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
    array(select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || i::text || '/' from unnest(p_resume_ids) as i),
    greatest(
      now(),
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

create or replace function private.begin_resume_upload(p_filename text, p_mime_type text, p_file_size bigint, p_resume_id uuid, p_sha256 text)
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

  perform private.lock_user(v_caller);
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
    original_filename, mime_type, expected_sha256, upload_expires_at
  ) values (
    v_resume.id, v_number, private.object_name(v_caller, v_resume.id, v_number, v_name), p_file_size, v_parent,
    v_name, p_mime_type, p_sha256, now() + v_settings.upload_ttl
  )
  returning * into v_version;
  perform private.count('uploads', '{"outcome": "begun"}');
  return v_version;
end
$function$
;

create or replace function private.bury_job(p_job private.jobs, p_error jsonb, p_keep boolean)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  -- What has to go in the end is never given up: after its last attempt it starts over.
  if p_job.kind in ('erase', 'remove_object') then
    update private.jobs
    set
      attempts = 0, lease_token = null, leased_until = null, worker_id = null, last_error = p_error,
      run_at = now() + (private.setting()).retry_cap
    where job_id = p_job.job_id;
    perform private.count('jobs', jsonb_build_object('kind', p_job.kind, 'outcome', 'retried'));
    return;
  end if;
  perform private.give_up_reserved_object(p_job);
  case p_job.kind
    when 'ingest' then
      update public.resume_versions
      set state = 'failed', failure_code = coalesce(p_error ->> 'code', 'internal')
      where version_id = p_job.subject_id and state = 'uploaded';
      -- A file that is refused for what it is takes up no more room; one that could not be read yet stays.
      if found and not p_keep then
        perform private.remove_held_later(p_job.subject_id, p_job.owner_id, 'failed');
      end if;
    when 'compose' then
      update public.resume_versions
      set state = 'failed', failure_code = coalesce(p_error ->> 'code', 'internal')
      where version_id = p_job.subject_id and state = 'pending';
    when 'optimize' then
      perform private.finish_optimization(p_job.subject_id, 'failed', null, p_error);
    else null;
  end case;
  -- What could not have succeeded is answered by the domain row; what was used up is kept for a person.
  if p_keep then
    update private.jobs
    set
      dead_at = now(), lease_token = null, leased_until = null, worker_id = null,
      last_error = p_error || jsonb_build_object('at', now())
    where job_id = p_job.job_id;
    perform private.count_attempts(array[p_job], 'dead');
  else
    perform private.delete_jobs(array[p_job.job_id], 'refused');
  end if;
end
$function$
;

create or replace function private.bury_spent_jobs(p_job_ids bigint[] default null::bigint[])
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_job private.jobs;
  v_count integer := 0;
begin
  for v_job in
    select j.* from private.jobs as j
    where j.dead_at is null and j.attempts >= j.max_attempts and j.leased_until <= now()
      and (p_job_ids is null or j.job_id = any (p_job_ids))
    limit 500
    for update skip locked
  loop
    -- The resume comes before the job everywhere else: who has it may wait for this job, and is not waited for.
    continue when not private.take_resume_of(v_job.subject_id);
    perform private.bury_job(
      v_job,
      jsonb_build_object('code', 'internal', 'detail', 'Every attempt ended without an answer', 'retryable', true),
      true
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$function$
;

create or replace function private.chain_depth(p_version_id uuid)
returns integer
language sql
stable
set search_path to ''
as $function$
  with recursive chain as (
    select v.version_id, v.delta_base_version_id, 0 as depth
    from public.resume_versions as v
    where v.version_id = p_version_id
    union all
    select b.version_id, b.delta_base_version_id, c.depth + 1
    from chain as c join public.resume_versions as b on b.version_id = c.delta_base_version_id
  )
  select max(c.depth) from chain as c
$function$
;

create or replace function private.chain_height(p_version_id uuid)
returns integer
language sql
stable
set search_path to ''
as $function$
  with recursive dependents as (
    select p_version_id as version_id, 0 as height
    union all
    select v.version_id, d.height + 1
    from dependents as d join public.resume_versions as v on v.delta_base_version_id = d.version_id
    where v.state = 'ready'
  )
  select max(d.height) from dependents as d
$function$
;

create or replace function private.changes_since(p_resume_id uuid, p_version_number integer)
returns text
language sql
stable
set search_path to ''
as $function$
  select string_agg(
    format('version %s (%s%s)', v.version_number, v.source, case when v.label is null then '' else ', ' || v.label end),
    ', ' order by v.version_number
  )
  from public.resume_versions as v
  where v.resume_id = p_resume_id and v.version_number > p_version_number and v.state = 'ready'
$function$
;

create or replace function private.check_awaited(p_job_ids bigint[])
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_awaited bigint;
begin
  select j.job_id into v_awaited
  from private.jobs as j
  where j.job_id = any (p_job_ids)
    and (
      -- What an attempt may have written would belong to nobody.
      j.payload ? 'reserved'
      or exists (
        select from public.resume_versions as v
        where v.version_id = j.subject_id and (j.kind, v.state) in (('ingest', 'uploaded'), ('compose', 'pending'))
      )
      or exists (select from public.optimizations as o where o.optimization_id = j.subject_id and j.kind = 'optimize' and o.status in ('queued', 'running'))
      or exists (select from private.erasures as e where e.erasure_id = j.subject_id and j.kind = 'erase' and e.finished_at is null)
      or exists (select from private.object_removals as x where x.version_id = j.subject_id and j.kind = 'remove_object')
    )
  limit 1;
  if v_awaited is not null then
    perform private.fail('conflict', format('Somebody waits for what job %s gives', v_awaited), 'End it with its result, or fail it.');
  end if;
end
$function$
;

create or replace function private.check_resume_quota(p_user_id text)
returns void
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.check_version_quota(p_user_id text, p_file_size bigint)
returns void
language plpgsql
set search_path to ''
as $function$
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
    -- Looks again when no signed upload URL can bring anything back.
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
    perform private.keep_versions(v_version.resume_id);
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return v_version;
end
$function$
;

create or replace function private.complete_job(p_job_id bigint, p_lease_token uuid)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
begin
  perform private.check_awaited(array[v_job.job_id]);
  perform private.delete_jobs(array[p_job_id], 'succeeded');
end
$function$
;

create or replace function private.complete_object_removal(p_job_id bigint, p_lease_token uuid, p_object_names text[])
returns boolean
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'remove_object');
begin
  delete from private.object_removals as o
  where o.version_id = v_job.subject_id and o.object_name = any (p_object_names);
  if exists (select from private.removable_objects(p_job_id, p_lease_token)) then
    return false;
  end if;
  update public.resume_versions as v
  set held_as = 'none', stored_bytes = null, delta_storage_path = null, delta_base_version_id = null
  where v.version_id = v_job.subject_id and v.state in ('failed', 'pruned')
    -- A failed file that may be read again stays where it is, though something else of its version goes.
    and not exists (
      select from private.held_object(v) as h join storage.objects as o on (o.bucket_id, o.name) = (h.bucket_id, h.object_name)
    );
  delete from private.object_removals as o where o.version_id = v_job.subject_id;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return true;
end
$function$
;

create or replace function private.complete_resume_upload(p_version_id uuid)
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
  if v_version.state <> 'pending' or v_version.source <> 'upload' then
    return v_version;
  end if;
  v_version := private.finish_upload(v_version, v_caller, 50);
  if v_version.version_id is null then
    perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it to full_storage_path, then complete again.');
  end if;
  return v_version;
end
$function$
;

create or replace function private.composition_source(p_job_id bigint, p_lease_token uuid)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'compose');
  v_version public.resume_versions;
  v_from public.resume_versions;
  v_resume public.resumes;
  v_suggestions jsonb;
  v_failure text;
  v_name text;
begin
  select * into v_version from public.resume_versions as v where v.version_id = v_job.subject_id;
  select * into v_resume from public.resumes as r where r.id = v_version.resume_id;
  select * into v_from from public.resume_versions as v where v.version_id = v_version.composed_from_version_id;
  select jsonb_agg(o.result #> array['suggestions', i::text] order by i) into v_suggestions
  from public.optimizations as o, unnest(v_version.accepted_suggestions) as i
  where o.optimization_id = v_version.optimization_id;
  v_failure := case
    when v_version.state is distinct from 'pending' or v_resume.deleted_at is not null then 'cancelled'
    when v_from.state is distinct from 'ready' then 'file_lost'
    -- Its retention may have ended since. Without what is to be put in, this would be a copy.
    when v_version.source = 'optimization' and v_suggestions is null then 'not_found'
  end;
  if v_failure is not null then
    perform private.bury_job(v_job, jsonb_build_object('code', v_failure), false);
    return null;
  end if;
  v_name := private.unique_object_name(v_resume.user_id, v_resume.id, v_version.version_number, v_version.original_filename);
  perform private.reserve_object(v_job, 'resumes', v_name);
  return jsonb_build_object(
    'version', to_jsonb(v_version) - 'content_text',
    'from', to_jsonb(v_from),
    'objectName', v_name,
    'suggestions', v_suggestions
  );
end
$function$
;

create or replace function private.delete_jobs(p_job_ids bigint[], p_outcome text)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_gone private.jobs[];
begin
  with gone as (
    delete from private.jobs as j where j.job_id = any (p_job_ids)
    returning j
  )
  -- The end of a dead one has been counted.
  select array_agg(g.j) filter (where (g.j).dead_at is null) into v_gone from gone as g;
  if v_gone is not null then
    perform private.count_attempts(v_gone, p_outcome);
  end if;
end
$function$
;

create or replace function private.delete_resume(p_resume_id uuid)
returns public.resumes
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resume public.resumes;
begin
  perform private.lock_user(v_caller);
  select * into v_resume from public.resumes as r
  where r.id = p_resume_id and r.user_id = v_caller and r.erasure_id is null
  for no key update;
  if not found then
    perform private.fail('not_found', 'There is no such resume');
  end if;
  update public.resumes as r set deleted_at = coalesce(r.deleted_at, now())
  where r.id = p_resume_id
  returning * into v_resume;
  perform private.cancel_optimization(o.optimization_id)
  from public.optimizations as o
  where o.resume_id = p_resume_id and o.status in ('queued', 'running');
  return v_resume;
end
$function$
;

create or replace function private.deleted_resumes()
returns table(resume_id uuid, original_filename text, deleted_at timestamp with time zone, gone_at timestamp with time zone)
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the policy hides what is deleted; the caller is taken from the token.
  select r.id, r.original_filename, r.deleted_at, r.deleted_at + private.undelete_window(r.user_id)
  from public.resumes as r
  where r.user_id = private.require_caller() and r.deleted_at is not null and r.erasure_id is null
  order by r.deleted_at desc
  limit 1000
$function$
;

create or replace function private.delta_base(p_version public.resume_versions)
returns uuid
language sql
stable
set search_path to ''
as $function$
  -- The nearest newer version that stays. A chain that would become too long has no base.
  select b.version_id
  from (
    select v.version_id
    from public.resume_versions as v
    where v.resume_id = p_version.resume_id and v.state = 'ready' and v.held_as <> 'none'
      and v.version_number > p_version.version_number
      and not exists (select from private.versions_due(p_version.resume_id) as d where d.version_id = v.version_id)
    order by v.version_number
    limit 1
  ) as b
  where private.chain_depth(b.version_id) + 1 + private.chain_height(p_version.version_id) <= (private.setting()).max_delta_chain
$function$
;

create or replace function private.end_storage_job(p_job private.jobs)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  perform private.delete_jobs(array[p_job.job_id], 'succeeded');
  -- Something may have waited for this: the base that it was rebased from can go now.
  perform private.keep_versions(v.resume_id) from public.resume_versions as v where v.version_id = p_job.subject_id;
end
$function$
;

create or replace function private.erase_expired()
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_user record;
  v_count integer := 0;
begin
  for v_user in
    select d.user_id, array_agg(d.id) as resume_ids
    from (
      select r.user_id, r.id from public.resumes as r
      where r.erasure_id is null
        and r.deleted_at <= now() - least(
          (private.setting()).undelete_window, (select min(x.undelete_window) from private.retention_overrides as x)
        )
        and r.deleted_at <= now() - private.undelete_window(r.user_id)
      order by r.deleted_at
      limit 500
      for update skip locked
    ) as d
    group by d.user_id
  loop
    perform private.begin_erasure(v_user.user_id, v_user.resume_ids, 'undelete_window');
    v_count := v_count + cardinality(v_user.resume_ids);
  end loop;
  return v_count;
end
$function$
;

create or replace function private.erase_my_data()
returns private.erasures
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resumes uuid[];
  v_erasure private.erasures;
begin
  perform private.lock_user(v_caller);
  v_resumes := array(
    select r.id from public.resumes as r
    where r.user_id = v_caller and r.erasure_id is null
    order by r.id
    for no key update
  );
  -- Asked again with nothing new, the receipt is the same.
  if cardinality(v_resumes) = 0 then
    select * into v_erasure from private.erasures as e
    where e.user_digest = private.user_digest(v_caller) and e.reason = 'request'
    order by e.requested_at desc
    limit 1;
  end if;
  if v_erasure.erasure_id is null then
    v_erasure := private.begin_erasure(v_caller, v_resumes, 'request');
  end if;
  -- Whoever works one of these has lost its lease.
  perform private.delete_jobs(
    array(select j.job_id from private.jobs as j where j.owner_id = v_caller and j.kind <> 'erase'), 'cancelled'
  );
  delete from public.optimizations as o where o.user_id = v_caller;
  delete from private.retention_overrides as o where o.user_id = v_caller;
  return v_erasure;
end
$function$
;

create or replace function private.erasure_objects(p_job_id bigint, p_lease_token uuid)
returns table(bucket_id text, object_name text)
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'erase');
  v_erasure private.erasures;
begin
  select * into v_erasure from private.erasures as e where e.erasure_id = v_job.subject_id;
  return query
  select o.bucket_id, o.object_name from private.objects_of_erasure(v_erasure) as o
  order by o.bucket_id, o.object_name
  limit 100;
end
$function$
;

create or replace function private.erasure_receipt(p_receipt_id uuid)
returns private.erasures
language plpgsql
stable security definer
set search_path to ''
as $function$
-- Definer: the receipts are granted to nobody; the caller is taken from the token.
declare
  v_erasure private.erasures;
begin
  select * into v_erasure from private.erasures as e
  where e.erasure_id = p_receipt_id and e.user_digest = private.user_digest(private.require_caller());
  if not found then
    perform private.fail('not_found', 'There is no such receipt');
  end if;
  return v_erasure;
end
$function$
;

create or replace function private.fail_job(p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, null);
begin
  if p_retryable is null or length(p_error ->> 'code') not between 1 and 64 or p_error ->> 'code' is null then
    perform private.fail('invalid_request', 'A failure says its code and whether it is worth another attempt');
  end if;
  -- Who asked for an end does not wait for another attempt.
  if v_job.kind = 'optimize' and exists (
    select from public.optimizations as o where o.optimization_id = v_job.subject_id and o.cancel_requested_at is not null
  ) then
    perform private.finish_optimization(v_job.subject_id, 'cancelled', null, null);
    perform private.delete_jobs(array[p_job_id], 'cancelled');
    return 'dead';
  end if;
  if p_retryable and v_job.attempts < v_job.max_attempts then
    update private.jobs
    set
      lease_token = null, leased_until = null, worker_id = null,
      last_error = p_error || jsonb_build_object('at', now()),
      run_at = now() + case
        when p_delay_seconds is null then private.retry_delay(v_job.attempts)
        else make_interval(secs => greatest(p_delay_seconds, 0))
      end
    where job_id = p_job_id;
    perform private.count_attempts(array[v_job], 'retried');
    return 'retry';
  end if;
  perform private.bury_job(v_job, p_error, p_retryable);
  return 'dead';
end
$function$
;

create or replace function private.finish_upload(p_version public.resume_versions, p_owner_id text, p_priority integer)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.give_up_reserved_object(p_job private.jobs)
returns void
language sql
set search_path to ''
as $function$
  select private.remove_later(r.bucket, r.name, p_job.subject_id, p_job.owner_id, 'unfinished')
  from jsonb_to_record(p_job.payload -> 'reserved') as r (bucket text, name text)
  where r.name is not null
$function$
;

create or replace function private.held_object(p_version public.resume_versions)
returns table(bucket_id text, object_name text)
language sql
immutable
set search_path to ''
as $function$
  select 'resumes', p_version.full_storage_path where p_version.held_as = 'full'
  union all
  select 'resume_deltas', p_version.delta_storage_path where p_version.held_as = 'delta'
$function$
;

create or replace function private.keep_house(p_storage_calls jsonb)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: touches tables that are granted to nobody; execute is for service_role alone.
declare
  v_forgotten integer;
begin
  perform private.count_storage_calls(p_storage_calls);
  delete from public.optimizations as o
  where o.optimization_id in (
    select x.optimization_id from public.optimizations as x
    where x.finished_at <= now() - least(
        (private.setting()).optimization_retention,
        (select min(r.optimization_retention) from private.retention_overrides as r)
      )
      and x.finished_at <= now() - private.optimization_retention(x.user_id)
    limit 500
  );
  get diagnostics v_forgotten = row_count;
  -- What was given up so long ago is about nothing that is still there.
  delete from private.jobs as j
  where j.job_id in (
    select x.job_id from private.jobs as x
    where x.dead_at <= now() - (private.setting()).optimization_retention
    limit 500
  );
  delete from private.samples as s
  where s.sample_id in (
    select x.sample_id from private.samples as x
    where x.sampled_at <= now() - (private.setting()).sample_retention
    order by x.sampled_at
    limit 20000
  );
  return jsonb_build_object(
    'uploadsSettled', private.expire_uploads(),
    'jobsBuried', private.bury_spent_jobs(),
    'resumesErased', private.erase_expired(),
    'optimizationsForgotten', v_forgotten
  );
end
$function$
;

create or replace function private.keep_versions(p_resume_id uuid)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_settings constant private.settings := private.setting();
  v_resume public.resumes;
  v_version public.resume_versions;
  v_count integer := 0;
  v_current public.resume_versions;
  v_job_id bigint;
  v_due_at timestamptz;
begin
  select * into v_resume from public.resumes as r where r.id = p_resume_id and r.deleted_at is null for no key update;
  if not found then
    return 0;
  end if;
  select * into v_current from public.resume_versions as v where v.version_id = v_resume.current_version_id;
  for v_version in
    select * from private.versions_due(p_resume_id) as v order by v.version_number
  loop
    -- What depends on it goes onto another base first; the end of that calls this again.
    perform private.enqueue_job('rebase', d.version_id, v_resume.user_id, 200)
    from public.resume_versions as d
    where d.delta_base_version_id = v_version.version_id and d.state = 'ready';
    continue when found;
    insert into private.removals (resume_id, version_id, version_number, reason, file_size, stored_bytes)
    values (p_resume_id, v_version.version_id, v_version.version_number, 'keep_last', v_version.file_size, v_version.stored_bytes);
    update public.resume_versions as v set state = 'pruned', content_text = null, headings = null
    where v.version_id = v_version.version_id;
    perform private.remove_held_later(v_version.version_id, v_resume.user_id, 'pruned');
    v_count := v_count + 1;
  end loop;
  -- The setting may have been another when a version was last looked at.
  update public.resume_versions as v
  set kept_full_reason = case when v.file_size > v_settings.max_delta_bytes then 'too_large' end
  where v.resume_id = p_resume_id and v.state = 'ready' and v.held_as = 'full'
    and coalesce(v.kept_full_reason, 'too_large') = 'too_large'
    and (v.kept_full_reason is not null) <> (v.file_size > v_settings.max_delta_bytes);
  for v_version in
    select v.* from public.resume_versions as v
    where v.resume_id = p_resume_id and v.state = 'ready' and v.held_as = 'full' and v.kept_full_reason is null
      and v.version_number < v_current.version_number
  loop
    v_job_id := private.enqueue_job('compact', v_version.version_id, v_resume.user_id, 200);
    -- While a signed upload URL lives, its holder may write the object anew: nothing is made of it before.
    -- Nor while a signed download URL does that was given out when it was the current version.
    v_due_at := greatest(private.upload_urls_end_at(v_version), v_current.ready_at + interval '10 minutes');
    update private.jobs as j set run_at = v_due_at
    where j.job_id = v_job_id and j.lease_token is null and j.run_at < v_due_at;
  end loop;
  return v_count;
end
$function$
;

create or replace function private.label_resume_version(p_version_id uuid, p_label text)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_version public.resume_versions := private.owned_version(p_version_id, private.require_caller());
  v_label constant text := nullif(regexp_replace(p_label, '^\s+|\s+$', '', 'g'), '');
begin
  if length(v_label) > 100 then
    perform private.fail('invalid_request', 'The label is longer than 100 characters', 'Send a shorter one.');
  end if;
  update public.resume_versions as v set label = v_label
  where v.version_id = p_version_id
  returning * into v_version;
  return v_version;
end
$function$
;

create or replace function private.leased_version_job(p_job_id bigint, p_lease_token uuid, p_kind text)
returns private.jobs
language plpgsql
set search_path to ''
as $function$
begin
  -- Resume before job. What changes a resume's versions holds the resume and queues jobs about them; who
  -- ended such a job the other way round would wait for the one that waits for it.
  perform from public.resumes as r
  where r.id = (
    select v.resume_id from public.resume_versions as v join private.jobs as j on j.subject_id = v.version_id
    where j.job_id = p_job_id
  )
  for no key update;
  return private.leased_job(p_job_id, p_lease_token, p_kind);
end
$function$
;

create or replace function private.lose_version(p_version_id uuid)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_resume public.resumes;
  v_lost public.resume_versions;
  v_count integer := 0;
begin
  select r.* into v_resume
  from public.resumes as r
  where r.id = (select v.resume_id from public.resume_versions as v where v.version_id = p_version_id)
  for no key update;
  -- What was to be rebuilt from it is lost with it.
  for v_lost in
    with recursive lost as (
      select p_version_id as version_id
      union
      select d.version_id from lost as l join public.resume_versions as d on d.delta_base_version_id = l.version_id
      where d.state = 'ready'
    )
    update public.resume_versions as v
    set state = 'failed', failure_code = 'file_lost'
    from lost as l
    where v.version_id = l.version_id and v.state in ('uploaded', 'ready')
    returning v.*
  loop
    perform private.remove_held_later(v_lost.version_id, v_resume.user_id, 'failed');
    v_count := v_count + 1;
  end loop;
  update public.resumes as r
  set
    current_version_id = n.version_id, original_filename = coalesce(n.original_filename, r.original_filename),
    mime_type = coalesce(n.mime_type, r.mime_type), content_text = n.content_text, headings = n.headings,
    language = coalesce(n.language, 'simple')
  from (select) as one left join lateral (
    select v.* from public.resume_versions as v
    where v.resume_id = v_resume.id and v.state = 'ready'
    order by v.version_number desc
    limit 1
  ) as n on true
  where r.id = v_resume.id and r.current_version_id is distinct from n.version_id;
  return v_count;
end
$function$
;

create or replace function private.next_version_number(p_resume_id uuid)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_most constant integer := (private.setting()).max_versions_per_resume;
  v_number constant integer := (select coalesce(max(v.version_number), 0) + 1 from public.resume_versions as v where v.resume_id = p_resume_id);
begin
  if v_number > v_most then
    perform private.fail('quota_exceeded', format('The resume has %s versions already', v_most), 'Start a new resume.');
  end if;
  return v_number;
end
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

create or replace function private.optimization_retention(p_user_id text)
returns interval
language sql
stable
set search_path to ''
as $function$
  select coalesce(
    (select o.optimization_retention from private.retention_overrides as o where o.user_id = p_user_id),
    (private.setting()).optimization_retention
  )
$function$
;

create or replace function private.own_retention_report(p_keep_last integer)
returns table(what text, resume_id uuid, version_id uuid, version_number integer, reason text, bytes bigint, due_at timestamp with time zone)
language plpgsql
stable security definer
set search_path to ''
as $function$
-- Definer: reads settings that are granted to nobody; the caller is taken from the token.
begin
  if p_keep_last < 1 then
    perform private.fail('invalid_request', 'At least one version is kept', 'Send 1 or more, or leave it out.');
  end if;
  return query
  select t.what, t.resume_id, t.version_id, t.version_number, t.reason, t.bytes, t.due_at
  from private.retention_report(private.require_caller(), p_keep_last) as t
  order by t.due_at, t.resume_id, t.version_number
  limit 1000;
end
$function$
;

create or replace function private.owned_resume(p_resume_id uuid, p_user_id text)
returns public.resumes
language plpgsql
set search_path to ''
as $function$
declare
  v_resume public.resumes;
begin
  select r.* into v_resume from public.resumes as r
  where r.id = p_resume_id and r.user_id = p_user_id and r.deleted_at is null
  for no key update;
  if not found then
    perform private.fail('not_found', 'There is no such resume');
  end if;
  return v_resume;
end
$function$
;

create or replace function private.owned_version_of_locked_resume(p_version_id uuid, p_user_id text)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
begin
  perform private.owned_resume((select v.resume_id from public.resume_versions as v where v.version_id = p_version_id), p_user_id);
  return private.owned_version(p_version_id, p_user_id);
end
$function$
;

create or replace function private.pin_resume_version(p_version_id uuid, p_pinned boolean)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_version public.resume_versions := private.owned_version_of_locked_resume(p_version_id, private.require_caller());
begin
  if p_pinned is null then
    perform private.fail('invalid_request', 'Whether to pin is not given', 'Send true or false.');
  end if;
  if v_version.state <> 'ready' then
    perform private.fail('conflict', format('The version is %s', v_version.state), 'Pin a version that is ready.');
  end if;
  update public.resume_versions as v set pinned = p_pinned
  where v.version_id = p_version_id
  returning * into v_version;
  if not p_pinned then
    perform private.keep_versions(v_version.resume_id);
  end if;
  return v_version;
end
$function$
;

create or replace function private.reconcile(p_mend boolean default false, p_older_than interval default '1 day'::interval)
returns table(problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamp with time zone)
language plpgsql
set search_path to ''
as $function$
declare
  v_problem record;
  v_batch constant uuid := gen_random_uuid();
begin
  for v_problem in
    select t.* from private.reconcile_report(p_older_than) as t left join public.resume_versions as v on v.version_id = t.version_id
    -- In one order: two that lock many resumes meet at the first.
    order by v.resume_id
  loop
    if p_mend and v_problem.problem = 'orphan_object' then
      perform private.remove_later(v_problem.bucket_id, v_problem.object_name, v_batch, '', 'orphan');
    elsif p_mend then
      perform private.lose_version(v_problem.version_id);
    end if;
    return query
    select v_problem.problem, v_problem.bucket_id, v_problem.object_name, v_problem.version_id, v_problem.bytes, v_problem.since;
  end loop;
end
$function$
;

create or replace function private.reconcile_report(p_older_than interval default '1 day'::interval)
returns table(problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  select 'orphan_object', o.bucket_id, o.name, null::uuid, (o.metadata ->> 'size')::bigint, o.created_at
  from storage.objects as o
  where o.bucket_id in ('resumes', 'resume_deltas') and o.created_at <= now() - p_older_than
    and not exists (
      select from public.resume_versions as v
      where v.full_storage_path = o.name and o.bucket_id = 'resumes' and (v.held_as = 'full' or v.state = 'pending')
    )
    and not exists (select from public.resume_versions as v where v.delta_storage_path = o.name and o.bucket_id = 'resume_deltas')
    and not exists (select from private.object_removals as r where r.bucket_id = o.bucket_id and r.object_name = o.name)
    and not exists (
      select from private.jobs as j
      where j.dead_at is null and j.payload #>> '{reserved,name}' = o.name and j.payload #>> '{reserved,bucket}' = o.bucket_id
    )
    and not exists (
      select from private.erasures as e, unnest(e.prefixes) as p (prefix)
      where e.finished_at is null and starts_with(o.name, p.prefix)
    )
  union all
  select
    'missing_object', h.bucket_id, h.object_name, v.version_id, v.stored_bytes, v.ready_at
  from public.resume_versions as v
    join public.resumes as r on r.id = v.resume_id
    cross join lateral private.held_object(v) as h
  where v.state in ('uploaded', 'ready') and r.erasure_id is null
    and not exists (select from storage.objects as o where (o.bucket_id, o.name) = (h.bucket_id, h.object_name))
$function$
;

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

create or replace function private.record_no_gain(p_job_id bigint, p_lease_token uuid)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
begin
  if v_job.kind <> 'compact' or v_version.version_id is null then
    perform private.fail('conflict', 'A version that is rebased is written whole when a delta gains nothing');
  end if;
  update public.resume_versions as v set kept_full_reason = 'no_gain' where v.version_id = v_version.version_id;
  perform private.give_up_reserved_object(v_job);
  perform private.end_storage_job(v_job);
end
$function$
;

create or replace function private.record_storage(p_job_id bigint, p_lease_token uuid, p_base_version_id uuid, p_stored_bytes bigint)
returns boolean
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
  v_reserved constant text := v_job.payload #>> '{reserved,name}';
begin
  if v_version.version_id is null
    or (p_base_version_id is null and (v_job.kind = 'compact' or p_stored_bytes <> v_version.file_size))
    or p_base_version_id is not null and (v_job.payload #>> '{reserved,bucket}') <> 'resume_deltas'
    or p_base_version_id is null and (v_job.payload #>> '{reserved,bucket}') <> 'resumes'
  then
    perform private.fail('conflict', 'This is not what the job was to do');
  end if;
  -- What was true when the work began may not be any more: the base was given up, the chain has grown.
  if p_base_version_id is not null and p_base_version_id is distinct from private.delta_base(v_version) then
    return false;
  end if;
  perform private.require_reserved_object(v_job, p_stored_bytes);
  update public.resume_versions as v
  set
    held_as = case when p_base_version_id is null then 'full' else 'delta' end,
    delta_base_version_id = p_base_version_id,
    delta_storage_path = case when p_base_version_id is not null then v_reserved end,
    full_storage_path = case when p_base_version_id is null then v_reserved else v.full_storage_path end,
    object_version = case
      when p_base_version_id is null then (
        select coalesce(o.version, o.id::text) from storage.objects as o where o.bucket_id = 'resumes' and o.name = v_reserved
      )
      else v.object_version
    end,
    kept_full_reason = case
      when p_base_version_id is null then case when private.delta_base(v_version) is null then 'chain_length' else 'no_gain' end
    end,
    stored_bytes = p_stored_bytes
  where v.version_id = v_version.version_id;
  perform private.remove_later(
    h.bucket_id, h.object_name, v_version.version_id, v_job.owner_id,
    case v_job.kind when 'compact' then 'compacted' else 'rebased' end
  )
  from private.held_object(v_version) as h;
  perform private.end_storage_job(v_job);
  return true;
end
$function$
;

create or replace function private.removable_objects(p_job_id bigint, p_lease_token uuid)
returns setof private.object_removals
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'remove_object');
begin
  return query
  select o.* from private.object_removals as o
  where o.version_id = v_job.subject_id
    -- What a living row relies on is never removed, whatever was noted.
    and not exists (
      select from public.resume_versions as v cross join lateral private.held_object(v) as h
      where v.state in ('uploaded', 'ready') and (v.version_id = o.version_id or v.full_storage_path = o.object_name)
        and (h.bucket_id, h.object_name) = (o.bucket_id, o.object_name)
    )
  order by o.object_name
  limit 100;
end
$function$
;

create or replace function private.remove_held_later(p_version_id uuid, p_owner_id text, p_reason text)
returns void
language sql
set search_path to ''
as $function$
  select private.remove_later(h.bucket_id, h.object_name, v.version_id, p_owner_id, p_reason)
  from public.resume_versions as v cross join lateral private.held_object(v) as h
  where v.version_id = p_version_id
$function$
;

create or replace function private.remove_later(p_bucket_id text, p_object_name text, p_version_id uuid, p_owner_id text, p_reason text)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.object_removals (bucket_id, object_name, version_id, reason)
  values (p_bucket_id, p_object_name, p_version_id, p_reason)
  on conflict (bucket_id, object_name) do nothing;
  -- After the note: who is about to end this job is waited for here, and a new one comes after it.
  perform private.enqueue_job('remove_object', p_version_id, p_owner_id, 200);
end
$function$
;

create or replace function private.report_upload_failure(p_version_id uuid, p_reason text)
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
$function$
;

create or replace function private.request_optimization(p_file_path text, p_job_description text, p_idempotency_key text, p_user_id text)
returns public.optimizations
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_settings constant private.settings := private.setting();
  v_job_description constant text := nullif(btrim(p_job_description), '');
  v_version public.resume_versions;
  v_finished public.resume_versions;
  v_hash text;
  v_asked record;
  v_optimization public.optimizations;
begin
  if p_user_id is distinct from v_caller and p_user_id is not null then
    perform private.fail('forbidden', 'The userId is not that of the access token', 'Leave it out, or send the token''s own subject.');
  end if;
  if p_file_path is null then
    perform private.fail('invalid_request', 'The file path is not given', 'Send full_storage_path of the version.');
  end if;
  if length(v_job_description) > 20000 then
    perform private.fail('invalid_request', 'The job description is longer than 20,000 characters', 'Send the part that describes the job.');
  end if;
  if length(p_idempotency_key) not between 1 and 200 then
    perform private.fail('invalid_request', 'The idempotency key is not 1 to 200 characters long', 'Send a key of that length, or none.');
  end if;

  -- The guide sends the key with its bucket in front; both forms name the same object.
  select v.* into v_version
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where v.full_storage_path in (p_file_path, regexp_replace(p_file_path, '^resumes/', ''))
    and r.user_id = v_caller and r.deleted_at is null;
  if not found then
    perform private.fail('not_found', 'There is no such file');
  end if;
  v_hash := encode(sha256(convert_to(v_version.version_id::text || coalesce(E'\n' || v_job_description, ''), 'UTF8')), 'hex');

  perform private.lock_user(v_caller);
  select * into v_optimization from public.optimizations as o
  where o.user_id = v_caller and o.idempotency_key = p_idempotency_key;
  if found then
    if v_optimization.input_hash <> v_hash then
      perform private.fail('idempotency_conflict', 'The idempotency key was used with other input', 'Use a new key for a new request.');
    end if;
    return v_optimization;
  end if;
  select * into v_optimization from public.optimizations as o
  where o.user_id = v_caller and o.input_hash = v_hash and o.status in ('queued', 'running') and p_idempotency_key is null
  limit 1;
  if found then
    return v_optimization;
  end if;

  select count(*) as number, min(o.created_at) as oldest into v_asked
  from public.optimizations as o
  where o.user_id = v_caller and o.created_at > now() - interval '1 hour';
  perform private.check_rate(v_asked.number, v_settings.optimizations_per_hour, v_asked.oldest, 'optimizations');
  if (
    select count(*) from public.optimizations as o where o.user_id = v_caller and o.status in ('queued', 'running')
  ) >= v_settings.max_active_optimizations_per_user then
    perform private.fail(
      'too_many_requests', format('%s optimizations are in flight', v_settings.max_active_optimizations_per_user),
      'Wait for one to end, or cancel it.', private.seconds_until_own_end(v_caller)
    );
  end if;
  if (
    select count(*) from (
      select from private.jobs as j where j.kind = 'optimize' and j.dead_at is null
      limit v_settings.max_queued_optimizations
    ) as j
  ) >= v_settings.max_queued_optimizations then
    perform private.fail('too_many_requests', 'Too many optimizations of all users wait', null, private.seconds_until_room());
  end if;

  -- It may have been deleted since it was found above.
  v_version := private.owned_version(v_version.version_id, v_caller);
  if v_version.state = 'pending' then
    -- The client may have forgotten to complete the upload, or be about to.
    v_finished := private.finish_upload(v_version, v_caller, 10);
    if v_finished.version_id is null then
      perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it to full_storage_path first.');
    end if;
    v_version := v_finished;
  end if;
  if v_version.state = 'pruned' then
    perform private.fail('conflict', 'The version is no longer kept', 'Use a newer version.');
  end if;

  insert into public.optimizations (user_id, resume_id, version_id, job_description, idempotency_key, input_hash)
  values (v_caller, v_version.resume_id, v_version.version_id, v_job_description, p_idempotency_key, v_hash)
  returning * into v_optimization;
  perform private.append_events(
    v_optimization.optimization_id,
    jsonb_build_array(jsonb_build_object('type', 'queued', 'data', jsonb_build_object('optimizationId', v_optimization.optimization_id)))
  );
  if v_version.state = 'failed' then
    -- A file that cannot be read is answered like any other final failure: with its own code.
    perform private.finish_optimization(
      v_optimization.optimization_id, 'failed', null,
      jsonb_build_object('code', v_version.failure_code, 'detail', 'The file could not be used', 'retryable', false)
    );
  else
    perform private.enqueue_job('optimize', v_optimization.optimization_id, v_caller, 10);
  end if;
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_optimization.optimization_id;
  return v_optimization;
end
$function$
;

create or replace function private.requeue_job(p_job_id bigint)
returns private.jobs
language plpgsql
set search_path to ''
as $function$
declare
  v_job private.jobs;
begin
  -- Resume before job, as in leased_version_job.
  perform from public.resumes as r
  where r.id = (
    select v.resume_id from public.resume_versions as v join private.jobs as j on j.subject_id = v.version_id
    where j.job_id = p_job_id
  )
  for no key update;
  select * into v_job from private.jobs where job_id = p_job_id and dead_at is not null for update;
  if not found then
    perform private.fail('not_found', format('There is no dead job %s', p_job_id), 'See private.dead_jobs.');
  end if;
  if exists (
    select from private.jobs as j where j.kind = v_job.kind and j.subject_id = v_job.subject_id and j.dead_at is null
  ) then
    perform private.fail('conflict', format('The work of job %s has been queued again already', p_job_id), 'Delete the dead job.');
  end if;
  case v_job.kind
    when 'optimize' then
      perform private.reopen_optimization(v_job.subject_id);
    when 'ingest' then
      update public.resume_versions
      set state = 'uploaded', failure_code = null
      where version_id = v_job.subject_id and state = 'failed' and held_as = 'full';
      if not found then
        perform private.fail('conflict', format('The version of job %s cannot be read again', p_job_id), 'Delete the dead job.');
      end if;
    when 'compose' then
      update public.resume_versions
      set state = 'pending', failure_code = null
      where version_id = v_job.subject_id and state = 'failed';
      if not found then
        perform private.fail('conflict', format('The version of job %s is not to be made any more', p_job_id), 'Delete the dead job.');
      end if;
    else null;
  end case;
  update private.jobs
  set
    dead_at = null, attempts = 0, run_at = now(), last_error = null, claimed_at = null,
    place = private.next_place(v_job.kind, v_job.priority, v_job.owner_id)
  where job_id = p_job_id
  returning * into v_job;
  perform private.count('jobs', jsonb_build_object('kind', v_job.kind, 'outcome', 'requeued'));
  return v_job;
end
$function$
;

create or replace function private.require_reserved_object(p_job private.jobs, p_size bigint)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  if not exists (
    select from storage.objects as o
    where o.bucket_id = p_job.payload #>> '{reserved,bucket}' and o.name = p_job.payload #>> '{reserved,name}'
      and (o.metadata ->> 'size')::bigint = p_size
  ) then
    perform private.fail('upload_incomplete', 'The object of this attempt is not in storage', 'Write it, then record it.');
  end if;
end
$function$
;

create or replace function private.reserve_object(p_job private.jobs, p_bucket_id text, p_object_name text)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  -- An earlier attempt may have written its object and died before that was recorded.
  perform private.give_up_reserved_object(p_job);
  update private.jobs as j
  set payload = j.payload || jsonb_build_object('reserved', jsonb_build_object('bucket', p_bucket_id, 'name', p_object_name))
  where j.job_id = p_job.job_id;
end
$function$
;

create or replace function private.reserve_whole(p_job_id bigint, p_lease_token uuid)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
  v_name text;
begin
  if v_version.version_id is null or v_job.kind <> 'rebase' then
    perform private.fail('conflict', 'Only a version that is rebased is written whole');
  end if;
  v_name := private.unique_object_name(v_job.owner_id, v_version.resume_id, v_version.version_number, v_version.original_filename);
  perform private.reserve_object(v_job, 'resumes', v_name);
  return v_name;
end
$function$
;

create or replace function private.restore_resume_version(p_version_id uuid)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_from public.resume_versions;
  v_resume public.resumes;
  v_current public.resume_versions;
  v_version public.resume_versions;
begin
  perform private.lock_user(v_caller);
  v_from := private.owned_version_of_locked_resume(p_version_id, v_caller);
  select * into v_resume from public.resumes as r where r.id = v_from.resume_id;
  if v_from.version_id = v_resume.current_version_id then
    perform private.fail('conflict', 'The version is the current one', 'Restore an older version.');
  end if;
  -- Asked twice, it is restored once: also where the answer was lost, and the older version was given up
  -- when the new one came.
  select * into v_current from public.resume_versions as v where v.version_id = v_resume.current_version_id;
  if v_current.sha256 = v_from.sha256 then
    return v_current;
  end if;
  select v.* into v_version from public.resume_versions as v
  where v.resume_id = v_from.resume_id and v.source = 'restore' and v.composed_from_version_id = v_from.version_id
    and v.state in ('pending', 'uploaded');
  if found then
    return v_version;
  end if;
  if v_from.state <> 'ready' then
    perform private.fail('conflict', format('The version is %s', v_from.state), 'Restore a version that is ready.');
  end if;
  return private.begin_composed_version(v_resume, v_from, 'restore', v_from.original_filename, v_from.mime_type);
end
$function$
;

create or replace function private.retention_report(p_user_id text default null::text, p_keep_last integer default null::integer)
returns table(user_id text, what text, resume_id uuid, version_id uuid, version_number integer, reason text, bytes bigint, due_at timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  select r.user_id, 'version', r.id, d.version_id, d.version_number, 'keep_last', d.stored_bytes, now()
  from public.resumes as r cross join lateral private.versions_due(r.id, p_keep_last) as d
  where (p_user_id is null or r.user_id = p_user_id) and r.deleted_at is null
  union all
  select
    r.user_id, 'resume', r.id, null, null, case when r.erasure_id is null then 'undelete_window' else 'erasure' end,
    (select sum(v.stored_bytes)::bigint from public.resume_versions as v where v.resume_id = r.id),
    case when r.erasure_id is null then r.deleted_at + private.undelete_window(r.user_id) else now() end
  from public.resumes as r
  where (p_user_id is null or r.user_id = p_user_id) and r.deleted_at is not null
  union all
  select
    o.user_id, 'optimization', o.resume_id, o.version_id, null, 'optimization_retention',
    pg_column_size(o.result)::bigint, o.finished_at + private.optimization_retention(o.user_id)
  from public.optimizations as o
  where (p_user_id is null or o.user_id = p_user_id) and o.finished_at <= now() - private.optimization_retention(o.user_id)
$function$
;

create or replace function private.storage_job(p_job_id bigint, p_lease_token uuid)
returns private.jobs
language plpgsql
set search_path to ''
as $function$
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, null);
begin
  if v_job.kind not in ('compact', 'rebase') then
    perform private.fail('conflict', format('Job %s is %s, not compact or rebase', p_job_id, v_job.kind));
  end if;
  return v_job;
end
$function$
;

create or replace function private.storage_source(p_job_id bigint, p_lease_token uuid)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
  v_base uuid;
  v_name text;
begin
  if v_version.version_id is null then
    perform private.give_up_reserved_object(v_job);
    perform private.end_storage_job(v_job);
    return null;
  end if;
  v_base := private.delta_base(v_version);
  if v_base is null and v_job.kind = 'compact' then
    update public.resume_versions as v set kept_full_reason = 'chain_length' where v.version_id = v_version.version_id;
    perform private.give_up_reserved_object(v_job);
    perform private.end_storage_job(v_job);
    return null;
  end if;
  if v_base is null then
    v_name := private.unique_object_name(v_job.owner_id, v_version.resume_id, v_version.version_number, v_version.original_filename);
    perform private.reserve_object(v_job, 'resumes', v_name);
  else
    v_name := private.unique_object_name(v_job.owner_id, v_version.resume_id, v_version.version_number, 'delta');
    perform private.reserve_object(v_job, 'resume_deltas', v_name);
  end if;
  return jsonb_build_object(
    'versionId', v_version.version_id,
    'baseVersionId', v_base,
    'fileSize', v_version.file_size,
    'sha256', v_version.sha256,
    'mimeType', v_version.mime_type,
    'objectName', v_name
  );
end
$function$
;

create or replace function private.storage_work(p_job private.jobs)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_version public.resume_versions;
  v_resume public.resumes;
begin
  select * into v_version from public.resume_versions as v where v.version_id = p_job.subject_id for update;
  select * into v_resume from public.resumes as r where r.id = v_version.resume_id;
  if v_version.state = 'ready' and v_resume.deleted_at is null and (
    case p_job.kind
      when 'compact' then v_version.held_as = 'full' and v_version.kept_full_reason is null and v_resume.current_version_id <> v_version.version_id
      else v_version.held_as = 'delta' and exists (
        select from private.versions_due(v_version.resume_id) as d where d.version_id = v_version.delta_base_version_id
      )
    end
  ) then
    return v_version;
  end if;
  return null;
end
$function$
;

create or replace function private.take_resume_of(p_version_id uuid)
returns boolean
language plpgsql
set search_path to ''
as $function$
declare
  v_resume_id constant uuid := (select v.resume_id from public.resume_versions as v where v.version_id = p_version_id);
begin
  perform from public.resumes as r where r.id = v_resume_id for no key update skip locked;
  return found or v_resume_id is null;
end
$function$
;

create or replace function private.undelete_resume(p_resume_id uuid)
returns public.resumes
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resume public.resumes;
begin
  perform private.lock_user(v_caller);
  select * into v_resume from public.resumes as r
  where r.id = p_resume_id and r.user_id = v_caller and r.erasure_id is null
    and (r.deleted_at is null or r.deleted_at > now() - private.undelete_window(r.user_id))
  for no key update;
  if not found then
    perform private.fail('not_found', 'There is no such resume to have back');
  end if;
  if v_resume.deleted_at is null then
    return v_resume;
  end if;
  perform private.check_resume_quota(v_caller);
  update public.resumes as r set deleted_at = null
  where r.id = p_resume_id
  returning * into v_resume;
  perform private.keep_versions(p_resume_id);
  return v_resume;
end
$function$
;

create or replace function private.undelete_window(p_user_id text)
returns interval
language sql
stable
set search_path to ''
as $function$
  select coalesce(
    (select o.undelete_window from private.retention_overrides as o where o.user_id = p_user_id),
    (private.setting()).undelete_window
  )
$function$
;

create or replace function private.unique_object_name(p_user_id text, p_resume_id uuid, p_version_number integer, p_filename text)
returns text
language sql
set search_path to ''
as $function$
  select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || p_resume_id::text
    || '/v' || p_version_number::text || '/' || gen_random_uuid()::text || '/' || private.storage_segment(p_filename)
$function$
;

create or replace function private.upload_urls_end_at(p_version public.resume_versions)
returns timestamp with time zone
language sql
stable
set search_path to ''
as $function$
  -- A URL is signed while the upload is pending and lives for 2 hours, whatever becomes of the upload.
  select p_version.created_at
    + case p_version.source when 'upload' then (private.setting()).upload_ttl + interval '2 hours' else interval '0' end
$function$
;

create or replace function private.user_digest(p_user_id text)
returns text
language sql
immutable strict
set search_path to ''
as $function$
  select encode(sha256(convert_to(p_user_id, 'UTF8')), 'hex')
$function$
;

create or replace function private.version_chain(p_version_id uuid)
returns table(place integer, version_id uuid, held_as text, bucket_id text, object_name text, file_size bigint, sha256 text)
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: for the service, which reads versions whose owner has proven to be the caller.
  with recursive chain as (
    select 0 as depth, v.* from public.resume_versions as v
    where v.version_id = p_version_id and v.state = 'ready'
    union all
    select c.depth + 1, b.* from chain as c join public.resume_versions as b on b.version_id = c.delta_base_version_id
  )
  select
    (row_number() over (order by c.depth desc))::integer, c.version_id, c.held_as,
    case c.held_as when 'full' then 'resumes' else 'resume_deltas' end,
    case c.held_as when 'full' then c.full_storage_path else c.delta_storage_path end,
    c.file_size, c.sha256
  from chain as c
$function$
;

create or replace function private.versions_due(p_resume_id uuid, p_keep_last integer default null::integer)
returns setof public.resume_versions
language sql
stable
set search_path to ''
as $function$
  select v.*
  from (
    select v.version_id, row_number() over (order by v.version_number desc) as place
    from public.resume_versions as v
    where v.resume_id = p_resume_id and v.state = 'ready'
  ) as ranked
    join public.resume_versions as v on v.version_id = ranked.version_id
    join public.resumes as r on r.id = v.resume_id
    left join private.retention_overrides as o on o.user_id = r.user_id
  where ranked.place > coalesce(p_keep_last, o.keep_last, (private.setting()).keep_last)
    and not v.pinned
    and v.version_id is distinct from r.current_version_id
    -- What the current one was made of: more suggestions may be put into it.
    and not exists (
      select from public.resume_versions as c
      where c.version_id = r.current_version_id and c.source = 'optimization' and c.composed_from_version_id = v.version_id
    )
    -- Somebody is about to read it. It goes with the resume's next change.
    and not exists (
      select from public.resume_versions as c
      where c.composed_from_version_id = v.version_id and c.state = 'pending'
    )
    and not exists (
      select from public.optimizations as p
      where p.version_id = v.version_id and p.status in ('queued', 'running')
    )
$function$
;

create or replace function public.accept_suggestions(optimization_id uuid, suggestions integer[])
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.accept_suggestions($1, $2)
$function$
;

create or replace function public.delete_resume(resume_id uuid)
returns public.resumes
language sql
set search_path to ''
as $function$
  select private.delete_resume($1)
$function$
;

create or replace function public.erase_my_data()
returns public.erasure_receipt
language sql
set search_path to ''
as $function$
  select row(e.erasure_id, e.requested_at, e.resumes, e.objects, e.finished_at)::public.erasure_receipt
  from private.erase_my_data() as e
$function$
;

create or replace function public.get_erasure_receipt(receipt_id uuid)
returns public.erasure_receipt
language sql
stable
set search_path to ''
as $function$
  select row(e.erasure_id, e.requested_at, e.resumes, e.objects, e.finished_at)::public.erasure_receipt
  from private.erasure_receipt($1) as e
$function$
;

create or replace function public.internal_complete_erasure(p_job_id bigint, p_lease_token uuid, p_removed integer)
returns text
language sql
set search_path to ''
as $function$
  select private.complete_erasure(p_job_id, p_lease_token, p_removed)
$function$
;

create or replace function public.internal_complete_object_removal(p_job_id bigint, p_lease_token uuid, p_object_names text[])
returns boolean
language sql
set search_path to ''
as $function$
  select private.complete_object_removal(p_job_id, p_lease_token, p_object_names)
$function$
;

create or replace function public.internal_composition_source(p_job_id bigint, p_lease_token uuid)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.composition_source(p_job_id, p_lease_token)
$function$
;

create or replace function public.internal_erasure_objects(p_job_id bigint, p_lease_token uuid)
returns table(bucket_id text, object_name text)
language sql
set search_path to ''
as $function$
  select o.bucket_id, o.object_name from private.erasure_objects(p_job_id, p_lease_token) as o
$function$
;

create or replace function public.internal_record_composition(p_job_id bigint, p_lease_token uuid, p_file_size bigint, p_sha256 text, p_notices jsonb default '[]'::jsonb)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.record_composition(p_job_id, p_lease_token, p_file_size, p_sha256, p_notices)
$function$
;

create or replace function public.internal_record_no_gain(p_job_id bigint, p_lease_token uuid)
returns void
language sql
set search_path to ''
as $function$
  select private.record_no_gain(p_job_id, p_lease_token)
$function$
;

create or replace function public.internal_record_storage(p_job_id bigint, p_lease_token uuid, p_base_version_id uuid, p_stored_bytes bigint)
returns boolean
language sql
set search_path to ''
as $function$
  select private.record_storage(p_job_id, p_lease_token, p_base_version_id, p_stored_bytes)
$function$
;

create or replace function public.internal_removable_objects(p_job_id bigint, p_lease_token uuid)
returns table(bucket_id text, object_name text)
language sql
set search_path to ''
as $function$
  select o.bucket_id, o.object_name from private.removable_objects(p_job_id, p_lease_token) as o
$function$
;

create or replace function public.internal_reserve_whole(p_job_id bigint, p_lease_token uuid)
returns text
language sql
set search_path to ''
as $function$
  select private.reserve_whole(p_job_id, p_lease_token)
$function$
;

create or replace function public.internal_storage_source(p_job_id bigint, p_lease_token uuid)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.storage_source(p_job_id, p_lease_token)
$function$
;

create or replace function public.internal_version_chain(p_version_id uuid)
returns table(place integer, version_id uuid, held_as text, bucket_id text, object_name text, file_size bigint, sha256 text)
language sql
stable
set search_path to ''
as $function$
  select c.place, c.version_id, c.held_as, c.bucket_id, c.object_name, c.file_size, c.sha256
  from private.version_chain(p_version_id) as c
  order by c.place
$function$
;

create or replace function public.label_resume_version(version_id uuid, label text default null::text)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.label_resume_version($1, $2)
$function$
;

create or replace function public.list_deleted_resumes()
returns table(resume_id uuid, original_filename text, deleted_at timestamp with time zone, gone_at timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  select d.resume_id, d.original_filename, d.deleted_at, d.gone_at from private.deleted_resumes() as d
$function$
;

create or replace function public.list_resume_versions(resume_id uuid)
returns table(version_id uuid, version_number integer, is_current boolean, state text, source text, label text, pinned boolean, original_filename text, mime_type text, file_size bigint, stored_bytes bigint, held_as text, kept_full_reason text, sha256 text, parent_version_id uuid, composed_from_version_id uuid, optimization_id uuid, accepted_suggestions integer[], failure_code text, created_at timestamp with time zone, ready_at timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  -- Invoker: the policies on resumes and resume_versions say whose rows these are.
  select
    v.version_id, v.version_number, v.version_id = r.current_version_id, v.state, v.source, v.label, v.pinned,
    v.original_filename, v.mime_type, v.file_size, v.stored_bytes, v.held_as, v.kept_full_reason, v.sha256,
    v.parent_version_id, v.composed_from_version_id, v.optimization_id, v.accepted_suggestions,
    v.failure_code, v.created_at, v.ready_at
  from public.resumes as r join public.resume_versions as v on v.resume_id = r.id
  where r.id = $1
  order by v.version_number desc
$function$
;

create or replace function public.pin_resume_version(version_id uuid, pinned boolean default true)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.pin_resume_version($1, $2)
$function$
;

create or replace function public.restore_resume_version(version_id uuid)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.restore_resume_version($1)
$function$
;

create or replace function public.retention_report(keep_last integer default null::integer)
returns table(what text, resume_id uuid, version_id uuid, version_number integer, reason text, bytes bigint, due_at timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  select t.what, t.resume_id, t.version_id, t.version_number, t.reason, t.bytes, t.due_at
  from private.own_retention_report($1) as t
$function$
;

create or replace function public.undelete_resume(resume_id uuid)
returns public.resumes
language sql
set search_path to ''
as $function$
  select private.undelete_resume($1)
$function$
;

alter table "private"."jobs" add constraint "jobs_kind_check" check ((kind = any (array['ingest'::text, 'optimize'::text, 'compose'::text, 'compact'::text, 'rebase'::text, 'erase'::text, 'remove_object'::text])));

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the table is new
alter table "private"."removals" add constraint "removals_resume_id_fkey" foreign key (resume_id) references public.resumes(id) on delete cascade;

alter table "private"."settings" add constraint "settings_intervals_check" check (((least(upload_ttl, retry_base, retry_cap, overdue_after, sample_retention, optimization_retention) > '00:00:00'::interval) and (undelete_window >= '00:00:00'::interval)));

alter table "private"."settings" add constraint "settings_positive_check" check (((least(max_pending_uploads_per_user, max_resumes_per_user, max_versions_per_resume, max_active_optimizations_per_user, max_queued_optimizations, max_job_attempts, uploads_per_hour, optimizations_per_hour, keep_last, max_delta_chain) > 0) and (max_bytes_per_user > 0) and (max_delta_bytes >= 0)));

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the column is new, and null in every row
alter table "public"."resume_versions" add constraint "resume_versions_composed_from_version_id_fkey" foreign key (composed_from_version_id) references public.resume_versions(version_id) on delete set null;

alter table "public"."resume_versions" add constraint "resume_versions_kept_full_reason_check" check ((kept_full_reason = any (array['too_large'::text, 'no_gain'::text, 'chain_length'::text])));

alter table "public"."resume_versions" add constraint "resume_versions_stored_bytes_check" check ((stored_bytes > 0));

alter table "public"."resumes" add constraint "resumes_erasure_check" check (((erasure_id is null) or (deleted_at is not null)));

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the column is new, and null in every row
alter table "public"."resumes" add constraint "resumes_erasure_id_fkey" foreign key (erasure_id) references private.erasures(erasure_id) on delete restrict;

create index erasures_user_digest_idx on private.erasures using btree (user_digest);

create index object_removals_version_id_idx on private.object_removals using btree (version_id);

create index removals_resume_id_idx on private.removals using btree (resume_id);

create index resume_versions_composed_from_version_id_idx on public.resume_versions using btree (composed_from_version_id);

create index resumes_deleted_at_idx on public.resumes using btree (deleted_at) where ((deleted_at is not null) and (erasure_id is null));

create index resumes_erasure_id_idx on public.resumes using btree (erasure_id);

comment on column "private"."erasures"."objects" is 'Objects removed so far.';

comment on column "private"."erasures"."prefixes" is 'Below which names in storage nothing may remain; empty once finished.';

comment on column "private"."erasures"."reason" is 'request: the user asked for it; undelete_window: a deleted resume''s time was over.';

comment on column "private"."erasures"."user_digest" is 'SHA-256 of the user''s id, lowercase hex.';

comment on column "private"."erasures"."user_id" is 'Whose; null once finished.';

comment on column "private"."object_removals"."reason" is 'failed upload, compacted into a delta, rebased onto another base, pruned, unfinished by a worker that died, orphan found by reconcile.';

comment on column "private"."object_removals"."version_id" is 'Whose job removes it. No foreign key: the version may go first.';

comment on column "private"."settings"."keep_last" is 'Ready versions of a resume that are kept; pinned ones stay beyond it, and the newest always does. After a change: select private.apply_retention().';

comment on column "private"."settings"."max_delta_bytes" is 'Files over this stay whole: computing their delta would not fit into a function. 0 turns deltas off.';

comment on column "private"."settings"."max_delta_chain" is 'How many deltas are applied at most to rebuild a version; the one after is kept whole.';

comment on column "private"."settings"."undelete_window" is 'How long a deleted resume can be had back.';

comment on column "public"."resume_versions"."accepted_suggestions" is 'Which of that optimization''s suggestions it has, as indices from 0 into result.suggestions.';

comment on column "public"."resume_versions"."composed_from_version_id" is 'The version whose file this one was or is to be made of: restored, or with suggestions put in.';

comment on column "public"."resume_versions"."kept_full_reason" is 'Why it is no delta: over settings.max_delta_bytes, nothing to be gained, or settings.max_delta_chain reached.';

comment on column "public"."resume_versions"."optimization_id" is 'The optimization whose suggestions were put in, when source = optimization. No foreign key: it has a retention of its own.';

comment on column "public"."resume_versions"."stored_bytes" is 'Bytes that it takes in storage, of the file or of the delta; null while nothing is there.';

comment on column "public"."resumes"."deleted_at" is 'Set when the owner deleted it; hidden from then on, gone after settings.undelete_window.';

comment on column "public"."resumes"."erasure_id" is 'The erasure that is removing it: it cannot be had back.';

comment on function "private"."apply_retention"(text, integer) is 'For DBAs, after retention was tightened: gives up what is due of one user or of all, at most p_limit resumes a call; private.retention_report() says what beforehand. Returns how many versions were given up. Reads every resume of the user, or of all.';

comment on function "private"."begin_composed_version"(public.resumes, public.resume_versions, text, text, text) is 'Reserves a version that the product writes itself and queues its job. Raises quota_exceeded, too_many_requests.';

comment on function "private"."chain_depth"(uuid) is 'How many deltas are applied to rebuild a version; 0 for one that is held whole.';

comment on function "private"."chain_height"(uuid) is 'How many deltas the longest chain has that is built upon a version.';

comment on function "private"."check_awaited"(bigint[]) is 'Raises conflict if what one of these jobs is about still waits for it: a row, objects that are to go, or one that it has reserved.';

comment on function "private"."check_resume_quota"(text) is 'Refuses one more resume to a user, locked, who has as many as allowed. Raises quota_exceeded.';

comment on function "private"."check_version_quota"(text, bigint) is 'Refuses a new version of so many bytes to a user, locked, who begins too many, has too many unfinished, or is out of room. Raises too_many_requests, quota_exceeded.';

comment on function "private"."delta_base"(public.resume_versions) is 'The version against which another is to be stored; null when that chain would be longer than settings.max_delta_chain.';

comment on function "private"."erase_expired"() is 'Begins to erase deleted resumes whose undelete window has passed, at most 500. Returns how many.';

comment on function "private"."give_up_reserved_object"(private.jobs) is 'Notes for removal what an attempt at a job may have written and not recorded, if it reserved a name.';

comment on function "private"."held_object"(public.resume_versions) is 'The object in storage that has a version''s bytes, or its delta; no row when nothing is held.';

comment on function "private"."keep_versions"(uuid) is 'One pass over a resume: gives up the versions that are due, queues the rebasing of what depends on one, and the compaction of whole versions that are no longer current. Returns how many were given up.';

comment on function "private"."leased_version_job"(bigint, uuid, text) is 'As leased_job, with the resume locked first if the job is about a version. Raises lease_lost, conflict.';

comment on function "private"."lose_version"(uuid) is 'Fails a version whose object is gone, and those that are stored as deltas against it, with file_lost; the newest ready one becomes the current one. Returns how many were lost.';

comment on function "private"."objects_of_erasure"(private.erasures) is 'What there is in storage now that an erasure has to remove.';

comment on function "private"."owned_resume"(uuid, text) is 'The resume, locked, if it is that user''s; absent, deleted and another''s raise the same not_found.';

comment on function "private"."owned_version_of_locked_resume"(uuid, text) is 'As owned_version, with the resume locked before it: for what queues jobs about versions.';

comment on function "private"."reconcile"(boolean, interval) is 'For DBAs: private.reconcile_report(), and with p_mend => true the mending: orphans are removed by the worker through the Storage API, versions whose object is gone fail with file_lost. Returns what was found.';

comment on function "private"."reconcile_report"(interval) is 'For DBAs: orphan_object, an object older than p_older_than that no row knows, and missing_object, a version whose object is gone. Changes nothing. Reads every object and every version.';

comment on function "private"."remove_later"(text, text, uuid, text, text) is 'Notes an object as one to be removed and queues the job that does it. Nothing may rely on it from then on.';

comment on function "private"."require_reserved_object"(private.jobs, bigint) is 'Raises upload_incomplete unless the object reserved by this attempt is in storage with that many bytes.';

comment on function "private"."reserve_object"(private.jobs, text, text) is 'Notes the one name that this attempt may write to; the name of an attempt before it is given up.';

comment on function "private"."retention_report"(text, integer) is 'For DBAs: what retention takes away, of one user or of all, and why: versions beyond keep_last (p_keep_last: as if it were set to that), deleted resumes and when their window ends, optimizations past their retention. Changes nothing.';

comment on function "private"."storage_work"(private.jobs) is 'The version of a compact or rebase job, locked, if there is still something to do to it.';

comment on function "private"."take_resume_of"(uuid) is 'Locks the resume of a version without waiting; false when another has it. True for what is no version.';

comment on function "private"."unique_object_name"(text, uuid, integer, text) is 'A name that no object has had, below the version''s own: for what the product writes itself.';

comment on function "private"."upload_urls_end_at"(public.resume_versions) is 'From when on nobody can bring a version''s object (back) through a signed upload URL.';

comment on function "private"."versions_due"(uuid, integer) is 'The versions of a resume that retention gives up: ready, not among the newest keep_last, not pinned, not current nor what the current one was made of, and nobody at work on them.';

comment on function "public"."accept_suggestions"(uuid, integer[]) is 'For users: puts suggestions of an optimization of theirs (indices into result.suggestions, from 0) into a new version, source optimization,
together with those of it that were accepted before. Returns it pending; a worker writes it: in a DOCX the text is replaced in place, of a PDF or DOC a clean DOCX is written.
Usually called by the function resume-versions, which waits for it. Raises unauthorized, not_found, invalid_request, conflict (also when the resume has changed since), quota_exceeded, too_many_requests.';

comment on function "public"."delete_resume"(uuid) is 'For users: deletes a resume of theirs with all its versions and cancels what is at work on it. Hidden at once; undelete_resume has it back until the undelete window has passed. Idempotent. Raises unauthorized, not_found.';

comment on function "public"."erase_my_data"() is 'For users: erases all resumes, versions, optimizations and their traces. Hidden when this returns and not to be had back; the receipt says when the last object is gone. Idempotent. Raises unauthorized.';

comment on function "public"."get_erasure_receipt"(uuid) is 'For users: how far an erasure of theirs has come. Raises unauthorized, not_found.';

comment on function "public"."internal_complete_erasure"(bigint, uuid, integer) is 'After p_removed objects are gone: ''more'' when others are left, otherwise the rows go, and ''done'', or ''later'' when the job will look again. Raises lease_lost, conflict.';

comment on function "public"."internal_complete_object_removal"(bigint, uuid, text[]) is 'Records that these objects are gone from storage; with the last one the job ends, and true is returned. Raises lease_lost, conflict.';

comment on function "public"."internal_composition_source"(bigint, uuid) is 'What a leased compose job makes: {"version", "from", "objectName": where to write it, "suggestions": to be put in, or null for a restore}. Null when it cannot be made or need not be; job and version have ended then. Raises lease_lost, conflict.';

comment on function "public"."internal_erasure_objects"(bigint, uuid) is 'The objects that a leased erase job is to delete through the Storage API next, at most 100. Raises lease_lost, conflict.';

comment on function "public"."internal_keep_house"(jsonb) is 'What has to be done from time to time: settle uploads whose time is over, end jobs whose workers died, erase what was deleted long enough ago, forget old optimizations, dead jobs and samples. Bounded; returns what it did. p_storage_calls: what was measured at Storage since the last report. Called by worker.';

comment on function "public"."internal_record_composition"(bigint, uuid, bigint, text, jsonb) is 'Takes note of the file that a compose job has written to its objectName, ends the job and queues ingest. Returns the version, uploaded. Raises lease_lost, conflict, upload_incomplete.';

comment on function "public"."internal_record_no_gain"(bigint, uuid) is 'Ends a compact job whose delta would not be worth it: the version stays whole. Raises lease_lost, conflict.';

comment on function "public"."internal_record_storage"(bigint, uuid, uuid, bigint) is 'Takes note of the object that a compact or rebase job has written and proven, and ends the job; what it replaces is removed after. False when the base is no longer the one to use: nothing was changed, begin again. Raises lease_lost, conflict, upload_incomplete.';

comment on function "public"."internal_removable_objects"(bigint, uuid) is 'The objects that a leased remove_object job may delete through the Storage API, at most 100. Raises lease_lost, conflict.';

comment on function "public"."internal_reserve_whole"(bigint, uuid) is 'For a rebase whose delta gains nothing: the name in resumes to write the whole file to instead. Raises lease_lost, conflict.';

comment on function "public"."internal_storage_source"(bigint, uuid) is 'What a leased compact or rebase job is to do: {"versionId", "baseVersionId", "fileSize", "sha256", "mimeType", "objectName"}: write the delta against the base to objectName in resume_deltas; without a base, the whole file to objectName in resumes. Null when there is nothing to do; the job has ended then. Raises lease_lost, conflict.';

comment on function "public"."internal_version_chain"(uuid) is 'What a ready version is rebuilt from: first a whole file, then the deltas in the order in which they are applied, the version itself last. Empty when it is not ready or not there. A worker may remove an object in the meantime: who finds one gone asks again.';

comment on function "public"."label_resume_version"(uuid, text) is 'For users: names a version of theirs, 1–100 characters; null or blanks take the name away. Raises unauthorized, not_found, invalid_request.';

comment on function "public"."list_deleted_resumes"() is 'For users: their deleted resumes that can still be had back, and until when; newest first, at most 1,000. Raises unauthorized.';

comment on function "public"."list_resume_versions"(uuid) is 'For users: the versions of a resume of theirs, newest first, with file_size (bytes of the file) and stored_bytes (what it takes in storage). Empty for what is not theirs. Pruned versions are listed: their bytes are gone, their place in the history is not.';

comment on function "public"."pin_resume_version"(uuid, boolean) is 'For users: keeps a version of theirs whatever the retention says, or no longer. Raises unauthorized, not_found, invalid_request, conflict.';

comment on function "public"."restore_resume_version"(uuid) is 'For users: makes an older version of theirs the current one again, as a new version with the same bytes (source restore).
Returns it pending, a worker writes it; or the current one, if it has these bytes already.
Usually called by the function resume-versions, which waits for it. Raises unauthorized, not_found, conflict, quota_exceeded, too_many_requests.';

comment on function "public"."retention_report"(integer) is 'For users: what of theirs is going to be removed, why and when: versions beyond keep_last (with an argument: as if it were that), deleted resumes, optimizations past their retention. bytes as stored. At most 1,000 rows. Raises unauthorized, invalid_request.';

comment on function "public"."undelete_resume"(uuid) is 'For users: has a deleted resume of theirs back, with all its versions, while the undelete window lasts. Idempotent. Raises unauthorized, not_found (also when the window has passed), quota_exceeded.';

comment on table "private"."erasures" is 'Erasures and their receipts. One that is finished names nobody: what is left is the digest by which its user can ask for it.';

comment on table "private"."object_removals" is 'Objects that no row relies on any more and that are still to be removed from storage.';

comment on table "private"."removals" is 'Versions that retention has given up, and why. Goes with its resume.';

comment on table "private"."retention_overrides" is 'Retention of single users; null is the project''s own, in settings. After a change: select private.apply_retention(user_id).';

comment on type "public"."erasure_receipt" is 'What became of an erasure. finished_at is null while objects are still being removed, or might still come back through a signed upload URL.';

revoke all on function "private"."accept_suggestions"(uuid, integer[]) from public;

grant execute on function "private"."accept_suggestions"(uuid, integer[]) to "authenticated", "postgres";

revoke all on function "private"."apply_retention"(text, integer) from public;

grant execute on function "private"."apply_retention"(text, integer) to "postgres";

revoke all on function "private"."begin_composed_version"(public.resumes, public.resume_versions, text, text, text) from public;

grant execute on function "private"."begin_composed_version"(public.resumes, public.resume_versions, text, text, text) to "postgres";

revoke all on function "private"."begin_erasure"(text, uuid[], text) from public;

grant execute on function "private"."begin_erasure"(text, uuid[], text) to "postgres";

revoke all on function "private"."chain_depth"(uuid) from public;

grant execute on function "private"."chain_depth"(uuid) to "postgres";

revoke all on function "private"."chain_height"(uuid) from public;

grant execute on function "private"."chain_height"(uuid) to "postgres";

revoke all on function "private"."changes_since"(uuid, integer) from public;

grant execute on function "private"."changes_since"(uuid, integer) to "postgres";

revoke all on function "private"."check_resume_quota"(text) from public;

grant execute on function "private"."check_resume_quota"(text) to "postgres";

revoke all on function "private"."check_version_quota"(text, bigint) from public;

grant execute on function "private"."check_version_quota"(text, bigint) to "postgres";

revoke all on function "private"."complete_erasure"(bigint, uuid, integer) from public;

grant execute on function "private"."complete_erasure"(bigint, uuid, integer) to "postgres", "service_role";

revoke all on function "private"."complete_object_removal"(bigint, uuid, text[]) from public;

grant execute on function "private"."complete_object_removal"(bigint, uuid, text[]) to "postgres", "service_role";

revoke all on function "private"."composition_source"(bigint, uuid) from public;

grant execute on function "private"."composition_source"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."delete_resume"(uuid) from public;

grant execute on function "private"."delete_resume"(uuid) to "authenticated", "postgres";

revoke all on function "private"."deleted_resumes"() from public;

grant execute on function "private"."deleted_resumes"() to "authenticated", "postgres";

revoke all on function "private"."delta_base"(public.resume_versions) from public;

grant execute on function "private"."delta_base"(public.resume_versions) to "postgres";

revoke all on function "private"."end_storage_job"(private.jobs) from public;

grant execute on function "private"."end_storage_job"(private.jobs) to "postgres";

revoke all on function "private"."erase_expired"() from public;

grant execute on function "private"."erase_expired"() to "postgres";

revoke all on function "private"."erase_my_data"() from public;

grant execute on function "private"."erase_my_data"() to "authenticated", "postgres";

revoke all on function "private"."erasure_objects"(bigint, uuid) from public;

grant execute on function "private"."erasure_objects"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."erasure_receipt"(uuid) from public;

grant execute on function "private"."erasure_receipt"(uuid) to "authenticated", "postgres";

revoke all on function "private"."give_up_reserved_object"(private.jobs) from public;

grant execute on function "private"."give_up_reserved_object"(private.jobs) to "postgres";

revoke all on function "private"."held_object"(public.resume_versions) from public;

grant execute on function "private"."held_object"(public.resume_versions) to "postgres";

revoke all on function "private"."keep_versions"(uuid) from public;

grant execute on function "private"."keep_versions"(uuid) to "postgres";

revoke all on function "private"."label_resume_version"(uuid, text) from public;

grant execute on function "private"."label_resume_version"(uuid, text) to "authenticated", "postgres";

revoke all on function "private"."leased_version_job"(bigint, uuid, text) from public;

grant execute on function "private"."leased_version_job"(bigint, uuid, text) to "postgres";

revoke all on function "private"."lose_version"(uuid) from public;

grant execute on function "private"."lose_version"(uuid) to "postgres";

revoke all on function "private"."next_version_number"(uuid) from public;

grant execute on function "private"."next_version_number"(uuid) to "postgres";

revoke all on function "private"."objects_of_erasure"(private.erasures) from public;

grant execute on function "private"."objects_of_erasure"(private.erasures) to "postgres";

revoke all on function "private"."optimization_retention"(text) from public;

grant execute on function "private"."optimization_retention"(text) to "postgres";

revoke all on function "private"."own_retention_report"(integer) from public;

grant execute on function "private"."own_retention_report"(integer) to "authenticated", "postgres";

revoke all on function "private"."owned_resume"(uuid, text) from public;

grant execute on function "private"."owned_resume"(uuid, text) to "postgres";

revoke all on function "private"."owned_version_of_locked_resume"(uuid, text) from public;

grant execute on function "private"."owned_version_of_locked_resume"(uuid, text) to "postgres";

revoke all on function "private"."pin_resume_version"(uuid, boolean) from public;

grant execute on function "private"."pin_resume_version"(uuid, boolean) to "authenticated", "postgres";

revoke all on function "private"."reconcile"(boolean, interval) from public;

grant execute on function "private"."reconcile"(boolean, interval) to "postgres";

revoke all on function "private"."reconcile_report"(interval) from public;

grant execute on function "private"."reconcile_report"(interval) to "postgres";

revoke all on function "private"."record_composition"(bigint, uuid, bigint, text, jsonb) from public;

grant execute on function "private"."record_composition"(bigint, uuid, bigint, text, jsonb) to "postgres", "service_role";

revoke all on function "private"."record_no_gain"(bigint, uuid) from public;

grant execute on function "private"."record_no_gain"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."record_storage"(bigint, uuid, uuid, bigint) from public;

grant execute on function "private"."record_storage"(bigint, uuid, uuid, bigint) to "postgres", "service_role";

revoke all on function "private"."removable_objects"(bigint, uuid) from public;

grant execute on function "private"."removable_objects"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."remove_held_later"(uuid, text, text) from public;

grant execute on function "private"."remove_held_later"(uuid, text, text) to "postgres";

revoke all on function "private"."remove_later"(text, text, uuid, text, text) from public;

grant execute on function "private"."remove_later"(text, text, uuid, text, text) to "postgres";

revoke all on function "private"."require_reserved_object"(private.jobs, bigint) from public;

grant execute on function "private"."require_reserved_object"(private.jobs, bigint) to "postgres";

revoke all on function "private"."reserve_object"(private.jobs, text, text) from public;

grant execute on function "private"."reserve_object"(private.jobs, text, text) to "postgres";

revoke all on function "private"."reserve_whole"(bigint, uuid) from public;

grant execute on function "private"."reserve_whole"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."restore_resume_version"(uuid) from public;

grant execute on function "private"."restore_resume_version"(uuid) to "authenticated", "postgres";

revoke all on function "private"."retention_report"(text, integer) from public;

grant execute on function "private"."retention_report"(text, integer) to "postgres";

revoke all on function "private"."storage_job"(bigint, uuid) from public;

grant execute on function "private"."storage_job"(bigint, uuid) to "postgres";

revoke all on function "private"."storage_source"(bigint, uuid) from public;

grant execute on function "private"."storage_source"(bigint, uuid) to "postgres", "service_role";

revoke all on function "private"."storage_work"(private.jobs) from public;

grant execute on function "private"."storage_work"(private.jobs) to "postgres";

revoke all on function "private"."take_resume_of"(uuid) from public;

grant execute on function "private"."take_resume_of"(uuid) to "postgres";

revoke all on function "private"."undelete_resume"(uuid) from public;

grant execute on function "private"."undelete_resume"(uuid) to "authenticated", "postgres";

revoke all on function "private"."undelete_window"(text) from public;

grant execute on function "private"."undelete_window"(text) to "postgres";

revoke all on function "private"."unique_object_name"(text, uuid, integer, text) from public;

grant execute on function "private"."unique_object_name"(text, uuid, integer, text) to "postgres";

revoke all on function "private"."upload_urls_end_at"(public.resume_versions) from public;

grant execute on function "private"."upload_urls_end_at"(public.resume_versions) to "postgres";

revoke all on function "private"."user_digest"(text) from public;

grant execute on function "private"."user_digest"(text) to "postgres";

revoke all on function "private"."version_chain"(uuid) from public;

grant execute on function "private"."version_chain"(uuid) to "postgres", "service_role";

revoke all on function "private"."versions_due"(uuid, integer) from public;

grant execute on function "private"."versions_due"(uuid, integer) to "postgres";

revoke all on function "public"."accept_suggestions"(uuid, integer[]) from public;

grant execute on function "public"."accept_suggestions"(uuid, integer[]) to "authenticated", "postgres";

revoke all on function "public"."delete_resume"(uuid) from public;

grant execute on function "public"."delete_resume"(uuid) to "authenticated", "postgres";

revoke all on function "public"."erase_my_data"() from public;

grant execute on function "public"."erase_my_data"() to "authenticated", "postgres";

revoke all on function "public"."get_erasure_receipt"(uuid) from public;

grant execute on function "public"."get_erasure_receipt"(uuid) to "authenticated", "postgres";

revoke all on function "public"."internal_complete_erasure"(bigint, uuid, integer) from public;

grant execute on function "public"."internal_complete_erasure"(bigint, uuid, integer) to "postgres", "service_role";

revoke all on function "public"."internal_complete_object_removal"(bigint, uuid, text[]) from public;

grant execute on function "public"."internal_complete_object_removal"(bigint, uuid, text[]) to "postgres", "service_role";

revoke all on function "public"."internal_composition_source"(bigint, uuid) from public;

grant execute on function "public"."internal_composition_source"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_erasure_objects"(bigint, uuid) from public;

grant execute on function "public"."internal_erasure_objects"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_record_composition"(bigint, uuid, bigint, text, jsonb) from public;

grant execute on function "public"."internal_record_composition"(bigint, uuid, bigint, text, jsonb) to "postgres", "service_role";

revoke all on function "public"."internal_record_no_gain"(bigint, uuid) from public;

grant execute on function "public"."internal_record_no_gain"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_record_storage"(bigint, uuid, uuid, bigint) from public;

grant execute on function "public"."internal_record_storage"(bigint, uuid, uuid, bigint) to "postgres", "service_role";

revoke all on function "public"."internal_removable_objects"(bigint, uuid) from public;

grant execute on function "public"."internal_removable_objects"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_reserve_whole"(bigint, uuid) from public;

grant execute on function "public"."internal_reserve_whole"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_storage_source"(bigint, uuid) from public;

grant execute on function "public"."internal_storage_source"(bigint, uuid) to "postgres", "service_role";

revoke all on function "public"."internal_version_chain"(uuid) from public;

grant execute on function "public"."internal_version_chain"(uuid) to "postgres", "service_role";

revoke all on function "public"."label_resume_version"(uuid, text) from public;

grant execute on function "public"."label_resume_version"(uuid, text) to "authenticated", "postgres";

revoke all on function "public"."list_deleted_resumes"() from public;

grant execute on function "public"."list_deleted_resumes"() to "authenticated", "postgres";

revoke all on function "public"."list_resume_versions"(uuid) from public;

grant execute on function "public"."list_resume_versions"(uuid) to "authenticated", "postgres";

revoke all on function "public"."pin_resume_version"(uuid, boolean) from public;

grant execute on function "public"."pin_resume_version"(uuid, boolean) to "authenticated", "postgres";

revoke all on function "public"."restore_resume_version"(uuid) from public;

grant execute on function "public"."restore_resume_version"(uuid) to "authenticated", "postgres";

revoke all on function "public"."retention_report"(integer) from public;

grant execute on function "public"."retention_report"(integer) to "authenticated", "postgres";

revoke all on function "public"."undelete_resume"(uuid) from public;

grant execute on function "public"."undelete_resume"(uuid) to "authenticated", "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."erasures" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."object_removals" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."removals" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."retention_overrides" to "postgres";

grant usage on type "public"."erasure_receipt" to "postgres";

reset lock_timeout;
reset check_function_bodies;
drop policy resumes_insert_owner on storage.objects;

create policy resumes_insert_owner on storage.objects as permissive for insert to authenticated
with check (((bucket_id = 'resumes'::text) and (exists ( select
  from (public.resume_versions v
    join public.resumes r on ((r.id = v.resume_id)))
  where ((v.full_storage_path = objects.name) and (v.state = 'pending'::text) and (v.source = 'upload'::text) and (v.upload_expires_at > now()) and (r.user_id = (( select auth.jwt() as jwt) ->> 'sub'::text)) and (r.deleted_at is null))))));
