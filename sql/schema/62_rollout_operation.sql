-- What a person does about a rollout: starts, pauses, resumes and forces it, pins users, and looks at it.

create function private.rollout_state(p_rollout_id bigint) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'rolloutId', r.rollout_id, 'state', r.state, 'stage', r.stage, 'phase', s.phase, 'percentage', s.percentage, 'enteredAt', r.entered_at,
    'coolingUntil', r.cooling_until, 'falls', r.falls
  )
  from private.rollouts as r
    left join private.rollout_stages as s on (s.rollout_id, s.stage) = (r.rollout_id, r.stage)
  where r.rollout_id = p_rollout_id
$$;

create function private.check_decider(p_by text, p_why text) returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if coalesce(length(p_by), 0) not between 1 and 200 or p_by = 'canary' or coalesce(length(p_why), 0) not between 1 and 1000 then
    perform private.fail('invalid_request', 'A decision says who made it, in 1–200 characters, and why, in 1–1,000');
  end if;
end
$$;

create function private.current_rollout() returns private.rollouts
language plpgsql
set search_path = ''
as $$
declare
  v_rollout private.rollouts;
begin
  select * into v_rollout from private.rollouts as r where r.ended_at is null for update;
  if not found then
    perform private.fail('not_found', 'There is no rollout', 'select public.start_rollout(...)');
  end if;
  return v_rollout;
end
$$;

comment on function private.current_rollout() is 'The rollout that counts, locked. Raises not_found.';

create function private.default_rollout_stages() returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_agg(
    jsonb_build_object('phase', p.phase, 'percentage', s.percentage, 'minSeconds', s.hours * 3600, 'minCalls', s.calls, 'minUsers', s.users)
    order by p.place, s.percentage
  )
  from unnest(array['dual_write', 'dual_read', 'supabase']) with ordinality as p (phase, place)
    cross join (values (1, 1, 200, 20), (10, 4, 1000, 50), (50, 12, 2000, 100), (100, 24, 2000, 100)) as s (percentage, hours, calls, users)
$$;

comment on function private.default_rollout_stages() is 'The plan of a rollout that is started without one: each phase to 1, 10, 50 and 100 %, in five days at least.';

