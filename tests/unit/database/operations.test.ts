import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres, { type ReservedSql, type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type OperationResult,
  parseOperation,
  readOperations,
  runOperation,
} from '../../../scripts/database/operations.ts'
import { runFile, suiteFiles } from '../../../scripts/database/pgtap-run.ts'
import { migratedDatabase, projectRoot } from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 60_000
const operations = readOperations()
const reports = operations.filter(({ acts }) => !acts)
const actions = operations.filter(({ acts }) => acts)
const signed = { by: 'ada', why: 'a test' }

let scratch: OpenScratch
/** A plain `postgres`, as a DBA of a hosted project is. */
let sql: Sql
let connection: ReservedSql
/** Another DBA, who is in the way. */
let other: Sql
let superuserUrl: string

beforeAll(async () => {
  scratch = await openScratch()
  const database = await migratedDatabase(scratch, 'operations')
  superuserUrl = database.superuserUrl
  const [setup = ''] = suiteFiles()
  await runFile(database.url, setup)
  sql = postgres(database.url, { max: 1, onnotice: () => {} })
  other = postgres(database.url, { max: 2, onnotice: () => {} })
  await fill()
  connection = await sql.reserve()
}, timeoutMs)

afterAll(async () => {
  connection?.release()
  await other?.end()
  await sql?.end()
  await scratch?.close()
}, timeoutMs)

/** Two users with histories, a queue of every colour, a file that no row knows. */
async function fill() {
  await sql.begin(async (dba) => {
    await dba`set local search_path = reswave_tests, extensions, public`
    await dba`select history('auth0|ada', 4)`
    await dba`select store_anew('compact', version_id) from public.resume_versions where version_number = 1`
    await dba`select request('auth0|ada', v, 'A job') from public.resume_versions as v where v.version_number = 4`
    await dba`select history('auth0|bob', 1)`
    await dba`select pg_stat_force_next_flush()`
    await dba`select authenticate_as('auth0|ada')`
    await dba`select * from public.search_resumes('version')`
    await dba`select as_dba()`
    await dba`insert into storage.objects (bucket_id, name, metadata, created_at) values ('resumes', 'nobody/knows.pdf', '{"size": 5}', now() - interval '2 days')`
    await dba`
      insert into private.jobs (kind, subject_id, owner_id, attempts, max_attempts, dead_at, last_error)
      select 'rebase', gen_random_uuid(), 'auth0|bob', 5, 5, now(), jsonb_build_object('code', code)
      from unnest(array['unavailable', 'unavailable', 'internal']) as code
    `
  })
  // Half of a table goes, and nobody has vacuumed yet.
  await sql`insert into private.samples (name, labels, milliseconds) select 'bench', '{}', 1 from generate_series(1, 20000)`
  await sql`delete from private.samples where name = 'bench' and sample_id % 2 = 0`
  await sql`analyze private.samples`
  await sql`select pg_stat_force_next_flush()`
}

function run(name: string, variables: Record<string, string> = {}) {
  const operation = operations.find((one) => one.name === name)
  if (operation === undefined) throw new Error(`There is no sql/operations/${name}.sql`)
  return runOperation(connection, operation, variables)
}

function part(results: readonly OperationResult[], title: RegExp) {
  const found = results.find((result) => title.test(result.title))
  if (found === undefined) throw new Error(`There is no part ${title}`)
  return found.rows
}

/** All that an action could change, as one value. */
async function state() {
  const [row] = await other`
    select
      (select jsonb_agg(to_jsonb(j) order by j.job_id) from private.jobs as j) as jobs,
      (select jsonb_agg(to_jsonb(h)) from private.queue_holds as h) as holds,
      (select jsonb_agg(to_jsonb(v) order by v.version_id) from public.resume_versions as v) as versions,
      (select jsonb_agg(to_jsonb(r) order by r.object_name) from private.object_removals as r) as removals,
      (select jsonb_agg(to_jsonb(o) order by o.operation_id) from private.operations as o) as operations
  `
  return row
}

