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
  stored_bytes bigint,
  kept_full_reason text,
  composed_from_version_id uuid,
  optimization_id uuid,
  accepted_suggestions integer[],
  upload_expires_at timestamptz,
  uploaded_at timestamptz,
  ready_at timestamptz,
  reported_failure text,
  idempotency_key text,
  constraint resume_versions_pkey primary key (version_id),
  constraint resume_versions_resume_id_fkey foreign key (resume_id) references public.resumes (id) on delete cascade,
  -- History survives the loss of a parent; a delta does not survive the loss of its base.
  constraint resume_versions_parent_version_id_fkey foreign key (parent_version_id) references public.resume_versions (version_id) on delete set null,
  constraint resume_versions_delta_base_version_id_fkey foreign key (delta_base_version_id) references public.resume_versions (version_id) on delete restrict,
  constraint resume_versions_composed_from_version_id_fkey foreign key (composed_from_version_id) references public.resume_versions (version_id) on delete set null,
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
  constraint resume_versions_label_check check (length(label) between 1 and 100),
  constraint resume_versions_reported_failure_check check (reported_failure in ('network', 'storage', 'aborted', 'timeout', 'other')),
  constraint resume_versions_idempotency_key_check check (length(idempotency_key) between 1 and 200),
  constraint resume_versions_stored_bytes_check check (stored_bytes > 0),
  constraint resume_versions_kept_full_reason_check check (kept_full_reason in ('too_large', 'no_gain', 'chain_length'))
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
comment on column public.resume_versions.reported_failure is 'What its client has said of the upload by report_upload_failure, the first time.';
comment on column public.resume_versions.idempotency_key is 'What its client has called the upload: begun again under the same key, it is the same one while it is pending.';
comment on column public.resume_versions.stored_bytes is 'Bytes that it takes in storage, of the file or of the delta; null while nothing is there.';
comment on column public.resume_versions.kept_full_reason is 'Why it is no delta: over settings.max_delta_bytes, nothing to be gained, or settings.max_delta_chain reached.';
comment on column public.resume_versions.composed_from_version_id is 'The version whose file this one was or is to be made of: restored, or with suggestions put in.';
comment on column public.resume_versions.optimization_id is 'The optimization whose suggestions were put in, when source = optimization. No foreign key: it has a retention of its own.';
comment on column public.resume_versions.accepted_suggestions is 'Which of that optimization''s suggestions it has, as indices from 0 into result.suggestions.';
comment on column public.resume_versions.upload_expires_at is 'Until when a pending upload may finish.';

create index resume_versions_parent_version_id_idx on public.resume_versions (parent_version_id);

create index resume_versions_delta_base_version_id_idx on public.resume_versions (delta_base_version_id);

create index resume_versions_composed_from_version_id_idx on public.resume_versions (composed_from_version_id);

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

create function private.held_object(p_version public.resume_versions) returns table (bucket_id text, object_name text)
language sql immutable
set search_path = ''
as $$
  select 'resumes', p_version.full_storage_path where p_version.held_as = 'full'
  union all
  select 'resume_deltas', p_version.delta_storage_path where p_version.held_as = 'delta'
$$;

comment on function private.held_object(public.resume_versions) is 'The object in storage that has a version''s bytes, or its delta; no row when nothing is held.';
