-- One way to refuse. The registry in functions/_shared/errors.ts has the same codes; a test
-- compares the two.

create function private.sqlstate_of(p_code text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
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
    when 'lease_lost' then 'PT409'
    when 'migration_unknown_file' then 'PT404'
    when 'migration_foreign_path' then 'PT403'
    when 'migration_not_locked' then 'PT409'
    when 'migration_mismatch' then 'PT409'
    when 'migration_not_exported' then 'PT409'
  end
$$;

comment on function private.sqlstate_of(text) is
'The SQLSTATE of an error code of the registry, PT and its HTTP status; null for a code that SQL never raises.';

create function private.fail(
  p_code text, p_message text, p_hint text default null, p_retry_after_seconds integer default null
) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_retry_after_seconds is not null then
    -- The one form of an error that PostgREST gives headers with. Its body is that of the other form.
    -- https://docs.postgrest.org/en/stable/references/errors.html#custom-http-headers
    raise sqlstate 'PGRST' using
      message = jsonb_build_object(
        'code', private.sqlstate_of(p_code), 'message', p_message, 'details', p_code,
        -- supabase-js does not show the headers of an error.
        'hint', concat_ws(' ', p_hint, format('Try again in %s seconds.', p_retry_after_seconds))
      ),
      detail = jsonb_build_object(
        'status', substring(private.sqlstate_of(p_code) from 3)::integer,
        'headers', jsonb_build_object('Retry-After', p_retry_after_seconds::text)
      );
  end if;
  raise exception using
    errcode = coalesce(private.sqlstate_of(p_code), 'XX000'),
    message = p_message,
    detail = p_code,
    hint = coalesce(p_hint, '');
end
$$;

comment on function private.fail(text, text, text, integer) is
'Raises an expected failure: SQLSTATE PTnnn, the registry code as detail, what to do as hint. With p_retry_after_seconds it is SQLSTATE PGRST, which the Data API answers the same way and with the header Retry-After.';

create function private.request_id() returns text
language sql stable
set search_path = ''
as $$
  -- What is no plain token is not kept: it goes into logs.
  select substring(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id' from '^[A-Za-z0-9._-]{8,64}$')
$$;

comment on function private.request_id() is
'The x-request-id that a call through the Data API came with; null where there is none, or none of 8–64 letters, digits, dots, dashes and underscores.';

create function private.check_rate(p_count bigint, p_limit integer, p_oldest timestamptz, p_what text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_count >= p_limit then
    perform private.fail(
      'too_many_requests', format('%s %s were begun within an hour', p_limit, p_what), null,
      greatest(ceil(extract(epoch from p_oldest + interval '1 hour' - now())), 1)::integer
    );
  end if;
end
$$;

comment on function private.check_rate(bigint, integer, timestamptz, text) is
'Refuses with too_many_requests when the last 60 minutes hold as many as the limit; p_oldest, the first of them, makes room when it is an hour old.';

create function private.require_caller() returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_caller text := auth.jwt() ->> 'sub';
begin
  if coalesce(v_caller, '') = '' then
    perform private.fail('unauthorized', 'The access token names no subject', 'Sign in and send the access token of the user.');
  end if;
  if length(v_caller) > 255 then
    perform private.fail('unauthorized', 'The subject of the access token is longer than 255 characters');
  end if;
  return v_caller;
end
$$;

comment on function private.require_caller() is
'The subject of the caller''s token, as text: a third-party subject need not be a uuid. Raises unauthorized without one.';
