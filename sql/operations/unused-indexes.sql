-- Which indexes has nobody read since the statistics were last reset? Each of them still costs every write.
-- Read-only. Cost: the catalog, some milliseconds.
-- Locks: none that anything waits for. Safe to cancel.
-- Before one is dropped: counted_since must be long enough ago to have seen the rare work too (housekeeping, erasure, a migration),
-- on each replica by itself; behind_foreign_key keeps deletes of the other table fast. Unique ones are rules, and not listed.

select
  s.schemaname || '.' || s.relname as table_name, s.indexrelname as index_name, pg_relation_size(s.indexrelid) as bytes,
  t.n_tup_ins + t.n_tup_upd - t.n_tup_hot_upd as writes_to_it,
  exists (
    select from pg_constraint as f
    where f.contype = 'f' and f.conrelid = s.relid and f.conkey[1] = i.indkey[0]
  ) as behind_foreign_key,
  coalesce(d.stats_reset, pg_postmaster_start_time()) as counted_since, pg_get_indexdef(s.indexrelid) as definition
from pg_stat_user_indexes as s
  join pg_index as i on i.indexrelid = s.indexrelid
  join pg_stat_user_tables as t on t.relid = s.relid
  join pg_stat_database as d on d.datname = current_database()
where s.schemaname in ('public', 'private') and s.idx_scan = 0 and not i.indisunique
  and not exists (select from pg_constraint as c where c.conindid = s.indexrelid)
order by bytes desc, table_name, index_name;
