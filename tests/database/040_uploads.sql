-- Reserve, send, complete: begin_resume_upload(), complete_resume_upload(), report_upload_failure(), expiry.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(103);

-- begin_resume_upload() refuses
select authenticate_as('auth0|owner');
select is(outcome(format('select public.begin_resume_upload(%L, %L, %L, %L, %L)', name, mime_type, size, resume_id, sha256)), expected, 'begin refuses: ' || reason)
from (
  values
    ('a/b.pdf', 'application/pdf', 1::bigint, null::uuid, null, 'invalid_filename', 'a path'),
    (null, 'application/pdf', 1, null, null, 'invalid_filename', 'no name'),
    ('cv.pdf', 'text/html', 1, null, null, 'unsupported_file_type', 'another type'),
    ('cv.pdf', null, 1, null, null, 'unsupported_file_type', 'no type'),
    ('cv.pdf', 'application/msword', 1, null, null, 'unsupported_file_type', 'a name that ends in .pdf for a DOC'),
    ('cv.doc', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 1, null, null, 'unsupported_file_type', 'a name that ends in .doc for a DOCX'),
    ('cv.docx', 'application/msword', 1, null, null, 'unsupported_file_type', 'a name that ends in .docx for a DOC'),
    ('cv.pdf.exe', 'application/pdf', 1, null, null, 'unsupported_file_type', 'a second extension'),
    ('pdf', 'application/pdf', 1, null, null, 'unsupported_file_type', 'no extension'),
    ('cv.pdf', 'application/pdf', null, null, null, 'invalid_request', 'no size'),
    ('cv.pdf', 'application/pdf', -1, null, null, 'invalid_request', 'a negative size'),
    ('cv.pdf', 'application/pdf', 0, null, null, 'file_empty', 'an empty file'),
    ('cv.pdf', 'application/pdf', 52428801, null, null, 'file_too_large', 'a byte over 50 MiB'),
    ('cv.pdf', 'application/pdf', 1, null, 'abc', 'invalid_request', 'a hash that is none'),
    ('cv.pdf', 'application/pdf', 1, null, repeat('A', 64), 'invalid_request', 'a hash in capitals'),
    ('cv.pdf', 'application/pdf', 1, gen_random_uuid(), null, 'not_found', 'a resume that does not exist')
) as t (name, mime_type, size, resume_id, sha256, expected, reason);

-- … and accepts
select is(outcome(format('select public.begin_resume_upload(%L, %L, %L)', name, mime_type_of(name), size)), 'rows 1', format('begin accepts %L of %s bytes', left(name, 20), size))
from (
  values
    ('Résumé – Zoë.pdf', 1), ('简历.docx', 1), ('a''b (1).pdf', 1), (repeat('x', 251) || '.pdf', 1), ('OLD.DOC', 1), ('Cv.PdF', 1), ('cv.pdf', 52428800)
) as t (name, size);
select is(
  outcome('select public.begin_resume_upload(sha256 => repeat(''a'', 64), file_size => 1, mime_type => ''application/pdf'', filename => ''cv.pdf'')'),
  'rows 1', 'begin takes its arguments by name, as the Data API sends them'
);
select as_dba();

create temporary table first as select v.* from begin_upload('auth0|owner', 'Résumé.pdf', 1000) as v;
grant select on first to public;

select is(state, 'pending', 'a new version is pending') from first;
select is(version_number, 1, 'the first version is number 1') from first;
select is(held_as, 'none', 'nothing of it is held yet') from first;
select is(upload_expires_at, now() + interval '2 hours 15 minutes', 'it expires after the setting upload_ttl') from first;
select is(parent_version_id, null, 'it comes after none') from first;
select is((select user_id from public.resumes), 'auth0|owner', 'the owner is the subject of the token');
select is((select current_version_id from public.resumes), null, 'a pending version is not the current one');

-- complete_resume_upload()
select is(outcome_as('owner', format('select public.complete_resume_upload(%L)', version_id)), 'upload_incomplete', 'complete refuses while nothing has arrived') from first;
select lives_ok(
  $$ insert into storage.objects (bucket_id, name) select 'resumes', full_storage_path from first $$, 'the object''s row appears before its bytes'
);
select is(outcome_as('owner', format('select public.complete_resume_upload(%L)', version_id)), 'upload_incomplete', 'a row without a size is no arrived object') from first;
update storage.objects set metadata = '{"size": 1000, "mimetype": "application/pdf"}', version = 'v-1' where name = (select full_storage_path from first);
select is((complete_upload('auth0|owner', version_id)).state, 'uploaded', 'complete notes that the object is there') from first;
select results_eq(
  $$ select held_as, object_version, file_size, upload_expires_at, uploaded_at from public.resume_versions $$,
  $$ values ('full', 'v-1', 1000::bigint, null::timestamptz, now()) $$,
  'it pins the object''s version, and no longer expires'
);
select results_eq(
  $$ select kind, subject_id, owner_id, priority from private.jobs $$,
  $$ select 'ingest', version_id, 'auth0|owner', 50::smallint from first $$,
  'it queues ingest'
);
select is((complete_upload('auth0|owner', version_id)).state, 'uploaded', 'complete can be repeated') from first;
select is((select count(*) from private.jobs), 1::bigint, 'a repeated complete queues nothing new');

