-- How versions are stored: compact and rebase, each step under its lease, and what an attempt leaves behind.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(45);

create temporary table h as select v.* from history('auth0|owner', 3) as v;
grant select on h to public;

-- When
select results_eq(
  $$ select v.version_number, j.priority from private.jobs as j join h as v on v.version_id = j.subject_id where j.kind = 'compact' order by 1 $$,
  $$ values (1, 200::smallint), (2, 200::smallint) $$, 'whole versions that are no longer current are to become deltas'
);
select is(j.run_at - v.created_at, interval '4 hours 15 minutes', format('version %s not before no signed upload URL can be left', v.version_number))
from private.jobs as j join h as v on v.version_id = j.subject_id where j.kind = 'compact' order by version_number limit 1;

-- The steps of a compaction
create function pg_temp.job(p_kind text, p_number integer) returns private.jobs
language sql
as $$
  select claim(p_kind, (select version_id from h where version_number = p_number))
$$;
create function pg_temp.version(p_number integer) returns public.resume_versions
language sql
as $$
  select v from public.resume_versions as v join h using (version_id) where h.version_number = p_number
$$;
create temporary table job as select * from pg_temp.job('compact', 1);
create temporary table given as select private.storage_source(job_id, lease_token) as given from job;
select results_eq(
  $$ select given ->> 'versionId', given ->> 'baseVersionId', given ->> 'fileSize', given ->> 'sha256' from given $$,
  $$ select a.version_id::text, b.version_id::text, '1000', a.sha256 from h as a, h as b where a.version_number = 1 and b.version_number = 2 $$,
  'a version is stored against the nearest newer one'
);
select throws_ok(format('select private.record_storage(%s, %L, %L, 10)', job_id, lease_token, given ->> 'baseVersionId'), 'PT409', 'The object of this attempt is not in storage', 'not before the delta is there') from job, given;
select write_object('resume_deltas', given ->> 'objectName', 10) from given;
select throws_ok(format('select private.record_storage(%s, %L, %L, 11)', job_id, lease_token, given ->> 'baseVersionId'), 'PT409', 'The object of this attempt is not in storage', 'nor with another size') from job, given;
select throws_ok(format('select private.record_storage(%s, %L, null, 1000)', job_id, lease_token), 'PT409', 'This is not what the job was to do', 'a compaction does not write a version whole') from job;
select throws_ok(format('select private.reserve_whole(%s, %L)', job_id, lease_token), 'PT409', 'Only a version that is rebased is written whole', 'nor reserves a name for that') from job;
select is(private.record_storage(job_id, lease_token, h.version_id, 10), false, 'another base than the one to use is refused, and nothing changed') from job, h where version_number = 3;
select is((pg_temp.version(1)).held_as, 'full', 'until then it is held whole');
select is(private.record_storage(job_id, lease_token, (given ->> 'baseVersionId')::uuid, 10), true, 'then it is recorded') from job, given;
select results_eq(
  $$ select v.held_as, v.delta_storage_path, v.delta_base_version_id::text, v.stored_bytes, v.file_size from pg_temp.version(1) as v $$,
  $$ select 'delta', given ->> 'objectName', given ->> 'baseVersionId', 10::bigint, 1000::bigint from given $$,
  'the version is a delta'
);
select results_eq(
  $$ select bucket_id, object_name, reason from private.object_removals $$, $$ select 'resumes', full_storage_path, 'compacted' from h where version_number = 1 $$, 'and the whole file is to be removed'
);
select throws_ok(format('select private.record_storage(%s, %L, %L, 10)', job_id, lease_token, given ->> 'baseVersionId'), 'PT409', null, 'recorded once') from job, given;
select is(remove_objects(version_id), 1, 'it is removed') from h where version_number = 1;
select is((pg_temp.version(1)).held_as, 'delta', 'which leaves the delta');

