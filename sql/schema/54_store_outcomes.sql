-- What became of calls to both stores, as evidence: kept for each user apart, read as rates in which
-- no single user decides.

create function private.outcome_slot(p_at timestamptz) returns timestamptz
language sql immutable strict parallel safe
set search_path = ''
as $$
  select date_bin(interval '5 minutes', p_at, timestamptz '2000-01-01 00:00:00+00')
$$;

comment on function private.outcome_slot(timestamptz) is 'The beginning of the slot of five minutes that a time lies in: the interval in which rollouts are judged.';

create function private.check_store_outcomes(p_outcomes jsonb) returns void
language plpgsql immutable
set search_path = ''
as $$
declare
  v_wrong bigint;
begin
  if p_outcomes is null or jsonb_typeof(p_outcomes) <> 'array' or jsonb_array_length(p_outcomes) > 1000 then
    perform private.fail('invalid_request', 'Outcomes are an array of at most 1,000');
  end if;
  select e.place into v_wrong
  from jsonb_array_elements(p_outcomes) with ordinality as e (outcome, place)
  where not coalesce(
    jsonb_typeof(e.outcome -> 'user_id') = 'string' and length(e.outcome ->> 'user_id') between 1 and 255
    and e.outcome ->> 'operation' in ('put', 'get', 'delete', 'list')
    and e.outcome ->> 'side' in ('local', 'supabase')
    and e.outcome ->> 'outcome' in ('ok', 'fault', 'fallback', 'mismatch', 'refused')
    and case when jsonb_typeof(e.outcome -> 'milliseconds') = 'number'
      then (e.outcome ->> 'milliseconds')::numeric between 0 and 86400000
    end,
    false
  )
  order by e.place
  limit 1;
  if v_wrong is not null then
    perform private.fail(
      'invalid_request', format('Outcome %s is none', v_wrong),
      '{"user_id", "operation": put, get, delete or list, "side": local or supabase, "outcome": ok, fault, fallback, mismatch or refused, "milliseconds": 0 to 86400000}'
    );
  end if;
end
$$;

create function private.record_store_outcomes(p_outcomes jsonb, p_at timestamptz) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_slot constant timestamptz := private.outcome_slot(p_at);
  v_users_per_slot constant integer := 500;
  v_rollout private.rollouts;
  v_counted integer;
