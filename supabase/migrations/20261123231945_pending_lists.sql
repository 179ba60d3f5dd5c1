-- Not built anew, as a diff would have it: the list alone is shorter.
alter index private.version_words_search_idx set (gin_pending_list_limit = 128);

alter index public.resumes_search_idx set (gin_pending_list_limit = 128);
