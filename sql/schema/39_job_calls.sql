-- The service's side of the queue. PostgREST exposes public alone, so each has a wrapper there.

create function public.internal_claim_jobs(
  p_worker_id text, p_kinds text[], p_limit integer default 1, p_lease_seconds integer default 30, p_subject_id uuid default null
) returns table (
  job_id bigint, kind text, subject_id uuid, owner_id text, payload jsonb, attempts integer, max_attempts integer,
  lease_token uuid, leased_until timestamptz, request_id text
)
language sql volatile
set search_path = ''
as $$
  select c.job_id, c.kind, c.subject_id, c.owner_id, c.payload, c.attempts, c.max_attempts, c.lease_token, c.leased_until, c.request_id
  from private.claim_jobs(p_worker_id, p_kinds, p_limit, p_lease_seconds, p_subject_id) as c
  order by c.priority, c.place, c.run_at, c.job_id
$$;

comment on function public.internal_claim_jobs(text, text[], integer, integer, uuid) is
'Leases up to p_limit due jobs to a worker, most urgent first. With p_subject_id, that subject''s job alone; only the backoff of an attempt that failed is waited for. Called by the functions with the secret key.';

create function public.internal_complete_job(p_job_id bigint, p_lease_token uuid) returns void
language sql volatile
set search_path = ''
as $$
  select private.complete_job(p_job_id, p_lease_token)
$$;

comment on function public.internal_complete_job(bigint, uuid) is 'Ends a job that has no row of its own to write, or whose row has ended already. Raises lease_lost, conflict.';

create function public.internal_extend_job(p_job_id bigint, p_lease_token uuid, p_lease_seconds integer default 30) returns timestamptz
language sql volatile
set search_path = ''
as $$
  select private.extend_job(p_job_id, p_lease_token, p_lease_seconds)
$$;

comment on function public.internal_extend_job(bigint, uuid, integer) is 'Holds a lease for longer; returns until when. Raises lease_lost.';

create function public.internal_fail_job(
  p_job_id bigint, p_lease_token uuid, p_error jsonb, p_retryable boolean, p_delay_seconds integer default null
) returns text
language sql volatile
set search_path = ''
as $$
  select private.fail_job(p_job_id, p_lease_token, p_error, p_retryable, p_delay_seconds)
$$;

comment on function public.internal_fail_job(bigint, uuid, jsonb, boolean, integer) is
'Ends an attempt: retry (after exponential backoff with full jitter, or p_delay_seconds) or dead, which is returned. p_error: {"code", "detail", "retryable"}. Raises lease_lost.';

create function public.internal_release_job(p_job_id bigint, p_lease_token uuid, p_delay_seconds integer default 0) returns void
language sql volatile
set search_path = ''
as $$
  select private.release_job(p_job_id, p_lease_token, p_delay_seconds)
$$;

comment on function public.internal_release_job(bigint, uuid, integer) is 'Gives a job back untouched; the attempt does not count. Raises lease_lost.';

create function public.internal_extend_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_lease_seconds integer default 30) returns bigint[]
language sql volatile
set search_path = ''
as $$
  select private.extend_jobs(p_job_ids, p_lease_tokens, p_lease_seconds)
$$;

comment on function public.internal_extend_jobs(bigint[], uuid[], integer) is 'Holds leases for longer, each job with its own; returns those that are still held. Raises invalid_request.';

create function public.internal_release_jobs(p_job_ids bigint[], p_lease_tokens uuid[], p_delay_seconds integer default 0) returns bigint[]
language sql volatile
set search_path = ''
as $$
  select private.release_jobs(p_job_ids, p_lease_tokens, p_delay_seconds)
$$;

comment on function public.internal_release_jobs(bigint[], uuid[], integer) is 'Gives jobs back untouched; the attempts do not count. Returns those that were held. Raises invalid_request.';

create function public.internal_complete_jobs(p_job_ids bigint[], p_lease_tokens uuid[]) returns bigint[]
language sql volatile
set search_path = ''
as $$
  select private.complete_jobs(p_job_ids, p_lease_tokens)
$$;

comment on function public.internal_complete_jobs(bigint[], uuid[]) is 'Ends jobs that have no row of their own to write, or whose rows have ended already. Returns those that were held. Raises invalid_request, conflict.';

grant execute on function private.claim_jobs(text, text[], integer, integer, uuid) to service_role;
grant execute on function private.extend_job(bigint, uuid, integer) to service_role;
grant execute on function private.complete_job(bigint, uuid) to service_role;
grant execute on function private.release_job(bigint, uuid, integer) to service_role;
grant execute on function private.fail_job(bigint, uuid, jsonb, boolean, integer) to service_role;
grant execute on function public.internal_claim_jobs(text, text[], integer, integer, uuid) to service_role;
grant execute on function public.internal_complete_job(bigint, uuid) to service_role;
grant execute on function public.internal_extend_job(bigint, uuid, integer) to service_role;
grant execute on function public.internal_fail_job(bigint, uuid, jsonb, boolean, integer) to service_role;
grant execute on function public.internal_release_job(bigint, uuid, integer) to service_role;
grant execute on function private.extend_jobs(bigint[], uuid[], integer) to service_role;
grant execute on function private.release_jobs(bigint[], uuid[], integer) to service_role;
grant execute on function private.complete_jobs(bigint[], uuid[]) to service_role;
grant execute on function public.internal_extend_jobs(bigint[], uuid[], integer) to service_role;
grant execute on function public.internal_release_jobs(bigint[], uuid[], integer) to service_role;
grant execute on function public.internal_complete_jobs(bigint[], uuid[]) to service_role;
