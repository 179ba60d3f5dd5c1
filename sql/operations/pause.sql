-- Pauses the queue, or a kind of job: nothing of it begins until resume.sql. Requests are accepted and wait.
-- Acts. Cost: one row; the two reports read the queue, 0.1 s for each 100,000 jobs.
-- Locks: none that a worker waits for. Safe to cancel: nothing was done then.
-- Needs: set reswave.kind = 'optimize' (or all); set reswave.by; set reswave.why; expected to last an hour unless set reswave.expected = '3 hours'.
-- What runs goes on to its end: it stands still when "running" is 0. A claim that was under way may add a few.

-- Before
select s.kind, s.due, s.later, s.running, s.held
from private.queue_state as s
where private.given('kind') in (s.kind, 'all')
order by s.kind;

-- Pause
select private.pause_queue(private.given('kind'), private.given('by'), private.given('why'), private.given('expected', '1 hour')::interval);

-- After
select s.kind, s.due, s.later, s.running, s.held
from private.queue_state as s
where private.given('kind') in (s.kind, 'all')
order by s.kind;