describe('the header of each file', () => {
  test('says what it costs, what it locks, and what it needs', () => {
    expect(operations.length).toBeGreaterThan(10)
    const problems = operations.flatMap(({ name, problems: found }) =>
      found.map((problem) => `${name}.sql does not: ${problem}`),
    )
    expect(problems).toEqual([])
  })

  test('is missed where it is missing', () => {
    expect(
      parseOperation('bare', "-- Something.\n\nselect private.given('kind');\n").problems,
    ).toEqual([
      'says "Read-only." or "Acts.", one of them',
      'says "Cost:"',
      'says "Locks:"',
      'says "Safe to cancel"',
      'names reswave.kind',
    ])
    expect(
      parseOperation('rash', '-- Acts. Cost: 1\n-- Locks: 1. Safe to cancel.\n\n\\echo\n').problems,
    ).toEqual(['asks who acts and why', 'has no command that only psql knows'])
  })

  test('docs/operations.md has a row for each file, and for no other', () => {
    const text = readFileSync(join(projectRoot, 'docs/operations.md'), 'utf8')
    const named = [...text.matchAll(/^\|.*\[`([\w-]+)\.sql`\]/gm)].map(([, name]) => name)
    expect(named.sort()).toEqual(operations.map(({ name }) => name))
  })
})

describe('reports', () => {
  test.each(reports.map(({ name }) => name))(
    '%s.sql runs for postgres in a read-only transaction, and each query has named columns',
    async (name) => {
      for (const { columns } of await run(name)) {
        expect(columns.length).toBeGreaterThan(0)
        expect(columns.filter((column) => column === '?column?')).toEqual([])
        expect(new Set(columns).size).toBe(columns.length)
      }
    },
    timeoutMs,
  )

  test('a report that writes is refused', async () => {
    const writes = parseOperation('bad', '-- Read-only.\n\ndelete from private.jobs;\n')
    await expect(runOperation(connection, writes)).rejects.toThrow(/read-only transaction/)
  })

  test('queue.sql tells what waits, for whom, and what killed the dead', async () => {
    const results = await run('queue')
    expect(part(results, /^By kind/)).toContainEqual(
      expect.objectContaining({ kind: 'optimize', due: '1', dead: '0', held: null }),
    )
    expect(part(results, /^Whose/)).toContainEqual(
      expect.objectContaining({ owner_id: 'auth0|ada' }),
    )
    expect(part(results, /^Dead/)).toEqual([
      expect.objectContaining({ kind: 'rebase', code: 'unavailable', jobs: '2' }),
      expect.objectContaining({ kind: 'rebase', code: 'internal', jobs: '1' }),
    ])
  })

  test('storage-savings.sql adds up to what the rows say', async () => {
    const results = await run('storage-savings')
    const [sums] =
      await other`select sum(file_size)::text as whole, sum(stored_bytes)::text as stored from public.resume_versions`
    expect(part(results, /^How versions/)).toContainEqual(
      expect.objectContaining({
        held_as: null,
        versions: '5',
        file_bytes: sums?.whole,
        stored_bytes: sums?.stored,
      }),
    )
    expect(part(results, /^How versions/)).toContainEqual(
      expect.objectContaining({ held_as: 'delta', source: null, stored_percent: '1.00' }),
    )
  })

  test('top-users.sql has the one who holds most first', async () => {
    const results = await run('top-users')
    expect(part(results, /hold$/).map(({ user_id, versions }) => [user_id, versions])).toEqual([
      ['auth0|ada', '4'],
      ['auth0|bob', '1'],
    ])
    expect(part(results, /24 hours/)).toEqual([
      expect.objectContaining({ user_id: 'auth0|ada', in_flight: '1' }),
    ])
  })

  test('bloat.sql finds dead rows, and the room that stays when they are gone', async () => {
    const samples = (results: OperationResult[]) =>
      part(results, /^Tables/).find(({ table_name }) => table_name === 'private.samples')
    const before = samples(await run('bloat'))
    expect(Number(before?.dead_percent)).toBeGreaterThan(30)
    expect(Number(before?.bloat_percent)).toBeGreaterThan(30)
    await other`vacuum analyze private.samples`
    await other`select pg_stat_force_next_flush()`
    const after = samples(await run('bloat'))
    expect(Number(after?.dead_percent)).toBe(0)
    expect(Number(after?.bloat_percent)).toBeGreaterThan(30)
    await other`vacuum full analyze private.samples`
    expect(Number(samples(await run('bloat'))?.bloat_percent)).toBeLessThan(15)
    await other`reindex index private.samples_pkey`
    const indexes = part(await run('bloat'), /^B-tree/)
    const rebuilt = indexes.find(({ index_name }) => index_name === 'private.samples_pkey')
    expect(Number(rebuilt?.bloat_percent ?? 0)).toBeLessThan(15)
  })

  test('unused-indexes.sql lists what nobody has read, until somebody does', async () => {
    const listed = async () =>
      (await run('unused-indexes')).flatMap(({ rows }) => rows.map(({ index_name }) => index_name))
    await other`create index samples_planted_idx on private.samples (milliseconds)`
    expect(await listed()).toContain('samples_planted_idx')
    expect(await listed()).not.toContain('samples_pkey')
    await other.begin(async (dba) => {
      await dba`set local enable_seqscan = off`
      await dba`set local enable_bitmapscan = off`
      await dba`select from private.samples where milliseconds = -1`
      await dba`select pg_stat_force_next_flush()`
    })
    expect(await listed()).not.toContain('samples_planted_idx')
    await other`drop index private.samples_planted_idx`
  })

  test('slowest-searches.sql has the search that was made, or says why it cannot', async () => {
    const [measured] = await run('slowest-searches')
    expect(measured?.rows.some(({ statement }) => /search_resumes/.test(String(statement)))).toBe(
      true,
    )
    const superuser = postgres(superuserUrl, { max: 1, onnotice: () => {} })
    try {
      // As where the server does not preload it: the view is there, and refuses.
      await superuser`alter extension pg_stat_statements drop view extensions.pg_stat_statements`
      await superuser`drop view extensions.pg_stat_statements`
      await superuser.unsafe(`
        create function extensions.refuse() returns bigint language plpgsql as $$
        begin raise object_not_in_prerequisite_state using message = 'must be loaded'; end $$;
        create view extensions.pg_stat_statements as
        select extensions.refuse() as calls, 1.0::float8 as mean_exec_time, 1.0::float8 as max_exec_time, 1.0::float8 as total_exec_time,
          1::bigint as rows, 1::bigint as shared_blks_hit, 1::bigint as shared_blks_read, 'search_resumes' as query,
          (select oid from pg_database where datname = current_database()) as dbid;
        grant select on extensions.pg_stat_statements to postgres;
        grant execute on function extensions.refuse() to postgres`)
      const [unloaded] = await run('slowest-searches')
      expect(unloaded?.rows).toEqual([
        expect.objectContaining({
          calls: null,
          note: expect.stringMatching(/shared_preload_libraries/),
        }),
      ])
      await superuser`drop view extensions.pg_stat_statements`
      await superuser`drop extension pg_stat_statements`
      const [missing] = await run('slowest-searches')
      expect(missing?.rows).toEqual([
        expect.objectContaining({ calls: null, note: expect.stringMatching(/^create extension/) }),
      ])
    } finally {
      await superuser.end()
    }
  })

  test('releases.sql lists what was deployed', async () => {
    await other`select private.record_release(${other.json({ commit: 'a'.repeat(40), name: 'one', sources: 's', functions: {}, by: 'ada' })})`
    expect(part(await run('releases'), /^The newest/)).toEqual([
      expect.objectContaining({ name: 'one', deployed_by: 'ada', verified_at: null, missing: [] }),
    ])
  })
})

