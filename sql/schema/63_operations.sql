-- What a DBA does by hand: sql/operations/ has a file for each, with its cost and its locks. Whoever acts
-- says who and why, which is noted; nothing here is granted to anybody.

create table private.operations (
  operation_id bigint not null generated always as identity,
  operation text not null,
  decided_by text not null,
  why text not null,
  figures jsonb not null default '{}',
  done_at timestamptz not null default clock_timestamp(),
  constraint operations_pkey primary key (operation_id),
  constraint operations_operation_check check (operation in ('pause', 'drain', 'resume', 'requeue', 'prune', 'reconcile')),
  constraint operations_decided_by_check check (length(decided_by) between 1 and 200),
  constraint operations_why_check check (length(why) between 1 and 1000)
);

alter table private.operations enable row level security;

comment on table private.operations is 'What people have done to the queue and to what is stored, who and why. Never names a user: it outlasts their erasure.';
comment on column private.operations.figures is 'What it came to, in numbers and words of closed sets.';

create function private.given(p_name text, p_default text default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  -- A setting of the session, for psql, the SQL editor and every driver alike.
  v_value constant text := coalesce(nullif(btrim(current_setting('reswave.' || p_name, true)), ''), p_default);
begin
  if v_value is null then
    perform private.fail(
      'invalid_request', format('reswave.%s is not given', p_name),
      format('Nothing was done. First, in the same session: set reswave.%s = ''…'';', p_name)
    );
  end if;
  return v_value;
end
$$;

comment on function private.given(text, text) is 'What the session was given for an action (set reswave.by = ''ada''), or the default. Raises invalid_request where there is neither.';

create function private.note_operation(p_operation text, p_by text, p_why text, p_figures jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_decider(p_by, p_why);
  insert into private.operations (operation, decided_by, why, figures) values (p_operation, p_by, p_why, p_figures);
end
$$;

-- The queue

create view private.queue_state with (security_invoker = true) as
select
  k.kind,
  count(j.job_id) filter (where j.dead_at is null and j.run_at <= now() and (j.leased_until is null or j.leased_until <= now())) as due,
  count(j.job_id) filter (where j.dead_at is null and j.run_at > now() and j.lease_token is null) as later,
  count(j.job_id) filter (where j.leased_until > now()) as running,
  count(j.job_id) filter (where j.dead_at is not null) as dead,
  coalesce(
    extract(epoch from now() - min(j.run_at) filter (where j.dead_at is null and j.run_at <= now() and j.lease_token is null)), 0
  )::integer as oldest_due_seconds,
  (
    select string_agg(format('%s of %s by %s since %s: %s', h.hold, h.kind, h.held_by, date_trunc('second', h.held_at), h.why), '; ' order by h.hold, h.kind)
    from private.queue_holds as h
    where h.kind in (k.kind, 'all')
  ) as held
from unnest(private.job_kinds()) as k (kind)
  left join private.jobs as j on j.kind = k.kind
group by k.kind;

comment on view private.queue_state is 'For DBAs: each kind of job, what of it waits, runs and is dead, and who holds it and why. Reads the whole queue.';

create function private.hold_queue(p_kind text, p_hold text, p_by text, p_why text, p_expected interval) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_decider(p_by, p_why);
  if p_kind is null or p_kind <> all (private.job_kinds() || array['all']) then
    perform private.fail(
      'invalid_request', format('There is no kind of job named %s', p_kind), 'It is all or one of ' || array_to_string(private.job_kinds(), ', ') || '.'
    );
  end if;
  if p_expected is null or p_expected not between interval '1 minute' and interval '7 days' then
    perform private.fail('invalid_request', 'It is expected to last between a minute and 7 days');
  end if;
  -- Who holds it again has another reason, or needs longer: since when stays.
  insert into private.queue_holds as h (kind, hold, held_by, why, expected_until)
  values (p_kind, p_hold, p_by, p_why, now() + p_expected)
  on conflict (kind, hold)
  do update set held_by = excluded.held_by, why = excluded.why, expected_until = excluded.expected_until;
  perform private.note_operation(p_hold, p_by, p_why, jsonb_build_object('kind', p_kind));
end
$$;

create function private.pause_queue(p_kind text, p_by text, p_why text, p_expected interval default '1 hour') returns void
language sql volatile
set search_path = ''
as $$
  select private.hold_queue(p_kind, 'pause', p_by, p_why, p_expected)
$$;

comment on function private.pause_queue(text, text, text, interval) is
'For DBAs: no job of a kind (or all) is begun until resume_queue(); requests are accepted and wait. A claim that is under way may still take some, and what runs goes on to its end: private.queue_state says when nothing runs any more. Safe to repeat. Raises invalid_request.';

create function private.drain_queue(p_by text, p_why text, p_expected interval default '10 minutes') returns void
language sql volatile
set search_path = ''
as $$
  select private.hold_queue('optimize', 'drain', p_by, p_why, p_expected)
$$;

comment on function private.drain_queue(text, text, interval) is
'For DBAs: no new optimization is accepted until resume_queue(): callers get draining (503) with Retry-After from p_expected. What is queued is worked, and what was asked before is given again. Safe to repeat. Raises invalid_request.';

create function private.resume_queue(p_kind text, p_by text, p_why text) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_held_at timestamptz;
  v_count integer;
begin
  perform private.check_decider(p_by, p_why);
  if p_kind <> 'all' and exists (select from private.queue_holds as h where h.kind = 'all') then
    perform private.fail('conflict', 'All kinds are paused together', 'Resume all, then pause those that are to stay so.');
  end if;
  select min(h.held_at) filter (where h.hold = 'pause' and h.kind in ('optimize', 'all')) into v_held_at
  from private.queue_holds as h
  where p_kind = 'all' or h.kind = p_kind;
  delete from private.queue_holds as h where p_kind = 'all' or h.kind = p_kind;
  get diagnostics v_count = row_count;
  if v_count = 0 then
    perform private.fail('not_found', format('Nothing is held of %s', p_kind), 'See private.queue_state.');
  end if;
  -- The pause does not count against the time that an optimization may take.
  update public.optimizations as o
  set
    started_at = o.started_at + (now() - greatest(v_held_at, o.started_at)),
    wait_started_at = o.wait_started_at + (now() - greatest(v_held_at, o.wait_started_at))
  where o.status in ('queued', 'running') and o.started_at is not null and v_held_at is not null
    and exists (
      select from private.jobs as j
      where j.kind = 'optimize' and j.subject_id = o.optimization_id and j.dead_at is null
        and (j.leased_until is null or j.leased_until <= now())
    );
  perform private.note_operation('resume', p_by, p_why, jsonb_build_object('kind', p_kind, 'holds', v_count));
  return v_count;
end
$$;

comment on function private.resume_queue(text, text, text) is
'For DBAs: lifts pause and drain of a kind, or of all; returns how many holds there were. Raises invalid_request, conflict (all are paused together), not_found.';

create function private.requeue_dead_jobs(p_kind text, p_code text, p_limit integer, p_by text, p_why text)
returns table (job_id bigint, kind text, code text, outcome text, detail text)
language plpgsql
set search_path = ''
set lock_timeout = '5s'
as $$
declare
  v_job record;
  v_requeued integer := 0;
  v_left integer := 0;
begin
  perform private.check_decider(p_by, p_why);
  if p_kind is null or p_code is null or p_limit is null or p_limit not between 1 and 1000 then
    perform private.fail('invalid_request', 'Say which kind and which code (or all), and how many: 1–1000');
  end if;
  for v_job in
    select d.job_id, d.kind, d.code
    from private.dead_jobs as d left join public.resume_versions as v on v.version_id = d.subject_id
    where p_kind in (d.kind, 'all') and p_code in (d.code, 'all')
    -- In one order: two that lock many resumes meet at the first.
    order by v.resume_id, d.job_id
    limit p_limit
  loop
    begin
      perform private.requeue_job(v_job.job_id);
      v_requeued := v_requeued + 1;
      return query select v_job.job_id, v_job.kind, v_job.code, 'requeued', null::text;
    exception
      -- Not this one: it is in flight again, or gone.
      when sqlstate 'PT409' or sqlstate 'PT404' then
        v_left := v_left + 1;
        return query select v_job.job_id, v_job.kind, v_job.code, 'left', sqlerrm;
    end;
  end loop;
  perform private.note_operation('requeue', p_by, p_why, jsonb_build_object('requeued', v_requeued, 'left', v_left));
end
$$;

comment on function private.requeue_dead_jobs(text, text, integer, text, text) is
'For DBAs: private.requeue_job() for up to p_limit dead jobs of a kind and an error code (or all); one that cannot be requeued is left and says why. Gives up whole when it waits 5 s for a lock. Raises invalid_request.';

-- What is stored

create function private.prune_versions(p_user_id text, p_limit integer, p_by text, p_why text) returns integer
language plpgsql
set search_path = ''
set lock_timeout = '5s'
as $$
declare
  v_count integer;
begin
  perform private.check_decider(p_by, p_why);
  if p_user_id is null or p_limit is null or p_limit not between 1 and 100000 then
    perform private.fail('invalid_request', 'Say whose versions (* for everybody''s) and of how many resumes at most: 1–100000');
  end if;
  v_count := private.apply_retention(nullif(p_user_id, '*'), p_limit);
  perform private.note_operation('prune', p_by, p_why, jsonb_build_object('versions', v_count, 'everybody', p_user_id = '*'));
  return v_count;
end
$$;

comment on function private.prune_versions(text, integer, text, text) is
'For DBAs: private.apply_retention() with who and why. Gives up what private.retention_report() lists, of one user or of everybody (*); returns how many versions. Raises invalid_request.';

create function private.mend_storage(p_older_than interval, p_by text, p_why text) returns table (
  problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamptz
)
language plpgsql
set search_path = ''
set lock_timeout = '5s'
as $$
declare
  v_count integer;
begin
  perform private.check_decider(p_by, p_why);
  if p_older_than is null or p_older_than < interval '1 hour' then
    perform private.fail('invalid_request', 'Only what is an hour old or older is mended', 'What is younger may still be on its way.');
  end if;
  return query select m.* from private.reconcile(true, p_older_than) as m;
  get diagnostics v_count = row_count;
  perform private.note_operation('reconcile', p_by, p_why, jsonb_build_object('mended', v_count));
end
$$;

comment on function private.mend_storage(interval, text, text) is
'For DBAs: private.reconcile() that mends, with who and why: orphans go to the worker, versions whose object is gone fail with file_lost. Returns what was found. Raises invalid_request.';

-- What runs slowly

create function private.slowest_statements(p_words text, p_limit integer default 20) returns table (
  calls bigint, mean_ms double precision, max_ms double precision, total_ms double precision, rows_per_call double precision,
  cache_hit_percent double precision, statement text, note text
)
language plpgsql stable
set search_path = ''
as $$
declare
  v_schema constant text := (
    select e.extnamespace::regnamespace::text from pg_catalog.pg_extension as e where e.extname = 'pg_stat_statements'
  );
begin
  if v_schema is null then
    return query select
      null::bigint, null::double precision, null::double precision, null::double precision, null::double precision,
      null::double precision, null::text, 'create extension pg_stat_statements with schema extensions: nothing is measured without it';
    return;
  end if;
  begin
    -- Dynamic, since neither schema nor view needs to exist where this function is made.
    return query execute format(
      $sql$
        select
          s.calls, s.mean_exec_time, s.max_exec_time, s.total_exec_time, s.rows::double precision / greatest(s.calls, 1),
          100 * s.shared_blks_hit::double precision / nullif(s.shared_blks_hit + s.shared_blks_read, 0),
          left(regexp_replace(s.query, '\s+', ' ', 'g'), 500), null::text
        from %s.pg_stat_statements as s
        where s.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
          and s.query ~* $1 and s.query !~* 'slowest_statements'
          -- What made them is no search.
          and s.query !~* '^(\s|--[^\n]*\n)*(create|alter|drop|comment|grant|revoke|explain)\s'
        order by s.mean_exec_time desc
        limit $2
      $sql$,
      v_schema
    ) using p_words, p_limit;
  exception
    when object_not_in_prerequisite_state then
      return query select
        null::bigint, null::double precision, null::double precision, null::double precision, null::double precision,
        null::double precision, null::text, 'pg_stat_statements is not among shared_preload_libraries of this server: nothing is measured';
  end;
end
$$;

comment on function private.slowest_statements(text, integer) is
'For DBAs: what pg_stat_statements has of statements that match a regular expression, slowest mean first. Where it measures nothing, one row says why.';
