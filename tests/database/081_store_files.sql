-- A store that writes to a disk and here: revisions, puts, deletes, and what the migration makes of its files.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(74);

create function pg_temp.head(p_file_id text, p_user_id text default 'auth0|ada') returns jsonb
language sql
as $$
  select public.internal_store_head(p_user_id, p_file_id)
$$;

-- Of a content of one letter: its hash, and 1,000 bytes.
create function pg_temp.put(
  p_file_id text, p_content text, p_on_disk boolean default true, p_base bigint default null, p_more jsonb default '{}', p_user_id text default 'auth0|ada'
) returns jsonb
language plpgsql
as $$
declare
  v_head constant jsonb := pg_temp.head(p_file_id, p_user_id);
  v_name constant text := (v_head ->> 'folder') || gen_random_uuid()::text;
  v_is_there constant boolean := coalesce(v_head ->> 'sha256' = repeat(p_content, 64), false);
begin
  if not v_is_there then
    perform write_object('resumes', v_name, 1000);
  end if;
  return public.internal_store_put(
    p_user_id, p_file_id, coalesce(p_base, (v_head ->> 'revision')::bigint), repeat(p_content, 64),
    jsonb_build_object('name', p_file_id, 'type', 'application/pdf', 'size', 1000, 'createdAt', clock_timestamp(), 'modifiedAt', '2020-03-01T10:00:00Z') || p_more,
    case when not v_is_there then v_name end, p_on_disk
  );
end
$$;

create function pg_temp.remove(p_file_id text, p_base bigint default null) returns jsonb
language sql
as $$
  select public.internal_store_remove('auth0|ada', p_file_id, coalesce(p_base, (pg_temp.head(p_file_id) ->> 'revision')::bigint))
$$;

create function pg_temp.file(p_file_id text) returns private.legacy_files
language sql
as $$
  select f from private.legacy_files as f where f.user_id = 'auth0|ada' and f.file_id = p_file_id order by f.version_order desc limit 1
$$;

create function pg_temp.versions(p_file_id text) returns text
language sql
as $$
  select string_agg(v.version_number || left(coalesce(v.sha256, v.expected_sha256), 1), ' ' order by v.version_number)
  from public.resume_versions as v
  where v.resume_id = (pg_temp.file(p_file_id)).resume_id
$$;

create function pg_temp.line(p_file_id text, p_version integer default 1) returns jsonb
language sql
as $$
  select jsonb_build_object(
    'userId', 'auth0|ada', 'fileId', p_file_id, 'version', p_version, 'path', 'auth0|ada/' || p_file_id, 'name', p_file_id,
    'type', 'application/pdf', 'size', 1000, 'createdAt', '2019-03-01T10:00:00Z', 'modifiedAt', '2020-03-01T10:00:00Z'
  )
$$;

create function pg_temp.claim_file(p_file_id text) returns bigint
language sql
as $$
  select (c -> 0 ->> 'id')::bigint
  from public.internal_claim_legacy_files('mover', '6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11', 10, 60, 'auth0|ada', p_file_id) as c
$$;

create function pg_temp.move(p_id bigint, p_content text, p_to_the_end boolean default true) returns text
language plpgsql
as $$
declare
  v_file private.legacy_files;
  v_token constant uuid := '6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11';
begin
  perform set_config('request.headers', '{"x-migration-lease": "6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11"}', true);
  select * into v_file from private.legacy_files as f where f.legacy_file_id = p_id;
  perform write_object('resumes', v_file.object_name, 1000);
  perform public.internal_record_legacy_upload(p_id, v_token, repeat(p_content, 64), 1000);
  perform public.transfer_file_metadata(v_file.user_id, v_file.file_id, v_file.object_name);
  if p_to_the_end then
    perform public.internal_record_legacy_verified(p_id, v_token);
  end if;
  return 'moved';
end
$$;

-- Ingest's part: reads, or refuses.
create function pg_temp.read_version(p_file_id text, p_content text) returns void
language plpgsql
as $$
declare
  v_job private.jobs := claim('ingest', (pg_temp.file(p_file_id)).version_id);
begin
  perform public.internal_complete_ingest(v_job.job_id, v_job.lease_token, repeat(p_content, 64), 1000, 'Words', '', 'de');
end
$$;

