-- Which tables and indexes hold more space than their rows need?
-- Read-only. Cost: the catalog and the planner's statistics, some milliseconds; no table is read. The figures are estimates from
-- the last analyze: what is small, or was never analyzed, says little.
-- Locks: none that anything waits for. Safe to cancel.
-- What to do: dead rows that stay mean that vacuum does not come by (a transaction that is open for long, or too little of it);
-- reindex index concurrently NAME takes an index's bloat away without stopping anybody.

-- Tables
with sizes as (
  select
    c.oid, n.nspname || '.' || c.relname as table_name, c.reltuples, pg_relation_size(c.oid) as bytes,
    coalesce(substring(array_to_string(c.reloptions, ',') from 'fillfactor=(\d+)')::numeric, 100) / 100 as fill,
    (
      -- Header and line pointer, and the columns as wide as they were found to be.
      select 28 + coalesce(sum((1 - p.null_frac) * p.avg_width), 0)
      from pg_stats as p
      where p.schemaname = n.nspname and p.tablename = c.relname
    ) as row_bytes
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private') and c.relkind = 'r'
)
select
  s.table_name, greatest(s.reltuples, 0)::bigint as rows, s.bytes, t.n_dead_tup as dead_rows,
  round(100.0 * t.n_dead_tup / nullif(t.n_live_tup + t.n_dead_tup, 0), 1) as dead_percent,
  greatest(s.bytes - e.bytes, 0) as bloat_bytes, round(100.0 * greatest(s.bytes - e.bytes, 0) / nullif(s.bytes, 0), 1) as bloat_percent,
  greatest(t.last_vacuum, t.last_autovacuum) as vacuumed_at, greatest(t.last_analyze, t.last_autoanalyze) as analyzed_at
from sizes as s
  join pg_stat_user_tables as t on t.relid = s.oid
  cross join lateral (
    select ceil(greatest(s.reltuples, 0)::numeric * s.row_bytes::numeric / (8168 * s.fill))::bigint * 8192 as bytes
  ) as e
order by greatest(s.bytes - e.bytes, 0) desc, s.table_name
limit 50;

-- B-tree indexes
with sizes as (
  select
    n.nspname || '.' || c.relname as index_name, i.indrelid::regclass::text as table_name, c.reltuples, pg_relation_size(c.oid) as bytes,
    (
      -- Header and line pointer, and the keys; what has no statistics (an expression) counts as a uuid.
      select 12 + sum(coalesce((1 - p.null_frac) * p.avg_width, 16))
      from pg_attribute as a
        left join pg_attribute as k on k.attrelid = i.indrelid and k.attnum = i.indkey[a.attnum - 1]
        left join pg_stats as p on p.schemaname = n.nspname and p.tablename = (select t.relname from pg_class as t where t.oid = i.indrelid) and p.attname = k.attname
      where a.attrelid = c.oid
    ) as entry_bytes
  from pg_index as i
    join pg_class as c on c.oid = i.indexrelid
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_am as m on m.oid = c.relam and m.amname = 'btree'
  where n.nspname in ('public', 'private')
)
select
  s.index_name, s.table_name, greatest(s.reltuples, 0)::bigint as entries, s.bytes, greatest(s.bytes - e.bytes, 0) as bloat_bytes,
  round(100.0 * greatest(s.bytes - e.bytes, 0) / nullif(s.bytes, 0), 1) as bloat_percent
from sizes as s
  cross join lateral (
    -- Pages are packed to nine tenths; one more is the index's own.
    select (1 + ceil(greatest(s.reltuples, 0)::numeric * s.entry_bytes::numeric / (8152 * 0.9)))::bigint * 8192 as bytes
  ) as e
order by greatest(s.bytes - e.bytes, 0) desc, s.index_name
limit 50;
