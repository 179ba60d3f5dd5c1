import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driverTypes } from '../../../scripts/local/driver-types.ts'
import { readEvents } from '../../../scripts/local/event-stream.ts'
import { mintToken, verifyToken } from '../../../scripts/local/jwt.ts'
import { chooseModel } from '../../../scripts/local/model-choice.ts'
import { foldListing } from '../../../scripts/local/storage-listing.ts'
import { styleFor, wrap } from '../../../scripts/local/terminal-style.ts'
import { diffWords } from '../../../scripts/local/word-diff.ts'

describe('diffWords()', () => {
  it('holds both versions, whole and in order', () => {
    const sentence = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
    fc.assert(
      fc.property(sentence, sentence, (before, after) => {
        const words = diffWords(before.join(' '), after.join(' '))
        const side = (out: string) =>
          words.filter(({ change }) => change !== out).map(({ text }) => text)
        expect(side('added')).toEqual(before)
        expect(side('removed')).toEqual(after)
      }),
    )
  })
})

describe('readEvents()', () => {
  it('reads events however the bytes are cut, and passes over heartbeats', async () => {
    const stream =
      'event: a\r\ndata: {"x":\r\ndata: 1}\r\n\r\n: heartbeat\n\nid: 3\nevent: b\ndata: é\n\n'
    const bytes = new TextEncoder().encode(stream)
    for (const size of [1, 2, 7, bytes.length]) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) {
            controller.enqueue(bytes.slice(at, at + size))
          }
          controller.close()
        },
      })
      const events = []
      for await (const event of readEvents(body)) events.push(event)
      expect(events).toMatchObject([
        { event: 'a', data: '{"x":\n1}' },
        { event: 'b', data: 'é' },
      ])
    }
  })
})

describe('foldListing()', () => {
  const row = (name: string) => ({
    id: name,
    name,
    updated_at: 'u',
    created_at: 'c',
    last_accessed_at: 'l',
    metadata: {},
  })

  it('shows the level below a folder and nothing of a folder with a longer name', () => {
    const rows = ['a/1', 'a/b/2', 'a/b/3', 'ab/4', 'a/c'].map(row)
    expect(foldListing(rows, { prefix: 'a/' }).map(({ name, id }) => [name, id])).toEqual([
      ['1', 'a/1'],
      ['b', null],
      ['c', 'a/c'],
    ])
    expect(foldListing(rows, {}).map(({ name }) => name)).toEqual(['a', 'ab'])
  })
})

describe('verifyToken()', () => {
  it('takes what mintToken() made, and neither another secret nor a changed claim', () => {
    const token = mintToken({ sub: 'auth0|42' }, 'secret')
    expect(verifyToken(token, 'secret')).toMatchObject({ sub: 'auth0|42', role: 'authenticated' })
    expect(verifyToken(token, 'other')).toBeUndefined()
    const [header, , signature] = token.split('.')
    const claims = Buffer.from('{"sub":"admin"}').toString('base64url')
    expect(verifyToken(`${header}.${claims}.${signature}`, 'secret')).toBeUndefined()
    expect(verifyToken(mintToken({ sub: 'a' }, 'secret', -1), 'secret')).toBeUndefined()
  })
})

describe('driverTypes', () => {
  it('send text that is JSON as it is, and any other value as JSON', () => {
    const { serialize } = driverTypes.jsonb
    expect(serialize('{"a":1}')).toBe('{"a":1}')
    expect(serialize({ a: 1 })).toBe('{"a":1}')
    expect(serialize('plain')).toBe('"plain"')
  })

  it('read times as PostgREST writes them', () => {
    expect(driverTypes.timestamptz.parse('2026-01-31 12:00:00.5+00')).toBe(
      '2026-01-31T12:00:00.5+00:00',
    )
    expect(driverTypes.timestamp.parse('2026-01-31 12:00:00')).toBe('2026-01-31T12:00:00')
  })
})

describe('chooseModel()', () => {
  const rules = async () => ({ url: 'http://127.0.0.1:9', stop: async () => {} })

  it('falls back to the rules, and says so, if the configured Ollama does not answer', async () => {
    const { choice } = await chooseModel({ OLLAMA_URL: 'http://127.0.0.1:1' }, rules)
    expect(choice).toEqual({
      url: 'http://127.0.0.1:9',
      name: 'rules',
      kind: 'rules',
      note: 'OLLAMA_URL=http://127.0.0.1:1 does not answer',
    })
  })
})

describe('the terminal', () => {
  it('has no colours if NO_COLOR is set, or it is no terminal', () => {
    const stream = { isTTY: true } as NodeJS.WriteStream
    expect(styleFor(stream, { NO_COLOR: '1' })('red', 'x')).toBe('x')
    expect(styleFor({ isTTY: false } as NodeJS.WriteStream, {})('red', 'x')).toBe('x')
    expect(styleFor(stream, {})('red', 'x')).not.toBe('x')
  })

  it('wraps at spaces and loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,15}$/)),
        fc.integer({ min: 1, max: 40 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width)
          expect(lines.join(' ').split(' ').filter(Boolean)).toEqual(words)
          for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true)
        },
      ),
    )
  })
})
