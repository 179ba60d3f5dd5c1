-- The bucket, and who may touch an object: the version row that owns its name decides.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(29);

select results_eq(
  $$ select public, file_size_limit, allowed_mime_types from storage.buckets where id = 'resumes' $$,
  $$
    values (
      false, 52428800::bigint,
      array['application/pdf', 'application/msword', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document']
    )
  $$,
  'the bucket is private, takes 50 MiB and three types'
);

create temporary table v as select r.* from begin_upload('auth0|owner', 'cv.pdf') as r;
create temporary table ready as select r.* from ready_version('auth0|owner', 'ready.pdf') as r;
grant select on v, ready to public;

create function pg_temp.upload_as(p_who text, p_name text) returns text
language sql
as $$
  select outcome_as(p_who, format('insert into storage.objects (bucket_id, name) values (''resumes'', %L)', p_name))
$$;

-- Upload
select is(pg_temp.upload_as('owner', full_storage_path), 'rows 1', 'owners may upload what they have reserved') from v;
select is(pg_temp.upload_as(who, full_storage_path), 'error 42501', format('%s may not', who)) from v, unnest(array['anon', 'stranger', 'nobody']) as who;
select is(pg_temp.upload_as('owner', name), 'error 42501', format('owners may not upload %s', reason))
from v, lateral (
  values
    ('user_uploads/' || private.storage_segment('auth0|owner') || '/x.pdf', 'below their own folder what they have not reserved'),
    (v.full_storage_path || 'x', 'a name that begins with a reserved one'), (upper(v.full_storage_path), 'another spelling of it'),
    ((select full_storage_path from ready), 'over a version that is complete')
) as t (name, reason);
select is(
  outcome_as('owner', format('insert into storage.objects (bucket_id, name) values (''another'', %L)', full_storage_path)), 'error 42501', 'owners may not upload into another bucket'
) from v;
select store_object(p::text::public.resume_versions) from v as p;
select is(
  outcome_as('owner', format($i$ insert into storage.objects (bucket_id, name) values ('resumes', %L) on conflict (bucket_id, name) do update set metadata = '{}' $i$, full_storage_path)), 'error 42501', 'an upsert is refused'
) from v;
set local storage.allow_delete_query = 'true';
delete from storage.objects where name = (select full_storage_path from v);
set local storage.allow_delete_query = 'false';
update public.resume_versions set state = 'failed', failure_code = 'upload_aborted' where version_id = (select version_id from v);
select is(pg_temp.upload_as('owner', full_storage_path), 'error 42501', 'an upload that was given up cannot be made') from v;
update public.resume_versions set state = 'pending', failure_code = null where version_id = (select version_id from v);
update public.resumes set deleted_at = now() where id = (select resume_id from v);
select is(pg_temp.upload_as('owner', full_storage_path), 'error 42501', 'nothing is uploaded to a deleted resume') from v;
update public.resumes set deleted_at = null;

-- Reading
create function pg_temp.objects_of(p_who text) returns text
language sql
as $$
  select outcome_as(p_who, 'select from storage.objects')
$$;
insert into storage.objects (bucket_id, name, metadata) values ('resumes', 'orphan.pdf', '{"size": 1}'), ('resumes', 'user_uploads/' || private.storage_segment('auth0|owner') || '/orphan.pdf', '{"size": 1}');

select is(pg_temp.objects_of('owner'), 'rows 1', 'owners see the objects of their versions, and no orphan in their folder');
select is(pg_temp.objects_of(who), 'rows 0', format('%s sees none', who)) from unnest(array['anon', 'stranger', 'nobody']) as who;
update public.resume_versions set state = 'pruned', held_as = 'none' where version_id = (select version_id from ready);
select is(pg_temp.objects_of('owner'), 'rows 0', 'the object of a pruned version is not seen');
update public.resume_versions set state = 'ready', held_as = 'full' where version_id = (select version_id from ready);
update public.resumes set deleted_at = now() where id = (select resume_id from ready);
select is(pg_temp.objects_of('owner'), 'rows 0', 'the object of a deleted resume is not seen');
update public.resumes set deleted_at = null;

-- Versions are immutable
set local storage.allow_delete_query = 'true';
select is(outcome_as(who, statement), 'rows 0', format('%s: no rows for %s', who, split_part(statement, ' ', 1)))
from unnest(array['owner', 'stranger', 'anon']) as who, unnest(array['update storage.objects set metadata = ''{}''', 'delete from storage.objects', 'update storage.objects set name = ''mine''']) as statement;

-- The row that decides cannot be had by another
select is(
  outcome_as('stranger', format('select public.begin_resume_upload(''cv.pdf'', ''application/pdf'', 1, %L)', resume_id)), 'not_found', 'a stranger cannot reserve a name in another''s resume'
) from ready;

select * from finish();
rollback;
