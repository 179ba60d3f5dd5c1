import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareCatalogs, readCatalog } from '../../../scripts/database/catalog.ts'
import { withConnection } from '../../../scripts/database/scratch.ts'
import { applyMigrations } from '../../../scripts/local/migrations.ts'
import { type DoubledServer, startWithDoubles } from './extension-doubles.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 60_000
let scratch: OpenScratch
let doubled: DoubledServer

beforeAll(async () => {
  scratch = await openScratch()
  doubled = await startWithDoubles()
}, timeoutMs)

afterAll(async () => {
  await doubled?.stop()
  await scratch?.close()
}, timeoutMs)

async function schedule(url: string) {
  return withConnection(url, (sql) =>
    sql.unsafe('select jobname, schedule, command from cron.job order by jobname'),
  )
}

test(
  'a second push changes nothing',
  async () => {
    const { url } = await scratch.createDatabase('pushed')
    await applyMigrations(url)
    const first = await readCatalog(url)
    const { stdout, stderr } = await applyMigrations(url)
    expect(stdout + stderr).toMatch(/up to date/i)
    expect(compareCatalogs(first, await readCatalog(url))).toEqual([])
  },
  timeoutMs,
)

test(
  'without pg_cron, pg_net and Vault nothing is scheduled and the worker is not called',
  async () => {
    const { url } = await scratch.createDatabase('bare')
    await applyMigrations(url)
    await withConnection(url, async (sql) => {
      const rows = await sql.unsafe(
        'select private.call_worker() as called, private.schedule_worker() as scheduled',
      )
      expect([...rows]).toEqual([
        { called: null, scheduled: 'no pg_cron: call the worker function from elsewhere' },
      ])
    })
  },
  timeoutMs,
)

test(
  'grants come out the same where Supabase has set no default privileges',
  async () => {
    const usual = await scratch.createDatabase('with_defaults')
    const unusual = await scratch.createDatabase('without_defaults')
    await withConnection(unusual.superuserUrl, async (sql) => {
      for (const kind of ['tables', 'functions', 'sequences']) {
        await sql.unsafe(
          `alter default privileges for role postgres in schema public revoke all on ${kind} from anon, authenticated, service_role`,
        )
      }
    })
    await applyMigrations(usual.url)
    await applyMigrations(unusual.url)
    expect(compareCatalogs(await readCatalog(usual.url), await readCatalog(unusual.url))).toEqual(
      [],
    )
  },
  timeoutMs,
)

test(
  'with pg_cron, pg_net and Vault (doubles) the worker is scheduled once, and called with its secrets',
  async () => {
    await applyMigrations(doubled.url)
    const scheduled = await schedule(doubled.url)
    expect([...scheduled]).toEqual([
      expect.objectContaining({ jobname: 'reswave-forget-runs', schedule: '17 3 * * *' }),
      {
        jobname: 'reswave-worker',
        schedule: '10 seconds',
        command: 'select private.call_worker()',
      },
    ])

    await applyMigrations(doubled.url)
    await withConnection(doubled.url, async (sql) => {
      await sql.unsafe('select private.schedule_worker()')
      expect([...(await schedule(doubled.url))]).toEqual([...scheduled])
      for (const { command } of scheduled) await sql.unsafe(command)
      expect([...(await sql.unsafe('select from net.http_request_queue'))]).toEqual([])

      await sql.unsafe(
        "insert into vault.secrets values ('reswave_worker_url', 'https://example.com/functions/v1/worker')",
      )
      const [incomplete] = await sql.unsafe('select private.call_worker() as request')
      expect(incomplete).toEqual({ request: null })

      await sql.unsafe("insert into vault.secrets values ('reswave_worker_token', 'secret-token')")
      const [called] = await sql.unsafe('select private.call_worker() as request')
      expect(called).toEqual({ request: '1' })
      expect([...(await sql.unsafe('select * from net.http_request_queue'))]).toEqual([
        {
          id: '1',
          url: 'https://example.com/functions/v1/worker',
          body: {},
          headers: { authorization: 'Bearer secret-token', 'content-type': 'application/json' },
          timeout_milliseconds: 2000,
        },
      ])
    })
  },
  timeoutMs,
)
