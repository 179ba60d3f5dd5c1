-- What is known of the model endpoints. The rules are not here: functions/_shared/circuit-breaker
-- decides and stores what came out, if nobody was faster. An endpoint has a row from its first
-- failure on; while all goes well nothing is written.

create table private.circuit_breakers (
  endpoint text not null,
  version bigint not null default 1,
  circuit jsonb not null,
  state text not null generated always as (circuit ->> 'state') stored,
  updated_at timestamptz not null default now(),
  constraint circuit_breakers_pkey primary key (endpoint),
  constraint circuit_breakers_endpoint_check check (length(endpoint) between 1 and 255),
  constraint circuit_breakers_state_check check (state in ('closed', 'open', 'half-open')),
  constraint circuit_breakers_circuit_check check (
    jsonb_typeof(circuit) = 'object' and coalesce(jsonb_typeof(circuit -> 'epoch'), '') = 'number' and pg_column_size(circuit) <= 65536
  )
);

alter table private.circuit_breakers enable row level security;

comment on table private.circuit_breakers is 'One circuit for each model endpoint that has failed, shared by all isolates. private.circuits() shows it readably, private.force_circuit() sets it.';
comment on column private.circuit_breakers.endpoint is 'Scheme, host and port; a hash of the path, if it has one.';
comment on column private.circuit_breakers.version is 'Rises with every write. Who writes names the version that was decided upon.';
comment on column private.circuit_breakers.circuit is 'As in functions/_shared/circuit-breaker/circuit.ts; times are milliseconds since 1970.';

create function private.waited_ms(p_since timestamptz) returns bigint
language sql stable
set search_path = ''
as $$
  select coalesce(greatest(extract(epoch from now() - p_since) * 1000, 0), 0)::bigint
$$;

comment on function private.waited_ms(timestamptz) is 'Milliseconds since then; 0 for null.';

create function private.circuits()
returns table (
  endpoint text, state text, trips integer, opened_at timestamptz, retry_at timestamptz, calls integer, busy bigint, updated_at timestamptz
)
language sql stable
set search_path = ''
as $$
  select
    b.endpoint,
    b.state,
    (b.circuit ->> 'trips')::integer,
    to_timestamp((b.circuit ->> 'openedAt')::double precision / 1000),
    to_timestamp(coalesce(b.circuit ->> 'retryAt', b.circuit -> 'probe' ->> 'leasedUntil')::double precision / 1000),
    jsonb_array_length(coalesce(b.circuit -> 'calls', '[]')),
    (select count(*) from private.jobs as j where j.endpoint = b.endpoint and j.leased_until > now()),
    b.updated_at
  from private.circuit_breakers as b
$$;

comment on function private.circuits() is
'For a DBA: each circuit, until when it lets nobody through, the calls in its window, and how many jobs use its endpoint.';

create function private.known_circuits() returns table (endpoint text, state text)
language sql stable
set search_path = ''
as $$
  select b.endpoint, b.state
  from private.circuit_breakers as b
  where b.state = 'closed'
    or to_timestamp(coalesce(b.circuit ->> 'retryAt', b.circuit -> 'probe' ->> 'leasedUntil')::double precision / 1000)
      > now() - 2 * (private.setting()).circuit_open_cap
$$;

comment on function private.known_circuits() is
'What can be told of the endpoints now. One that is open changes when the next job asks: where none has asked for twice the longest time that it stays open, nothing was to be done, or the endpoint is used no more.';

create function private.circuit_rules() returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'failures', s.circuit_failures,
    'failureRate', s.circuit_failure_rate,
    'windowMs', extract(epoch from s.circuit_window) * 1000,
    'openMs', extract(epoch from s.circuit_open) * 1000,
    'openCapMs', extract(epoch from s.circuit_open_cap) * 1000,
    'slowCallMs', extract(epoch from s.circuit_slow_call) * 1000,
    'slowCallRate', s.circuit_slow_rate,
    'probeLeaseMs', extract(epoch from s.circuit_probe_lease) * 1000
  )
  from private.settings as s
$$;

comment on function private.circuit_rules() is 'The settings of the circuits as the functions know them.';

create function private.check_endpoints(p_endpoints text[]) returns void
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(cardinality(p_endpoints), 0) not between 1 and 100 or array_ndims(p_endpoints) <> 1
    or exists (select from unnest(p_endpoints) as e where e is null or length(e) not between 1 and 255)
  then
    perform private.fail('invalid_request', 'Name 1–100 endpoints of 1–255 characters');
  end if;
end
$$;

create function private.take_endpoint(p_job_id bigint, p_lease_token uuid, p_candidates text[], p_endpoints text[]) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: queue and circuits are granted to nobody; execute is for service_role alone.
declare
  v_job constant private.jobs := private.leased_job(p_job_id, p_lease_token, 'optimize');
  v_now constant double precision := extract(epoch from clock_timestamp()) * 1000;
  v_endpoint text;
