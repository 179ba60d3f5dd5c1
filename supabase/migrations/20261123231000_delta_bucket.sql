-- Deltas lie apart from people's files: no policy lets a user read or write them, and the bucket resumes
-- takes the three document types alone.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('resume_deltas', 'resume_deltas', false, 5242880, array['application/octet-stream'])
on conflict (id) do update
set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;
