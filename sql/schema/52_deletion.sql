-- Deleting a resume hides it, and can be undone for a while. Erasing takes everything: hidden in the
-- transaction that asks for it, then removed object by object, rows last. Both end in the same work.

create table private.erasures (
  erasure_id uuid not null default gen_random_uuid(),
  user_id text,
  user_digest text not null,
  reason text not null,
  requested_at timestamptz not null default now(),
  -- Until then a signed upload URL, or whoever had a file in hand, may still bring an object back.
  sweep_until timestamptz not null,
  prefixes text[] not null default '{}',
  resumes integer not null,
  objects integer not null default 0,
  finished_at timestamptz,
  constraint erasures_pkey primary key (erasure_id),
  constraint erasures_reason_check check (reason in ('request', 'undelete_window')),
  constraint erasures_finished_check check (finished_at is null or (user_id is null and cardinality(prefixes) = 0))
);

alter table private.erasures enable row level security;

comment on table private.erasures is 'Erasures and their receipts. One that is finished names nobody: what is left is the digest by which its user can ask for it.';
comment on column private.erasures.user_id is 'Whose; null once finished.';
comment on column private.erasures.user_digest is 'SHA-256 of the user''s id, lowercase hex.';
comment on column private.erasures.reason is 'request: the user asked for it; undelete_window: a deleted resume''s time was over.';
comment on column private.erasures.prefixes is 'Below which names in storage nothing may remain; empty once finished.';
comment on column private.erasures.objects is 'Objects removed so far.';

create index erasures_user_digest_idx on private.erasures (user_digest);

alter table public.resumes add constraint resumes_erasure_id_fkey
foreign key (erasure_id) references private.erasures (erasure_id) on delete restrict;

create function private.user_digest(p_user_id text) returns text
language sql immutable strict
set search_path = ''
as $$
  select encode(sha256(convert_to(p_user_id, 'UTF8')), 'hex')
$$;

create function private.delete_resume(p_resume_id uuid) returns public.resumes
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resume public.resumes;
begin
  perform private.lock_user(v_caller);
  select * into v_resume from public.resumes as r
  where r.id = p_resume_id and r.user_id = v_caller and r.erasure_id is null
  for no key update;
  if not found then
    perform private.fail('not_found', 'There is no such resume');
  end if;
  update public.resumes as r set deleted_at = coalesce(r.deleted_at, now())
  where r.id = p_resume_id
  returning * into v_resume;
  perform private.cancel_optimization(o.optimization_id)
  from public.optimizations as o
  where o.resume_id = p_resume_id and o.status in ('queued', 'running');
  return v_resume;
end
$$;

create function public.delete_resume(resume_id uuid) returns public.resumes
language sql volatile
set search_path = ''
as $$
  select private.delete_resume($1)
$$;

comment on function public.delete_resume(uuid) is
'For users: deletes a resume of theirs with all its versions and cancels what is at work on it. Hidden at once; undelete_resume has it back until the undelete window has passed. Idempotent. Raises unauthorized, not_found.';

create function private.undelete_resume(p_resume_id uuid) returns public.resumes
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resume public.resumes;
begin
  perform private.lock_user(v_caller);
  select * into v_resume from public.resumes as r
  where r.id = p_resume_id and r.user_id = v_caller and r.erasure_id is null
    and (r.deleted_at is null or r.deleted_at > now() - private.undelete_window(r.user_id))
  for no key update;
  if not found then
    perform private.fail('not_found', 'There is no such resume to have back');
  end if;
  if v_resume.deleted_at is null then
    return v_resume;
  end if;
  perform private.check_resume_quota(v_caller);
  update public.resumes as r set deleted_at = null
  where r.id = p_resume_id
  returning * into v_resume;
  perform private.keep_versions(p_resume_id);
  return v_resume;
end
$$;

create function public.undelete_resume(resume_id uuid) returns public.resumes
language sql volatile
set search_path = ''
as $$
  select private.undelete_resume($1)
$$;

comment on function public.undelete_resume(uuid) is
'For users: has a deleted resume of theirs back, with all its versions, while the undelete window lasts. Idempotent. Raises unauthorized, not_found (also when the window has passed), quota_exceeded.';

