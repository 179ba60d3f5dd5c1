-- The one queue: what waits, in which order, and how a worker comes to hold it. How a job ends is in
-- 38_job_ends.sql, what of it the functions may call in 39_job_calls.sql. A claim uses skip locked;
-- whoever completes, fails, extends or releases a job shows the lease token that the claim gave, so a
-- worker that lost its lease cannot write. Finished jobs are deleted: what they did stands in the
-- domain rows.

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
  endpoint text,
  last_error jsonb,
  dead_at timestamptz,
  created_at timestamptz not null default now(),
  claimed_at timestamptz,
  request_id text default private.request_id(),
  constraint jobs_pkey primary key (job_id),
  constraint jobs_kind_check check (
    kind in ('ingest', 'optimize', 'compose', 'compact', 'rebase', 'erase', 'remove_object')
  ),
  constraint jobs_attempts_check check (attempts between 0 and max_attempts),
  constraint jobs_max_attempts_check check (max_attempts > 0),
  constraint jobs_lease_check check ((lease_token is null) = (leased_until is null)),
  constraint jobs_request_id_check check (length(request_id) between 8 and 64),
  constraint jobs_dead_check check (dead_at is null or lease_token is null)
)
-- A claim writes no column that an index names, so the row's new version fits beside its old one if
-- there is room on the page, and no index grows with it.
with (fillfactor = 60);

alter table private.jobs enable row level security;

comment on table private.jobs is 'Work to be done, at least once each; its effects are exactly once, since they are written with the job''s own end.';
comment on column private.jobs.subject_id is 'What it is about: a version (ingest, compact, …) or an optimization (optimize).';
comment on column private.jobs.owner_id is 'The user on whose behalf, for fairness and limits.';
comment on column private.jobs.priority is 'Lower goes first: 10 somebody waits for it, 100 soon, 200 when there is time.';
comment on column private.jobs.place is 'The round in which its owner has a turn among others of its kind and priority: a thousand jobs of one user do not hold up the first of another.';
comment on column private.jobs.run_at is 'Not before.';
comment on column private.jobs.attempts is 'Times it was claimed, releases not counted.';
comment on column private.jobs.lease_token is 'Proof of the lease; null while nobody works on it.';
comment on column private.jobs.endpoint is 'The model endpoint that it uses, for as long as its lease lives: private.take_endpoint() counts these.';
comment on column private.jobs.last_error is '{"code", "detail", "at"} of the last failure, never a text of the resume.';
comment on column private.jobs.dead_at is 'Set when it failed for good. private.requeue_job() brings it back.';
comment on column private.jobs.claimed_at is 'When the last attempt began.';
comment on column private.jobs.request_id is 'The request that queued it first: the lines that its workers log carry the same id. A job that is queued by another one''s worker has that one''s.';

-- One living job for one piece of work, however often it is asked for.
create unique index jobs_subject_key on private.jobs (kind, subject_id)
where dead_at is null;

create index jobs_claim_idx on private.jobs (kind, priority, place, run_at, job_id)
where dead_at is null;

create index jobs_endpoint_idx on private.jobs (endpoint)
where endpoint is not null;

-- What has waited longest.
create index jobs_run_at_idx on private.jobs (kind, run_at)
where dead_at is null;

create index jobs_owner_id_idx on private.jobs (owner_id, kind, priority, place)
where dead_at is null;

create index jobs_dead_at_idx on private.jobs (dead_at)
where dead_at is not null;

create function private.next_place(p_kind text, p_priority integer, p_owner_id text) returns integer
language sql volatile
set search_path = ''
as $$
  -- Start-time fair queueing: an owner's next job has its turn one round after the owner's last one, and
  -- never before the round that is being served. Counting the owner's jobs instead would let those who
  -- ask again as soon as they are answered pass the end of a long line for ever.
  -- https://doi.org/10.1109/90.649569
  select greatest(
    (
      select j.place from private.jobs as j
      where j.dead_at is null and j.kind = p_kind and j.priority = p_priority
      order by j.place
      limit 1
    ),
    (
      select j.place + 1 from private.jobs as j
      where j.dead_at is null and j.owner_id = p_owner_id and j.kind = p_kind and j.priority = p_priority
      order by j.place desc
      limit 1
    ),
    0
  )
