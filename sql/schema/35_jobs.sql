-- The one queue. A claim is one statement with skip locked; whoever completes, fails, extends or
-- releases a job shows the lease token that the claim gave, so a worker that lost its lease cannot
-- write. Finished jobs are deleted: what they did stands in the domain rows.

create table private.jobs (
  job_id bigint not null generated always as identity,
  kind text not null,
  subject_id uuid not null,
  owner_id text not null,
  payload jsonb not null default '{}',
  priority smallint not null default 100,
  place integer not null default 0,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  max_attempts integer not null,
  lease_token uuid,
  leased_until timestamptz,
  worker_id text,
  last_error jsonb,
  dead_at timestamptz,
  created_at timestamptz not null default now(),
  constraint jobs_pkey primary key (job_id),
  constraint jobs_kind_check check (
    kind in ('ingest', 'optimize', 'compose', 'compact', 'rebase', 'erase', 'remove_object')
  ),
  constraint jobs_attempts_check check (attempts between 0 and max_attempts),
  constraint jobs_max_attempts_check check (max_attempts > 0),
  constraint jobs_lease_check check ((lease_token is null) = (leased_until is null)),
  constraint jobs_dead_check check (dead_at is null or lease_token is null)
);

alter table private.jobs enable row level security;

comment on table private.jobs is 'Work to be done, at least once each; its effects are exactly once, since they are written with the job''s own end.';
comment on column private.jobs.subject_id is 'What it is about: a version (ingest, compact, …) or an optimization (optimize).';
comment on column private.jobs.owner_id is 'The user on whose behalf, for fairness and limits.';
comment on column private.jobs.priority is 'Lower goes first: 10 somebody waits for it, 100 soon, 200 when there is time.';
comment on column private.jobs.place is 'How many jobs of that kind the owner had in the queue when this came: a thousand of one user do not hold up the first of another.';
comment on column private.jobs.run_at is 'Not before.';
comment on column private.jobs.attempts is 'Times it was claimed, releases not counted.';
comment on column private.jobs.lease_token is 'Proof of the lease; null while nobody works on it.';
comment on column private.jobs.last_error is '{"code", "detail", "at"} of the last failure, never a text of the resume.';
comment on column private.jobs.dead_at is 'Set when it failed for good. A person may requeue it.';

-- One living job for one piece of work, however often it is asked for.
create unique index jobs_subject_key on private.jobs (kind, subject_id)
where dead_at is null;

create index jobs_claim_idx on private.jobs (priority, place, run_at, job_id)
where dead_at is null;

-- The spent ones are looked for at every claim.
create index jobs_leased_until_idx on private.jobs (leased_until)
where dead_at is null and leased_until is not null;

create index jobs_owner_id_idx on private.jobs (owner_id, kind)
where dead_at is null;

create function private.enqueue_job(p_kind text, p_subject_id uuid, p_owner_id text, p_priority integer default 100) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_job_id bigint;
begin
  insert into private.jobs (kind, subject_id, owner_id, priority, place, max_attempts)
  select
    p_kind, p_subject_id, p_owner_id, p_priority::smallint,
    (select count(*) from private.jobs as j where j.owner_id = p_owner_id and j.kind = p_kind and j.dead_at is null)::integer,
    (private.setting()).max_job_attempts
  on conflict (kind, subject_id) where dead_at is null
  do update set priority = least(jobs.priority, excluded.priority)
  returning job_id into v_job_id;
  return v_job_id;
end
$$;

comment on function private.enqueue_job(text, uuid, text, integer) is
'Queues a piece of work once; asked again, the more urgent priority counts. Returns the job''s id.';

create function private.check_lease_seconds(p_lease_seconds integer) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_lease_seconds is null or p_lease_seconds not between 1 and 3600 then
    perform private.fail('invalid_request', 'A lease is 1–3600 seconds long');
  end if;
end
$$;

