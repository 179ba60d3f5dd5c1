set check_function_bodies = off;

drop trigger "resume_versions_index_words" on "public"."resume_versions";

drop index "private"."jobs_claim_idx";

drop index "private"."jobs_leased_until_idx";

drop index "private"."jobs_owner_id_idx";

alter table "private"."optimization_events" drop constraint "optimization_events_type_check";

alter table "private"."settings" drop constraint "settings_intervals_check";

drop function "private"."append_events"(uuid, jsonb);

drop function "private"."bury_spent_jobs"();

drop function "private"."complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb);

drop function "private"."complete_optimization"(bigint, uuid, text, jsonb, jsonb);

drop function "private"."fail"(text, text, text);

drop function "private"."finish_optimization"(uuid, text, jsonb, jsonb);

drop function "private"."guessed_query"(text, tsquery, text, text[], text);

drop function "private"."keep_house"();

drop function "private"."known_words"(text, text, boolean);

drop function "private"."report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb);

drop function "private"."resume_matches"(text, text[], tsquery[], private.search_filter, private.search_position, integer);

drop function "private"."search_cursor"(private.search_position, text);

drop function "private"."search_digest"(text, text, private.search_filter, boolean);

drop function "private"."search_languages"(text, boolean);

drop function "private"."text_search_config"(text);

drop function "private"."version_matches"(text, text[], tsquery[], private.search_filter, private.search_position, integer);

drop function "public"."internal_complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb);

drop function "public"."internal_complete_optimization"(bigint, uuid, text, jsonb, jsonb);

drop function "public"."internal_keep_house"();

drop function "public"."internal_report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb);

create sequence "private"."claim_turns" as bigint increment by 1 minvalue 1 maxvalue 9223372036854775807 start with 1 cache 1 no cycle;

create table "private"."circuit_breakers" ("endpoint" text not null, "version" bigint not null default 1, "circuit" jsonb not null, "updated_at" timestamp with time zone not null default now(), constraint "circuit_breakers_circuit_check" check (((jsonb_typeof(circuit) = 'object'::text) and (coalesce(jsonb_typeof((circuit -> 'epoch'::text)), ''::text) = 'number'::text) and (pg_column_size(circuit) <= 65536))), constraint "circuit_breakers_endpoint_check" check (((length(endpoint) >= 1) and (length(endpoint) <= 255))), constraint "circuit_breakers_pkey" primary key (endpoint));

alter table "private"."circuit_breakers" enable row level security;

create table "private"."counters" ("name" text not null, "labels" jsonb not null, "shard" integer not null, "value" bigint not null, "milliseconds" double precision not null default 0, constraint "counters_labels_check" check (((jsonb_typeof(labels) = 'object'::text) and ((labels)::text ~ '^\{("[a-z_]{1,20}": "[a-z0-9_]{1,40}"(, )?){0,4}\}$'::text))), constraint "counters_name_check" check ((name = any (array['uploads'::text, 'upload_bytes'::text, 'storage_calls'::text, 'jobs'::text, 'job_wait'::text, 'job_run'::text, 'optimizations'::text, 'model_tokens'::text, 'suggestions'::text, 'rejections'::text]))), constraint "counters_pkey" primary key (name, labels, shard), constraint "counters_value_check" check (((value >= 0) and (milliseconds >= (0)::double precision))));

alter table "private"."counters" enable row level security;

alter table "private"."counters" set (fillfactor=50);

alter table "private"."jobs" set (fillfactor=60);

create table "private"."samples" ("sample_id" bigint generated always as identity not null, "name" text not null, "labels" jsonb not null, "milliseconds" double precision not null, "sampled_at" timestamp with time zone not null default clock_timestamp(), constraint "samples_milliseconds_check" check ((milliseconds >= (0)::double precision)), constraint "samples_pkey" primary key (sample_id));

alter table "private"."samples" enable row level security;

alter table "private"."circuit_breakers" add column "state" text generated always as ((circuit ->> 'state'::text)) stored not null;

alter table "private"."jobs" add column "endpoint" text;

alter table "private"."jobs" add column "claimed_at" timestamp with time zone;

alter table "private"."settings" add column "overdue_after" interval not null default '00:01:00'::interval;

alter table "private"."settings" add column "sample_retention" interval not null default '01:00:00'::interval;

alter table "private"."settings" add column "circuit_failures" integer not null default 5;

alter table "private"."settings" add column "circuit_failure_rate" double precision not null default 0.5;

alter table "private"."settings" add column "circuit_window" interval not null default '00:02:00'::interval;

alter table "private"."settings" add column "circuit_open" interval not null default '00:00:30'::interval;

alter table "private"."settings" add column "circuit_open_cap" interval not null default '00:05:00'::interval;

alter table "private"."settings" add column "circuit_slow_call" interval not null default '00:00:30'::interval;

alter table "private"."settings" add column "circuit_slow_rate" double precision not null default 0.8;

alter table "private"."settings" add column "circuit_probe_lease" interval not null default '00:00:15'::interval;

alter table "private"."settings" add column "max_calls_per_endpoint" integer not null default 4;

alter table "private"."settings" add column "model_patience" interval not null default '00:30:00'::interval;

alter table "public"."optimizations" add column "score" jsonb;

alter table "public"."optimizations" add column "wait_started_at" timestamp with time zone;

alter table "public"."optimizations" add column "waited_ms" bigint not null default 0;

alter table "public"."resume_versions" add column "reported_failure" text;

create type "private"."known_words" as ("words" text[], "plain" text[]);

create or replace function private.append_events(p_optimization_id uuid, p_events jsonb, p_after_event_id integer default null::integer)
returns void
language sql
set search_path to ''
as $function$
  with known as (
    -- Who says after which event its own follow may repeat itself: what is there already is left out.
    select o.last_event_id as before, greatest(o.last_event_id - coalesce(p_after_event_id, o.last_event_id), 0) as repeated
    from public.optimizations as o
    where o.optimization_id = p_optimization_id
    for update
  ),
  new as (
    select k.before + n.position - k.repeated as event_id, n.event ->> 'type' as type, n.event -> 'data' as data
    from known as k, jsonb_array_elements(p_events) with ordinality as n (event, position)
    where n.position > k.repeated
  ),
  counted as (
    update public.optimizations as o set last_event_id = n.last_event_id
    from (select max(event_id)::integer as last_event_id from new) as n
    where o.optimization_id = p_optimization_id and n.last_event_id is not null
  )
  insert into private.optimization_events (optimization_id, event_id, type, data)
  select p_optimization_id, n.event_id, n.type, n.data from new as n
$function$
;

create or replace function private.begin_resume_upload(p_filename text, p_mime_type text, p_file_size bigint, p_resume_id uuid, p_sha256 text)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_settings constant private.settings := private.setting();
  v_name constant text := private.check_filename(p_filename);
  v_kind constant text := private.kind_of_mime_type(p_mime_type);
  v_resume public.resumes;
  v_number integer := 1;
  v_parent uuid;
  v_used record;
  v_version public.resume_versions;
begin
  if v_kind is null then
    perform private.fail('unsupported_file_type', 'Only PDF, DOC and DOCX files are accepted', 'Send the MIME type of the file.');
  end if;
  if lower(v_name) !~ ('\.' || v_kind || '$') then
    perform private.fail('unsupported_file_type', format('The file name does not end in .%s', v_kind), 'Name and MIME type must agree.');
  end if;
  if p_file_size is null or p_file_size < 0 then
    perform private.fail('invalid_request', 'The file size is not given', 'Send the size in bytes.');
  end if;
  if p_file_size = 0 then
    perform private.fail('file_empty', 'The file is empty', 'Choose a file that has content.');
  end if;
  if p_file_size > v_settings.max_file_bytes then
    perform private.fail('file_too_large', format('The file is over %s bytes', v_settings.max_file_bytes), 'Save it smaller.');
  end if;
  if p_sha256 !~ '^[0-9a-f]{64}$' then
    perform private.fail('invalid_request', 'The SHA-256 is not 64 lowercase hex digits', 'Send it as such, or leave it out.');
  end if;

  perform private.lock_user(v_caller);
  select
    count(*) filter (where v.state = 'pending') as pending,
    coalesce(sum(v.file_size) filter (where v.state = 'pending' or v.held_as <> 'none'), 0) as bytes,
    count(*) filter (where v.created_at > now() - interval '1 hour') as begun,
    min(v.created_at) filter (where v.created_at > now() - interval '1 hour') as oldest
  into v_used
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where r.user_id = v_caller;
  perform private.check_rate(v_used.begun, v_settings.uploads_per_hour, v_used.oldest, 'uploads');
  if v_used.pending >= v_settings.max_pending_uploads_per_user then
    perform private.fail('quota_exceeded', format('%s uploads are unfinished', v_settings.max_pending_uploads_per_user), 'Finish them, or report them as failed.');
  end if;
  if p_file_size + v_used.bytes > v_settings.max_bytes_per_user then
    perform private.fail('quota_exceeded', format('All files together would be over %s bytes', v_settings.max_bytes_per_user), 'Delete a resume first.');
  end if;

  if p_resume_id is null then
    if (
      select count(*) from public.resumes as r where r.user_id = v_caller and r.deleted_at is null
    ) >= v_settings.max_resumes_per_user then
      perform private.fail('quota_exceeded', format('There are %s resumes already', v_settings.max_resumes_per_user), 'Delete a resume first.');
    end if;
    insert into public.resumes (user_id, original_filename, mime_type)
    values (v_caller, v_name, p_mime_type)
    returning * into v_resume;
  else
    -- Absent, deleted and another's are one answer.
    select * into v_resume from public.resumes as r
    where r.id = p_resume_id and r.user_id = v_caller and r.deleted_at is null;
    if not found then
      perform private.fail('not_found', 'There is no such resume');
    end if;
    select max(v.version_number) + 1 into v_number from public.resume_versions as v where v.resume_id = v_resume.id;
    v_number := coalesce(v_number, 1);
    if v_number > v_settings.max_versions_per_resume then
      perform private.fail('quota_exceeded', format('The resume has %s versions already', v_settings.max_versions_per_resume), 'Start a new resume.');
    end if;
    v_parent := v_resume.current_version_id;
  end if;

  insert into public.resume_versions (
    resume_id, version_number, full_storage_path, file_size, parent_version_id,
    original_filename, mime_type, expected_sha256, upload_expires_at
  ) values (
    v_resume.id, v_number, private.object_name(v_caller, v_resume.id, v_number, v_name), p_file_size, v_parent,
    v_name, p_mime_type, p_sha256, now() + v_settings.upload_ttl
  )
  returning * into v_version;
  perform private.count('uploads', '{"outcome": "begun"}');
  return v_version;
end
$function$
;

create or replace function private.bucket_bounds()
returns double precision[]
language sql
immutable parallel safe
set search_path to ''
as $function$
  -- Negated, so that a bound belongs to the bucket below it, as Prometheus has it.
  select array[-900000, -300000, -120000, -60000, -30000, -10000, -5000, -2500, -1000, -500, -250, -100, -50, -25, -10, -5]::double precision[]
$function$
;

create or replace function private.bury_job(p_job private.jobs, p_error jsonb, p_keep boolean)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  case p_job.kind
    when 'ingest' then
      update public.resume_versions
      set state = 'failed', failure_code = coalesce(p_error ->> 'code', 'internal')
      where version_id = p_job.subject_id and state = 'uploaded';
      -- A file that is refused for what it is takes up no more room; one that could not be read yet stays.
      if found and not p_keep then
        perform private.enqueue_job('remove_object', p_job.subject_id, p_job.owner_id, 200);
      end if;
    when 'optimize' then
      perform private.finish_optimization(p_job.subject_id, 'failed', null, p_error);
    else null;
  end case;
  -- What could not have succeeded is answered by the domain row; what was used up is kept for a person.
  if p_keep then
    update private.jobs
    set
      dead_at = now(), lease_token = null, leased_until = null, worker_id = null,
      last_error = p_error || jsonb_build_object('at', now())
    where job_id = p_job.job_id;
    perform private.count_attempts(array[p_job], 'dead');
  else
    perform private.delete_jobs(array[p_job.job_id], 'refused');
  end if;
end
$function$
;

create or replace function private.bury_spent_jobs(p_job_ids bigint[] default null::bigint[])
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_job private.jobs;
  v_count integer := 0;
