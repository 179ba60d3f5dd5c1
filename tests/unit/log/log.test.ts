import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createLog, type LogOptions } from '../../../functions/_shared/log/log.ts'
import { createPseudonyms } from '../../../functions/_shared/trace/pseudonym.ts'
import { withJobTrace, withTrace } from '../../../functions/_shared/trace/trace.ts'

function capture(base = {}, options: LogOptions = {}) {
  const lines: string[] = []
  const log = createLog(base, { write: (line) => lines.push(line), now: () => 0, ...options })
  return { log, lines }
}

const at = '1970-01-01T00:00:00.000Z'

/** As the errors of storage-js do. */
class Telling extends Error {
  toJSON() {
    return { name: this.name, message: this.message }
  }
}

const secret = 'Led a team of 12 at Northwharf'

describe('createLog()', () => {
  test('writes one JSON line per event, with the fields of the log and of the call', () => {
    const { log, lines } = capture({ function: 'worker' })
    log.with({ requestId: 'r1' }).info('house kept', { count: 2 })
    log.error('failed')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at, level: 'info', event: 'house kept', function: 'worker', requestId: 'r1', count: 2 },
      { at, level: 'error', event: 'failed', function: 'worker' },
    ])
    expect(lines.join('')).not.toContain('\n')
  })

  test('says to which request, user and job an event belongs', () => {
    const pseudonymOf = (userId: string) => `p(${userId.length})`
    const { log, lines } = capture({}, { pseudonymOf })
    withTrace({ requestId: 'request-1', userId: 'auth0|42' }, () => log.info('asked'))
    const job = { id: 7, ownerId: 'auth0|42', requestId: 'request-2' }
    withJobTrace(job, () => log.info('worked'))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at, level: 'info', event: 'asked', requestId: 'request-1', user: 'p(8)' },
      { at, level: 'info', event: 'worked', requestId: 'request-2', user: 'p(8)', jobId: 7 },
    ])
  })

  test('says nothing of a user where there are no pseudonyms', () => {
    const { log, lines } = capture()
    withTrace({ requestId: 'request-1', userId: 'auth0|42' }, () => log.info('asked'))
    expect(lines.join('')).not.toContain('auth0')
    expect(JSON.parse(lines[0] ?? '')).not.toHaveProperty('user')
  })

  const zodError = z.object({ [secret]: z.string() }).safeParse({}).error
  const named = new Error(secret)
  named.name = 'Renamed'
  const lateMessage = new Error('first')
  lateMessage.message = secret
  test.each([
    ['a message', new Error(secret)],
    [
      'a message of several lines',
      new Error(`cannot read\n${secret}\n    ${secret}\n at ${secret}`),
    ],
    ['a message that looks like a place', new Error('x\n    at Northwharf (file:///cv.ts:1:2)')],
    ['a cause', new Error('fine', { cause: new Error(secret) })],
    [
      'a cause that is no error',
      new AppError('unavailable', undefined, { cause: { message: secret } }),
    ],
    ['the cause of an AppError', new AppError('internal', 'Later', { cause: new Error(secret) })],
    [
      'a cause of several lines',
      new AppError('internal', 'x', { cause: new Error(`a\n${secret}`) }),
    ],
    ['a JSON error', catchError(() => JSON.parse(`{"a":${secret}`))],
    ['a zod error', zodError],
    ['an error of another name', named],
    ['a message set later', lateMessage],
    ['properties of its own', Object.assign(new Error('x'), { details: secret, body: secret })],
    ['what it makes of itself for JSON', new Telling(secret)],
    ['errors inside', new AggregateError([new Error(secret)], secret)],
  ])('never writes what an error says: %s', (_what, error) => {
    const { log, lines } = capture()
    log.error('failed', { error })
    log.error('failed', { nested: { errors: [error] } })
    expect(lines).toHaveLength(2)
    expect(lines.join('\n')).not.toContain('Northwharf')
  })

  test('writes kind and place of an unforeseen error', () => {
    const { log, lines } = capture()
    log.error('failed', { error: new TypeError('x') })
    const { error } = JSON.parse(lines[0] ?? '')
    expect(error.name).toBe('TypeError')
    expect(error.at.length).toBeGreaterThan(0)
    expect(error.at[0]).toMatch(/^at .*log\.test\.ts:\d+:\d+\)?$/)
  })

  test('also of one that makes something of itself for JSON', () => {
    const { log, lines } = capture()
    log.error('failed', { error: new Telling('x') })
    expect(JSON.parse(lines[0] ?? '').error).toEqual({ name: 'Error', at: expect.any(Array) })
  })

  test('writes code and detail of a foreseen one, and the kind of its cause', () => {
    const { log, lines } = capture()
    log.info('refused', {
      error: new AppError('quota_exceeded', 'Ten a day', { cause: new RangeError('x') }),
    })
    expect(JSON.parse(lines[0] ?? '').error).toEqual({
      code: 'quota_exceeded',
      detail: 'Ten a day',
      cause: { name: 'RangeError', at: expect.any(Array) },
    })
  })
})

describe('createPseudonyms()', () => {
  const pseudonymOf = createPseudonyms('a token of sixteen')

  test('gives each user one name, which is not theirs, and another under another secret', () => {
    const names = ['auth0|42', 'auth0|43', ''].map(pseudonymOf)
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}$/)
    expect(pseudonymOf('auth0|42')).toBe(names[0])
    expect(createPseudonyms('another token of 16')('auth0|42')).not.toBe(names[0])
  })

  test('is what docs/logs.md tells an operator to compute', () => {
    // printf 'reswave-log-user:%s' 'auth0|42' | openssl dgst -sha256 -hmac 'a token of sixteen'
    expect(pseudonymOf('auth0|42')).toBe('4c3ab7c904a56ee2')
  })
})

function catchError(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
