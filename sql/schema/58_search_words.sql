-- The words to find things by: those of versions that are not current, and those that an owner might have meant.

create table private.version_words (
  version_id uuid not null,
  user_id text not null,
  language text not null,
  content_tsvector tsvector not null,
  constraint version_words_pkey primary key (version_id),
  constraint version_words_version_id_fkey foreign key (version_id) references public.resume_versions (version_id) on delete cascade
);

alter table private.version_words enable row level security;

comment on table private.version_words is 'What a ready version is found by when all versions are searched, unless it is the current one: its words are those of the resume. Kept by triggers of both.';

create index version_words_search_idx on private.version_words using gin ((array[user_id]), content_tsvector)
with (gin_pending_list_limit = 128);

create index version_words_user_id_language_idx on private.version_words (user_id, language);

create function private.tg_resume_versions__index_words() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_user_id text;
  v_current_version_id uuid;
begin
  select r.user_id, r.current_version_id into v_user_id, v_current_version_id from public.resumes as r where r.id = new.resume_id;
  if new.state = 'ready' and v_current_version_id is distinct from new.version_id then
    insert into private.version_words (version_id, user_id, language, content_tsvector)
    values (
      new.version_id, v_user_id, coalesce(new.language, 'simple'),
      private.content_tsvector(coalesce(new.language, 'simple'), new.original_filename, new.headings, new.content_text)
    )
    on conflict (version_id) do update
    set language = excluded.language, content_tsvector = excluded.content_tsvector;
  else
    delete from private.version_words where version_id = new.version_id;
  end if;
  return null;
end
$$;

-- A version that has not been ready yet has no words.
create trigger resume_versions_index_words
after insert or update of state, content_text, headings, language, original_filename on public.resume_versions
for each row when (new.state not in ('pending', 'uploaded')) execute function private.tg_resume_versions__index_words();

create function private.tg_resumes__move_words() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Copied: to take the text apart again is most of what a write costs.
  insert into private.version_words (version_id, user_id, language, content_tsvector)
  select v.version_id, old.user_id, old.language, old.content_tsvector
  from public.resume_versions as v
  where v.version_id = old.current_version_id and v.state = 'ready';
  delete from private.version_words where version_id = new.current_version_id;
  return null;
end
$$;

create trigger resumes_move_words
after update of current_version_id on public.resumes
for each row when (old.current_version_id is distinct from new.current_version_id) execute function private.tg_resumes__move_words();

