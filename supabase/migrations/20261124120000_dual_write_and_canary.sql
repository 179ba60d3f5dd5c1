set check_function_bodies = off;
set lock_timeout = '5s';

create table "private"."rollout_decisions" ("decision_id" bigint generated always as identity not null, "rollout_id" bigint, "decided_at" timestamp with time zone not null, "decision" text not null, "from_stage" integer, "to_stage" integer, "decided_by" text not null, "why" text not null, "figures" jsonb not null default '{}'::jsonb, constraint "rollout_decisions_decision_check" check ((decision = any (array['started'::text, 'moved_on'::text, 'held'::text, 'fell_back'::text, 'paused'::text, 'resumed'::text, 'forced'::text, 'pinned'::text, 'unpinned'::text, 'ended'::text]))), constraint "rollout_decisions_pkey" primary key (decision_id));

alter table "private"."rollout_decisions" enable row level security;

create table "private"."rollout_pins" ("user_id" text not null, "phase" text not null, "pinned_by" text not null, "why" text not null, "pinned_at" timestamp with time zone not null default now(), constraint "rollout_pins_phase_check" check ((phase = any (array['local'::text, 'dual_write'::text, 'dual_read'::text, 'supabase'::text]))), constraint "rollout_pins_pkey" primary key (user_id), constraint "rollout_pins_user_id_check" check (((length(user_id) >= 1) and (length(user_id) <= 255))));

alter table "private"."rollout_pins" enable row level security;

create table "private"."rollout_stages" ("rollout_id" bigint not null, "stage" integer not null, "phase" text not null, "percentage" numeric(5,2) not null, "min_time" interval not null, "min_calls" integer not null, "min_users" integer not null, constraint "rollout_stages_minimum_check" check (((min_time >= '00:00:00'::interval) and (min_calls > 0) and (min_users > 0))), constraint "rollout_stages_percentage_check" check (((percentage > (0)::numeric) and (percentage <= (100)::numeric))), constraint "rollout_stages_phase_check" check ((phase = any (array['dual_write'::text, 'dual_read'::text, 'supabase'::text]))), constraint "rollout_stages_pkey" primary key (rollout_id, stage), constraint "rollout_stages_stage_check" check ((stage > 0)));

alter table "private"."rollout_stages" enable row level security;

create table "private"."rollouts" ("rollout_id" bigint generated always as identity not null, "salt" text not null default (gen_random_uuid())::text, "state" text not null default 'running'::text, "stage" integer not null default 0, "dual_write_below" integer not null default 0, "dual_read_below" integer not null default 0, "supabase_below" integer not null default 0, "entered_at" timestamp with time zone not null, "judged_until" timestamp with time zone not null, "cooling_until" timestamp with time zone, "falls" integer not null default 0, "storage_seen" jsonb not null default '{}'::jsonb, "started_at" timestamp with time zone not null, "ended_at" timestamp with time zone, "cool_down" interval not null default '01:00:00'::interval, "max_falls" integer not null default 3, "least_users" integer not null default 10, "least_calls" integer not null default 100, "calls_per_user" integer not null default 20, "accepted_fault_rate" double precision not null default 0.005, "accepted_fallback_rate" double precision not null default 0.01, "least_excess" double precision not null default 0.005, "slow_share" double precision not null default 0.05, "fall_errors" double precision not null default 4, "hold_errors" double precision not null default 2, "mismatch_users" integer not null default 3, constraint "rollouts_below_check" check (((least(dual_write_below, dual_read_below, supabase_below) >= 0) and (greatest(dual_write_below, dual_read_below, supabase_below) <= 10000))), constraint "rollouts_limits_check" check (((cool_down >= '00:00:00'::interval) and (max_falls > 0) and (least_users >= 5) and (least_calls > 0) and (calls_per_user > 0) and ((accepted_fault_rate >= (0)::double precision) and (accepted_fault_rate <= (1)::double precision)) and ((accepted_fallback_rate >= (0)::double precision) and (accepted_fallback_rate <= (1)::double precision)) and ((least_excess >= (0)::double precision) and (least_excess <= (1)::double precision)) and ((slow_share >= (0)::double precision) and (slow_share <= (1)::double precision)) and (fall_errors >= hold_errors) and (hold_errors >= (0)::double precision) and (mismatch_users > 1))), constraint "rollouts_pkey" primary key (rollout_id), constraint "rollouts_stage_check" check ((stage >= 0)), constraint "rollouts_state_check" check ((state = any (array['running'::text, 'paused'::text]))));

alter table "private"."rollouts" enable row level security;

create table "private"."store_files" ("user_id" text not null, "file_id" text not null, "revision" bigint not null default 0, "deleted" boolean not null default false, "version_id" uuid, "changed_at" timestamp with time zone not null default now(), constraint "store_files_file_id_check" check (((length(file_id) >= 1) and (length(file_id) <= 1024))), constraint "store_files_pkey" primary key (user_id, file_id), constraint "store_files_revision_check" check ((revision >= 0)), constraint "store_files_user_id_check" check (((length(user_id) >= 1) and (length(user_id) <= 255))));

alter table "private"."store_files" enable row level security;

create table "private"."store_outcomes" ("slot_at" timestamp with time zone not null, "phase" text not null, "side" text not null, "user_key" bigint not null, "calls" integer not null default 0, "faults" integer not null default 0, "fallbacks" integer not null default 0, "mismatches" integer not null default 0, "over_250" integer not null default 0, "over_500" integer not null default 0, "over_1000" integer not null default 0, "over_2500" integer not null default 0, "over_5000" integer not null default 0, constraint "store_outcomes_pkey" primary key (user_key, slot_at, phase, side));

alter table "private"."store_outcomes" enable row level security;

alter table "private"."store_outcomes" set (fillfactor=70);

create or replace function private.change_store_file(p_store private.store_files, p_deleted boolean, p_version_id uuid)
returns jsonb
language plpgsql
set search_path to ''
as $function$
begin
  update private.store_files as s
  set revision = s.revision + 1, deleted = p_deleted, version_id = p_version_id, changed_at = now()
  where (s.user_id, s.file_id) = (p_store.user_id, p_store.file_id);
  return private.store_head(p_store.user_id, p_store.file_id);
end
$function$
;

create or replace function private.check_decider(p_by text, p_why text)
returns void
language plpgsql
immutable
set search_path to ''
as $function$
begin
  if coalesce(length(p_by), 0) not between 1 and 200 or p_by = 'canary' or coalesce(length(p_why), 0) not between 1 and 1000 then
    perform private.fail('invalid_request', 'A decision says who made it, in 1–200 characters, and why, in 1–1,000');
  end if;
end
$function$
;

create or replace function private.check_store_outcomes(p_outcomes jsonb)
returns void
language plpgsql
immutable
set search_path to ''
as $function$
declare
  v_wrong bigint;
begin
  if p_outcomes is null or jsonb_typeof(p_outcomes) <> 'array' or jsonb_array_length(p_outcomes) > 1000 then
    perform private.fail('invalid_request', 'Outcomes are an array of at most 1,000');
  end if;
  select e.place into v_wrong
  from jsonb_array_elements(p_outcomes) with ordinality as e (outcome, place)
  where not coalesce(
    jsonb_typeof(e.outcome -> 'user_id') = 'string' and length(e.outcome ->> 'user_id') between 1 and 255
    and e.outcome ->> 'operation' in ('put', 'get', 'delete', 'list')
    and e.outcome ->> 'side' in ('local', 'supabase')
    and e.outcome ->> 'outcome' in ('ok', 'fault', 'fallback', 'mismatch', 'refused')
    and case when jsonb_typeof(e.outcome -> 'milliseconds') = 'number'
      then (e.outcome ->> 'milliseconds')::numeric between 0 and 86400000
    end,
    false
  )
  order by e.place
  limit 1;
  if v_wrong is not null then
    perform private.fail(
      'invalid_request', format('Outcome %s is none', v_wrong),
      '{"user_id", "operation": put, get, delete or list, "side": local or supabase, "outcome": ok, fault, fallback, mismatch or refused, "milliseconds": 0 to 86400000}'
    );
  end if;
end
$function$
;

create or replace function private.current_rollout()
returns private.rollouts
language plpgsql
set search_path to ''
as $function$
declare
  v_rollout private.rollouts;
begin
  select * into v_rollout from private.rollouts as r where r.ended_at is null for update;
  if not found then
    perform private.fail('not_found', 'There is no rollout', 'select public.start_rollout(...)');
  end if;
  return v_rollout;
end
$function$
;

create or replace function private.default_rollout_stages()
returns jsonb
language sql
immutable
set search_path to ''
as $function$
  select jsonb_agg(
    jsonb_build_object('phase', p.phase, 'percentage', s.percentage, 'minSeconds', s.hours * 3600, 'minCalls', s.calls, 'minUsers', s.users)
    order by p.place, s.percentage
  )
  from unnest(array['dual_write', 'dual_read', 'supabase']) with ordinality as p (phase, place)
    cross join (values (1, 1, 200, 20), (10, 4, 1000, 50), (50, 12, 2000, 100), (100, 24, 2000, 100)) as s (percentage, hours, calls, users)
$function$
;

