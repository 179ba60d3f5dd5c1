-- What is kept: keep_last, pins, overrides; the report before anything goes; each removal recorded.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(33);

create function pg_temp.ready(p_resume_id uuid) returns integer[]
language sql
as $$
  select array_agg(version_number order by version_number) from public.resume_versions where resume_id = p_resume_id and state = 'ready'
$$;

-- The last five
create temporary table h as select v.* from history('auth0|owner', 7) as v;
grant select on h to public;
select is(pg_temp.ready(resume_id), '{3,4,5,6,7}', 'the last five are kept') from h limit 1;
select results_eq(
  $$ select v.version_number, v.content_text, v.held_as, v.sha256 from public.resume_versions as v join h using (version_id) where v.state = 'ready' order by 1 $$,
  $$ select version_number, content_text, held_as, sha256 from h where version_number > 2 order by 1 $$, 'unchanged'
);
select results_eq(
  $$ select m.version_number, m.reason, m.file_size, m.stored_bytes from private.removals as m join h using (version_id) order by 1 $$, $$ values (1, 'keep_last', 1000::bigint, 1000::bigint), (2, 'keep_last', 1000, 1000) $$,
  'what went is recorded, with why'
);
select results_eq(
  $$ select v.state, v.content_text, v.headings, v.sha256 from public.resume_versions as v join h using (version_id) where h.version_number = 1 $$, $$ select 'pruned', null::text, null::text, sha256 from h where version_number = 1 $$,
  'a pruned version has no text any more'
);
select is_empty($$ select from private.version_words join h using (version_id) where version_number < 3 $$, 'and is found by none');
select is(remove_objects(version_id), 1, 'its object is removed') from h where version_number = 1;
select results_eq($$ select v.held_as, v.stored_bytes from public.resume_versions as v join h using (version_id) where h.version_number = 1 $$, $$ values ('none', null::bigint) $$, 'then nothing is held of it');
select is(private.keep_versions(resume_id), 0, 'a second pass finds nothing') from h limit 1;
select is(outcome_as('owner', format('select public.restore_resume_version(%L)', version_id)), 'conflict', 'what is gone is not restored') from h where version_number = 1;

-- The report, for its owner
select authenticate_as('auth0|owner');
select is_empty('select public.retention_report()', 'nothing more is due');
select results_eq(
  'select what, version_number, reason, bytes, due_at from public.retention_report(2)',
  $$ values ('version', 3, 'keep_last', 1000::bigint, now()), ('version', 4, 'keep_last', 1000, now()), ('version', 5, 'keep_last', 1000, now()) $$,
  'with two, three would go'
);
select is(outcome('select public.retention_report(0)'), 'invalid_request', 'at least one is kept');
select is(outcome('select public.retention_report(-1)'), 'invalid_request', 'not fewer');
select as_dba();
select authenticate_as('auth0|stranger');
select is_empty('select public.retention_report(1)', 'another''s is not reported');
select as_dba();
select is(pg_temp.ready(resume_id), '{3,4,5,6,7}', 'a report changes nothing') from h limit 1;

-- Who is at work on it, what is pinned, what is current
create temporary table w as select v.* from history('auth0|worker', 4) as v;
create temporary table asked as select o.* from w, request('auth0|worker', w::text::public.resume_versions, 'A job') as o where w.version_number = 1;
create temporary table restored as select v.* from w, restore('auth0|worker', w.version_id) as v where w.version_number = 2;
update private.settings set keep_last = 1;
select results_eq($$ select version_number from private.retention_report('auth0|worker') $$, 'values (3)', 'what somebody is about to read is not due');
select is(private.apply_retention('auth0|worker'), 1, 'after retention was tightened the rest goes');
select is(pg_temp.ready(resume_id), '{1,2,4}', 'and nothing else') from w limit 1;
update public.optimizations set status = 'failed', error = '{}', finished_at = now() where optimization_id = (select optimization_id from asked);
select is(private.apply_retention('auth0|worker'), 1, 'what nobody is at work on goes then') from w limit 1;
select is(pg_temp.ready(resume_id), '{2,4}', 'the other is still being read') from w limit 1;
select is((select count(*) from private.retention_report('auth0|owner') where what = 'version'), 4::bigint, 'another user''s are due, and not touched');

-- The newest one stays whatever the settings say, and a deleted resume is left alone
select throws_ok('update private.settings set keep_last = 0', '23514', null, 'none at all cannot be set');
update public.resumes set deleted_at = now() where id = (select resume_id from h limit 1);
select is(private.apply_retention('auth0|owner'), 0, 'nothing is pruned of a deleted resume');
update public.resumes set deleted_at = null;

-- Overrides of single users
insert into private.retention_overrides (user_id, keep_last) values ('auth0|owner', 3);
select is(private.apply_retention(), 2, 'a user''s own setting counts before the project''s');
select is(pg_temp.ready(resume_id), '{5,6,7}', 'for that user') from h limit 1;
select throws_ok($$ insert into private.retention_overrides (user_id, keep_last) values ('x', 0) $$, '23514', null, 'nor can none be set for a user');
select is(private.undelete_window('auth0|owner'), interval '30 days', 'what is not overridden is the project''s');
update private.retention_overrides set undelete_window = '1 day', optimization_retention = '1 hour';
select is(private.undelete_window('auth0|owner'), interval '1 day', 'the window may be another');
select is(private.undelete_window('auth0|worker'), interval '30 days', 'for that user alone');

-- Optimizations go after their own retention
create temporary table old as
select o.* from unnest(array['auth0|owner', 'auth0|worker']) as subject, ready_version(subject, 'o.pdf') as v, request(subject, v, 'A job') as o;
update public.optimizations set status = 'failed', error = '{}', finished_at = now() - interval '2 hours' where optimization_id in (select optimization_id from old);
select results_eq(
  $$ select user_id, reason, due_at from private.retention_report() where what = 'optimization' $$, $$ values ('auth0|owner', 'optimization_retention', now() - interval '1 hour') $$, 'an optimization past a user''s retention is reported'
);
select is(public.internal_keep_house() ->> 'optimizationsForgotten', '1', 'and forgotten');
select results_eq($$ select user_id from public.optimizations join old using (optimization_id, user_id) $$, $$ values ('auth0|worker') $$, 'another user''s of the same age is not');

-- Deleted resumes are reported with when they go
update public.resumes set deleted_at = now() where id = (select resume_id from h limit 1);
select results_eq(
  $$ select resume_id, reason, bytes, due_at from private.retention_report('auth0|owner') where what = 'resume' $$,
  $$ select resume_id, 'undelete_window', (select sum(stored_bytes)::bigint from public.resume_versions where resume_id = h.resume_id), now() + interval '1 day' from h limit 1 $$,
  'a deleted resume is reported with the end of its window'
);

select * from finish();
rollback;