create function private.claim_jobs(
  p_worker_id text, p_kinds text[], p_limit integer, p_lease_seconds integer, p_subject_id uuid
) returns setof private.jobs
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
begin
  if p_worker_id is null or p_kinds is null or p_limit is null or p_limit not between 1 and 1000 then
    perform private.fail('invalid_request', 'Cannot claim jobs: worker and kinds are needed, the limit is 1–1000');
  end if;
  perform private.check_lease_seconds(p_lease_seconds);
  perform private.bury_spent_jobs();
  return query
  -- A materialized list: as a subquery the planner may run it once per row, and lock more each time.
  with chosen as materialized (
    select c.job_id
    from private.jobs as c
    where c.dead_at is null
      and c.kind = any (p_kinds)
      and (p_subject_id is null or c.subject_id = p_subject_id)
      -- Who names its subject comes for that very job and does not wait out a backoff.
      and (c.run_at <= now() or p_subject_id is not null)
      and (c.leased_until is null or c.leased_until <= now())
      and c.attempts < c.max_attempts
    order by c.priority, c.place, c.run_at, c.job_id
    limit p_limit
    for update skip locked
  )
  update private.jobs as j
  set
    lease_token = gen_random_uuid(),
    leased_until = now() + make_interval(secs => p_lease_seconds),
    worker_id = p_worker_id,
    attempts = j.attempts + 1
  from chosen
  where j.job_id = chosen.job_id
  returning j.*;
end
$$;

create function private.leased_job(p_job_id bigint, p_lease_token uuid, p_kind text default null) returns private.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where job_id = p_job_id for update;
  -- An expired lease that nobody has taken yet still holds: the work is done and nobody else's.
  if v_job.lease_token is distinct from p_lease_token or p_lease_token is null then
    perform private.fail('lease_lost', format('Job %s is not held under this lease', p_job_id));
  end if;
  -- What ends one kind of work would end another without a word to the row that waits for it.
  if v_job.kind <> p_kind then
    perform private.fail('conflict', format('Job %s is %s, not %s', p_job_id, v_job.kind, p_kind));
  end if;
  return v_job;
end
$$;

comment on function private.leased_job(bigint, uuid, text) is
'The job, locked, if the token is its lease and it is of that kind (null: any); raises lease_lost or conflict otherwise.';