interface Effect {
  readonly variables: Record<string, string>
  /** Looks at what has come of it, and takes it back where others would meet it. */
  readonly check: (results: OperationResult[]) => Promise<void>
}

/** What each action is given, and what must come of it. */
const effects: Readonly<Record<string, Effect>> = {
  pause: {
    variables: { ...signed, kind: 'compact' },
    async check(results) {
      expect(part(results, /^Before/)).toEqual([expect.objectContaining({ held: null })])
      expect(part(results, /^After/)).toEqual([
        expect.objectContaining({ held: expect.stringMatching(/^pause of compact by ada/) }),
      ])
      expect(
        await other`select from private.claim_jobs('w', '{compact}', 10, 30, null)`,
      ).toHaveLength(0)
    },
  },
  drain: {
    variables: { ...signed, expected: '5 minutes' },
    async check(results) {
      expect(part(results, /^After/)).toEqual([
        expect.objectContaining({
          due: '1',
          held: expect.stringMatching(/^drain of optimize by ada/),
        }),
      ])
      await expect(other`select private.check_accepting()`).rejects.toThrow(/draining/)
    },
  },
  resume: {
    variables: { ...signed, kind: 'all' },
    async check(results) {
      expect(part(results, /^How many/)).toEqual([{ lifted: 2 }])
      expect(await other`select from private.queue_holds`).toHaveLength(0)
    },
  },
  requeue: {
    variables: { ...signed, kind: 'rebase', code: 'unavailable' },
    async check(results) {
      expect(part(results, /^Before/)).toEqual([expect.objectContaining({ jobs: '2' })])
      expect(part(results, /^What became/).map(({ outcome }) => outcome)).toEqual([
        'requeued',
        'requeued',
      ])
      expect(part(results, /^After/)).toEqual([])
      expect(await other`select code from private.dead_jobs`).toEqual([{ code: 'internal' }])
    },
  },
  prune: {
    variables: { ...signed, user: 'auth0|ada' },
    async check(results) {
      expect(part(results, /^Before/)).toEqual([expect.objectContaining({ number: '1' })])
      expect(part(results, /^How many/)).toEqual([{ given_up: 1 }])
      expect(part(results, /^After/)).toEqual([])
    },
  },
  reconcile: {
    variables: { ...signed },
    async check(results) {
      expect(part(results, /^Before/)).toEqual([
        expect.objectContaining({ problem: 'orphan_object', number: '1', bytes: '5' }),
      ])
      expect(part(results, /^What was/)).toEqual([
        expect.objectContaining({ object_name: 'nobody/knows.pdf' }),
      ])
      expect(part(results, /^After/)).toEqual([])
      expect(
        await other`select reason from private.object_removals where object_name = 'nobody/knows.pdf'`,
      ).toEqual([{ reason: 'orphan' }])
    },
  },
}