begin
  for v_job in
    select j.* from private.jobs as j
    where j.dead_at is null and j.attempts >= j.max_attempts and j.leased_until <= now()
      and (p_job_ids is null or j.job_id = any (p_job_ids))
    limit 500
    for update skip locked
  loop
    perform private.bury_job(
      v_job,
      jsonb_build_object('code', 'internal', 'detail', 'Every attempt ended without an answer', 'retryable', true),
      true
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$function$
;

create or replace function private.cancel_optimization(p_optimization_id uuid)
returns public.optimizations
language plpgsql
security definer
set search_path to ''
as $function$
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
$function$
;

create or replace function private.check_awaited(p_job_ids bigint[])
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_awaited bigint;
begin
  select j.job_id into v_awaited
  from private.jobs as j
  where j.job_id = any (p_job_ids)
    and j.kind in ('ingest', 'optimize')
    and (
      exists (select from public.resume_versions as v where v.version_id = j.subject_id and j.kind = 'ingest' and v.state = 'uploaded')
      or exists (select from public.optimizations as o where o.optimization_id = j.subject_id and j.kind = 'optimize' and o.status in ('queued', 'running'))
    )
  limit 1;
  if v_awaited is not null then
    perform private.fail('conflict', format('Somebody waits for what job %s gives', v_awaited), 'End it with its result, or fail it.');
  end if;
end
$function$
;

create or replace function private.check_endpoints(p_endpoints text[])
returns void
language plpgsql
set search_path to ''
as $function$
begin
  if coalesce(cardinality(p_endpoints), 0) not between 1 and 100 or array_ndims(p_endpoints) <> 1
    or exists (select from unnest(p_endpoints) as e where e is null or length(e) not between 1 and 255)
  then
    perform private.fail('invalid_request', 'Name 1–100 endpoints of 1–255 characters');
  end if;
end
$function$
;

create or replace function private.check_rate(p_count bigint, p_limit integer, p_oldest timestamp with time zone, p_what text)
returns void
language plpgsql
stable
set search_path to ''
as $function$
begin
  if p_count >= p_limit then
    perform private.fail(
      'too_many_requests', format('%s %s were begun within an hour', p_limit, p_what), null,
      greatest(ceil(extract(epoch from p_oldest + interval '1 hour' - now())), 1)::integer
    );
  end if;
end
$function$
;

create or replace function private.circuit_rules()
returns jsonb
language sql
stable
set search_path to ''
as $function$
  select jsonb_build_object(
    'failures', s.circuit_failures,
    'failureRate', s.circuit_failure_rate,
    'windowMs', extract(epoch from s.circuit_window) * 1000,
    'openMs', extract(epoch from s.circuit_open) * 1000,
    'openCapMs', extract(epoch from s.circuit_open_cap) * 1000,
    'slowCallMs', extract(epoch from s.circuit_slow_call) * 1000,
    'slowCallRate', s.circuit_slow_rate,
    'probeLeaseMs', extract(epoch from s.circuit_probe_lease) * 1000
  )
  from private.settings as s
$function$
;

create or replace function private.circuits()
returns table(endpoint text, state text, trips integer, opened_at timestamp with time zone, retry_at timestamp with time zone, calls integer, busy bigint, updated_at timestamp with time zone)
language sql
stable
set search_path to ''
as $function$
  select
    b.endpoint,
    b.state,
    (b.circuit ->> 'trips')::integer,
    to_timestamp((b.circuit ->> 'openedAt')::double precision / 1000),
    to_timestamp(coalesce(b.circuit ->> 'retryAt', b.circuit -> 'probe' ->> 'leasedUntil')::double precision / 1000),
    jsonb_array_length(coalesce(b.circuit -> 'calls', '[]')),
    (select count(*) from private.jobs as j where j.endpoint = b.endpoint and j.leased_until > now()),
    b.updated_at
  from private.circuit_breakers as b
$function$
;

create or replace function private.claim_jobs(p_worker_id text, p_kinds text[], p_limit integer, p_lease_seconds integer, p_subject_id uuid)
returns setof private.jobs
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_chosen bigint[];
  v_found record;
begin
  if p_worker_id is null or p_kinds is null or p_limit is null or p_limit not between 1 and 1000 then
    perform private.fail('invalid_request', 'Cannot claim jobs: worker and kinds are needed, the limit is 1–1000');
  end if;
  perform private.check_lease_seconds(p_lease_seconds);
  loop
    v_chosen := private.lock_due_jobs(p_kinds, p_limit, p_subject_id);
    select
      coalesce(bool_or(j.attempts >= j.max_attempts), false) as any_spent,
      coalesce(bool_or(j.lease_token is not null), false) as any_expired
    into v_found
    from private.jobs as j
    where j.job_id = any (v_chosen);
    -- A job that takes its worker down with it never fails by itself: its leases run out instead.
    exit when not v_found.any_spent or private.bury_spent_jobs(v_chosen) = 0;
  end loop;
  if v_found.any_expired then
    perform private.count('jobs', jsonb_build_object('kind', e.kind, 'outcome', 'lease_expired'), e.number)
    from (
      select j.kind, count(*) as number
      from private.jobs as j
      where j.job_id = any (v_chosen) and j.lease_token is not null
      group by j.kind
    ) as e;
  end if;
  return query
  update private.jobs as j
  set
    lease_token = gen_random_uuid(),
    leased_until = now() + make_interval(secs => p_lease_seconds),
    worker_id = p_worker_id,
    claimed_at = now(),
    attempts = j.attempts + 1
  where j.job_id = any (v_chosen)
  returning j.*;
end
$function$
;

create or replace function private.complete_ingest(p_job_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint, p_content_text text, p_headings text, p_language text, p_notices jsonb, p_storage_calls jsonb)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'ingest');
  v_version public.resume_versions;
begin
  perform private.count_storage_calls(p_storage_calls);
  -- Resume before version, and in a statement of its own: two versions that become ready at once take
  -- turns here, so that the second sees the first and the newer one ends up as the current one.
  perform from public.resumes as r
  where r.id = (select v.resume_id from public.resume_versions as v where v.version_id = v_job.subject_id)
  for no key update;
  select * into v_version from public.resume_versions where version_id = v_job.subject_id for update;
  if v_version.state = 'uploaded' then
    -- The bytes that were read must be those that were accepted, still in their place.
    if not exists (
      select from storage.objects as o
      where o.bucket_id = 'resumes' and o.name = v_version.full_storage_path
        and coalesce(o.version, o.id::text) = v_version.object_version
    ) or p_file_size is distinct from v_version.file_size or p_sha256 <> v_version.expected_sha256 then
      perform private.fail_job(
        p_job_id, p_lease_token,
        jsonb_build_object('code', 'hash_mismatch', 'detail', 'The stored file is not the one that was accepted', 'retryable', false),
        false, null
      );
      select * into v_version from public.resume_versions where version_id = v_job.subject_id;
      return v_version;
    end if;
    -- The newest ready version is the current one; an older one that was read late is not. The resume comes
    -- first: the version's words are its own only if it is not the current one.
    update public.resumes as r
    set
      current_version_id = v_version.version_id, original_filename = v_version.original_filename,
      mime_type = v_version.mime_type, content_text = p_content_text,
      headings = p_headings, language = p_language
    where r.id = v_version.resume_id
      and not exists (
        select from public.resume_versions as newer
        where newer.resume_id = r.id and newer.state = 'ready' and newer.version_number > v_version.version_number
      );
    update public.resume_versions as v
    set
      state = 'ready', sha256 = p_sha256, content_text = p_content_text, headings = p_headings,
      language = p_language, notices = p_notices, ready_at = now()
    where v.version_id = v_version.version_id
    returning * into v_version;
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
  return v_version;
end
$function$
;

create or replace function private.complete_job(p_job_id bigint, p_lease_token uuid)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
begin
  if v_job.kind in ('ingest', 'optimize') then
    perform private.check_awaited(array[p_job_id]);
  end if;
  perform private.delete_jobs(array[p_job_id], 'succeeded');
end
$function$
;

create or replace function private.complete_jobs(p_job_ids bigint[], p_lease_tokens uuid[])
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held constant bigint[] := private.held_jobs(p_job_ids, p_lease_tokens);
begin
  perform private.check_awaited(v_held);
  perform private.delete_jobs(v_held, 'succeeded');
  return v_held;
end
$function$
;

create or replace function private.complete_object_removal(p_job_id bigint, p_lease_token uuid)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'remove_object');
begin
  update public.resume_versions as v set held_as = 'none'
  where v.version_id = v_job.subject_id and v.state = 'failed';
  perform private.delete_jobs(array[p_job_id], 'succeeded');
end
$function$
;

create or replace function private.complete_optimization(p_job_id bigint, p_lease_token uuid, p_status text, p_result jsonb, p_events jsonb, p_after_event_id integer)
returns public.optimizations
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_optimization public.optimizations;
begin
  if p_status is null or p_status not in ('succeeded', 'cancelled') then
    perform private.fail('invalid_request', 'An optimization is completed as succeeded or cancelled');
  end if;
  if (p_status = 'succeeded') <> (p_result is not null) then
    perform private.fail('invalid_request', 'A result comes with success, and with nothing else');
  end if;
  v_optimization := private.finish_optimization(v_job.subject_id, p_status, p_result, null, p_events, p_after_event_id);
  perform private.delete_jobs(array[p_job_id], v_optimization.status);
  return v_optimization;
end
$function$
;

create or replace function private.count(p_name text, p_labels jsonb default '{}'::jsonb, p_number bigint default 1, p_milliseconds double precision default 0)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  values (p_name, p_labels, private.counter_shard(), p_number, p_milliseconds)
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
$function$
;

create or replace function private.count_attempts(p_jobs private.jobs[], p_outcome text)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_bounds constant double precision[] := private.bucket_bounds();
  v_shard constant integer := private.counter_shard();
begin
  -- One statement for a batch, and none when it is claimed: a queue is as fast as it writes little. That is also
  -- why these durations are no samples: nobody asks for a single one.
  with attempts as (
    select
      j.kind,
      greatest(extract(epoch from j.claimed_at - j.run_at) * 1000, 0)::double precision as waited,
      greatest(extract(epoch from clock_timestamp() - j.claimed_at) * 1000, 0)::double precision as ran
    from unnest(p_jobs) as j
  ), waits as (
    select a.kind, v_bounds[width_bucket(-a.waited, v_bounds)] as bound, count(*) as number, sum(a.waited) as total
    from attempts as a
    where a.waited is not null
    group by 1, 2
  ), runs as (
    select a.kind, v_bounds[width_bucket(-a.ran, v_bounds)] as bound, count(*) as number, sum(a.ran) as total
    from attempts as a
    where a.ran is not null
    group by 1, 2
  ), counts (name, labels, value, milliseconds) as (
    select 'jobs', jsonb_build_object('kind', a.kind, 'outcome', p_outcome), count(*), 0
    from attempts as a
    group by a.kind
    union all
    select 'job_wait', jsonb_build_object('kind', w.kind, 'le', coalesce((-w.bound)::text, 'inf')), w.number, w.total
    from waits as w
    union all
    select
      'job_run', jsonb_build_object('kind', r.kind, 'outcome', p_outcome, 'le', coalesce((-r.bound)::text, 'inf')),
      r.number, r.total
    from runs as r
  )
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  select n.name, n.labels, v_shard, n.value, n.milliseconds
  from counts as n
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
$function$
;

create or replace function private.count_optimization(p_optimization public.optimizations)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_group record;
  v_prompt_tokens bigint;
  v_output_tokens bigint;
