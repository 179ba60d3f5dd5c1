-- What a query of one user costs when there are many others: an index is used, no table is read whole, the
-- token is read once. Plans, not times: a machine may be slow.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(15);

insert into public.resumes (user_id, original_filename, mime_type, content_text, language)
select 'auth0|' || n % 500, n || '.pdf', 'application/pdf', 'word' || n % 50 || ' carpenter', 'en'
from generate_series(1, 5000) as n;
insert into public.resume_versions (resume_id, version_number, full_storage_path, file_size, original_filename, mime_type, upload_expires_at)
select r.id, 1, r.id || '/' || r.original_filename, 1, r.original_filename, r.mime_type, now() + interval '1 hour'
from public.resumes as r;
insert into public.optimizations (user_id, resume_id, version_id, input_hash)
select r.user_id, r.id, v.version_id, r.id::text
from public.resumes as r join public.resume_versions as v on v.resume_id = r.id;
insert into storage.objects (bucket_id, name) select 'resumes', full_storage_path from public.resume_versions;
insert into private.jobs (kind, subject_id, owner_id, max_attempts, lease_token, leased_until)
select 'compact', gen_random_uuid(), 'auth0|' || n, 5, case n % 10 when 0 then gen_random_uuid() end, case n % 10 when 0 then now() + interval '1 minute' end
from generate_series(1, 5000) as n;
analyze public.resumes, public.resume_versions, public.optimizations, private.jobs;

create function pg_temp.plan_of(p_statement text) returns text
language plpgsql
as $$
declare
  v_line text;
  v_plan text := '';
begin
  for v_line in execute 'explain (costs off) ' || p_statement loop
    v_plan := v_plan || v_line || E'\n';
  end loop;
  return v_plan;
end
$$;
grant execute on function pg_temp.plan_of(text) to authenticated;

select authenticate_as('auth0|7');
select matches(pg_temp.plan_of('select id from public.resumes'), 'resumes_user_id_(created_at|language)_idx', 'a user''s resumes are found by an index');
select doesnt_match(pg_temp.plan_of('select id from public.resumes'), 'Seq Scan', 'and by nothing else');
select matches(pg_temp.plan_of('select version_id from public.resume_versions'), 'resume_versions_number_key', 'a user''s versions are found by an index');
select doesnt_match(pg_temp.plan_of('select version_id from public.resume_versions'), 'Seq Scan', 'and by nothing else');
select matches(pg_temp.plan_of('select optimization_id from public.optimizations'), 'optimizations_user_id_created_at_idx', 'a user''s optimizations are found by an index');
select matches(
  pg_temp.plan_of('select version_id from public.resume_versions where full_storage_path = ''x'''), 'resume_versions_full_storage_path_key|resume_versions_number_key', 'a version is found by its name'
);
select matches(
  pg_temp.plan_of('select id from storage.objects where bucket_id = ''resumes'' and name = ''x'''), 'Index (Only )?Scan using resume_versions_full_storage_path_key', 'the version that owns an object''s name is found by that name'
);
select as_dba();

-- What the bodies run, with the caller's name in place; private.search_resumes() has this setting of its own
set local enable_seqscan = off;
select matches(
  pg_temp.plan_of($$
    select r.id
    from unnest('{en,de}'::text[], '{carpent,carpent}'::tsquery[]) as q (language, query)
      cross join lateral (
        select r.id from public.resumes as r
        where array[r.user_id] @> array['auth0|7'] and r.content_tsvector @@ q.query and r.language || '' = q.language and r.deleted_at is null
        order by r.created_at desc limit 1000
      ) as r
  $$),
  'resumes_search_idx', 'a search reads one owner''s words'
);
set local enable_seqscan = on;
select matches(
  pg_temp.plan_of($$
    select j.job_id
    from (select distinct k.kind from unnest('{ingest,compact}'::text[]) as k (kind)) as k
      cross join lateral (
        select j.job_id from private.jobs as j
        where j.dead_at is null and j.kind = k.kind and j.run_at <= now() and (j.leased_until is null or j.leased_until <= now()) and j.job_id <> all ('{}'::bigint[])
        order by j.priority, j.place, j.run_at, j.job_id limit 1 for update skip locked
      ) as j
  $$),
  'Index Scan using jobs_claim_idx', 'a claim walks the queue in its order'
);
select matches(
  pg_temp.plan_of($$
    select j.job_id from private.jobs as j
    where j.dead_at is null and j.kind = 'compact' and j.run_at <= now() - interval '1 minute' and (j.leased_until is null or j.leased_until <= now())
    order by j.run_at limit 1 for update skip locked
  $$),
  'Index Scan using jobs_run_at_idx', 'and one in eight in the order of time'
);
select matches(
  pg_temp.plan_of($$ select j.place from private.jobs as j where j.dead_at is null and j.kind = 'compact' and j.priority = 100 order by j.place limit 1 $$),
  'Index Only Scan using jobs_claim_idx', 'the round that is served is read off an index'
);
select matches(
  pg_temp.plan_of($$ select j.place from private.jobs as j where j.dead_at is null and j.owner_id = 'auth0|7' and j.kind = 'compact' and j.priority = 100 order by j.place desc limit 1 $$),
  'Index (Only )?Scan Backward using jobs_owner_id_idx', 'and so is an owner''s last place'
);
select doesnt_match(
  pg_temp.plan_of($$ select 1 from public.resume_versions as v where v.state = 'pending' and v.upload_expires_at <= now() - interval '1 day' $$), 'Seq Scan', 'expired uploads are found by an index'
);
select doesnt_match(
  pg_temp.plan_of($$ select 1 from public.resume_versions as v join public.resumes as r on r.id = v.resume_id where r.user_id = 'auth0|7' and v.state = 'pending' $$), 'Seq Scan', 'a quota is counted over one owner''s rows'
);

-- What Prometheus asks for every few seconds
insert into private.legacy_files (user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, file_created_at, file_modified_at, object_name)
select 'auth0|' || n, n::text, 1, n::text, 'cv.pdf', 'application/pdf', 1, now(), now(), n::text from generate_series(1, 5000) as n;
insert into private.samples (name, labels, milliseconds, sampled_at)
select 'storage_calls', '{}', n, now() - n * interval '1 second' from generate_series(1, 5000) as n;
analyze private.legacy_files, private.samples;
create temporary table scans as select relid, seq_scan from pg_stat_xact_user_tables;
select public.internal_metrics();
select is_empty(
  $$
    select s.relid::regclass
    from pg_stat_xact_user_tables as s join scans as b using (relid)
    where s.seq_scan > b.seq_scan
      and s.relid not in ('private.totals'::regclass, 'private.counters'::regclass, 'private.circuit_breakers'::regclass, 'private.rollouts'::regclass, 'private.settings'::regclass)
  $$,
  'metrics read no table whole that grows with the users'
);

select * from finish();
rollback;
