import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type DualWriteStore,
  type OpenOptions,
  type Outcome,
  openDualWriteStore,
  type Phase,
} from '../../dual-write/dual-write.ts'
import { readFixture } from '../fixtures/resumes.ts'
import { seeded } from '../unit/dual-write/world.ts'
import { app } from './app.ts'
import { type FaultyProxy, fair, startFaultyProxy, type Weather } from './faulty-proxy.ts'
import { createPerson, hashOf, startLegacyApp, type Tally } from './legacy-app.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own, whose queue is worked only when a test asks for it: it would take half of the machine.
const started = await startTestStack({}, { worker: false })
const { stack, newPerson, callWorker } = app(started.coordinates)
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const pdf = readFixture('logistics-coordinator.libreoffice.pdf')
let root: string
let proxy: FaultyProxy
let phase: Phase
const outcomes: Outcome[] = []
const stores: DualWriteStore[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-dual-'))
  proxy = await startFaultyProxy(stack.url)
  phase = 'dual_write'
  outcomes.length = 0
})

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  await proxy.stop()
  // The next test's disk is another.
  await sql`delete from private.legacy_files`
  await rm(root, { recursive: true, force: true })
})

afterAll(async () => {
  await sql.end()
  await started.stop()
})

/** Does not wait for what is late. */
const impatient = { writeTimeoutMs: 1_000, readTimeoutMs: 1_000 }

async function open(options: Partial<OpenOptions> = {}): Promise<DualWriteStore> {
  const store = await openDualWriteStore({
    root,
    supabase: { url: proxy.url, secretKey: stack.secretKey },
    phaseOf: () => Promise.resolve(phase),
    record: (batch) => Promise.resolve(outcomes.push(...batch)),
    phaseMs: 0,
    repairEveryMs: 0,
    ...options,
  })
  stores.push(store)
  return store
}

let variants = 0
/** A PDF of its own: what follows the end does not matter. */
function variant(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([pdf, Buffer.from(`\n% ${++variants}\n`)]))
}

async function workQueue(): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    await callWorker()
    const [row] = await sql`
      select count(*)::integer as n from public.resume_versions where state = 'uploaded'`
    if (Number(row?.n) === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The queue does not end')
}

async function migrate(...args: readonly string[]) {
  const program = promisify(execFile)(
    process.execPath,
    [`${projectRoot}scripts/migrate/cli.ts`, ...args, '--source', root, '--json'],
    {
      env: {
        PATH: process.env.PATH,
        SUPABASE_URL: stack.url,
        SUPABASE_SECRET_KEY: stack.secretKey,
        INIT_CWD: root,
      },
    },
  )
  const { code, stdout } = await program.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  )
  return { code, said: JSON.parse(stdout) }
}

async function versionsOf(user: string) {
  return await sql`
    select v.version_number, v.state, coalesce(v.sha256, v.expected_sha256) as sha256, r.id
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where r.user_id = ${user} and r.deleted_at is null
    order by r.id, v.version_number`
}

