-- Objects are removed through the Storage API, which no transaction reaches. What is to go is noted
-- here in the transaction that gives it up, and stays noted until Storage has confirmed. The names of
-- objects that the product writes are never used twice: a worker that is late removes nothing new.

create table private.object_removals (
  bucket_id text not null,
  object_name text not null,
  version_id uuid not null,
  reason text not null,
  requested_at timestamptz not null default now(),
  constraint object_removals_pkey primary key (bucket_id, object_name),
  constraint object_removals_reason_check check (reason in ('failed', 'compacted', 'rebased', 'pruned', 'unfinished', 'orphan'))
);

alter table private.object_removals enable row level security;

comment on table private.object_removals is 'Objects that no row relies on any more and that are still to be removed from storage.';
comment on column private.object_removals.version_id is 'Whose job removes it. No foreign key: the version may go first.';
comment on column private.object_removals.reason is 'failed upload, compacted into a delta, rebased onto another base, pruned, unfinished by a worker that died, orphan found by reconcile.';

create index object_removals_version_id_idx on private.object_removals (version_id);

create function private.remove_later(p_bucket_id text, p_object_name text, p_version_id uuid, p_owner_id text, p_reason text) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.object_removals (bucket_id, object_name, version_id, reason)
  values (p_bucket_id, p_object_name, p_version_id, p_reason)
  on conflict (bucket_id, object_name) do nothing;
  -- After the note: who is about to end this job is waited for here, and a new one comes after it.
  perform private.enqueue_job('remove_object', p_version_id, p_owner_id, 200);
end
$$;

comment on function private.remove_later(text, text, uuid, text, text) is
'Notes an object as one to be removed and queues the job that does it. Nothing may rely on it from then on.';

create function private.remove_held_later(p_version_id uuid, p_owner_id text, p_reason text) returns void
language sql volatile
set search_path = ''
as $$
  select private.remove_later(h.bucket_id, h.object_name, v.version_id, p_owner_id, p_reason)
  from public.resume_versions as v cross join lateral private.held_object(v) as h
  where v.version_id = p_version_id
$$;

create function private.take_resume_of(p_version_id uuid) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_resume_id constant uuid := (select v.resume_id from public.resume_versions as v where v.version_id = p_version_id);
begin
  perform from public.resumes as r where r.id = v_resume_id for no key update skip locked;
  return found or v_resume_id is null;
end
$$;

comment on function private.take_resume_of(uuid) is
'Locks the resume of a version without waiting; false when another has it. True for what is no version.';

create function private.leased_version_job(p_job_id bigint, p_lease_token uuid, p_kind text) returns private.jobs
language plpgsql
set search_path = ''
as $$
begin
  -- Resume before job. What changes a resume's versions holds the resume and queues jobs about them; who
  -- ended such a job the other way round would wait for the one that waits for it.
  perform from public.resumes as r
  where r.id = (
    select v.resume_id from public.resume_versions as v join private.jobs as j on j.subject_id = v.version_id
    where j.job_id = p_job_id
  )
  for no key update;
  return private.leased_job(p_job_id, p_lease_token, p_kind);
end
$$;

comment on function private.leased_version_job(bigint, uuid, text) is
'As leased_job, with the resume locked first if the job is about a version. Raises lease_lost, conflict.';

create function private.give_up_reserved_object(p_job private.jobs) returns void
language sql volatile
set search_path = ''
as $$
  select private.remove_later(r.bucket, r.name, p_job.subject_id, p_job.owner_id, 'unfinished')
  from jsonb_to_record(p_job.payload -> 'reserved') as r (bucket text, name text)
  where r.name is not null
$$;

comment on function private.give_up_reserved_object(private.jobs) is
'Notes for removal what an attempt at a job may have written and not recorded, if it reserved a name.';

