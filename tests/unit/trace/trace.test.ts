import { describe, expect, test } from 'vitest'
import { createUserClient } from '../../../functions/_shared/database/client.ts'
import { createExtractClient } from '../../../functions/_shared/ingest/extract-client.ts'
import { createTransport } from '../../../functions/_shared/ollama/transport.ts'
import { subjectOf } from '../../../functions/_shared/trace/subject.ts'
import {
  currentTrace,
  type Trace,
  traceHeaders,
  withJobTrace,
  withTrace,
} from '../../../functions/_shared/trace/trace.ts'
import { createDeltaClient } from '../../../functions/_shared/versions/delta-client.ts'
import { startLocalServer } from '../../../scripts/deploy/local-server.ts'
import { mintToken } from '../../../scripts/local/jwt.ts'

const requestId = 'caller-0001'
const token = mintToken({ sub: 'auth0|äöü' }, 'a secret of these tests')

describe('a trace', () => {
  test('has no headers outside of a request', () => {
    expect(traceHeaders()).toEqual({})
  })

  test('follows the work over awaits, timers and streams', async () => {
    await withTrace({ requestId }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      expect(traceHeaders()).toEqual({ 'x-request-id': requestId })
      const ticked = Promise.withResolvers<unknown>()
      const timer = setInterval(() => ticked.resolve(traceHeaders()), 1)
      expect(await ticked.promise).toEqual({ 'x-request-id': requestId })
      clearInterval(timer)
    })
  })

  test.each<[string, string | undefined, string]>([
    ['that queued it', 'caller-0002', 'caller-0002'],
    ['that works it, where none did', undefined, requestId],
  ])('a job has the id of the request %s', (_what, ofJob, expected) => {
    withTrace({ requestId }, () =>
      withJobTrace({ id: 7, ownerId: 'auth0|42', requestId: ofJob }, () => {
        expect(currentTrace()).toEqual({ requestId: expected, userId: 'auth0|42', jobId: 7 })
      }),
    )
    withJobTrace({ id: 7, ownerId: 'a', requestId: undefined }, () => {
      expect(currentTrace()?.requestId).toMatch(/^[0-9a-f-]{36}$/)
    })
  })

  test('goes along to the Data API, Storage, extract, delta and the model', async () => {
    const seen: [string, string | null][] = []
    const server = await startLocalServer((request) => {
      seen.push([new URL(request.url).pathname, request.headers.get('x-request-id')])
      return Response.json({})
    })
    const { url } = server
    const options = { supabaseUrl: url, publishableKey: 'sb_publishable', workerToken: 'w' }
    await withTrace({ requestId }, async () => {
      const user = createUserClient({ url, publishableKey: 'sb_publishable', token })
      await user.rpc('erase_my_data')
      await user.storage.getBucket('resumes')
      const file = new Blob(['x']).stream()
      const declared = { filename: 'cv.pdf', mimeType: 'application/pdf', size: 1 }
      await createExtractClient(options)(file, declared).catch(() => {})
      await createDeltaClient(options).encode(new Uint8Array(1), new Uint8Array(1))
      const signal = new AbortController().signal
      await createTransport({ fetch, apiKey: undefined, signal })(`${url}/api/version`)
    })
    await server.stop()
    expect(seen).toEqual([
      ['/rest/v1/rpc/erase_my_data', requestId],
      ['/storage/v1/bucket/resumes', requestId],
      ['/functions/v1/extract', requestId],
      ['/functions/v1/delta/encode', requestId],
      ['/api/version', requestId],
    ])
  })

  test.each([
    ['taken', 200, 'auth0|äöü'],
    ['refused for another reason', 409, 'auth0|äöü'],
    ['refused', 401, undefined],
    ['not looked at', 503, undefined],
  ])('knows the user of a token that the Data API has %s', async (_what, status, userId) => {
    const server = await startLocalServer(() => Response.json({}, { status }))
    const trace: Trace = { requestId }
    await withTrace(trace, async () => {
      const user = createUserClient({ url: server.url, publishableKey: 'k', token })
      await user.rpc('erase_my_data')
    })
    await server.stop()
    expect(trace.userId).toBe(userId)
  })
})

test.each(['', 'x', 'a.b.c', 'a.e30.c', `a.${btoa('{"sub":5}')}.c`, 'sb_publishable_x'])(
  'subjectOf(%j) is nobody',
  (given) => expect(subjectOf(given)).toBeUndefined(),
)
