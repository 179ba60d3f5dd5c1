-- Who holds what, exactly: any grant too many or too few is named here.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(9);

-- A function's name stands for all of its signatures: none of ours is overloaded.
create view pg_temp.function_grants as
select n.nspname || '.' || p.proname as name, g.grantee
from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
  cross join lateral (
    select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee
    from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
    where a.privilege_type = 'EXECUTE'
  ) as g
where n.nspname in ('public', 'private') and g.grantee <> 'postgres';

select bag_eq(
  $$ select name from pg_temp.function_grants where grantee = 'authenticated' $$,
  $$
    values
      ('public.begin_resume_upload'), ('private.begin_resume_upload'),
      ('public.complete_resume_upload'), ('private.complete_resume_upload'),
      ('public.report_upload_failure'), ('private.report_upload_failure'),
      ('public.request_optimization'), ('private.request_optimization'),
      ('public.cancel_optimization'), ('private.cancel_optimization'),
      ('public.list_optimization_events'), ('private.optimization_events_of'),
      ('public.delete_resume'), ('private.delete_resume'),
      ('public.undelete_resume'), ('private.undelete_resume'),
      ('public.retention_report'), ('private.own_retention_report'),
      ('public.list_deleted_resumes'), ('private.deleted_resumes'),
      ('public.erase_my_data'), ('private.erase_my_data'),
      ('public.get_erasure_receipt'), ('private.erasure_receipt'),
      ('public.label_resume_version'), ('private.label_resume_version'),
      ('public.pin_resume_version'), ('private.pin_resume_version'),
      ('public.restore_resume_version'), ('private.restore_resume_version'),
      ('public.accept_suggestions'), ('private.accept_suggestions'),
      ('public.list_resume_versions'),
      ('public.search_resumes'), ('private.search_resumes')
  $$,
  'authenticated may execute the user''s RPCs and their bodies, nothing else'
);

select bag_eq(
  $$ select name from pg_temp.function_grants where grantee = 'service_role' $$,
  $$
    values
      ('public.internal_claim_jobs'), ('private.claim_jobs'),
      ('public.internal_plan_legacy_files'), ('private.plan_legacy_files'),
      ('public.internal_claim_legacy_files'), ('private.claim_legacy_files'),
      ('public.internal_extend_legacy_files'), ('private.extend_legacy_files'),
      ('public.internal_release_legacy_files'), ('private.release_legacy_files'),
      ('public.internal_fail_legacy_file'), ('private.fail_legacy_file'),
      ('public.internal_keep_legacy_upload'), ('private.keep_legacy_upload'),
      ('public.internal_record_legacy_upload'), ('private.record_legacy_upload'),
      ('public.transfer_file_metadata'), ('private.transfer_file_metadata'),
      ('public.internal_record_legacy_verified'), ('private.record_legacy_verified'),
      ('public.internal_finish_legacy_files'), ('private.finish_legacy_files'),
      ('public.internal_list_legacy_files'), ('private.list_legacy_files'),
      ('public.internal_rollout_stage'), ('private.rollout_stage'),
      ('public.internal_migration_status'), ('private.migration_status'),
      ('public.internal_versions_of_legacy_file'), ('private.versions_of_legacy_file'),
      ('public.rollback_file_transfer'), ('private.rollback_file_transfer'),
      ('public.internal_record_legacy_purge'), ('private.record_legacy_purge'),
      ('public.internal_store_head'), ('private.read_store_head'),
      ('public.internal_store_put'), ('private.store_put'),
      ('public.internal_store_remove'), ('private.store_remove'),
      ('public.internal_store_list'), ('private.store_list'),
      ('public.internal_extend_job'), ('private.extend_job'),
      ('public.internal_extend_jobs'), ('private.extend_jobs'),
      ('public.internal_release_jobs'), ('private.release_jobs'),
      ('public.internal_complete_jobs'), ('private.complete_jobs'),
      ('public.internal_complete_job'), ('private.complete_job'),
      ('public.internal_release_job'), ('private.release_job'),
      ('public.internal_fail_job'), ('private.fail_job'),
      ('public.internal_ingest_source'), ('private.ingest_source'),
      ('public.internal_complete_ingest'), ('private.complete_ingest'),
      ('public.internal_removable_objects'), ('private.removable_objects'),
      ('public.internal_complete_object_removal'), ('private.complete_object_removal'),
('public.internal_version_chain'), ('private.version_chain'),
      ('public.internal_composition_source'), ('private.composition_source'),
      ('public.internal_record_composition'), ('private.record_composition'),
      ('public.internal_storage_source'), ('private.storage_source'),
      ('public.internal_reserve_whole'), ('private.reserve_whole'),
      ('public.internal_record_storage'), ('private.record_storage'),
      ('public.internal_record_no_gain'), ('private.record_no_gain'),
      ('public.internal_erasure_objects'), ('private.erasure_objects'),
      ('public.internal_complete_erasure'), ('private.complete_erasure'),
      ('public.internal_start_optimization'), ('private.start_optimization'),
      ('public.internal_optimization_source'), ('private.optimization_source'),
      ('public.internal_report_optimization'), ('private.report_optimization'),
      ('public.internal_complete_optimization'), ('private.complete_optimization'),
      ('public.internal_take_endpoint'), ('private.take_endpoint'),
      ('public.internal_swap_circuit'), ('private.swap_circuit'),
      ('public.internal_wait_optimization'), ('private.wait_optimization'),
      ('public.rollout_phase'), ('private.rollout_phase'),
      ('public.record_store_outcomes'), ('private.record_store_outcomes'),
      ('public.start_rollout'), ('private.start_rollout'),
      ('public.pause_rollout'), ('private.pause_rollout'),
      ('public.resume_rollout'), ('private.resume_rollout'),
      ('public.force_rollout_stage'), ('private.force_rollout_stage'),
      ('public.pin_rollout_user'), ('private.pin_rollout_user'),
      ('public.rollout_report'), ('private.rollout_report'),
      ('public.internal_keep_house'), ('private.keep_house'),
      ('public.internal_health'), ('private.health'), ('public.internal_metrics'), ('private.metrics')
  $$,
  'service_role may execute the service''s RPCs and their bodies, nothing else'
);

