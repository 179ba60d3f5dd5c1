-- Versions that the product makes itself: an older one restored, or suggestions put into the current
-- one. Accepted in one transaction, like an optimization; a worker writes the file.

create function private.begin_composed_version(
  p_resume public.resumes, p_from public.resume_versions, p_source text, p_filename text, p_mime_type text
) returns public.resume_versions
language plpgsql
set search_path = ''
as $$
declare
  v_number constant integer := private.next_version_number(p_resume.id);
  v_version public.resume_versions;
begin
  perform private.check_version_quota(p_resume.user_id, p_from.file_size);
  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, parent_version_id, source,
    original_filename, mime_type, composed_from_version_id
  ) values (
    -- The name is that of no object yet: each attempt at writing the file reserves one of its own.
    p_resume.id, v_number, private.object_name(p_resume.user_id, p_resume.id, v_number, p_filename), p_from.file_size,
    p_resume.current_version_id, p_source, p_filename, p_mime_type, p_from.version_id
  )
  returning * into v_version;
  perform private.enqueue_job('compose', v_version.version_id, p_resume.user_id, 10);
  return v_version;
end
$$;

comment on function private.begin_composed_version(public.resumes, public.resume_versions, text, text, text) is
'Reserves a version that the product writes itself and queues its job. Raises quota_exceeded, too_many_requests.';

create function private.restore_resume_version(p_version_id uuid) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_from public.resume_versions;
  v_resume public.resumes;
  v_current public.resume_versions;
  v_version public.resume_versions;
begin
  perform private.lock_user(v_caller);
  v_from := private.owned_version_of_locked_resume(p_version_id, v_caller);
  select * into v_resume from public.resumes as r where r.id = v_from.resume_id;
  if v_from.version_id = v_resume.current_version_id then
    perform private.fail('conflict', 'The version is the current one', 'Restore an older version.');
  end if;
  -- Asked twice, it is restored once: also where the answer was lost, and the older version was given up
  -- when the new one came.
  select * into v_current from public.resume_versions as v where v.version_id = v_resume.current_version_id;
  if v_current.sha256 = v_from.sha256 then
    return v_current;
  end if;
  select v.* into v_version from public.resume_versions as v
  where v.resume_id = v_from.resume_id and v.source = 'restore' and v.composed_from_version_id = v_from.version_id
    and v.state in ('pending', 'uploaded');
  if found then
    return v_version;
  end if;
  if v_from.state <> 'ready' then
    perform private.fail('conflict', format('The version is %s', v_from.state), 'Restore a version that is ready.');
  end if;
  return private.begin_composed_version(v_resume, v_from, 'restore', v_from.original_filename, v_from.mime_type);
end
$$;

create function public.restore_resume_version(version_id uuid) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.restore_resume_version($1)
$$;

comment on function public.restore_resume_version(uuid) is
'For users: makes an older version of theirs the current one again, as a new version with the same bytes (source restore).
Returns it pending, a worker writes it; or the current one, if it has these bytes already.
Usually called by the function resume-versions, which waits for it. Raises unauthorized, not_found, conflict, quota_exceeded, too_many_requests.';

create function private.changes_since(p_resume_id uuid, p_version_number integer) returns text
language sql stable
set search_path = ''
as $$
  select string_agg(
    format('version %s (%s%s)', v.version_number, v.source, case when v.label is null then '' else ', ' || v.label end),
    ', ' order by v.version_number
  )
  from public.resume_versions as v
  where v.resume_id = p_resume_id and v.version_number > p_version_number and v.state = 'ready'
$$;

create function private.accept_suggestions(p_optimization_id uuid, p_suggestions integer[]) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_optimization public.optimizations;
  v_resume public.resumes;
  v_base public.resume_versions;
  v_current public.resume_versions;
  v_pending public.resume_versions;
  v_accepted integer[];
  v_version public.resume_versions;
  v_name text;
