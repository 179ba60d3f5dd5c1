-- Schemas, extensions and default privileges: everything after this file stands on "nothing is
-- granted unless it says so beside the object".

create schema if not exists private;

comment on schema private is 'The inside of ResWave: queue, settings, definer bodies. Never exposed by the Data API.';

create schema if not exists extensions;

-- What a search falls back on: the words that look like the one that was typed.
create extension if not exists pg_trgm with schema extensions;

create extension if not exists unaccent with schema extensions;

-- The per-schema form of this revoke does nothing: execute for public is a global default.
alter default privileges revoke execute on functions from public;

-- Supabase grants these defaults to its API roles; the global revoke above leaves them standing.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;

alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;

revoke all on schema private from public;

-- Public RPCs are invoker wrappers around definer bodies in here, so their callers must reach the
-- schema; its tables are granted to nobody, its functions one by one.
grant usage on schema private to authenticated, service_role;