create or replace function private.enter_rollout_stage(p_rollout_id bigint, p_stage integer, p_at timestamp with time zone)
returns void
language sql
set search_path to ''
as $function$
  update private.rollouts as r
  set stage = p_stage, entered_at = p_at,
    dual_write_below = coalesce(s.dual_write, 0), dual_read_below = coalesce(s.dual_read, 0), supabase_below = coalesce(s.supabase, 0)
  from (
    -- The highest so far, of each phase: whoever is in one stays in it, or goes on to a higher one, while stages rise.
    select
      max(x.percentage * 100) filter (where x.phase = 'dual_write') as dual_write,
      max(x.percentage * 100) filter (where x.phase = 'dual_read') as dual_read,
      max(x.percentage * 100) filter (where x.phase = 'supabase') as supabase
    from private.rollout_stages as x
    where x.rollout_id = p_rollout_id and x.stage <= p_stage
  ) as s
  where r.rollout_id = p_rollout_id
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
  delete from private.legacy_files as f where f.user_id = v_caller;
  delete from private.store_files as s where s.user_id = v_caller;
  perform private.forget_rollout_user(v_caller);
  return v_erasure;
end
$function$
;

create or replace function private.force_rollout_stage(p_stage integer, p_by text, p_why text)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
declare
  v_now constant timestamptz := clock_timestamp();
  v_rollout private.rollouts;
begin
  perform private.check_decider(p_by, p_why);
  v_rollout := private.current_rollout();
  if p_stage is null or p_stage <> 0 and not exists (
    select from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, p_stage)
  ) then
    perform private.fail('invalid_request', format('The rollout has no stage %s', p_stage), '0 takes everybody back to local; public.rollout_report() lists the others.');
  end if;
  perform private.enter_rollout_stage(v_rollout.rollout_id, p_stage, v_now);
  -- At 0 it would begin again by itself, which nobody asks for who forces it there.
  update private.rollouts as r
  set falls = 0, cooling_until = null, state = case p_stage when 0 then 'paused' else r.state end
  where r.rollout_id = v_rollout.rollout_id;
  perform private.note_rollout(v_rollout.rollout_id, v_now, 'forced', v_rollout.stage, p_stage, p_by, p_why);
  return private.rollout_state(v_rollout.rollout_id);
end
$function$
;

create or replace function private.forget_rollout_user(p_user_id text)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  delete from private.rollout_pins as p where p.user_id = p_user_id;
  delete from private.store_outcomes as o
  using private.rollouts as r
  where r.ended_at is null and o.user_key = private.rollout_hash(r.salt, p_user_id, 1);
end
$function$
;

create or replace function private.insert_rollout_stages(p_rollout_id bigint, p_stages jsonb)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  if jsonb_typeof(p_stages) <> 'array' or jsonb_array_length(p_stages) not between 1 and 100 or exists (
    select from jsonb_array_elements(p_stages) as s (stage)
    where not coalesce(
      s.stage ->> 'phase' in ('dual_write', 'dual_read', 'supabase')
      and case when (
        select bool_and(jsonb_typeof(s.stage -> k) = 'number') from unnest(array['percentage', 'minSeconds', 'minCalls', 'minUsers']) as k
      ) then
        (s.stage ->> 'percentage')::numeric between 0.01 and 100
        and (s.stage ->> 'percentage')::numeric = round((s.stage ->> 'percentage')::numeric, 2)
        -- Beyond a day outcomes are forgotten.
        and (s.stage ->> 'minSeconds')::numeric between 0 and 31536000
        and (s.stage ->> 'minCalls')::numeric between 1 and 1000000
        and (s.stage ->> 'minUsers')::numeric between 1 and 500
      end,
      false
    )
  ) then
    perform private.fail(
      'invalid_request', 'A plan is an array of 1–100 stages',
      '{"phase": dual_write, dual_read or supabase, "percentage": 0.01–100, "minSeconds": at most a year, "minCalls": 1–1000000, "minUsers": 1–500}'
    );
  end if;
  insert into private.rollout_stages (rollout_id, stage, phase, percentage, min_time, min_calls, min_users)
  select
    p_rollout_id, s.place, s.stage ->> 'phase', (s.stage ->> 'percentage')::numeric,
    make_interval(secs => (s.stage ->> 'minSeconds')::double precision),
    (s.stage ->> 'minCalls')::numeric::integer, (s.stage ->> 'minUsers')::numeric::integer
  from jsonb_array_elements(p_stages) with ordinality as s (stage, place);
  if exists (
    select from private.rollout_stages as a
      join private.rollout_stages as b on b.rollout_id = a.rollout_id and b.stage = a.stage + 1
    where a.rollout_id = p_rollout_id and (private.phase_rank(a.phase), a.percentage) >= (private.phase_rank(b.phase), b.percentage)
  ) then
    perform private.fail('invalid_request', 'Stages rise: first the phase, then the percentage within it');
  end if;
end
$function$
;

create or replace function private.insert_store_version(p_file private.legacy_files, p_object_name text, p_sha256 text, p_resume_id uuid)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_object record;
  v_version public.resume_versions;
begin
  if not starts_with(coalesce(p_object_name, ''), private.store_folder(p_file.user_id, p_file.file_id))
    or exists (select from public.resume_versions as v where v.full_storage_path = p_object_name) then
    perform private.fail('migration_foreign_path', 'The path belongs to another file', 'Upload to a new name below the folder of internal_store_head().');
  end if;
  select o.id, o.version, o.metadata into v_object
  from storage.objects as o
  where o.bucket_id = 'resumes' and o.name = p_object_name and o.metadata ? 'size';
  if not found then
    perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it, then put it again.');
  end if;
  if (v_object.metadata ->> 'size')::bigint <> p_file.file_size then
    perform private.fail('migration_mismatch', 'Storage has another number of bytes', 'Remove the object and upload it again.');
  end if;
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, stored_bytes, created_at, state, source, held_as, original_filename,
    mime_type, expected_sha256, object_version, uploaded_at, parent_version_id
  )
  select
    p_resume_id,
    1 + greatest(
      coalesce(max(v.version_number), 0),
      -- Those that are still to come from the disk keep their numbers.
      (
        select max(f.version_order) from private.legacy_files as f
        where f.resume_id = p_resume_id and f.state in ('planned', 'locked', 'uploaded', 'failed')
          and f.legacy_file_id is distinct from p_file.legacy_file_id
      )
    ),
    p_object_name, p_file.file_size, p_file.file_size, p_file.file_created_at, 'uploaded', 'upload', 'full', p_file.original_filename,
    p_file.mime_type, p_sha256, coalesce(v_object.version, v_object.id::text), now(),
    (select r.current_version_id from public.resumes as r where r.id = p_resume_id)
  from public.resume_versions as v
  where v.resume_id = p_resume_id
  returning * into v_version;
  perform private.count('uploads', '{"outcome": "begun"}');
  perform private.count('uploads', '{"outcome": "completed"}');
  perform private.count('upload_bytes', '{}', v_version.file_size);
  perform private.enqueue_job('ingest', v_version.version_id, p_file.user_id, 100);
  return v_version;
end
$function$
;

create or replace function private.judge_rollouts(p_now timestamp with time zone default clock_timestamp())
returns text
language plpgsql
set search_path to ''
as $function$
declare
  v_rollout private.rollouts;
  v_stage private.rollout_stages;
  v_until constant timestamptz := private.outcome_slot(p_now);
  v_begin timestamptz;
  v_short jsonb;
  v_long jsonb;
  v_whole jsonb;
  v_storage jsonb;
  v_decision text;
  v_to integer;
  v_why text;
begin
  delete from private.store_outcomes as o
  where (o.user_key, o.slot_at, o.phase, o.side) in (
    select x.user_key, x.slot_at, x.phase, x.side from private.store_outcomes as x
    where x.slot_at < v_until - interval '24 hours'
    order by x.slot_at
    limit 20000
  );
  -- Whoever else keeps house now judges, or a person has it in hand.
  select * into v_rollout from private.rollouts as r where r.ended_at is null for update skip locked;
  if not found or v_rollout.judged_until >= v_until then
    return null;
  end if;
  v_storage := private.storage_trouble(v_rollout.storage_seen);
  update private.rollouts as r set judged_until = v_until, storage_seen = v_storage where r.rollout_id = v_rollout.rollout_id;
  if v_rollout.state = 'paused' then
    return null;
  end if;
  select * into v_stage from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, v_rollout.stage);
  -- What happened before a stage was entered says nothing about it: windows begin with the first slot that is all its own.
  v_begin := private.outcome_slot(v_rollout.entered_at + interval '5 minutes' - interval '1 microsecond');
  v_short := private.rollout_window(v_rollout, v_stage.phase, greatest(v_begin, v_until - interval '5 minutes'), v_until);
  v_long := private.rollout_window(v_rollout, v_stage.phase, greatest(v_begin, v_until - interval '1 hour'), v_until);
  v_whole := private.rollout_window(v_rollout, v_stage.phase, greatest(v_begin, v_until - interval '24 hours'), v_until);
  v_decision := 'held';
  v_to := v_rollout.stage;
  if (v_long ->> 'mismatchUsers')::integer >= v_rollout.mismatch_users then
    -- Wrong bytes are no matter of how many meet them: back to before this phase.
    v_decision := 'fell_back';
    v_to := coalesce((
      select max(s.stage) from private.rollout_stages as s
      where s.rollout_id = v_rollout.rollout_id and s.stage < v_rollout.stage and private.phase_rank(s.phase) < private.phase_rank(v_stage.phase)
    ), 0);
    v_why := 'mismatches';
  elsif v_long -> 'farOver' ?| array(select jsonb_array_elements_text(v_short -> 'over')) then
    -- The hour says that it is no chance, the last five minutes that it is still so.
    v_decision := 'fell_back';
    v_to := v_rollout.stage - 1;
    v_why := (
      select string_agg(w.what, ', ' order by w.what) from jsonb_array_elements_text(v_long -> 'farOver') as w (what)
      where v_short -> 'over' ? w.what
    );
  elsif (v_long ->> 'mismatchUsers')::integer >= v_rollout.mismatch_users - 1 then
    v_why := 'mismatches';
  elsif v_long -> 'over' <> '[]' or v_whole -> 'over' <> '[]' then
    v_why := 'over what is allowed: ' || (
      select string_agg(distinct w.what, ', ') from jsonb_array_elements_text((v_long -> 'over') || (v_whole -> 'over')) as w (what)
    );
  elsif v_rollout.cooling_until > p_now then
    v_why := 'cooling down';
  elsif (v_storage ->> 'ill')::boolean then
    v_why := 'Storage fails';
  elsif p_now < v_rollout.entered_at + v_stage.min_time then
    v_why := 'minimum time';
  elsif (v_whole ->> 'users')::bigint < v_stage.min_users or (v_whole ->> 'calls')::bigint < v_stage.min_calls then
    v_why := 'too few users or calls';
  elsif not exists (select from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, v_rollout.stage + 1)) then
    v_why := 'complete';
  else
    v_decision := 'moved_on';
    v_to := v_rollout.stage + 1;
    v_why := case when v_rollout.stage = 0 then 'cooled down' else 'healthy' end;
  end if;
  -- A day of the same reason is one row.
  if v_decision <> 'held' or not exists (
    select from (
      select d.decision, d.why, d.to_stage from private.rollout_decisions as d
      where d.rollout_id = v_rollout.rollout_id and d.decision not in ('pinned', 'unpinned')
      order by d.decision_id desc
      limit 1
    ) as last
    where (last.decision, last.why, last.to_stage) = ('held', v_why, v_to)
  ) then
    perform private.note_rollout(
      v_rollout.rollout_id, p_now, v_decision, v_rollout.stage, v_to, 'canary', v_why,
      jsonb_build_object('short', v_short, 'long', v_long, 'stage', v_whole, 'storage', v_storage)
    );
  end if;
  if v_decision <> 'held' then
    perform private.enter_rollout_stage(v_rollout.rollout_id, v_to, p_now);
  end if;
  if v_decision = 'fell_back' then
    update private.rollouts as r set falls = r.falls + 1, cooling_until = p_now + r.cool_down
    where r.rollout_id = v_rollout.rollout_id
    returning * into v_rollout;
    if v_rollout.falls >= v_rollout.max_falls then
      update private.rollouts as r set state = 'paused' where r.rollout_id = v_rollout.rollout_id;
      perform private.note_rollout(
        v_rollout.rollout_id, p_now, 'paused', v_to, v_to, 'canary', format('%s fallbacks: a person decides', v_rollout.falls)
      );
    end if;
  end if;
  return v_decision;
