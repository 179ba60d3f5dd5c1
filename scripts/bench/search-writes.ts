import { readFileSync } from 'node:fs'
import type { Sql } from 'postgres'
import { type BenchResult, percentile, rounded } from './bench.ts'

const writes = 300
const maxRatio = 2

/**
 * A version of real length made ready and current, as ingest does, and committed: in the tables as they are, whose
 * triggers index both, and in two like them that have neither the triggers nor the indexes of the search.
 */
export async function timeWrites(sql: Sql): Promise<BenchResult> {
  const text = readFileSync(
    new URL('../../tests/fixtures/resumes/secondary-teacher.txt', import.meta.url),
    'utf8',
  )
  await sql.unsafe(`
    create table private.bench_plain (like public.resumes including all);
    create table private.bench_plain_versions (like public.resume_versions including all);
    alter table private.bench_plain_versions add foreign key (resume_id) references private.bench_plain (id);
    alter table private.bench_plain add foreign key (current_version_id) references private.bench_plain_versions (version_id)`)
  await dropSearchIndexes(sql)
  await sql`insert into private.bench_plain (user_id, original_filename, mime_type, content_text, headings, language)
    select user_id, original_filename, mime_type, content_text, headings, language from public.resumes`
  await defineWrite(sql, 'plain', 'private.bench_plain', 'private.bench_plain_versions')
  await defineWrite(sql, 'searched', 'public.resumes', 'public.resume_versions')
  const times: Record<string, number[]> = { plain: [], searched: [] }
  for (let write = -20; write < writes; write++) {
    for (const [name, measured] of Object.entries(times)) {
      const [row] = await sql`select ${sql(`private.bench_begin_${name}`)}() as version`
      const startedAt = performance.now()
      await sql`select ${sql(`private.bench_write_${name}`)}(${row?.version}, ${`${write} ${text}`})`
      if (write >= 0) measured.push(performance.now() - startedAt)
    }
  }
  const p50 = (name: string) => percentile(times[name] ?? [], 0.5)
  const value = rounded(p50('searched') / p50('plain'), 2)
  return {
    rows: Object.entries(times).map(([name, each]) => ({
      what: name === 'searched' ? 'write: with triggers and search indexes' : 'write: without them',
      owner: 1,
      words: '',
      p50_ms: rounded(percentile(each, 0.5)),
      p95_ms: rounded(percentile(each, 0.95)),
    })),
    goals: [
      {
        name: 'Version made ready and current, committed: with triggers and indexes beside without',
        value,
        target: `≤ ${maxRatio} ×`,
        met: value <= maxRatio,
      },
    ],
  }
}

async function defineWrite(sql: Sql, name: string, resumes: string, versions: string) {
  await sql.unsafe(`
    create function private.bench_begin_${name}() returns uuid language sql as $$
      with begun as (
        insert into ${resumes} (user_id, original_filename, mime_type)
        values ('bench|writer', 'cv.pdf', 'application/pdf') returning *
      )
      insert into ${versions} (resume_id, version_number, full_storage_path, file_size, original_filename, mime_type, upload_expires_at)
      select id, 1, id::text, 1000, original_filename, mime_type, now() from begun returning version_id
    $$;
    create function private.bench_write_${name}(p_version uuid, p_text text) returns void language plpgsql as $$
    begin
      update ${resumes} as r
      set current_version_id = p_version, original_filename = v.original_filename, mime_type = v.mime_type,
        content_text = p_text, headings = 'Teacher', language = 'en'
      from ${versions} as v
      where v.version_id = p_version and r.id = v.resume_id;
      update ${versions}
      set state = 'ready', held_as = 'full', sha256 = repeat('0', 64), content_text = p_text, headings = 'Teacher', language = 'en', ready_at = now()
      where version_id = p_version;
    end $$`)
}

async function dropSearchIndexes(sql: Sql) {
  const indexes = await sql`
    select indexrelid::regclass::text as name from pg_index
    where indrelid = 'private.bench_plain'::regclass
      and (indpred is not null or pg_get_indexdef(indexrelid) like '%(user_id, language)')`
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
}
