set check_function_bodies = off;
set lock_timeout = '5s';

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
      select coalesce(jsonb_object_agg(b.endpoint, b.state), '{}') from private.circuit_breakers as b
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
      from (select c.state, count(*) as circuits from private.circuit_breakers as c group by c.state) as b
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

create or replace function private.oldest_due_seconds()
returns double precision
language sql
stable
set search_path to ''
as $function$
  select coalesce(max(extract(epoch from now() - o.run_at)), 0)
  from (select distinct t.label as kind from private.totals as t where t.name = 'jobs') as k
    -- Those in front of it are held by a worker: there are not many.
    cross join lateral (
      select j.run_at from private.jobs as j
      where j.dead_at is null and j.kind = k.kind and j.run_at <= now() and (j.leased_until is null or j.leased_until <= now())
      order by j.run_at
      limit 1
    ) as o
$function$
;

comment on function "private"."oldest_due_seconds"() is 'For how long the oldest job that no worker has has been due; 0 when there is none.';

comment on function "public"."internal_health"() is 'What the health function looks at: {"queueDepth": living jobs, "oldestSeconds": wait of the oldest due one, "overdueSeconds": when that is too long, "dead": jobs that failed for good, "circuits": state by endpoint, "migrations": versions applied, or null where no record is kept, "storedObject": the name of a file that is there, or null, "held": what a person has paused or drains}.';

revoke all on function "private"."oldest_due_seconds"() from public;

grant execute on function "private"."oldest_due_seconds"() to "postgres";

reset lock_timeout;
reset check_function_bodies;
