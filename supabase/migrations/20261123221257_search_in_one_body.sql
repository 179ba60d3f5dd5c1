set check_function_bodies = off;

drop function "private"."guessed_query"(text, tsquery, text, text[], text);

drop function "private"."known_words"(text, text, boolean);

drop function "private"."resume_matches"(text, text[], tsquery[], private.search_filter, private.search_position, integer);

drop function "private"."search_cursor"(private.search_position, text);

drop function "private"."search_digest"(text, text, private.search_filter, boolean);

drop function "private"."search_languages"(text, boolean);

drop function "private"."version_matches"(text, text[], tsquery[], private.search_filter, private.search_position, integer);

create type "private"."known_words" as ("words" text[], "plain" text[]);

create or replace function private.guessed_query(p_language text, p_query tsquery, p_typed text, p_known private.known_words, p_match text)
returns tsquery
language plpgsql
stable
set search_path to ''
as $function$
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
$function$
;

create or replace function private.known_words(p_caller text, p_language text, p_all_versions boolean)
returns private.known_words
language plpgsql
stable
set search_path to ''
set enable_bitmapscan to 'off'
set enable_sort to 'off'
as $function$
declare
  -- What a guess may cost: the newest resumes, 20,000 words, the more frequent first.
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
        where not p_all_versions and r.user_id = p_caller and r.language || '' = p_language and r.deleted_at is null
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
$function$
;

create or replace function private.search_resumes(p_query text, p_page_size integer, p_cursor text, p_filter private.search_filter, p_all_versions boolean, p_with_highlights boolean)
returns table(id uuid, original_filename text, mime_type text, language text, current_version_id uuid, created_at timestamp with time zone, updated_at timestamp with time zone, rank real, match text, highlights jsonb, cursor text, version_id uuid)
language plpgsql
stable security definer
set search_path to ''
set client_min_messages to 'warning'
set plan_cache_mode to 'force_generic_plan'
set enable_seqscan to 'off'
as $function$
-- Definer: @@ is not leakproof, so under RLS a user's query could not use the index on the words.
-- This body is therefore a security boundary: the owner is the token's subject, never an argument, and
-- each statement below that reads a row of resumes or versions compares it with that subject.
--
-- It is one body because a call of a function with settings of its own costs more than a search of few
-- resumes: a function in SQL is planned anew at each call, and one in PL/pgSQL copies its rows once more.
declare
  v_caller constant text := private.require_caller();
  v_query constant text := normalize(coalesce(p_query, ''), nfc);
  -- Which search a cursor is of. It keeps mistakes apart, nothing else: every page is filtered by its
  -- caller, whatever the cursor says.
  v_digest constant text := left(md5(jsonb_build_array(v_caller, v_query, p_filter, p_all_versions)::text), 16);
  v_after private.search_position;
  v_languages text[];
  v_exact tsquery[];
  v_queries tsquery[];
  v_known private.known_words[];
  v_match text;
