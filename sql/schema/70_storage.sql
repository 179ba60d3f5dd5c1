-- Who may touch objects. The version row that owns an object's name decides, never the name's form.
-- There is no policy for update and delete: versions are immutable, deletion goes through the product.
-- Hosted Supabase lets postgres make policies on storage.objects and refuses comments there.

create policy resumes_insert_owner on storage.objects for insert to authenticated
with check (
  bucket_id = 'resumes'
  and exists (
    select
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where v.full_storage_path = objects.name and v.state = 'pending' and v.source = 'upload' and v.upload_expires_at > now()
      and r.user_id = (select auth.jwt()) ->> 'sub' and r.deleted_at is null
  )
);

create policy resumes_select_owner on storage.objects for select to authenticated
using (
  bucket_id = 'resumes'
  and exists (
    select
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where v.full_storage_path = objects.name and v.state <> 'pruned'
      and r.user_id = (select auth.jwt()) ->> 'sub' and r.deleted_at is null
  )
);
