-- Deleting, having back, erasing: hidden at once, gone in the end, and nothing left of it anywhere.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(74);

-- Rows of any of our tables that hold a text anywhere.
create function pg_temp.traces(p_text text) returns setof text
language plpgsql
as $$
declare
  v_table text;
  v_count bigint;
begin
  for v_table in
    select format('%I.%I', n.nspname, c.relname)
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and (n.nspname in ('public', 'private') or (n.nspname, c.relname) in (('storage', 'objects')))
  loop
    execute format('select count(*) from %s as t where t::text like %L', v_table, '%' || p_text || '%') into v_count;
    if v_count > 0 then
      return next format('%s rows of %s', v_count, v_table);
    end if;
  end loop;
end
$$;

-- The worker's part in an erasure, until nothing is left to remove.
create function pg_temp.erase(p_erasure_id uuid) returns text
language plpgsql
as $$
declare
  v_job private.jobs := claim('erase', p_erasure_id);
  v_object record;
  v_count integer := 0;
begin
  for v_object in select * from private.erasure_objects(v_job.job_id, v_job.lease_token) loop
    perform delete_object(v_object.bucket_id, v_object.object_name);
    v_count := v_count + 1;
  end loop;
  return private.complete_erasure(v_job.job_id, v_job.lease_token, v_count);
end
$$;

create temporary table h as select v.* from history('auth0|owner', 3) as v;
create temporary table o as select r.* from h, request('auth0|owner', h::text::public.resume_versions, 'A job') as r where version_number = 3;
grant select on h, o to public;

-- delete_resume()
select is(outcome_as('stranger', format('select public.delete_resume(%L)', resume_id)), 'not_found', 'another''s resume is not deleted') from h limit 1;
select authenticate_as('auth0|owner');
select is((public.delete_resume(resume_id)).deleted_at, now(), 'a resume is deleted') from h limit 1;
select lives_ok(format('select public.delete_resume(%L)', resume_id), 'which can be repeated') from h limit 1;
select is_empty('select from public.resumes', 'it is hidden at once');
select is_empty('select from public.resume_versions', 'its versions too');
select is_empty('select from storage.objects', 'and their objects');
select is_empty('select from public.optimizations', 'and what was asked of it');
select is(outcome(format('select public.list_optimization_events(%L)', optimization_id)), 'not_found', 'with its events') from o;
select is_empty($$ select from public.search_resumes('Text') $$, 'it is found by nobody');
select is(outcome(statement), 'not_found', split_part(statement, '(', 1) || ' does not find it')
from h, lateral (
  values
    (format('select public.restore_resume_version(%L)', h.version_id)), (format('select public.pin_resume_version(%L)', h.version_id)),
    (format('select public.begin_resume_upload(''a.pdf'', ''application/pdf'', 1, %L)', h.resume_id)), (format('select public.request_optimization(%L)', h.full_storage_path)),
    (format('select public.accept_suggestions(%L, ''{0}'')', (select optimization_id from o)))
) as t (statement)
where version_number = 1;
select results_eq(
  'select resume_id, original_filename, deleted_at, gone_at from public.list_deleted_resumes()',
  $$ select resume_id, '3.docx', now(), now() + interval '30 days' from h limit 1 $$, 'it is listed as one that can be had back'
);
select as_dba();
select authenticate_as('auth0|stranger');
select is_empty('select public.list_deleted_resumes()', 'to its owner alone');
select as_dba();
select is(t.status, 'cancelled', 'what waited to be worked on is cancelled') from public.optimizations as t join o using (optimization_id);

