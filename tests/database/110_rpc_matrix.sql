-- Every RPC × role, called with arguments that pass for whoever may. The owner has a version of each state.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(395);

create temporary table ready as select r.* from ready_version('auth0|owner', 'ready.pdf', 'A carpenter') as r;
create temporary table arrived as select r.* from begin_upload('auth0|owner', 'arrived.pdf') as r;
create temporary table pending as select r.* from begin_upload('auth0|owner', 'pending.pdf') as r;
select store_object(a::text::public.resume_versions) from arrived as a;
create temporary table optimization as select o.* from ready as r, request('auth0|owner', r::text::public.resume_versions) as o;
create temporary table uploaded as select r.* from uploaded_version('auth0|owner', 'uploaded.pdf') as r;
create temporary table short as select r.* from begin_upload('auth0|owner', 'short.pdf') as r;
select store_object(s::text::public.resume_versions, 1) from short as s;
select complete_upload('auth0|owner', version_id) from short;
create temporary table optimize_job as select j.* from optimization, claim('optimize', optimization_id) as j;
create temporary table ingest_job as select j.* from uploaded, claim('ingest', version_id) as j;
create temporary table removal_job as select j.* from short, claim('remove_object', version_id) as j;
-- Versions with work to be done on them
create temporary table older as select h.* from history('auth0|owner', 2) as h order by version_number limit 1;
create temporary table succeeded as select o.* from ready as r, request('auth0|owner', r::text::public.resume_versions, 'Another job') as o;
update public.optimizations set status = 'succeeded', result = '{"suggestions": [{}]}', finished_at = now() where optimization_id = (select optimization_id from succeeded);
create temporary table composed as select v.* from history('auth0|worker', 3) as h, restore('auth0|worker', h.version_id) as v where h.version_number = 1;
create temporary table compose_job as select j.* from composed, claim('compose', version_id) as j;
select write_object('resumes', private.composition_source(job_id, lease_token) ->> 'objectName', 7) from compose_job;
create temporary table compact_job as
select j.*, r.current_version_id as newest from public.resume_versions as v join public.resumes as r on r.id = v.resume_id join composed using (resume_id), claim('compact', v.version_id) as j
where v.version_number = 2;
select write_object('resume_deltas', private.storage_source(job_id, lease_token) ->> 'objectName', 7) from compact_job;
create temporary table rebased as select h.* from history('auth0|rebased', 3) as h;
select store_anew('compact', version_id) from rebased where version_number < 3 order by version_number;
insert into private.retention_overrides (user_id, keep_last) values ('auth0|rebased', 1);
update public.resume_versions set pinned = true where version_id = (select version_id from rebased where version_number = 1);
select private.keep_versions(resume_id) from rebased limit 1;
create temporary table rebase_job as select j.* from rebased, claim('rebase', version_id) as j where version_number = 1;
create temporary table deleted as select r.* from ready_version('auth0|owner', 'deleted.pdf') as r;
update public.resumes set deleted_at = now() where id = (select resume_id from deleted);
create temporary table receipt as select e.* from private.begin_erasure('auth0|owner', '{}', 'request') as e;
create temporary table erase_job as select j.* from receipt, claim('erase', erasure_id) as j;
-- A migration: a file that is planned, and one under a lease that is transferred
select as_service();
select public.internal_plan_legacy_files(jsonb_agg(jsonb_build_object(
  'userId', 'auth0|mover', 'fileId', i, 'path', 'p', 'name', 'cv.pdf', 'type', 'application/pdf', 'size', 7, 'createdAt', now(), 'modifiedAt', now()
))) from generate_series(1, 2) as i;
create temporary table moving as
select (c -> 0 ->> 'id')::bigint as id, c -> 0 ->> 'objectName' as path, '6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11'::uuid as token
from public.internal_claim_legacy_files('w', '6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11', 1, 60) as c;
select public.internal_record_legacy_upload(id, token, repeat('a', 64), 7) from moving;
select as_dba();
select write_object('resumes', path, 7) from moving;
select set_config('request.headers', '{"x-migration-lease": "6f1c0a52-3c53-4d3a-8f0e-0a4f1d0c9b11"}', true);
create temporary table transferred as select v.version_id from moving as m, private.transfer_file_metadata('auth0|mover', '1', m.path) as v;
select private.start_rollout('test', 'the matrix', null);
select private.pin_rollout_user('auth0|mover', 'local', 'test', 'may be rolled back');
grant select on all tables in schema pg_temp to public;

