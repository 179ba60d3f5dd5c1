-- search_resumes(): what is found, in which order, what is shown of it, page by page.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(89);

create function pg_temp.found(p_query text, p_who text default 'owner', p_page_size integer default 20, p_after text default null, p_all_versions boolean default false) returns text
language plpgsql
as $$
declare
  v_names text;
begin
  perform become(p_who);
  select string_agg(s.original_filename, ', ' order by s.place) into v_names
  from (select original_filename, row_number() over () as place from public.search_resumes(p_query, p_page_size, p_after, all_versions => p_all_versions)) as s;
  perform as_dba();
  return v_names;
end
$$;

-- What a column of the first row says.
create function pg_temp.first_row(p_query text, p_arguments text default '', p_offset integer default 0) returns jsonb
language plpgsql
as $$
declare
  v_row jsonb;
begin
  perform become('owner');
  execute format('select to_jsonb(s) from public.search_resumes(%L %s) as s offset %s limit 1', p_query, p_arguments, p_offset) into v_row;
  perform as_dba();
  return v_row;
end
$$;

create function pg_temp.names_with(p_arguments text) returns text
language plpgsql
as $$
declare
  v_names text;
begin
  perform become('owner');
  execute format('select string_agg(original_filename, '', '' order by original_filename) from public.search_resumes(%s)', p_arguments) into v_names;
  perform as_dba();
  return v_names;
end
$$;

-- What stands at the ranges of a highlight, read as JavaScript would: by UTF-16 code units.
create function pg_temp.marked(p_highlights jsonb) returns text
language plpgsql
as $$
declare
  v_highlight jsonb;
  v_range jsonb;
  v_units text[];
  v_marked text[] := '{}';
begin
  for v_highlight in select h from jsonb_array_elements(p_highlights) as h loop
    -- A character beyond the BMP takes two places.
    v_units := array(
      select u from regexp_split_to_table(v_highlight ->> 'text', '') with ordinality as c (c, place),
        lateral unnest(case when c > E'\uFFFF' then array[c, ''] else array[c] end) with ordinality as t (u, half)
      order by place, half
    );
    for v_range in select r from jsonb_array_elements(v_highlight -> 'ranges') as r loop
      v_marked := v_marked || array_to_string(v_units[(v_range ->> 0)::integer + 1 : (v_range ->> 1)::integer], '');
    end loop;
  end loop;
  return array_to_string(v_marked, '|');
end
$$;

select ready_version('auth0|owner', 'body.pdf', 'I baked bread as a carpenter of dough', 'Experience');
select ready_version('auth0|owner', 'heading.pdf', 'I built houses', E'Carpenter\nExperience');
select ready_version('auth0|owner', 'carpenter_2026.pdf', 'I sold shoes', 'Experience');
select ready_version('auth0|owner', 'deutsch.pdf', 'Leitete zwei Bäckereien in Köln', 'Erfahrung', 'de');
select ready_version('auth0|owner', 'manager.pdf', 'Managing budgets with Python', 'Experience');
select ready_version('auth0|owner', 'français.docx', 'Ingénieure, a géré les journaux de l''entreprise', 'Expérience', 'fr');
select ready_version('auth0|owner', 'español.pdf', 'Gestión de campañas publicitarias', 'Experiencia', 'es');
select ready_version('auth0|owner', 'português.pdf', 'Desenvolvimento de aplicações', 'Experiência', 'pt');
select ready_version('auth0|owner', 'nederlands.pdf', 'Timmerman en elektricien', 'Ervaring', 'simple');
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
select is(pg_temp.found(query), expected, format('%L finds %s', query, coalesce(expected, 'nothing')))
from (
  values
    -- Another form of a word, in the language of the resume
    ('bäckerei', 'deutsch.pdf'), ('manage', 'manager.pdf'), ('journal', 'français.docx'), ('gestiones', 'español.pdf'), ('aplicação', 'português.pdf'),
    ('köln', 'deutsch.pdf'), ('PYTHON', 'manager.pdf'), ('2026', 'carpenter_2026.pdf'), ('elektricien', 'nederlands.pdf'),
    ('"two houses"', null), ('"built houses"', 'heading.pdf'),
    -- A minus excludes a word in any form, in whichever language
    ('python -managing', null), ('python -manages', null), ('python -shoes', 'manager.pdf'), ('köln -bäckerei', null),
    -- A decomposed letter is the letter
    (E'ko\u0308ln', 'deutsch.pdf')
) as t (query, expected);
select ok(pg_temp.found('dough or python') in ('body.pdf, manager.pdf', 'manager.pdf, body.pdf'), 'either word');

