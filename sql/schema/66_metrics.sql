-- What the function `metrics` tells Prometheus: one call, one snapshot, and nothing in it that grows with the rows.

create function private.metrics() returns jsonb
language sql stable security definer
set search_path = ''
as $$
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
      from (select c.state, count(*) as circuits from private.known_circuits() as c group by c.state) as b
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
$$;

create function public.internal_metrics() returns jsonb
language sql stable
set search_path = ''
as $$
  select private.metrics()
$$;

comment on function public.internal_metrics() is
'All that the function metrics shows, in one snapshot: {"counters": [{"name", "labels", "value", "milliseconds"}], "totals": [{"name", "label", "value"}], "oldestSeconds", "storageMilliseconds": the quantiles 0.5, 0.9 and 0.99 of five minutes or null, "connections", "maxConnections", "circuits", "rollout" or null}. Reads no table that grows with the users.';

grant execute on function private.metrics() to service_role;
grant execute on function public.internal_metrics() to service_role;
