-- Asking for suggestions, working on them, cancelling, events.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(93);

create temporary table v as select r.* from ready_version('auth0|owner', 'cv.pdf') as r;
grant select on v to public;

create function pg_temp.ask(p_who text, p_rest text default '') returns text
language sql
as $$
  select outcome_as(p_who, format('select public.request_optimization(%L%s)', full_storage_path, p_rest)) from v
$$;

-- Who may ask for what
select is(pg_temp.ask('owner'), 'rows 1', 'owners may ask');
select is(pg_temp.ask('owner', ', user_id => ''auth0|owner'''), 'rows 1', 'with their own userId');
select is(pg_temp.ask('owner', ', user_id => ''auth0|stranger'''), 'forbidden', 'not with another''s');
select is(pg_temp.ask('stranger'), 'not_found', 'another''s file');
select is(outcome_as('stranger', 'select public.request_optimization(''user_uploads/x/y/v1/cv.pdf'')'), 'not_found', 'is the same answer as no file');
select is(pg_temp.ask('stranger', ', user_id => ''auth0|owner'''), 'forbidden', 'nor under the owner''s id');
select is(outcome_as('owner', 'select public.request_optimization(null)'), 'invalid_request', 'no file path');
select is(outcome_as('owner', format('select public.request_optimization(%L)', 'resumes/' || full_storage_path)), 'rows 1', 'the path may carry its bucket in front') from v;
select is(pg_temp.ask('owner', format(', %L', repeat('x', 20000))), 'rows 1', 'a job description of 20,000 characters');
select is(pg_temp.ask('owner', format(', %L', repeat('x', 20001))), 'invalid_request', 'one more is refused');
select is(pg_temp.ask('owner', ', null, '''''), 'invalid_request', 'an empty idempotency key');
select is(pg_temp.ask('owner', format(', null, %L', repeat('k', 201))), 'invalid_request', 'a key of 201 characters');
select is(pg_temp.ask('owner', format(', null, %L', repeat('k', 200))), 'rows 1', 'a key of 200 characters');

-- Accepted
create temporary table o as select r.* from v, request('auth0|owner', v::text::public.resume_versions, '  A job  ', 'key-1') as r;
grant select on o to public;
select is(status, 'queued', 'a request is queued') from o;
select is(job_description, 'A job', 'its job description is trimmed') from o;
select is(resume_id, (select resume_id from v), 'it knows its resume') from o;
select results_eq(
  $$ select kind, subject_id, owner_id, priority from private.jobs $$, $$ select 'optimize', optimization_id, 'auth0|owner', 10::smallint from o $$,
  'its job is queued with it, somebody waits'
);

-- The same again
select is((request('auth0|owner', v::text::public.resume_versions, 'A job', 'key-1')).optimization_id, (select optimization_id from o), 'the same key and input is the same optimization') from v;
select is(pg_temp.ask('owner', ', ''Another job'', ''key-1'''), 'idempotency_conflict', 'the same key with other input is a conflict');
select is(pg_temp.ask('owner', ', null, ''key-1'''), 'idempotency_conflict', 'also without a job description');
select is((request('auth0|owner', v::text::public.resume_versions, 'A job')).optimization_id, (select optimization_id from o), 'without a key, the same input in flight is the same optimization') from v;
create temporary table plain as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'Plain job') as r;
select isnt(optimization_id, (select optimization_id from o), 'other input is another one') from plain;
select is((request('auth0|owner', v::text::public.resume_versions, 'Plain job')).optimization_id, (select optimization_id from plain), 'once') from v;
select is((select count(*) from private.jobs), 2::bigint, 'two optimizations are two jobs');
select isnt((request('auth0|owner', v::text::public.resume_versions, 'Another job')).optimization_id, (select optimization_id from plain), 'a third one') from v;

-- Admission
select is(pg_temp.ask('owner', ', ''A fourth job'''), 'too_many_requests', 'as many in flight as the setting says, not one more');
select is(pg_temp.ask('owner', ', ''A job'', ''key-1'''), 'rows 1', 'what is known already is answered all the same');
update private.settings set max_active_optimizations_per_user = 10, max_queued_optimizations = 3;
select is(pg_temp.ask('owner', ', ''A fourth job'''), 'too_many_requests', 'the queue of all users has its limit');
update private.settings set max_queued_optimizations = 1000;
select is(pg_temp.ask('owner', ', ''A fourth job'''), 'rows 1', 'and room again after');

