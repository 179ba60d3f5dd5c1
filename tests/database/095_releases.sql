-- Which release serves, and whether one that went before could still.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(30);

create function pg_temp.release(p_extra jsonb default '{}') returns bigint
language sql
as $$
  select private.record_release('{"commit": "0123456789012345678901234567890123456789", "name": "one", "sources": "abc", "functions": {"health": 1}, "by": "ada"}'::jsonb || p_extra)
$$;

create temporary table ids as select pg_temp.release() as first_id;
select results_eq(
  $$ select name, functions, deployed_by, verified_at, contract = private.api_contract() from private.releases $$, $$ values ('one', '{"health": 1}'::jsonb, 'ada', null::timestamptz, true) $$,
  'record_release() notes what was deployed and what it relies on'
);
select isnt(private.verify_release(first_id), null, 'verify_release() notes that it works') from ids;
select is(private.verify_release(first_id), (select verified_at from private.releases), 'once') from ids;
select is(private.verify_release(-1), null, 'and nothing of what there is not');
select is(private.deploy_state() #>> '{releases,0,verified}', 'true', 'deploy_state() has it');
select is(private.deploy_state() #> '{releases,0,broken}', '[]', 'and that nothing is missing');

-- What breaks a release, and what does not
create function pg_temp.missing_after(p_change text) returns text[]
language plpgsql
as $$
declare
  v_missing text[];
begin
  execute p_change;
  select array_agg(b.problem) into v_missing from private.releases as r cross join private.broken_promises(r.contract, private.api_contract()) as b (problem);
  raise exception using errcode = 'TE000', message = coalesce(array_to_json(v_missing)::text, '[]');
exception
  when sqlstate 'TE000' then
    return array(select json_array_elements_text(sqlerrm::json));
end
$$;

select is(pg_temp.missing_after(change), missing, 'a release ' || why)
from (
  values
    ('select 1', '{}'::text[], 'lives with no change'),
    ('create function public.fresh() returns integer language sql as ''select 1''', '{}', 'lives with a new function'),
    ('alter table public.resumes add column fresh text', '{}', 'lives with a new column'),
    ('create table public.fresh (fresh_id integer)', '{}', 'lives with a new table'),
    ('drop function public.internal_health()', '{function internal_health is gone}', 'misses a function'),
    ('alter table public.optimizations drop column waited_ms', '{"optimizations.waited_ms is gone, not bigint"}', 'misses a column'),
    ('alter table public.optimizations alter column waited_ms type numeric', '{"optimizations.waited_ms is numeric, not bigint"}', 'notices another type'),
    ('alter table public.resume_versions rename to versions_of_resumes', '{"function accept_suggestions gives \"public.versions_of_resumes\", not \"public.resume_versions\""}', 'notices what a function gives'),
    (
      'drop function public.internal_extend_job(bigint, uuid, integer); create function public.internal_extend_job(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer) returns timestamptz language sql as ''select now()''',
      '{function internal_extend_job needs p_lease_seconds}', 'notices an argument that had a default'
    ),
    (
      'drop function public.internal_extend_job(bigint, uuid, integer); create function public.internal_extend_job(p_job_id bigint, p_lease_token uuid, p_seconds integer default 1) returns timestamptz language sql as ''select now()''',
      '{"function internal_extend_job takes p_lease_seconds no more, not integer"}', 'notices an argument with another name'
    ),
    (
      'drop function public.internal_removable_objects(bigint, uuid); create function public.internal_removable_objects(p_job_id bigint, p_lease_token uuid) returns table (object_name text) language sql as ''select null::text''',
      '{"function internal_removable_objects gives {\"object_name\": \"text\"}, not {\"bucket_id\": \"text\", \"object_name\": \"text\"}"}', 'misses a column of an answer'
    ),
    (
      'drop function public.internal_removable_objects(bigint, uuid); create function public.internal_removable_objects(p_job_id bigint, p_lease_token uuid) returns table (object_name text, bucket_id text, fresh text) language sql as ''select null::text, null::text, null::text''',
      '{}', 'lives with one more'
    )
) as t (change, missing, why)
where change !~ 'rename to';
select ok(
  pg_temp.missing_after('alter table public.resume_versions rename to versions_of_resumes') @> array['resume_versions is gone', 'function complete_resume_upload gives "public.versions_of_resumes", not "public.resume_versions"'],
  'a table with another name is missed, by functions too'
);

-- The way back
alter table public.resumes add column fresh text;
create temporary table later as select pg_temp.release('{"name": "two"}') as second_id;
create temporary table back as select pg_temp.release(jsonb_build_object('sameAs', first_id, 'cameBackFrom', second_id)) as third_id from ids, later;
select is(r.contract, o.contract, 'who comes back relies on what it relied on') from private.releases as r, private.releases as o, ids, back where (r.release_id, o.release_id) = (third_id, first_id);
select is(r.came_back_from_id, second_id, 'and it is noted from where') from private.releases as r, later, back where r.release_id = third_id;
select throws_ok($$ select pg_temp.release('{"commit": "HEAD"}') $$, '23514', null, 'a release has a whole commit id');
select throws_ok($$ select pg_temp.release('{"by": null}') $$, '23502', null, 'and somebody who deployed it');

-- Where there is neither pg_net nor Vault
select is(private.set_worker_call('https://example.com/worker', 'token'), 'no Vault: call the worker function from elsewhere', 'set_worker_call() says so where there is no Vault');
select is(private.worker_answer(1), null, 'worker_answer() knows of nothing where there is no pg_net');

-- Who may
select is(outcome_as(who, 'select private.' || call), 'error 42501', who || ' may not ' || split_part(call, '(', 1))
from unnest('{anon,owner,service}'::text[]) as who, unnest(array['deploy_state()', 'record_release(''{}'')']) as call;

select * from finish();
rollback;