create function pg_temp.refuse(p_file_id text) returns void
language plpgsql
as $$
declare
  v_job private.jobs := claim('ingest', (pg_temp.file(p_file_id)).version_id);
begin
  perform public.internal_fail_job(v_job.job_id, v_job.lease_token, '{"code": "no_text", "retryable": false}', false);
end
$$;

-- A new file
select is(pg_temp.head('cv.pdf') ->> 'state', 'unknown', 'what nobody has written is unknown');
select is(pg_temp.head('cv.pdf') ->> 'folder', 'user_uploads/=' || left(encode(sha256('auth0|ada'), 'hex'), 16) || '-auth0_ada/=store/cv.pdf/', 'its folder is among the user''s uploads');
select is(pg_temp.put('cv.pdf', 'a') ->> 'outcome', 'stored', 'a put is stored');
select is(pg_temp.head('cv.pdf') - 'folder' - 'versionId' - 'objectName', jsonb_build_object(
  'state', 'stored', 'revision', 1, 'sha256', repeat('a', 64), 'size', 1000, 'modifiedAt', '2020-03-01T10:00:00+00:00'::timestamptz, 'isOfApp', true
), 'its head says what and when, before it is read');
select results_eq(
  $$ select v.state, v.source, v.held_as, v.pinned, v.original_filename, r.user_id from public.resume_versions as v join public.resumes as r on r.id = v.resume_id where v.version_id = (pg_temp.file('cv.pdf')).version_id $$,
  $$ values ('uploaded', 'upload', 'full', false, 'cv.pdf', 'auth0|ada') $$, 'it is a version of its user, as an upload'
);
select is((select count(*) from private.jobs where kind = 'ingest' and subject_id = (pg_temp.file('cv.pdf')).version_id), 1::bigint, 'ingest will read it');
select is((pg_temp.file('cv.pdf')).state, 'verified', 'the migration has it as moved');
select is(public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('cv.pdf'))) ->> 'known', '1', 'and plans it no second time');
select is(pg_temp.claim_file('cv.pdf'), null, 'nor gives it to a worker');

-- The next version
select is(pg_temp.put('cv.pdf', 'b') ->> 'revision', '2', 'each put counts');
select is(pg_temp.versions('cv.pdf'), '1a 2b', 'a put of an existing file is the next version of its resume');
select is((pg_temp.file('cv.pdf')).sha256, repeat('b', 64), 'the migration compares with what the disk has now');
select is(pg_temp.put('cv.pdf', 'b') ->> 'revision', '3', 'the same bytes count');
select is(pg_temp.versions('cv.pdf'), '1a 2b', 'and make no version');
select is((pg_temp.file('cv.pdf')).version_id::text, pg_temp.head('cv.pdf') ->> 'versionId', 'the row of the migration has the newest version');

-- What comes late
select is(pg_temp.put('cv.pdf', 'c', p_base => 2) ->> 'outcome', 'conflict', 'a put on an older revision is refused');
select is(pg_temp.remove('cv.pdf', 2) ->> 'outcome', 'conflict', 'so is a delete');
select is(pg_temp.head('cv.pdf') ->> 'revision', '3', 'neither counts');
select is(pg_temp.head('cv.pdf') ->> 'sha256', repeat('b', 64), 'nor changes anything');
select is(public.internal_store_put('auth0|ada', 'cv.pdf', 3, repeat('d', 64), pg_temp.line('cv.pdf')) ->> 'outcome', 'conflict', 'no bytes are taken on a word alone');

-- Deleting
select is(pg_temp.remove('cv.pdf') ->> 'state', 'deleted', 'a delete deletes');
select isnt((select r.deleted_at from public.resumes as r where r.id = (pg_temp.file('cv.pdf')).resume_id), null, 'the resume is deleted as by its owner');
select is((pg_temp.file('cv.pdf')).state, 'rolled_back', 'the migration has it no more');
select is(pg_temp.remove('cv.pdf') ->> 'revision', '5', 'deleting again counts, so that what is late is late');
create temporary table gone as select (pg_temp.file('cv.pdf')).resume_id;
select is(pg_temp.put('cv.pdf', 'b') ->> 'state', 'stored', 'what comes under the same id');
select isnt((pg_temp.file('cv.pdf')).resume_id, (select resume_id from gone), 'is another resume');
select is(pg_temp.versions('cv.pdf'), '1b', 'with a history of its own');

