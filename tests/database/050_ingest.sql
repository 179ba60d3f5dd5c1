-- What the worker hands back of a file: internal_complete_ingest() and the removal of failed objects.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(44);

create function pg_temp.complete_ingest(p_version_id uuid, p_sha256 text default repeat('b', 64), p_size bigint default 1000, p_text text default 'Some words')
returns public.resume_versions
language plpgsql
as $$
declare
  v_job private.jobs := claim('ingest', p_version_id);
  v_version public.resume_versions;
begin
  perform as_service();
  v_version := public.internal_complete_ingest(v_job.job_id, v_job.lease_token, p_sha256, p_size, p_text, 'Experience', 'en', '["macros"]');
  perform as_dba();
  return v_version;
end
$$;

create temporary table v1 as select v.* from uploaded_version('auth0|owner', 'one.pdf') as v;
create temporary table job as select j.* from v1, claim('ingest', v1.version_id) as j;
grant select on v1, job to public;

-- What would be refused by a constraint, and written into the log of Postgres with all the row
select as_service();
select throws_ok(
  format('select public.internal_complete_ingest(%s, %L, %L, 1000, %L, '''', %L)', job_id, lease_token, sha256, content, language), 'PT400', null, what || ' is refused'
)
from job, (
  values
    ('no hash', null, 'text', 'en'), ('a hash that is none', 'caller', 'text', 'en'),
    ('a text without end', repeat('a', 64), repeat('x', 1000001), 'en'), ('a language that nobody knows', repeat('a', 64), 'text', 'xx')
) as t (what, sha256, content, language);

-- The lease
select is((public.internal_ingest_source(job_id, lease_token)).full_storage_path, (select full_storage_path from v1), 'the worker is given the version of its job') from job;
select throws_ok(format('select public.internal_ingest_source(%s, %L)', job_id, gen_random_uuid()), 'PT409', null, 'not under another lease') from job;
select throws_ok(format('select public.internal_ingest_source(%s, null)', job_id), 'PT409', null, 'not without one') from job;
select throws_ok(
  format('select public.internal_complete_ingest(%s, %L, repeat(''a'', 64), 1000, ''text'', '''', ''en'')', job_id, gen_random_uuid()), 'PT409', null,
  'a worker that lost its lease cannot complete'
) from job;
select as_dba();
select is((select state from public.resume_versions), 'uploaded', 'and has changed nothing');

-- Success
select is((pg_temp.complete_ingest(version_id)).state, 'ready', 'ingest makes a version ready') from v1;
select results_eq(
  $$ select sha256, content_text, headings, language, notices, ready_at from public.resume_versions $$,
  $$ values (repeat('b', 64), 'Some words', 'Experience', 'en', '["macros"]'::jsonb, now()) $$,
  'with what was read of it'
);
select results_eq(
  $$ select current_version_id, original_filename, content_text, headings, language from public.resumes $$,
  $$ select version_id, 'one.pdf', 'Some words', 'Experience', 'en' from v1 $$,
  'and the resume says what its current version says'
);
select is_empty($$ select from private.jobs $$, 'the job has ended with it');

-- History and the current version
create temporary table v2 as select v.* from v1, uploaded_version('auth0|owner', 'two.docx', v1.resume_id) as v;
create temporary table v3 as select v.* from v1, uploaded_version('auth0|owner', 'three.doc', v1.resume_id) as v;
select is(parent_version_id, (select version_id from v1), 'a version comes after the one that was current when it began') from v2;
select is((pg_temp.complete_ingest(version_id)).version_number, 3, 'the third version is ready first') from v3;
select is((pg_temp.complete_ingest(version_id)).state, 'ready', 'the second one later') from v2;
select results_eq(
  $$ select current_version_id, original_filename, mime_type from public.resumes $$, $$ select version_id, 'three.doc', 'application/msword' from v3 $$,
  'an older version that is read late does not become the current one'
);

-- The bytes that were read must be those that were accepted
create temporary table replaced as select v.* from uploaded_version('auth0|owner', 'replaced.pdf') as v;
update storage.objects set version = 'another' where name = (select full_storage_path from replaced);
select is((pg_temp.complete_ingest(version_id)).failure_code, 'hash_mismatch', 'an object that was replaced since is refused') from replaced;
create temporary table vanished as select v.* from uploaded_version('auth0|owner', 'vanished.pdf') as v;
update storage.objects set name = 'elsewhere' where name = (select full_storage_path from vanished);
select is((pg_temp.complete_ingest(version_id)).failure_code, 'hash_mismatch', 'an object that is gone is refused') from vanished;
select is((pg_temp.complete_ingest(v.version_id, p_size => 999)).failure_code, 'hash_mismatch', 'another size than was accepted is refused')
from uploaded_version('auth0|owner', 'size.pdf') as v;
select is((pg_temp.complete_ingest(v.version_id, p_size => null)).failure_code, 'hash_mismatch', 'no size at all is refused')
from uploaded_version('auth0|owner', 'nosize.pdf') as v;

