set check_function_bodies = off;
set lock_timeout = '5s';

drop function "public"."internal_claim_jobs"(text, text[], integer, integer, uuid);

create or replace function private.applied_migrations()
returns text[]
language plpgsql
stable
set search_path to ''
as $function$
declare
  v_versions text[];
begin
  -- The CLI makes this table. Dynamic, since who applies the files by other means has none.
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    execute $sql$ select coalesce(array_agg(m.version order by m.version), '{}') from supabase_migrations.schema_migrations as m $sql$ into v_versions;
  end if;
  return v_versions;
exception
  when insufficient_privilege then
    return null;
end
$function$
;

create or replace function private.health()
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'queueDepth', count(*) filter (where j.dead_at is null),
    'oldestSeconds', coalesce(extract(epoch from now() - min(j.run_at) filter (where j.dead_at is null and j.run_at <= now() and j.lease_token is null)), 0)::integer,
    'overdueSeconds', extract(epoch from (private.setting()).overdue_after)::integer,
    'dead', count(*) filter (where j.dead_at is not null),
    'circuits', (
      select coalesce(jsonb_object_agg(b.endpoint, b.state), '{}') from private.circuit_breakers as b
    ),
    'migrations', to_jsonb(private.applied_migrations()),
    'storedObject', (
      -- The current version of what is not deleted stays whole: nobody takes the object away meanwhile.
      select v.full_storage_path
      from public.resumes as r join public.resume_versions as v on v.version_id = r.current_version_id
      where r.deleted_at is null and v.state = 'ready' and v.held_as = 'full'
      -- Any will do: the first one in an index is found without looking at the others.
      order by r.id
      limit 1
    )
  )
  from private.jobs as j
$function$
;

create or replace function private.request_id()
returns text
language sql
stable
set search_path to ''
as $function$
  -- What is no plain token is not kept: it goes into logs.
  select substring(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id' from '^[A-Za-z0-9._-]{8,64}$')
$function$
;

create or replace function public.internal_claim_jobs(p_worker_id text, p_kinds text[], p_limit integer default 1, p_lease_seconds integer default 30, p_subject_id uuid default null::uuid)
returns table(job_id bigint, kind text, subject_id uuid, owner_id text, payload jsonb, attempts integer, max_attempts integer, lease_token uuid, leased_until timestamp with time zone, request_id text)
language sql
set search_path to ''
as $function$
  select c.job_id, c.kind, c.subject_id, c.owner_id, c.payload, c.attempts, c.max_attempts, c.lease_token, c.leased_until, c.request_id
  from private.claim_jobs(p_worker_id, p_kinds, p_limit, p_lease_seconds, p_subject_id) as c
  order by c.priority, c.place, c.run_at, c.job_id
$function$
;

comment on function "private"."applied_migrations"() is 'The versions that the Supabase CLI has recorded as applied; null where it keeps no record, or none that can be read.';

comment on function "private"."request_id"() is 'The x-request-id that a call through the Data API came with; null where there is none, or none of 8–64 letters, digits, dots, dashes and underscores.';

comment on function "public"."internal_claim_jobs"(text, text[], integer, integer, uuid) is 'Leases up to p_limit due jobs to a worker, most urgent first. With p_subject_id, that subject''s job alone; only the backoff of an attempt that failed is waited for. Called by the functions with the secret key.';

comment on function "public"."internal_health"() is 'What the health function looks at: {"queueDepth": living jobs, "oldestSeconds": wait of the oldest due one, "overdueSeconds": when that is too long, "dead": jobs that failed for good, "circuits": state by endpoint, "migrations": versions applied, or null where no record is kept, "storedObject": the name of a file that is there, or null}.';

revoke all on function "private"."applied_migrations"() from public;

grant execute on function "private"."applied_migrations"() to "postgres";

revoke all on function "private"."request_id"() from public;

grant execute on function "private"."request_id"() to "postgres";

revoke all on function "public"."internal_claim_jobs"(text, text[], integer, integer, uuid) from public;

grant execute on function "public"."internal_claim_jobs"(text, text[], integer, integer, uuid) to "postgres", "service_role";

alter table "private"."jobs" add column "request_id" text;

alter table "private"."jobs" alter column "request_id" set default private.request_id();

alter table "private"."jobs" add constraint "jobs_request_id_check" check (((length(request_id) >= 8) and (length(request_id) <= 64)));

comment on column "private"."jobs"."request_id" is 'The request that queued it first: the lines that its workers log carry the same id. A job that is queued by another one''s worker has that one''s.';

reset lock_timeout;
reset check_function_bodies;
