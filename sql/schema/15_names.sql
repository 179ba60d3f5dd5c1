-- File names are kept as people write them; storage names are what Supabase Storage accepts.

create function private.check_filename(p_filename text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  v_name text := normalize(p_filename, nfc);
begin
  if v_name is null or btrim(v_name) = '' then
    perform private.fail('invalid_filename', 'The file has no name', 'Send the name of the file.');
  end if;
  if length(v_name) > 255 then
    perform private.fail('invalid_filename', 'The file name is longer than 255 characters', 'Rename the file.');
  end if;
  if v_name ~ '[/\\]' or v_name in ('.', '..') then
    perform private.fail('invalid_filename', 'The file name holds a path', 'Send the name alone, without folders.');
  end if;
  -- C0, DEL and C1 controls, line and paragraph separators, and the characters that reorder or hide
  -- text: with U+202E, "cv<U+202E>fdp.exe" shows itself as "cvexe.pdf". Joiners (U+200C, U+200D) stay:
  -- Persian and emoji are written with them.
  if v_name ~ '[\u0001-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\U000E0000-\U000E007F]' then
    perform private.fail('invalid_filename', 'The file name holds control or invisible characters', 'Rename the file.');
  end if;
  return v_name;
end
$$;

comment on function private.check_filename(text) is
'The name in NFC if it is one that we keep: 1–255 characters, no path parts, no control or reordering characters. Raises invalid_filename.';

create function private.storage_segment(p_text text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  -- Supabase Storage takes ASCII word characters and /!-.*'() &$@=;:+,? in a key. A question mark
  -- would end the path of a URL, so it counts as foreign here. A leading = marks the safe form,
  -- therefore a text that begins with it takes that form too, and no two texts meet in one segment.
  -- Immutable although convert_to is stable: to the database's own encoding it converts nothing.
  select case
    when p_text ~ '^[A-Za-z0-9_!\-.*''() &$@=;:+,]{1,120}$'
      and p_text !~ '^[=. ]' and p_text !~ '[. ]$'
      then p_text
    else '=' || left(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 16)
      || '-' || right(regexp_replace(p_text, '[^A-Za-z0-9_.\-]', '_', 'g'), 60)
  end
$$;

comment on function private.storage_segment(text) is
'One segment of a storage name: the text itself where that is a legal key, otherwise "=" + 16 hex digits of its SHA-256 + "-" + its tail in safe characters.';

create function private.object_name(p_user_id text, p_resume_id uuid, p_version_number integer, p_filename text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || p_resume_id::text
    || '/v' || p_version_number::text || '/' || private.storage_segment(p_filename)
$$;

comment on function private.object_name(text, uuid, integer, text) is 'Where in the bucket resumes a version''s file lies; resumes.storage_path is its template.';

create function private.unique_object_name(p_user_id text, p_resume_id uuid, p_version_number integer, p_filename text) returns text
language sql volatile
set search_path = ''
as $$
  select 'user_uploads/' || private.storage_segment(p_user_id) || '/' || p_resume_id::text
    || '/v' || p_version_number::text || '/' || gen_random_uuid()::text || '/' || private.storage_segment(p_filename)
$$;

comment on function private.unique_object_name(text, uuid, integer, text) is
'A name that no object has had, below the version''s own: for what the product writes itself.';

create function private.kind_of_mime_type(p_mime_type text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
  select case p_mime_type
    when 'application/pdf' then 'pdf'
    when 'application/msword' then 'doc'
    when 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' then 'docx'
  end
$$;

comment on function private.kind_of_mime_type(text) is 'pdf, doc or docx for the three accepted MIME types, else null.';
