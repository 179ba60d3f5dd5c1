-- Schemas, extensions and default privileges: everything after this file stands on "nothing is
-- granted unless it says so beside the object".

create schema if not exists private;

comment on schema private is 'The inside of ResWave: queue, settings, definer bodies. Never exposed by the Data API.';

create schema if not exists extensions;

-- What a search falls back on: the words that look like the one that was typed.
create extension if not exists pg_trgm with schema extensions;

create extension if not exists unaccent with schema extensions;

-- The per-schema form of this revoke does nothing: execute for public is a global default.
alter default privileges revoke execute on functions from public;

-- Supabase grants these defaults to its API roles; the global revoke above leaves them standing.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;

alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;

revoke all on schema private from public;

-- Public RPCs are invoker wrappers around definer bodies in here, so their callers must reach the
-- schema; its tables are granted to nobody, its functions one by one.
grant usage on schema private to authenticated, service_role;
-- One way to refuse. The registry in functions/_shared/errors.ts has the same codes; a test
-- compares the two.

create function private.sqlstate_of(p_code text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- PostgREST answers PTnnn with HTTP status nnn.
  -- https://docs.postgrest.org/en/stable/references/errors.html#raise-errors-with-http-status-codes
  select case p_code
    when 'unauthorized' then 'PT401'
    when 'forbidden' then 'PT403'
    when 'invalid_request' then 'PT400'
    when 'invalid_filename' then 'PT400'
    when 'unsupported_file_type' then 'PT415'
    when 'file_too_large' then 'PT413'
    when 'file_empty' then 'PT422'
    when 'not_found' then 'PT404'
    when 'conflict' then 'PT409'
    when 'idempotency_conflict' then 'PT409'
    when 'quota_exceeded' then 'PT429'
    when 'too_many_requests' then 'PT429'
    when 'unavailable' then 'PT503'
    when 'upload_incomplete' then 'PT409'
    when 'lease_lost' then 'PT409'
  end
$$;

comment on function private.sqlstate_of(text) is
'The SQLSTATE of an error code of the registry, PT and its HTTP status; null for a code that SQL never raises.';

create function private.fail(p_code text, p_message text, p_hint text default null) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = coalesce(private.sqlstate_of(p_code), 'XX000'),
    message = p_message,
    detail = p_code,
    hint = coalesce(p_hint, '');
end
$$;

comment on function private.fail(text, text, text) is
'Raises an expected failure: SQLSTATE PTnnn, the registry code as detail, what to do as hint.';

create function private.check_rate(p_count bigint, p_limit integer, p_oldest timestamptz, p_what text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_count >= p_limit then
    -- The functions read their Retry-After from this hint: an error of the Data API has no other room for it.
    perform private.fail(
      'too_many_requests', format('%s %s were begun within an hour', p_limit, p_what),
      format('Try again in %s seconds.', greatest(ceil(extract(epoch from p_oldest + interval '1 hour' - now())), 1))
    );
  end if;
end
$$;

comment on function private.check_rate(bigint, integer, timestamptz, text) is
'Refuses with too_many_requests when the last 60 minutes hold as many as the limit; p_oldest, the first of them, makes room when it is an hour old.';

create function private.require_caller() returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_caller text := auth.jwt() ->> 'sub';
begin
  if coalesce(v_caller, '') = '' then
    perform private.fail('unauthorized', 'The access token names no subject', 'Sign in and send the access token of the user.');
  end if;
  if length(v_caller) > 255 then
    perform private.fail('unauthorized', 'The subject of the access token is longer than 255 characters');
  end if;
  return v_caller;
end
$$;

comment on function private.require_caller() is
'The subject of the caller''s token, as text: a third-party subject need not be a uuid. Raises unauthorized without one.';
-- What a DBA may tune. One row, typed columns: a wrong value is refused when it is set, not met
-- when it is used.

create table private.settings (
  singleton boolean not null default true,
  max_file_bytes bigint not null default 52428800,
  max_pending_uploads_per_user integer not null default 20,
  max_resumes_per_user integer not null default 1000,
  max_versions_per_resume integer not null default 200,
  max_bytes_per_user bigint not null default 5368709120,
  upload_ttl interval not null default '2 hours 15 minutes',
  uploads_per_hour integer not null default 200,
  max_active_optimizations_per_user integer not null default 3,
  optimizations_per_hour integer not null default 60,
  max_queued_optimizations integer not null default 10000,
  max_job_attempts integer not null default 5,
  retry_base interval not null default '2 seconds',
  retry_cap interval not null default '5 minutes',
  optimization_retention interval not null default '90 days',
  constraint settings_pkey primary key (singleton),
  constraint settings_singleton_check check (singleton),
  constraint settings_max_file_bytes_check check (max_file_bytes between 1 and 52428800),
  constraint settings_positive_check check (
    least(
      max_pending_uploads_per_user, max_resumes_per_user, max_versions_per_resume,
      max_active_optimizations_per_user, max_queued_optimizations, max_job_attempts,
      uploads_per_hour, optimizations_per_hour
    ) > 0
    and max_bytes_per_user > 0
  ),
  constraint settings_intervals_check check (
    least(upload_ttl, retry_base, retry_cap, optimization_retention) > interval '0'
  )
);

alter table private.settings enable row level security;

comment on table private.settings is 'The one row of settings. Read by the RPCs at each call; a change counts at once.';
comment on column private.settings.max_file_bytes is 'Bytes of one file, at most the bucket''s own limit of 50 MiB.';
comment on column private.settings.max_bytes_per_user is 'Bytes of all versions that a user holds, pending ones as declared.';
comment on column private.settings.upload_ttl is 'How long an upload may take. A signed upload URL of Supabase Storage lives for 2 hours.';
comment on column private.settings.uploads_per_hour is 'Uploads that one user may begin within any 60 minutes.';
comment on column private.settings.optimizations_per_hour is 'Optimizations that one user may ask for within any 60 minutes; one that is given again is not asked for.';
comment on column private.settings.max_active_optimizations_per_user is 'Optimizations of one user that may be queued or running at once.';
comment on column private.settings.max_queued_optimizations is 'Optimizations of all users that may wait; beyond it new ones are refused.';
comment on column private.settings.retry_base is 'The first backoff of a failed job; it doubles up to retry_cap, with full jitter.';
comment on column private.settings.optimization_retention is 'How long job descriptions and results are kept after an optimization has ended.';

create function private.setting() returns private.settings
language sql stable
set search_path = ''
as $$
  select s from private.settings as s
$$;

comment on function private.setting() is 'The settings row: select (private.setting()).max_file_bytes.';
-- File names are kept as people write them; storage names are what Supabase Storage accepts.

create function private.check_filename(p_filename text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  v_name text := normalize(p_filename, nfc);
begin
  if v_name is null or btrim(v_name) = '' then
    perform private.fail('invalid_filename', 'The file has no name', 'Send the name of the file.');
  end if;
  if length(v_name) > 255 then
    perform private.fail('invalid_filename', 'The file name is longer than 255 characters', 'Rename the file.');
  end if;
  if v_name ~ '[/\\]' or v_name in ('.', '..') then
    perform private.fail('invalid_filename', 'The file name holds a path', 'Send the name alone, without folders.');
  end if;
  -- C0, DEL and C1 controls, line and paragraph separators, and the characters that reorder or hide
  -- text: with U+202E, "cv<U+202E>fdp.exe" shows itself as "cvexe.pdf". Joiners (U+200C, U+200D) stay:
  -- Persian and emoji are written with them.
  if v_name ~ '[\u0001-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\U000E0000-\U000E007F]' then
    perform private.fail('invalid_filename', 'The file name holds control or invisible characters', 'Rename the file.');
  end if;
  return v_name;
end
$$;

comment on function private.check_filename(text) is
'The name in NFC if it is one that we keep: 1–255 characters, no path parts, no control or reordering characters. Raises invalid_filename.';

create function private.storage_segment(p_text text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- Supabase Storage takes ASCII word characters and /!-.*'() &$@=;:+,? in a key. A question mark
  -- would end the path of a URL, so it counts as foreign here. A leading = marks the safe form,
  -- therefore a text that begins with it takes that form too, and no two texts meet in one segment.
  -- Immutable although convert_to is stable: to the database's own encoding it converts nothing.
  select case
    when p_text ~ '^[A-Za-z0-9_!\-.*''() &$@=;:+,]{1,120}$'
      and p_text !~ '^[=. ]' and p_text !~ '[. ]$'
      then p_text
    else '=' || left(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 16)
      || '-' || right(regexp_replace(p_text, '[^A-Za-z0-9_.\-]', '_', 'g'), 60)
  end
$$;

comment on function private.storage_segment(text) is
'One segment of a storage name: the text itself where that is a legal key, otherwise "=" + 16 hex digits of its SHA-256 + "-" + its tail in safe characters.';

create function private.object_name(p_user_id text, p_resume_id uuid, p_version_number integer, p_filename text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || p_resume_id::text
    || '/v' || p_version_number::text || '/' || private.storage_segment(p_filename)
$$;

comment on function private.object_name(text, uuid, integer, text) is 'Where in the bucket resumes a version''s file lies; resumes.storage_path is its template.';

create function private.kind_of_mime_type(p_mime_type text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  select case p_mime_type
    when 'application/pdf' then 'pdf'
    when 'application/msword' then 'doc'
    when 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' then 'docx'
  end
$$;

comment on function private.kind_of_mime_type(text) is 'pdf, doc or docx for the three accepted MIME types, else null.';
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
  constraint resumes_pkey primary key (id),
  constraint resumes_user_id_check check (length(user_id) between 1 and 255),
  constraint resumes_original_filename_check check (length(original_filename) between 1 and 255),
  constraint resumes_mime_type_check check (private.kind_of_mime_type(mime_type) is not null),
  constraint resumes_content_text_check check (length(content_text) <= 1000000),
  constraint resumes_headings_check check (length(headings) <= 20000),
  constraint resumes_language_check check (language in ('en', 'de', 'fr', 'es', 'pt', 'simple'))
);

alter table public.resumes enable row level security;

comment on table public.resumes is 'A person''s resume: what its current version says, and the words to find it by. Written by the product alone.';
comment on column public.resumes.user_id is 'The subject of the owner''s token, auth.jwt() ->> ''sub'': text, since a third-party subject need not be a uuid.';
comment on column public.resumes.original_filename is 'As the person wrote it, in NFC; any Unicode, no path parts.';
comment on column public.resumes.storage_path is 'Template of the storage names; the literal v{version} stands for the version. A version''s own name is resume_versions.full_storage_path.';
comment on column public.resumes.content_text is 'Text of the current version as ingest read it; null until a version is ready.';
comment on column public.resumes.headings is 'Headings and entry titles of the current version, one a line: they weigh more than the body in a search.';
comment on column public.resumes.language is 'ISO 639-1 code found at ingest, or simple.';
comment on column public.resumes.deleted_at is 'Set when the owner deleted it; hidden from then on.';

-- Serves the policies, and lists an owner's resumes.
create index resumes_user_id_created_at_idx on public.resumes (user_id, created_at desc);

-- Owner and words in one index. The owner is in it as an array of one, so that array[user_id] @> array[…]
-- is a condition that no other index answers: a search then has the same plan for the owner of one resume
-- and of 20,000, whatever the statistics say, and need not be planned anew for each.
create index resumes_search_idx on public.resumes using gin ((array[user_id]), content_tsvector)
where deleted_at is null;

-- Which languages an owner's resumes have. Not partial: with the same condition as the search's index,
-- the planner may read this one whole in its place.
create index resumes_user_id_language_idx on public.resumes (user_id, language);

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
language sql immutable strict parallel safe
set search_path = ''
as $$
  select case p_language
    when 'en' then 'pg_catalog.english'::regconfig
    when 'de' then 'pg_catalog.german'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    else 'pg_catalog.simple'::regconfig
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
create table public.resume_versions (
  version_id uuid not null default gen_random_uuid(),
  resume_id uuid not null,
  version_number integer not null,
  delta_storage_path text,
  full_storage_path text not null,
  file_size bigint not null,
  created_at timestamptz not null default now(),
  parent_version_id uuid,
  delta_base_version_id uuid,
  state text not null default 'pending',
  source text not null default 'upload',
  held_as text not null default 'none',
  original_filename text not null,
  mime_type text not null,
  sha256 text,
  expected_sha256 text,
  object_version text,
  content_text text,
  headings text,
  language text,
  notices jsonb not null default '[]',
  failure_code text,
  label text,
  pinned boolean not null default false,
  upload_expires_at timestamptz,
  uploaded_at timestamptz,
  ready_at timestamptz,
  constraint resume_versions_pkey primary key (version_id),
  constraint resume_versions_resume_id_fkey foreign key (resume_id) references public.resumes (id) on delete cascade,
  -- History survives the loss of a parent; a delta does not survive the loss of its base.
  constraint resume_versions_parent_version_id_fkey foreign key (parent_version_id) references public.resume_versions (version_id) on delete set null,
  constraint resume_versions_delta_base_version_id_fkey foreign key (delta_base_version_id) references public.resume_versions (version_id) on delete restrict,
  constraint resume_versions_number_key unique (resume_id, version_number),
  constraint resume_versions_full_storage_path_key unique (full_storage_path),
  constraint resume_versions_version_number_check check (version_number > 0),
  constraint resume_versions_file_size_check check (file_size > 0),
  constraint resume_versions_state_check check (state in ('pending', 'uploaded', 'ready', 'failed', 'pruned')),
  constraint resume_versions_source_check check (source in ('upload', 'optimization', 'restore', 'migration')),
  constraint resume_versions_held_as_check check (held_as in ('full', 'delta', 'none')),
  constraint resume_versions_delta_check check (
    (held_as = 'delta') = (delta_storage_path is not null) and (held_as = 'delta') = (delta_base_version_id is not null)
  ),
  constraint resume_versions_ready_check check (
    state <> 'ready' or (held_as <> 'none' and sha256 is not null and content_text is not null)
  ),
  constraint resume_versions_failed_check check ((state = 'failed') = (failure_code is not null)),
  constraint resume_versions_original_filename_check check (length(original_filename) between 1 and 255),
  constraint resume_versions_mime_type_check check (private.kind_of_mime_type(mime_type) is not null),
  constraint resume_versions_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint resume_versions_expected_sha256_check check (expected_sha256 ~ '^[0-9a-f]{64}$'),
  constraint resume_versions_content_text_check check (length(content_text) <= 1000000),
  constraint resume_versions_headings_check check (length(headings) <= 20000),
  constraint resume_versions_language_check check (language in ('en', 'de', 'fr', 'es', 'pt', 'simple')),
  constraint resume_versions_failure_code_check check (length(failure_code) <= 64),
  constraint resume_versions_label_check check (length(label) between 1 and 100)
);

alter table public.resume_versions enable row level security;

alter table public.resumes add constraint resumes_current_version_id_fkey
foreign key (current_version_id) references public.resume_versions (version_id) on delete set null;

comment on table public.resume_versions is 'One file of a resume. Immutable once ready: a change is a new version.';
comment on column public.resume_versions.full_storage_path is 'The name in the bucket resumes that is reserved for the whole file; held_as says whether it is there.';
comment on column public.resume_versions.delta_storage_path is 'The name of the delta against delta_base_version_id, while held_as = delta.';
comment on column public.resume_versions.file_size is 'Bytes: as declared while pending, as stored from then on.';
comment on column public.resume_versions.parent_version_id is 'The version that this one came after: history.';
comment on column public.resume_versions.delta_base_version_id is 'The version whose bytes the delta needs: storage.';
comment on column public.resume_versions.state is 'pending (reserved) → uploaded (arrived, not trusted yet) → ready (read by ingest) or failed; pruned when its bytes were given up.';
comment on column public.resume_versions.held_as is 'What of it exists in storage: full, delta, none.';
comment on column public.resume_versions.sha256 is 'Of the whole file, lowercase hex, computed by ingest.';
comment on column public.resume_versions.expected_sha256 is 'What the client said it sent; ingest compares.';
comment on column public.resume_versions.object_version is 'The storage object''s own version at completion: a later one is not what was accepted.';
comment on column public.resume_versions.notices is 'What is worth knowing and refuses nothing, as an array of strings: macros, external relations, why a client gave an upload up.';
comment on column public.resume_versions.failure_code is 'Code of the error registry when state = failed.';
comment on column public.resume_versions.upload_expires_at is 'Until when a pending upload may finish.';

create index resume_versions_parent_version_id_idx on public.resume_versions (parent_version_id);

create index resume_versions_delta_base_version_id_idx on public.resume_versions (delta_base_version_id);

create index resume_versions_pending_idx on public.resume_versions (upload_expires_at)
where state = 'pending';

create policy resume_versions_select_owner on public.resume_versions for select to authenticated
using (
  -- An array, not exists(): it is made once per query and the index on resume_id looks it up. The
  -- planner cannot join inside a policy and would read every user's versions.
  resume_id = any (array(
    select r.id from public.resumes as r
    where r.user_id = (select auth.jwt()) ->> 'sub' and r.deleted_at is null
  ))
);

comment on policy resume_versions_select_owner on public.resume_versions is 'Owners see the versions of what they have not deleted.';

grant select on public.resume_versions to authenticated, service_role;
create table public.optimizations (
  optimization_id uuid not null default gen_random_uuid(),
  user_id text not null,
  resume_id uuid not null,
  version_id uuid not null,
  job_description text,
  idempotency_key text,
  input_hash text not null,
  status text not null default 'queued',
  progress jsonb not null default '{"stage": "queued"}',
  partial jsonb not null default '{}',
  last_event_id integer not null default 0,
  result jsonb,
  error jsonb,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  constraint optimizations_pkey primary key (optimization_id),
  constraint optimizations_resume_id_fkey foreign key (resume_id) references public.resumes (id) on delete cascade,
  constraint optimizations_version_id_fkey foreign key (version_id) references public.resume_versions (version_id) on delete cascade,
  constraint optimizations_idempotency_key_key unique (user_id, idempotency_key),
  constraint optimizations_user_id_check check (length(user_id) between 1 and 255),
  constraint optimizations_job_description_check check (length(job_description) between 1 and 20000),
  constraint optimizations_idempotency_key_check check (length(idempotency_key) between 1 and 200),
  constraint optimizations_status_check check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- What is merged into an object by || and is none makes an array of both.
  constraint optimizations_progress_check check (jsonb_typeof(progress) = 'object'),
  constraint optimizations_partial_check check (jsonb_typeof(partial) = 'object'),
  constraint optimizations_result_check check ((status = 'succeeded') = (result is not null)),
  constraint optimizations_error_check check ((status = 'failed') = (error is not null)),
  constraint optimizations_finished_check check ((status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null))
);

alter table public.optimizations enable row level security;

comment on table public.optimizations is 'A request for suggestions and what became of it. Job descriptions and results go after settings.optimization_retention.';
comment on column public.optimizations.input_hash is 'SHA-256 over version and job description: the same question while one is in flight is the same optimization.';
comment on column public.optimizations.progress is 'Where it stands: {"stage": "queued|extracting|scoring|generating|checking|done", "tokens": n, "sections": n, "sectionsDone": n}.';
comment on column public.optimizations.partial is 'What each section has given so far, by section id: a retry does not ask the model twice.';
comment on column public.optimizations.last_event_id is 'How many events there are; list_optimization_events gives those after one.';
comment on column public.optimizations.result is 'Score before and after, suggestions with evidence, rejected ones, missing keywords, model, tokens, timings.';
comment on column public.optimizations.error is 'The final failure: {"code", "title", "detail", "retryable"}, codes of the error registry.';

create index optimizations_resume_id_idx on public.optimizations (resume_id);

create index optimizations_version_id_idx on public.optimizations (version_id);

create index optimizations_user_id_created_at_idx on public.optimizations (user_id, created_at desc);

create unique index optimizations_in_flight_key on public.optimizations (user_id, input_hash)
where status in ('queued', 'running') and idempotency_key is null;

create index optimizations_finished_at_idx on public.optimizations (finished_at)
where finished_at is not null;

create policy optimizations_select_owner on public.optimizations for select to authenticated
using (user_id = (select auth.jwt()) ->> 'sub');

comment on policy optimizations_select_owner on public.optimizations is 'Owners see their own.';

grant select on public.optimizations to authenticated, service_role;

create table private.optimization_events (
  optimization_id uuid not null,
  event_id integer not null,
  type text not null,
  data jsonb not null,
  created_at timestamptz not null default now(),
  constraint optimization_events_pkey primary key (optimization_id, event_id),
  constraint optimization_events_optimization_id_fkey foreign key (optimization_id) references public.optimizations (optimization_id) on delete cascade,
  constraint optimization_events_type_check check (
    type in ('queued', 'extracting', 'scoring', 'generating', 'checking', 'suggestion', 'done', 'error')
  )
);

alter table private.optimization_events enable row level security;

create function private.append_events(p_optimization_id uuid, p_events jsonb) returns void
language sql volatile
set search_path = ''
as $$
  with counted as (
    update public.optimizations as o
    set last_event_id = o.last_event_id + jsonb_array_length(p_events)
    where o.optimization_id = p_optimization_id
    returning o.last_event_id - jsonb_array_length(p_events) as before
  )
  insert into private.optimization_events (optimization_id, event_id, type, data)
  select p_optimization_id, c.before + n.position, n.event ->> 'type', n.event -> 'data'
  from counted as c, jsonb_array_elements(p_events) with ordinality as n (event, position)
$$;

comment on function private.append_events(uuid, jsonb) is 'Adds [{"type", "data"}] after the last event of an optimization.';

comment on table private.optimization_events is 'What a stream of an optimization says, so that a dropped one goes on after its last event and a second tab sees the same.';
-- The one queue. A claim is one statement with skip locked; whoever completes, fails, extends or
-- releases a job shows the lease token that the claim gave, so a worker that lost its lease cannot
-- write. Finished jobs are deleted: what they did stands in the domain rows.

create table private.jobs (
  job_id bigint not null generated always as identity,
  kind text not null,
  subject_id uuid not null,
  owner_id text not null,
  payload jsonb not null default '{}',
  priority smallint not null default 100,
  place integer not null default 0,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  max_attempts integer not null,
  lease_token uuid,
  leased_until timestamptz,
  worker_id text,
  last_error jsonb,
  dead_at timestamptz,
  created_at timestamptz not null default now(),
  constraint jobs_pkey primary key (job_id),
  constraint jobs_kind_check check (
    kind in ('ingest', 'optimize', 'compact', 'rebase', 'prune', 'erase', 'reconcile', 'remove_object')
  ),
  constraint jobs_attempts_check check (attempts between 0 and max_attempts),
  constraint jobs_max_attempts_check check (max_attempts > 0),
  constraint jobs_lease_check check ((lease_token is null) = (leased_until is null)),
  constraint jobs_dead_check check (dead_at is null or lease_token is null)
);

alter table private.jobs enable row level security;

comment on table private.jobs is 'Work to be done, at least once each; its effects are exactly once, since they are written with the job''s own end.';
comment on column private.jobs.subject_id is 'What it is about: a version (ingest, compact, …) or an optimization (optimize).';
comment on column private.jobs.owner_id is 'The user on whose behalf, for fairness and limits.';
comment on column private.jobs.priority is 'Lower goes first: 10 somebody waits for it, 100 soon, 200 when there is time.';
comment on column private.jobs.place is 'How many jobs of that kind the owner had in the queue when this came: a thousand of one user do not hold up the first of another.';
comment on column private.jobs.run_at is 'Not before.';
comment on column private.jobs.attempts is 'Times it was claimed, releases not counted.';
comment on column private.jobs.lease_token is 'Proof of the lease; null while nobody works on it.';
comment on column private.jobs.last_error is '{"code", "detail", "at"} of the last failure, never a text of the resume.';
comment on column private.jobs.dead_at is 'Set when it failed for good. A person may requeue it.';

-- One living job for one piece of work, however often it is asked for.
create unique index jobs_subject_key on private.jobs (kind, subject_id)
where dead_at is null;

create index jobs_claim_idx on private.jobs (priority, place, run_at, job_id)
where dead_at is null;

-- The spent ones are looked for at every claim.
create index jobs_leased_until_idx on private.jobs (leased_until)
where dead_at is null and leased_until is not null;

create index jobs_owner_id_idx on private.jobs (owner_id, kind)
where dead_at is null;

create function private.enqueue_job(p_kind text, p_subject_id uuid, p_owner_id text, p_priority integer default 100) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_job_id bigint;
begin
  insert into private.jobs (kind, subject_id, owner_id, priority, place, max_attempts)
  select
    p_kind, p_subject_id, p_owner_id, p_priority::smallint,
    (select count(*) from private.jobs as j where j.owner_id = p_owner_id and j.kind = p_kind and j.dead_at is null)::integer,
    (private.setting()).max_job_attempts
  on conflict (kind, subject_id) where dead_at is null
  do update set priority = least(jobs.priority, excluded.priority)
  returning job_id into v_job_id;
  return v_job_id;
end
$$;

comment on function private.enqueue_job(text, uuid, text, integer) is
'Queues a piece of work once; asked again, the more urgent priority counts. Returns the job''s id.';

create function private.check_lease_seconds(p_lease_seconds integer) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_lease_seconds is null or p_lease_seconds not between 1 and 3600 then
    perform private.fail('invalid_request', 'A lease is 1–3600 seconds long');
  end if;
end
$$;

create function private.claim_jobs(
  p_worker_id text, p_kinds text[], p_limit integer, p_lease_seconds integer, p_subject_id uuid
) returns setof private.jobs
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
begin
  if p_worker_id is null or p_kinds is null or p_limit is null or p_limit not between 1 and 1000 then
    perform private.fail('invalid_request', 'Cannot claim jobs: worker and kinds are needed, the limit is 1–1000');
  end if;
  perform private.check_lease_seconds(p_lease_seconds);
  perform private.bury_spent_jobs();
  return query
  -- A materialized list: as a subquery the planner may run it once per row, and lock more each time.
  with chosen as materialized (
    select c.job_id
    from private.jobs as c
    where c.dead_at is null
      and c.kind = any (p_kinds)
      and (p_subject_id is null or c.subject_id = p_subject_id)
      -- Who names its subject comes for that very job and does not wait out a backoff.
      and (c.run_at <= now() or p_subject_id is not null)
      and (c.leased_until is null or c.leased_until <= now())
      and c.attempts < c.max_attempts
    order by c.priority, c.place, c.run_at, c.job_id
    limit p_limit
    for update skip locked
  )
  update private.jobs as j
  set
    lease_token = gen_random_uuid(),
    leased_until = now() + make_interval(secs => p_lease_seconds),
    worker_id = p_worker_id,
    attempts = j.attempts + 1
  from chosen
  where j.job_id = chosen.job_id
  returning j.*;
end
$$;

create function private.leased_job(p_job_id bigint, p_lease_token uuid, p_kind text default null) returns private.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where job_id = p_job_id for update;
  -- An expired lease that nobody has taken yet still holds: the work is done and nobody else's.
  if v_job.lease_token is distinct from p_lease_token or p_lease_token is null then
    perform private.fail('lease_lost', format('Job %s is not held under this lease', p_job_id));
  end if;
  -- What ends one kind of work would end another without a word to the row that waits for it.
  if v_job.kind <> p_kind then
    perform private.fail('conflict', format('Job %s is %s, not %s', p_job_id, v_job.kind, p_kind));
  end if;
  return v_job;
end
$$;

comment on function private.leased_job(bigint, uuid, text) is
'The job, locked, if the token is its lease and it is of that kind (null: any); raises lease_lost or conflict otherwise.';

create function private.extend_job(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_until timestamptz;
begin
  perform private.check_lease_seconds(p_lease_seconds);
  perform private.leased_job(p_job_id, p_lease_token);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = p_job_id
  returning leased_until into v_until;
  return v_until;
end
$$;

create function private.complete_job(p_job_id bigint, p_lease_token uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
begin
  if exists (select from public.resume_versions as v where v.version_id = v_job.subject_id and v_job.kind = 'ingest' and v.state = 'uploaded')
    or exists (select from public.optimizations as o where o.optimization_id = v_job.subject_id and v_job.kind = 'optimize' and o.status in ('queued', 'running'))
  then
    perform private.fail('conflict', format('Somebody waits for what job %s gives', p_job_id), 'End it with its result, or fail it.');
  end if;
  delete from private.jobs where job_id = p_job_id;
end
$$;

create function private.release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_job(p_job_id, p_lease_token);
  update private.jobs
  set
    lease_token = null, leased_until = null, worker_id = null,
    attempts = attempts - 1,
    run_at = now() + make_interval(secs => greatest(coalesce(p_delay_seconds, 0), 0))
  where job_id = p_job_id;
end
$$;

create function private.retry_delay(p_attempts integer) returns interval
language sql volatile
set search_path = ''
as $$
  -- Full jitter: anything between nothing and the capped exponential, so that jobs which failed
  -- together do not come back together.
  -- https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  select random() * least(s.retry_cap, s.retry_base * power(2, least(p_attempts, 20) - 1))
  from private.settings as s
$$;

create function private.fail_job(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer
) returns text
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
begin
  if p_retryable is null or length(p_error ->> 'code') not between 1 and 64 or p_error ->> 'code' is null then
    perform private.fail('invalid_request', 'A failure says its code and whether it is worth another attempt');
  end if;
  -- Who asked for an end does not wait for another attempt.
  if v_job.kind = 'optimize' and exists (
    select from public.optimizations as o where o.optimization_id = v_job.subject_id and o.cancel_requested_at is not null
  ) then
    perform private.finish_optimization(v_job.subject_id, 'cancelled', null, null);
    delete from private.jobs where job_id = p_job_id;
    return 'dead';
  end if;
  if p_retryable and v_job.attempts < v_job.max_attempts then
    update private.jobs
    set
      lease_token = null, leased_until = null, worker_id = null, last_error = p_error,
      run_at = now() + case
        when p_delay_seconds is null then private.retry_delay(v_job.attempts)
        else make_interval(secs => greatest(p_delay_seconds, 0))
      end
    where job_id = p_job_id;
    return 'retry';
  end if;
  perform private.bury_job(v_job, p_error, p_retryable);
  return 'dead';
end
$$;

create function private.bury_job(p_job private.jobs, p_error jsonb, p_keep boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
  case p_job.kind
    when 'ingest' then
      update public.resume_versions
      set state = 'failed', failure_code = coalesce(p_error ->> 'code', 'internal')
      where version_id = p_job.subject_id and state = 'uploaded';
      -- A file that is refused for what it is takes up no more room; one that could not be read yet stays.
      if found and not p_keep then
        perform private.enqueue_job('remove_object', p_job.subject_id, p_job.owner_id, 200);
      end if;
    when 'optimize' then
      perform private.finish_optimization(p_job.subject_id, 'failed', null, p_error);
    else null;
  end case;
  -- What could not have succeeded is answered by the domain row; what was used up is kept for a person.
  if p_keep then
    update private.jobs
    set dead_at = now(), lease_token = null, leased_until = null, worker_id = null, last_error = p_error
    where job_id = p_job.job_id;
  else
    delete from private.jobs where job_id = p_job.job_id;
  end if;
end
$$;

comment on function private.bury_job(private.jobs, jsonb, boolean) is
'Ends a job that will not be tried again and tells its domain row: version or optimization fail with the error''s code.';

create function private.bury_spent_jobs() returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_job private.jobs;
  v_count integer := 0;
begin
  -- A job that takes its worker down with it never fails by itself: its leases run out instead.
  for v_job in
    select j.* from private.jobs as j
    where j.dead_at is null and j.attempts >= j.max_attempts and j.leased_until <= now()
    for update skip locked
  loop
    perform private.bury_job(
      v_job,
      jsonb_build_object('code', 'internal', 'detail', 'Every attempt ended without an answer', 'retryable', true),
      true
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function private.bury_spent_jobs() is 'Ends jobs whose last allowed attempt let its lease run out. Returns how many.';

-- The service's side. PostgREST exposes public alone, so each has a wrapper there.

create function public.internal_claim_jobs(
  p_worker_id text, p_kinds text[], p_limit integer default 1, p_lease_seconds integer default 30, p_subject_id uuid default null
) returns table (
  job_id bigint, kind text, subject_id uuid, owner_id text, payload jsonb, attempts integer, max_attempts integer,
  lease_token uuid, leased_until timestamptz
)
language sql volatile
set search_path = ''
as $$
  select c.job_id, c.kind, c.subject_id, c.owner_id, c.payload, c.attempts, c.max_attempts, c.lease_token, c.leased_until
  from private.claim_jobs(p_worker_id, p_kinds, p_limit, p_lease_seconds, p_subject_id) as c
  order by c.priority, c.place, c.run_at, c.job_id
$$;

comment on function public.internal_claim_jobs(text, text[], integer, integer, uuid) is
'Leases up to p_limit due jobs to a worker, most urgent first. With p_subject_id, that subject''s job alone, its backoff not waited for. Called by the functions with the secret key.';

create function public.internal_complete_job(p_job_id bigint, p_lease_token uuid) returns void
language sql volatile
set search_path = ''
as $$
  select private.complete_job(p_job_id, p_lease_token)
$$;

comment on function public.internal_complete_job(bigint, uuid) is 'Ends a job that has no row of its own to write, or whose row has ended already. Raises lease_lost, conflict.';

create function public.internal_extend_job(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer default 30) returns timestamptz
language sql volatile
set search_path = ''
as $$
  select private.extend_job(p_job_id, p_lease_token, p_lease_seconds)
$$;

comment on function public.internal_extend_job(bigint, uuid, integer) is 'Holds a lease for longer; returns until when. Raises lease_lost.';

create function public.internal_fail_job(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer default null
) returns text
language sql volatile
set search_path = ''
as $$
  select private.fail_job(p_job_id, p_lease_token, p_error, p_retryable, p_delay_seconds)
$$;

comment on function public.internal_fail_job(bigint, uuid, jsonb, boolean, integer) is
'Ends an attempt: retry (after exponential backoff with full jitter, or p_delay_seconds) or dead, which is returned. p_error: {"code", "detail", "retryable"}. Raises lease_lost.';

create function public.internal_release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer default 0) returns void
language sql volatile
set search_path = ''
as $$
  select private.release_job(p_job_id, p_lease_token, p_delay_seconds)
$$;

comment on function public.internal_release_job(bigint, uuid, integer) is 'Gives a job back untouched; the attempt does not count. Raises lease_lost.';

grant execute on function private.claim_jobs(text, text[], integer, integer, uuid) to service_role;
grant execute on function private.extend_job(bigint, uuid, integer) to service_role;
grant execute on function private.complete_job(bigint, uuid) to service_role;
grant execute on function private.release_job(bigint, uuid, integer) to service_role;
grant execute on function private.fail_job(bigint, uuid, jsonb, boolean, integer) to service_role;
grant execute on function public.internal_claim_jobs(text, text[], integer, integer, uuid) to service_role;
grant execute on function public.internal_complete_job(bigint, uuid) to service_role;
grant execute on function public.internal_extend_job(bigint, uuid, integer) to service_role;
grant execute on function public.internal_fail_job(bigint, uuid, jsonb, boolean, integer) to service_role;
grant execute on function public.internal_release_job(bigint, uuid, integer) to service_role;
-- Upload: reserve (begin), send the bytes to Storage, say that they are there (complete). Nothing
-- of it is trusted before ingest has read the file.

create function private.lock_user(p_user_id text) returns void
language sql volatile
set search_path = ''
as $$
  -- Quotas are counted, then used: one transaction of a user at a time.
  select pg_advisory_xact_lock(hashtextextended('reswave:user:' || p_user_id, 0))
$$;

create function private.begin_resume_upload(
  p_filename text, p_mime_type text, p_file_size bigint, p_resume_id uuid, p_sha256 text
) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_settings constant private.settings := private.setting();
  v_name constant text := private.check_filename(p_filename);
  v_kind constant text := private.kind_of_mime_type(p_mime_type);
  v_resume public.resumes;
  v_number integer := 1;
  v_parent uuid;
  v_used record;
  v_version public.resume_versions;
begin
  if v_kind is null then
    perform private.fail('unsupported_file_type', 'Only PDF, DOC and DOCX files are accepted', 'Send the MIME type of the file.');
  end if;
  if lower(v_name) !~ ('\.' || v_kind || '$') then
    perform private.fail('unsupported_file_type', format('The file name does not end in .%s', v_kind), 'Name and MIME type must agree.');
  end if;
  if p_file_size is null or p_file_size < 0 then
    perform private.fail('invalid_request', 'The file size is not given', 'Send the size in bytes.');
  end if;
  if p_file_size = 0 then
    perform private.fail('file_empty', 'The file is empty', 'Choose a file that has content.');
  end if;
  if p_file_size > v_settings.max_file_bytes then
    perform private.fail('file_too_large', format('The file is over %s bytes', v_settings.max_file_bytes), 'Save it smaller.');
  end if;
  if p_sha256 !~ '^[0-9a-f]{64}$' then
    perform private.fail('invalid_request', 'The SHA-256 is not 64 lowercase hex digits', 'Send it as such, or leave it out.');
  end if;

  perform private.lock_user(v_caller);
  select
    count(*) filter (where v.state = 'pending') as pending,
    coalesce(sum(v.file_size) filter (where v.state = 'pending' or v.held_as <> 'none'), 0) as bytes,
    count(*) filter (where v.created_at > now() - interval '1 hour') as begun,
    min(v.created_at) filter (where v.created_at > now() - interval '1 hour') as oldest
  into v_used
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where r.user_id = v_caller;
  perform private.check_rate(v_used.begun, v_settings.uploads_per_hour, v_used.oldest, 'uploads');
  if v_used.pending >= v_settings.max_pending_uploads_per_user then
    perform private.fail('quota_exceeded', format('%s uploads are unfinished', v_settings.max_pending_uploads_per_user), 'Finish them, or report them as failed.');
  end if;
  if p_file_size + v_used.bytes > v_settings.max_bytes_per_user then
    perform private.fail('quota_exceeded', format('All files together would be over %s bytes', v_settings.max_bytes_per_user), 'Delete a resume first.');
  end if;

  if p_resume_id is null then
    if (
      select count(*) from public.resumes as r where r.user_id = v_caller and r.deleted_at is null
    ) >= v_settings.max_resumes_per_user then
      perform private.fail('quota_exceeded', format('There are %s resumes already', v_settings.max_resumes_per_user), 'Delete a resume first.');
    end if;
    insert into public.resumes (user_id, original_filename, mime_type)
    values (v_caller, v_name, p_mime_type)
    returning * into v_resume;
  else
    -- Absent, deleted and another's are one answer.
    select * into v_resume from public.resumes as r
    where r.id = p_resume_id and r.user_id = v_caller and r.deleted_at is null;
    if not found then
      perform private.fail('not_found', 'There is no such resume');
    end if;
    select max(v.version_number) + 1 into v_number from public.resume_versions as v where v.resume_id = v_resume.id;
    v_number := coalesce(v_number, 1);
    if v_number > v_settings.max_versions_per_resume then
      perform private.fail('quota_exceeded', format('The resume has %s versions already', v_settings.max_versions_per_resume), 'Start a new resume.');
    end if;
    v_parent := v_resume.current_version_id;
  end if;

  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, parent_version_id,
    original_filename, mime_type, expected_sha256, upload_expires_at
  ) values (
    v_resume.id, v_number, private.object_name(v_caller, v_resume.id, v_number, v_name), p_file_size, v_parent,
    v_name, p_mime_type, p_sha256, now() + v_settings.upload_ttl
  )
  returning * into v_version;
  return v_version;
end
$$;

create function public.begin_resume_upload(
  filename text, mime_type text, file_size bigint, resume_id uuid default null, sha256 text default null
) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.begin_resume_upload($1, $2, $3, $4, $5)
$$;

comment on function public.begin_resume_upload(text, text, bigint, uuid, text) is
'For users: reserves a version and its name in the bucket resumes (full_storage_path), where the file is to be uploaded before upload_expires_at.
filename as the person has it; file_size in bytes; resume_id for a new version of a resume, absent for a new one; sha256 (lowercase hex) is compared at ingest if given.
Raises unauthorized, invalid_filename, unsupported_file_type, file_empty, file_too_large, invalid_request, not_found, quota_exceeded, too_many_requests.';

create function private.finish_upload(p_version public.resume_versions, p_owner_id text, p_priority integer) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_object record;
  v_size bigint;
  v_failure text;
  v_version public.resume_versions;
begin
  select o.id, o.version, o.metadata into v_object
  from storage.objects as o
  where o.bucket_id = 'resumes' and o.name = p_version.full_storage_path
    -- The row can be there before the bytes are: size and type are written with them.
    and o.metadata ? 'size';
  if not found then
    return null;
  end if;
  v_size := (v_object.metadata ->> 'size')::bigint;
  v_failure := case
    when v_size = 0 then 'file_empty'
    when v_size > (private.setting()).max_file_bytes then 'file_too_large'
    when v_size <> p_version.file_size then 'size_mismatch'
    when split_part(v_object.metadata ->> 'mimetype', ';', 1) <> p_version.mime_type then 'file_type_mismatch'
  end;
  update public.resume_versions as v
  set
    state = case when v_failure is null then 'uploaded' else 'failed' end,
    failure_code = v_failure,
    held_as = 'full',
    file_size = greatest(v_size, 1),
    object_version = coalesce(v_object.version, v_object.id::text),
    uploaded_at = now(),
    upload_expires_at = null
  where v.version_id = p_version.version_id
  returning * into v_version;
  if v_failure is null then
    perform private.enqueue_job('ingest', v_version.version_id, p_owner_id, p_priority);
  else
    perform private.enqueue_job('remove_object', v_version.version_id, p_owner_id, 200);
  end if;
  return v_version;
end
$$;

comment on function private.finish_upload(public.resume_versions, text, integer) is
'Takes note of the object that arrived for a pending version and queues its ingest; null while there is none. What cannot be right (size, type) fails the version at once.';

create function private.owned_version(p_version_id uuid, p_user_id text) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_version public.resume_versions;
begin
  select v.* into v_version
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where v.version_id = p_version_id and r.user_id = p_user_id and r.deleted_at is null
  for update of v;
  if not found then
    perform private.fail('not_found', 'There is no such version');
  end if;
  return v_version;
end
$$;

comment on function private.owned_version(uuid, text) is 'The version, locked, if it is that user''s; absent, deleted and another''s raise the same not_found.';

create function private.complete_resume_upload(p_version_id uuid) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_version public.resume_versions := private.owned_version(p_version_id, v_caller);
begin
  if v_version.state <> 'pending' then
    return v_version;
  end if;
  v_version := private.finish_upload(v_version, v_caller, 50);
  if v_version.version_id is null then
    perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it to full_storage_path, then complete again.');
  end if;
  return v_version;
end
$$;

create function public.complete_resume_upload(version_id uuid) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.complete_resume_upload($1)
$$;

comment on function public.complete_resume_upload(uuid) is
'For users: says that the file is in storage. Checks its size and type and queues ingest; returns the version: uploaded, or failed with failure_code. Idempotent.
Raises unauthorized, not_found, upload_incomplete.';

create function private.report_upload_failure(p_version_id uuid, p_reason text) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_version public.resume_versions := private.owned_version(p_version_id, v_caller);
begin
  if p_reason not in ('network', 'storage', 'aborted', 'timeout', 'other') or p_reason is null then
    perform private.fail('invalid_request', 'The reason is not one of network, storage, aborted, timeout, other', 'Send one of these.');
  end if;
  if v_version.state <> 'pending' then
    return v_version;
  end if;
  update public.resume_versions as v
  set state = 'failed', failure_code = 'upload_failed', notices = jsonb_build_array('upload_' || p_reason), upload_expires_at = null
  where v.version_id = p_version_id
  returning * into v_version;
  return v_version;
end
$$;

create function public.report_upload_failure(version_id uuid, reason text) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.report_upload_failure($1, $2)
$$;

comment on function public.report_upload_failure(uuid, text) is
'For users: gives a pending upload up, so that it counts against no quota. reason: network, storage, aborted, timeout or other. Idempotent.
Raises unauthorized, not_found, invalid_request.';

create function private.expire_uploads() returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_version public.resume_versions;
  v_owner text;
  v_done public.resume_versions;
  v_count integer := 0;
begin
  for v_version in
    select v.* from public.resume_versions as v
    where v.state = 'pending' and v.upload_expires_at <= now()
    limit 500
    for update of v skip locked
  loop
    select r.user_id into v_owner from public.resumes as r where r.id = v_version.resume_id;
    -- The bytes may have arrived and the client died before it could say so.
    v_done := private.finish_upload(v_version, v_owner, 200);
    if v_done.version_id is null then
      update public.resume_versions as v
      set state = 'failed', failure_code = 'upload_expired', upload_expires_at = null
      where v.version_id = v_version.version_id;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function private.expire_uploads() is
'Settles uploads whose time is over: finished if the file is there, failed with upload_expired if not. Returns how many.';

grant execute on function private.begin_resume_upload(text, text, bigint, uuid, text) to authenticated;
grant execute on function private.complete_resume_upload(uuid) to authenticated;
grant execute on function private.report_upload_failure(uuid, text) to authenticated;
grant execute on function public.begin_resume_upload(text, text, bigint, uuid, text) to authenticated;
grant execute on function public.complete_resume_upload(uuid) to authenticated;
grant execute on function public.report_upload_failure(uuid, text) to authenticated;
-- Ingest reads what arrived: the worker fetches, hashes and extracts; these functions hand it the
-- version and take its findings, in one transaction with the end of the job.

create function private.ingest_source(p_job_id bigint, p_lease_token uuid) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'ingest');
  v_version public.resume_versions;
begin
  select * into v_version from public.resume_versions where version_id = v_job.subject_id;
  return v_version;
end
$$;

create function public.internal_ingest_source(p_job_id bigint, p_lease_token uuid) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.ingest_source(p_job_id, p_lease_token)
$$;

comment on function public.internal_ingest_source(bigint, uuid) is 'The version that a leased ingest job is about. Raises lease_lost, conflict.';

create function private.complete_ingest(
  p_job_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint,
  p_content_text text, p_headings text, p_language text, p_notices jsonb
) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
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
    update public.resume_versions as v
    set
      state = 'ready', sha256 = p_sha256, content_text = p_content_text, headings = p_headings,
      language = p_language, notices = p_notices, ready_at = now()
    where v.version_id = v_version.version_id
    returning * into v_version;
    -- The newest ready version is the current one; an older one that was read late is not.
    update public.resumes as r
    set
      current_version_id = v_version.version_id, original_filename = v_version.original_filename,
      mime_type = v_version.mime_type, content_text = v_version.content_text,
      headings = v_version.headings, language = v_version.language
    where r.id = v_version.resume_id
      and not exists (
        select from public.resume_versions as newer
        where newer.resume_id = r.id and newer.state = 'ready' and newer.version_number > v_version.version_number
      );
  end if;
  delete from private.jobs where job_id = p_job_id;
  return v_version;
end
$$;

create function public.internal_complete_ingest(
  p_job_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint,
  p_content_text text, p_headings text, p_language text, p_notices jsonb default '[]'
) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.complete_ingest(
    p_job_id, p_lease_token, p_sha256, p_file_size, p_content_text, p_headings, p_language, p_notices
  )
$$;

comment on function public.internal_complete_ingest(bigint, uuid, text, bigint, text, text, text, jsonb) is
'Makes a version ready with what ingest read of it, and ends the job, in one transaction. Returns the version: ready, or failed with hash_mismatch when the object is not the accepted one. Raises lease_lost, conflict.';

create function private.removable_object(p_job_id bigint, p_lease_token uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'remove_object');
  v_name text;
begin
  select v.full_storage_path into v_name from public.resume_versions as v
  where v.version_id = v_job.subject_id and v.state = 'failed' and v.held_as = 'full';
  return v_name;
end
$$;

create function public.internal_removable_object(p_job_id bigint, p_lease_token uuid) returns text
language sql volatile
set search_path = ''
as $$
  select private.removable_object(p_job_id, p_lease_token)
$$;

comment on function public.internal_removable_object(bigint, uuid) is
'The object that a leased remove_object job may delete through the Storage API; null when there is nothing left to do. Raises lease_lost, conflict.';

create function private.complete_object_removal(p_job_id bigint, p_lease_token uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'remove_object');
begin
  update public.resume_versions as v set held_as = 'none'
  where v.version_id = v_job.subject_id and v.state = 'failed';
  delete from private.jobs where job_id = p_job_id;
end
$$;

create function public.internal_complete_object_removal(p_job_id bigint, p_lease_token uuid) returns void
language sql volatile
set search_path = ''
as $$
  select private.complete_object_removal(p_job_id, p_lease_token)
$$;

comment on function public.internal_complete_object_removal(bigint, uuid) is
'Records that a failed version''s object is gone from storage, and ends the job. Raises lease_lost, conflict.';

grant execute on function private.ingest_source(bigint, uuid) to service_role;
grant execute on function private.complete_ingest(bigint, uuid, text, bigint, text, text, text, jsonb) to service_role;
grant execute on function private.removable_object(bigint, uuid) to service_role;
grant execute on function private.complete_object_removal(bigint, uuid) to service_role;
grant execute on function public.internal_ingest_source(bigint, uuid) to service_role;
grant execute on function public.internal_complete_ingest(bigint, uuid, text, bigint, text, text, text, jsonb) to service_role;
grant execute on function public.internal_removable_object(bigint, uuid) to service_role;
grant execute on function public.internal_complete_object_removal(bigint, uuid) to service_role;
-- Asking for suggestions: the row and its job are accepted in one transaction.

create function private.request_optimization(
  p_file_path text, p_job_description text, p_idempotency_key text, p_user_id text
) returns public.optimizations
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_settings constant private.settings := private.setting();
  v_job_description constant text := nullif(btrim(p_job_description), '');
  v_version public.resume_versions;
  v_finished public.resume_versions;
  v_hash text;
  v_asked record;
  v_optimization public.optimizations;
begin
  if p_user_id is distinct from v_caller and p_user_id is not null then
    perform private.fail('forbidden', 'The userId is not that of the access token', 'Leave it out, or send the token''s own subject.');
  end if;
  if p_file_path is null then
    perform private.fail('invalid_request', 'The file path is not given', 'Send full_storage_path of the version.');
  end if;
  if length(v_job_description) > 20000 then
    perform private.fail('invalid_request', 'The job description is longer than 20,000 characters', 'Send the part that describes the job.');
  end if;
  if length(p_idempotency_key) not between 1 and 200 then
    perform private.fail('invalid_request', 'The idempotency key is not 1 to 200 characters long', 'Send a key of that length, or none.');
  end if;

  -- The guide sends the key with its bucket in front; both forms name the same object.
  select v.* into v_version
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where v.full_storage_path in (p_file_path, regexp_replace(p_file_path, '^resumes/', ''))
    and r.user_id = v_caller and r.deleted_at is null;
  if not found then
    perform private.fail('not_found', 'There is no such file');
  end if;
  v_hash := encode(sha256(convert_to(v_version.version_id::text || coalesce(E'\n' || v_job_description, ''), 'UTF8')), 'hex');

  perform private.lock_user(v_caller);
  select * into v_optimization from public.optimizations as o
  where o.user_id = v_caller and o.idempotency_key = p_idempotency_key;
  if found then
    if v_optimization.input_hash <> v_hash then
      perform private.fail('idempotency_conflict', 'The idempotency key was used with other input', 'Use a new key for a new request.');
    end if;
    return v_optimization;
  end if;
  select * into v_optimization from public.optimizations as o
  where o.user_id = v_caller and o.input_hash = v_hash and o.status in ('queued', 'running') and p_idempotency_key is null
  limit 1;
  if found then
    return v_optimization;
  end if;

  select count(*) as number, min(o.created_at) as oldest into v_asked
  from public.optimizations as o
  where o.user_id = v_caller and o.created_at > now() - interval '1 hour';
  perform private.check_rate(v_asked.number, v_settings.optimizations_per_hour, v_asked.oldest, 'optimizations');
  if (
    select count(*) from public.optimizations as o where o.user_id = v_caller and o.status in ('queued', 'running')
  ) >= v_settings.max_active_optimizations_per_user then
    perform private.fail('too_many_requests', format('%s optimizations are in flight', v_settings.max_active_optimizations_per_user), 'Wait for one to end, or cancel it.');
  end if;
  if (
    select count(*) from private.jobs as j where j.kind = 'optimize' and j.dead_at is null
  ) >= v_settings.max_queued_optimizations then
    perform private.fail('unavailable', 'Too many optimizations wait', 'Try again in a minute.');
  end if;

  select v.* into v_version from public.resume_versions as v where v.version_id = v_version.version_id for update;
  if not found then
    -- Erased since it was found above.
    perform private.fail('not_found', 'There is no such file');
  end if;
  if v_version.state = 'pending' then
    -- The client may have forgotten to complete the upload, or be about to.
    v_finished := private.finish_upload(v_version, v_caller, 10);
    if v_finished.version_id is null then
      perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it to full_storage_path first.');
    end if;
    v_version := v_finished;
  end if;
  if v_version.state = 'pruned' then
    perform private.fail('conflict', 'The version is no longer kept', 'Use a newer version.');
  end if;

  insert into public.optimizations (user_id, resume_id, version_id, job_description, idempotency_key, input_hash)
  values (v_caller, v_version.resume_id, v_version.version_id, v_job_description, p_idempotency_key, v_hash)
  returning * into v_optimization;
  perform private.append_events(
    v_optimization.optimization_id,
    jsonb_build_array(jsonb_build_object('type', 'queued', 'data', jsonb_build_object('optimizationId', v_optimization.optimization_id)))
  );
  if v_version.state = 'failed' then
    -- A file that cannot be read is answered like any other final failure: with its own code.
    perform private.finish_optimization(
      v_optimization.optimization_id, 'failed', null,
      jsonb_build_object('code', v_version.failure_code, 'detail', 'The file could not be used', 'retryable', false)
    );
  else
    perform private.enqueue_job('optimize', v_optimization.optimization_id, v_caller, 10);
  end if;
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_optimization.optimization_id;
  return v_optimization;
end
$$;

create function public.request_optimization(
  file_path text, job_description text default null, idempotency_key text default null, user_id text default null
) returns public.optimizations
language sql volatile
set search_path = ''
as $$
  select private.request_optimization($1, $2, $3, $4)
$$;

comment on function public.request_optimization(text, text, text, text) is
'For users: accepts an optimization of a version of theirs, named by full_storage_path. The same idempotency_key,
or the same input while it is in flight, gives the same optimization.
Usually called by the function optimize-resume. Raises unauthorized, forbidden, invalid_request, not_found, upload_incomplete, idempotency_conflict, too_many_requests, unavailable, conflict.';

create function private.finish_optimization(p_optimization_id uuid, p_status text, p_result jsonb, p_error jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.optimizations as o
  set
    status = p_status, result = p_result, error = p_error, finished_at = now(), partial = '{}',
    progress = o.progress || '{"stage": "done"}'
  where o.optimization_id = p_optimization_id and o.status in ('queued', 'running');
  if found then
    -- The result stands in the row; an event only says that it is there.
    perform private.append_events(
      p_optimization_id,
      jsonb_build_array(
        jsonb_build_object(
          'type', case when p_status = 'succeeded' then 'done' else 'error' end,
          'data', jsonb_build_object('status', p_status) || coalesce(p_error, '{}')
        )
      )
    );
  end if;
end
$$;

comment on function private.finish_optimization(uuid, text, jsonb, jsonb) is
'The one end of an optimization: its status, its last event, once; a second end changes nothing.';

create function private.cancel_optimization(p_optimization_id uuid) returns public.optimizations
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_optimization public.optimizations;
  v_job private.jobs;
begin
  -- Job before row, as everything that ends an optimization locks them.
  select * into v_job from private.jobs as j
  where j.kind = 'optimize' and j.subject_id = p_optimization_id and j.owner_id = v_caller and j.dead_at is null
  for update;
  select * into v_optimization from public.optimizations as o
  where o.optimization_id = p_optimization_id and o.user_id = v_caller
  for update;
  if not found then
    perform private.fail('not_found', 'There is no such optimization');
  end if;
  if v_optimization.status in ('queued', 'running') then
    update public.optimizations as o set cancel_requested_at = coalesce(o.cancel_requested_at, now())
    where o.optimization_id = p_optimization_id;
    if v_job.lease_token is null or v_job.leased_until <= now() then
      perform private.finish_optimization(p_optimization_id, 'cancelled', null, null);
      delete from private.jobs where job_id = v_job.job_id;
    end if;
    select * into v_optimization from public.optimizations as o where o.optimization_id = p_optimization_id;
  end if;
  return v_optimization;
end
$$;

create function public.cancel_optimization(optimization_id uuid) returns public.optimizations
language sql volatile
set search_path = ''
as $$
  select private.cancel_optimization($1)
$$;

comment on function public.cancel_optimization(uuid) is
'For users: stops an optimization of theirs: a queued one at once, a running one when its worker next reports (within a second), the model included. Idempotent. Raises unauthorized, not_found.';

create function private.optimization_events_of(p_optimization_id uuid, p_after_event_id integer)
returns setof private.optimization_events
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the events are granted to nobody; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
begin
  if not exists (
    select from public.optimizations as o where o.optimization_id = p_optimization_id and o.user_id = v_caller
  ) then
    perform private.fail('not_found', 'There is no such optimization');
  end if;
  return query
  select e.* from private.optimization_events as e
  where e.optimization_id = p_optimization_id and e.event_id > p_after_event_id
  order by e.event_id
  limit 500;
end
$$;

create function public.list_optimization_events(optimization_id uuid, after_event_id integer default 0)
returns table (event_id integer, type text, data jsonb, created_at timestamptz)
language sql volatile
set search_path = ''
as $$
  select e.event_id, e.type, e.data, e.created_at from private.optimization_events_of($1, $2) as e
$$;

comment on function public.list_optimization_events(uuid, integer) is
'For users: what happened to an optimization of theirs after an event, oldest first, at most 500. Raises unauthorized, not_found.';

grant execute on function private.request_optimization(text, text, text, text) to authenticated;
grant execute on function private.cancel_optimization(uuid) to authenticated;
grant execute on function private.optimization_events_of(uuid, integer) to authenticated;
grant execute on function public.request_optimization(text, text, text, text) to authenticated;
grant execute on function public.cancel_optimization(uuid) to authenticated;
grant execute on function public.list_optimization_events(uuid, integer) to authenticated;
-- The worker's side of an optimization.

create function private.start_optimization(p_job_id bigint, p_lease_token uuid) returns public.optimizations
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_optimization public.optimizations;
begin
  update public.optimizations as o
  set status = 'running', started_at = coalesce(o.started_at, now())
  where o.optimization_id = v_job.subject_id and o.status in ('queued', 'running');
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_job.subject_id;
  if v_optimization.status is distinct from 'running' then
    delete from private.jobs where job_id = p_job_id;
  end if;
  return v_optimization;
end
$$;

create function public.internal_start_optimization(p_job_id bigint, p_lease_token uuid) returns public.optimizations
language sql volatile
set search_path = ''
as $$
  select private.start_optimization(p_job_id, p_lease_token)
$$;

comment on function public.internal_start_optimization(bigint, uuid) is
'Marks the optimization of a leased job as running and returns it; if it has ended meanwhile, ends the job. Raises lease_lost, conflict.';

create function private.optimization_source(p_job_id bigint, p_lease_token uuid) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_version public.resume_versions;
begin
  select v.* into v_version
  from public.resume_versions as v join public.optimizations as o on o.version_id = v.version_id
  where o.optimization_id = v_job.subject_id;
  return v_version;
end
$$;

create function public.internal_optimization_source(p_job_id bigint, p_lease_token uuid) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.optimization_source(p_job_id, p_lease_token)
$$;

comment on function public.internal_optimization_source(bigint, uuid) is
'The version that the optimization of a leased job is about, its text when ready. Raises lease_lost, conflict.';

create function private.report_optimization(
  p_job_id bigint, p_lease_token uuid, p_lease_seconds integer, p_progress jsonb, p_events jsonb, p_partial jsonb
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_cancel_requested boolean;
begin
  perform private.check_lease_seconds(p_lease_seconds);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = p_job_id;
  update public.optimizations as o
  set progress = o.progress || coalesce(p_progress, '{}'), partial = o.partial || coalesce(p_partial, '{}')
  where o.optimization_id = v_job.subject_id and o.status = 'running'
  returning o.cancel_requested_at is not null into v_cancel_requested;
  if v_cancel_requested is not null and jsonb_array_length(coalesce(p_events, '[]')) > 0 then
    perform private.append_events(v_job.subject_id, p_events);
  end if;
  -- An optimization that is no longer running has nothing to be worked on.
  return coalesce(v_cancel_requested, true);
end
$$;

create function public.internal_report_optimization(
  p_job_id bigint, p_lease_token uuid, p_lease_seconds integer default 30,
  p_progress jsonb default null, p_events jsonb default null, p_partial jsonb default null
) returns boolean
language sql volatile
set search_path = ''
as $$
  select private.report_optimization(p_job_id, p_lease_token, p_lease_seconds, p_progress, p_events, p_partial)
$$;

comment on function public.internal_report_optimization(bigint, uuid, integer, jsonb, jsonb, jsonb) is
'The one call while a job runs: extends the lease, merges progress and section results, appends events [{"type", "data"}]. Returns whether it is to be cancelled. Raises lease_lost, conflict.';

create function private.complete_optimization(
  p_job_id bigint, p_lease_token uuid, p_status text, p_result jsonb, p_events jsonb
) returns public.optimizations
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_optimization public.optimizations;
begin
  if p_status is null or p_status not in ('succeeded', 'cancelled') then
    perform private.fail('invalid_request', 'An optimization is completed as succeeded or cancelled');
  end if;
  if (p_status = 'succeeded') <> (p_result is not null) then
    perform private.fail('invalid_request', 'A result comes with success, and with nothing else');
  end if;
  if jsonb_array_length(coalesce(p_events, '[]')) > 0 then
    perform private.report_optimization(p_job_id, p_lease_token, 30, null, p_events, null);
  end if;
  perform private.finish_optimization(v_job.subject_id, p_status, p_result, null);
  delete from private.jobs where job_id = p_job_id;
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_job.subject_id;
  return v_optimization;
end
$$;

create function public.internal_complete_optimization(
  p_job_id bigint, p_lease_token uuid, p_status text, p_result jsonb default null, p_events jsonb default null
) returns public.optimizations
language sql volatile
set search_path = ''
as $$
  select private.complete_optimization(p_job_id, p_lease_token, p_status, p_result, p_events)
$$;

comment on function public.internal_complete_optimization(bigint, uuid, text, jsonb, jsonb) is
'Ends an optimization and its job in one transaction: succeeded with its result, or cancelled. Returns the row as it ended. Raises lease_lost, conflict.';

grant execute on function private.start_optimization(bigint, uuid) to service_role;
grant execute on function private.optimization_source(bigint, uuid) to service_role;
grant execute on function private.report_optimization(bigint, uuid, integer, jsonb, jsonb, jsonb) to service_role;
grant execute on function private.complete_optimization(bigint, uuid, text, jsonb, jsonb) to service_role;
grant execute on function public.internal_start_optimization(bigint, uuid) to service_role;
grant execute on function public.internal_optimization_source(bigint, uuid) to service_role;
grant execute on function public.internal_report_optimization(bigint, uuid, integer, jsonb, jsonb, jsonb) to service_role;
grant execute on function public.internal_complete_optimization(bigint, uuid, text, jsonb, jsonb) to service_role;
-- The words to find things by: those of every kept version, and those that an owner might have meant.

create table private.version_words (
  version_id uuid not null,
  user_id text not null,
  language text not null,
  content_tsvector tsvector not null,
  constraint version_words_pkey primary key (version_id),
  constraint version_words_version_id_fkey foreign key (version_id) references public.resume_versions (version_id) on delete cascade
);

alter table private.version_words enable row level security;

comment on table private.version_words is 'What a kept version is found by when all versions are searched. Beside resume_versions, whose rows are sent to clients; kept by its trigger.';

create index version_words_search_idx on private.version_words using gin ((array[user_id]), content_tsvector);

create index version_words_user_id_language_idx on private.version_words (user_id, language);

create function private.tg_resume_versions__index_words() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.state = 'ready' then
    insert into private.version_words (version_id, user_id, language, content_tsvector)
    select new.version_id, r.user_id, coalesce(new.language, 'simple'),
      private.content_tsvector(coalesce(new.language, 'simple'), new.original_filename, new.headings, new.content_text)
    from public.resumes as r
    where r.id = new.resume_id
    on conflict (version_id) do update
    set language = excluded.language, content_tsvector = excluded.content_tsvector;
  else
    delete from private.version_words where version_id = new.version_id;
  end if;
  return null;
end
$$;

create trigger resume_versions_index_words
after insert or update of state, content_text, headings, language, original_filename on public.resume_versions
for each row execute function private.tg_resume_versions__index_words();

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

create function private.known_words(p_caller text, p_language text, p_all_versions boolean) returns text[]
language plpgsql stable
set search_path = ''
as $$
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
      select a.content_tsvector
      from (
        select r.content_tsvector, r.created_at
        from public.resumes as r
        where not p_all_versions and r.user_id = p_caller and r.language = p_language and r.deleted_at is null
        union all
        select w.content_tsvector, v.created_at
        from private.version_words as w
          join public.resume_versions as v on v.version_id = w.version_id
          join public.resumes as r on r.id = v.resume_id
        where p_all_versions and w.user_id = p_caller and w.language = p_language
          and r.user_id = p_caller and r.deleted_at is null
      ) as a
      order by a.created_at desc
      limit v_max_texts
    ) as t
      cross join lateral unnest(tsvector_to_array(t.content_tsvector)) as w (word)
    group by w.word
    order by texts desc, w.word
    limit v_max_words
  ) as k;
  return coalesce(v_words, '{}');
end
$$;

comment on function private.known_words(text, text, boolean) is 'The lexemes of an owner''s newest texts in a language, the most frequent first. For private.search_resumes().';

create function private.guessed_query(p_language text, p_query tsquery, p_typed text, p_known text[], p_match text) returns tsquery
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
    if v_is_last or not v_lexeme = any (p_known) then
      v_plain := extensions.unaccent('extensions.unaccent', v_token);
      v_words := array(
        select k.word
        from unnest(p_known) with ordinality as k (word, place)
          cross join lateral extensions.unaccent('extensions.unaccent', k.word) as plain
        where starts_with(plain, v_plain)
          -- Lexemes are cut: engin stands for engineer, of which "enginee" is a beginning. It is less sure: softwar is no softwareent.
          or p_match = 'similar' and starts_with(v_plain, plain) and length(plain) >= greatest(4, length(v_plain) - 4)
        order by k.place
        limit 20
      );
      if p_match = 'similar' and cardinality(v_words) = 0 and length(v_token) >= 4 then
        v_plain := extensions.unaccent('extensions.unaccent', v_lexeme);
        v_words := array(
          select s.word
          from (
            select k.word, k.place, plain, greatest(extensions.similarity(plain, v_plain), extensions.similarity(plain, extensions.unaccent('extensions.unaccent', v_token))) as likeness
            from unnest(p_known) with ordinality as k (word, place)
              cross join lateral extensions.unaccent('extensions.unaccent', k.word) as plain
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

comment on function private.guessed_query(text, tsquery, text, text[], text) is
'The query with the owner''s own words in place of what was typed: those that begin so (prefix), or else look so (similar). The last five words at most; null if that changes nothing.';
-- Where in a text the words of a query stand. ts_headline() marks them with tags inside the text, which
-- a text can forge, and reads it whole: half a millisecond for a page of text. Here a regular expression finds what may be a
-- form of a word, and the stemmer decides on those few.

create type private.highlight_terms as (language text, lexemes text[], pattern text);

create function private.highlight_terms_of(p_language text, p_query tsquery) returns private.highlight_terms
language plpgsql immutable
set search_path = ''
as $$
declare
  v_lexemes constant text[] := (private.wanted_lexemes(p_query))[1:20];
  v_terms private.highlight_terms := row(p_language, v_lexemes, null);
begin
  -- Stemming changes the end of a word, and its accents: a beginning, in which a vowel stands for each of its forms, finds every form.
  select string_agg(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      regexp_replace(b.beginning, '[^[:alnum:]]', '\\\&', 'g'),
      '[aàáâãäå]', '[aàáâãäå]', 'g'), '[eèéêë]', '[eèéêë]', 'g'), '[iìíîïy]', '[iìíîïy]', 'g'),
      '[oòóôõö]', '[oòóôõö]', 'g'), '[uùúûü]', '[uùúûü]', 'g'), '[cç]', '[cç]', 'g'), '[sß]', '[sß]', 'g'),
    '|'
  ) into v_terms.pattern
  from (
    select distinct left(l, case when l ~ '^[[:alpha:]]+$' then greatest(3, length(l) - 2) else least(length(l), 40) end) as beginning
    from unnest(v_lexemes) as l
  ) as b;
  v_terms.pattern := '\m(?:' || v_terms.pattern || ')\w*';
  return v_terms;
end
$$;

comment on function private.highlight_terms_of(text, tsquery) is 'What private.highlight() looks for, made once per query. The pattern is null when there is nothing to show.';

create function private.highlight(p_field text, p_text text, p_terms private.highlight_terms, p_max_snippets integer) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  v_max_scanned constant integer := 50000;
  v_max_words constant integer := 200;
  v_max_ranges constant integer := 20;
  v_is_name constant boolean := p_field = 'original_filename';
  v_window constant integer := case when v_is_name then 255 else 240 end;
  v_before constant integer := case when v_is_name then 255 else 60 end;
  v_text constant text := left(p_text, v_max_scanned);
  v_length constant integer := length(v_text);
  -- Characters beyond the BMP count twice in UTF-16.
  v_wide constant boolean := v_text ~ '[\U00010000-\U0010FFFF]';
  v_config constant regconfig := private.text_search_config(p_terms.language);
  v_parts text[];
  v_word text;
  v_yes text[] := '{}';
  v_no text[] := '{}';
  v_at integer;
  v_begin integer;
  v_end integer := 0;
  v_lead text;
  -- One element per window.
  v_begins integer[] := '{}';
  v_ends integer[] := '{}';
  v_ranges text[] := '{}';
  v_counts integer[] := '{}';
  v_seen text[];
  v_best integer;
  v_snippets jsonb := '[]';
begin
  -- In a file name _ parts words. Of the two marks the text is rid first: only places count here, and they stay.
  v_parts := string_to_array(regexp_replace(translate(v_text, E'_\x01\x02', '   '), p_terms.pattern, E'\x01\\&\x02', 'gi'), E'\x01');
  if coalesce(cardinality(v_parts), 0) < 2 then
    return v_snippets;
  end if;
  v_at := 1 + length(v_parts[1]);
  for v_index in 2 .. least(cardinality(v_parts), v_max_words) loop
    v_word := lower(split_part(v_parts[v_index], E'\x02', 1));
    if not v_word = any (v_yes) and not v_word = any (v_no) then
      if length(v_word) <= 255 and tsvector_to_array(to_tsvector(v_config, v_word)) && p_terms.lexemes then
        v_yes := v_yes || v_word;
      else
        v_no := v_no || v_word;
      end if;
    end if;
    if v_word = any (v_yes) then
      if v_at > v_end then
        -- A window opens a little before its word, at the beginning of a line or else of a word.
        v_begin := greatest(v_end + 1, v_at - v_before);
        v_lead := substr(v_text, v_begin, v_at - v_begin);
        if not v_is_name then
          v_lead := coalesce(substring(v_lead from '\n([^\n]*)$'), case when v_begin > 1 then substring(v_lead from '\s(.*)$') end, v_lead);
        end if;
        v_begin := v_at - length(v_lead);
        v_end := least(v_begin + v_window - 1, v_length);
        v_begins := v_begins || v_begin;
        v_ends := v_ends || v_end;
        v_ranges := v_ranges || array[''];
        v_counts := v_counts || 0;
        v_seen := '{}';
        v_best := 0;
      end if;
      -- Lower case may be longer or shorter than the word itself.
      v_lead := split_part(v_parts[v_index], E'\x02', 1);
      v_end := greatest(v_end, v_at + length(v_lead) - 1);
      v_ends[cardinality(v_ends)] := v_end;
      if not v_word = any (v_seen) then
        v_seen := v_seen || v_word;
        v_counts[cardinality(v_counts)] := cardinality(v_seen);
      end if;
      if v_best < v_max_ranges then
        v_best := v_best + 1;
        v_ranges[cardinality(v_ranges)] := v_ranges[cardinality(v_ranges)] || case
          when v_wide then format(
            ',[%s,%s]',
            v_at - v_begin + regexp_count(substr(v_text, v_begin, v_at - v_begin), '[\U00010000-\U0010FFFF]'),
            v_at - v_begin + length(v_lead) + regexp_count(substr(v_text, v_begin, v_at - v_begin + length(v_lead)), '[\U00010000-\U0010FFFF]')
          )
          else ',[' || v_at - v_begin || ',' || v_at - v_begin + length(v_lead) || ']'
        end;
      end if;
    end if;
    v_at := v_at + length(v_parts[v_index]) - 1;
  end loop;

  -- Of the windows, those that show most of what was asked for; of equals, the first.
  for v_place in 1 .. least(p_max_snippets, cardinality(v_begins)) loop
    v_best := 1;
    for v_index in 2 .. cardinality(v_begins) loop
      if v_counts[v_index] > v_counts[v_best] then
        v_best := v_index;
      end if;
    end loop;
    v_counts[v_best] := -1;
    v_snippets := v_snippets || jsonb_build_object(
      'field', p_field,
      'offset', v_begins[v_best] - 1 + case when v_wide then regexp_count(left(v_text, v_begins[v_best] - 1), '[\U00010000-\U0010FFFF]') else 0 end,
      'text', substr(v_text, v_begins[v_best], v_ends[v_best] - v_begins[v_best] + 1),
      'ranges', ('[' || substr(v_ranges[v_best], 2) || ']')::jsonb
    );
  end loop;
  return v_snippets;
end
$$;

comment on function private.highlight(text, text, private.highlight_terms, integer) is
'Windows of a text that show the words searched for: [{field, offset, text, ranges: [[start, end], …]}]. Offset counts in the field, ranges in text, both in UTF-16 code units. The first 50,000 characters and 200 words are looked at.';
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
create function private.keep_house() returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: touches tables that are granted to nobody; execute is for service_role alone.
declare
  v_forgotten integer;
begin
  delete from public.optimizations as o
  where o.optimization_id in (
    select x.optimization_id from public.optimizations as x
    where x.finished_at <= now() - (private.setting()).optimization_retention
    limit 500
  );
  get diagnostics v_forgotten = row_count;
  return jsonb_build_object(
    'uploadsSettled', private.expire_uploads(),
    'jobsBuried', private.bury_spent_jobs(),
    'optimizationsForgotten', v_forgotten
  );
end
$$;

create function public.internal_keep_house() returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.keep_house()
$$;

comment on function public.internal_keep_house() is
'What has to be done from time to time: settle uploads whose time is over, end jobs whose workers died, forget old optimizations. Bounded; returns what it did. Called by worker.';

create function private.health() returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'queueDepth', count(*) filter (where j.dead_at is null),
    'oldestSeconds', coalesce(extract(epoch from now() - min(j.run_at) filter (where j.dead_at is null and j.run_at <= now() and j.lease_token is null)), 0)::integer,
    'dead', count(*) filter (where j.dead_at is not null)
  )
  from private.jobs as j
