-- What is kept of a resume's history, and in which form. A pass over one resume runs in the transaction
-- that changed it: whatever fell out of the retention is given up, whatever may become a delta is queued.

create table private.retention_overrides (
  user_id text not null,
  keep_last integer,
  undelete_window interval,
  optimization_retention interval,
  constraint retention_overrides_pkey primary key (user_id),
  constraint retention_overrides_user_id_check check (length(user_id) between 1 and 255),
  constraint retention_overrides_keep_last_check check (keep_last > 0),
  constraint retention_overrides_undelete_window_check check (undelete_window >= interval '0'),
  constraint retention_overrides_optimization_retention_check check (optimization_retention > interval '0')
);

alter table private.retention_overrides enable row level security;

comment on table private.retention_overrides is 'Retention of single users; null is the project''s own, in settings. After a change: select private.apply_retention(user_id).';

create function private.undelete_window(p_user_id text) returns interval
language sql stable
set search_path = ''
as $$
  select coalesce(
    (select o.undelete_window from private.retention_overrides as o where o.user_id = p_user_id),
    (private.setting()).undelete_window
  )
$$;

create function private.optimization_retention(p_user_id text) returns interval
language sql stable
set search_path = ''
as $$
  select coalesce(
    (select o.optimization_retention from private.retention_overrides as o where o.user_id = p_user_id),
    (private.setting()).optimization_retention
  )
$$;

create table private.removals (
  removal_id bigint not null generated always as identity,
  resume_id uuid not null,
  version_id uuid not null,
  version_number integer not null,
  reason text not null,
  file_size bigint not null,
  stored_bytes bigint,
  removed_at timestamptz not null default now(),
  constraint removals_pkey primary key (removal_id),
  constraint removals_resume_id_fkey foreign key (resume_id) references public.resumes (id) on delete cascade,
  constraint removals_reason_check check (reason in ('keep_last'))
);

alter table private.removals enable row level security;

comment on table private.removals is 'Versions that retention has given up, and why. Goes with its resume.';

create index removals_resume_id_idx on private.removals (resume_id);

create function private.versions_due(p_resume_id uuid, p_keep_last integer default null) returns setof public.resume_versions
language sql stable
set search_path = ''
as $$
  select v.*
  from (
    select v.version_id, row_number() over (order by v.version_number desc) as place
    from public.resume_versions as v
    where v.resume_id = p_resume_id and v.state = 'ready'
  ) as ranked
    join public.resume_versions as v on v.version_id = ranked.version_id
    join public.resumes as r on r.id = v.resume_id
    left join private.retention_overrides as o on o.user_id = r.user_id
  where ranked.place > coalesce(p_keep_last, o.keep_last, (private.setting()).keep_last)
    and not v.pinned
    and v.version_id is distinct from r.current_version_id
    -- What the current one was made of: more suggestions may be put into it.
    and not exists (
      select from public.resume_versions as c
      where c.version_id = r.current_version_id and c.source = 'optimization' and c.composed_from_version_id = v.version_id
    )
    -- Somebody is about to read it. It goes with the resume's next change.
    and not exists (
      select from public.resume_versions as c
      where c.composed_from_version_id = v.version_id and c.state = 'pending'
    )
    and not exists (
      select from public.optimizations as p
      where p.version_id = v.version_id and p.status in ('queued', 'running')
    )
$$;

comment on function private.versions_due(uuid, integer) is
'The versions of a resume that retention gives up: ready, not among the newest keep_last, not pinned, not current nor what the current one was made of, and nobody at work on them.';

create function private.chain_height(p_version_id uuid) returns integer
language sql stable
set search_path = ''
as $$
  with recursive dependents as (
    select p_version_id as version_id, 0 as height
    union all
    select v.version_id, d.height + 1
    from dependents as d join public.resume_versions as v on v.delta_base_version_id = d.version_id
    where v.state = 'ready'
  )
  select max(d.height) from dependents as d
$$;

comment on function private.chain_height(uuid) is 'How many deltas the longest chain has that is built upon a version.';

create function private.upload_urls_end_at(p_version public.resume_versions) returns timestamptz
language sql stable
set search_path = ''
as $$
  -- A URL is signed while the upload is pending and lives for 2 hours, whatever becomes of the upload.
  select p_version.created_at
    + case p_version.source when 'upload' then (private.setting()).upload_ttl + interval '2 hours' else interval '0' end
$$;

comment on function private.upload_urls_end_at(public.resume_versions) is
'From when on nobody can bring a version''s object (back) through a signed upload URL.';

create function private.keep_versions(p_resume_id uuid) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_settings constant private.settings := private.setting();
  v_resume public.resumes;
  v_version public.resume_versions;
  v_count integer := 0;
  v_current public.resume_versions;
  v_job_id bigint;
  v_due_at timestamptz;