create function private.lexemes_of(p_query text) returns text[]
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- Postgres has no function for this; a tsquery's text has every lexeme quoted, ' and \ doubled.
  select coalesce(array_agg(distinct replace(replace(m[1], '''''', ''''), '\\', '\')), '{}')
  from regexp_matches(p_query, '''((?:[^'']|'''')*)''', 'g') as m
$$;

comment on function private.lexemes_of(text) is 'The lexemes of a tsquery, given as text.';

create function private.wanted_lexemes(p_query tsquery) returns text[]
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- querytree() leaves out what is negated. It gives T for a query that every text might match, as
  -- "a or -b" does: then the words are all there is to go by.
  select private.lexemes_of(case when querytree(p_query) = 'T' and p_query::text like '%|%' then p_query::text else querytree(p_query) end)
$$;

comment on function private.wanted_lexemes(tsquery) is 'The lexemes that a query asks for, without those that it excludes.';

create function private.any_of(p_lexemes text[]) returns tsquery
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- A cast, not to_tsquery(): these are lexemes already, and must not be parsed into others.
  select string_agg('''' || replace(replace(l, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery
  from unnest(p_lexemes) as l
$$;

comment on function private.any_of(text[]) is 'The query that any of these lexemes matches.';

-- The lexemes of an owner's texts in a language, the most frequent first, and the same without accents.
create type private.known_words as (words text[], plain text[]);

create function private.known_words(p_caller text, p_language text, p_all_versions boolean) returns private.known_words
language plpgsql stable
set search_path = ''
-- The newest texts in the order of an index. The planner, who takes an owner for few rows, would sort them all.
set enable_bitmapscan = 'off'
set enable_sort = 'off'
as $$
declare
  -- What a guess may cost: the newest resumes (and older versions), 20,000 words, the more frequent first.
  v_max_texts constant integer := 200;
  v_max_words constant integer := 20000;
  v_words text[];
begin
  select array_agg(k.word order by k.texts desc, k.word) into v_words
  from (
    select w.word, count(*) as texts
    from (
      (
        select r.content_tsvector
        from public.resumes as r
        where r.user_id = p_caller and r.language || '' = p_language and r.deleted_at is null
        order by r.created_at desc
        limit v_max_texts
      )
      union all
      (
        select w.content_tsvector
        from private.version_words as w
          join public.resume_versions as v on v.version_id = w.version_id
          join public.resumes as r on r.id = v.resume_id
        where p_all_versions and w.user_id = p_caller and w.language = p_language
          and r.user_id = p_caller and r.deleted_at is null
        order by v.created_at desc
        limit v_max_texts
      )
    ) as t
      cross join lateral unnest(tsvector_to_array(t.content_tsvector)) as w (word)
    group by w.word
    order by texts desc, w.word
    limit v_max_words
  ) as k;
  -- All words at once: a call of unaccent() for each takes longer than all else here.
  return row(
    coalesce(v_words, '{}'),
    string_to_array(extensions.unaccent('extensions.unaccent', array_to_string(coalesce(v_words, '{}'), E'\n')), E'\n')
  );
end
$$;

comment on function private.known_words(text, text, boolean) is 'The lexemes of an owner''s newest texts in a language, the most frequent first. For private.search_resumes().';

create function private.guessed_query(p_language text, p_query tsquery, p_typed text, p_known private.known_words, p_match text) returns tsquery
language plpgsql stable
set search_path = ''
as $$
declare
  v_max_guessed constant integer := 5;
  v_config constant regconfig := private.text_search_config(p_language);
  v_wanted constant text[] := private.wanted_lexemes(p_query);
  v_tokens constant text[] := regexp_split_to_array(lower(p_typed), '[^[:alnum:]]+');
  v_token text;
  v_plain text;
  v_typed text;
  v_lexeme text;
  v_is_last boolean := true;
  v_guessed integer := 0;
  v_words text[];
  v_query tsquery := p_query;
begin
  -- From the last word on, which a person may still be typing.
  for v_index in reverse cardinality(v_tokens) .. 1 loop
    v_token := v_tokens[v_index];
    -- One word may be read as several lexemes (no stop words, one parser): such is never guessed.
    v_lexeme := (tsvector_to_array(to_tsvector(v_config, v_token)))[1];
    continue when length(v_token) < 2 or v_lexeme is null or not v_lexeme = any (v_wanted);
    if v_is_last or not v_lexeme = any (p_known.words) then
      v_plain := extensions.unaccent('extensions.unaccent', v_token);
      v_words := array(
        select k.word
        from unnest(p_known.words, p_known.plain) with ordinality as k (word, plain, place)
        where starts_with(k.plain, v_plain)
          -- Lexemes are cut: engin stands for engineer, of which "enginee" is a beginning. It is less sure: softwar is no softwareent.
          or p_match = 'similar' and starts_with(v_plain, k.plain) and length(k.plain) >= greatest(4, length(v_plain) - 4)
        order by k.place
        limit 20
      );
      if p_match = 'similar' and cardinality(v_words) = 0 and length(v_token) >= 4 then
        v_typed := v_plain;
        v_plain := extensions.unaccent('extensions.unaccent', v_lexeme);
        v_words := array(
          select s.word
          from (
            select k.word, k.place, k.plain, greatest(extensions.similarity(k.plain, v_plain), extensions.similarity(k.plain, v_typed)) as likeness
            from unnest(p_known.words, p_known.plain) with ordinality as k (word, plain, place)
            where length(k.word) between length(v_lexeme) - 3 and length(v_lexeme) + 3
          ) as s
          -- Two letters that changed places leave few trigrams in common: pyhton and python have three of eleven.
          where s.likeness >= case when left(s.plain, 1) = left(v_plain, 1) then 0.25 else 0.4 end
          order by s.likeness desc, s.place
          limit 3
        );
      end if;
      if cardinality(v_words) > 0 then
        v_query := ts_rewrite(v_query, private.any_of(array[v_lexeme]), private.any_of(v_words));
      end if;
      v_guessed := v_guessed + 1;
      exit when v_guessed = v_max_guessed;
    end if;
    v_is_last := false;
  end loop;
  return nullif(v_query, p_query);
end
$$;

comment on function private.guessed_query(text, tsquery, text, private.known_words, text) is
'The query with the owner''s own words in place of what was typed: those that begin so (prefix), or else look so (similar). The last five words at most; null if that changes nothing.';
