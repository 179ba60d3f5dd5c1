-- How much there is of what would take long to count: jobs that wait, bytes that are held, files of a migration. What
-- changes it tells it in the same transaction, so that any snapshot has totals that are those of its rows.

create table private.totals (
  name text not null,
  label text not null default '',
  shard integer not null,
  value bigint not null,
  constraint totals_pkey primary key (name, label, shard),
  constraint totals_name_check check (
    name in ('jobs', 'dead_jobs', 'logical_bytes', 'stored_bytes', 'migration_files', 'migration_bytes')
  ),
  constraint totals_label_check check (label ~ '^[a-z_]{0,20}$')
)
with (fillfactor = 50);

alter table private.totals enable row level security;

comment on table private.totals is 'What there is, in shards as private.counters has them; a shard may be below zero, the sum of all is what counts. private.totals_drift() holds it against the rows.';
comment on column private.totals.label is 'The kind of jobs, the state of a migration''s files.';

create function private.tg_jobs__count_queued() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select case when j.dead_at is null then 'jobs' else 'dead_jobs' end, j.kind, private.counter_shard(), count(*)
  from changed as j
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$$;

create function private.tg_jobs__count_gone() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select case when j.dead_at is null then 'jobs' else 'dead_jobs' end, j.kind, private.counter_shard(), - count(*)
  from changed as j
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$$;

create function private.tg_jobs__count_dead() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, new.kind, private.counter_shard(), c.value
  from (values
    ('jobs', (new.dead_at is null)::integer - (old.dead_at is null)::integer),
    ('dead_jobs', (old.dead_at is null)::integer - (new.dead_at is null)::integer)
  ) as c (name, value)
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$$;

-- Claims and leases change nothing that is counted: they meet none of these.
create trigger jobs_count_queued after insert on private.jobs
referencing new table as changed
for each statement execute function private.tg_jobs__count_queued();

create trigger jobs_count_gone after delete on private.jobs
referencing old table as changed
for each statement execute function private.tg_jobs__count_gone();

create trigger jobs_count_dead after update of dead_at on private.jobs
for each row when ((old.dead_at is null) <> (new.dead_at is null))
execute function private.tg_jobs__count_dead();

create function private.add_version_bytes(p_logical_bytes bigint, p_stored_bytes bigint) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, '', private.counter_shard(), c.value
  from (values ('logical_bytes', p_logical_bytes), ('stored_bytes', p_stored_bytes)) as c (name, value)
  where c.value <> 0
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
end
$$;

create function private.tg_resume_versions__count_held() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.add_version_bytes(sum(v.file_size)::bigint, sum(v.stored_bytes)::bigint)
  from changed as v
  where v.held_as <> 'none'
  having count(*) > 0;
  return null;
end
$$;

create function private.tg_resume_versions__count_gone() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.add_version_bytes(- sum(v.file_size)::bigint, - sum(v.stored_bytes)::bigint)
  from changed as v
  where v.held_as <> 'none'
  having count(*) > 0;
  return null;
end
$$;

create function private.tg_resume_versions__count_bytes() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.add_version_bytes(
    case when new.held_as <> 'none' then new.file_size else 0 end - case when old.held_as <> 'none' then old.file_size else 0 end,
    case when new.held_as <> 'none' then coalesce(new.stored_bytes, 0) else 0 end
    - case when old.held_as <> 'none' then coalesce(old.stored_bytes, 0) else 0 end
  );
  return null;
end
$$;

create trigger resume_versions_count_held after insert on public.resume_versions
referencing new table as changed
for each statement execute function private.tg_resume_versions__count_held();

create trigger resume_versions_count_gone after delete on public.resume_versions
referencing old table as changed
for each statement execute function private.tg_resume_versions__count_gone();

-- One at a time, as a file arrives, becomes a delta or goes: what else a version meets is no matter of bytes.
create trigger resume_versions_count_bytes after update of held_as, file_size, stored_bytes on public.resume_versions
for each row when (old.held_as <> new.held_as or old.file_size <> new.file_size or old.stored_bytes is distinct from new.stored_bytes)
execute function private.tg_resume_versions__count_bytes();

create function private.tg_legacy_files__count_planned() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, f.state, private.counter_shard(), sum(c.value)
  from changed as f cross join lateral (values ('migration_files', 1), ('migration_bytes', f.file_size)) as c (name, value)
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$$;

create function private.tg_legacy_files__count_gone() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, f.state, private.counter_shard(), - sum(c.value)
  from changed as f cross join lateral (values ('migration_files', 1), ('migration_bytes', f.file_size)) as c (name, value)
  group by 1, 2
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$$;

