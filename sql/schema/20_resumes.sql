create table public.resumes (
  id uuid not null default gen_random_uuid(),
  user_id text not null,
  original_filename text not null,
  mime_type text not null,
  content_tsvector tsvector,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  storage_path text not null generated always as (
    'user_uploads/' || private.storage_segment(user_id) || '/' || id::text || '/v{version}/' || private.storage_segment(original_filename)
  ) stored,
  content_text text,
  headings text,
  language text not null default 'simple',
  current_version_id uuid,
  deleted_at timestamptz,
  erasure_id uuid,
  constraint resumes_pkey primary key (id),
  constraint resumes_user_id_check check (length(user_id) between 1 and 255),
  constraint resumes_original_filename_check check (length(original_filename) between 1 and 255),
  constraint resumes_mime_type_check check (private.kind_of_mime_type(mime_type) is not null),
  constraint resumes_content_text_check check (length(content_text) <= 1000000),
  constraint resumes_headings_check check (length(headings) <= 20000),
  constraint resumes_language_check check (language in ('en', 'de', 'fr', 'es', 'pt', 'simple')),
  constraint resumes_erasure_check check (erasure_id is null or deleted_at is not null)
);

alter table public.resumes enable row level security;

comment on table public.resumes is 'A person''s resume: what its current version says, and the words to find it by. Written by the product alone.';
comment on column public.resumes.user_id is 'The subject of the owner''s token, auth.jwt() ->> ''sub'': text, since a third-party subject need not be a uuid.';
comment on column public.resumes.original_filename is 'As the person wrote it, in NFC; any Unicode, no path parts.';
comment on column public.resumes.storage_path is 'Template of the storage names; the literal v{version} stands for the version. A version''s own name is resume_versions.full_storage_path.';
comment on column public.resumes.content_text is 'Text of the current version as ingest read it; null until a version is ready.';
comment on column public.resumes.headings is 'Headings and entry titles of the current version, one a line: they weigh more than the body in a search.';
comment on column public.resumes.language is 'ISO 639-1 code found at ingest, or simple.';
comment on column public.resumes.deleted_at is 'Set when the owner deleted it; hidden from then on, gone after settings.undelete_window.';
comment on column public.resumes.erasure_id is 'The erasure that is removing it: it cannot be had back.';

-- Serves the policies, and lists an owner's resumes.
create index resumes_user_id_created_at_idx on public.resumes (user_id, created_at desc);

-- Owner and words in one index. The owner is in it as an array of one, so that array[user_id] @> array[…]
-- is a condition that no other index answers: a search then has the same plan for the owner of one resume
-- and of 20,000, whatever the statistics say, and need not be planned anew for each.
-- What was written last waits in a list that every search reads whole: kept to some 12 resumes, where the
-- default of 4 MB holds 400.
create index resumes_search_idx on public.resumes using gin ((array[user_id]), content_tsvector)
with (gin_pending_list_limit = 128)
where deleted_at is null;

-- Which languages an owner's resumes have. Not partial: with the same condition as the search's index,
-- the planner may read this one whole in its place.
create index resumes_user_id_language_idx on public.resumes (user_id, language);

-- Finds what the undelete window has passed for.
create index resumes_deleted_at_idx on public.resumes (deleted_at)
where deleted_at is not null and erasure_id is null;

create index resumes_erasure_id_idx on public.resumes (erasure_id);

create index resumes_current_version_id_idx on public.resumes (current_version_id);

create policy resumes_select_owner on public.resumes for select to authenticated
using (user_id = (select auth.jwt()) ->> 'sub' and deleted_at is null);

comment on policy resumes_select_owner on public.resumes is 'Owners see what they have not deleted.';

grant select on public.resumes to authenticated, service_role;

create function private.tg_resumes__set_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create trigger resumes_set_updated_at before update on public.resumes
for each row execute function private.tg_resumes__set_updated_at();

create function private.text_search_config(p_language text) returns regconfig
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
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
$$;

comment on function private.text_search_config(text) is 'The text search configuration of a language code of ours.';

create function private.content_tsvector(p_language text, p_filename text, p_headings text, p_text text) returns tsvector
language plpgsql immutable
set search_path = ''
as $$
declare
  v_config constant regconfig := private.text_search_config(p_language);
  -- The name's separators are no words: john_doe-cv.pdf is found as doe, and as john_doe-cv.pdf.
  v_name constant text := regexp_replace(coalesce(p_filename, ''), '[^[:alnum:]]+', ' ', 'g') || ' ' || coalesce(p_filename, '');
  v_limit integer := 200000;
begin
  -- A tsvector is at most 1 MB. Its size depends on how many words are distinct, so the limit on
  -- characters alone does not keep below it; an over-long text is indexed in part, never refused.
  loop
    begin
      return setweight(to_tsvector(v_config, v_name), 'A')
        || setweight(to_tsvector(v_config, left(coalesce(p_headings, ''), 20000)), 'B')
        || setweight(to_tsvector(v_config, left(coalesce(p_text, ''), v_limit)), 'D');
    exception
      when program_limit_exceeded then
        v_limit := v_limit / 2;
        if v_limit < 1000 then
          return setweight(to_tsvector(v_config, v_name), 'A');
        end if;
    end;
  end loop;
end
$$;

comment on function private.content_tsvector(text, text, text, text) is
'What a resume is found by, all in the resume''s language: file name (A), headings (B), body (D), at most 200,000 characters of it.';

create function private.tg_resumes__index_content() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.content_tsvector := private.content_tsvector(new.language, new.original_filename, new.headings, new.content_text);
  return new;
end
$$;

create trigger resumes_index_content
before insert or update of original_filename, content_text, headings, language, content_tsvector on public.resumes
for each row execute function private.tg_resumes__index_content();