create function private.deleted_resumes() returns table (resume_id uuid, original_filename text, deleted_at timestamptz, gone_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
-- Definer: the policy hides what is deleted; the caller is taken from the token.
  select r.id, r.original_filename, r.deleted_at, r.deleted_at + private.undelete_window(r.user_id)
  from public.resumes as r
  where r.user_id = private.require_caller() and r.deleted_at is not null and r.erasure_id is null
  order by r.deleted_at desc
  limit 1000
$$;

create function public.list_deleted_resumes() returns table (resume_id uuid, original_filename text, deleted_at timestamptz, gone_at timestamptz)
language sql stable
set search_path = ''
as $$
  select d.resume_id, d.original_filename, d.deleted_at, d.gone_at from private.deleted_resumes() as d
$$;

comment on function public.list_deleted_resumes() is
'For users: their deleted resumes that can still be had back, and until when; newest first, at most 1,000. Raises unauthorized.';

create function private.begin_erasure(p_user_id text, p_resume_ids uuid[], p_reason text) returns private.erasures
language plpgsql
set search_path = ''
as $$
declare
  v_erasure private.erasures;
begin
  insert into private.erasures (user_id, user_digest, reason, resumes, prefixes, sweep_until)
  select
    p_user_id, private.user_digest(p_user_id), p_reason, cardinality(p_resume_ids),
    array(select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || i::text || '/' from unnest(p_resume_ids) as i)
    -- A worker of the migration or a store may have died between its object and the version of it.
    || case p_reason when 'request' then array[
      'migrations/' || private.storage_segment(p_user_id) || '/', 'user_uploads/' || private.storage_segment(p_user_id) || '/=store/'
    ] end,
    greatest(
      -- A store's upload that is under way shows by its age that nothing came of it, see private.objects_of_erasure().
      case p_reason when 'request' then now() + interval '30 minutes' else now() end,
      case p_reason when 'request' then (
        select max(f.leased_until) + interval '15 minutes' from private.legacy_files as f where f.user_id = p_user_id
      ) end,
      (select max(private.upload_urls_end_at(v)) from public.resume_versions as v where v.resume_id = any (p_resume_ids)),
      -- A worker whose lease is taken away learns of it when it has written its object.
      (
        select max(j.leased_until) + interval '15 minutes'
        from private.jobs as j join public.resume_versions as v on v.version_id = j.subject_id
        where v.resume_id = any (p_resume_ids) and j.payload ? 'reserved'
      )
    )
  returning * into v_erasure;
  update public.resumes as r
  set deleted_at = coalesce(r.deleted_at, now()), erasure_id = v_erasure.erasure_id
  where r.id = any (p_resume_ids);
  perform private.enqueue_job('erase', v_erasure.erasure_id, p_user_id, 100);
  return v_erasure;
end
$$;

create function private.erase_my_data() returns private.erasures
language plpgsql security definer
set search_path = ''
as $$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_resumes uuid[];
  v_erasure private.erasures;
begin
  perform private.lock_user(v_caller);
  v_resumes := array(
    select r.id from public.resumes as r
    where r.user_id = v_caller and r.erasure_id is null
    order by r.id
    for no key update
  );
  -- Asked again with nothing new, the receipt is the same.
  if cardinality(v_resumes) = 0 then
    select * into v_erasure from private.erasures as e
    where e.user_digest = private.user_digest(v_caller) and e.reason = 'request'
    order by e.requested_at desc
    limit 1;
  end if;
  if v_erasure.erasure_id is null then
    v_erasure := private.begin_erasure(v_caller, v_resumes, 'request');
  end if;
  -- Whoever works one of these has lost its lease.
  perform private.delete_jobs(
    array(select j.job_id from private.jobs as j where j.owner_id = v_caller and j.kind <> 'erase'), 'cancelled'
  );
  delete from public.optimizations as o where o.user_id = v_caller;
  delete from private.retention_overrides as o where o.user_id = v_caller;
  delete from private.legacy_files as f where f.user_id = v_caller;
  delete from private.store_files as s where s.user_id = v_caller;
  perform private.forget_rollout_user(v_caller);
  return v_erasure;
end
$$;

create type public.erasure_receipt as (
  receipt_id uuid, requested_at timestamptz, resumes integer, objects_removed integer, finished_at timestamptz
);

comment on type public.erasure_receipt is 'What became of an erasure. finished_at is null while objects are still being removed, or might still come back through a signed upload URL or from whoever had a file in hand.';

create function public.erase_my_data() returns public.erasure_receipt
language sql volatile
set search_path = ''
as $$
  select row(e.erasure_id, e.requested_at, e.resumes, e.objects, e.finished_at)::public.erasure_receipt
  from private.erase_my_data() as e
$$;

comment on function public.erase_my_data() is
'For users: erases all resumes, versions, optimizations and their traces. Hidden when this returns and not to be had back; the receipt says when the last object is gone. Idempotent. Raises unauthorized.';

create function private.erasure_receipt(p_receipt_id uuid) returns private.erasures
language plpgsql stable security definer
set search_path = ''
as $$
-- Definer: the receipts are granted to nobody; the caller is taken from the token.
declare
  v_erasure private.erasures;
begin
  select * into v_erasure from private.erasures as e
  where e.erasure_id = p_receipt_id and e.user_digest = private.user_digest(private.require_caller());
  if not found then
    perform private.fail('not_found', 'There is no such receipt');
  end if;
  return v_erasure;
end
$$;

create function public.get_erasure_receipt(receipt_id uuid) returns public.erasure_receipt
language sql stable
set search_path = ''
as $$
  select row(e.erasure_id, e.requested_at, e.resumes, e.objects, e.finished_at)::public.erasure_receipt
  from private.erasure_receipt($1) as e
$$;

comment on function public.get_erasure_receipt(uuid) is 'For users: how far an erasure of theirs has come. Raises unauthorized, not_found.';

create function private.erase_expired() returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_user record;
  v_count integer := 0;
begin
  for v_user in
    select d.user_id, array_agg(d.id) as resume_ids
    from (
      select r.user_id, r.id from public.resumes as r
      where r.erasure_id is null
        and r.deleted_at <= now() - least(
          (private.setting()).undelete_window, (select min(x.undelete_window) from private.retention_overrides as x)
        )
        and r.deleted_at <= now() - private.undelete_window(r.user_id)
      order by r.deleted_at
      limit 500
      for update skip locked
    ) as d
    group by d.user_id
  loop
    perform private.begin_erasure(v_user.user_id, v_user.resume_ids, 'undelete_window');
    v_count := v_count + cardinality(v_user.resume_ids);
  end loop;
  return v_count;
end
$$;

comment on function private.erase_expired() is 'Begins to erase deleted resumes whose undelete window has passed, at most 500. Returns how many.';

create function private.objects_of_erasure(p_erasure private.erasures) returns table (bucket_id text, object_name text)
language sql stable
set search_path = ''
as $$
  select o.bucket_id, o.name
  from unnest(p_erasure.prefixes) as p (prefix)
    -- As bytes, which Storage's index on the name serves: from "…/" to before "…0", the character after it.
    join storage.objects as o on o.bucket_id in ('resumes', 'resume_deltas')
      and o.name operator(pg_catalog.~>=~) p.prefix and o.name operator(pg_catalog.~<~) (left(p.prefix, -1) || '0')
  -- A store goes on writing when its user goes on: what has a version, or may still become one, is not of the erasure.
  where p.prefix not like '%/=store/' or o.created_at <= now() - interval '15 minutes' and not exists (
    select from public.resume_versions as v where v.full_storage_path = o.name
  )
  union
  -- What lies elsewhere: files that came by migration.
  select o.bucket_id, o.name
  from public.resumes as r
    join public.resume_versions as v on v.resume_id = r.id
    cross join lateral (
      select 'resumes' as bucket_id, v.full_storage_path as object_name
      union all
      select x.bucket_id, x.object_name from private.object_removals as x where x.version_id = v.version_id
    ) as n
    join storage.objects as o on (o.bucket_id, o.name) = (n.bucket_id, n.object_name)
  where r.erasure_id = p_erasure.erasure_id
$$;

comment on function private.objects_of_erasure(private.erasures) is 'What there is in storage now that an erasure has to remove.';

create function private.erasure_objects(p_job_id bigint, p_lease_token uuid) returns table (bucket_id text, object_name text)
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'erase');
  v_erasure private.erasures;
