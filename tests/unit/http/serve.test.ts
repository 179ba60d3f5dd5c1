import { describe, expect, test } from 'vitest'
import { AppError, type ErrorCode, errorKinds } from '../../../functions/_shared/errors.ts'
import { problemOf, problemResponse } from '../../../functions/_shared/http/problem.ts'
import { endpoint } from '../../../functions/_shared/http/serve.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { currentTrace } from '../../../functions/_shared/trace/trace.ts'

function serve(handle: () => Promise<Response>, options: { quiet?: boolean } = {}) {
  const lines: string[] = []
  const log = createLog({}, { write: (line) => lines.push(line) })
  return { handler: endpoint({ methods: ['GET', 'POST'], log, ...options }, handle), lines }
}

const ok = () => Promise.resolve(new Response('fine'))

function request(method: string, headers: Record<string, string> = {}): Request {
  return new Request('http://function.test/', { method, headers })
}

const isAnswer = ({ event }: { event: string }) => event === 'request answered'

describe('endpoint()', () => {
  test('answers a preflight without asking the function', async () => {
    const { handler } = serve(() => Promise.reject(new Error('Must not be called')))
    const response = await handler(request('OPTIONS', { origin: 'https://app.example' }))
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST, OPTIONS')
    const allowed = response.headers.get('access-control-allow-headers')?.split(', ')
    // What supabase-js sends, and what the product reads.
    expect(allowed).toEqual(
      expect.arrayContaining([
        'authorization',
        'apikey',
        'content-type',
        'x-client-info',
        'prefer',
        'accept',
        'last-event-id',
        'x-request-id',
      ]),
    )
  })

  test('puts CORS headers and the request id on an answer', async () => {
    const { handler } = serve(ok)
    const response = await handler(request('GET', { 'x-request-id': 'caller-0001' }))
    expect(await response.text()).toBe('fine')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id')
    expect(response.headers.get('x-request-id')).toBe('caller-0001')
  })

  test.each([
    ['an expected failure', new AppError('quota_exceeded', 'Ten a day'), 429, 'quota_exceeded'],
    ['an unforeseen one', new TypeError('secret resume text'), 500, 'internal'],
    ['a thrown value', 'secret resume text', 500, 'internal'],
  ])('turns %s into a problem with CORS headers', async (_what, error, status, code) => {
    const { handler, lines } = serve(() => Promise.reject(error))
    const response = await handler(request('POST', { 'x-request-id': 'caller-0002' }))
    const body = await response.text()
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('x-request-id')).toBe('caller-0002')
    expect(JSON.parse(body)).toMatchObject({ status, code, requestId: 'caller-0002' })
    expect(body + lines.join('\n')).not.toContain('secret resume text')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'request failed', requestId: 'caller-0002' }),
      expect.objectContaining({ event: 'request answered', requestId: 'caller-0002', status }),
    ])
  })

  test('says of an answer nothing that its caller could have put there', async () => {
    const { handler, lines } = serve(ok)
    await handler(new Request('http://function.test/resume-text?q=resume-text'))
    await handler(request('RESUME-TEXT'))
    expect(lines.join('')).not.toMatch(/resume-text/i)
    expect(lines.map((line) => JSON.parse(line)).filter(isAnswer)).toEqual([
      expect.objectContaining({ method: 'GET', status: 200, milliseconds: expect.any(Number) }),
      expect.objectContaining({ method: 'other', status: 405 }),
    ])
  })

  test('a quiet one says only what fails', async () => {
    const quiet = { quiet: true }
    const { handler, lines } = serve(ok, quiet)
    await handler(request('GET'))
    expect(lines).toEqual([])
    const failing = serve(() => Promise.reject(new AppError('unavailable')), quiet)
    await failing.handler(request('GET'))
    expect(failing.lines).toHaveLength(1)
  })

  test('all that is done for a request is done under its trace', async () => {
    const ids: unknown[] = []
    const { handler } = serve(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      ids.push(currentTrace()?.requestId)
      return new Response(null)
    })
    const asked = ['caller-0003', 'caller-0004']
    await Promise.all(asked.map((id) => handler(request('GET', { 'x-request-id': id }))))
    expect(ids).toEqual(asked)
    expect(currentTrace()).toBeUndefined()
  })

  test('refuses another method and says which there are', async () => {
    const { handler } = serve(ok)
    const response = await handler(request('PUT'))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, POST, OPTIONS')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  test.each(['short', 'a b c d e f g', 'x'.repeat(65), '<script>alert(1)</script>'])(
    'takes no request id like %j over into logs and answers',
    async (given) => {
      const { handler } = serve(ok)
      const response = await handler(request('GET', { 'x-request-id': given }))
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    },
  )
})

describe('problemOf()', () => {
  test.each(Object.keys(errorKinds) as ErrorCode[])('renders %s', (code) => {
    const kind = errorKinds[code]
    expect(problemOf(new AppError(code), 'id')).toEqual({
      type: `urn:reswave:problem:${code}`,
      title: kind.title,
      status: kind.status,
      detail: kind.title,
      code,
      retryable: kind.retryable,
      requestId: 'id',
    })
  })

  test('never shows a cause', () => {
    const error = new AppError('unavailable', 'Later', { cause: new Error('password=hunter2') })
    expect(JSON.stringify(problemOf(error, 'id'))).not.toContain('hunter2')
  })
})

describe('problemResponse()', () => {
  test('says when to come again, in whole seconds, never 0', () => {
    const header = (retryAfterSeconds: number) =>
      problemResponse(new AppError('unavailable', undefined, { retryAfterSeconds }), {
        requestId: 'id',
      }).headers.get('retry-after')
    expect(header(2.1)).toBe('3')
    expect(header(0)).toBe('1')
  })

  test('tells who is not known how to be', () => {
    const response = problemResponse(new AppError('unauthorized'), { requestId: 'id' })
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})
