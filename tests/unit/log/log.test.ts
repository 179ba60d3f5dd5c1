import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'

function capture(base = {}) {
  const lines: string[] = []
  return { log: createLog(base, (line) => lines.push(line)), lines }
}

const secret = 'Led a team of 12 at Northwharf'

describe('createLog()', () => {
  test('writes one JSON line per event, with the fields of the log and of the call', () => {
    const { log, lines } = capture({ function: 'worker' })
    log.with({ requestId: 'r1' }).info('house kept', { count: 2 })
    log.error('failed')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'info', event: 'house kept', function: 'worker', requestId: 'r1', count: 2 },
      { level: 'error', event: 'failed', function: 'worker' },
    ])
    expect(lines.join('')).not.toContain('\n')
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

function catchError(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