-- What cannot be right fails at once
create temporary table wrong as
select v.version_id, t.expected, t.reason
from (
  values
    (999, null, 'size_mismatch', 'one byte less than was said'), (1001, null, 'size_mismatch', 'one byte more'),
    (0, null, 'file_empty', 'nothing'), (1000, 'application/msword', 'file_type_mismatch', 'another type'),
    (52428801, null, 'file_too_large', 'more than is allowed')
) as t (size, mime_type, expected, reason),
  lateral begin_upload('auth0|owner', 'w' || t.expected || t.size || '.pdf') as v,
  lateral (select store_object(v, t.size, t.mime_type)) as s;
select is((complete_upload('auth0|owner', version_id)).failure_code, expected, 'complete fails what arrived: ' || reason) from wrong;
select is(
  (select count(*) from private.jobs where kind = 'remove_object'), (select count(*) from wrong), 'the object of a failed upload is to be removed'
);
select is((select count(*) from private.jobs where kind = 'ingest'), 1::bigint, 'a failed upload is not ingested');
select is((complete_upload('auth0|owner', version_id)).state, 'failed', 'complete of a failed upload changes nothing') from wrong limit 1;

-- The MIME type may carry a parameter
create temporary table parametrised as select v.* from begin_upload('auth0|owner', 'p.pdf') as v;
select store_object(v, 1000, 'application/pdf; charset=binary') from (select v::text::public.resume_versions as v from parametrised as v) as t;
select is((complete_upload('auth0|owner', version_id)).state, 'uploaded', 'a parameter of the MIME type does not matter') from parametrised;

-- Another's and an absent one are the same answer
select is(outcome_as('stranger', format('select public.complete_resume_upload(%L)', version_id)), 'not_found', 'complete of another''s version') from first;
select is(outcome_as('stranger', format('select public.complete_resume_upload(%L)', gen_random_uuid())), 'not_found', 'complete of no version');
select is(outcome_as('stranger', format('select public.report_upload_failure(%L, ''aborted'')', version_id)), 'not_found', 'report of another''s version') from first;
select is(outcome_as('stranger', format('select public.report_upload_failure(%L, ''aborted'')', gen_random_uuid())), 'not_found', 'report of no version');
select is(outcome_as('stranger', format('select public.begin_resume_upload(''cv.pdf'', ''application/pdf'', 1, %L)', resume_id)), 'not_found', 'begin on another''s resume') from first;

-- report_upload_failure()
create temporary table given_up as select v.* from begin_upload('auth0|owner', 'g.pdf') as v;
grant select on given_up to public;
select is(outcome_as('owner', format('select public.report_upload_failure(%L, %L)', version_id, reason)), expected, format('report with reason %L', reason))
from given_up, (values ('network', 'rows 1'), ('storage', 'rows 1'), ('aborted', 'rows 1'), ('timeout', 'rows 1'), ('other', 'rows 1'), ('bored', 'invalid_request'), (null, 'invalid_request')) as t (reason, expected);
select authenticate_as('auth0|owner');
select is((public.report_upload_failure(version_id, 'network')).failure_code, 'upload_failed', 'report fails the version and says why') from given_up;
select is((public.report_upload_failure(version_id, 'aborted')).failure_code, 'upload_failed', 'a second report changes nothing') from given_up;
select is((public.report_upload_failure(version_id, 'aborted')).state, 'uploaded', 'report of an upload that has arrived changes nothing') from first;
select as_dba();