$$;

comment on function private.next_place(text, integer, text) is 'The place of an owner''s next job among those of its kind and priority: two look-ups in an index, however long the queue is.';

create function private.enqueue_job(p_kind text, p_subject_id uuid, p_owner_id text, p_priority integer default 100) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_job_id bigint;
begin
  insert into private.jobs (kind, subject_id, owner_id, priority, place, max_attempts)
  values (
    p_kind, p_subject_id, p_owner_id, p_priority::smallint,
    private.next_place(p_kind, p_priority, p_owner_id), (select s.max_job_attempts from private.settings as s)
  )
  on conflict (kind, subject_id) where dead_at is null
  do update set priority = least(jobs.priority, excluded.priority)
  returning job_id into v_job_id;
  return v_job_id;
end
$$;

comment on function private.enqueue_job(text, uuid, text, integer) is
'Queues a piece of work once; asked again, the more urgent priority counts. Returns the job''s id.';

create function private.enqueue_jobs(p_kind text, p_subject_ids uuid[], p_owner_id text, p_priority integer default 100) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_first constant integer := private.next_place(p_kind, p_priority, p_owner_id);
  v_count integer;
begin
  insert into private.jobs (kind, subject_id, owner_id, priority, place, max_attempts)
  select p_kind, s.subject_id, p_owner_id, p_priority::smallint, v_first + s.position::integer - 1, (select t.max_job_attempts from private.settings as t)
  from unnest(p_subject_ids) with ordinality as s (subject_id, position)
  on conflict (kind, subject_id) where dead_at is null do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function private.enqueue_jobs(text, uuid[], text, integer) is
'Queues many pieces of work of one owner in one statement, in their order; those that are queued already stay as they are. Returns how many are new.';

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

-- Counts claims, so that every eighth can be told. A sequence waits for nobody.
create sequence private.claim_turns;

create function private.lock_due_jobs(p_kinds text[], p_limit integer, p_subject_id uuid) returns bigint[]
language plpgsql
set search_path = ''
as $$
declare
  v_kinds text[] := p_kinds;
  v_chosen bigint[] := '{}';