begin
  perform private.observe(
    'optimizations', jsonb_build_object('outcome', p_optimization.status),
    extract(epoch from clock_timestamp() - p_optimization.created_at) * 1000
  );
  -- What failed has cost tokens too: its sections know how many.
  if p_optimization.status = 'succeeded' then
    v_prompt_tokens := (p_optimization.result #>> '{model,promptTokens}')::bigint;
    v_output_tokens := (p_optimization.result #>> '{model,outputTokens}')::bigint;
  else
    select sum((s.value ->> 'promptTokens')::bigint), sum((s.value ->> 'outputTokens')::bigint)
    into v_prompt_tokens, v_output_tokens
    from jsonb_each(p_optimization.partial) as s
    where jsonb_typeof(s.value) = 'object';
  end if;
  if v_prompt_tokens > 0 then
    perform private.count('model_tokens', '{"direction": "prompt"}', v_prompt_tokens);
  end if;
  if v_output_tokens > 0 then
    perform private.count('model_tokens', '{"direction": "output"}', v_output_tokens);
  end if;
  if jsonb_typeof(p_optimization.result -> 'suggestions') = 'array' and jsonb_array_length(p_optimization.result -> 'suggestions') > 0 then
    perform private.count('suggestions', '{}', jsonb_array_length(p_optimization.result -> 'suggestions'));
  end if;
  for v_group in
    select r.value ->> 'reason' as reason, count(*) as number
    from jsonb_array_elements(case jsonb_typeof(p_optimization.result -> 'rejected') when 'array' then p_optimization.result -> 'rejected' else '[]' end) as r
    where r.value ->> 'reason' ~ '^[a-z_]{1,40}$'
    group by 1
    order by 1
  loop
    perform private.count('rejections', jsonb_build_object('reason', v_group.reason), v_group.number);
  end loop;
end
$function$
;

create or replace function private.count_storage_calls(p_storage_calls jsonb)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_group record;
begin
  for v_group in
    select c.operation, c.outcome, array_agg(c.milliseconds) as milliseconds
    from jsonb_to_recordset(coalesce(p_storage_calls, '[]')) as c (operation text, outcome text, milliseconds double precision)
    where c.operation in ('download', 'upload', 'remove', 'sign', 'list', 'other')
      and c.outcome in ('ok', 'refused', 'failed') and c.milliseconds >= 0
    group by c.operation, c.outcome
    order by c.operation, c.outcome
  loop
    perform private.observe(
      'storage_calls', jsonb_build_object('operation', v_group.operation, 'outcome', v_group.outcome),
      variadic v_group.milliseconds
    );
  end loop;
end
$function$
;

create or replace function private.counter_shard()
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_shards constant integer := 64;
  v_lock constant integer := hashtext('reswave:counter_shard');
  v_backend constant integer := pg_backend_pid();
begin
  -- A shard belongs to one transaction at a time: nobody waits for a counter, so that counting can
  -- neither slow a queue down nor deadlock, in whichever order a transaction counts.
  for i in 0..v_shards - 1 loop
    if pg_try_advisory_xact_lock(v_lock, (v_backend + i) % v_shards) then
      return (v_backend + i) % v_shards;
    end if;
  end loop;
  return v_shards + v_backend;
end
$function$
;

create or replace function private.delete_jobs(p_job_ids bigint[], p_outcome text)
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_gone private.jobs[];
begin
  with gone as (
    delete from private.jobs as j where j.job_id = any (p_job_ids)
    returning j
  )
  select array_agg(g.j) into v_gone from gone as g;
  if v_gone is not null then
    perform private.count_attempts(v_gone, p_outcome);
  end if;
end
$function$
;

create or replace function private.enqueue_job(p_kind text, p_subject_id uuid, p_owner_id text, p_priority integer default 100)
returns bigint
language plpgsql
set search_path to ''
as $function$
declare
  v_job_id bigint;
begin
  insert into private.jobs (kind, subject_id, owner_id, priority, place, max_attempts)
  values (
    p_kind, p_subject_id, p_owner_id, p_priority::smallint,
    private.next_place(p_kind, p_priority, p_owner_id), (select s.max_job_attempts from private.settings as s)
  )
  on conflict (kind, subject_id) where dead_at is null
  do update set priority = least(jobs.priority, excluded.priority)
  returning job_id into v_job_id;
  return v_job_id;
end
$function$
;

create or replace function private.enqueue_jobs(p_kind text, p_subject_ids uuid[], p_owner_id text, p_priority integer default 100)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_first constant integer := private.next_place(p_kind, p_priority, p_owner_id);
  v_count integer;
begin
  insert into private.jobs (kind, subject_id, owner_id, priority, place, max_attempts)
  select p_kind, s.subject_id, p_owner_id, p_priority::smallint, v_first + s.position::integer - 1, (select t.max_job_attempts from private.settings as t)
  from unnest(p_subject_ids) with ordinality as s (subject_id, position)
  on conflict (kind, subject_id) where dead_at is null do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$function$
;

create or replace function private.expire_uploads()
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_version public.resume_versions;
  v_owner text;
  v_done public.resume_versions;
  v_count integer := 0;
begin
  for v_version in
    select v.* from public.resume_versions as v
    where v.state = 'pending' and v.upload_expires_at <= now()
    limit 500
    for update of v skip locked
  loop
    select r.user_id into v_owner from public.resumes as r where r.id = v_version.resume_id;
    -- The bytes may have arrived and the client died before it could say so.
    v_done := private.finish_upload(v_version, v_owner, 200);
    if v_done.version_id is null then
      update public.resume_versions as v
      set state = 'failed', failure_code = 'upload_expired', upload_expires_at = null
      where v.version_id = v_version.version_id;
      perform private.count('uploads', '{"outcome": "expired"}');
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$function$
;

create or replace function private.extend_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_lease_seconds integer)
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held bigint[];
begin
  perform private.check_lease_seconds(p_lease_seconds);
  v_held := private.held_jobs(p_job_ids, p_lease_tokens);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = any (v_held);
  return v_held;
end
$function$
;

create or replace function private.fail(p_code text, p_message text, p_hint text default null::text, p_retry_after_seconds integer default null::integer)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  if p_retry_after_seconds is not null then
    -- The one form of an error that PostgREST gives headers with. Its body is that of the other form.
    -- https://docs.postgrest.org/en/stable/references/errors.html#custom-http-headers
    raise sqlstate 'PGRST' using
      message = jsonb_build_object(
        'code', private.sqlstate_of(p_code), 'message', p_message, 'details', p_code,
        -- supabase-js does not show the headers of an error.
        'hint', concat_ws(' ', p_hint, format('Try again in %s seconds.', p_retry_after_seconds))
      ),
      detail = jsonb_build_object(
        'status', substring(private.sqlstate_of(p_code) from 3)::integer,
        'headers', jsonb_build_object('Retry-After', p_retry_after_seconds::text)
      );
  end if;
  raise exception using
    errcode = coalesce(private.sqlstate_of(p_code), 'XX000'),
    message = p_message,
    detail = p_code,
    hint = coalesce(p_hint, '');
end
$function$
;

create or replace function private.fail_job(p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token);
begin
  if p_retryable is null or length(p_error ->> 'code') not between 1 and 64 or p_error ->> 'code' is null then
    perform private.fail('invalid_request', 'A failure says its code and whether it is worth another attempt');
  end if;
  -- Who asked for an end does not wait for another attempt.
  if v_job.kind = 'optimize' and exists (
    select from public.optimizations as o where o.optimization_id = v_job.subject_id and o.cancel_requested_at is not null
  ) then
    perform private.finish_optimization(v_job.subject_id, 'cancelled', null, null);
    perform private.delete_jobs(array[p_job_id], 'cancelled');
    return 'dead';
  end if;
  if p_retryable and v_job.attempts < v_job.max_attempts then
    update private.jobs
    set
      lease_token = null, leased_until = null, worker_id = null,
      last_error = p_error || jsonb_build_object('at', now()),
      run_at = now() + case
        when p_delay_seconds is null then private.retry_delay(v_job.attempts)
        else make_interval(secs => greatest(p_delay_seconds, 0))
      end
    where job_id = p_job_id;
    perform private.count_attempts(array[v_job], 'retried');
    return 'retry';
  end if;
  perform private.bury_job(v_job, p_error, p_retryable);
  return 'dead';
end
$function$
;

create or replace function private.finish_optimization(p_optimization_id uuid, p_status text, p_result jsonb, p_error jsonb, p_events jsonb default '[]'::jsonb, p_after_event_id integer default null::integer)
returns public.optimizations
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.finish_upload(p_version public.resume_versions, p_owner_id text, p_priority integer)
returns public.resume_versions
language plpgsql
set search_path to ''
as $function$
declare
  v_object record;
  v_size bigint;
  v_failure text;
  v_version public.resume_versions;
begin
  select o.id, o.version, o.metadata into v_object
  from storage.objects as o
  where o.bucket_id = 'resumes' and o.name = p_version.full_storage_path
    -- The row can be there before the bytes are: size and type are written with them.
    and o.metadata ? 'size';
  if not found then
    return null;
  end if;
  v_size := (v_object.metadata ->> 'size')::bigint;
  v_failure := case
    when v_size = 0 then 'file_empty'
    when v_size > (private.setting()).max_file_bytes then 'file_too_large'
    when v_size <> p_version.file_size then 'size_mismatch'
    when split_part(v_object.metadata ->> 'mimetype', ';', 1) <> p_version.mime_type then 'file_type_mismatch'
  end;
  update public.resume_versions as v
  set
    state = case when v_failure is null then 'uploaded' else 'failed' end,
    failure_code = v_failure,
    held_as = 'full',
    file_size = greatest(v_size, 1),
    object_version = coalesce(v_object.version, v_object.id::text),
    uploaded_at = now(),
    upload_expires_at = null
  where v.version_id = p_version.version_id
  returning * into v_version;
  if v_failure is null then
    perform private.count('uploads', '{"outcome": "completed"}');
    perform private.count('upload_bytes', '{}', v_version.file_size);
    perform private.enqueue_job('ingest', v_version.version_id, p_owner_id, p_priority);
  else
    perform private.count('uploads', jsonb_build_object('outcome', 'failed', 'reason', v_failure));
    perform private.enqueue_job('remove_object', v_version.version_id, p_owner_id, 200);
  end if;
  return v_version;
end
$function$
;

create or replace function private.force_circuit(p_endpoint text, p_state text, p_for interval default '01:00:00'::interval)
returns jsonb
language plpgsql
set search_path to ''
as $function$
declare
  v_now constant double precision := extract(epoch from clock_timestamp()) * 1000;
  v_epoch bigint;
  v_circuit jsonb;
begin
  if p_state is null or p_state not in ('open', 'closed') or p_for is null then
    raise exception 'A circuit is forced open for a while, or closed, not %', p_state
    using errcode = '22023', hint = 'select private.force_circuit(endpoint, ''open'', ''10 minutes'')';
  end if;
  insert into private.circuit_breakers (endpoint, circuit)
  values (p_endpoint, '{"state": "closed", "epoch": 0, "calls": []}')
  on conflict on constraint circuit_breakers_pkey do nothing;
  select (b.circuit ->> 'epoch')::bigint + 1 into v_epoch
  from private.circuit_breakers as b where b.endpoint = p_endpoint for update;
  update private.circuit_breakers as b
  set
    version = b.version + 1, updated_at = now(),
    -- A later epoch: what is under way now has no say in it.
    circuit = case p_state
      when 'closed' then jsonb_build_object('state', 'closed', 'epoch', v_epoch, 'calls', '[]'::jsonb)
      else jsonb_build_object(
        'state', 'open', 'epoch', v_epoch, 'trips', 1, 'openedAt', v_now, 'retryAt', v_now + extract(epoch from p_for) * 1000
      )
    end
  where b.endpoint = p_endpoint
  returning b.circuit into v_circuit;
  return v_circuit;
end
$function$
;

create or replace function private.guessed_query(p_language text, p_query tsquery, p_typed text, p_known private.known_words, p_match text)
returns tsquery
language plpgsql
stable
set search_path to ''
as $function$
declare
  v_max_guessed constant integer := 5;
  v_config constant regconfig := private.text_search_config(p_language);
  v_wanted constant text[] := private.wanted_lexemes(p_query);
  v_tokens constant text[] := regexp_split_to_array(lower(p_typed), '[^[:alnum:]]+');
  v_token text;
  v_plain text;
  v_typed text;
  v_lexeme text;
  v_is_last boolean := true;
  v_guessed integer := 0;
  v_words text[];
  v_query tsquery := p_query;
begin
  -- From the last word on, which a person may still be typing.
  for v_index in reverse cardinality(v_tokens) .. 1 loop
    v_token := v_tokens[v_index];
    -- One word may be read as several lexemes (no stop words, one parser): such is never guessed.
    v_lexeme := (tsvector_to_array(to_tsvector(v_config, v_token)))[1];
    continue when length(v_token) < 2 or v_lexeme is null or not v_lexeme = any (v_wanted);
    if v_is_last or not v_lexeme = any (p_known.words) then
      v_plain := extensions.unaccent('extensions.unaccent', v_token);
      v_words := array(
        select k.word
        from unnest(p_known.words, p_known.plain) with ordinality as k (word, plain, place)
        where starts_with(k.plain, v_plain)
          -- Lexemes are cut: engin stands for engineer, of which "enginee" is a beginning. It is less sure: softwar is no softwareent.
          or p_match = 'similar' and starts_with(v_plain, k.plain) and length(k.plain) >= greatest(4, length(v_plain) - 4)
        order by k.place
        limit 20
      );
      if p_match = 'similar' and cardinality(v_words) = 0 and length(v_token) >= 4 then
        v_typed := v_plain;
        v_plain := extensions.unaccent('extensions.unaccent', v_lexeme);
        v_words := array(
          select s.word
          from (
            select k.word, k.place, k.plain, greatest(extensions.similarity(k.plain, v_plain), extensions.similarity(k.plain, v_typed)) as likeness
            from unnest(p_known.words, p_known.plain) with ordinality as k (word, plain, place)
            where length(k.word) between length(v_lexeme) - 3 and length(v_lexeme) + 3
          ) as s
          -- Two letters that changed places leave few trigrams in common: pyhton and python have three of eleven.
          where s.likeness >= case when left(s.plain, 1) = left(v_plain, 1) then 0.25 else 0.4 end
          order by s.likeness desc, s.place
          limit 3
        );
      end if;
      if cardinality(v_words) > 0 then
        v_query := ts_rewrite(v_query, private.any_of(array[v_lexeme]), private.any_of(v_words));
      end if;
      v_guessed := v_guessed + 1;
      exit when v_guessed = v_max_guessed;
    end if;
    v_is_last := false;
  end loop;
  return nullif(v_query, p_query);
end
$function$
;

create or replace function private.held_jobs(p_job_ids bigint[], p_lease_tokens uuid[])
returns bigint[]
language plpgsql
set search_path to ''
as $function$
declare
  v_held bigint[];
begin
  if p_job_ids is null or cardinality(p_job_ids) <> cardinality(p_lease_tokens) or cardinality(p_job_ids) > 1000
    or p_lease_tokens is null
  then
    perform private.fail('invalid_request', 'Each of up to 1000 jobs comes with its lease');
  end if;
  select coalesce(array_agg(h.job_id), '{}') into v_held
  from (
    select j.job_id
    from private.jobs as j join unnest(p_job_ids, p_lease_tokens) as l (job_id, lease_token) using (job_id)
    where j.lease_token = l.lease_token
    -- In one order, so that two calls never wait for each other.
    order by j.job_id
    for update of j
  ) as h;
  return v_held;
end
$function$
;

create or replace function private.keep_house(p_storage_calls jsonb)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: touches tables that are granted to nobody; execute is for service_role alone.
declare
  v_forgotten integer;
begin
  perform private.count_storage_calls(p_storage_calls);
  delete from public.optimizations as o
  where o.optimization_id in (
    select x.optimization_id from public.optimizations as x
    where x.finished_at <= now() - (private.setting()).optimization_retention
    limit 500
  );
  get diagnostics v_forgotten = row_count;
  -- What was given up so long ago is about nothing that is still there.
  delete from private.jobs as j
  where j.job_id in (
    select x.job_id from private.jobs as x
    where x.dead_at <= now() - (private.setting()).optimization_retention
    limit 500
  );
  delete from private.samples as s
  where s.sample_id in (
    select x.sample_id from private.samples as x
    where x.sampled_at <= now() - (private.setting()).sample_retention
    order by x.sampled_at
    limit 20000
  );
  return jsonb_build_object(
    'uploadsSettled', private.expire_uploads(),
    'jobsBuried', private.bury_spent_jobs(),
    'optimizationsForgotten', v_forgotten
  );
end
$function$
;

create or replace function private.known_words(p_caller text, p_language text, p_all_versions boolean)
returns private.known_words
language plpgsql
stable
set search_path to ''
set enable_bitmapscan to 'off'
set enable_sort to 'off'
as $function$
declare
  -- What a guess may cost: the newest resumes (and older versions), 20,000 words, the more frequent first.
  v_max_texts constant integer := 200;
  v_max_words constant integer := 20000;
  v_words text[];
begin
  select array_agg(k.word order by k.texts desc, k.word) into v_words
  from (
    select w.word, count(*) as texts
    from (
      (
        select r.content_tsvector
        from public.resumes as r
        where r.user_id = p_caller and r.language || '' = p_language and r.deleted_at is null
        order by r.created_at desc
        limit v_max_texts
      )
      union all
      (
        select w.content_tsvector
        from private.version_words as w
          join public.resume_versions as v on v.version_id = w.version_id
          join public.resumes as r on r.id = v.resume_id
        where p_all_versions and w.user_id = p_caller and w.language = p_language
          and r.user_id = p_caller and r.deleted_at is null
        order by v.created_at desc
        limit v_max_texts
      )
    ) as t
      cross join lateral unnest(tsvector_to_array(t.content_tsvector)) as w (word)
    group by w.word
    order by texts desc, w.word
    limit v_max_words
  ) as k;
  -- All words at once: a call of unaccent() for each takes longer than all else here.
  return row(
    coalesce(v_words, '{}'),
    string_to_array(extensions.unaccent('extensions.unaccent', array_to_string(coalesce(v_words, '{}'), E'\n')), E'\n')
  );
end
$function$
;

create or replace function private.lock_due_jobs(p_kinds text[], p_limit integer, p_subject_id uuid)
returns bigint[]
language plpgsql
set search_path to ''
as $function$
declare
  v_chosen bigint[] := '{}';
begin
  if p_subject_id is not null then
    select array_agg(c.job_id) into v_chosen
    from (
      select j.job_id
      from private.jobs as j
      where j.dead_at is null and j.kind = any (p_kinds) and j.subject_id = p_subject_id
        -- Who names the subject comes for that very job, and waits for nothing but the backoff of an
        -- attempt that failed: a request that is sent again in an outage would burn them all.
        and (j.run_at <= now() or j.last_error is null)
        and (j.leased_until is null or j.leased_until <= now())
      limit p_limit
      for update skip locked
    ) as c;
    return coalesce(v_chosen, '{}');
  end if;

  -- What is urgent goes first, and nothing waits for ever: one claim in eight looks first at what has
  -- been due for longer than overdue_after, longest first, whatever its priority.
  if nextval('private.claim_turns') % 8 = 0 then
    select coalesce(array_agg(c.job_id), '{}') into v_chosen
    from (
      select c.job_id
      from (select distinct k.kind from unnest(p_kinds) as k (kind)) as k
        cross join lateral (
          select j.job_id, j.run_at
          from private.jobs as j
          where j.dead_at is null and j.kind = k.kind
            and j.run_at <= now() - (select s.overdue_after from private.settings as s)
            and (j.leased_until is null or j.leased_until <= now())
          order by j.run_at
          limit p_limit
          for update skip locked
        ) as c
      order by c.run_at, c.job_id
      limit p_limit
    ) as c;
  end if;
  if cardinality(v_chosen) < p_limit then
    -- Kind by kind: each is read in the order of its index, however many jobs of others wait.
    select v_chosen || coalesce(array_agg(c.job_id), '{}') into v_chosen
    from (
      select c.job_id
      from (select distinct k.kind from unnest(p_kinds) as k (kind)) as k
        cross join lateral (
          select j.job_id, j.priority, j.place, j.run_at
          from private.jobs as j
          where j.dead_at is null and j.kind = k.kind
            and j.run_at <= now()
            and (j.leased_until is null or j.leased_until <= now())
            and j.job_id <> all (v_chosen)
          order by j.priority, j.place, j.run_at, j.job_id
          limit p_limit - cardinality(v_chosen)
          for update skip locked
        ) as c
      order by c.priority, c.place, c.run_at, c.job_id
      limit p_limit - cardinality(v_chosen)
    ) as c;
  end if;
  return v_chosen;
end
$function$
;

create or replace function private.next_place(p_kind text, p_priority integer, p_owner_id text)
returns integer
language sql
set search_path to ''
as $function$
  -- Start-time fair queueing: an owner's next job has its turn one round after the owner's last one, and
  -- never before the round that is being served. Counting the owner's jobs instead would let those who
  -- ask again as soon as they are answered pass the end of a long line for ever.
  -- https://doi.org/10.1109/90.649569
  select greatest(
    (
      select j.place from private.jobs as j
      where j.dead_at is null and j.kind = p_kind and j.priority = p_priority
      order by j.place
      limit 1
    ),
    (
      select j.place + 1 from private.jobs as j
      where j.dead_at is null and j.owner_id = p_owner_id and j.kind = p_kind and j.priority = p_priority
      order by j.place desc
      limit 1
    ),
    0
  )
$function$
;

create or replace function private.observe(p_name text, p_labels jsonb, variadic p_milliseconds double precision[])
returns void
language plpgsql
set search_path to ''
as $function$
declare
  v_bounds constant double precision[] := private.bucket_bounds();
  v_shard integer;
begin
  if p_milliseconds is null or cardinality(p_milliseconds) = 0 then
    return;
  end if;
  v_shard := private.counter_shard();
  -- One statement for all buckets: a report of a hundred calls observes a hundred durations.
  with given as (
    select greatest(m, 0) as milliseconds
    from unnest(p_milliseconds) as m
  ), sampled as (
    -- A batch counts whole and is sampled once: the worst of it.
    insert into private.samples (name, labels, milliseconds)
    select p_name, p_labels, max(g.milliseconds) from given as g
  ), buckets as (
    select v_bounds[width_bucket(-g.milliseconds, v_bounds)] as bound, count(*) as number, sum(g.milliseconds) as total
    from given as g
    group by 1
  )
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  select p_name, p_labels || jsonb_build_object('le', coalesce((-b.bound)::text, 'inf')), v_shard, b.number, b.total
  from buckets as b
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
$function$
;

create or replace function private.rate_per_second(p_name text, p_labels jsonb, p_window interval default '00:05:00'::interval)
returns double precision
language sql
set search_path to ''
as $function$
  -- From the first sample of the window to now, so that a service that has just begun is not judged by
  -- the minutes before; no shorter than a second.
  select count(*) / greatest(extract(epoch from clock_timestamp() - min(s.sampled_at)), 1)
  from private.samples as s
  where s.name = p_name and s.sampled_at > clock_timestamp() - p_window and s.labels @> p_labels
$function$
;

create or replace function private.release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer)
returns void
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_job(p_job_id, p_lease_token);
  perform private.release_jobs(array[p_job_id], array[p_lease_token], p_delay_seconds);