end
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
    'optimizationsForgotten', v_forgotten,
    'rollout', private.judge_rollouts()
  );
end
$function$
;

create or replace function private.lock_store_file(p_user_id text, p_file_id text)
returns private.store_files
language plpgsql
set search_path to ''
as $function$
declare
  v_store private.store_files;
begin
  if coalesce(length(p_user_id), 0) not between 1 and 255 or coalesce(length(p_file_id), 0) not between 1 and 1024 then
    perform private.fail('invalid_request', 'A file has the id of its user (1–255 characters) and its own (1–1024)');
  end if;
  -- In the order that transfers and erasures have.
  perform private.lock_user(p_user_id);
  perform from private.legacy_files as f where f.user_id = p_user_id and f.file_id = p_file_id order by f.legacy_file_id for update;
  insert into private.store_files (user_id, file_id) values (p_user_id, p_file_id) on conflict do nothing;
  select * into v_store from private.store_files as s where (s.user_id, s.file_id) = (p_user_id, p_file_id) for update;
  return v_store;
end
$function$
;

create or replace function private.note_rollout(p_rollout_id bigint, p_decided_at timestamp with time zone, p_decision text, p_from_stage integer, p_to_stage integer, p_decided_by text, p_why text, p_figures jsonb default '{}'::jsonb)
returns void
language sql
set search_path to ''
as $function$
  insert into private.rollout_decisions (rollout_id, decided_at, decision, from_stage, to_stage, decided_by, why, figures)
  values (p_rollout_id, p_decided_at, p_decision, p_from_stage, p_to_stage, p_decided_by, p_why, p_figures)
$function$
;

create or replace function private.outcome_slot(p_at timestamp with time zone)
returns timestamp with time zone
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  select date_bin(interval '5 minutes', p_at, timestamptz '2000-01-01 00:00:00+00')
$function$
;

create or replace function private.pause_rollout(p_by text, p_why text)
returns jsonb
language sql
security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
  select private.set_rollout_state('paused', p_by, p_why)
$function$
;

create or replace function private.phase_of_bucket(p_rollout private.rollouts, p_bucket integer)
returns text
language sql
immutable
set search_path to ''
as $function$
  select case
    when p_bucket < p_rollout.supabase_below then 'supabase'
    when p_bucket < p_rollout.dual_read_below then 'dual_read'
    when p_bucket < p_rollout.dual_write_below then 'dual_write'
    else 'local'
  end
$function$
;

create or replace function private.phase_rank(p_phase text)
returns integer
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  select array_position(array['local', 'dual_write', 'dual_read', 'supabase'], p_phase)
$function$
;

create or replace function private.phases_from(p_phase text)
returns text[]
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  select array_agg(p.phase) from unnest(array['local', 'dual_write', 'dual_read', 'supabase']) as p (phase)
  where private.phase_rank(p.phase) >= private.phase_rank(p_phase)
$function$
;

create or replace function private.pin_rollout_user(p_user_id text, p_phase text, p_by text, p_why text)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
begin
  perform private.check_decider(p_by, p_why);
  if p_user_id is null or length(p_user_id) not between 1 and 255 or p_phase is not null and private.phase_rank(p_phase) is null then
    perform private.fail('invalid_request', 'A user of 1–255 characters is pinned to local, dual_write, dual_read or supabase; null unpins');
  end if;
  if p_phase is null then
    delete from private.rollout_pins as p where p.user_id = p_user_id;
  else
    insert into private.rollout_pins as p (user_id, phase, pinned_by, why) values (p_user_id, p_phase, p_by, p_why)
    on conflict on constraint rollout_pins_pkey
    do update set phase = excluded.phase, pinned_by = excluded.pinned_by, why = excluded.why, pinned_at = excluded.pinned_at;
  end if;
  -- The log outlives the user: it has their digest.
  perform private.note_rollout(
    (select r.rollout_id from private.rollouts as r where r.ended_at is null), clock_timestamp(),
    case when p_phase is null then 'unpinned' else 'pinned' end, null, null, p_by, p_why,
    jsonb_build_object('userDigest', private.user_digest(p_user_id), 'phase', p_phase)
  );
  return private.rollout_phase(p_user_id);
end
$function$
;

create or replace function private.read_store_head(p_user_id text, p_file_id text)
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the tables are granted to nobody; execute is for service_role alone.
  select private.store_head(p_user_id, p_file_id)
$function$
;

create or replace function private.record_store_outcomes(p_outcomes jsonb)
returns integer
language sql
security definer
set search_path to ''
as $function$
-- Definer: outcomes are granted to nobody; execute is for service_role alone.
  select private.record_store_outcomes(p_outcomes, clock_timestamp())
$function$
;

create or replace function private.record_store_outcomes(p_outcomes jsonb, p_at timestamp with time zone)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_slot constant timestamptz := private.outcome_slot(p_at);
  v_users_per_slot constant integer := 500;
  v_rollout private.rollouts;
  v_counted integer;
begin
  perform private.check_store_outcomes(p_outcomes);
  select * into v_rollout from private.rollouts as r where r.ended_at is null;
  if not found then
    return 0;
  end if;
  with given as materialized (
    -- What the caller did wrong says nothing about a store.
    select o.user_id, o.side, o.outcome, o.milliseconds
    from jsonb_to_recordset(p_outcomes) as o (user_id text, side text, outcome text, milliseconds numeric)
    where o.outcome <> 'refused'
  ), users as materialized (
    -- Once for each user, not for each pair that a join would compare.
    select
      g.user_id, private.rollout_hash(v_rollout.salt, g.user_id, 1) as user_key,
      private.phase_of_bucket(v_rollout, private.rollout_bucket(v_rollout.salt, g.user_id)) as phase
    from given as g
    group by g.user_id
  ), sums as materialized (
    select
      u.phase, g.side, u.user_key, count(*) as calls,
      count(*) filter (where g.outcome = 'fault') as faults,
      count(*) filter (where g.outcome = 'fallback') as fallbacks,
      count(*) filter (where g.outcome = 'mismatch') as mismatches,
      count(*) filter (where g.milliseconds > 250) as over_250,
      count(*) filter (where g.milliseconds > 500) as over_500,
      count(*) filter (where g.milliseconds > 1000) as over_1000,
      count(*) filter (where g.milliseconds > 2500) as over_2500,
      count(*) filter (where g.milliseconds > 5000) as over_5000
    from given as g
      join users as u using (user_id)
    where not exists (select from private.rollout_pins as p where p.user_id = g.user_id)
    group by u.phase, g.side, u.user_key
  ), crowded as (
    select o.phase, o.side
    from private.store_outcomes as o
    where o.slot_at = v_slot
    group by o.phase, o.side
    having count(*) >= v_users_per_slot
  ), counted as (
    insert into private.store_outcomes as o (
      slot_at, phase, side, user_key, calls, faults, fallbacks, mismatches, over_250, over_500, over_1000, over_2500, over_5000
    )
    select
      v_slot, s.phase, s.side, s.user_key, s.calls, s.faults, s.fallbacks, s.mismatches,
      s.over_250, s.over_500, s.over_1000, s.over_2500, s.over_5000
    from sums as s
    where not exists (select from crowded as c where (c.phase, c.side) = (s.phase, s.side))
      or exists (
        select from private.store_outcomes as x
        where (x.user_key, x.slot_at, x.phase, x.side) = (s.user_key, v_slot, s.phase, s.side)
      )
    -- One order for all: two batches with the same users wait for each other once, not in a circle.
    order by s.user_key, s.phase, s.side
    on conflict on constraint store_outcomes_pkey do update set
      -- A user may send what they like: nothing overflows, and beyond this only the share counts.
      calls = least(o.calls::bigint + excluded.calls, 1000000000),
      faults = least(o.faults::bigint + excluded.faults, 1000000000),
      fallbacks = least(o.fallbacks::bigint + excluded.fallbacks, 1000000000),
      mismatches = least(o.mismatches::bigint + excluded.mismatches, 1000000000),
      over_250 = least(o.over_250::bigint + excluded.over_250, 1000000000),
      over_500 = least(o.over_500::bigint + excluded.over_500, 1000000000),
      over_1000 = least(o.over_1000::bigint + excluded.over_1000, 1000000000),
      over_2500 = least(o.over_2500::bigint + excluded.over_2500, 1000000000),
      over_5000 = least(o.over_5000::bigint + excluded.over_5000, 1000000000)
    returning o.user_key, o.phase, o.side
  )
  select coalesce(sum(s.calls), 0)::integer into v_counted
  from sums as s join counted as c using (user_key, phase, side);
  return v_counted;
