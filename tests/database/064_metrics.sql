-- What the function metrics is told: totals that are those of the rows, whatever happened to them, ends of uploads, and
-- the figures of one moment.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(49);

create function pg_temp.metrics() returns jsonb
language plpgsql
as $$
declare
  v_metrics jsonb;
begin
  perform as_service();
  v_metrics := public.internal_metrics();
  perform as_dba();
  return v_metrics;
end
$$;

create function pg_temp.total(p_name text, p_label text default '') returns bigint
language sql
as $$
  select coalesce(sum(t.value), 0)::bigint from private.totals as t where (t.name, t.label) = (p_name, p_label)
$$;

create function pg_temp.counted(p_name text, p_labels jsonb default '{}') returns bigint
language sql
as $$
  select coalesce(sum((c ->> 'value')::bigint), 0)::bigint
  from jsonb_array_elements(pg_temp.metrics() -> 'counters') as c
  where c ->> 'name' = p_name and c -> 'labels' @> p_labels
$$;

-- An empty database
select results_eq(
  $$ select jsonb_object_keys(m) from pg_temp.metrics() as m order by 1 $$,
  array['circuits', 'connections', 'counters', 'maxConnections', 'oldestSeconds', 'rollout', 'storageMilliseconds', 'totals'],
  'all that is shown comes with one call'
);
select is(m - array['connections', 'maxConnections'], '{"circuits": {}, "counters": [], "oldestSeconds": 0, "rollout": null, "storageMilliseconds": null, "totals": []}', 'of nothing there is nothing')
from pg_temp.metrics() as m;
select cmp_ok((m ->> 'connections')::integer, '>=', 1, 'this connection is one of those that are used') from pg_temp.metrics() as m;
select is((m ->> 'maxConnections')::integer, current_setting('max_connections')::integer, 'of so many') from pg_temp.metrics() as m;

-- Ends of uploads
create function pg_temp.refuse(p_version public.resume_versions, p_code text, p_retryable boolean) returns text
language plpgsql
as $$
declare
  v_job private.jobs;
begin
  update private.jobs set attempts = 4, run_at = now() where kind = 'ingest' and subject_id = p_version.version_id;
  v_job := claim('ingest', p_version.version_id);
  return private.fail_job(v_job.job_id, v_job.lease_token, jsonb_build_object('code', p_code), p_retryable, 0);
end
$$;

create temporary table uploads as select r.* from ready_version('auth0|owner', 'cv.pdf') as r;
select is(pg_temp.counted('uploads', '{"outcome": "succeeded"}'), 1::bigint, 'an upload has succeeded when it was read');
select pg_temp.refuse(uploaded_version('auth0|owner', 'locked.pdf'), 'file_encrypted', false);
select pg_temp.refuse(uploaded_version('auth0|owner', 'silent.pdf'), 'unavailable', true);
select pg_temp.refuse(uploaded_version('auth0|owner', 'odd.pdf'), 'No word of ours', false);
select is(pg_temp.counted('uploads', jsonb_build_object('outcome', 'failed', 'reason', r)), 1::bigint, 'one that was not: ' || r)
from unnest(array['file_encrypted', 'unavailable', 'internal']) as r;
select private.requeue_job(job_id) from private.dead_jobs where code = 'unavailable';
select is(pg_temp.counted('uploads', '{"outcome": "failed"}'), 3::bigint, 'what a person has brought back has failed once');
create temporary table moved (version public.resume_versions);
with v as (
  insert into public.resume_versions (resume_id, version_number, full_storage_path, file_size, stored_bytes, state, source, held_as, original_filename, mime_type)
  select resume_id, 2, 'migrations/x/1', 7, 7, 'uploaded', 'migration', 'full', 'cv.pdf', 'application/pdf' from uploads
  returning resume_versions
)
insert into moved select v.resume_versions from v;
select private.enqueue_job('ingest', (version).version_id, 'auth0|owner', 10) from moved;
select pg_temp.refuse(version, 'internal', false) from moved;
select is(pg_temp.counted('uploads', '{"outcome": "failed"}'), 3::bigint, 'and what came off a disk is no upload');

