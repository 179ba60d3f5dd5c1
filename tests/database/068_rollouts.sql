-- Phases by a sticky bucket, what is counted of the calls, and how a rollout goes on by it.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(150);

-- A slot of calls of many users, as if they had been recorded: bad ones of each user from the share on.
create function pg_temp.traffic(
  p_slot timestamptz, p_phase text, p_users integer, p_calls integer default 10, p_faults integer default 0, p_side text default 'supabase',
  p_column text default 'faults', p_from integer default 1
) returns void
language plpgsql
as $$
begin
  execute format('
    insert into private.store_outcomes as o (slot_at, phase, side, user_key, calls, %1$I)
    select private.outcome_slot($1), $2, $3, (hashtextextended($2 || i, 7)), $4, $5
    from generate_series($6, $6 + $7 - 1) as i
    on conflict on constraint store_outcomes_pkey do update set calls = o.calls + excluded.calls, %1$I = o.%1$I + excluded.%1$I', p_column)
  using p_slot, p_phase, p_side, p_calls, p_faults, p_from, p_users;
end
$$;

create function pg_temp.plan() returns jsonb
language sql
as $$
  select jsonb_agg(jsonb_build_object('phase', p, 'percentage', s, 'minSeconds', 900, 'minCalls', 100, 'minUsers', 20) order by i, s)
  from unnest(array['dual_write', 'dual_read', 'supabase']) with ordinality as p (p, i), unnest(array[1, 10, 100]) as s
$$;

-- Time of its own: slots are counted from a full hour on.
create function pg_temp.at(p_slots numeric) returns timestamptz
language sql
as $$
  select timestamptz '2030-01-01 12:00:00+00' + p_slots * interval '5 minutes'
$$;

-- A rollout that has just entered a stage, with nothing counted.
create function pg_temp.restart(p_stage integer default 1) returns void
language plpgsql
as $$
begin
  delete from private.store_outcomes;
  if exists (select from private.rollouts where ended_at is null) then
    perform public.force_rollout_stage(0, 'test', 'anew');
  end if;
  perform public.start_rollout('test', 'to see it', pg_temp.plan());
  perform private.enter_rollout_stage(rollout_id, p_stage, pg_temp.at(0)) from private.rollouts where ended_at is null;
  update private.rollouts set judged_until = pg_temp.at(0) where ended_at is null;
end
$$;

create function pg_temp.last_decision() returns text
language sql
as $$
  select concat_ws(' ', decision, from_stage || '→' || to_stage, why) from private.rollout_decisions order by decision_id desc limit 1
$$;

create function pg_temp.stage() returns integer
language sql
as $$
  select stage from private.rollouts where ended_at is null
$$;

-- Without a rollout
select is(public.rollout_phase('u'), 'local', 'without a rollout everybody is local');
select is(public.record_store_outcomes('[{"user_id": "u", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1}]'), 0, 'and nothing is counted');
select is(private.judge_rollouts(), null, 'nor judged');
select is(public.rollout_report() -> 'rollout', 'null', 'the report says that there is none');
select is(outcome(c), 'not_found', c) from unnest(array[
  $$select public.pause_rollout('me', 'x')$$, $$select public.resume_rollout('me', 'x')$$, $$select public.force_rollout_stage(1, 'me', 'x')$$
]) as c;

-- Bad input
select is(outcome(format('select public.rollout_phase(%L)', u)), 'invalid_request', 'no phase for ' || coalesce(left(u, 5), 'null')) from unnest(array[null, '', repeat('x', 256)]) as u;
select is(outcome(format('select public.record_store_outcomes(%L)', o)), 'invalid_request', 'no outcomes: ' || coalesce(o, 'null'))
from unnest(array[
  null, 'null', '{}', '1', '[1]', '[null]', '[{}]',
  '[{"operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1}]',
  '[{"user_id": "", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1}]',
  '[{"user_id": 7, "operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1}]',
  '[{"user_id": "u", "operation": "move", "side": "local", "outcome": "ok", "milliseconds": 1}]',
  '[{"user_id": "u", "operation": "put", "side": "both", "outcome": "ok", "milliseconds": 1}]',
  '[{"user_id": "u", "operation": "put", "side": "local", "outcome": "fine", "milliseconds": 1}]',
  '[{"user_id": "u", "operation": "put", "side": "local", "outcome": "ok"}]',
  '[{"user_id": "u", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": "1"}]',
  '[{"user_id": "u", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": -1}]',
  '[{"user_id": "u", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1e400}]'
]) as o;
select is(
  outcome(format('select public.record_store_outcomes(%L)', (select jsonb_agg('{"user_id": "u", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1}'::jsonb) from generate_series(1, 1001)))),
  'invalid_request', 'nor 1,001 at once'
);
select is(outcome(format('select public.start_rollout(%L, %L)', b, w)), 'invalid_request', 'who and why are said')
from (values (null, 'x'), ('', 'x'), ('me', null), ('me', ''), ('canary', 'x'), (repeat('x', 201), 'x'), ('me', repeat('x', 1001))) as v (b, w);
select is(outcome(format('select public.start_rollout(''me'', ''x'', %L)', p)), 'invalid_request', 'no plan: ' || p)
from unnest(array[
  '{}', '[]', '1', '[1]', '[{}]',
  '[{"phase": "local", "percentage": 1, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": 0, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": 1.001, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": 101, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": "1", "minSeconds": 0, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": 1, "minSeconds": -1, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": 1, "minSeconds": 0, "minCalls": 0, "minUsers": 1}]',
  '[{"phase": "dual_write", "percentage": 1, "minSeconds": 0, "minCalls": 1, "minUsers": 501}]',
  '[{"phase": "dual_write", "percentage": 10, "minSeconds": 0, "minCalls": 1, "minUsers": 1}, {"phase": "dual_write", "percentage": 10, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]',
  '[{"phase": "dual_read", "percentage": 1, "minSeconds": 0, "minCalls": 1, "minUsers": 1}, {"phase": "dual_write", "percentage": 10, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]'
]) as p;
select is(outcome(format('select public.pin_rollout_user(%L, %L, %L, %L)', u, p, b, w)), 'invalid_request', 'a pin names user, phase, who and why')
from (values (null, 'local', 'me', 'x'), ('', 'local', 'me', 'x'), ('u', 'remote', 'me', 'x'), ('u', 'local', null, 'x'), ('u', 'local', 'me', '')) as v (u, p, b, w);

-- Starting
select is(
  public.start_rollout('me', 'the disk is full') - array['enteredAt', 'rolloutId'],
  '{"state": "running", "stage": 1, "phase": "dual_write", "percentage": 1.00, "coolingUntil": null, "falls": 0}',
  'a rollout starts at its first stage'
);
select results_eq(
  'select phase, percentage from private.rollout_stages order by stage',
  $$ select p, s::numeric from unnest(array['dual_write', 'dual_read', 'supabase']) with ordinality as x (p, i), unnest(array[1, 10, 50, 100]) as s order by i, s $$,
  'and goes through each phase in 1, 10, 50 and 100 %'
);
select is(outcome($$select public.start_rollout('me', 'again')$$), 'conflict', 'there is one at a time');
select is(public.force_rollout_stage(0, 'me', 'back') ->> 'state', 'paused', 'forced to 0, it stays there');
select is(public.rollout_phase(u), 'local', 'and so does everybody') from unnest(array['a', 'b']) as u;
select lives_ok($$select public.start_rollout('me', 'again')$$, 'from there another starts');
select is((select count(*) from private.rollouts where ended_at is null), 1::bigint, 'which ends the one before');
select is(outcome(format('select public.force_rollout_stage(%s, ''me'', ''x'')', coalesce(s, 'null'))), 'invalid_request', 'there is no stage ' || coalesce(s, 'null')) from unnest(array[null, '-1', '13']) as s;
select is(outcome('update private.rollout_decisions set why = $$x$$'), 'error 42501', 'a decision is not rewritten');
select is(outcome('delete from private.rollout_decisions'), 'error 42501', 'nor deleted');
select is(outcome('truncate private.rollout_decisions'), 'error 42501', 'nor are all');

-- Buckets
select is(private.rollout_bucket('salt', 'auth0|42'), 9408, 'the bucket is that of the documented hash');
select is(private.rollout_bucket('salt', 'Zoë'), 871, 'of the bytes in UTF-8');
create temporary table buckets as
select salt, i, private.rollout_bucket(salt, 'auth0|' || i) as bucket from unnest(array['a', 'b', 'c']) as salt, generate_series(1, 100000) as i;
select cmp_ok(
  (
    -- At each of the 10,001 percentages that there are
    select max(abs(s.share - s.bucket - 1)) / 100.0 from (
      select b.salt, b.bucket, sum(count(*)) over (partition by b.salt order by b.bucket) / 10.0 as share
      from buckets as b
      group by b.salt, b.bucket
    ) as s
  ), '<=', 0.5, '100,000 users land within half a point of any percentage, with any salt'
);
select is((select count(distinct bucket) from buckets), 10000::bigint, 'every bucket is used, from 0 to 9,999');
select cmp_ok((select count(*) from buckets as a join buckets as b using (i) where a.salt = 'a' and b.salt = 'b' and a.bucket < 1000 and b.bucket < 1000), '<', 1200::bigint, 'another salt has other users first');

-- Nobody goes back while it rises
create temporary table phases as select 0 as stage, i::text as user_id, 1 as rank from generate_series(1, 500) as i;
do $$
begin
  for v_stage in 1..12 loop
    perform public.force_rollout_stage(v_stage, 'me', 'up');
    insert into pg_temp.phases select v_stage, i::text, private.phase_rank(public.rollout_phase(i::text)) from generate_series(1, 500) as i;
  end loop;
end
$$;
select is_empty('select from phases as a join phases as b on b.user_id = a.user_id and b.stage = a.stage + 1 and b.rank < a.rank', 'no user goes back while stages rise');
select is((select count(*) from phases where stage = 12 and rank = 4), 500::bigint, 'in the end all are there');
select is((select count(distinct rank) from phases where stage = 3), 2::bigint, 'in between some are');

-- Pins
select is(public.pin_rollout_user('u', 'dual_write', 'me', 'a tester'), 'dual_write', 'a pinned user keeps their phase');
select is(public.pin_rollout_user('u', 'local', 'me', 'no'), 'local', 'until pinned to another');
select is(public.record_store_outcomes('[{"user_id": "u", "operation": "put", "side": "supabase", "outcome": "fault", "milliseconds": 1}]'), 0, 'and is not judged by');
select is(public.pin_rollout_user('u', null, 'me', 'over'), 'supabase', 'or let go');
select is_empty($$select from private.rollout_decisions where figures::text like '%"u"%'$$, 'the log does not name them');
select is((select array_agg(decision order by decision_id) from private.rollout_decisions where decision like '%pinned'), '{pinned,pinned,unpinned}', 'each is in the log');
select is((select decided_by || why from private.rollout_decisions order by decision_id desc limit 1), 'meover', 'with who and why');

-- What is counted
select pg_temp.restart(9);
select is(
  public.record_store_outcomes((
    select jsonb_agg(jsonb_build_object('user_id', 'u', 'operation', 'put', 'side', 'supabase', 'outcome', o, 'milliseconds', m))
    from (values ('ok', 1), ('ok', 250), ('fault', 250.1), ('fallback', 600), ('mismatch', 6000), ('refused', 9000)) as v (o, m)
  )), 5, 'what the caller did wrong does not count'
);
select public.record_store_outcomes('[{"user_id": "u", "operation": "get", "side": "supabase", "outcome": "ok", "milliseconds": 1}]');
select results_eq(
  'select phase, side, calls, faults, fallbacks, mismatches, over_250, over_500, over_1000, over_2500, over_5000 from private.store_outcomes',
  $$values ('supabase', 'supabase', 6, 1, 1, 1, 3, 2, 1, 1, 1)$$, 'a user has one row for five minutes'
);
select is(public.record_store_outcomes('[]'), 0, 'nothing is nothing');
select is(
  (select sum(public.record_store_outcomes((
    select jsonb_agg(jsonb_build_object('user_id', b || '-' || i, 'operation', 'put', 'side', 'local', 'outcome', 'ok', 'milliseconds', 1)) from generate_series(1, 500) as i
  ))) from generate_series(1, 3) as b), 500::bigint, 'new users beyond 500 of a slot, phase and side are not kept'
);
select is(public.record_store_outcomes('[{"user_id": "1-1", "operation": "put", "side": "local", "outcome": "ok", "milliseconds": 1}]'), 1, 'those that are go on counting');

-- Healthy
select pg_temp.restart();
select is(private.judge_rollouts(pg_temp.at(0.9)), null, 'a slot is judged when it has ended');
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 30) from generate_series(0, 2) as s;
select is(private.judge_rollouts(pg_temp.at(1)), 'held', 'it holds for its minimum time');
select is(pg_temp.last_decision(), 'held 1→1 minimum time', 'and says why');
select is(private.judge_rollouts(pg_temp.at(1.5)), null, 'a slot is judged once');
select is(private.judge_rollouts(pg_temp.at(2)), 'held', 'and the next');
select is((select count(*) from private.rollout_decisions where why = 'minimum time' and rollout_id = (select max(rollout_id) from private.rollouts)), 1::bigint, 'the same reason is noted once');
select is(private.judge_rollouts(pg_temp.at(3)), 'moved_on', 'then it moves on');
select is(pg_temp.last_decision(), 'moved_on 1→2 healthy', 'and says why');
select is((select (figures #>> '{stage,users}')::integer from private.rollout_decisions order by decision_id desc limit 1), 30, 'with the figures');

-- Low traffic
select pg_temp.restart();
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 9, 100, 100) from generate_series(0, 2) as s;
select is(private.judge_rollouts(pg_temp.at(3)), 'held', 'nine users who all fail do not make it fall back');
select is(pg_temp.last_decision(), 'held 1→1 too few users or calls', 'nor move on');
select pg_temp.restart();
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 19, 100);
select is(private.judge_rollouts(pg_temp.at(30)), 'held', 'nineteen healthy users are too few for a stage of twenty');
select pg_temp.traffic(pg_temp.at(30), 'dual_write', 1, 4, 0, 'supabase', 'faults', 99);
select is(private.judge_rollouts(pg_temp.at(31)), 'moved_on', 'the twentieth may come a day later');
select pg_temp.restart();
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 20, 4);
select is(private.judge_rollouts(pg_temp.at(30)), 'held', 'twenty with 80 calls are too few for one of 100');

