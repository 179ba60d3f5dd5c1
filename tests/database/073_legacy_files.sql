-- A migration off a local disk: planning, leases, the transfer, the way back, the end of the sources.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(117);

create function pg_temp.line(p_user_id text, p_file_id text, p_version integer default 1, p_more jsonb default '{}') returns jsonb
language sql
as $$
  select jsonb_build_object(
    'userId', p_user_id, 'fileId', p_file_id, 'version', p_version, 'path', p_user_id || '/' || p_file_id, 'name', 'Lebenslauf.pdf',
    'type', 'application/pdf', 'size', 1000, 'createdAt', '2019-03-01T10:00:00Z', 'modifiedAt', '2020-03-01T10:00:00Z'
  ) || p_more
$$;

create function pg_temp.plan_files(variadic p_lines jsonb[]) returns jsonb
language sql
as $$
  select public.internal_plan_legacy_files(to_jsonb(p_lines))
$$;

create function pg_temp.token(p_worker text) returns uuid
language sql
as $$
  select md5(p_worker)::uuid
$$;

-- As the Data API does it with the header of a worker.
create function pg_temp.act_as(p_worker text) returns void
language sql
as $$
  select set_config('request.headers', jsonb_build_object('x-migration-lease', pg_temp.token(p_worker))::text, true)
$$;

create function pg_temp.claim_files(p_worker text, p_limit integer default 10, p_user_id text default null, p_file_id text default null) returns jsonb
language sql
as $$
  select public.internal_claim_legacy_files(p_worker, pg_temp.token(p_worker), p_limit, 60, p_user_id, p_file_id)
$$;

create function pg_temp.row_of(p_user_id text, p_file_id text, p_version integer default 1) returns private.legacy_files
language sql
as $$
  select f from private.legacy_files as f where (f.user_id, f.file_id, f.version_order) = (p_user_id, p_file_id, p_version)
$$;

-- What a worker does with one file: upload, record, transfer, verify.
create function pg_temp.move(p_user_id text, p_file_id text, p_version integer default 1, p_worker text default 'mover') returns public.resume_versions
language plpgsql
as $$
declare
  v_file private.legacy_files := pg_temp.row_of(p_user_id, p_file_id, p_version);
  v_version public.resume_versions;
begin
  perform pg_temp.act_as(p_worker);
  update private.legacy_files as f
  set state = 'locked', worker_id = p_worker, lease_token = pg_temp.token(p_worker), leased_until = now() + interval '1 minute'
  where f.legacy_file_id = v_file.legacy_file_id;
  perform write_object('resumes', v_file.object_name, 1000);
  perform public.internal_record_legacy_upload(v_file.legacy_file_id, pg_temp.token(p_worker), repeat('b', 64), 1000);
  v_version := public.transfer_file_metadata(p_user_id, p_file_id, v_file.object_name);
  perform public.internal_record_legacy_verified(v_file.legacy_file_id, pg_temp.token(p_worker));
  return v_version;
end
$$;

-- Ingest's part.
create function pg_temp.read_version(p_version_id uuid) returns void
language plpgsql
as $$
declare
  v_job private.jobs := claim('ingest', p_version_id);
begin
  perform public.internal_complete_ingest(v_job.job_id, v_job.lease_token, repeat('b', 64), 1000, 'Words', '', 'de');
end
$$;

create function pg_temp.later(p_interval interval) returns void
language sql
as $$
  update private.legacy_files
  set leased_until = leased_until - p_interval, retry_at = retry_at - p_interval, purge_after_at = purge_after_at - p_interval
$$;

