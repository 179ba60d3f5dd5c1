-- Versions that the product makes: restored, or with suggestions put in.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(59);

create function pg_temp.make(p_version_id uuid, p_size bigint default 1000) returns public.resume_versions
language plpgsql
as $$
declare
  v_job private.jobs := claim('compose', p_version_id);
  v_version public.resume_versions;
begin
  perform as_service();
  perform write_object('resumes', public.internal_composition_source(v_job.job_id, v_job.lease_token) ->> 'objectName', p_size);
  v_version := public.internal_record_composition(v_job.job_id, v_job.lease_token, p_size, hash_of(p_version_id), '["written_from_structure"]');
  perform as_dba();
  v_job := claim('ingest', p_version_id);
  return private.complete_ingest(v_job.job_id, v_job.lease_token, hash_of(p_version_id), p_size, 'Text', '', 'en', '[]', null);
end
$$;

create function pg_temp.succeeded(p_subject text, p_version_id uuid, p_suggestions integer default 10) returns public.optimizations
language plpgsql
as $$
declare
  v_version public.resume_versions;
  v_optimization public.optimizations;
begin
  select * into v_version from public.resume_versions where version_id = p_version_id;
  v_optimization := request(p_subject, v_version, gen_random_uuid()::text);
  update public.optimizations
  set status = 'succeeded', finished_at = now(), result = jsonb_build_object('suggestions', (select jsonb_agg(jsonb_build_object('n', n - 1)) from generate_series(1, p_suggestions) as n))
  where optimization_id = v_optimization.optimization_id
  returning * into v_optimization;
  delete from private.jobs where subject_id = v_optimization.optimization_id;
  return v_optimization;
end
$$;

-- restore_resume_version()
create temporary table h as select v.* from history('auth0|owner', 3) as v;
grant select on h to public;
select is(outcome_as('stranger', format('select public.restore_resume_version(%L)', version_id)), 'not_found', 'another''s version is not restored') from h where version_number = 1;
select is(outcome_as('owner', format('select public.restore_resume_version(%L)', version_id)), 'conflict', 'the current version is not restored') from h where version_number = 3;
create temporary table failed as select v.* from h, uploaded_version('auth0|owner', 'f.pdf', h.resume_id) as v where h.version_number = 1;
grant select on failed to public;
select is(outcome_as('owner', format('select public.restore_resume_version(%L)', version_id)), 'conflict', 'what is not ready is not restored') from failed;
update public.resume_versions set state = 'failed', failure_code = 'file_corrupt' where version_id = (select version_id from failed);
delete from private.jobs where kind = 'ingest';

create temporary table r as select v.* from h, restore('auth0|owner', h.version_id) as v where h.version_number = 1;
grant select on r to public;
select results_eq(
  $$ select v.version_number, v.state, v.source, v.held_as, v.original_filename, v.mime_type, v.composed_from_version_id, v.parent_version_id from public.resume_versions as v join r using (version_id) $$,
  $$ select 5, 'pending', 'restore', 'none', o.original_filename, o.mime_type, o.version_id, n.version_id from h as o, h as n where o.version_number = 1 and n.version_number = 3 $$,
  'a restore is a new version, made of the old one, after the current one'
);
select is((restore('auth0|owner', h.version_id)).version_id, r.version_id, 'asked for again, it is the same') from h, r where h.version_number = 1;
select results_eq($$ select kind, priority from private.jobs join r on version_id = subject_id $$, $$ values ('compose', 10::smallint) $$, 'one job makes it, and somebody waits');
select is(
  outcome_as('owner', format('insert into storage.objects (bucket_id, name) values (''resumes'', %L)', full_storage_path)), 'error 42501', 'its owner cannot upload what the product makes'
) from r;
select is((complete_upload('auth0|owner', version_id)).state, 'pending', 'nor say that it has arrived') from r;
select is(outcome_as('owner', format('select public.report_upload_failure(%L, ''aborted'')', version_id)), 'rows 1', 'nor give it up:') from r;
select is(v.state, 'pending', 'it is still to be made') from public.resume_versions as v join r using (version_id);

