import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import type { Declared, Extract } from '../../../functions/_shared/ingest/extract-client.ts'
import { ingest } from '../../../functions/_shared/ingest/ingest.ts'
import type { Job } from '../../../functions/_shared/jobs/queue.ts'
import { createIsolate, fakeService, leaseToken, raised, subjectId } from '../jobs/fake-service.ts'

const job: Job = {
  id: 3,
  kind: 'ingest',
  subjectId,
  ownerId: 'auth0|42',
  requestId: undefined,
  attempt: 1,
  leaseToken,
}
const lease = { p_job_id: 3, p_lease_token: leaseToken }
const file = new TextEncoder().encode('bytes of a resume')
const text = [
  'Ada Example',
  'ada@example.com',
  '',
  'Experience',
  'Planner	March 2020 – present',
  '• Planned the routes of the fleet and was responsible for the drivers.',
  '',
  'Education',
  'BSc Logistics	2014 – 2018',
].join('\n')

const version = {
  version_id: subjectId,
  state: 'uploaded',
  full_storage_path: 'auth0_42/r/v1/cv (1).pdf',
  original_filename: 'Lebenslauf.pdf',
  mime_type: 'application/pdf',
  file_size: file.byteLength,
}

function setup(options: {
  source?: unknown
  object?: (request: Request) => Response | Promise<Response>
  extract?: Extract
}) {
  const requests: Request[] = []
  const extracted: { bytes: Uint8Array; declared: Declared }[] = []
  const service = fakeService(
    {
      internal_ingest_source: () => options.source ?? version,
      internal_complete_job: () => null,
      internal_complete_ingest: () => ({ ...version, state: 'ready' }),
    },
    (request) => {
      requests.push(request)
      return options.object?.(request) ?? new Response(file)
    },
  )
  const { storageCalls } = createIsolate().parts
  const extract: Extract = async (stream, declared, signal) => {
    if (options.extract !== undefined) return await options.extract(stream, declared, signal)
    extracted.push({ bytes: await new Response(stream).bytes(), declared })
    return { kind: 'pdf', text, notices: ['macros'] }
  }
  const run = (signal = new AbortController().signal) =>
    ingest(job, { service: service.client, extract, storageCalls }, signal)
  return { run, service, requests, extracted, storageCalls }
}

