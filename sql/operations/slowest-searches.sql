-- Which searches are slow? What pg_stat_statements has measured of them, slowest mean first.
-- Read-only. Cost: one pass over the statistics in memory, at most 5,000 statements; nothing of the product is read.
-- Locks: none that anything waits for. Safe to cancel.
-- Where nothing is measured, one row says why. Begin anew with: select extensions.pg_stat_statements_reset();

-- Searches, as they arrive
select
  s.calls, round(s.mean_ms::numeric, 2) as mean_ms, round(s.max_ms::numeric, 2) as max_ms, round(s.total_ms::numeric) as total_ms,
  round(s.rows_per_call::numeric, 1) as rows_per_call, round(s.cache_hit_percent::numeric, 1) as cache_hit_percent, s.statement, s.note
from private.slowest_statements('search_resumes|content_tsvector', 20) as s;