end
$function$
;

create or replace function private.resume_rollout(p_by text, p_why text)
returns jsonb
language sql
security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
  select private.set_rollout_state('running', p_by, p_why)
$function$
;

create or replace function private.rollout_bucket(p_salt text, p_user_id text)
returns integer
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  -- 63 bits modulo 10,000: no bucket is likelier than another by more than 1 in 10^15.
  select ((private.rollout_hash(p_salt, p_user_id, 0) & 9223372036854775807) % 10000)::integer
$function$
;

create or replace function private.rollout_hash(p_salt text, p_user_id text, p_part integer)
returns bigint
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  select ('x' || encode(substring(sha256(convert_to(p_salt || ':' || p_user_id, 'UTF8')) from 1 + 8 * p_part for 8), 'hex'))::bit(64)::bigint
$function$
;

create or replace function private.rollout_phase(p_user_id text)
returns text
language plpgsql
stable security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
begin
  if p_user_id is null or length(p_user_id) not between 1 and 255 then
    perform private.fail('invalid_request', 'A user id has 1–255 characters');
  end if;
  return coalesce(
    (select p.phase from private.rollout_pins as p where p.user_id = p_user_id),
    (select private.phase_of_bucket(r, private.rollout_bucket(r.salt, p_user_id)) from private.rollouts as r where r.ended_at is null),
    'local'
  );
end
$function$
;

create or replace function private.rollout_rates(p_rollout private.rollouts, p_phase text, p_from timestamp with time zone, p_until timestamp with time zone)
returns table(treated boolean, side text, signal text, users bigint, calls double precision, affected bigint, rate double precision, error double precision)
language sql
stable
set search_path to ''
as $function$
  with users as (
    select
      o.phase = any ((select private.phases_from(p_phase))::text[]) as treated, o.side, o.user_key,
      sum(o.calls)::double precision as calls,
      least(sum(o.calls), p_rollout.calls_per_user)::double precision as weight,
      sum(o.faults)::double precision as faults, sum(o.fallbacks)::double precision as fallbacks,
      sum(o.over_250)::double precision as over_250, sum(o.over_500)::double precision as over_500,
      sum(o.over_1000)::double precision as over_1000, sum(o.over_2500)::double precision as over_2500,
      sum(o.over_5000)::double precision as over_5000
    from private.store_outcomes as o
    where o.slot_at >= p_from and o.slot_at < p_until
    group by 1, 2, 3
  ), weighed as (
    -- A user counts with their own share of bad calls, and with so many calls at most: a million faults of one weigh as much as twenty.
    select u.treated, u.side, s.signal, u.weight, u.weight * s.bad / u.calls as bad, (u.user_key >> 11)::double precision as tie
    from users as u, lateral (
      values
        ('fault', u.faults), ('fallback', u.fallbacks), ('over_250', u.over_250), ('over_500', u.over_500),
        ('over_1000', u.over_1000), ('over_2500', u.over_2500), ('over_5000', u.over_5000)
    ) as s (signal, bad)
  ), sums as (
    select
      w.treated, w.side, w.signal, count(*) as users, sum(w.weight) as calls, count(*) filter (where w.bad > 0) as affected,
      sum(w.bad) as bad, sum(w.bad * w.bad) as bad_bad, sum(w.bad * w.weight) as bad_weight, sum(w.weight * w.weight) as weight_weight,
      max(array[w.bad, w.weight, w.tie]) as worst,
      max(array[w.weight - w.bad, w.weight, w.tie]) as best
    from weighed as w
    group by w.treated, w.side, w.signal
  ), trimmed as (
    -- The user who did worst and the one who did best are left out: one alone can neither bring a rate about nor hide it.
    select
      s.treated, s.side, s.signal, s.users, s.calls, s.affected,
      s.bad - o.bad as bad, s.calls - o.weight as weight,
      s.bad_bad - o.bad_bad as bad_bad, s.bad_weight - o.bad_weight as bad_weight, s.weight_weight - o.weight_weight as weight_weight
    from sums as s, lateral (
      select sum(x.bad) as bad, sum(x.weight) as weight, sum(x.bad * x.bad) as bad_bad, sum(x.bad * x.weight) as bad_weight, sum(x.weight * x.weight) as weight_weight
      from (
        select s.worst[1] as bad, s.worst[2] as weight
        union all
        select s.best[2] - s.best[1], s.best[2] where s.best[2:3] <> s.worst[2:3]
      ) as x
    ) as o
    where s.users > 2
  ), rated as (
    select t.*, least(greatest(t.bad / t.weight, 0), 1) as share from trimmed as t where t.weight > 0
  )
  select
    r.treated, r.side, r.signal, r.users, r.calls, r.affected, r.share,
    -- Of a ratio of sums over users, not over calls: the calls of one user go wrong together.
    sqrt(greatest(r.bad_bad - 2 * r.share * r.bad_weight + r.share * r.share * r.weight_weight, 0)) / r.weight
  from rated as r
$function$
;

create or replace function private.rollout_report()
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'rollout', private.rollout_state(r.rollout_id),
    'users', jsonb_build_object(
      'dual_write', r.dual_write_below / 100.0, 'dual_read', r.dual_read_below / 100.0, 'supabase', r.supabase_below / 100.0
    ),
    'pinned', (select count(*) from private.rollout_pins),
    'lastHour', (
      select private.rollout_window(r, s.phase, greatest(w.until - interval '1 hour', r.entered_at), w.until + interval '5 minutes')
      from private.rollout_stages as s, (select private.outcome_slot(now()) as until) as w
      where (s.rollout_id, s.stage) = (r.rollout_id, r.stage)
    ),
    'stages', (
      select jsonb_agg(jsonb_build_object(
        'stage', s.stage, 'phase', s.phase, 'percentage', s.percentage, 'minSeconds', extract(epoch from s.min_time)::bigint,
        'minCalls', s.min_calls, 'minUsers', s.min_users
      ) order by s.stage)
      from private.rollout_stages as s
      where s.rollout_id = r.rollout_id
    ),
    'decisions', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'at', d.decided_at, 'decision', d.decision, 'from', d.from_stage, 'to', d.to_stage, 'by', d.decided_by, 'why', d.why
      ) order by d.decision_id desc), '[]')
      from (
        select * from private.rollout_decisions as x
        where x.rollout_id = r.rollout_id
        order by x.decision_id desc
        limit 20
      ) as d
    )
  )
  from (select) as one
    left join private.rollouts as r on r.ended_at is null
$function$
;

create or replace function private.rollout_signals(p_rollout private.rollouts, p_phase text, p_from timestamp with time zone, p_until timestamp with time zone)
returns table(side text, signal text, users bigint, calls double precision, affected bigint, rate double precision, normal double precision, allowed double precision, deviation double precision)
language sql
stable
set search_path to ''
as $function$
  with rates as (
    select * from private.rollout_rates(p_rollout, p_phase, p_from, p_until) as r
    -- What has too little volume decides nothing, as treatment or as control.
    where r.users >= p_rollout.least_users and r.calls >= p_rollout.least_calls
  ), slow as (
    -- More than 5 % of calls over double the control's p95 is the same as a p95 of more than double. Below 250 ms nobody
    -- waits; where there is nobody to compare with, 2.5 s are too long.
    select
      s.side,
      case
        when c.over_250 is null then 'over_2500'
        when c.over_250 <= p_rollout.slow_share then 'over_500'
        when c.over_500 <= p_rollout.slow_share then 'over_1000'
        when c.over_1000 <= p_rollout.slow_share then 'over_2500'
        when c.over_2500 <= p_rollout.slow_share then 'over_5000'
      end as signal
    from (values ('local'), ('supabase')) as s (side)
      cross join lateral (
        select
          min(r.rate) filter (where r.signal = 'over_250') as over_250, min(r.rate) filter (where r.signal = 'over_500') as over_500,
          min(r.rate) filter (where r.signal = 'over_1000') as over_1000, min(r.rate) filter (where r.signal = 'over_2500') as over_2500
        from rates as r
        where not r.treated and r.side = s.side
      ) as c
  )
  select
    t.side, t.signal, t.users, t.calls, t.affected, t.rate, n.normal,
    case when t.signal like 'over%' then p_rollout.slow_share else n.normal + greatest(p_rollout.least_excess, n.normal / 2) end,
    -- In standard errors; all users alike leave none, and any difference is one.
    (t.rate - n.normal) / greatest(sqrt(t.error ^ 2 + coalesce(c.error, 0) ^ 2), 1e-9)
  from rates as t
    left join rates as c on not c.treated and (c.side, c.signal) = (t.side, t.signal)
    cross join lateral (
      select coalesce(
        c.rate,
        case t.signal when 'fault' then p_rollout.accepted_fault_rate when 'fallback' then p_rollout.accepted_fallback_rate else 0 end
      ) as normal
    ) as n
  where t.treated
    and (t.signal in ('fault', 'fallback') or exists (select from slow as s where (s.side, s.signal) = (t.side, t.signal)))