end
$function$
;

create or replace function private.release_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_delay_seconds integer)
returns bigint[]
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_held constant bigint[] := private.held_jobs(p_job_ids, p_lease_tokens);
begin
  update private.jobs
  set
    lease_token = null, leased_until = null, worker_id = null,
    attempts = attempts - 1,
    -- A time that has come is kept: what is given back has waited for as long as before.
    run_at = case when p_delay_seconds > 0 then now() + make_interval(secs => p_delay_seconds) else run_at end
  where job_id = any (v_held);
  return v_held;
end
$function$
;

create or replace function private.reopen_optimization(p_optimization_id uuid)
returns void
language plpgsql
set search_path to ''
as $function$
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
    progress = o.progress || '{"stage": "queued"}'
  where o.optimization_id = p_optimization_id;
  perform private.append_events(
    p_optimization_id,
    jsonb_build_array(jsonb_build_object('type', 'queued', 'data', jsonb_build_object('optimizationId', p_optimization_id)))
  );
end
$function$
;

create or replace function private.report_optimization(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer, p_progress jsonb, p_events jsonb, p_partial jsonb, p_after_event_id integer)
returns boolean
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_cancel_requested boolean;
begin
  perform private.check_lease_seconds(p_lease_seconds);
  update private.jobs set leased_until = now() + make_interval(secs => p_lease_seconds)
  where job_id = p_job_id;
  update public.optimizations as o
  set progress = o.progress || coalesce(p_progress, '{}'), partial = o.partial || coalesce(p_partial, '{}')
  where o.optimization_id = v_job.subject_id and o.status = 'running'
  returning o.cancel_requested_at is not null into v_cancel_requested;
  if v_cancel_requested is not null and jsonb_array_length(coalesce(p_events, '[]')) > 0 then
    perform private.append_events(v_job.subject_id, p_events, p_after_event_id);
  end if;
  -- An optimization that is no longer running has nothing to be worked on.
  return coalesce(v_cancel_requested, true);
end
$function$
;