create function private.reserve_object(p_job private.jobs, p_bucket_id text, p_object_name text) returns void
language plpgsql
set search_path = ''
as $$
begin
  -- An earlier attempt may have written its object and died before that was recorded.
  perform private.give_up_reserved_object(p_job);
  update private.jobs as j
  set payload = j.payload || jsonb_build_object('reserved', jsonb_build_object('bucket', p_bucket_id, 'name', p_object_name))
  where j.job_id = p_job.job_id;
end
$$;

comment on function private.reserve_object(private.jobs, text, text) is
'Notes the one name that this attempt may write to; the name of an attempt before it is given up.';

create function private.require_reserved_object(p_job private.jobs, p_size bigint) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not exists (
    select from storage.objects as o
    where o.bucket_id = p_job.payload #>> '{reserved,bucket}' and o.name = p_job.payload #>> '{reserved,name}'
      and (o.metadata ->> 'size')::bigint = p_size
  ) then
    perform private.fail('upload_incomplete', 'The object of this attempt is not in storage', 'Write it, then record it.');
  end if;
end
$$;

comment on function private.require_reserved_object(private.jobs, bigint) is
'Raises upload_incomplete unless the object reserved by this attempt is in storage with that many bytes.';

create function private.removable_objects(p_job_id bigint, p_lease_token uuid) returns setof private.object_removals
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'remove_object');
begin
  return query
  select o.* from private.object_removals as o
  where o.version_id = v_job.subject_id
    -- What a living row relies on is never removed, whatever was noted.
    and not exists (
      select from public.resume_versions as v cross join lateral private.held_object(v) as h
      where v.state in ('uploaded', 'ready') and (v.version_id = o.version_id or v.full_storage_path = o.object_name)
        and (h.bucket_id, h.object_name) = (o.bucket_id, o.object_name)
    )
  order by o.object_name
  limit 100;
end
$$;

create function public.internal_removable_objects(p_job_id bigint, p_lease_token uuid)
returns table (bucket_id text, object_name text)
language sql volatile
set search_path = ''
as $$
  select o.bucket_id, o.object_name from private.removable_objects(p_job_id, p_lease_token) as o
$$;

comment on function public.internal_removable_objects(bigint, uuid) is
'The objects that a leased remove_object job may delete through the Storage API, at most 100. Raises lease_lost, conflict.';

create function private.complete_object_removal(p_job_id bigint, p_lease_token uuid, p_object_names text[]) returns boolean
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_version_job(p_job_id, p_lease_token, 'remove_object');
begin
  delete from private.object_removals as o
  where o.version_id = v_job.subject_id and o.object_name = any (p_object_names);
  if exists (select from private.removable_objects(p_job_id, p_lease_token)) then
    return false;
  end if;
  update public.resume_versions as v
  set held_as = 'none', stored_bytes = null, delta_storage_path = null, delta_base_version_id = null
  where v.version_id = v_job.subject_id and v.state in ('failed', 'pruned')
    -- A failed file that may be read again stays where it is, though something else of its version goes.
    and not exists (
      select from private.held_object(v) as h join storage.objects as o on (o.bucket_id, o.name) = (h.bucket_id, h.object_name)
    );
  delete from private.object_removals as o where o.version_id = v_job.subject_id;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return true;
end
$$;

create function public.internal_complete_object_removal(p_job_id bigint, p_lease_token uuid, p_object_names text[]) returns boolean
language sql volatile
set search_path = ''
as $$
  select private.complete_object_removal(p_job_id, p_lease_token, p_object_names)
$$;

comment on function public.internal_complete_object_removal(bigint, uuid, text[]) is
'Records that these objects are gone from storage; with the last one the job ends, and true is returned. Raises lease_lost, conflict.';

grant execute on function private.removable_objects(bigint, uuid) to service_role;
grant execute on function private.complete_object_removal(bigint, uuid, text[]) to service_role;
grant execute on function public.internal_removable_objects(bigint, uuid) to service_role;
grant execute on function public.internal_complete_object_removal(bigint, uuid, text[]) to service_role;