-- Planning
select is(
  pg_temp.plan_files(pg_temp.line('auth0|1', 'a'), pg_temp.line('auth0|1', 'b'), pg_temp.line('auth0|1', 'b', 2)),
  '{"planned": 3, "known": 0, "changed": 0, "erased": 0, "refused": []}', 'files are planned'
);
select is(pg_temp.plan_files(pg_temp.line('auth0|1', 'a')) ->> 'known', '1', 'planning again changes nothing');
select is(
  pg_temp.plan_files(
    pg_temp.line('u', 'c', 1, '{"name": "../x.pdf"}'), pg_temp.line('u', 'c', 1, '{"type": "image/png"}'), pg_temp.line('u', 'c', 1, '{"name": "cv.doc"}'),
    pg_temp.line('u', 'c', 1, '{"size": 0}'), pg_temp.line('u', 'c', 1, '{"size": 99999999}'), pg_temp.line('u', 'c', 0), pg_temp.line('', 'c'),
    pg_temp.line('u', 'c', 1, '{"createdAt": "infinity"}'), pg_temp.line('u', 'ok')
  ) -> 'refused',
  '[
    {"index": 0, "code": "invalid_filename"}, {"index": 1, "code": "unsupported_file_type"}, {"index": 2, "code": "unsupported_file_type"},
    {"index": 3, "code": "file_empty"}, {"index": 4, "code": "file_too_large"}, {"index": 5, "code": "invalid_request"},
    {"index": 6, "code": "invalid_request"}, {"index": 7, "code": "invalid_request"}
  ]',
  'what uploads refuse is refused line by line'
);
select is((pg_temp.row_of('u', 'ok')).state, 'planned', 'and keeps no other line from being planned');
select throws_ok($$ select public.internal_plan_legacy_files('{}') $$, 'PT400', null, 'files come as an array');
select throws_ok($$ select public.internal_plan_legacy_files(null) $$, 'PT400', null, 'which is given');
select throws_ok($$ select public.internal_plan_legacy_files((select jsonb_agg(i) from generate_series(1, 1001) as i)) $$, 'PT400', null, 'of at most 1,000');
delete from private.legacy_files where user_id = 'u';

-- Names in storage
select is(private.legacy_object_name('ada', 'cv-1', 1, 1), 'migrations/ada/cv-1', 'a file goes to migrations/<user>/<file>');
select is(
  private.legacy_object_name('ada', 'sub/cv é', 1, 1), 'migrations/ada/' || private.storage_segment('sub/cv é'), 'under a legal key, whatever its id'
);
select is(private.legacy_object_name('ada', 'cv-1', 2, 1), 'migrations/ada/=more/cv-1/v2.1', 'its later versions beside it');
select ok(
  private.legacy_object_name('ada', '=more', 1, 1) not like 'migrations/ada/=more%' and private.legacy_object_name('ada', '=more/cv-1/v2.1', 1, 1) <> private.legacy_object_name('ada', 'cv-1', 2, 1),
  'where no other file''s id leads'
);