-- Attempts that die
create temporary table dead as select * from pg_temp.job('compact', 2);
create temporary table dead_given as select private.storage_source(job_id, lease_token) as given from dead;
select write_object('resume_deltas', given ->> 'objectName', 10) from dead_given;
update private.jobs set leased_until = now() - interval '1 second' where job_id = (select job_id from dead);
create temporary table next as select * from pg_temp.job('compact', 2);
create temporary table next_given as select private.storage_source(job_id, lease_token) as given from next;
select results_eq($$ select object_name, reason from private.object_removals $$, $$ select given ->> 'objectName', 'unfinished' from dead_given $$, 'what a dead attempt may have written is to be removed');
select throws_ok(format('select private.record_storage(%s, %L, %L, 10)', job_id, lease_token, given ->> 'baseVersionId'), 'PT409', null, 'and it records nothing any more') from dead, dead_given;
select lives_ok(format('select private.record_no_gain(%s, %L)', job_id, lease_token), 'a delta may gain nothing') from next;
select results_eq($$ select v.held_as, v.kept_full_reason, v.stored_bytes from pg_temp.version(2) as v $$, $$ values ('full', 'no_gain', 1000::bigint) $$, 'then the version stays whole, and says why');
select is((select count(*) from private.object_removals), 2::bigint, 'what this attempt may have written is to be removed too');
select private.keep_versions(resume_id) from h limit 1;
select is_empty($$ select from private.jobs where kind = 'compact' $$, 'it is not tried again');

-- What has changed meanwhile
create temporary table m as select v.* from history('auth0|meanwhile', 3) as v;
create temporary table mj as select j.* from m, claim('compact', version_id) as j where version_number = 1;
create temporary table mg as select private.storage_source(job_id, lease_token) as given from mj;
select write_object('resume_deltas', given ->> 'objectName', 10) from mg;
update private.settings set keep_last = 1;
update public.resume_versions set pinned = true where version_id in (select version_id from m where version_number = 1);
select is(private.keep_versions(resume_id), 1, 'the base is given up while the delta is computed') from m limit 1;
select is(private.record_storage(job_id, lease_token, (given ->> 'baseVersionId')::uuid, 10), false, 'the delta is refused') from mj, mg;
select is(private.storage_source(job_id, lease_token) ->> 'baseVersionId', m.version_id::text, 'the next attempt has another base') from mj, m where version_number = 3;
update public.resumes set deleted_at = now() where id = (select resume_id from m limit 1);
select throws_ok(format('select private.record_storage(%s, %L, %L, 10)', job_id, lease_token, m.version_id), 'PT409', null, 'nothing is recorded for a deleted resume') from mj, m where version_number = 3;
select is(private.storage_source(job_id, lease_token), null, 'its job has nothing to do') from mj;
select is_empty($$ select from private.jobs where job_id = (select job_id from mj) $$, 'and ends');
select isnt_empty($$ select from private.object_removals as x join m using (version_id) where reason = 'unfinished' $$, 'what it may have written is to be removed');
update private.settings set keep_last = 5;

