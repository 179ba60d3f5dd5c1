-- Gives up the versions that retention no longer keeps: after keep_last was lowered, or for one user. The worker removes their files.
-- Acts; what it gives up is gone. Cost: reads every resume of the user, or of all (about 5 s for each million), then some milliseconds for each that is pruned.
-- Locks: each resume with something to give up, until the run ends: uploads to these wait; it gives up whole after 5 s of waiting. Safe to cancel: nothing was done then.
-- Needs: set reswave.user = 'auth0|7' (or * for everybody); set reswave.by; set reswave.why; at most 1,000 resumes unless set reswave.limit.

-- Before: what is due. retention_report(user, 3) says what would be with keep_last = 3
select r.what, r.reason, count(*) as number, sum(r.bytes)::bigint as bytes
from private.retention_report(nullif(private.given('user'), '*')) as r
where r.what = 'version'
group by r.what, r.reason;

-- How many versions were given up
select private.prune_versions(private.given('user'), private.given('limit', '1000')::integer, private.given('by'), private.given('why')) as given_up;

-- After: what is still due; versions that others are rebuilt from go later, by themselves
select r.what, r.reason, count(*) as number, sum(r.bytes)::bigint as bytes
from private.retention_report(nullif(private.given('user'), '*')) as r
where r.what = 'version'
group by r.what, r.reason;
