set check_function_bodies = off;

drop trigger "resume_versions_index_words" on "public"."resume_versions";

drop function "private"."text_search_config"(text);

create or replace function private.complete_ingest(p_job_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint, p_content_text text, p_headings text, p_language text, p_notices jsonb)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'ingest');
  v_version public.resume_versions;
begin
  -- Resume before version, and in a statement of its own: two versions that become ready at once take
  -- turns here, so that the second sees the first and the newer one ends up as the current one.
  perform from public.resumes as r
  where r.id = (select v.resume_id from public.resume_versions as v where v.version_id = v_job.subject_id)
  for no key update;
  select * into v_version from public.resume_versions where version_id = v_job.subject_id for update;
  if v_version.state = 'uploaded' then
    -- The bytes that were read must be those that were accepted, still in their place.
    if not exists (
      select from storage.objects as o
      where o.bucket_id = 'resumes' and o.name = v_version.full_storage_path
        and coalesce(o.version, o.id::text) = v_version.object_version
    ) or p_file_size is distinct from v_version.file_size or p_sha256 <> v_version.expected_sha256 then
      perform private.fail_job(
        p_job_id, p_lease_token,
        jsonb_build_object('code', 'hash_mismatch', 'detail', 'The stored file is not the one that was accepted', 'retryable', false),
        false, null
      );
      select * into v_version from public.resume_versions where version_id = v_job.subject_id;
      return v_version;
    end if;
    -- The newest ready version is the current one; an older one that was read late is not. The resume comes
    -- first: the version's words are its own only if it is not the current one.
    update public.resumes as r
    set
      current_version_id = v_version.version_id, original_filename = v_version.original_filename,
      mime_type = v_version.mime_type, content_text = p_content_text,
      headings = p_headings, language = p_language
    where r.id = v_version.resume_id
      and not exists (
        select from public.resume_versions as newer
        where newer.resume_id = r.id and newer.state = 'ready' and newer.version_number > v_version.version_number
      );
    update public.resume_versions as v
    set
      state = 'ready', sha256 = p_sha256, content_text = p_content_text, headings = p_headings,
      language = p_language, notices = p_notices, ready_at = now()
    where v.version_id = v_version.version_id
    returning * into v_version;
  end if;
  delete from private.jobs where job_id = p_job_id;
  return v_version;
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
$function$
;

create or replace function private.text_search_config(p_language text)
returns regconfig
language plpgsql
immutable parallel safe strict
set search_path to ''
as $function$
-- PL/pgSQL: a function in SQL with a setting of its own takes five times as long a call.
begin
  return case p_language
    when 'en' then 'pg_catalog.english'::regconfig
    when 'de' then 'pg_catalog.german'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    else 'pg_catalog.simple'::regconfig
  end;
end
$function$
;

create or replace function private.tg_resume_versions__index_words()
returns trigger
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.tg_resumes__index_content()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  new.content_tsvector := private.content_tsvector(new.language, new.original_filename, new.headings, new.content_text);
  return new;
end
$function$
;

create or replace function private.tg_resumes__move_words()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  -- Copied: to take the text apart again is most of what a write costs.
  insert into private.version_words (version_id, user_id, language, content_tsvector)
  select v.version_id, old.user_id, old.language, old.content_tsvector
  from public.resume_versions as v
  where v.version_id = old.current_version_id and v.state = 'ready';
  delete from private.version_words where version_id = new.current_version_id;
  return null;
end
$function$
;

-- Not built anew, as a diff would have it: the list alone is shorter.
alter index private.version_words_search_idx set (gin_pending_list_limit = 128);

alter index public.resumes_search_idx set (gin_pending_list_limit = 128);

create trigger resume_versions_index_words after insert or update of state, content_text, headings, language, original_filename on public.resume_versions for each row when ((new.state <> all (array['pending'::text, 'uploaded'::text]))) execute function private.tg_resume_versions__index_words();

create trigger resumes_move_words after update of current_version_id on public.resumes for each row when ((old.current_version_id is distinct from new.current_version_id)) execute function private.tg_resumes__move_words();

comment on function "private"."text_search_config"(text) is 'The text search configuration of a language code of ours.';

comment on table "private"."version_words" is 'What a ready version is found by when all versions are searched, unless it is the current one: its words are those of the resume. Kept by triggers of both.';

revoke all on function "private"."text_search_config"(text) from public;

grant execute on function "private"."text_search_config"(text) to "postgres";

revoke all on function "private"."tg_resumes__move_words"() from public;

grant execute on function "private"."tg_resumes__move_words"() to "postgres";

reset check_function_bodies;

-- The words of a current version are those of its resume.
delete from private.version_words as w
using public.resumes as r
where r.current_version_id = w.version_id;

select gin_clean_pending_list('private.version_words_search_idx'), gin_clean_pending_list('public.resumes_search_idx');
