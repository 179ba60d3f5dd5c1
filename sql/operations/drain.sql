-- Drains the queue of optimizations: new ones are refused with draining (503, Retry-After) until resume.sql, what is queued is worked.
-- Acts. Cost: one row; the two reports read the queue, 0.1 s for each 100,000 jobs.
-- Locks: none that a worker or a request waits for. Safe to cancel: nothing was done then.
-- Needs: set reswave.by; set reswave.why; expected to last 10 minutes unless set reswave.expected = '1 hour'.
-- It is drained when "due", "later" and "running" are 0. Uploads go on, and are read.

-- Before
select s.kind, s.due, s.later, s.running, s.oldest_due_seconds, s.held
from private.queue_state as s
where s.kind = 'optimize';

-- Drain
select private.drain_queue(private.given('by'), private.given('why'), private.given('expected', '10 minutes')::interval);

-- After
select s.kind, s.due, s.later, s.running, s.oldest_due_seconds, s.held
from private.queue_state as s
where s.kind = 'optimize';
