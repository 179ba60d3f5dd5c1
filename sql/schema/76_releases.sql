-- Which release serves, since when and what it needs of the database. Written by `npm run deploy`.

create table private.releases (
  release_id bigint not null generated always as identity,
  commit_id text not null,
  name text not null,
  sources text not null,
  functions jsonb not null,
  migration text,
  contract jsonb not null,
  came_back_from_id bigint,
  deployed_by text not null,
  deployed_at timestamptz not null default clock_timestamp(),
  verified_at timestamptz,
  constraint releases_pkey primary key (release_id),
  constraint releases_came_back_from_id_fkey foreign key (came_back_from_id) references private.releases (release_id),
  constraint releases_commit_id_check check (commit_id ~ '^[0-9a-f]{40,64}$'),
  constraint releases_name_check check (length(name) between 1 and 200),
  constraint releases_sources_check check (length(sources) between 1 and 200),
  constraint releases_functions_check check (jsonb_typeof(functions) = 'object'),
  constraint releases_deployed_by_check check (length(deployed_by) between 1 and 200)
);

alter table private.releases enable row level security;

create index releases_came_back_from_id_idx on private.releases (came_back_from_id);

comment on table private.releases is 'Each release that was put onto this project, the newest serves. Kept for ever: a few rows a week.';
comment on column private.releases.sources is 'A hash of what functions deploy uploads: equal means that there is nothing to deploy.';
comment on column private.releases.functions is 'What the platform calls the versions of its functions: {"health": 7}. Another number there means that somebody else has deployed.';
comment on column private.releases.migration is 'The newest migration when it was deployed.';
comment on column private.releases.contract is 'private.api_contract() as it was when the release was first deployed: what its functions rely on.';
comment on column private.releases.came_back_from_id is 'The release that was taken back by this one.';
comment on column private.releases.verified_at is 'When health was ready and the worker had answered; null: it was deployed and never seen to work.';

create function private.api_contract() returns jsonb
language sql stable
set search_path = ''
as $$
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
$$;

comment on function private.api_contract() is
'What the schema public offers: functions with what they take, need and give, and the columns of tables and views. What a JSON value holds is not in it.';

create function private.broken_promises(p_contract jsonb, p_now jsonb) returns setof text
language sql stable
set search_path = ''
as $$
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
$$;

comment on function private.broken_promises(jsonb, jsonb) is
'What of an earlier private.api_contract() no longer holds in a later one: none, and the functions of that release find what they call.';

create function private.set_worker_call(p_url text, p_token text) returns text
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.set_worker_call(text, text) is
'Lets Vault hold where the worker is and by which token it may be called, for private.call_worker(). Safe to repeat; says so where there is no Vault.';

create function private.worker_answer(p_request_id bigint) returns jsonb
language plpgsql stable
set search_path = ''
as $$
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
$$;

comment on function private.worker_answer(bigint) is 'What the worker answered to private.call_worker(): {"status", "timedOut", "error"}; null until it has.';

create function private.record_release(p_release jsonb) returns bigint
language plpgsql
set search_path = ''
as $$
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
$$;

comment on function private.record_release(jsonb) is 'Notes what has been deployed: {"commit", "name", "sources", "functions", "by"}, and {"sameAs", "cameBackFrom"} of a way back. Returns its release_id.';

create function private.verify_release(p_release_id bigint) returns timestamptz
language sql volatile
set search_path = ''
as $$
  update private.releases as r set verified_at = coalesce(r.verified_at, clock_timestamp())
  where r.release_id = p_release_id
  returning r.verified_at
$$;

comment on function private.verify_release(bigint) is 'Notes that a release was seen to work.';

create function private.deploy_state() returns jsonb
language plpgsql stable
set search_path = ''
as $$
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
$$;

comment on function private.deploy_state() is
'What `npm run deploy` looks at first: migrations, the last 20 releases and what each would miss, SHA-256 of the worker''s two secrets, and whether it is scheduled (null: no pg_cron).';
