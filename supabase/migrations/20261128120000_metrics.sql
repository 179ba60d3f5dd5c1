set check_function_bodies = off;
set lock_timeout = '5s';

alter table "private"."counters" drop constraint "counters_name_check";

drop function "private"."note_rollout"(bigint, timestamp with time zone, text, integer, integer, text, text, jsonb);

create table "private"."totals" ("name" text not null, "label" text not null default ''::text, "shard" integer not null, "value" bigint not null, constraint "totals_label_check" check ((label ~ '^[a-z_]{0,20}$'::text)), constraint "totals_name_check" check ((name = any (array['jobs'::text, 'dead_jobs'::text, 'logical_bytes'::text, 'stored_bytes'::text, 'migration_files'::text, 'migration_bytes'::text]))), constraint "totals_pkey" primary key (name, label, shard));

alter table "private"."totals" enable row level security;

alter table "private"."totals" set (fillfactor=50);

create or replace function private.add_version_bytes(p_logical_bytes bigint, p_stored_bytes bigint)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, '', private.counter_shard(), c.value
  from (values ('logical_bytes', p_logical_bytes), ('stored_bytes', p_stored_bytes)) as c (name, value)
  where c.value <> 0
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
end
$function$
;

create or replace function private.bury_job(p_job private.jobs, p_error jsonb, p_keep boolean)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_source text;
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
      where version_id = p_job.subject_id and state = 'uploaded'
      returning source into v_source;
      if v_source = 'upload' then
        perform private.count('uploads', jsonb_build_object(
          'outcome', 'failed', 'reason', coalesce(substring(p_error ->> 'code' from '^[a-z0-9_]{1,40}$'), 'internal')
        ));
      end if;
      -- A file that is refused for what it is takes up no more room; one that could not be read yet stays.
      if v_source is not null and not p_keep then
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

create or replace function private.mend_totals()
returns table(name text, label text, kept bigint, counted bigint)
language sql
set search_path to ''
as $function$
  -- One statement has one snapshot: what others change meanwhile is in neither side of the difference, or in both.
  with drift as materialized (
    select * from private.totals_drift()
  ), mended as (
    insert into private.totals as t (name, label, shard, value)
    select d.name, d.label, private.counter_shard(), d.counted - d.kept
    from drift as d
    on conflict (name, label, shard) do update set value = t.value + excluded.value
  )
  select d.name, d.label, d.kept, d.counted from drift as d
$function$
;

create or replace function private.metrics()
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the figures are granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'counters', (
      select coalesce(jsonb_agg(jsonb_build_object('name', c.name, 'labels', c.labels, 'value', c.value, 'milliseconds', c.milliseconds)), '[]')
      from private.counter_totals as c
    ),
    'totals', (
      select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'label', t.label, 'value', t.value)), '[]')
      from (select x.name, x.label, sum(x.value) as value from private.totals as x group by x.name, x.label) as t
    ),
    'oldestSeconds', (
      select coalesce(max(extract(epoch from now() - o.run_at)), 0)
      from (select distinct t.label as kind from private.totals as t where t.name = 'jobs') as k
        -- Those in front of it are held by a worker: there are not many.
        cross join lateral (
          select j.run_at from private.jobs as j
          where j.dead_at is null and j.kind = k.kind and j.run_at <= now() and (j.leased_until is null or j.leased_until <= now())
          order by j.run_at
          limit 1
        ) as o
    ),
    'storageMilliseconds', (
      select to_jsonb(percentile_disc(array[0.5, 0.9, 0.99]) within group (order by s.milliseconds))
      from (
        select x.milliseconds from private.samples as x
        where x.name = 'storage_calls' and x.sampled_at > now() - interval '5 minutes'
        order by x.sampled_at desc
        limit 5000
      ) as s
    ),
    -- Everybody may read both. pg_stat_activity hides what is another role's from a `postgres` that is no superuser.
    'connections', (select sum(d.numbackends) from pg_catalog.pg_stat_database as d),
    'maxConnections', current_setting('max_connections')::integer,
    'circuits', (
      select coalesce(jsonb_object_agg(b.state, b.circuits), '{}')
      from (select c.state, count(*) as circuits from private.circuit_breakers as c group by c.state) as b
    ),
    'rollout', (
      select jsonb_build_object(
        'state', case when r.state = 'running' and r.cooling_until > now() then 'cooling' else r.state end,
        'stage', r.stage,
        'dualWrite', greatest(r.dual_write_below, r.dual_read_below, r.supabase_below) / 10000.0,
        'dualRead', greatest(r.dual_read_below, r.supabase_below) / 10000.0,
        'supabase', r.supabase_below / 10000.0
      )
      from private.rollouts as r
      where r.ended_at is null
    )
  )
