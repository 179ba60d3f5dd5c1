set check_function_bodies = off;
set lock_timeout = '5s';

create table "private"."operations" ("operation_id" bigint generated always as identity not null, "operation" text not null, "decided_by" text not null, "why" text not null, "figures" jsonb not null default '{}'::jsonb, "done_at" timestamp with time zone not null default clock_timestamp(), constraint "operations_decided_by_check" check (((length(decided_by) >= 1) and (length(decided_by) <= 200))), constraint "operations_operation_check" check ((operation = any (array['pause'::text, 'drain'::text, 'resume'::text, 'requeue'::text, 'prune'::text, 'reconcile'::text]))), constraint "operations_pkey" primary key (operation_id), constraint "operations_why_check" check (((length(why) >= 1) and (length(why) <= 1000))));

alter table "private"."operations" enable row level security;

create table "private"."queue_holds" ("kind" text not null, "hold" text not null, "held_by" text not null, "why" text not null, "held_at" timestamp with time zone not null default now(), "expected_until" timestamp with time zone not null, constraint "queue_holds_held_by_check" check (((length(held_by) >= 1) and (length(held_by) <= 200))), constraint "queue_holds_hold_check" check (((hold = 'pause'::text) or ((hold = 'drain'::text) and (kind = 'optimize'::text)))), constraint "queue_holds_pkey" primary key (kind, hold), constraint "queue_holds_why_check" check (((length(why) >= 1) and (length(why) <= 1000))));

alter table "private"."queue_holds" enable row level security;

create table "private"."releases" ("release_id" bigint generated always as identity not null, "commit_id" text not null, "name" text not null, "sources" text not null, "functions" jsonb not null, "migration" text, "contract" jsonb not null, "came_back_from_id" bigint, "deployed_by" text not null, "deployed_at" timestamp with time zone not null default clock_timestamp(), "verified_at" timestamp with time zone, constraint "releases_commit_id_check" check ((commit_id ~ '^[0-9a-f]{40,64}$'::text)), constraint "releases_deployed_by_check" check (((length(deployed_by) >= 1) and (length(deployed_by) <= 200))), constraint "releases_functions_check" check ((jsonb_typeof(functions) = 'object'::text)), constraint "releases_name_check" check (((length(name) >= 1) and (length(name) <= 200))), constraint "releases_pkey" primary key (release_id), constraint "releases_sources_check" check (((length(sources) >= 1) and (length(sources) <= 200))));

alter table "private"."releases" enable row level security;

create or replace function private.api_contract()
returns jsonb
language sql
stable
set search_path to ''
as $function$
  with arguments as (
    select p.oid, p.proname, a.name, a.mode, pg_catalog.format_type(a.type, null) as type, a.place, p.pronargs, p.pronargdefaults
    from pg_catalog.pg_proc as p
      cross join lateral (
        select n.name, coalesce(m.mode, 'i') as mode, coalesce(t.type, i.type) as type, n.place
        from unnest(p.proargnames) with ordinality as n (name, place)
          left join unnest(p.proargmodes) with ordinality as m (mode, place) using (place)
          left join unnest(p.proallargtypes) with ordinality as t (type, place) using (place)
          left join unnest(p.proargtypes::oid[]) with ordinality as i (type, place) using (place)
      ) as a
    where p.pronamespace = 'public'::regnamespace and p.proowner = 'postgres'::regrole
  ), functions as (
    select
      p.proname,
      jsonb_build_object(
        'takes', coalesce((select jsonb_object_agg(a.name, a.type) from arguments as a where a.oid = p.oid and a.mode <> 't'), '{}'),
        'needs', coalesce(
          (
            select jsonb_agg(a.name order by a.place) from arguments as a
            where a.oid = p.oid and a.mode <> 't' and a.place <= p.pronargs - p.pronargdefaults
          ),
          '[]'
        ),
        'gives', coalesce(
          (select jsonb_object_agg(a.name, a.type) from arguments as a where a.oid = p.oid and a.mode = 't'),
          to_jsonb(pg_catalog.pg_get_function_result(p.oid))
        )
      ) as facts
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'public'::regnamespace and p.proowner = 'postgres'::regrole
  ), relations as (
    select c.relname, jsonb_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)) as facts
    from pg_catalog.pg_class as c join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relowner = 'postgres'::regrole
    group by c.relname
  )
  select jsonb_build_object(
    'functions', (select coalesce(jsonb_object_agg(f.proname, f.facts), '{}') from functions as f),
    'relations', (select coalesce(jsonb_object_agg(r.relname, r.facts), '{}') from relations as r)
  )
$function$
;

