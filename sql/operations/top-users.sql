-- Who uses most: bytes, resumes, optimizations, and how near they are to their quotas.
-- Read-only. Cost: reads every resume and version, about 1 s for each million.
-- Locks: none that anything waits for. Safe to cancel.
-- The ids are personal data: what is copied from here goes when their erasure is asked for.

-- By what they hold
with held as (
  select r.user_id, count(distinct r.id) as resumes, count(v.version_id) as versions, sum(v.file_size)::bigint as file_bytes, sum(v.stored_bytes)::bigint as stored_bytes
  from public.resumes as r left join public.resume_versions as v on v.resume_id = r.id and v.state in ('pending', 'uploaded', 'ready')
  where r.deleted_at is null
  group by r.user_id
)
select
  h.user_id, h.resumes, h.versions, coalesce(h.file_bytes, 0) as file_bytes, coalesce(h.stored_bytes, 0) as stored_bytes,
  round(100.0 * h.resumes / s.max_resumes_per_user, 1) as percent_of_resumes, round(100.0 * coalesce(h.file_bytes, 0) / s.max_bytes_per_user, 1) as percent_of_bytes
from held as h, private.settings as s
order by h.file_bytes desc nulls last, h.user_id
limit 20;

-- By what they asked for in 24 hours
select
  o.user_id, count(*) as optimizations, count(*) filter (where o.status = 'failed') as failed, count(*) filter (where o.status in ('queued', 'running')) as in_flight,
  max(o.created_at) as last_at
from public.optimizations as o
where o.created_at > now() - interval '1 day'
group by o.user_id
order by optimizations desc, o.user_id
limit 20;
