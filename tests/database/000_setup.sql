-- Installs what the other files stand on, in a schema `reswave_tests`, and commits: pg_prove, `supabase test db` and
-- `npm run test:db` run the files in this order, each on a connection of its own. 999_teardown.sql removes it.
create extension if not exists pgtap with schema extensions;

-- The tests call it in every role. Where `postgres` itself owns pgTAP's functions, the first migration's
-- revoke holds for them too.
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid
    from pg_depend as d
      join pg_extension as e on e.oid = d.refobjid and e.extname = 'pgtap'
      join pg_proc as p on p.oid = d.objid
    where d.classid = 'pg_proc'::regclass and d.deptype = 'e' and p.proowner = current_user::regrole
  loop
    execute format('grant execute on function %s to public', v_function);
  end loop;
end
$$;

drop schema if exists reswave_tests cascade;

create schema reswave_tests;

-- Who asks, for the rest of the transaction. As the Data API does it: a role and the token's claims.

create function reswave_tests.assume(p_role text, p_claims jsonb) returns void
language plpgsql
as $$
begin
  perform set_config('request.jwt.claims', coalesce(p_claims::text, ''), true);
  perform set_config('role', p_role, true);
end
$$;

create function reswave_tests.authenticate_as(p_subject text) returns void
language sql
as $$
  select reswave_tests.assume('authenticated', jsonb_build_object('role', 'authenticated', 'sub', p_subject))
$$;

create function reswave_tests.as_anon() returns void
language sql
as $$
  select reswave_tests.assume('anon', '{"role": "anon"}')
$$;

create function reswave_tests.as_service() returns void
language sql
as $$
  select reswave_tests.assume('service_role', '{"role": "service_role"}')
$$;

-- A token that is valid and names nobody.
create function reswave_tests.without_subject() returns void
language sql
as $$
  select reswave_tests.assume('authenticated', '{"role": "authenticated"}')
$$;

create function reswave_tests.as_dba() returns void
language sql
as $$
  select reswave_tests.assume('none', null)
$$;

-- The five that the matrices speak of.
create function reswave_tests.become(p_who text) returns void
language plpgsql
as $$
begin
  case p_who
    when 'anon' then perform reswave_tests.as_anon();
    when 'owner' then perform reswave_tests.authenticate_as('auth0|owner');
    when 'stranger' then perform reswave_tests.authenticate_as('auth0|stranger');
    when 'nobody' then perform reswave_tests.without_subject();
    when 'service' then perform reswave_tests.as_service();
  end case;
end
$$;

-- What comes of a statement, which is then undone: "rows 1", our code ("not_found"), or "error 42501".
create function reswave_tests.outcome(p_statement text) returns text
language plpgsql
as $$
declare
  v_rows bigint;
  v_state text;
  v_message text;
  v_detail text;
begin
  execute p_statement;
  get diagnostics v_rows = row_count;
  raise exception using errcode = 'TE000';
exception
  when sqlstate 'TE000' then
    return 'rows ' || v_rows;
  when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
    return case
      when v_state like 'PT%' then v_detail
      -- The form with headers.
      when v_state = 'PGRST' then v_message::jsonb ->> 'details'
      else 'error ' || v_state
    end;
end
$$;

create function reswave_tests.outcome_as(p_who text, p_statement text) returns text
language plpgsql
as $$
declare
  v_outcome text;
begin
  perform reswave_tests.become(p_who);
  v_outcome := reswave_tests.outcome(p_statement);
  perform reswave_tests.as_dba();
  return v_outcome;
end
$$;

-- Given states, reached through the product's own functions. They leave the caller as the DBA.

create function reswave_tests.begin_upload(
  p_subject text, p_filename text default 'cv.pdf', p_file_size bigint default 1000, p_resume_id uuid default null, p_sha256 text default null
) returns public.resume_versions
language plpgsql
as $$
declare
  v_version public.resume_versions;
begin
  perform reswave_tests.authenticate_as(p_subject);
  v_version := public.begin_resume_upload(p_filename, reswave_tests.mime_type_of(p_filename), p_file_size, p_resume_id, p_sha256);
  perform reswave_tests.as_dba();
  return v_version;
