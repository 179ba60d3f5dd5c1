import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventParser } from '../../../client/core/server-sent-events.ts'

const word = fc.stringMatching(/^[a-z0-9 :]{1,12}$/)
const event = fc.record({
  id: fc.option(fc.nat().map(String), { nil: undefined }),
  type: fc.stringMatching(/^[a-z]{1,8}$/),
  lines: fc.array(word, { minLength: 1, maxLength: 3 }),
})
const ending = fc.constantFrom('\n', '\r\n', '\r')

/** The text cut at any places. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const places = cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b)
  return [0, ...places].map((from, at) => text.slice(from, places[at] ?? text.length))
}

describe('server-sent events', () => {
  it('are what was sent, in whatever pieces they come', () => {
    fc.assert(
      fc.property(
        fc.array(event),
        ending,
        fc.array(fc.nat(), { maxLength: 12 }),
        (events, end, cuts) => {
          const text = events
            .flatMap(({ id, type, lines }) => [
              ': heartbeat',
              ...(id === undefined ? [] : [`id: ${id}`]),
              `event: ${type}`,
              ...lines.map((line) => `data: ${line}`),
              '',
            ])
            .map((line) => line + end)
            .join('')
          const parse = createEventParser()
          // What ends in CR is known to have ended by what follows.
          const told = [...pieces(text, cuts), ': end'].flatMap(parse)
          expect(told).toEqual(
            events.map(({ id, type, lines }) => ({ id, type, data: lines.join('\n') })),
          )
        },
      ),
    )
  })

  it('have the id that stands in them, and no other', () => {
    const parse = createEventParser()
    expect(parse('id: 7\nevent: a\ndata: 1\n\nevent: error\ndata: 2\n\n')).toEqual([
      { id: '7', type: 'a', data: '1' },
      { id: undefined, type: 'error', data: '2' },
    ])
  })

  it('are nothing without data, and nothing before their end', () => {
    const parse = createEventParser()
    expect(parse('event: a\n\ndata: x\n')).toEqual([])
    expect(parse('\n')).toEqual([{ id: undefined, type: 'message', data: 'x' }])
  })
})
