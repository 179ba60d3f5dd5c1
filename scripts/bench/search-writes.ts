import { readFileSync } from 'node:fs'
import type { Sql } from 'postgres'
import { type BenchResult, percentile, rounded } from './bench.ts'

const writes = 300
const maxRatio = 2

/**
 * A resume of real length inserted and committed, one at a time, into the table as it is and into one like it that has
 * neither the trigger nor the indexes of the search.
 */
export async function timeWrites(sql: Sql): Promise<BenchResult> {
  const text = readFileSync(
    new URL('../../tests/fixtures/resumes/secondary-teacher.txt', import.meta.url),
    'utf8',
  )
  await sql.unsafe('create table private.bench_plain (like public.resumes including all)')
  await dropSearchIndexes(sql)
  await sql`insert into private.bench_plain (user_id, original_filename, mime_type, content_text, headings, language)
    select user_id, original_filename, mime_type, content_text, headings, language from public.resumes`
  const times: Record<string, number[]> = { 'private.bench_plain': [], 'public.resumes': [] }
  for (let write = -20; write < writes; write++) {
    for (const table of Object.keys(times)) {
      const startedAt = performance.now()
      await sql`
        insert into ${sql(table)} (user_id, original_filename, mime_type, content_text, headings, language)
        values ('bench|writer', 'cv.pdf', 'application/pdf', ${`${write} ${text}`}, 'Teacher', 'en')`
      if (write >= 0) times[table]?.push(performance.now() - startedAt)
    }
  }
  const p50 = (table: string) => percentile(times[table] ?? [], 0.5)
  const value = rounded(p50('public.resumes') / p50('private.bench_plain'), 2)
  return {
    rows: Object.entries(times).map(([table, each]) => ({
      what:
        table === 'public.resumes'
          ? 'write: with trigger and search indexes'
          : 'write: without them',
      owner: 1,
      p50_ms: rounded(percentile(each, 0.5)),
      p95_ms: rounded(percentile(each, 0.95)),
    })),
    goals: [
      {
        name: 'Write of a resume, committed: with trigger and indexes beside without',
        value,
        target: `≤ ${maxRatio} ×`,
        met: value <= maxRatio,
      },
    ],
  }
}

async function dropSearchIndexes(sql: Sql) {
  const indexes = await sql`
    select indexrelid::regclass::text as name from pg_index
    where indrelid = 'private.bench_plain'::regclass
      and (indpred is not null or pg_get_indexdef(indexrelid) like '%(user_id, language)')`
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
}
