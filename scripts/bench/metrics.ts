/**
 * `npm run bench -- metrics`: a scrape of a database that has nothing and of one that has a million rows of everything, and
 * what it costs the queue that its depth is kept.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { startModelServer } from '../local/model/server.ts'
import { type Stack, startStack } from '../local/stack.ts'
import { type Bench, type BenchResult, percentile, rounded } from './bench.ts'

/** In each table. A smaller number is for a quick look. */
const rows = Number(process.env.BENCH_ROWS ?? 1_000_000)
const scrapes = 40
const turns = 10
const callsInTurn = 100
const maxRatio = 3
const minQueueRatio = 0.85

export const bench: Bench = async (progress) => {
  const dir = mkdtempSync(join(tmpdir(), 'reswave-bench-metrics-'))
  // Postgres runs as another user under root, who must be able to come here.
  chmodSync(dir, 0o755)
  const model = await startModelServer()
  try {
    const stack = await startStack({
      dir,
      port: 0,
      durable: false,
      worker: false,
      env: {},
      model: { url: model.url, name: model.model },
    })
    const sql = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} })
    try {
      return await measure(stack, sql, progress)
    } finally {
      await sql.end()
      await stack.stop()
    }
  } finally {
    await model.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(
  stack: Stack,
  sql: Sql,
  progress: (line: string) => void,
): Promise<BenchResult> {
  progress('Scraping a database that has nothing')
  const empty = { scrape: await timeScrapes(stack), database: await timeDatabase(sql) }
  progress('Working the queue with and without totals')
  const queue = [
    { batch: 1, ...(await timeQueue(sql, 1)) },
    { batch: 100, ...(await timeQueue(sql, 100)) },
  ]
  progress(`Writing ${rows} rows into each table`)
  await fill(sql)
  progress('Scraping it again')
  const full = { scrape: await timeScrapes(stack), database: await timeDatabase(sql) }
  const readWhole = await tablesReadWhole(sql)
  progress(`Read whole by a scrape: ${readWhole.join(', ')}`)
  const small = ['circuit_breakers', 'counters', 'rollouts', 'totals']
  const large = readWhole.filter((name) => !small.includes(name))

  const ratio = full.scrape / empty.scrape
  const row = (what: string, without: number, with_: number) => ({
    what,
    without: rounded(without, 1),
    with: rounded(with_, 1),
    ratio: rounded(with_ / without, 2),
  })
  return {
    rows: [
      row(`a scrape, ms: without and with ${rows} rows in each table`, empty.scrape, full.scrape),
      row('its call in the database, ms: the same', empty.database, full.database),
      ...queue.map(({ batch, without, kept }) =>
        row(`jobs/s in batches of ${batch}: without and with totals`, without, kept),
      ),
    ],
    goals: [
      {
        name: `a scrape with ${rows} rows in each table`,
        value: rounded(ratio, 2),
        target: `≤ ${maxRatio} × that of an empty database`,
        met: ratio <= maxRatio,
      },
      {
        name: 'tables that grow with the users and are read whole',
        value: large.length,
        target: 'none',
        met: large.length === 0,
      },
      ...queue.map(({ batch, without, kept }) => ({
        name: `the queue in batches of ${batch}, its depth kept`,
        value: rounded(kept / without, 2),
        target: `≥ ${minQueueRatio} × of it without`,
        met: kept / without >= minQueueRatio,
      })),
    ],
  }
}

/** The median, in milliseconds, the answer's last byte included. */
async function timeScrapes(stack: Stack): Promise<number> {
  return await median(scrapes, async () => {
    const response = await fetch(`${stack.url}/functions/v1/metrics`, {
      headers: { authorization: `Bearer ${stack.metricsToken}` },
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(text)
  })
}

async function timeDatabase(sql: Sql): Promise<number> {
  return await median(scrapes, async () => {
    await sql`select public.internal_metrics()`
  })
}

/** After two that warm it up. */
async function median(times: number, run: () => Promise<void>): Promise<number> {
  const took: number[] = []
  for (let i = -2; i < times; i++) {
    const startedAt = performance.now()
    await run()
    if (i >= 0) took.push(performance.now() - startedAt)
  }
  return percentile(took, 0.5)
}

/** Jobs a second through queueing, claim and end, the two by turns so that they meet the same machine. */
async function timeQueue(sql: Sql, batch: number): Promise<{ without: number; kept: number }> {
  const took = { disable: [] as number[], enable: [] as number[] }
  for (let i = 0; i < 2 * turns; i++) {
    const how = i % 2 === 0 ? 'disable' : 'enable'
    for (const trigger of ['jobs_count_queued', 'jobs_count_gone']) {
      await sql.unsafe(`alter table private.jobs ${how} trigger ${trigger}`)
    }
    // Plans are made anew after that.
    await turnOf(sql, batch)
    const startedAt = performance.now()
    for (let call = 0; call < callsInTurn; call++) await turnOf(sql, batch)
    took[how].push(((callsInTurn * batch) / (performance.now() - startedAt)) * 1000)
  }
  await sql`select private.mend_totals()`
  return { without: percentile(took.disable, 0.5), kept: percentile(took.enable, 0.5) }
}

async function turnOf(sql: Sql, batch: number): Promise<void> {
  await sql`
    select private.enqueue_jobs('compact', array_agg(gen_random_uuid()), 'bench', 100)
    from generate_series(1, ${batch}::integer)`
  await sql`
    with claimed as materialized (
      select * from public.internal_claim_jobs('bench', '{compact}', ${batch})
    )
    select public.internal_complete_jobs(array_agg(job_id), array_agg(lease_token)) from claimed`
}

/** Past the triggers: what they keep is then counted once. */
async function fill(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    await tx`
      insert into public.resumes (id, user_id, original_filename, mime_type)
      select md5('r' || n)::uuid, 'bench|' || n / 5, 'cv.pdf', 'application/pdf' from generate_series(1, ${rows}::integer) as n`
    await tx`
      insert into public.resume_versions (
        version_id, resume_id, version_number, full_storage_path, file_size, stored_bytes, state, held_as, sha256, content_text,
        original_filename, mime_type
      )
      select
        md5('v' || n)::uuid, md5('r' || n)::uuid, 1, 'bench/' || n, 100000, 100000, 'ready', 'full', repeat('a', 64), 'Words',
        'cv.pdf', 'application/pdf'
      from generate_series(1, ${rows}::integer) as n`
    await tx`
      insert into public.optimizations (user_id, resume_id, version_id, input_hash, status, result, finished_at)
      select 'bench|' || n / 5, md5('r' || n)::uuid, md5('v' || n)::uuid, n::text, 'succeeded', '{}', now()
      from generate_series(1, ${rows}::integer) as n`
    await tx`
      insert into private.jobs (kind, subject_id, owner_id, max_attempts, run_at)
      select
        (array['ingest', 'optimize', 'compose', 'compact', 'rebase', 'erase', 'remove_object'])[1 + n % 7], gen_random_uuid(),
        'bench|' || n, 5, now() - n * interval '1 second' / 100
      from generate_series(1, ${rows}::integer) as n`
    await tx`
      insert into private.samples (name, labels, milliseconds, sampled_at)
      select
        case n % 3 when 0 then 'optimizations' else 'storage_calls' end, '{"operation": "download", "outcome": "ok"}', n % 700,
        clock_timestamp() - n * interval '1 hour' / ${rows}::integer
      from generate_series(1, ${rows}::integer) as n`
    await tx`
      insert into private.legacy_files (
        user_id, file_id, version_order, source_path, original_filename, mime_type, file_size, file_created_at, file_modified_at,
        object_name
      )
      select 'bench|' || n / 5, n::text, 1, n::text, 'cv.pdf', 'application/pdf', 1000, now(), now(), 'migrations/' || n
      from generate_series(1, ${rows}::integer) as n`
    // As many as a service has that has met everything, sixteen transactions at once.
    await tx`
      insert into private.counters (name, labels, shard, value, milliseconds)
      select c.name, c.labels, s.shard, 1000, 1000
      from generate_series(0, 15) as s (shard), (
        select 'job_run' as name, jsonb_build_object('kind', k, 'outcome', o, 'le', (-b)::text) as labels
        from unnest(array['ingest', 'optimize', 'compact', 'erase', 'remove_object']) as k, unnest(array['succeeded', 'retried']) as o,
          unnest(private.bucket_bounds()) as b
        union all
        select 'storage_calls', jsonb_build_object('operation', p, 'outcome', o, 'le', (-b)::text)
        from unnest(array['download', 'upload', 'remove']) as p, unnest(array['ok', 'failed']) as o, unnest(private.bucket_bounds()) as b
      ) as c
      on conflict do nothing`
  })
  await sql`select private.mend_totals()`
  await sql`vacuum analyze`
}

/** What one call of a scrape reads from its first row to its last. */
async function tablesReadWhole(sql: Sql): Promise<string[]> {
  const found = await sql.begin(async (tx) => {
    await tx`select public.internal_metrics()`
    return await tx<{ relname: string }[]>`
      select relname from pg_stat_xact_user_tables where seq_scan > 0 order by relname`
  })
  return found.map(({ relname }) => relname)
}
