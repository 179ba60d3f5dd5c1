import type { ReservedSql, Sql } from 'postgres'
import { type BenchResult, type Goal, percentile, rounded } from './bench.ts'

const owners = [
  { resumes: 1, subject: 'bench|400000' },
  { resumes: 100, subject: 'bench|5' },
  { resumes: 20_000, subject: 'bench|0' },
]
const repeats = 12
const maxRatio = 1.4
const maxExtraMs = 0.2
const minGain = 100

const columns =
  'id, original_filename, mime_type, language, current_version_id, created_at, updated_at, rank'

// What one would write by hand with the rights of the table's owner, on the same index, with the same ranking.
const ranked = `
  select r.*, ts_rank(array[0.1, 0.2, 0.5, 1], r.content_tsvector, websearch_to_tsquery('english', $1), 1) as rank
  from public.resumes as r
  where r.content_tsvector @@ websearch_to_tsquery('english', $1)`
const best = 'order by rank desc, created_at desc, id desc limit 20'

const statements = {
  by_hand: `select ${columns} from (${ranked} and array[r.user_id] @> array[$2] and r.deleted_at is null ${best}) as s`,
  search: `select ${columns} from public.search_resumes($1, with_highlights => false) where $2 <> ''`,
  by_hand_highlights: `
    select ${columns}, private.search_highlights(
      original_filename, headings, content_text, private.highlight_terms_of('en', websearch_to_tsquery('english', $1))
    ) from (${ranked} and array[r.user_id] @> array[$2] and r.deleted_at is null ${best}) as s`,
  search_highlights: `select ${columns}, highlights from public.search_resumes($1) where $2 <> ''`,
  policy_only: `select ${columns} from (${ranked} and $2 <> '' ${best}) as s`,
} as const

type Name = keyof typeof statements

const names: Record<Name, string> = {
  by_hand: 'filtered by hand, no RLS',
  search: 'search_resumes()',
  by_hand_highlights: 'filtered by hand, highlights',
  search_highlights: 'search_resumes(), highlights',
  policy_only: 'policy only',
}

/** Prepared statements, timed inside the server: no network in them. */
export async function timeInDatabase(
  sql: Sql,
  queries: Record<string, readonly string[]>,
): Promise<BenchResult> {
  const connection = await sql.reserve()
  try {
    await connection.unsafe(`
      create function public.bench_time(p_call text) returns double precision language plpgsql as $$
      declare
        v_started_at constant timestamptz := clock_timestamp();
      begin
        execute p_call;
        return extract(epoch from clock_timestamp() - v_started_at) * 1000;
      end $$;
      grant execute on function public.bench_time(text) to authenticated;`)
    for (const [name, statement] of Object.entries(statements)) {
      await connection.unsafe(`prepare ${name} (text, text) as ${statement}`)
    }
    const rows: BenchResult['rows'] = []
    const goals: Goal[] = []
    for (const { subject, resumes, words } of await cases(connection, queries)) {
      const times = await timeOwner(connection, subject, words.asked)
      const p50 = (name: Name) => percentile(times[name], 0.5)
      for (const name of Object.keys(statements) as Name[]) {
        rows.push({
          what: `database: ${names[name]}`,
          owner: resumes,
          words: words.name,
          p50_ms: rounded(p50(name)),
          p95_ms: rounded(percentile(times[name], 0.95)),
        })
      }
      const who = `owner of ${resumes}, ${words.name} words`
      goals.push(
        nearness(`${who}: beside the query by hand`, p50('search'), p50('by_hand')),
        nearness(
          `${who}: the same with highlights`,
          p50('search_highlights'),
          p50('by_hand_highlights'),
        ),
      )
      if (resumes === 20_000) goals.push(gain(who, p50('policy_only') / p50('search')))
    }
    return { rows, goals }
  } finally {
    await connection.unsafe('drop function if exists public.bench_time')
    connection.release()
  }
}

async function timeOwner(connection: ReservedSql, subject: string, queries: readonly string[]) {
  const times: Record<Name, number[]> = {
    by_hand: [],
    search: [],
    by_hand_highlights: [],
    search_highlights: [],
    policy_only: [],
  }
  const claims = JSON.stringify({ sub: subject, role: 'authenticated' })
  await connection`select set_config('request.jwt.claims', ${claims}, false)`
  // In turns, so that each meets the same machine; the first two rounds warm caches and plans.
  for (let round = -2; round < repeats; round++) {
    for (const query of queries) {
      for (const name of Object.keys(statements) as Name[]) {
        // Without an index for it this takes long, and varies little.
        if (name === 'policy_only' && round > 2) continue
        await connection.unsafe(
          name.startsWith('by_hand') ? 'reset role' : 'set role authenticated',
        )
        const call = `execute ${name}('${query}', '${subject}')`
        const [row] = await connection`select public.bench_time(${call}) as ms`
        if (round >= 0) times[name].push(Number(row?.ms))
        await connection.unsafe('reset role')
      }
    }
  }
  return times
}

/** An owner of few resumes asks for words that those have: what is not found is another case. */
async function cases(connection: ReservedSql, queries: Record<string, readonly string[]>) {
  const found = []
  for (const { subject, resumes } of owners) {
    if (resumes > 100) {
      for (const [name, asked] of Object.entries(queries)) {
        found.push({ subject, resumes, words: { name, asked } })
      }
      continue
    }
    const [row] =
      await connection`select content_text from public.resumes where user_id = ${subject} limit 1`
    const text = String(row?.content_text).toLowerCase()
    const asked = [...new Set(text.match(/[a-z]{6,}/g) ?? [])].slice(0, 5)
    found.push({ subject, resumes, words: { name: 'own', asked } })
  }
  return found
}

function nearness(name: string, ours: number, byHand: number): Goal {
  const value = rounded(ours / byHand, 2)
  return {
    name: `Database, ${name}`,
    value,
    target: `≤ ${maxRatio} × or + ${maxExtraMs} ms`,
    met: value <= maxRatio || ours - byHand <= maxExtraMs,
  }
}

function gain(who: string, ratio: number): Goal {
  const value = rounded(ratio, 1)
  return {
    name: `Database, ${who}: faster than the policy alone by`,
    value,
    target: `≥ ${minGain} ×`,
    met: value >= minGain,
  }
}
