/**
 * `npm run bench -- search`: search_resumes() over 500,000 resumes, on a stack of its own that is removed afterwards:
 * in the database beside the query that filters by hand without RLS and the one that leaves it to the policy, through
 * the API beside a read by primary key, and what the index of words adds to a write.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import postgres, { type Sql } from 'postgres'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { mintToken } from '../local/jwt.ts'
import { applyMigrations } from '../local/migrations.ts'
import { startPostgres } from '../local/postgres.ts'
import { type Stack, startStack, stateDir } from '../local/stack.ts'
import { type Bench, type BenchResult, percentile, rounded } from './bench.ts'
import { timeInDatabase } from './search-database.ts'
import { timeWrites } from './search-writes.ts'

const resumes = 500_000
const loaders = 2
const apiClients = 16
const apiRequestsPerClient = 15
/** What the generated vocabulary has, by how many resumes of the largest owner say it: 3,000, 200–400, 20–50. */
export const queries = {
  common: ['laboratory', 'python'],
  medium: ['carpenter invoices', 'baransamar'],
  rare: ['gudunrol', 'dimortibor'],
} as const

export const bench: Bench = async (progress) => {
  const dir = join(stateDir, `bench-search-${process.pid}`)
  const options = { dataDir: join(dir, 'postgres'), durable: false }
  let dataDir = options.dataDir
  try {
    const loading = await startPostgres(options)
    dataDir = loading.dataDir
    try {
      await applyMigrations(loading.url)
      await load(loading.url, progress)
    } finally {
      await loading.stop()
    }
    progress('Starting the stack')
    const stack = await startStack({
      dir,
      port: 0,
      env: {},
      worker: false,
      model: { url: 'http://127.0.0.1:9', name: 'none' },
    })
    try {
      return await measure(stack, progress)
    } finally {
      await stack.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(`${dataDir}.password`, { force: true })
  }
}

async function load(url: string, progress: (line: string) => void) {
  const sql = postgres(url, { max: loaders, onnotice: () => {} })
  try {
    const script = readFileSync(new URL('search-data.sql', import.meta.url), 'utf8')
    await sql.unsafe(script)
    progress(`Loading ${resumes} resumes`)
    const share = resumes / loaders
    await Promise.all(
      Array.from({ length: loaders }, (_, part) =>
        sql`call private.bench_load(${part * share}, ${(part + 1) * share})`.then(() => {}),
      ),
    )
    progress('Building the index of words')
    const declared = readFileSync(
      new URL('../../sql/schema/20_resumes.sql', import.meta.url),
      'utf8',
    )
    const index = /create index resumes_search_idx[^;]+;/.exec(declared)?.[0]
    if (!index) throw new Error('Cannot find resumes_search_idx in sql/schema/20_resumes.sql')
    await sql.unsafe('alter table public.resumes enable trigger user')
    await sql.unsafe(`set maintenance_work_mem = '512MB'; ${index}`)
    await sql.unsafe('vacuum analyze public.resumes')
  } finally {
    await sql.end()
  }
}

async function measure(stack: Stack, progress: (line: string) => void): Promise<BenchResult> {
  const sql: Sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
  try {
    progress('Searching in the database')
    const database = await timeInDatabase(sql, queries)
    progress('Writing')
    const writes = await timeWrites(sql)
    progress(`Searching through the API, ${apiClients} clients`)
    const api = await timeApi(stack)
    return {
      rows: [...database.rows, ...writes.rows, ...api.rows],
      goals: [...database.goals, ...api.goals, ...writes.goals],
    }
  } finally {
    await sql.end()
  }
}

/** Searches and reads by primary key in turns, so that both meet the same machine. */
async function timeApi(stack: Stack): Promise<BenchResult> {
  const token = await mintToken({ sub: 'bench|0' }, stack.jwtSecret)
  const client = createClient<Database>(stack.url, stack.publishableKey, {
    accessToken: async () => token,
  })
  const { data } = await client.from('resumes').select('id').limit(100)
  const ids = (data ?? []).map(({ id }) => id)
  const times: Record<'search' | 'read', number[]> = { search: [], read: [] }
  const columns = 'id, original_filename, mime_type, language, created_at, updated_at'
  const asked = Object.values(queries).flat()
  const round = async (name: 'search' | 'read', turn: number) => {
    const startedAt = performance.now()
    const query = asked[turn % asked.length] ?? ''
    const { data: found, error } =
      name === 'search'
        ? await client.rpc('search_resumes', { query })
        : await client
            .from('resumes')
            .select(columns)
            .eq('id', ids[turn % ids.length] ?? '')
    if (error || found.length === 0) {
      throw new Error(`Cannot ${name}: ${error?.message ?? 'nothing found'}`)
    }
    times[name].push(performance.now() - startedAt)
  }
  for (const name of ['read', 'search', 'read', 'search'] as const) {
    const isWarm = times[name].length > 0
    await Promise.all(
      Array.from({ length: apiClients }, async (_, number) => {
        for (let turn = 0; turn < apiRequestsPerClient; turn++) await round(name, number + turn)
      }),
    )
    // The first turn of each opens connections and plans.
    if (!isWarm) times[name].fill(Number.NaN)
  }
  const p = (name: 'search' | 'read', share: number) =>
    percentile(times[name].filter(Number.isFinite), share)
  const value = rounded(p('search', 0.95) / p('read', 0.95), 2)
  return {
    rows: (['read', 'search'] as const).map((name) => ({
      what: name === 'read' ? 'API: read by primary key' : 'API: search_resumes()',
      owner: 20_000,
      words: 'all',
      p50_ms: rounded(p(name, 0.5)),
      p95_ms: rounded(p(name, 0.95)),
    })),
    goals: [
      {
        name: `API, ${apiClients} clients, owner of 20,000: p95 of a search beside a read by primary key`,
        value,
        target: '≤ 3 ×',
        met: value <= 3,
      },
    ],
  }
}