describe('actions', () => {
  test('each has a case here', () => {
    expect(Object.keys(effects).sort()).toEqual(actions.map(({ name }) => name))
  })

  test.each(actions.flatMap(({ name, needs }) => needs.map((missing) => ({ name, missing }))))(
    '$name.sql does nothing where reswave.$missing is not given',
    async ({ name, missing }) => {
      const { [missing]: _, ...given } = effects[name]?.variables ?? {}
      const before = await state()
      await expect(run(name, given)).rejects.toMatchObject({
        code: 'PT400',
        detail: 'invalid_request',
        message: `reswave.${missing} is not given`,
      })
      expect(await state()).toEqual(before)
    },
    timeoutMs,
  )

  test(
    'prune.sql can be cancelled while it waits, and has then done nothing',
    async () => {
      await other`update private.settings set keep_last = 3`
      const before = await state()
      const inTheWay = await other.reserve()
      try {
        await inTheWay`begin`
        await inTheWay`select from public.resumes where user_id = 'auth0|ada' for update`
        const pruning = expect(run('prune', effects.prune?.variables)).rejects.toMatchObject({
          code: '57014',
        })
        const cancelled = async () => {
          const [row] = await other`
            select count(pg_cancel_backend(pid))::integer as number from pg_stat_activity
            where wait_event_type = 'Lock' and query like '%prune_versions%' and pid <> pg_backend_pid()
          `
          return row?.number > 0
        }
        while (!(await cancelled())) await other`select pg_sleep(0.01)`
        await pruning
      } finally {
        await inTheWay`rollback`
        inTheWay.release()
      }
      expect(await state()).toEqual(before)
    },
    timeoutMs,
  )

  // In the order of `effects`: what is paused and drained is resumed by the third.
  test.each(Object.keys(effects))(
    '%s.sql shows what was, acts, shows what is, and notes who did it and why',
    async (name) => {
      const effect = effects[name]
      const results = await run(name, effect?.variables)
      await effect?.check(results)
      expect(
        await other`select operation, decided_by, why from private.operations order by operation_id desc limit 1`,
      ).toEqual([{ operation: name, decided_by: 'ada', why: 'a test' }])
    },
    timeoutMs,
  )
})

test.each(['a/b#secret', 'a%zzsecret'])(
  'an address that is none is refused, and its password %s not shown',
  async (password) => {
    const operate = join(projectRoot, 'scripts/database/operate.ts')
    const env = { ...process.env, DATABASE_URL: `postgres://postgres:${password}@127.0.0.1:1/x` }
    const ended = await promisify(execFile)(process.execPath, [operate, 'queue'], { env }).catch(
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^DATABASE_URL is no address/),
    })
    expect(ended.stderr).not.toContain('secret')
  },
  timeoutMs,
)
