set check_function_bodies = off;
set lock_timeout = '5s';

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
    when 'hash_mismatch' then 'PT409'
    when 'lease_lost' then 'PT409'
    when 'migration_unknown_file' then 'PT404'
    when 'migration_foreign_path' then 'PT403'
    when 'migration_not_locked' then 'PT409'
    when 'migration_mismatch' then 'PT409'
    when 'migration_not_exported' then 'PT409'
  end
$function$
;

reset lock_timeout;
reset check_function_bodies;