-- undelete_resume()
select is(outcome_as('stranger', format('select public.undelete_resume(%L)', resume_id)), 'not_found', 'another''s resume is not had back') from h limit 1;
update private.settings set max_resumes_per_user = 1;
create temporary table more as select v.* from ready_version('auth0|owner', 'more.pdf') as v;
grant select on more to public;
select is(outcome_as('owner', format('select public.undelete_resume(%L)', resume_id)), 'quota_exceeded', 'nor one over the quota') from h limit 1;
update private.settings set max_resumes_per_user = 1000;
delete from private.jobs where kind = 'compact';
select authenticate_as('auth0|owner');
select is((public.undelete_resume(resume_id)).deleted_at, null, 'within the window it is had back') from h limit 1;
select lives_ok(format('select public.undelete_resume(%L)', resume_id), 'which can be repeated') from h limit 1;
select is((select count(*) from public.optimizations), 1::bigint, 'with what was asked of it');
select lives_ok(format('select public.list_optimization_events(%L)', optimization_id), 'and its events') from o;
select is((select count(*) from public.list_resume_versions((select resume_id from h limit 1))), 3::bigint, 'with all its versions');
select as_dba();
select is((select count(*) from private.jobs join h on version_id = subject_id where kind = 'compact'), 2::bigint, 'what was to be done to them is queued again');
update public.resumes set deleted_at = now() - interval '30 days' where id = (select resume_id from h limit 1);
select is(outcome_as('owner', format('select public.undelete_resume(%L)', resume_id)), 'not_found', 'after the window it is not') from h limit 1;

-- The window ends
create temporary table young as select v.* from ready_version('auth0|owner', 'young.pdf') as v;
update public.resumes set deleted_at = now() - interval '30 days' + interval '1 second' where id = (select resume_id from young);
create temporary table loose as select v.* from ready_version('auth0|loose', 'loose.pdf') as v;
insert into private.retention_overrides (user_id, undelete_window) values ('auth0|loose', '31 days');
update public.resumes set deleted_at = now() - interval '30 days' where id = (select resume_id from loose);
select is(private.erase_expired(), 1, 'what was deleted long enough ago is erased, and nothing else');
select is(private.erase_expired(), 0, 'once');
create temporary table expired as select * from private.erasures;
select is(reason, 'undelete_window', 'the erasure says why') from expired;
select is(pg_temp.erase(erasure_id), 'later', 'while a signed upload URL may be left, the worker looks again') from expired;
select is_empty($$ select from public.resume_versions join h using (version_id) $$, 'the rows are gone');
select is((select count(*) from storage.objects where name like '%' || resume_id || '%'), 0::bigint, 'the objects too') from h limit 1;
select is(j.run_at, e.sweep_until + interval '1 second', 'it looks again as soon as there is none') from private.jobs as j join private.erasures as e on e.erasure_id = j.subject_id;
select is(e.sweep_until, h.created_at + interval '4 hours 15 minutes', 'a URL that was signed in the last moment included') from private.erasures as e, h limit 1;
select write_object('resumes', full_storage_path, 7) from h where version_number = 1;
update private.erasures set sweep_until = now();
select is(pg_temp.erase(erasure_id), 'done', 'then what came back goes, and it is done') from expired;
select results_eq(
  'select user_id, prefixes, resumes, objects, finished_at from private.erasures', $$ values (null::text, '{}'::text[], 1, 4, now()) $$, 'the receipt counts what went, and names nobody'
);
select is_empty($$ select pg_temp.traces(resume_id::text) from h limit 1 $$, 'nothing is left of the resume');
select is((select count(*) from public.resumes where id in (select resume_id from young union all select resume_id from loose union all select resume_id from more)), 3::bigint, 'other resumes are untouched');

-- erase_my_data(): a user with everything there is
create temporary table e as select v.* from history('auth0|canary', 4) as v;
select store_anew('compact', version_id) from e where version_number < 4 order by version_number;
create temporary table e_asked as select r.* from e, request('auth0|canary', e::text::public.resume_versions, 'canary job') as r where version_number = 4;
create temporary table e_optimize as select j.* from e_asked, claim('optimize', optimization_id) as j;
select public.internal_report_optimization(job_id, lease_token, 30, null, '[{"type": "suggestion", "data": {"text": "canary"}}]', null) from e_optimize;
create temporary table e_restored as select v.* from e, restore('auth0|canary', e.version_id) as v where e.version_number = 1;
create temporary table e_compose as select j.* from e_restored, claim('compose', version_id) as j;
create temporary table e_composed as select private.composition_source(job_id, lease_token) ->> 'objectName' as name from e_compose;
select begin_upload('auth0|canary', 'canary.pdf');
create temporary table e_deleted as select v.* from ready_version('auth0|canary', 'deleted.pdf', 'canary') as v;
update public.resumes set deleted_at = now() where id = (select resume_id from e_deleted);
-- A file that came by migration, and was compacted since
select write_object('resumes', 'migrations/canary/old.docx', 1000);
select private.remove_later('resumes', 'migrations/canary/old.docx', version_id, 'auth0|canary', 'compacted') from e where version_number = 1;
insert into private.retention_overrides (user_id, keep_last) values ('auth0|canary', 9);
insert into private.jobs (kind, subject_id, owner_id, max_attempts, dead_at) select 'ingest', version_id, 'auth0|canary', 1, now() from e;
select cmp_ok((select count(*) from pg_temp.traces('canary')), '>=', 8::bigint, 'a user leaves traces in many tables');

