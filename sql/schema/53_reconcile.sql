-- Storage and rows are two systems. What disagrees is reported first, and mended on demand.

create function private.reconcile_report(p_older_than interval default '1 day') returns table (
  problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamptz
)
language sql stable
set search_path = ''
as $$
  select 'orphan_object', o.bucket_id, o.name, null::uuid, (o.metadata ->> 'size')::bigint, o.created_at
  from storage.objects as o
  where o.bucket_id in ('resumes', 'resume_deltas') and o.created_at <= now() - p_older_than
    and not exists (
      select from public.resume_versions as v
      where v.full_storage_path = o.name and o.bucket_id = 'resumes' and (v.held_as = 'full' or v.state = 'pending')
    )
    and not exists (select from public.resume_versions as v where v.delta_storage_path = o.name and o.bucket_id = 'resume_deltas')
    -- Its worker has not come to the transfer yet.
    and not exists (
      select from private.legacy_files as f where o.bucket_id = 'resumes' and f.object_name = o.name and f.state in ('locked', 'uploaded')
    )
    and not exists (select from private.object_removals as r where r.bucket_id = o.bucket_id and r.object_name = o.name)
    and not exists (
      select from private.jobs as j
      where j.dead_at is null and j.payload #>> '{reserved,name}' = o.name and j.payload #>> '{reserved,bucket}' = o.bucket_id
    )
    and not exists (
      select from private.erasures as e, unnest(e.prefixes) as p (prefix)
      where e.finished_at is null and starts_with(o.name, p.prefix)
    )
  union all
  select
    'missing_object', h.bucket_id, h.object_name, v.version_id, v.stored_bytes, v.ready_at
  from public.resume_versions as v
    join public.resumes as r on r.id = v.resume_id
    cross join lateral private.held_object(v) as h
  where v.state in ('uploaded', 'ready') and r.erasure_id is null
    and not exists (select from storage.objects as o where (o.bucket_id, o.name) = (h.bucket_id, h.object_name))
$$;

comment on function private.reconcile_report(interval) is
'For DBAs: orphan_object, an object older than p_older_than that no row knows, and missing_object, a version whose object is gone. Changes nothing. Reads every object and every version.';

create function private.lose_version(p_version_id uuid) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_resume public.resumes;
  v_lost public.resume_versions;
  v_count integer := 0;
begin
  select r.* into v_resume
  from public.resumes as r
  where r.id = (select v.resume_id from public.resume_versions as v where v.version_id = p_version_id)
  for no key update;
  -- What was to be rebuilt from it is lost with it.
  for v_lost in
    with recursive lost as (
      select p_version_id as version_id
      union
      select d.version_id from lost as l join public.resume_versions as d on d.delta_base_version_id = l.version_id
      where d.state = 'ready'
    )
    update public.resume_versions as v
    set state = 'failed', failure_code = 'file_lost'
    from lost as l
    where v.version_id = l.version_id and v.state in ('uploaded', 'ready')
    returning v.*
  loop
    perform private.remove_held_later(v_lost.version_id, v_resume.user_id, 'failed');
    v_count := v_count + 1;
  end loop;
  update public.resumes as r
  set
    current_version_id = n.version_id, original_filename = coalesce(n.original_filename, r.original_filename),
    mime_type = coalesce(n.mime_type, r.mime_type), content_text = n.content_text, headings = n.headings,
    language = coalesce(n.language, 'simple')
  from (select) as one left join lateral (
    select v.* from public.resume_versions as v
    where v.resume_id = v_resume.id and v.state = 'ready'
    order by v.version_number desc
    limit 1
  ) as n on true
  where r.id = v_resume.id and r.current_version_id is distinct from n.version_id;
  return v_count;
end
$$;

comment on function private.lose_version(uuid) is
'Fails a version whose object is gone, and those that are stored as deltas against it, with file_lost; the newest ready one becomes the current one. Returns how many were lost.';

create function private.reconcile(p_mend boolean default false, p_older_than interval default '1 day') returns table (
  problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamptz
)
language plpgsql
set search_path = ''
as $$
declare
  v_problem record;
  v_batch constant uuid := gen_random_uuid();
begin
  for v_problem in
    select t.* from private.reconcile_report(p_older_than) as t left join public.resume_versions as v on v.version_id = t.version_id
    -- In one order: two that lock many resumes meet at the first.
    order by v.resume_id
  loop
    if p_mend and v_problem.problem = 'orphan_object' then
      perform private.remove_later(v_problem.bucket_id, v_problem.object_name, v_batch, '', 'orphan');
    elsif p_mend then
      perform private.lose_version(v_problem.version_id);
    end if;
    return query
    select v_problem.problem, v_problem.bucket_id, v_problem.object_name, v_problem.version_id, v_problem.bytes, v_problem.since;
  end loop;
end
$$;

comment on function private.reconcile(boolean, interval) is
'For DBAs: private.reconcile_report(), and with p_mend => true the mending: orphans are removed by the worker through the Storage API, versions whose object is gone fail with file_lost. Returns what was found.';
