create function private.keep_house(p_storage_calls jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: touches tables that are granted to nobody; execute is for service_role alone.
declare
  v_forgotten integer;
begin
  perform private.count_storage_calls(p_storage_calls);
  delete from public.optimizations as o
  where o.optimization_id in (
    select x.optimization_id from public.optimizations as x
    where x.finished_at <= now() - least(
        (private.setting()).optimization_retention,
        (select min(r.optimization_retention) from private.retention_overrides as r)
      )
      and x.finished_at <= now() - private.optimization_retention(x.user_id)
    limit 500
  );
  get diagnostics v_forgotten = row_count;
  -- What was given up so long ago is about nothing that is still there.
  delete from private.jobs as j
  where j.job_id in (
    select x.job_id from private.jobs as x
    where x.dead_at <= now() - (private.setting()).optimization_retention
    limit 500
  );
  delete from private.samples as s
  where s.sample_id in (
    select x.sample_id from private.samples as x
    where x.sampled_at <= now() - (private.setting()).sample_retention
    order by x.sampled_at
    limit 20000
  );
  return jsonb_build_object(
    'uploadsSettled', private.expire_uploads(),
    'jobsBuried', private.bury_spent_jobs(),
    'resumesErased', private.erase_expired(),
    'optimizationsForgotten', v_forgotten,
    'rollout', private.judge_rollouts()
  );
end
$$;

create function public.internal_keep_house(p_storage_calls jsonb default null) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.keep_house(p_storage_calls)
$$;

comment on function public.internal_keep_house(jsonb) is
'What has to be done from time to time: settle uploads whose time is over, end jobs whose workers died, erase what was deleted long enough ago, forget old optimizations, dead jobs and samples, judge the rollout. Bounded; returns what it did. p_storage_calls: what was measured at Storage since the last report. Called by worker.';

create function private.applied_migrations() returns text[]
language plpgsql stable
set search_path = ''
as $$
declare
  v_versions text[];
begin
  -- The CLI makes this table. Dynamic, since who applies the files by other means has none.
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    execute $sql$ select coalesce(array_agg(m.version order by m.version), '{}') from supabase_migrations.schema_migrations as m $sql$ into v_versions;
  end if;
  return v_versions;
exception
  when insufficient_privilege then
    return null;
end
$$;

comment on function private.applied_migrations() is
'The versions that the Supabase CLI has recorded as applied; null where it keeps no record, or none that can be read.';

create function private.health() returns jsonb
language sql stable security definer
set search_path = ''
as $$
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
$$;

create function public.internal_health() returns jsonb
language sql stable
set search_path = ''
as $$
  select private.health()
$$;

comment on function public.internal_health() is
'What the health function looks at: {"queueDepth": living jobs, "oldestSeconds": wait of the oldest due one, "overdueSeconds": when that is too long, "dead": jobs that failed for good, "circuits": state by endpoint, "migrations": versions applied, or null where no record is kept, "storedObject": the name of a file that is there, or null, "held": what a person has paused or drains}.';

grant execute on function private.keep_house(jsonb) to service_role;
grant execute on function private.health() to service_role;
grant execute on function public.internal_keep_house(jsonb) to service_role;
grant execute on function public.internal_health() to service_role;
