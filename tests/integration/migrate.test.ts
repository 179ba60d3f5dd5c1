import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFixture } from '../fixtures/resumes.ts'
import { app, eventually, resumeFile } from './app.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: a run takes whatever is planned.
const started = await startTestStack()
const { newPerson, callWorker, stack, upload } = app(started.coordinates)
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
const cli = fileURLToPath(new URL('../../scripts/migrate/cli.ts', import.meta.url))
const pdf = 'logistics-coordinator.libreoffice.pdf'
const docx = 'product-designer.docx.docx'
const timeoutMs = 120_000
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-legacy-'))
  await sql`update private.settings set retry_base = '50 milliseconds', migration_grace = '30 days'`
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
  await sql`delete from private.legacy_files`
  await sql.begin(async (transaction) => {
    await transaction`select set_config('storage.allow_delete_query', 'true', true)`
    await transaction`delete from storage.objects where name like 'migrations/%'`
  })
})

afterAll(async () => {
  await sql.end()
  await started.stop()
})

function start(args: readonly string[], url = stack.url): ChildProcess {
  return spawn(process.execPath, [cli, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      SUPABASE_URL: url,
      SUPABASE_SECRET_KEY: stack.secretKey,
      INIT_CWD: root,
    },
  })
}

async function endOf(child: ChildProcess) {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, out, err }
}

/** Runs a command with --json, and gives its exit code and what it says. */
async function migrate(command: string, args: readonly string[] = [], url?: string) {
  const { code, out, err } = await endOf(start([command, '--source', root, '--json', ...args], url))
  return { code, err, said: out.startsWith('{') ? JSON.parse(out) : undefined }
}

async function put(path: string, bytes: Uint8Array, modified = '2020-02-02T02:02:02Z') {
  const full = join(root, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, bytes)
  await utimes(full, new Date(modified), new Date(modified))
}

/** A PDF of its own: what follows the end does not matter. */
function variant(index: number): Uint8Array {
  return Buffer.concat([readFixture(pdf), Buffer.from(`\n% ${index}\n`)])
}

/** Every file below the root, with its hash and its time. */
async function tree(): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const told = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      const hash = createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
      return [relative(root, path), `${hash} ${(await stat(path)).mtime.toISOString()}`]
    }),
  )
  return Object.fromEntries(told.sort())
}

/** Until ingest has read all that was moved. */
async function read(): Promise<void> {
  const unread = await eventually(
    async () => {
      await callWorker()
      const [row] = await sql`select count(*)::integer as n from private.legacy_files
        join public.resume_versions using (version_id) where resume_versions.state = 'uploaded'`
      return Number(row?.n)
    },
    (n) => n === 0,
  )
  expect(unread).toBe(0)
}

