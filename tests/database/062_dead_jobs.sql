-- What was used up: seen, and brought back with one call.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(31);

create function pg_temp.exhaust(p_kind text, p_subject_id uuid, p_code text) returns bigint
language plpgsql
as $$
declare
  v_job private.jobs;
begin
  update private.jobs set attempts = max_attempts - 1, run_at = now() where kind = p_kind and subject_id = p_subject_id;
  v_job := claim(p_kind, p_subject_id);
  if p_kind = 'optimize' then
    perform private.start_optimization(v_job.job_id, v_job.lease_token);
    perform private.report_optimization(v_job.job_id, v_job.lease_token, 30, null, null, '{"s1.1": {"promptTokens": 5, "outputTokens": 2}}', null);
  end if;
  perform private.fail_job(v_job.job_id, v_job.lease_token, jsonb_build_object('code', p_code, 'detail', 'Why', 'retryable', true), true, null);
  return v_job.job_id;
end
$$;

-- An optimization
create temporary table v as select r.* from ready_version('auth0|owner', 'cv.pdf') as r;
create temporary table o as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'A job') as r;
create temporary table spent as select pg_temp.exhaust('optimize', optimization_id, 'model_unavailable') as job_id from o;
select results_eq(
  $$ select kind, owner_id, attempts, code, detail, dead_at, subject_state from private.dead_jobs $$,
  $$ values ('optimize', 'auth0|owner', 5, 'model_unavailable', 'Why', now(), 'failed') $$,
  'dead_jobs says what failed, why, and where it stands'
);
select is((select partial from public.optimizations), '{"s1.1": {"promptTokens": 5, "outputTokens": 2}}', 'what its sections gave is kept');
select is((select string_agg(type, ' ' order by event_id) from private.optimization_events), 'queued error', 'its stream has ended');
update public.optimizations set created_at = now() - interval '9 hours', waited_ms = 1800000, wait_started_at = now() - interval '8 hours';
select is((private.requeue_job(job_id)).dead_at, null, 'requeue_job() brings it back') from spent;
select results_eq(
  $$ select status, error, finished_at, started_at, wait_started_at, waited_ms, progress ->> 'stage', partial <> '{}' from public.optimizations $$,
  $$ values ('queued', null::jsonb, null::timestamptz, null::timestamptz, null::timestamptz, 0::bigint, 'queued', true) $$,
  'its optimization is queued again, with all its time and with what it had'
);
select results_eq(
  $$ select event_id, type from private.optimization_events order by event_id $$, $$ values (1, 'queued'), (3, 'queued') $$,
  'a stream that goes on is told so, and of no end'
);
select results_eq($$ select attempts, run_at, last_error from private.jobs $$, $$ values (0, now(), null::jsonb) $$, 'it has all its attempts, now');
select is_empty($$ select from private.dead_jobs $$, 'and is dead no more');
select throws_ok($$ select private.requeue_job(job_id) from spent $$, 'PT404', null, 'a job that lives cannot be requeued');
select throws_ok($$ select private.requeue_job(-1) $$, 'PT404', null, 'nor one that there never was');

-- It can be worked
create temporary table job as select j.* from o, claim('optimize', optimization_id) as j;
grant select on job to public;
select as_service();
select is((public.internal_start_optimization(job_id, lease_token)).status, 'running', 'it starts') from job;
select is((public.internal_complete_optimization(job_id, lease_token, 'succeeded', '{}')).status, 'succeeded', 'and ends') from job;
select as_dba();
select cmp_ok(
  (select sum(milliseconds) from private.counter_totals where name = 'optimizations' and labels @> '{"outcome": "succeeded"}'), '<', 60000::double precision,
  'in the time since it was brought back'
);

-- What stands against it
create temporary table again as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'Another job') as r;
create temporary table again_spent as select pg_temp.exhaust('optimize', optimization_id, 'model_unavailable') as job_id from again;
create temporary table asked as select r.* from v, request('auth0|owner', v::text::public.resume_versions, 'Another job') as r;
select isnt((select optimization_id from asked), (select optimization_id from again), 'its owner has asked for the same once more');
select throws_ok($$ select private.requeue_job(job_id) from again_spent $$, 'PT409', null, 'the same is not worked twice at once');
select is(status, 'failed', 'nothing has changed') from public.optimizations where optimization_id = (select optimization_id from again);
update public.optimizations set status = 'cancelled', finished_at = now(), error = null where optimization_id = (select optimization_id from again);
select throws_ok($$ select private.requeue_job(job_id) from again_spent $$, 'PT409', null, 'what has not failed is not opened again');
delete from public.optimizations where optimization_id = (select optimization_id from again);
select is(subject_state, 'gone', 'dead_jobs shows whose subject is gone') from private.dead_jobs;
select throws_ok($$ select private.requeue_job(job_id) from again_spent $$, 'PT409', null, 'which cannot be worked');

-- A file
create temporary table u as select r.* from uploaded_version('auth0|owner', 'two.pdf') as r;
create temporary table unread as select pg_temp.exhaust('ingest', version_id, 'unavailable') as job_id from u;
select is(r.state || ' ' || r.failure_code, 'failed unavailable', 'a version could not be read') from public.resume_versions as r join u using (version_id);
select is(r.held_as, 'full', 'its file is still there') from public.resume_versions as r join u using (version_id);
select isnt((private.requeue_job(job_id)).job_id, null, 'its job is requeued') from unread;
select is(r.state, 'uploaded', 'and it waits to be read') from public.resume_versions as r join u using (version_id);
create temporary table ingest_job as select j.* from u, claim('ingest', version_id) as j;
grant select on ingest_job to public;
select as_service();
select is((public.internal_complete_ingest(job_id, lease_token, repeat('a', 64), 1000, 'Text', '', 'en')).state, 'ready', 'which can be done') from ingest_job;
select as_dba();

-- Queued anew meanwhile
create temporary table removed as select gen_random_uuid() as subject_id;
select private.enqueue_job('compact', subject_id, 'a') from removed;
create temporary table removal as select pg_temp.exhaust('compact', subject_id, 'unavailable') as job_id from removed;
select private.enqueue_job('compact', subject_id, 'a') from removed;
select throws_ok($$ select private.requeue_job(job_id) from removal $$, 'PT409', null, 'work that lives again has one job');
delete from private.jobs where kind = 'compact' and dead_at is null;
select is((private.requeue_job(job_id)).attempts, 0, 'a job without a row of its own is just a job') from removal;

-- Who may
select is(outcome_as(who, 'select private.requeue_job(1)'), 'error 42501', who || ' may not requeue') from unnest('{anon,owner,service}'::text[]) as who;

-- Forgetting
update private.jobs set dead_at = now() - interval '90 days', lease_token = null, leased_until = null;
select as_service();
select isnt(public.internal_keep_house(), null, 'housekeeping runs');
select as_dba();
select is_empty($$ select from private.dead_jobs $$, 'dead jobs go when what they were about has long gone');

select * from finish();
rollback;
