import { describe, expect, test } from 'vitest'
import { call, createServiceClient } from '../../../functions/_shared/database/client.ts'
import { toAppError } from '../../../functions/_shared/database/errors.ts'
import { AppError } from '../../../functions/_shared/errors.ts'
import { startLocalServer } from '../../../scripts/deploy/local-server.ts'
import { fakeService, hang, raised } from './fake-service.ts'

describe('toAppError()', () => {
  test('takes code, message and hint of what our SQL raised', () => {
    const error = toAppError(
      { code: 'PT429', message: 'Ten uploads wait', details: 'quota_exceeded', hint: 'Finish one' },
      400,
    )
    expect(error).toMatchObject({ code: 'quota_exceeded', detail: 'Ten uploads wait. Finish one' })
  })

  test.each([
    [{ code: 'PT429', message: 'x', details: 'no_such_code' }, 400, 'unavailable'],
    // Only our own SQLSTATEs are believed.
    [{ code: 'P0001', message: 'x', details: 'quota_exceeded' }, 400, 'unavailable'],
    [{ code: 'PGRST301', message: 'JWT expired' }, 401, 'unauthorized'],
    [{ code: '42501', message: 'permission denied' }, 403, 'forbidden'],
    [{ code: '42501', message: 'permission denied' }, 401, 'unauthorized'],
    [{ code: '22P02', message: 'invalid input syntax for type uuid' }, 400, 'invalid_request'],
    [{ code: '57014', message: 'statement timeout' }, 500, 'unavailable'],
    [{ code: 'PGRST202', message: 'Could not find the function' }, 404, 'unavailable'],
    [{ message: 'fetch failed' }, 0, 'unavailable'],
  ])('%j with status %i is %s', (given, status, code) => {
    expect(toAppError(given, status).code).toBe(code)
  })

  test('shows nothing of what the database says by itself', () => {
    const error = toAppError({ code: '23505', message: 'Key (email)=(a@b.c) exists' }, 409)
    expect(error.detail).toBeUndefined()
    expect(String(error.cause)).not.toContain('a@b.c')
  })

  test.each(['too_many_requests', 'unavailable'] as const)('%s says when to come again', (code) => {
    const error = toAppError({ code: 'PT429', message: 'x', details: code }, 429)
    expect(error.retryAfterSeconds).toBeGreaterThan(0)
  })

  test('a rate says itself when there is room again', () => {
    const hint = 'Try again in 1234 seconds.'
    const refused = { code: 'PT429', message: 'x', details: 'too_many_requests', hint }
    expect(toAppError(refused, 429).retryAfterSeconds).toBe(1234)
  })
})

describe('call()', () => {
  test('gives back what the RPC returns', async () => {
    const service = fakeService({ internal_health: () => ({ queueDepth: 3 }) })
    expect(await call(service.client, 'internal_health', {})).toEqual({ queueDepth: 3 })
  })

  test('throws the code that SQL raised', async () => {
    const service = fakeService({ internal_health: () => raised('lease_lost', 'Taken over') })
    await expect(call(service.client, 'internal_health', {})).rejects.toMatchObject({
      code: 'lease_lost',
      detail: 'Taken over',
    })
  })

  test('a connection that breaks is unavailable', async () => {
    const service = fakeService({
      internal_health: () => {
        throw new TypeError('fetch failed')
      },
    })
    await expect(call(service.client, 'internal_health', {})).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  test('a signal ends a call that hangs, with its own reason', async () => {
    const service = fakeService({ internal_health: hang })
    const stop = new AbortController()
    const reason = new AppError('cancelled')
    const pending = call(service.client, 'internal_health', {}, stop.signal)
    stop.abort(reason)
    await expect(pending).rejects.toBe(reason)
  })
})

test('createServiceClient() carries its key through no redirect', async () => {
  const seen: string[] = []
  const server = await startLocalServer((request) => {
    seen.push(new URL(request.url).pathname)
    return Response.redirect(`${server.url}/elsewhere`, 307)
  })
  try {
    const service = createServiceClient({ url: server.url, secretKey: 'sb_secret_of_a_test' })
    await expect(call(service, 'internal_health', {})).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect((await service.storage.getBucket('resumes')).error).not.toBeNull()
  } finally {
    await server.stop()
  }
  expect(seen).toEqual(['/rest/v1/rpc/internal_health', '/storage/v1/bucket/resumes'])
})