-- One user
select pg_temp.restart(2);
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 30) from generate_series(0, 2) as s;
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 1, 1000000, 1000000, 'supabase', c, 1000) from generate_series(0, 2) as s, unnest(array['faults', 'fallbacks', 'mismatches', 'over_2500']) as c;
select is(private.judge_rollouts(pg_temp.at(1)), 'held', 'a million faults of one user decide nothing');
select is(private.judge_rollouts(pg_temp.at(3)), 'moved_on', 'they do not even hold it');
select pg_temp.restart(2);
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 30, 10, 2) from generate_series(0, 2) as s;
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 1, 1000000, 0, 'supabase', 'faults', 1000) from generate_series(0, 2) as s;
select is(private.judge_rollouts(pg_temp.at(1)), 'fell_back', 'nor do a million calls that went well hide what others meet');

-- A regression
select pg_temp.restart(2);
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 40) from generate_series(0, 1) as s;
select private.judge_rollouts(pg_temp.at(s)) from generate_series(1, 2) as s;
select pg_temp.traffic(pg_temp.at(2), 'dual_write', 40, 10, 1);
select is(private.judge_rollouts(pg_temp.at(3)), 'fell_back', 'a tenth of calls that fail make it fall back within a slot');
select is(pg_temp.last_decision(), 'fell_back 2→1 supabase fault', 'by one stage');
select is(private.judge_rollouts(pg_temp.at(4)), 'held', 'there it stays');
select is(pg_temp.last_decision(), 'held 1→1 cooling down', 'while it cools down');
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 30) from generate_series(4, 14) as s;
select is(private.judge_rollouts(pg_temp.at(14.9)), 'held', 'for an hour');
select is(private.judge_rollouts(pg_temp.at(15)), 'moved_on', 'and goes on after it');

