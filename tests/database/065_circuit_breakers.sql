-- Circuits of model endpoints, seats at them, and optimizations that wait for a model.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(64);

create temporary table version as select v.* from ready_version('auth0|owner') as v;
create temporary table optimization as select o.* from version as v, request('auth0|owner', v::text::public.resume_versions) as o;
create temporary table job as select j.* from optimization, claim('optimize', optimization_id) as j;
grant select on all tables in schema pg_temp to public;

create function pg_temp.take(p_candidates text[], p_endpoints text[] default '{a,b}') returns jsonb
language plpgsql
as $$
declare
  v_answer jsonb;
begin
  perform as_service();
  select public.internal_take_endpoint(j.job_id, j.lease_token, p_candidates, p_endpoints) into v_answer from job as j;
  perform as_dba();
  return v_answer;
end
$$;

create function pg_temp.circuit(p_state text, p_epoch integer default 0) returns jsonb
language sql
as $$
  select jsonb_build_object('state', p_state, 'epoch', p_epoch, 'calls', '[]'::jsonb)
$$;

grant execute on function pg_temp.circuit(text, integer) to service_role;

create function pg_temp.wait(p_seconds double precision, p_score jsonb default null) returns text
language plpgsql
as $$
declare
  v_ended text;
begin
  perform as_service();
  select public.internal_wait_optimization(j.job_id, j.lease_token, '{"code": "circuit_open", "detail": "d", "retryable": true}', p_seconds, p_score)
  into v_ended
  from reclaimed as j;
  perform as_dba();
  return v_ended;
end
$$;