create temporary table hashed as
select v.* from unnest(array['good.pdf', 'bad.pdf']) as name, begin_upload('auth0|owner', name, 1000, null, repeat('b', 64)) as v;
select store_object(v) from (select v::text::public.resume_versions as v from hashed as v) as t;
select complete_upload('auth0|owner', version_id) from hashed;
select is((pg_temp.complete_ingest(version_id)).state, 'ready', 'the hash that the client gave is the file''s') from hashed where original_filename = 'good.pdf';
select is((pg_temp.complete_ingest(version_id, repeat('c', 64))).failure_code, 'hash_mismatch', 'the hash that the client gave is another') from hashed where original_filename = 'bad.pdf';
select is_empty($$ select from private.jobs where kind = 'ingest' $$, 'no job is left of all these');
select is((select count(*) from public.resumes where current_version_id is null and original_filename in ('replaced.pdf', 'vanished.pdf', 'bad.pdf')), 3::bigint, 'a refused version is never the current one');

-- A failed read fails the version, with the error's code
create temporary table corrupt as select v.* from uploaded_version('auth0|owner', 'corrupt.pdf') as v;
create temporary table corrupt_job as select j.* from corrupt, claim('ingest', corrupt.version_id) as j;
grant select on corrupt_job to public;
select as_service();
select is(public.internal_fail_job(job_id, lease_token, '{"code": "file_corrupt"}', false), 'dead', 'what cannot be read is not tried again') from corrupt_job;
select as_dba();
select is(v.failure_code, 'file_corrupt', 'the version says why') from public.resume_versions as v join corrupt using (version_id);
select isnt_empty($$ select from private.jobs as j join corrupt as c on c.version_id = j.subject_id where j.kind = 'remove_object' $$, 'and its file is to go');

-- Removal of what failed at completion
create temporary table short as select v.* from begin_upload('auth0|owner', 'short.pdf') as v;
select store_object(v, 10) from (select v::text::public.resume_versions as v from short as v) as t;
select complete_upload('auth0|owner', version_id) from short;
create temporary table removal as select j.* from short, claim('remove_object', short.version_id) as j;
grant select on removal, short to public;
select as_service();
select results_eq(
  format('select * from public.internal_removable_objects(%s, %L)', job_id, lease_token), $$ select 'resumes', full_storage_path from short $$, 'the worker learns what to remove'
) from removal;
select throws_ok(format('select public.internal_removable_objects(%s, %L)', job_id, gen_random_uuid()), 'PT409', null, 'under its lease alone') from removal;
select throws_ok(format('select public.internal_complete_object_removal(%s, %L, ''{}'')', job_id, gen_random_uuid()), 'PT409', null, 'and only then says that it is gone') from removal;
select is(public.internal_complete_object_removal(job_id, lease_token, '{elsewhere}'), false, 'what is still to be removed keeps the job') from removal;
select as_dba();
select is(v.held_as, 'full', 'and is still held') from public.resume_versions as v join short using (version_id);
select delete_object('resumes', full_storage_path) from short;
select as_service();
select is(public.internal_complete_object_removal(job_id, lease_token, array[(select full_storage_path from short)]), true, 'the removal is recorded') from removal;
select as_dba();
select is(v.held_as, 'none', 'nothing is held of the version any more') from public.resume_versions as v join short using (version_id);
select is_empty($$ select from private.jobs join short on version_id = subject_id where kind = 'remove_object' $$, 'the job has ended with it');
select is_empty($$ select from private.object_removals join short using (version_id) $$, 'and so has the note');

-- A version that is fine is never removable
select private.remove_later('resumes', full_storage_path, version_id, 'auth0|owner', 'orphan') from v1;
create temporary table stray_job as select j.* from v1, claim('remove_object', v1.version_id) as j;
grant select on stray_job to public;
select as_service();
select is_empty(format('select public.internal_removable_objects(%s, %L)', job_id, lease_token), 'the object of a ready version is never removable, whatever was noted') from stray_job;
select is(public.internal_complete_object_removal(job_id, lease_token, '{}'), true, 'and its job ends') from stray_job;
select as_dba();
select results_eq($$ select v.state, v.held_as from public.resume_versions as v join v1 using (version_id) $$, $$ values ('ready', 'full') $$, 'with nothing changed');
select is_empty($$ select from private.object_removals join v1 using (version_id) $$, 'but that it is noted no longer');

-- A file that could not be read yet stays, though something else of its version goes
create temporary table unread as select v.* from uploaded_version('auth0|owner', 'unread.pdf') as v;
update private.jobs set attempts = max_attempts - 1 where subject_id = (select version_id from unread);
create temporary table unread_job as select j.* from unread, claim('ingest', unread.version_id) as j;
select is(private.fail_job(job_id, lease_token, '{"code": "unavailable"}', true, null), 'dead', 'a file that could not be read is given up') from unread_job;
select private.remove_later('resumes', 'user_uploads/unfinished', version_id, 'auth0|owner', 'unfinished') from unread;
select is(remove_objects(version_id), 1, 'something else of its version is removed') from unread;
select is(v.held_as, 'full', 'and the file is still there') from public.resume_versions as v join unread using (version_id);

select * from finish();
rollback;