create function private.tg_legacy_files__count_states() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.totals as t (name, label, shard, value)
  select c.name, f.state, private.counter_shard(), sum(f.sign * c.value)
  from (
    select b.state, b.file_size, -1 as sign from before as b
    union all
    select a.state, a.file_size, 1 from after as a
  ) as f cross join lateral (values ('migration_files', 1), ('migration_bytes', f.file_size)) as c (name, value)
  group by 1, 2
  having sum(f.sign * c.value) <> 0
  on conflict (name, label, shard) do update set value = t.value + excluded.value;
  return null;
end
$$;

create trigger legacy_files_count_planned after insert on private.legacy_files
referencing new table as changed
for each statement execute function private.tg_legacy_files__count_planned();

create trigger legacy_files_count_gone after delete on private.legacy_files
referencing old table as changed
for each statement execute function private.tg_legacy_files__count_gone();

-- By statement: a worker claims and gives back a thousand at once.
create trigger legacy_files_count_states after update on private.legacy_files
referencing old table as before new table as after
for each statement execute function private.tg_legacy_files__count_states();

create function private.tg_legacy_files__count_mismatch() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.count('migration_mismatches');
  return null;
end
$$;

-- An attempt that failed has a time for the next one; one that was given back has none, and keeps the code of the one before.
create trigger legacy_files_count_mismatch after update of error_code on private.legacy_files
for each row when (new.error_code = 'migration_mismatch' and old.lease_token is not null and new.lease_token is null and new.retry_at is not null)
execute function private.tg_legacy_files__count_mismatch();

create function private.oldest_due_seconds() returns double precision
language sql stable
set search_path = ''
as $$
  select coalesce(max(extract(epoch from now() - o.run_at)), 0)
  from (select distinct t.label as kind from private.totals as t where t.name = 'jobs') as k
    -- Those in front of it are held by a worker: there are not many.
    cross join lateral (
      select j.run_at from private.jobs as j
      where j.dead_at is null and j.kind = k.kind and j.run_at <= now() and (j.leased_until is null or j.leased_until <= now())
      order by j.run_at
      limit 1
    ) as o
$$;

comment on function private.oldest_due_seconds() is 'For how long the oldest job that no worker has has been due; 0 when there is none.';

create function private.totals_drift() returns table (name text, label text, kept bigint, counted bigint)
language sql stable
set search_path = ''
as $$
  with kept as (
    select t.name, t.label, sum(t.value)::bigint as value from private.totals as t group by t.name, t.label
  ), counted as (
    select case when j.dead_at is null then 'jobs' else 'dead_jobs' end as name, j.kind as label, count(*) as value
    from private.jobs as j
    group by 1, 2
    union all
    select c.name, '', c.value::bigint
    from (
      select sum(v.file_size) as logical_bytes, sum(v.stored_bytes) as stored_bytes
      from public.resume_versions as v
      where v.held_as <> 'none'
    ) as v cross join lateral (values ('logical_bytes', v.logical_bytes), ('stored_bytes', v.stored_bytes)) as c (name, value)
    union all
    select c.name, f.state, c.value::bigint
    from (
      select l.state, count(*) as files, sum(l.file_size) as bytes from private.legacy_files as l group by l.state
    ) as f cross join lateral (values ('migration_files', f.files), ('migration_bytes', f.bytes)) as c (name, value)
  )
  select name, label, coalesce(k.value, 0), coalesce(c.value, 0)
  from kept as k full join counted as c using (name, label)
  where coalesce(k.value, 0) <> coalesce(c.value, 0)
$$;

comment on function private.totals_drift() is
'For DBAs: totals that are not what their rows say, which only a truncate, a load with triggers off or a hand in private.totals can bring about. Changes nothing. Reads every job, version and legacy file.';

create function private.mend_totals() returns table (name text, label text, kept bigint, counted bigint)
language sql volatile
set search_path = ''
as $$
  -- One statement has one snapshot: what others change meanwhile is in neither side of the difference, or in both.
  with drift as materialized (
    select * from private.totals_drift()
  ), mended as (
    insert into private.totals as t (name, label, shard, value)
    select d.name, d.label, private.counter_shard(), d.counted - d.kept
    from drift as d
    on conflict (name, label, shard) do update set value = t.value + excluded.value
  )
  select d.name, d.label, d.kept, d.counted from drift as d
$$;

comment on function private.mend_totals() is 'For DBAs: private.totals_drift(), and puts it right, while everybody works on.';
