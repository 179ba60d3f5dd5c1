-- Runs as supabase_storage_admin, after the tables of @supabase/lite's Storage.

-- lite writes a token's subject into the legacy column `owner` too, and a third-party issuer's subject need
-- not be a uuid. The real service leaves the column null then; here it has to hold the text.
alter table storage.objects alter column owner type text;
alter table storage.buckets alter column owner type text;

grant all on storage.buckets, storage.objects to postgres, anon, authenticated, service_role;

-- As on the platform: objects are deleted through the Storage API, or bytes stay behind without a row.
-- The API itself is known by its role, or by the operation that it names in a caller's transaction.
create function storage.protect_delete() returns trigger language plpgsql as $$
begin
  if current_user not in ('authenticator', 'supabase_storage_admin')
    and coalesce(current_setting('storage.operation', true), '') = ''
    and coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true'
  then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using hint = 'This prevents accidental data loss from orphaned objects.', errcode = '42501';
  end if;
  return null;
end
$$;

create trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();
