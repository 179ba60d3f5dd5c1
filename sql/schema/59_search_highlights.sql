-- Where in a text the words of a query stand. ts_headline() marks them with tags inside the text, which
-- a text can forge, and reads it whole: half a millisecond for a page of text. Here a regular expression finds what may be a
-- form of a word, and the stemmer decides on those few.

create type private.highlight_terms as (language text, lexemes text[], pattern text);

create function private.highlight_terms_of(p_language text, p_query tsquery) returns private.highlight_terms
language plpgsql immutable
set search_path = ''
as $$
declare
  v_lexemes constant text[] := (private.wanted_lexemes(p_query))[1:20];
  v_terms private.highlight_terms := row(p_language, v_lexemes, null);
begin
  -- Stemming changes the end of a word, and its accents: a beginning, in which a vowel stands for each of its forms, finds every form.
  select string_agg(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      regexp_replace(b.beginning, '[^[:alnum:]]', '\\\&', 'g'),
      '[aàáâãäå]', '[aàáâãäå]', 'g'), '[eèéêë]', '[eèéêë]', 'g'), '[iìíîïy]', '[iìíîïy]', 'g'),
      '[oòóôõö]', '[oòóôõö]', 'g'), '[uùúûü]', '[uùúûü]', 'g'), '[cç]', '[cç]', 'g'), '[sß]', '[sß]', 'g'),
    '|'
  ) into v_terms.pattern
  from (
    select distinct left(l, case when l ~ '^[[:alpha:]]+$' then greatest(3, length(l) - 2) else least(length(l), 40) end) as beginning
    from unnest(v_lexemes) as l
  ) as b;
  v_terms.pattern := '\m(?:' || v_terms.pattern || ')\w*';
  return v_terms;
end
$$;

comment on function private.highlight_terms_of(text, tsquery) is 'What private.highlight() looks for, made once per query. The pattern is null when there is nothing to show.';

create function private.highlight(p_field text, p_text text, p_terms private.highlight_terms, p_max_snippets integer) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  v_max_scanned constant integer := 50000;
  v_max_words constant integer := 200;
  v_max_ranges constant integer := 20;
  v_is_name constant boolean := p_field = 'original_filename';
  v_window constant integer := case when v_is_name then 255 else 240 end;
  v_before constant integer := case when v_is_name then 255 else 60 end;
  v_text constant text := left(p_text, v_max_scanned);
  v_length constant integer := length(v_text);
  -- Characters beyond the BMP count twice in UTF-16.
  v_wide constant boolean := v_text ~ '[\U00010000-\U0010FFFF]';
  v_config constant regconfig := private.text_search_config(p_terms.language);
  v_parts text[];
  v_word text;
  v_yes text[] := '{}';
  v_no text[] := '{}';
  v_at integer;
  v_begin integer;
  v_end integer := 0;
  v_lead text;
  -- One element per window.
  v_begins integer[] := '{}';
  v_ends integer[] := '{}';
  v_ranges text[] := '{}';
  v_counts integer[] := '{}';
  v_seen text[];
  v_best integer;
  v_snippets jsonb := '[]';
