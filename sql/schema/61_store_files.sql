-- The service's side of a store that writes to a local disk and here (dual-write/): an app's files by the app's own
-- ids. It stands on private.legacy_files, so that a file that the store has written is moved no second time,
-- and verify, rollback and purge know it.

create table private.store_files (
  user_id text not null,
  file_id text not null,
  revision bigint not null default 0,
  deleted boolean not null default false,
  version_id uuid,
  changed_at timestamptz not null default now(),
  constraint store_files_pkey primary key (user_id, file_id),
  constraint store_files_version_id_fkey foreign key (version_id) references public.resume_versions (version_id) on delete set null,
  constraint store_files_user_id_check check (length(user_id) between 1 and 255),
  constraint store_files_file_id_check check (length(file_id) between 1 and 1024),
  constraint store_files_revision_check check (revision >= 0)
);

alter table private.store_files enable row level security;

comment on table private.store_files is 'What stores that write to two sides have done to a file of an app. Goes with all else of its user.';
comment on column private.store_files.revision is 'Counts the changes. Each names the one that it is a change of, so that one that was given up and comes late is refused.';
comment on column private.store_files.deleted is 'Deleted by the store: a worker that has it in hand does not bring it back.';
comment on column private.store_files.version_id is 'What was written last.';

create index store_files_version_id_idx on private.store_files (version_id);