-- An attempt that dies, and the next
create temporary table job as select j.* from r, claim('compose', version_id) as j;
create temporary table first_source as select private.composition_source(job_id, lease_token) as given from job;
select is(given -> 'suggestions', 'null'::jsonb, 'a restore has nothing to be put in') from first_source;
select is(given #>> '{from,version_number}', '1', 'and is made of the version that was asked for') from first_source;
select throws_ok(format('select private.record_composition(%s, %L, 1000, ''x'', null)', job_id, lease_token), 'PT400', null, 'a composed file has a hash') from job;
select throws_ok(format('select private.record_composition(%s, %L, 1000, repeat(''a'', 64), ''{}'')', job_id, lease_token), 'PT400', null, 'and notices in an array') from job;
select throws_ok(format('select private.record_composition(%s, %L, 1000, repeat(''a'', 64), null)', job_id, lease_token), 'PT409', null, 'what is not in storage is not recorded') from job;
select write_object('resumes', given ->> 'objectName', 999) from first_source;
select throws_ok(format('select private.record_composition(%s, %L, 1000, repeat(''a'', 64), null)', job_id, lease_token), 'PT409', null, 'nor what is there with another size') from job;
update private.jobs set leased_until = now() - interval '1 second' where kind = 'compose';
create temporary table second_job as select j.* from r, claim('compose', version_id) as j;
create temporary table second_source as select private.composition_source(job_id, lease_token) as given from second_job;
select isnt(b.given ->> 'objectName', a.given ->> 'objectName', 'each attempt has a name of its own') from first_source as a, second_source as b;
select results_eq(
  $$ select object_name, reason from private.object_removals $$, $$ select given ->> 'objectName', 'unfinished' from first_source $$, 'what the first may have written is to be removed'
);
select throws_ok(format('select private.record_composition(%s, %L, 999, repeat(''a'', 64), null)', job_id, lease_token), 'PT409', null, 'the first attempt records nothing any more') from job;
select write_object('resumes', given ->> 'objectName', 1000) from second_source;
create temporary table made as select v.* from second_job, r, private.record_composition(job_id, lease_token, 1000, hash_of(version_id), '["a notice"]') as v;
select results_eq(
  $$ select state, held_as, full_storage_path, file_size, stored_bytes, expected_sha256 from made $$,
  $$ select 'uploaded', 'full', given ->> 'objectName', 1000::bigint, 1000::bigint, hash_of(version_id) from second_source, r $$,
  'what the second has written is recorded'
);
select results_eq($$ select kind from private.jobs join r on version_id = subject_id order by 1 $$, $$ values ('ingest'), ('remove_object') $$, 'and is read like any upload');
select is((restore('auth0|owner', h.version_id)).version_id, r.version_id, 'asked for while it is read, it is the same') from h, r where h.version_number = 1;
select is(remove_objects(version_id), 1, 'the first attempt''s object is removed') from r;
select is(v.held_as, 'full', 'the second''s is not') from public.resume_versions as v join r using (version_id);
create temporary table ingest_job as select j.* from r, claim('ingest', version_id) as j;
select is((private.complete_ingest(j.job_id, j.lease_token, hash_of(r.version_id), 1000, 'Text', '', 'en', '["read"]', null)).notices, '["a notice", "read"]', 'notices of both are kept') from ingest_job as j, r;
select is((select current_version_id from public.resumes where id = r.resume_id), r.version_id, 'the restored version is the current one') from r;
update public.resume_versions set sha256 = (select sha256 from h where version_number = 1) where version_id = (select version_id from r);
select is((restore('auth0|owner', h.version_id)).version_id, r.version_id, 'asked for when it is there, it is the one that is there') from h, r where h.version_number = 1;
update public.resume_versions set state = 'pruned', content_text = null, headings = null where version_id = (select version_id from h where version_number = 1);
select is((restore('auth0|owner', h.version_id)).version_id, r.version_id, 'also when the old one went as it came') from h, r where h.version_number = 1;

-- What cannot be made
create temporary table r2 as select v.* from h, restore('auth0|owner', h.version_id) as v where h.version_number = 2;
update public.resume_versions set state = 'failed', failure_code = 'file_lost' where version_id = (select version_id from h where version_number = 2);
create temporary table r2_job as select j.* from r2, claim('compose', version_id) as j;
select is(private.composition_source(job_id, lease_token), null, 'what its version is made of is gone: there is nothing to do') from r2_job;
select is(v.failure_code, 'file_lost', 'and the version says why') from public.resume_versions as v join r2 using (version_id);
select is_empty($$ select from private.jobs join r2 on version_id = subject_id $$, 'the job has ended');

create temporary table d as select v.* from history('auth0|deleter', 2) as v;
create temporary table dr as select v.* from d, restore('auth0|deleter', d.version_id) as v where d.version_number = 1;
create temporary table dr_job as select j.* from dr, claim('compose', version_id) as j;
select private.composition_source(job_id, lease_token) from dr_job;
update public.resumes set deleted_at = now() where id = (select resume_id from dr);
select is(private.composition_source(job_id, lease_token), null, 'nothing is made for a deleted resume') from dr_job;
select is(v.failure_code, 'cancelled', 'the version says so') from public.resume_versions as v join dr using (version_id);
select is((select reason from private.object_removals join dr using (version_id)), 'unfinished', 'and what was begun is removed');

-- Quotas hold for these too
create temporary table q as select v.* from history('auth0|quota', 2) as v;
grant select on q to public;
create function pg_temp.restore_outcome() returns text
language plpgsql
as $$
declare
  v_outcome text;
begin
  perform authenticate_as('auth0|quota');
  select outcome(format('select public.restore_resume_version(%L)', version_id)) into v_outcome from q where version_number = 1;
  perform as_dba();
  return v_outcome;
end
$$;
update private.settings set max_versions_per_resume = 2;
select is(pg_temp.restore_outcome(), 'quota_exceeded', 'a version over the quota is not made');
update private.settings set max_versions_per_resume = 200, max_bytes_per_user = 2999;
select is(pg_temp.restore_outcome(), 'quota_exceeded', 'nor a byte over it');
update private.settings set max_bytes_per_user = 1e12, uploads_per_hour = 2;
select is(pg_temp.restore_outcome(), 'too_many_requests', 'nor more than an hour allows');
update private.settings set uploads_per_hour = 1000;
select is(pg_temp.restore_outcome(), 'rows 1', 'otherwise it is');

-- accept_suggestions()
create temporary table a as select v.* from history('auth0|owner', 1) as v;
create temporary table o as select t.* from a, pg_temp.succeeded('auth0|owner', a.version_id) as t;
create temporary table queued as select t.* from a, request('auth0|owner', a::text::public.resume_versions, 'queued') as t;
grant select on a, o, queued to public;
select is(outcome_as(who, format('select public.accept_suggestions(%L, %L)', optimization_id, suggestions)), expected, format('accepting %s as %s: %s', suggestions, who, expected))
from o, (
  values
    ('owner', '{}', 'invalid_request'), ('owner', null, 'invalid_request'), ('owner', '{10}', 'invalid_request'), ('owner', '{-1}', 'invalid_request'),
    ('owner', '{0,null}', 'invalid_request'), ('owner', '{{0,1},{2,99}}', 'invalid_request'), ('owner', '{0}', 'rows 1'), ('stranger', '{0}', 'not_found')
) as t (who, suggestions, expected);
select is(outcome_as('owner', format('select public.accept_suggestions(%L, ''{0}'')', optimization_id)), 'conflict', 'one that has not ended has none') from queued;

create function pg_temp.accept(p_suggestions integer[]) returns public.resume_versions
language plpgsql
as $$
declare
  v_id uuid := (select optimization_id from o);
  v_version public.resume_versions;
begin
  perform authenticate_as('auth0|owner');
  v_version := public.accept_suggestions(v_id, p_suggestions);
  perform as_dba();
  return v_version;
end
$$;
create temporary table s1 as select v.* from pg_temp.accept('{3,1,1}') as v;
select results_eq(
  $$ select version_number, state, source, accepted_suggestions, original_filename, composed_from_version_id from s1 $$,
  $$ select 2, 'pending', 'optimization', '{1,3}'::integer[], '1.docx', version_id from a $$,
  'accepted suggestions are a new version'
);
select is((pg_temp.accept('{1}')).version_id, version_id, 'those that are being put in are not put in again') from s1;
select throws_ok($$ select pg_temp.accept('{2}') $$, 'PT409', 'Version 2 is being made', 'others wait until it is made');
select as_dba();
create temporary table s1_job as select j.* from s1, claim('compose', version_id) as j;
select is(private.composition_source(job_id, lease_token) -> 'suggestions', '[{"n": 1}, {"n": 3}]', 'the worker is given what to put in') from s1_job;
update private.jobs set lease_token = null, leased_until = null where kind = 'compose';
select is((pg_temp.make(version_id)).state, 'ready', 'it is made') from s1;
select is((pg_temp.accept('{3}')).version_id, version_id, 'what is in the current version already is no new one') from s1;
-- One by one, more often than versions are kept
do $$
begin
  for i in 4..9 loop
    perform pg_temp.make((pg_temp.accept(array[i])).version_id);
  end loop;
end
$$;
select results_eq(
  $$ select v.version_number, v.accepted_suggestions, v.composed_from_version_id from public.resume_versions as v join public.resumes as r on r.current_version_id = v.version_id join a on a.resume_id = r.id $$,
  $$ select 8, '{1,3,4,5,6,7,8,9}'::integer[], version_id from a $$,
  'one by one they add up, always put into the version that they are about'
);
select is(v.state, 'ready', 'which stays as long as more may be put in') from public.resume_versions as v join a using (version_id);
delete from public.optimizations where optimization_id = (select optimization_id from queued);
select ready_version('auth0|owner', 'new.docx', p_resume_id => resume_id) from a;
select is(v.state, 'pruned', 'and goes when the resume has moved on') from public.resume_versions as v join a using (version_id);
select throws_matching($$ select pg_temp.accept('{0}') $$, 'The resume has changed since: .*version 9 \(upload\)', 'against a version that is no longer current nothing is accepted, and what has changed is said');
select as_dba();

-- The optimization is forgotten while its version is being made
create temporary table f as select v.* from history('auth0|forgetful', 1) as v;
create temporary table fo as select t.* from f, pg_temp.succeeded('auth0|forgetful', f.version_id) as t;
grant select on fo to public;
select authenticate_as('auth0|forgetful');
create temporary table fs as select v.* from (select optimization_id from fo) as t, public.accept_suggestions(t.optimization_id, '{0}') as v;
select as_dba();
delete from public.optimizations where optimization_id = (select optimization_id from fo);
create temporary table fs_job as select j.* from fs, claim('compose', version_id) as j;
select is(private.composition_source(job_id, lease_token), null, 'without its suggestions nothing is made') from fs_job;
select results_eq($$ select v.state, v.failure_code from public.resume_versions as v join fs using (version_id) $$, $$ values ('failed', 'not_found') $$, 'least of all a copy');

select * from finish();
rollback;
