set check_function_bodies = off;
set lock_timeout = '5s';

alter table "public"."optimizations" add column "reopened_at" timestamp with time zone;

create or replace function private.claim_jobs(p_worker_id text, p_kinds text[], p_limit integer, p_lease_seconds integer, p_subject_id uuid)
returns setof private.jobs
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_chosen bigint[];
  v_found record;
begin
  if p_worker_id is null or p_kinds is null or p_limit is null or p_limit not between 1 and 1000 then
    perform private.fail('invalid_request', 'Cannot claim jobs: worker and kinds are needed, the limit is 1–1000');
  end if;
  perform private.check_lease_seconds(p_lease_seconds);
  loop
    v_chosen := private.lock_due_jobs(p_kinds, p_limit, p_subject_id);
    select
      coalesce(bool_or(j.attempts >= j.max_attempts), false) as any_spent,
      coalesce(bool_or(j.lease_token is not null), false) as any_expired
    into v_found
    from private.jobs as j
    where j.job_id = any (v_chosen);
    -- A job that takes its worker down with it never fails by itself: its leases run out instead.
    exit when not v_found.any_spent or private.bury_spent_jobs(v_chosen) = 0;
  end loop;
  if v_found.any_expired then
    perform private.count('jobs', jsonb_build_object('kind', e.kind, 'outcome', 'lease_expired'), e.number)
    from (
      select j.kind, count(*) as number
      from private.jobs as j
      where j.job_id = any (v_chosen) and j.attempts < j.max_attempts and j.lease_token is not null
      group by j.kind
    ) as e;
  end if;
  return query
  update private.jobs as j
  set
    lease_token = gen_random_uuid(),
    leased_until = now() + make_interval(secs => p_lease_seconds),
    worker_id = p_worker_id,
    claimed_at = now(),
    attempts = j.attempts + 1
  -- What is spent and could not be buried yet, since somebody holds its resume, is left to the next claim.
  where j.job_id = any (v_chosen) and j.attempts < j.max_attempts
  returning j.*;
end
$function$
;

create or replace function private.count_optimization(p_optimization public.optimizations)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_group record;
  v_prompt_tokens bigint;
  v_output_tokens bigint;