$function$
;

create or replace function private.rollout_state(p_rollout_id bigint)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select jsonb_build_object(
    'rolloutId', r.rollout_id, 'state', r.state, 'stage', r.stage, 'phase', s.phase, 'percentage', s.percentage, 'enteredAt', r.entered_at,
    'coolingUntil', r.cooling_until, 'falls', r.falls
  )
  from private.rollouts as r
    left join private.rollout_stages as s on (s.rollout_id, s.stage) = (r.rollout_id, r.stage)
  where r.rollout_id = p_rollout_id
$function$
;

create or replace function private.rollout_window(p_rollout private.rollouts, p_phase text, p_from timestamp with time zone, p_until timestamp with time zone)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  with signals as (
    select
      s.*, s.side || ' ' || case when s.signal like 'over%' then 'slow' else s.signal end as what,
      s.rate > s.allowed and s.affected >= 3 and s.deviation > p_rollout.hold_errors as over
    from private.rollout_signals(p_rollout, p_phase, p_from, p_until) as s
  ), users as (
    select o.user_key, sum(o.calls) as calls, sum(o.mismatches) as mismatches
    from private.store_outcomes as o
    where o.slot_at >= p_from and o.slot_at < p_until and o.phase = any ((select private.phases_from(p_phase))::text[])
    group by o.user_key
  )
  select jsonb_build_object(
    'from', p_from, 'until', p_until,
    'users', (select count(*) from users),
    'calls', (select coalesce(sum(least(u.calls, p_rollout.calls_per_user)), 0) from users as u),
    'mismatchUsers', (select count(*) from users as u where u.mismatches > 0),
    'over', to_jsonb(array(select s.what from signals as s where s.over order by 1)),
    'farOver', to_jsonb(array(select s.what from signals as s where s.over and s.deviation > p_rollout.fall_errors order by 1)),
    'signals', coalesce((
      select jsonb_agg(jsonb_build_object(
        'side', s.side, 'signal', s.signal, 'users', s.users, 'calls', s.calls, 'affected', s.affected,
        'rate', round(s.rate::numeric, 5), 'normal', round(s.normal::numeric, 5), 'allowed', round(s.allowed::numeric, 5),
        'errors', round(least(s.deviation, 9999)::numeric, 1), 'over', s.over
      ) order by s.side, s.signal)
      from signals as s
    ), '[]')
  )
$function$
;

create or replace function private.set_rollout_state(p_state text, p_by text, p_why text)
returns jsonb
language plpgsql
set search_path to ''
as $function$
declare
  v_now constant timestamptz := clock_timestamp();
  v_rollout private.rollouts;
begin
  perform private.check_decider(p_by, p_why);
  v_rollout := private.current_rollout();
  if v_rollout.state <> p_state then
    -- Resumed, a stage begins anew: what a person has looked into is not held against it.
    update private.rollouts as r
    set state = p_state,
      entered_at = case p_state when 'running' then v_now else r.entered_at end,
      falls = case p_state when 'running' then 0 else r.falls end,
      cooling_until = case p_state when 'running' then null else r.cooling_until end
    where r.rollout_id = v_rollout.rollout_id;
    perform private.note_rollout(
      v_rollout.rollout_id, v_now, case p_state when 'running' then 'resumed' else 'paused' end, v_rollout.stage, v_rollout.stage, p_by, p_why
    );
  end if;
  return private.rollout_state(v_rollout.rollout_id);
end
$function$
;

create or replace function private.start_rollout(p_by text, p_why text, p_stages jsonb)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
declare
  v_now constant timestamptz := clock_timestamp();
  v_before private.rollouts;
  v_rollout_id bigint;
begin
  perform private.check_decider(p_by, p_why);
  -- One after the other: of two that start at once the second is refused.
  perform pg_advisory_xact_lock(hashtextextended('reswave rollout', 0));
  select * into v_before from private.rollouts as r where r.ended_at is null for update;
  if v_before.stage > 0 then
    perform private.fail('conflict', 'A rollout is under way', 'Force it to stage 0 first, which takes everybody back to local.');
  end if;
  if v_before.rollout_id is not null then
    update private.rollouts set ended_at = v_now where rollout_id = v_before.rollout_id;
    perform private.note_rollout(v_before.rollout_id, v_now, 'ended', 0, 0, p_by, p_why);
    delete from private.store_outcomes;
  end if;
  insert into private.rollouts (entered_at, judged_until, started_at, storage_seen)
  values (v_now, private.outcome_slot(v_now), v_now, private.storage_trouble('{}'))
  returning rollout_id into v_rollout_id;
  perform private.insert_rollout_stages(v_rollout_id, coalesce(p_stages, private.default_rollout_stages()));
  perform private.enter_rollout_stage(v_rollout_id, 1, v_now);
  perform private.note_rollout(v_rollout_id, v_now, 'started', 0, 1, p_by, p_why);
  return private.rollout_state(v_rollout_id);
end
$function$
;

create or replace function private.storage_trouble(p_seen jsonb)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  with totals as (
    select
      coalesce(sum(c.value) filter (where c.labels ->> 'outcome' = 'failed'), 0) as failed,
      coalesce(sum(c.value) filter (where c.labels ->> 'outcome' in ('ok', 'failed')), 0) as calls
    from private.counters as c
    where c.name = 'storage_calls'
  ), lately as (
    select
      t.*, t.failed - coalesce((p_seen ->> 'failed')::numeric, t.failed) as failed_lately,
      t.calls - coalesce((p_seen ->> 'calls')::numeric, t.calls) as calls_lately
    from totals as t
  )
  select jsonb_build_object(
    'failed', l.failed, 'calls', l.calls, 'failedLately', l.failed_lately, 'callsLately', l.calls_lately,
    'ill', l.calls_lately >= 50 and l.failed_lately > l.calls_lately * 0.05
  )
  from lately as l
$function$
;

create or replace function private.store_folder(p_user_id text, p_file_id text)
returns text
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  -- Beside the folders of resumes, which have their ids for names. Not below migrations/: what lies there is of
  -- the worker, which tells orphans by it.
  select 'user_uploads/' || private.storage_segment(p_user_id) || '/=store/' || private.storage_segment(p_file_id) || '/'
$function$
;

create or replace function private.store_head(p_user_id text, p_file_id text)
returns jsonb
language plpgsql
stable
set search_path to ''
as $function$
declare
  v_store private.store_files;
  v_file private.legacy_files;
  v_resume public.resumes;
  v_written public.resume_versions;
  v_newest public.resume_versions;
  v_head jsonb;
begin
  select * into v_store from private.store_files as s where (s.user_id, s.file_id) = (p_user_id, p_file_id);
  -- Of several versions on the disk the last is the file as the app has it.
  select * into v_file from private.legacy_files as f
  where f.user_id = p_user_id and f.file_id = p_file_id
  order by f.version_order desc
  limit 1;
  v_head := jsonb_build_object(
    'revision', coalesce(v_store.revision, 0), 'folder', private.store_folder(p_user_id, p_file_id),
    'state', case when v_store.deleted then 'deleted' else 'unknown' end
  );
  -- A version counts from its transfer on; what was erased stays known as moved, and has none.
  if v_file.legacy_file_id is null or v_file.state = 'rolled_back'
    or v_file.version_id is null and v_file.state not in ('verified', 'purged') then
    return v_head;
  end if;
  select * into v_resume from public.resumes as r where r.id = v_file.resume_id and r.deleted_at is null;
  if not found then
    -- By the store, or by its user in ResWave.
    return v_head || '{"state": "deleted"}';
  end if;
  select * into v_written from public.resume_versions as v where v.version_id = coalesce(v_store.version_id, v_file.version_id);
  -- Also one that its user has uploaded or restored since.
  select * into v_newest from public.resume_versions as v
  where v.resume_id = v_resume.id and v.state in ('uploaded', 'ready')
  order by v.version_number desc
  limit 1;
  if v_written.state = 'failed' and (v_newest.version_id is null or v_newest.version_number < v_written.version_number) then
    return v_head || jsonb_build_object('state', 'refused', 'code', v_written.failure_code);
  end if;
  if v_newest.version_id is null then
    return v_head;
  end if;
  return v_head || jsonb_build_object(
    'state', 'stored', 'versionId', v_newest.version_id, 'objectName', v_newest.full_storage_path,
    'sha256', coalesce(v_newest.sha256, v_newest.expected_sha256), 'size', v_newest.file_size,
    'modifiedAt', case when v_newest.version_id = v_file.version_id then v_file.file_modified_at else v_newest.created_at end,
    'isOfApp', v_newest.version_id is not distinct from v_written.version_id
  );
end
$function$
;