begin
  perform private.check_endpoints(p_candidates);
  perform private.check_endpoints(p_endpoints);
  if v_job.endpoint = any (p_candidates) then
    v_endpoint := v_job.endpoint;
  else
    -- One after the other: two that count at once would both find room for one.
    perform pg_advisory_xact_lock(hashtextextended('reswave endpoints', 0));
    select c.endpoint into v_endpoint
    from
      unnest(p_candidates) with ordinality as c (endpoint, place)
      left join private.circuit_breakers as b on b.endpoint = c.endpoint
      cross join lateral (
        select count(*) as jobs from private.jobs as j where j.endpoint = c.endpoint and j.leased_until > now()
      ) as busy
    where busy.jobs < (private.setting()).max_calls_per_endpoint
    -- No decision, only an order that spares a second call: whoever takes one that is open is refused by the rules.
    order by coalesce((b.circuit ->> 'retryAt')::double precision > v_now, false), busy.jobs, c.place
    limit 1;
    update private.jobs set endpoint = v_endpoint
    where job_id = p_job_id and endpoint is distinct from v_endpoint;
  end if;
  return jsonb_build_object(
    'endpoint', v_endpoint,
    'now', v_now,
    'rules', private.circuit_rules(),
    'circuits', (
      select coalesce(jsonb_object_agg(b.endpoint, jsonb_build_object('version', b.version, 'circuit', b.circuit)), '{}')
      from private.circuit_breakers as b
      where b.endpoint = any (p_endpoints)
    )
  );
end
$$;

create function public.internal_take_endpoint(p_job_id bigint, p_lease_token uuid, p_candidates text[], p_endpoints text[]) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.take_endpoint(p_job_id, p_lease_token, p_candidates, p_endpoints)
$$;

comment on function public.internal_take_endpoint(bigint, uuid, text[], text[]) is
'Gives a leased optimize job the least busy of its candidates, or the one that it has; null if all are full. With it, the circuits of p_endpoints, the rules and the clock: {"endpoint", "now", "rules", "circuits"}. Raises lease_lost, conflict, invalid_request.';

create function private.swap_circuit(p_endpoint text, p_version bigint, p_circuit jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the circuits are granted to nobody; execute is for service_role alone.
declare
  v_swapped boolean;
begin
  perform private.check_endpoints(array[p_endpoint]);
  if p_version is null or p_circuit is null
    or coalesce(p_circuit ->> 'state', '') not in ('closed', 'open', 'half-open')
    or coalesce(jsonb_typeof(p_circuit -> 'epoch'), '') <> 'number'
    or pg_column_size(p_circuit) > 65536
  then
    perform private.fail('invalid_request', 'A circuit has a state and an epoch, and comes with the version that it follows');
  end if;
  if p_version = 0 then
    insert into private.circuit_breakers (endpoint, circuit) values (p_endpoint, p_circuit)
    on conflict on constraint circuit_breakers_pkey do nothing;
  else
    update private.circuit_breakers as b set version = b.version + 1, circuit = p_circuit, updated_at = now()
    where b.endpoint = p_endpoint and b.version = p_version;
  end if;
  v_swapped := found;
  return (
    select jsonb_build_object(
      'swapped', v_swapped, 'now', extract(epoch from clock_timestamp()) * 1000,
      'version', coalesce(b.version, 0), 'circuit', b.circuit
    )
    from (select) as one left join private.circuit_breakers as b on b.endpoint = p_endpoint
  );
end
$$;

create function public.internal_swap_circuit(p_endpoint text, p_version bigint, p_circuit jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.swap_circuit(p_endpoint, p_version, p_circuit)
$$;

comment on function public.internal_swap_circuit(text, bigint, jsonb) is
'Stores a circuit if its row still has that version (0: none yet). Returns the row as it stands: {"swapped", "now", "version", "circuit"}. Raises invalid_request.';

create function private.force_circuit(p_endpoint text, p_state text, p_for interval default '1 hour') returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_now constant double precision := extract(epoch from clock_timestamp()) * 1000;
  v_epoch bigint;
  v_circuit jsonb;
begin
  if p_state is null or p_state not in ('open', 'closed') or p_for is null then
    raise exception 'A circuit is forced open for a while, or closed, not %', p_state
    using errcode = '22023', hint = 'select private.force_circuit(endpoint, ''open'', ''10 minutes'')';
  end if;
  insert into private.circuit_breakers (endpoint, circuit)
  values (p_endpoint, '{"state": "closed", "epoch": 0, "calls": []}')
  on conflict on constraint circuit_breakers_pkey do nothing;
  select (b.circuit ->> 'epoch')::bigint + 1 into v_epoch
  from private.circuit_breakers as b where b.endpoint = p_endpoint for update;
  update private.circuit_breakers as b
  set
    version = b.version + 1, updated_at = now(),
    -- A later epoch: what is under way now has no say in it.
    circuit = case p_state
      when 'closed' then jsonb_build_object('state', 'closed', 'epoch', v_epoch, 'calls', '[]'::jsonb)
      else jsonb_build_object(
        'state', 'open', 'epoch', v_epoch, 'trips', 1, 'openedAt', v_now, 'retryAt', v_now + extract(epoch from p_for) * 1000
      )
    end
  where b.endpoint = p_endpoint
  returning b.circuit into v_circuit;
  return v_circuit;
end
$$;

comment on function private.force_circuit(text, text, interval) is
'For a DBA: opens a circuit for a while (then one probe decides), or closes it. For an endpoint as private.circuits() names it; one that is not there yet may be named too. Returns the circuit.';

grant execute on function private.take_endpoint(bigint, uuid, text[], text[]) to service_role;
grant execute on function private.swap_circuit(text, bigint, jsonb) to service_role;
grant execute on function public.internal_take_endpoint(bigint, uuid, text[], text[]) to service_role;
grant execute on function public.internal_swap_circuit(text, bigint, jsonb) to service_role;
