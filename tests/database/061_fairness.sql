-- Whose turn it is, with real numbers of jobs: one by one, as a worker takes them.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(11);

-- The first of whom the next claims are, worked at once.
create function pg_temp.serve(p_claims integer, p_kinds text[] default '{compact}') returns text[]
language plpgsql
as $$
declare
  v_job record;
  v_owners text[] := '{}';
begin
  for i in 1..p_claims loop
    select * into v_job from private.claim_jobs('w', p_kinds, 1, 30, null);
    exit when not found;
    v_owners := v_owners || v_job.owner_id;
    perform private.complete_job(v_job.job_id, v_job.lease_token);
  end loop;
  return v_owners;
end
$$;
create function pg_temp.enqueue(p_owner text, p_priority integer default 10) returns bigint
language sql
as $$
  select private.enqueue_job('compact', gen_random_uuid(), p_owner, p_priority)
$$;
select setval('private.claim_turns', 1);

-- A thousand against one
select is(private.enqueue_jobs('compact', array(select gen_random_uuid() from generate_series(1, 1000)), 'many', 10), 1000, 'a thousand jobs of one user are queued');
select pg_temp.enqueue('one');
select ok('one' = any (pg_temp.serve(2)), 'another user''s one is among the next two');
select is(pg_temp.serve(300) = array_fill('many'::text, array[300]), true, 'then the first user''s go on');
select pg_temp.enqueue('late'), pg_temp.enqueue('late'), pg_temp.enqueue('late');
select is((select count(*) from unnest(pg_temp.serve(6)) as owner where owner = 'late'), 3::bigint, 'who comes in the midst has every second turn until all is done');

-- The other way round: who asks again at once does not pass the end of a long line for ever
create function pg_temp.serve_beside_a_persistent(p_claims integer) returns bigint
language plpgsql
as $$
declare
  v_owners text[] := '{}';
begin
  for i in 1..p_claims loop
    if not exists (select from private.jobs where owner_id = 'persistent') then
      perform pg_temp.enqueue('persistent');
    end if;
    v_owners := v_owners || pg_temp.serve(1);
  end loop;
  return (select count(*) from unnest(v_owners) as owner where owner = 'many');
end
$$;
select is(pg_temp.serve_beside_a_persistent(100), 50::bigint, 'half the turns are the long line''s, though another always has a new job');
select private.enqueue_jobs('compact', array(select gen_random_uuid() from generate_series(1, 200)), 'many', 10);
select is(pg_temp.serve_beside_a_persistent(100), 50::bigint, 'also while it grows');
delete from private.jobs;

-- Interactive first, and nothing for ever last
select pg_temp.enqueue('idle', 200) from generate_series(1, 40);
select pg_temp.enqueue('user-' || n) from generate_series(1, 200) as n;
select is((select count(*) from unnest(pg_temp.serve(40)) as owner where owner = 'idle'), 0::bigint, 'what somebody waits for goes first');
update private.jobs set run_at = now() - interval '2 minutes' where owner_id = 'idle';
select is((select count(*) from unnest(pg_temp.serve(80)) as owner where owner = 'idle'), 10::bigint, 'of what is overdue one claim in eight takes some, longest first');
select is((select count(*) from private.jobs where owner_id like 'user-%'), 90::bigint, 'the other seven are for who waits');
delete from private.jobs;

-- Kinds do not stand in each other's way
select pg_temp.enqueue('many') from generate_series(1, 50);
select private.enqueue_job('ingest', gen_random_uuid(), 'reader', 200);
select is((select array_agg(c.owner_id) from private.claim_jobs('w', '{ingest}', 5, 30, null) as c), '{reader}', 'a kind is read past all others');
select is((select array_agg(c.kind order by c.kind) from private.claim_jobs('w', '{ingest,compact,compact}', 3, 30, null) as c), '{compact,compact,compact}', 'kinds that are named twice are claimed once');

select * from finish();
rollback;