create or replace function private.store_list(p_user_id text, p_after text, p_limit integer)
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the tables are granted to nobody; execute is for service_role alone.
  select coalesce(
    jsonb_agg(jsonb_build_object('fileId', k.file_id) || private.store_head(p_user_id, k.file_id) order by k.file_id collate "C"), '[]'
  )
  from (
    select i.file_id
    from (
      select s.file_id from private.store_files as s where s.user_id = p_user_id
      union
      select f.file_id from private.legacy_files as f where f.user_id = p_user_id
    ) as i
    where i.file_id collate "C" > coalesce(p_after, '')
    order by i.file_id collate "C"
    limit least(greatest(coalesce(p_limit, 500), 1), 1000)
  ) as k
$function$
;

create or replace function private.store_put(p_user_id text, p_file_id text, p_base_revision bigint, p_sha256 text, p_file jsonb, p_object_name text, p_on_disk boolean)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_store constant private.store_files := private.lock_store_file(p_user_id, p_file_id);
  v_line private.legacy_files;
  v_file private.legacy_files;
  v_head jsonb := private.store_head(p_user_id, p_file_id);
  v_resume_id uuid;
  v_version_id uuid;
begin
  v_line := private.check_legacy_file(
    coalesce(p_file, '{}') || jsonb_build_object('userId', p_user_id, 'fileId', p_file_id, 'version', 1, 'path', p_user_id || '/' || p_file_id)
  );
  if coalesce(p_sha256, '') !~ '^[0-9a-f]{64}$' or p_base_revision is null or p_on_disk is null then
    perform private.fail('invalid_request', 'A put has a base revision, the SHA-256 of its bytes (64 lowercase hex digits), and says whether the disk has them');
  end if;
  -- Who had everything erased does not get back what was written before.
  if exists (
    select from private.erasures as e
    where e.user_digest = private.user_digest(p_user_id) and e.reason = 'request' and e.requested_at >= v_line.file_created_at
  ) then
    return v_head || '{"outcome": "erased"}';
  end if;
  if v_store.revision <> p_base_revision then
    return v_head || '{"outcome": "conflict"}';
  end if;
  select * into v_file from private.legacy_files as f
  where f.user_id = p_user_id and f.file_id = p_file_id
  order by f.version_order desc
  limit 1;
  v_line.legacy_file_id := v_file.legacy_file_id;
  -- A deleted resume is on its way out: what comes under the same id is another.
  select r.id into v_resume_id from public.resumes as r
  where r.id = v_file.resume_id and r.deleted_at is null and v_file.state <> 'rolled_back'
  for no key update;
  if v_head ->> 'state' = 'stored' and v_head ->> 'sha256' = p_sha256 then
    v_version_id := (v_head ->> 'versionId')::uuid;
  elsif p_object_name is null then
    -- It was the same when the caller looked.
    return v_head || '{"outcome": "conflict"}';
  else
    if v_resume_id is null then
      insert into public.resumes (user_id, original_filename, mime_type, created_at)
      values (p_user_id, v_line.original_filename, v_line.mime_type, v_line.file_created_at)
      returning id into v_resume_id;
    end if;
    v_version_id := (private.insert_store_version(v_line, p_object_name, p_sha256, v_resume_id)).version_id;
  end if;
  if p_on_disk or v_file.legacy_file_id is null or v_file.state not in ('verified', 'purged') or v_file.resume_id is distinct from v_resume_id then
    -- Whatever worker has it in hand has lost it: what it has read is older.
    insert into private.legacy_files as f (
      user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, sha256, file_created_at, file_modified_at,
      object_name, state, resume_id, version_id, verified_at, purge_after_at
    )
    select
      p_user_id, p_file_id, coalesce(v_file.version_order, 1), coalesce(v_file.source_path, v_line.source_path), v_line.original_filename,
      v_line.mime_type, v_line.file_size, p_sha256, v_line.file_created_at, v_line.file_modified_at,
      private.legacy_object_name(p_user_id, p_file_id, coalesce(v_file.version_order, 1), 1),
      -- Without a source on the disk there is none to be purged.
      case when p_on_disk then 'verified' else 'purged' end, v_resume_id, v_version_id, now(), now() + (private.setting()).migration_grace
    on conflict (user_id, file_id, version_order) do update
    set
      original_filename = excluded.original_filename, mime_type = excluded.mime_type, file_size = excluded.file_size,
      sha256 = excluded.sha256, file_modified_at = excluded.file_modified_at, state = excluded.state,
      resume_id = excluded.resume_id, version_id = excluded.version_id, verified_at = excluded.verified_at,
      purge_after_at = excluded.purge_after_at, worker_id = null, lease_token = null, leased_until = null, retry_at = null,
      error_code = null, attempts = 0;
    -- Older versions that are still to come become versions of the same resume.
    update private.legacy_files as f set resume_id = v_resume_id
    where f.user_id = p_user_id and f.file_id = p_file_id and f.resume_id is null and f.state not in ('verified', 'purged', 'rolled_back');
  end if;
  return private.change_store_file(v_store, false, v_version_id) || '{"outcome": "stored"}';
end
$function$
;

create or replace function private.store_remove(p_user_id text, p_file_id text, p_base_revision bigint)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_store constant private.store_files := private.lock_store_file(p_user_id, p_file_id);
  v_resumes uuid[];
begin
  if v_store.revision is distinct from p_base_revision then
    return private.store_head(p_user_id, p_file_id) || '{"outcome": "conflict"}';
  end if;
  v_resumes := array(
    select r.id from public.resumes as r
    where r.id in (
      select f.resume_id from private.legacy_files as f
      where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back'
    )
    order by r.id
    for no key update
  );
  perform private.cancel_optimization(o.optimization_id)
  from public.optimizations as o
  where o.resume_id = any (v_resumes) and o.status in ('queued', 'running');
  update public.resumes as r set deleted_at = coalesce(r.deleted_at, now()) where r.id = any (v_resumes);
  -- Out of the service, and no worker that has read it earlier brings it in.
  update private.legacy_files as f
  set
    state = 'rolled_back', worker_id = null, lease_token = null, leased_until = null, retry_at = null, attempts = 0,
    verified_at = null, purge_after_at = null
  where f.user_id = p_user_id and f.file_id = p_file_id and f.state <> 'rolled_back';
  return private.change_store_file(v_store, true, null) || '{"outcome": "removed"}';
end
$function$
;

create or replace function private.tg_rollout_decisions__append_only()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  raise exception 'Decisions are only ever added' using errcode = '42501';
end
$function$
;

create or replace function public.force_rollout_stage(p_stage integer, p_by text, p_why text)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.force_rollout_stage(p_stage, p_by, p_why)
$function$
;

create or replace function public.internal_store_head(p_user_id text, p_file_id text)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.read_store_head(p_user_id, p_file_id)
$function$
;

create or replace function public.internal_store_list(p_user_id text, p_after text default ''::text, p_limit integer default 500)
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.store_list(p_user_id, p_after, p_limit)
$function$
;

create or replace function public.internal_store_put(p_user_id text, p_file_id text, p_base_revision bigint, p_sha256 text, p_file jsonb, p_object_name text default null::text, p_on_disk boolean default true)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.store_put(p_user_id, p_file_id, p_base_revision, p_sha256, p_file, p_object_name, p_on_disk)
$function$
;

create or replace function public.internal_store_remove(p_user_id text, p_file_id text, p_base_revision bigint)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.store_remove(p_user_id, p_file_id, p_base_revision)
$function$
;

create or replace function public.pause_rollout(p_by text, p_why text)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.pause_rollout(p_by, p_why)
$function$
;

create or replace function public.pin_rollout_user(p_user_id text, p_phase text, p_by text, p_why text)
returns text
language sql
set search_path to ''
as $function$
  select private.pin_rollout_user(p_user_id, p_phase, p_by, p_why)
$function$
;

create or replace function public.record_store_outcomes(p_outcomes jsonb)
returns integer
language sql
set search_path to ''
as $function$
  select private.record_store_outcomes(p_outcomes)
$function$
;

create or replace function public.resume_rollout(p_by text, p_why text)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.resume_rollout(p_by, p_why)
$function$
;

create or replace function public.rollout_phase(p_user_id text)
returns text
language sql
stable
set search_path to ''
as $function$
  select private.rollout_phase(p_user_id)
$function$
;

create or replace function public.rollout_report()
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.rollout_report()
$function$
;

create or replace function public.start_rollout(p_by text, p_why text, p_stages jsonb default null::jsonb)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.start_rollout(p_by, p_why, p_stages)
$function$
;

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the table is new
alter table "private"."rollout_decisions" add constraint "rollout_decisions_rollout_id_fkey" foreign key (rollout_id) references private.rollouts(rollout_id);

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the table is new
alter table "private"."rollout_stages" add constraint "rollout_stages_rollout_id_fkey" foreign key (rollout_id) references private.rollouts(rollout_id) on delete cascade;

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the table is new
alter table "private"."store_files" add constraint "store_files_version_id_fkey" foreign key (version_id) references public.resume_versions(version_id) on delete set null;

create index rollout_decisions_rollout_id_idx on private.rollout_decisions using btree (rollout_id, decision_id);

create unique index rollouts_current_idx on private.rollouts using btree ((true)) where (ended_at is null);

create index store_files_version_id_idx on private.store_files using btree (version_id);

create index store_outcomes_slot_at_idx on private.store_outcomes using btree (slot_at, phase, side);

create trigger append_only before delete or update or truncate on private.rollout_decisions for each statement execute function private.tg_rollout_decisions__append_only();

comment on column "private"."rollout_decisions"."decided_by" is 'The person; ''canary'' when it decided by itself.';

comment on column "private"."rollout_decisions"."figures" is 'What it was decided on. Of a pinned user the digest, never the id.';

comment on column "private"."rollout_stages"."min_calls" is 'Calls of users in the phase that must have been judged before the next stage, each user''s counted up to calls_per_user.';

