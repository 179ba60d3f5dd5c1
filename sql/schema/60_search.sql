-- search_resumes(): a query in web search syntax over the caller's own resumes.

create type private.search_filter as (
  kind text, label text, created_from timestamptz, created_before timestamptz, updated_from timestamptz, updated_before timestamptz
);

-- Where a page ended: the next one begins behind it.
create type private.search_position as (match text, rank real, created_at timestamptz, version_key uuid);

create function private.search_digest(p_caller text, p_query text, p_filter private.search_filter, p_all_versions boolean) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select left(md5(jsonb_build_array(p_caller, p_query, p_filter, p_all_versions)::text), 16)
$$;

comment on function private.search_digest(text, text, private.search_filter, boolean) is
'Which search a cursor is of. It keeps mistakes apart, nothing else: every page is filtered by its caller, whatever the cursor says.';

create function private.search_cursor(p_position private.search_position, p_digest text) returns text
language sql immutable parallel safe
set search_path = ''
as $$
  select concat_ws(
    '_', p_position.match, encode(float4send(p_position.rank), 'hex'),
    (extract(epoch from p_position.created_at) * 1000000)::bigint, replace(p_position.version_key::text, '-', ''), p_digest
  )
$$;

create function private.search_position_of(p_cursor text, p_digest text) returns private.search_position
language plpgsql immutable
set search_path = ''
as $$
declare
  v_parts constant text[] := string_to_array(p_cursor, '_');
  v_bits bigint;
begin
  -- A rank is a positive real below 2^31: sign and exponent of anything else are refused with the rest.
  if p_cursor is null or p_cursor !~ '^(exact|prefix|similar)_[0-4][0-9a-f]{7}_[0-9]{1,16}_[0-9a-f]{32}_[0-9a-f]{16}$' or v_parts[5] <> p_digest then
    perform private.fail('invalid_request', 'Cannot continue: the cursor is not one of this search', 'Send the cursor of the last row, with the same arguments as before.');
  end if;
  v_bits := ('x' || v_parts[2])::bit(32)::bigint;
  return row(
    v_parts[1],
    case when v_bits < 8388608 then 0 else ((1 + (v_bits & 8388607) / 8388608.0) * power(2::float8, ((v_bits >> 23) - 127)::float8))::real end,
    timestamptz 'epoch' + v_parts[3]::bigint * interval '1 microsecond',
    v_parts[4]::uuid
  );
end
$$;

comment on function private.search_position_of(text, text) is 'What private.search_cursor() wrote, to the bit. Raises invalid_request for anything else.';

create function private.search_languages(p_caller text, p_all_versions boolean) returns text[]
language plpgsql stable
set search_path = ''
as $$
begin
  -- Six probes of an index: most people write in one language, and should pay for one. With exists() in
  -- place of limit 1 the planner may read all rows of the owner, to join them.
  if p_all_versions then
    return array(
      select l.language
      from unnest(array['en', 'de', 'fr', 'es', 'pt', 'simple']) as l (language)
        cross join lateral (select from private.version_words as w where w.user_id = p_caller and w.language = l.language limit 1) as one
    );
  end if;
  return array(
    select l.language
    from unnest(array['en', 'de', 'fr', 'es', 'pt', 'simple']) as l (language)
      cross join lateral (
        select from public.resumes as r where r.user_id = p_caller and r.language = l.language and r.deleted_at is null limit 1
      ) as one
  );
end
$$;

create function private.resume_matches(
  p_caller text, p_languages text[], p_queries tsquery[], p_filter private.search_filter, p_after private.search_position, p_page_size integer
) returns table (resume_id uuid, version_id uuid, language text, rank real, created_at timestamptz)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select m.id, m.current_version_id, m.language, m.rank, m.created_at
  from (
    select t.id, t.current_version_id, t.created_at, q.language, ts_rank(array[0.1, 0.2, 0.5, 1], t.content_tsvector, q.query, 1) as rank
    from unnest(p_languages, p_queries) as q (language, query)
      cross join lateral (
        -- Ranking reads the words of every match. It is the newest 1,000 of a language that are ranked: who
        -- asks for what most of their resumes say will not read more. Only their places are sorted, not their words.
        -- language || '' keeps the planner from an index on language, which would be read whole.
        select r.ctid as place
        from public.resumes as r
        where array[r.user_id] @> array[p_caller] and r.content_tsvector @@ q.query
          and r.deleted_at is null and r.language || '' = q.language
          and (p_filter.kind is null or private.kind_of_mime_type(r.mime_type) = p_filter.kind)
          and (p_filter.created_from is null or r.created_at >= p_filter.created_from)
          and (p_filter.created_before is null or r.created_at < p_filter.created_before)
          and (p_filter.updated_from is null or r.updated_at >= p_filter.updated_from)
          and (p_filter.updated_before is null or r.updated_at < p_filter.updated_before)
          and (p_filter.label is null or exists (
            select from public.resume_versions as v
            where v.resume_id = r.id and v.state = 'ready' and v.label = p_filter.label
          ))
        order by r.created_at desc
        limit 1000
      ) as c
      join public.resumes as t on t.ctid = c.place
  ) as m
  where p_after.match is null or (m.rank, m.created_at, m.id) < (p_after.rank, p_after.created_at, p_after.version_key)
  order by m.rank desc, m.created_at desc, m.id desc
  limit p_page_size;