create function private.insert_rollout_stages(p_rollout_id bigint, p_stages jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(p_stages) <> 'array' or jsonb_array_length(p_stages) not between 1 and 100 or exists (
    select from jsonb_array_elements(p_stages) as s (stage)
    where not coalesce(
      s.stage ->> 'phase' in ('dual_write', 'dual_read', 'supabase')
      and case when (
        select bool_and(jsonb_typeof(s.stage -> k) = 'number') from unnest(array['percentage', 'minSeconds', 'minCalls', 'minUsers']) as k
      ) then
        (s.stage ->> 'percentage')::numeric between 0.01 and 100
        and (s.stage ->> 'percentage')::numeric = round((s.stage ->> 'percentage')::numeric, 2)
        -- Beyond a day outcomes are forgotten.
        and (s.stage ->> 'minSeconds')::numeric between 0 and 31536000
        and (s.stage ->> 'minCalls')::numeric between 1 and 1000000
        and (s.stage ->> 'minUsers')::numeric between 1 and 500
      end,
      false
    )
  ) then
    perform private.fail(
      'invalid_request', 'A plan is an array of 1–100 stages',
      '{"phase": dual_write, dual_read or supabase, "percentage": 0.01–100, "minSeconds": at most a year, "minCalls": 1–1000000, "minUsers": 1–500}'
    );
  end if;
  insert into private.rollout_stages (rollout_id, stage, phase, percentage, min_time, min_calls, min_users)
  select
    p_rollout_id, s.place, s.stage ->> 'phase', (s.stage ->> 'percentage')::numeric,
    make_interval(secs => (s.stage ->> 'minSeconds')::double precision),
    (s.stage ->> 'minCalls')::numeric::integer, (s.stage ->> 'minUsers')::numeric::integer
  from jsonb_array_elements(p_stages) with ordinality as s (stage, place);
  if exists (
    select from private.rollout_stages as a
      join private.rollout_stages as b on b.rollout_id = a.rollout_id and b.stage = a.stage + 1
    where a.rollout_id = p_rollout_id and (private.phase_rank(a.phase), a.percentage) >= (private.phase_rank(b.phase), b.percentage)
  ) then
    perform private.fail('invalid_request', 'Stages rise: first the phase, then the percentage within it');
  end if;
end
$$;

create function private.start_rollout(p_by text, p_why text, p_stages jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
declare
  v_now constant timestamptz := clock_timestamp();
  v_before private.rollouts;
  v_rollout_id bigint;
begin
  perform private.check_decider(p_by, p_why);
  -- One after the other: of two that start at once the second is refused.
  perform pg_advisory_xact_lock(hashtextextended('reswave rollout', 0));
  select * into v_before from private.rollouts as r where r.ended_at is null for update;
  if v_before.stage > 0 then
    perform private.fail('conflict', 'A rollout is under way', 'Force it to stage 0 first, which takes everybody back to local.');
  end if;
  if v_before.rollout_id is not null then
    update private.rollouts set ended_at = v_now where rollout_id = v_before.rollout_id;
    perform private.note_rollout(v_before.rollout_id, v_now, 'ended', 0, 0, p_by, p_why);
    delete from private.store_outcomes;
  end if;
  insert into private.rollouts (entered_at, judged_until, started_at, storage_seen)
  values (v_now, private.outcome_slot(v_now), v_now, private.storage_trouble('{}'))
  returning rollout_id into v_rollout_id;
  perform private.insert_rollout_stages(v_rollout_id, coalesce(p_stages, private.default_rollout_stages()));
  perform private.enter_rollout_stage(v_rollout_id, 1, v_now);
  perform private.note_rollout(v_rollout_id, v_now, 'started', 0, 1, p_by, p_why);
  return private.rollout_state(v_rollout_id);
end
$$;

create function private.set_rollout_state(p_state text, p_by text, p_why text) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_rollout private.rollouts;
begin
  perform private.check_decider(p_by, p_why);
  v_rollout := private.current_rollout();
  if v_rollout.state <> p_state then
    -- Resumed, a stage begins anew: what a person has looked into is not held against it.
    update private.rollouts as r
    set state = p_state,
      entered_at = case p_state when 'running' then v_now else r.entered_at end,
      falls = case p_state when 'running' then 0 else r.falls end,
      cooling_until = case p_state when 'running' then null else r.cooling_until end
    where r.rollout_id = v_rollout.rollout_id;
    perform private.note_rollout(
      v_rollout.rollout_id, v_now, case p_state when 'running' then 'resumed' else 'paused' end, v_rollout.stage, v_rollout.stage, p_by, p_why
    );
  end if;
  return private.rollout_state(v_rollout.rollout_id);
end
$$;

create function private.pause_rollout(p_by text, p_why text) returns jsonb
language sql security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
  select private.set_rollout_state('paused', p_by, p_why)
$$;

create function private.resume_rollout(p_by text, p_why text) returns jsonb
language sql security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
  select private.set_rollout_state('running', p_by, p_why)
$$;

create function private.force_rollout_stage(p_stage integer, p_by text, p_why text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
declare
  v_now constant timestamptz := clock_timestamp();
  v_rollout private.rollouts;
begin
  perform private.check_decider(p_by, p_why);
  v_rollout := private.current_rollout();
  if p_stage is null or p_stage <> 0 and not exists (
    select from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, p_stage)
  ) then
    perform private.fail('invalid_request', format('The rollout has no stage %s', p_stage), '0 takes everybody back to local; public.rollout_report() lists the others.');
  end if;
  perform private.enter_rollout_stage(v_rollout.rollout_id, p_stage, v_now);
  -- At 0 it would begin again by itself, which nobody asks for who forces it there.
  update private.rollouts as r
  set falls = 0, cooling_until = null, state = case p_stage when 0 then 'paused' else r.state end
  where r.rollout_id = v_rollout.rollout_id;
  perform private.note_rollout(v_rollout.rollout_id, v_now, 'forced', v_rollout.stage, p_stage, p_by, p_why);
  return private.rollout_state(v_rollout.rollout_id);
end
$$;

create function private.pin_rollout_user(p_user_id text, p_phase text, p_by text, p_why text) returns text
language plpgsql security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
begin
  perform private.check_decider(p_by, p_why);
  if p_user_id is null or length(p_user_id) not between 1 and 255 or p_phase is not null and private.phase_rank(p_phase) is null then
    perform private.fail('invalid_request', 'A user of 1–255 characters is pinned to local, dual_write, dual_read or supabase; null unpins');
  end if;
  if p_phase is null then
    delete from private.rollout_pins as p where p.user_id = p_user_id;
  else
    insert into private.rollout_pins as p (user_id, phase, pinned_by, why) values (p_user_id, p_phase, p_by, p_why)
    on conflict on constraint rollout_pins_pkey
    do update set phase = excluded.phase, pinned_by = excluded.pinned_by, why = excluded.why, pinned_at = excluded.pinned_at;
  end if;
  -- The log outlives the user: it has their digest.
  perform private.note_rollout(
    (select r.rollout_id from private.rollouts as r where r.ended_at is null), clock_timestamp(),
    case when p_phase is null then 'unpinned' else 'pinned' end, null, null, p_by, p_why,
    jsonb_build_object('userDigest', private.user_digest(p_user_id), 'phase', p_phase)
  );
  return private.rollout_phase(p_user_id);
end
$$;

create function private.rollout_report() returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'rollout', private.rollout_state(r.rollout_id),
    'users', jsonb_build_object(
      'dual_write', r.dual_write_below / 100.0, 'dual_read', r.dual_read_below / 100.0, 'supabase', r.supabase_below / 100.0
    ),
    'pinned', (select count(*) from private.rollout_pins),
    'lastHour', (
      select private.rollout_window(r, s.phase, greatest(w.until - interval '1 hour', r.entered_at), w.until + interval '5 minutes')
      from private.rollout_stages as s, (select private.outcome_slot(now()) as until) as w
      where (s.rollout_id, s.stage) = (r.rollout_id, r.stage)
    ),
    'stages', (
      select jsonb_agg(jsonb_build_object(
        'stage', s.stage, 'phase', s.phase, 'percentage', s.percentage, 'minSeconds', extract(epoch from s.min_time)::bigint,
        'minCalls', s.min_calls, 'minUsers', s.min_users
      ) order by s.stage)
      from private.rollout_stages as s
      where s.rollout_id = r.rollout_id
    ),
    'decisions', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'at', d.decided_at, 'decision', d.decision, 'from', d.from_stage, 'to', d.to_stage, 'by', d.decided_by, 'why', d.why
      ) order by d.decision_id desc), '[]')
      from (
        select * from private.rollout_decisions as x
        where x.rollout_id = r.rollout_id
        order by x.decision_id desc
        limit 20
      ) as d
    )
  )
  from (select) as one
    left join private.rollouts as r on r.ended_at is null
