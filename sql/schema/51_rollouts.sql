-- Who is served from where while files move off a local disk: a rollout raises one phase after the
-- other, stage by stage, from a few users to all. docs/canary.md says how it is judged and operated.

create table private.rollouts (
  rollout_id bigint not null generated always as identity,
  salt text not null default gen_random_uuid()::text,
  state text not null default 'running',
  stage integer not null default 0,
  dual_write_below integer not null default 0,
  dual_read_below integer not null default 0,
  supabase_below integer not null default 0,
  entered_at timestamptz not null,
  judged_until timestamptz not null,
  cooling_until timestamptz,
  falls integer not null default 0,
  storage_seen jsonb not null default '{}',
  started_at timestamptz not null,
  ended_at timestamptz,
  cool_down interval not null default '1 hour',
  max_falls integer not null default 3,
  least_users integer not null default 10,
  least_calls integer not null default 100,
  calls_per_user integer not null default 20,
  accepted_fault_rate double precision not null default 0.005,
  accepted_fallback_rate double precision not null default 0.01,
  least_excess double precision not null default 0.005,
  slow_share double precision not null default 0.05,
  fall_errors double precision not null default 4,
  hold_errors double precision not null default 2,
  mismatch_users integer not null default 3,
  constraint rollouts_pkey primary key (rollout_id),
  constraint rollouts_state_check check (state in ('running', 'paused')),
  constraint rollouts_stage_check check (stage >= 0),
  constraint rollouts_below_check check (
    least(dual_write_below, dual_read_below, supabase_below) >= 0
    and greatest(dual_write_below, dual_read_below, supabase_below) <= 10000
  ),
  constraint rollouts_limits_check check (
    cool_down >= interval '0' and max_falls > 0 and least_users >= 5 and least_calls > 0 and calls_per_user > 0
    and accepted_fault_rate between 0 and 1 and accepted_fallback_rate between 0 and 1 and least_excess between 0 and 1
    and slow_share between 0 and 1 and fall_errors >= hold_errors and hold_errors >= 0 and mismatch_users > 1
  )
);

alter table private.rollouts enable row level security;

-- There is one at a time: who asks for a user's phase names none.
create unique index rollouts_current_idx on private.rollouts ((true)) where ended_at is null;

comment on table private.rollouts is 'Rollouts of the phases local, dual_write, dual_read and supabase. The one without ended_at counts. private.rollout_report() shows it, private.start_rollout() makes one.';
comment on column private.rollouts.salt is 'Makes the buckets of one rollout independent of those of another: the same users are not first each time.';
comment on column private.rollouts.stage is '0: everybody is local. Otherwise the stage of rollout_stages that has been entered.';
comment on column private.rollouts.dual_write_below is 'Users whose bucket is below it are in this phase, or a higher one: the highest percentage of the stages up to the present, in hundredths of a point.';
comment on column private.rollouts.entered_at is 'When the present stage was entered, or a person resumed it.';
comment on column private.rollouts.judged_until is 'The end of the last slot of five minutes that was judged.';
comment on column private.rollouts.cooling_until is 'After a fallback: until then nobody is moved on.';
comment on column private.rollouts.falls is 'Fallbacks since a person last had a say. At max_falls the rollout is paused.';
comment on column private.rollouts.storage_seen is 'What counters storage_calls stood at when it was last judged.';
comment on column private.rollouts.least_users is 'Windows with fewer users, or fewer counted calls than least_calls, decide nothing. At least 5, since two users of each window are left out.';
comment on column private.rollouts.calls_per_user is 'What one user weighs at most in a window, in calls.';
comment on column private.rollouts.accepted_fault_rate is 'Stands in for the control''s rate where too few users are left to compare with.';
comment on column private.rollouts.least_excess is 'How much worse than the control a rate must be to count, as a share: this, or half of the control''s rate if that is more.';
comment on column private.rollouts.slow_share is 'More than this share of calls slower than double the control''s p95 is too slow.';
comment on column private.rollouts.fall_errors is 'A rate counts for a fallback if it is above the control''s by so many standard errors; hold_errors is the same for holding.';
comment on column private.rollouts.mismatch_users is 'Users with a verified mismatch within the hour that make it fall back to before the phase; one fewer hold it.';

