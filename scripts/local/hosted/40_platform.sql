-- Runs as supabase_admin, last.

-- On the platform supautils lets `postgres` write policies on Storage's tables and nothing else there. Without it,
-- only an owner may: so `postgres` inherits the owner's rights, and this trigger takes all but policies back.
grant supabase_storage_admin to postgres with inherit true, set false, admin false;

create function extensions.refuse_storage_ddl() returns event_trigger
language plpgsql security definer set search_path = '' as $$
declare
  object text;
begin
  if session_user <> 'postgres' then
    return;
  end if;
  if tg_event = 'sql_drop' then
    select d.object_identity into object
    from pg_catalog.pg_event_trigger_dropped_objects() as d
    where d.original and not d.is_temporary and d.object_type <> 'policy'
      and (d.schema_name = 'storage' or d.address_names[1] = 'storage');
  else
    select c.object_identity into object
    from pg_catalog.pg_event_trigger_ddl_commands() as c
    where c.command_tag not in ('CREATE POLICY', 'ALTER POLICY', 'GRANT', 'REVOKE')
      and (
        c.schema_name = 'storage'
        or c.object_identity ~ ' on storage\.'
        or (c.object_type = 'schema' and c.object_identity = 'storage')
      );
  end if;
  if found and object is not null then
    raise exception 'must be owner of %', object
      using errcode = '42501',
        hint = 'Supabase owns the schema storage: projects may only create, alter and drop policies there.';
  end if;
end
$$;

create event trigger refuse_storage_ddl on ddl_command_end
  execute function extensions.refuse_storage_ddl();
create event trigger refuse_storage_drop on sql_drop
  execute function extensions.refuse_storage_ddl();

-- The platform tells its Data API of every schema change in the same way.
create function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  notify pgrst, 'reload schema';
end
$$;

create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_ddl_watch();
