-- Reverse deltas: the newest version is whole, older ones are stored as what turns a newer one into
-- them. The worker computes and proves a delta; the order is: rebuild and compare, record here, and only
-- then remove what the delta replaces.

create function private.delta_base(p_version public.resume_versions) returns uuid
language sql stable
set search_path = ''
as $$
  -- The nearest newer version that stays. A chain that would become too long has no base.
  select b.version_id
  from (
    select v.version_id
    from public.resume_versions as v
    where v.resume_id = p_version.resume_id and v.state = 'ready' and v.held_as <> 'none'
      and v.version_number > p_version.version_number
      and not exists (select from private.versions_due(p_version.resume_id) as d where d.version_id = v.version_id)
    order by v.version_number
    limit 1
  ) as b
  where private.chain_depth(b.version_id) + 1 + private.chain_height(p_version.version_id) <= (private.setting()).max_delta_chain
$$;

comment on function private.delta_base(public.resume_versions) is
'The version against which another is to be stored; null when that chain would be longer than settings.max_delta_chain.';

create function private.storage_job(p_job_id bigint, p_lease_token uuid) returns private.jobs
language plpgsql
set search_path = ''
as $$
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, null);
begin
  if v_job.kind not in ('compact', 'rebase') then
    perform private.fail('conflict', format('Job %s is %s, not compact or rebase', p_job_id, v_job.kind));
  end if;
  return v_job;
end
$$;

create function private.storage_work(p_job private.jobs) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_version public.resume_versions;
  v_resume public.resumes;
begin
  select * into v_version from public.resume_versions as v where v.version_id = p_job.subject_id for update;
  select * into v_resume from public.resumes as r where r.id = v_version.resume_id;
  if v_version.state = 'ready' and v_resume.deleted_at is null and (
    case p_job.kind
      when 'compact' then v_version.held_as = 'full' and v_version.kept_full_reason is null and v_resume.current_version_id <> v_version.version_id
      else v_version.held_as = 'delta' and exists (
        select from private.versions_due(v_version.resume_id) as d where d.version_id = v_version.delta_base_version_id
      )
    end
  ) then
    return v_version;
  end if;
  return null;
end
$$;

comment on function private.storage_work(private.jobs) is
'The version of a compact or rebase job, locked, if there is still something to do to it.';

create function private.end_storage_job(p_job private.jobs) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.delete_jobs(array[p_job.job_id], 'succeeded');
  -- Something may have waited for this: the base that it was rebased from can go now.
  perform private.keep_versions(v.resume_id) from public.resume_versions as v where v.version_id = p_job.subject_id;
end
$$;

