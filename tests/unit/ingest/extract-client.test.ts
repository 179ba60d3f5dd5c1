import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createExtractClient } from '../../../functions/_shared/ingest/extract-client.ts'
import { type LocalServer, startLocalServer } from '../../../scripts/deploy/local-server.ts'

const file = () => new Blob(['%PDF-1.7']).stream()
const declared = { filename: 'Résumé – Zoë (1).pdf', mimeType: 'application/pdf', size: 8 }

let server: LocalServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

async function extractFrom(
  handle: (request: Request) => Response | Promise<Response>,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
) {
  server = await startLocalServer(handle)
  const extract = createExtractClient({
    supabaseUrl: server.url,
    publishableKey: 'publishable',
    workerToken: 'worker-token',
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return await extract(file(), declared, options.signal)
}

/** Waits until the request is ended by its caller. */
function never(request: Request): Promise<Response> {
  return new Promise((resolve) => {
    request.signal.addEventListener('abort', () => resolve(new Response()), { once: true })
  })
}

const problem = (status: number, code: string, detail?: string) =>
  Response.json({ code, detail }, { status })

describe('createExtractClient()', () => {
  test('sends the bytes, what is declared of them and the worker token', async () => {
    let seen: Record<string, unknown> = {}
    const extracted = await extractFrom(async (request) => {
      seen = {
        method: request.method,
        path: new URL(request.url).pathname,
        apikey: request.headers.get('apikey'),
        authorization: request.headers.get('authorization'),
        type: request.headers.get('content-type'),
        filename: decodeURIComponent(request.headers.get('x-filename') ?? ''),
        size: request.headers.get('x-file-size'),
        body: await request.text(),
      }
      return Response.json({ kind: 'pdf', text: 'Zoë', notices: ['macros'], pages: 1 })
    })
    expect(extracted).toEqual({ kind: 'pdf', text: 'Zoë', notices: ['macros'] })
    expect(seen).toEqual({
      method: 'POST',
      path: '/functions/v1/extract',
      apikey: 'publishable',
      authorization: 'Bearer worker-token',
      type: declared.mimeType,
      filename: declared.filename,
      size: '8',
      body: '%PDF-1.7',
    })
  })

  test.each([
    [
      'the file’s own problem',
      () => problem(422, 'file_encrypted', 'A password'),
      'file_encrypted',
    ],
    ['an isolate that was killed', () => problem(546, 'WORKER_LIMIT'), 'file_too_complex'],
    [
      'one that was killed, in plain text',
      () => new Response('x', { status: 546 }),
      'file_too_complex',
    ],
    ['a gateway that gave up', () => new Response('', { status: 504 }), 'file_too_complex'],
    // Our token was refused: that is not the user's fault and may be mended.
    ['a token that was refused', () => problem(401, 'unauthorized'), 'unavailable'],
    ['a function that is not there', () => problem(404, 'NOT_FOUND'), 'unavailable'],
    ['a boot error', () => problem(503, 'BOOT_ERROR'), 'unavailable'],
    ['an error page', () => new Response('<html>', { status: 502 }), 'unavailable'],
    ['a redirect', () => Response.redirect('http://127.0.0.1:1/', 302), 'unavailable'],
    ['success that is no JSON', () => new Response('<html>'), 'internal'],
    ['success of another shape', () => Response.json({ kind: 'exe', text: 'x' }), 'internal'],
    ['success without a text', () => Response.json({ kind: 'pdf' }), 'internal'],
  ])('%s is %s', async (_what, answer, code) => {
    await expect(extractFrom(answer)).rejects.toMatchObject({ code })
  })

  test('keeps the detail of the file’s own problem', async () => {
    await expect(extractFrom(() => problem(422, 'no_text', 'It is a scan'))).rejects.toMatchObject({
      code: 'no_text',
      detail: 'It is a scan',
    })
  })

  test('an isolate that is late is file_too_complex, and is let go', async () => {
    let aborted = false
    const result = extractFrom(
      async (request) => {
        const response = await never(request)
        aborted = true
        return response
      },
      { timeoutMs: 50 },
    )
    await expect(result).rejects.toMatchObject({ code: 'file_too_complex' })
    await expect.poll(() => aborted).toBe(true)
  })

  test('one that is late in the middle of its answer is too', async () => {
    const result = extractFrom(
      () =>
        new Response(
          new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) }),
        ),
      { timeoutMs: 100 },
    )
    await expect(result).rejects.toMatchObject({ code: 'file_too_complex' })
  })

  test('a file that is long on its way is not an isolate that is late', async () => {
    server = await startLocalServer(async (request) => {
      await request.text()
      return Response.json({ kind: 'pdf', text: 'Zoë' })
    })
    const slow = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('%PDF'))
        await new Promise((resolve) => setTimeout(resolve, 300))
        controller.enqueue(new TextEncoder().encode('-1.7'))
        controller.close()
      },
    })
    const extract = createExtractClient({
      supabaseUrl: server.url,
      publishableKey: 'p',
      workerToken: 'w',
      timeoutMs: 200,
    })
    expect(await extract(slow, declared)).toMatchObject({ text: 'Zoë' })
  })

  test('a connection that is reset is unavailable', async () => {
    const result = extractFrom(() => Promise.reject(new Error('Reset')))
    await expect(result).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('nobody listening is unavailable', async () => {
    const gone = await startLocalServer(() => new Response())
    await gone.stop()
    const extract = createExtractClient({
      supabaseUrl: gone.url,
      publishableKey: 'p',
      workerToken: 'w',
    })
    await expect(extract(file(), declared)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('the caller’s signal ends it with its own reason', async () => {
    const stop = new AbortController()
    const reason = new AppError('lease_lost')
    const result = extractFrom(
      (request) => {
        stop.abort(reason)
        return never(request)
      },
      { signal: stop.signal },
    )
    await expect(result).rejects.toBe(reason)
  })
})
