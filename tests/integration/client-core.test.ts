/** The client's core in Node, by fetch, against the embedded stack. */
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  createResumeClient,
  type OptimizationEvent,
  type Upload,
  type UploadProgress,
} from '../../client/index.ts'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { runCommand } from '../../scripts/checks/command.ts'
import { denos } from '../../scripts/checks/denos.ts'
import { projectRoot } from '../../scripts/checks/functions-tree.ts'
import { mintToken } from '../../scripts/local/jwt.ts'
import { app, mimeTypes, plainResume, resumeFile } from './app.ts'
import { startTroubledWay, type TroubledWay } from './troubled-way.ts'
import { startTusDouble, type TusDouble } from './tus-double.ts'

const { stack, newPerson, clientWith, behave } = app()
const job = 'Logistics planner with SAP experience'

/** A client of a new person, over any way to the stack. */
function newClient(url = stack.url, sub = `user-${crypto.randomUUID()}`) {
  const person = newPerson(sub)
  const supabase = createClient<Database>(url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: () => Promise.resolve(person.token),
  })
  return { person, client: createResumeClient({ supabase }) }
}

/** A PDF that nobody can read, of any size: its bytes arrive all the same. */
function largeFile(bytes: number): File {
  const content = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 4096) content[at] = at / 4096
  return new File([content], 'large.pdf', { type: mimeTypes.pdf })
}

const typesOf = (events: readonly OptimizationEvent[]) =>
  events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('upload()', () => {
  it('sends the file, and the server compares the hash that was made meanwhile', async () => {
    const { client } = newClient()
    const file = resumeFile('Résumé.pdf')
    const told: UploadProgress[] = []
    const version = await client.upload(file, { onProgress: (progress) => told.push(progress) })
      .done
    expect(version).toMatchObject({ state: 'uploaded', original_filename: 'Résumé.pdf' })
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
    expect(version.expected_sha256).toBe(Buffer.from(digest).toString('hex'))
    expect(told[0]).toEqual({ phase: 'uploading', sentBytes: 0, totalBytes: file.size })
    expect(told.at(-1)).toEqual({
      phase: 'completing',
      sentBytes: file.size,
      totalBytes: file.size,
    })
  })

  it('knows the type of a file by its name, where the system does not', async () => {
    const { client } = newClient()
    const blob = new Blob([await resumeFile().arrayBuffer()])
    const version = await client.upload(blob, { filename: 'CV.PDF' }).done
    expect(version).toMatchObject({ original_filename: 'CV.PDF', mime_type: mimeTypes.pdf })
  })

  it.each([
    ['an unknown type', new File(['x'], 'cv.txt', { type: 'text/plain' }), 'unsupported_file_type'],
    ['an empty file', new File([], 'cv.pdf', { type: mimeTypes.pdf }), 'file_empty'],
    ['a path for a name', new File(['x'], 'a/cv.pdf', { type: mimeTypes.pdf }), 'invalid_filename'],
  ])('refuses %s with the code of the server', async (_what, file, code) => {
    const { client } = newClient()
    await expect(client.upload(file).done).rejects.toMatchObject({
      name: 'ResWaveError',
      code,
      retryable: false,
      hint: expect.any(String),
    })
  })

  it('is done without a session in session_over', async () => {
    const supabase = clientWith(mintToken({ sub: 'late' }, stack.jwtSecret, -10))
    const client = createResumeClient({ supabase })
    await expect(client.upload(resumeFile()).done).rejects.toMatchObject({ code: 'session_over' })
  })
})

describe('a session', () => {
  async function signedUp() {
    const supabase = createClient<Database>(stack.url, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
    })
    const email = `${crypto.randomUUID()}@example.com`
    const { data } = await supabase.auth.signUp({ email, password: crypto.randomUUID() })
    return { supabase, session: data.session, client: createResumeClient({ supabase }) }
  }

  it('whose token is refused is refreshed, once', async () => {
    const { supabase, session, client } = await signedUp()
    if (session === null) throw new Error('There is no session')
    const stale = { ...session, access_token: mintToken({ sub: 'x' }, 'another secret') }
    const refresh = vi.spyOn(supabase.auth, 'refreshSession')
    vi.spyOn(supabase.auth, 'getSession').mockResolvedValueOnce({
      data: { session: stale },
      error: null,
    })
    expect((await client.upload(resumeFile()).done).state).toBe('uploaded')
    expect(refresh).toHaveBeenCalledTimes(1)
  })

  it('that is over is session_over, for functions too', async () => {
    const { supabase, client } = await signedUp()
    await supabase.auth.signOut()
    await expect(client.upload(resumeFile()).done).rejects.toMatchObject({ code: 'session_over' })
    const id = crypto.randomUUID()
    await expect(client.follow(id).done).rejects.toMatchObject({ code: 'session_over' })
  })
})