$function$
;

create or replace function private.note_rollout(p_rollout_id bigint, p_decided_at timestamp with time zone, p_decision text, p_from_stage integer, p_to_stage integer, p_decided_by text, p_why text, p_figures jsonb default '{}'::jsonb)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.rollout_decisions (rollout_id, decided_at, decision, from_stage, to_stage, decided_by, why, figures)
  values (p_rollout_id, p_decided_at, p_decision, p_from_stage, p_to_stage, p_decided_by, p_why, p_figures);
  perform private.count('rollout_decisions', jsonb_build_object('decision', p_decision));
end
$function$
;

create or replace function private.observe(p_name text, p_labels jsonb, variadic p_milliseconds double precision[])
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_bounds constant double precision[] := private.bucket_bounds();
  v_shard integer;
begin
  if p_milliseconds is null or cardinality(p_milliseconds) = 0 then
    return;
  end if;
  v_shard := private.counter_shard();
  -- One statement for all buckets: a report of a hundred calls observes a hundred durations.
  with given as (
    select greatest(m, 0) as milliseconds
    from unnest(p_milliseconds) as m
  ), sampled as (
    insert into private.samples (name, labels, milliseconds)
    select p_name, p_labels, g.milliseconds from given as g
  ), buckets as (
    select v_bounds[width_bucket(-g.milliseconds, v_bounds)] as bound, count(*) as number, sum(g.milliseconds) as total
    from given as g
    group by 1
  )
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  select p_name, p_labels || jsonb_build_object('le', coalesce((-b.bound)::text, 'inf')), v_shard, b.number, b.total
  from buckets as b
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
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
  perform private.count('store_calls', jsonb_build_object('side', c.side, 'outcome', c.outcome), c.number)
  from (
    select o.side, o.outcome, count(*) as number
    from jsonb_to_recordset(p_outcomes) as o (side text, outcome text)
    group by o.side, o.outcome
  ) as c;
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

create or replace function private.tg_jobs__count_dead()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, new.kind, private.counter_shard(), c.value
  from (values
    ('jobs', (new.dead_at is null)::integer - (old.dead_at is null)::integer),
    ('dead_jobs', (old.dead_at is null)::integer - (new.dead_at is null)::integer)
  ) as c (name, value)
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$function$
;

create or replace function private.tg_jobs__count_gone()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select case when j.dead_at is null then 'jobs' else 'dead_jobs' end, j.kind, private.counter_shard(), - count(*)
  from changed as j
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$function$
;

create or replace function private.tg_jobs__count_queued()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select case when j.dead_at is null then 'jobs' else 'dead_jobs' end, j.kind, private.counter_shard(), count(*)
  from changed as j
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$function$
;

create or replace function private.tg_legacy_files__count_gone()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, f.state, private.counter_shard(), - sum(c.value)
  from changed as f cross join lateral (values ('migration_files', 1), ('migration_bytes', f.file_size)) as c (name, value)
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$function$
;

create or replace function private.tg_legacy_files__count_mismatch()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  perform private.count('migration_mismatches');
  return null;
end
$function$
;

create or replace function private.tg_legacy_files__count_planned()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, f.state, private.counter_shard(), sum(c.value)
  from changed as f cross join lateral (values ('migration_files', 1), ('migration_bytes', f.file_size)) as c (name, value)
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$function$
;

create or replace function private.tg_legacy_files__count_states()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, f.state, private.counter_shard(), sum(f.sign * c.value)
  from (
    select b.state, b.file_size, -1 as sign from before as b
    union all
    select a.state, a.file_size, 1 from after as a
  ) as f cross join lateral (values ('migration_files', 1), ('migration_bytes', f.file_size)) as c (name, value)
  group by 1, 2
  having sum(f.sign * c.value) <> 0
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$function$
;

