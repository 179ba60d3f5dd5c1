-- What is counted, by whom, and that nothing of it ever falls.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(58);

create function pg_temp.total(p_name text, p_labels jsonb default '{}') returns bigint
language sql
as $$
  select coalesce(sum(c.value), 0)::bigint from private.counter_totals as c where c.name = p_name and c.labels @> p_labels
$$;

-- Buckets
create function pg_temp.bucket_of(p_milliseconds double precision) returns text
language plpgsql
as $$
declare
  v_labels constant jsonb := jsonb_build_object('kind', 'b' || md5(p_milliseconds::text));
begin
  perform private.observe('job_wait', v_labels, p_milliseconds);
  return (select c.labels ->> 'le' from private.counter_totals as c where c.labels @> v_labels);
end
$$;

select is(pg_temp.bucket_of(m), le, format('%s ms fall into %s', m, le))
from (values (0, '5'), (5, '5'), (5.1, '10'), (250, '250'), (899999, '900000'), (900000, '900000'), (900001, 'inf')) as t (m, le);
select private.observe('job_wait', '{"kind": "prune"}', variadic array[1, 4, 30, 2000000]::double precision[]);
select results_eq(
  $$ select labels ->> 'le', value, milliseconds from private.counter_totals where labels ->> 'kind' = 'prune' order by milliseconds $$,
  $$ values ('5', 2::bigint, 5::double precision), ('50', 1, 30), ('inf', 1, 2000000) $$,
  'durations are counted in their buckets, with their sums'
);
select is((select count(*) from private.samples where labels ->> 'kind' = 'prune' and milliseconds = 2000000), 1::bigint, 'each is a sample');
select lives_ok($$ select private.observe('job_wait', '{}', variadic null) $$, 'nothing measured is nothing counted');

-- What may be counted
select throws_ok($$ select private.count('dances') $$, '23514', null, 'a name that nobody knows is refused');
select throws_ok($$ select private.count('jobs', '{"user": "Ada Example"}') $$, '23514', null, 'a label that is a text is refused');
select throws_ok($$ select private.count('jobs', '{"a": "b", "c": {"d": 1}}') $$, '23514', null, 'and one that is no word');
select throws_ok($$ select private.count('jobs', '{}', -1) $$, '23514', null, 'a counter does not begin below nothing');

-- Uploads
create temporary table ready as select r.* from ready_version('auth0|owner', 'cv.pdf') as r;
select is(pg_temp.total('uploads', '{"outcome": "begun"}'), 1::bigint, 'an upload that was begun');
select is(pg_temp.total('uploads', '{"outcome": "completed"}'), 1::bigint, 'and completed');
select is(pg_temp.total('upload_bytes'), 1000::bigint, 'with its bytes');
create temporary table short as select r.* from begin_upload('auth0|owner', 'short.pdf') as r;
select store_object(s::text::public.resume_versions, 1) from short as s;
select complete_upload('auth0|owner', version_id) from short;
select is(pg_temp.total('uploads', '{"outcome": "failed", "reason": "size_mismatch"}'), 1::bigint, 'one that arrived wrong, with its reason');
create temporary table late as select r.* from begin_upload('auth0|owner', 'late.pdf') as r;
update public.resume_versions set upload_expires_at = now() where version_id = (select version_id from late);
select private.expire_uploads();
select is(pg_temp.total('uploads', '{"outcome": "expired"}'), 1::bigint, 'one whose time was over');
create temporary table lost as select r.* from begin_upload('auth0|owner', 'lost.pdf') as r;
grant select on ready, late, lost to public;
select authenticate_as('auth0|owner');
select is((public.report_upload_failure(version_id, 'network')).failure_code, 'upload_failed', 'a client gives one up') from lost;
select is((public.report_upload_failure(version_id, 'timeout')).reported_failure, 'network', 'and says so again') from lost;
select is((public.report_upload_failure(version_id, 'storage')).state, 'ready', 'another speaks of one that did arrive') from ready;
select is((public.report_upload_failure(version_id, 'storage')).failure_code, 'upload_expired', 'and of one that was too late') from late;
select as_dba();
select results_eq(
  $$ select labels ->> 'reason', labels ->> 'state', value from private.counter_totals where labels ->> 'outcome' = 'reported' order by 1, 2 $$,
  $$ values ('network', 'pending', 1::bigint), ('storage', 'failed', 1), ('storage', 'ready', 1) $$,
  'each counts once, with what had become of it'
);

