-- search_resumes() runs with the rights of its definer: whatever a caller sends, they see what is theirs.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(104);

select ready_version('auth0|owner', 'mine.pdf', E'A carpenter, it''s O''Neil C:\\temp back\\slash 50% a_b', 'Experience');
select ready_version('auth0|stranger', 'theirs.pdf', 'Quicksilver alchemist carpenter', 'Alchemy', 'de');
update public.resume_versions set label = 'secret label' where original_filename = 'theirs.pdf';
select ready_version('auth0|owner', 'deleted.pdf', 'Quicksilver of mine, gone', 'Alchemy', 'fr');
update public.resumes set deleted_at = now() where original_filename = 'deleted.pdf';

create function pg_temp.cursor_of(p_who text, p_arguments text) returns text
language plpgsql
as $$
declare
  v_cursor text;
begin
  perform become(p_who);
  execute format('select s.cursor from public.search_resumes(%s) as s', p_arguments) into v_cursor;
  perform as_dba();
  return v_cursor;
end
$$;

-- Another's words, by every way of asking
select is(outcome_as('owner', format('select from public.search_resumes(%s)', arguments)), 'rows 0', 'finds nothing of another''s: ' || arguments)
from (
  values
    ('''quicksilver'''), ('''quicksil'''), ('''quicksilvre'''), ('''theirs'''), ('''alchemist or alchemy'''), ('''"quicksilver alchemist"'''),
    ('''quicksilver'', all_versions => true'), ('''quicksil'', all_versions => true'), ('''quiksilver'', all_versions => true'),
    ('''carpenter'', label => ''secret label'''), ('''carpenter'', label => ''secret label'', all_versions => true'),
    ('''carpenter -mine -experience -temp'''), ('''-carpenter'''), ('''-carpenter'', all_versions => true'),
    ('''auth0|stranger'''), ('''quicksilver auth0|stranger'''), (''''' or user_id = ''''auth0|stranger'' --'),
    ('''quicksilver'', created_from => ''-infinity'', created_before => ''infinity'', updated_from => ''-infinity'', updated_before => ''infinity''')
) as t (arguments)
where arguments not like ''''' or%';

-- tsquery and pattern syntax are words, or nothing
select matches(outcome_as('owner', format('select from public.search_resumes(%L)', query)), '^rows [01]$', format('%L breaks nothing', left(query, 60)))
from (
  values
    ('carpenter:*'), ('quick:*'), (':*'), ('carpenter:A'), ('!!carpenter'), ('(carpenter'), ('carpenter & | !'), ('a <-> b'), ('a <99999> b'), ('''carpenter'':*A'),
    ('it''s'), ('O''Neil'), ('C:\temp'), ('back\slash'), ('\'''), ('\\'''), ('50%'), ('%'), ('a_b'), ('____'), ('(a+)+$'), ('[[:alnum:]]'), ('\m\M\y'), ('(?i)x'), ('.*.*.*.*.*=.*'),
    (E'\x01\x02carpenter\x01'), (E'carpenter\u202Exe'), (E'c\u0430rpenter'), ('ｃａｒｐｅｎｔｅｒ'), ('😀'), ('𝔘𝔫𝔦')
) as t (query);

-- A guess from what a person's text holds is never read as syntax.
select is(outcome_as('owner', $$select from public.search_resumes('c:\tem or back\slas')$$), 'rows 1', 'words with a backslash are guessed with');

-- Long ones
select matches(outcome_as('owner', format('select from public.search_resumes(%s)', query)), '^rows [01]$', query || ' is answered')
from (
  values
    ('repeat(''x'', 500)'), ('repeat(''a '', 250)'), ('repeat(''-a '', 160)'), ('''"'' || repeat(''a '', 248) || ''"'''), ('repeat(''a or '', 100)'), ('repeat(''a-'', 250)'),
    ('repeat(''é'', 500)'), ('repeat(''crpnter '', 60)'), ('repeat(''"'', 500)'), ('repeat(''a.b@c.d/'', 60)')
) as t (query);
select ready_version('auth0|owner', 'blowup.pdf', left(repeat('aeiou' || repeat('a', 200) || ' ', 5000), 900000), '', 'simple');
select is(outcome_as('owner', $$select from public.search_resumes(repeat('a', 200) || ' or ' || 'aeiou' || repeat('a', 200))$$), 'rows 1', 'a long text of long words, all alike, is answered');

-- Bounds, each with its code
select is(outcome_as('owner', format('select from public.search_resumes(%s)', arguments)), 'invalid_request', 'refused: ' || arguments)
from (
  values
    ('''x'', 0'), ('''x'', 101'), ('''x'', -1'), ('''x'', null'), ('repeat(''x'', 501)'), ('''x'', kind => ''exe'''), ('''x'', kind => '''''), ('''x'', kind => ''PDF'''),
    ('''x'', label => '''''), ('''x'', label => repeat(''x'', 101)'), ('''x'', all_versions => null'), ('''x'', with_highlights => null')
) as t (arguments);
create function pg_temp.hint_of(p_statement text) returns text
language plpgsql
as $$
declare
  v_hint text;
begin
  perform become('owner');
  begin
    execute p_statement;
  exception
    when others then get stacked diagnostics v_hint = pg_exception_hint;
  end;
  perform as_dba();
  return v_hint;
end
$$;
select matches(pg_temp.hint_of($$select from public.search_resumes('x', 101)$$), 'at most 100 rows', 'a refusal says what to do');

-- Cursors
select is(outcome_as('owner', format('select from public.search_resumes(''carpenter'', after => %L)', c.forged)), 'invalid_request', 'refused: ' || c.what)
from (select pg_temp.cursor_of('owner', '''carpenter''') as mine, pg_temp.cursor_of('stranger', '''carpenter''') as theirs) as o,
  lateral (
    values
      ('', 'an empty cursor'), ('x', 'a cursor of one letter'), (o.theirs, 'the cursor of another user'), (o.mine || 'x', 'a longer one'), (left(o.mine, -1), 'a shorter one'),
      (replace(o.mine, 'exact', 'fuzzy'), 'a kind of match that there is not'), (regexp_replace(o.mine, '_[0-9a-f]{8}_', '_7fc00000_'), 'a rank that is no number'),
      (regexp_replace(o.mine, '_[0-9]{16}_', '_99999999999999999999_'), 'a time beyond all'), (regexp_replace(o.mine, '_[0-9a-f]{32}_', '_' || repeat('g', 32) || '_'), 'an id that is none'),
      (o.mine || ''' or true --', 'a cursor with SQL behind it'), (repeat('a', 100000), 'a cursor of 100,000 letters'),
      (pg_temp.cursor_of('owner', '''carpenter or plumber'''), 'the cursor of another query'), (pg_temp.cursor_of('owner', '''carpenter'', kind => ''pdf'''), 'the cursor of other filters'),
      (pg_temp.cursor_of('owner', '''carpenter'', all_versions => true'), 'a cursor of all versions')
  ) as c (forged, what);
-- One that is made up right shows no more than what is the caller's.
select is(
  outcome_as('owner', format(
    'select from public.search_resumes(''carpenter'', after => %L)',
    (select regexp_replace(regexp_replace(c, '_[0-9a-f]{8}_', '_4f000000_'), '_[0-9a-f]{32}_', '_' || repeat('f', 32) || '_') from pg_temp.cursor_of('owner', '''carpenter''') as c)
  )),
  'rows 1', 'a cursor from before the first row shows the caller''s rows alone'
);

-- The bodies
select is(outcome_as(who, statement), 'error 42501', format('%s cannot: %s', who, left(statement, 70)))
from (values ('owner'), ('anon'), ('service')) as w (who), (
  values
    ($$select private.known_words('auth0|stranger', 'de', false)$$), ($$select private.search_position_of('x', 'x')$$),
    ($$select private.search_highlights('x', 'x', 'x', null)$$), ($$select from private.version_words$$)
) as s (statement);

-- The caller of the claims counts, whichever way they are set.
select is(outcome_as('nobody', $$select from public.search_resumes('carpenter')$$), 'unauthorized', 'without a subject nothing is searched');
select authenticate_as('auth0|stranger'' or true --');
select is(outcome($$select from public.search_resumes('carpenter')$$), 'rows 0', 'a subject is a value');
select authenticate_as('{auth0|stranger,auth0|owner}');
select is(outcome($$select from public.search_resumes('carpenter')$$), 'rows 0', 'and never read as an array');
select authenticate_as('AUTH0|STRANGER');
select is(outcome($$select from public.search_resumes('carpenter')$$), 'rows 0', 'capitals are another subject');
select as_dba();

select * from finish();
rollback;