begin
  if length(p_query) > 500 or p_page_size is null or p_page_size not between 1 and 100 or length(p_cursor) > 200
    or p_all_versions is null or p_with_highlights is null
    or p_filter.kind not in ('pdf', 'doc', 'docx') or length(p_filter.label) not between 1 and 100
  then
    perform private.fail(
      'invalid_request', 'Cannot search: query ≤500 characters, page_size 1–100, kind pdf, doc or docx, label 1–100 characters',
      'Shorten the query or the label, ask for at most 100 rows a page, and pass no null for a flag.'
    );
  end if;
  if p_cursor is not null then
    v_after := private.search_position_of(p_cursor, v_digest);
  end if;

  -- Every text is indexed in its own language, so the query is read in each that the caller's texts have:
  -- six probes of an index, since most people write in one and should pay for one. With exists() in place of
  -- limit 1 the planner may read all rows of the owner, to join them. One query of all languages joined
  -- by "or" would be wrong: -managing, stemmed in another language, excludes nothing.
  select array_agg(l.language), array_agg(websearch_to_tsquery(l.config, v_query)) into v_languages, v_exact
  from (
    values
      ('en', 'pg_catalog.english'::regconfig), ('de', 'pg_catalog.german'), ('fr', 'pg_catalog.french'), ('es', 'pg_catalog.spanish'),
      ('pt', 'pg_catalog.portuguese'), ('simple', 'pg_catalog.simple')
  ) as l (language, config)
    cross join lateral (
      (select from public.resumes as r where not p_all_versions and r.user_id = v_caller and r.language = l.language and r.deleted_at is null limit 1)
      union all
      (select from private.version_words as w where p_all_versions and w.user_id = v_caller and w.language = l.language limit 1)
    ) as one;
  if v_languages is null then
    return;
  end if;

  foreach v_match in array array['exact', 'prefix', 'similar'] loop
    -- A page after the first goes on with the kind of match that the first one found.
    continue when v_after.match <> v_match;
    v_queries := v_exact;
    if v_match <> 'exact' then
      v_known := coalesce(v_known, array(
        select private.known_words(v_caller, l.language, p_all_versions) from unnest(v_languages) with ordinality as l (language, place) order by l.place
      ));
      for v_index in 1 .. cardinality(v_languages) loop
        v_queries[v_index] := coalesce(
          private.guessed_query(v_languages[v_index], v_exact[v_index], v_query, v_known[v_index], v_match), ''
        );
      end loop;
    end if;
    return query
    select
      r.id, case when p_all_versions then v.original_filename else r.original_filename end,
      case when p_all_versions then v.mime_type else r.mime_type end, m.language, r.current_version_id, m.created_at,
      case when p_all_versions then coalesce(v.ready_at, v.created_at) else r.updated_at end,
      m.rank, v_match,
      case when p_with_highlights then private.search_highlights(
        case when p_all_versions then v.original_filename else r.original_filename end,
        case when p_all_versions then v.headings else r.headings end,
        case when p_all_versions then v.content_text else r.content_text end,
        (
          -- Evaluated when the first row needs it, once.
          select array_agg(private.highlight_terms_of(q.language, q.query)) from unnest(v_languages, v_queries) as q (language, query)
        )[array_position(v_languages, m.language)]
      ) else '[]' end,
      concat_ws(
        '_', v_match, encode(float4send(m.rank), 'hex'), (extract(epoch from m.created_at) * 1000000)::bigint, replace(m.key::text, '-', ''), v_digest
      ),
      m.version_id
    from (
      select h.*, case when p_all_versions then h.version_id else h.resume_id end as key
      from (
        select c.resume_id, c.version_id, c.created_at, q.language, ts_rank(array[0.1, 0.2, 0.5, 1], c.content_tsvector, q.query, 1) as rank
        from unnest(v_languages, v_queries) as q (language, query)
          cross join lateral (
            -- Ranking reads the words of every match. It is the newest 1,000 of a language that are ranked: who
            -- asks for what most of their resumes say will not read more.
            -- language || '' keeps the planner from an index on language, which would be read whole.
            select a.*
            from (
              select r.id as resume_id, r.current_version_id as version_id, r.mime_type, r.created_at, r.updated_at, r.content_tsvector
              from public.resumes as r
              where not p_all_versions and array[r.user_id] @> array[v_caller] and r.content_tsvector @@ q.query
                and r.deleted_at is null and r.language || '' = q.language
                and (p_filter.label is null or exists (
                  select from public.resume_versions as l
                  where l.resume_id = r.id and l.state = 'ready' and l.label = p_filter.label
                ))
              union all
              select v.resume_id, v.version_id, v.mime_type, v.created_at, v.ready_at, w.content_tsvector
              from private.version_words as w
                join public.resume_versions as v on v.version_id = w.version_id
                join public.resumes as r on r.id = v.resume_id
              where p_all_versions and array[w.user_id] @> array[v_caller] and w.content_tsvector @@ q.query and w.language || '' = q.language
                and r.user_id = v_caller and r.deleted_at is null and v.state = 'ready' and (p_filter.label is null or v.label = p_filter.label)
            ) as a
            where (p_filter.kind is null or private.kind_of_mime_type(a.mime_type) = p_filter.kind)
              and (p_filter.created_from is null or a.created_at >= p_filter.created_from)
              and (p_filter.created_before is null or a.created_at < p_filter.created_before)
              and (p_filter.updated_from is null or a.updated_at >= p_filter.updated_from)
              and (p_filter.updated_before is null or a.updated_at < p_filter.updated_before)
            order by a.created_at desc
            limit 1000
          ) as c
      ) as h
      where v_after.match is null
        or (h.rank, h.created_at, case when p_all_versions then h.version_id else h.resume_id end) < (v_after.rank, v_after.created_at, v_after.version_key)
      order by h.rank desc, h.created_at desc, key desc
      limit p_page_size
    ) as m
      -- By the ids of the page, so that sorts carry the words alone. Joined as it is, the planner takes an owner for few rows and reads all of them.
      cross join lateral (select * from public.resumes as o where o.id = m.resume_id and o.user_id = v_caller offset 0) as r
      left join lateral (select * from public.resume_versions as o where p_all_versions and o.version_id = m.version_id offset 0) as v on true
    order by m.rank desc, m.created_at desc, m.key desc;
    exit when found;
  end loop;
end
$function$
;

create or replace function private.tg_resumes__index_content()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  -- Ingest has just indexed the version, which says the same: to take a text apart is most of what a write costs.
  select w.content_tsvector into new.content_tsvector
  from public.resume_versions as v
    join private.version_words as w on w.version_id = v.version_id
  where v.version_id = new.current_version_id and v.resume_id = new.id and w.language = new.language
    and (v.original_filename, v.headings, v.content_text) is not distinct from (new.original_filename, new.headings, new.content_text);
  if not found then
    new.content_tsvector := private.content_tsvector(new.language, new.original_filename, new.headings, new.content_text);
  end if;
  return new;
end
$function$
;

comment on function "private"."guessed_query"(text, tsquery, text, private.known_words, text) is 'The query with the owner''s own words in place of what was typed: those that begin so (prefix), or else look so (similar). The last five words at most; null if that changes nothing.';

comment on function "private"."known_words"(text, text, boolean) is 'The lexemes of an owner''s newest texts in a language, the most frequent first. For private.search_resumes().';

comment on function "private"."search_highlights"(text, text, text, private.highlight_terms) is 'The windows of all fields of a text, each as private.highlight() gives it.';

comment on function "private"."search_position_of"(text, text) is 'What the cursor of private.search_resumes() says, to the bit. Raises invalid_request for anything else.';

revoke all on function "private"."guessed_query"(text, tsquery, text, private.known_words, text) from public;

grant execute on function "private"."guessed_query"(text, tsquery, text, private.known_words, text) to "postgres";

revoke all on function "private"."known_words"(text, text, boolean) from public;

grant execute on function "private"."known_words"(text, text, boolean) to "postgres";

grant usage on type "private"."known_words" to "postgres";

reset check_function_bodies;