-- Bytes
select is(pg_temp.total('logical_bytes'), pg_temp.total('stored_bytes'), 'while all is whole nothing is saved');
create temporary table versions as select * from history('auth0|author', 2);
select is(pg_temp.total('logical_bytes'), (select sum(file_size)::bigint from public.resume_versions where held_as <> 'none'), 'what is held counts with its size');
update private.jobs set run_at = now() where kind = 'compact';
select is(store_anew('compact', version_id), true, 'a version becomes a delta') from versions where version_number = 1;
select is(pg_temp.total('logical_bytes') - pg_temp.total('stored_bytes'), 990::bigint, 'which saves what it does not take');
update private.jobs set run_at = now() where kind = 'remove_object';
create temporary table holding as select pg_temp.total('logical_bytes') as bytes;
select remove_objects(version_id) from public.resume_versions where failure_code = 'file_encrypted';
select is(pg_temp.total('logical_bytes'), bytes - 1000, 'a refused file counts until it is gone') from holding;

-- The queue
select is(pg_temp.total('dead_jobs', 'ingest') + pg_temp.total('jobs', 'ingest'), (select count(*) from private.jobs where kind = 'ingest'), 'jobs are counted by kind');
delete from private.jobs;
select is(sum(t.value)::bigint, 0::bigint, 'of none there are none') from private.totals as t where t.name in ('jobs', 'dead_jobs');
insert into private.jobs (kind, subject_id, owner_id, max_attempts, run_at, lease_token, leased_until, dead_at)
values
  ('optimize', gen_random_uuid(), 'a', 5, now() - interval '300 seconds', gen_random_uuid(), now() + interval '1 minute', null),
  ('ingest', gen_random_uuid(), 'a', 5, now() - interval '90 seconds', null, null, null),
  ('erase', gen_random_uuid(), 'a', 5, now() + interval '1 hour', null, null, null),
  ('compose', gen_random_uuid(), 'a', 5, now() - interval '900 seconds', null, null, now());
select is((pg_temp.metrics() ->> 'oldestSeconds')::numeric, 90::numeric, 'the oldest is one that is due, alive and held by nobody');
update private.jobs set leased_until = now() where kind = 'optimize';
select is((pg_temp.metrics() ->> 'oldestSeconds')::numeric, 300::numeric, 'or by one who went silent');
select results_eq(
  $$ select t ->> 'name', t ->> 'label', (t ->> 'value')::integer from jsonb_array_elements(pg_temp.metrics() -> 'totals') as t where t ->> 'name' like '%jobs' and t ->> 'value' <> '0' order by 1, 2 $$,
  $$ values ('dead_jobs', 'compose', 1), ('jobs', 'erase', 1), ('jobs', 'ingest', 1), ('jobs', 'optimize', 1) $$,
  'the living and the dead, by kind'
);
select private.enqueue_job('ingest', subject_id, 'a', 1) from private.jobs where kind = 'ingest';
select is(pg_temp.total('jobs', 'ingest'), 1::bigint, 'asked for again it is still one');

-- A migration
create temporary table mover as select gen_random_uuid() as token;
select public.internal_plan_legacy_files(jsonb_agg(jsonb_build_object(
  'userId', 'auth0|mover', 'fileId', n::text, 'path', n::text, 'name', 'cv.pdf', 'type', 'application/pdf', 'size', 1000 * n,
  'createdAt', '2019-03-01T10:00:00Z', 'modifiedAt', '2020-03-01T10:00:00Z'
))) from generate_series(1, 3) as n;
select public.internal_claim_legacy_files('mover', token, 2, 60) from mover;
create function pg_temp.progress() returns text
language sql
as $$
  select string_agg(format('%s %s %s', s.state, pg_temp.total('migration_files', s.state), pg_temp.total('migration_bytes', s.state)), ', ' order by s.state)
  from (select distinct label as state from private.totals where name = 'migration_files' and label <> '') as s
  where pg_temp.total('migration_files', s.state) <> 0
$$;
select is(pg_temp.progress(), 'locked 2 3000, planned 1 3000', 'files and bytes by state');
select public.internal_fail_legacy_file(f.legacy_file_id, m.token, 'migration_mismatch', true) from mover as m, private.legacy_files as f where f.file_id = '1';
select public.internal_fail_legacy_file(f.legacy_file_id, m.token, 'unavailable', false) from mover as m, private.legacy_files as f where f.file_id = '2';
select is(pg_temp.counted('migration_mismatches'), 1::bigint, 'other bytes are counted, other failures are not');
update private.legacy_files set retry_at = now();
select public.internal_claim_legacy_files('mover', token, 1, 60) from mover;
select public.internal_release_legacy_files(token) from mover;
select is(pg_temp.counted('migration_mismatches'), 1::bigint, 'nor is what is given back after one');
select is(pg_temp.progress(), 'failed 1 2000, planned 2 4000', 'they have moved on');