create or replace function private.report_upload_failure(p_version_id uuid, p_reason text)
returns public.resume_versions
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_version public.resume_versions := private.owned_version(p_version_id, v_caller);
begin
  if p_reason not in ('network', 'storage', 'aborted', 'timeout', 'other') or p_reason is null then
    perform private.fail('invalid_request', 'The reason is not one of network, storage, aborted, timeout, other', 'Send one of these.');
  end if;
  -- What a client saw is counted once, also where the file did arrive or its time was over meanwhile.
  if v_version.reported_failure is not null then
    return v_version;
  end if;
  perform private.count('uploads', jsonb_build_object('outcome', 'reported', 'reason', p_reason, 'state', v_version.state));
  update public.resume_versions as v set reported_failure = p_reason
  where v.version_id = p_version_id
  returning * into v_version;
  if v_version.state = 'pending' then
    update public.resume_versions as v
    set state = 'failed', failure_code = 'upload_failed', notices = jsonb_build_array('upload_' || p_reason), upload_expires_at = null
    where v.version_id = p_version_id
    returning * into v_version;
  end if;
  return v_version;
end
$function$
;

create or replace function private.request_optimization(p_file_path text, p_job_description text, p_idempotency_key text, p_user_id text)
returns public.optimizations
language plpgsql
security definer
set search_path to ''
as $function$
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

  select v.* into v_version from public.resume_versions as v where v.version_id = v_version.version_id for update;
  if not found then
    -- Erased since it was found above.
    perform private.fail('not_found', 'There is no such file');
  end if;
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
$function$
;

create or replace function private.requeue_job(p_job_id bigint)
returns private.jobs
language plpgsql
set search_path to ''
as $function$
declare
  v_job private.jobs;
begin
  select * into v_job from private.jobs where job_id = p_job_id and dead_at is not null for update;
  if not found then
    perform private.fail('not_found', format('There is no dead job %s', p_job_id), 'See private.dead_jobs.');
  end if;
  if exists (
    select from private.jobs as j where j.kind = v_job.kind and j.subject_id = v_job.subject_id and j.dead_at is null
  ) then
    perform private.fail('conflict', format('The work of job %s has been queued again already', p_job_id), 'Delete the dead job.');
  end if;
  case v_job.kind
    when 'optimize' then
      perform private.reopen_optimization(v_job.subject_id);
    when 'ingest' then
      update public.resume_versions
      set state = 'uploaded', failure_code = null
      where version_id = v_job.subject_id and state = 'failed' and held_as = 'full';
      if not found then
        perform private.fail('conflict', format('The version of job %s cannot be read again', p_job_id), 'Delete the dead job.');
      end if;
    else null;
  end case;
  update private.jobs
  set
    dead_at = null, attempts = 0, run_at = now(), last_error = null, claimed_at = null,
    place = private.next_place(v_job.kind, v_job.priority, v_job.owner_id)
  where job_id = p_job_id
  returning * into v_job;
  perform private.count('jobs', jsonb_build_object('kind', v_job.kind, 'outcome', 'requeued'));
  return v_job;
end
$function$
;

create or replace function private.search_resumes(p_query text, p_page_size integer, p_cursor text, p_filter private.search_filter, p_all_versions boolean, p_with_highlights boolean)
returns table(id uuid, original_filename text, mime_type text, language text, current_version_id uuid, created_at timestamp with time zone, updated_at timestamp with time zone, rank real, match text, highlights jsonb, cursor text, version_id uuid)
language plpgsql
stable security definer
set search_path to ''
set client_min_messages to 'warning'
set plan_cache_mode to 'force_generic_plan'
set enable_seqscan to 'off'
as $function$
-- Definer: @@ is not leakproof, so under RLS a user's query could not use the index on the words.
-- This body is therefore a security boundary: the owner is the token's subject, never an argument, and
-- each statement below that reads a row of resumes or versions compares it with that subject.
--
-- It is one body because a call of a function with settings of its own costs more than a search of few
-- resumes: a function in SQL is planned anew at each call, and one in PL/pgSQL copies its rows once more.
declare
  v_caller constant text := private.require_caller();
  v_query constant text := normalize(coalesce(p_query, ''), nfc);
  -- Which search a cursor is of. It keeps mistakes apart, nothing else: every page is filtered by its
  -- caller, whatever the cursor says.
  v_digest constant text := left(md5(jsonb_build_array(v_caller, v_query, p_filter, p_all_versions)::text), 16);
  v_after private.search_position;
  v_languages text[];
  v_exact tsquery[];
  v_queries tsquery[];
  v_known private.known_words[];
  v_match text;
begin
  if length(p_query) > 500 or p_page_size is null or p_page_size not between 1 and 100 or length(p_cursor) > 200
    or p_all_versions is null or p_with_highlights is null
    or p_filter.kind not in ('pdf', 'doc', 'docx') or length(p_filter.label) not between 1 and 100
  then
    perform private.fail(
      'invalid_request', 'Cannot search: query ≤500 characters, page_size 1–100, kind pdf, doc or docx, label 1–100 characters',
      'Shorten the query or the label, ask for at most 100 rows a page, and pass no null for a flag.'
    );
  end if;
  if p_cursor is not null then
    v_after := private.search_position_of(p_cursor, v_digest);
  end if;

  -- Every text is indexed in its own language, so the query is read in each that the caller's texts have:
  -- six probes of an index, since most people write in one and should pay for one. With exists() in place of
  -- limit 1 the planner may read all rows of the owner, to join them. One query of all languages joined
  -- by "or" would be wrong: -managing, stemmed in another language, excludes nothing.
  select array_agg(l.language), array_agg(websearch_to_tsquery(l.config, v_query)) into v_languages, v_exact
  from (
    values
      ('en', 'pg_catalog.english'::regconfig), ('de', 'pg_catalog.german'), ('fr', 'pg_catalog.french'), ('es', 'pg_catalog.spanish'),
      ('pt', 'pg_catalog.portuguese'), ('simple', 'pg_catalog.simple')
  ) as l (language, config)
    cross join lateral (
      (select from public.resumes as r where r.user_id = v_caller and r.language = l.language and r.deleted_at is null limit 1)
      union all
      (select from private.version_words as w where p_all_versions and w.user_id = v_caller and w.language = l.language limit 1)
      limit 1
    ) as one;
  if v_languages is null then
    return;
  end if;

  foreach v_match in array array['exact', 'prefix', 'similar'] loop
    -- A page after the first goes on with the kind of match that the first one found.
    continue when v_after.match <> v_match;
    v_queries := v_exact;
    if v_match <> 'exact' then
      v_known := coalesce(v_known, array(
        select private.known_words(v_caller, l.language, p_all_versions) from unnest(v_languages) with ordinality as l (language, place) order by l.place
      ));
      for v_index in 1 .. cardinality(v_languages) loop
        v_queries[v_index] := coalesce(
          private.guessed_query(v_languages[v_index], v_exact[v_index], v_query, v_known[v_index], v_match), ''
        );
      end loop;
    end if;
    return query
    select
      r.id, case when p_all_versions then v.original_filename else r.original_filename end,
      case when p_all_versions then v.mime_type else r.mime_type end, m.language, r.current_version_id, m.created_at,
      case when p_all_versions then coalesce(v.ready_at, v.created_at) else r.updated_at end,
      m.rank, v_match,
      case when p_with_highlights then private.search_highlights(
        case when p_all_versions then v.original_filename else r.original_filename end,
        case when p_all_versions then v.headings else r.headings end,
        case when p_all_versions then v.content_text else r.content_text end,
        (
          -- Evaluated when the first row needs it, once.
          select array_agg(private.highlight_terms_of(q.language, q.query)) from unnest(v_languages, v_queries) as q (language, query)
        )[array_position(v_languages, m.language)]
      ) else '[]' end,
      concat_ws(
        '_', v_match, encode(float4send(m.rank), 'hex'), (extract(epoch from m.created_at) * 1000000)::bigint, replace(m.key::text, '-', ''), v_digest
      ),
      m.version_id
    from (
      select h.*, case when p_all_versions then h.version_id else h.resume_id end as key
      from (
        select c.resume_id, c.version_id, c.created_at, q.language, ts_rank(array[0.1, 0.2, 0.5, 1], c.content_tsvector, q.query, 1) as rank
        from unnest(v_languages, v_queries) as q (language, query)
          cross join lateral (
            -- Ranking reads the words of every match. It is the newest 1,000 of a language that are ranked: who
            -- asks for what most of their resumes say will not read more.
            -- language || '' keeps the planner from an index on language, which would be read whole.
            select a.*
            from (
              select r.id as resume_id, r.current_version_id as version_id, r.mime_type, r.created_at, r.updated_at, r.content_tsvector
              from public.resumes as r
              where not p_all_versions and array[r.user_id] @> array[v_caller] and r.content_tsvector @@ q.query
                and r.deleted_at is null and r.language || '' = q.language
                and (p_filter.label is null or exists (
                  select from public.resume_versions as l
                  where l.resume_id = r.id and l.state = 'ready' and l.label = p_filter.label
                ))
              -- Of all versions, the current one has the words of its resume, each other one its own.
              union all
              select v.resume_id, v.version_id, v.mime_type, v.created_at, v.ready_at, r.content_tsvector
              from public.resumes as r
                join public.resume_versions as v on v.version_id = r.current_version_id
              where p_all_versions and array[r.user_id] @> array[v_caller] and r.content_tsvector @@ q.query
                and r.deleted_at is null and r.language || '' = q.language
                and v.state = 'ready' and (p_filter.label is null or v.label = p_filter.label)
              union all
              select v.resume_id, v.version_id, v.mime_type, v.created_at, v.ready_at, w.content_tsvector
              from private.version_words as w
                join public.resume_versions as v on v.version_id = w.version_id
                join public.resumes as r on r.id = v.resume_id
              where p_all_versions and array[w.user_id] @> array[v_caller] and w.content_tsvector @@ q.query and w.language || '' = q.language
                and r.user_id = v_caller and r.deleted_at is null and v.state = 'ready' and (p_filter.label is null or v.label = p_filter.label)
            ) as a
            where (p_filter.kind is null or private.kind_of_mime_type(a.mime_type) = p_filter.kind)
              and (p_filter.created_from is null or a.created_at >= p_filter.created_from)
              and (p_filter.created_before is null or a.created_at < p_filter.created_before)
              and (p_filter.updated_from is null or a.updated_at >= p_filter.updated_from)
              and (p_filter.updated_before is null or a.updated_at < p_filter.updated_before)
            order by a.created_at desc
            limit 1000
          ) as c
      ) as h
      where v_after.match is null
        or (h.rank, h.created_at, case when p_all_versions then h.version_id else h.resume_id end) < (v_after.rank, v_after.created_at, v_after.version_key)
      order by h.rank desc, h.created_at desc, key desc
      limit p_page_size
    ) as m
      -- By the ids of the page, so that sorts carry the words alone. Joined as it is, the planner takes an owner for few rows and reads all of them.
      cross join lateral (select * from public.resumes as o where o.id = m.resume_id and o.user_id = v_caller offset 0) as r
      left join lateral (select * from public.resume_versions as o where p_all_versions and o.version_id = m.version_id offset 0) as v on true
    order by m.rank desc, m.created_at desc, m.key desc;
    exit when found;
  end loop;
end
$function$
;

create or replace function private.seconds_until_own_end(p_user_id text)
returns integer
language sql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.seconds_until_room()
returns integer
language sql
set search_path to ''
as $function$
  -- Until a twentieth of the queue has been worked off at the rate of the last minutes, and up to half
  -- as long again: if all came for the first place that is free, all but one would be sent away again.
  select least(greatest(ceil(
    case when r.rate > 0 then s.max_queued_optimizations * 0.05 / r.rate * (1 + random() / 2) else 30 end
  ), 5), 600)::integer
  from private.settings as s, private.rate_per_second('optimizations', '{}') as r (rate)
$function$
;

create or replace function private.sqlstate_of(p_code text)
returns text
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  -- PostgREST answers PTnnn with HTTP status nnn.
  -- https://docs.postgrest.org/en/stable/references/errors.html#raise-errors-with-http-status-codes
  select case p_code
    when 'unauthorized' then 'PT401'
    when 'forbidden' then 'PT403'
    when 'invalid_request' then 'PT400'
    when 'invalid_filename' then 'PT400'
    when 'unsupported_file_type' then 'PT415'
    when 'file_too_large' then 'PT413'
    when 'file_empty' then 'PT422'
    when 'not_found' then 'PT404'
    when 'conflict' then 'PT409'
    when 'idempotency_conflict' then 'PT409'
    when 'quota_exceeded' then 'PT429'
    when 'too_many_requests' then 'PT429'
    when 'upload_incomplete' then 'PT409'
    when 'lease_lost' then 'PT409'
  end
