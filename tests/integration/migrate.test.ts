import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { readFixture } from '../fixtures/resumes.ts'
import { app, eventually, type Person, resumeFile } from './app.ts'
import { cli, endOf, legacyDisk, pdf, startProxy, variant } from './legacy-disk.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: a run takes whatever is planned.
const started = await startTestStack()
const { newPerson, callWorker, stack, upload } = app(started.coordinates)
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
const disk = legacyDisk(stack, sql)
const { start, migrate, put, tree, read } = disk
const docx = 'product-designer.docx.docx'
const timeoutMs = 120_000
afterAll(async () => {
  await sql.end()
  await started.stop()
})

/** Until ingest has read all that somebody has. */
async function readOf({ client }: Person): Promise<void> {
  await eventually(
    async () => {
      await callWorker()
      return (await client.from('resume_versions').select('state')).data
    },
    (rows) => rows?.every(({ state }) => state === 'ready') === true,
  )
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

      // What was taken back is there as long as it can be undeleted, and no orphan.
      expect((await migrate('run', ['--again'])).said).toMatchObject({ verified: 3 })
      expect((await migrate('verify')).said.counts).toEqual({ equal: 3, extra: 2 })
    },
    timeoutMs,
  )

  it(
    'versions of a manifest become one resume, and a rollback exports what was written since',
    async () => {
      const person = newPerson()
      for (const version of [1, 2, 3]) await put(`store/${version}.bin.pdf`, variant(version))
      const manifest = join(disk.root, 'manifest.csv')
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
      await readOf(person)
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
      expect(await readFile(join(disk.root, path))).toEqual(Buffer.from(readFixture(pdf)))
    },
    timeoutMs,
  )

  it(
    'a second rollback of a file leaves what the first one has exported',
    async () => {
      const person = newPerson()
      await put(`${person.sub}/cv.pdf`, variant(1))
      const written = [variant(2), variant(3)]
      for (const bytes of written) {
        expect((await migrate('run', ['--again'])).code).toBe(0)
        await read()
        const { data } = await person.client.from('resumes').select('id').single()
        const file = new File([Buffer.from(bytes)], 'new.pdf', { type: 'application/pdf' })
        expect((await upload(person, file, data?.id)).version_number).toBe(2)
        await readOf(person)
        const back = await migrate('rollback', ['--user', person.sub])
        expect(back, back.err).toMatchObject({ code: 0, said: { files: 1, exported: 1 } })
      }
      const exported = Object.keys(await tree()).filter((path) => path.endsWith('/new.pdf'))
      const found = await Promise.all(exported.map((path) => readFile(join(disk.root, path))))
      expect(found.sort(Buffer.compare)).toEqual(written.map(Buffer.from).sort(Buffer.compare))
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
        const proxy = await startProxy(stack.url, ({ url, method }) => {
          const hit = method === verb && url?.includes(place) === true
          if (hit && ++count === nth) doomed.child?.kill('SIGKILL')
          return false
        })
        doomed.child = start(['run', '--source', disk.root, '--concurrency', '3'], proxy.url)
        expect((await endOf(doomed.child)).code, place).toBeNull()
        proxy.stop()
        // As if their leases had run out: what the dead worker held is taken up.
        // What it asked for last may still be under way, a claim with a lease of its own among it.
        await new Promise((resolve) => setTimeout(resolve, 1_000))
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
      const proxy = await startProxy(stack.url, ({ url, method }) => {
        if (method === 'POST' && url?.includes('/object/resumes/') && ++uploads === 6) {
          child?.kill('SIGINT')
        }
        return false
      })
      child = start(['run', '--source', disk.root, '--concurrency', '2', '--json'], proxy.url)
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
      const proxy = await startProxy(stack.url, ({ url, method }) =>
        method === 'GET' && url?.includes('/bad.pdf')
          ? { answered: (chunk) => Buffer.from(chunk).fill(0, 0, 1) }
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
      // Until it is taken up no run is the last one.
      expect(await migrate('run')).toMatchObject({
        code: 1,
        said: { verified: 0, failed: { migration_mismatch: 1 } },
      })
      expect((await migrate('run', ['--user', 'somebody'])).code).toBe(0)
      expect(await migrate('run', ['--again'])).toMatchObject({
        code: 0,
        said: { verified: 1, failed: {} },
      })
    },
    timeoutMs,
  )

  it(
    'a storm of 429 and 503 and broken connections costs time only',
    async () => {
      for (let index = 0; index < 12; index++) await put(`s/${index}.pdf`, variant(index))
      let count = 0
      const proxy = await startProxy(stack.url, ({ url, socket }, answer) => {
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
      await rm(join(disk.root, 'v/gone.pdf'))
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

  it(
    'what retention has pruned is no fault, and keeps nothing from being rolled back',
    async () => {
      const person = newPerson()
      await put(`${person.sub}/cv.pdf`, variant(1))
      expect((await migrate('run')).code).toBe(0)
      await read()
      await sql`update private.legacy_files set purge_after_at = now()`
      expect((await migrate('purge', ['--confirm', 'purge 1 files'])).said.purged).toBe(1)
      const { data: moved } = await person.client
        .from('resume_versions')
        .select('version_id, resume_id')
        .single()
      await person.client.rpc('pin_resume_version', {
        version_id: moved?.version_id ?? '',
        pinned: false,
      })
      await sql`insert into private.retention_overrides (user_id, keep_last) values (${person.sub}, 1)`
      await upload(person, resumeFile('new.pdf'), moved?.resume_id)
      const states = await eventually(
        async () => {
          await callWorker()
          const { data } = await person.client.from('resume_versions').select('state')
          return data?.map(({ state }) => state).sort()
        },
        (found) => found?.join(' ') === 'pruned ready',
      )
      expect(states).toEqual(['pruned', 'ready'])

      expect(await migrate('verify')).toMatchObject({ code: 0, said: { counts: { pruned: 1 } } })
      const back = await migrate('rollback', ['--all'])
      expect(back, back.err).toMatchObject({
        code: 0,
        said: { files: 1, restored: 0, exported: 1, failures: [] },
      })
      const paths = Object.keys(await tree())
      expect(paths).toHaveLength(2)
      expect(paths.some((path) => /\/v2-[0-9a-f-]+\/new\.pdf$/.test(path))).toBe(true)
    },
    timeoutMs,
  )

  it(
    'rollback --stage takes out the users whom that stage took in, and no others',
    async () => {
      const stages = [
        { phase: 'dual_write', percentage: 30 },
        { phase: 'dual_write', percentage: 60 },
        { phase: 'dual_read', percentage: 60 },
        { phase: 'supabase', percentage: 60 },
      ].map((stage) => ({ ...stage, minSeconds: 0, minCalls: 1, minUsers: 1 }))
      const [rollout] = await sql`
        select (public.start_rollout('test', 'to see it', ${sql.json(stages)}) ->> 'rolloutId')::integer as id`
      // Two users of the first stage, three of the second, one of whom is pinned, and one of none.
      const people = await sql`
        select distinct on (place, nth) user_id, place from (
          select user_id, place, row_number() over (partition by place order by user_id) as nth
          from private.rollouts, generate_series(1, 200) as i, concat('person ', i) as user_id,
            width_bucket(private.rollout_bucket(salt, user_id), array[3000, 6000]) as place
          where ended_at is null
        ) as x where nth <= case place when 0 then 2 when 1 then 3 else 1 end`
      const of = (place: number) =>
        people.filter((row) => row.place === place).map((row) => row.user_id)
      const [pinned, purged] = of(1)
      for (const [index, { user_id }] of people.entries()) {
        await put(`${user_id}/Lebenslauf Ä.pdf`, variant(index), `201${index}-01-01T00:00:00Z`)
      }
      const before = await tree()
      expect((await migrate('run')).code).toBe(0)
      await read()
      await sql`update private.legacy_files set purge_after_at = now() where user_id = ${purged}`
      // No source goes that an app may read.
      expect(await migrate('purge', ['--stage', '2'])).toMatchObject({
        code: 0,
        said: { purged: 0 },
      })
      await sql`select public.force_rollout_stage(4, 'test', 'to the end')`
      const purge = await migrate('purge', ['--stage', '2', '--confirm', 'purge 1 files'])
      expect(purge, purge.err).toMatchObject({ code: 0, said: { purged: 1 } })
      await sql`select public.pin_rollout_user(${pinned}, 'local', 'test', 'chosen')`

      // As long as they may be served from here nothing is taken from under them.
      await sql`select public.force_rollout_stage(2, 'test', 'on')`
      const early = await migrate('rollback', ['--stage', '2'])
      expect(early).toMatchObject({ code: 3, err: expect.stringContaining('force_rollout_stage') })
      for (const args of [['--all'], ['--user', String(purged)]]) {
        const refused = await migrate('rollback', args)
        expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('dual_write') })
      }
      await sql`select public.force_rollout_stage(1, 'test', 'back')`

      const told = await endOf(start(['rollback', '--source', disk.root, '--stage', '2']))
      expect(told, told.err).toMatchObject({
        code: 0,
        out: expect.stringContaining('2 files rolled back, 1 sources written again'),
        err: expect.stringContaining(`Stage 2 of rollout ${rollout?.id} took in 30 % of users`),
      })
      expect(told.err).toContain('1 of them are pinned')
      expect(await tree()).toEqual(before)
      const rows = await sql`
        select f.user_id, f.state, r.deleted_at is not null as deleted
        from private.legacy_files as f join public.resumes as r on r.id = f.resume_id`
      for (const { user_id, state, deleted } of rows) {
        const isBack = of(1).includes(user_id) && user_id !== pinned
        expect([user_id, state, deleted]).toEqual([
          user_id,
          isBack ? 'rolled_back' : 'verified',
          isBack,
        ])
      }
      expect(rows).toHaveLength(6)
      expect((await migrate('verify', ['--stage', '1'])).said.counts).toEqual({ equal: 2 })
      expect((await migrate('rollback', ['--stage', '2'])).said).toMatchObject({ files: 0 })

      const codeOf = async (...args: string[]) => {
        const { code, err } = await migrate('rollback', args)
        return `${code} ${err.split(':')[0]}`
      }
      expect(await codeOf('--stage', '3')).toBe('3 conflict')
      expect(await codeOf('--stage', '5')).toBe('3 not_found')
      await sql`select public.force_rollout_stage(0, 'test', 'over')`
      await sql`update private.rollouts set ended_at = now() where ended_at is null`
      expect(await codeOf('--stage', '1')).toBe('3 not_found')
      // Of a rollout that is over it takes its number.
      const late = await migrate('rollback', ['--stage', '1', '--rollout', String(rollout?.id)])
      expect(late, late.err).toMatchObject({ code: 0, said: { files: 2 } })
      expect(await tree()).toEqual(before)
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