select authenticate_as('auth0|canary');
create temporary table receipt as select * from public.erase_my_data();
select results_eq('select requested_at, resumes, objects_removed, finished_at from receipt', $$ values (now(), 3, 0, null::timestamptz) $$, 'erasing answers with a receipt');
select is_empty('select from public.resumes', 'everything is hidden at once');
select is_empty('select from public.resume_versions', 'versions');
select is_empty('select from public.optimizations', 'optimizations');
select is_empty('select from storage.objects', 'objects');
select is_empty($$ select from public.search_resumes('Text') $$, 'what was searched');
select is_empty('select public.list_deleted_resumes()', 'and nothing can be had back');
select is((public.erase_my_data()).receipt_id, receipt_id, 'asked for again, the receipt is the same') from receipt;
select is((public.get_erasure_receipt(receipt_id)).resumes, 3, 'it can be asked for') from receipt;
select as_dba();
grant select on receipt, e_deleted to public;
select is(outcome_as('stranger', format('select public.get_erasure_receipt(%L)', receipt_id)), 'not_found', 'by nobody else') from receipt;
select is(outcome_as('owner', 'select public.get_erasure_receipt(null)'), 'not_found', 'no receipt is none');
select authenticate_as('auth0|canary');
select is(outcome(format('select public.undelete_resume(%L)', resume_id)), 'not_found', 'what had been deleted before cannot be had back either') from e_deleted;
select is(outcome(format('select public.delete_resume(%L)', resume_id)), 'not_found', 'nor deleted') from e_deleted;
select as_dba();
select results_eq($$ select kind from private.jobs where owner_id = 'auth0|canary' $$, $$ values ('erase') $$, 'one job is left');

-- Workers that were at it
select throws_ok(format('select private.complete_optimization(%s, %L, ''succeeded'', ''{}'', null, null)', job_id, lease_token), 'PT409', null, 'a worker''s result comes too late') from e_optimize;
select write_object('resumes', name, 5) from e_composed;
select throws_ok(format('select private.record_composition(%s, %L, 5, repeat(''a'', 64), null)', job_id, lease_token), 'PT409', null, 'what another has written is not recorded') from e_compose;
select cmp_ok(sweep_until, '>=', now() + interval '15 minutes 30 seconds', 'and is waited for') from private.erasures where user_id = 'auth0|canary';

-- The objects of an erasure are its own
select write_object('resumes', 'user_uploads/auth0/' || resume_id || 'x', 1) from e limit 1;
select is(pg_temp.erase(receipt_id), 'later', 'the worker removes everything') from receipt;
update private.erasures set sweep_until = now() where user_id = 'auth0|canary';
select is(pg_temp.erase(receipt_id), 'done', 'and looks once more') from receipt;
select is_empty($$ select pg_temp.traces('canary') $$, 'no trace of the user is left in any table');
select is_empty($$ select pg_temp.traces(resume_id || '/') from e limit 1 $$, 'nor of the resumes');
select authenticate_as('auth0|canary');
select results_eq(
  format('select finished_at, objects_removed from public.get_erasure_receipt(%L)', receipt_id), $$ values (now(), 10) $$, 'the receipt can still be asked for'
) from receipt;
select is((public.erase_my_data()).receipt_id, receipt_id, 'erasing nothing gives it again') from receipt;
select as_dba();
create temporary table again as select v.* from ready_version('auth0|canary', 'again.pdf') as v;
select authenticate_as('auth0|canary');
select isnt((public.erase_my_data()).receipt_id, receipt_id, 'what has come since is another erasure') from receipt;
select as_dba();

