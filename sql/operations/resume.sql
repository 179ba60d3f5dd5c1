-- Lifts what pause.sql and drain.sql have done to a kind of job, or to all.
-- Acts. Cost: one row for each optimization that had begun and waits; the two reports read the queue, 0.1 s for each 100,000 jobs.
-- Locks: those optimizations, for some milliseconds. Safe to cancel: nothing was done then.
-- Needs: set reswave.kind = 'optimize' (or all); set reswave.by; set reswave.why.

-- Before
select s.kind, s.due, s.later, s.running, s.held
from private.queue_state as s
where private.given('kind') in (s.kind, 'all')
order by s.kind;

-- How many holds are lifted
select private.resume_queue(private.given('kind'), private.given('by'), private.given('why')) as lifted;

-- After
select s.kind, s.due, s.later, s.running, s.held
from private.queue_state as s
where private.given('kind') in (s.kind, 'all')
order by s.kind;
