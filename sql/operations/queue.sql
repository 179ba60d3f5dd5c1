-- The queue: what waits, what runs, what is dead, who holds it, and what was last done to it by hand.
-- Read-only. Cost: reads the queue five times over, 0.1 s for each 100,000 jobs.
-- Locks: none that anything waits for. Safe to cancel.

-- By kind
select s.kind, s.due, s.later, s.running, s.dead, s.oldest_due_seconds, s.held
from private.queue_state as s
order by s.due desc, s.kind;

-- What has been due for longest
select j.job_id, j.kind, j.priority, j.place, j.attempts, j.max_attempts, j.run_at, now() - j.run_at as overdue, j.last_error ->> 'code' as last_code
from private.jobs as j
where j.dead_at is null and j.run_at <= now() and (j.leased_until is null or j.leased_until <= now())
order by j.run_at
limit 20;

-- Whose jobs they are
select j.owner_id, count(*) as jobs, count(*) filter (where j.leased_until > now()) as running, min(j.run_at) as oldest_at
from private.jobs as j
where j.dead_at is null
group by j.owner_id
order by jobs desc, j.owner_id
limit 20;

-- Who works
select j.worker_id, j.kind, count(*) as jobs, min(j.claimed_at) as oldest_claimed_at, min(j.leased_until) as first_lease_until
from private.jobs as j
where j.leased_until > now()
group by j.worker_id, j.kind
order by oldest_claimed_at
limit 50;

-- Dead, by what killed them; requeue.sql brings them back
select d.kind, d.code, count(*) as jobs, min(d.dead_at) as first_dead_at, max(d.dead_at) as last_dead_at, min(d.job_id) as for_example
from private.dead_jobs as d
group by d.kind, d.code
order by jobs desc, d.kind, d.code
limit 50;

-- What people did
select o.done_at, o.operation, o.decided_by, o.why, o.figures
from private.operations as o
order by o.operation_id desc
limit 20;
