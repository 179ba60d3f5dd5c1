-- Files that come off a local disk. One row is one version of one legacy file and says how far it has
-- come; workers take them under leases, so that several can be at it and any of them may die.

create table private.legacy_files (
  legacy_file_id bigint not null generated always as identity,
  user_id text not null,
  file_id text not null,
  version_order integer not null,
  source_path text not null,
  original_filename text not null,
  mime_type text not null,
  file_size bigint not null,
  sha256 text,
  file_created_at timestamptz not null,
  file_modified_at timestamptz not null,
  state text not null default 'planned',
  round integer not null default 1,
  object_name text not null,
  worker_id text,
  lease_token uuid,
  leased_until timestamptz,
  attempts integer not null default 0,
  retry_at timestamptz,
  error_code text,
  resume_id uuid,
  version_id uuid,
  verified_at timestamptz,
  purge_after_at timestamptz,
  planned_at timestamptz not null default now(),
  upload_id text,
  constraint legacy_files_pkey primary key (legacy_file_id),
  constraint legacy_files_version_key unique (user_id, file_id, version_order),
  constraint legacy_files_object_name_key unique (object_name),
  -- What its owner had erased stays known as moved: it does not come back from the disk.
  constraint legacy_files_resume_id_fkey foreign key (resume_id) references public.resumes (id) on delete set null,
  constraint legacy_files_version_id_fkey foreign key (version_id) references public.resume_versions (version_id) on delete set null,
  constraint legacy_files_user_id_check check (length(user_id) between 1 and 255),
  constraint legacy_files_file_id_check check (length(file_id) between 1 and 1024),
  constraint legacy_files_version_order_check check (version_order between 1 and 10000),
  constraint legacy_files_source_path_check check (length(source_path) between 1 and 4096),
  constraint legacy_files_original_filename_check check (length(original_filename) between 1 and 255),
  constraint legacy_files_mime_type_check check (private.kind_of_mime_type(mime_type) is not null),
  constraint legacy_files_file_size_check check (file_size > 0),
  constraint legacy_files_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint legacy_files_state_check check (
    state in ('planned', 'locked', 'uploaded', 'verified', 'failed', 'rolled_back', 'purged')
  ),
  constraint legacy_files_lease_check check (
    (state in ('locked', 'uploaded')) = (lease_token is not null)
    and (lease_token is null) = (leased_until is null) and (lease_token is null) = (worker_id is null)
  ),
  constraint legacy_files_uploaded_check check (state not in ('uploaded', 'verified', 'purged') or sha256 is not null),
  constraint legacy_files_failed_check check (state <> 'failed' or error_code is not null),
  constraint legacy_files_purge_check check ((verified_at is null) = (purge_after_at is null)),
  constraint legacy_files_worker_id_check check (length(worker_id) between 1 and 200),
  constraint legacy_files_error_code_check check (error_code ~ '^[a-z_]{1,64}$'),
  constraint legacy_files_upload_id_check check (upload_id ~ '^[A-Za-z0-9._~-]+$' and length(upload_id) <= 4096)
);

alter table private.legacy_files enable row level security;

comment on table private.legacy_files is 'What a migration off a local disk moves: one row for each version of each file. Written by the internal RPCs of the migration alone.';
comment on column private.legacy_files.file_id is 'The file''s id in the legacy app. Its versions share it, and become versions of one resume.';
comment on column private.legacy_files.version_order is 'Which version of the file, from 1; the number of the version that it becomes.';
comment on column private.legacy_files.source_path is 'Where the file lies, from the folder that the worker is given: workers on several machines may have it mounted elsewhere.';
comment on column private.legacy_files.sha256 is 'Of the source, lowercase hex, as its worker read it.';
comment on column private.legacy_files.file_created_at is 'When the legacy app has it from: the version''s created_at.';
comment on column private.legacy_files.file_modified_at is 'The source''s own time, which a rollback gives back.';
comment on column private.legacy_files.state is 'planned → locked (leased) → uploaded (in storage, read back equal) → verified (a version, its bytes proven); failed for good; rolled_back; purged (the source is given up).';
comment on column private.legacy_files.round is 'How often it has been moved: after a rollback the next has a name of its own.';
comment on column private.legacy_files.object_name is 'In the bucket resumes. The first version''s first is migrations/<user>/<file>.';
comment on column private.legacy_files.attempts is 'Claims so far in this round.';
comment on column private.legacy_files.retry_at is 'A planned one is not taken before; null is at once.';
comment on column private.legacy_files.error_code is 'Code of the error registry that the last attempt ended with; null since it went well.';
comment on column private.legacy_files.resume_id is 'The resume that all versions of the file are of, set with the first that is transferred.';
comment on column private.legacy_files.upload_id is 'The resumable upload that its worker has begun, last part of the URL that Storage gave: whoever takes the file over goes on with it. It ends by itself after a day.';
comment on column private.legacy_files.purge_after_at is 'Until then the source stays, settings.migration_grace after verified_at.';