-- Deletes of what is on its way
select is(pg_temp.remove('never.pdf') ->> 'state', 'deleted', 'also what is unknown is deleted');
select is(public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('moving.pdf'))) ->> 'planned', '1', 'a file that the worker has found');
create temporary table moving as select pg_temp.claim_file('moving.pdf') as id;
select isnt(id, null, 'and holds') from moving;
select is(pg_temp.head('moving.pdf') ->> 'state', 'unknown', 'is unknown until it is transferred');
select is(pg_temp.remove('moving.pdf') ->> 'outcome', 'removed', 'can be deleted');
select is(outcome(format('select pg_temp.move(%s, ''a'')', id)), 'migration_not_locked', 'and its worker has lost it') from moving;
select is(pg_temp.head('moving.pdf') ->> 'state', 'deleted', 'it does not come back');
select is(public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('moving.pdf'))) ->> 'known', '1', 'nor by another run');
select is(pg_temp.claim_file('moving.pdf'), null, 'which is not given it');

-- A put of what is on its way
select public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('busy.pdf')));
create temporary table busy as select pg_temp.claim_file('busy.pdf') as id;
select is(pg_temp.put('busy.pdf', 'b') ->> 'state', 'stored', 'a put goes before a worker');
select is(
  outcome(format('select public.internal_record_legacy_upload(%s, ''6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11'', repeat(''a'', 64), 1000)', id)),
  'migration_not_locked', 'which has read what is older'
) from busy;
select is(
  public.internal_finish_legacy_files('6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11', jsonb_build_array(jsonb_build_object('id', id, 'sha256', repeat('b', 64), 'size', 1000)))
  #>> '{0,code}',
  'migration_not_locked', 'and whose own upload is of no use if it has read the same'
) from busy;
select is(pg_temp.versions('busy.pdf'), '1b', 'none of that comes in');

-- A put after the move
select public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('old.pdf')));
select is(pg_temp.move(pg_temp.claim_file('old.pdf'), 'a'), 'moved', 'a file that a worker has moved');
select is(pg_temp.head('old.pdf') ->> 'sha256', repeat('a', 64), 'is the store''s too');
select is(pg_temp.put('old.pdf', 'a') ->> 'outcome', 'stored', 'the same bytes');
select is(pg_temp.versions('old.pdf'), '1a', 'are not there twice');
select pg_temp.put('old.pdf', 'b');
select is(pg_temp.versions('old.pdf'), '1a 2b', 'others are the next version of the same resume');

-- A put between the transfer and the last word of its worker
select public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('between.pdf')));
create temporary table between_them as select pg_temp.claim_file('between.pdf') as id;
select pg_temp.move(id, 'a', false) from between_them;
select is((pg_temp.file('between.pdf')).state, 'uploaded', 'what is transferred and not yet verified');
select is(pg_temp.head('between.pdf') ->> 'sha256', repeat('a', 64), 'is there');
select pg_temp.put('between.pdf', 'a');
select is(pg_temp.versions('between.pdf'), '1a', 'a put of the same bytes is not there twice');
select is((pg_temp.file('between.pdf')).state, 'verified', 'and says the last word itself');

-- Several versions on the disk
select public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('many.pdf', 1), pg_temp.line('many.pdf', 2)));
select pg_temp.move((select min(f.legacy_file_id) from private.legacy_files as f, (select pg_temp.claim_file('many.pdf')) as c where f.file_id = 'many.pdf'), 'a');
select is(pg_temp.head('many.pdf') ->> 'state', 'unknown', 'of several versions the last is the file: until it has come, the disk is right');
select pg_temp.put('many.pdf', 'c');
select is(pg_temp.versions('many.pdf'), '1a 2c', 'a put takes its place');

-- Without the disk
select pg_temp.put('there.pdf', 'a', p_on_disk => false);
select is((pg_temp.file('there.pdf')).state, 'purged', 'what the disk never had has no source to verify or purge');
select pg_temp.put('old.pdf', 'd', p_on_disk => false);
select is((pg_temp.file('old.pdf')).sha256, repeat('b', 64), 'a write that the disk does not see leaves what it is compared with');
select is(pg_temp.head('old.pdf') ->> 'sha256', repeat('d', 64), 'and is the newest');
select pg_temp.put('old.pdf', 'd');
select is((pg_temp.file('old.pdf')).sha256, repeat('d', 64), 'until the disk has it too');
select public.internal_plan_legacy_files(jsonb_build_array(pg_temp.line('planned.pdf')));
select pg_temp.put('planned.pdf', 'd', p_on_disk => false);
select is(pg_temp.claim_file('planned.pdf'), null, 'an older file on the disk is not moved over it');

