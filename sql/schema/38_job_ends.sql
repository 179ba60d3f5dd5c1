-- How a job ends: done, tried again later, or for good.

create function private.delete_jobs(p_job_ids bigint[], p_outcome text) returns void
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.delete_jobs(bigint[], text) is 'Takes jobs off the queue that have ended, and counts how: succeeded, cancelled or refused.';

create function private.check_awaited(p_job_ids bigint[]) returns void
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.check_awaited(bigint[]) is 'Raises conflict if what one of these jobs is about still waits for it: a row, objects that are to go, or one that it has reserved.';

create function private.complete_jobs(p_job_ids bigint[], p_lease_tokens uuid[]) returns bigint[]
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held constant bigint[] := private.held_jobs(p_job_ids, p_lease_tokens);
begin
  perform private.check_awaited(v_held);
  perform private.delete_jobs(v_held, 'succeeded');
  return v_held;
end
$$;

create function private.complete_job(p_job_id bigint, p_lease_token uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
begin
  perform private.check_awaited(array[v_job.job_id]);
  perform private.delete_jobs(array[p_job_id], 'succeeded');
end
$$;

create function private.retry_delay(p_attempts integer) returns interval
language sql volatile
set search_path = ''
as $$
  -- Full jitter: anything between nothing and the capped exponential, so that jobs which failed
  -- together do not come back together.
  -- https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  select random() * least(s.retry_cap, s.retry_base * power(2, least(p_attempts, 20) - 1))
  from private.settings as s
$$;

create function private.fail_job(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer
) returns text
language plpgsql security definer
set search_path = ''
as $$
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
$$;

create function private.bury_job(p_job private.jobs, p_error jsonb, p_keep boolean) returns void
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.bury_job(private.jobs, jsonb, boolean) is
'Ends a job that will not be tried again and tells its domain row: version or optimization fail with the error''s code. p_keep leaves it to be looked at, and requeued.';

create function private.bury_spent_jobs(p_job_ids bigint[] default null) returns integer
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.bury_spent_jobs(bigint[]) is
'Ends jobs whose last allowed attempt let its lease run out, among these or (null) all. Returns how many.';

-- For a person

create view private.dead_jobs with (security_invoker = true) as
select
  j.job_id, j.kind, j.subject_id, j.owner_id, j.attempts, j.dead_at,
  j.last_error ->> 'code' as code,
  j.last_error ->> 'detail' as detail,
  j.created_at,
  coalesce(o.status, v.state, 'gone') as subject_state
from private.jobs as j
  left join public.optimizations as o on j.kind = 'optimize' and o.optimization_id = j.subject_id
  left join public.resume_versions as v on j.kind <> 'optimize' and v.version_id = j.subject_id
where j.dead_at is not null;

comment on view private.dead_jobs is
'For DBAs: jobs that were tried as often as allowed, with why the last attempt failed and where their version or optimization stands. select private.requeue_job(job_id) brings one back. They go after settings.optimization_retention.';

create function private.requeue_job(p_job_id bigint) returns private.jobs
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.requeue_job(bigint) is
'For DBAs: puts a dead job back into the queue with all its attempts, and its version or optimization back to where it waits for it. Raises not_found, conflict.';
