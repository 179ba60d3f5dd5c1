-- search_resumes(): whose, what, in which order. (An issue of its own will make it great.)
begin;
set local search_path = reswave_tests, extensions, public;
select plan(36);

create function pg_temp.found(p_query text, p_who text default 'owner', p_page_size integer default 20, p_page integer default 0) returns text
language plpgsql
as $$
declare
  v_names text;
begin
  perform become(p_who);
  select string_agg(s.original_filename, ', ' order by s.position) into v_names
  from public.search_resumes(p_query, p_page_size, p_page) with ordinality as s (
    id, original_filename, mime_type, language, current_version_id, created_at, updated_at, rank, position
  );
  perform as_dba();
  return v_names;
end
$$;

select ready_version('auth0|owner', 'body.pdf', 'I baked bread as a carpenter of dough', 'Experience');
select ready_version('auth0|owner', 'heading.pdf', 'I built houses', E'Carpenter\nExperience');
select ready_version('auth0|owner', 'carpenter_2026.pdf', 'I sold shoes', 'Experience');
select ready_version('auth0|owner', 'deutsch.pdf', 'Leitete zwei Bäckereien in Köln', 'Erfahrung', 'de');
select ready_version('auth0|owner', 'manager.pdf', 'Managing budgets with Python', 'Experience');
select ready_version('auth0|stranger', 'theirs.pdf', 'A carpenter too', 'Carpenter');
select ready_version('auth0|owner', 'deleted.pdf', 'A carpenter that is gone', 'Carpenter');
update public.resumes set deleted_at = now() where original_filename = 'deleted.pdf';
select uploaded_version('auth0|owner', 'unread carpenter.pdf');

-- Order and weights
select ok(pg_temp.found('carpenter') like '%heading.pdf, body.pdf', 'search_resumes() ranks a heading match above a body match');
select ok(pg_temp.found('carpenter') like '%carpenter_2026.pdf%heading.pdf%', 'and a file name match above a heading match');
select ok(pg_temp.found('carpenter') like '%unread carpenter.pdf%', 'a resume that is not read yet is found by its name');

-- Whose
select ok(pg_temp.found('carpenter') not like '%theirs%', 'another''s resume is not found');
select is(pg_temp.found('carpenter', 'stranger'), 'theirs.pdf', 'its owner finds it');
select ok(pg_temp.found('carpenter') not like '%deleted%', 'a deleted resume is not found');
select throws_ok($$ select pg_temp.found('carpenter', 'nobody') $$, private.sqlstate_of('unauthorized'), null, 'a token without a subject is refused');
select as_dba();

-- What
select is(pg_temp.found('bäckerei'), 'deutsch.pdf', 'a German resume is found by another form of its word');
select is(pg_temp.found('manage'), 'manager.pdf', 'an English one as well');
select is(pg_temp.found('köln'), 'deutsch.pdf', 'umlauts are letters');
select is(pg_temp.found('"two houses"'), null, 'a phrase that is not there');
select is(pg_temp.found('"built houses"'), 'heading.pdf', 'a phrase that is there');
select is(pg_temp.found('python -managing'), null, 'a word with a minus excludes, whatever its form');
select is(pg_temp.found('python -manages'), null, 'in any form');
select is(pg_temp.found('python -shoes'), 'manager.pdf', 'and only where it occurs');
select ok(pg_temp.found('dough or python') in ('body.pdf, manager.pdf', 'manager.pdf, body.pdf'), 'either word');
select is(pg_temp.found('PYTHON'), 'manager.pdf', 'capitals do not matter');
select is(pg_temp.found('2026'), 'carpenter_2026.pdf', 'a number in a name');

-- What is no query
select is(pg_temp.found(query), null, format('%L finds nothing and breaks nothing', query))
from (values (null), (''), ('   '), ('the'), ('"'), ('&|!():*<->'), ('''; drop table public.resumes; --'), ('\')) as t (query);

-- Pages
select is(pg_temp.found('carpenter or houses or experience', 'owner', 2, 0) is distinct from pg_temp.found('carpenter or houses or experience', 'owner', 2, 1), true, 'pages differ');
select is(pg_temp.found('carpenter', 'owner', 1, 3), 'body.pdf', 'the last page has the weakest match');
select is(pg_temp.found('carpenter', 'owner', 1, 4), null, 'there is nothing behind it');
select is(outcome_as('owner', 'select public.search_resumes(' || arguments || ')'), 'invalid_request', 'refused: ' || arguments)
from (values ('''x'', 0'), ('''x'', 101'), ('''x'', null'), ('''x'', 20, -1'), ('''x'', 20, 1001'), ('''x'', 20, null'), ('repeat(''x'', 501)')) as t (arguments);

select * from finish();
rollback;