-- What ingest says
select pg_temp.put('scan.pdf', 'a');
select pg_temp.read_version('scan.pdf', 'a');
select pg_temp.put('scan.pdf', 'b');
select pg_temp.refuse('scan.pdf');
select is(pg_temp.head('scan.pdf') - 'folder', '{"state": "refused", "code": "no_text", "revision": 2}', 'what ingest refused is not taken for the version before it');
select pg_temp.put('scan.pdf', 'c');
select is(pg_temp.head('scan.pdf') ->> 'sha256', repeat('c', 64), 'the next put mends it');

-- What its user does in ResWave
select uploaded_version('auth0|ada', 'busy.pdf', (pg_temp.file('busy.pdf')).resume_id);
select is(pg_temp.head('busy.pdf') ->> 'isOfApp', 'false', 'a version that its user uploaded since is the newest, and not the app''s');
select pg_temp.put('busy.pdf', 'e');
select is(pg_temp.head('busy.pdf') ->> 'isOfApp', 'true', 'the next put is');
update public.resumes set deleted_at = now() where id = (pg_temp.file('scan.pdf')).resume_id;
select is(pg_temp.head('scan.pdf') ->> 'state', 'deleted', 'a resume that its user deleted is deleted');
select is((public.rollback_file_transfer('auth0|ada', 'old.pdf', array(select version_id from public.resume_versions where resume_id = (pg_temp.file('old.pdf')).resume_id))), 1, 'after a rollback');
select is(pg_temp.head('old.pdf') ->> 'state', 'unknown', 'the disk is right');

-- The list
select is(
  (select string_agg((l ->> 'fileId') || ' ' || (l ->> 'state'), ', ') from jsonb_array_elements(public.internal_store_list('auth0|ada')) as l),
  'between.pdf stored, busy.pdf stored, cv.pdf stored, many.pdf stored, moving.pdf deleted, never.pdf deleted, old.pdf unknown, planned.pdf stored, scan.pdf deleted, there.pdf stored',
  'a user''s files are listed with their heads'
);
select is((select string_agg(l ->> 'fileId', ' ') from jsonb_array_elements(public.internal_store_list('auth0|ada', 'many.pdf', 2)) as l), 'moving.pdf never.pdf', 'by pages');
select is(public.internal_store_list('auth0|bea'), '[]', 'nobody''s files are another''s');

-- What is refused
select is(outcome($$select pg_temp.put('photo.png', 'a')$$), 'unsupported_file_type', 'a put takes what an upload would');
select is(outcome($$select pg_temp.put('e.pdf', 'a', p_more => '{"size": 0}')$$), 'file_empty', 'an empty file is refused');
select is(outcome($$select public.internal_store_put('auth0|ada', 'cv.pdf', 6, repeat('e', 64), pg_temp.line('cv.pdf'), 'user_uploads/x/=store/y/z')$$), 'migration_foreign_path', 'another file''s path is refused');
select is(outcome($$select public.internal_store_put('auth0|ada', 'cv.pdf', 6, repeat('e', 64), pg_temp.line('cv.pdf'), (pg_temp.head('cv.pdf') ->> 'folder') || 'none')$$), 'upload_incomplete', 'so is what is not in storage');

-- Erasure
select authenticate_as('auth0|ada');
select lives_ok('select public.erase_my_data()', 'a user has everything erased');
select as_dba();
select is((select count(*) from private.store_files where user_id = 'auth0|ada'), 0::bigint, 'nothing of the store''s remains');
select is(pg_temp.put('cv.pdf', 'b', p_more => jsonb_build_object('createdAt', now() - interval '1 minute')) ->> 'outcome', 'erased', 'what was written before does not come back');
select is(pg_temp.put('cv.pdf', 'b', p_more => jsonb_build_object('createdAt', now() + interval '1 minute')) ->> 'outcome', 'stored', 'what is written after it is new');

select * from finish();
rollback;