-- When to come again, by what was measured
delete from private.samples;
select is(private.seconds_until_own_end('auth0|owner'), 10, 'nothing measured: ten seconds for the end of one''s own');
select is(private.seconds_until_room(), 30, 'and thirty for room in the queue');
insert into private.samples (name, labels, milliseconds, sampled_at)
select 'optimizations', '{"outcome": "succeeded"}', 45000, clock_timestamp() - interval '1 second' * n from generate_series(1, 100) as n;
select is(private.seconds_until_own_end('auth0|owner'), 45, 'the median, less the age of one''s oldest');
select is(private.seconds_until_own_end('auth0|none'), 10, 'nobody''s own');
select cmp_ok(private.seconds_until_room(), '>=', 50, 'a twentieth of 1000 at one a second');
select cmp_ok(private.seconds_until_room(), '<=', 77, 'and half as long again at most');
update public.optimizations set created_at = now() - interval '5 minutes' where user_id = 'auth0|owner' and status = 'queued';
select is(private.seconds_until_own_end('auth0|owner'), 2, 'two seconds at the least');
update public.optimizations set created_at = now() where user_id = 'auth0|owner' and status = 'queued';
update private.samples set milliseconds = 900000;
select is(private.seconds_until_own_end('auth0|owner'), 120, 'two minutes at the most');
update private.settings set max_active_optimizations_per_user = 1;
select authenticate_as('auth0|owner');
select throws_matching(format('select public.request_optimization(%L, ''A fifth job'')', full_storage_path), '"hint": "Wait for one to end', 'the refusal carries its hint') from v;
select throws_like(format('select public.request_optimization(%L, ''A fifth job'')', full_storage_path), '%"code": "PT429"%"details": "too_many_requests"%', 'in the form that has a header') from v;
select as_dba();
update private.settings set max_active_optimizations_per_user = 10;
delete from private.samples;

-- The rate of one user
create temporary table hurried as select r.* from ready_version('auth0|hurried', 'cv.pdf') as r;
grant select on hurried to public;
update private.settings set optimizations_per_hour = 2;
select lives_ok(format('select request(%L, v::text::public.resume_versions, %L) from hurried as v', 'auth0|hurried', n), 'as many within an hour as the setting says') from (values ('one'), ('two')) as t (n);
select authenticate_as('auth0|hurried');
select is(outcome(format('select public.request_optimization(%L, %L)', full_storage_path, 'three')), 'too_many_requests', 'one more is refused') from hurried;
select is(outcome(format('select public.request_optimization(%L, %L)', full_storage_path, 'one')), 'rows 1', 'what is in flight already is given again') from hurried;
select as_dba();
update public.optimizations set created_at = now() - interval '1 hour' where user_id = 'auth0|hurried' and job_description = 'one';
select authenticate_as('auth0|hurried');
select is(outcome(format('select public.request_optimization(%L, %L)', full_storage_path, 'three')), 'rows 1', 'after its hour one counts no longer') from hurried;
select as_dba();
delete from private.jobs where owner_id = 'auth0|hurried';
delete from public.optimizations where user_id = 'auth0|hurried';
update private.settings set optimizations_per_hour = 60;

-- Files that are not ready
create temporary table pending as select r.* from begin_upload('auth0|owner', 'pending.pdf') as r;
grant select on pending to public;
select is(outcome_as('owner', format('select public.request_optimization(%L)', full_storage_path)), 'upload_incomplete', 'a file that has not arrived') from pending;
select store_object(p::text::public.resume_versions) from pending as p;
select is(outcome_as('owner', format('select public.request_optimization(%L)', full_storage_path)), 'rows 1', 'a file that has arrived unannounced') from pending;
select is((request('auth0|owner', p::text::public.resume_versions)).status, 'queued', 'is taken as completed') from pending as p;
select is(r.state, 'uploaded', 'its version says so') from public.resume_versions as r join pending using (version_id);
create temporary table failed as select r.* from begin_upload('auth0|owner', 'failed.pdf') as r;
select store_object(f::text::public.resume_versions, 1) from failed as f;
create temporary table failed_request as select r.* from failed as f, request('auth0|owner', f::text::public.resume_versions) as r;
select is(status || ' ' || (error ->> 'code'), 'failed size_mismatch', 'a file that failed is answered with its own code') from failed_request;
select is_empty($$ select from private.jobs join failed_request on subject_id = optimization_id $$, 'and no job');
create temporary table pruned as select r.* from ready_version('auth0|owner', 'pruned.pdf') as r;
grant select on pruned to public;
update public.resume_versions set state = 'pruned', held_as = 'none' where version_id = (select version_id from pruned);
select is(outcome_as('owner', format('select public.request_optimization(%L)', full_storage_path)), 'conflict', 'a version that was pruned') from pruned;
update public.resumes set deleted_at = now() where id = (select resume_id from pruned);
select is(outcome_as('owner', format('select public.request_optimization(%L)', full_storage_path)), 'not_found', 'a deleted resume') from pruned;