create function private.storage_source(p_job_id bigint, p_lease_token uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
  v_base uuid;
  v_name text;
begin
  if v_version.version_id is null then
    perform private.give_up_reserved_object(v_job);
    perform private.end_storage_job(v_job);
    return null;
  end if;
  v_base := private.delta_base(v_version);
  if v_base is null and v_job.kind = 'compact' then
    update public.resume_versions as v set kept_full_reason = 'chain_length' where v.version_id = v_version.version_id;
    perform private.give_up_reserved_object(v_job);
    perform private.end_storage_job(v_job);
    return null;
  end if;
  if v_base is null then
    v_name := private.unique_object_name(v_job.owner_id, v_version.resume_id, v_version.version_number, v_version.original_filename);
    perform private.reserve_object(v_job, 'resumes', v_name);
  else
    v_name := private.unique_object_name(v_job.owner_id, v_version.resume_id, v_version.version_number, 'delta');
    perform private.reserve_object(v_job, 'resume_deltas', v_name);
  end if;
  return jsonb_build_object(
    'versionId', v_version.version_id,
    'baseVersionId', v_base,
    'fileSize', v_version.file_size,
    'sha256', v_version.sha256,
    'mimeType', v_version.mime_type,
    'objectName', v_name
  );
end
$$;

create function public.internal_storage_source(p_job_id bigint, p_lease_token uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.storage_source(p_job_id, p_lease_token)
$$;

comment on function public.internal_storage_source(bigint, uuid) is
'What a leased compact or rebase job is to do: {"versionId", "baseVersionId", "fileSize", "sha256", "mimeType", "objectName"}: write the delta against the base to objectName in resume_deltas; without a base, the whole file to objectName in resumes. Null when there is nothing to do; the job has ended then. Raises lease_lost, conflict.';

create function private.reserve_whole(p_job_id bigint, p_lease_token uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
  v_name text;
begin
  if v_version.version_id is null or v_job.kind <> 'rebase' then
    perform private.fail('conflict', 'Only a version that is rebased is written whole');
  end if;
  v_name := private.unique_object_name(v_job.owner_id, v_version.resume_id, v_version.version_number, v_version.original_filename);
  perform private.reserve_object(v_job, 'resumes', v_name);
  return v_name;
end
$$;

create function public.internal_reserve_whole(p_job_id bigint, p_lease_token uuid) returns text
language sql volatile
set search_path = ''
as $$
  select private.reserve_whole(p_job_id, p_lease_token)
$$;

comment on function public.internal_reserve_whole(bigint, uuid) is
'For a rebase whose delta gains nothing: the name in resumes to write the whole file to instead. Raises lease_lost, conflict.';

create function private.record_storage(
  p_job_id bigint, p_lease_token uuid, p_base_version_id uuid, p_stored_bytes bigint
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
  v_reserved constant text := v_job.payload #>> '{reserved,name}';
begin
  if v_version.version_id is null
    or (p_base_version_id is null and (v_job.kind = 'compact' or p_stored_bytes <> v_version.file_size))
    or p_base_version_id is not null and (v_job.payload #>> '{reserved,bucket}') <> 'resume_deltas'
    or p_base_version_id is null and (v_job.payload #>> '{reserved,bucket}') <> 'resumes'
  then
    perform private.fail('conflict', 'This is not what the job was to do');
  end if;
  -- What was true when the work began may not be any more: the base was given up, the chain has grown.
  if p_base_version_id is not null and p_base_version_id is distinct from private.delta_base(v_version) then
    return false;
  end if;
  perform private.require_reserved_object(v_job, p_stored_bytes);
  update public.resume_versions as v
  set
    held_as = case when p_base_version_id is null then 'full' else 'delta' end,
    delta_base_version_id = p_base_version_id,
    delta_storage_path = case when p_base_version_id is not null then v_reserved end,
    full_storage_path = case when p_base_version_id is null then v_reserved else v.full_storage_path end,
    object_version = case
      when p_base_version_id is null then (
        select coalesce(o.version, o.id::text) from storage.objects as o where o.bucket_id = 'resumes' and o.name = v_reserved
      )
      else v.object_version
    end,
    kept_full_reason = case
      when p_base_version_id is null then case when private.delta_base(v_version) is null then 'chain_length' else 'no_gain' end
    end,
    stored_bytes = p_stored_bytes
  where v.version_id = v_version.version_id;
  perform private.remove_later(
    h.bucket_id, h.object_name, v_version.version_id, v_job.owner_id,
    case v_job.kind when 'compact' then 'compacted' else 'rebased' end
  )
  from private.held_object(v_version) as h;
  perform private.end_storage_job(v_job);
  return true;
end
$$;

create function public.internal_record_storage(
  p_job_id bigint, p_lease_token uuid, p_base_version_id uuid, p_stored_bytes bigint
) returns boolean
language sql volatile
set search_path = ''
as $$
  select private.record_storage(p_job_id, p_lease_token, p_base_version_id, p_stored_bytes)
$$;

comment on function public.internal_record_storage(bigint, uuid, uuid, bigint) is
'Takes note of the object that a compact or rebase job has written and proven, and ends the job; what it replaces is removed after. False when the base is no longer the one to use: nothing was changed, begin again. Raises lease_lost, conflict, upload_incomplete.';

create function private.record_no_gain(p_job_id bigint, p_lease_token uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.storage_job(p_job_id, p_lease_token);
  v_version constant public.resume_versions := private.storage_work(v_job);
begin
  if v_job.kind <> 'compact' or v_version.version_id is null then
    perform private.fail('conflict', 'A version that is rebased is written whole when a delta gains nothing');
  end if;
  update public.resume_versions as v set kept_full_reason = 'no_gain' where v.version_id = v_version.version_id;
  perform private.give_up_reserved_object(v_job);
  perform private.end_storage_job(v_job);
end
$$;

create function public.internal_record_no_gain(p_job_id bigint, p_lease_token uuid) returns void
language sql volatile
set search_path = ''
as $$
  select private.record_no_gain(p_job_id, p_lease_token)
$$;

comment on function public.internal_record_no_gain(bigint, uuid) is
'Ends a compact job whose delta would not be worth it: the version stays whole. Raises lease_lost, conflict.';

grant execute on function private.storage_source(bigint, uuid) to service_role;
grant execute on function private.reserve_whole(bigint, uuid) to service_role;
grant execute on function private.record_storage(bigint, uuid, uuid, bigint) to service_role;
grant execute on function private.record_no_gain(bigint, uuid) to service_role;
grant execute on function public.internal_storage_source(bigint, uuid) to service_role;
grant execute on function public.internal_reserve_whole(bigint, uuid) to service_role;
grant execute on function public.internal_record_storage(bigint, uuid, uuid, bigint) to service_role;
grant execute on function public.internal_record_no_gain(bigint, uuid) to service_role;