end
$$;

create function reswave_tests.mime_type_of(p_filename text) returns text
language sql
as $$
  select case substring(lower(p_filename) from '\.([a-z]+)$')
    when 'doc' then 'application/msword'
    when 'docx' then 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
    else 'application/pdf'
  end
$$;

-- The Storage service's part: the object's row, as it stands once the bytes are there.
create function reswave_tests.store_object(p_version public.resume_versions, p_size bigint default null, p_mime_type text default null) returns void
language plpgsql
as $$
begin
  perform reswave_tests.as_dba();
  insert into storage.objects (bucket_id, name, metadata, version)
  values (
    'resumes', p_version.full_storage_path,
    jsonb_build_object('size', coalesce(p_size, p_version.file_size), 'mimetype', coalesce(p_mime_type, p_version.mime_type)),
    'v-' || p_version.version_id
  );
end
$$;

create function reswave_tests.complete_upload(p_subject text, p_version_id uuid) returns public.resume_versions
language plpgsql
as $$
declare
  v_version public.resume_versions;
begin
  perform reswave_tests.authenticate_as(p_subject);
  v_version := public.complete_resume_upload(p_version_id);
  perform reswave_tests.as_dba();
  return v_version;
end
$$;

create function reswave_tests.uploaded_version(
  p_subject text, p_filename text default 'cv.pdf', p_resume_id uuid default null
) returns public.resume_versions
language plpgsql
as $$
declare
  v_version public.resume_versions := reswave_tests.begin_upload(p_subject, p_filename, 1000, p_resume_id);
begin
  perform reswave_tests.store_object(v_version);
  return reswave_tests.complete_upload(p_subject, v_version.version_id);
end
$$;

-- The job of a subject, leased.
create function reswave_tests.claim(p_kind text, p_subject_id uuid) returns private.jobs
language plpgsql
as $$
declare
  v_job private.jobs;
begin
  perform reswave_tests.as_service();
  perform public.internal_claim_jobs('worker-1', array[p_kind], 1, 30, p_subject_id);
  perform reswave_tests.as_dba();
  select * into v_job from private.jobs where kind = p_kind and subject_id = p_subject_id and dead_at is null;
  return v_job;
end
$$;

-- Each version has bytes of its own.
create function reswave_tests.hash_of(p_version_id uuid) returns text
language sql
as $$
  select encode(sha256(uuid_send(p_version_id)), 'hex')
$$;

create function reswave_tests.ready_version(
  p_subject text, p_filename text default 'cv.pdf', p_text text default 'Plain words', p_headings text default '',
  p_language text default 'en', p_resume_id uuid default null
) returns public.resume_versions
language plpgsql
as $$
declare
  v_version public.resume_versions := reswave_tests.uploaded_version(p_subject, p_filename, p_resume_id);
  v_job private.jobs := reswave_tests.claim('ingest', v_version.version_id);
begin
  perform reswave_tests.as_service();
  v_version := public.internal_complete_ingest(
    v_job.job_id, v_job.lease_token, reswave_tests.hash_of(v_version.version_id), v_version.file_size, p_text, p_headings, p_language
  );
  perform reswave_tests.as_dba();
  return v_version;
end
$$;

create function reswave_tests.request(p_subject text, p_version public.resume_versions, p_job_description text default null, p_key text default null)
returns public.optimizations
language plpgsql
as $$
declare
  v_optimization public.optimizations;
begin
  perform reswave_tests.authenticate_as(p_subject);
  v_optimization := public.request_optimization(p_version.full_storage_path, p_job_description, p_key);
  perform reswave_tests.as_dba();
  return v_optimization;
end
$$;

create function reswave_tests.restore(p_subject text, p_version_id uuid) returns public.resume_versions
language plpgsql
as $$
declare
  v_version public.resume_versions;
begin
  perform reswave_tests.authenticate_as(p_subject);
  v_version := public.restore_resume_version(p_version_id);
  perform reswave_tests.as_dba();
  return v_version;