-- Quotas, at their edges
update private.settings set max_pending_uploads_per_user = 2;
select lives_ok($$ select begin_upload('auth0|quota', n || '.pdf') from generate_series(1, 2) as n $$, 'as many pending uploads as the setting says');
select throws_ok($$ select begin_upload('auth0|quota', '3.pdf') $$, 'PT429', null, 'one pending upload more is refused');
select as_dba();
select lives_ok($$ select begin_upload('auth0|other', '1.pdf') $$, 'another user''s pending uploads do not count');
update public.resume_versions set state = 'failed', failure_code = 'upload_failed' where original_filename = '1.pdf' and full_storage_path like '%quota%';
select lives_ok($$ select begin_upload('auth0|quota', '3.pdf') $$, 'an upload that was given up counts no longer');
update private.settings set max_pending_uploads_per_user = 100, max_bytes_per_user = 3000;
select throws_ok($$ select begin_upload('auth0|quota', '4.pdf', 1001) $$, 'PT429', null, 'a byte over the quota is refused, pending ones counted as declared');
select as_dba();
select lives_ok($$ select begin_upload('auth0|quota', '4.pdf', 1000) $$, 'the last byte of the quota can be used');
-- The one whose upload was given up counts for nothing.
update private.settings set max_bytes_per_user = 1e12, max_resumes_per_user = 3;
select throws_ok($$ select begin_upload('auth0|quota', '5.pdf') $$, 'PT429', null, 'a resume over the quota is refused');
select as_dba();
update private.settings set max_resumes_per_user = 1000, max_versions_per_resume = 2;
select is((begin_upload('auth0|owner', 'second.pdf', 1000, resume_id)).version_number, 2, 'the next version of a resume is number 2') from first;
select throws_ok(
  format('select begin_upload(%L, %L, 1, %L)', 'auth0|owner', 'third.pdf', resume_id), 'PT429', null, 'a version over the quota is refused'
) from first;
select as_dba();

update private.settings set max_versions_per_resume = 200;

-- The rate of one user, at its edge and after its hour
update private.settings set uploads_per_hour = 3;
select lives_ok($$ select begin_upload('auth0|rate', n || '.pdf') from generate_series(1, 3) as n $$, 'as many uploads within an hour as the setting says');
select authenticate_as('auth0|rate');
select is(outcome($$select public.begin_resume_upload('4.pdf', 'application/pdf', 1)$$), 'too_many_requests', 'one more is refused');
select throws_matching($$select public.begin_resume_upload('4.pdf', 'application/pdf', 1)$$, '3 uploads were begun within an hour', 'and says of what there were too many');
select as_dba();
update public.resume_versions set state = 'failed', failure_code = 'upload_failed', upload_expires_at = null where full_storage_path like '%rate%';
select is(outcome($$select begin_upload('auth0|rate', '4.pdf')$$), 'too_many_requests', 'giving uploads up makes no room');
select lives_ok($$ select begin_upload('auth0|unhurried', '1.pdf') $$, 'the rate of another user is another one');
update public.resume_versions set created_at = now() - interval '1 hour' where full_storage_path like '%rate%/1.pdf';
select lives_ok($$ select begin_upload('auth0|rate', '4.pdf') $$, 'an upload that was begun an hour ago counts no longer');
update private.settings set uploads_per_hour = 200;

-- A deleted resume is not there
update public.resumes set deleted_at = now() where id = (select resume_id from first);
select is(outcome_as('owner', format('select public.complete_resume_upload(%L)', version_id)), 'not_found', 'complete on a deleted resume') from first;
select is(outcome_as('owner', format('select public.begin_resume_upload(''cv.pdf'', ''application/pdf'', 1, %L)', resume_id)), 'not_found', 'begin on a deleted resume') from first;

-- A key makes of what is asked twice one upload
create function pg_temp.begin_keyed(
  p_key text, p_name text default 'keyed.pdf', p_size bigint default 1000, p_resume_id uuid default null, p_sha256 text default null
) returns public.resume_versions language sql as $$
  select public.begin_resume_upload(
    filename => p_name, mime_type => mime_type_of(p_name), file_size => p_size, resume_id => p_resume_id, sha256 => p_sha256, idempotency_key => p_key
  )
