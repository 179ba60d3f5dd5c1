-- Which release serves, since when, and could the ones before it still run?
-- Read-only. Cost: the catalog, 0.1 s.
-- Locks: none that anything waits for. Safe to cancel.

-- The newest first; what is missing of one stands in the way of going back to it
select
  r.release_id, r.name, left(r.commit_id, 12) as commit, r.deployed_by, r.deployed_at, r.verified_at, r.came_back_from_id, r.migration,
  array(select private.broken_promises(r.contract, c.contract)) as missing
from private.releases as r
  cross join (select private.api_contract() as contract) as c
order by r.release_id desc
limit 20;

-- Migrations, the newest first
select m.version, m.name
from supabase_migrations.schema_migrations as m
order by m.version desc
limit 10;
