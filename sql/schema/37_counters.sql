-- What happened, for metrics and for the canary: counters that never fall, whoever is erased, and
-- samples of how long things took. Both are written in the transactions that run anyway.

create table private.counters (
  name text not null,
  labels jsonb not null,
  shard integer not null,
  value bigint not null,
  milliseconds double precision not null default 0,
  constraint counters_pkey primary key (name, labels, shard),
  constraint counters_name_check check (
    name in (
      'uploads', 'upload_bytes', 'storage_calls', 'jobs', 'job_wait', 'job_run', 'optimizations',
      'model_tokens', 'suggestions', 'rejections', 'migration_mismatches', 'store_calls', 'rollout_decisions'
    )
  ),
  -- Labels are words of closed sets: no id and no text of a person is ever among them.
  constraint counters_labels_check check (
    jsonb_typeof(labels) = 'object' and labels::text ~ '^\{("[a-z_]{1,20}": "[a-z0-9_]{1,40}"(, )?){0,4}\}$'
  ),
  constraint counters_value_check check (value >= 0 and milliseconds >= 0)
)
-- Each count is a new version of a row: there is room for it beside the old one.
with (fillfactor = 50);

alter table private.counters enable row level security;

comment on table private.counters is 'Monotonic counters, in shards so that no two transactions wait for each other. Read private.counter_totals.';
comment on column private.counters.labels is 'What is told apart: {"outcome": "failed"}; of durations also "le", the upper bound of the bucket in milliseconds, or "inf".';
comment on column private.counters.milliseconds is 'Of durations, their sum.';

create table private.samples (
  sample_id bigint not null generated always as identity,
  name text not null,
  labels jsonb not null,
  milliseconds double precision not null,
  sampled_at timestamptz not null default clock_timestamp(),
  constraint samples_pkey primary key (sample_id),
  constraint samples_milliseconds_check check (milliseconds >= 0)
);

alter table private.samples enable row level security;

comment on table private.samples is 'How long single things took, for settings.sample_retention: percentiles and rates of the last minutes.';

create index samples_name_sampled_at_idx on private.samples (name, sampled_at);

create index samples_sampled_at_idx on private.samples (sampled_at);

create view private.counter_totals with (security_invoker = true) as
select c.name, c.labels, sum(c.value)::bigint as value, sum(c.milliseconds) as milliseconds
from private.counters as c
group by c.name, c.labels;

comment on view private.counter_totals is 'The counters, their shards added up.';

create function private.counter_shard() returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_shards constant integer := 64;
  v_lock constant integer := hashtext('reswave:counter_shard');
  -- Few to begin with, so that whoever adds them up reads few; the others where more transactions count at once.
  v_first constant integer := pg_backend_pid() % 8;
begin
  -- A shard belongs to one transaction at a time: nobody waits for a counter, so that counting can
  -- neither slow a queue down nor deadlock, in whichever order a transaction counts.
  for i in 0..v_shards - 1 loop
    if pg_try_advisory_xact_lock(v_lock, (v_first + i) % v_shards) then
      return (v_first + i) % v_shards;
    end if;
  end loop;
  return v_shards + pg_backend_pid();
end
$$;

comment on function private.counter_shard() is 'A shard that no other running transaction counts in.';

create function private.count(p_name text, p_labels jsonb default '{}', p_number bigint default 1, p_milliseconds double precision default 0)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  values (p_name, p_labels, private.counter_shard(), p_number, p_milliseconds)
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
$$;

comment on function private.count(text, jsonb, bigint, double precision) is 'Adds to a counter.';

create function private.bucket_bounds() returns double precision []
language sql immutable parallel safe
set search_path = ''
as $$
  -- Negated, so that a bound belongs to the bucket below it, as Prometheus has it.
  select array[-900000, -300000, -120000, -60000, -30000, -10000, -5000, -2500, -1000, -500, -250, -100, -50, -25, -10, -5]::double precision[]
$$;

comment on function private.bucket_bounds() is 'The upper bounds of the buckets of durations, in milliseconds, negated.';

create function private.observe(p_name text, p_labels jsonb, variadic p_milliseconds double precision []) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_bounds constant double precision[] := private.bucket_bounds();
  v_shard integer;
begin
  if p_milliseconds is null or cardinality(p_milliseconds) = 0 then
    return;
  end if;
  v_shard := private.counter_shard();
  -- One statement for all buckets: a report of a hundred calls observes a hundred durations.
  with given as (
    select greatest(m, 0) as milliseconds
    from unnest(p_milliseconds) as m
  ), sampled as (
    insert into private.samples (name, labels, milliseconds)
    select p_name, p_labels, g.milliseconds from given as g
  ), buckets as (
    select v_bounds[width_bucket(-g.milliseconds, v_bounds)] as bound, count(*) as number, sum(g.milliseconds) as total
    from given as g
    group by 1
  )
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  select p_name, p_labels || jsonb_build_object('le', coalesce((-b.bound)::text, 'inf')), v_shard, b.number, b.total
  from buckets as b
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
$$;

comment on function private.observe(text, jsonb, double precision []) is 'Counts durations in their buckets, and keeps each as a sample.';

create function private.rate_per_second(p_name text, p_labels jsonb, p_window interval default '5 minutes') returns double precision
language sql volatile
set search_path = ''
as $$
  -- From the first sample of the window to now, so that a service that has just begun is not judged by
  -- the minutes before; no shorter than a second.
  select count(*) / greatest(extract(epoch from clock_timestamp() - min(s.sampled_at)), 1)
  from private.samples as s
  where s.name = p_name and s.sampled_at > clock_timestamp() - p_window and s.labels @> p_labels
$$;

comment on function private.rate_per_second(text, jsonb, interval) is 'How many such samples a second came lately; 0 when none did.';

