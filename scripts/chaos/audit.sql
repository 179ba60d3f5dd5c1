-- What a run's own database remembers beside the product, in the same transactions: every lease and
-- every end, so that what is judged does not rest on what the product says of itself.

create schema chaos;

create table chaos.job_changes (
  change_id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  operation text not null,
  job_id bigint not null,
  kind text not null,
  subject_id uuid not null,
  attempts integer not null,
  max_attempts integer not null,
  old_lease uuid,
  old_until timestamptz,
  new_lease uuid,
  new_until timestamptz,
  dead boolean not null
);

create table chaos.endings (
  ending_id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  relation text not null,
  subject_id uuid not null,
  ended_as text not null
);

create function chaos.note_job() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  j private.jobs := coalesce(new, old);
begin
  -- A heartbeat is noted by what it leaves: the expiry that the next change finds.
  if tg_op = 'UPDATE' and old.lease_token is not distinct from new.lease_token
    and old.dead_at is not distinct from new.dead_at then
    return null;
  end if;
  insert into chaos.job_changes (
    operation, job_id, kind, subject_id, attempts, max_attempts, old_lease, old_until, new_lease, new_until, dead
  ) values (
    lower(tg_op), j.job_id, j.kind, j.subject_id, j.attempts, j.max_attempts,
    old.lease_token, old.leased_until, new.lease_token, new.leased_until, coalesce(new.dead_at is not null, false)
  );
  return null;
end
$$;

create trigger chaos_note_job after insert or update or delete on private.jobs
for each row execute function chaos.note_job();

create function chaos.note_optimization() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into chaos.endings (relation, subject_id, ended_as) values ('optimization', new.optimization_id, new.status);
  return null;
end
$$;

-- Not only a change of status: a second end that writes the same one is what this is for.
create trigger chaos_note_optimization after update on public.optimizations
for each row when (new.finished_at is not null and (old.finished_at is distinct from new.finished_at or old.result is distinct from new.result))
execute function chaos.note_optimization();

create trigger chaos_note_refused_optimization after insert on public.optimizations
for each row when (new.finished_at is not null)
execute function chaos.note_optimization();

create function chaos.note_version() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into chaos.endings (relation, subject_id, ended_as) values ('version', new.version_id, new.state);
  return null;
end
$$;

create trigger chaos_note_version after update on public.resume_versions
for each row when (
  new.state in ('ready', 'failed')
  and (old.state is distinct from new.state or old.ready_at is distinct from new.ready_at)
)
execute function chaos.note_version();