-- Leases
select is(jsonb_array_length(pg_temp.claim_files('one', 2)), 2, 'a worker claims as many as it asks for');
select is(pg_temp.claim_files('two', 5) #>> '{0,fileId}', 'b', 'another gets the rest');
select is(pg_temp.claim_files('three'), '[]', 'a third nothing');
select results_eq(
  $$ select file_id, version_order, state, worker_id, attempts from private.legacy_files order by legacy_file_id $$,
  $$ values ('a', 1, 'locked', 'one', 1), ('b', 1, 'locked', 'one', 1), ('b', 2, 'locked', 'two', 1) $$, 'each file is locked by one'
);
select is(array_length(public.internal_extend_legacy_files(pg_temp.token('one'), 120), 1), 2, 'a worker extends all it holds');
select is((pg_temp.row_of('auth0|1', 'a')).leased_until, now() + interval '2 minutes', 'to the time it says');
select is(public.internal_extend_legacy_files(pg_temp.token('three'), 120), '{}', 'who holds nothing extends nothing');
select throws_ok($$ select public.internal_extend_legacy_files(gen_random_uuid(), 0) $$, 'PT400', null, 'a lease has a length');
select throws_ok($$ select public.internal_claim_legacy_files('w', null, 1, 60) $$, 'PT400', null, 'a claim has a token');
select throws_ok($$ select public.internal_claim_legacy_files('', gen_random_uuid(), 1, 60) $$, 'PT400', null, 'and a name');
select throws_ok($$ select public.internal_claim_legacy_files('w', gen_random_uuid(), 0, 60) $$, 'PT400', null, 'and a limit');
select pg_temp.later('90 seconds');
select is(pg_temp.claim_files('three', 1) #>> '{0,version}', '2', 'a lease that ran out is taken over');
select throws_ok(
  format($$ select public.internal_record_legacy_upload(%s, %L, repeat('b', 64), 1000) $$, (pg_temp.row_of('auth0|1', 'b', 2)).legacy_file_id, pg_temp.token('two')),
  'PT409', null, 'whose worker has lost the file'
);
select is(public.internal_release_legacy_files(pg_temp.token('three')), 1, 'a worker that leaves gives back what it holds');
select is((pg_temp.row_of('auth0|1', 'b', 2)).attempts, 1, 'which counts as no attempt');
select is(pg_temp.claim_files('four', 5, 'auth0|2'), '[]', 'a claim may be for one user');
select is(pg_temp.claim_files('four', 5, 'auth0|1', 'b') #>> '{0,version}', '2', 'or one file');
select is(public.internal_release_legacy_files(pg_temp.token('four')), 1, 'given back');

-- Failures
create temporary table a as select (pg_temp.row_of('auth0|1', 'a')).*;
select is(public.internal_fail_legacy_file(legacy_file_id, pg_temp.token('one'), 'unavailable', true, 30), 'planned', 'what may go well later is planned again') from a;
select is((pg_temp.row_of('auth0|1', 'a')).retry_at, now() + interval '30 seconds', 'after a while');
select is(jsonb_path_query_array(pg_temp.claim_files('five'), '$[*].fileId'), '["b"]', 'and not before');
select pg_temp.later('31 seconds');
select is(pg_temp.claim_files('six', 1) #>> '{0,fileId}', 'a', 'then it is due');
update private.legacy_files set attempts = 5 where file_id = 'a';
select is(public.internal_fail_legacy_file(legacy_file_id, pg_temp.token('six'), 'unavailable', true), 'failed', 'the last attempt fails for good') from a;
select is(pg_temp.plan_files(pg_temp.line('auth0|1', 'a')) ->> 'known', '1', 'which planning leaves');
select is((pg_temp.row_of('auth0|1', 'a')).state, 'failed', 'as it is');
select is(public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('auth0|1', 'a')), true) ->> 'planned', '1', 'unless it is asked to try again');
select is((pg_temp.row_of('auth0|1', 'a')).attempts, 0, 'with all attempts');
select pg_temp.claim_files('seven', 1);
select is(public.internal_fail_legacy_file(legacy_file_id, pg_temp.token('seven'), 'migration_mismatch', false), 'failed', 'what is not worth another attempt fails at once') from a;
select throws_ok(
  format($$ select public.internal_fail_legacy_file(%s, %L, 'internal', true) $$, legacy_file_id, pg_temp.token('seven')), 'PT409', null, 'a file that is not locked does not fail'
) from a;
select throws_ok($$ select public.internal_fail_legacy_file(0, gen_random_uuid(), 'internal', true) $$, 'PT404', null, 'nor one that is not there');
select bag_eq(
  $$ select e.state, e.worker_id, e.error_code from private.legacy_file_events as e join a using (legacy_file_id) $$,
  $$ values ('planned', null, null), ('locked', 'one', null), ('planned', 'one', 'unavailable'), ('locked', 'six', 'unavailable'), ('failed', 'six', 'unavailable'),
    ('planned', null, 'unavailable'), ('locked', 'seven', 'unavailable'), ('failed', 'seven', 'migration_mismatch') $$,
  'the audit trail has each step'
);

-- The transfer and whom it refuses
select pg_temp.plan_files(pg_temp.line('auth0|2', 'cv'), pg_temp.line('auth0|2', 'other'));
select pg_temp.claim_files('mover', 1, 'auth0|2', 'cv');
create temporary table cv as select (pg_temp.row_of('auth0|2', 'cv')).*;
create function pg_temp.transfer(p_user_id text default 'auth0|2', p_file_id text default 'cv', p_path text default null) returns text
language sql
as $$
  select outcome(format('select public.transfer_file_metadata(%L, %L, %L)', p_user_id, p_file_id, coalesce(p_path, (select object_name from cv))))
$$;
select pg_temp.act_as('mover');
select is(pg_temp.transfer(p_path => 'migrations/auth0|2/none'), 'migration_unknown_file', 'a path that nobody planned is refused');
select is(pg_temp.transfer('auth0|1'), 'migration_foreign_path', 'another user''s');
select is(pg_temp.transfer(p_file_id => 'other'), 'migration_foreign_path', 'another file''s');
select is(pg_temp.transfer(null), 'migration_foreign_path', 'nobody''s');
select is(pg_temp.transfer(), 'upload_incomplete', 'what is not recorded as uploaded');
select throws_ok(
  format($$ select public.internal_record_legacy_upload(%s, %L, 'x', 1000) $$, legacy_file_id, lease_token), 'PT400', null, 'an upload is recorded with its hash'
) from cv;
select public.internal_record_legacy_upload(legacy_file_id, lease_token, repeat('b', 64), 1000) from cv;
select is(pg_temp.transfer(), 'upload_incomplete', 'what is not in storage');
select write_object('resumes', object_name, 999) from cv;
select is(pg_temp.transfer(), 'migration_mismatch', 'what is there with another size');
update storage.objects set metadata = '{"size": 1000}' where name = (select object_name from cv);
select pg_temp.act_as('thief');
select is(pg_temp.transfer(), 'migration_not_locked', 'what another worker has locked');
select set_config('request.headers', '', true);
select is(pg_temp.transfer(), 'migration_not_locked', 'a caller without a lease');
select pg_temp.act_as('mover');
select pg_temp.later('2 minutes');
select is(pg_temp.transfer(), 'migration_not_locked', 'a lease that ran out');
select pg_temp.later('-2 minutes');
create temporary table v as select t.* from cv, public.transfer_file_metadata('auth0|2', 'cv', cv.object_name) as t;
select results_eq(
  $$ select v.version_number, v.state, v.source, v.held_as, v.original_filename, v.created_at, v.expected_sha256, v.full_storage_path, v.pinned from v $$,
  $$ select 1, 'uploaded', 'migration', 'full', 'Lebenslauf.pdf', timestamptz '2019-03-01T10:00:00Z', repeat('b', 64), object_name, true from cv $$,
  'the file becomes a version with its own time, kept until its owner lets go'
);
select results_eq(
  $$ select r.user_id, r.original_filename, r.created_at from public.resumes as r join v on v.resume_id = r.id $$,
  $$ values ('auth0|2', 'Lebenslauf.pdf', timestamptz '2019-03-01T10:00:00Z') $$, 'of a resume of its user'
);
select is((select count(*) from private.jobs where kind = 'ingest' and subject_id = (select version_id from v)), 1::bigint, 'that ingest will read');
select is((public.transfer_file_metadata('auth0|2', 'cv', object_name)).version_id, (select version_id from v), 'transferring again gives the same version') from cv;
select is((select count(*) from public.resumes where user_id = 'auth0|2'), 1::bigint, 'and makes nothing new');
select throws_ok(
  format($$ select public.internal_record_legacy_upload(%s, %L, repeat('c', 64), 1000) $$, legacy_file_id, lease_token), 'PT409', null, 'other bytes do not take its place'
) from cv;
select is(
  (public.internal_record_legacy_verified(legacy_file_id, lease_token) ->> 'purgeAfter')::timestamptz, now() + interval '30 days', 'its source stays for the grace period'
) from cv;
select throws_ok(format($$ select public.internal_record_legacy_verified(%s, %L) $$, legacy_file_id, lease_token), 'PT409', null, 'verified once') from cv;
select pg_temp.claim_files('eight', 1, 'auth0|2', 'other');
select throws_ok(
  format($$ select public.internal_record_legacy_verified(%s, %L) $$, (pg_temp.row_of('auth0|2', 'other')).legacy_file_id, pg_temp.token('eight')), 'PT409', null,
  'nothing is verified before it is transferred'
);
select is(
  pg_temp.plan_files(pg_temp.line('auth0|2', 'cv', 1, '{"modifiedAt": "2021-01-01"}')) ->> 'changed', '1', 'a source that has changed since is told'
);
select is_empty($$ select from private.reconcile_report('0') where object_name = (select object_name from cv) $$, 'no orphan');

-- Several versions, in any order
select pg_temp.plan_files(
  pg_temp.line('auth0|3', 'cv', 1), pg_temp.line('auth0|3', 'cv', 2, '{"createdAt": "2020-01-01"}'), pg_temp.line('auth0|3', 'cv', 3, '{"createdAt": "2021-01-01"}')
);
create temporary table third as select m.* from pg_temp.move('auth0|3', 'cv', 3) as m;
grant select on third to public;
select is(version_number, 3, 'a version has its own number, whichever comes first') from third;
select is((select (begin_upload('auth0|3', 'new.pdf', 1000, resume_id)).version_number from third), 4, 'and what its user uploads meanwhile comes after all of them');
create temporary table first as select m.* from pg_temp.move('auth0|3', 'cv', 1) as m;
create temporary table second as select m.* from pg_temp.move('auth0|3', 'cv', 2) as m;
select results_eq(
  $$ select v.version_number, p.version_number from public.resume_versions as v left join public.resume_versions as p on p.version_id = v.parent_version_id
    where v.resume_id = (select resume_id from third) and v.source = 'migration' order by 1 $$,
  $$ values (1, null::integer), (2, 1), (3, 2) $$, 'they are one history'
);
select is((select created_at from public.resumes where id = (select resume_id from third)), '2019-03-01T10:00:00Z', 'as old as the first');
select pg_temp.read_version(version_id) from third;
select pg_temp.read_version(version_id) from first;
select is((select current_version_id from public.resumes as r join third as t on t.resume_id = r.id), (select version_id from third), 'the newest is the current one, though read first');

-- The end of the sources
select is(public.internal_record_legacy_purge(array[(pg_temp.row_of('auth0|3', 'cv', 3)).legacy_file_id]), '{}', 'no source is given up within its grace period');
select pg_temp.later('31 days');
select is(
  array(select unnest(public.internal_record_legacy_purge(array(select legacy_file_id from private.legacy_files where user_id in ('auth0|3', 'auth0|2', 'auth0|1')))) order by 1),
  array(select legacy_file_id from private.legacy_files where user_id = 'auth0|3' and version_order in (1, 3) order by 1), 'after it those that are verified and read'
);
select is((pg_temp.row_of('auth0|3', 'cv', 2)).state, 'verified', 'not one that ingest has not read');

-- What the phase of its user allows
select pg_temp.plan_files(pg_temp.line('auth0|6', 'cv'));
create temporary table sixth as select m.* from pg_temp.move('auth0|6', 'cv') as m;
select pg_temp.read_version(version_id) from sixth;
select pg_temp.later('31 days');
grant select on sixth to public;
create function pg_temp.told() returns jsonb
language sql
as $$
  select jsonb_build_array(f -> 'phase', f -> 'purgeable')
  from public.internal_list_legacy_files(p_user_id => 'auth0|6') as l, jsonb_array_elements(l) as f
$$;
create function pg_temp.allowed(p_phase text) returns jsonb
language plpgsql
as $$
begin
  perform public.pin_rollout_user('auth0|6', p_phase, 'me', 'to see it');
  return pg_temp.told() || jsonb_build_array(
    cardinality(public.internal_record_legacy_purge(array[(pg_temp.row_of('auth0|6', 'cv')).legacy_file_id])),
    outcome('select public.rollback_file_transfer(''auth0|6'', ''cv'', array(select version_id from sixth))')
  );
end
$$;
select is(pg_temp.told(), '[null, true]', 'where there was never a rollout the grace period alone counts');
select is(pg_temp.allowed('dual_write'), '["dual_write", false, 0, "conflict"]', 'what an app reads on the disk is neither purged nor rolled back');
select is(pg_temp.allowed('dual_read'), '["dual_read", false, 0, "conflict"]', 'nor what it may fall back to');
select is(pg_temp.allowed('supabase'), '["supabase", true, 1, "conflict"]', 'in phase supabase the source may go');
update private.legacy_files set state = 'verified' where user_id = 'auth0|6';
select is(pg_temp.allowed('local'), '["local", false, 0, "rows 1"]', 'in phase local all may be taken back');
select public.pin_rollout_user('auth0|6', null, 'me', 'to see it');
select is(pg_temp.told(), '[null, true]', 'a pin that is gone says nothing');
select public.start_rollout('me', 'to see it');
select public.force_rollout_stage(0, 'me', 'to see it');
select is(pg_temp.told(), '["local", false]', 'who has not been taken in by a rollout is local');
select is(public.internal_record_legacy_purge(array[(pg_temp.row_of('auth0|6', 'cv')).legacy_file_id]), '{}', 'and keeps the source');

-- Many at once
select pg_temp.plan_files(pg_temp.line('auth0|5', 'a'), pg_temp.line('auth0|5', 'b'), pg_temp.line('auth0|4', 'a'), pg_temp.line('auth0|4', 'none'));
select pg_temp.claim_files('finisher');
select write_object('resumes', f.object_name, 1000) from private.legacy_files as f where f.user_id in ('auth0|4', 'auth0|5') and f.file_id <> 'none';
create function pg_temp.finish_files(p_worker text, p_sha256 text default repeat('b', 64)) returns jsonb
language sql
as $$
  select jsonb_object_agg((select f.user_id || ' ' || f.file_id from private.legacy_files as f where f.legacy_file_id = (o ->> 'id')::bigint), o -> 'code')
  from jsonb_array_elements(
    public.internal_finish_legacy_files(pg_temp.token(p_worker), (
      select jsonb_agg(jsonb_build_object('id', f.legacy_file_id, 'sha256', p_sha256, 'size', 1000))
      from private.legacy_files as f
      where f.user_id in ('auth0|4', 'auth0|5')
    ))
  ) as o
$$;
select is(
  pg_temp.finish_files('thief'),
  '{"auth0|4 a": "migration_not_locked", "auth0|4 none": "migration_not_locked", "auth0|5 a": "migration_not_locked", "auth0|5 b": "migration_not_locked"}',
  'who does not hold the files finishes none'
);
select is(
  pg_temp.finish_files('finisher'), '{"auth0|4 a": null, "auth0|4 none": "upload_incomplete", "auth0|5 a": null, "auth0|5 b": null}',
  'files are finished together, and what is not in storage keeps no other back'
);
select results_eq(
  $$ select f.user_id, f.file_id, f.state, f.sha256 is not null, v.source from private.legacy_files as f left join public.resume_versions as v using (version_id)
    where f.user_id in ('auth0|4', 'auth0|5') order by 1, 2 $$,
  $$ values ('auth0|4', 'a', 'verified', true, 'migration'), ('auth0|4', 'none', 'locked', false, null), ('auth0|5', 'a', 'verified', true, 'migration'),
    ('auth0|5', 'b', 'verified', true, 'migration') $$,
  'each is a version or as it was'
);
select is(
  array(select e.state from private.legacy_file_events as e where e.legacy_file_id = (pg_temp.row_of('auth0|5', 'a')).legacy_file_id order by e.event_id),
  '{planned,locked,uploaded,verified}', 'with every step in the audit trail'
);
select is(pg_temp.finish_files('finisher') -> 'auth0|5 a', 'null', 'asked again after a lost answer, it says the same');
select is(
  (select count(*) from public.resumes where user_id in ('auth0|4', 'auth0|5')), 3::bigint, 'and makes nothing new'
);
select is(pg_temp.finish_files('finisher', repeat('c', 64)) ->> 'auth0|5 a', 'migration_not_locked', 'other bytes are no such answer');
select is(public.internal_finish_legacy_files(pg_temp.token('finisher'), '[{"id": 0}]') #>> '{0,code}', 'migration_unknown_file', 'a file that is not there is told');
select is(public.internal_finish_legacy_files(pg_temp.token('finisher'), '[{}]') #>> '{0,code}', 'migration_unknown_file', 'and one without an id');
select is(public.internal_finish_legacy_files(pg_temp.token('finisher'), '[]'), '[]', 'nothing is finished with nothing');
select throws_ok($$ select public.internal_finish_legacy_files(gen_random_uuid(), '{}') $$, 'PT400', null, 'files are finished as an array');
select throws_ok($$ select public.internal_finish_legacy_files(gen_random_uuid(), null) $$, 'PT400', null, 'which is given');
select throws_ok(
  $$ select public.internal_finish_legacy_files(gen_random_uuid(), (select jsonb_agg('{}'::jsonb) from generate_series(1, 101))) $$, 'PT400', null, 'of at most 100'
);
create function pg_temp.tg_refuse() returns trigger
language plpgsql
as $$
begin
  raise exception 'no disk';
end
$$;
create trigger refuse before insert on public.resume_versions for each row execute function pg_temp.tg_refuse();
select write_object('resumes', f.object_name, 1000) from private.legacy_files as f where f.user_id = 'auth0|4' and f.file_id = 'none';
select is(pg_temp.finish_files('finisher') ->> 'auth0|4 none', 'internal', 'what nobody foresaw fails that file alone');
drop trigger refuse on public.resume_versions;
select is(pg_temp.finish_files('finisher') -> 'auth0|4 none', 'null', 'for a while');

-- The way back
select is(
  jsonb_path_query_array(public.internal_versions_of_legacy_file('auth0|3', 'cv'), '$[*].legacyVersion'), '[1, 2, 3, null]', 'an export knows what came by migration, and what since'
);
select throws_ok($$ select public.rollback_file_transfer('auth0|3', 'cv') $$, 'PT409', null, 'no way back before everything is exported');
select throws_ok($$ select public.rollback_file_transfer('auth0|3', 'none') $$, 'PT404', null, 'nor for what was not moved');
select is(
  public.rollback_file_transfer('auth0|3', 'cv', array(select version_id from public.resume_versions where resume_id = (select resume_id from third))), 3,
  'all versions go back together'
);
select isnt((select deleted_at from public.resumes where id = (select resume_id from third)), null, 'their resume is deleted');
select is(public.rollback_file_transfer('auth0|3', 'cv'), 0, 'once');
select is(pg_temp.plan_files(pg_temp.line('auth0|3', 'cv')) ->> 'known', '1', 'what was rolled back stays so');
select is(public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('auth0|3', 'cv')), true) ->> 'planned', '1', 'until it is asked to go again');
select is((pg_temp.row_of('auth0|3', 'cv')).object_name, private.legacy_object_name('auth0|3', 'cv', 1, 2), 'under a new name');
select isnt((pg_temp.move('auth0|3', 'cv')).resume_id, resume_id, 'to a new resume') from third;

-- A resumable upload
select pg_temp.plan_files(pg_temp.line('auth0|4', 'cv'));
create temporary table large as select (c -> 0 ->> 'id')::bigint as id, c -> 0 -> 'uploadId' as upload_id from pg_temp.claim_files('sender', 1, 'auth0|4') as c;
select is(upload_id, 'null', 'a file that is claimed first has no upload') from large;
select lives_ok($$ select public.internal_keep_legacy_upload(id, pg_temp.token('sender'), 'cmVzdW1lcw-_.~') from large $$, 'its worker says which one it has begun');
select throws_ok($$ select public.internal_keep_legacy_upload(id, pg_temp.token('other'), 'theirs') from large $$, 'PT409', null, 'nobody else does');
select throws_ok($$ select public.internal_keep_legacy_upload(-1, pg_temp.token('sender'), 'none') $$, 'PT404', null, 'nor of a file that is none');
select throws_ok($$ select public.internal_keep_legacy_upload(id, pg_temp.token('sender'), '../object/resumes/x') from large $$, 'PT400', null, 'a part of a URL, and no path');
select pg_temp.later('2 minutes');
select is(pg_temp.claim_files('next', 1, 'auth0|4') #>> '{0,uploadId}', 'cmVzdW1lcw-_.~', 'who takes the file over goes on with it');
select throws_ok($$ select public.internal_keep_legacy_upload(id, pg_temp.token('next'), null) from large $$, 'PT400', null, 'which has a name');
select public.internal_keep_legacy_upload(id, pg_temp.token('next'), 'another') from large;
update private.legacy_files set state = 'rolled_back', worker_id = null, lease_token = null, leased_until = null where user_id = 'auth0|4';
select public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('auth0|4', 'cv')), true);
select is((pg_temp.row_of('auth0|4', 'cv')).upload_id, null, 'a next round has a name, and an upload, of its own');

-- Erasure
select authenticate_as('auth0|2');
select public.erase_my_data();
select as_dba();
select is_empty($$ select from private.legacy_files where user_id = 'auth0|2' $$, 'an erasure takes the files'' rows too');
select is(pg_temp.plan_files(pg_temp.line('auth0|2', 'cv')) ->> 'erased', '1', 'and nothing brings them back from the disk');

-- Status
select is(public.internal_migration_status() #>> '{errors,migration_mismatch}', '1', 'the status counts errors by code');
select ok((public.internal_list_legacy_files(p_user_id => 'auth0|3', p_limit => 1) #>> '{0,versionState}') is not null, 'a list says what became of a version');

select * from finish();
rollback;
