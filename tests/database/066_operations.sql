-- What a person does to the queue and to what is stored. sql/operations/ calls these; its own test runs the files.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(84);

create temporary table v as select r.* from ready_version('auth0|owner', 'cv.pdf') as r;

-- The kinds
select is(
  (select array_agg(m[1] order by m[1]) from pg_constraint as c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') as m where c.conname = 'jobs_kind_check'),
  (select array_agg(k order by k) from unnest(private.job_kinds()) as k), 'job_kinds() are those that the queue takes'
);

-- Arguments
select is(outcome('select private.' || call), 'invalid_request', call || ' is refused')
from unnest(array[
  'pause_queue(null, ''ada'', ''why'')', 'pause_queue(''dance'', ''ada'', ''why'')', 'pause_queue(''optimize'', null, ''why'')', 'pause_queue(''optimize'', '''', ''why'')',
  'pause_queue(''optimize'', ''ada'', null)', 'pause_queue(''optimize'', ''ada'', ''why'', ''8 days'')', 'pause_queue(''optimize'', ''ada'', ''why'', null)',
  'drain_queue(''ada'', null)', 'drain_queue(null, ''why'')', 'drain_queue(''ada'', ''why'', ''1 second'')', 'resume_queue(''all'', null, ''why'')',
  'requeue_dead_jobs(null, ''all'', 1, ''ada'', ''why'')', 'requeue_dead_jobs(''all'', null, 1, ''ada'', ''why'')', 'requeue_dead_jobs(''all'', ''all'', 0, ''ada'', ''why'')',
  'requeue_dead_jobs(''all'', ''all'', 1001, ''ada'', ''why'')', 'requeue_dead_jobs(''all'', ''all'', 1, ''ada'', null)', 'prune_versions(null, 1, ''ada'', ''why'')',
  'prune_versions(''*'', null, ''ada'', ''why'')', 'prune_versions(''*'', 1, ''ada'', '''')', 'mend_storage(''59 minutes'', ''ada'', ''why'')', 'mend_storage(null, ''ada'', ''why'')',
  'mend_storage(''1 day'', null, ''why'')', 'given(''kind'')'
]) as call;
select is_empty($$ select from private.operations $$, 'what was refused is not noted');

-- What a session is given
set local reswave.kind = ' optimize ';
select is(private.given('kind'), 'optimize', 'given() is what the session was given');
set local reswave.kind = '';
select is(private.given('kind', 'all'), 'all', 'or the default, where it was given nothing');

-- Pause
create temporary table o as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'A job') as r;
select private.pause_queue('optimize', 'ada', 'the model moves');
select is((claim('optimize', optimization_id)).lease_token, null, 'what is paused does not begin, even for who names it') from o;
select is_empty($$ select from private.claim_jobs('w', '{optimize}', 10, 30, null) $$, 'nor for a worker');
select isnt(private.enqueue_job('compact', '00000000-0000-4000-8000-000000000001', 'a'), null, 'another kind');
select results_eq($$ select kind from private.claim_jobs('w', '{optimize,compact}', 10, 30, null) $$, $$ values ('compact') $$, 'goes on');
delete from private.jobs where kind = 'compact';
create temporary table more as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'Another job') as r;
select is(status, 'queued', 'requests are accepted') from more;
select results_eq(
  $$ select kind, due, running, held ~ '^pause of optimize by ada since .*: the model moves$' from private.queue_state where held is not null $$, $$ values ('optimize', 2::bigint, 0::bigint, true) $$,
  'queue_state says who holds what, and why'
);
select is(
  private.health() #- '{held,0,since}' -> 'held', '[{"kind": "optimize", "hold": "pause", "by": "ada", "why": "the model moves"}]', 'and so does health'
);
select private.pause_queue('optimize', 'bob', 'it takes longer', '3 hours');
select results_eq($$ select held_by, why from private.queue_holds $$, $$ values ('bob', 'it takes longer') $$, 'a pause may be repeated, with another reason');
select is(outcome($$ select private.resume_queue('ingest', 'ada', 'done') $$), 'not_found', 'what is not held cannot be resumed');

-- The pause does not count
update public.optimizations set started_at = now() - interval '10 minutes' where optimization_id = (select optimization_id from o);
update public.optimizations set started_at = now() - interval '70 minutes', wait_started_at = now() - interval '65 minutes' where optimization_id = (select optimization_id from more);
update private.queue_holds set held_at = now() - interval '1 hour';
select is(private.resume_queue('optimize', 'ada', 'it has moved'), 1, 'resume_queue() says how many holds it lifted');
select is(started_at, now(), 'an optimization that began in the pause has all its time') from public.optimizations where optimization_id = (select optimization_id from o);
select is(array[started_at, wait_started_at], array[now() - interval '10 minutes', now() - interval '5 minutes'], 'one that began before has what it had, and waited no longer')
from public.optimizations where optimization_id = (select optimization_id from more);
select isnt((claim('optimize', optimization_id)).lease_token, null, 'then it begins') from o;

