-- What do the versions cost, and what would they cost whole?
-- Read-only. Cost: reads every version, and in the last query every object that Storage knows: about 1 s for each million.
-- Locks: none that anything waits for. Safe to cancel.

-- How versions are held
select
  v.held_as, v.source, count(*) as versions, sum(v.file_size)::bigint as file_bytes, sum(v.stored_bytes)::bigint as stored_bytes,
  round(100 * sum(v.stored_bytes) / nullif(sum(v.file_size), 0), 2) as stored_percent
from public.resume_versions as v
where v.state = 'ready'
group by grouping sets ((v.held_as, v.source), (v.held_as), ())
order by v.held_as nulls last, v.source nulls last;

-- Older versions that are whole, and why
select
  coalesce(v.kept_full_reason, case when j.job_id is null then 'not looked at' when j.run_at > now() then 'waits for its time' else 'queued' end) as why,
  count(*) as versions, sum(v.stored_bytes)::bigint as stored_bytes
from public.resume_versions as v
  join public.resumes as r on r.id = v.resume_id and r.current_version_id <> v.version_id
  left join private.jobs as j on j.kind = 'compact' and j.subject_id = v.version_id and j.dead_at is null
where v.state = 'ready' and v.held_as = 'full'
group by 1
order by stored_bytes desc;

-- Given up, and still to be removed from storage
select r.bucket_id, r.reason, count(*) as objects, min(r.requested_at) as oldest_at
from private.object_removals as r
group by r.bucket_id, r.reason
order by objects desc, r.bucket_id, r.reason;

-- What storage holds; reconcile.sql finds what no row knows
select o.bucket_id, count(*) as objects, sum((o.metadata ->> 'size')::bigint)::bigint as bytes
from storage.objects as o
where o.bucket_id in ('resumes', 'resume_deltas')
group by o.bucket_id
order by o.bucket_id;