create function private.store_folder(p_user_id text, p_file_id text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- Beside the folders of resumes, which have their ids for names. Not below migrations/: what lies there is of
  -- the worker, which tells orphans by it.
  select 'user_uploads/' || private.storage_segment(p_user_id) || '/=store/' || private.storage_segment(p_file_id) || '/'
$$;

comment on function private.store_folder(text, text) is 'Below which name in the bucket resumes a store puts what it writes to a file, each under a name of its own.';

create function private.store_head(p_user_id text, p_file_id text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_store private.store_files;
  v_file private.legacy_files;
  v_resume public.resumes;
  v_written public.resume_versions;
  v_newest public.resume_versions;
  v_head jsonb;
begin
  select * into v_store from private.store_files as s where (s.user_id, s.file_id) = (p_user_id, p_file_id);
  -- Of several versions on the disk the last is the file as the app has it.
  select * into v_file from private.legacy_files as f
  where f.user_id = p_user_id and f.file_id = p_file_id
  order by f.version_order desc
  limit 1;
  v_head := jsonb_build_object(
    'revision', coalesce(v_store.revision, 0), 'folder', private.store_folder(p_user_id, p_file_id),
    'state', case when v_store.deleted then 'deleted' else 'unknown' end
  );
  -- A version counts from its transfer on; what was erased stays known as moved, and has none.
  if v_file.legacy_file_id is null or v_file.state = 'rolled_back'
    or v_file.version_id is null and v_file.state not in ('verified', 'purged') then
    return v_head;
  end if;
  select * into v_resume from public.resumes as r where r.id = v_file.resume_id and r.deleted_at is null;
  if not found then
    -- By the store, or by its user in ResWave.
    return v_head || '{"state": "deleted"}';
  end if;
  select * into v_written from public.resume_versions as v where v.version_id = coalesce(v_store.version_id, v_file.version_id);
  -- Also one that its user has uploaded or restored since.
  select * into v_newest from public.resume_versions as v
  where v.resume_id = v_resume.id and v.state in ('uploaded', 'ready')
  order by v.version_number desc
  limit 1;
  if v_written.state = 'failed' and (v_newest.version_id is null or v_newest.version_number < v_written.version_number) then
    return v_head || jsonb_build_object('state', 'refused', 'code', v_written.failure_code);
  end if;
  if v_newest.version_id is null then
    return v_head;
  end if;
  return v_head || jsonb_build_object(
    'state', 'stored', 'versionId', v_newest.version_id, 'objectName', v_newest.full_storage_path,
    'sha256', coalesce(v_newest.sha256, v_newest.expected_sha256), 'size', v_newest.file_size,
    'modifiedAt', case when v_newest.version_id = v_file.version_id then v_file.file_modified_at else v_newest.created_at end,
    'isOfApp', v_newest.version_id is not distinct from v_written.version_id
  );
end
$$;

comment on function private.store_head(text, text) is
'What there is of an app''s file: stored (its newest version), refused (ingest did not take what was written last), deleted, or unknown (never here, not moved yet, or rolled back).';

create function private.lock_store_file(p_user_id text, p_file_id text) returns private.store_files
language plpgsql
set search_path = ''
as $$
declare
  v_store private.store_files;
begin
  if coalesce(length(p_user_id), 0) not between 1 and 255 or coalesce(length(p_file_id), 0) not between 1 and 1024 then
    perform private.fail('invalid_request', 'A file has the id of its user (1–255 characters) and its own (1–1024)');
  end if;
  -- In the order that transfers and erasures have.
  perform private.lock_user(p_user_id);
  perform from private.legacy_files as f where f.user_id = p_user_id and f.file_id = p_file_id order by f.legacy_file_id for update;
  insert into private.store_files (user_id, file_id) values (p_user_id, p_file_id) on conflict do nothing;
  select * into v_store from private.store_files as s where (s.user_id, s.file_id) = (p_user_id, p_file_id) for update;
  return v_store;
end
$$;

create function private.change_store_file(p_store private.store_files, p_deleted boolean, p_version_id uuid) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  update private.store_files as s
  set revision = s.revision + 1, deleted = p_deleted, version_id = p_version_id, changed_at = now()
  where (s.user_id, s.file_id) = (p_store.user_id, p_store.file_id);
  return private.store_head(p_store.user_id, p_store.file_id);
end
$$;

create function private.insert_store_version(p_file private.legacy_files, p_object_name text, p_sha256 text, p_resume_id uuid) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_object_version text;
  v_version public.resume_versions;
begin
  if not starts_with(coalesce(p_object_name, ''), private.store_folder(p_file.user_id, p_file.file_id))
    or exists (select from public.resume_versions as v where v.full_storage_path = p_object_name) then
    perform private.fail('migration_foreign_path', 'The path belongs to another file', 'Upload to a new name below the folder of internal_store_head().');
  end if;
  v_object_version := private.arrived_object(p_object_name, p_file.file_size, 'Upload it, then put it again.');
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, stored_bytes, created_at, state, source, held_as, original_filename,
    mime_type, expected_sha256, object_version, uploaded_at, parent_version_id
  )
  select
    p_resume_id,
    1 + greatest(
      coalesce(max(v.version_number), 0),
      -- Those that are still to come from the disk keep their numbers.
      (
        select max(f.version_order) from private.legacy_files as f
        where f.resume_id = p_resume_id and f.state in ('planned', 'locked', 'uploaded', 'failed')
          and f.legacy_file_id is distinct from p_file.legacy_file_id
      )
    ),
    p_object_name, p_file.file_size, p_file.file_size, p_file.file_created_at, 'uploaded', 'upload', 'full', p_file.original_filename,
    p_file.mime_type, p_sha256, v_object_version, now(),
    (select r.current_version_id from public.resumes as r where r.id = p_resume_id)
  from public.resume_versions as v
  where v.resume_id = p_resume_id
  returning * into v_version;
  perform private.count('uploads', '{"outcome": "begun"}');
  perform private.count('uploads', '{"outcome": "completed"}');
  perform private.count('upload_bytes', '{}', v_version.file_size);
  perform private.enqueue_job('ingest', v_version.version_id, p_file.user_id, 100);
  return v_version;
end
$$;

comment on function private.insert_store_version(private.legacy_files, text, text, uuid) is
'A store''s write as a version, as an upload that has arrived. No quota: the app decides what its users may store. Raises migration_foreign_path, upload_incomplete, migration_mismatch.';

create function private.store_put(
  p_user_id text, p_file_id text, p_base_revision bigint, p_sha256 text, p_file jsonb, p_object_name text, p_on_disk boolean
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_store constant private.store_files := private.lock_store_file(p_user_id, p_file_id);
  v_line private.legacy_files;
  v_file private.legacy_files;
  v_head jsonb := private.store_head(p_user_id, p_file_id);
  v_resume_id uuid;
  v_version_id uuid;
begin
  v_line := private.check_legacy_file(
    coalesce(p_file, '{}') || jsonb_build_object('userId', p_user_id, 'fileId', p_file_id, 'version', 1, 'path', p_user_id || '/' || p_file_id)
  );
  if coalesce(p_sha256, '') !~ '^[0-9a-f]{64}$' or p_base_revision is null or p_on_disk is null then
    perform private.fail('invalid_request', 'A put has a base revision, the SHA-256 of its bytes (64 lowercase hex digits), and says whether the disk has them');
  end if;
  -- Who had everything erased does not get back what was written before.
  if exists (
    select from private.erasures as e
    where e.user_digest = private.user_digest(p_user_id) and e.reason = 'request' and e.requested_at >= v_line.file_created_at
  ) then
    return v_head || '{"outcome": "erased"}';
  end if;
  if v_store.revision <> p_base_revision then
    return v_head || '{"outcome": "conflict"}';
  end if;
  select * into v_file from private.legacy_files as f
  where f.user_id = p_user_id and f.file_id = p_file_id
  order by f.version_order desc
  limit 1;
  v_line.legacy_file_id := v_file.legacy_file_id;
  -- A deleted resume is on its way out: what comes under the same id is another.
  select r.id into v_resume_id from public.resumes as r
  where r.id = v_file.resume_id and r.deleted_at is null and v_file.state <> 'rolled_back'
  for no key update;
  if v_head ->> 'state' = 'stored' and v_head ->> 'sha256' = p_sha256 then
    v_version_id := (v_head ->> 'versionId')::uuid;
  elsif p_object_name is null then
    -- It was the same when the caller looked.
    return v_head || '{"outcome": "conflict"}';
  else
    if v_resume_id is null then
      insert into public.resumes (user_id, original_filename, mime_type, created_at)
      values (p_user_id, v_line.original_filename, v_line.mime_type, v_line.file_created_at)
      returning id into v_resume_id;
    end if;
    v_version_id := (private.insert_store_version(v_line, p_object_name, p_sha256, v_resume_id)).version_id;
  end if;
  if p_on_disk or v_file.legacy_file_id is null or v_file.state not in ('verified', 'purged') or v_file.resume_id is distinct from v_resume_id then
    -- Whatever worker has it in hand has lost it: what it has read is older.
    insert into private.legacy_files as f (
      user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, sha256, file_created_at, file_modified_at,
      object_name, state, resume_id, version_id, verified_at, purge_after_at
    )
    select
      p_user_id, p_file_id, coalesce(v_file.version_order, 1), coalesce(v_file.source_path, v_line.source_path), v_line.original_filename,
      v_line.mime_type, v_line.file_size, p_sha256, v_line.file_created_at, v_line.file_modified_at,
      private.legacy_object_name(p_user_id, p_file_id, coalesce(v_file.version_order, 1), 1),
      -- Without a source on the disk there is none to be purged.
      case when p_on_disk then 'verified' else 'purged' end, v_resume_id, v_version_id, now(), now() + (private.setting()).migration_grace
    on conflict (user_id, file_id, version_order) do update
    set
      original_filename = excluded.original_filename, mime_type = excluded.mime_type, file_size = excluded.file_size,
      sha256 = excluded.sha256, file_modified_at = excluded.file_modified_at, state = excluded.state,
      resume_id = excluded.resume_id, version_id = excluded.version_id, verified_at = excluded.verified_at,
      purge_after_at = excluded.purge_after_at, worker_id = null, lease_token = null, leased_until = null, retry_at = null,
      error_code = null, attempts = 0;
    -- Older versions that are still to come become versions of the same resume.
    update private.legacy_files as f set resume_id = v_resume_id
    where f.user_id = p_user_id and f.file_id = p_file_id and f.resume_id is null and f.state not in ('verified', 'purged', 'rolled_back');
  end if;
  return private.change_store_file(v_store, false, v_version_id) || '{"outcome": "stored"}';
end
$$;

create function public.internal_store_put(
  p_user_id text, p_file_id text, p_base_revision bigint, p_sha256 text, p_file jsonb, p_object_name text default null, p_on_disk boolean default true
) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.store_put(p_user_id, p_file_id, p_base_revision, p_sha256, p_file, p_object_name, p_on_disk)
$$;

comment on function public.internal_store_put(text, text, bigint, text, jsonb, text, boolean) is
'For a store: makes what it has uploaded to p_object_name the newest version of a file, and queues its ingest; with the same bytes as the newest it only counts.
Returns internal_store_head() with an outcome: stored, conflict (the revision is not p_base_revision), erased (its user had everything erased since createdAt).
p_file: name, type, size, createdAt (when it was written) and modifiedAt (of the file on the disk). p_on_disk: the disk has the same bytes.
Raises invalid_request, invalid_filename, unsupported_file_type, file_empty, file_too_large, migration_foreign_path, upload_incomplete, migration_mismatch.';

create function private.store_remove(p_user_id text, p_file_id text, p_base_revision bigint) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_store constant private.store_files := private.lock_store_file(p_user_id, p_file_id);
begin
  if v_store.revision is distinct from p_base_revision then
    return private.store_head(p_user_id, p_file_id) || '{"outcome": "conflict"}';
  end if;
  -- No worker that has read it earlier brings it in.
  perform private.take_out_legacy_file(p_user_id, p_file_id, private.lock_resumes_of_legacy_file(p_user_id, p_file_id));
  return private.change_store_file(v_store, true, null) || '{"outcome": "removed"}';
end
$$;

create function public.internal_store_remove(p_user_id text, p_file_id text, p_base_revision bigint) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.store_remove(p_user_id, p_file_id, p_base_revision)
$$;

comment on function public.internal_store_remove(text, text, bigint) is
'For a store: deletes a file''s resume as its owner would, also one that has not been moved yet. Returns internal_store_head() with an outcome: removed, or conflict (the revision is not p_base_revision). Raises invalid_request.';

create function private.read_store_head(p_user_id text, p_file_id text) returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: the tables are granted to nobody; execute is for service_role alone.
  select private.store_head(p_user_id, p_file_id)
$$;

create function public.internal_store_head(p_user_id text, p_file_id text) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.read_store_head(p_user_id, p_file_id)
$$;

comment on function public.internal_store_head(text, text) is
'For a store: what there is of a file. state: stored, with versionId, objectName, sha256, size, modifiedAt and isOfApp (false when its user has uploaded or restored another since); refused, with the code that ingest gave; deleted; or unknown. revision: what the next change names. folder: below which it uploads.';

create function private.store_list(p_user_id text, p_after text, p_limit integer) returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: the tables are granted to nobody; execute is for service_role alone.
  select coalesce(
    jsonb_agg(jsonb_build_object('fileId', k.file_id) || private.store_head(p_user_id, k.file_id) order by k.file_id collate "C"), '[]'
  )
  from (
    select i.file_id
    from (
      select s.file_id from private.store_files as s where s.user_id = p_user_id
      union
      select f.file_id from private.legacy_files as f where f.user_id = p_user_id
    ) as i
    where i.file_id collate "C" > coalesce(p_after, '')
    order by i.file_id collate "C"
    limit least(greatest(coalesce(p_limit, 500), 1), 1000)
  ) as k
$$;

create function public.internal_store_list(p_user_id text, p_after text default '', p_limit integer default 500) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.store_list(p_user_id, p_after, p_limit)
$$;

comment on function public.internal_store_list(text, text, integer) is
'For a store: internal_store_head() with fileId of a user''s files, deleted ones among them, in the order of the ids'' bytes, after p_after, at most 1,000.';

grant execute on function private.store_put(text, text, bigint, text, jsonb, text, boolean) to service_role;
grant execute on function private.store_remove(text, text, bigint) to service_role;
grant execute on function private.read_store_head(text, text) to service_role;
grant execute on function private.store_list(text, text, integer) to service_role;
grant execute on function public.internal_store_put(text, text, bigint, text, jsonb, text, boolean) to service_role;
grant execute on function public.internal_store_remove(text, text, bigint) to service_role;
grant execute on function public.internal_store_head(text, text) to service_role;
grant execute on function public.internal_store_list(text, text, integer) to service_role;