-- What no row names: a worker of the migration, and a store, that died between the object and its version
create temporary table moved as select (c -> 0 ->> 'objectName') as name
from public.internal_plan_legacy_files('[{
  "userId": "auth0|moved", "fileId": "cv", "path": "cv.pdf", "name": "cv.pdf", "type": "application/pdf", "size": 7,
  "createdAt": "2020-01-01T00:00:00Z", "modifiedAt": "2020-01-01T00:00:00Z"
}]'),
  public.internal_claim_legacy_files('w', '6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11', 1, 3600, 'auth0|moved') as c;
create function pg_temp.store_name(p_file_id text) returns text
language sql
as $$
  select private.store_folder('auth0|moved', p_file_id) || 'x'
$$;
create function pg_temp.left_of_moved() returns text
language sql
as $$
  select string_agg(split_part(o.name, '/', 4), ' ' order by o.name) from storage.objects as o
  where o.name like '%/' || private.storage_segment('auth0|moved') || '/%'
$$;
select write_object('resumes', n, 7) from moved, unnest(array[name, pg_temp.store_name('old'), pg_temp.store_name('young')]) as n;
update storage.objects set created_at = now() - interval '15 minutes' where name = pg_temp.store_name('old');
select write_object('resumes', 'migrations/' || private.storage_segment('auth0|moved') || 'x/cv', 7);
select authenticate_as('auth0|moved');
create temporary table moved_receipt as select * from public.erase_my_data();
select as_dba();
select is(e.sweep_until, now() + interval '75 minutes', 'whoever has a file in hand is waited for') from private.erasures as e join moved_receipt on receipt_id = erasure_id;
select is(pg_temp.erase(receipt_id), 'later', 'what no version names is erased too') from moved_receipt;
select is(pg_temp.left_of_moved(), 'young', 'but for what a store may still be writing');
-- Meanwhile: the worker's upload ends, and the user goes on in the store.
select write_object('resumes', name, 7) from moved;
select write_object('resumes', pg_temp.store_name(file_id), 7) from unnest(array['kept', 'late']) as file_id;
select is(
  public.internal_store_put(
    'auth0|moved', 'kept', 0, repeat('a', 64),
    jsonb_build_object('name', 'cv.pdf', 'type', 'application/pdf', 'size', 7, 'createdAt', now() + interval '1 minute', 'modifiedAt', now()),
    pg_temp.store_name('kept')
  ) ->> 'outcome',
  'stored', 'what is written after an erasure is new'
);
update storage.objects set created_at = now() - interval '15 minutes' where name in (pg_temp.store_name('young'), pg_temp.store_name('kept'));
update private.erasures set sweep_until = now() where user_id = 'auth0|moved';
select is(pg_temp.erase(receipt_id), 'done', 'then what came late goes') from moved_receipt;
select is(pg_temp.left_of_moved(), 'kept late', 'and nothing that has a version, or has just come');
select isnt_empty($$ select from storage.objects where name = 'migrations/' || private.storage_segment('auth0|moved') || 'x/cv' $$, 'nor what is another user''s');
select is((public.get_erasure_receipt(receipt_id)).objects_removed, 4, 'all of it is counted') from moved_receipt, authenticate_as('auth0|moved');
select as_dba();
select authenticate_as('auth0|nobody');
create temporary table empty_receipt as select * from public.erase_my_data();
select as_dba();
select is(e.sweep_until, now() + interval '30 minutes', 'a first write to a store, of which no row knows, is waited for as well')
from private.erasures as e join empty_receipt on receipt_id = erasure_id;

-- Names that look alike are told apart
select is_empty(
  $$
    select * from private.objects_of_erasure(
      (select e from private.begin_erasure('a_b', '{00000000-0000-4000-8000-000000000000}', 'request') as e)
    )
    where object_name !~ '^user_uploads/a_b/'
  $$, 'an underscore is no wildcard'
);
select write_object('resumes', name, 1)
from unnest(array['user_uploads/a_b/00000000-0000-4000-8000-000000000000/v1/x', 'user_uploads/axb/00000000-0000-4000-8000-000000000000/v1/x', 'user_uploads/a_b/00000000-0000-4000-8000-0000000000000/x', 'user_uploads/a_b/00000000-0000-4000-8000-000000000000']) as name;
select results_eq(
  $$ select object_name from private.erasures as t, private.objects_of_erasure(t) where t.user_id = 'a_b' $$, $$ values ('user_uploads/a_b/00000000-0000-4000-8000-000000000000/v1/x') $$, 'what is erased lies below the resume''s name'
);

select * from finish();
rollback;
