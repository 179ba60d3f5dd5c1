set check_function_bodies = off;
set lock_timeout = '5s';

drop policy "optimizations_select_owner" on "public"."optimizations";

create or replace function private.optimization_events_of(p_optimization_id uuid, p_after_event_id integer)
returns setof private.optimization_events
language plpgsql
security definer
set search_path to ''
as $function$
-- Definer: the events are granted to nobody; the caller is taken from the token.
declare
  v_caller constant text := private.require_caller();
begin
  if not exists (
    select from public.optimizations as o join public.resumes as r on r.id = o.resume_id
    where o.optimization_id = p_optimization_id and o.user_id = v_caller and r.deleted_at is null
  ) then
    perform private.fail('not_found', 'There is no such optimization');
  end if;
  return query
  select e.* from private.optimization_events as e
  where e.optimization_id = p_optimization_id and e.event_id > p_after_event_id
  order by e.event_id
  limit 500;
end
$function$
;

create policy "optimizations_select_owner" on "public"."optimizations" for select to "authenticated" using (((user_id = (( select auth.jwt() as jwt) ->> 'sub'::text)) and (exists ( select
  from public.resumes r
  where ((r.id = optimizations.resume_id) and (r.deleted_at is null))))));

comment on policy "optimizations_select_owner" on "public"."optimizations" is 'Owners see those of what they have not deleted.';

reset lock_timeout;
reset check_function_bodies;
