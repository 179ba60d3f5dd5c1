-- A population that lives through a rollout, in time of its own. Everything random comes from the seed.
create schema simulation;

create table simulation.users (user_key bigint, bucket integer, activity double precision, luck double precision);

-- Each user calls as often, and fails as easily, as users do: a few call most, and a few meet most faults.
create function simulation.populate(p_salt text, p_users integer) returns void
language sql
as $$
  truncate simulation.users;
  insert into simulation.users
  select
    private.rollout_hash(p_salt, 'user-' || i, 1), private.rollout_bucket(p_salt, 'user-' || i),
    least(0.08 * -ln(1 - random()), 1), -ln(1 - random())
  from generate_series(1, p_users) as i;
$$;

-- Five minutes: calls of whoever is there, and what becomes of them.
create function simulation.live(p_slot timestamptz, p_faults double precision, p_regression_phase text, p_regression double precision) returns void
language sql
as $$
  insert into private.store_outcomes (slot_at, phase, side, user_key, calls, faults, over_250, over_500)
  select
    p_slot, c.phase, c.side, c.user_key, c.calls,
    (select count(*) from generate_series(1, c.calls) as i where random() < c.share + 0 * i), c.calls / 20, c.calls / 40
  from (
    select
      u.*, private.phase_of_bucket(r, u.bucket) as phase, s.side, (1 - 8 * ln(1 - random()))::integer as calls,
      least(
        p_faults * u.luck
        + case when s.side = 'supabase' and private.phase_of_bucket(r, u.bucket) = p_regression_phase then p_regression else 0 end,
        1
      ) as share
    from simulation.users as u
      join private.rollouts as r on r.ended_at is null
      cross join (values ('local'), ('supabase')) as s (side)
    where random() < u.activity
      and (s.side = 'local' or private.phase_of_bucket(r, u.bucket) <> 'local')
      and (s.side = 'supabase' or private.phase_of_bucket(r, u.bucket) <> 'supabase')
  ) as c
$$;

-- p_faults: of all calls, in calm times; each slot has a storm of its own, the same for everybody, of up to p_storm times it.
-- p_regression: more faults, in one phase only, from a slot after the beginning of p_stage on. Ends when the plan is
-- complete, at the first fallback, or after p_slots.
create function simulation.run(
  p_seed integer, p_users integer, p_plan jsonb, p_faults double precision, p_storm double precision, p_slots integer,
  p_stage integer default 1, p_regression double precision default 0, p_regression_after integer default 0
) returns jsonb
language plpgsql
as $$
declare
  v_begin constant timestamptz := '2030-01-01 12:00:00+00';
  v_phase text;
  v_decision text;
  v_rollout private.rollouts;
begin
  perform setseed(p_seed / 1e6);
  if exists (select from private.rollouts where ended_at is null) then
    perform public.force_rollout_stage(0, 'simulation', 'anew');
  end if;
  perform public.start_rollout('simulation', 'seed ' || p_seed, p_plan);
  update private.rollouts set salt = 'seed ' || p_seed, judged_until = v_begin where ended_at is null;
  perform private.enter_rollout_stage(rollout_id, p_stage, v_begin) from private.rollouts where ended_at is null;
  perform simulation.populate('seed ' || p_seed, p_users);
  select s.phase into v_phase from private.rollout_stages as s join private.rollouts as r using (rollout_id) where r.ended_at is null and s.stage = p_stage;
  for v_slot in 1..p_slots loop
    perform simulation.live(
      v_begin + (v_slot - 1) * interval '5 minutes', p_faults * (1 + random() * (p_storm - 1)),
      v_phase, case when v_slot > p_regression_after then p_regression else 0 end
    );
    v_decision := private.judge_rollouts(v_begin + v_slot * interval '5 minutes');
    select * into v_rollout from private.rollouts as r where r.ended_at is null;
    exit when v_decision = 'fell_back' or p_regression = 0 and (
      select d.why from private.rollout_decisions as d where d.rollout_id = v_rollout.rollout_id order by d.decision_id desc limit 1
    ) = 'complete';
    v_decision := null;
  end loop;
  return (
    select jsonb_build_object(
      'seed', p_seed, 'fellBack', d.decision = 'fell_back', 'why', d.why, 'stage', v_rollout.stage,
      'intervals', extract(epoch from d.decided_at - v_begin) / 300,
      'held', (select count(*) from private.rollout_decisions as h where h.rollout_id = d.rollout_id and h.why like 'over%')
    )
    from private.rollout_decisions as d
    where d.rollout_id = v_rollout.rollout_id
    order by d.decision_id desc
    limit 1
  );
end
$$;
