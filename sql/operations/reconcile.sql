-- Mends what rows and Storage disagree about: objects that no row knows are removed, versions whose object is gone fail with file_lost.
-- Acts; what it removes is gone. Cost: reads every object and every version three times, about 3 s for each million.
-- Locks: each resume that lost a version, until the run ends; it gives up whole after 5 s of waiting. Safe to cancel: nothing was done then.
-- Needs: set reswave.by; set reswave.why; what is older than a day unless set reswave.older_than = '7 days' (an hour at least).
-- To look without mending: select * from private.reconcile_report();

-- Before
select r.problem, r.bucket_id, count(*) as number, sum(r.bytes)::bigint as bytes, min(r.since) as oldest_at
from private.reconcile_report(private.given('older_than', '1 day')::interval) as r
group by r.problem, r.bucket_id
order by r.problem, r.bucket_id;

-- What was mended
select m.problem, m.bucket_id, m.object_name, m.version_id, m.bytes, m.since
from private.mend_storage(private.given('older_than', '1 day')::interval, private.given('by'), private.given('why')) as m;

-- After
select r.problem, r.bucket_id, count(*) as number, sum(r.bytes)::bigint as bytes, min(r.since) as oldest_at
from private.reconcile_report(private.given('older_than', '1 day')::interval) as r
group by r.problem, r.bucket_id
order by r.problem, r.bucket_id;
