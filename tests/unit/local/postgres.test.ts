import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type LiteServices, startLite } from '../../../scripts/local/lite.ts'
import { type LocalPostgres, startPostgres } from '../../../scripts/local/postgres.ts'

const dir = mkdtempSync(join(tmpdir(), 'reswave-postgres-'))
// Postgres runs as another user under root, who must be able to come here.
chmodSync(dir, 0o755)
let server: LocalPostgres
let sql: postgres.Sql
let superuser: postgres.Sql

beforeAll(async () => {
  server = await startPostgres({ dataDir: join(dir, 'main'), durable: false })
  sql = postgres(server.url, { max: 1, onnotice: () => {} })
  superuser = postgres(server.superuserUrl, { max: 1, onnotice: () => {} })
}, 60_000)

afterAll(async () => {
  await sql.end()
  await superuser.end()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe('the role postgres', () => {
  it('is what it is on hosted Supabase', async () => {
    const [row] =
      await sql`select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication
      from pg_roles where rolname = current_user`
    expect(row).toEqual({
      rolsuper: false,
      rolcreaterole: true,
      rolcreatedb: true,
      rolbypassrls: true,
      rolreplication: true,
    })
  })

  it.each(['pg_trgm', 'unaccent', 'btree_gin', 'pgtap'])(
    'may create the extension %s',
    async (name) => {
      await sql.unsafe(`create extension ${name} with schema extensions`)
    },
  )

  it('may create, alter and drop policies on storage.objects', async () => {
    await sql`create policy probe on storage.objects for select to authenticated using (true)`
    await sql`alter policy probe on storage.objects using (false)`
    await sql`drop policy probe on storage.objects`
  })

  it.each([
    'alter table storage.objects disable row level security',
    'alter table storage.objects add column extra text',
    'alter table storage.objects owner to postgres',
    'alter schema storage rename to other',
    `comment on table storage.objects is 'ours'`,
    'create index on storage.objects (name)',
    'create table storage.ours (id int)',
    `create function storage.ours() returns int language sql as 'select 1'`,
    'create trigger ours after insert on storage.objects for each row execute function storage.protect_delete()',
    'drop trigger protect_objects_delete on storage.objects',
    'drop table storage.objects cascade',
    'drop function storage.filename(text)',
    'set role supabase_storage_admin',
    'create event trigger ours on sql_drop execute function extensions.pgrst_ddl_watch()',
    'alter table auth.users disable row level security',
  ])('is refused: %s', async (statement) => {
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
  })

  it('is refused a comment on a policy of storage.objects', async () => {
    await sql`create policy probe on storage.objects for select to authenticated using (true)`
    await expect(
      sql.unsafe(`comment on policy probe on storage.objects is 'ours'`),
    ).rejects.toMatchObject({ code: '42501' })
    await sql`drop policy probe on storage.objects`
  })

  it('cannot delete objects past the Storage API', async () => {
    await sql`insert into storage.buckets (id, name) values ('kept', 'kept')`
    await expect(sql`delete from storage.buckets`).rejects.toMatchObject({ code: '42501' })
  })

  it('makes tables and functions that the API roles may use, unless told otherwise', async () => {
    await sql`create table public.open_table (id int)`
    await sql.unsafe(
      `create function public.open_function() returns int language sql as 'select 1'`,
    )
    const [row] = await sql`select
      has_table_privilege('anon', 'public.open_table', 'delete') as table,
      has_function_privilege('anon', 'public.open_function()', 'execute') as function`
    expect(row).toEqual({ table: true, function: true })
    await sql`drop table public.open_table`
    await sql`drop function public.open_function()`
  })

  it('has words of any alphabet in lower case', async () => {
    const [row] =
      await sql`select to_tsvector('german', 'ÄRZTE') = to_tsvector('german', 'ärzte') as same`
    expect(row?.same).toBe(true)
  })
})

describe('the Data API', () => {
  let lite: LiteServices
  beforeAll(async () => {
    lite = await startLite({
      databaseUrl: server.serviceUrl,
      objectsDir: join(dir, 'objects'),
      jwtSecret: 'a secret of at least thirty-two characters',
      publishableKey: 'sb_publishable_test',
      secretKey: 'sb_secret_test',
      siteUrl: 'http://127.0.0.1:1',
      log: () => {},
    })
  })
  afterAll(() => lite.close())

  const get = (path: string, key: string) =>
    lite.fetch(new Request(`http://localhost/rest/v1/${path}`, { headers: { apikey: key } }))

  it('grants nothing that a migration has not granted', async () => {
    await sql`create table public.closed (id int)`
    await sql`alter table public.closed enable row level security`
    await sql`revoke all on public.closed from anon, authenticated, service_role`
    const before =
      await sql`select relname, relacl::text from pg_class where relacl is not null order by oid`
    await vi.waitFor(async () => {
      const response = await get('closed', 'sb_secret_test')
      expect([response.status, (await response.json()).code]).toEqual([403, '42501'])
    })
    const after =
      await sql`select relname, relacl::text from pg_class where relacl is not null order by oid`
    expect(after).toEqual(before)
  })

  it('notices a new table by itself', async () => {
    expect((await get('later', 'sb_secret_test')).status).toBe(404)
    await sql`create table public.later (id int)`
    await vi.waitFor(async () => {
      expect((await get('later', 'sb_secret_test')).status).toBe(200)
    })
  })

  it('wants a key', async () => {
    expect((await get('later', 'wrong')).status).toBe(401)
  })

  it('cannot delete objects of Storage through a function', async () => {
    await sql.unsafe(`create function public.wipe() returns void language sql security definer
      as 'delete from storage.buckets'`)
    await vi.waitFor(async () => {
      const response = await get('rpc/wipe', 'sb_secret_test').then(() =>
        lite.fetch(
          new Request('http://localhost/rest/v1/rpc/wipe', {
            method: 'POST',
            headers: { apikey: 'sb_secret_test', 'content-type': 'application/json' },
            body: '{}',
          }),
        ),
      )
      expect([response.status, (await response.json()).code]).toEqual([403, '42501'])
    })
    await sql`drop function public.wipe()`
  })
})

describe('a server that was not stopped', () => {
  const holder = fileURLToPath(new URL('./hold-postgres.ts', import.meta.url))

  /** Starts a process that has a server on `dataDir`, and gives that server's id. */
  async function hold(dataDir: string) {
    const child = spawn(process.execPath, [holder, dataDir], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    return { child, pid }
  }

  it('ends when the process that started it is killed', async () => {
    const { child, pid } = await hold(join(dir, 'killed'))
    expect(process.kill(pid, 0)).toBe(true)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000)
  })

  it('is ended by the next start on its folder, which keeps the data', async () => {
    const dataDir = join(dir, 'left')
    const { pid } = await hold(dataDir)
    const next = await startPostgres({ dataDir, durable: false })
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    const connection = postgres(next.url, { max: 1 })
    expect(await connection`select note from public.held`).toEqual([{ note: 'kept' }])
    await connection.end()
    await next.stop()
  })

  it('does not stand in the way of a start if it died without a word', async () => {
    const dataDir = join(dir, 'crashed')
    const { pid } = await hold(dataDir)
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
    const next = await startPostgres({ dataDir, durable: false })
    const connection = postgres(next.url, { max: 1 })
    expect(await connection`select note from public.held`).toEqual([{ note: 'kept' }])
    await connection.end()
    await next.stop()
  })
})