-- Jobs
select is(pg_temp.total('jobs', '{"kind": "ingest", "outcome": "succeeded"}'), 1::bigint, 'a job that was done');
select is(pg_temp.total('job_run', '{"kind": "ingest", "outcome": "succeeded"}'), 1::bigint, 'how long it ran');
select is(pg_temp.total('job_wait', '{"kind": "ingest"}'), 1::bigint, 'and how long it had waited');
create temporary table asked as select r.* from ready, request('auth0|owner', ready::text::public.resume_versions, 'A job') as r;
create temporary table job as select j.* from asked, claim('optimize', optimization_id) as j;
update private.jobs set leased_until = now() where kind = 'optimize';
delete from job;
insert into job select j.* from asked, claim('optimize', optimization_id) as j;
select is(pg_temp.total('jobs', '{"kind": "optimize", "outcome": "lease_expired"}'), 1::bigint, 'a lease that ran out');
select private.start_optimization(job_id, lease_token) from job;
select private.fail_job(job_id, lease_token, '{"code": "model_timeout"}', true, 0) from job;
select is(pg_temp.total('jobs', '{"kind": "optimize", "outcome": "retried"}'), 1::bigint, 'a failure that is tried again');
select is(pg_temp.total('job_run', '{"kind": "optimize", "outcome": "retried"}'), 1::bigint, 'with how long it ran');
select is(pg_temp.total('job_wait', '{"kind": "optimize"}'), 1::bigint, 'and had waited; whose lease ran out counts in neither');
delete from job;
insert into job select j.* from asked, claim('optimize', optimization_id) as j;
select private.complete_optimization(
  job_id, lease_token, 'succeeded',
  '{"model": {"promptTokens": 700, "outputTokens": 30}, "suggestions": [{}, {}], "rejected": [{"reason": "new_number"}, {"reason": "new_number"}, {"reason": "overlaps"}, {"reason": "Ada Example"}]}',
  null, null
) from job;
select is(pg_temp.total('optimizations', '{"outcome": "succeeded"}'), 1::bigint, 'an optimization that gave a result');
select is(pg_temp.total('model_tokens', '{"direction": "prompt"}'), 700::bigint, 'the tokens it read');
select is(pg_temp.total('model_tokens', '{"direction": "output"}'), 30::bigint, 'and wrote');
select is(pg_temp.total('suggestions'), 2::bigint, 'what came of it');
select results_eq(
  $$ select labels ->> 'reason', value from private.counter_totals where name = 'rejections' order by 1 $$, $$ values ('new_number', 2::bigint), ('overlaps', 1) $$,
  'and what was refused, by reasons that are words'
);

-- How long, of an attempt that ended late
create function pg_temp.attempt(p_subject_id uuid, p_ran interval, p_attempts integer) returns private.jobs
language plpgsql
as $$
declare
  v_job private.jobs;
begin
  update private.jobs set run_at = now() - interval '5 minutes' where subject_id = p_subject_id;
  perform claim('optimize', p_subject_id);
  update private.jobs
  set claimed_at = clock_timestamp() - p_ran, run_at = clock_timestamp() - p_ran - interval '2 seconds', attempts = p_attempts
  where subject_id = p_subject_id
  returning * into v_job;
  perform private.start_optimization(v_job.job_id, v_job.lease_token);
  return v_job;
end
$$;