-- All
select private.pause_queue('all', 'ada', 'the house burns');
select is_empty($$ select from private.claim_jobs('w', private.job_kinds(), 10, 30, null) $$, 'all can be paused');
select is(outcome($$ select private.resume_queue('optimize', 'ada', 'done') $$), 'conflict', 'which one kind cannot be taken out of');
select isnt((select private.extend_job(job_id, lease_token, 30) from private.jobs where lease_token is not null), null, 'what runs goes on');
select is(private.resume_queue('all', 'ada', 'it is out'), 1, 'until all is resumed');

-- Drain
select private.drain_queue('ada', 'we move house', '20 minutes');
select is(r.optimization_id, more.optimization_id, 'while it drains, what was asked before is given again') from more, v, request('auth0|owner', v::text::public.resume_versions, 'Another job') as r;
select throws_ok($$ select request('auth0|owner', v::text::public.resume_versions, 'A third job') from v $$, 'PGRST', null, 'and nothing new is accepted');
select as_dba();
create function pg_temp.refusal() returns jsonb
language plpgsql
as $$
declare
  v_message text;
  v_detail text;
begin
  perform private.check_accepting();
  return null;
exception
  when sqlstate 'PGRST' then
    get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail;
    return v_message::jsonb || v_detail::jsonb;
end
$$;
select is(pg_temp.refusal() ->> 'details', 'draining', 'the code is draining');
select is((pg_temp.refusal() ->> 'status')::integer, 503, 'with 503');
select ok((pg_temp.refusal() #>> '{headers,Retry-After}')::integer between 1200 and 1800, 'and when to come again: by when it should be over, and up to half as long again');
select isnt((claim('optimize', optimization_id)).lease_token, null, 'what is queued is worked') from more;
update private.queue_holds set expected_until = now() - interval '1 hour';
select ok((pg_temp.refusal() #>> '{headers,Retry-After}')::integer between 30 and 45, 'who takes longer than expected sends nobody away for less than 30 s');
select is(private.resume_queue('all', 'ada', 'we have'), 1, 'resuming all ends a drain too');
select is(pg_temp.refusal(), null, 'and requests are accepted again');
select throws_ok($$ insert into private.queue_holds (kind, hold, held_by, why, expected_until) values ('ingest', 'drain', 'a', 'b', now()) $$, '23514', null, 'only optimizations can be drained');

-- Many dead jobs
delete from private.jobs;
insert into private.jobs (kind, subject_id, owner_id, attempts, max_attempts, dead_at, last_error)
select 'compact', case when n = 3 then '00000000-0000-4000-8000-00000000000a' else gen_random_uuid() end, 'a', 5, 5, now(), jsonb_build_object('code', case when n = 4 then 'internal' else 'unavailable' end)
from generate_series(1, 4) as n;
select private.enqueue_job('compact', '00000000-0000-4000-8000-00000000000a', 'a');
select results_eq(
  $$ select kind, code, outcome, detail is not null from private.requeue_dead_jobs('all', 'unavailable', 10, 'ada', 'it is back') $$,
  $$ values ('compact', 'unavailable', 'requeued', false), ('compact', 'unavailable', 'requeued', false), ('compact', 'unavailable', 'left', true) $$,
  'requeue_dead_jobs() brings back those of a code, and says of the others why not'
);
select results_eq($$ select code from private.dead_jobs order by code $$, $$ values ('internal'), ('unavailable') $$, 'the others are dead still');
select results_eq(
  $$ select operation, decided_by, why, figures from private.operations order by operation_id desc limit 1 $$,
  $$ values ('requeue', 'ada', 'it is back', '{"left": 1, "requeued": 2}'::jsonb) $$, 'who did it and why is noted'
);

-- Retention and reconciliation
create temporary table h as select * from history('auth0|owner', 4);
update private.settings set keep_last = 2;
select is(private.prune_versions('auth0|stranger', 10, 'ada', 'less room'), 0, 'prune_versions() is for one user');
select is(private.prune_versions('*', 10, 'ada', 'less room'), 2, 'or for everybody');
insert into storage.objects (bucket_id, name, metadata, created_at) values ('resumes', 'nobody/knows.pdf', '{"size": 5}', now() - interval '2 days');
select is((select count(*) from private.mend_storage('1 day', 'ada', 'a look') as m where m.object_name = 'nobody/knows.pdf'), 1::bigint, 'mend_storage() says what it mends');
select is((select reason from private.object_removals where object_name = 'nobody/knows.pdf'), 'orphan', 'and mends it');
select ok(not exists (select from private.operations where figures::text ~ 'auth0'), 'no note names a user');

-- Searches
select ok((select count(*) from private.slowest_statements('reswave_tests', 3) where note is null) > 0, 'slowest_statements() finds what was measured');

-- Who may
select is(outcome_as(who, 'select private.' || call), 'error 42501', who || ' may not ' || split_part(call, '(', 1))
from unnest('{anon,owner,service}'::text[]) as who,
  unnest(array[
    'pause_queue(''all'', ''a'', ''b'')', 'drain_queue(''a'', ''b'')', 'resume_queue(''all'', ''a'', ''b'')', 'requeue_dead_jobs(''all'', ''all'', 1, ''a'', ''b'')',
    'prune_versions(''*'', 1, ''a'', ''b'')', 'mend_storage(''1 day'', ''a'', ''b'')', 'check_accepting()'
  ]) as call;

select * from finish();
rollback;