begin
  -- In a file name _ parts words. Of the two marks the text is rid first: only places count here, and they stay.
  v_parts := string_to_array(regexp_replace(translate(v_text, E'_\x01\x02', '   '), p_terms.pattern, E'\x01\\&\x02', 'gi'), E'\x01');
  if coalesce(cardinality(v_parts), 0) < 2 then
    return v_snippets;
  end if;
  v_at := 1 + length(v_parts[1]);
  for v_index in 2 .. least(cardinality(v_parts), v_max_words) loop
    v_word := lower(split_part(v_parts[v_index], E'\x02', 1));
    if not v_word = any (v_yes) and not v_word = any (v_no) then
      if length(v_word) <= 255 and tsvector_to_array(to_tsvector(v_config, v_word)) && p_terms.lexemes then
        v_yes := v_yes || v_word;
      else
        v_no := v_no || v_word;
      end if;
    end if;
    if v_word = any (v_yes) then
      if v_at > v_end then
        -- A window opens a little before its word, at the beginning of a line or else of a word.
        v_begin := greatest(v_end + 1, v_at - v_before);
        v_lead := substr(v_text, v_begin, v_at - v_begin);
        if not v_is_name then
          v_lead := coalesce(substring(v_lead from '\n([^\n]*)$'), case when v_begin > 1 then substring(v_lead from '\s(.*)$') end, v_lead);
        end if;
        v_begin := v_at - length(v_lead);
        v_end := least(v_begin + v_window - 1, v_length);
        v_begins := v_begins || v_begin;
        v_ends := v_ends || v_end;
        v_ranges := v_ranges || array[''];
        v_counts := v_counts || 0;
        v_seen := '{}';
        v_best := 0;
      end if;
      -- Lower case may be longer or shorter than the word itself.
      v_lead := split_part(v_parts[v_index], E'\x02', 1);
      v_end := greatest(v_end, v_at + length(v_lead) - 1);
      v_ends[cardinality(v_ends)] := v_end;
      if not v_word = any (v_seen) then
        v_seen := v_seen || v_word;
        v_counts[cardinality(v_counts)] := cardinality(v_seen);
      end if;
      if v_best < v_max_ranges then
        v_best := v_best + 1;
        v_ranges[cardinality(v_ranges)] := v_ranges[cardinality(v_ranges)] || case
          when v_wide then format(
            ',[%s,%s]',
            v_at - v_begin + regexp_count(substr(v_text, v_begin, v_at - v_begin), '[\U00010000-\U0010FFFF]'),
            v_at - v_begin + length(v_lead) + regexp_count(substr(v_text, v_begin, v_at - v_begin + length(v_lead)), '[\U00010000-\U0010FFFF]')
          )
          else ',[' || v_at - v_begin || ',' || v_at - v_begin + length(v_lead) || ']'
        end;
      end if;
    end if;
    v_at := v_at + length(v_parts[v_index]) - 1;
  end loop;

  -- Of the windows, those that show most of what was asked for; of equals, the first.
  for v_place in 1 .. least(p_max_snippets, cardinality(v_begins)) loop
    v_best := 1;
    for v_index in 2 .. cardinality(v_begins) loop
      if v_counts[v_index] > v_counts[v_best] then
        v_best := v_index;
      end if;
    end loop;
    v_counts[v_best] := -1;
    v_snippets := v_snippets || jsonb_build_object(
      'field', p_field,
      'offset', v_begins[v_best] - 1 + case when v_wide then regexp_count(left(v_text, v_begins[v_best] - 1), '[\U00010000-\U0010FFFF]') else 0 end,
      'text', substr(v_text, v_begins[v_best], v_ends[v_best] - v_begins[v_best] + 1),
      'ranges', ('[' || substr(v_ranges[v_best], 2) || ']')::jsonb
    );
  end loop;
  return v_snippets;
end
$$;

comment on function private.highlight(text, text, private.highlight_terms, integer) is
'Windows of a text that show the words searched for: [{field, offset, text, ranges: [[start, end], …]}]. Offset counts in the field, ranges in text, both in UTF-16 code units. The first 50,000 characters and 200 words are looked at.';

create function private.search_highlights(p_filename text, p_headings text, p_text text, p_terms private.highlight_terms) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  if p_terms.pattern is null then
    return '[]';
  end if;
  return private.highlight('original_filename', p_filename, p_terms, 1)
    || private.highlight('headings', p_headings, p_terms, 2)
    || private.highlight('content_text', p_text, p_terms, 3);
end
$$;

comment on function private.search_highlights(text, text, text, private.highlight_terms) is 'The windows of all fields of a text, each as private.highlight() gives it.';
