-- Storage and rows are two systems: what disagrees is reported, and mended on demand.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(26);

create temporary table h as select v.* from history('auth0|owner', 4) as v;
select store_anew('compact', version_id) from h where version_number < 3 order by version_number;
create temporary table composed as select v.* from h, restore('auth0|owner', h.version_id) as v where h.version_number = 1;
create temporary table job as select j.* from composed, claim('compose', version_id) as j;
select write_object('resumes', private.composition_source(job_id, lease_token) ->> 'objectName', 7) from job;
create temporary table arriving as select v.* from begin_upload('auth0|owner', 'arriving.pdf') as v;
select store_object(a::text::public.resume_versions) from arriving as a;
create temporary table erased as select v.* from ready_version('auth0|erased') as v;
select private.begin_erasure('auth0|erased', array[resume_id], 'request') from erased;
select write_object('resumes', 'elsewhere', 1);
select write_object('resumes', 'user_uploads/orphan', 5);
select write_object('resume_deltas', 'user_uploads/orphan', 6);
select write_object('resumes', 'new', 1);
update storage.objects set created_at = now() - interval '2 days' where name <> 'new';

-- The report
select results_eq(
  $$ select problem, bucket_id, object_name, version_id, bytes from private.reconcile_report() order by 2, 3 $$,
  $$ values ('orphan_object', 'resume_deltas', 'user_uploads/orphan', null::uuid, 6::bigint), ('orphan_object', 'resumes', 'elsewhere', null, 1), ('orphan_object', 'resumes', 'user_uploads/orphan', null, 5) $$,
  'objects that no row knows are reported; not what is being written, arriving, to be removed or erased'
);
select isnt_empty($$ select from private.reconcile_report('0') where object_name = 'new' $$, 'how old is a choice');
select is((select count(*) from private.reconcile()), 3::bigint, 'without being told to, nothing is mended');
select is_empty($$ select from private.object_removals where reason = 'orphan' $$, 'at all');

-- Orphans
select is((select count(*) from private.reconcile(true)), 3::bigint, 'on demand orphans are mended');
select is((select count(*) from private.object_removals where reason = 'orphan'), 3::bigint, 'they are noted to be removed');
select is((select count(*) from private.reconcile(true)), 0::bigint, 'once');
select results_eq($$ select kind, owner_id from private.jobs where subject_id in (select version_id from private.object_removals where reason = 'orphan') $$, $$ values ('remove_object', '') $$, 'by one job, which is no user''s');
select is(remove_objects(version_id), 3, 'and removed') from private.object_removals where reason = 'orphan' limit 1;
select is_empty($$ select from private.object_removals where reason = 'orphan' $$, 'the notes have gone with them');
select isnt_empty($$ select from storage.objects where name = 'new' $$, 'what is younger is left alone');

-- Versions whose object is gone
select delete_object('resumes', full_storage_path) from h where version_number = 3;
select results_eq(
  $$ select problem, bucket_id, object_name, version_id from private.reconcile_report() $$, $$ select 'missing_object', 'resumes', full_storage_path, version_id from h where version_number = 3 $$,
  'a version whose object is gone is reported'
);
select is((select count(*) from private.reconcile(true)), 1::bigint, 'and mended:');
select results_eq(
  $$ select v.version_number, v.state, v.failure_code from public.resume_versions as v join h using (version_id) order by 1 $$,
  $$ values (1, 'failed', 'file_lost'), (2, 'failed', 'file_lost'), (3, 'failed', 'file_lost'), (4, 'ready', null) $$,
  'it has failed, with what was stored against it'
);
select is(r.current_version_id, h.version_id, 'the current version is what it was') from public.resumes as r, h where r.id = h.resume_id and h.version_number = 4;
select isnt_empty($$ select from private.object_removals join h using (version_id) where version_number = 1 and bucket_id = 'resume_deltas' $$, 'the deltas that are of no use are to be removed');
select is(remove_objects(version_id), 2, 'and are') from h where version_number = 1;
select results_eq(
  $$ select v.held_as, v.delta_storage_path, v.delta_base_version_id, v.stored_bytes from public.resume_versions as v join h using (version_id) where h.version_number = 1 $$, $$ values ('none', null::text, null::uuid, null::bigint) $$,
  'nothing is held of it then'
);
select is((select count(*) from private.reconcile(true)), 0::bigint, 'a second time there is nothing to mend');

-- The current one is lost
create temporary table c as select v.* from history('auth0|current', 2) as v;
select is(private.lose_version(version_id), 1, 'the current version is lost') from c where version_number = 2;
select results_eq(
  $$ select r.current_version_id, r.original_filename, r.content_text from public.resumes as r join c on r.id = c.resume_id limit 1 $$, $$ select version_id, '1.docx', 'Text of version 1' from c where version_number = 1 $$,
  'the newest one that is left is the current one'
);
select is(private.lose_version(version_id), 1, 'the last version is lost') from c where version_number = 1;
select results_eq(
  $$ select r.current_version_id, r.content_text, r.language from public.resumes as r join c on r.id = c.resume_id limit 1 $$, $$ values (null::uuid, null::text, 'simple') $$, 'then the resume has none, and no text'
);
select is(private.lose_version(version_id), 0, 'what is lost is lost once') from c where version_number = 1;
select is(private.lose_version(gen_random_uuid()), 0, 'what is not there is not lost');

-- What is to be made of a lost version is not made
create temporary table second as select private.composition_source(job_id, lease_token) as given from job;
select is(v.failure_code, 'file_lost', 'what was to be made of a lost version has failed') from public.resume_versions as v join composed using (version_id);

select * from finish();
rollback;
