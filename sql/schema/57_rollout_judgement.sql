-- How a rollout goes on by itself: judged in each slot of five minutes.

create function private.note_rollout(
  p_rollout_id bigint, p_decided_at timestamptz, p_decision text, p_from_stage integer, p_to_stage integer, p_decided_by text, p_why text, p_figures jsonb default '{}'
) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.rollout_decisions (rollout_id, decided_at, decision, from_stage, to_stage, decided_by, why, figures)
  values (p_rollout_id, p_decided_at, p_decision, p_from_stage, p_to_stage, p_decided_by, p_why, p_figures);
  perform private.count('rollout_decisions', jsonb_build_object('decision', p_decision));
end
$$;

create function private.enter_rollout_stage(p_rollout_id bigint, p_stage integer, p_at timestamptz) returns void
language sql
set search_path = ''
as $$
  update private.rollouts as r
  set stage = p_stage, entered_at = p_at,
    dual_write_below = coalesce(s.dual_write, 0), dual_read_below = coalesce(s.dual_read, 0), supabase_below = coalesce(s.supabase, 0)
  from (
    -- The highest so far, of each phase: whoever is in one stays in it, or goes on to a higher one, while stages rise.
    select
      max(x.percentage * 100) filter (where x.phase = 'dual_write') as dual_write,
      max(x.percentage * 100) filter (where x.phase = 'dual_read') as dual_read,
      max(x.percentage * 100) filter (where x.phase = 'supabase') as supabase
    from private.rollout_stages as x
    where x.rollout_id = p_rollout_id and x.stage <= p_stage
  ) as s
  where r.rollout_id = p_rollout_id
$$;

comment on function private.enter_rollout_stage(bigint, integer, timestamptz) is 'Makes a stage the present one; 0 takes everybody back to local.';

