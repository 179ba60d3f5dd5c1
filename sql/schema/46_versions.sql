-- A resume's versions as their owner sees them, and how the bytes of one are come by.

create function private.owned_resume(p_resume_id uuid, p_user_id text) returns public.resumes
language plpgsql
set search_path = ''
as $$
declare
  v_resume public.resumes;
begin
  select r.* into v_resume from public.resumes as r
  where r.id = p_resume_id and r.user_id = p_user_id and r.deleted_at is null
  for no key update;
  if not found then
    perform private.fail('not_found', 'There is no such resume');
  end if;
  return v_resume;
end
$$;

comment on function private.owned_resume(uuid, text) is
'The resume, locked, if it is that user''s; absent, deleted and another''s raise the same not_found.';

create function private.owned_version_of_locked_resume(p_version_id uuid, p_user_id text) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
begin
  perform private.owned_resume((select v.resume_id from public.resume_versions as v where v.version_id = p_version_id), p_user_id);
  return private.owned_version(p_version_id, p_user_id);
end
$$;

comment on function private.owned_version_of_locked_resume(uuid, text) is
'As owned_version, with the resume locked before it: for what queues jobs about versions.';

create function public.list_resume_versions(resume_id uuid) returns table (
  version_id uuid, version_number integer, is_current boolean, state text, source text, label text, pinned boolean,
  original_filename text, mime_type text, file_size bigint, stored_bytes bigint, held_as text, kept_full_reason text, sha256 text,
  parent_version_id uuid, composed_from_version_id uuid, optimization_id uuid, accepted_suggestions integer[],
  failure_code text, created_at timestamptz, ready_at timestamptz
)
language sql stable
set search_path = ''
as $$
  -- Invoker: the policies on resumes and resume_versions say whose rows these are.
  select
    v.version_id, v.version_number, v.version_id = r.current_version_id, v.state, v.source, v.label, v.pinned,
    v.original_filename, v.mime_type, v.file_size, v.stored_bytes, v.held_as, v.kept_full_reason, v.sha256,
    v.parent_version_id, v.composed_from_version_id, v.optimization_id, v.accepted_suggestions,
    v.failure_code, v.created_at, v.ready_at
  from public.resumes as r join public.resume_versions as v on v.resume_id = r.id
  where r.id = $1
  order by v.version_number desc
$$;

comment on function public.list_resume_versions(uuid) is
'For users: the versions of a resume of theirs, newest first, with file_size (bytes of the file) and stored_bytes (what it takes in storage). Empty for what is not theirs. Pruned versions are listed: their bytes are gone, their place in the history is not.';

create function private.label_resume_version(p_version_id uuid, p_label text) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_version public.resume_versions := private.owned_version(p_version_id, private.require_caller());
  v_label constant text := nullif(regexp_replace(p_label, '^\s+|\s+$', '', 'g'), '');
begin
  if length(v_label) > 100 then
    perform private.fail('invalid_request', 'The label is longer than 100 characters', 'Send a shorter one.');
  end if;
  update public.resume_versions as v set label = v_label
  where v.version_id = p_version_id
  returning * into v_version;
  return v_version;
end
$$;

create function public.label_resume_version(version_id uuid, label text default null) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.label_resume_version($1, $2)
$$;

comment on function public.label_resume_version(uuid, text) is
'For users: names a version of theirs, 1–100 characters; null or blanks take the name away. Raises unauthorized, not_found, invalid_request.';

create function private.pin_resume_version(p_version_id uuid, p_pinned boolean) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_version public.resume_versions := private.owned_version_of_locked_resume(p_version_id, private.require_caller());
begin
  if p_pinned is null then
    perform private.fail('invalid_request', 'Whether to pin is not given', 'Send true or false.');
  end if;
  if v_version.state <> 'ready' then
    perform private.fail('conflict', format('The version is %s', v_version.state), 'Pin a version that is ready.');
  end if;
  update public.resume_versions as v set pinned = p_pinned
  where v.version_id = p_version_id
  returning * into v_version;
  if not p_pinned then
    perform private.keep_versions(v_version.resume_id);
  end if;
  return v_version;
end
$$;

create function public.pin_resume_version(version_id uuid, pinned boolean default true) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.pin_resume_version($1, $2)
$$;

comment on function public.pin_resume_version(uuid, boolean) is
'For users: keeps a version of theirs whatever the retention says, or no longer. Raises unauthorized, not_found, invalid_request, conflict.';

create function private.chain_depth(p_version_id uuid) returns integer
language sql stable
set search_path = ''
as $$
  with recursive chain as (
    select v.version_id, v.delta_base_version_id, 0 as depth
    from public.resume_versions as v
    where v.version_id = p_version_id
    union all
    select b.version_id, b.delta_base_version_id, c.depth + 1
    from chain as c join public.resume_versions as b on b.version_id = c.delta_base_version_id
  )
  select max(c.depth) from chain as c
$$;

comment on function private.chain_depth(uuid) is 'How many deltas are applied to rebuild a version; 0 for one that is held whole.';

create function private.version_chain(p_version_id uuid) returns table (
  place integer, version_id uuid, held_as text, bucket_id text, object_name text, file_size bigint, sha256 text
)
language sql stable security definer
set search_path = ''
as $$
-- Definer: for the service, which reads versions whose owner has proven to be the caller.
  with recursive chain as (
    select 0 as depth, v.* from public.resume_versions as v
    where v.version_id = p_version_id and v.state = 'ready'
    union all
    select c.depth + 1, b.* from chain as c join public.resume_versions as b on b.version_id = c.delta_base_version_id
  )
  select
    (row_number() over (order by c.depth desc))::integer, c.version_id, c.held_as,
    case c.held_as when 'full' then 'resumes' else 'resume_deltas' end,
    case c.held_as when 'full' then c.full_storage_path else c.delta_storage_path end,
    c.file_size, c.sha256
  from chain as c
$$;

create function public.internal_version_chain(p_version_id uuid) returns table (
  place integer, version_id uuid, held_as text, bucket_id text, object_name text, file_size bigint, sha256 text
)
language sql stable
set search_path = ''
as $$
  select c.place, c.version_id, c.held_as, c.bucket_id, c.object_name, c.file_size, c.sha256
  from private.version_chain(p_version_id) as c
  order by c.place
$$;

comment on function public.internal_version_chain(uuid) is
'What a ready version is rebuilt from: first a whole file, then the deltas in the order in which they are applied, the version itself last. Empty when it is not ready or not there. A worker may remove an object in the meantime: who finds one gone asks again.';

grant execute on function public.list_resume_versions(uuid) to authenticated;
grant execute on function private.label_resume_version(uuid, text) to authenticated;
grant execute on function public.label_resume_version(uuid, text) to authenticated;
grant execute on function private.pin_resume_version(uuid, boolean) to authenticated;
grant execute on function public.pin_resume_version(uuid, boolean) to authenticated;
grant execute on function private.version_chain(uuid) to service_role;
grant execute on function public.internal_version_chain(uuid) to service_role;