$$;

create function public.start_rollout(p_by text, p_why text, p_stages jsonb default null) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.start_rollout(p_by, p_why, p_stages)
$$;

comment on function public.start_rollout(text, text, jsonb) is
'For operators: begins a rollout at its first stage, by private.default_rollout_stages() or a plan of [{"phase", "percentage", "minSeconds", "minCalls", "minUsers"}]. Ends one that stands at stage 0. Returns its state. Raises invalid_request, conflict.';

create function public.pause_rollout(p_by text, p_why text) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.pause_rollout(p_by, p_why)
$$;

comment on function public.pause_rollout(text, text) is
'For operators: everybody stays in their phase, whatever is measured, until resume_rollout. Idempotent. Returns the state. Raises invalid_request, not_found.';

create function public.resume_rollout(p_by text, p_why text) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.resume_rollout(p_by, p_why)
$$;

comment on function public.resume_rollout(text, text) is
'For operators: lets a paused rollout decide by itself again; its stage begins anew, and fallbacks are counted from 0. Idempotent. Returns the state. Raises invalid_request, not_found.';

create function public.force_rollout_stage(p_stage integer, p_by text, p_why text) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.force_rollout_stage(p_stage, p_by, p_why)
$$;

comment on function public.force_rollout_stage(integer, text, text) is
'For operators: makes a stage the present one at once, up or down; 0 takes everybody back to local and pauses. A running rollout goes on from there by itself. Returns the state. Raises invalid_request, not_found.';

create function public.pin_rollout_user(p_user_id text, p_phase text, p_by text, p_why text) returns text
language sql volatile
set search_path = ''
as $$
  select private.pin_rollout_user(p_user_id, p_phase, p_by, p_why)
$$;

comment on function public.pin_rollout_user(text, text, text, text) is
'For operators: keeps a user in a phase whatever a rollout does, and out of what it is judged by; null as phase lets go. Returns the phase that they are in. Raises invalid_request.';

create function public.rollout_report() returns jsonb
language sql stable
set search_path = ''
as $$
  select private.rollout_report()
$$;

comment on function public.rollout_report() is
'For operators: {"rollout": state or null, "users": percentages, "pinned", "lastHour": as judged, "stages", "decisions": the last 20}.';

grant execute on function private.start_rollout(text, text, jsonb) to service_role;
grant execute on function private.pause_rollout(text, text) to service_role;
grant execute on function private.resume_rollout(text, text) to service_role;
grant execute on function private.force_rollout_stage(integer, text, text) to service_role;
grant execute on function private.pin_rollout_user(text, text, text, text) to service_role;
grant execute on function private.rollout_report() to service_role;
grant execute on function public.start_rollout(text, text, jsonb) to service_role;
grant execute on function public.pause_rollout(text, text) to service_role;
grant execute on function public.resume_rollout(text, text) to service_role;
grant execute on function public.force_rollout_stage(integer, text, text) to service_role;
grant execute on function public.pin_rollout_user(text, text, text, text) to service_role;
grant execute on function public.rollout_report() to service_role;