-- What is no query
select is(pg_temp.found(query), null, format('%L finds nothing and breaks nothing', query))
from (values (null), (''), ('   '), ('the'), ('"'), ('&|!():*<->'), ('''; drop table public.resumes; --'), ('\'), ('*'), ('%'), ('_')) as t (query);

-- When nothing matches
select is(pg_temp.first_row('carpenter') ->> 'match', 'exact', 'a match of the words themselves is exact');
select is(pg_temp.first_row(query) ->> 'original_filename', expected, format('%L finds %s', query, expected))
from (
  values
    ('pyth', 'manager.pdf'), ('budgets pyt', 'manager.pdf'), ('köl', 'deutsch.pdf'), ('budg pyth', 'manager.pdf'), ('managemen', 'manager.pdf'),
    ('pyhton', 'manager.pdf'), ('ingenieure', 'français.docx'), ('gestion', 'español.pdf'), ('timerman', 'nederlands.pdf'), ('buget pythn', 'manager.pdf')
) as t (query, expected);
select is(pg_temp.first_row('pyth') ->> 'match', 'prefix', 'the beginning of a word is a prefix match');
select is(pg_temp.first_row('pyhton') ->> 'match', 'similar', 'a word that is misspelled is a similar one');
select is(pg_temp.found('carp'), pg_temp.found('carpenter'), 'a beginning finds all that its word finds');
select is(pg_temp.found('pyth -budgets'), null, 'what is excluded stays excluded');
select is(pg_temp.found('-pyth budgets'), 'manager.pdf', 'an excluded word is never guessed');
select is(pg_temp.found('python houses'), null, 'words that are known are not replaced');
select is(pg_temp.found('xyzzyqq'), null, 'what looks like nothing finds nothing');
select is(pg_temp.found('thei', 'owner'), null, 'the words of others are not guessed with');

-- Highlights
select is(pg_temp.marked(pg_temp.first_row('manage python') -> 'highlights'), 'manager|Managing|Python', 'highlights show each form of the words searched for');
select is(pg_temp.marked(pg_temp.first_row('bäckerei') -> 'highlights'), 'Bäckereien', 'with umlauts');
select is(pg_temp.marked(pg_temp.first_row('journal') -> 'highlights'), 'journaux', 'where the stem is not the beginning');
select is(pg_temp.marked(pg_temp.first_row('2026') -> 'highlights'), '2026', 'in the file name');
select is(pg_temp.first_row('2026') #>> '{highlights,0,field}', 'original_filename', 'which is named');
select is(pg_temp.marked(pg_temp.first_row('pyhton') -> 'highlights'), 'Python', 'a similar match shows what was found');
select is(pg_temp.marked(pg_temp.first_row('python -shoes') -> 'highlights'), 'Python', 'what is excluded is not shown');
select is(pg_temp.first_row('python', ', with_highlights => false') -> 'highlights', '[]', 'highlights can be left out');

select ready_version('auth0|owner', 'long.pdf', E'😀 Emoji 😀 welder\x01 <b>welder</b> &amp; ' || repeat('filler word ', 2000) || E'\nOther line: a welder 𝔘𝔫𝔦 welders.' || repeat(' welding', 500), 'Welder');
select is(pg_temp.marked(pg_temp.first_row('welder') -> 'highlights'), 'Welder|welder|welders|welder|welder', 'offsets are UTF-16 code units, whatever else the text holds');
select is(pg_temp.first_row('welder') #>> '{highlights,2,text}', E'😀 Emoji 😀 welder\x01 <b>welder</b> &amp; ' || left(repeat('filler word ', 20), 240 - 38), 'the text is shown as it is, 240 characters of it');
select is(
  (
    select h ->> 'offset' from jsonb_array_elements(pg_temp.first_row('welder') -> 'highlights') as h
    where h ->> 'text' like 'Other line%'
  ),
  (40 + 12 * 2000 + 1)::text, 'a window begins with its line, and says where in the field'
);
select ok(jsonb_array_length(pg_temp.first_row('welding') -> 'highlights') <= 6, 'at most six windows are shown');
select ok(
  (select bool_and(jsonb_array_length(h -> 'ranges') <= 20) from jsonb_array_elements(pg_temp.first_row('welding') -> 'highlights') as h), 'of at most 20 words each'
);

-- Filters
update public.resume_versions set label = 'sent to Acme' where original_filename = 'body.pdf';
update public.resumes set created_at = '2020-06-01' where original_filename = 'heading.pdf';
select is(pg_temp.names_with(arguments), expected, arguments || ' filters')
from (
  values
    ($$'experience or expérience', kind => 'docx'$$, 'français.docx'),
    ($$'carpenter', label => 'sent to Acme'$$, 'body.pdf'),
    ($$'carpenter', label => 'sent to%'$$, null),
    ($$'carpenter', created_before => '2021-01-01'$$, 'heading.pdf'),
    ($$'carpenter', created_from => '2020-06-01', created_before => '2020-06-01 00:00:01'$$, 'heading.pdf'),
    ($$'carpenter', created_from => '2020-06-02', created_before => '2021-01-01'$$, null),
    ($$'carpenter', updated_before => now()$$, null),
    ($$'carpenter', updated_from => now()$$, 'body.pdf, carpenter_2026.pdf, heading.pdf, unread carpenter.pdf')
) as t (arguments, expected);

-- Pages
select is(
  pg_temp.found('carpenter', 'owner', 2) || ', ' || pg_temp.found('carpenter', 'owner', 2, pg_temp.first_row('carpenter', ', 2', 1) ->> 'cursor'),
  pg_temp.found('carpenter'), 'pages put together are the whole'
);

create function pg_temp.walk(p_arguments text, p_between text default null) returns text[]
language plpgsql
as $$
declare
  v_cursor text;
  v_row record;
  v_seen text[] := '{}';
begin
  loop
    perform become('owner');
    execute format('select version_id, original_filename, "cursor" as next from public.search_resumes(%s, page_size => 1, after => %L)', p_arguments, v_cursor) into v_row;
    perform as_dba();
    exit when v_row.next is null or cardinality(v_seen) > 20;
    v_seen := v_seen || v_row.original_filename;
    v_cursor := v_row.next;
    if p_between is not null then
      execute p_between;
    end if;
  end loop;
  return v_seen;
end
$$;
select is(array_to_string(pg_temp.walk($$'carpenter'$$), ', '), pg_temp.found('carpenter'), 'one row at a time gives each row once');
select is(array_to_string(pg_temp.walk($$'carp'$$), ', '), pg_temp.found('carpenter'), 'also of a prefix match');
select is(
  array_to_string(pg_temp.walk($$'carpenter'$$, $$
    insert into public.resumes (user_id, original_filename, mime_type) values ('auth0|owner', 'carpenter carpenter.pdf', 'application/pdf')
  $$), ', '),
  (select string_agg(n, ', ') from unnest(string_to_array(pg_temp.found('carpenter -nothing'), ', ')) as n where n <> 'carpenter carpenter.pdf'),
  'what comes in meanwhile, above, moves nothing'
);

-- All versions
select ready_version('auth0|owner', 'second.pdf', 'Now a plumber', 'Experience', 'en', (select id from public.resumes where original_filename = 'manager.pdf'));
select is(pg_temp.found('budgets'), null, 'what an older version says is not found');
select is(pg_temp.found('budgets', p_all_versions => true), 'manager.pdf', 'unless all versions are searched');
select is(
  (select pg_temp.first_row('budget', ', all_versions => true') ->> 'version_id'),
  (select version_id::text from public.resume_versions where original_filename = 'manager.pdf'), 'the row names the version'
);
select is(pg_temp.marked(pg_temp.first_row('budget', ', all_versions => true') -> 'highlights'), 'budgets', 'and shows its text');
select is(pg_temp.found('buget', p_all_versions => true), 'manager.pdf', 'its words are guessed with, too');
select is(pg_temp.found('plumber', p_all_versions => true), 'second.pdf', 'the current version is one of them');
select is(array_to_string(pg_temp.walk($$'experience', all_versions => true$$), ', '), pg_temp.found('experience', p_all_versions => true), 'in pages as well');
select ok(pg_temp.found('carpenter', p_all_versions => true) !~ 'theirs|deleted', 'neither another''s nor a deleted one');
select is(pg_temp.names_with($$'carpenter', label => 'sent to Acme', all_versions => true$$), 'body.pdf', 'the label is the version''s own');
update public.resume_versions set state = 'pruned', held_as = 'none' where original_filename = 'manager.pdf';
select is(pg_temp.found('budgets', p_all_versions => true), null, 'a version that was given up is not found');

select * from finish();
rollback;
