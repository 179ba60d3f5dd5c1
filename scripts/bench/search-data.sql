-- 500,000 resumes: owner 0 has 20,000, owners 1–100 have 100 each, all others one. Sentences are made of
-- 20,000 words, drawn so that the n-th most frequent occurs 1/n as often as the first. The same for every run.
create table private.bench_words (word_rank integer primary key, word text not null);
create table private.bench_sentences (sentence_id integer primary key, sentence text not null);

insert into private.bench_words (word_rank, word)
select n, coalesce(
  (array[
    'management', 'experience', 'development', 'team', 'project', 'customer', 'sales', 'responsible', 'software', 'engineer',
    'support', 'business', 'design', 'quality', 'reports', 'training', 'marketing', 'planning', 'systems', 'production',
    'managed', 'analysis', 'services', 'process', 'budget', 'clients', 'finance', 'research', 'operations', 'safety',
    'maintenance', 'logistics', 'accounting', 'nursing', 'teaching', 'patients', 'students', 'warehouse', 'supervised', 'python',
    'databases', 'networks', 'negotiated', 'carpenter', 'electrician', 'kitchen', 'laboratory', 'invoices', 'recruitment', 'compliance'
  ])[n],
  -- Made of syllables, each number another word.
  (array['ba', 'ce', 'di', 'fo', 'gu', 'la', 'me', 'ni', 'po', 'ru'])[1 + n % 10]
  || (array['ran', 'ten', 'lis', 'mor', 'dun', 'kal', 'ves', 'pit', 'gor', 'sul'])[1 + n / 10 % 10]
  || (array['da', 'be', 'ti', 'ko', 'lu', 'sa', 'me', 'vi', 'ro', 'nu'])[1 + n / 100 % 10]
  || (array['mar', 'del', 'fin', 'bor', 'kun', 'tas', 'ler', 'nik', 'pol', 'rud'])[1 + n / 1000 % 10]
  || case when n >= 10000 then 'x' else '' end
)
from generate_series(1, 20000) as n;

select setseed(0.42);

insert into private.bench_sentences (sentence_id, sentence)
select s.sentence_id, initcap(left(string_agg(w.word, ' '), 1)) || substr(string_agg(w.word, ' '), 2) || '.'
from (
  select n / 12 + 1 as sentence_id, least(20000, floor(power(20000, random())))::integer as word_rank
  from generate_series(0, 30000 * 12 - 1) as n
) as s
  join private.bench_words as w on w.word_rank = s.word_rank
group by s.sentence_id;

analyze private.bench_words, private.bench_sentences;

alter table public.resumes disable trigger user;

drop index public.resumes_search_idx;

create procedure private.bench_load(p_from integer, p_to integer)
language plpgsql
set search_path = ''
as $$
begin
  insert into public.resumes (id, user_id, original_filename, mime_type, content_text, headings, language, content_tsvector, created_at)
  select
    t.id, t.user_id, t.filename, 'application/pdf', t.content, t.headings, 'en',
    private.content_tsvector('en', t.filename, t.headings, t.content), timestamptz '2026-01-01' + t.n * interval '1 second'
  from (
    select
      r.n, md5('resume' || r.n)::uuid as id,
      'bench|' || case when r.n < 20000 then 0 when r.n < 30000 then 1 + (r.n - 20000) / 100 else r.n end as user_id,
      'cv-' || (select w.word from private.bench_words as w where w.word_rank = 1 + (r.n * 7919::bigint) % 2000) || '-' || r.n || '.pdf' as filename,
      (select w.word from private.bench_words as w where w.word_rank = 1 + (r.n * 104729::bigint) % 500) || E'\nExperience\nEducation' as headings,
      b.content
    from generate_series(p_from, p_to - 1) as r (n)
      cross join lateral (
        select string_agg(s.sentence, E'\n') as content
        from private.bench_sentences as s
        where s.sentence_id in (
          select 1 + ((('x' || substr(md5(r.n::text || '/' || k / 4), 1 + 8 * (k % 4), 7))::bit(28)::integer) % 30000) from generate_series(0, 5) as k
        )
      ) as b
  ) as t;
end
$$;
