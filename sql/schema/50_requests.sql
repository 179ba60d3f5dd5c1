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

  -- It may have been deleted since it was found above.
  v_version := private.owned_version(v_version.version_id, v_caller);
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