$$;

create function public.internal_health() returns jsonb
language sql stable
set search_path = ''
as $$
  select private.health()
$$;

comment on function public.internal_health() is
'Queue figures for the health function: {"queueDepth": living jobs, "oldestSeconds": wait of the oldest due one, "dead": jobs that failed for good}.';

grant execute on function private.keep_house() to service_role;
grant execute on function private.health() to service_role;
grant execute on function public.internal_keep_house() to service_role;
grant execute on function public.internal_health() to service_role;
-- Who may touch objects. The version row that owns an object's name decides, never the name's form.
-- There is no policy for update and delete: versions are immutable, deletion goes through the product.
-- Hosted Supabase lets postgres make policies on storage.objects and refuses comments there.

create policy resumes_insert_owner on storage.objects for insert to authenticated
with check (
  bucket_id = 'resumes'
  and exists (
    select
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where v.full_storage_path = objects.name and v.state = 'pending'
      and r.user_id = (select auth.jwt()) ->> 'sub' and r.deleted_at is null
  )
);

create policy resumes_select_owner on storage.objects for select to authenticated
using (
  bucket_id = 'resumes'
  and exists (
    select
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where v.full_storage_path = objects.name and v.state <> 'pruned'
      and r.user_id = (select auth.jwt()) ->> 'sub' and r.deleted_at is null
  )
);
-- On hosted Supabase pg_cron calls the worker through pg_net, with URL and token from Vault. Where
-- these extensions do not exist (the embedded stack has none) this is inert and a timer does it.

