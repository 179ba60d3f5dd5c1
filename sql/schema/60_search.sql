-- search_resumes(): a query in web search syntax over the caller's own resumes.

create type private.search_filter as (
  kind text, label text, created_from timestamptz, created_before timestamptz, updated_from timestamptz, updated_before timestamptz
);

-- Where a page ended: the next one begins behind it.
create type private.search_position as (match text, rank real, created_at timestamptz, version_key uuid);

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

comment on function private.search_position_of(text, text) is 'What the cursor of private.search_resumes() says, to the bit. Raises invalid_request for anything else.';

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
      (select from public.resumes as r where r.user_id = v_caller and r.language = l.language and r.deleted_at is null limit 1)
      union all
      (select from private.version_words as w where p_all_versions and w.user_id = v_caller and w.language = l.language limit 1)
      limit 1
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
              -- Of all versions, the current one has the words of its resume, each other one its own.
              union all
              select v.resume_id, v.version_id, v.mime_type, v.created_at, v.ready_at, r.content_tsvector
              from public.resumes as r
                join public.resume_versions as v on v.version_id = r.current_version_id
              where p_all_versions and array[r.user_id] @> array[v_caller] and r.content_tsvector @@ q.query
                and r.deleted_at is null and r.language || '' = q.language
                and v.state = 'ready' and (p_filter.label is null or v.label = p_filter.label)
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