select is_empty(
  $$ select name, grantee from pg_temp.function_grants where grantee not in ('authenticated', 'service_role') $$,
  'nobody else may execute a function: not anon, not public'
);

create view pg_temp.relation_grants as
select format('%s %s %s', g.grantee, g.privilege, g.name) as held
from (
  select n.nspname || '.' || c.relname as name, case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee, a.privilege_type as privilege
  from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    cross join lateral aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) as a
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select n.nspname || '.' || c.relname || '.' || t.attname, case a.grantee when 0 then 'public' else a.grantee::regrole::text end, a.privilege_type
  from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as t on t.attrelid = c.oid and t.attacl is not null
    cross join lateral aclexplode(t.attacl) as a
  where n.nspname in ('public', 'private')
) as g
where g.grantee <> 'postgres';

select bag_eq(
  $$ select held from pg_temp.relation_grants $$,
  $$
    values
      ('authenticated SELECT public.resumes'), ('service_role SELECT public.resumes'),
      ('authenticated SELECT public.resume_versions'), ('service_role SELECT public.resume_versions'),
      ('authenticated SELECT public.optimizations'), ('service_role SELECT public.optimizations')
  $$,
  'tables are read, and written by nobody: no other grant on a table, column or sequence exists'
);

select bag_eq(
  $$
    select format('%s %s', case a.grantee when 0 then 'public' else a.grantee::regrole::text end, a.privilege_type)
    from pg_namespace as n, aclexplode(n.nspacl) as a
    where n.nspname = 'private' and a.grantee <> n.nspowner
  $$,
  $$ values ('authenticated USAGE'), ('service_role USAGE') $$,
  'private can be reached by the callers of its bodies alone, and added to by nobody'
);

-- Supabase's own defaults give everything new in public to the API roles. Ours have taken that back.
create table public.planted_table (planted_id bigint generated always as identity);
create function public.planted_function() returns integer language sql as 'select 1';
create function private.planted_function() returns integer language sql as 'select 1';

select is_empty(
  $$
    select r.role, p.privilege
    from unnest(array['anon', 'authenticated', 'service_role']) as r (role),
      unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege)
    where has_table_privilege(r.role, 'public.planted_table', p.privilege)
  $$,
  'a new table in public is granted to no API role'
);
select is_empty(
  $$
    select role from unnest(array['anon', 'authenticated', 'service_role']) as r (role)
    where has_sequence_privilege(role, 'public.planted_table_planted_id_seq', 'usage, select, update')
  $$,
  'a new sequence in public is granted to no API role'
);
select is_empty(
  $$
    select role from unnest(array['anon', 'authenticated', 'service_role', 'public']) as r (role)
    where has_function_privilege(role, 'public.planted_function()', 'execute')
  $$,
  'a new function in public can be executed by no API role'
);
select is_empty(
  $$
    select role from unnest(array['anon', 'authenticated', 'service_role', 'public']) as r (role)
    where has_function_privilege(role, 'private.planted_function()', 'execute')
  $$,
  'a new function in private can be executed by no API role'
);

select * from finish();
rollback;
