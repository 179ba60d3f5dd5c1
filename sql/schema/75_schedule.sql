-- On hosted Supabase pg_cron calls the worker through pg_net, with URL and token from Vault. Where
-- these extensions do not exist (the embedded stack has none) this is inert and a timer does it.

create function private.call_worker() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_url text;
  v_token text;
  v_request_id bigint;
begin
  if to_regnamespace('vault') is null or to_regnamespace('net') is null then
    return null;
  end if;
  -- Dynamic, since neither schema needs to exist where this function is made.
  execute $sql$ select decrypted_secret from vault.decrypted_secrets where name = 'reswave_worker_url' $sql$ into v_url;
  execute $sql$ select decrypted_secret from vault.decrypted_secrets where name = 'reswave_worker_token' $sql$ into v_token;
  if v_url is null or v_token is null then
    return null;
  end if;
  -- The worker answers at once and works after; what it answers is of no interest here.
  execute $sql$
    select net.http_post(
      url => $1,
      body => '{}'::jsonb,
      headers => jsonb_build_object('authorization', 'Bearer ' || $2, 'content-type', 'application/json'),
      timeout_milliseconds => 2000
    )
  $sql$ into v_request_id using v_url, v_token;
  return v_request_id;
end
$$;

comment on function private.call_worker() is
'Asks the worker function to look at the queue. Returns pg_net''s request id, or null where pg_net or Vault or the secrets reswave_worker_url and reswave_worker_token are missing.';

create function private.schedule_worker() returns text
language plpgsql
set search_path = ''
as $$
begin
  if to_regnamespace('cron') is null then
    return 'no pg_cron: call the worker function from elsewhere';
  end if;
  execute $sql$ select cron.schedule('reswave-worker', '10 seconds', 'select private.call_worker()') $sql$;
  -- pg_cron writes a row for every run and forgets none.
  execute $sql$
    select cron.schedule(
      'reswave-forget-runs', '17 3 * * *',
      $cmd$ delete from cron.job_run_details where end_time < now() - interval '7 days' $cmd$
    )
  $sql$;
  return 'scheduled every 10 seconds';
end
$$;

comment on function private.schedule_worker() is
'Lets pg_cron call the worker every 10 seconds, and forget its own history after a week. Safe to repeat; says so where there is no pg_cron.';