comment on column "private"."rollout_stages"."min_users" is 'Distinct users in the phase that must have been judged before the next stage.';

comment on column "private"."rollouts"."accepted_fault_rate" is 'Stands in for the control''s rate where too few users are left to compare with.';

comment on column "private"."rollouts"."calls_per_user" is 'What one user weighs at most in a window, in calls.';

comment on column "private"."rollouts"."cooling_until" is 'After a fallback: until then nobody is moved on.';

comment on column "private"."rollouts"."dual_write_below" is 'Users whose bucket is below it are in this phase, or a higher one: the highest percentage of the stages up to the present, in hundredths of a point.';

comment on column "private"."rollouts"."entered_at" is 'When the present stage was entered, or a person resumed it.';

comment on column "private"."rollouts"."fall_errors" is 'A rate counts for a fallback if it is above the control''s by so many standard errors; hold_errors is the same for holding.';

comment on column "private"."rollouts"."falls" is 'Fallbacks since a person last had a say. At max_falls the rollout is paused.';

comment on column "private"."rollouts"."judged_until" is 'The end of the last slot of five minutes that was judged.';

comment on column "private"."rollouts"."least_excess" is 'How much worse than the control a rate must be to count, as a share: this, or half of the control''s rate if that is more.';

comment on column "private"."rollouts"."least_users" is 'Windows with fewer users, or fewer counted calls than least_calls, decide nothing. At least 5, since two users of each window are left out.';

comment on column "private"."rollouts"."mismatch_users" is 'Users with a verified mismatch within the hour that make it fall back to before the phase; one fewer hold it.';

comment on column "private"."rollouts"."salt" is 'Makes the buckets of one rollout independent of those of another: the same users are not first each time.';

comment on column "private"."rollouts"."slow_share" is 'More than this share of calls slower than double the control''s p95 is too slow.';

comment on column "private"."rollouts"."stage" is '0: everybody is local. Otherwise the stage of rollout_stages that has been entered.';

comment on column "private"."rollouts"."storage_seen" is 'What counters storage_calls stood at when it was last judged.';

comment on column "private"."store_files"."deleted" is 'Deleted by the store: a worker that has it in hand does not bring it back.';

comment on column "private"."store_files"."revision" is 'Counts the changes. Each names the one that it is a change of, so that one that was given up and comes late is refused.';

comment on column "private"."store_files"."version_id" is 'What was written last.';

comment on column "private"."store_outcomes"."over_250" is 'Calls that took more than 250 milliseconds.';

comment on column "private"."store_outcomes"."user_key" is 'Of a hash of salt and user id: tells users apart, and names none.';

comment on function "private"."current_rollout"() is 'The rollout that counts, locked. Raises not_found.';

comment on function "private"."default_rollout_stages"() is 'The plan of a rollout that is started without one: each phase to 1, 10, 50 and 100 %, in five days at least.';

comment on function "private"."enter_rollout_stage"(bigint, integer, timestamp with time zone) is 'Makes a stage the present one; 0 takes everybody back to local.';

comment on function "private"."forget_rollout_user"(text) is 'What rollouts know of a user: the pin, and the outcomes of a day. Their phase is computed, so it stays.';

comment on function "private"."insert_store_version"(private.legacy_files, text, text, uuid) is 'A store''s write as a version, as an upload that has arrived. No quota: the app decides what its users may store. Raises migration_foreign_path, upload_incomplete, migration_mismatch.';

comment on function "private"."judge_rollouts"(timestamp with time zone) is 'Judges the rollout once for each slot of five minutes that has ended: moved_on, held or fell_back; null when there is nothing to judge. Forgets outcomes of more than a day ago. Called by housekeeping.';

comment on function "private"."outcome_slot"(timestamp with time zone) is 'The beginning of the slot of five minutes that a time lies in: the interval in which rollouts are judged.';

comment on function "private"."phase_rank"(text) is 'The order of phases, from 1; null for no phase.';

comment on function "private"."phases_from"(text) is 'A phase and those beyond it.';

comment on function "private"."record_store_outcomes"(jsonb, timestamp with time zone) is 'Counts outcomes in the slot of p_at.';

comment on function "private"."rollout_bucket"(text, text) is '0–9,999, the same for a user as long as a rollout lasts: the first 8 bytes of SHA-256 over "salt:user id" without the highest bit, big-endian, modulo 10,000.';

comment on function "private"."rollout_hash"(text, text, integer) is 'Eight bytes of SHA-256 over "salt:user id" in UTF-8, big-endian: part 0 is for the bucket, part 1 for the key of outcomes, so that neither says the other.';

comment on function "private"."rollout_rates"(private.rollouts, text, timestamp with time zone, timestamp with time zone) is 'Rates of users in a phase or beyond (treated) and of the others, for each side: faults, fallbacks, and calls slower than so many milliseconds, with their standard errors. Users weigh at most calls_per_user; the worst and the best are left out.';

comment on function "private"."rollout_signals"(private.rollouts, text, timestamp with time zone, timestamp with time zone) is 'How users in a phase fare: each rate, what is normal (the control''s, or the accepted one), how much is allowed, and by how many standard errors it is off.';

comment on function "private"."rollout_window"(private.rollouts, text, timestamp with time zone, timestamp with time zone) is 'A window of a phase as it is judged and noted: users, counted calls, users with mismatches, the signals, and which of these are over what is allowed by hold_errors (over) and by fall_errors (farOver).';

comment on function "private"."storage_trouble"(jsonb) is 'Whether Storage has failed (5xx or no answer) more than 5 % of at least 50 calls of our own functions since it was last looked at. Whose fault it is does not show, so it only keeps people from being moved on.';

comment on function "private"."store_folder"(text, text) is 'Below which name in the bucket resumes a store puts what it writes to a file, each under a name of its own.';

comment on function "private"."store_head"(text, text) is 'What there is of an app''s file: stored (its newest version), refused (ingest did not take what was written last), deleted, or unknown (never here, not moved yet, or rolled back).';

comment on function "public"."force_rollout_stage"(integer, text, text) is 'For operators: makes a stage the present one at once, up or down; 0 takes everybody back to local and pauses. A running rollout goes on from there by itself. Returns the state. Raises invalid_request, not_found.';

comment on function "public"."internal_keep_house"(jsonb) is 'What has to be done from time to time: settle uploads whose time is over, end jobs whose workers died, erase what was deleted long enough ago, forget old optimizations, dead jobs and samples, judge the rollout. Bounded; returns what it did. p_storage_calls: what was measured at Storage since the last report. Called by worker.';

comment on function "public"."internal_store_head"(text, text) is 'For a store: what there is of a file. state: stored, with versionId, objectName, sha256, size, modifiedAt and isOfApp (false when its user has uploaded or restored another since); refused, with the code that ingest gave; deleted; or unknown. revision: what the next change names. folder: below which it uploads.';

comment on function "public"."internal_store_list"(text, text, integer) is 'For a store: internal_store_head() with fileId of a user''s files, deleted ones among them, in the order of the ids'' bytes, after p_after, at most 1,000.';

comment on function "public"."internal_store_put"(text, text, bigint, text, jsonb, text, boolean) is 'For a store: makes what it has uploaded to p_object_name the newest version of a file, and queues its ingest; with the same bytes as the newest it only counts.
Returns internal_store_head() with an outcome: stored, conflict (the revision is not p_base_revision), erased (its user had everything erased since createdAt).
p_file: name, type, size, createdAt (when it was written) and modifiedAt (of the file on the disk). p_on_disk: the disk has the same bytes.
Raises invalid_request, invalid_filename, unsupported_file_type, file_empty, file_too_large, migration_foreign_path, upload_incomplete, migration_mismatch.';

comment on function "public"."internal_store_remove"(text, text, bigint) is 'For a store: deletes a file''s resume as its owner would, also one that has not been moved yet. Returns internal_store_head() with an outcome: removed, or conflict (the revision is not p_base_revision). Raises invalid_request.';

comment on function "public"."pause_rollout"(text, text) is 'For operators: everybody stays in their phase, whatever is measured, until resume_rollout. Idempotent. Returns the state. Raises invalid_request, not_found.';

comment on function "public"."pin_rollout_user"(text, text, text, text) is 'For operators: keeps a user in a phase whatever a rollout does, and out of what it is judged by; null as phase lets go. Returns the phase that they are in. Raises invalid_request.';

comment on function "public"."record_store_outcomes"(jsonb) is 'What became of at most 1,000 calls to the stores: [{"user_id", "operation": "put"|"get"|"delete"|"list", "side": "local"|"supabase", "outcome": "ok"|"fault"|"fallback"|"mismatch"|"refused", "milliseconds"}]. Returns how many count for the rollout: none of refused ones, of pinned users, without a rollout, and of users beyond the first 500 of five minutes. Raises invalid_request.';

comment on function "public"."resume_rollout"(text, text) is 'For operators: lets a paused rollout decide by itself again; its stage begins anew, and fallbacks are counted from 0. Idempotent. Returns the state. Raises invalid_request, not_found.';

comment on function "public"."rollout_phase"(text) is 'The phase of a user: local, dual_write, dual_read or supabase. It never goes back while stages rise. Called by what writes to both stores. Raises invalid_request.';

comment on function "public"."rollout_report"() is 'For operators: {"rollout": state or null, "users": percentages, "pinned", "lastHour": as judged, "stages", "decisions": the last 20}.';

comment on function "public"."start_rollout"(text, text, jsonb) is 'For operators: begins a rollout at its first stage, by private.default_rollout_stages() or a plan of [{"phase", "percentage", "minSeconds", "minCalls", "minUsers"}]. Ends one that stands at stage 0. Returns its state. Raises invalid_request, conflict.';

