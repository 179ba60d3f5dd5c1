/**
 * Doubles, not the real extensions: pg_cron, pg_net and Vault exist on hosted Supabase only. They have the functions
 * and tables that we use, and write down what they are asked instead of doing it.
 */

export const cronDouble = `
  create schema cron;
  create table cron.job (jobid bigint generated always as identity, jobname text unique, schedule text, command text);
  create table cron.job_run_details (jobid bigint, end_time timestamptz);
  create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql as $$
    insert into cron.job (jobname, schedule, command) values ($1, $2, $3)
    on conflict (jobname) do update set schedule = excluded.schedule, command = excluded.command
    returning jobid
  $$;`

export const netDouble = `
  create schema net;
  create table net.http_request_queue (id bigint generated always as identity, url text, body jsonb, headers jsonb, timeout_milliseconds integer);
  create table net._http_response (id bigint, status_code integer, timed_out boolean, error_msg text);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 2000
  ) returns bigint language sql as $$
    insert into net.http_request_queue (url, body, headers, timeout_milliseconds) values ($1, $2, $4, $5) returning id
  $$;`

/** Vault comes installed on hosted Supabase, with names in another order. */
export const vaultDouble = `
  create schema vault;
  create table vault.secrets (name text primary key, secret text, id uuid not null default gen_random_uuid());
  create view vault.decrypted_secrets as select id, name, secret as decrypted_secret from vault.secrets;
  create function vault.create_secret(new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null)
  returns uuid language sql as $$
    insert into vault.secrets (name, secret) values ($2, $1) returning id
  $$;
  create function vault.update_secret(
    secret_id uuid, new_secret text default null, new_name text default null, new_description text default null, new_key_id uuid default null
  ) returns void language sql as $$
    update vault.secrets set secret = coalesce($2, secret), name = coalesce($3, name) where id = $1
  $$;`

/** What `postgres` may do with them, who does not own them. */
export function grantsOn(schema: string): string {
  return `
    grant usage on schema ${schema} to postgres;
    grant all on all tables in schema ${schema} to postgres;
    grant execute on all functions in schema ${schema} to postgres;`
}
