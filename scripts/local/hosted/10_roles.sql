-- The roles of a hosted Supabase database, with the attributes they have there. `supabase_admin` is the
-- cluster's only superuser and exists already; who may log in gets a password from postgres.ts.

create role postgres nosuperuser createdb createrole replication bypassrls;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator noinherit;
create role supabase_auth_admin noinherit createrole;
create role supabase_storage_admin noinherit createrole;
create role dashboard_user nologin createdb createrole replication;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

-- One connection serves the Data API, Auth and Storage here; on the platform each service has its own admin.
grant supabase_auth_admin, supabase_storage_admin to authenticator with inherit true, set false;
-- lite learns the schema from information_schema, which shows a role what it may use; PostgREST reads pg_catalog and
-- needs no right for that. Every request then acts in a role of its own, so this opens nothing to a caller.
grant pg_read_all_data to authenticator with inherit true, set false;

alter database postgres owner to postgres;
alter database postgres set search_path = "$user", public, extensions;
grant usage on schema public to postgres, anon, authenticated, service_role;
grant all on schema public to postgres;

-- Supabase's default privileges: what is made in `public` belongs to the API roles unless a migration says otherwise.
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;

create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to dashboard_user;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

create schema auth;
grant all on schema auth to supabase_auth_admin with grant option;
grant usage on schema auth to postgres, anon, authenticated, service_role, dashboard_user;
create schema storage;
grant all on schema storage to supabase_storage_admin with grant option;
grant usage on schema storage to postgres, anon, authenticated, service_role, dashboard_user;
