-- Every table × command × role. "rows 0" (the policy hides it) and "error 42501" (it is not allowed) are
-- different answers, and each stands here for every cell. Every statement is valid for someone who may.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(622);

create temporary table ready as select r.* from ready_version('auth0|owner', 'ready.pdf') as r;
create temporary table pending as select r.* from begin_upload('auth0|owner', 'pending.pdf') as r;
create temporary table optimization as select o.* from ready as r, request('auth0|owner', r::text::public.resume_versions) as o;
grant select on ready, pending, optimization to public;
-- Storage refuses SQL deletes by a trigger of its own; lifted, the policies have to do it.
set local storage.allow_delete_query = 'true';

create temporary table matrix (relation text, command text, anon text, owner text, stranger text, nobody text, service text, statement text);

insert into matrix
values
  -- What the product shows. There are two resumes, with a version each.
  ('public.resumes', 'select', 'error 42501', 'rows 2', 'rows 0', 'rows 0', 'rows 2', 'select from public.resumes'),
  ('public.resumes', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into public.resumes (user_id, original_filename, mime_type) values ('auth0|owner', 'x.pdf', 'application/pdf')$$),
  ('public.resumes', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update public.resumes set user_id = user_id$$),
  ('public.resumes', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from public.resumes'),
  ('public.resume_versions', 'select', 'error 42501', 'rows 2', 'rows 0', 'rows 0', 'rows 2', 'select from public.resume_versions'),
  ('public.resume_versions', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into public.resume_versions (resume_id, version_number, full_storage_path, file_size, original_filename, mime_type) select resume_id, 9, 'x', 1, 'x.pdf', 'application/pdf' from ready$$),
  ('public.resume_versions', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update public.resume_versions set label = 'x'$$),
  ('public.resume_versions', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from public.resume_versions'),
  ('public.optimizations', 'select', 'error 42501', 'rows 1', 'rows 0', 'rows 0', 'rows 1', 'select from public.optimizations'),
  ('public.optimizations', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into public.optimizations (user_id, resume_id, version_id, input_hash) select 'auth0|owner', resume_id, version_id, 'x' from ready$$),
  ('public.optimizations', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update public.optimizations set cancel_requested_at = now()$$),
  ('public.optimizations', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from public.optimizations'),
  -- The inside is granted to nobody.
  ('private.settings', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.settings'),
  ('private.settings', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'insert into private.settings default values on conflict do nothing'),
  ('private.settings', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.settings set max_job_attempts = 9'),
  ('private.settings', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.settings'),
  ('private.circuit_breakers', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.circuit_breakers'),
  ('private.circuit_breakers', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.circuit_breakers (endpoint, circuit) values ('x', '{}')$$),
  ('private.circuit_breakers', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.circuit_breakers set version = 9'),
  ('private.circuit_breakers', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.circuit_breakers'),
  ('private.jobs', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.jobs'),
  ('private.jobs', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.jobs (kind, subject_id, owner_id, max_attempts) values ('ingest', gen_random_uuid(), 'x', 1)$$),
  ('private.jobs', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.jobs set priority = 1'),
  ('private.jobs', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.jobs'),
  ('private.counters', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.counters'),
  ('private.counters', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.counters (name, labels, shard, value) values ('jobs', '{}', 0, 1)$$),
  ('private.counters', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.counters set value = 0'),
  ('private.counters', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.counters'),
  ('private.samples', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.samples'),
  ('private.samples', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.samples (name, labels, milliseconds) values ('jobs', '{}', 1)$$),
  ('private.samples', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.samples set milliseconds = 0'),
  ('private.samples', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.samples'),
  ('private.counter_totals', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.counter_totals'),
  ('private.counter_totals', 'insert', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', $$insert into private.counter_totals (name) values ('jobs')$$),
  ('private.counter_totals', 'update', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'update private.counter_totals set value = 0'),
  ('private.counter_totals', 'delete', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'delete from private.counter_totals'),
  ('private.queue_holds', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.queue_holds'),
  ('private.queue_holds', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.queue_holds (kind, hold, held_by, why, expected_until) values ('all', 'pause', 'x', 'x', now())$$),
  ('private.queue_holds', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.queue_holds set why = 'x'$$),
  ('private.queue_holds', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.queue_holds'),
  ('private.operations', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.operations'),
  ('private.operations', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.operations (operation, decided_by, why) values ('pause', 'x', 'x')$$),
  ('private.operations', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.operations set why = 'x'$$),
  ('private.operations', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.operations'),
  ('private.releases', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.releases'),
  ('private.releases', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.releases (commit_id, name, sources, functions, contract, deployed_by) values (repeat('a', 40), 'x', 'x', '{}', '{}', 'x')$$),
  ('private.releases', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.releases set name = 'x'$$),
  ('private.releases', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.releases'),
  ('private.queue_state', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.queue_state'),
  ('private.queue_state', 'insert', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', $$insert into private.queue_state (kind) values ('x')$$),
  ('private.queue_state', 'update', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'update private.queue_state set due = 0'),
  ('private.queue_state', 'delete', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'delete from private.queue_state'),
  ('private.totals', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.totals'),
  ('private.totals', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.totals (name, shard, value) values ('jobs', 0, 1)$$),
  ('private.totals', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.totals set value = 0'),
  ('private.totals', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.totals'),
  ('private.dead_jobs', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.dead_jobs'),
  ('private.dead_jobs', 'insert', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'insert into private.dead_jobs (job_id) values (1)'),
  ('private.dead_jobs', 'update', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'update private.dead_jobs set attempts = 0'),
  ('private.dead_jobs', 'delete', 'error 42501', 'error 55000', 'error 55000', 'error 55000', 'error 55000', 'delete from private.dead_jobs'),
  ('private.version_words', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.version_words'),
  ('private.version_words', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.version_words (version_id, user_id, language, content_tsvector) select version_id, 'x', 'en', '' from pending$$),
  ('private.version_words', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'update private.version_words set language = ''de'''),
  ('private.version_words', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.version_words'),
  ('private.optimization_events', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'select from private.optimization_events'),
  ('private.optimization_events', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.optimization_events (optimization_id, event_id, type, data) select optimization_id, 99, 'done', '{}' from optimization$$),
  ('private.optimization_events', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.optimization_events set data = '{}'$$),
  ('private.optimization_events', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'delete from private.optimization_events'),
  ('private.retention_overrides', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.retention_overrides$$),
  ('private.retention_overrides', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.retention_overrides (user_id) values ('x')$$),
  ('private.retention_overrides', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.retention_overrides set keep_last = 9$$),
  ('private.retention_overrides', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.retention_overrides$$),
  ('private.removals', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.removals$$),
  ('private.removals', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.removals (resume_id, version_id, version_number, reason, file_size) select resume_id, version_id, 1, 'keep_last', 1 from ready$$),
  ('private.removals', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.removals set reason = reason$$),
  ('private.removals', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.removals$$),
  ('private.object_removals', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.object_removals$$),
  ('private.object_removals', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.object_removals (bucket_id, object_name, version_id, reason) values ('resumes', 'x', gen_random_uuid(), 'orphan')$$),
  ('private.object_removals', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.object_removals set reason = 'orphan'$$),
  ('private.object_removals', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.object_removals$$),
  ('private.legacy_files', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.legacy_files$$),
  ('private.legacy_files', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.legacy_files (user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, file_created_at, file_modified_at, object_name) values ('x', 'x', 1, 'x', 'x.pdf', 'application/pdf', 1, now(), now(), 'x')$$),
  ('private.legacy_files', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.legacy_files set attempts = 9$$),
  ('private.legacy_files', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.legacy_files$$),
  ('private.store_files', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.store_files$$),
  ('private.store_files', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.store_files (user_id, file_id) values ('x', 'x')$$),
  ('private.store_files', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.store_files set revision = 9$$),
  ('private.store_files', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.store_files$$),
  ('private.legacy_file_events', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.legacy_file_events$$),
  ('private.legacy_file_events', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.legacy_file_events (legacy_file_id, state, round) values (1, 'planned', 1)$$),
  ('private.legacy_file_events', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.legacy_file_events set round = 9$$),
  ('private.legacy_file_events', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.legacy_file_events$$),
  ('private.erasures', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.erasures$$),
  ('private.erasures', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.erasures (user_digest, reason, sweep_until, resumes) values ('x', 'request', now(), 0)$$),
  ('private.erasures', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.erasures set objects = 9$$),
  ('private.erasures', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.erasures$$),
  ('private.rollouts', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.rollouts$$),
  ('private.rollouts', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.rollouts (entered_at, judged_until, started_at) values (now(), now(), now())$$),
  ('private.rollouts', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.rollouts set stage = 9$$),
  ('private.rollouts', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.rollouts$$),
  ('private.rollout_stages', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.rollout_stages$$),
  ('private.rollout_stages', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.rollout_stages (rollout_id, stage, phase, percentage, min_time, min_calls, min_users) values (1, 1, 'supabase', 1, '0', 1, 1)$$),
  ('private.rollout_stages', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.rollout_stages set percentage = 100$$),
  ('private.rollout_stages', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.rollout_stages$$),
  ('private.rollout_pins', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.rollout_pins$$),
  ('private.rollout_pins', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.rollout_pins (user_id, phase, pinned_by, why) values ('x', 'local', 'x', 'x')$$),
  ('private.rollout_pins', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.rollout_pins set phase = 'local'$$),
  ('private.rollout_pins', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.rollout_pins$$),
  ('private.rollout_decisions', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.rollout_decisions$$),
  ('private.rollout_decisions', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.rollout_decisions (decided_at, decision, decided_by, why) values (now(), 'held', 'x', 'x')$$),
  ('private.rollout_decisions', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.rollout_decisions set why = 'x'$$),
  ('private.rollout_decisions', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.rollout_decisions$$),
  ('private.store_outcomes', 'select', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$select from private.store_outcomes$$),
  ('private.store_outcomes', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$insert into private.store_outcomes (slot_at, phase, side, user_key) values (now(), 'local', 'local', 1)$$),
  ('private.store_outcomes', 'update', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$update private.store_outcomes set faults = 0$$),
  ('private.store_outcomes', 'delete', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'error 42501', $$delete from private.store_outcomes$$),
  -- Storage grants its tables to every role, its row level security is all there is. One object exists.
  ('storage.objects', 'select', 'rows 0', 'rows 1', 'rows 0', 'rows 0', 'rows 1', 'select from storage.objects'),
  ('storage.objects', 'insert', 'error 42501', 'rows 1', 'error 42501', 'error 42501', 'rows 1', $$insert into storage.objects (bucket_id, name) select 'resumes', full_storage_path from pending$$),
  ('storage.objects', 'update', 'rows 0', 'rows 0', 'rows 0', 'rows 0', 'rows 1', $$update storage.objects set metadata = '{}'$$),
  ('storage.objects', 'delete', 'rows 0', 'rows 0', 'rows 0', 'rows 0', 'rows 1', 'delete from storage.objects'),
  ('storage.buckets', 'select', 'rows 0', 'rows 0', 'rows 0', 'rows 0', 'rows 1', $$select from storage.buckets where id = 'resumes'$$),
  ('storage.buckets', 'insert', 'error 42501', 'error 42501', 'error 42501', 'error 42501', 'rows 1', $$insert into storage.buckets (id, name) values ('planted', 'planted')$$),
  ('storage.buckets', 'update', 'rows 0', 'rows 0', 'rows 0', 'rows 0', 'rows 1', $$update storage.buckets set public = true where id = 'resumes'$$),
  ('storage.buckets', 'delete', 'rows 0', 'rows 0', 'rows 0', 'rows 0', 'error 23503', $$delete from storage.buckets where id = 'resumes'$$);

select is(outcome_as(c.who, m.statement), c.expected, format('%s %s %s: %s', c.who, m.command, m.relation, c.expected))
from matrix as m, lateral (
  values ('anon', m.anon), ('owner', m.owner), ('stranger', m.stranger), ('nobody', m.nobody), ('service', m.service)
) as c (who, expected);

-- Nothing is left out
select bag_eq(
  $$ select relation, command from matrix $$,
  $$
    select n.nspname || '.' || c.relname, command
    from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace,
      unnest(array['select', 'insert', 'update', 'delete']) as command
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and (n.nspname in ('public', 'private') or (n.nspname, c.relname) in (('storage', 'objects'), ('storage', 'buckets')))
  $$,
  'the matrix has every table of ours with every command'
);
-- A policy names one command and one role, by which it is called.
select is_empty(
  $$
    select policyname
    from pg_policies
    where (schemaname in ('public', 'private') or policyname like 'resumes\_%')
      and (cmd = 'ALL' or roles <> '{authenticated}' or policyname not in (tablename || '_' || lower(cmd) || '_owner', 'resumes_' || lower(cmd) || '_owner'))
  $$,
  'every policy is for one command, to authenticated, and named for it'
);

select * from finish();
rollback;
