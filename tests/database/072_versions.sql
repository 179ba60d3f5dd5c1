-- A resume's history as its owner sees it: list, label, pin, and what a version is rebuilt from.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(29);

create temporary table h as select v.* from history('auth0|owner', 3) as v;
create temporary table other as select v.* from history('auth0|stranger', 1) as v;
grant select on h, other to public;

-- list_resume_versions()
select authenticate_as('auth0|owner');
select results_eq(
  $$ select l.version_number, l.is_current, l.state, l.source, l.file_size, l.stored_bytes, l.held_as from public.list_resume_versions((select resume_id from h limit 1)) as l $$,
  $$ values (3, true, 'ready', 'upload', 1000::bigint, 1000::bigint, 'full'), (2, false, 'ready', 'upload', 1000, 1000, 'full'), (1, false, 'ready', 'upload', 1000, 1000, 'full') $$,
  'versions are listed newest first, with what they take'
);
select is_empty('select public.list_resume_versions((select resume_id from other))', 'another''s resume has none');
select is_empty('select public.list_resume_versions(gen_random_uuid())', 'nor has one that does not exist');
select is_empty('select public.list_resume_versions(null)', 'nor none');
select as_dba();

-- label_resume_version()
select authenticate_as('auth0|owner');
select is((public.label_resume_version(version_id, '  For ACME ')).label, 'For ACME', 'a label is kept without blanks around it') from h where version_number = 1;
select is((public.label_resume_version(version_id, '   ')).label, null, 'blanks take it away') from h where version_number = 1;
select is((public.label_resume_version(version_id)).label, null, 'so does nothing') from h where version_number = 1;
select is(outcome(format('select public.label_resume_version(%L, %L)', version_id, t.label)), expected, format('a label of %s characters: %s', length(t.label), expected))
from h, (values (repeat('é', 100), 'rows 1'), (repeat('é', 101), 'invalid_request')) as t (label, expected) where version_number = 1;
select is(outcome(format('select public.label_resume_version(%L, ''x'')', version_id)), 'not_found', 'another''s version is not there') from other;
select as_dba();

-- pin_resume_version()
create temporary table pending as select v.* from begin_upload('auth0|owner', 'p.pdf') as v;
grant select on pending to public;
select authenticate_as('auth0|owner');
select is((public.pin_resume_version(version_id)).pinned, true, 'a version is pinned') from h where version_number = 1;
select is((public.pin_resume_version(version_id, false)).pinned, false, 'and no longer') from h where version_number = 1;
select is(outcome(format('select public.pin_resume_version(%L, null)', version_id)), 'invalid_request', 'pinning says whether') from h where version_number = 1;
select is(outcome(format('select public.pin_resume_version(%L)', version_id)), 'conflict', 'what is not ready is not pinned') from pending;
select is(outcome(format('select public.pin_resume_version(%L)', version_id)), 'not_found', 'another''s version is not there') from other;
select as_dba();
update private.settings set keep_last = 1;
select authenticate_as('auth0|owner');
select lives_ok(format('select public.pin_resume_version(%L)', version_id), 'a version beyond the retention can be pinned') from h where version_number = 1;
select as_dba();
select is(private.keep_versions(resume_id), 1, 'the one that is not pinned goes') from h limit 1;
select results_eq(
  $$ select v.version_number, v.state from public.resume_versions as v join h using (version_id) order by 1 $$, $$ values (1, 'ready'), (2, 'pruned'), (3, 'ready') $$, 'the pinned one stays'
);
select authenticate_as('auth0|owner');
select lives_ok(format('select public.pin_resume_version(%L, false)', version_id), 'what is pinned no longer') from h where version_number = 1;
select is(outcome(format('select public.pin_resume_version(%L)', version_id)), 'conflict', 'goes in the same moment') from h where version_number = 1;
select is((select count(*) from public.list_resume_versions((select resume_id from h limit 1))), 3::bigint, 'pruned versions are still listed');
select as_dba();
update private.settings set keep_last = 5;

-- internal_version_chain()
create temporary table c as select v.* from history('auth0|chain', 3) as v;
grant select on c to public;
select is(store_anew('compact', version_id), true, format('version %s becomes a delta', version_number)) from c where version_number < 3 order by version_number;
select as_service();
select results_eq(
  $$ select t.place, c.version_number, t.held_as, t.bucket_id, t.sha256 from c as v, public.internal_version_chain(v.version_id) as t join c using (version_id) where v.version_number = 1 order by 1 $$,
  $$ select row_number() over (order by version_number desc)::integer, version_number, case version_number when 3 then 'full' else 'delta' end, case version_number when 3 then 'resumes' else 'resume_deltas' end, hash_of(version_id) from c order by 1 $$,
  'a version is rebuilt from a whole file and deltas, itself last'
);
select is((select count(*) from c, public.internal_version_chain(c.version_id) where version_number = 3), 1::bigint, 'the current one is read as it is');
select is_empty('select public.internal_version_chain(version_id) from pending', 'what is not ready has no chain');
select is_empty('select public.internal_version_chain(gen_random_uuid())', 'nor has what is not there');
select as_dba();
select is(private.chain_depth(version_id), 3 - version_number, format('version %s is %s deltas deep', version_number, 3 - version_number)) from c order by version_number limit 1;

-- What is deleted is not there
update public.resumes set deleted_at = now() where id = (select resume_id from c limit 1);
select is(outcome_as('owner', format('select public.label_resume_version(%L, ''x'')', version_id)), 'not_found', 'a version of a deleted resume is not labelled') from c where version_number = 1;

select * from finish();
rollback;
