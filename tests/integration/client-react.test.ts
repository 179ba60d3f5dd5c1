/** The hooks in a document, with React 18 and 19, against the embedded stack. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type ResumeClient,
  type ResumeVersion,
  ResWaveError,
  type SearchHit,
  type SearchOptions,
} from '../../client/index.ts'
import type * as Hooks from '../../client/react/index.ts'
import { app, eventually, type Person, resumeFile } from './app.ts'
import { openPage, type Page } from './dom.ts'
import { startTroubledWay, type TroubledWay } from './troubled-way.ts'

const { stack, newPerson, clientWith, behave, readVersion } = app()

const refusal = new ResWaveError('too_many_requests', 'Later')

type Optimizer = ReturnType<typeof Hooks.useResumeOptimizer>

interface Mounted<Value> {
  readonly seen: Value[]
  readonly last: () => Value
  readonly until: (holds: (value: Value) => boolean) => Promise<Value>
  readonly render: () => void
  readonly unmount: () => void
}

function Probe({ useValue }: { readonly useValue: () => unknown }) {
  useValue()
  return null
}

function Uploader({ page: { hooks, React } }: { readonly page: Page }) {
  const { phase, progress } = hooks.useResumeOptimizer()
  const { versions } = hooks.useResumeVersions(undefined)
  const { hits } = hooks.useResumeSearch('')
  return React.createElement(
    'p',
    undefined,
    [phase, progress, versions.length, hits.length].join(' '),
  )
}

describe.each(['18', '19'] as const)('with React %s', (version) => {
  let page: Page
  let way: TroubledWay
  const complaints = vi.spyOn(console, 'error')
  beforeAll(async () => {
    way = await startTroubledWay(stack.url)
    page = await openPage(version)
  })
  afterEach(() => {
    // React says here what it does not like: updates after unmounting, hydration that does not agree.
    expect(complaints).not.toHaveBeenCalled()
    complaints.mockClear()
  })
  afterAll(async () => {
    complaints.mockRestore()
    await page.close()
    await way.stop()
  })

  function newClient(person: Person = newPerson()) {
    const supabase = clientWith(person.token)
    return { person, client: page.core.createResumeClient({ supabase }) }
  }

  function mount<Value>(
    client: ResumeClient,
    useValue: () => Value,
    strict = true,
  ): Mounted<Value> {
    const { createElement, StrictMode } = page.React
    const seen: Value[] = []
    const root = page.dom.createRoot(page.window.document.createElement('div'))
    const render = () => {
      const tree = createElement(
        page.hooks.ResumeClientProvider,
        { client },
        createElement(Probe, { useValue: () => seen.push(useValue()) }),
      )
      root.render(strict ? createElement(StrictMode, undefined, tree) : tree)
    }
    render()
    const last = () => seen.at(-1) as Value
    const until = (holds: (value: Value) => boolean) =>
      vi.waitUntil(() => seen.length > 0 && holds(last()) && last(), {
        timeout: 40_000,
        interval: 5,
      }) as Promise<Value>
    return { seen, last, until, render, unmount: () => root.unmount() }
  }

  const mountOptimizer = async (client: ResumeClient, strict = true) => {
    const mounted = mount<Optimizer>(client, page.hooks.useResumeOptimizer, strict)
    await mounted.until(({ phase }) => phase === 'idle')
    return mounted
  }

  it('optimizeResume() tells the way from file to suggestions as state', async () => {
    const { client } = newClient()
    const mounted = await mountOptimizer(client)
    const file = await page.picked(resumeFile())
    const { result, optimizationId } = await mounted
      .last()
      .optimizeResume(file, { jobDescription: 'Logistics planner with SAP experience' })
    const done = await mounted.until(({ phase }) => phase === 'done')
    expect(done).toMatchObject({ progress: 100, optimizationId, error: undefined, result })
    expect(done.suggestions).toBe(result.suggestions)
    expect(done.rejected).toBe(result.rejected)
    expect(done.score).toEqual(result.score.before)
    expect(done.version?.original_filename).toBe(file.name)
    expect(done.events.at(-1)?.type).toBe('done')
    const progress = mounted.seen.map((value) => value.progress)
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    const phases = mounted.seen.map(({ phase }) => phase)
    for (const phase of ['idle', 'uploading', 'queued', 'done'] as const) {
      expect(phases).toContain(phase)
    }
    const uploads = mounted.seen.flatMap(({ upload }) => upload ?? [])
    expect(uploads.at(-1)).toEqual({ sentBytes: file.size, totalBytes: file.size })
    mounted.unmount()
  })

  it('a second call takes the place of the first', async () => {
    const { client } = newClient()
    const mounted = await mountOptimizer(client)
    const first = mounted.last().optimizeResume(await page.picked(resumeFile('first.pdf')))
    const second = mounted.last().optimizeResume(await page.picked(resumeFile('second.pdf')))
    await expect(first).rejects.toMatchObject({ code: 'cancelled' })
    await second
    const done = await mounted.until(({ phase }) => phase === 'done')
    expect(done.version?.original_filename).toBe('second.pdf')
    expect(mounted.seen.map(({ phase }) => phase)).not.toContain('cancelled')
    mounted.unmount()
  })

  it('unmounting ends the upload and the following, and the server goes on', async () => {
    const { client, person } = newClient()
    const uploading = await mountOptimizer(client)
    const upload = uploading.last().optimizeResume(await page.picked(resumeFile('given up.pdf')))
    uploading.unmount()
    await expect(upload).rejects.toMatchObject({ code: 'cancelled' })

    const following = await mountOptimizer(client)
    const followed = following.last().optimizeResume(await page.picked(resumeFile()))
    await following.until(({ optimizationId }) => optimizationId !== undefined)
    const count = following.seen.length
    following.unmount()
    await expect(followed).rejects.toMatchObject({ code: 'cancelled' })
    const status = async () => {
      const { data } = await person.client.from('optimizations').select('status')
      return data?.[0]?.status
    }
    expect(await eventually(status, (now) => now === 'succeeded')).toBe('succeeded')
    expect(following.seen.length).toBe(count)
  })

  it('cancel() ends the work on the server, and retry() asks again without another upload', async () => {
    const mark = `slow ${crypto.randomUUID()}`
    await behave('slow', mark, 1)
    const { client, person } = newClient()
    const mounted = await mountOptimizer(client)
    const cancelled = mounted
      .last()
      .optimizeResume(await page.picked(resumeFile()), { jobDescription: mark })
    await mounted.until(({ optimizationId }) => optimizationId !== undefined)
    await mounted.last().cancel()
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    await mounted.until(({ phase }) => phase === 'cancelled')
    const { data: rows } = await person.client.from('optimizations').select('status')
    expect(rows).toEqual([{ status: 'cancelled' }])
    await mounted.last().retry()
    const done = await mounted.until(({ phase }) => phase === 'done')
    expect(done.error).toBeUndefined()
    const { data: versions } = await person.client.from('resume_versions').select('version_id')
    expect(versions).toEqual([{ version_id: done.version?.version_id }])
    mounted.unmount()
  })

  it('says what failed, with the code of the server', async () => {
    const mounted = await mountOptimizer(newClient().client)
    const file = new page.window.File(['x'], 'cv.txt', { type: 'text/plain' })
    const failing = mounted.last().optimizeResume(file as unknown as File)
    await expect(failing).rejects.toMatchObject({ code: 'unsupported_file_type' })
    const failed = await mounted.until(({ phase }) => phase === 'failed')
    expect(failed.error).toMatchObject({ code: 'unsupported_file_type', retryable: false })
    mounted.last().reset()
    await mounted.until(({ phase, error }) => phase === 'idle' && error === undefined)
    mounted.unmount()
  })

  it('follow() picks up what was asked for before', async () => {
    const { client } = newClient()
    const version = await client.upload(await page.picked(resumeFile())).done
    const run = client.optimize({ version })
    const mounted = await mountOptimizer(client)
    const followed = await mounted.last().follow(await run.optimizationId)
    expect(followed).toEqual(await run.done)
    const done = await mounted.until(({ phase }) => phase === 'done')
    expect(done.events.map(({ id }) => id)).toEqual(done.events.map((_, at) => at + 1))
    await expect(mounted.last().follow(crypto.randomUUID())).rejects.toMatchObject({
      code: 'not_found',
    })
    mounted.unmount()
  })

  it('pause() holds the upload, resume() goes on', async () => {
    const person = newPerson()
    const { createClient } = await import('@supabase/supabase-js')
    const supabase = createClient(way.url, stack.publishableKey, {
      accessToken: () => Promise.resolve(person.token),
    })
    const mounted = await mountOptimizer(page.core.createResumeClient({ supabase }))
    way.strike(/upload\/sign.*token=/, 'hold')
    const held = way.held()
    const going = mounted.last().optimizeResume(await page.picked(resumeFile()))
    await held
    mounted.last().pause()
    await mounted.until(({ paused, phase }) => paused && phase === 'uploading')
    mounted.last().resume()
    await going
    const done = await mounted.until(({ phase }) => phase === 'done')
    expect(done.paused).toBe(false)
    expect((await readVersion(person, done.version?.version_id ?? '')).state).toBe('ready')
    mounted.unmount()
  })

  it('useResumeVersions() reads the history, and again after each change', async () => {
    const { client } = newClient()
    const version = await client.upload(await page.picked(resumeFile())).done
    const { resume_id: resumeId } = version
    await client.optimize({ version }).done
    const newer = resumeFile('newer.docx', 'sales-manager.docx.docx')
    const second = await client.upload(await page.picked(newer), { resumeId }).done
    await client.optimize({ version: second }).done
    const mounted = mount(client, () => page.hooks.useResumeVersions(resumeId))
    await mounted.until(({ versions }) => versions.length === 2)
    await mounted.last().label(version.version_id, 'first')
    await mounted.until(({ versions }) => versions[1]?.label === 'first')
    await mounted.last().restore(version.version_id)
    await mounted.until(({ versions }) => versions.length === 3)
    await expect(mounted.last().pin(crypto.randomUUID(), true)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(mounted.last().error).toBeUndefined()
    mounted.unmount()
  })

  it('useResumeSearch() answers what was typed last, and asks nobody about nothing', async () => {
    const { client } = newClient()
    await client.upload(await page.picked(resumeFile('zebra.pdf'))).done
    const asked = vi.fn(client.search)
    let query = ''
    const mounted = mount({ ...client, search: asked }, () => page.hooks.useResumeSearch(query))
    await mounted.until(({ loading }) => !loading)
    for (const text of ['z', 'ze', 'zebra']) {
      query = text
      mounted.render()
    }
    await eventually(
      async () => (await client.search('zebra')).length,
      (hits) => hits > 0,
    )
    const { hits } = await mounted.until(
      (value) => value.hits.length > 0 || value.error !== undefined,
    )
    expect(hits).toMatchObject([{ original_filename: 'zebra.pdf' }])
    expect(new Set(asked.mock.calls.map(([text]) => text))).toEqual(new Set(['zebra']))
    mounted.unmount()
  })

  it('useResumeSearch() puts no words after the hits of others, and loads from the first letter on', async () => {
    const { client } = newClient()
    const search = vi.fn(async (query: string, { after }: SearchOptions = {}) => {
      if (query === 'beta' && search.mock.calls.length === 2) throw refusal
      return [`${query} ${after ?? 'first'}`].map((cursor) => ({ cursor }) as SearchHit)
    })
    let query = 'alpha'
    const mounted = mount(
      { ...client, search },
      () => page.hooks.useResumeSearch(query, { page_size: 1 }),
      false,
    )
    const found = () => mounted.last().hits.map(({ cursor }) => cursor)
    await mounted.until(({ hits }) => hits.length === 1)
    query = 'beta'
    mounted.render()
    await mounted.until(({ loading }) => loading)
    expect(search).toHaveBeenCalledTimes(1)
    await mounted.until(({ error }) => error === refusal)
    await mounted.last().more()
    await mounted.until(({ loading }) => !loading)
    expect(found()).toEqual(['beta first'])
    await mounted.last().more()
    await mounted.until(({ hits }) => hits.length === 2)
    expect(found()).toEqual(['beta first', 'beta beta first'])

    query = 'gamma'
    mounted.render()
    await mounted.until(({ loading }) => loading)
    await mounted.last().more()
    expect(search.mock.lastCall).toMatchObject(['gamma', { page_size: 1 }])
    await mounted.until(({ loading }) => !loading)
    expect(found()).toEqual(['gamma first'])
    mounted.unmount()
  })

  it('useResumeVersions() leaves what ends for one resume out of another, and without one shows none', async () => {
    const { client } = newClient()
    const restored = Promise.withResolvers<never>()
    const versions = vi.fn(async (resumeId: string) => [
      { version_id: `of ${resumeId}` } as ResumeVersion,
    ])
    let resumeId: string | undefined = 'a'
    const mounted = mount(
      { ...client, versions, restore: () => restored.promise },
      () => page.hooks.useResumeVersions(resumeId),
      false,
    )
    const shows = (value: Hooks.ResumeVersions) => value.versions[0]?.version_id
    const ofA = await mounted.until((value) => shows(value) === 'of a')
    const restoring = ofA.restore('of a')
    resumeId = 'b'
    mounted.render()
    await mounted.until((value) => shows(value) === 'of b')
    restored.resolve(undefined as never)
    await restoring
    await ofA.refresh()
    expect(versions.mock.calls.map(([id]) => id)).toEqual(['a', 'b'])

    versions.mockReturnValue(new Promise(() => {}))
    void mounted.last().refresh()
    await mounted.until(({ loading }) => loading)
    resumeId = undefined
    mounted.render()
    const none = await mounted.until(({ loading }) => !loading)
    expect(none).toMatchObject({ versions: [], error: undefined })
    mounted.unmount()
  })

  it('renders on a server, and hydrates what it rendered', async () => {
    const { createElement } = page.React
    const { client } = newClient()
    const tree = createElement(
      page.hooks.ResumeClientProvider,
      { client },
      createElement(Uploader, { page }),
    )
    const html = page.server.renderToString(tree)
    expect(html).toBe('<p>idle 0 0 0</p>')
    const container = page.window.document.createElement('div')
    container.innerHTML = html
    const root = page.dom.hydrateRoot(container, tree)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(container.innerHTML).toBe(html)
    root.unmount()
  })

  it('says what is missing where there is no provider', () => {
    const { createElement } = page.React
    const lost = createElement(Uploader, { page })
    expect(() => page.server.renderToString(lost)).toThrow(/ResumeClientProvider/)
  })
})
