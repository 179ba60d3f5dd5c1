-- Puts dead jobs back into the queue with all their attempts, and what waits for them back to where it waits.
-- Acts. Cost: some milliseconds for each job, at most 1,000 a run.
-- Locks: the resume and the row of each job, until the run ends; it gives up whole after 5 s of waiting. Safe to cancel: nothing was done then.
-- Needs: set reswave.kind = 'optimize' (or all); set reswave.code = 'model_unavailable' (or all); set reswave.by; set reswave.why;
-- at most 100 unless set reswave.limit.

-- Before
select d.kind, d.code, count(*) as jobs, min(d.dead_at) as first_dead_at
from private.dead_jobs as d
where private.given('kind') in (d.kind, 'all') and private.given('code') in (d.code, 'all')
group by d.kind, d.code
order by d.kind, d.code;

-- What became of them
select q.job_id, q.kind, q.code, q.outcome, q.detail
from private.requeue_dead_jobs(private.given('kind'), private.given('code'), private.given('limit', '100')::integer, private.given('by'), private.given('why')) as q;

-- After
select d.kind, d.code, count(*) as jobs, min(d.dead_at) as first_dead_at
from private.dead_jobs as d
where private.given('kind') in (d.kind, 'all') and private.given('code') in (d.code, 'all')
group by d.kind, d.code
order by d.kind, d.code;