create or replace function private.tg_resume_versions__count_bytes()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  perform private.add_version_bytes(
    case when new.held_as <> 'none' then new.file_size else 0 end - case when old.held_as <> 'none' then old.file_size else 0 end,
    case when new.held_as <> 'none' then coalesce(new.stored_bytes, 0) else 0 end
    - case when old.held_as <> 'none' then coalesce(old.stored_bytes, 0) else 0 end
  );
  return null;
end
$function$
;

create or replace function private.tg_resume_versions__count_gone()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  perform private.add_version_bytes(- sum(v.file_size)::bigint, - sum(v.stored_bytes)::bigint)
  from changed as v
  where v.held_as <> 'none'
  having count(*) > 0;
  return null;
end
$function$
;

create or replace function private.tg_resume_versions__count_held()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  perform private.add_version_bytes(sum(v.file_size)::bigint, sum(v.stored_bytes)::bigint)
  from changed as v
  where v.held_as <> 'none'
  having count(*) > 0;
  return null;
end
$function$
;

create or replace function private.totals_drift()
returns table(name text, label text, kept bigint, counted bigint)
language sql
stable
set search_path to ''
as $function$
  with kept as (
    select t.name, t.label, sum(t.value)::bigint as value from private.totals as t group by t.name, t.label
  ), counted as (
    select case when j.dead_at is null then 'jobs' else 'dead_jobs' end as name, j.kind as label, count(*) as value
    from private.jobs as j
    group by 1, 2
    union all
    select c.name, '', c.value::bigint
    from (
      select sum(v.file_size) as logical_bytes, sum(v.stored_bytes) as stored_bytes
      from public.resume_versions as v
      where v.held_as <> 'none'
    ) as v cross join lateral (values ('logical_bytes', v.logical_bytes), ('stored_bytes', v.stored_bytes)) as c (name, value)
    union all
    select c.name, f.state, c.value::bigint
    from (
      select l.state, count(*) as files, sum(l.file_size) as bytes from private.legacy_files as l group by l.state
    ) as f cross join lateral (values ('migration_files', f.files), ('migration_bytes', f.bytes)) as c (name, value)
  )
  select name, label, coalesce(k.value, 0), coalesce(c.value, 0)
  from kept as k full join counted as c using (name, label)
  where coalesce(k.value, 0) <> coalesce(c.value, 0)
$function$
;

create or replace function public.internal_metrics()
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select private.metrics()
$function$
;

alter table "private"."counters" add constraint "counters_name_check" check ((name = any (array['uploads'::text, 'upload_bytes'::text, 'storage_calls'::text, 'jobs'::text, 'job_wait'::text, 'job_run'::text, 'optimizations'::text, 'model_tokens'::text, 'suggestions'::text, 'rejections'::text, 'migration_mismatches'::text, 'store_calls'::text, 'rollout_decisions'::text])));

create trigger jobs_count_dead after update of dead_at on private.jobs for each row when (((old.dead_at is null) <> (new.dead_at is null))) execute function private.tg_jobs__count_dead();

create trigger jobs_count_gone after delete on private.jobs referencing old table as changed for each statement execute function private.tg_jobs__count_gone();

create trigger jobs_count_queued after insert on private.jobs referencing new table as changed for each statement execute function private.tg_jobs__count_queued();

create trigger legacy_files_count_gone after delete on private.legacy_files referencing old table as changed for each statement execute function private.tg_legacy_files__count_gone();

create trigger legacy_files_count_mismatch after update of error_code on private.legacy_files for each row when (((new.error_code = 'migration_mismatch'::text) and (old.lease_token is not null) and (new.lease_token is null) and (new.retry_at is not null))) execute function private.tg_legacy_files__count_mismatch();

create trigger legacy_files_count_planned after insert on private.legacy_files referencing new table as changed for each statement execute function private.tg_legacy_files__count_planned();

create trigger legacy_files_count_states after update on private.legacy_files referencing old table as before new table as after for each statement execute function private.tg_legacy_files__count_states();

