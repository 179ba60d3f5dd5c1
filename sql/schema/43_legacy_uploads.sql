-- A large file goes to Storage in parts, over an upload that outlives its worker.

create function private.keep_legacy_upload(p_id bigint, p_lease_token uuid, p_upload_id text) returns void
language plpgsql security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
begin
  perform private.leased_legacy_file(p_id, p_lease_token);
  if coalesce(p_upload_id, '') !~ '^[A-Za-z0-9._~-]+$' or length(p_upload_id) > 4096 then
    perform private.fail('invalid_request', 'An upload is named by the last part of its URL, at most 4,096 characters');
  end if;
  update private.legacy_files as f set upload_id = p_upload_id where f.legacy_file_id = p_id;
end
$$;

create function public.internal_keep_legacy_upload(p_id bigint, p_lease_token uuid, p_upload_id text) returns void
language sql volatile
set search_path = ''
as $$
  select private.keep_legacy_upload(p_id, p_lease_token, p_upload_id)
$$;

comment on function public.internal_keep_legacy_upload(bigint, uuid, text) is
'Remembers the resumable upload that a worker has begun for a locked file, for the next one should this one die. Raises migration_unknown_file, migration_not_locked, invalid_request.';

grant execute on function private.keep_legacy_upload(bigint, uuid, text) to service_role;
grant execute on function public.internal_keep_legacy_upload(bigint, uuid, text) to service_role;
