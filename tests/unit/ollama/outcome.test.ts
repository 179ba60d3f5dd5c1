import { describe, expect, test } from 'vitest'
import { AppError, type ErrorCode, errorKinds } from '../../../functions/_shared/errors.ts'
import { outcomeOfAnswer, outcomeOfError } from '../../../functions/_shared/ollama/outcome.ts'
import { ModelProtocolError } from '../../../functions/_shared/ollama/transport.ts'

describe('outcomeOfError()', () => {
  const failures: ErrorCode[] = ['model_unavailable', 'model_timeout']

  test.each(Object.keys(errorKinds) as ErrorCode[])(
    '%s counts only if the endpoint did it',
    (code) => {
      const expected = failures.includes(code)
        ? 'failure'
        : code === 'model_invalid'
          ? 'success'
          : 'uncounted'
      expect(outcomeOfError(new AppError(code))).toBe(expected)
    },
  )

  test('a broken protocol is the endpoint’s doing, a defect of ours is not', () => {
    const cause = new ModelProtocolError('Not JSON')
    expect(outcomeOfError(new AppError('model_invalid', undefined, { cause }))).toBe('failure')
    const defect = Object.assign(new TypeError('x is undefined'), { code: 'model_timeout' })
    expect(outcomeOfError(defect)).toBe('uncounted')
  })
})

test('outcomeOfAnswer() calls a late first token slow', () => {
  expect(outcomeOfAnswer(100, 100)).toBe('success')
  expect(outcomeOfAnswer(101, 100)).toBe('slow')
})