$function$
;

create or replace function private.start_optimization(p_job_id bigint, p_lease_token uuid)
returns public.optimizations
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_optimization public.optimizations;
begin
  update public.optimizations as o
  set
    status = 'running', started_at = coalesce(o.started_at, now()),
    waited_ms = o.waited_ms + private.waited_ms(o.wait_started_at), wait_started_at = null
  where o.optimization_id = v_job.subject_id and o.status in ('queued', 'running');
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_job.subject_id;
  if v_optimization.status is distinct from 'running' then
    perform private.delete_jobs(array[p_job_id], 'cancelled');
  end if;
  return v_optimization;
end
$function$
;

create or replace function private.swap_circuit(p_endpoint text, p_version bigint, p_circuit jsonb)
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the circuits are granted to nobody; execute is for service_role alone.
declare
  v_swapped boolean;
begin
  perform private.check_endpoints(array[p_endpoint]);
  if p_version is null or p_circuit is null
    or coalesce(p_circuit ->> 'state', '') not in ('closed', 'open', 'half-open')
    or coalesce(jsonb_typeof(p_circuit -> 'epoch'), '') <> 'number'
    or pg_column_size(p_circuit) > 65536
  then
    perform private.fail('invalid_request', 'A circuit has a state and an epoch, and comes with the version that it follows');
  end if;
  if p_version = 0 then
    insert into private.circuit_breakers (endpoint, circuit) values (p_endpoint, p_circuit)
    on conflict on constraint circuit_breakers_pkey do nothing;
  else
    update private.circuit_breakers as b set version = b.version + 1, circuit = p_circuit, updated_at = now()
    where b.endpoint = p_endpoint and b.version = p_version;
  end if;
  v_swapped := found;
  return (
    select jsonb_build_object(
      'swapped', v_swapped, 'now', extract(epoch from clock_timestamp()) * 1000,
      'version', coalesce(b.version, 0), 'circuit', b.circuit
    )
    from (select) as one left join private.circuit_breakers as b on b.endpoint = p_endpoint
  );
end
$function$
;

create or replace function private.take_endpoint(p_job_id bigint, p_lease_token uuid, p_candidates text[], p_endpoints text[])
returns jsonb
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: queue and circuits are granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_now constant double precision := extract(epoch from clock_timestamp()) * 1000;
  v_endpoint text;
begin
  perform private.check_endpoints(p_candidates);
  perform private.check_endpoints(p_endpoints);
  if v_job.endpoint = any (p_candidates) then
    v_endpoint := v_job.endpoint;
  else
    -- One after the other: two that count at once would both find room for one.
    perform pg_advisory_xact_lock(hashtextextended('reswave endpoints', 0));
    select c.endpoint into v_endpoint
    from
      unnest(p_candidates) with ordinality as c (endpoint, place)
      left join private.circuit_breakers as b on b.endpoint = c.endpoint
      cross join lateral (
        select count(*) as jobs from private.jobs as j where j.endpoint = c.endpoint and j.leased_until > now()
      ) as busy
    where busy.jobs < (private.setting()).max_calls_per_endpoint
    -- No decision, only an order that spares a second call: whoever takes one that is open is refused by the rules.
    order by coalesce((b.circuit ->> 'retryAt')::double precision > v_now, false), busy.jobs, c.place
    limit 1;
    update private.jobs set endpoint = v_endpoint
    where job_id = p_job_id and endpoint is distinct from v_endpoint;
  end if;
  return jsonb_build_object(
    'endpoint', v_endpoint,
    'now', v_now,
    'rules', private.circuit_rules(),
    'circuits', (
      select coalesce(jsonb_object_agg(b.endpoint, jsonb_build_object('version', b.version, 'circuit', b.circuit)), '{}')
      from private.circuit_breakers as b
      where b.endpoint = any (p_endpoints)
    )
  );
end
$function$
;

create or replace function private.text_search_config(p_language text)
returns regconfig
language plpgsql
immutable parallel safe strict
set search_path to ''
as $function$
-- PL/pgSQL: a function in SQL with a setting of its own takes five times as long a call.
begin
  return case p_language
    when 'en' then 'pg_catalog.english'::regconfig
    when 'de' then 'pg_catalog.german'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    else 'pg_catalog.simple'::regconfig
  end;
end
$function$
;

create or replace function private.tg_resume_versions__index_words()
returns trigger
language plpgsql
set search_path to ''
as $function$
declare
  v_user_id text;
  v_current_version_id uuid;
begin
  select r.user_id, r.current_version_id into v_user_id, v_current_version_id from public.resumes as r where r.id = new.resume_id;
  if new.state = 'ready' and v_current_version_id is distinct from new.version_id then
    insert into private.version_words (version_id, user_id, language, content_tsvector)
    values (
      new.version_id, v_user_id, coalesce(new.language, 'simple'),
      private.content_tsvector(coalesce(new.language, 'simple'), new.original_filename, new.headings, new.content_text)
    )
    on conflict (version_id) do update
    set language = excluded.language, content_tsvector = excluded.content_tsvector;
  else
    delete from private.version_words where version_id = new.version_id;
  end if;
  return null;
end
$function$
;

create or replace function private.tg_resumes__move_words()
returns trigger
language plpgsql
set search_path to ''
as $function$
begin
  -- Copied: to take the text apart again is most of what a write costs.
  insert into private.version_words (version_id, user_id, language, content_tsvector)
  select v.version_id, old.user_id, old.language, old.content_tsvector
  from public.resume_versions as v
  where v.version_id = old.current_version_id and v.state = 'ready';
  delete from private.version_words where version_id = new.current_version_id;
  return null;
end
$function$
;

create or replace function private.wait_optimization(p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retry_seconds double precision, p_score jsonb)
returns text
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_patience_ms constant double precision := extract(epoch from (private.setting()).model_patience) * 1000;
  v_optimization public.optimizations;
  v_delay interval;
begin
  if p_retry_seconds is null or not p_retry_seconds between 0 and 86400
    or p_error ->> 'code' is null or length(p_error ->> 'code') not between 1 and 64
  then
    perform private.fail('invalid_request', 'Who waits says for what, and for 0–86,400 seconds');
  end if;
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_job.subject_id for update;
  -- Who asked for an end does not wait for a model.
  if v_optimization.cancel_requested_at is not null then
    perform private.finish_optimization(v_job.subject_id, 'cancelled', null, null);
    delete from private.jobs where job_id = p_job_id;
    return 'cancelled';
  end if;
  update public.optimizations as o set score = coalesce(p_score, o.score) where o.optimization_id = v_job.subject_id;
  if v_optimization.waited_ms >= v_patience_ms then
    perform private.bury_job(v_job, p_error, true);
    return 'dead';
  end if;
  -- The last wait ends with the patience. A little jitter, so that not all come back at once.
  v_delay := make_interval(
    secs => least(p_retry_seconds * (1 + 0.1 * random()), (v_patience_ms - v_optimization.waited_ms) / 1000)
  );
  update private.jobs
  set
    lease_token = null, leased_until = null, worker_id = null, endpoint = null, last_error = p_error,
    attempts = attempts - 1, run_at = now() + v_delay
  where job_id = p_job_id;
  update public.optimizations as o
  set
    status = 'queued', wait_started_at = now(),
    progress = o.progress || jsonb_build_object('stage', 'waiting', 'retryAt', now() + v_delay)
  where o.optimization_id = v_job.subject_id and o.status in ('queued', 'running');
  if p_score is not null then
    perform private.append_events(
      v_job.subject_id,
      jsonb_build_array(
        jsonb_build_object(
          'type', 'degraded',
          'data', jsonb_build_object(
            'optimizationId', v_job.subject_id, 'degraded', true, 'code', p_error ->> 'code',
            'score', p_score, 'retryAfterSeconds', ceil(extract(epoch from v_delay))::integer
          )
        )
      )
    );
  end if;
  return 'waiting';
end
$function$
;

create or replace function private.waited_ms(p_since timestamp with time zone)
returns bigint
language sql
stable
set search_path to ''
as $function$
  select coalesce(greatest(extract(epoch from now() - p_since) * 1000, 0), 0)::bigint
$function$
;

create or replace function public.internal_complete_ingest(p_job_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint, p_content_text text, p_headings text, p_language text, p_notices jsonb default '[]'::jsonb, p_storage_calls jsonb default null::jsonb)
returns public.resume_versions
language sql
set search_path to ''
as $function$
  select private.complete_ingest(
    p_job_id, p_lease_token, p_sha256, p_file_size, p_content_text, p_headings, p_language, p_notices, p_storage_calls
  )
$function$
;

create or replace function public.internal_complete_jobs(p_job_ids bigint[], p_lease_tokens uuid[])
returns bigint[]
language sql
set search_path to ''
as $function$
  select private.complete_jobs(p_job_ids, p_lease_tokens)
$function$
;

create or replace function public.internal_complete_optimization(p_job_id bigint, p_lease_token uuid, p_status text, p_result jsonb default null::jsonb, p_events jsonb default null::jsonb, p_after_event_id integer default null::integer)
returns public.optimizations
language sql
set search_path to ''
as $function$
  select private.complete_optimization(p_job_id, p_lease_token, p_status, p_result, p_events, p_after_event_id)
$function$
;

create or replace function public.internal_extend_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_lease_seconds integer default 30)
returns bigint[]
language sql
set search_path to ''
as $function$
  select private.extend_jobs(p_job_ids, p_lease_tokens, p_lease_seconds)
$function$
;

create or replace function public.internal_keep_house(p_storage_calls jsonb default null::jsonb)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.keep_house(p_storage_calls)
$function$
;

create or replace function public.internal_release_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_delay_seconds integer default 0)
returns bigint[]
language sql
set search_path to ''
as $function$
  select private.release_jobs(p_job_ids, p_lease_tokens, p_delay_seconds)
$function$
;

create or replace function public.internal_report_optimization(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer default 30, p_progress jsonb default null::jsonb, p_events jsonb default null::jsonb, p_partial jsonb default null::jsonb, p_after_event_id integer default null::integer)
returns boolean
language sql
set search_path to ''
as $function$
  select private.report_optimization(p_job_id, p_lease_token, p_lease_seconds, p_progress, p_events, p_partial, p_after_event_id)
$function$
;

create or replace function public.internal_swap_circuit(p_endpoint text, p_version bigint, p_circuit jsonb)
returns jsonb
language sql
set search_path to ''
as $function$
  select private.swap_circuit(p_endpoint, p_version, p_circuit)
$function$
;

create or replace function public.internal_take_endpoint(p_job_id bigint, p_lease_token uuid, p_candidates text[], p_endpoints text[])
returns jsonb
language sql
set search_path to ''
as $function$
  select private.take_endpoint(p_job_id, p_lease_token, p_candidates, p_endpoints)
$function$
;

create or replace function public.internal_wait_optimization(p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retry_seconds double precision, p_score jsonb default null::jsonb)
returns text
language sql
set search_path to ''
as $function$
  select private.wait_optimization(p_job_id, p_lease_token, p_error, p_retry_seconds, p_score)
$function$
;

alter table "private"."circuit_breakers" add constraint "circuit_breakers_state_check" check ((state = any (array['closed'::text, 'open'::text, 'half-open'::text])));

alter table "private"."optimization_events" add constraint "optimization_events_type_check" check ((type = any (array['queued'::text, 'extracting'::text, 'scoring'::text, 'generating'::text, 'checking'::text, 'suggestion'::text, 'degraded'::text, 'done'::text, 'error'::text])));

alter table "private"."settings" add constraint "settings_circuit_check" check (((least(circuit_failures, max_calls_per_endpoint) > 0) and ((circuit_failure_rate >= (0)::double precision) and (circuit_failure_rate <= (1)::double precision)) and ((circuit_slow_rate >= (0)::double precision) and (circuit_slow_rate <= (1)::double precision)) and (least(circuit_window, circuit_open, circuit_open_cap, circuit_slow_call, circuit_probe_lease, model_patience) > '00:00:00'::interval)));