begin
  select * into v_erasure from private.erasures as e where e.erasure_id = v_job.subject_id;
  return query
  select o.bucket_id, o.object_name from private.objects_of_erasure(v_erasure) as o
  order by o.bucket_id, o.object_name
  limit 100;
end
$$;

create function public.internal_erasure_objects(p_job_id bigint, p_lease_token uuid) returns table (bucket_id text, object_name text)
language sql volatile
set search_path = ''
as $$
  select o.bucket_id, o.object_name from private.erasure_objects(p_job_id, p_lease_token) as o
$$;

comment on function public.internal_erasure_objects(bigint, uuid) is
'The objects that a leased erase job is to delete through the Storage API next, at most 100. Raises lease_lost, conflict.';

create function private.complete_erasure(p_job_id bigint, p_lease_token uuid, p_removed integer) returns text
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'erase');
  v_erasure private.erasures;
  v_versions uuid[];
begin
  update private.erasures as e set objects = e.objects + greatest(coalesce(p_removed, 0), 0)
  where e.erasure_id = v_job.subject_id
  returning * into v_erasure;
  if exists (select from private.objects_of_erasure(v_erasure)) then
    return 'more';
  end if;
  perform from public.resumes as r where r.erasure_id = v_erasure.erasure_id order by r.id for update;
  -- An optimization goes with its version, its job before it as everywhere.
  perform private.delete_jobs(
    array(
      select j.job_id
      from private.jobs as j
        join public.optimizations as o on o.optimization_id = j.subject_id
        join public.resumes as r on r.id = o.resume_id
      where r.erasure_id = v_erasure.erasure_id
    ),
    'cancelled'
  );
  -- Versions go in one statement: a delta's base may not go before it.
  with gone as (
    delete from public.resume_versions as v
    using public.resumes as r
    where r.id = v.resume_id and r.erasure_id = v_erasure.erasure_id
    returning v.version_id
  )
  select array_agg(g.version_id) into v_versions from gone as g;
  -- Their jobs after them: an upload may arrive, and queue one, until its row is gone.
  perform private.delete_jobs(array(select j.job_id from private.jobs as j where j.subject_id = any (v_versions)), 'cancelled');
  delete from private.object_removals as x where x.version_id = any (v_versions);
  delete from public.resumes as r where r.erasure_id = v_erasure.erasure_id;
  if v_erasure.sweep_until > now() then
    -- Looks again when nothing can come back any more.
    perform private.release_job(
      p_job_id, p_lease_token, ceil(extract(epoch from v_erasure.sweep_until - now()))::integer + 1
    );
    return 'later';
  end if;
  update private.erasures as e set user_id = null, prefixes = '{}', finished_at = now()
  where e.erasure_id = v_erasure.erasure_id;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return 'done';