create temporary table matrix (rpc text, anon text, owner text, stranger text, nobody text, service text, call text);

insert into matrix
values
  -- For users
  ('begin_resume_upload', 'error 42501', 'rows 1', 'rows 1', 'unauthorized', 'error 42501', $$select public.begin_resume_upload('cv.pdf', 'application/pdf', 1)$$),
  ('complete_resume_upload', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.complete_resume_upload(version_id) from arrived'),
  ('report_upload_failure', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', $$select public.report_upload_failure(version_id, 'aborted') from pending$$),
  ('request_optimization', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', $$select public.request_optimization(full_storage_path, 'A job') from ready$$),
  ('cancel_optimization', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.cancel_optimization(optimization_id) from optimization'),
  ('list_optimization_events', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select from optimization, public.list_optimization_events(optimization_id)'),
  ('list_resume_versions', 'error 42501', 'rows 1', 'rows 0', 'rows 0', 'error 42501', 'select from ready, public.list_resume_versions(resume_id)'),
  ('label_resume_version', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', $$select public.label_resume_version(version_id, 'Mine') from ready$$),
  ('pin_resume_version', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.pin_resume_version(version_id) from ready'),
  ('restore_resume_version', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.restore_resume_version(version_id) from older'),
  ('accept_suggestions', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', $$select public.accept_suggestions(optimization_id, '{0}') from succeeded$$),
  ('retention_report', 'error 42501', 'rows 2', 'rows 0', 'unauthorized', 'error 42501', 'select from public.retention_report(1)'),
  ('delete_resume', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.delete_resume(resume_id) from ready'),
  ('undelete_resume', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.undelete_resume(resume_id) from deleted'),
  ('list_deleted_resumes', 'error 42501', 'rows 1', 'rows 0', 'unauthorized', 'error 42501', 'select from public.list_deleted_resumes()'),
  ('erase_my_data', 'error 42501', 'rows 1', 'rows 1', 'unauthorized', 'error 42501', 'select public.erase_my_data()'),
  ('get_erasure_receipt', 'error 42501', 'rows 1', 'not_found', 'unauthorized', 'error 42501', 'select public.get_erasure_receipt(erasure_id) from receipt'),
  ('search_resumes', 'error 42501', 'rows 1', 'rows 0', 'unauthorized', 'error 42501', $$select from public.search_resumes('carpenter')$$);

-- For the service
insert into matrix
select rpc, 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'rows 1', call
from (
  values
    ('internal_claim_jobs', $$select from public.internal_claim_jobs('w', '{remove_object}', 1, 30) right join (select 1) as one on true$$),
    ('internal_extend_job', 'select public.internal_extend_job(job_id, lease_token) from ingest_job'),
    ('internal_extend_jobs', 'select public.internal_extend_jobs(array[job_id], array[lease_token]) from ingest_job'),
    ('internal_release_jobs', 'select public.internal_release_jobs(array[job_id], array[lease_token]) from ingest_job'),
    ('internal_complete_jobs', 'select public.internal_complete_jobs(array[job_id], array[lease_token]) from rebase_job'),
    ('internal_complete_job', 'select public.internal_complete_job(job_id, lease_token) from rebase_job'),
    ('internal_release_job', 'select public.internal_release_job(job_id, lease_token) from ingest_job'),
    ('internal_fail_job', $$select public.internal_fail_job(job_id, lease_token, '{"code": "internal"}', true) from ingest_job$$),
    ('internal_ingest_source', 'select public.internal_ingest_source(job_id, lease_token) from ingest_job'),
    ('internal_complete_ingest', $$select public.internal_complete_ingest(job_id, lease_token, repeat('a', 64), 1000, 'text', '', 'en') from ingest_job$$),
    ('internal_removable_objects', 'select from removal_job, public.internal_removable_objects(job_id, lease_token)'),
    ('internal_complete_object_removal', $$select public.internal_complete_object_removal(job_id, lease_token, '{}') from removal_job$$),
    ('internal_version_chain', 'select from ready, public.internal_version_chain(version_id)'),
    ('internal_composition_source', 'select public.internal_composition_source(job_id, lease_token) from compose_job'),
    ('internal_record_composition', $$select public.internal_record_composition(job_id, lease_token, 7, repeat('a', 64)) from compose_job$$),
    ('internal_storage_source', 'select public.internal_storage_source(job_id, lease_token) from compact_job'),
    ('internal_reserve_whole', 'select public.internal_reserve_whole(job_id, lease_token) from rebase_job'),
    ('internal_record_storage', 'select public.internal_record_storage(job_id, lease_token, newest, 7) from compact_job'),
    ('internal_record_no_gain', 'select public.internal_record_no_gain(job_id, lease_token) from compact_job'),
    ('internal_erasure_objects', 'select from erase_job left join lateral public.internal_erasure_objects(job_id, lease_token) on true'),
    ('internal_complete_erasure', 'select public.internal_complete_erasure(job_id, lease_token, 0) from erase_job'),
    ('internal_start_optimization', 'select public.internal_start_optimization(job_id, lease_token) from optimize_job'),
    ('internal_optimization_source', 'select public.internal_optimization_source(job_id, lease_token) from optimize_job'),
    ('internal_report_optimization', 'select public.internal_report_optimization(job_id, lease_token) from optimize_job'),
    ('internal_complete_optimization', $$select public.internal_complete_optimization(job_id, lease_token, 'cancelled') from optimize_job$$),
    ('internal_take_endpoint', $$select public.internal_take_endpoint(job_id, lease_token, '{a}', '{a}') from optimize_job$$),
    ('internal_swap_circuit', $$select public.internal_swap_circuit('a', 0, '{"state": "closed", "epoch": 0, "calls": []}')$$),
    ('internal_wait_optimization', $$select public.internal_wait_optimization(job_id, lease_token, '{"code": "circuit_open"}', 30) from optimize_job$$),
    ('internal_plan_legacy_files', $$select public.internal_plan_legacy_files('[]')$$),
    ('internal_claim_legacy_files', 'select public.internal_claim_legacy_files($$w$$, gen_random_uuid(), 1, 60)'),
    ('internal_extend_legacy_files', 'select public.internal_extend_legacy_files(token, 60) from moving'),
    ('internal_release_legacy_files', 'select public.internal_release_legacy_files(token) from moving'),
    ('internal_fail_legacy_file', $$select public.internal_fail_legacy_file(id, token, 'internal', true) from moving$$),
    ('internal_keep_legacy_upload', $$select public.internal_keep_legacy_upload(id, token, 'an-upload') from moving$$),
    ('internal_record_legacy_upload', $$select public.internal_record_legacy_upload(id, token, repeat('a', 64), 7) from moving$$),
    ('transfer_file_metadata', $$select public.transfer_file_metadata('auth0|mover', '1', path) from moving$$),
    ('internal_record_legacy_verified', 'select public.internal_record_legacy_verified(id, token) from moving'),
    ('internal_finish_legacy_files', $$select public.internal_finish_legacy_files(token, jsonb_build_array(jsonb_build_object('id', id, 'sha256', repeat('a', 64), 'size', 7))) from moving$$),
    ('internal_rollout_stage', 'select public.internal_rollout_stage(1)'),
    ('internal_list_legacy_files', 'select public.internal_list_legacy_files()'),
    ('internal_migration_status', 'select public.internal_migration_status()'),
    ('internal_versions_of_legacy_file', $$select public.internal_versions_of_legacy_file('auth0|mover', '1')$$),
    ('rollback_file_transfer', $$select public.rollback_file_transfer('auth0|mover', '2')$$),
    ('internal_record_legacy_purge', 'select public.internal_record_legacy_purge(array[id]) from moving'),
    ('internal_store_head', $$select public.internal_store_head('auth0|mover', '1')$$),
    ('internal_store_list', $$select public.internal_store_list('auth0|mover')$$),
    ('internal_store_put', $$select public.internal_store_put('auth0|mover', '1', 0, repeat('a', 64), '{"name": "cv.pdf", "type": "application/pdf", "size": 7, "createdAt": "2020-01-01T00:00:00Z", "modifiedAt": "2020-01-01T00:00:00Z"}')$$),
    ('internal_store_remove', $$select public.internal_store_remove('auth0|mover', '2', 0)$$),
    ('rollout_phase', $$select public.rollout_phase('auth0|owner')$$),
    ('record_store_outcomes', $$select public.record_store_outcomes('[]')$$),
    ('start_rollout', $$select public.force_rollout_stage(0, 'me', 'x'), public.start_rollout('me', 'x')$$),
    ('pause_rollout', $$select public.pause_rollout('me', 'x')$$),
    ('resume_rollout', $$select public.resume_rollout('me', 'x')$$),
    ('force_rollout_stage', $$select public.force_rollout_stage(2, 'me', 'x')$$),
    ('pin_rollout_user', $$select public.pin_rollout_user('auth0|owner', 'local', 'me', 'x')$$),
    ('rollout_report', 'select public.rollout_report()'),
    ('internal_keep_house', 'select public.internal_keep_house()'),
    ('internal_health', 'select public.internal_health()'),
    ('internal_metrics', 'select public.internal_metrics()')
) as t (rpc, call);

select is(outcome_as(c.who, m.call), c.expected, format('%s %s(): %s', c.who, m.rpc, c.expected))
from matrix as m, lateral (
  values ('anon', m.anon), ('owner', m.owner), ('stranger', m.stranger), ('nobody', m.nobody), ('service', m.service)
) as c (who, expected);

select bag_eq(
  $$ select rpc from matrix $$, $$ select proname::text from pg_proc where pronamespace = 'public'::regnamespace $$, 'the matrix has every function of public'
);
-- An empty subject is none.
select authenticate_as('');
select is(outcome($$select public.begin_resume_upload('cv.pdf', 'application/pdf', 1)$$), 'unauthorized', 'an empty subject is none');
select authenticate_as(repeat('s', 256));
select is(outcome($$select public.begin_resume_upload('cv.pdf', 'application/pdf', 1)$$), 'unauthorized', 'a subject of 256 characters is refused');
select authenticate_as(repeat('s', 255));
select is(outcome($$select public.begin_resume_upload('cv.pdf', 'application/pdf', 1)$$), 'rows 1', 'one of 255 is taken');
select authenticate_as('auth0|42');
select is(outcome($$select public.begin_resume_upload('cv.pdf', 'application/pdf', 1)$$), 'rows 1', 'a subject need not be a uuid');
select as_dba();

-- The bodies are as closed as the doors: callable, but only as what the token says.
select is(
  outcome_as('anon', $$select private.begin_resume_upload('cv.pdf', 'application/pdf', 1, null, null)$$), 'error 42501', 'anon does not reach private'
);
select is(
  outcome_as('owner', $$select private.claim_jobs('w', '{ingest}', 1, 30, null)$$), 'error 42501', 'a user cannot execute the service''s bodies'
);
select is(outcome_as('service', $$select private.search_resumes('x', 20, null, null, false, false)$$), 'error 42501', 'the service cannot execute a user''s');
select is(
  outcome_as('owner', $$select private.finish_optimization(gen_random_uuid(), 'cancelled', null, null)$$), 'error 42501', 'what is granted to nobody is executed by no user'
);
select is(
  outcome_as('service', $$select private.finish_optimization(gen_random_uuid(), 'cancelled', null, null)$$), 'error 42501', 'nor by the service'
);

select * from finish();
rollback;
