import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  eventStreamResponse,
  type StreamEvent,
} from '../../../functions/_shared/http/event-stream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Events that are given one by one, and whether their reader has gone. */
function createSource() {
  const given: (StreamEvent | Error | 'end')[] = []
  let wake = () => {}
  const returned = Promise.withResolvers<void>()
  async function* events(): AsyncGenerator<StreamEvent> {
    try {
      for (;;) {
        const next = given.shift()
        if (next === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        } else if (next === 'end') return
        else if (next instanceof Error) throw next
        else yield next
      }
    } finally {
      returned.resolve()
    }
  }
  return {
    events: () => events(),
    give(...items: (StreamEvent | Error | 'end')[]) {
      given.push(...items)
      wake()
    },
    returned: returned.promise,
  }
}

function readerOf(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('There is no body')
  return reader
}

describe('eventStreamResponse()', () => {
  test('says what it is, and that nobody may keep or collect it', () => {
    const { headers, status } = eventStreamResponse(createSource().events)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-accel-buffering')).toBe('no')
  })

  test('writes events as the standard has them, and ends with them', async () => {
    const source = createSource()
    source.give(
      { id: 7, type: 'generating', data: { tokens: 3, text: 'two\nlines: "ü"' } },
      { type: 'error', data: null },
      'end',
    )
    expect(await eventStreamResponse(source.events).text()).toBe(
      [
        ':ok\n\n',
        'event:generating\ndata:{"tokens":3,"text":"two\\nlines: \\"ü\\""}\nid:7\n\n',
        'event:error\ndata:null\n\n',
      ].join(''),
    )
    expect(vi.getTimerCount()).toBe(0)
  })

  test('sends something at once, then a heartbeat while there is nothing', async () => {
    const source = createSource()
    const reader = readerOf(eventStreamResponse(source.events))
    expect((await reader.read()).value).toBe(':ok\n\n')
    const next = reader.read()
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await next).value).toBe(':heartbeat\n\n')
    source.give({ type: 'scoring', data: {} }, 'end')
    expect((await reader.read()).value).toBe('event:scoring\ndata:{}\n\n')
    expect((await reader.read()).done).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a reader that goes away ends the events and the heartbeat', async () => {
    const source = createSource()
    source.give({ type: 'scoring', data: {} }, { type: 'checking', data: {} })
    const reader = readerOf(eventStreamResponse(source.events))
    await reader.read()
    await reader.read()
    const gone = reader.cancel()
    source.give({ type: 'scoring', data: {} })
    await Promise.all([gone, source.returned])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a failure of the events fails the stream and stops the heartbeat', async () => {
    const source = createSource()
    const reader = readerOf(eventStreamResponse(source.events))
    await reader.read()
    const next = reader.read()
    source.give(new Error('No more'))
    await expect(next).rejects.toThrow('No more')
    expect(vi.getTimerCount()).toBe(0)
  })
})
