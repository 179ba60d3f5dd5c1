-- Asking for suggestions: the row and its job are accepted in one transaction.

create function private.seconds_until_own_end(p_user_id text) returns integer
language sql volatile
set search_path = ''
as $$
  -- The median of what ended lately, less what the user's oldest has had of it.
  select least(greatest(ceil(coalesce(
    (
      select percentile_cont(0.5) within group (order by s.milliseconds) / 1000
      from private.samples as s
      where s.name = 'optimizations' and s.sampled_at > clock_timestamp() - interval '15 minutes'
    ) - (
      select extract(epoch from clock_timestamp() - min(o.created_at))
      from public.optimizations as o
      where o.user_id = p_user_id and o.status in ('queued', 'running')
    ),
    10
  )), 2), 120)::integer
$$;

comment on function private.seconds_until_own_end(text) is 'When a user who has as many in flight as allowed may come again, by what was measured: 2 to 120 seconds, 10 if nothing was.';

create function private.seconds_until_room() returns integer
language sql volatile
set search_path = ''
as $$
  -- Until a twentieth of the queue has been worked off at the rate of the last minutes, and up to half
  -- as long again: if all came for the first place that is free, all but one would be sent away again.
  select least(greatest(ceil(
    case when r.rate > 0 then s.max_queued_optimizations * 0.05 / r.rate * (1 + random() / 2) else 30 end
  ), 5), 600)::integer
  from private.settings as s, private.rate_per_second('optimizations', '{}') as r (rate)
$$;

comment on function private.seconds_until_room() is 'When a full queue is likely to take another optimization, by the measured rate: 5 to 600 seconds, 30 if nothing was measured.';

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
  perform private.check_accepting();

  select count(*) as number, min(o.created_at) as oldest into v_asked
  from public.optimizations as o
  where o.user_id = v_caller and o.created_at > now() - interval '1 hour';
  perform private.check_rate(v_asked.number, v_settings.optimizations_per_hour, v_asked.oldest, 'optimizations');
  if (
    select count(*) from public.optimizations as o where o.user_id = v_caller and o.status in ('queued', 'running')
  ) >= v_settings.max_active_optimizations_per_user then
    perform private.fail(
      'too_many_requests', format('%s optimizations are in flight', v_settings.max_active_optimizations_per_user),
      'Wait for one to end, or cancel it.', private.seconds_until_own_end(v_caller)
    );
  end if;
  if (
    select count(*) from (
      select from private.jobs as j where j.kind = 'optimize' and j.dead_at is null
      limit v_settings.max_queued_optimizations
    ) as j
  ) >= v_settings.max_queued_optimizations then
    perform private.fail('too_many_requests', 'Too many optimizations of all users wait', null, private.seconds_until_room());
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
Usually called by the function optimize-resume. Raises unauthorized, forbidden, invalid_request, not_found, upload_incomplete, idempotency_conflict, too_many_requests and draining (with Retry-After), conflict.';

create function private.finish_optimization(
  p_optimization_id uuid, p_status text, p_result jsonb, p_error jsonb,
  p_events jsonb default '[]', p_after_event_id integer default null
) returns public.optimizations
language plpgsql
set search_path = ''
as $$
declare
  v_before public.optimizations;
  v_after public.optimizations;
begin
  select * into v_before from public.optimizations as o where o.optimization_id = p_optimization_id for update;
  if v_before.status is null or v_before.status not in ('queued', 'running') then
    return v_before;
  end if;
  -- The result stands in the row; an event only says that it is there.
  perform private.append_events(
    p_optimization_id,
    coalesce(p_events, '[]') || jsonb_build_object(
      'type', case when p_status = 'succeeded' then 'done' else 'error' end,
      'data', jsonb_build_object('status', p_status) || coalesce(p_error, '{}')
    ),
    p_after_event_id
  );
  update public.optimizations as o
  set
    status = p_status, result = p_result, error = p_error, finished_at = now(),
    partial = case when p_status = 'failed' then o.partial else '{}' end,
    progress = o.progress || '{"stage": "done"}'
  where o.optimization_id = p_optimization_id
  returning * into v_after;
  v_before.status := p_status;
  v_before.result := p_result;
  perform private.count_optimization(v_before);
  return v_after;
end
$$;

comment on function private.finish_optimization(uuid, text, jsonb, jsonb, jsonb, integer) is
'The one end of an optimization: its status, its last events, once; a second end changes nothing. Returns the row as it ended, or had ended.';

create function private.reopen_optimization(p_optimization_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from public.optimizations as o
  where o.optimization_id = p_optimization_id and o.status = 'failed'
  for update;
  if not found then
    perform private.fail('conflict', format('Optimization %s has not failed, or is gone', p_optimization_id), 'Delete the dead job.');
  end if;
  if exists (
    select
    from public.optimizations as o join public.optimizations as other using (user_id, input_hash)
    where o.optimization_id = p_optimization_id and o.idempotency_key is null
      and other.optimization_id <> o.optimization_id and other.idempotency_key is null
      and other.status in ('queued', 'running')
  ) then
    perform private.fail('conflict', format('The same as optimization %s is in flight again', p_optimization_id), 'Delete the dead job.');
  end if;
  -- Streams end with the event that says so: that one was not the last, after all.
  delete from private.optimization_events as e where e.optimization_id = p_optimization_id and e.type = 'error';
  update public.optimizations as o
  set
    status = 'queued', error = null, finished_at = null, started_at = null, cancel_requested_at = null,
    wait_started_at = null, waited_ms = 0, reopened_at = now(),
    progress = o.progress || '{"stage": "queued"}',
    -- The tokens of what is kept were counted when it failed; a section that is asked about again loses the mark.
    partial = coalesce(
      (
        select jsonb_object_agg(s.key, case jsonb_typeof(s.value) when 'object' then s.value || '{"counted": true}' else s.value end)
        from jsonb_each(o.partial) as s
      ),
      '{}'
    )
  where o.optimization_id = p_optimization_id;
  perform private.append_events(
    p_optimization_id,
    jsonb_build_array(jsonb_build_object('type', 'queued', 'data', jsonb_build_object('optimizationId', p_optimization_id)))
  );
end
$$;

comment on function private.reopen_optimization(uuid) is 'Puts an optimization that failed back to where its job is waited for; its sections are kept. Raises conflict.';

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
      perform private.delete_jobs(array[v_job.job_id], 'cancelled');
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
    select from public.optimizations as o join public.resumes as r on r.id = o.resume_id
    where o.optimization_id = p_optimization_id and o.user_id = v_caller and r.deleted_at is null
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