describe('upload() on a bad way', () => {
  let way: TroubledWay
  beforeAll(async () => {
    way = await startTroubledWay(stack.url)
  })
  afterAll(() => way.stop())

  it('tries again what was refused, reset, or done and never answered', async () => {
    const { client, person } = newClient(way.url)
    for (const fault of ['refuse', 'reset', 'lose answer'] as const) {
      way.strike(/begin_resume_upload/, fault)
      way.strike(/upload\/sign.*token=/, fault)
      way.strike(/complete_resume_upload/, fault)
      const version = await client.upload(resumeFile()).done
      expect(version.state, fault).toMatch(/uploaded|ready/)
    }
    expect(way.struck).toBe(9)
    // What was reserved without an answer is what the second question got.
    const { data } = await person.client.from('resume_versions').select('state')
    expect(data).toHaveLength(3)
  })

  it('is given up by cancel() and by its signal, and the server knows why', async () => {
    const { client, person } = newClient(way.url)
    const control = new AbortController()
    for (const giveUp of [(upload: Upload) => upload.cancel(), () => control.abort()]) {
      way.strike(/upload\/sign.*token=/, 'hold')
      const held = way.held()
      const upload = client.upload(resumeFile(), { signal: control.signal })
      await held
      void giveUp(upload)
      await expect(upload.done).rejects.toMatchObject({ code: 'cancelled' })
      await upload.cancel()
    }
    const never = client.upload(resumeFile(), { signal: control.signal })
    await expect(never.done).rejects.toMatchObject({ code: 'cancelled' })
    const { data } = await person.client.from('resume_versions').select('state, reported_failure')
    const givenUp = { state: 'failed', reported_failure: 'aborted' }
    expect(data).toEqual([givenUp, givenUp])
  })

  it('never takes a file that changed on its way for the one that was sent', async () => {
    const { client } = newClient(way.url)
    way.strike(/upload\/sign.*token=/, 'spoil')
    const version = await client.upload(resumeFile()).done
    const run = client.optimize({ version })
    await expect(run.done).rejects.toMatchObject({ code: 'hash_mismatch', retryable: false })
  })

  it('pauses and goes on', async () => {
    const { client } = newClient(way.url)
    const told: number[] = []
    way.strike(/upload\/sign.*token=/, 'hold')
    const upload = client.upload(resumeFile(), {
      onProgress: ({ sentBytes }) => told.push(sentBytes),
    })
    await way.held()
    upload.pause()
    upload.resume()
    expect((await upload.done).state).toBe('uploaded')
    expect(told).toEqual(told.toSorted((a, b) => a - b))
  })
})