create index legacy_files_open_idx on private.legacy_files (legacy_file_id) where state in ('planned', 'locked', 'uploaded');

create index legacy_files_resume_id_idx on private.legacy_files (resume_id);

create index legacy_files_version_id_idx on private.legacy_files (version_id);

create table private.legacy_file_events (
  event_id bigint not null generated always as identity,
  legacy_file_id bigint not null,
  state text not null,
  round integer not null,
  worker_id text,
  error_code text,
  version_id uuid,
  happened_at timestamptz not null default clock_timestamp(),
  constraint legacy_file_events_pkey primary key (event_id),
  constraint legacy_file_events_legacy_file_id_fkey foreign key (legacy_file_id) references private.legacy_files (legacy_file_id) on delete cascade
);

alter table private.legacy_file_events enable row level security;

comment on table private.legacy_file_events is 'The audit trail of a migration: each change of a file''s state, by whom. Goes with the file''s row, when its user''s data is erased.';

create index legacy_file_events_legacy_file_id_idx on private.legacy_file_events (legacy_file_id, event_id);

create function private.tg_legacy_files__audit() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and (old.state, old.round, old.worker_id, old.error_code) is not distinct from (new.state, new.round, new.worker_id, new.error_code) then
    return null;
  end if;
  insert into private.legacy_file_events (legacy_file_id, state, round, worker_id, error_code, version_id)
  values (
    new.legacy_file_id, new.state, new.round,
    coalesce(new.worker_id, case tg_op when 'UPDATE' then old.worker_id end), new.error_code, new.version_id
  );
  return null;
end
$$;

create trigger legacy_files_audit after insert or update of state, round, worker_id, error_code on private.legacy_files
for each row execute function private.tg_legacy_files__audit();

create function private.legacy_object_name(p_user_id text, p_file_id text, p_version_order integer, p_round integer) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  select 'migrations/' || private.storage_segment(p_user_id) || '/' || case
    when p_version_order = 1 and p_round = 1 then private.storage_segment(p_file_id)
    -- No file's segment is this: with a leading = sixteen hex digits would follow.
    else '=more/' || private.storage_segment(p_file_id) || '/v' || p_version_order::text || '.' || p_round::text
  end
$$;

comment on function private.legacy_object_name(text, text, integer, integer) is
'Where in the bucket resumes a legacy file goes: migrations/<user>/<file>, and for its later versions and further rounds a name that no other has.';

create function private.check_legacy_file(p_file jsonb) returns private.legacy_files
language plpgsql
set search_path = ''
as $$
declare
  v_file private.legacy_files;
begin
  v_file.user_id := p_file ->> 'userId';
  v_file.file_id := p_file ->> 'fileId';
  v_file.version_order := coalesce((p_file ->> 'version')::integer, 1);
  v_file.source_path := p_file ->> 'path';
  v_file.mime_type := p_file ->> 'type';
  v_file.file_size := (p_file ->> 'size')::bigint;
  v_file.file_created_at := (p_file ->> 'createdAt')::timestamptz;
  v_file.file_modified_at := (p_file ->> 'modifiedAt')::timestamptz;
  if coalesce(length(v_file.user_id), 0) not between 1 and 255
    or coalesce(length(v_file.file_id), 0) not between 1 and 1024
    or coalesce(length(v_file.source_path), 0) not between 1 and 4096
    or v_file.version_order not between 1 and 10000
    or v_file.file_size is null or v_file.file_size < 0
    or v_file.file_created_at is null or v_file.file_modified_at is null
    or not isfinite(v_file.file_created_at) or not isfinite(v_file.file_modified_at)
  then
    perform private.fail('invalid_request', 'A file has userId, fileId, version (1–10000), path, name, type, size, createdAt and modifiedAt');
  end if;
  v_file.original_filename := private.check_filename(p_file ->> 'name');
  if private.kind_of_mime_type(v_file.mime_type) is null
    or lower(v_file.original_filename) !~ ('\.' || private.kind_of_mime_type(v_file.mime_type) || '$') then
    perform private.fail('unsupported_file_type', 'Only PDF, DOC and DOCX files are accepted, under a name that says so');
  end if;
  if v_file.file_size = 0 then
    perform private.fail('file_empty', 'The file is empty');
  end if;
  if v_file.file_size > (private.setting()).max_file_bytes then
    perform private.fail('file_too_large', format('The file is over %s bytes', (private.setting()).max_file_bytes));
  end if;
  return v_file;
end
$$;

comment on function private.check_legacy_file(jsonb) is
'A line of a migration''s plan as a row, by the rules that uploads have. Raises invalid_request, invalid_filename, unsupported_file_type, file_empty, file_too_large.';

