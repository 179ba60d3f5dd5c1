set check_function_bodies = off;

drop function "private"."count_claims"(bigint[]);

create or replace function private.bury_job(p_job private.jobs, p_error jsonb, p_keep boolean)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  case p_job.kind
    when 'ingest' then
      update public.resume_versions
      set state = 'failed', failure_code = coalesce(p_error ->> 'code', 'internal')
      where version_id = p_job.subject_id and state = 'uploaded';
      -- A file that is refused for what it is takes up no more room; one that could not be read yet stays.
      if found and not p_keep then
        perform private.enqueue_job('remove_object', p_job.subject_id, p_job.owner_id, 200);
      end if;
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
    and j.kind in ('ingest', 'optimize')
    and (
      exists (select from public.resume_versions as v where v.version_id = j.subject_id and j.kind = 'ingest' and v.state = 'uploaded')
      or exists (select from public.optimizations as o where o.optimization_id = j.subject_id and j.kind = 'optimize' and o.status in ('queued', 'running'))
    )
  limit 1;
  if v_awaited is not null then
    perform private.fail('conflict', format('Somebody waits for what job %s gives', v_awaited), 'End it with its result, or fail it.');
  end if;
end
$function$
;

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
      where j.job_id = any (v_chosen) and j.lease_token is not null
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
  where j.job_id = any (v_chosen)
  returning j.*;
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
  if v_job.kind in ('ingest', 'optimize') then
    perform private.check_awaited(array[p_job_id]);
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
end
$function$
;

create or replace function private.complete_jobs(p_job_ids bigint[], p_lease_tokens uuid[])
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held constant bigint[] := private.held_jobs(p_job_ids, p_lease_tokens);
begin
  perform private.check_awaited(v_held);
  perform private.delete_jobs(v_held, 'succeeded');
  return v_held;
end
$function$
;

create or replace function private.count_attempts(p_jobs private.jobs[], p_outcome text)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_bounds constant double precision[] := private.bucket_bounds();
  v_shard constant integer := private.counter_shard();
begin
  -- One statement for a batch, and none when it is claimed: a queue is as fast as it writes little. That is also
  -- why these durations are no samples: nobody asks for a single one.
  with attempts as (
    select
      j.kind,
      greatest(extract(epoch from j.claimed_at - j.run_at) * 1000, 0)::double precision as waited,
      greatest(extract(epoch from clock_timestamp() - j.claimed_at) * 1000, 0)::double precision as ran
    from unnest(p_jobs) as j
  ), waits as (
    select a.kind, v_bounds[width_bucket(-a.waited, v_bounds)] as bound, count(*) as number, sum(a.waited) as total
    from attempts as a
    where a.waited is not null
    group by 1, 2
  ), runs as (
    select a.kind, v_bounds[width_bucket(-a.ran, v_bounds)] as bound, count(*) as number, sum(a.ran) as total
    from attempts as a
    where a.ran is not null
    group by 1, 2
  ), counts (name, labels, value, milliseconds) as (
    select 'jobs', jsonb_build_object('kind', a.kind, 'outcome', p_outcome), count(*), 0
    from attempts as a
    group by a.kind
    union all
    select 'job_wait', jsonb_build_object('kind', w.kind, 'le', coalesce((-w.bound)::text, 'inf')), w.number, w.total
    from waits as w
    union all
    select
      'job_run', jsonb_build_object('kind', r.kind, 'outcome', p_outcome, 'le', coalesce((-r.bound)::text, 'inf')),
      r.number, r.total
    from runs as r
  )
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  select n.name, n.labels, v_shard, n.value, n.milliseconds
  from counts as n
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
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
  select array_agg(g.j) into v_gone from gone as g;
  if v_gone is not null then
    perform private.count_attempts(v_gone, p_outcome);
  end if;
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
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
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
    -- A batch counts whole and is sampled once: the worst of it.
    insert into private.samples (name, labels, milliseconds)
    select p_name, p_labels, max(g.milliseconds) from given as g
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

comment on function "private"."check_awaited"(bigint[]) is 'Raises conflict if the row that one of these jobs is about still waits for it.';

comment on function "private"."count_attempts"(private.jobs[], text) is 'Counts attempts that have ended, how long their jobs had been due when they began, and how long they ran.';

revoke all on function "private"."check_awaited"(bigint[]) from public;

grant execute on function "private"."check_awaited"(bigint[]) to "postgres";

revoke all on function "private"."count_attempts"(private.jobs[], text) from public;

grant execute on function "private"."count_attempts"(private.jobs[], text) to "postgres";

reset check_function_bodies;
