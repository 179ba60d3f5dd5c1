import { describe, expect, test } from 'vitest'
import { mimeTypes } from '../../../functions/_shared/documents/read.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { createHandler } from '../../../functions/extract/handler.ts'
import { buildDocx, paragraph } from '../../fixtures/build-docx.ts'

const workerToken = 'the-token-of-the-worker'
const maxFileBytes = 1024 * 1024
const handle = createHandler({ workerToken, maxFileBytes, log: createLog({}, { write: () => {} }) })

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request('http://localhost/extract', {
    method: 'POST',
    body,
    // Node asks for it where a body is a stream.
    ...({ duplex: 'half' } as object),
    headers: {
      authorization: `Bearer ${workerToken}`,
      'content-type': mimeTypes.docx,
      'x-filename': encodeURIComponent('简历 – Zoë.docx'),
      ...headers,
    },
  })
}

/** Counts how much of it was asked for. */
function endlessBody(): { stream: ReadableStream<Uint8Array>; sent: () => number } {
  let sent = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  return { stream, sent: () => sent }
}

describe('extract', () => {
  test('answers the text of a file with a Unicode name', async () => {
    const response = await handle(post(buildDocx({ body: paragraph('Zoë') })))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      kind: 'docx',
      text: 'Zoë',
      pages: null,
      notices: [],
      characters: 3,
    })
  })

  test.each([
    ['without a token', { authorization: '' }, 401, 'unauthorized'],
    ['with another token', { authorization: 'Bearer the-token-of-the-worke' }, 401, 'unauthorized'],
    ['with a name that is not encoded', { 'x-filename': '%E0%A4%A' }, 400, 'invalid_filename'],
    ['without a name', { 'x-filename': '' }, 400, 'invalid_filename'],
    ['of another media type', { 'content-type': 'text/html' }, 415, 'unsupported_file_type'],
    ['of another name', { 'x-filename': 'cv.pdf' }, 422, 'file_type_mismatch'],
  ])('refuses a request %s', async (_, headers, status, code) => {
    const response = await handle(post(buildDocx(), headers))
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code, status })
  })

  test('refuses other methods', async () => {
    const response = await handle(new Request('http://localhost/extract'))
    expect(response.status).toBe(405)
  })

  test('stops reading a body at the limit', async () => {
    const { stream, sent } = endlessBody()
    const response = await handle(post(stream))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'file_too_large' })
    expect(sent()).toBeLessThan(maxFileBytes * 1.5)
  })

  test('does not read a body that says it is too large', async () => {
    const { stream, sent } = endlessBody()
    const response = await handle(post(stream, { 'content-length': String(maxFileBytes + 1) }))
    expect(response.status).toBe(413)
    expect(sent()).toBeLessThan(maxFileBytes / 2)
  })

  test('takes a file of exactly the limit', async () => {
    const photo = { name: 'word/media/photo.jpg', stored: true, data: new Uint8Array(0) }
    const overhead = buildDocx({ parts: [photo] }).length
    const parts = [{ ...photo, data: new Uint8Array(maxFileBytes - overhead) }]
    const bytes = buildDocx({ parts })
    expect(bytes.length).toBe(maxFileBytes)
    expect((await handle(post(bytes))).status).toBe(200)
  })
})
