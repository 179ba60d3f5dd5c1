-- What a DBA may tune. One row, typed columns: a wrong value is refused when it is set, not met
-- when it is used.

create table private.settings (
  singleton boolean not null default true,
  max_file_bytes bigint not null default 52428800,
  max_pending_uploads_per_user integer not null default 20,
  max_resumes_per_user integer not null default 1000,
  max_versions_per_resume integer not null default 200,
  max_bytes_per_user bigint not null default 5368709120,
  upload_ttl interval not null default '2 hours 15 minutes',
  uploads_per_hour integer not null default 200,
  max_active_optimizations_per_user integer not null default 3,
  optimizations_per_hour integer not null default 60,
  max_queued_optimizations integer not null default 10000,
  max_job_attempts integer not null default 5,
  retry_base interval not null default '2 seconds',
  retry_cap interval not null default '5 minutes',
  optimization_retention interval not null default '90 days',
  overdue_after interval not null default '1 minute',
  sample_retention interval not null default '1 hour',
  circuit_failures integer not null default 5,
  circuit_failure_rate double precision not null default 0.5,
  circuit_window interval not null default '2 minutes',
  circuit_open interval not null default '30 seconds',
  circuit_open_cap interval not null default '5 minutes',
  circuit_slow_call interval not null default '30 seconds',
  circuit_slow_rate double precision not null default 0.8,
  circuit_probe_lease interval not null default '15 seconds',
  max_calls_per_endpoint integer not null default 4,
  model_patience interval not null default '30 minutes',
  keep_last integer not null default 5,
  undelete_window interval not null default '30 days',
  max_delta_bytes bigint not null default 5242880,
  max_delta_chain integer not null default 8,
  migration_grace interval not null default '30 days',
  constraint settings_pkey primary key (singleton),
  constraint settings_singleton_check check (singleton),
  constraint settings_max_file_bytes_check check (max_file_bytes between 1 and 52428800),
  constraint settings_positive_check check (
    least(
      max_pending_uploads_per_user, max_resumes_per_user, max_versions_per_resume,
      max_active_optimizations_per_user, max_queued_optimizations, max_job_attempts,
      uploads_per_hour, optimizations_per_hour, keep_last, max_delta_chain
    ) > 0
    and max_bytes_per_user > 0
    and max_delta_bytes >= 0
  ),
  constraint settings_intervals_check check (
    least(upload_ttl, retry_base, retry_cap, overdue_after, sample_retention, optimization_retention) > interval '0'
    and least(undelete_window, migration_grace) >= interval '0'
  ),
  constraint settings_circuit_check check (
    least(circuit_failures, max_calls_per_endpoint) > 0
    and circuit_failure_rate between 0 and 1
    and circuit_slow_rate between 0 and 1
    and least(circuit_window, circuit_open, circuit_open_cap, circuit_slow_call, circuit_probe_lease, model_patience) > interval '0'
  )
);

alter table private.settings enable row level security;

comment on table private.settings is 'The one row of settings. Read by the RPCs at each call; a change counts at once.';
comment on column private.settings.max_file_bytes is 'Bytes of one file, at most the bucket''s own limit of 50 MiB.';
comment on column private.settings.max_bytes_per_user is 'Bytes of all versions that a user holds, pending ones as declared.';
comment on column private.settings.upload_ttl is 'How long an upload may take. A signed upload URL of Supabase Storage lives for 2 hours.';
comment on column private.settings.uploads_per_hour is 'Uploads that one user may begin within any 60 minutes.';
comment on column private.settings.optimizations_per_hour is 'Optimizations that one user may ask for within any 60 minutes; one that is given again is not asked for.';
comment on column private.settings.max_active_optimizations_per_user is 'Optimizations of one user that may be queued or running at once.';
comment on column private.settings.max_queued_optimizations is 'Optimizations of all users that may wait; beyond it new ones are refused with too_many_requests.';
comment on column private.settings.retry_base is 'The first backoff of a failed job; it doubles up to retry_cap, with full jitter.';
comment on column private.settings.overdue_after is 'What has been due for longer is taken first by one claim in eight, whatever its priority.';
comment on column private.settings.sample_retention is 'How long single measurements are kept. Counters are kept for ever.';
comment on column private.settings.optimization_retention is 'How long job descriptions and results are kept after an optimization has ended, and dead jobs.';
comment on column private.settings.circuit_failures is 'So many failed (or slow) calls of a model endpoint within circuit_window open its circuit, if they are a large enough share.';
comment on column private.settings.circuit_failure_rate is 'The share of failed calls, 0 to 1, from which on a circuit opens.';
comment on column private.settings.circuit_window is 'How far back calls count. Longer than a call may take, or the failures of a hanging endpoint would never meet.';
comment on column private.settings.circuit_open is 'How long a circuit stays open, give or take a fifth; doubles with each probe that fails, up to circuit_open_cap.';
comment on column private.settings.circuit_slow_call is 'A first token that takes longer is slow.';
comment on column private.settings.circuit_slow_rate is 'The share of slow calls, 0 to 1, from which on a circuit opens.';
comment on column private.settings.circuit_probe_lease is 'How long the one call of a half-open circuit holds without word of its isolate.';
comment on column private.settings.max_calls_per_endpoint is 'Jobs that may use one model endpoint at once, over all isolates: what the model server works on in parallel, and little more.';
comment on column private.settings.model_patience is 'How long an accepted optimization waits for a model in all, before it fails for good.';
comment on column private.settings.keep_last is 'Ready versions of a resume that are kept; pinned ones stay beyond it, and the newest always does. After a change: select private.apply_retention().';
comment on column private.settings.undelete_window is 'How long a deleted resume can be had back.';
comment on column private.settings.max_delta_bytes is 'Files over this stay whole: computing their delta would not fit into a function. 0 turns deltas off.';
comment on column private.settings.migration_grace is 'How long the source of a migrated file stays after it was verified, before it can be purged.';
comment on column private.settings.max_delta_chain is 'How many deltas are applied at most to rebuild a version; the one after is kept whole.';

create function private.setting() returns private.settings
language sql stable
set search_path = ''
as $$
  select s from private.settings as s
$$;

comment on function private.setting() is 'The settings row: select (private.setting()).max_file_bytes.';