begin
  -- What is paused does not begin, whoever comes for it.
  if exists (select from private.queue_holds as h where h.hold = 'pause') then
    select coalesce(array_agg(k.kind), '{}') into v_kinds
    from unnest(p_kinds) as k (kind)
    where not exists (select from private.queue_holds as h where h.hold = 'pause' and h.kind in (k.kind, 'all'));
  end if;
  if p_subject_id is not null then
    select array_agg(c.job_id) into v_chosen
    from (
      select j.job_id
      from private.jobs as j
      where j.dead_at is null and j.kind = any (v_kinds) and j.subject_id = p_subject_id
        -- Who names the subject comes for that very job, and waits for nothing but the backoff of an
        -- attempt that failed: a request that is sent again in an outage would burn them all.
        and (j.run_at <= now() or j.last_error is null)
        and (j.leased_until is null or j.leased_until <= now())
      limit p_limit
      for update skip locked
    ) as c;
    return coalesce(v_chosen, '{}');
  end if;

  -- What is urgent goes first, and nothing waits for ever: one claim in eight looks first at what has
  -- been due for longer than overdue_after, longest first, whatever its priority.
  if nextval('private.claim_turns') % 8 = 0 then
    select coalesce(array_agg(c.job_id), '{}') into v_chosen
    from (
      select c.job_id
      from (select distinct k.kind from unnest(v_kinds) as k (kind)) as k
        cross join lateral (
          select j.job_id, j.run_at
          from private.jobs as j
          where j.dead_at is null and j.kind = k.kind
            and j.run_at <= now() - (select s.overdue_after from private.settings as s)
            and (j.leased_until is null or j.leased_until <= now())
          order by j.run_at
          limit p_limit
          for update skip locked
        ) as c
      order by c.run_at, c.job_id
      limit p_limit
    ) as c;
  end if;
  if cardinality(v_chosen) < p_limit then
    -- Kind by kind: each is read in the order of its index, however many jobs of others wait.
    select v_chosen || coalesce(array_agg(c.job_id), '{}') into v_chosen
    from (
      select c.job_id
      from (select distinct k.kind from unnest(v_kinds) as k (kind)) as k
        cross join lateral (
          select j.job_id, j.priority, j.place, j.run_at
          from private.jobs as j
          where j.dead_at is null and j.kind = k.kind
            and j.run_at <= now()
            and (j.leased_until is null or j.leased_until <= now())
            and j.job_id <> all (v_chosen)
          order by j.priority, j.place, j.run_at, j.job_id
          limit p_limit - cardinality(v_chosen)
          for update skip locked
        ) as c
      order by c.priority, c.place, c.run_at, c.job_id
      limit p_limit - cardinality(v_chosen)
    ) as c;
  end if;
  return v_chosen;
end
$$;

comment on function private.lock_due_jobs(text[], integer, uuid) is
'Locks up to p_limit jobs that are due, not paused and held by nobody, the most urgent ones, and returns their ids. Those whose attempts are spent are among them.';

create function private.claim_jobs(
  p_worker_id text, p_kinds text[], p_limit integer, p_lease_seconds integer, p_subject_id uuid
) returns setof private.jobs
language plpgsql security definer
set search_path = ''
as $$
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

create function private.held_jobs(p_job_ids bigint[], p_lease_tokens uuid[]) returns bigint[]
language plpgsql
set search_path = ''
as $$
declare
  v_held bigint[];
begin
  if p_job_ids is null or cardinality(p_job_ids) <> cardinality(p_lease_tokens) or cardinality(p_job_ids) > 1000
    or p_lease_tokens is null
  then
    perform private.fail('invalid_request', 'Each of up to 1000 jobs comes with its lease');
  end if;
  select coalesce(array_agg(h.job_id), '{}') into v_held
  from (
    select j.job_id
    from private.jobs as j join unnest(p_job_ids, p_lease_tokens) as l (job_id, lease_token) using (job_id)
    where j.lease_token = l.lease_token
    -- In one order, so that two calls never wait for each other.
    order by j.job_id
    for update of j
  ) as h;
  return v_held;
end
$$;

comment on function private.held_jobs(bigint[], uuid[]) is 'Those of the jobs that are held under these leases, locked. The others are left out: another worker has them, or they have ended.';

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

create function private.extend_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_lease_seconds integer) returns bigint[]
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held bigint[];
begin
  perform private.check_lease_seconds(p_lease_seconds);
  v_held := private.held_jobs(p_job_ids, p_lease_tokens);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = any (v_held);
  return v_held;
end
$$;

create function private.release_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_delay_seconds integer) returns bigint[]
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held constant bigint[] := private.held_jobs(p_job_ids, p_lease_tokens);
begin
  update private.jobs
  set
    lease_token = null, leased_until = null, worker_id = null,
    attempts = attempts - 1,
    -- A time that has come is kept: what is given back has waited for as long as before.
    run_at = case when p_delay_seconds > 0 then now() + make_interval(secs => p_delay_seconds) else run_at end
  where job_id = any (v_held);
  return v_held;
end
$$;

create function private.release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_job(p_job_id, p_lease_token);
  perform private.release_jobs(array[p_job_id], array[p_lease_token], p_delay_seconds);
end
$$;
