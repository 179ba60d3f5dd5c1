-- A migration off a local disk: how far it is and when it will be done, what fails, who is at it, what may be purged.
-- Read-only. Cost: reads every file of the migration, and its events of a day; about 1 s for each 100,000 files,
-- and 25 s for each 100,000 whose grace period is over, once a rollout was started.
-- Locks: none that anything waits for. Safe to cancel.
-- What to do: npm run migrate does all of it (docs/migration.md). Two things are only done here:
--   a worker that is known to be dead holds its files for two minutes at most; to free them at once
--     update private.legacy_files set leased_until = now() where worker_id = 'host:4711' and state in ('locked', 'uploaded');
--   sources that are to stay for longer than migration_grace said when they were verified
--     update private.legacy_files set purge_after_at = purge_after_at + interval '30 days' where state = 'verified';

-- How far it is
select
  f.state, count(*) as files, sum(f.file_size)::bigint as bytes, round(100.0 * sum(f.file_size) / sum(sum(f.file_size)) over (), 1) as percent,
  count(distinct f.user_id) as users
from private.legacy_files as f
group by f.state
order by array_position(array['planned', 'locked', 'uploaded', 'failed', 'verified', 'purged', 'rolled_back'], f.state);

-- How fast, and how long it will take at that rate
with done as (
  select e.happened_at, f.file_size
  from private.legacy_file_events as e join private.legacy_files as f on f.legacy_file_id = e.legacy_file_id
  where e.state = 'verified' and e.happened_at > now() - interval '1 day'
), rate as (
  select
    p.period, count(d.file_size) as files, coalesce(sum(d.file_size), 0)::bigint as bytes,
    -- A run that began within the period counts from then on.
    greatest(extract(epoch from now() - min(d.happened_at)), 1) as seconds
  from unnest(array['5 minutes', '1 hour', '1 day']::interval[]) as p (period)
    left join done as d on d.happened_at > now() - p.period
  group by p.period
), rest as (
  select count(*) as files, coalesce(sum(f.file_size), 0)::bigint as bytes
  from private.legacy_files as f
  where f.state in ('planned', 'locked', 'uploaded')
)
select
  r.period, r.files, r.bytes, round((r.files / r.seconds)::numeric, 1) as files_per_second, round((r.bytes / r.seconds)::numeric) as bytes_per_second,
  s.files as files_left, s.bytes as bytes_left,
  -- Small files take requests, large ones bytes: whichever takes longer.
  date_trunc('second', make_interval(secs => greatest(s.files * r.seconds / nullif(r.files, 0), s.bytes * r.seconds / nullif(r.bytes, 0))::double precision)) as time_left
from rate as r cross join rest as s
order by r.period;

-- Who is at it: a lease that has run out is of a worker that died, its files are free
select
  f.worker_id, count(*) as files, sum(f.file_size)::bigint as bytes, count(f.upload_id) as resumable_uploads, min(f.leased_until) as first_lease_ends_at,
  bool_or(f.leased_until <= now()) as is_stuck
from private.legacy_files as f
where f.state in ('locked', 'uploaded')
group by f.worker_id
order by min(f.leased_until);

-- What fails, by code; run --again takes up what is failed
select
  f.state, f.error_code, count(*) as files, sum(f.file_size)::bigint as bytes, max(f.attempts) as most_attempts, min(f.retry_at) filter (where f.state = 'planned') as next_at,
  min(f.user_id || '/' || f.file_id) as for_example
from private.legacy_files as f
where f.error_code is not null and f.state in ('planned', 'locked', 'uploaded', 'failed')
group by f.state, f.error_code
order by count(*) desc, f.state, f.error_code;

-- Bytes that were not those of the source: once is the line or the disk, a file that does it again and again is to be looked at
select f.user_id, f.file_id, f.version_order, f.state, f.source_path, count(*) as times, max(e.happened_at) as last_at
from private.legacy_file_events as e join private.legacy_files as f on f.legacy_file_id = e.legacy_file_id
where e.error_code = 'migration_mismatch'
group by f.legacy_file_id
order by max(e.happened_at) desc
limit 100;

-- What ingest made of the versions: of what it refused the source alone is left, and is never purged
select v.state as version_state, v.failure_code, count(*) as files, sum(f.file_size)::bigint as bytes, min(f.user_id || '/' || f.file_id) as for_example
from private.legacy_files as f join public.resume_versions as v on v.version_id = f.version_id
where f.state in ('verified', 'purged')
group by v.state, v.failure_code
order by count(*) desc, v.state, v.failure_code;

-- Users of whom something has not been moved
select
  f.user_id, count(*) as files, count(*) filter (where f.state in ('planned', 'locked', 'uploaded')) as open, count(*) filter (where f.state = 'failed') as failed,
  count(*) filter (where f.state = 'rolled_back') as rolled_back, count(*) filter (where f.state in ('verified', 'purged')) as moved
from private.legacy_files as f
group by f.user_id
having bool_or(f.state not in ('verified', 'purged'))
order by count(*) filter (where f.state = 'failed') desc, count(*) desc, f.user_id
limit 100;

-- What may be purged, now and when
select
  case when v.state <> 'ready' then 'not before ingest has read it' when r.deleted_at is not null then 'never: its user has deleted it'
    when f.purge_after_at > now() then 'from ' || f.purge_after_at::date
    when coalesce(private.rollout_phase_if_any(f.user_id), 'supabase') = 'supabase' then 'now' else 'not before its user is in phase supabase' end as purge,
  count(*) as files, sum(f.file_size)::bigint as bytes, min(f.purge_after_at) as first_at, max(f.purge_after_at) as last_at
from private.legacy_files as f
  join public.resume_versions as v on v.version_id = f.version_id
  join public.resumes as r on r.id = v.resume_id
where f.state = 'verified'
group by 1
order by min(f.purge_after_at), 1
limit 100;
