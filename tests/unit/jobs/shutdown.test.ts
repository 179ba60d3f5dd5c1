import { describe, expect, test } from 'vitest'
import { createIsolate } from './fake-service.ts'

describe('listenForShutdown()', () => {
  test.each(['wall_clock', 'early_drop', 'termination', ''])(
    'an end for %j gives back what runs',
    (reason) => {
      const { parts, end } = createIsolate()
      const { soon, now } = parts.shutdown
      expect([soon.aborted, now.aborted]).toEqual([false, false])
      end(reason)
      expect([soon.aborted, now.aborted]).toEqual([true, true])
      expect(now.reason).toMatchObject({ code: 'unavailable' })
    },
  )

  test.each(['memory', 'cpu'])(
    'an end for %s begins nothing new, and counts the attempt of what runs',
    (reason) => {
      const { parts, end } = createIsolate()
      end(reason)
      expect([parts.shutdown.soon.aborted, parts.shutdown.now.aborted]).toEqual([true, false])
    },
  )
})