begin
  perform private.check_store_outcomes(p_outcomes);
  perform private.count('store_calls', jsonb_build_object('side', c.side, 'outcome', c.outcome), c.number)
  from (
    select o.side, o.outcome, count(*) as number
    from jsonb_to_recordset(p_outcomes) as o (side text, outcome text)
    group by o.side, o.outcome
  ) as c;
  select * into v_rollout from private.rollouts as r where r.ended_at is null;
  if not found then
    return 0;
  end if;
  with given as materialized (
    -- What the caller did wrong says nothing about a store.
    select o.user_id, o.side, o.outcome, o.milliseconds
    from jsonb_to_recordset(p_outcomes) as o (user_id text, side text, outcome text, milliseconds numeric)
    where o.outcome <> 'refused'
  ), users as materialized (
    -- Once for each user, not for each pair that a join would compare.
    select
      g.user_id, private.rollout_hash(v_rollout.salt, g.user_id, 1) as user_key,
      private.phase_of_bucket(v_rollout, private.rollout_bucket(v_rollout.salt, g.user_id)) as phase
    from given as g
    group by g.user_id
  ), sums as materialized (
    select
      u.phase, g.side, u.user_key, count(*) as calls,
      count(*) filter (where g.outcome = 'fault') as faults,
      count(*) filter (where g.outcome = 'fallback') as fallbacks,
      count(*) filter (where g.outcome = 'mismatch') as mismatches,
      count(*) filter (where g.milliseconds > 250) as over_250,
      count(*) filter (where g.milliseconds > 500) as over_500,
      count(*) filter (where g.milliseconds > 1000) as over_1000,
      count(*) filter (where g.milliseconds > 2500) as over_2500,
      count(*) filter (where g.milliseconds > 5000) as over_5000
    from given as g
      join users as u using (user_id)
    where not exists (select from private.rollout_pins as p where p.user_id = g.user_id)
    group by u.phase, g.side, u.user_key
  ), crowded as (
    select o.phase, o.side
    from private.store_outcomes as o
    where o.slot_at = v_slot
    group by o.phase, o.side
    having count(*) >= v_users_per_slot
  ), counted as (
    insert into private.store_outcomes as o (
      slot_at, phase, side, user_key, calls, faults, fallbacks, mismatches, over_250, over_500, over_1000, over_2500, over_5000
    )
    select
      v_slot, s.phase, s.side, s.user_key, s.calls, s.faults, s.fallbacks, s.mismatches,
      s.over_250, s.over_500, s.over_1000, s.over_2500, s.over_5000
    from sums as s
    where not exists (select from crowded as c where (c.phase, c.side) = (s.phase, s.side))
      or exists (
        select from private.store_outcomes as x
        where (x.user_key, x.slot_at, x.phase, x.side) = (s.user_key, v_slot, s.phase, s.side)
      )
    -- One order for all: two batches with the same users wait for each other once, not in a circle.
    order by s.user_key, s.phase, s.side
    on conflict on constraint store_outcomes_pkey do update set
      -- A user may send what they like: nothing overflows, and beyond this only the share counts.
      calls = least(o.calls::bigint + excluded.calls, 1000000000),
      faults = least(o.faults::bigint + excluded.faults, 1000000000),
      fallbacks = least(o.fallbacks::bigint + excluded.fallbacks, 1000000000),
      mismatches = least(o.mismatches::bigint + excluded.mismatches, 1000000000),
      over_250 = least(o.over_250::bigint + excluded.over_250, 1000000000),
      over_500 = least(o.over_500::bigint + excluded.over_500, 1000000000),
      over_1000 = least(o.over_1000::bigint + excluded.over_1000, 1000000000),
      over_2500 = least(o.over_2500::bigint + excluded.over_2500, 1000000000),
      over_5000 = least(o.over_5000::bigint + excluded.over_5000, 1000000000)
    returning o.user_key, o.phase, o.side
  )
  select coalesce(sum(s.calls), 0)::integer into v_counted
  from sums as s join counted as c using (user_key, phase, side);
  return v_counted;
end
$$;

comment on function private.record_store_outcomes(jsonb, timestamptz) is 'Counts outcomes in the slot of p_at.';

create function private.record_store_outcomes(p_outcomes jsonb) returns integer
language sql volatile security definer
set search_path = ''
as $$
-- Definer: outcomes are granted to nobody; execute is for service_role alone.
  select private.record_store_outcomes(p_outcomes, clock_timestamp())
$$;

create function public.record_store_outcomes(p_outcomes jsonb) returns integer
language sql volatile
set search_path = ''
as $$
  select private.record_store_outcomes(p_outcomes)
$$;

comment on function public.record_store_outcomes(jsonb) is
'What became of at most 1,000 calls to the stores: [{"user_id", "operation": "put"|"get"|"delete"|"list", "side": "local"|"supabase", "outcome": "ok"|"fault"|"fallback"|"mismatch"|"refused", "milliseconds"}]. Returns how many count for the rollout: none of refused ones, of pinned users, without a rollout, and of users beyond the first 500 of five minutes. Raises invalid_request.';