end
$$;

create function private.version_matches(
  p_caller text, p_languages text[], p_queries tsquery[], p_filter private.search_filter, p_after private.search_position, p_page_size integer
) returns table (resume_id uuid, version_id uuid, language text, rank real, created_at timestamptz)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select m.resume_id, m.version_id, m.language, m.rank, m.created_at
  from (
    select c.resume_id, c.version_id, c.created_at, q.language, ts_rank(array[0.1, 0.2, 0.5, 1], c.content_tsvector, q.query, 1) as rank
    from unnest(p_languages, p_queries) as q (language, query)
      cross join lateral (
        select v.resume_id, v.version_id, v.created_at, w.content_tsvector
        from private.version_words as w
          join public.resume_versions as v on v.version_id = w.version_id
          join public.resumes as r on r.id = v.resume_id
        where array[w.user_id] @> array[p_caller] and w.content_tsvector @@ q.query and w.language || '' = q.language
          and r.user_id = p_caller and r.deleted_at is null and v.state = 'ready'
          and (p_filter.kind is null or private.kind_of_mime_type(v.mime_type) = p_filter.kind)
          and (p_filter.created_from is null or v.created_at >= p_filter.created_from)
          and (p_filter.created_before is null or v.created_at < p_filter.created_before)
          and (p_filter.updated_from is null or v.ready_at >= p_filter.updated_from)
          and (p_filter.updated_before is null or v.ready_at < p_filter.updated_before)
          and (p_filter.label is null or v.label = p_filter.label)
        order by v.created_at desc
        limit 1000
      ) as c
  ) as m
  where p_after.match is null or (m.rank, m.created_at, m.version_id) < (p_after.rank, p_after.created_at, p_after.version_key)
  order by m.rank desc, m.created_at desc, m.version_id desc
  limit p_page_size;
end
$$;

create function private.search_highlights(p_filename text, p_headings text, p_text text, p_terms private.highlight_terms) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_terms.pattern is null then
    return '[]';
  end if;
  return private.highlight('original_filename', p_filename, p_terms, 1)
    || private.highlight('headings', p_headings, p_terms, 2)
    || private.highlight('content_text', p_text, p_terms, 3);
end
$$;

create function private.search_resumes(
  p_query text, p_page_size integer, p_cursor text, p_filter private.search_filter, p_all_versions boolean, p_with_highlights boolean
) returns table (
  id uuid, original_filename text, mime_type text, language text, current_version_id uuid, created_at timestamptz, updated_at timestamptz,
  rank real, match text, highlights jsonb, "cursor" text, version_id uuid
)
language plpgsql stable security definer
set search_path = ''
-- A query of stop words alone is told to the client as a notice, here once for every language.
set client_min_messages = 'warning'
-- One plan serves every owner: the index on owner and words is the only one that fits, see resumes_search_idx.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
as $$
-- Definer: @@ is not leakproof, so under RLS a user's query could not use the index on the words.
-- This body is therefore a security boundary: the owner is the token's subject, never an argument, and
-- each statement below that reads a row of resumes or versions compares it with that subject.
declare
  v_caller constant text := private.require_caller();
  v_query constant text := normalize(coalesce(p_query, ''), nfc);
  v_digest text;
  v_after private.search_position;
  v_languages text[];
  v_read tsquery;
  v_exact tsquery[] := '{}';
  v_queries tsquery[];
  v_terms private.highlight_terms[];
  v_match text;