$$;
grant execute on function pg_temp.begin_keyed to public;
update private.settings set max_pending_uploads_per_user = 1;
select authenticate_as('auth0|keyed');
create temporary table keyed as select v.* from pg_temp.begin_keyed('one') as v;
grant select on keyed to public;
select is((pg_temp.begin_keyed('one')).version_id, version_id, 'the same key gives the same upload, also at the edge of the quota') from keyed;
select is((pg_temp.begin_keyed('one', p_resume_id => resume_id)).version_id, version_id, 'also with the resume that it made') from keyed;
select is(outcome(format('select pg_temp.begin_keyed(%L, %L, %L, %L, %L)', 'one', name, size, resume_id, sha256)), 'idempotency_conflict', 'the same key with ' || reason)
from (
  values
    ('other.pdf', 1000, null::uuid, null, 'another name'), ('keyed.pdf', 1001, null, null, 'another size'),
    ('keyed.pdf', 1000, gen_random_uuid(), null, 'another resume'), ('keyed.pdf', 1000, null, repeat('a', 64), 'another hash')
) as t (name, size, resume_id, sha256, reason);
select is(outcome(format('select pg_temp.begin_keyed(%L)', key)), 'invalid_request', format('a key of %s characters is refused', length(key)))
from (values (''), (repeat('x', 201))) as t (key);
select authenticate_as('auth0|stranger');
select isnt((pg_temp.begin_keyed('one')).version_id, version_id, 'the key of another user is another one') from keyed;
select as_dba();
update public.resume_versions set upload_expires_at = now() where version_id = (select version_id from keyed);
update private.settings set max_pending_uploads_per_user = 100;
select authenticate_as('auth0|keyed');
create temporary table keyed_again as select v.* from pg_temp.begin_keyed('one') as v;
select isnt(a.version_id, k.version_id, 'what has expired is not given again') from keyed_again as a, keyed as k;
select is((public.report_upload_failure(version_id, 'aborted')).state, 'failed', 'the next one is given up') from keyed_again;
select isnt((pg_temp.begin_keyed('one')).version_id, version_id, 'what was given up is not given again') from keyed_again;
select as_dba();

-- A hash that is known only once everything was sent
create temporary table hashed as select v.* from begin_upload('auth0|hashed', 'cv.pdf') as v;
grant select on hashed to public;
select store_object(v) from (select v::text::public.resume_versions as v from hashed as v) as t;
select authenticate_as('auth0|hashed');
select is(outcome(format('select public.complete_resume_upload(%L, %L)', version_id, 'abc')), 'invalid_request', 'complete refuses a hash that is none') from hashed;
select is(outcome(format('select public.complete_resume_upload(%L, repeat(''A'', 64))', version_id)), 'invalid_request', 'complete refuses a hash in capitals') from hashed;
select is((public.complete_resume_upload(sha256 => repeat('a', 64), version_id => version_id)).state, 'uploaded', 'complete takes a hash, by name') from hashed;
select is(outcome(format('select public.complete_resume_upload(%L, repeat(''b'', 64))', version_id)), 'rows 1', 'a repeated complete with another hash is a repeated complete') from hashed;
select as_dba();
select is(expected_sha256, repeat('a', 64), 'the first hash is what ingest compares with') from public.resume_versions where version_id = (select version_id from hashed);
create temporary table announced as select v.* from begin_upload('auth0|hashed', 'cv.pdf') as v;
grant select on announced to public;
update public.resume_versions set expected_sha256 = repeat('a', 64) where version_id = (select version_id from announced);
select authenticate_as('auth0|hashed');
select is(outcome(format('select public.complete_resume_upload(%L, repeat(''b'', 64))', version_id)), 'conflict', 'complete refuses another hash than was announced') from announced;
select is(outcome(format('select public.complete_resume_upload(%L, repeat(''a'', 64))', version_id)), 'upload_incomplete', 'the announced one is as good as none while nothing has arrived') from announced;
select as_dba();

-- Expiry
delete from private.jobs;
update public.resume_versions set state = 'failed', failure_code = 'upload_failed', upload_expires_at = null where state = 'pending';
create temporary table expiring as select v.* from unnest(array['arrived.pdf', 'absent.pdf', 'early.pdf']) as name, begin_upload('auth0|owner', name) as v;
select store_object(v) from (select v::text::public.resume_versions as v from expiring as v where v.original_filename = 'arrived.pdf') as t;
update public.resume_versions set upload_expires_at = now() where original_filename in ('arrived.pdf', 'absent.pdf');
select as_service();
select is(public.internal_keep_house() ->> 'uploadsSettled', '2', 'housekeeping settles the uploads whose time is over');
select is(public.internal_keep_house() ->> 'uploadsSettled', '0', 'and has nothing more to settle');
select as_dba();
select results_eq(
  $$ select v.original_filename, v.state, v.failure_code from public.resume_versions as v join expiring using (version_id) order by 1 $$,
  $$ values ('absent.pdf', 'failed', 'upload_expired'), ('arrived.pdf', 'uploaded', null), ('early.pdf', 'pending', null) $$,
  'what has arrived is taken, what is absent has expired, what has time left stays'
);
select results_eq(
  $$ select kind, priority from private.jobs $$, $$ values ('ingest', 200::smallint) $$, 'what had arrived unannounced is ingested when there is time'
);

select * from finish();
rollback;