end
$$;

-- Versions 1, 2, … of one resume, each read.
create function reswave_tests.history(p_subject text, p_versions integer) returns setof public.resume_versions
language plpgsql
as $$
declare
  v_version public.resume_versions;
begin
  for i in 1..p_versions loop
    v_version := reswave_tests.ready_version(p_subject, i || '.docx', 'Text of version ' || i, '', 'en', v_version.resume_id);
    return next v_version;
  end loop;
end
$$;

create function reswave_tests.write_object(p_bucket_id text, p_name text, p_size bigint) returns void
language sql
as $$
  insert into storage.objects (bucket_id, name, metadata) values (p_bucket_id, p_name, jsonb_build_object('size', p_size))
$$;

-- The worker's part in changing how a version is stored: a delta of 10 bytes, or the whole file.
create function reswave_tests.store_anew(p_kind text, p_version_id uuid) returns boolean
language plpgsql
as $$
declare
  v_job private.jobs := reswave_tests.claim(p_kind, p_version_id);
  v_source jsonb;
  v_recorded boolean;
begin
  perform reswave_tests.as_service();
  v_source := public.internal_storage_source(v_job.job_id, v_job.lease_token);
  perform reswave_tests.as_dba();
  if v_source is null then
    return null;
  end if;
  perform reswave_tests.write_object(
    case when v_source ->> 'baseVersionId' is null then 'resumes' else 'resume_deltas' end, v_source ->> 'objectName',
    case when v_source ->> 'baseVersionId' is null then (v_source ->> 'fileSize')::bigint else 10 end
  );
  perform reswave_tests.as_service();
  v_recorded := public.internal_record_storage(
    v_job.job_id, v_job.lease_token, (v_source ->> 'baseVersionId')::uuid,
    case when v_source ->> 'baseVersionId' is null then (v_source ->> 'fileSize')::bigint else 10 end
  );
  perform reswave_tests.as_dba();
  return v_recorded;
end
$$;

create function reswave_tests.delete_object(p_bucket_id text, p_name text) returns void
language plpgsql
as $$
begin
  perform set_config('storage.allow_delete_query', 'true', true);
  delete from storage.objects where bucket_id = p_bucket_id and name = p_name;
  perform set_config('storage.allow_delete_query', 'false', true);
end
$$;

-- The worker's part in removing: what it is told to, until it is told that this was all.
create function reswave_tests.remove_objects(p_version_id uuid) returns integer
language plpgsql
as $$
declare
  v_job private.jobs := reswave_tests.claim('remove_object', p_version_id);
  v_object record;
  v_names text[] := '{}';
begin
  for v_object in select * from private.removable_objects(v_job.job_id, v_job.lease_token) loop
    perform reswave_tests.delete_object(v_object.bucket_id, v_object.object_name);
    v_names := v_names || v_object.object_name;
  end loop;
  perform private.complete_object_removal(v_job.job_id, v_job.lease_token, v_names);
  return cardinality(v_names);
end
$$;

grant usage on schema reswave_tests to anon, authenticated, service_role;

grant execute on all functions in schema reswave_tests to anon, authenticated, service_role;

begin;
set local search_path = reswave_tests, extensions, public;
select plan(7);

select reswave_tests.authenticate_as('auth0|42');
select is(current_user::text, 'authenticated', 'authenticate_as() takes the role of a user');
select is(auth.jwt() ->> 'sub', 'auth0|42', 'authenticate_as() takes the subject');
select reswave_tests.without_subject();
select is(auth.jwt() ->> 'sub', null, 'without_subject() names nobody');
select reswave_tests.as_dba();
select is(current_user, session_user, 'as_dba() gives the role back');

select is(reswave_tests.outcome('select 1 from generate_series(1, 3)'), 'rows 3', 'outcome() counts rows');
select is(reswave_tests.outcome('select 1/0'), 'error 22012', 'outcome() names an error');
select reswave_tests.outcome('create table reswave_tests.trace ()');
select hasnt_table('reswave_tests', 'trace', 'outcome() undoes what it tried');

select * from finish();
rollback;