begin
  if length(p_query) > 500 or p_page_size is null or p_page_size not between 1 and 100 or length(p_cursor) > 200
    or p_all_versions is null or p_with_highlights is null
    or p_filter.kind not in ('pdf', 'doc', 'docx') or length(p_filter.label) not between 1 and 100
  then
    perform private.fail('invalid_request', 'Cannot search: query ≤500 characters, page_size 1–100, kind pdf, doc or docx, label 1–100 characters');
  end if;
  v_digest := private.search_digest(v_caller, v_query, p_filter, p_all_versions);
  if p_cursor is not null then
    v_after := private.search_position_of(p_cursor, v_digest);
  end if;

  -- Every text is indexed in its own language, so the query is read in each. One query of all these
  -- joined by "or" would be wrong: -managing, stemmed in another language, excludes nothing.
  v_languages := private.search_languages(v_caller, p_all_versions);
  for v_index in 1 .. cardinality(v_languages) loop
    -- Of stop words alone nothing is left, and nothing matches that.
    v_exact := v_exact || websearch_to_tsquery(private.text_search_config(v_languages[v_index]), v_query);
  end loop;

  foreach v_match in array array['exact', 'prefix', 'similar'] loop
    -- A page after the first goes on with the kind of match that the first one found.
    continue when v_after.match <> v_match;
    v_queries := v_exact;
    v_terms := '{}';
    for v_index in 1 .. cardinality(v_languages) loop
      v_read := v_exact[v_index];
      if v_match <> 'exact' then
        v_read := coalesce(
          private.guessed_query(
            v_languages[v_index], v_read, v_query, private.known_words(v_caller, v_languages[v_index], p_all_versions), v_match
          ), ''
        );
      end if;
      v_queries[v_index] := v_read;
      v_terms := v_terms || case when p_with_highlights then private.highlight_terms_of(v_languages[v_index], v_read) end;
    end loop;
    if p_all_versions then
      return query
      select
        r.id, v.original_filename, v.mime_type, m.language, r.current_version_id, v.created_at, coalesce(v.ready_at, v.created_at),
        m.rank, v_match, private.search_highlights(v.original_filename, v.headings, v.content_text, v_terms[array_position(v_languages, m.language)]),
        private.search_cursor(row(v_match, m.rank, m.created_at, m.version_id), v_digest), v.version_id
      from private.version_matches(v_caller, v_languages, v_queries, p_filter, v_after, p_page_size) as m
        -- By the ids of the page: joined as it is, the planner takes an owner for few rows and reads all of them.
        cross join lateral (select * from public.resumes as o where o.id = m.resume_id offset 0) as r
        cross join lateral (select * from public.resume_versions as o where o.version_id = m.version_id offset 0) as v
      where r.user_id = v_caller
      order by m.rank desc, m.created_at desc, m.version_id desc;
    else
      return query
      select
        r.id, r.original_filename, r.mime_type, r.language, r.current_version_id, r.created_at, r.updated_at,
        m.rank, v_match, private.search_highlights(r.original_filename, r.headings, r.content_text, v_terms[array_position(v_languages, m.language)]),
        private.search_cursor(row(v_match, m.rank, m.created_at, m.resume_id), v_digest), r.current_version_id
      from private.resume_matches(v_caller, v_languages, v_queries, p_filter, v_after, p_page_size) as m
        cross join lateral (select * from public.resumes as o where o.id = m.resume_id offset 0) as r
      where r.user_id = v_caller
      order by m.rank desc, m.created_at desc, m.resume_id desc;
    end if;
    exit when found;
  end loop;
end
$$;

create function public.search_resumes(
  query text, page_size integer default 20, after text default null, kind text default null, label text default null,
  created_from timestamptz default null, created_before timestamptz default null,
  updated_from timestamptz default null, updated_before timestamptz default null,
  all_versions boolean default false, with_highlights boolean default true
) returns table (
  id uuid, original_filename text, mime_type text, language text, current_version_id uuid, created_at timestamptz, updated_at timestamptz,
  rank real, match text, highlights jsonb, "cursor" text, version_id uuid
)
language plpgsql stable
set search_path = ''
as $$
-- PL/pgSQL keeps its plan between calls, a function in SQL would be planned at each.
begin
  return query
  select s.* from private.search_resumes($1, $2, $3, row($4, $5, $6, $7, $8, $9), $10, $11) as s;
end
$$;

comment on function public.search_resumes(text, integer, text, text, text, timestamptz, timestamptz, timestamptz, timestamptz, boolean, boolean) is
'For users: their resumes that match a query in web search syntax (words, "a phrase", or, -not), best first; file name before headings before body. If nothing matches, words that begin or look like it (match). after takes the cursor of the last row. Raises unauthorized, invalid_request.';

grant execute on function private.search_resumes(text, integer, text, private.search_filter, boolean, boolean) to authenticated;
grant execute on function public.search_resumes(text, integer, text, text, text, timestamptz, timestamptz, timestamptz, timestamptz, boolean, boolean) to authenticated;