alter table "private"."settings" add constraint "settings_intervals_check" check ((least(upload_ttl, retry_base, retry_cap, overdue_after, sample_retention, optimization_retention) > '00:00:00'::interval));

alter table "public"."optimizations" add constraint "optimizations_waited_check" check ((waited_ms >= 0));

alter table "public"."resume_versions" add constraint "resume_versions_reported_failure_check" check ((reported_failure = any (array['network'::text, 'storage'::text, 'aborted'::text, 'timeout'::text, 'other'::text])));

create view "private"."counter_totals" with (security_invoker=true) as  select name,
    labels,
    (sum(value))::bigint as value,
    sum(milliseconds) as milliseconds
  from private.counters c
  group by name, labels;

create view "private"."dead_jobs" with (security_invoker=true) as  select j.job_id,
    j.kind,
    j.subject_id,
    j.owner_id,
    j.attempts,
    j.dead_at,
    (j.last_error ->> 'code'::text) as code,
    (j.last_error ->> 'detail'::text) as detail,
    j.created_at,
    coalesce(o.status, v.state, 'gone'::text) as subject_state
  from ((private.jobs j
    left join public.optimizations o on (((j.kind = 'optimize'::text) and (o.optimization_id = j.subject_id))))
    left join public.resume_versions v on (((j.kind <> 'optimize'::text) and (v.version_id = j.subject_id))))
  where (j.dead_at is not null);

create index jobs_claim_idx on private.jobs using btree (kind, priority, place, run_at, job_id) where (dead_at is null);

create index jobs_dead_at_idx on private.jobs using btree (dead_at) where (dead_at is not null);

create index jobs_endpoint_idx on private.jobs using btree (endpoint) where (endpoint is not null);

create index jobs_owner_id_idx on private.jobs using btree (owner_id, kind, priority, place) where (dead_at is null);

create index jobs_run_at_idx on private.jobs using btree (kind, run_at) where (dead_at is null);

create index samples_name_sampled_at_idx on private.samples using btree (name, sampled_at);

create index samples_sampled_at_idx on private.samples using btree (sampled_at);

-- Not built anew, as a diff would have it: the list alone is shorter.
alter index private.version_words_search_idx set (gin_pending_list_limit = 128);

alter index public.resumes_search_idx set (gin_pending_list_limit = 128);

create trigger resume_versions_index_words after insert or update of state, content_text, headings, language, original_filename on public.resume_versions for each row when ((new.state <> all (array['pending'::text, 'uploaded'::text]))) execute function private.tg_resume_versions__index_words();

create trigger resumes_move_words after update of current_version_id on public.resumes for each row when ((old.current_version_id is distinct from new.current_version_id)) execute function private.tg_resumes__move_words();

comment on column "private"."circuit_breakers"."circuit" is 'As in functions/_shared/circuit-breaker/circuit.ts; times are milliseconds since 1970.';

comment on column "private"."circuit_breakers"."endpoint" is 'Scheme, host and port; a hash of the path, if it has one.';

comment on column "private"."circuit_breakers"."version" is 'Rises with every write. Who writes names the version that was decided upon.';

comment on column "private"."counters"."labels" is 'What is told apart: {"outcome": "failed"}; of durations also "le", the upper bound of the bucket in milliseconds, or "inf".';

comment on column "private"."counters"."milliseconds" is 'Of durations, their sum.';

comment on column "private"."jobs"."claimed_at" is 'When the last attempt began.';

comment on column "private"."jobs"."dead_at" is 'Set when it failed for good. private.requeue_job() brings it back.';

comment on column "private"."jobs"."endpoint" is 'The model endpoint that it uses, for as long as its lease lives: private.take_endpoint() counts these.';

comment on column "private"."jobs"."place" is 'The round in which its owner has a turn among others of its kind and priority: a thousand jobs of one user do not hold up the first of another.';

comment on column "private"."settings"."circuit_failure_rate" is 'The share of failed calls, 0 to 1, from which on a circuit opens.';

comment on column "private"."settings"."circuit_failures" is 'So many failed (or slow) calls of a model endpoint within circuit_window open its circuit, if they are a large enough share.';

comment on column "private"."settings"."circuit_open" is 'How long a circuit stays open, give or take a fifth; doubles with each probe that fails, up to circuit_open_cap.';

comment on column "private"."settings"."circuit_probe_lease" is 'How long the one call of a half-open circuit holds without word of its isolate.';

comment on column "private"."settings"."circuit_slow_call" is 'A first token that takes longer is slow.';

comment on column "private"."settings"."circuit_slow_rate" is 'The share of slow calls, 0 to 1, from which on a circuit opens.';

comment on column "private"."settings"."circuit_window" is 'How far back calls count. Longer than a call may take, or the failures of a hanging endpoint would never meet.';

comment on column "private"."settings"."max_calls_per_endpoint" is 'Jobs that may use one model endpoint at once, over all isolates: what the model server works on in parallel, and little more.';

comment on column "private"."settings"."max_queued_optimizations" is 'Optimizations of all users that may wait; beyond it new ones are refused with too_many_requests.';

comment on column "private"."settings"."model_patience" is 'How long an accepted optimization waits for a model in all, before it fails for good.';

comment on column "private"."settings"."optimization_retention" is 'How long job descriptions and results are kept after an optimization has ended, and dead jobs.';

comment on column "private"."settings"."overdue_after" is 'What has been due for longer is taken first by one claim in eight, whatever its priority.';

comment on column "private"."settings"."sample_retention" is 'How long single measurements are kept. Counters are kept for ever.';

comment on column "public"."optimizations"."partial" is 'What each section has given so far, by section id: a retry does not ask the model twice. Kept when it failed, for requeue_job().';

comment on column "public"."optimizations"."progress" is 'Where it stands: {"stage": "queued|extracting|scoring|generating|checking|waiting|done", "tokens": n, "sections": n, "sectionsDone": n}; waiting adds "retryAt", when the model is asked again.';

comment on column "public"."optimizations"."score" is 'What the rules say of the resume as it is. Kept here when no model could be asked, whatever becomes of it later.';

comment on column "public"."optimizations"."wait_started_at" is 'Set while it waits for a model; the job is given back until then.';

comment on column "public"."optimizations"."waited_ms" is 'Milliseconds that it has waited for a model. They do not count against the time that the work may take.';

comment on column "public"."resume_versions"."reported_failure" is 'What its client has said of the upload by report_upload_failure, the first time.';

comment on function "private"."append_events"(uuid, jsonb, integer) is 'Adds [{"type", "data"}] after the last event of an optimization. With p_after_event_id, the last one that its caller knows of, a call that is repeated adds each event once.';

comment on function "private"."bucket_bounds"() is 'The upper bounds of the buckets of durations, in milliseconds, negated.';

comment on function "private"."bury_job"(private.jobs, jsonb, boolean) is 'Ends a job that will not be tried again and tells its domain row: version or optimization fail with the error''s code. p_keep leaves it to be looked at, and requeued.';

comment on function "private"."bury_spent_jobs"(bigint[]) is 'Ends jobs whose last allowed attempt let its lease run out, among these or (null) all. Returns how many.';

comment on function "private"."check_awaited"(bigint[]) is 'Raises conflict if the row that one of these jobs is about still waits for it.';

comment on function "private"."circuit_rules"() is 'The settings of the circuits as the functions know them.';

comment on function "private"."circuits"() is 'For a DBA: each circuit, until when it lets nobody through, the calls in its window, and how many jobs use its endpoint.';

comment on function "private"."count"(text, jsonb, bigint, double precision) is 'Adds to a counter.';

comment on function "private"."count_attempts"(private.jobs[], text) is 'Counts attempts that have ended, how long their jobs had been due when they began, and how long they ran.';

comment on function "private"."count_optimization"(public.optimizations) is 'Counts an optimization that has just ended: its time, tokens, suggestions and rejections.';

comment on function "private"."count_storage_calls"(jsonb) is 'Counts what a function measured at Storage: [{"operation", "outcome", "milliseconds"}]; refused is an answer of 4xx, failed is 5xx or none.';

comment on function "private"."counter_shard"() is 'A shard that no other running transaction counts in.';

comment on function "private"."delete_jobs"(bigint[], text) is 'Takes jobs off the queue that have ended, and counts how: succeeded, cancelled or refused.';

comment on function "private"."enqueue_jobs"(text, uuid[], text, integer) is 'Queues many pieces of work of one owner in one statement, in their order; those that are queued already stay as they are. Returns how many are new.';

comment on function "private"."fail"(text, text, text, integer) is 'Raises an expected failure: SQLSTATE PTnnn, the registry code as detail, what to do as hint. With p_retry_after_seconds it is SQLSTATE PGRST, which the Data API answers the same way and with the header Retry-After.';

comment on function "private"."finish_optimization"(uuid, text, jsonb, jsonb, jsonb, integer) is 'The one end of an optimization: its status, its last events, once; a second end changes nothing. Returns the row as it ended, or had ended.';

comment on function "private"."force_circuit"(text, text, interval) is 'For a DBA: opens a circuit for a while (then one probe decides), or closes it. For an endpoint as private.circuits() names it; one that is not there yet may be named too. Returns the circuit.';

comment on function "private"."guessed_query"(text, tsquery, text, private.known_words, text) is 'The query with the owner''s own words in place of what was typed: those that begin so (prefix), or else look so (similar). The last five words at most; null if that changes nothing.';

comment on function "private"."held_jobs"(bigint[], uuid[]) is 'Those of the jobs that are held under these leases, locked. The others are left out: another worker has them, or they have ended.';

comment on function "private"."known_words"(text, text, boolean) is 'The lexemes of an owner''s newest texts in a language, the most frequent first. For private.search_resumes().';

comment on function "private"."lock_due_jobs"(text[], integer, uuid) is 'Locks up to p_limit jobs that are due and held by nobody, the most urgent ones, and returns their ids. Those whose attempts are spent are among them.';

comment on function "private"."next_place"(text, integer, text) is 'The place of an owner''s next job among those of its kind and priority: two look-ups in an index, however long the queue is.';

comment on function "private"."observe"(text, jsonb, double precision[]) is 'Counts durations in their buckets, and keeps one of them as a sample.';

comment on function "private"."rate_per_second"(text, jsonb, interval) is 'How many such samples a second came lately; 0 when none did.';

comment on function "private"."reopen_optimization"(uuid) is 'Puts an optimization that failed back to where its job is waited for; its sections are kept. Raises conflict.';

comment on function "private"."requeue_job"(bigint) is 'For DBAs: puts a dead job back into the queue with all its attempts, and its version or optimization back to where it waits for it. Raises not_found, conflict.';

comment on function "private"."search_highlights"(text, text, text, private.highlight_terms) is 'The windows of all fields of a text, each as private.highlight() gives it.';

comment on function "private"."search_position_of"(text, text) is 'What the cursor of private.search_resumes() says, to the bit. Raises invalid_request for anything else.';

comment on function "private"."seconds_until_own_end"(text) is 'When a user who has as many in flight as allowed may come again, by what was measured: 2 to 120 seconds, 10 if nothing was.';

comment on function "private"."seconds_until_room"() is 'When a full queue is likely to take another optimization, by the measured rate: 5 to 600 seconds, 30 if nothing was measured.';

comment on function "private"."text_search_config"(text) is 'The text search configuration of a language code of ours.';

comment on function "private"."waited_ms"(timestamp with time zone) is 'Milliseconds since then; 0 for null.';

comment on function "public"."internal_claim_jobs"(text, text[], integer, integer, uuid) is 'Leases up to p_limit due jobs to a worker, most urgent first. With p_subject_id, that subject''s job alone; only the backoff of an attempt that failed is waited for. Called by the functions with the secret key.';

comment on function "public"."internal_complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb, jsonb) is 'Makes a version ready with what ingest read of it, and ends the job, in one transaction. Returns the version: ready, or failed with hash_mismatch when the object is not the accepted one. p_storage_calls: what was measured at Storage since the last report. Raises lease_lost, conflict.';

comment on function "public"."internal_complete_jobs"(bigint[], uuid[]) is 'Ends jobs that have no row of their own to write, or whose rows have ended already. Returns those that were held. Raises invalid_request, conflict.';

comment on function "public"."internal_complete_optimization"(bigint, uuid, text, jsonb, jsonb, integer) is 'Ends an optimization and its job in one transaction: succeeded with its result, or cancelled; p_events and p_after_event_id as in internal_report_optimization. Returns the row as it ended. Raises lease_lost, conflict.';

