-- An accepted optimization outlasts a model that is out of order: it waits, and says what can be said without one.

create function private.wait_optimization(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retry_seconds double precision, p_score jsonb
) returns text
language plpgsql security definer
set search_path = ''
as $$
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
$$;

create function public.internal_wait_optimization(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retry_seconds double precision, p_score jsonb default null
) returns text
language sql volatile
set search_path = ''
as $$
  select private.wait_optimization(p_job_id, p_lease_token, p_error, p_retry_seconds, p_score)
$$;

comment on function public.internal_wait_optimization(bigint, uuid, jsonb, double precision, jsonb) is
'Ends an attempt that found no model to ask: the job is given back for p_retry_seconds and the attempt does not count. With p_score, an event tells of it. Returns waiting, or dead once settings.model_patience is used up, or cancelled. Raises lease_lost, conflict, invalid_request.';

grant execute on function private.wait_optimization(bigint, uuid, jsonb, double precision, jsonb) to service_role;
grant execute on function public.internal_wait_optimization(bigint, uuid, jsonb, double precision, jsonb) to service_role;