-- Its causes
select pg_temp.restart(1);
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 40, 10, 2, 'supabase', 'fallbacks');
select is(private.judge_rollouts(pg_temp.at(1)), 'fell_back', 'so do fallbacks');
select is(pg_temp.last_decision(), 'fell_back 1→0 supabase fallback', 'from the first stage to local');
select is(private.judge_rollouts(pg_temp.at(14)), 'moved_on', 'from where it begins again when it has cooled down');
select pg_temp.restart(1);
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 40, 10, 3, 'supabase', 'over_2500');
select is(private.judge_rollouts(pg_temp.at(1)), 'fell_back', 'so do slow calls');
select is(pg_temp.last_decision(), 'fell_back 1→0 supabase slow', 'which it says');
select pg_temp.restart(4);
select pg_temp.traffic(pg_temp.at(0), 'dual_read', 40, 10, 3, 'supabase', 'over_500');
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 40, 10);
select is(private.judge_rollouts(pg_temp.at(1)), 'fell_back', 'against users who do not wait half a second is slow');
select pg_temp.restart(4);
select pg_temp.traffic(pg_temp.at(0), 'dual_read', 40, 10, 3, 'supabase', 'over_500');
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 40, 10, 3, 'supabase', 'over_500');
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 40, 0, 3, 'supabase', 'over_250');
select is(private.judge_rollouts(pg_temp.at(1)), 'held', 'against others who wait as long it is not');
select pg_temp.restart(4);
select pg_temp.traffic(pg_temp.at(s), p, 40, 10, 2) from generate_series(0, 2) as s, unnest(array['dual_write', 'dual_read']) as p;
select is(private.judge_rollouts(pg_temp.at(1)), 'held', 'a tenth of calls that fail for the others too is not the phase''s fault');
select is(private.judge_rollouts(pg_temp.at(3)), 'moved_on', 'and does not hold it');
select pg_temp.restart(1);
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 40, 10, 2, 'local');
select pg_temp.traffic(pg_temp.at(0), 'local', 40, 10, 0, 'local');
select is(private.judge_rollouts(pg_temp.at(1)), 'fell_back', 'what goes wrong on the local side counts too');