create function private.rollout_rates(p_rollout private.rollouts, p_phase text, p_from timestamptz, p_until timestamptz)
returns table (
  treated boolean, side text, signal text, users bigint, calls double precision, affected bigint, rate double precision, error double precision
)
language sql stable
set search_path = ''
as $$
  with users as (
    select
      o.phase = any ((select private.phases_from(p_phase))::text[]) as treated, o.side, o.user_key,
      sum(o.calls)::double precision as calls,
      least(sum(o.calls), p_rollout.calls_per_user)::double precision as weight,
      sum(o.faults)::double precision as faults, sum(o.fallbacks)::double precision as fallbacks,
      sum(o.over_250)::double precision as over_250, sum(o.over_500)::double precision as over_500,
      sum(o.over_1000)::double precision as over_1000, sum(o.over_2500)::double precision as over_2500,
      sum(o.over_5000)::double precision as over_5000
    from private.store_outcomes as o
    where o.slot_at >= p_from and o.slot_at < p_until
    group by 1, 2, 3
  ), weighed as (
    -- A user counts with their own share of bad calls, and with so many calls at most: a million faults of one weigh as much as twenty.
    select u.treated, u.side, s.signal, u.weight, u.weight * s.bad / u.calls as bad, (u.user_key >> 11)::double precision as tie
    from users as u, lateral (
      values
        ('fault', u.faults), ('fallback', u.fallbacks), ('over_250', u.over_250), ('over_500', u.over_500),
        ('over_1000', u.over_1000), ('over_2500', u.over_2500), ('over_5000', u.over_5000)
    ) as s (signal, bad)
  ), sums as (
    select
      w.treated, w.side, w.signal, count(*) as users, sum(w.weight) as calls, count(*) filter (where w.bad > 0) as affected,
      sum(w.bad) as bad, sum(w.bad * w.bad) as bad_bad, sum(w.bad * w.weight) as bad_weight, sum(w.weight * w.weight) as weight_weight,
      max(array[w.bad, w.weight, w.tie]) as worst,
      max(array[w.weight - w.bad, w.weight, w.tie]) as best
    from weighed as w
    group by w.treated, w.side, w.signal
  ), trimmed as (
    -- The user who did worst and the one who did best are left out: one alone can neither bring a rate about nor hide it.
    select
      s.treated, s.side, s.signal, s.users, s.calls, s.affected,
      s.bad - o.bad as bad, s.calls - o.weight as weight,
      s.bad_bad - o.bad_bad as bad_bad, s.bad_weight - o.bad_weight as bad_weight, s.weight_weight - o.weight_weight as weight_weight
    from sums as s, lateral (
      select sum(x.bad) as bad, sum(x.weight) as weight, sum(x.bad * x.bad) as bad_bad, sum(x.bad * x.weight) as bad_weight, sum(x.weight * x.weight) as weight_weight
      from (
        select s.worst[1] as bad, s.worst[2] as weight
        union all
        select s.best[2] - s.best[1], s.best[2] where s.best[2:3] <> s.worst[2:3]
      ) as x
    ) as o
    where s.users > 2
  ), rated as (
    select t.*, least(greatest(t.bad / t.weight, 0), 1) as share from trimmed as t where t.weight > 0
  )
  select
    r.treated, r.side, r.signal, r.users, r.calls, r.affected, r.share,
    -- Of a ratio of sums over users, not over calls: the calls of one user go wrong together.
    sqrt(greatest(r.bad_bad - 2 * r.share * r.bad_weight + r.share * r.share * r.weight_weight, 0)) / r.weight
  from rated as r
$$;

comment on function private.rollout_rates(private.rollouts, text, timestamptz, timestamptz) is
'Rates of users in a phase or beyond (treated) and of the others, for each side: faults, fallbacks, and calls slower than so many milliseconds, with their standard errors. Users weigh at most calls_per_user; the worst and the best are left out.';