-- Swapping
select is(public.internal_swap_circuit('a', 3, pg_temp.circuit('open')) - 'now', '{"swapped": false, "version": 0, "circuit": null}', 'a row that is not there has no version 3');
select is(
  public.internal_swap_circuit('a', 0, pg_temp.circuit('closed')) - 'now', jsonb_build_object('swapped', true, 'version', 1, 'circuit', pg_temp.circuit('closed')),
  'the first write makes the row'
);
select is(
  public.internal_swap_circuit('a', 0, pg_temp.circuit('open', 1)) - 'now', jsonb_build_object('swapped', false, 'version', 1, 'circuit', pg_temp.circuit('closed')),
  'a second first one does not, and learns what stands'
);
select is(public.internal_swap_circuit('a', 1, pg_temp.circuit('open', 1)) ->> 'swapped', 'true', 'who names the version writes');
select is(public.internal_swap_circuit('a', 1, pg_temp.circuit('closed', 2)) ->> 'swapped', 'false', 'who was slower does not');
select is((select version from private.circuit_breakers), 2::bigint, 'each write raises the version');
select is((select state from private.circuit_breakers), 'open', 'the state can be read in a column');
select is(
  abs((public.internal_swap_circuit('a', 9, pg_temp.circuit('closed')) ->> 'now')::double precision - extract(epoch from clock_timestamp()) * 1000) < 60000, true,
  'the clock is the database''s, in milliseconds'
);
select is(outcome_as('service', 'select public.internal_swap_circuit(' || arguments || ')'), 'invalid_request', 'swap refuses ' || reason)
from (
  values
    ('null, 0, pg_temp.circuit(''open'')', 'no endpoint'), ('''a'', null, pg_temp.circuit(''open'')', 'no version'), ('''a'', 0, null', 'no circuit'),
    ('''a'', 0, ''[]''', 'an array'), ('''a'', 0, ''{"epoch": 1}''', 'no state'), ('''a'', 0, pg_temp.circuit(''ajar'')', 'an unknown state'),
    ('''a'', 0, ''{"state": "open", "epoch": "1"}''', 'an epoch that is no number'), ('repeat(''a'', 256), 0, pg_temp.circuit(''open'')', 'an endless name'),
    ('''b'', 0, pg_temp.circuit(''open'') || jsonb_build_object(''x'', (select string_agg(md5(n::text), '''') from generate_series(1, 4000) as n))', 'a circuit over 64 KiB')
) as t (arguments, reason);
select throws_ok($$ insert into private.circuit_breakers (endpoint, circuit) values ('x', '{"state": "ajar", "epoch": 1}') $$, '23514', null, 'the table refuses an unknown state');
select throws_ok($$ insert into private.circuit_breakers (endpoint, circuit) values ('x', '{"state": "open"}') $$, '23514', null, 'and a circuit without an epoch');

-- What a DBA does
select is(private.force_circuit('a', 'closed'), '{"state": "closed", "epoch": 2, "calls": []}', 'a circuit is closed by hand, in a later epoch');
select is(private.force_circuit('a', 'open', '10 minutes') - '{openedAt,retryAt}'::text[], '{"state": "open", "epoch": 3, "trips": 1}', 'or opened');
select is((select round(extract(epoch from retry_at - opened_at)) from private.circuits()), 600::numeric, 'for a while');
select is((select (state, trips, calls, busy)::text from private.circuits()), '(open,1,0,0)', 'circuits() shows it readably');
select is((select version from private.circuit_breakers), 4::bigint, 'who had read it before writes nothing over it');
select is(private.force_circuit('new', 'open') ->> 'epoch', '1', 'an endpoint that nobody has met may be named');
select throws_ok($$ select private.force_circuit('a', 'ajar') $$, '22023', null, 'there is no third state to force');
select throws_ok($$ select private.force_circuit('a', null) $$, '22023', null, 'nor none');
select throws_ok($$ select private.force_circuit('a', 'open', null) $$, '22023', null, 'and no opening without an end');
select is(outcome_as('service', $$ select private.force_circuit('a', 'open') $$), 'error 42501', 'forcing is for the DBA alone');
select is(outcome_as('service', $$ select private.circuits() $$), 'error 42501', 'so is looking');

-- Seats
select is(outcome_as('service', 'select public.internal_take_endpoint(job_id, lease_token, ' || arguments || ') from job'), 'invalid_request', 'take refuses ' || reason)
from (
  values
    ('null, ''{a}''', 'no candidates'), ('''{}'', ''{a}''', 'an empty list'), ('''{a,null}'', ''{a}''', 'an endpoint without a name'),
    ('''{a}'', null', 'nobody to tell about'), ('''{{a,b}}'', ''{a}''', 'a matrix'), ('array_fill(''a''::text, array[101]), ''{a}''', 'a hundred and one')
) as t (arguments, reason);
select is(outcome_as('service', $$ select public.internal_take_endpoint(job_id, gen_random_uuid(), '{a}', '{a}') from job $$), 'lease_lost', 'a seat is for who holds the lease');
select is(pg_temp.take('{a,b}') ->> 'endpoint', 'b', 'one that is open comes last');
select is((select endpoint from private.jobs), 'b', 'the job holds its seat');
select is((select busy from private.circuits() where endpoint = 'a'), 0::bigint, 'nobody is at the other');
select is(pg_temp.take('{a,b}') ->> 'endpoint', 'b', 'it keeps the one that it has');
select is(pg_temp.take('{a}') ->> 'endpoint', 'a', 'until that is no candidate');
select is(pg_temp.take('{c}') -> 'circuits' -> 'a' ->> 'version', '4', 'it learns the circuits');
select is(pg_temp.take('{c}') -> 'circuits' ? 'b', false, 'an endpoint without trouble has none');
select is(pg_temp.take('{c}') -> 'rules', private.circuit_rules(), 'and the rules');
update private.settings set circuit_failures = 9, circuit_window = '7 seconds';
select is(pg_temp.take('{c}') -> 'rules' @> '{"failures": 9, "windowMs": 7000}', true, 'a change of settings counts at once');
update private.settings set max_calls_per_endpoint = 1;
select private.enqueue_job('optimize', '00000000-0000-4000-8000-000000000001', 'other');
update private.jobs set endpoint = 'd', lease_token = gen_random_uuid(), leased_until = now() + interval '1 minute' where owner_id = 'other';
select is(pg_temp.take('{d}') ->> 'endpoint', null, 'a full endpoint gives no seat');
select is((select endpoint from private.jobs where owner_id <> 'other'), null, 'and the job holds none');
update private.jobs set leased_until = now() - interval '1 second' where owner_id = 'other';
select is(pg_temp.take('{d}') ->> 'endpoint', 'd', 'a dead worker frees its seat with its lease');
delete from private.jobs where owner_id = 'other';

-- Waiting
create temporary table reclaimed as table job;
grant select on reclaimed to public;
select is(pg_temp.wait(30, '{"total": 78}'), 'waiting', 'an optimization waits for a model');
select is((select (status, attempts, endpoint, lease_token)::text from private.jobs, public.optimizations), '(queued,0,,)', 'the attempt does not count, and nothing is held');
select is((select run_at between now() + interval '30 seconds' and now() + interval '33 seconds' from private.jobs), true, 'it comes back at the circuit''s time');
select is((select progress ->> 'stage' from public.optimizations), 'waiting', 'its progress says so');
select is((select (progress ->> 'retryAt')::timestamptz - (select run_at from private.jobs) from public.optimizations), interval '0', 'and until when');
select is((select score from public.optimizations), '{"total": 78}', 'the score is kept');
select is(
  (select data - '{optimizationId,retryAfterSeconds}'::text[] from private.optimization_events order by event_id desc limit 1),
  '{"degraded": true, "code": "circuit_open", "score": {"total": 78}}', 'an event tells of it'
);
update public.optimizations set wait_started_at = now() - interval '20 minutes';
update private.jobs set run_at = now();
delete from reclaimed;
insert into reclaimed select j.* from optimization, claim('optimize', optimization_id) as j;
select as_service();
select is((public.internal_start_optimization(job_id, lease_token)).waited_ms, 1200000::bigint, 'what it has waited is counted apart') from reclaimed;
select as_dba();
select is((select (status, wait_started_at)::text from public.optimizations), '(running,)', 'and is over');
select is(pg_temp.wait(3600), 'waiting', 'it may wait again');
select is((select count(*) from private.optimization_events where type = 'degraded'), 1::bigint, 'without a score nobody is told');
select is((select run_at = now() + interval '10 minutes' from private.jobs), true, 'for as long as its patience lasts');
update public.optimizations set wait_started_at = now() - interval '10 minutes';
update private.jobs set run_at = now();
delete from reclaimed;
insert into reclaimed select j.* from optimization, claim('optimize', optimization_id) as j;
select as_service();
select public.internal_start_optimization(job_id, lease_token) from reclaimed;
select as_dba();
select is(pg_temp.wait(30, '{"total": 79}'), 'dead', 'then it fails for good');
select is((select (status, error ->> 'code', score ->> 'total')::text from public.optimizations), '(failed,circuit_open,79)', 'with the reason and the score');
select is((select dead_at is not null from private.jobs), true, 'and is kept for a person');

select * from finish();
rollback;