create table private.rollout_stages (
  rollout_id bigint not null,
  stage integer not null,
  phase text not null,
  percentage numeric(5, 2) not null,
  min_time interval not null,
  min_calls integer not null,
  min_users integer not null,
  constraint rollout_stages_pkey primary key (rollout_id, stage),
  constraint rollout_stages_rollout_id_fkey foreign key (rollout_id) references private.rollouts (rollout_id) on delete cascade,
  constraint rollout_stages_stage_check check (stage > 0),
  constraint rollout_stages_phase_check check (phase in ('dual_write', 'dual_read', 'supabase')),
  constraint rollout_stages_percentage_check check (percentage > 0 and percentage <= 100),
  constraint rollout_stages_minimum_check check (min_time >= interval '0' and min_calls > 0 and min_users > 0)
);

alter table private.rollout_stages enable row level security;

comment on table private.rollout_stages is 'The plan of a rollout: each stage raises one phase to a percentage of users.';
comment on column private.rollout_stages.min_calls is 'Calls of users in the phase that must have been judged before the next stage, each user''s counted up to calls_per_user.';
comment on column private.rollout_stages.min_users is 'Distinct users in the phase that must have been judged before the next stage.';

create table private.rollout_pins (
  user_id text not null,
  phase text not null,
  pinned_by text not null,
  why text not null,
  pinned_at timestamptz not null default now(),
  constraint rollout_pins_pkey primary key (user_id),
  constraint rollout_pins_user_id_check check (length(user_id) between 1 and 255),
  constraint rollout_pins_phase_check check (phase in ('local', 'dual_write', 'dual_read', 'supabase'))
);

alter table private.rollout_pins enable row level security;

comment on table private.rollout_pins is 'Users whose phase a person has set. They keep it whatever a rollout does, and are not judged by: who is chosen is no sample.';

create table private.rollout_decisions (
  decision_id bigint not null generated always as identity,
  rollout_id bigint,
  decided_at timestamptz not null,
  decision text not null,
  from_stage integer,
  to_stage integer,
  decided_by text not null,
  why text not null,
  figures jsonb not null default '{}',
  constraint rollout_decisions_pkey primary key (decision_id),
  constraint rollout_decisions_rollout_id_fkey foreign key (rollout_id) references private.rollouts (rollout_id),
  constraint rollout_decisions_decision_check check (
    decision in ('started', 'moved_on', 'held', 'fell_back', 'paused', 'resumed', 'forced', 'pinned', 'unpinned', 'ended')
  )
);

alter table private.rollout_decisions enable row level security;

create index rollout_decisions_rollout_id_idx on private.rollout_decisions (rollout_id, decision_id);

comment on table private.rollout_decisions is 'What was decided about rollouts, by whom, why, and on which figures. Rows are only ever added. Holding is noted when its reason changes.';
comment on column private.rollout_decisions.decided_by is 'The person; ''canary'' when it decided by itself.';
comment on column private.rollout_decisions.figures is 'What it was decided on. Of a pinned user the digest, never the id.';

create function private.tg_rollout_decisions__append_only() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'Decisions are only ever added' using errcode = '42501';
end
$$;

create trigger append_only
before update or delete or truncate on private.rollout_decisions
for each statement execute function private.tg_rollout_decisions__append_only();

create table private.store_outcomes (
  slot_at timestamptz not null,
  phase text not null,
  side text not null,
  user_key bigint not null,
  calls integer not null default 0,
  faults integer not null default 0,
  fallbacks integer not null default 0,
  mismatches integer not null default 0,
  over_250 integer not null default 0,
  over_500 integer not null default 0,
  over_1000 integer not null default 0,
  over_2500 integer not null default 0,
  over_5000 integer not null default 0,
  constraint store_outcomes_pkey primary key (user_key, slot_at, phase, side)
)
-- Each batch of a user's calls is a new version of a row: there is room for it beside the old one.
with (fillfactor = 70);

alter table private.store_outcomes enable row level security;

create index store_outcomes_slot_at_idx on private.store_outcomes (slot_at, phase, side);