create function private.rollout_signals(p_rollout private.rollouts, p_phase text, p_from timestamptz, p_until timestamptz)
returns table (
  side text, signal text, users bigint, calls double precision, affected bigint,
  rate double precision, normal double precision, allowed double precision, deviation double precision
)
language sql stable
set search_path = ''
as $$
  with rates as (
    select * from private.rollout_rates(p_rollout, p_phase, p_from, p_until) as r
    -- What has too little volume decides nothing, as treatment or as control.
    where r.users >= p_rollout.least_users and r.calls >= p_rollout.least_calls
  ), slow as (
    -- More than 5 % of calls over double the control's p95 is the same as a p95 of more than double. Below 250 ms nobody
    -- waits; where there is nobody to compare with, 2.5 s are too long.
    select
      s.side,
      case
        when c.over_250 is null then 'over_2500'
        when c.over_250 <= p_rollout.slow_share then 'over_500'
        when c.over_500 <= p_rollout.slow_share then 'over_1000'
        when c.over_1000 <= p_rollout.slow_share then 'over_2500'
        when c.over_2500 <= p_rollout.slow_share then 'over_5000'
      end as signal
    from (values ('local'), ('supabase')) as s (side)
      cross join lateral (
        select
          min(r.rate) filter (where r.signal = 'over_250') as over_250, min(r.rate) filter (where r.signal = 'over_500') as over_500,
          min(r.rate) filter (where r.signal = 'over_1000') as over_1000, min(r.rate) filter (where r.signal = 'over_2500') as over_2500
        from rates as r
        where not r.treated and r.side = s.side
      ) as c
  )
  select
    t.side, t.signal, t.users, t.calls, t.affected, t.rate, n.normal,
    case when t.signal like 'over%' then p_rollout.slow_share else n.normal + greatest(p_rollout.least_excess, n.normal / 2) end,
    -- In standard errors; all users alike leave none, and any difference is one.
    (t.rate - n.normal) / greatest(sqrt(t.error ^ 2 + coalesce(c.error, 0) ^ 2), 1e-9)
  from rates as t
    left join rates as c on not c.treated and (c.side, c.signal) = (t.side, t.signal)
    cross join lateral (
      select coalesce(
        c.rate,
        case t.signal when 'fault' then p_rollout.accepted_fault_rate when 'fallback' then p_rollout.accepted_fallback_rate else 0 end
      ) as normal
    ) as n
  where t.treated
    and (t.signal in ('fault', 'fallback') or exists (select from slow as s where (s.side, s.signal) = (t.side, t.signal)))
$$;

comment on function private.rollout_signals(private.rollouts, text, timestamptz, timestamptz) is
'How users in a phase fare: each rate, what is normal (the control''s, or the accepted one), how much is allowed, and by how many standard errors it is off.';

create function private.rollout_window(p_rollout private.rollouts, p_phase text, p_from timestamptz, p_until timestamptz) returns jsonb
language sql stable
set search_path = ''
as $$
  with signals as (
    select
      s.*, s.side || ' ' || case when s.signal like 'over%' then 'slow' else s.signal end as what,
      s.rate > s.allowed and s.affected >= 3 and s.deviation > p_rollout.hold_errors as over
    from private.rollout_signals(p_rollout, p_phase, p_from, p_until) as s
  ), users as (
    select o.user_key, sum(o.calls) as calls, sum(o.mismatches) as mismatches
    from private.store_outcomes as o
    where o.slot_at >= p_from and o.slot_at < p_until and o.phase = any ((select private.phases_from(p_phase))::text[])
    group by o.user_key
  )
  select jsonb_build_object(
    'from', p_from, 'until', p_until,
    'users', (select count(*) from users),
    'calls', (select coalesce(sum(least(u.calls, p_rollout.calls_per_user)), 0) from users as u),
    'mismatchUsers', (select count(*) from users as u where u.mismatches > 0),
    'over', to_jsonb(array(select s.what from signals as s where s.over order by 1)),
    'farOver', to_jsonb(array(select s.what from signals as s where s.over and s.deviation > p_rollout.fall_errors order by 1)),
    'signals', coalesce((
      select jsonb_agg(jsonb_build_object(
        'side', s.side, 'signal', s.signal, 'users', s.users, 'calls', s.calls, 'affected', s.affected,
        'rate', round(s.rate::numeric, 5), 'normal', round(s.normal::numeric, 5), 'allowed', round(s.allowed::numeric, 5),
        'errors', round(least(s.deviation, 9999)::numeric, 1), 'over', s.over
      ) order by s.side, s.signal)
      from signals as s
    ), '[]')
  )
$$;

comment on function private.rollout_window(private.rollouts, text, timestamptz, timestamptz) is
'A window of a phase as it is judged and noted: users, counted calls, users with mismatches, the signals, and which of these are over what is allowed by hold_errors (over) and by fall_errors (farOver).';

grant execute on function private.record_store_outcomes(jsonb) to service_role;
grant execute on function public.record_store_outcomes(jsonb) to service_role;