describe('upload() by TUS', () => {
  let tus: TusDouble
  let way: TroubledWay
  beforeAll(async () => {
    tus = await startTusDouble(stack)
    way = await startTroubledWay(tus.url)
  })
  afterAll(async () => {
    await way.stop()
    await tus.stop()
  })

  it('goes on where it was after a pause, and sends no byte twice that has arrived', async () => {
    const { client } = newClient(tus.url)
    const file = largeFile(20_000_000)
    const before = tus.receivedBytes
    let isPaused = false
    const upload = client.upload(file, {
      onProgress({ sentBytes }) {
        if (isPaused || sentBytes < 6_291_456) return
        isPaused = true
        upload.pause()
        setTimeout(upload.resume, 50)
      },
    })
    expect((await upload.done).state).toBe('uploaded')
    expect(isPaused).toBe(true)
    // The chunk that was under way may have come in part.
    expect(tus.receivedBytes - before).toBeLessThanOrEqual(file.size + 6_291_456)
  })

  it('goes on after resets, and from the beginning where the service has forgotten it', async () => {
    const { client } = newClient(way.url)
    way.strike(/upload\/resumable\/sign\//, 'reset', 'PATCH')
    way.strike(/upload\/resumable\/sign\//, 'lose answer', 'PATCH')
    let sent = 0
    const upload = client.upload(largeFile(13_000_000), {
      onProgress({ sentBytes }) {
        if (sent === 0 && sentBytes > 0) void tus.expire()
        expect(sentBytes).toBeGreaterThanOrEqual(sent)
        sent = sentBytes
      },
    })
    expect((await upload.done).state).toBe('uploaded')
    expect(way.struck).toBe(2)
  })

  it('is left alone for small files, and where the service does not have it', async () => {
    const before = tus.receivedBytes
    expect((await newClient(tus.url).client.upload(resumeFile()).done).state).toBe('uploaded')
    expect((await newClient().client.upload(largeFile(7_000_000)).done).state).toBe('uploaded')
    expect(tus.receivedBytes).toBe(before)
  })
})

describe('optimize()', () => {
  it('tells everything as it happens, and again to whoever comes later', async () => {
    const { client, person } = newClient()
    const version = await client.upload(resumeFile()).done
    const heard: OptimizationEvent[] = []
    const run = client.optimize({
      version,
      jobDescription: job,
      onEvent: (event) => heard.push(event),
    })
    const { result, optimizationId } = await run.done
    expect(await run.optimizationId).toBe(optimizationId)
    expect(typesOf(heard)[0]).toBe('queued')
    expect(typesOf(heard)).toContain('generating')
    expect(heard.at(-1)).toMatchObject({ type: 'done', data: { optimizationId } })
    expect(heard.map(({ id }) => id)).toEqual(heard.map((_, at) => at + 1))
    const suggested = heard.flatMap((event) => (event.type === 'suggestion' ? [event.data] : []))
    expect(suggested.length).toBeGreaterThan(0)
    expect(new Set(suggested)).toEqual(new Set(result.suggestions))
    expect(await all(run.events)).toEqual(heard)
    const other = createResumeClient({ supabase: person.client }).follow(optimizationId)
    expect(await all(other.events)).toEqual(heard)
    expect(await other.done).toEqual(await run.done)
  })

  it('asks where streams do not get through, and hears the same', async () => {
    const { client } = newClient()
    const version = await client.upload(resumeFile()).done
    const connections: string[] = []
    const run = client.optimize({
      version,
      stream: false,
      onConnection: (connection) => connections.push(connection),
    })
    const polled = await all(run.events)
    expect(connections).toContain('polling')
    const { optimizationId } = await run.done
    expect(await all(client.follow(optimizationId).events)).toEqual(polled)
  })

  it('ends in the code of the server for what cannot be had', async () => {
    const { client } = newClient()
    const strange = client.follow(crypto.randomUUID())
    await expect(strange.done).rejects.toMatchObject({ code: 'not_found', status: 404 })
    await expect(all(strange.events)).rejects.toMatchObject({ code: 'not_found' })
    const nowhere = client.optimize({ filePath: 'user_uploads/nobody/cv.pdf' })
    await expect(nowhere.optimizationId).rejects.toMatchObject({ requestId: expect.any(String) })
  })

  it('cancel() ends the work on the server; an aborted signal only the following', async () => {
    const mark = `slow ${crypto.randomUUID()}`
    await behave('slow', mark)
    const { client, person } = newClient()
    const version = await client.upload(resumeFile()).done
    const control = new AbortController()
    const run = client.optimize({ version, jobDescription: mark, signal: control.signal })
    const id = await run.optimizationId
    control.abort()
    await expect(run.done).rejects.toMatchObject({ code: 'cancelled' })
    const rowOf = async () => {
      const { data } = await person.client.from('optimizations').select().single()
      return data?.status
    }
    expect(await rowOf()).toMatch(/queued|running|succeeded/)
    const again = client.follow(id)
    await again.cancel()
    await expect(again.done).rejects.toMatchObject({ code: 'cancelled', status: 409 })
    expect(await rowOf()).toBe('cancelled')
  })
})

it.each(denos())('does the same in Deno $version', async ({ program }) => {
  const { stdout, stderr } = await runCommand(
    program,
    [
      ...['run', '--quiet', '--no-lock', '--no-check', '--node-modules-dir=manual', '--no-prompt'],
      ...['--allow-net', '--allow-read', '--allow-env', 'tests/integration/client-deno.ts'],
      ...[stack.url, stack.publishableKey, newPerson().token],
      `tests/fixtures/resumes/${plainResume}`,
    ],
    { cwd: projectRoot, timeoutMs: 50_000 },
  )
  expect(stderr).toBe('')
  const { events, suggestions } = JSON.parse(stdout)
  expect(events.at(0)).toBe('queued')
  expect(events.at(-1)).toBe('done')
  expect(suggestions).toBeGreaterThan(0)
})

describe('optimize() on a bad way', () => {
  let way: TroubledWay
  beforeAll(async () => {
    way = await startTroubledWay(stack.url)
  })
  afterAll(() => way.stop())

  it('hears every event once, however often the connection drops', async () => {
    const { client } = newClient(way.url)
    const version = await client.upload(resumeFile()).done
    way.strike(/optimize-resume/, 'refuse')
    way.strike(/optimize-resume/, 'lose answer')
    for (let i = 0; i < 2; i++) way.strike(/optimize-resume/, 'cut')
    const mark = `slow ${crypto.randomUUID()}`
    await behave('slow', mark, 1)
    const run = client.optimize({ version, jobDescription: mark })
    const heard = await all(run.events)
    expect(way.struck).toBe(4)
    expect(heard.map(({ id }) => id)).toEqual(heard.map((_, at) => at + 1))
    expect(heard.at(-1)?.type).toBe('done')
  })

  it('asks after two streams that told nothing', async () => {
    const { client } = newClient(way.url)
    const version = await client.upload(resumeFile()).done
    way.strike(/optimize-resume/, 'silent')
    way.strike(/optimize-resume/, 'silent')
    const connections: string[] = []
    const run = client.optimize({ version, onConnection: (name) => connections.push(name) })
    expect((await run.done).status).toBe('succeeded')
    expect(connections.at(-1)).toBe('polling')
  })

  it('goes on with a fresh token when the one it began with has run out', async () => {
    const mark = `slow ${crypto.randomUUID()}`
    await behave('slow', mark, 1)
    const sub = `user-${crypto.randomUUID()}`
    const { client: early } = newClient(stack.url, sub)
    const version = await early.upload(resumeFile()).done
    let lifetimes = [600, 3]
    let given = 0
    const supabase = createClient<Database>(stack.url, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      accessToken() {
        given += 1
        return Promise.resolve(mintToken({ sub }, stack.jwtSecret, lifetimes[given - 1] ?? 600))
      },
    })
    await Promise.resolve()
    given = 1
    lifetimes = [600, 2]
    const run = createResumeClient({ supabase }).optimize({ version, jobDescription: mark })
    const heard = await all(run.events)
    expect(heard.at(-1)?.type).toBe('done')
    expect(heard.map(({ id }) => id)).toEqual(heard.map((_, at) => at + 1))
    expect(given).toBeGreaterThan(2)
  })
})

describe('versions and search', () => {
  it('gives the history, and everything that can be done with it', async () => {
    const { client } = newClient()
    const file = resumeFile('history.docx', 'logistics-coordinator.python-docx.docx')
    const version = await client.upload(file).done
    const { optimizationId, result } = await client.optimize({ version }).done
    expect(result.suggestions.length).toBeGreaterThan(0)
    const accepted = await client.accept(optimizationId, [0])
    expect(accepted).toMatchObject({ state: 'ready', source: 'optimization' })
    const changes = await client.compare(version.version_id, accepted.versionId)
    expect(changes.words.removed + changes.words.added).toBeGreaterThan(0)
    const restored = await client.restore(version.version_id)
    expect(restored).toMatchObject({ state: 'ready', versionNumber: 3 })
    await client.label(version.version_id, 'as it was')
    await client.pin(version.version_id, true)
    const versions = await client.versions(version.resume_id)
    expect(versions.map(({ version_number }) => version_number)).toEqual([3, 2, 1])
    expect(versions[2]).toMatchObject({ label: 'as it was', pinned: true })
    const whole = await client.download(restored.versionId)
    const bytes = Buffer.from(await whole.arrayBuffer())
    expect(bytes.equals(Buffer.from(await file.arrayBuffer()))).toBe(true)
    expect(await client.resumes()).toMatchObject([{ original_filename: 'history.docx' }])
    const [hit] = await client.search('history')
    expect(hit).toMatchObject({ id: version.resume_id, match: 'exact' })
  })
})