-- An hour alone
select pg_temp.restart(2);
select pg_temp.traffic(pg_temp.at(0), 'dual_write', 9, 10, 2);
select pg_temp.traffic(pg_temp.at(1), 'dual_write', 9, 10, 2, 'supabase', 'faults', 10);
select private.judge_rollouts(pg_temp.at(2));
select pg_temp.traffic(pg_temp.at(2), 'dual_write', 40);
select is(private.judge_rollouts(pg_temp.at(3)), 'held', 'what was over within the hour and is not any more holds');
select is(pg_temp.last_decision(), 'held 2→2 over what is allowed: supabase fault', 'and says so');

-- Mismatches
select pg_temp.restart(5);
select pg_temp.traffic(pg_temp.at(0), 'dual_read', 200);
select pg_temp.traffic(pg_temp.at(0), 'dual_read', 2, 0, 1, 'supabase', 'mismatches');
select is(private.judge_rollouts(pg_temp.at(1)), 'held', 'wrong bytes of two users hold');
select is(pg_temp.last_decision(), 'held 5→5 mismatches', 'and say so');
select pg_temp.traffic(pg_temp.at(1), 'dual_read', 1, 1, 1, 'supabase', 'mismatches', 3);
select is(private.judge_rollouts(pg_temp.at(2)), 'fell_back', 'of a third user they make it fall back');
select is(pg_temp.last_decision(), 'fell_back 5→3 mismatches', 'to before the phase');

