-- Which files of a migration an operator means: all, a user's, one, or those of the users whom a stage of a rollout took in.

create function private.rollout_stage_buckets(p_rollout_id bigint, p_stage integer) returns int4range
language sql stable
set search_path = ''
as $$
  select case
    when s.percentage > coalesce(e.percentage, 0) then int4range((100 * coalesce(e.percentage, 0))::integer, (100 * s.percentage)::integer)
    else 'empty'
  end
  from private.rollout_stages as s
    cross join lateral (
      select max(x.percentage) as percentage from private.rollout_stages as x where x.rollout_id = s.rollout_id and x.stage < s.stage
    ) as e
  where (s.rollout_id, s.stage) = (p_rollout_id, p_stage)
$$;

comment on function private.rollout_stage_buckets(bigint, integer) is
'Buckets of the users who were local until this stage: so that each user is of one stage. Empty where a stage raises only those whom earlier ones took in; null when there is no such stage.';

create function private.rollout_stage(p_stage integer, p_rollout_id bigint) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
-- Definer: rollouts are granted to nobody; execute is for service_role alone.
declare
  v_rollout private.rollouts;
  v_stage private.rollout_stages;
  v_buckets int4range;
begin
  select * into v_rollout from private.rollouts as r
  where case when p_rollout_id is null then r.ended_at is null else r.rollout_id = p_rollout_id end;
  if not found then
    perform private.fail('not_found', 'There is no such rollout', 'Without a number it is the one that has not ended; private.rollouts has the earlier ones.');
  end if;
  select * into v_stage from private.rollout_stages as s where (s.rollout_id, s.stage) = (v_rollout.rollout_id, p_stage);
  if not found then
    perform private.fail('not_found', format('The rollout has no stage %s', p_stage), 'public.rollout_report() lists them.');
  end if;
  v_buckets := private.rollout_stage_buckets(v_rollout.rollout_id, p_stage);
  if isempty(v_buckets) then
    perform private.fail(
      'conflict', format('Stage %s takes nobody in: it raises users of earlier stages to %s', p_stage, v_stage.phase),
      'Name the stage that took them in.'
    );
  end if;
  return jsonb_build_object(
    'rolloutId', v_rollout.rollout_id, 'stage', p_stage, 'phase', v_stage.phase, 'percentage', v_stage.percentage,
    'takesIn', (upper(v_buckets) - lower(v_buckets)) / 100.0,
    'pinned', (select count(*) from private.rollout_pins as p where private.rollout_bucket(v_rollout.salt, p.user_id) <@ v_buckets),
    -- By this rollout somebody of the stage, by another one whoever comes first.
    'isEntered', exists (
      select from private.rollouts as r
      where r.ended_at is null
        and greatest(r.dual_write_below, r.dual_read_below, r.supabase_below)
        > case r.rollout_id when v_rollout.rollout_id then lower(v_buckets) else 0 end
    )
  );
end
$$;

create function public.internal_rollout_stage(p_stage integer, p_rollout_id bigint default null) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.rollout_stage(p_stage, p_rollout_id)
$$;

comment on function public.internal_rollout_stage(integer, bigint) is
'Whom a stage of a rollout (the one that has not ended, unless one is named) took in: users who were local until then, takesIn percent of all.
pinned: how many of them are in a phase of their own, and in no stage.
isEntered: some of its users may be in another phase than local now. Raises not_found, conflict (a stage that took nobody in).';

create function private.list_legacy_files(
  p_after bigint, p_limit integer, p_states text[], p_user_id text, p_file_id text, p_rollout_id bigint, p_stage integer
) returns jsonb
language sql stable security definer
set search_path = ''
as $$
-- Definer: the table is granted to nobody; execute is for service_role alone.
  select coalesce(jsonb_agg(
    private.legacy_file_json(p.f) || jsonb_build_object(
      'versionState', v.state, 'failureCode', v.failure_code, 'heldAs', v.held_as, 'fullPath', v.full_storage_path,
      'deleted', r.deleted_at is not null, 'phase', u.phase,
      'purgeable', coalesce(
        (p.f).state = 'verified' and (p.f).purge_after_at <= now() and v.state = 'ready' and r.deleted_at is null
        and coalesce(u.phase, 'supabase') = 'supabase',
        false
      )
    )
    order by (p.f).legacy_file_id
  ), '[]')
  from (
    select f from private.legacy_files as f
    where f.legacy_file_id > coalesce(p_after, 0)
      and (p_states is null or f.state = any (p_states))
      and (p_user_id is null or f.user_id = p_user_id)
      and (p_file_id is null or f.file_id = p_file_id)
      and (
        p_stage is null
        or private.rollout_bucket((select r.salt from private.rollouts as r where r.rollout_id = p_rollout_id), f.user_id)
        <@ (select private.rollout_stage_buckets(p_rollout_id, p_stage))
        and not exists (select from private.rollout_pins as n where n.user_id = f.user_id)
      )
    order by f.legacy_file_id
    limit least(greatest(coalesce(p_limit, 500), 1), 1000)
  ) as p
    left join public.resume_versions as v on v.version_id = (p.f).version_id
    left join public.resumes as r on r.id = v.resume_id
    cross join lateral (select private.rollout_phase_if_any((p.f).user_id) as phase) as u
$$;

create function public.internal_list_legacy_files(
  p_after bigint default 0, p_limit integer default 500, p_states text[] default null, p_user_id text default null, p_file_id text default null,
  p_rollout_id bigint default null, p_stage integer default null
) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.list_legacy_files(p_after, p_limit, p_states, p_user_id, p_file_id, p_rollout_id, p_stage)
$$;

comment on function public.internal_list_legacy_files(bigint, integer, text[], text, text, bigint, integer) is
'A page of a migration''s files in the order of their ids, after p_after, at most 1,000, each with what became of its version. phase: of its user, null where no rollout was ever started. purgeable: verified, read by ingest, its grace period over, its user in phase supabase or in none.
p_rollout_id and p_stage: only of users whom that stage took in, see internal_rollout_stage().';

grant execute on function private.rollout_stage(integer, bigint) to service_role;
grant execute on function private.list_legacy_files(bigint, integer, text[], text, text, bigint, integer) to service_role;
grant execute on function public.internal_rollout_stage(integer, bigint) to service_role;
grant execute on function public.internal_list_legacy_files(bigint, integer, text[], text, text, bigint, integer) to service_role;