begin
  perform private.observe(
    'optimizations', jsonb_build_object('outcome', p_optimization.status),
    extract(epoch from clock_timestamp() - coalesce(p_optimization.reopened_at, p_optimization.created_at)) * 1000
  );
  -- What failed has cost tokens too: its sections know how many. A result has those of the sections that it took
  -- over, which were counted when the optimization failed before.
  with sections as (
    select
      coalesce((s.value ->> 'promptTokens')::bigint, 0) as prompt,
      coalesce((s.value ->> 'outputTokens')::bigint, 0) as output,
      s.value ? 'counted' as counted
    from jsonb_each(p_optimization.partial) as s
    where jsonb_typeof(s.value) = 'object'
  )
  select
    coalesce((p_optimization.result #>> '{model,promptTokens}')::bigint, sum(s.prompt)) - coalesce(sum(s.prompt) filter (where s.counted), 0),
    coalesce((p_optimization.result #>> '{model,outputTokens}')::bigint, sum(s.output)) - coalesce(sum(s.output) filter (where s.counted), 0)
  into v_prompt_tokens, v_output_tokens
  from sections as s;
  if v_prompt_tokens > 0 then
    perform private.count('model_tokens', '{"direction": "prompt"}', v_prompt_tokens);
  end if;
  if v_output_tokens > 0 then
    perform private.count('model_tokens', '{"direction": "output"}', v_output_tokens);
  end if;
  if jsonb_typeof(p_optimization.result -> 'suggestions') = 'array' and jsonb_array_length(p_optimization.result -> 'suggestions') > 0 then
    perform private.count('suggestions', '{}', jsonb_array_length(p_optimization.result -> 'suggestions'));
  end if;
  for v_group in
    select r.value ->> 'reason' as reason, count(*) as number
    from jsonb_array_elements(case jsonb_typeof(p_optimization.result -> 'rejected') when 'array' then p_optimization.result -> 'rejected' else '[]' end) as r
    where r.value ->> 'reason' ~ '^[a-z_]{1,40}$'
    group by 1
    order by 1
  loop
    perform private.count('rejections', jsonb_build_object('reason', v_group.reason), v_group.number);
  end loop;
end
$function$
;

create or replace function private.health()
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'queueDepth', (select coalesce(sum(t.value), 0)::bigint from private.totals as t where t.name = 'jobs'),
    'oldestSeconds', private.oldest_due_seconds()::integer,
    'overdueSeconds', extract(epoch from (private.setting()).overdue_after)::integer,
    'dead', (select coalesce(sum(t.value), 0)::bigint from private.totals as t where t.name = 'dead_jobs'),
    'circuits', (
      select coalesce(jsonb_object_agg(c.endpoint, c.state), '{}') from private.known_circuits() as c
    ),
    'migrations', to_jsonb(private.applied_migrations()),
    'storedObject', (
      -- The current version of what is not deleted stays whole: nobody takes the object away meanwhile.
      select v.full_storage_path
      from public.resumes as r join public.resume_versions as v on v.version_id = r.current_version_id
      where r.deleted_at is null and v.state = 'ready' and v.held_as = 'full'
      -- Any will do: the first one in an index is found without looking at the others.
      order by r.id
      limit 1
    ),
    'held', (
      select coalesce(
        jsonb_agg(jsonb_build_object('kind', h.kind, 'hold', h.hold, 'by', h.held_by, 'why', h.why, 'since', h.held_at) order by h.kind, h.hold),
        '[]'
      )
      from private.queue_holds as h
    )
  )
$function$
;

create or replace function private.known_circuits()
returns table(endpoint text, state text)
language sql
stable
set search_path to ''
as $function$
  select b.endpoint, b.state
  from private.circuit_breakers as b
  where b.state = 'closed'
    or to_timestamp(coalesce(b.circuit ->> 'retryAt', b.circuit -> 'probe' ->> 'leasedUntil')::double precision / 1000)
      > now() - 2 * (private.setting()).circuit_open_cap
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
    'oldestSeconds', private.oldest_due_seconds(),
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
      from (select c.state, count(*) as circuits from private.known_circuits() as c group by c.state) as b
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

create or replace function private.reopen_optimization(p_optimization_id uuid)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  perform from public.optimizations as o
  where o.optimization_id = p_optimization_id and o.status = 'failed'
  for update;
  if not found then
    perform private.fail('conflict', format('Optimization %s has not failed, or is gone', p_optimization_id), 'Delete the dead job.');
  end if;
  if exists (
    select
    from public.optimizations as o join public.optimizations as other using (user_id, input_hash)
    where o.optimization_id = p_optimization_id and o.idempotency_key is null
      and other.optimization_id <> o.optimization_id and other.idempotency_key is null
      and other.status in ('queued', 'running')
  ) then
    perform private.fail('conflict', format('The same as optimization %s is in flight again', p_optimization_id), 'Delete the dead job.');
  end if;
  -- Streams end with the event that says so: that one was not the last, after all.
  delete from private.optimization_events as e where e.optimization_id = p_optimization_id and e.type = 'error';
  update public.optimizations as o
  set
    status = 'queued', error = null, finished_at = null, started_at = null, cancel_requested_at = null,
    wait_started_at = null, waited_ms = 0, reopened_at = now(),
    progress = o.progress || '{"stage": "queued"}',
    -- The tokens of what is kept were counted when it failed; a section that is asked about again loses the mark.
    partial = coalesce(
      (
        select jsonb_object_agg(s.key, case jsonb_typeof(s.value) when 'object' then s.value || '{"counted": true}' else s.value end)
        from jsonb_each(o.partial) as s
      ),
      '{}'
    )
  where o.optimization_id = p_optimization_id;
  perform private.append_events(
    p_optimization_id,
    jsonb_build_array(jsonb_build_object('type', 'queued', 'data', jsonb_build_object('optimizationId', p_optimization_id)))
  );
end
$function$
;

comment on column "public"."optimizations"."reopened_at" is 'Set where it had failed and an operator gave it new attempts: how long it takes is counted from then.';

comment on function "private"."known_circuits"() is 'What can be told of the endpoints now. One that is open changes when the next job asks: where none has asked for twice the longest time that it stays open, nothing was to be done, or the endpoint is used no more.';

revoke all on function "private"."known_circuits"() from public;

grant execute on function "private"."known_circuits"() to "postgres";

reset lock_timeout;
reset check_function_bodies;
