-- The queue: order, leases, ends. What happens between two connections is tested with real ones, elsewhere.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(98);

create function pg_temp.enqueue(p_owner text, p_priority integer default 100, p_kind text default 'compact') returns bigint
language sql
as $$
  select private.enqueue_job(p_kind, gen_random_uuid(), p_owner, p_priority)
$$;

create function pg_temp.claim_owners(p_limit integer, p_kinds text[] default '{compact}') returns text[]
language plpgsql
as $$
declare
  v_owners text[];
begin
  perform as_service();
  select array_agg(c.owner_id order by c.position) into v_owners
  from public.internal_claim_jobs('worker-1', p_kinds, p_limit) with ordinality as c (
    job_id, kind, subject_id, owner_id, payload, attempts, max_attempts, lease_token, leased_until, request_id, position
  );
  perform as_dba();
  return v_owners;
end
$$;

-- Arguments
select is(outcome_as('service', 'select public.internal_claim_jobs(' || arguments || ')'), 'invalid_request', 'claim refuses ' || reason)
from (
  values
    ('null, ''{compact}''', 'no worker'), ('''w'', null', 'no kinds'), ('''w'', ''{compact}'', 0', 'a limit of 0'), ('''w'', ''{compact}'', 1001', 'a limit of 1001'),
    ('''w'', ''{compact}'', null', 'no limit'), ('''w'', ''{compact}'', 1, 0', 'a lease of 0 s'), ('''w'', ''{compact}'', 1, 3601', 'a lease over an hour'), ('''w'', ''{compact}'', 1, null', 'no lease')
) as t (arguments, reason);
select throws_ok($$ select private.enqueue_job('dance', gen_random_uuid(), 'a') $$, '23514', null, 'a kind that nobody knows is refused');

-- Once, however often it is asked for
select isnt(private.enqueue_job('ingest', '00000000-0000-4000-8000-000000000001', 'a', 200), null, 'a job is queued');
select is(
  private.enqueue_job('ingest', '00000000-0000-4000-8000-000000000001', 'a', 50), (select job_id from private.jobs), 'the same work is the same job'
);
select is((select priority from private.jobs), 50::smallint, 'the more urgent priority counts');
select is(private.enqueue_job('ingest', '00000000-0000-4000-8000-000000000001', 'a', 100), (select job_id from private.jobs), 'a less urgent one');
select is((select priority from private.jobs), 50::smallint, 'changes nothing');
delete from private.jobs;

-- Order
select pg_temp.enqueue('many') from generate_series(1, 3);
select pg_temp.enqueue('few');
select pg_temp.enqueue('urgent', 10);
select pg_temp.enqueue('idle', 200);
select is(
  pg_temp.claim_owners(10), array['urgent', 'many', 'few', 'many', 'many', 'idle'],
  'urgent first, then owners in turns: a thousand of one do not hold up the first of another'
);
select is(pg_temp.claim_owners(10), null, 'what is leased is not claimed again');
delete from private.jobs;

select pg_temp.enqueue('first'), pg_temp.enqueue('second'), pg_temp.enqueue('third');
select is(pg_temp.claim_owners(1), array['first'], 'the limit is kept');
select is(pg_temp.claim_owners(1, '{ingest}'), null, 'other kinds are left alone');
update private.jobs set run_at = now() + interval '1 second' where owner_id = 'second';
select is(pg_temp.claim_owners(10), array['third'], 'what is not due is left alone');
update private.jobs set leased_until = now() where owner_id = 'first';
select is(pg_temp.claim_owners(10), array['first'], 'a lease that ran out is taken over');
select is((select attempts from private.jobs where owner_id = 'first'), 2, 'each claim is an attempt');
select is(
  (select (claim('compact', subject_id)).worker_id from private.jobs where owner_id = 'second'), 'worker-1', 'who names the subject does not wait out its time'
);
select results_eq(
  $$ select leased_until - now() from private.jobs where owner_id = 'second' $$, $$ values (interval '30 seconds') $$, 'a lease is as long as was asked for'
);
delete from private.jobs;

-- Holding on
create temporary table subject as select gen_random_uuid() as subject_id;
select private.enqueue_job('compact', subject_id, 'a') from subject;
create temporary table held as select j.* from subject, claim('compact', subject_id) as j;
grant select on held to public;

select is(outcome_as('service', format(statement, job_id, gen_random_uuid())), 'lease_lost', 'a lost lease: ' || split_part(statement, '(', 1))
from held, (
  values
    ('select public.internal_extend_job(%s, %L, 30)'), ('select public.internal_complete_job(%s, %L)'), ('select public.internal_release_job(%s, %L)'),
    ('select public.internal_fail_job(%s, %L, ''{"code": "internal"}'', true)'), ('select public.internal_start_optimization(%s, %L)'),
    ('select public.internal_optimization_source(%s, %L)'), ('select public.internal_report_optimization(%s, %L)'),
    ('select public.internal_complete_optimization(%s, %L, ''cancelled'')')
) as t (statement);
select is(outcome_as('service', format('select public.internal_complete_job(%s, null)', job_id)), 'lease_lost', 'no lease at all') from held;
select is(outcome_as('service', 'select public.internal_complete_job(-1, gen_random_uuid())'), 'lease_lost', 'a job that does not exist');

select is(outcome_as('service', format('select public.internal_extend_job(%s, %L, %s)', job_id, lease_token, seconds)), expected, format('extend by %s seconds', seconds))
from held, (values ('600', 'rows 1'), ('0', 'invalid_request'), ('3601', 'invalid_request'), ('null', 'invalid_request')) as t (seconds, expected);
select as_service();
select is(public.internal_extend_job(job_id, lease_token, 600), now() + interval '10 minutes', 'extend says until when') from held;
select as_dba();
update private.jobs set leased_until = now() - interval '1 minute';
select is(outcome_as('service', format('select public.internal_complete_job(%s, %L)', job_id, lease_token)), 'rows 1', 'a lease that ran out and nobody took still holds') from held;

-- Giving back
select as_service();
select lives_ok(format('select public.internal_release_job(%s, %L, 60)', job_id, lease_token), 'a job can be given back') from held;
select as_dba();
select results_eq(
  $$ select attempts, lease_token, leased_until, worker_id, run_at from private.jobs $$,
  $$ values (0, null::uuid, null::timestamptz, null::text, now() + interval '1 minute') $$,
  'a release does not count as an attempt'
);

-- Failing
delete from held;
insert into held select j.* from subject, claim('compact', subject_id) as j;
select is(outcome_as('service', format('select public.internal_fail_job(%s, %L, %s)', job_id, lease_token, rest)), 'invalid_request', 'fail refuses ' || reason)
from held, (values ('null, true', 'no error'), ('''{}'', true', 'an error without a code'), ('''{"code": "internal"}'', null', 'no word on a retry')) as t (rest, reason);
select as_service();
select is(public.internal_fail_job(job_id, lease_token, '{"code": "model_timeout"}', true, 7), 'retry', 'a failure that may pass is tried again') from held;
select as_dba();
select results_eq(
  $$ select attempts, lease_token, run_at, last_error ->> 'code', dead_at from private.jobs $$,
  $$ values (1, null::uuid, now() + interval '7 seconds', 'model_timeout', null::timestamptz) $$,
  'after the time that was asked for, with its error noted'
);
select is((claim('compact', subject_id)).lease_token, null, 'a backoff is waited out also by who names the subject') from subject;
select is((select attempts from private.jobs), 1, 'so that asking again burns no attempt');
update private.jobs set run_at = now();
delete from held;
insert into held select j.* from subject, claim('compact', subject_id) as j;
select isnt(lease_token, null, 'its time over, it can be had') from held;
select as_service();
select public.internal_release_job(job_id, lease_token) from held;
select as_dba();

-- Backoff: full jitter between nothing and base × 2^(attempt − 1), capped.
update private.settings set retry_base = '2 seconds', retry_cap = '5 minutes';
select ok(
  (select bool_and(delay between interval '0' and least(interval '2 seconds' * power(2, attempt - 1), interval '5 minutes')) from generate_series(1, 40) as attempt, generate_series(1, 50), lateral (select private.retry_delay(attempt) as delay where attempt is not null) as d),
  'no delay is below nothing or above its bound, at 40 attempts each 50 times'
);
select cmp_ok((select max(private.retry_delay(a)) from generate_series(20, 20) as a, generate_series(1, 200)), '>', interval '2 minutes', 'the delays use their range: some are long');
select cmp_ok((select min(private.retry_delay(a)) from generate_series(20, 20) as a, generate_series(1, 200)), '<', interval '2 minutes', 'and some are short');

-- Many at once
select pg_temp.enqueue('set', 100, 'rebase') from generate_series(1, 3);
create temporary table several as
select j.* from private.jobs as j where false;
select as_service();
create temporary table claimed as select * from public.internal_claim_jobs('worker-2', '{rebase}', 10);
select as_dba();
insert into several select j.* from private.jobs as j where j.owner_id = 'set' and j.worker_id = 'worker-2';
grant select on several to public;
select is((select count(*) from several), 3::bigint, 'several jobs are held');
update private.jobs set lease_token = gen_random_uuid() where job_id = (select min(job_id) from several);
create temporary table lost as select min(job_id) as job_id from several;
grant select on lost to public;
select as_service();
select is(
  (select public.internal_extend_jobs(array_agg(job_id), array_agg(lease_token), 600) from several), (select array_agg(job_id order by job_id) from several where job_id <> (select job_id from lost)),
  'those that are still held are extended, and named'
);
select as_dba();
select results_eq(
  $$ select j.leased_until - now() from private.jobs as j join several using (job_id) order by job_id $$, $$ values (interval '30 seconds'), ('10 minutes'), ('10 minutes') $$, 'the other one is left alone'
);
update private.jobs set run_at = now() - interval '1 hour' where job_id in (select job_id from several);
select as_service();
select is((select cardinality(public.internal_release_jobs(array_agg(job_id), array_agg(lease_token))) from several), 2, 'those that are held are given back');
select as_dba();
select results_eq(
  $$ select j.attempts, j.lease_token is null, j.run_at from private.jobs as j join several using (job_id) order by job_id $$,
  $$ values (1, false, now() - interval '1 hour'), (0, true, now() - interval '1 hour'), (0, true, now() - interval '1 hour') $$,
  'untouched: no attempt, no place in time is lost'
);
select is((select cardinality(private.release_jobs(array_agg(job_id), array_agg(lease_token), 0)) from several), 0, 'once');
update private.jobs as j set lease_token = s.lease_token, leased_until = now() from several as s where j.job_id = s.job_id and j.job_id <> (select job_id from lost);
select as_service();
select is((select cardinality(public.internal_complete_jobs(array_agg(job_id), array_agg(lease_token))) from several), 2, 'those that are held are ended');
select as_dba();
select is((select count(*) from private.jobs join several using (job_id)), 1::bigint, 'and the other one is not');
select is(outcome_as('service', format('select public.%s(%s)', rpc, args)), 'invalid_request', format('%s(%s) is refused', rpc, args))
from unnest('{internal_extend_jobs,internal_release_jobs,internal_complete_jobs}'::text[]) as rpc, (values ('null, null'), ('''{1}'', ''{}''')) as t (args)
where rpc <> 'internal_extend_jobs' or args <> 'null, null';
delete from private.jobs where owner_id = 'set';

-- The last attempt
update private.jobs set attempts = max_attempts - 1, run_at = now();
delete from held;
insert into held select j.* from subject, claim('compact', subject_id) as j;
select is(attempts, max_attempts, 'this is the last attempt') from held;
select as_service();
select is(public.internal_fail_job(job_id, lease_token, '{"code": "model_timeout"}', true), 'dead', 'what was tried often enough is dead') from held;
select as_dba();
select isnt((select dead_at from private.jobs), null, 'a dead job is kept for a person');
select is(pg_temp.claim_owners(10), null, 'and is not claimed');
select is((claim('compact', subject_id)).job_id, null, 'not by its subject either') from subject;
select lives_ok($$ select private.enqueue_job('compact', subject_id, 'a') from subject $$, 'its work can be queued anew');
select is((select count(*) from private.jobs), 2::bigint, 'as another job');
delete from private.jobs;

-- A job that takes its worker down never fails by itself
create temporary table killer as select v.* from uploaded_version('auth0|owner') as v;
update private.jobs set attempts = max_attempts, lease_token = gen_random_uuid(), leased_until = now() - interval '1 second';
select is(pg_temp.claim_owners(10, '{ingest}'), null, 'a job whose attempts are spent is not claimed');
select results_eq(
  $$ select j.dead_at, v.state, v.failure_code from private.jobs as j, public.resume_versions as v $$, $$ values (now(), 'failed', 'internal') $$,
  'it is buried by whoever claims next, and its version fails'
);
select is(private.bury_spent_jobs(), 0, 'once');

-- What a probe may learn
select as_service();
select ok(public.internal_health() @> '{"queueDepth": 0, "oldestSeconds": 0, "dead": 1}', 'health counts the living and the dead');
select as_dba();
select private.enqueue_job('compact', gen_random_uuid(), 'a');
update private.jobs set run_at = now() - interval '90 seconds' where dead_at is null;
select as_service();
select ok(public.internal_health() @> '{"queueDepth": 1, "oldestSeconds": 90, "dead": 1}', 'health says how long the oldest due one has waited');

-- What ends one kind of work does not end another
create temporary table busy as select u.* from uploaded_version('auth0|owner', 'busy.pdf') as u;
create temporary table ingest_held as select j.* from busy, claim('ingest', version_id) as j;
grant select on ingest_held to public;
select is(outcome_as('service', format(statement, job_id, lease_token)), 'conflict', 'for an ingest: ' || split_part(statement, '(', 1))
from ingest_held, (
  values
    ('select public.internal_complete_job(%s, %L)'), ('select public.internal_start_optimization(%s, %L)'),
    ('select public.internal_optimization_source(%s, %L)'), ('select public.internal_report_optimization(%s, %L)'),
    ('select public.internal_complete_optimization(%s, %L, ''cancelled'')'), ('select public.internal_removable_objects(%s, %L)'),
    ('select public.internal_complete_object_removal(%s, %L, ''{}'')'), ('select public.internal_composition_source(%s, %L)'),
    ('select public.internal_record_composition(%s, %L, 1, repeat(''a'', 64))'), ('select public.internal_storage_source(%s, %L)'),
    ('select public.internal_reserve_whole(%s, %L)'), ('select public.internal_record_storage(%s, %L, null, 1)'),
    ('select public.internal_record_no_gain(%s, %L)'), ('select public.internal_erasure_objects(%s, %L)'),
    ('select public.internal_complete_erasure(%s, %L, 0)')
) as t (statement);
select is((select count(*) from private.jobs join ingest_held using (job_id)), 1::bigint, 'and its job is still there');
update public.resume_versions set state = 'failed', failure_code = 'file_corrupt' where version_id = (select version_id from busy);
select is(outcome_as('service', format('select public.internal_complete_job(%s, %L)', job_id, lease_token)), 'rows 1', 'a job whose row has ended can be ended') from ingest_held;

-- What has to go in the end is never given up
select private.enqueue_job(kind, gen_random_uuid(), 'tenacious', 1) from unnest('{erase,remove_object}'::text[]) as kind;
update private.jobs set attempts = max_attempts - 1 where owner_id = 'tenacious';
create temporary table tenacious as select c.* from private.jobs as j, claim(j.kind, j.subject_id) as c where j.owner_id = 'tenacious';
select private.fail_job(job_id, lease_token, '{"code": "unavailable"}', retryable, null) from tenacious, lateral (select kind = 'erase' as retryable) as r;
select results_eq(
  $$ select kind, attempts, lease_token, dead_at, run_at - now() from private.jobs where owner_id = 'tenacious' order by 1 $$,
  $$ values ('erase', 0, null::uuid, null::timestamptz, interval '5 minutes'), ('remove_object', 0, null, null, interval '5 minutes') $$,
  'an erasure and a removal start over after the longest backoff'
);
update private.jobs set attempts = max_attempts, lease_token = gen_random_uuid(), leased_until = now() where owner_id = 'tenacious';
select private.bury_spent_jobs();
select is((select count(*) from private.jobs where owner_id = 'tenacious' and dead_at is null and attempts = 0), 2::bigint, 'also when they took their worker down');

-- A worker that must not write any more may have written already
create temporary table writer as select v.* from history('auth0|writer', 2) as v;
create temporary table writer_job as select j.* from writer, claim('compact', version_id) as j where version_number = 1;
select private.storage_source(job_id, lease_token) from writer_job;
select private.fail_job(job_id, lease_token, '{"code": "internal"}', false, null) from writer_job;
select results_eq(
  $$ select x.bucket_id, x.reason from private.object_removals as x join writer using (version_id) $$, $$ values ('resume_deltas', 'unfinished') $$,
  'what a failed attempt may have written is removed'
);

-- No job that somebody waits for is ended without its result
create temporary table awaited as select v.* from writer, restore('auth0|writer', writer.version_id) as v where writer.version_number = 1;
create temporary table awaited_job as select j.* from awaited, claim('compose', version_id) as j;
grant select on awaited_job to public;
select is(outcome_as('service', format('select public.internal_complete_job(%s, %L)', job_id, lease_token)), 'conflict', 'a version that is to be made is made, or fails') from awaited_job;

select * from finish();
rollback;
