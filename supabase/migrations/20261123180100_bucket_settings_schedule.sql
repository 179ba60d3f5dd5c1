-- Rows that the schema needs, as opposed to the schema itself.

insert into private.settings default values
on conflict do nothing;

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (
  'resumes', 'resumes', false, 52428800,
  array[
    'application/pdf',
    'application/msword',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  ]
)
on conflict (id) do update
set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

-- pg_cron and pg_net come with hosted Supabase; elsewhere nothing is scheduled. A server may offer
-- pg_cron and yet not be set up for it: that is no reason to refuse the migration.
do $$
declare
  v_extension record;
begin
  for v_extension in
    select e.name, case when e.name = 'pg_net' then ' with schema extensions' else '' end as placed
    from pg_catalog.pg_available_extensions as e
    where e.name in ('pg_cron', 'pg_net')
  loop
    begin
      execute format('create extension if not exists %I%s', v_extension.name, v_extension.placed);
    exception
      when others then
        raise warning 'Cannot create extension %: %', v_extension.name, sqlerrm;
    end;
  end loop;
  raise notice 'worker: %', private.schedule_worker();
end
$$;