create function private.storage_trouble(p_seen jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  with totals as (
    select
      coalesce(sum(c.value) filter (where c.labels ->> 'outcome' = 'failed'), 0) as failed,
      coalesce(sum(c.value) filter (where c.labels ->> 'outcome' in ('ok', 'failed')), 0) as calls
    from private.counters as c
    where c.name = 'storage_calls'
  ), lately as (
    select
      t.*, t.failed - coalesce((p_seen ->> 'failed')::numeric, t.failed) as failed_lately,
      t.calls - coalesce((p_seen ->> 'calls')::numeric, t.calls) as calls_lately
    from totals as t
  )
  select jsonb_build_object(
    'failed', l.failed, 'calls', l.calls, 'failedLately', l.failed_lately, 'callsLately', l.calls_lately,
    'ill', l.calls_lately >= 50 and l.failed_lately > l.calls_lately * 0.05
  )
  from lately as l
$$;

comment on function private.storage_trouble(jsonb) is
'Whether Storage has failed (5xx or no answer) more than 5 % of at least 50 calls of our own functions since it was last looked at. Whose fault it is does not show, so it only keeps people from being moved on.';

create function private.judge_rollouts(p_now timestamptz default clock_timestamp()) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_rollout private.rollouts;
  v_stage private.rollout_stages;
  v_until constant timestamptz := private.outcome_slot(p_now);
  v_begin timestamptz;
  v_short jsonb;
  v_long jsonb;
  v_whole jsonb;
  v_storage jsonb;
  v_decision text;
  v_to integer;
  v_why text;
begin
  delete from private.store_outcomes as o
  where (o.user_key, o.slot_at, o.phase, o.side) in (
    select x.user_key, x.slot_at, x.phase, x.side from private.store_outcomes as x
    where x.slot_at < v_until - interval '24 hours'
    order by x.slot_at
    limit 20000
  );
  -- Whoever else keeps house now judges, or a person has it in hand.
  select * into v_rollout from private.rollouts as r where r.ended_at is null for update skip locked;
  if not found or v_rollout.judged_until >= v_until then
    return null;
  end if;
  v_storage := private.storage_trouble(v_rollout.storage_seen);
  update private.rollouts as r set judged_until = v_until, storage_seen = v_storage where r.rollout_id = v_rollout.rollout_id;
  if v_rollout.state = 'paused' then
    return null;
  end if;
  select * into v_stage from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, v_rollout.stage);
  -- What happened before a stage was entered says nothing about it: windows begin with the first slot that is all its own.
  v_begin := private.outcome_slot(v_rollout.entered_at + interval '5 minutes' - interval '1 microsecond');
  v_short := private.rollout_window(v_rollout, v_stage.phase, greatest(v_begin, v_until - interval '5 minutes'), v_until);
  v_long := private.rollout_window(v_rollout, v_stage.phase, greatest(v_begin, v_until - interval '1 hour'), v_until);
  v_whole := private.rollout_window(v_rollout, v_stage.phase, greatest(v_begin, v_until - interval '24 hours'), v_until);
  v_decision := 'held';
  v_to := v_rollout.stage;
  if (v_long ->> 'mismatchUsers')::integer >= v_rollout.mismatch_users then
    -- Wrong bytes are no matter of how many meet them: back to before this phase.
    v_decision := 'fell_back';
    v_to := coalesce((
      select max(s.stage) from private.rollout_stages as s
      where s.rollout_id = v_rollout.rollout_id and s.stage < v_rollout.stage and private.phase_rank(s.phase) < private.phase_rank(v_stage.phase)
    ), 0);
    v_why := 'mismatches';
  elsif v_long -> 'farOver' ?| array(select jsonb_array_elements_text(v_short -> 'over')) then
    -- The hour says that it is no chance, the last five minutes that it is still so.
    v_decision := 'fell_back';
    v_to := v_rollout.stage - 1;
    v_why := (
      select string_agg(w.what, ', ' order by w.what) from jsonb_array_elements_text(v_long -> 'farOver') as w (what)
      where v_short -> 'over' ? w.what
    );
  elsif (v_long ->> 'mismatchUsers')::integer >= v_rollout.mismatch_users - 1 then
    v_why := 'mismatches';
  elsif v_long -> 'over' <> '[]' or v_whole -> 'over' <> '[]' then
    v_why := 'over what is allowed: ' || (
      select string_agg(distinct w.what, ', ') from jsonb_array_elements_text((v_long -> 'over') || (v_whole -> 'over')) as w (what)
    );
  elsif v_rollout.cooling_until > p_now then
    v_why := 'cooling down';
  elsif (v_storage ->> 'ill')::boolean then
    v_why := 'Storage fails';
  elsif p_now < v_rollout.entered_at + v_stage.min_time then
    v_why := 'minimum time';
  elsif (v_whole ->> 'users')::bigint < v_stage.min_users or (v_whole ->> 'calls')::bigint < v_stage.min_calls then
    v_why := 'too few users or calls';
  elsif not exists (select from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, v_rollout.stage + 1)) then
    v_why := 'complete';
  else
    v_decision := 'moved_on';
    v_to := v_rollout.stage + 1;
    v_why := case when v_rollout.stage = 0 then 'cooled down' else 'healthy' end;
  end if;
  -- A day of the same reason is one row.
  if v_decision <> 'held' or not exists (
    select from (
      select d.decision, d.why, d.to_stage from private.rollout_decisions as d
      where d.rollout_id = v_rollout.rollout_id and d.decision not in ('pinned', 'unpinned')
      order by d.decision_id desc
      limit 1
    ) as last
    where (last.decision, last.why, last.to_stage) = ('held', v_why, v_to)
  ) then
    perform private.note_rollout(
      v_rollout.rollout_id, p_now, v_decision, v_rollout.stage, v_to, 'canary', v_why,
      jsonb_build_object('short', v_short, 'long', v_long, 'stage', v_whole, 'storage', v_storage)
    );
  end if;
  if v_decision <> 'held' then
    perform private.enter_rollout_stage(v_rollout.rollout_id, v_to, p_now);
  end if;
  if v_decision = 'fell_back' then
    update private.rollouts as r set falls = r.falls + 1, cooling_until = p_now + r.cool_down
    where r.rollout_id = v_rollout.rollout_id
    returning * into v_rollout;
    if v_rollout.falls >= v_rollout.max_falls then
      update private.rollouts as r set state = 'paused' where r.rollout_id = v_rollout.rollout_id;
      perform private.note_rollout(
        v_rollout.rollout_id, p_now, 'paused', v_to, v_to, 'canary', format('%s fallbacks: a person decides', v_rollout.falls)
      );
    end if;
  end if;
  return v_decision;
end
$$;

comment on function private.judge_rollouts(timestamptz) is
'Judges the rollout once for each slot of five minutes that has ended: moved_on, held or fell_back; null when there is nothing to judge. Forgets outcomes of more than a day ago. Called by housekeeping.';