/** Passes requests on, but for those that `meddle` answers or spoils. */
async function startProxy(
  meddle: (
    request: IncomingMessage,
    answer: ServerResponse,
  ) => boolean | ((chunk: Buffer) => Buffer),
) {
  const target = new URL(stack.url)
  const server = createServer((incoming, answer) => {
    const meddled = meddle(incoming, answer)
    if (meddled === true) return void incoming.resume()
    const { url, method, headers } = incoming
    const passed = request({ host: target.hostname, port: target.port, path: url, method, headers })
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.on('data', (chunk) => {
        answer.write(typeof meddled === 'function' ? meddled(chunk) : chunk)
      })
      response.on('end', () => answer.end())
    })
    passed.on('error', () => answer.destroy())
    incoming.on('close', () => {
      if (!incoming.complete) passed.destroy()
    })
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('npm run migrate', () => {
  it(
    'plan → run → verify → purge → rollback gives back a byte-identical tree',
    async () => {
      const ada = newPerson(`auth0|${crypto.randomUUID()}`)
      await put(`${ada.sub}/Lebenslauf Ä.pdf`, variant(1))
      await put(`${ada.sub}/drafts/cv.docx`, readFixture(docx))
      await put('42/cv.pdf', variant(2), '2018-01-01T00:00:00Z')
      await put('42/photo.png', Buffer.from('not a resume'))
      await put('42/fake.pdf', Buffer.from('no PDF at all'))
      const before = await tree()

      const planned = await migrate('plan')
      expect(planned).toMatchObject({
        code: 1,
        said: { files: 3, users: 2, problems: { unsupported_file_type: 1, file_type_mismatch: 1 } },
      })
      expect((await migrate('status')).said.states).toEqual({})

      const ran = await migrate('run')
      expect(ran, ran.err).toMatchObject({ code: 1, said: { verified: 3, failed: {} } })
      expect((await migrate('run')).said).toMatchObject({ verified: 0, registered: { known: 3 } })
      await read()
      const { data: versions } = await ada.client
        .from('resume_versions')
        .select('source, state, original_filename, created_at')
        .order('original_filename')
      expect(versions).toEqual([
        {
          source: 'migration',
          state: 'ready',
          original_filename: 'Lebenslauf Ä.pdf',
          created_at: '2020-02-02T02:02:02+00:00',
        },
        {
          source: 'migration',
          state: 'ready',
          original_filename: 'cv.docx',
          created_at: '2020-02-02T02:02:02+00:00',
        },
      ])
      expect(await migrate('verify')).toMatchObject({
        code: 0,
        said: { counts: { equal: 3, extra: 2 } },
      })

      // No source goes without its grace period and the typed words.
      expect(await migrate('purge')).toMatchObject({ code: 0, said: { purged: 0 } })
      await sql`update private.legacy_files set purge_after_at = now()`
      expect((await migrate('purge', ['--confirm', 'yes'])).code).toBe(2)
      expect(await tree()).toEqual(before)
      expect(await migrate('purge', ['--confirm', 'purge 3 files'])).toMatchObject({
        code: 0,
        said: { purged: 3 },
      })
      expect(Object.keys(await tree())).toEqual(['42/fake.pdf', '42/photo.png'])
      expect((await migrate('verify')).said.counts).toMatchObject({ equal: 3 })

      const back = await migrate('rollback', ['--all'])
      expect(back, back.err).toMatchObject({
        code: 0,
        said: { files: 3, restored: 3, exported: 0, failures: [] },
      })
      expect(await tree()).toEqual(before)
      expect((await ada.client.from('resumes').select('id')).data).toEqual([])
    },
    timeoutMs,
  )

  it(
    'versions of a manifest become one resume, and a rollback exports what was written since',
    async () => {
      const person = newPerson()
      for (const version of [1, 2, 3]) await put(`store/${version}.bin.pdf`, variant(version))
      const manifest = join(root, 'manifest.csv')
      await writeFile(
        manifest,
        [
          'user_id,file_id,version,path,name,created_at',
          ...[1, 2, 3].map(
            (n) => `${person.sub},7,${n},store/${n}.bin.pdf,"My, ""CV"".pdf",201${n}-01-01`,
          ),
        ].join('\r\n'),
      )
      const before = await tree()
      const ran = await migrate('run', ['--manifest', manifest])
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 3 } })
      await read()
      const { data } = await person.client
        .from('resume_versions')
        .select('resume_id, version_number, created_at, original_filename')
        .order('version_number')
      expect(data?.map((row) => [row.version_number, row.created_at.slice(0, 4)])).toEqual([
        [1, '2011'],
        [2, '2012'],
        [3, '2013'],
      ])
      expect(new Set(data?.map((row) => row.resume_id)).size).toBe(1)
      expect(data?.[0]?.original_filename).toBe('My, "CV".pdf')

      const since = await upload(person, resumeFile('new.pdf'), data?.[0]?.resume_id)
      expect(since.version_number).toBe(4)
      await eventually(
        async () => {
          await callWorker()
          return (await person.client.from('resume_versions').select('state')).data
        },
        (rows) => rows?.every(({ state }) => state === 'ready') === true,
      )
      const args = ['--manifest', manifest, '--user', person.sub, '--file', '7']
      const back = await migrate('rollback', args)
      expect(back, back.err).toMatchObject({
        code: 0,
        said: { files: 1, restored: 0, exported: 1 },
      })
      const after = await tree()
      expect(after).toMatchObject(before)
      const extra = Object.keys(after).filter((path) => !(path in before))
      expect(extra).toHaveLength(2)
      const path = extra.find((name) => name.endsWith('new.pdf')) ?? ''
      expect(await readFile(join(root, path))).toEqual(Buffer.from(readFixture(pdf)))
    },
    timeoutMs,
  )

  it(
    'goes on after a kill at every step, each file once',
    async () => {
      for (let index = 0; index < 40; index++) {
        await put(`u${index % 3}/${index}.pdf`, variant(index))
      }
      const steps = [
        ['POST', 'internal_plan_legacy_files'],
        ['POST', 'internal_claim_legacy_files'],
        ['POST', '/object/resumes/'],
        ['GET', '/object/resumes/'],
        ['POST', 'internal_finish_legacy_files'],
      ] as const
      for (const [verb, place] of steps) {
        let count = 0
        const doomed: { child?: ChildProcess } = {}
        // The second time where there is one: some files are done by then, others under way.
        const nth = /plan|claim/.test(place) ? 1 : 2
        const proxy = await startProxy(({ url, method }) => {
          const hit = method === verb && url?.includes(place) === true
          if (hit && ++count === nth) doomed.child?.kill('SIGKILL')
          return false
        })
        doomed.child = start(['run', '--source', root, '--concurrency', '3'], proxy.url)
        expect((await endOf(doomed.child)).code, place).toBeNull()
        proxy.stop()
        // As if their leases had run out: what the dead worker held is taken up.
        await sql`update private.legacy_files set leased_until = now() where lease_token is not null`
      }
      const [half] =
        await sql`select count(*)::integer as done from private.legacy_files where state = 'verified'`
      expect(half?.done).toBeLessThan(40)
      const [again, beside] = await Promise.all([migrate('run'), migrate('run')])
      expect([again.code, beside.code], again.err + beside.err).toEqual([0, 0])
      // What a dead worker had asked for last may have come through after the count.
      expect(again.said.verified + beside.said.verified).toBeLessThanOrEqual(40 - half?.done)
      const twice = await sql`select legacy_file_id from private.legacy_file_events
        where state = 'verified' group by legacy_file_id having count(*) > 1`
      expect(twice).toEqual([])
      const [end] = await sql`select count(distinct version_id)::integer as versions,
        (select count(*)::integer from public.resume_versions where full_storage_path like 'migrations/u%'
          and resume_id in (select id from public.resumes where user_id in ('u0', 'u1', 'u2'))) as all_versions,
        (select count(*)::integer from storage.objects where name like 'migrations/u%') as objects
        from private.legacy_files where state = 'verified'`
      expect(end).toEqual({ versions: 40, all_versions: 40, objects: 40 })
      expect((await migrate('verify')).said.counts).toEqual({ equal: 40 })
    },
    timeoutMs,
  )

  it(
    'finishes what is in flight on Ctrl-C and leaves nothing locked',
    async () => {
      for (let index = 0; index < 30; index++) await put(`c/${index}.pdf`, variant(index))
      let child: ChildProcess | undefined
      let uploads = 0
      const proxy = await startProxy(({ url, method }) => {
        if (method === 'POST' && url?.includes('/object/resumes/') && ++uploads === 6) {
          child?.kill('SIGINT')
        }
        return false
      })
      child = start(['run', '--source', root, '--concurrency', '2', '--json'], proxy.url)
      const { code, out, err } = await endOf(child)
      proxy.stop()
      expect(code, err).toBe(130)
      const said = JSON.parse(out)
      const rows =
        await sql`select state, count(*)::integer as n, sum(attempts)::integer as attempts
        from private.legacy_files group by state order by state`
      expect(rows.map(({ state, n }) => [state, n])).toEqual([
        ['planned', 30 - said.verified],
        ['verified', said.verified],
      ])
      // What was claimed and not begun counts as no attempt.
      expect(rows[0]?.attempts).toBe(0)
      expect((await migrate('run')).said.verified).toBe(30 - said.verified)
    },
    timeoutMs,
  )

  it(
    'a mismatch removes the upload, keeps the source and has its own code',
    async () => {
      await put('m/good.pdf', variant(1))
      await put('m/bad.pdf', variant(2))
      const before = await tree()
      const proxy = await startProxy(({ url, method }) =>
        method === 'GET' && url?.includes('/bad.pdf')
          ? (chunk) => Buffer.from(chunk).fill(0, 0, 1)
          : false,
      )
      const ran = await migrate('run', [], proxy.url)
      proxy.stop()
      expect(ran, ran.err).toMatchObject({
        code: 1,
        said: { verified: 1, failed: { migration_mismatch: 1 } },
      })
      expect(await tree()).toEqual(before)
      const rows = await sql`select name from storage.objects where name like 'migrations/m/%'`
      expect(rows).toEqual([{ name: 'migrations/m/good.pdf' }])
      expect((await migrate('run')).said.verified).toBe(0)
      expect((await migrate('run', ['--again'])).said.verified).toBe(1)
    },
    timeoutMs,
  )

  it(
    'a storm of 429 and 503 and broken connections costs time only',
    async () => {
      for (let index = 0; index < 12; index++) await put(`s/${index}.pdf`, variant(index))
      let count = 0
      const proxy = await startProxy(({ url, socket }, answer) => {
        if (!url?.includes('/storage/')) return false
        const turn = count++ % 8
        if (turn === 0) answer.writeHead(429, { 'retry-after': '0' }).end('{}')
        else if (turn === 2) answer.writeHead(503).end('{}')
        else if (turn === 4) socket.destroy()
        return turn === 0 || turn === 2 || turn === 4
      })
      const ran = await migrate('run', ['--concurrency', '4'], proxy.url)
      proxy.stop()
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 12, failed: {} } })
    },
    timeoutMs,
  )

  it(
    'verify believes neither side: missing, different, gone, extra and orphaned are told apart',
    async () => {
      for (const name of ['fine', 'lost', 'edited', 'gone']) {
        await put(`v/${name}.pdf`, variant(name.length + name.charCodeAt(0)))
      }
      expect((await migrate('run')).code).toBe(0)
      await read()
      const service = createClient(stack.url, stack.secretKey, { auth: { persistSession: false } })
      const bucket = service.storage.from('resumes')
      await bucket.remove(['migrations/v/lost.pdf'])
      await bucket.upload('migrations/v/nobodys.pdf', resumeFile())
      await put('v/edited.pdf', variant(99))
      await put('v/new.pdf', variant(98))
      await rm(join(root, 'v/gone.pdf'))
      const { code, said } = await migrate('verify')
      expect(code).toBe(1)
      expect(
        said.findings.map(({ finding, path }: { finding: string; path: string }) => [
          finding,
          path,
        ]),
      ).toEqual(
        expect.arrayContaining([
          ['missing', 'v/lost.pdf'],
          ['different', 'v/edited.pdf'],
          ['source_missing', 'v/gone.pdf'],
          ['extra', 'v/new.pdf'],
          ['orphaned', 'migrations/v/nobodys.pdf'],
        ]),
      )
      expect(said.findings).toHaveLength(5)
      expect(said.counts.equal).toBe(1)
      // Nothing of it is purged, and a source that is another one now is not taken for what was moved.
      await sql`update private.legacy_files set purge_after_at = now()`
      const purged = await migrate('purge', ['--confirm', 'purge 4 files'])
      expect(purged).toMatchObject({ code: 1, said: { purged: 1 } })
      expect(purged.said.kept).toHaveLength(3)
      const back = await migrate('rollback', ['--all'])
      expect(back.code).toBe(1)
      expect(
        back.said.failures.map(({ path, code }: { path: string; code: string }) => [path, code]),
      ).toEqual([['v/edited.pdf', 'migration_source_changed']])
    },
    timeoutMs,
  )

  it('says what is wrong with a call, and where the service is not', async () => {
    expect((await migrate('run', ['--concurrency', '0'])).code).toBe(2)
    expect((await migrate('rollback')).code).toBe(2)
    expect((await endOf(start(['nonsense']))).code).toBe(2)
    expect((await endOf(start(['run', '--help']))).out).toContain('--max-rps')
    const forged = spawn(process.execPath, [cli, 'status'], {
      env: { SUPABASE_URL: stack.url, SUPABASE_SECRET_KEY: 'not a key' },
    })
    expect((await endOf(forged)).code).toBe(3)
    const bare = spawn(process.execPath, [cli, 'status'], { env: {} })
    expect(await endOf(bare)).toMatchObject({
      code: 2,
      err: expect.stringContaining('SUPABASE_URL'),
    })
  })
})