create trigger resume_versions_count_bytes after update of held_as, file_size, stored_bytes on public.resume_versions for each row when (((old.held_as <> new.held_as) or (old.file_size <> new.file_size) or (old.stored_bytes is distinct from new.stored_bytes))) execute function private.tg_resume_versions__count_bytes();

create trigger resume_versions_count_gone after delete on public.resume_versions referencing old table as changed for each statement execute function private.tg_resume_versions__count_gone();

create trigger resume_versions_count_held after insert on public.resume_versions referencing new table as changed for each statement execute function private.tg_resume_versions__count_held();

comment on column "private"."totals"."label" is 'The kind of jobs, the state of a migration''s files.';

comment on function "private"."mend_totals"() is 'For DBAs: private.totals_drift(), and puts it right, while everybody works on.';

comment on function "private"."observe"(text, jsonb, double precision[]) is 'Counts durations in their buckets, and keeps each as a sample.';

comment on function "private"."totals_drift"() is 'For DBAs: totals that are not what their rows say, which only a truncate, a load with triggers off or a hand in private.totals can bring about. Changes nothing. Reads every job, version and legacy file.';

comment on function "public"."internal_metrics"() is 'All that the function metrics shows, in one snapshot: {"counters": [{"name", "labels", "value", "milliseconds"}], "totals": [{"name", "label", "value"}], "oldestSeconds", "storageMilliseconds": the quantiles 0.5, 0.9 and 0.99 of five minutes or null, "connections", "maxConnections", "circuits", "rollout" or null}. Reads no table that grows with the users.';

comment on table "private"."totals" is 'What there is, in shards as private.counters has them; a shard may be below zero, the sum of all is what counts. private.totals_drift() holds it against the rows.';

revoke all on function "private"."add_version_bytes"(bigint, bigint) from public;

grant execute on function "private"."add_version_bytes"(bigint, bigint) to "postgres";

revoke all on function "private"."mend_totals"() from public;

grant execute on function "private"."mend_totals"() to "postgres";

revoke all on function "private"."metrics"() from public;

grant execute on function "private"."metrics"() to "postgres", "service_role";

revoke all on function "private"."note_rollout"(bigint, timestamp with time zone, text, integer, integer, text, text, jsonb) from public;

grant execute on function "private"."note_rollout"(bigint, timestamp with time zone, text, integer, integer, text, text, jsonb) to "postgres";

revoke all on function "private"."tg_jobs__count_dead"() from public;

grant execute on function "private"."tg_jobs__count_dead"() to "postgres";

revoke all on function "private"."tg_jobs__count_gone"() from public;

grant execute on function "private"."tg_jobs__count_gone"() to "postgres";

revoke all on function "private"."tg_jobs__count_queued"() from public;

grant execute on function "private"."tg_jobs__count_queued"() to "postgres";

revoke all on function "private"."tg_legacy_files__count_gone"() from public;

grant execute on function "private"."tg_legacy_files__count_gone"() to "postgres";

revoke all on function "private"."tg_legacy_files__count_mismatch"() from public;

grant execute on function "private"."tg_legacy_files__count_mismatch"() to "postgres";

revoke all on function "private"."tg_legacy_files__count_planned"() from public;

grant execute on function "private"."tg_legacy_files__count_planned"() to "postgres";

revoke all on function "private"."tg_legacy_files__count_states"() from public;

grant execute on function "private"."tg_legacy_files__count_states"() to "postgres";

revoke all on function "private"."tg_resume_versions__count_bytes"() from public;

grant execute on function "private"."tg_resume_versions__count_bytes"() to "postgres";

revoke all on function "private"."tg_resume_versions__count_gone"() from public;

grant execute on function "private"."tg_resume_versions__count_gone"() to "postgres";

revoke all on function "private"."tg_resume_versions__count_held"() from public;

grant execute on function "private"."tg_resume_versions__count_held"() to "postgres";

revoke all on function "private"."totals_drift"() from public;

grant execute on function "private"."totals_drift"() to "postgres";

revoke all on function "public"."internal_metrics"() from public;

grant execute on function "public"."internal_metrics"() to "postgres", "service_role";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."totals" to "postgres";

reset lock_timeout;
reset check_function_bodies;