create function private.call_worker() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_url text;
  v_token text;
  v_request_id bigint;
begin
  if to_regnamespace('vault') is null or to_regnamespace('net') is null then
    return null;
  end if;
  -- Dynamic, since neither schema needs to exist where this function is made.
  execute $sql$ select decrypted_secret from vault.decrypted_secrets where name = 'reswave_worker_url' $sql$ into v_url;
  execute $sql$ select decrypted_secret from vault.decrypted_secrets where name = 'reswave_worker_token' $sql$ into v_token;
  if v_url is null or v_token is null then
    return null;
  end if;
  -- The worker answers at once and works after; what it answers is of no interest here.
  execute $sql$
    select net.http_post(
      url => $1,
      body => '{}'::jsonb,
      headers => jsonb_build_object('authorization', 'Bearer ' || $2, 'content-type', 'application/json'),
      timeout_milliseconds => 2000
    )
  $sql$ into v_request_id using v_url, v_token;
  return v_request_id;
end
$$;

comment on function private.call_worker() is
'Asks the worker function to look at the queue. Returns pg_net''s request id, or null where pg_net or Vault or the secrets reswave_worker_url and reswave_worker_token are missing.';

create function private.schedule_worker() returns text
language plpgsql
set search_path = ''
as $$
begin
  if to_regnamespace('cron') is null then
    return 'no pg_cron: call the worker function from elsewhere';
  end if;
  execute $sql$ select cron.schedule('reswave-worker', '10 seconds', 'select private.call_worker()') $sql$;
  -- pg_cron writes a row for every run and forgets none.
  execute $sql$
    select cron.schedule(
      'reswave-forget-runs', '17 3 * * *',
      $cmd$ delete from cron.job_run_details where end_time < now() - interval '7 days' $cmd$
    )
  $sql$;
  return 'scheduled every 10 seconds';
end
$$;

comment on function private.schedule_worker() is
'Lets pg_cron call the worker every 10 seconds, and forget its own history after a week. Safe to repeat; says so where there is no pg_cron.';
