import { expect, it } from 'vitest'
import { wordsFor } from '../../../client/demo/problems.ts'
import { errorKinds } from '../../../functions/_shared/errors.ts'

/** What only a program that is written wrongly, the queue's own workers or a migration can meet. */
const notForPeople =
  /^(migration_|method_not_allowed|unsupported_media_type|body_too_large|invalid_request|delta_corrupt)/

it('every failure that a person can meet has words of its own', () => {
  const { advice } = wordsFor('no such code')
  const wordless = Object.keys(errorKinds)
    .filter((code) => !notForPeople.test(code))
    .filter((code) => wordsFor(code).advice === advice)
  expect(wordless).toEqual([])
})

it('what cannot succeed again is never offered to be tried again', () => {
  const idle = Object.entries(errorKinds)
    .filter(([code, { retryable }]) => !retryable && wordsFor(code).wayOn === 'retry')
    .map(([code]) => code)
  // Asking anew is another request.
  expect(idle).toEqual(['idempotency_conflict', 'cancelled'])
})