create function pg_temp.durations(p_outcome text) returns table (le text, value bigint, seconds double precision)
language sql
as $$
  select c.labels ->> 'le', c.value, floor(c.milliseconds / 1000)
  from private.counter_totals as c
  where c.name = 'job_run' and c.labels @> jsonb_build_object('kind', 'optimize', 'outcome', p_outcome)
  order by c.milliseconds
$$;

create temporary table slow as select r.* from ready, request('auth0|owner', ready::text::public.resume_versions, 'A slow job') as r;
create temporary table late_job as select j.* from slow, pg_temp.attempt(optimization_id, '40 seconds', 1) as j;
select private.fail_job(job_id, lease_token, '{"code": "model_timeout"}', true, 0) from late_job;
select results_eq(
  $$ select le, value, seconds from pg_temp.durations('retried') where seconds >= 10 $$, $$ values ('60000', 1::bigint, 40::double precision) $$,
  'job_run has each attempt that is tried again, by the time from its claim'
);
delete from late_job;
insert into late_job select j.* from slow, pg_temp.attempt(optimization_id, '20 seconds', 5) as j;
select private.report_optimization(
  job_id, lease_token, 30, null, null, '{"s1.1": {"promptTokens": 50, "outputTokens": 4}, "s2.1": {"promptTokens": 60, "outputTokens": 5}}', null
) from late_job;
create temporary table tokens as select pg_temp.total('model_tokens', '{"direction": "prompt"}') as prompt, pg_temp.total('model_tokens', '{"direction": "output"}') as output;
select is(private.fail_job(job_id, lease_token, '{"code": "model_timeout"}', true, 0), 'dead', 'the last attempt fails') from late_job;
select is(pg_temp.total('jobs', '{"kind": "optimize", "outcome": "dead"}'), 1::bigint, 'a job that was used up');
select results_eq(
  $$ select le, value, seconds from pg_temp.durations('dead') $$, $$ values ('30000', 1::bigint, 20::double precision) $$,
  'with how long its last attempt ran'
);
select is((select milliseconds >= 4000 from private.counter_totals where name = 'job_wait' and labels @> '{"kind": "optimize", "le": "2500"}'), true, 'and how long both had been due');

-- Tokens are paid once
create function pg_temp.spent() returns text
language sql
as $$
  select format('%s in, %s out', pg_temp.total('model_tokens', '{"direction": "prompt"}') - t.prompt, pg_temp.total('model_tokens', '{"direction": "output"}') - t.output)
  from tokens as t
$$;

select is(pg_temp.spent(), '110 in, 9 out', 'what failed has cost the tokens of its sections');
select private.requeue_job(job_id) from late_job;
select is(o.partial -> 's1.1' ->> 'promptTokens', '50', 'a requeued optimization has its sections') from public.optimizations as o join slow using (optimization_id);
delete from late_job;
insert into late_job select j.* from slow, pg_temp.attempt(optimization_id, '1 second', 5) as j;
select private.report_optimization(job_id, lease_token, 30, null, null, '{"s3.1": {"promptTokens": 70, "outputTokens": 6}}', null) from late_job;
select private.fail_job(job_id, lease_token, '{"code": "model_timeout"}', true, 0) from late_job;
select is(pg_temp.spent(), '180 in, 15 out', 'one that fails again has cost what is new');
select private.requeue_job(job_id) from late_job;
delete from late_job;
insert into late_job select j.* from slow, pg_temp.attempt(optimization_id, '1 second', 1) as j;
select private.report_optimization(job_id, lease_token, 30, null, null, '{"s2.1": {"promptTokens": 61, "outputTokens": 5}}', null) from late_job;
select private.complete_optimization(
  job_id, lease_token, 'succeeded', '{"model": {"promptTokens": 271, "outputTokens": 25}}', null, null
) from late_job;
-- 271 are 50 and 70 that were kept, 61 of a section that was asked about again, and 90 of one that came with the result.
select is(pg_temp.spent(), '331 in, 30 out', 'a result has cost what its kept sections had not cost before');