begin
  select * into v_resume from public.resumes as r where r.id = p_resume_id and r.deleted_at is null for no key update;
  if not found then
    return 0;
  end if;
  select * into v_current from public.resume_versions as v where v.version_id = v_resume.current_version_id;
  for v_version in
    select * from private.versions_due(p_resume_id) as v order by v.version_number
  loop
    -- What depends on it goes onto another base first; the end of that calls this again.
    perform private.enqueue_job('rebase', d.version_id, v_resume.user_id, 200)
    from public.resume_versions as d
    where d.delta_base_version_id = v_version.version_id and d.state = 'ready';
    continue when found;
    insert into private.removals (resume_id, version_id, version_number, reason, file_size, stored_bytes)
    values (p_resume_id, v_version.version_id, v_version.version_number, 'keep_last', v_version.file_size, v_version.stored_bytes);
    update public.resume_versions as v set state = 'pruned', content_text = null, headings = null
    where v.version_id = v_version.version_id;
    perform private.remove_held_later(v_version.version_id, v_resume.user_id, 'pruned');
    v_count := v_count + 1;
  end loop;
  -- The setting may have been another when a version was last looked at.
  update public.resume_versions as v
  set kept_full_reason = case when v.file_size > v_settings.max_delta_bytes then 'too_large' end
  where v.resume_id = p_resume_id and v.state = 'ready' and v.held_as = 'full'
    and coalesce(v.kept_full_reason, 'too_large') = 'too_large'
    and (v.kept_full_reason is not null) <> (v.file_size > v_settings.max_delta_bytes);
  for v_version in
    select v.* from public.resume_versions as v
    where v.resume_id = p_resume_id and v.state = 'ready' and v.held_as = 'full' and v.kept_full_reason is null
      and v.version_number < v_current.version_number
  loop
    v_job_id := private.enqueue_job('compact', v_version.version_id, v_resume.user_id, 200);
    -- While a signed upload URL lives, its holder may write the object anew: nothing is made of it before.
    -- Nor while a signed download URL does that was given out when it was the current version.
    v_due_at := greatest(private.upload_urls_end_at(v_version), v_current.ready_at + interval '10 minutes');
    update private.jobs as j set run_at = v_due_at
    where j.job_id = v_job_id and j.lease_token is null and j.run_at < v_due_at;
  end loop;
  return v_count;
end
$$;

comment on function private.keep_versions(uuid) is
'One pass over a resume: gives up the versions that are due, queues the rebasing of what depends on one, and the compaction of whole versions that are no longer current. Returns how many were given up.';

create function private.apply_retention(p_user_id text default null, p_limit integer default 10000) returns integer
language sql volatile
set search_path = ''
as $$
  select coalesce(sum(private.keep_versions(d.id)), 0)::integer
  from (
    select r.id from public.resumes as r
    where (p_user_id is null or r.user_id = p_user_id) and r.deleted_at is null
      and exists (select from private.versions_due(r.id))
    -- In one order: two that lock many resumes meet at the first.
    order by r.id
    limit p_limit
  ) as d
$$;

comment on function private.apply_retention(text, integer) is
'For DBAs, after retention was tightened: gives up what is due of one user or of all, at most p_limit resumes a call; private.retention_report() says what beforehand. Returns how many versions were given up. Reads every resume of the user, or of all.';

create function private.retention_report(p_user_id text default null, p_keep_last integer default null) returns table (
  user_id text, what text, resume_id uuid, version_id uuid, version_number integer, reason text, bytes bigint, due_at timestamptz
)
language sql stable
set search_path = ''
as $$
  select r.user_id, 'version', r.id, d.version_id, d.version_number, 'keep_last', d.stored_bytes, now()
  from public.resumes as r cross join lateral private.versions_due(r.id, p_keep_last) as d
  where (p_user_id is null or r.user_id = p_user_id) and r.deleted_at is null
  union all
  select
    r.user_id, 'resume', r.id, null, null, case when r.erasure_id is null then 'undelete_window' else 'erasure' end,
    (select sum(v.stored_bytes)::bigint from public.resume_versions as v where v.resume_id = r.id),
    case when r.erasure_id is null then r.deleted_at + private.undelete_window(r.user_id) else now() end
  from public.resumes as r
  where (p_user_id is null or r.user_id = p_user_id) and r.deleted_at is not null
  union all
  select
    o.user_id, 'optimization', o.resume_id, o.version_id, null, 'optimization_retention',
    pg_column_size(o.result)::bigint, o.finished_at + private.optimization_retention(o.user_id)
  from public.optimizations as o
  where (p_user_id is null or o.user_id = p_user_id) and o.finished_at <= now() - private.optimization_retention(o.user_id)
$$;

comment on function private.retention_report(text, integer) is
'For DBAs: what retention takes away, of one user or of all, and why: versions beyond keep_last (p_keep_last: as if it were set to that), deleted resumes and when their window ends, optimizations past their retention. Changes nothing.';

create function private.own_retention_report(p_keep_last integer) returns table (
  what text, resume_id uuid, version_id uuid, version_number integer, reason text, bytes bigint, due_at timestamptz
)
language plpgsql stable security definer
set search_path = ''
as $$
-- Definer: reads settings that are granted to nobody; the caller is taken from the token.
begin
  if p_keep_last < 1 then
    perform private.fail('invalid_request', 'At least one version is kept', 'Send 1 or more, or leave it out.');
  end if;
  return query
  select t.what, t.resume_id, t.version_id, t.version_number, t.reason, t.bytes, t.due_at
  from private.retention_report(private.require_caller(), p_keep_last) as t
  order by t.due_at, t.resume_id, t.version_number
  limit 1000;
end
$$;

create function public.retention_report(keep_last integer default null) returns table (
  what text, resume_id uuid, version_id uuid, version_number integer, reason text, bytes bigint, due_at timestamptz
)
language sql stable
set search_path = ''
as $$
  select t.what, t.resume_id, t.version_id, t.version_number, t.reason, t.bytes, t.due_at
  from private.own_retention_report($1) as t
$$;

comment on function public.retention_report(integer) is
'For users: what of theirs is going to be removed, why and when: versions beyond keep_last (with an argument: as if it were that), deleted resumes, optimizations past their retention. bytes as stored. At most 1,000 rows. Raises unauthorized, invalid_request.';

grant execute on function private.own_retention_report(integer) to authenticated;
grant execute on function public.retention_report(integer) to authenticated;