-- Rebase: what depends on a version that goes is put on another base first
create temporary table b as select v.* from history('auth0|rebase', 3) as v;
grant select on b to public;
select store_anew('compact', version_id) from b where version_number < 3 order by version_number;
update public.resume_versions set pinned = true where version_id = (select version_id from b where version_number = 1);
update private.settings set keep_last = 1;
select is(private.keep_versions(resume_id), 0, 'a base that is needed does not go at once') from b limit 1;
select results_eq($$ select v.version_number from private.jobs as j join b as v on v.version_id = j.subject_id where kind = 'rebase' $$, 'values (1)', 'what depends on it is to be rebased');
create temporary table rj as select j.* from b, claim('rebase', version_id) as j where version_number = 1;
select throws_ok(format('select private.record_no_gain(%s, %L)', job_id, lease_token), 'PT409', null, 'a rebase that gains nothing writes the version whole') from rj;
create temporary table rg as select private.storage_source(job_id, lease_token) as given from rj;
select is(given ->> 'baseVersionId', version_id::text, 'onto the nearest one that stays') from rg, b where version_number = 3;
create temporary table whole as select private.reserve_whole(job_id, lease_token) as name from rj;
select throws_ok(format('select private.record_storage(%s, %L, null, 999)', job_id, lease_token), 'PT409', 'This is not what the job was to do', 'a whole file has all its bytes') from rj;
select write_object('resumes', name, 1000) from whole;
select is(private.record_storage(job_id, lease_token, null, 1000), true, 'the version is whole again') from rj;
select results_eq(
  $$ select v.held_as, v.full_storage_path, v.delta_base_version_id, v.kept_full_reason, v.stored_bytes from public.resume_versions as v join b using (version_id) where b.version_number = 1 $$,
  $$ select 'full', name, null::uuid, 'no_gain', 1000::bigint from whole $$, 'under a name of its own'
);
select is(v.state, 'pruned', 'its base goes in the same moment') from public.resume_versions as v join b using (version_id) where b.version_number = 2;
select bag_eq(
  $$ select x.reason from private.object_removals as x join b using (version_id) where b.version_number = 1 $$, $$ values ('compacted'), ('unfinished'), ('rebased') $$,
  'the whole file of before, the delta that was reserved and the delta it was are to be removed'
);

-- A base that is pinned after all
update private.settings set keep_last = 5;
create temporary table p as select v.* from history('auth0|pin', 3) as v;
select store_anew('compact', version_id) from p where version_number < 3 order by version_number;
insert into private.retention_overrides (user_id, keep_last) values ('auth0|pin', 1);
update public.resume_versions set pinned = true where version_id = (select version_id from p where version_number = 1);
select private.keep_versions(resume_id) from p limit 1;
update public.resume_versions set pinned = true where version_id = (select version_id from p where version_number = 2);
select is(store_anew('rebase', version_id), null, 'what depends on a base that stays is left where it is') from p where version_number = 1;
select is_empty($$ select from private.jobs join p on version_id = subject_id where kind = 'rebase' $$, 'and its job ends');

-- Chains are bounded
create temporary table l as select v.* from history('auth0|long', 5) as v;
update private.settings set max_delta_chain = 2;
select store_anew('compact', version_id) from l where version_number < 5 order by version_number desc;
select results_eq(
  $$ select v.version_number, v.held_as, v.kept_full_reason, private.chain_depth(v.version_id) from public.resume_versions as v join l using (version_id) order by 1 $$,
  $$ values (1, 'delta', null, 1), (2, 'full', 'chain_length', 0), (3, 'delta', null, 2), (4, 'delta', null, 1), (5, 'full', null, 0) $$,
  'no version is more deltas deep than the setting'
);
create temporary table l2 as select v.* from history('auth0|long2', 5) as v;
select store_anew('compact', version_id) from l2 where version_number < 5 order by version_number;
select results_eq(
  $$ select v.version_number, v.held_as, v.kept_full_reason, private.chain_depth(v.version_id) from public.resume_versions as v join l2 using (version_id) order by 1 $$,
  $$ values (1, 'delta', null, 2), (2, 'delta', null, 1), (3, 'full', 'chain_length', 0), (4, 'delta', null, 1), (5, 'full', null, 0) $$,
  'whichever comes first'
);

-- Too large
update private.settings set max_delta_bytes = 999;
create temporary table t as select v.* from history('auth0|large', 2) as v;
select is(v.kept_full_reason, 'too_large', 'a file over the limit stays whole') from public.resume_versions as v join t using (version_id) where t.version_number = 1;
select is_empty($$ select from private.jobs join t on version_id = subject_id where kind = 'compact' $$, 'and no job is made for it');
update private.settings set max_delta_bytes = 1000;
select private.keep_versions(resume_id) from t limit 1;
select isnt_empty($$ select from private.jobs join t on version_id = subject_id where kind = 'compact' $$, 'until the limit is raised');
select is(v.kept_full_reason, null, 'and says so no longer') from public.resume_versions as v join t using (version_id) where t.version_number = 1;

select * from finish();
rollback;
