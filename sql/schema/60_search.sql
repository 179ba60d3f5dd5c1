create function private.search_resumes(p_query text, p_page_size integer, p_page integer)
returns table (
  id uuid, original_filename text, mime_type text, language text, current_version_id uuid,
  created_at timestamptz, updated_at timestamptz, rank real
)
language plpgsql stable security definer
set search_path = ''
-- A query of stop words alone is told to the client as a notice, here once for every language.
set client_min_messages = 'warning'
as $$
-- Definer: @@ is not leakproof, so under RLS a user's query could not use the index on the words.
-- This body is therefore a security boundary: the owner is the token's subject, never an argument.
declare
  v_caller constant text := private.require_caller();
begin
  if length(p_query) > 500 or p_page_size is null or p_page_size not between 1 and 100
    or p_page is null or p_page not between 0 and 1000
  then
    perform private.fail('invalid_request', 'Cannot search: query ≤500 characters, page_size 1–100, page 0–1000');
  end if;
  return query
  -- Every resume is indexed in its own language, so the query is read in each. One query of all these
  -- joined by "or" would be wrong: -managing, stemmed in another language, excludes nothing.
  with queries as materialized (
    select l.language, websearch_to_tsquery(private.text_search_config(l.language), coalesce(p_query, '')) as query
    from unnest(array['en', 'de', 'fr', 'es', 'pt', 'simple']) as l (language)
  )
  select
    r.id, r.original_filename, r.mime_type, r.language, r.current_version_id,
    r.created_at, r.updated_at, ts_rank(r.content_tsvector, q.query)
  from queries as q
    join public.resumes as r on r.language = q.language and r.content_tsvector @@ q.query
  where r.user_id = v_caller and r.deleted_at is null and numnode(q.query) > 0
  order by 8 desc, r.created_at desc, r.id
  limit p_page_size offset p_page_size * p_page;
end
$$;

create function public.search_resumes(query text, page_size integer default 20, page integer default 0)
returns table (
  id uuid, original_filename text, mime_type text, language text, current_version_id uuid,
  created_at timestamptz, updated_at timestamptz, rank real
)
language sql stable
set search_path = ''
as $$
  select s.* from private.search_resumes($1, $2, $3) as s
$$;

comment on function public.search_resumes(text, integer, integer) is
'For users: their resumes that match a query in web search syntax (words, "a phrase", or, -not), best first; file name before headings before body. Raises unauthorized, invalid_request.';

grant execute on function private.search_resumes(text, integer, integer) to authenticated;
grant execute on function public.search_resumes(text, integer, integer) to authenticated;
