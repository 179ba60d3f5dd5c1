import { describe, expect, it } from 'vitest'
import {
  errorOfProblem,
  errorOfResponse,
  errorOfRpc,
  ResWaveError,
  toError,
} from '../../../client/core/error.ts'
import { storageError } from '../../../client/core/send.ts'
import { type ErrorCode, errorKinds } from '../../../functions/_shared/errors.ts'

const codes = Object.keys(errorKinds) as ErrorCode[]

describe('ResWaveError', () => {
  it.each(codes)('%s is as retryable as the registry says', (code) => {
    expect(new ResWaveError(code, '').retryable).toBe(errorKinds[code].retryable)
  })

  it('is retryable when nobody was reached, and not when the session is over', () => {
    expect(new ResWaveError('offline', '').retryable).toBe(true)
    expect(new ResWaveError('session_over', '').retryable).toBe(false)
  })

  it('keeps its cause, and takes what it does not know for its own fault', () => {
    const cause = new TypeError('x is undefined')
    expect(toError(cause)).toMatchObject({ code: 'internal', retryable: false, cause })
  })
})

describe('what a function answers', () => {
  it('is read as the problem that it is', async () => {
    const body = { code: 'circuit_open', detail: 'It waits', retryable: true, requestId: 'r-1' }
    const headers = { 'retry-after': '31', 'content-type': 'application/problem+json' }
    const error = await errorOfResponse(Response.json(body, { status: 503, headers }))
    expect(error).toMatchObject({
      code: 'circuit_open',
      message: 'It waits',
      status: 503,
      requestId: 'r-1',
      retryAfterSeconds: 31,
    })
  })

  it.each([
    [401, 'unauthorized'],
    [404, 'not_found'],
    [413, 'file_too_large'],
    [429, 'too_many_requests'],
    [418, 'invalid_request'],
    [502, 'unavailable'],
    [546, 'unavailable'],
  ])('%i of a gateway without a code is %s', async (status, code) => {
    const error = await errorOfResponse(new Response('<html>', { status }))
    expect(error).toMatchObject({ code, status })
  })

  it('is the trouble of a stream too', () => {
    const problem = { code: 'model_timeout', detail: 'Late', status: 504, requestId: 'r-2' }
    expect(errorOfProblem(problem)).toMatchObject({
      status: 504,
      requestId: 'r-2',
      message: 'Late',
    })
  })
})

describe('what an RPC answers', () => {
  it('has its code as details, and the wait in its hint', () => {
    const error = errorOfRpc(
      {
        code: 'PT429',
        message: 'Too many',
        details: 'too_many_requests',
        hint: 'Try again in 42 seconds.',
      },
      429,
    )
    expect(error).toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 42, status: 429 })
  })

  it.each([
    [{ code: '22P02', message: 'no uuid' }, 400, 'invalid_request'],
    [{ code: '42501', message: 'denied' }, 403, 'forbidden'],
    // PostgREST's way of saying it to who has not signed in.
    [{ code: '42501', message: 'denied' }, 401, 'unauthorized'],
    [{ code: 'PGRST301', message: 'JWT expired' }, 401, 'unauthorized'],
    [{ code: '57P03', message: 'starting up' }, 503, 'unavailable'],
    [{ code: '', message: 'fetch failed' }, 0, 'offline'],
  ])('%j with status %i is %s', (error, status, code) => {
    expect(errorOfRpc(error, status).code).toBe(code)
  })
})

describe('what Storage answers', () => {
  const sent = (status: number, body: unknown) =>
    storageError({ status, header: () => null, text: JSON.stringify(body) })

  it.each([
    [413, {}, 'file_too_large'],
    [400, { statusCode: '413', error: 'Payload too large' }, 'file_too_large'],
    [400, { statusCode: '415', error: 'invalid_mime_type' }, 'unsupported_file_type'],
    [400, { statusCode: '409', error: 'Duplicate' }, 'conflict'],
    [400, { statusCode: '403', error: 'Unauthorized' }, 'forbidden'],
    [400, { error: 'InvalidJWT', message: 'The signature is invalid' }, 'unauthorized'],
    [423, 'locked', 'unavailable'],
    [429, {}, 'unavailable'],
    [504, '<html>', 'unavailable'],
  ])('%i %j is %s', (status, body, code) => {
    expect(sent(status, body).code).toBe(code)
  })
})