-- Work
create temporary table job as select j.* from o, claim('optimize', o.optimization_id) as j;
grant select on job to public;
select as_service();
select is((public.internal_start_optimization(job_id, lease_token)).status, 'running', 'the worker starts') from job;
select is((public.internal_optimization_source(job_id, lease_token)).content_text, 'Plain words', 'and is given the text') from job;
select is(
  public.internal_report_optimization(job_id, lease_token, 60, '{"stage": "generating", "tokens": 5}', '[{"type": "scoring", "data": {"score": 1}}, {"type": "generating", "data": {}}]', '{"s1": {"a": 1}}'), false,
  'a report says that nobody has cancelled'
) from job;
select is(public.internal_report_optimization(job_id, lease_token, 60, '{"tokens": 9}', null, '{"s2": {}}'), false, 'another one') from job;
select throws_ok(format('select public.internal_report_optimization(%s, %L, 0)', job_id, lease_token), 'PT400', null, 'a lease of no length is refused') from job;
select throws_ok(format('select public.internal_report_optimization(%s, %L, 30, null, ''[{"type": "dance", "data": {}}]'')', job_id, lease_token), '23514', null, 'an event that nobody knows is refused') from job;
select as_dba();
select results_eq(
  $$ select o.progress, o.partial, j.leased_until from public.optimizations as o join private.jobs as j on j.subject_id = o.optimization_id join job using (job_id) $$,
  $$ values ('{"stage": "generating", "tokens": 9}'::jsonb, '{"s1": {"a": 1}, "s2": {}}'::jsonb, now() + interval '1 minute') $$,
  'reports merge progress and sections, and extend the lease'
);

-- A report whose answer was lost is made again, with what is new since
select as_service();
select is(
  public.internal_report_optimization(job_id, lease_token, 60, null, '[{"type": "checking", "data": {"n": 1}}, {"type": "checking", "data": {"n": 2}}]', null, 3), false, 'a report says after which event its own follow'
) from job;
select is(
  public.internal_report_optimization(job_id, lease_token, 60, null, '[{"type": "checking", "data": {"n": 1}}, {"type": "checking", "data": {"n": 2}}, {"type": "checking", "data": {"n": 3}}]', null, 3),
  false, 'made again, with one more'
) from job;
select as_dba();
select results_eq(
  $$ select e.event_id, (e.data ->> 'n')::integer from private.optimization_events as e join o using (optimization_id) where e.type = 'checking' order by 1 $$,
  $$ values (4, 1), (5, 2), (6, 3) $$, 'each event is there once'
);
delete from private.optimization_events where type = 'checking';
update public.optimizations set last_event_id = 3 where optimization_id = (select optimization_id from o);

-- Events
create function pg_temp.events(p_who text, p_after integer default 0) returns text
language plpgsql
as $$
declare
  v_events text;
begin
  perform become(p_who);
  select string_agg(e.event_id || ' ' || e.type, ', ' order by e.event_id) into v_events from o, public.list_optimization_events(o.optimization_id, p_after) as e;
  perform as_dba();
  return v_events;
end
$$;
select is(pg_temp.events('owner'), '1 queued, 2 scoring, 3 generating', 'the events are there in order');
select is(pg_temp.events('owner', 2), '3 generating', 'those after one that is known');
select throws_ok($$ select pg_temp.events('stranger') $$, 'PT404', null, 'not for a stranger');
select is(outcome_as('stranger', format('select public.list_optimization_events(%L)', gen_random_uuid())), 'not_found', 'the same answer as for none');