-- Storage
insert into private.samples (name, labels, milliseconds, sampled_at)
select 'storage_calls', '{}', n, now() - interval '299 seconds' from generate_series(1, 100) as n;
insert into private.samples (name, labels, milliseconds, sampled_at) values
  ('storage_calls', '{}', 9000, now() - interval '301 seconds'), ('optimizations', '{}', 9000, now());
select is(pg_temp.metrics() -> 'storageMilliseconds', '[50, 90, 99]', 'quantiles of the last five minutes');
insert into private.samples (name, labels, milliseconds) select 'storage_calls', '{}', 7 from generate_series(1, 5000) as n;
select is(pg_temp.metrics() -> 'storageMilliseconds', '[7, 7, 7]', 'of at most 5,000 requests, the last');
delete from private.samples;
select public.internal_keep_house('[{"operation": "download", "outcome": "ok", "milliseconds": 12}, {"operation": "download", "outcome": "ok", "milliseconds": 40}]');
select is((select array_agg(milliseconds order by milliseconds) from private.samples where name = 'storage_calls'), array[12, 40]::double precision[], 'each that is reported counts in them');

-- Circuits and rollouts
select private.force_circuit(e, s) from (values ('a', 'open'), ('b', 'open'), ('c', 'closed')) as t (e, s);
select is(pg_temp.metrics() -> 'circuits', '{"open": 2, "closed": 1}', 'circuits by state');
select private.force_circuit('b', 'open', '-9 minutes');
select is(pg_temp.metrics() -> 'circuits', '{"open": 2, "closed": 1}', 'one that may be asked again still counts');
select private.force_circuit('b', 'open', '-11 minutes');
select is(pg_temp.metrics() -> 'circuits', '{"open": 1, "closed": 1}', 'one that nobody has asked for long does not');
select public.start_rollout('me', 'x', '[{"phase": "dual_write", "percentage": 25, "minSeconds": 0, "minCalls": 1, "minUsers": 1}, {"phase": "supabase", "percentage": 5, "minSeconds": 0, "minCalls": 1, "minUsers": 1}]');
select is(pg_temp.metrics() -> 'rollout', '{"state": "running", "stage": 1, "dualWrite": 0.25, "dualRead": 0, "supabase": 0}', 'a rollout, and how many are where');
select public.force_rollout_stage(2, 'me', 'x');
update private.rollouts set cooling_until = now() + interval '1 minute';
select is(pg_temp.metrics() -> 'rollout', '{"state": "cooling", "stage": 2, "dualWrite": 0.25, "dualRead": 0.05, "supabase": 0.05}', 'who is beyond a phase has passed it');
select public.pause_rollout('me', 'x');
select is(pg_temp.metrics() #>> '{rollout,state}', 'paused', 'paused it is neither');
select is(pg_temp.counted('rollout_decisions', jsonb_build_object('decision', d)), 1::bigint, 'decided: ' || d) from unnest(array['started', 'forced', 'paused']) as d;
update private.rollouts set ended_at = now();
select is(pg_temp.metrics() -> 'rollout', 'null', 'one that has ended is none');
select public.record_store_outcomes('[{"user_id": "u", "operation": "get", "side": "supabase", "outcome": "mismatch", "milliseconds": 1}, {"user_id": "v", "operation": "get", "side": "supabase", "outcome": "mismatch", "milliseconds": 1}]');
select is(pg_temp.counted('store_calls', '{"side": "supabase", "outcome": "mismatch"}'), 2::bigint, 'what stores report is counted without one too');

-- Erasure
create temporary table before as select * from private.counter_totals;
select authenticate_as('auth0|author');
select isnt(public.erase_my_data(), null, 'somebody has everything erased');
select as_dba();
create function pg_temp.erase() returns text
language plpgsql
as $$
declare
  v_job private.jobs;
  v_object record;
  v_removed integer := 0;
begin
  update private.jobs set run_at = now() where kind = 'erase';
  select c.* into v_job from private.erasures as e, claim('erase', e.erasure_id) as c where c.job_id is not null;
  for v_object in select * from private.erasure_objects(v_job.job_id, v_job.lease_token) loop
    perform delete_object(v_object.bucket_id, v_object.object_name);
    v_removed := v_removed + 1;
  end loop;
  return private.complete_erasure(v_job.job_id, v_job.lease_token, v_removed);
end
$$;
select is(pg_temp.erase(), 'later', 'which the worker does');
select is_empty($$ select from public.resumes where user_id = 'auth0|author' $$, 'so that nothing is left');
select is_empty(
  $$ select b.name from before as b left join private.counter_totals as c on c.name = b.name and c.labels = b.labels where c.value is null or c.value < b.value $$,
  'no counter falls by it'
);

-- Whatever happens
select is_empty($$ select * from private.totals_drift() $$, 'after all this the totals are those of the rows');
create function pg_temp.happen(p_step integer) returns void
language plpgsql
as $$
declare
  v_some constant integer := floor(random() * 8)::integer;
begin
  case floor(random() * 9)::integer
    when 0 then
      insert into private.jobs (kind, subject_id, owner_id, max_attempts, dead_at)
      select (array['ingest', 'erase', 'compact'])[ceil(random() * 3)::integer], gen_random_uuid(), 'r', 5, case when random() < 0.3 then now() end
      from generate_series(1, v_some);
    when 1 then update private.jobs set dead_at = case when random() < 0.5 then now() end where random() < 0.3 and lease_token is null;
    when 2 then delete from private.jobs where random() < 0.3;
    when 3 then
      insert into public.resume_versions (resume_id, version_number, full_storage_path, file_size, original_filename, mime_type, held_as, stored_bytes)
      select u.resume_id, 1000 + p_step * 10 + n, gen_random_uuid()::text, ceil(random() * 1000)::integer, 'cv.pdf', 'application/pdf', h.held_as, case h.held_as when 'full' then ceil(random() * 1000)::integer end
      from generate_series(1, v_some) as n, (select resume_id from uploads limit 1) as u, lateral (select case when random() < 0.5 + n * 0 then 'full' else 'none' end as held_as) as h;
    when 4 then
      update public.resume_versions as v
      set held_as = h.held_as, stored_bytes = case h.held_as when 'full' then ceil(random() * 1000)::integer end, file_size = v.file_size + 1
      from (select x.version_id, case when random() < 0.5 then 'full' else 'none' end as held_as from public.resume_versions as x where x.state = 'pending' and random() < 0.3) as h
      where v.version_id = h.version_id;
    when 5 then delete from public.resume_versions where state = 'pending' and random() < 0.3;
    when 6 then
      insert into private.legacy_files (user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, file_created_at, file_modified_at, object_name)
      select 'r', p_step || '/' || n, 1, 'x', 'cv.pdf', 'application/pdf', ceil(random() * 1000)::integer, now(), now(), gen_random_uuid()::text
      from generate_series(1, v_some) as n;
    when 7 then
      update private.legacy_files
      set state = (array['planned', 'failed', 'rolled_back', 'purged', 'verified'])[ceil(random() * 5)::integer], error_code = 'internal', sha256 = repeat('a', 64), file_size = file_size + 1
      where random() < 0.3;
    else delete from private.legacy_files where random() < 0.2;
  end case;
end
$$;
create temporary table met (name text primary key);
create function pg_temp.drifting_steps(p_steps integer) returns integer
language plpgsql
as $$
declare
  v_drifting integer := 0;
begin
  for i in 1..p_steps loop
    perform pg_temp.happen(i);
    if exists (select from private.totals_drift()) then
      v_drifting := v_drifting + 1;
    end if;
    insert into met
    select distinct t.name from (select x.name from private.totals as x group by x.name, x.label having sum(x.value) > 0) as t
    on conflict do nothing;
  end loop;
  return v_drifting;
end
$$;
select setseed(0.6);
select is(pg_temp.drifting_steps(300), 0, 'nor do they differ after any of 300 random changes');
select bag_eq(
  $$ select name from met $$,
  $$ values ('jobs'), ('dead_jobs'), ('logical_bytes'), ('stored_bytes'), ('migration_files'), ('migration_bytes') $$,
  'which had something of everything'
);

-- A hand in it
insert into private.totals (name, label, shard, value) values ('jobs', 'ingest', 1000, 3), ('migration_files', 'failed', 1000, -2);
create temporary table drift as select * from private.totals_drift();
select bag_eq($$ select name, kept - counted from drift $$, $$ values ('jobs', 3::bigint), ('migration_files', -2) $$, 'totals that are wrong are found');
select bag_eq($$ select * from private.mend_totals() $$, $$ select * from drift $$, 'and mended');
select is_empty($$ select * from private.totals_drift() $$, 'for good');

select * from finish();
rollback;
