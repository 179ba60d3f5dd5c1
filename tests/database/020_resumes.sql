-- The tables' own rules: what they refuse whoever writes, what triggers keep.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(22);

create temporary table made as select v.* from ready_version('auth0|owner', 'cv.pdf', 'Plain words') as v;

select is(
  (select storage_path from public.resumes),
  (select 'user_uploads/' || private.storage_segment('auth0|owner') || '/' || resume_id || '/v{version}/cv.pdf' from made),
  'storage_path is the template of the names, with the literal v{version}'
);
select is(
  (select replace(r.storage_path, '{version}', m.version_number::text) from public.resumes as r, made as m),
  (select full_storage_path from made),
  'a version''s name is the template with its number'
);
select throws_ok(
  $$ update public.resumes set storage_path = 'elsewhere' $$, '428C9', null, 'storage_path cannot be written'
);

-- Triggers
update public.resumes set updated_at = '2000-01-01', created_at = '2000-01-01';
select is((select updated_at from public.resumes), now(), 'updated_at is kept by its trigger');
select is((select created_at from public.resumes), '2000-01-01'::timestamptz, 'created_at is left alone');

update public.resumes set content_text = 'Managed a bakery', headings = 'Experience', original_filename = 'john_doe-lebenslauf.pdf';
select ok(
  (select content_tsvector @@ to_tsquery('english', 'manage & bakery') from public.resumes),
  'a change of the text is indexed, in the language of the resume'
);
select ok((select content_tsvector @@ to_tsquery('simple', 'doe:A') from public.resumes), 'words of the file name weigh A, its separators are no words');
select ok((select content_tsvector @@ to_tsquery('english', 'experience:B') from public.resumes), 'headings weigh B');
select ok((select content_tsvector @@ to_tsquery('english', 'bakery:D') from public.resumes), 'the body weighs D');
update public.resumes set content_tsvector = null;
select ok((select content_tsvector @@ to_tsquery('english', 'bakery') from public.resumes), 'the index of words cannot be written by hand');
update public.resumes set language = 'de', content_text = 'Leitete Bäckereien';
select ok((select content_tsvector @@ to_tsquery('german', 'Bäckerei') from public.resumes), 'a change of the language is indexed anew');

-- Over-long texts never abort a write. 130,000 distinct words of 7 letters: over 1 MB as a tsvector.
select lives_ok(
  $$ update public.resumes set language = 'simple', content_text = (select left(string_agg(substr(md5(n::text), 1, 7), ' '), 1000000) from generate_series(1, 130000) as n) $$,
  'a text of a million characters, all of it different words, can be written'
);
select ok(
  (select content_tsvector @@ to_tsquery('simple', substr(md5('1'), 1, 7)) and not content_tsvector @@ to_tsquery('simple', substr(md5('124000'), 1, 7)) from public.resumes),
  'its beginning is indexed, what lies beyond 200,000 characters is not'
);
select lives_ok(
  $$ update public.resumes set content_text = (select string_agg(chr(20000 + n % 20000) || chr(20000 + n / 20000), ' ') from generate_series(0, 66000) as n) $$,
  'a text of 200,000 characters in a script of three bytes each can be written'
);
select lives_ok(
  $$ update public.resumes set content_text = repeat('x', 200000) $$, 'a single word of 200,000 letters can be written'
);
select lives_ok($$ update public.resumes set content_text = null, headings = null $$, 'no text at all can be written');

-- Constraints
select throws_ok($$ update public.resumes set user_id = '' $$, '23514', null, 'an owner has a name');
select throws_ok($$ update public.resumes set mime_type = 'text/html' $$, '23514', null, 'a resume is of one of the three types');
select throws_ok($$ update public.resume_versions set state = 'failed' $$, '23514', null, 'a failed version says why');
select throws_ok($$ update public.resume_versions set sha256 = null $$, '23514', null, 'a ready version has a hash');
select throws_ok($$ update public.resume_versions set held_as = 'delta' $$, '23514', null, 'a delta has a name and a base');
select throws_ok(
  $$ insert into private.settings (singleton) values (false) $$, '23514', null, 'there is one row of settings'
);

select * from finish();
rollback;