comment on table "private"."rollout_decisions" is 'What was decided about rollouts, by whom, why, and on which figures. Rows are only ever added. Holding is noted when its reason changes.';

comment on table "private"."rollout_pins" is 'Users whose phase a person has set. They keep it whatever a rollout does, and are not judged by: who is chosen is no sample.';

comment on table "private"."rollout_stages" is 'The plan of a rollout: each stage raises one phase to a percentage of users.';

comment on table "private"."rollouts" is 'Rollouts of the phases local, dual_write, dual_read and supabase. The one without ended_at counts. private.rollout_report() shows it, private.start_rollout() makes one.';

comment on table "private"."store_files" is 'What stores that write to two sides have done to a file of an app. Goes with all else of its user.';

comment on table "private"."store_outcomes" is 'What became of the calls of users of the present rollout, in slots of five minutes, for a day. A row for each user, so that each weighs the same; the first 500 of a slot, phase and side.';

revoke all on function "private"."change_store_file"(private.store_files, boolean, uuid) from public;

grant execute on function "private"."change_store_file"(private.store_files, boolean, uuid) to "postgres";

revoke all on function "private"."check_decider"(text, text) from public;

grant execute on function "private"."check_decider"(text, text) to "postgres";

revoke all on function "private"."check_store_outcomes"(jsonb) from public;

grant execute on function "private"."check_store_outcomes"(jsonb) to "postgres";

revoke all on function "private"."current_rollout"() from public;

grant execute on function "private"."current_rollout"() to "postgres";

revoke all on function "private"."default_rollout_stages"() from public;

grant execute on function "private"."default_rollout_stages"() to "postgres";

revoke all on function "private"."enter_rollout_stage"(bigint, integer, timestamp with time zone) from public;

grant execute on function "private"."enter_rollout_stage"(bigint, integer, timestamp with time zone) to "postgres";

revoke all on function "private"."force_rollout_stage"(integer, text, text) from public;

grant execute on function "private"."force_rollout_stage"(integer, text, text) to "postgres", "service_role";

revoke all on function "private"."forget_rollout_user"(text) from public;

grant execute on function "private"."forget_rollout_user"(text) to "postgres";

revoke all on function "private"."insert_rollout_stages"(bigint, jsonb) from public;

grant execute on function "private"."insert_rollout_stages"(bigint, jsonb) to "postgres";

revoke all on function "private"."insert_store_version"(private.legacy_files, text, text, uuid) from public;

grant execute on function "private"."insert_store_version"(private.legacy_files, text, text, uuid) to "postgres";

revoke all on function "private"."judge_rollouts"(timestamp with time zone) from public;

grant execute on function "private"."judge_rollouts"(timestamp with time zone) to "postgres";

revoke all on function "private"."lock_store_file"(text, text) from public;

grant execute on function "private"."lock_store_file"(text, text) to "postgres";

revoke all on function "private"."note_rollout"(bigint, timestamp with time zone, text, integer, integer, text, text, jsonb) from public;

grant execute on function "private"."note_rollout"(bigint, timestamp with time zone, text, integer, integer, text, text, jsonb) to "postgres";

revoke all on function "private"."outcome_slot"(timestamp with time zone) from public;

grant execute on function "private"."outcome_slot"(timestamp with time zone) to "postgres";

revoke all on function "private"."pause_rollout"(text, text) from public;

grant execute on function "private"."pause_rollout"(text, text) to "postgres", "service_role";

revoke all on function "private"."phase_of_bucket"(private.rollouts, integer) from public;

grant execute on function "private"."phase_of_bucket"(private.rollouts, integer) to "postgres";

revoke all on function "private"."phase_rank"(text) from public;

grant execute on function "private"."phase_rank"(text) to "postgres";

revoke all on function "private"."phases_from"(text) from public;

grant execute on function "private"."phases_from"(text) to "postgres";

revoke all on function "private"."pin_rollout_user"(text, text, text, text) from public;

grant execute on function "private"."pin_rollout_user"(text, text, text, text) to "postgres", "service_role";

revoke all on function "private"."read_store_head"(text, text) from public;

grant execute on function "private"."read_store_head"(text, text) to "postgres", "service_role";

revoke all on function "private"."record_store_outcomes"(jsonb) from public;

grant execute on function "private"."record_store_outcomes"(jsonb) to "postgres", "service_role";

revoke all on function "private"."record_store_outcomes"(jsonb, timestamp with time zone) from public;

grant execute on function "private"."record_store_outcomes"(jsonb, timestamp with time zone) to "postgres";

revoke all on function "private"."resume_rollout"(text, text) from public;

grant execute on function "private"."resume_rollout"(text, text) to "postgres", "service_role";

revoke all on function "private"."rollout_bucket"(text, text) from public;

grant execute on function "private"."rollout_bucket"(text, text) to "postgres";

revoke all on function "private"."rollout_hash"(text, text, integer) from public;

grant execute on function "private"."rollout_hash"(text, text, integer) to "postgres";

revoke all on function "private"."rollout_phase"(text) from public;

grant execute on function "private"."rollout_phase"(text) to "postgres", "service_role";

revoke all on function "private"."rollout_rates"(private.rollouts, text, timestamp with time zone, timestamp with time zone) from public;

grant execute on function "private"."rollout_rates"(private.rollouts, text, timestamp with time zone, timestamp with time zone) to "postgres";

revoke all on function "private"."rollout_report"() from public;

grant execute on function "private"."rollout_report"() to "postgres", "service_role";

revoke all on function "private"."rollout_signals"(private.rollouts, text, timestamp with time zone, timestamp with time zone) from public;

grant execute on function "private"."rollout_signals"(private.rollouts, text, timestamp with time zone, timestamp with time zone) to "postgres";

revoke all on function "private"."rollout_state"(bigint) from public;

grant execute on function "private"."rollout_state"(bigint) to "postgres";

revoke all on function "private"."rollout_window"(private.rollouts, text, timestamp with time zone, timestamp with time zone) from public;

grant execute on function "private"."rollout_window"(private.rollouts, text, timestamp with time zone, timestamp with time zone) to "postgres";

revoke all on function "private"."set_rollout_state"(text, text, text) from public;

grant execute on function "private"."set_rollout_state"(text, text, text) to "postgres";

revoke all on function "private"."start_rollout"(text, text, jsonb) from public;

grant execute on function "private"."start_rollout"(text, text, jsonb) to "postgres", "service_role";

revoke all on function "private"."storage_trouble"(jsonb) from public;

grant execute on function "private"."storage_trouble"(jsonb) to "postgres";

revoke all on function "private"."store_folder"(text, text) from public;

grant execute on function "private"."store_folder"(text, text) to "postgres";

revoke all on function "private"."store_head"(text, text) from public;

grant execute on function "private"."store_head"(text, text) to "postgres";

revoke all on function "private"."store_list"(text, text, integer) from public;

grant execute on function "private"."store_list"(text, text, integer) to "postgres", "service_role";

revoke all on function "private"."store_put"(text, text, bigint, text, jsonb, text, boolean) from public;

grant execute on function "private"."store_put"(text, text, bigint, text, jsonb, text, boolean) to "postgres", "service_role";

revoke all on function "private"."store_remove"(text, text, bigint) from public;

grant execute on function "private"."store_remove"(text, text, bigint) to "postgres", "service_role";

revoke all on function "private"."tg_rollout_decisions__append_only"() from public;

grant execute on function "private"."tg_rollout_decisions__append_only"() to "postgres";

revoke all on function "public"."force_rollout_stage"(integer, text, text) from public;

grant execute on function "public"."force_rollout_stage"(integer, text, text) to "postgres", "service_role";

revoke all on function "public"."internal_store_head"(text, text) from public;

grant execute on function "public"."internal_store_head"(text, text) to "postgres", "service_role";

revoke all on function "public"."internal_store_list"(text, text, integer) from public;

grant execute on function "public"."internal_store_list"(text, text, integer) to "postgres", "service_role";

revoke all on function "public"."internal_store_put"(text, text, bigint, text, jsonb, text, boolean) from public;

grant execute on function "public"."internal_store_put"(text, text, bigint, text, jsonb, text, boolean) to "postgres", "service_role";

revoke all on function "public"."internal_store_remove"(text, text, bigint) from public;

grant execute on function "public"."internal_store_remove"(text, text, bigint) to "postgres", "service_role";

revoke all on function "public"."pause_rollout"(text, text) from public;

grant execute on function "public"."pause_rollout"(text, text) to "postgres", "service_role";

revoke all on function "public"."pin_rollout_user"(text, text, text, text) from public;

grant execute on function "public"."pin_rollout_user"(text, text, text, text) to "postgres", "service_role";

revoke all on function "public"."record_store_outcomes"(jsonb) from public;

grant execute on function "public"."record_store_outcomes"(jsonb) to "postgres", "service_role";

revoke all on function "public"."resume_rollout"(text, text) from public;

grant execute on function "public"."resume_rollout"(text, text) to "postgres", "service_role";

revoke all on function "public"."rollout_phase"(text) from public;

grant execute on function "public"."rollout_phase"(text) to "postgres", "service_role";

revoke all on function "public"."rollout_report"() from public;

grant execute on function "public"."rollout_report"() to "postgres", "service_role";

revoke all on function "public"."start_rollout"(text, text, jsonb) from public;

grant execute on function "public"."start_rollout"(text, text, jsonb) to "postgres", "service_role";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."rollout_decisions" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."rollout_pins" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."rollout_stages" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."rollouts" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."store_files" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."store_outcomes" to "postgres";

reset lock_timeout;
reset check_function_bodies;
