-- A person may hold the queue: pause what is worked, or drain what is asked for.

create function private.job_kinds() returns text[]
language sql immutable parallel safe
set search_path = ''
as $$
  select array['ingest', 'optimize', 'compose', 'compact', 'rebase', 'erase', 'remove_object']
$$;

comment on function private.job_kinds() is 'Every kind of job, as jobs_kind_check has them.';

create table private.queue_holds (
  kind text not null,
  hold text not null,
  held_by text not null,
  why text not null,
  held_at timestamptz not null default now(),
  expected_until timestamptz not null,
  constraint queue_holds_pkey primary key (kind, hold),
  -- Only optimizations are asked for and could be asked for later; every other job follows from what has been done.
  constraint queue_holds_hold_check check (hold = 'pause' or (hold = 'drain' and kind = 'optimize')),
  constraint queue_holds_kind_check check (kind = 'all' or kind = any (private.job_kinds())),
  constraint queue_holds_held_by_check check (length(held_by) between 1 and 200),
  constraint queue_holds_why_check check (length(why) between 1 and 1000)
);

alter table private.queue_holds enable row level security;

comment on table private.queue_holds is
'What is held now: select private.pause_queue(...), private.drain_queue(...), private.resume_queue(...). Empty, as it nearly always is, it costs a claim some microseconds.';
comment on column private.queue_holds.kind is 'A kind of job, or all.';
comment on column private.queue_holds.hold is 'pause: no job of the kind begins; those that run go on to their end. drain: no new optimization is accepted; those that are queued are worked.';
comment on column private.queue_holds.expected_until is 'When whoever holds it expects to be done: what Retry-After is made of. Nothing is lifted by itself.';

create function private.check_accepting() returns void
language plpgsql
set search_path = ''
as $$
declare
  v_hold private.queue_holds;
begin
  select * into v_hold from private.queue_holds as h where h.hold = 'drain';
  if found then
    -- Up to half as long again: if all came at the same moment, they would find the next door closed.
    perform private.fail(
      'draining', 'No optimizations are accepted for a while', 'Ask again later; what has been accepted is still worked.',
      least(greatest(ceil(extract(epoch from v_hold.expected_until - now())), 30) * (1 + random() / 2), 3600)::integer
    );
  end if;
end
$$;

comment on function private.check_accepting() is 'Raises draining (with Retry-After: 30 to 3600 seconds) while optimizations are drained.';