comment on table private.store_outcomes is 'What became of the calls of users of the present rollout, in slots of five minutes, for a day. A row for each user, so that each weighs the same; the first 500 of a slot, phase and side.';
comment on column private.store_outcomes.user_key is 'Of a hash of salt and user id: tells users apart, and names none.';
comment on column private.store_outcomes.over_250 is 'Calls that took more than 250 milliseconds.';

create function private.phase_rank(p_phase text) returns integer
language sql immutable strict parallel safe
set search_path = ''
as $$
  select array_position(array['local', 'dual_write', 'dual_read', 'supabase'], p_phase)
$$;

comment on function private.phase_rank(text) is 'The order of phases, from 1; null for no phase.';

create function private.phases_from(p_phase text) returns text[]
language sql immutable strict parallel safe
set search_path = ''
as $$
  select array_agg(p.phase) from unnest(array['local', 'dual_write', 'dual_read', 'supabase']) as p (phase)
  where private.phase_rank(p.phase) >= private.phase_rank(p_phase)
$$;

comment on function private.phases_from(text) is 'A phase and those beyond it.';

create function private.rollout_hash(p_salt text, p_user_id text, p_part integer) returns bigint
language sql immutable strict parallel safe
set search_path = ''
as $$
  select ('x' || encode(substring(sha256(convert_to(p_salt || ':' || p_user_id, 'UTF8')) from 1 + 8 * p_part for 8), 'hex'))::bit(64)::bigint
$$;

comment on function private.rollout_hash(text, text, integer) is
'Eight bytes of SHA-256 over "salt:user id" in UTF-8, big-endian: part 0 is for the bucket, part 1 for the key of outcomes, so that neither says the other.';

create function private.rollout_bucket(p_salt text, p_user_id text) returns integer
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- 63 bits modulo 10,000: no bucket is likelier than another by more than 1 in 10^15.
  select ((private.rollout_hash(p_salt, p_user_id, 0) & 9223372036854775807) % 10000)::integer
$$;

comment on function private.rollout_bucket(text, text) is
'0–9,999, the same for a user as long as a rollout lasts: the first 8 bytes of SHA-256 over "salt:user id" without the highest bit, big-endian, modulo 10,000.';

create function private.phase_of_bucket(p_rollout private.rollouts, p_bucket integer) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_bucket < p_rollout.supabase_below then 'supabase'
    when p_bucket < p_rollout.dual_read_below then 'dual_read'
    when p_bucket < p_rollout.dual_write_below then 'dual_write'
    else 'local'
  end
$$;

create function private.rollout_phase(p_user_id text) returns text
language plpgsql stable security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
begin
  if p_user_id is null or length(p_user_id) not between 1 and 255 then
    perform private.fail('invalid_request', 'A user id has 1–255 characters');
  end if;
  return coalesce(
    (select p.phase from private.rollout_pins as p where p.user_id = p_user_id),
    (select private.phase_of_bucket(r, private.rollout_bucket(r.salt, p_user_id)) from private.rollouts as r where r.ended_at is null),
    'local'
  );
end
$$;

create function public.rollout_phase(p_user_id text) returns text
language sql stable
set search_path = ''
as $$
  select private.rollout_phase(p_user_id)
$$;

comment on function public.rollout_phase(text) is
'The phase of a user: local, dual_write, dual_read or supabase. It never goes back while stages rise. Called by what writes to both stores. Raises invalid_request.';

create function private.rollout_phase_if_any(p_user_id text) returns text
language sql stable
set search_path = ''
as $$
  select private.rollout_phase(p_user_id)
  where exists (select from private.rollouts) or exists (select from private.rollout_pins as p where p.user_id = p_user_id)
$$;

comment on function private.rollout_phase_if_any(text) is
'The phase of a user; null where no rollout was ever started and nobody has pinned them: which side their app uses is then for its operator to know.';

create function private.forget_rollout_user(p_user_id text) returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from private.rollout_pins as p where p.user_id = p_user_id;
  delete from private.store_outcomes as o
  using private.rollouts as r
  where r.ended_at is null and o.user_key = private.rollout_hash(r.salt, p_user_id, 1);
end
$$;

comment on function private.forget_rollout_user(text) is 'What rollouts know of a user: the pin, and the outcomes of a day. Their phase is computed, so it stays.';

grant execute on function private.rollout_phase(text) to service_role;
grant execute on function public.rollout_phase(text) to service_role;