comment on function "public"."internal_extend_jobs"(bigint[], uuid[], integer) is 'Holds leases for longer, each job with its own; returns those that are still held. Raises invalid_request.';

comment on function "public"."internal_keep_house"(jsonb) is 'What has to be done from time to time: settle uploads whose time is over, end jobs whose workers died, forget old optimizations, dead jobs and samples. Bounded; returns what it did. p_storage_calls: what was measured at Storage since the last report. Called by worker.';

comment on function "public"."internal_release_jobs"(bigint[], uuid[], integer) is 'Gives jobs back untouched; the attempts do not count. Returns those that were held. Raises invalid_request.';

comment on function "public"."internal_report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) is 'The one call while a job runs: extends the lease, merges progress and section results, appends events [{"type", "data"}]: with p_after_event_id, the last event that the worker knows of, once however often the call is repeated. Returns whether it is to be cancelled. Raises lease_lost, conflict.';

comment on function "public"."internal_swap_circuit"(text, bigint, jsonb) is 'Stores a circuit if its row still has that version (0: none yet). Returns the row as it stands: {"swapped", "now", "version", "circuit"}. Raises invalid_request.';

comment on function "public"."internal_take_endpoint"(bigint, uuid, text[], text[]) is 'Gives a leased optimize job the least busy of its candidates, or the one that it has; null if all are full. With it, the circuits of p_endpoints, the rules and the clock: {"endpoint", "now", "rules", "circuits"}. Raises lease_lost, conflict, invalid_request.';

comment on function "public"."internal_wait_optimization"(bigint, uuid, jsonb, double precision, jsonb) is 'Ends an attempt that found no model to ask: the job is given back for p_retry_seconds and the attempt does not count. With p_score, an event tells of it. Returns waiting, or dead once settings.model_patience is used up, or cancelled. Raises lease_lost, conflict, invalid_request.';

comment on function "public"."report_upload_failure"(uuid, text) is 'For users: gives a pending upload up, so that it counts against no quota.
What the client saw is counted once, whatever became of the upload. reason: network, storage, aborted, timeout or other. Idempotent.
Raises unauthorized, not_found, invalid_request.';

comment on function "public"."request_optimization"(text, text, text, text) is 'For users: accepts an optimization of a version of theirs, named by full_storage_path. The same idempotency_key,
or the same input while it is in flight, gives the same optimization.
Usually called by the function optimize-resume. Raises unauthorized, forbidden, invalid_request, not_found, upload_incomplete, idempotency_conflict, too_many_requests (with Retry-After), conflict.';

comment on table "private"."circuit_breakers" is 'One circuit for each model endpoint that has failed, shared by all isolates. private.circuits() shows it readably, private.force_circuit() sets it.';

comment on table "private"."counters" is 'Monotonic counters, in shards so that no two transactions wait for each other. Read private.counter_totals.';

comment on table "private"."samples" is 'How long single things took, for settings.sample_retention: percentiles and rates of the last minutes.';

comment on table "private"."version_words" is 'What a ready version is found by when all versions are searched, unless it is the current one: its words are those of the resume. Kept by triggers of both.';

comment on view "private"."counter_totals" is 'The counters, their shards added up.';

comment on view "private"."dead_jobs" is 'For DBAs: jobs that were tried as often as allowed, with why the last attempt failed and where their version or optimization stands. select private.requeue_job(job_id) brings one back. They go after settings.optimization_retention.';

revoke all on function "private"."append_events"(uuid, jsonb, integer) from public;

grant execute on function "private"."append_events"(uuid, jsonb, integer) to "postgres";

revoke all on function "private"."bucket_bounds"() from public;

grant execute on function "private"."bucket_bounds"() to "postgres";

revoke all on function "private"."bury_spent_jobs"(bigint[]) from public;

grant execute on function "private"."bury_spent_jobs"(bigint[]) to "postgres";

revoke all on function "private"."check_awaited"(bigint[]) from public;

grant execute on function "private"."check_awaited"(bigint[]) to "postgres";

revoke all on function "private"."check_endpoints"(text[]) from public;

grant execute on function "private"."check_endpoints"(text[]) to "postgres";

revoke all on function "private"."circuit_rules"() from public;

grant execute on function "private"."circuit_rules"() to "postgres";

revoke all on function "private"."circuits"() from public;

grant execute on function "private"."circuits"() to "postgres";

revoke all on function "private"."complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb, jsonb) from public;

grant execute on function "private"."complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb, jsonb) to "postgres", "service_role";

revoke all on function "private"."complete_jobs"(bigint[], uuid[]) from public;

grant execute on function "private"."complete_jobs"(bigint[], uuid[]) to "postgres", "service_role";

revoke all on function "private"."complete_optimization"(bigint, uuid, text, jsonb, jsonb, integer) from public;

grant execute on function "private"."complete_optimization"(bigint, uuid, text, jsonb, jsonb, integer) to "postgres", "service_role";

revoke all on function "private"."count"(text, jsonb, bigint, double precision) from public;

grant execute on function "private"."count"(text, jsonb, bigint, double precision) to "postgres";

revoke all on function "private"."count_attempts"(private.jobs[], text) from public;

grant execute on function "private"."count_attempts"(private.jobs[], text) to "postgres";

revoke all on function "private"."count_optimization"(public.optimizations) from public;

grant execute on function "private"."count_optimization"(public.optimizations) to "postgres";

revoke all on function "private"."count_storage_calls"(jsonb) from public;

grant execute on function "private"."count_storage_calls"(jsonb) to "postgres";

revoke all on function "private"."counter_shard"() from public;

grant execute on function "private"."counter_shard"() to "postgres";

revoke all on function "private"."delete_jobs"(bigint[], text) from public;

grant execute on function "private"."delete_jobs"(bigint[], text) to "postgres";

revoke all on function "private"."enqueue_jobs"(text, uuid[], text, integer) from public;

grant execute on function "private"."enqueue_jobs"(text, uuid[], text, integer) to "postgres";

revoke all on function "private"."extend_jobs"(bigint[], uuid[], integer) from public;

grant execute on function "private"."extend_jobs"(bigint[], uuid[], integer) to "postgres", "service_role";

revoke all on function "private"."fail"(text, text, text, integer) from public;

grant execute on function "private"."fail"(text, text, text, integer) to "postgres";

revoke all on function "private"."finish_optimization"(uuid, text, jsonb, jsonb, jsonb, integer) from public;

grant execute on function "private"."finish_optimization"(uuid, text, jsonb, jsonb, jsonb, integer) to "postgres";

revoke all on function "private"."force_circuit"(text, text, interval) from public;

grant execute on function "private"."force_circuit"(text, text, interval) to "postgres";

revoke all on function "private"."guessed_query"(text, tsquery, text, private.known_words, text) from public;

grant execute on function "private"."guessed_query"(text, tsquery, text, private.known_words, text) to "postgres";

revoke all on function "private"."held_jobs"(bigint[], uuid[]) from public;

grant execute on function "private"."held_jobs"(bigint[], uuid[]) to "postgres";

revoke all on function "private"."keep_house"(jsonb) from public;

grant execute on function "private"."keep_house"(jsonb) to "postgres", "service_role";

revoke all on function "private"."known_words"(text, text, boolean) from public;

grant execute on function "private"."known_words"(text, text, boolean) to "postgres";

revoke all on function "private"."lock_due_jobs"(text[], integer, uuid) from public;

grant execute on function "private"."lock_due_jobs"(text[], integer, uuid) to "postgres";

revoke all on function "private"."next_place"(text, integer, text) from public;

grant execute on function "private"."next_place"(text, integer, text) to "postgres";

revoke all on function "private"."observe"(text, jsonb, double precision[]) from public;

grant execute on function "private"."observe"(text, jsonb, double precision[]) to "postgres";

revoke all on function "private"."rate_per_second"(text, jsonb, interval) from public;

grant execute on function "private"."rate_per_second"(text, jsonb, interval) to "postgres";

revoke all on function "private"."release_jobs"(bigint[], uuid[], integer) from public;

grant execute on function "private"."release_jobs"(bigint[], uuid[], integer) to "postgres", "service_role";

revoke all on function "private"."reopen_optimization"(uuid) from public;

grant execute on function "private"."reopen_optimization"(uuid) to "postgres";

revoke all on function "private"."report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) from public;

grant execute on function "private"."report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) to "postgres", "service_role";

revoke all on function "private"."requeue_job"(bigint) from public;

grant execute on function "private"."requeue_job"(bigint) to "postgres";

revoke all on function "private"."seconds_until_own_end"(text) from public;

grant execute on function "private"."seconds_until_own_end"(text) to "postgres";

revoke all on function "private"."seconds_until_room"() from public;

grant execute on function "private"."seconds_until_room"() to "postgres";

revoke all on function "private"."swap_circuit"(text, bigint, jsonb) from public;

grant execute on function "private"."swap_circuit"(text, bigint, jsonb) to "postgres", "service_role";

revoke all on function "private"."take_endpoint"(bigint, uuid, text[], text[]) from public;

grant execute on function "private"."take_endpoint"(bigint, uuid, text[], text[]) to "postgres", "service_role";

revoke all on function "private"."text_search_config"(text) from public;

grant execute on function "private"."text_search_config"(text) to "postgres";

revoke all on function "private"."tg_resumes__move_words"() from public;

grant execute on function "private"."tg_resumes__move_words"() to "postgres";

revoke all on function "private"."wait_optimization"(bigint, uuid, jsonb, double precision, jsonb) from public;

grant execute on function "private"."wait_optimization"(bigint, uuid, jsonb, double precision, jsonb) to "postgres", "service_role";

revoke all on function "private"."waited_ms"(timestamp with time zone) from public;

grant execute on function "private"."waited_ms"(timestamp with time zone) to "postgres";

revoke all on function "public"."internal_complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb, jsonb) from public;

grant execute on function "public"."internal_complete_ingest"(bigint, uuid, text, bigint, text, text, text, jsonb, jsonb) to "postgres", "service_role";

revoke all on function "public"."internal_complete_jobs"(bigint[], uuid[]) from public;

grant execute on function "public"."internal_complete_jobs"(bigint[], uuid[]) to "postgres", "service_role";

revoke all on function "public"."internal_complete_optimization"(bigint, uuid, text, jsonb, jsonb, integer) from public;

grant execute on function "public"."internal_complete_optimization"(bigint, uuid, text, jsonb, jsonb, integer) to "postgres", "service_role";

revoke all on function "public"."internal_extend_jobs"(bigint[], uuid[], integer) from public;

grant execute on function "public"."internal_extend_jobs"(bigint[], uuid[], integer) to "postgres", "service_role";

revoke all on function "public"."internal_keep_house"(jsonb) from public;

grant execute on function "public"."internal_keep_house"(jsonb) to "postgres", "service_role";

revoke all on function "public"."internal_release_jobs"(bigint[], uuid[], integer) from public;

grant execute on function "public"."internal_release_jobs"(bigint[], uuid[], integer) to "postgres", "service_role";

revoke all on function "public"."internal_report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) from public;

grant execute on function "public"."internal_report_optimization"(bigint, uuid, integer, jsonb, jsonb, jsonb, integer) to "postgres", "service_role";

revoke all on function "public"."internal_swap_circuit"(text, bigint, jsonb) from public;

grant execute on function "public"."internal_swap_circuit"(text, bigint, jsonb) to "postgres", "service_role";

revoke all on function "public"."internal_take_endpoint"(bigint, uuid, text[], text[]) from public;

grant execute on function "public"."internal_take_endpoint"(bigint, uuid, text[], text[]) to "postgres", "service_role";

revoke all on function "public"."internal_wait_optimization"(bigint, uuid, jsonb, double precision, jsonb) from public;

grant execute on function "public"."internal_wait_optimization"(bigint, uuid, jsonb, double precision, jsonb) to "postgres", "service_role";

grant select, update, usage on sequence "private"."claim_turns" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."circuit_breakers" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."counters" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."samples" to "postgres";

grant usage on type "private"."known_words" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."counter_totals" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."dead_jobs" to "postgres";

reset check_function_bodies;

-- The words of a current version are those of its resume.
delete from private.version_words as w
using public.resumes as r
where r.current_version_id = w.version_id;

select gin_clean_pending_list('private.version_words_search_idx'), gin_clean_pending_list('public.resumes_search_idx');
