-- Many legacy files become versions in one call: a round trip and a commit for all that a worker has
-- uploaded and read back meanwhile.

create function private.finish_legacy_file(p_id bigint, p_lease_token uuid, p_sha256 text, p_file_size bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_file private.legacy_files;
begin
  select * into v_file from private.legacy_files as f where f.legacy_file_id = p_id;
  -- The answer to whoever verified it was lost. A store may have written the same bytes, but elsewhere.
  if v_file.state in ('verified', 'purged') and v_file.sha256 = p_sha256 and exists (
    select from public.resume_versions as v where v.version_id = v_file.version_id and v.full_storage_path = v_file.object_name
  ) then
    return;
  end if;
  perform private.record_legacy_upload(p_id, p_lease_token, p_sha256, p_file_size);
  if v_file.version_id is null then
    perform private.transfer_legacy_file(v_file.user_id, v_file.file_id, v_file.object_name, p_lease_token::text);
  end if;
  perform private.record_legacy_verified(p_id, p_lease_token);
end
$$;

comment on function private.finish_legacy_file(bigint, uuid, text, bigint) is
'The last three steps of a legacy file. Raises migration_unknown_file, migration_not_locked, upload_incomplete, migration_mismatch, invalid_request.';

create function private.finish_legacy_files(p_lease_token uuid, p_files jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
-- Definer: these tables are written by the product alone; execute is for service_role.
declare
  v_ids bigint[];
  v_given record;
  v_code text;
  v_outcomes jsonb := '[]';
begin
  if coalesce(jsonb_typeof(p_files), '') <> 'array' or jsonb_array_length(p_files) > 100 then
    perform private.fail('invalid_request', 'What is finished comes as an array of at most 100 {id, sha256, size}');
  end if;
  select array_agg(g.id) into v_ids from jsonb_to_recordset(p_files) as g (id bigint);
  -- All locks before the first file, in the order of everybody who locks many: users, then files by their ids.
  perform private.lock_user(u.user_id)
  from (select distinct f.user_id from private.legacy_files as f where f.legacy_file_id = any (v_ids) order by f.user_id) as u;
  perform from private.legacy_files as f
  where (f.user_id, f.file_id) in (select x.user_id, x.file_id from private.legacy_files as x where x.legacy_file_id = any (v_ids))
  order by f.legacy_file_id
  for update;
  for v_given in
    select g.id, g.sha256, g.size from jsonb_to_recordset(p_files) as g (id bigint, sha256 text, size bigint)
  loop
    v_code := null;
    begin
      perform private.finish_legacy_file(v_given.id, p_lease_token, v_given.sha256, v_given.size);
    exception
      -- One that fails does not keep the others from being finished.
      when others then
        get stacked diagnostics v_code = pg_exception_detail;
        if sqlstate not like 'PT___' then
          raise log 'Legacy file % cannot be finished: % (%)', v_given.id, sqlerrm, sqlstate;
          v_code := 'internal';
        end if;
    end;
    v_outcomes := v_outcomes || jsonb_build_object('id', v_given.id, 'code', v_code);
  end loop;
  return v_outcomes;
end
$$;

create function public.internal_finish_legacy_files(p_lease_token uuid, p_files jsonb) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.finish_legacy_files(p_lease_token, p_files)
$$;

comment on function public.internal_finish_legacy_files(uuid, jsonb) is
'Ends the move of many files in one transaction: p_files is an array of at most 100 {id, sha256, size},
each in storage and read back with this hash. They are recorded, transferred and verified.
Returns [{id, code}], code null where it went well, else what the steps raise, or internal. Idempotent. Raises invalid_request.';

grant execute on function private.finish_legacy_files(uuid, jsonb) to service_role;
grant execute on function public.internal_finish_legacy_files(uuid, jsonb) to service_role;
