-- The rollout: where it stands, how its users fare, what was decided and why, who is pinned.
-- Read-only. Cost: the second query reads the outcomes of an hour, at most 50,000 rows and 0.2 s; the others a few rows.
-- Locks: none that anything waits for. Safe to cancel.

-- Where it stands
select
  r.state, r.stage, s.phase, s.percentage, r.entered_at, r.entered_at + s.min_time as earliest_next_at, r.cooling_until, r.falls, r.judged_until
from private.rollouts as r
  left join private.rollout_stages as s on (s.rollout_id, s.stage) = (r.rollout_id, r.stage)
where r.ended_at is null;

-- The last hour, as it is judged: a rate counts above "allowed", and if it is off by enough standard errors
select
  g.side, g.signal, g.users, g.calls, g.affected, round(100 * g.rate::numeric, 2) as percent, round(100 * g.normal::numeric, 2) as normal,
  round(100 * g.allowed::numeric, 2) as allowed, round(least(g.deviation, 9999)::numeric, 1) as standard_errors
from private.rollouts as r
  join private.rollout_stages as s on (s.rollout_id, s.stage) = (r.rollout_id, r.stage)
  cross join lateral private.rollout_signals(r, s.phase, greatest(r.entered_at, now() - interval '1 hour'), now()) as g
where r.ended_at is null
order by g.side, g.signal;

-- What was decided
select d.decided_at, d.decision, d.from_stage, d.to_stage, d.decided_by, d.why, d.figures #> '{long,over}' as over_within_the_hour
from private.rollout_decisions as d
order by d.decision_id desc
limit 50;

-- Who is pinned
select p.user_id, p.phase, p.pinned_by, p.why, p.pinned_at
from private.rollout_pins as p
order by p.pinned_at desc
limit 100;
