set lock_timeout = '5s';

-- Deltas lie apart from people's files: no policy lets a user read or write them, and the bucket resumes
-- takes the three document types alone.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('resume_deltas', 'resume_deltas', false, 5242880, array['application/octet-stream'])
on conflict (id) do update
set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

update public.resume_versions set stored_bytes = file_size where held_as = 'full';

-- What removal jobs of before were about: the whole file of a failed version.
insert into private.object_removals (bucket_id, object_name, version_id, reason)
select 'resumes', v.full_storage_path, v.version_id, 'failed'
from private.jobs as j join public.resume_versions as v on v.version_id = j.subject_id
where j.kind = 'remove_object' and v.state = 'failed' and v.held_as = 'full'
on conflict do nothing;

-- Those that had died: nothing that has to be removed is given up any more.
update private.jobs as j
set dead_at = null, attempts = 0, run_at = now(), last_error = null
where j.job_id in (
  select min(d.job_id) from private.jobs as d
  where d.kind = 'remove_object' and d.dead_at is not null
    and not exists (select from private.jobs as o where o.kind = d.kind and o.subject_id = d.subject_id and o.dead_at is null)
  group by d.subject_id
);

-- Retention and deltas begin with what is there.
select private.keep_versions(r.id) from public.resumes as r where r.deleted_at is null order by r.id;

reset lock_timeout;