create function private.plan_legacy_file(p_file private.legacy_files, p_again boolean) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_known private.legacy_files;
begin
  -- Who had everything erased does not get it back from a disk.
  if exists (select from private.erasures as e where e.user_digest = private.user_digest(p_file.user_id) and e.reason = 'request') then
    return 'erased';
  end if;
  insert into private.legacy_files (
    user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, file_created_at, file_modified_at,
    object_name, resume_id
  ) values (
    p_file.user_id, p_file.file_id, p_file.version_order, p_file.source_path, p_file.original_filename, p_file.mime_type,
    p_file.file_size, p_file.file_created_at, p_file.file_modified_at,
    private.legacy_object_name(p_file.user_id, p_file.file_id, p_file.version_order, 1),
    (
      select f.resume_id from private.legacy_files as f
      where f.user_id = p_file.user_id and f.file_id = p_file.file_id and f.state <> 'rolled_back' and f.resume_id is not null
      limit 1
    )
  )
  on conflict (user_id, file_id, version_order) do nothing;
  if found then
    return 'planned';
  end if;
  select * into v_known from private.legacy_files as f
  where (f.user_id, f.file_id, f.version_order) = (p_file.user_id, p_file.file_id, p_file.version_order);
  if v_known.state in ('planned', 'failed') or v_known.state = 'rolled_back' and p_again then
    update private.legacy_files as f
    set
      source_path = p_file.source_path, original_filename = p_file.original_filename, mime_type = p_file.mime_type,
      file_size = p_file.file_size, file_created_at = p_file.file_created_at, file_modified_at = p_file.file_modified_at,
      state = case when f.state = 'failed' and not p_again then 'failed' else 'planned' end,
      attempts = case when p_again then 0 else f.attempts end,
      retry_at = case when p_again then null else f.retry_at end,
      round = f.round + (f.state = 'rolled_back')::integer,
      object_name = private.legacy_object_name(f.user_id, f.file_id, f.version_order, f.round + (f.state = 'rolled_back')::integer),
      resume_id = case when f.state = 'rolled_back' then null else f.resume_id end,
      version_id = case when f.state = 'rolled_back' then null else f.version_id end,
      upload_id = case when p_again then null else f.upload_id end,
      verified_at = null, purge_after_at = null
    -- Unless a worker has taken it since.
    where f.legacy_file_id = v_known.legacy_file_id and f.state = v_known.state;
    return case when p_again then 'planned' else 'known' end;
  end if;
  return case
    when v_known.state in ('verified', 'purged')
      and (v_known.file_size, date_trunc('milliseconds', v_known.file_modified_at)) <> (p_file.file_size, date_trunc('milliseconds', p_file.file_modified_at))
      then 'changed'
    else 'known'
  end;
end
$$;

comment on function private.plan_legacy_file(private.legacy_files, boolean) is
'Takes a file into the migration: planned, known already, changed since it was verified, or erased (its user had everything erased). p_again plans what failed or was rolled back. Its user is locked.';

create function private.plan_legacy_files(p_files jsonb, p_again boolean) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
declare
  v_line jsonb;
  v_index integer := -1;
  v_outcome text;
  v_outcomes jsonb := '{"planned": 0, "known": 0, "changed": 0, "erased": 0}';
  v_refused jsonb := '[]';
  v_code text;
begin
  if coalesce(jsonb_typeof(p_files), '') <> 'array' or jsonb_array_length(p_files) > 1000 then
    perform private.fail('invalid_request', 'The files are no array of at most 1,000');
  end if;
  -- An erasure is either seen or finds the rows. Before the first file, in the order of everybody who locks many users.
  perform private.lock_user(u.user_id)
  from (select distinct l ->> 'userId' as user_id from jsonb_array_elements(p_files) as l order by 1) as u;
  for v_line in select value from jsonb_array_elements(p_files) loop
    v_index := v_index + 1;
    begin
      v_outcome := private.plan_legacy_file(private.check_legacy_file(v_line), coalesce(p_again, false));
      v_outcomes := jsonb_set(v_outcomes, array[v_outcome], to_jsonb((v_outcomes ->> v_outcome)::integer + 1));
    exception
      -- One bad line does not keep the others from being planned.
      when sqlstate 'PT400' or sqlstate 'PT413' or sqlstate 'PT415' or sqlstate 'PT422' then
        get stacked diagnostics v_code = pg_exception_detail;
        v_refused := v_refused || jsonb_build_object('index', v_index, 'code', v_code);
    end;
  end loop;
  return v_outcomes || jsonb_build_object('refused', v_refused);
end
$$;

create function public.internal_plan_legacy_files(p_files jsonb, p_again boolean default false) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.plan_legacy_files(p_files, p_again)
$$;

comment on function public.internal_plan_legacy_files(jsonb, boolean) is
'Takes files into a migration: [{userId, fileId, version, path, name, type, size, createdAt, modifiedAt}], at most 1,000.
Idempotent; p_again plans anew what failed or was rolled back.
Returns {planned, known, changed, erased: how many, refused: [{index, code}]}. Raises invalid_request.';

grant execute on function private.plan_legacy_files(jsonb, boolean) to service_role;
grant execute on function public.internal_plan_legacy_files(jsonb, boolean) to service_role;
