-- What the health function is told, and which request a job comes from.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(23);

-- Migrations
select as_service();
select matches(public.internal_health() #>> '{migrations,0}', '^[0-9]+$', 'health tells the versions that the CLI has recorded');
select as_dba();
insert into supabase_migrations.schema_migrations (version) values ('99990101000000');
select as_service();
select is(public.internal_health() #>> '{migrations,-1}', '99990101000000', 'in their order');
select as_dba();
alter table supabase_migrations.schema_migrations rename to kept_elsewhere;
select as_service();
select is(public.internal_health() -> 'migrations', 'null', 'null where there is no record');
select as_dba();
alter table supabase_migrations.kept_elsewhere rename to schema_migrations;
grant execute on function private.applied_migrations() to service_role;
select as_service();
select is(private.applied_migrations(), null, 'or for whom it may not be read');
select as_dba();
revoke execute on function private.applied_migrations() from service_role;

-- The queue's patience, and circuits
update private.settings set overdue_after = '90 seconds';
insert into private.circuit_breakers (endpoint, circuit) values
('http://a.test', '{"state": "closed", "epoch": 1, "calls": []}'),
('http://b.test', '{"state": "open", "epoch": 1, "trips": 1, "openedAt": 1, "retryAt": 9e12}');
select as_service();
select is(public.internal_health() -> 'overdueSeconds', '90', 'when a job has waited for too long is a setting');
select is(public.internal_health() -> 'circuits', '{"http://a.test": "closed", "http://b.test": "open"}', 'each circuit by its endpoint');

-- Something to read
select is(public.internal_health() -> 'storedObject', 'null', 'while nothing is stored, there is nothing to read');
select as_dba();
create temporary table u as select v.* from uploaded_version('auth0|owner') as v;
select as_service();
select is(public.internal_health() -> 'storedObject', 'null', 'nor is what nobody has read yet');
select as_dba();
create temporary table v as select r.* from ready_version('auth0|owner', 'ready.pdf') as r;
grant select on v to public;
select as_service();
select is(public.internal_health() ->> 'storedObject', v.full_storage_path, 'a current version is read') from v;
select as_dba();
update public.resumes set deleted_at = now() where id = (select resume_id from v);
select as_service();
select is(public.internal_health() -> 'storedObject', 'null', 'not one that was deleted');
select as_dba();

-- Who may
select is(outcome_as(who, 'select ' || call), 'error 42501', who || ' may not ' || call)
from unnest('{anon,owner,service}'::text[]) as who, unnest('{private.applied_migrations(),private.request_id()}'::text[]) as call;

-- Which request
select is(private.request_id(), null, 'outside of the Data API there is no request');
create function pg_temp.with_header(p_value text) returns text
language sql
as $$
  select set_config('request.headers', jsonb_build_object('x-request-id', p_value)::text, true)
$$;
select pg_temp.with_header('caller-0001');
select is(private.request_id(), 'caller-0001', 'the header names it');
select isnt(private.enqueue_job('compact', '00000000-0000-4000-8000-000000000001', 'a'), null, 'a job is queued by it');
select private.enqueue_jobs('rebase', array['00000000-0000-4000-8000-000000000002']::uuid[], 'a');
select pg_temp.with_header('caller-0002');
select private.enqueue_job('compact', '00000000-0000-4000-8000-000000000001', 'a');
select as_service();
select results_eq(
  $$ select c.kind, c.request_id from public.internal_claim_jobs('w', '{compact,rebase}', 10) as c order by c.kind $$,
  $$ values ('compact', 'caller-0001'), ('rebase', 'caller-0001') $$, 'who works it is told which request it was, the first of them'
);
select as_dba();
select pg_temp.with_header(null);
select private.enqueue_job('erase', '00000000-0000-4000-8000-000000000003', 'a');
select is(request_id, null, 'a job that no request has queued has none') from private.jobs where kind = 'erase';
select is_empty(
  $$
    select value from unnest(array['short', repeat('x', 65), 'a b c d e f', E'caller\n0001', '<script>alert(1)</script>', 'résumé-text', '']) as value
    where pg_temp.with_header(value) is not null and private.request_id() is not null
  $$, 'what is no plain token is not kept'
);
select set_config('request.headers', '', true);
select is(private.request_id(), null, 'nor is an empty setting a request');

select * from finish();
rollback;