begin
  perform private.lock_user(v_caller);
  select * into v_optimization from public.optimizations as o where o.optimization_id = p_optimization_id and o.user_id = v_caller;
  if not found then
    perform private.fail('not_found', 'There is no such optimization');
  end if;
  v_resume := private.owned_resume(v_optimization.resume_id, v_caller);
  if v_optimization.status <> 'succeeded' then
    perform private.fail('conflict', format('The optimization is %s', v_optimization.status), 'Accept suggestions of one that has succeeded.');
  end if;
  if coalesce(cardinality(p_suggestions), 0) = 0
    or exists (
      select from unnest(p_suggestions) as i
      where (i between 0 and jsonb_array_length(v_optimization.result -> 'suggestions') - 1) is not true
    )
  then
    perform private.fail('invalid_request', 'These are no suggestions of the optimization', 'Send indices into result.suggestions, counted from 0.');
  end if;
  select * into v_base from public.resume_versions as v where v.version_id = v_optimization.version_id;
  select * into v_current from public.resume_versions as v where v.version_id = v_resume.current_version_id;
  -- One by one: what was accepted of the same optimization before is in the new version too, and the
  -- file is made from the optimization's own version each time.
  if v_current.version_id = v_base.version_id then
    v_accepted := '{}';
  elsif v_current.optimization_id = p_optimization_id and v_current.composed_from_version_id = v_base.version_id then
    v_accepted := v_current.accepted_suggestions;
  else
    perform private.fail(
      'conflict',
      format('The resume has changed since: %s', private.changes_since(v_resume.id, v_base.version_number)),
      'Ask for an optimization of the current version.'
    );
  end if;
  if v_base.state <> 'ready' then
    perform private.fail('conflict', 'The version that the suggestions are about is no longer kept', 'Ask for an optimization of the current version.');
  end if;
  v_accepted := array(select distinct i from unnest(v_accepted || p_suggestions) as i order by i);
  if v_accepted = v_current.accepted_suggestions and v_current.optimization_id = p_optimization_id then
    return v_current;
  end if;
  select v.* into v_pending from public.resume_versions as v
  where v.resume_id = v_resume.id and v.optimization_id = p_optimization_id and v.state in ('pending', 'uploaded')
  order by v.version_number desc
  limit 1;
  if found then
    if v_pending.accepted_suggestions @> v_accepted then
      return v_pending;
    end if;
    perform private.fail('conflict', format('Version %s is being made', v_pending.version_number), 'Wait until it is ready, then accept more.');
  end if;
  -- Of a PDF or DOC a clean DOCX is written.
  v_name := regexp_replace(v_base.original_filename, '\.(pdf|docx?)$', '', 'i');
  v_version := private.begin_composed_version(
    v_resume, v_base, 'optimization', left(v_name, 250) || '.docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  );
  update public.resume_versions as v
  set optimization_id = p_optimization_id, accepted_suggestions = v_accepted
  where v.version_id = v_version.version_id
  returning * into v_version;
  return v_version;
end
$$;

create function public.accept_suggestions(optimization_id uuid, suggestions integer[]) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.accept_suggestions($1, $2)
$$;

comment on function public.accept_suggestions(uuid, integer[]) is
'For users: puts suggestions of an optimization of theirs (indices into result.suggestions, from 0) into a new version, source optimization,
together with those of it that were accepted before. Returns it pending; a worker writes it: in a DOCX the text is replaced in place, of a PDF or DOC a clean DOCX is written.
Usually called by the function resume-versions, which waits for it. Raises unauthorized, not_found, invalid_request, conflict (also when the resume has changed since), quota_exceeded, too_many_requests.';

create function private.composition_source(p_job_id bigint, p_lease_token uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'compose');
  v_version public.resume_versions;
  v_from public.resume_versions;
  v_resume public.resumes;
  v_suggestions jsonb;
  v_failure text;
  v_name text;
begin
  select * into v_version from public.resume_versions as v where v.version_id = v_job.subject_id;
  select * into v_resume from public.resumes as r where r.id = v_version.resume_id;
  select * into v_from from public.resume_versions as v where v.version_id = v_version.composed_from_version_id;
  select jsonb_agg(o.result #> array['suggestions', i::text] order by i) into v_suggestions
  from public.optimizations as o, unnest(v_version.accepted_suggestions) as i
  where o.optimization_id = v_version.optimization_id;
  v_failure := case
    when v_version.state is distinct from 'pending' or v_resume.deleted_at is not null then 'cancelled'
    when v_from.state is distinct from 'ready' then 'file_lost'
    -- Its retention may have ended since. Without what is to be put in, this would be a copy.
    when v_version.source = 'optimization' and v_suggestions is null then 'not_found'
  end;
  if v_failure is not null then
    perform private.bury_job(v_job, jsonb_build_object('code', v_failure), false);
    return null;
  end if;
  v_name := private.unique_object_name(v_resume.user_id, v_resume.id, v_version.version_number, v_version.original_filename);
  perform private.reserve_object(v_job, 'resumes', v_name);
  return jsonb_build_object(
    'version', to_jsonb(v_version) - 'content_text',
    'from', to_jsonb(v_from),
    'objectName', v_name,
    'suggestions', v_suggestions
  );
end
$$;

create function public.internal_composition_source(p_job_id bigint, p_lease_token uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.composition_source(p_job_id, p_lease_token)
$$;

comment on function public.internal_composition_source(bigint, uuid) is
'What a leased compose job makes: {"version", "from", "objectName": where to write it, "suggestions": to be put in, or null for a restore}. Null when it cannot be made or need not be; job and version have ended then. Raises lease_lost, conflict.';

create function private.record_composition(
  p_job_id bigint, p_lease_token uuid, p_file_size bigint, p_sha256 text, p_notices jsonb
) returns public.resume_versions
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'compose');
  v_version public.resume_versions;
begin
  -- Before a constraint says so: it would quote the row in the log of Postgres.
  if coalesce(p_sha256, '') !~ '^[0-9a-f]{64}$' or jsonb_typeof(coalesce(p_notices, '[]')) <> 'array' then
    perform private.fail('invalid_request', 'A composed file has the SHA-256 of its bytes, 64 lowercase hex digits, and notices as an array');
  end if;
  perform private.require_reserved_object(v_job, p_file_size);
  update public.resume_versions as v
  set
    state = 'uploaded', held_as = 'full', full_storage_path = v_job.payload #>> '{reserved,name}',
    file_size = p_file_size, expected_sha256 = p_sha256, notices = coalesce(p_notices, '[]'),
    object_version = (
      select coalesce(o.version, o.id::text) from storage.objects as o
      where o.bucket_id = 'resumes' and o.name = v_job.payload #>> '{reserved,name}'
    ),
    stored_bytes = p_file_size, uploaded_at = now()
  where v.version_id = v_job.subject_id and v.state = 'pending'
  returning * into v_version;
  if not found then
    perform private.fail('conflict', 'The version is no longer to be made');
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  -- Read like any upload: that the product wrote it proves nothing.
  perform private.enqueue_job('ingest', v_version.version_id, v_job.owner_id, 10);
  return v_version;
end
$$;

create function public.internal_record_composition(
  p_job_id bigint, p_lease_token uuid, p_file_size bigint, p_sha256 text, p_notices jsonb default '[]'
) returns public.resume_versions
language sql volatile
set search_path = ''
as $$
  select private.record_composition(p_job_id, p_lease_token, p_file_size, p_sha256, p_notices)
$$;

comment on function public.internal_record_composition(bigint, uuid, bigint, text, jsonb) is
'Takes note of the file that a compose job has written to its objectName, ends the job and queues ingest. Returns the version, uploaded. Raises lease_lost, conflict, upload_incomplete, invalid_request.';

grant execute on function private.restore_resume_version(uuid) to authenticated;
grant execute on function public.restore_resume_version(uuid) to authenticated;
grant execute on function private.accept_suggestions(uuid, integer[]) to authenticated;
grant execute on function public.accept_suggestions(uuid, integer[]) to authenticated;
grant execute on function private.composition_source(bigint, uuid) to service_role;
grant execute on function public.internal_composition_source(bigint, uuid) to service_role;
grant execute on function private.record_composition(bigint, uuid, bigint, text, jsonb) to service_role;
grant execute on function public.internal_record_composition(bigint, uuid, bigint, text, jsonb) to service_role;
