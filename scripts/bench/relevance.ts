/**
 * `npm run bench -- relevance`: 60 queries with judged answers over the fixtures and generated resumes, as nDCG@10:
 * search_resumes() beside plainto_tsquery() with ts_rank() and beside ilike, both over file name and text.
 */
import type { Sql } from 'postgres'
import { relevanceCorpus } from '../../tests/fixtures/relevance/corpus.ts'
import { grade, type JudgedQuery, judgedQueries } from '../../tests/fixtures/relevance/queries.ts'
import { migratedDatabase, withConnection, withScratch } from '../database/scratch.ts'
import { type Bench, rounded } from './bench.ts'

const owner = 'relevance|owner'
const depth = 10
const ways = ['search_resumes()', 'plainto_tsquery + ts_rank', 'ilike'] as const

export const bench: Bench = () =>
  withScratch(async (scratch) => {
    const { url } = await migratedDatabase(scratch, 'relevance')
    return withConnection(url, async (sql) => {
      const documents = relevanceCorpus()
      const indexById = await insert(sql, documents)
      const sums = new Map<string, number[]>(ways.map((way) => [way, []]))
      const rows = []
      for (const judged of judgedQueries) {
        const grades = documents.map((document) => grade(document, judged))
        if (grades.every((each) => each === 0)) {
          throw new Error(`Cannot judge '${judged.query}': no document is wanted`)
        }
        const row: Record<string, string | number> = { query: judged.query }
        for (const way of ways) {
          const found = await answers(sql, way, judged)
          const gains = found.map((id) => grades[indexById.get(id) ?? -1] ?? 0)
          const score = gainOf(gains) / gainOf([...grades].sort((a, b) => b - a))
          sums.get(way)?.push(score)
          row[way] = rounded(score)
        }
        rows.push(row)
      }
      const mean = (way: string) => {
        const scores = sums.get(way) ?? []
        return rounded(scores.reduce((sum, score) => sum + score, 0) / scores.length)
      }
      const means = Object.fromEntries(ways.map((way) => [way, mean(way)]))
      const [ours, ...others] = ways.map(mean)
      const best = Math.max(...others)
      return {
        rows: [...rows, { query: `mean of ${judgedQueries.length}`, ...means }],
        goals: [
          {
            name: 'nDCG@10 of search_resumes()',
            value: ours ?? 0,
            target: `> ${best}, the better of the others`,
            met: (ours ?? 0) > best,
          },
        ],
      }
    })
  })

async function insert(sql: Sql, documents: ReturnType<typeof relevanceCorpus>) {
  const indexById = new Map<string, number>()
  for (const [index, { filename, language, headings, text }] of documents.entries()) {
    const [row] = await sql`
      insert into public.resumes (user_id, original_filename, mime_type, content_text, headings, language)
      values (${owner}, ${filename}, 'application/pdf', ${text}, ${headings}, ${language})
      returning id`
    indexById.set(row?.id, index)
  }
  return indexById
}

async function answers(sql: Sql, way: (typeof ways)[number], { query }: JudgedQuery) {
  const rows = await sql.begin(async (tx) => {
    if (way === 'search_resumes()') {
      await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: owner })}, true)`
      await tx`set local role authenticated`
      return tx`select id from public.search_resumes(${query}, ${depth})`
    }
    if (way === 'ilike') {
      return tx`
        select id from public.resumes where original_filename || ' ' || content_text ilike ${`%${query}%`}
        order by created_at desc limit ${depth}`
    }
    return tx`
      select id from public.resumes, plainto_tsquery('english', ${query}) as q,
        to_tsvector('english', original_filename || ' ' || content_text) as words
      where words @@ q
      order by ts_rank(words, q) desc, created_at desc limit ${depth}`
  })
  return rows.map(({ id }) => String(id))
}

function gainOf(grades: readonly number[]): number {
  return grades
    .slice(0, depth)
    .reduce((sum, each, place) => sum + (2 ** each - 1) / Math.log2(place + 2), 0)
}