describe('DualWriteStore', () => {
  it('makes a put a version of its user, which ingest reads, and the next put the next version of it', async () => {
    const store = await open()
    const ada = newPerson()
    const [first, second] = [variant(), variant()]
    expect(await store.put(ada.sub, 'cv.pdf', first)).toMatchObject({ supabase: 'stored' })
    expect(await store.put(ada.sub, 'cv.pdf', second)).toMatchObject({ supabase: 'stored' })
    expect(await store.put(ada.sub, 'cv.pdf', second)).toMatchObject({ supabase: 'stored' })
    await workQueue()
    const { data } = await ada.client
      .from('resume_versions')
      .select('version_number, state, source, sha256')
      .order('version_number')
    expect(data).toEqual([
      { version_number: 1, state: 'ready', source: 'upload', sha256: hashOf(first) },
      { version_number: 2, state: 'ready', source: 'upload', sha256: hashOf(second) },
    ])
    for (phase of ['local', 'dual_write', 'dual_read', 'supabase'] as const) {
      const found = await store.get(ada.sub, 'cv.pdf')
      expect(found?.sha256, phase).toBe(hashOf(second))
      const [listed] = await store.list(ada.sub)
      expect(listed, phase).toMatchObject({ fileId: 'cv.pdf', size: second.length })
    }
    await store.delete(ada.sub, 'cv.pdf')
    for (phase of ['local', 'dual_write', 'dual_read'] as const) {
      expect(await store.get(ada.sub, 'cv.pdf'), phase).toBeUndefined()
    }
    expect((await ada.client.from('resumes').select('id')).data).toEqual([])
  })

  it('keeps on the disk what ResWave does not take, and says so in phase supabase', async () => {
    const store = await open()
    const user = newPerson().sub
    const photo = new Uint8Array(Buffer.from('a photo'))
    expect(await store.put(user, 'photo.png', photo)).toMatchObject({ supabase: 'refused' })
    const scan = new Uint8Array(Buffer.from('%PDF-1.4\nno text in it\n%%EOF\n'))
    await store.put(user, 'scan.pdf', scan)
    await workQueue()
    phase = 'dual_read'
    expect((await store.get(user, 'photo.png'))?.sha256).toBe(hashOf(photo))
    expect((await store.get(user, 'scan.pdf'))?.sha256).toBe(hashOf(scan))
    expect((await store.list(user)).map(({ fileId }) => fileId)).toEqual(['photo.png', 'scan.pdf'])
    phase = 'supabase'
    expect(await store.get(user, 'photo.png')).toBeUndefined()
    await expect(store.get(user, 'scan.pdf')).rejects.toMatchObject({ code: 'file_corrupt' })
    await expect(store.put(user, 'photo.png', photo)).rejects.toMatchObject({
      code: 'unsupported_file_type',
    })
    await store.settled()
    expect(outcomes.filter(({ outcome }) => outcome === 'fault')).toEqual([])
    expect(outcomes.filter(({ outcome }) => outcome === 'refused').length).toBeGreaterThan(0)
  })

  it('refuses a write that was given up and arrives after the next one', async () => {
    const store = await open(impatient)
    const user = newPerson().sub
    const [first, second] = [variant(), variant()]
    proxy.weather = { ...fair, late: 1 }
    expect(await store.put(user, 'cv.pdf', first)).toMatchObject({ supabase: 'pending' })
    proxy.weather = fair
    expect(await store.put(user, 'cv.pdf', second)).toMatchObject({ supabase: 'stored' })
    await proxy.settled()
    phase = 'supabase'
    expect((await store.get(user, 'cv.pdf'))?.sha256).toBe(hashOf(second))
    expect((await versionsOf(user)).map(({ sha256 }) => sha256)).toEqual([hashOf(second)])
  })

  it('compares a sample after the answer, and counts what differs', async () => {
    const store = await open({ shadow: { share: 1, mostAtOnce: 4, budgetMs: 5_000 } })
    const user = newPerson().sub
    const bytes = variant()
    await store.put(user, 'cv.pdf', bytes)
    phase = 'dual_read'
    expect((await store.get(user, 'cv.pdf'))?.sha256).toBe(hashOf(bytes))
    await store.settled()
    expect(store.stats().shadow).toMatchObject({ compared: 1, mismatched: 0 })
    // Somebody writes past the store.
    await writeFile(join(root, user, 'cv.pdf'), 'something else')
    expect((await store.get(user, 'cv.pdf'))?.sha256).toBe(hashOf(bytes))
    await store.settled()
    expect(store.stats().shadow).toMatchObject({ compared: 2, mismatched: 1 })
    expect(outcomes.filter(({ outcome }) => outcome === 'mismatch')).toMatchObject([
      { user_id: user, operation: 'get', side: 'supabase' },
    ])
  })

  it('loses nothing that it promised when its process is killed', { timeout: 60_000 }, async () => {
    const user = `auth0|${crypto.randomUUID()}`
    const module = new URL('../../dual-write/dual-write.ts', import.meta.url).href
    const program = `
      import { createHash } from 'node:crypto'
      const { openDualWriteStore } = await import(${JSON.stringify(module)})
      const store = await openDualWriteStore({
        root: ${JSON.stringify(root)},
        supabase: { url: ${JSON.stringify(proxy.url)}, secretKey: ${JSON.stringify(stack.secretKey)} },
        phaseOf: async () => 'dual_write', record: async () => {}, repairEveryMs: 0, writeTimeoutMs: 1000,
      })
      for (let index = 0; ; index++) {
        const file = (index % 4) + '.pdf'
        const bytes = new TextEncoder().encode('%PDF-1.4 ' + process.pid + ' ' + index)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        console.log(JSON.stringify({ file, sha256, promised: false }))
        await store.put(${JSON.stringify(user)}, file, bytes)
        console.log(JSON.stringify({ file, sha256, promised: true }))
      }`
    /** What each file may hold: what was promised last, and what was asked for since. */
    const held = new Map<string, Set<string>>()
    for (let kill = 0; kill < 3; kill++) {
      proxy.weather = { refused: 0.3, cut: 0.2, late: 0.05 }
      const child = spawn(process.execPath, ['--input-type=module', '-e', program])
      let said = ''
      child.stdout.on('data', (chunk) => {
        said += chunk
      })
      while (said.split('\n').length < 24 + kill * 5) await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'close')
      for (const line of said.split('\n').slice(0, -1)) {
        const { file, sha256, promised } = JSON.parse(line)
        held.set(file, promised ? new Set([sha256]) : (held.get(file) ?? new Set()).add(sha256))
      }
      proxy.weather = fair
    }
    await proxy.settled()
    const store = await open()
    await store.repair()
    expect(store.stats().pending).toBe(0)
    for (const [file, values] of held) {
      phase = 'local'
      const onDisk = (await store.get(user, file))?.sha256
      expect(values, file).toContain(onDisk)
      phase = 'supabase'
      expect((await store.get(user, file))?.sha256, file).toBe(onDisk)
    }
  })

  it('an app goes from its disk to Supabase and back once, under load and in bad weather: all that was promised is there, and none twice', {
    timeout: 120_000,
  }, async () => {
    const random = seeded(7)
    const tally: Tally = { writes: 0, reads: 0, unanswered: 0, wrong: [] }
    const store = await open({
      ...impatient,
      repairEveryMs: 200,
      shadow: { share: 0.5, mostAtOnce: 2, budgetMs: 2_000 },
    })
    const legacy = await startLegacyApp(store)
    const people: ReturnType<typeof createPerson>[] = []
    for (let index = 0; index < 8; index++) {
      const user = `auth0|${crypto.randomUUID()}`
      const files = new Map<string, Uint8Array>()
      await mkdir(join(root, user))
      for (const file of ['cv.pdf', 'old.pdf', 'Lebenslauf Ä.pdf']) {
        files.set(file, variant())
        await writeFile(join(root, user, file), files.get(file) ?? '')
      }
      people.push(createPerson(legacy.url, user, files, variant, tally))
    }

    /** Everybody does something so many times, all at once. */
    async function load(times: number, meanwhile?: () => Promise<unknown>): Promise<void> {
      const work = people.map(async (person) => {
        for (let time = 0; time < times; time++) await person.act(random)
      })
      await Promise.all([...work, meanwhile?.()])
    }

    const bad: Weather = { refused: 0.15, cut: 0.1, late: 0.02 }
    phase = 'local'
    await load(6)
    phase = 'dual_write'
    await load(6, () => migrate('run'))
    // In good weather, for the comparisons: in bad weather the store may leave Supabase alone for a while.
    phase = 'dual_read'
    await load(6)
    phase = 'dual_write'
    proxy.weather = bad
    await load(6)
    phase = 'dual_read'
    await load(6)
    proxy.weather = { ...fair, refused: 1 }
    await load(4)
    proxy.weather = fair
    await load(6)
    phase = 'supabase'
    proxy.weather = bad
    await load(6)
    // And back, by the way that it came.
    phase = 'dual_read'
    await load(4)
    phase = 'dual_write'
    await load(4)
    proxy.weather = fair
    phase = 'local'
    await load(4)
    phase = 'dual_read'
    await load(4)
    phase = 'supabase'
    await load(4)
    await proxy.settled()
    legacy.stop()

    phase = 'dual_read'
    for (let pass = 0; pass < 5 && store.stats().pending > 0; pass++) await store.repair()
    expect(tally.wrong).toEqual([])
    expect(store.stats()).toMatchObject({ pending: 0, shadow: { mismatched: 0 } })
    expect(store.stats().shadow.compared).toBeGreaterThan(5)
    expect(proxy.faults).toBeGreaterThan(30)

    let live = 0
    for (const { user, held } of people) {
      const versions = await versionsOf(user)
      const resumes = new Set(versions.map(({ id }) => id))
      for (const [file, values] of held) {
        const onDisk = await readFile(join(root, user, file)).catch(() => undefined)
        const sha256 = onDisk && hashOf(onDisk)
        expect(values, `${user}/${file} on the disk`).toContain(sha256)
        phase = 'supabase'
        const inSupabase = await store.get(user, file)
        expect(inSupabase?.sha256, `${user}/${file} in Supabase`).toBe(sha256)
        if (sha256 !== undefined) live++
      }
      expect(resumes.size, `resumes of ${user}`).toBe((await store.list(user)).length)
      for (const [index, version] of versions.entries()) {
        const next = versions[index + 1]
        if (next?.id === version.id) expect(next?.sha256).not.toBe(version.sha256)
      }
    }
    expect(live).toBeGreaterThan(8)
    const { said } = await migrate('verify')
    // What was deleted counts as not moved; what a cut put has left behind is found by reconciliation.
    expect(said.counts).toMatchObject({ equal: live })
    for (const { finding, detail } of said.findings)
      expect([finding, detail]).toEqual(['unmoved', 'rolled_back'])
    const again = await migrate('run')
    expect(again, JSON.stringify(again)).toMatchObject({ code: 0, said: { verified: 0 } })
  })
})