-- Storage
select pg_temp.restart();
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 30) from generate_series(0, 3) as s;
select private.count('storage_calls', '{"operation": "upload", "outcome": "ok", "le": "5"}', 80), private.count('storage_calls', '{"operation": "upload", "outcome": "failed", "le": "5"}', 20);
select is(private.judge_rollouts(pg_temp.at(3)), 'held', 'while Storage fails our own functions nobody is moved onto it');
select is(pg_temp.last_decision(), 'held 1→1 Storage fails', 'and it says so');
select is(private.judge_rollouts(pg_temp.at(4)), 'moved_on', 'when it no longer does, it goes on');

-- A person
select pg_temp.restart();
select pg_temp.traffic(pg_temp.at(s), 'dual_write', 40, 10, 3) from generate_series(0, 3) as s;
select is(public.pause_rollout('me', 'holidays') ->> 'state', 'paused', 'a person pauses it');
select is(private.judge_rollouts(pg_temp.at(1)), null, 'then nothing decides');
select is(pg_temp.stage(), 1, 'and it stays');
select is(public.resume_rollout('me', 'back') ->> 'state', 'running', 'and resumes it');
select is((select array_agg(decision order by decision_id) from (select * from private.rollout_decisions order by decision_id desc limit 2) as d), '{paused,resumed}', 'both are noted');
select lives_ok($$select public.resume_rollout('me', 'back')$$, 'once more');
select is(pg_temp.last_decision(), 'resumed 1→1 back', 'is no other decision');
select pg_temp.restart(9);
select pg_temp.traffic(pg_temp.at(s), 'supabase', 40, 10, 3) from generate_series(0, 9) as s;
select pg_temp.traffic(pg_temp.at(s), 'dual_read', 40, 10, 0) from generate_series(0, 9) as s;
select is(
  (select array_agg(private.judge_rollouts(pg_temp.at(s))) from generate_series(1, 6) as s),
  '{fell_back,fell_back,fell_back,null,null,null}', 'after three fallbacks it is paused'
);
select is(pg_temp.last_decision(), 'paused 6→6 3 fallbacks: a person decides', 'and says so');
select is(public.resume_rollout('me', 'mended') ->> 'falls', '0', 'resumed, it counts from 0');
select is(public.rollout_report() #>> '{decisions,0,why}', 'mended', 'the report has the decisions');
select is(public.rollout_report() #>> '{rollout,stage}', '6', 'and the stage');
select is(jsonb_array_length(public.rollout_report() -> 'stages'), 9, 'and the plan');

-- The end, and what is forgotten
select pg_temp.restart(9);
select pg_temp.traffic(pg_temp.at(s), 'supabase', 30) from generate_series(0, 2) as s;
select is(private.judge_rollouts(pg_temp.at(3)), 'held', 'the last stage is not left');
select is(pg_temp.last_decision(), 'held 9→9 complete', 'but complete');
select private.judge_rollouts(pg_temp.at(291));
select is((select array_agg(distinct slot_at) from private.store_outcomes), null, 'outcomes are kept for a day');
select is((select rollout ->> 'rollout' from (select public.internal_keep_house() as rollout) as k), null, 'housekeeping judges');
select public.record_store_outcomes('[{"user_id": "canary", "operation": "put", "side": "supabase", "outcome": "ok", "milliseconds": 1}, {"user_id": "other", "operation": "put", "side": "supabase", "outcome": "ok", "milliseconds": 1}]');
select public.pin_rollout_user('canary', 'local', 'me', 'x');
select authenticate_as('canary');
select public.erase_my_data();
select as_dba();
select is((select count(*) from private.store_outcomes), 1::bigint, 'of who is erased no outcome is left');
select is((select count(*) from private.rollout_pins), 0::bigint, 'and no pin');

select * from finish();
rollback;
