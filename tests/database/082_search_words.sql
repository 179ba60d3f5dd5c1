-- The words of every ready version are kept once: with its resume while it is the current one, in version_words otherwise.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(26);

create function pg_temp.kept_once(p_after text) returns text
language sql
as $$
  select bag_eq(
    $words$
      select version_id, user_id, language, content_tsvector::text from private.version_words
      union all
      select r.current_version_id, r.user_id, r.language, r.content_tsvector::text
      from public.resumes as r join public.resume_versions as v on v.version_id = r.current_version_id and v.state = 'ready'
    $words$,
    $ready$
      select v.version_id, r.user_id, v.language, private.content_tsvector(v.language, v.original_filename, v.headings, v.content_text)::text
      from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
      where v.state = 'ready'
    $ready$,
    'the words of each ready version are kept once: ' || p_after
  )
$$;

create function pg_temp.indexed() returns text
language sql
as $$
  select string_agg(v.original_filename, ', ' order by v.original_filename)
  from private.version_words as w join public.resume_versions as v on v.version_id = w.version_id
$$;

create function pg_temp.found(p_query text, p_all_versions boolean default true) returns text
language plpgsql
as $$
declare
  v_names text;
begin
  perform become('owner');
  select string_agg(coalesce(v.original_filename, '?'), ', ' order by s.rank desc, s.created_at desc) into v_names
  from public.search_resumes(p_query, all_versions => p_all_versions) as s
    left join public.resume_versions as v on v.version_id = s.version_id and v.original_filename = s.original_filename;
  perform as_dba();
  return v_names;
end
$$;

-- As lose_version() and restores do: the resume says what its current version says.
create function pg_temp.point_to(p_name text) returns void
language sql
as $$
  update public.resumes as r
  set
    current_version_id = v.version_id, original_filename = v.original_filename, mime_type = v.mime_type,
    content_text = v.content_text, headings = v.headings, language = v.language
  from public.resume_versions as v
  where v.original_filename = p_name and r.id = v.resume_id
$$;

create temporary table first as select v.* from ready_version('auth0|owner', 'one.pdf', 'A carpenter in words', 'Experience') as v;
select ready_version('auth0|owner', 'other.pdf', 'A florist in words', 'Experience');
select ready_version('auth0|stranger', 'theirs.pdf', 'A carpenter in words', 'Experience');
select is(pg_temp.indexed(), null, 'a first version has no words beside those of its resume');
select is(pg_temp.found('carpenter'), 'one.pdf', 'and is found, once');
select pg_temp.kept_once('one version each');

-- Two begin, the newer one is ready first
create temporary table second as select v.* from first as f, uploaded_version('auth0|owner', 'two.pdf', f.resume_id) as v;
select ready_version('auth0|owner', 'three.pdf', 'Ein Schreiner in words', 'Erfahrung', 'de', f.resume_id) from first as f;
select is(pg_temp.indexed(), 'one.pdf', 'a version that is superseded keeps its words');
select pg_temp.kept_once('superseded by one in another language');
select is(pg_temp.found('carpenter'), 'one.pdf', 'and is found by them');
select is(pg_temp.found('carpenter', false), null, 'where all versions are searched');
select is(pg_temp.found('schreiner'), 'three.pdf', 'the current one by those of its resume');
select is(pg_temp.found('carpentr'), 'one.pdf', 'a guess knows the words of a version that is superseded');
select is(pg_temp.found('schrein'), 'three.pdf', 'and of the current one');

create temporary table job as select j.* from second as s, claim('ingest', s.version_id) as j;
grant select on job to public;
select as_service();
select (public.internal_complete_ingest(job_id, lease_token, repeat('a', 64), 1000, 'A cobbler in words', '', 'en')).state from job;
select as_dba();
select is(pg_temp.indexed(), 'one.pdf, two.pdf', 'a version that is read late has its own words');
select pg_temp.kept_once('read late');
select is(pg_temp.found('cobbler'), 'two.pdf', 'and is found by them');
select is(pg_temp.found('"in words"'), pg_temp.found('words'), 'each version matches once');
select is(cardinality(string_to_array(pg_temp.found('words'), ', ')), 4, 'however it is kept');

-- The current version moves
select pg_temp.point_to('one.pdf');
select is(pg_temp.indexed(), 'three.pdf, two.pdf', 'an older version that is current again changes places with the one that was');
select pg_temp.kept_once('pointed back');
update public.resume_versions set state = 'failed', failure_code = 'file_lost' where original_filename = 'one.pdf';
select is(pg_temp.found('carpenter'), null, 'a current version that is lost is not found');
select pg_temp.point_to('three.pdf');
select is(pg_temp.indexed(), 'two.pdf', 'and leaves no words');
select pg_temp.kept_once('lost, another in its place');
update public.resume_versions set state = 'pruned', held_as = 'none', content_text = null, headings = null where original_filename = 'two.pdf';
select is(pg_temp.indexed(), null, 'nor does one that is given up');
select pg_temp.kept_once('given up');

-- A version is made ready before the resume points to it
update public.resume_versions set state = 'ready', held_as = 'full', content_text = 'A tailor in words', failure_code = null where original_filename = 'one.pdf';
select pg_temp.kept_once('written before the resume');
select pg_temp.point_to('one.pdf');
select pg_temp.kept_once('whichever is written first');
update public.resumes set current_version_id = null where original_filename = 'one.pdf';
select pg_temp.kept_once('none is current');
delete from public.resume_versions where original_filename in ('one.pdf', 'three.pdf', 'other.pdf');
select pg_temp.kept_once('the row is deleted');

select * from finish();
rollback;
