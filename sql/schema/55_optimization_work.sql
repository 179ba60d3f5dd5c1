-- The worker's side of an optimization.

create function private.start_optimization(p_job_id bigint, p_lease_token uuid) returns public.optimizations
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_optimization public.optimizations;
begin
  update public.optimizations as o
  set
    status = 'running', started_at = coalesce(o.started_at, now()),
    waited_ms = o.waited_ms + private.waited_ms(o.wait_started_at), wait_started_at = null
  where o.optimization_id = v_job.subject_id and o.status in ('queued', 'running');
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_job.subject_id;
  if v_optimization.status is distinct from 'running' then
    perform private.delete_jobs(array[p_job_id], 'cancelled');
  end if;
  return v_optimization;
end
$$;

create function public.internal_start_optimization(p_job_id bigint, p_lease_token uuid) returns public.optimizations
language sql volatile
set search_path = ''
as $$
  select private.start_optimization(p_job_id, p_lease_token)
$$;

comment on function public.internal_start_optimization(bigint, uuid) is
'Marks the optimization of a leased job as running and returns it; if it has ended meanwhile, ends the job. Raises lease_lost, conflict.';

create function private.optimization_source(p_job_id bigint, p_lease_token uuid) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_version public.resume_versions;
begin
  select v.* into v_version
  from public.resume_versions as v join public.optimizations as o on o.version_id = v.version_id
  where o.optimization_id = v_job.subject_id;
  return v_version;
end
$$;

create function public.internal_optimization_source(p_job_id bigint, p_lease_token uuid) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.optimization_source(p_job_id, p_lease_token)
$$;

comment on function public.internal_optimization_source(bigint, uuid) is
'The version that the optimization of a leased job is about, its text when ready. Raises lease_lost, conflict.';

create function private.report_optimization(
  p_job_id bigint, p_lease_token uuid, p_lease_seconds integer, p_progress jsonb, p_events jsonb, p_partial jsonb,
  p_after_event_id integer
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_cancel_requested boolean;
begin
  perform private.check_lease_seconds(p_lease_seconds);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = p_job_id;
  update public.optimizations as o
  set progress = o.progress || coalesce(p_progress, '{}'), partial = o.partial || coalesce(p_partial, '{}')
  where o.optimization_id = v_job.subject_id and o.status = 'running'
  returning o.cancel_requested_at is not null into v_cancel_requested;
  if v_cancel_requested is not null and jsonb_array_length(coalesce(p_events, '[]')) > 0 then
    perform private.append_events(v_job.subject_id, p_events, p_after_event_id);
  end if;
  -- An optimization that is no longer running has nothing to be worked on.
  return coalesce(v_cancel_requested, true);
end
$$;

create function public.internal_report_optimization(
  p_job_id bigint, p_lease_token uuid, p_lease_seconds integer default 30,
  p_progress jsonb default null, p_events jsonb default null, p_partial jsonb default null,
  p_after_event_id integer default null
) returns boolean
language sql volatile
set search_path = ''
as $$
  select private.report_optimization(p_job_id, p_lease_token, p_lease_seconds, p_progress, p_events, p_partial, p_after_event_id)
$$;

comment on function public.internal_report_optimization(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) is
'The one call while a job runs: extends the lease, merges progress and section results, appends events [{"type", "data"}]: with p_after_event_id, the last event that the worker knows of, once however often the call is repeated. Returns whether it is to be cancelled. Raises lease_lost, conflict.';

create function private.complete_optimization(
  p_job_id bigint, p_lease_token uuid, p_status text, p_result jsonb, p_events jsonb, p_after_event_id integer
) returns public.optimizations
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_optimization public.optimizations;
begin
  if p_status is null or p_status not in ('succeeded', 'cancelled') then
    perform private.fail('invalid_request', 'An optimization is completed as succeeded or cancelled');
  end if;
  if (p_status = 'succeeded') <> (p_result is not null) then
    perform private.fail('invalid_request', 'A result comes with success, and with nothing else');
  end if;
  v_optimization := private.finish_optimization(v_job.subject_id, p_status, p_result, null, p_events, p_after_event_id);
  perform private.delete_jobs(array[p_job_id], v_optimization.status);
  return v_optimization;
end
$$;

create function public.internal_complete_optimization(
  p_job_id bigint, p_lease_token uuid, p_status text, p_result jsonb default null, p_events jsonb default null,
  p_after_event_id integer default null
) returns public.optimizations
language sql volatile
set search_path = ''
as $$
  select private.complete_optimization(p_job_id, p_lease_token, p_status, p_result, p_events, p_after_event_id)
$$;

comment on function public.internal_complete_optimization(bigint, uuid, text, jsonb, jsonb, integer) is
'Ends an optimization and its job in one transaction: succeeded with its result, or cancelled; p_events and p_after_event_id as in internal_report_optimization. Returns the row as it ended. Raises lease_lost, conflict.';

grant execute on function private.start_optimization(bigint, uuid) to service_role;
grant execute on function private.optimization_source(bigint, uuid) to service_role;
grant execute on function private.report_optimization(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) to service_role;
grant execute on function private.complete_optimization(bigint, uuid, text, jsonb, jsonb, integer) to service_role;
grant execute on function public.internal_start_optimization(bigint, uuid) to service_role;
grant execute on function public.internal_optimization_source(bigint, uuid) to service_role;
grant execute on function public.internal_report_optimization(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) to service_role;
grant execute on function public.internal_complete_optimization(bigint, uuid, text, jsonb, jsonb, integer) to service_role;