describe('ingest()', () => {
  test('reads the object and records hash, size, text, headings and language', async () => {
    const { run, service, requests, extracted } = setup({})
    expect(await run()).toMatchObject({ state: 'ready' })
    expect(requests.map(({ url }) => decodeURIComponent(new URL(url).pathname))).toEqual([
      `/storage/v1/object/resumes/${version.full_storage_path}`,
    ])
    expect(extracted).toEqual([
      {
        bytes: file,
        declared: {
          filename: 'Lebenslauf.pdf',
          mimeType: 'application/pdf',
          size: file.byteLength,
        },
      },
    ])
    const [args] = service.named('internal_complete_ingest')
    expect(args).toMatchObject({
      ...lease,
      p_sha256: createHash('sha256').update(file).digest('hex'),
      p_file_size: file.byteLength,
      p_content_text: text,
      p_language: 'en',
      p_notices: ['macros'],
    })
    const headings = String(args?.p_headings).split('\n')
    expect(headings).toEqual(expect.arrayContaining(['Experience', 'Education']))
    expect(headings.join('\n')).not.toContain('routes of the fleet')
  })

  test('takes along what was measured at Storage', async () => {
    const { run, service, storageCalls } = setup({})
    const call = { operation: 'download', outcome: 'ok', milliseconds: 7 } as const
    storageCalls.record(call)
    await run()
    expect(service.named('internal_complete_ingest')[0]).toMatchObject({ p_storage_calls: [call] })
  })

  test.each(['ready', 'failed', 'pruned'])(
    'only ends the job of a version that is %s',
    async (state) => {
      const { run, service, requests } = setup({ source: { ...version, state } })
      expect(await run()).toMatchObject({ state })
      expect(service.calls.map(({ name }) => name)).toEqual([
        'internal_ingest_source',
        'internal_complete_job',
      ])
      expect(requests).toHaveLength(0)
    },
  )

  test.each([
    ['that is shorter', () => new Response('shorter')],
    ['that is longer', () => new Response('x'.repeat(file.byteLength + 1))],
    ['that is gone', () => Response.json({ message: 'Object not found' }, { status: 404 })],
    // What Storage has always answered for an object that is not there.
    ['that is gone, in the old way', () => Response.json({ statusCode: '404' }, { status: 400 })],
  ])('refuses an object %s', async (_what, object) => {
    const { run, service } = setup({ object })
    await expect(run()).rejects.toMatchObject({ code: 'hash_mismatch' })
    expect(service.named('internal_complete_ingest')).toHaveLength(0)
  })

  test.each([
    ['fails', () => Response.json({ message: 'x' }, { status: 500 })],
    ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
  ])('is unavailable when Storage %s', async (_what, object) => {
    await expect(setup({ object }).run()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('believes that an object is gone only where Storage says so', async () => {
    const object = () =>
      Response.json({ statusCode: '403', error: 'InvalidJWT', message: 'x' }, { status: 400 })
    await expect(setup({ object }).run()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test.each([0, 1])(
    'cuts headings at their limit without leaving half a character (%i before)',
    async (before) => {
      const entry = `${'𝄞'.repeat(50)} Planner\tMarch 2020 – present\n• Planned the routes of the fleet.\n\n`
      const long = `${'x'.repeat(before)}\n\nExperience\n\n${'x'.repeat(before)}${entry.repeat(250)}`
      const extract: Extract = async (stream) => {
        await new Response(stream).bytes()
        return { kind: 'pdf', text: long, notices: [] }
      }
      const { run, service } = setup({ extract })
      await run()
      const headings = String(service.named('internal_complete_ingest')[0]?.p_headings)
      expect(headings).toHaveLength(20_000)
      expect(headings.isWellFormed()).toBe(true)
    },
  )

  test('throws what extract refuses the file for, and records nothing', async () => {
    const { run, service } = setup({
      extract: () => Promise.reject(new AppError('file_encrypted')),
    })
    await expect(run()).rejects.toMatchObject({ code: 'file_encrypted' })
    expect(service.named('internal_complete_ingest')).toHaveLength(0)
  })

  test('is unavailable when the download breaks off', async () => {
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(file.subarray(0, 5))
      },
      pull: () => Promise.reject(new TypeError('Connection reset')),
    })
    const { run, service } = setup({ object: () => new Response(broken) })
    await expect(run()).rejects.toMatchObject({ code: 'unavailable' })
    expect(service.named('internal_complete_ingest')).toHaveLength(0)
  })

  test('takes no text for that of a file which was not read to its end', async () => {
    const { run, service } = setup({
      extract: () => Promise.resolve({ kind: 'pdf', text, notices: [] }),
    })
    await expect(run()).rejects.toMatchObject({ code: 'unavailable' })
    expect(service.named('internal_complete_ingest')).toHaveLength(0)
  })

  test('reads a file no faster than extract takes it', async () => {
    const chunk = new Uint8Array(1000)
    let sent = 0
    const object = () =>
      new Response(
        new ReadableStream(
          {
            pull(controller) {
              sent += 1
              controller.enqueue(chunk)
            },
          },
          { highWaterMark: 0 },
        ),
      )
    const seen = Promise.withResolvers<number>()
    const { run } = setup({
      source: { ...version, file_size: 1_000_000 },
      object,
      extract: async (stream) => {
        await stream.getReader().read()
        // Whoever reads ahead does so now.
        await new Promise(setImmediate)
        seen.resolve(sent)
        throw new AppError('file_corrupt')
      },
    })
    await expect(run()).rejects.toMatchObject({ code: 'file_corrupt' })
    expect(await seen.promise).toBeLessThanOrEqual(3)
  })

  test('throws lease_lost before it has fetched anything', async () => {
    const { run, requests } = setup({ source: raised('lease_lost') })
    await expect(run()).rejects.toMatchObject({ code: 'lease_lost' })
    expect(requests).toHaveLength(0)
  })

  test('a lost lease ends a download that hangs', async () => {
    const lost = new AbortController()
    const reason = new AppError('lease_lost')
    const { run } = setup({
      object: (request) => {
        queueMicrotask(() => lost.abort(reason))
        return new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason))
        })
      },
    })
    await expect(run(lost.signal)).rejects.toBe(reason)
  })
})