create or replace function private.broken_promises(p_contract jsonb, p_now jsonb)
returns setof text
language sql
stable
set search_path to ''
as $function$
  with functions as (
    select f.key as name, f.value as was, p_now #> array['functions', f.key] as is_now
    from jsonb_each(p_contract -> 'functions') as f
  ), relations as (
    select r.key as name, r.value as was, p_now #> array['relations', r.key] as is_now
    from jsonb_each(p_contract -> 'relations') as r
  ), problems (name, problem) as (
    select f.name, format('function %s is gone', f.name) from functions as f where f.is_now is null
    union all
    select f.name, format('function %s takes %s %s, not %s', f.name, a.key, coalesce(f.is_now #>> array['takes', a.key], 'no more'), a.value)
    from functions as f cross join jsonb_each_text(f.was -> 'takes') as a
    where f.is_now is not null and f.is_now #>> array['takes', a.key] is distinct from a.value
    union all
    select f.name, format('function %s needs %s', f.name, n.name)
    from functions as f cross join jsonb_array_elements_text(f.is_now -> 'needs') as n (name)
    where not (f.was -> 'needs') ? n.name
    union all
    select f.name, format('function %s gives %s, not %s', f.name, f.is_now -> 'gives', f.was -> 'gives')
    from functions as f
    where f.is_now is not null
      -- A table may have got more columns; anything else is what it was.
      and not case jsonb_typeof(f.was -> 'gives') when 'object' then f.is_now -> 'gives' @> (f.was -> 'gives') else f.is_now -> 'gives' = f.was -> 'gives' end
    union all
    select r.name, format('%s is gone', r.name) from relations as r where r.is_now is null
    union all
    select r.name, format('%s.%s is %s, not %s', r.name, c.key, coalesce(r.is_now ->> c.key, 'gone'), c.value)
    from relations as r cross join jsonb_each_text(r.was) as c
    where r.is_now is not null and r.is_now ->> c.key is distinct from c.value
  )
  select p.problem from problems as p order by p.name, p.problem
$function$
;

create or replace function private.check_accepting()
returns void
language plpgsql
set search_path to ''
as $function$
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
$function$
;

create or replace function private.deploy_state()
returns jsonb
language plpgsql
stable
set search_path to ''
as $function$
declare
  v_contract constant jsonb := private.api_contract();
  v_migrations jsonb := '[]';
  v_worker jsonb := '{}';
  v_scheduled boolean;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    execute $sql$ select coalesce(jsonb_agg(m.version order by m.version), '[]') from supabase_migrations.schema_migrations as m $sql$ into v_migrations;
  end if;
  if to_regnamespace('vault') is not null then
    execute $sql$
      select coalesce(
        jsonb_object_agg(s.name, encode(sha256(convert_to(s.decrypted_secret, 'UTF8')), 'hex')), '{}'
      )
      from vault.decrypted_secrets as s
      where s.name in ('reswave_worker_url', 'reswave_worker_token')
    $sql$ into v_worker;
  end if;
  if to_regclass('cron.job') is not null then
    execute $sql$ select exists (select from cron.job as j where j.jobname = 'reswave-worker') $sql$ into v_scheduled;
  end if;
  return jsonb_build_object(
    'migrations', v_migrations,
    'vault', to_regnamespace('vault') is not null,
    'net', to_regnamespace('net') is not null,
    'scheduled', v_scheduled,
    'worker', v_worker,
    'releases', (
      select coalesce(jsonb_agg(r.release order by r.release_id desc), '[]')
      from (
        select
          x.release_id,
          jsonb_build_object(
            'id', x.release_id, 'commit', x.commit_id, 'name', x.name, 'sources', x.sources, 'functions', x.functions,
            'deployedAt', x.deployed_at, 'deployedBy', x.deployed_by, 'verified', x.verified_at is not null, 'cameBackFrom', x.came_back_from_id,
            'broken', (select coalesce(jsonb_agg(b.problem), '[]') from private.broken_promises(x.contract, v_contract) as b (problem))
          ) as release
        from private.releases as x
        order by x.release_id desc
        limit 20
      ) as r
    )
  );
end
$function$
;

create or replace function private.drain_queue(p_by text, p_why text, p_expected interval default '00:10:00'::interval)
returns void
language sql
set search_path to ''
as $function$
  select private.hold_queue('optimize', 'drain', p_by, p_why, p_expected)
$function$
;

create or replace function private.given(p_name text, p_default text default null::text)
returns text
language plpgsql
stable
set search_path to ''
as $function$
declare
  -- A setting of the session, for psql, the SQL editor and every driver alike.
  v_value constant text := coalesce(nullif(btrim(current_setting('reswave.' || p_name, true)), ''), p_default);
begin
  if v_value is null then
    perform private.fail(
      'invalid_request', format('reswave.%s is not given', p_name),
      format('Nothing was done. First, in the same session: set reswave.%s = ''…'';', p_name)
    );
  end if;
  return v_value;
end
$function$
;

create or replace function private.health()
returns jsonb
language sql
stable security definer
set search_path to ''
as $function$
-- Definer: the queue is granted to nobody; execute is for service_role alone.
  select jsonb_build_object(
    'queueDepth', count(*) filter (where j.dead_at is null),
    'oldestSeconds', coalesce(extract(epoch from now() - min(j.run_at) filter (where j.dead_at is null and j.run_at <= now() and j.lease_token is null)), 0)::integer,
    'dead', count(*) filter (where j.dead_at is not null),
    'held', (
      select coalesce(
        jsonb_agg(jsonb_build_object('kind', h.kind, 'hold', h.hold, 'by', h.held_by, 'why', h.why, 'since', h.held_at) order by h.kind, h.hold),
        '[]'
      )
      from private.queue_holds as h
    )
  )
  from private.jobs as j
$function$
;

create or replace function private.hold_queue(p_kind text, p_hold text, p_by text, p_why text, p_expected interval)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  perform private.check_decider(p_by, p_why);
  if p_kind is null or p_kind <> all (private.job_kinds() || array['all']) then
    perform private.fail(
      'invalid_request', format('There is no kind of job named %s', p_kind), 'It is all or one of ' || array_to_string(private.job_kinds(), ', ') || '.'
    );
  end if;
  if p_expected is null or p_expected not between interval '1 minute' and interval '7 days' then
    perform private.fail('invalid_request', 'It is expected to last between a minute and 7 days');
  end if;
  -- Who holds it again has another reason, or needs longer: since when stays.
  insert into private.queue_holds as h (kind, hold, held_by, why, expected_until)
  values (p_kind, p_hold, p_by, p_why, now() + p_expected)
  on conflict (kind, hold)
  do update set held_by = excluded.held_by, why = excluded.why, expected_until = excluded.expected_until;
  perform private.note_operation(p_hold, p_by, p_why, jsonb_build_object('kind', p_kind));
end
$function$
;

create or replace function private.job_kinds()
returns text[]
language sql
immutable parallel safe
set search_path to ''
as $function$
  select array['ingest', 'optimize', 'compose', 'compact', 'rebase', 'erase', 'remove_object']
$function$
;

create or replace function private.lock_due_jobs(p_kinds text[], p_limit integer, p_subject_id uuid)
returns bigint[]
language plpgsql
set search_path to ''
as $function$
declare
  v_kinds text[] := p_kinds;
  v_chosen bigint[] := '{}';
begin
  -- What is paused does not begin, whoever comes for it.
  if exists (select from private.queue_holds as h where h.hold = 'pause') then
    select coalesce(array_agg(k.kind), '{}') into v_kinds
    from unnest(p_kinds) as k (kind)
    where not exists (select from private.queue_holds as h where h.hold = 'pause' and h.kind in (k.kind, 'all'));
  end if;
  if p_subject_id is not null then
    select array_agg(c.job_id) into v_chosen
    from (
      select j.job_id
      from private.jobs as j
      where j.dead_at is null and j.kind = any (v_kinds) and j.subject_id = p_subject_id
        -- Who names the subject comes for that very job, and waits for nothing but the backoff of an
        -- attempt that failed: a request that is sent again in an outage would burn them all.
        and (j.run_at <= now() or j.last_error is null)
        and (j.leased_until is null or j.leased_until <= now())
      limit p_limit
      for update skip locked
    ) as c;
    return coalesce(v_chosen, '{}');
  end if;

  -- What is urgent goes first, and nothing waits for ever: one claim in eight looks first at what has
  -- been due for longer than overdue_after, longest first, whatever its priority.
  if nextval('private.claim_turns') % 8 = 0 then
    select coalesce(array_agg(c.job_id), '{}') into v_chosen
    from (
      select c.job_id
      from (select distinct k.kind from unnest(v_kinds) as k (kind)) as k
        cross join lateral (
          select j.job_id, j.run_at
          from private.jobs as j
          where j.dead_at is null and j.kind = k.kind
            and j.run_at <= now() - (select s.overdue_after from private.settings as s)
            and (j.leased_until is null or j.leased_until <= now())
          order by j.run_at
          limit p_limit
          for update skip locked
        ) as c
      order by c.run_at, c.job_id
      limit p_limit
    ) as c;
  end if;
  if cardinality(v_chosen) < p_limit then
    -- Kind by kind: each is read in the order of its index, however many jobs of others wait.
    select v_chosen || coalesce(array_agg(c.job_id), '{}') into v_chosen
    from (
      select c.job_id
      from (select distinct k.kind from unnest(v_kinds) as k (kind)) as k
        cross join lateral (
          select j.job_id, j.priority, j.place, j.run_at
          from private.jobs as j
          where j.dead_at is null and j.kind = k.kind
            and j.run_at <= now()
            and (j.leased_until is null or j.leased_until <= now())
            and j.job_id <> all (v_chosen)
          order by j.priority, j.place, j.run_at, j.job_id
          limit p_limit - cardinality(v_chosen)
          for update skip locked
        ) as c
      order by c.priority, c.place, c.run_at, c.job_id
      limit p_limit - cardinality(v_chosen)
    ) as c;
  end if;
  return v_chosen;
end
$function$
;

create or replace function private.mend_storage(p_older_than interval, p_by text, p_why text)
returns table(problem text, bucket_id text, object_name text, version_id uuid, bytes bigint, since timestamp with time zone)
language plpgsql
set search_path to ''
set lock_timeout to '5s'
as $function$
declare
  v_count integer;
begin
  perform private.check_decider(p_by, p_why);
  if p_older_than is null or p_older_than < interval '1 hour' then
    perform private.fail('invalid_request', 'Only what is an hour old or older is mended', 'What is younger may still be on its way.');
  end if;
  return query select m.* from private.reconcile(true, p_older_than) as m;
  get diagnostics v_count = row_count;
  perform private.note_operation('reconcile', p_by, p_why, jsonb_build_object('mended', v_count));
end
$function$
;

create or replace function private.note_operation(p_operation text, p_by text, p_why text, p_figures jsonb)
returns void
language plpgsql
set search_path to ''
as $function$
begin
  perform private.check_decider(p_by, p_why);
  insert into private.operations (operation, decided_by, why, figures) values (p_operation, p_by, p_why, p_figures);
end
$function$
;

create or replace function private.pause_queue(p_kind text, p_by text, p_why text, p_expected interval default '01:00:00'::interval)
returns void
language sql
set search_path to ''
as $function$
  select private.hold_queue(p_kind, 'pause', p_by, p_why, p_expected)
$function$
;

create or replace function private.prune_versions(p_user_id text, p_limit integer, p_by text, p_why text)
returns integer
language plpgsql
set search_path to ''
set lock_timeout to '5s'
as $function$
declare
  v_count integer;
begin
  perform private.check_decider(p_by, p_why);
  if p_user_id is null or p_limit is null or p_limit not between 1 and 100000 then
    perform private.fail('invalid_request', 'Say whose versions (* for everybody''s) and of how many resumes at most: 1–100000');
  end if;
  v_count := private.apply_retention(nullif(p_user_id, '*'), p_limit);
  perform private.note_operation('prune', p_by, p_why, jsonb_build_object('versions', v_count, 'everybody', p_user_id = '*'));
  return v_count;
end
$function$
;

create or replace function private.record_release(p_release jsonb)
returns bigint
language plpgsql
set search_path to ''
as $function$
declare
  v_release_id bigint;
  v_migration text;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    execute $sql$ select max(m.version) from supabase_migrations.schema_migrations as m $sql$ into v_migration;
  end if;
  insert into private.releases (commit_id, name, sources, functions, migration, contract, came_back_from_id, deployed_by)
  values (
    p_release ->> 'commit', p_release ->> 'name', p_release ->> 'sources', p_release -> 'functions', v_migration,
    -- Who comes back relies on what was there then, whatever has been added since.
    coalesce((select r.contract from private.releases as r where r.release_id = (p_release ->> 'sameAs')::bigint), private.api_contract()),
    (p_release ->> 'cameBackFrom')::bigint, p_release ->> 'by'
  )
  returning release_id into v_release_id;
  return v_release_id;
end
$function$
;

create or replace function private.request_optimization(p_file_path text, p_job_description text, p_idempotency_key text, p_user_id text)
returns public.optimizations
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: users hold no right to write these tables; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
  v_settings constant private.settings := private.setting();
  v_job_description constant text := nullif(btrim(p_job_description), '');
  v_version public.resume_versions;
  v_finished public.resume_versions;
  v_hash text;
  v_asked record;
  v_optimization public.optimizations;
begin
  if p_user_id is distinct from v_caller and p_user_id is not null then
    perform private.fail('forbidden', 'The userId is not that of the access token', 'Leave it out, or send the token''s own subject.');
  end if;
  if p_file_path is null then
    perform private.fail('invalid_request', 'The file path is not given', 'Send full_storage_path of the version.');
  end if;
  if length(v_job_description) > 20000 then
    perform private.fail('invalid_request', 'The job description is longer than 20,000 characters', 'Send the part that describes the job.');
  end if;
  if length(p_idempotency_key) not between 1 and 200 then
    perform private.fail('invalid_request', 'The idempotency key is not 1 to 200 characters long', 'Send a key of that length, or none.');
  end if;

  -- The guide sends the key with its bucket in front; both forms name the same object.
  select v.* into v_version
  from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
  where v.full_storage_path in (p_file_path, regexp_replace(p_file_path, '^resumes/', ''))
    and r.user_id = v_caller and r.deleted_at is null;
  if not found then
    perform private.fail('not_found', 'There is no such file');
  end if;
  v_hash := encode(sha256(convert_to(v_version.version_id::text || coalesce(E'\n' || v_job_description, ''), 'UTF8')), 'hex');

  perform private.lock_user(v_caller);
  select * into v_optimization from public.optimizations as o
  where o.user_id = v_caller and o.idempotency_key = p_idempotency_key;
  if found then
    if v_optimization.input_hash <> v_hash then
      perform private.fail('idempotency_conflict', 'The idempotency key was used with other input', 'Use a new key for a new request.');
    end if;
    return v_optimization;
  end if;
  select * into v_optimization from public.optimizations as o
  where o.user_id = v_caller and o.input_hash = v_hash and o.status in ('queued', 'running') and p_idempotency_key is null
  limit 1;
  if found then
    return v_optimization;
  end if;
  perform private.check_accepting();

  select count(*) as number, min(o.created_at) as oldest into v_asked
  from public.optimizations as o
  where o.user_id = v_caller and o.created_at > now() - interval '1 hour';
  perform private.check_rate(v_asked.number, v_settings.optimizations_per_hour, v_asked.oldest, 'optimizations');
  if (
    select count(*) from public.optimizations as o where o.user_id = v_caller and o.status in ('queued', 'running')
  ) >= v_settings.max_active_optimizations_per_user then
    perform private.fail(
      'too_many_requests', format('%s optimizations are in flight', v_settings.max_active_optimizations_per_user),
      'Wait for one to end, or cancel it.', private.seconds_until_own_end(v_caller)
    );
  end if;
  if (
    select count(*) from (
      select from private.jobs as j where j.kind = 'optimize' and j.dead_at is null
      limit v_settings.max_queued_optimizations
    ) as j
  ) >= v_settings.max_queued_optimizations then
    perform private.fail('too_many_requests', 'Too many optimizations of all users wait', null, private.seconds_until_room());
  end if;

  -- It may have been deleted since it was found above.
  v_version := private.owned_version(v_version.version_id, v_caller);
  if v_version.state = 'pending' then
    -- The client may have forgotten to complete the upload, or be about to.
    v_finished := private.finish_upload(v_version, v_caller, 10);
    if v_finished.version_id is null then
      perform private.fail('upload_incomplete', 'The file has not arrived in storage', 'Upload it to full_storage_path first.');
    end if;
    v_version := v_finished;
  end if;
  if v_version.state = 'pruned' then
    perform private.fail('conflict', 'The version is no longer kept', 'Use a newer version.');
  end if;

  insert into public.optimizations (user_id, resume_id, version_id, job_description, idempotency_key, input_hash)
  values (v_caller, v_version.resume_id, v_version.version_id, v_job_description, p_idempotency_key, v_hash)
  returning * into v_optimization;
  perform private.append_events(
    v_optimization.optimization_id,
    jsonb_build_array(jsonb_build_object('type', 'queued', 'data', jsonb_build_object('optimizationId', v_optimization.optimization_id)))
  );
  if v_version.state = 'failed' then
    -- A file that cannot be read is answered like any other final failure: with its own code.
    perform private.finish_optimization(
      v_optimization.optimization_id, 'failed', null,
      jsonb_build_object('code', v_version.failure_code, 'detail', 'The file could not be used', 'retryable', false)
    );
  else
    perform private.enqueue_job('optimize', v_optimization.optimization_id, v_caller, 10);
  end if;
  select * into v_optimization from public.optimizations as o where o.optimization_id = v_optimization.optimization_id;
  return v_optimization;
end
$function$
;

create or replace function private.requeue_dead_jobs(p_kind text, p_code text, p_limit integer, p_by text, p_why text)
returns table(job_id bigint, kind text, code text, outcome text, detail text)
language plpgsql
set search_path to ''
set lock_timeout to '5s'
as $function$
declare
  v_job record;
  v_requeued integer := 0;
  v_left integer := 0;
begin
  perform private.check_decider(p_by, p_why);
  if p_kind is null or p_code is null or p_limit is null or p_limit not between 1 and 1000 then
    perform private.fail('invalid_request', 'Say which kind and which code (or all), and how many: 1–1000');
  end if;
  for v_job in
    select d.job_id, d.kind, d.code
    from private.dead_jobs as d left join public.resume_versions as v on v.version_id = d.subject_id
    where p_kind in (d.kind, 'all') and p_code in (d.code, 'all')
    -- In one order: two that lock many resumes meet at the first.
    order by v.resume_id, d.job_id
    limit p_limit
  loop
    begin
      perform private.requeue_job(v_job.job_id);
      v_requeued := v_requeued + 1;
      return query select v_job.job_id, v_job.kind, v_job.code, 'requeued', null::text;
    exception
      -- Not this one: it is in flight again, or gone.
      when sqlstate 'PT409' or sqlstate 'PT404' then
        v_left := v_left + 1;
        return query select v_job.job_id, v_job.kind, v_job.code, 'left', sqlerrm;
    end;
  end loop;
  perform private.note_operation('requeue', p_by, p_why, jsonb_build_object('requeued', v_requeued, 'left', v_left));
end
$function$
;

create or replace function private.resume_queue(p_kind text, p_by text, p_why text)
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_held_at timestamptz;
  v_count integer;
begin
  perform private.check_decider(p_by, p_why);
  if p_kind <> 'all' and exists (select from private.queue_holds as h where h.kind = 'all') then
    perform private.fail('conflict', 'All kinds are paused together', 'Resume all, then pause those that are to stay so.');
  end if;
  select min(h.held_at) filter (where h.hold = 'pause' and h.kind in ('optimize', 'all')) into v_held_at
  from private.queue_holds as h
  where p_kind = 'all' or h.kind = p_kind;
  delete from private.queue_holds as h where p_kind = 'all' or h.kind = p_kind;
  get diagnostics v_count = row_count;
  if v_count = 0 then
    perform private.fail('not_found', format('Nothing is held of %s', p_kind), 'See private.queue_state.');
  end if;
  -- The pause does not count against the time that an optimization may take.
  update public.optimizations as o
  set
    started_at = o.started_at + (now() - greatest(v_held_at, o.started_at)),
    wait_started_at = o.wait_started_at + (now() - greatest(v_held_at, o.wait_started_at))
  where o.status in ('queued', 'running') and o.started_at is not null and v_held_at is not null
    and exists (
      select from private.jobs as j
      where j.kind = 'optimize' and j.subject_id = o.optimization_id and j.dead_at is null
        and (j.leased_until is null or j.leased_until <= now())
    );
  perform private.note_operation('resume', p_by, p_why, jsonb_build_object('kind', p_kind, 'holds', v_count));
  return v_count;
end
$function$
;

create or replace function private.set_worker_call(p_url text, p_token text)
returns text
language plpgsql
set search_path to ''
as $function$
declare
  v_secret record;
  v_id uuid;
  v_value text;
  v_changed boolean := false;
begin
  if to_regnamespace('vault') is null then
    return 'no Vault: call the worker function from elsewhere';
  end if;
  for v_secret in
    select s.name, s.value from (values ('reswave_worker_url', p_url), ('reswave_worker_token', p_token)) as s (name, value)
  loop
    -- Dynamic, since the schema need not exist where this function is made.
    execute $sql$ select s.id, s.decrypted_secret from vault.decrypted_secrets as s where s.name = $1 $sql$ into v_id, v_value using v_secret.name;
    if v_id is null then
      execute $sql$ select vault.create_secret($1, $2) $sql$ using v_secret.value, v_secret.name;
    elsif v_value is distinct from v_secret.value then
      execute $sql$ select vault.update_secret($1, $2) $sql$ using v_id, v_secret.value;
    else
      continue;
    end if;
    v_changed := true;
  end loop;
  return case when v_changed then 'set' else 'unchanged' end;
end
$function$
;

create or replace function private.slowest_statements(p_words text, p_limit integer default 20)
returns table(calls bigint, mean_ms double precision, max_ms double precision, total_ms double precision, rows_per_call double precision, cache_hit_percent double precision, statement text, note text)
language plpgsql
stable
set search_path to ''
as $function$
declare
  v_schema constant text := (
    select e.extnamespace::regnamespace::text from pg_catalog.pg_extension as e where e.extname = 'pg_stat_statements'
  );
begin
  if v_schema is null then
    return query select
      null::bigint, null::double precision, null::double precision, null::double precision, null::double precision,
      null::double precision, null::text, 'create extension pg_stat_statements with schema extensions: nothing is measured without it';
    return;
  end if;
  begin
    -- Dynamic, since neither schema nor view needs to exist where this function is made.
    return query execute format(
      $sql$
        select
          s.calls, s.mean_exec_time, s.max_exec_time, s.total_exec_time, s.rows::double precision / greatest(s.calls, 1),
          100 * s.shared_blks_hit::double precision / nullif(s.shared_blks_hit + s.shared_blks_read, 0),
          left(regexp_replace(s.query, '\s+', ' ', 'g'), 500), null::text
        from %s.pg_stat_statements as s
        where s.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
          and s.query ~* $1 and s.query !~* 'slowest_statements'
          -- What made them is no search.
          and s.query !~* '^(\s|--[^\n]*\n)*(create|alter|drop|comment|grant|revoke|explain)\s'
        order by s.mean_exec_time desc
        limit $2
      $sql$,
      v_schema
    ) using p_words, p_limit;
  exception
    when object_not_in_prerequisite_state then
      return query select
        null::bigint, null::double precision, null::double precision, null::double precision, null::double precision,
        null::double precision, null::text, 'pg_stat_statements is not among shared_preload_libraries of this server: nothing is measured';
  end;
end
$function$
;

create or replace function private.sqlstate_of(p_code text)
returns text
language sql
immutable parallel safe strict
set search_path to ''
as $function$
  -- PostgREST answers PTnnn with HTTP status nnn.
  -- https://docs.postgrest.org/en/stable/references/errors.html#raise-errors-with-http-status-codes
  select case p_code
    when 'unauthorized' then 'PT401'
    when 'forbidden' then 'PT403'
    when 'invalid_request' then 'PT400'
    when 'invalid_filename' then 'PT400'
    when 'unsupported_file_type' then 'PT415'
    when 'file_too_large' then 'PT413'
    when 'file_empty' then 'PT422'
    when 'not_found' then 'PT404'
    when 'conflict' then 'PT409'
    when 'idempotency_conflict' then 'PT409'
    when 'quota_exceeded' then 'PT429'
    when 'too_many_requests' then 'PT429'
    when 'draining' then 'PT503'
    when 'upload_incomplete' then 'PT409'
    when 'lease_lost' then 'PT409'
    when 'migration_unknown_file' then 'PT404'
    when 'migration_foreign_path' then 'PT403'
    when 'migration_not_locked' then 'PT409'
    when 'migration_mismatch' then 'PT409'
    when 'migration_not_exported' then 'PT409'
  end
$function$
;

create or replace function private.verify_release(p_release_id bigint)
returns timestamp with time zone
language sql
set search_path to ''
as $function$
  update private.releases as r set verified_at = coalesce(r.verified_at, clock_timestamp())
  where r.release_id = p_release_id
  returning r.verified_at
$function$
;

create or replace function private.worker_answer(p_request_id bigint)
returns jsonb
language plpgsql
stable
set search_path to ''
as $function$
declare
  v_answer jsonb;
begin
  if to_regclass('net._http_response') is null then
    return null;
  end if;
  execute $sql$
    select jsonb_build_object('status', r.status_code, 'timedOut', coalesce(r.timed_out, false), 'error', r.error_msg)
    from net._http_response as r
    where r.id = $1
  $sql$ into v_answer using p_request_id;
  return v_answer;
end
$function$
;

-- pgls-ignore lint/safety/addingForeignKeyConstraint: the table is new
alter table "private"."releases" add constraint "releases_came_back_from_id_fkey" foreign key (came_back_from_id) references private.releases(release_id);

create view "private"."queue_state" with (security_invoker=true) as  select k.kind,
    count(j.job_id) filter (where ((j.dead_at is null) and (j.run_at <= now()) and ((j.leased_until is null) or (j.leased_until <= now())))) as due,
    count(j.job_id) filter (where ((j.dead_at is null) and (j.run_at > now()) and (j.lease_token is null))) as later,
    count(j.job_id) filter (where (j.leased_until > now())) as running,
    count(j.job_id) filter (where (j.dead_at is not null)) as dead,
    (coalesce(extract(epoch from (now() - min(j.run_at) filter (where ((j.dead_at is null) and (j.run_at <= now()) and (j.lease_token is null))))), (0)::numeric))::integer as oldest_due_seconds,
    ( select string_agg(format('%s of %s by %s since %s: %s'::text, h.hold, h.kind, h.held_by, date_trunc('second'::text, h.held_at), h.why), '; '::text order by h.hold, h.kind) as string_agg
          from private.queue_holds h
          where (h.kind = any (array[k.kind, 'all'::text]))) as held
  from (unnest(private.job_kinds()) k(kind)
    left join private.jobs j on ((j.kind = k.kind)))
  group by k.kind;

create index releases_came_back_from_id_idx on private.releases using btree (came_back_from_id);

comment on column "private"."operations"."figures" is 'What it came to, in numbers and words of closed sets.';

comment on column "private"."queue_holds"."expected_until" is 'When whoever holds it expects to be done: what Retry-After is made of. Nothing is lifted by itself.';

comment on column "private"."queue_holds"."hold" is 'pause: no job of the kind begins; those that run go on to their end. drain: no new optimization is accepted; those that are queued are worked.';

comment on column "private"."queue_holds"."kind" is 'A kind of job, or all.';

comment on column "private"."releases"."came_back_from_id" is 'The release that was taken back by this one.';

comment on column "private"."releases"."contract" is 'private.api_contract() as it was when the release was first deployed: what its functions rely on.';

comment on column "private"."releases"."functions" is 'What the platform calls the versions of its functions: {"health": 7}. Another number there means that somebody else has deployed.';

comment on column "private"."releases"."migration" is 'The newest migration when it was deployed.';

comment on column "private"."releases"."sources" is 'A hash of what functions deploy uploads: equal means that there is nothing to deploy.';

comment on column "private"."releases"."verified_at" is 'When health was ready and the worker had answered; null: it was deployed and never seen to work.';

comment on function "private"."api_contract"() is 'What the schema public offers: functions with what they take, need and give, and the columns of tables and views. What a JSON value holds is not in it.';

comment on function "private"."broken_promises"(jsonb, jsonb) is 'What of an earlier private.api_contract() no longer holds in a later one: none, and the functions of that release find what they call.';

comment on function "private"."check_accepting"() is 'Raises draining (with Retry-After: 30 to 3600 seconds) while optimizations are drained.';

comment on function "private"."deploy_state"() is 'What `npm run deploy` looks at first: migrations, the last 20 releases and what each would miss, SHA-256 of the worker''s two secrets, and whether it is scheduled (null: no pg_cron).';

comment on function "private"."drain_queue"(text, text, interval) is 'For DBAs: no new optimization is accepted until resume_queue(): callers get draining (503) with Retry-After from p_expected. What is queued is worked, and what was asked before is given again. Safe to repeat. Raises invalid_request.';

comment on function "private"."given"(text, text) is 'What the session was given for an action (set reswave.by = ''ada''), or the default. Raises invalid_request where there is neither.';

comment on function "private"."job_kinds"() is 'Every kind of job, as jobs_kind_check has them.';

comment on function "private"."lock_due_jobs"(text[], integer, uuid) is 'Locks up to p_limit jobs that are due, not paused and held by nobody, the most urgent ones, and returns their ids. Those whose attempts are spent are among them.';

comment on function "private"."mend_storage"(interval, text, text) is 'For DBAs: private.reconcile() that mends, with who and why: orphans go to the worker, versions whose object is gone fail with file_lost. Returns what was found. Raises invalid_request.';

comment on function "private"."pause_queue"(text, text, text, interval) is 'For DBAs: no job of a kind (or all) is begun until resume_queue(); requests are accepted and wait. A claim that is under way may still take some, and what runs goes on to its end: private.queue_state says when nothing runs any more. Safe to repeat. Raises invalid_request.';

comment on function "private"."prune_versions"(text, integer, text, text) is 'For DBAs: private.apply_retention() with who and why. Gives up what private.retention_report() lists, of one user or of everybody (*); returns how many versions. Raises invalid_request.';

comment on function "private"."record_release"(jsonb) is 'Notes what has been deployed: {"commit", "name", "sources", "functions", "by"}, and {"sameAs", "cameBackFrom"} of a way back. Returns its release_id.';

comment on function "private"."requeue_dead_jobs"(text, text, integer, text, text) is 'For DBAs: private.requeue_job() for up to p_limit dead jobs of a kind and an error code (or all); one that cannot be requeued is left and says why. Gives up whole when it waits 5 s for a lock. Raises invalid_request.';

comment on function "private"."resume_queue"(text, text, text) is 'For DBAs: lifts pause and drain of a kind, or of all; returns how many holds there were. Raises invalid_request, conflict (all are paused together), not_found.';

comment on function "private"."set_worker_call"(text, text) is 'Lets Vault hold where the worker is and by which token it may be called, for private.call_worker(). Safe to repeat; says so where there is no Vault.';

comment on function "private"."slowest_statements"(text, integer) is 'For DBAs: what pg_stat_statements has of statements that match a regular expression, slowest mean first. Where it measures nothing, one row says why.';

comment on function "private"."verify_release"(bigint) is 'Notes that a release was seen to work.';

comment on function "private"."worker_answer"(bigint) is 'What the worker answered to private.call_worker(): {"status", "timedOut", "error"}; null until it has.';

comment on function "public"."internal_health"() is 'Queue figures for the health function: {"queueDepth": living jobs, "oldestSeconds": wait of the oldest due one, "dead": jobs that failed for good, "held": what a person has paused or drains}.';

comment on function "public"."request_optimization"(text, text, text, text) is 'For users: accepts an optimization of a version of theirs, named by full_storage_path. The same idempotency_key,
or the same input while it is in flight, gives the same optimization.
Usually called by the function optimize-resume. Raises unauthorized, forbidden, invalid_request, not_found, upload_incomplete, idempotency_conflict, too_many_requests and draining (with Retry-After), conflict.';

comment on table "private"."operations" is 'What people have done to the queue and to what is stored, who and why. Never names a user: it outlasts their erasure.';

comment on table "private"."queue_holds" is 'What is held now: select private.pause_queue(...), private.drain_queue(...), private.resume_queue(...). Empty, as it nearly always is, it costs a claim some microseconds.';

comment on table "private"."releases" is 'Each release that was put onto this project, the newest serves. Kept for ever: a few rows a week.';

comment on view "private"."queue_state" is 'For DBAs: each kind of job, what of it waits, runs and is dead, and who holds it and why. Reads the whole queue.';

revoke all on function "private"."api_contract"() from public;

grant execute on function "private"."api_contract"() to "postgres";

revoke all on function "private"."broken_promises"(jsonb, jsonb) from public;

grant execute on function "private"."broken_promises"(jsonb, jsonb) to "postgres";

revoke all on function "private"."check_accepting"() from public;

grant execute on function "private"."check_accepting"() to "postgres";

revoke all on function "private"."deploy_state"() from public;

grant execute on function "private"."deploy_state"() to "postgres";

revoke all on function "private"."drain_queue"(text, text, interval) from public;

grant execute on function "private"."drain_queue"(text, text, interval) to "postgres";

revoke all on function "private"."given"(text, text) from public;

grant execute on function "private"."given"(text, text) to "postgres";

revoke all on function "private"."hold_queue"(text, text, text, text, interval) from public;

grant execute on function "private"."hold_queue"(text, text, text, text, interval) to "postgres";

revoke all on function "private"."job_kinds"() from public;

grant execute on function "private"."job_kinds"() to "postgres";

revoke all on function "private"."mend_storage"(interval, text, text) from public;

grant execute on function "private"."mend_storage"(interval, text, text) to "postgres";

revoke all on function "private"."note_operation"(text, text, text, jsonb) from public;

grant execute on function "private"."note_operation"(text, text, text, jsonb) to "postgres";

revoke all on function "private"."pause_queue"(text, text, text, interval) from public;

grant execute on function "private"."pause_queue"(text, text, text, interval) to "postgres";

revoke all on function "private"."prune_versions"(text, integer, text, text) from public;

grant execute on function "private"."prune_versions"(text, integer, text, text) to "postgres";

revoke all on function "private"."record_release"(jsonb) from public;

grant execute on function "private"."record_release"(jsonb) to "postgres";

revoke all on function "private"."requeue_dead_jobs"(text, text, integer, text, text) from public;

grant execute on function "private"."requeue_dead_jobs"(text, text, integer, text, text) to "postgres";

revoke all on function "private"."resume_queue"(text, text, text) from public;

grant execute on function "private"."resume_queue"(text, text, text) to "postgres";

revoke all on function "private"."set_worker_call"(text, text) from public;

grant execute on function "private"."set_worker_call"(text, text) to "postgres";

revoke all on function "private"."slowest_statements"(text, integer) from public;

grant execute on function "private"."slowest_statements"(text, integer) to "postgres";

revoke all on function "private"."verify_release"(bigint) from public;

grant execute on function "private"."verify_release"(bigint) to "postgres";

revoke all on function "private"."worker_answer"(bigint) from public;

grant execute on function "private"."worker_answer"(bigint) to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."operations" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."queue_holds" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."releases" to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update on table "private"."queue_state" to "postgres";

alter table "private"."queue_holds" add constraint "queue_holds_kind_check" check (((kind = 'all'::text) or (kind = any (private.job_kinds()))));

reset lock_timeout;
reset check_function_bodies;
