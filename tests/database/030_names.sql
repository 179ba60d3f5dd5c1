-- What people call their files, and what Storage can take.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(61);

-- Kept as they are
select is(private.check_filename(name), name, format('%L is kept as it is', name))
from (
  values
    ('cv.pdf'), ('Résumé – Zoë.pdf'), ('简历.docx'), ('a''b (1).pdf'), ('.pdf'), ('  spaced  .pdf'), ('a..b.pdf'),
    ('100% = "me" & co; $5 #1 ?.pdf'), ('👩‍💻 cv.pdf'), ('می‌خواهم.pdf'), (repeat('ü', 251) || '.pdf')
) as t (name);

select is(private.check_filename(E'Re\u0301sume\u0301.pdf'), 'Résumé.pdf', 'a decomposed name is kept in NFC');
select is(
  length(private.check_filename(repeat(E'e\u0301', 251) || '.pdf')), 255, 'the length counts after composition'
);

-- Refused
select throws_ok(format('select private.check_filename(%L)', name), 'PT400', null, 'refused: ' || reason)
from (
  values
    (null, 'no name'), ('', 'an empty name'), ('   ', 'spaces alone'), ('a/b.pdf', 'a slash'), ('a\b.pdf', 'a backslash'), ('/cv.pdf', 'a root'), ('..', 'the parent'), ('.', 'the folder'),
    ('../cv.pdf', 'a way up'), (repeat('a', 256), '256 characters')
) as t (name, reason);

-- Every character that controls, reorders or hides, one by one, at the edges of each range.
select throws_ok(format('select private.check_filename(%L)', 'a' || chr(code) || 'b.pdf'), 'PT400', null, format('refused: U+%s', lpad(upper(to_hex(code)), 4, '0')))
from unnest(array[
  1, 10, 13, 31, 127, 128, 159, 1564, 8203, 8206, 8207, 8232, 8233, 8234, 8238, 8288, 8294, 8297, 8303, 65279, 65529, 65531, 65534, 917505, 917631
]) as code;

-- Their neighbours are letters like any other.
select is(
  private.check_filename(string_agg(chr(code), '') || '.pdf'), string_agg(chr(code), '') || '.pdf',
  'the neighbours of what is refused are kept'
)
from unnest(array[32, 126, 160, 1563, 1565, 8202, 8208, 8231, 8240, 8304, 65280, 65532, 65533]) as code
where normalize(chr(code), nfc) = chr(code);

-- Storage segments
select is(private.storage_segment(text), text, format('%L is its own segment', text))
from (values ('cv.pdf'), ('a''b (1).pdf'), ('user@example.com'), ('00000000-0000-4000-8000-000000000000')) as t (text);

select is_empty(
  $$
    select text from (
      values ('auth0|42'), ('Résumé.pdf'), ('简历.docx'), ('a/b'), ('..'), ('.'), ('=x'), ('a?b'), ('a%2Fb'), ('a#b'), (' a'), ('a '), ('a.'), (''), (E'a\nb'), ('a' || chr(127)), (repeat('a', 121)), ('~a'), ('a\b'), ('[a]')
    ) as t (text)
    where private.storage_segment(text) !~ '^=[0-9a-f]{16}-[A-Za-z0-9_.\-]{0,60}$'
  $$,
  'what is no legal segment takes the safe form'
);

-- Thousands of texts that tempt a naive mapping to collide: same shape after replacement, same tails, forged safe forms.
create temporary table tempting as
select distinct text from (
  select chr(192 + n % 500) || chr(192 + n / 500) || '.pdf' as text from generate_series(0, 3999) as n
  union all select repeat('x', 70 + n % 100) || n || repeat('y', 60) from generate_series(0, 1999) as n
  union all select 'auth0|' || n from generate_series(0, 1999) as n
  union all select 'auth0_' || n from generate_series(0, 1999) as n
) as t;
insert into tempting select private.storage_segment(text) from tempting where text like 'auth0|%';

select is(
  (select count(distinct private.storage_segment(text)) from tempting), (select count(*) from tempting),
  'no two of these texts meet in one segment, forged safe forms included'
);
select is_empty(
  $$ select text from tempting where private.storage_segment(text) !~ '^[A-Za-z0-9_!\-.*''() &$@=;:+,]{1,120}$' $$,
  'every segment is a legal one'
);
select is(
  private.object_name('auth0|42', '00000000-0000-4000-8000-000000000000', 3, 'cv.pdf'),
  'user_uploads/' || private.storage_segment('auth0|42') || '/00000000-0000-4000-8000-000000000000/v3/cv.pdf',
  'object_name() puts the segments together'
);

-- Types
select is(private.kind_of_mime_type(mime_type), kind, format('%s is %s', mime_type, coalesce(kind, 'refused')))
from (
  values
    ('application/pdf', 'pdf'), ('application/msword', 'doc'), ('text/html', null), ('APPLICATION/PDF', null)
) as t (mime_type, kind);

select * from finish();
rollback;