create function private.count_attempts(p_jobs private.jobs [], p_outcome text) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_bounds constant double precision[] := private.bucket_bounds();
  v_shard constant integer := private.counter_shard();
begin
  -- One statement for a batch, and none when it is claimed: a queue is as fast as it writes little. That is also
  -- why these durations are no samples: nobody asks for a single one.
  with attempts as (
    -- Who cancels a job that waits, or buries one whose worker went silent, ends no attempt: claimed_at is then null,
    -- or an earlier attempt's.
    select
      j.kind,
      greatest(extract(epoch from j.claimed_at - j.run_at) * 1000, 0)::double precision as waited,
      greatest(extract(epoch from clock_timestamp() - j.claimed_at) * 1000, 0)::double precision as ran
    from unnest(p_jobs) as j
    where j.leased_until > now()
  ), waits as (
    select a.kind, v_bounds[width_bucket(-a.waited, v_bounds)] as bound, count(*) as number, sum(a.waited) as total
    from attempts as a
    group by 1, 2
  ), runs as (
    select a.kind, v_bounds[width_bucket(-a.ran, v_bounds)] as bound, count(*) as number, sum(a.ran) as total
    from attempts as a
    group by 1, 2
  ), counts (name, labels, value, milliseconds) as (
    select 'jobs', jsonb_build_object('kind', j.kind, 'outcome', p_outcome), count(*), 0
    from unnest(p_jobs) as j
    group by j.kind
    union all
    select 'job_wait', jsonb_build_object('kind', w.kind, 'le', coalesce((-w.bound)::text, 'inf')), w.number, w.total
    from waits as w
    union all
    select
      'job_run', jsonb_build_object('kind', r.kind, 'outcome', p_outcome, 'le', coalesce((-r.bound)::text, 'inf')),
      r.number, r.total
    from runs as r
  )
  insert into private.counters as c (name, labels, shard, value, milliseconds)
  select n.name, n.labels, v_shard, n.value, n.milliseconds
  from counts as n
  on conflict (name, labels, shard)
  do update set value = c.value + excluded.value, milliseconds = c.milliseconds + excluded.milliseconds;
end
$$;

comment on function private.count_attempts(private.jobs [], text) is
'Counts jobs by what an attempt or their end came to; of attempts that ended under their lease also how long the job had been due, and how long they ran.';

create function private.count_optimization(p_optimization public.optimizations) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_group record;
  v_prompt_tokens bigint;
  v_output_tokens bigint;
begin
  perform private.observe(
    'optimizations', jsonb_build_object('outcome', p_optimization.status),
    extract(epoch from clock_timestamp() - coalesce(p_optimization.reopened_at, p_optimization.created_at)) * 1000
  );
  -- What failed has cost tokens too: its sections know how many. A result has those of the sections that it took
  -- over, which were counted when the optimization failed before.
  with sections as (
    select
      coalesce((s.value ->> 'promptTokens')::bigint, 0) as prompt,
      coalesce((s.value ->> 'outputTokens')::bigint, 0) as output,
      s.value ? 'counted' as counted
    from jsonb_each(p_optimization.partial) as s
    where jsonb_typeof(s.value) = 'object'
  )
  select
    coalesce((p_optimization.result #>> '{model,promptTokens}')::bigint, sum(s.prompt)) - coalesce(sum(s.prompt) filter (where s.counted), 0),
    coalesce((p_optimization.result #>> '{model,outputTokens}')::bigint, sum(s.output)) - coalesce(sum(s.output) filter (where s.counted), 0)
  into v_prompt_tokens, v_output_tokens
  from sections as s;
  if v_prompt_tokens > 0 then
    perform private.count('model_tokens', '{"direction": "prompt"}', v_prompt_tokens);
  end if;
  if v_output_tokens > 0 then
    perform private.count('model_tokens', '{"direction": "output"}', v_output_tokens);
  end if;
  if jsonb_typeof(p_optimization.result -> 'suggestions') = 'array' and jsonb_array_length(p_optimization.result -> 'suggestions') > 0 then
    perform private.count('suggestions', '{}', jsonb_array_length(p_optimization.result -> 'suggestions'));
  end if;
  for v_group in
    select r.value ->> 'reason' as reason, count(*) as number
    from jsonb_array_elements(case jsonb_typeof(p_optimization.result -> 'rejected') when 'array' then p_optimization.result -> 'rejected' else '[]' end) as r
    where r.value ->> 'reason' ~ '^[a-z_]{1,40}$'
    group by 1
    order by 1
  loop
    perform private.count('rejections', jsonb_build_object('reason', v_group.reason), v_group.number);
  end loop;
end
$$;

comment on function private.count_optimization(public.optimizations) is 'Counts an optimization that has just ended: its time, tokens, suggestions and rejections.';

create function private.count_storage_calls(p_storage_calls jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_group record;
begin
  for v_group in
    select c.operation, c.outcome, array_agg(c.milliseconds) as milliseconds
    from jsonb_to_recordset(coalesce(p_storage_calls, '[]')) as c (operation text, outcome text, milliseconds double precision)
    where c.operation in ('download', 'upload', 'remove', 'sign', 'list', 'other')
      and c.outcome in ('ok', 'refused', 'failed') and c.milliseconds >= 0
    group by c.operation, c.outcome
    order by c.operation, c.outcome
  loop
    perform private.observe(
      'storage_calls', jsonb_build_object('operation', v_group.operation, 'outcome', v_group.outcome),
      variadic v_group.milliseconds
    );
  end loop;
end
$$;

comment on function private.count_storage_calls(jsonb) is
'Counts what a function measured at Storage: [{"operation", "outcome", "milliseconds"}]; refused is an answer of 4xx, failed is 5xx or none.';