create function private.extend_job(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_until timestamptz;
begin
  perform private.check_lease_seconds(p_lease_seconds);
  perform private.leased_job(p_job_id, p_lease_token);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = p_job_id
  returning leased_until into v_until;
  return v_until;
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
  if exists (
      select from public.resume_versions as v
      where v.version_id = v_job.subject_id and (v_job.kind, v.state) in (('ingest', 'uploaded'), ('compose', 'pending'))
    )
    or exists (select from public.optimizations as o where o.optimization_id = v_job.subject_id and v_job.kind = 'optimize' and o.status in ('queued', 'running'))
  then
    perform private.fail('conflict', format('Somebody waits for what job %s gives', p_job_id), 'End it with its result, or fail it.');
  end if;
  delete from private.jobs where job_id = p_job_id;
end
$$;

create function private.release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_job(p_job_id, p_lease_token);
  update private.jobs
  set
    lease_token = null, leased_until = null, worker_id = null,
    attempts = attempts - 1,
    run_at = now() + make_interval(secs => greatest(coalesce(p_delay_seconds, 0), 0))
  where job_id = p_job_id;
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
    delete from private.jobs where job_id = p_job_id;
    return 'dead';
  end if;
  if p_retryable and v_job.attempts < v_job.max_attempts then
    update private.jobs
    set
      lease_token = null, leased_until = null, worker_id = null, last_error = p_error,
      run_at = now() + case
        when p_delay_seconds is null then private.retry_delay(v_job.attempts)
        else make_interval(secs => greatest(p_delay_seconds, 0))
      end
    where job_id = p_job_id;
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
begin
  -- What has to go in the end is never given up: after its last attempt it starts over.
  if p_job.kind in ('erase', 'remove_object') then
    update private.jobs
    set
      attempts = 0, lease_token = null, leased_until = null, worker_id = null, last_error = p_error,
      run_at = now() + (private.setting()).retry_cap
    where job_id = p_job.job_id;
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
    set dead_at = now(), lease_token = null, leased_until = null, worker_id = null, last_error = p_error
    where job_id = p_job.job_id;
  else
    delete from private.jobs where job_id = p_job.job_id;
  end if;
end
$$;

comment on function private.bury_job(private.jobs, jsonb, boolean) is
'Ends a job that will not be tried again and tells its domain row: version or optimization fail with the error''s code.';

create function private.bury_spent_jobs() returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_job private.jobs;
  v_count integer := 0;
begin
  -- A job that takes its worker down with it never fails by itself: its leases run out instead.
  for v_job in
    select j.* from private.jobs as j
    where j.dead_at is null and j.attempts >= j.max_attempts and j.leased_until <= now()
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

comment on function private.bury_spent_jobs() is 'Ends jobs whose last allowed attempt let its lease run out. Returns how many.';

-- The service's side. PostgREST exposes public alone, so each has a wrapper there.

create function public.internal_claim_jobs(
  p_worker_id text, p_kinds text[], p_limit integer default 1, p_lease_seconds integer default 30, p_subject_id uuid default null
) returns table (
  job_id bigint, kind text, subject_id uuid, owner_id text, payload jsonb, attempts integer, max_attempts integer,
  lease_token uuid, leased_until timestamptz
)
language sql volatile
set search_path = ''
as $$
  select c.job_id, c.kind, c.subject_id, c.owner_id, c.payload, c.attempts, c.max_attempts, c.lease_token, c.leased_until
  from private.claim_jobs(p_worker_id, p_kinds, p_limit, p_lease_seconds, p_subject_id) as c
  order by c.priority, c.place, c.run_at, c.job_id
$$;

comment on function public.internal_claim_jobs(text, text[], integer, integer, uuid) is
'Leases up to p_limit due jobs to a worker, most urgent first. With p_subject_id, that subject''s job alone, its backoff not waited for. Called by the functions with the secret key.';

create function public.internal_complete_job(p_job_id bigint, p_lease_token uuid) returns void
language sql volatile
set search_path = ''
as $$
  select private.complete_job(p_job_id, p_lease_token)
$$;

comment on function public.internal_complete_job(bigint, uuid) is 'Ends a job that has no row of its own to write, or whose row has ended already. Raises lease_lost, conflict.';

create function public.internal_extend_job(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer default 30) returns timestamptz
language sql volatile
set search_path = ''
as $$
  select private.extend_job(p_job_id, p_lease_token, p_lease_seconds)
$$;

comment on function public.internal_extend_job(bigint, uuid, integer) is 'Holds a lease for longer; returns until when. Raises lease_lost.';

create function public.internal_fail_job(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer default null
) returns text
language sql volatile
set search_path = ''
as $$
  select private.fail_job(p_job_id, p_lease_token, p_error, p_retryable, p_delay_seconds)
$$;

comment on function public.internal_fail_job(bigint, uuid, jsonb, boolean, integer) is
'Ends an attempt: retry (after exponential backoff with full jitter, or p_delay_seconds) or dead, which is returned. p_error: {"code", "detail", "retryable"}. Raises lease_lost.';

create function public.internal_release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer default 0) returns void
language sql volatile
set search_path = ''
as $$
  select private.release_job(p_job_id, p_lease_token, p_delay_seconds)
$$;

comment on function public.internal_release_job(bigint, uuid, integer) is 'Gives a job back untouched; the attempt does not count. Raises lease_lost.';

grant execute on function private.claim_jobs(text, text[], integer, integer, uuid) to service_role;
grant execute on function private.extend_job(bigint, uuid, integer) to service_role;
grant execute on function private.complete_job(bigint, uuid) to service_role;
grant execute on function private.release_job(bigint, uuid, integer) to service_role;
grant execute on function private.fail_job(bigint, uuid, jsonb, boolean, integer) to service_role;
grant execute on function public.internal_claim_jobs(text, text[], integer, integer, uuid) to service_role;
grant execute on function public.internal_complete_job(bigint, uuid) to service_role;
grant execute on function public.internal_extend_job(bigint, uuid, integer) to service_role;
grant execute on function public.internal_fail_job(bigint, uuid, jsonb, boolean, integer) to service_role;
grant execute on function public.internal_release_job(bigint, uuid, integer) to service_role;