-- End
select is(outcome_as('service', format('select public.internal_complete_optimization(%s, %L, %s)', job_id, lease_token, rest)), 'invalid_request', 'complete refuses ' || reason)
from job, (
  values ('''failed''', 'failed, which is fail_job''s'), ('null', 'no status'), ('''succeeded''', 'success without a result'), ('''cancelled'', ''{}''', 'a cancellation with one')
) as t (rest, reason);
select as_service();
select public.internal_report_optimization(job_id, lease_token, 60, null, '[{"type": "suggestion", "data": {}}]', null, 3) from job;
select is((public.internal_complete_optimization(job_id, lease_token, 'succeeded', '{"score": 2}', '[{"type": "suggestion", "data": {}}]', 3)).status, 'succeeded', 'the worker completes, with events that were saved already') from job;
select throws_ok(format('select public.internal_complete_optimization(%s, %L, ''succeeded'', ''{}'')', job_id, lease_token), 'PT409', null, 'once') from job;
select as_dba();
select results_eq(
  $$ select r.result, r.partial, r.progress ->> 'stage', r.finished_at from public.optimizations as r join o using (optimization_id) $$,
  $$ values ('{"score": 2}'::jsonb, '{}'::jsonb, 'done', now()) $$,
  'the result stands in the row, what was partial is gone'
);
select is(pg_temp.events('owner', 3), '4 suggestion, 5 done', 'the last events are there');
select is_empty($$ select from private.jobs join job using (job_id) $$, 'the job has ended with it');
select is((request('auth0|owner', v::text::public.resume_versions, 'A job', 'key-1')).status, 'succeeded', 'the key still gives its result') from v;

-- Cancelling
select is(outcome_as('stranger', format('select public.cancel_optimization(%L)', optimization_id)), 'not_found', 'a stranger cannot cancel') from plain;
select is(outcome_as('stranger', format('select public.cancel_optimization(%L)', gen_random_uuid())), 'not_found', 'the same answer as for none');
grant select on plain to public;
select authenticate_as('auth0|owner');
select is((public.cancel_optimization(optimization_id)).status, 'cancelled', 'a queued one is cancelled at once') from plain;
select is((public.cancel_optimization(optimization_id)).status, 'cancelled', 'a second time changes nothing') from plain;
select is((public.cancel_optimization(optimization_id)).status, 'succeeded', 'one that has ended stays as it ended') from o;
select as_dba();
select is_empty($$ select from private.jobs join plain on subject_id = optimization_id $$, 'the job of a cancelled one is gone');

create temporary table running as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'To be cancelled') as r;
create temporary table running_job as select j.* from running, claim('optimize', optimization_id) as j;
grant select on running, running_job to public;
select as_service();
select public.internal_start_optimization(job_id, lease_token) from running_job;
select authenticate_as('auth0|owner');
select is((public.cancel_optimization(optimization_id)).status, 'running', 'a running one is asked to stop') from running;
select as_service();
select is(public.internal_report_optimization(job_id, lease_token), true, 'its worker learns of it at the next report') from running_job;
select is((public.internal_complete_optimization(job_id, lease_token, 'cancelled')).status, 'cancelled', 'and ends it') from running_job;
select as_dba();

create temporary table unlucky as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'Cancelled in vain') as r;
create temporary table unlucky_job as select j.* from unlucky, claim('optimize', optimization_id) as j;
grant select on unlucky, unlucky_job to public;
select as_service();
select public.internal_start_optimization(job_id, lease_token) from unlucky_job;
select authenticate_as('auth0|owner');
select public.cancel_optimization(optimization_id) from unlucky;
select as_service();
select is(public.internal_fail_job(job_id, lease_token, '{"code": "model_unavailable", "retryable": true}', true), 'dead', 'an attempt that fails after a cancellation is the last') from unlucky_job;
select as_dba();
select is(r.status, 'cancelled', 'and does not wait out a backoff') from public.optimizations as r join unlucky using (optimization_id);

-- Failing for good, and forgetting
create temporary table doomed as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'Doomed') as r;
create temporary table doomed_job as select j.* from doomed, claim('optimize', optimization_id) as j;
grant select on doomed_job to public;
select as_service();
select public.internal_start_optimization(job_id, lease_token) from doomed_job;
select is(public.internal_fail_job(job_id, lease_token, '{"code": "model_invalid", "title": "t", "retryable": true}', false), 'dead', 'a job that failed for good') from doomed_job;
select as_dba();
select is(r.status || ' ' || (r.error ->> 'code'), 'failed model_invalid', 'fails its optimization, with its code') from public.optimizations as r join doomed using (optimization_id);
update public.optimizations set finished_at = now() - interval '90 days' where status = 'failed';
select as_service();
select is(public.internal_keep_house() ->> 'optimizationsForgotten', '2', 'what ended before the retention is forgotten');
select as_dba();
select is_empty(
  $$ select from private.optimization_events as e where not exists (select from public.optimizations as r where r.optimization_id = e.optimization_id) $$, 'with its events'
);

-- What is merged stays an object
select throws_ok(format('update public.optimizations set %1$I = %1$I || ''[1]''', name), '23514', null, name || ' cannot become an array') from (values ('progress'), ('partial')) as t (name);

select * from finish();
rollback;
