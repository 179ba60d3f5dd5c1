set check_function_bodies = off;
set lock_timeout = '5s';

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
    -- Who cancels a job that waits, or buries one whose worker went silent, ends no attempt: claimed_at is then null,
    -- or an earlier attempt's.
    select
      j.kind,
      greatest(extract(epoch from j.claimed_at - j.run_at) * 1000, 0)::double precision as waited,
      greatest(extract(epoch from clock_timestamp() - j.claimed_at) * 1000, 0)::double precision as ran
    from unnest(p_jobs) as j
    where j.leased_until > now()
  ), waits as (
    select a.kind, v_bounds[width_bucket(-a.waited, v_bounds)] as bound, count(*) as number, sum(a.waited) as total
    from attempts as a
    group by 1, 2
  ), runs as (
    select a.kind, v_bounds[width_bucket(-a.ran, v_bounds)] as bound, count(*) as number, sum(a.ran) as total
    from attempts as a
    group by 1, 2
  ), counts (name, labels, value, milliseconds) as (
    select 'jobs', jsonb_build_object('kind', j.kind, 'outcome', p_outcome), count(*), 0
    from unnest(p_jobs) as j
    group by j.kind
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
    extract(epoch from clock_timestamp() - p_optimization.created_at) * 1000
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

create or replace function private.wait_optimization(p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retry_seconds double precision, p_score jsonb)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_patience_ms constant double precision := extract(epoch from (private.setting()).model_patience) * 1000;
  v_optimization public.optimizations;
  v_delay interval;
begin
  if p_retry_seconds is null or not p_retry_seconds between 0 and 86400
    or p_error ->> 'code' is null or length(p_error ->> 'code') not between 1 and 64
  then
    perform private.fail('invalid_request', 'Who waits says for what, and for 0–86,400 seconds');
  end if;
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_job.subject_id for update;
  -- Who asked for an end does not wait for a model.
  if v_optimization.cancel_requested_at is not null then
    perform private.finish_optimization(v_job.subject_id, 'cancelled', null, null);
    perform private.delete_jobs(array[p_job_id], 'cancelled');
    return 'cancelled';
  end if;
  update public.optimizations as o set score = coalesce(p_score, o.score) where o.optimization_id = v_job.subject_id;
  if v_optimization.waited_ms >= v_patience_ms then
    perform private.bury_job(v_job, p_error, true);
    return 'dead';
  end if;
  -- The last wait ends with the patience. A little jitter, so that not all come back at once.
  v_delay := make_interval(
    secs => least(p_retry_seconds * (1 + 0.1 * random()), (v_patience_ms - v_optimization.waited_ms) / 1000)
  );
  update private.jobs
  set
    lease_token = null, leased_until = null, worker_id = null, endpoint = null, last_error = p_error,
    attempts = attempts - 1, run_at = now() + v_delay
  where job_id = p_job_id;
  update public.optimizations as o
  set
    status = 'queued', wait_started_at = now(),
    progress = o.progress || jsonb_build_object('stage', 'waiting', 'retryAt', now() + v_delay)
  where o.optimization_id = v_job.subject_id and o.status in ('queued', 'running');
  if p_score is not null then
    perform private.append_events(
      v_job.subject_id,
      jsonb_build_array(
        jsonb_build_object(
          'type', 'degraded',
          'data', jsonb_build_object(
            'optimizationId', v_job.subject_id, 'degraded', true, 'code', p_error ->> 'code',
            'score', p_score, 'retryAfterSeconds', ceil(extract(epoch from v_delay))::integer
          )
        )
      )
    );
  end if;
  return 'waiting';
end
$function$
;

comment on column "public"."optimizations"."partial" is 'What each section has given so far, by section id: a retry does not ask the model twice. Kept when it failed, for requeue_job(), which marks {"counted": true} what the counters have of it.';

comment on function "private"."count_attempts"(private.jobs[], text) is 'Counts jobs by what an attempt or their end came to; of attempts that ended under their lease also how long the job had been due, and how long they ran.';

reset lock_timeout;
reset check_function_bodies;