-- Ends without an attempt
create temporary table ends as select c.labels, c.value from private.counter_totals as c where c.name in ('job_run', 'job_wait') and c.labels @> '{"kind": "optimize"}';
create temporary table waiting as select r.* from ready, request('auth0|owner', ready::text::public.resume_versions, 'Never begun') as r;
grant select on waiting to public;
select authenticate_as('auth0|owner');
select is((public.cancel_optimization(optimization_id)).status, 'cancelled', 'one is cancelled before it began') from waiting;
select as_dba();
select is(pg_temp.total('jobs', '{"kind": "optimize", "outcome": "cancelled"}'), 1::bigint, 'a job that was cancelled');
create temporary table silent as select r.* from ready, request('auth0|owner', ready::text::public.resume_versions, 'Without a word') as r;
select pg_temp.attempt(optimization_id, '31 seconds', 5) from silent;
update private.jobs set leased_until = now() where subject_id = (select optimization_id from silent);
select is(private.bury_spent_jobs(), 1, 'one is used up by workers that went silent');
select is(pg_temp.total('jobs', '{"kind": "optimize", "outcome": "dead"}'), 3::bigint, 'a job that is dead');
select bag_eq(
  $$ select c.labels, c.value from private.counter_totals as c where c.name in ('job_run', 'job_wait') and c.labels @> '{"kind": "optimize"}' $$,
  $$ select labels, value from ends $$,
  'neither is an attempt that took any time'
);
create temporary table modelless as select r.* from ready, request('auth0|owner', ready::text::public.resume_versions, 'No model') as r;
create temporary table waited as select j.* from modelless, pg_temp.attempt(optimization_id, '3 seconds', 1) as j;
update public.optimizations set cancel_requested_at = now() where optimization_id = (select optimization_id from modelless);
select is(private.wait_optimization(job_id, lease_token, '{"code": "model_unavailable"}', 10, null), 'cancelled', 'one is cancelled that would have waited for a model') from waited;
select is(pg_temp.total('jobs', '{"kind": "optimize", "outcome": "cancelled"}'), 2::bigint, 'its job is counted');
select results_eq(
  $$ select le, value, seconds from pg_temp.durations('cancelled') $$, $$ values ('5000', 1::bigint, 3::double precision) $$, 'with how long it ran'
);

-- Storage, as functions report it
select as_service();
select isnt(public.internal_keep_house('[{"operation": "download", "outcome": "ok", "milliseconds": 12}, {"operation": "download", "outcome": "ok", "milliseconds": 40}, {"operation": "remove", "outcome": "failed", "milliseconds": 9}, {"operation": "steal", "outcome": "ok", "milliseconds": 1}]'), null, 'functions report what they measured');
select as_dba();
select results_eq(
  $$ select labels ->> 'operation', labels ->> 'le', value from private.counter_totals where name = 'storage_calls' order by 1, 2 $$,
  $$ values ('download', '25', 1::bigint), ('download', '50', 1), ('remove', '10', 1) $$,
  'by operation and outcome; what is not known is left out'
);

-- For ever
create temporary table before as select * from private.counter_totals;
update private.samples set sampled_at = now() - interval '2 hours' where name <> 'storage_calls';
select as_service();
select public.internal_keep_house();
select as_dba();
select bag_eq($$ select distinct name from private.samples $$, $$ values ('storage_calls') $$, 'samples go after their time');
delete from public.resumes;
delete from private.jobs;
select is_empty(
  $$ select b.name from before as b left join private.counter_totals as c on c.name = b.name and c.labels = b.labels where c.value is null or c.value < b.value $$,
  'no counter falls when a user is erased'
);
select isnt_empty($$ select from before where value > 0 $$, 'and there were some');

select * from finish();
rollback;
