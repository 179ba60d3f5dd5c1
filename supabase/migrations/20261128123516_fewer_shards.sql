set check_function_bodies = off;
set lock_timeout = '5s';

create or replace function private.counter_shard()
returns integer
language plpgsql
set search_path to ''
as $function$
declare
  v_shards constant integer := 64;
  v_lock constant integer := hashtext('reswave:counter_shard');
  -- Few to begin with, so that whoever adds them up reads few; the others where more transactions count at once.
  v_first constant integer := pg_backend_pid() % 8;
begin
  -- A shard belongs to one transaction at a time: nobody waits for a counter, so that counting can
  -- neither slow a queue down nor deadlock, in whichever order a transaction counts.
  for i in 0..v_shards - 1 loop
    if pg_try_advisory_xact_lock(v_lock, (v_first + i) % v_shards) then
      return (v_first + i) % v_shards;
    end if;
  end loop;
  return v_shards + pg_backend_pid();
end
$function$
;

reset lock_timeout;
reset check_function_bodies;
