-- The files of the users whom a stage of a rollout took in.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(20);

create function pg_temp.users_of(p_rollout_id bigint, p_stage integer) returns text[]
language sql
as $$
  select array(
    select f ->> 'userId' from jsonb_array_elements(public.internal_list_legacy_files(p_limit => 1000, p_rollout_id => p_rollout_id, p_stage => p_stage)) as f
    order by 1
  )
$$;

-- Two hundred users with a file each: some in every stage.
select public.internal_plan_legacy_files(jsonb_agg(jsonb_build_object(
  'userId', 'user ' || i, 'fileId', 'cv', 'path', i::text, 'name', 'cv.pdf', 'type', 'application/pdf', 'size', 7, 'createdAt', now(), 'modifiedAt', now()
))) from generate_series(1, 200) as i;
create temporary table rollout as
select (public.start_rollout('test', 'to see it', '[
  {"phase": "dual_write", "percentage": 10, "minSeconds": 0, "minCalls": 1, "minUsers": 1},
  {"phase": "dual_write", "percentage": 40, "minSeconds": 0, "minCalls": 1, "minUsers": 1},
  {"phase": "dual_read", "percentage": 5, "minSeconds": 0, "minCalls": 1, "minUsers": 1},
  {"phase": "supabase", "percentage": 100, "minSeconds": 0, "minCalls": 1, "minUsers": 1}
]') ->> 'rolloutId')::bigint as id;
create temporary table bucket as
select f.user_id, private.rollout_bucket(r.salt, f.user_id) as bucket from private.legacy_files as f, private.rollouts as r where r.ended_at is null;

select is(pg_temp.users_of(id, 1), array(select user_id from bucket where bucket < 1000 order by 1), 'a first stage took in who is below its percentage') from rollout;
select is(pg_temp.users_of(id, 2), array(select user_id from bucket where bucket >= 1000 and bucket < 4000 order by 1), 'a second one those between the two') from rollout;
select is(pg_temp.users_of(id, 3), '{}', 'one that raises them further nobody') from rollout;
select is(pg_temp.users_of(id, 4), array(select user_id from bucket where bucket >= 4000 order by 1), 'a last one the rest') from rollout;
select cmp_ok(cardinality(pg_temp.users_of(id, 1)), '>', 0, 'there is somebody in the first') from rollout;
select is(pg_temp.users_of(id, 9), '{}', 'nobody is of a stage that is none') from rollout;
select is(pg_temp.users_of(-1, 1), '{}', 'nor of a rollout that is none');
select is(
  (select array_agg(distinct s.phase) from rollout, unnest(pg_temp.users_of(id, 2)) as u (user_id), public.rollout_phase(u.user_id) as s (phase)), '{local}',
  'who is of a stage to come is local'
);

select is(
  public.internal_rollout_stage(1) - 'rolloutId',
  '{"stage": 1, "phase": "dual_write", "percentage": 10.00, "takesIn": 10.0000000000000000, "pinned": 0, "isEntered": true}', 'a stage is told'
);
select is(public.internal_rollout_stage(1) -> 'rolloutId', to_jsonb(id), 'of the rollout that counts') from rollout;
select is(public.internal_rollout_stage(2) -> 'isEntered', 'false', 'a stage to come is not entered');
select throws_ok($$ select public.internal_rollout_stage(3) $$, 'PT409', 'Stage 3 takes nobody in: it raises users of earlier stages to dual_read', 'whom a stage only raises are of an earlier one');
select throws_ok($$ select public.internal_rollout_stage(5) $$, 'PT404', 'The rollout has no stage 5', 'there are four');
select throws_ok($$ select public.internal_rollout_stage(null) $$, 'PT404', null, 'and none without a number');

-- Pins
select public.pin_rollout_user(user_id, 'supabase', 'me', 'a tester') from bucket where bucket < 1000 order by user_id limit 1;
select is((public.internal_rollout_stage(1) ->> 'pinned')::integer, 1, 'who is pinned is counted');
select is(cardinality(pg_temp.users_of(id, 1)), (select count(*)::integer - 1 from bucket where bucket < 1000), 'and of no stage') from rollout;

-- Later
select public.force_rollout_stage(0, 'me', 'back');
select is(public.internal_rollout_stage(1) -> 'isEntered', 'false', 'all are local at stage 0');
select public.start_rollout('me', 'anew');
select is(public.internal_rollout_stage(1, id) -> 'isEntered', 'true', 'under another rollout anybody may be elsewhere') from rollout;
select is(pg_temp.users_of(id, 2), array(select user_id from bucket where bucket >= 1000 and bucket < 4000 order by 1), 'an earlier rollout''s users are still told') from rollout;
update private.rollouts set ended_at = now() where ended_at is null;
select throws_ok($$ select public.internal_rollout_stage(1) $$, 'PT404', 'There is no such rollout', 'there may be none');

select * from finish();
rollback;