end
$$;

create function public.internal_complete_erasure(p_job_id bigint, p_lease_token uuid, p_removed integer) returns text
language sql volatile
set search_path = ''
as $$
  select private.complete_erasure(p_job_id, p_lease_token, p_removed)
$$;

comment on function public.internal_complete_erasure(bigint, uuid, integer) is
'After p_removed objects are gone: ''more'' when others are left, otherwise the rows go, and ''done'', or ''later'' when the job will look again. Raises lease_lost, conflict.';

grant execute on function private.delete_resume(uuid) to authenticated;
grant execute on function public.delete_resume(uuid) to authenticated;
grant execute on function private.undelete_resume(uuid) to authenticated;
grant execute on function public.undelete_resume(uuid) to authenticated;
grant execute on function private.deleted_resumes() to authenticated;
grant execute on function public.list_deleted_resumes() to authenticated;
grant execute on function private.erase_my_data() to authenticated;
grant execute on function public.erase_my_data() to authenticated;
grant execute on function private.erasure_receipt(uuid) to authenticated;
grant execute on function public.get_erasure_receipt(uuid) to authenticated;
grant execute on function private.erasure_objects(bigint, uuid) to service_role;
grant execute on function private.complete_erasure(bigint, uuid, integer) to service_role;
grant execute on function public.internal_erasure_objects(bigint, uuid) to service_role;
grant execute on function public.internal_complete_erasure(bigint, uuid, integer) to service_role;
