import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readBytes, readJson } from '../../../functions/_shared/http/json.ts'

const schema = z.strictObject({ name: z.string(), count: z.number().optional() })

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request('http://function.test/', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    // A stream as the body needs it.
    ...{ duplex: 'half' },
  })
}

/** A body in chunks that counts how many were asked for. */
function chunked(chunk: string, count: number): { stream: ReadableStream; pulled: () => number } {
  let pulled = 0
  const stream = new ReadableStream(
    {
      pull(controller) {
        pulled += 1
        if (pulled > count) controller.close()
        else controller.enqueue(new TextEncoder().encode(chunk))
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, pulled: () => pulled }
}

describe('readJson()', () => {
  test('gives back a body that holds against the schema', async () => {
    expect(await readJson(post('{"name":"Zoë","count":2}'), schema, 100)).toEqual({
      name: 'Zoë',
      count: 2,
    })
  })

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON'])(
    'takes the content type %s',
    async (type) => {
      const request = post('{"name":"a"}', { 'content-type': type })
      expect(await readJson(request, schema, 100)).toEqual({ name: 'a' })
    },
  )

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'refuses the content type %j before it reads anything',
    async (type) => {
      const body = chunked('{"name":"a"}', 1)
      const request = post(body.stream, { 'content-type': type })
      await expect(readJson(request, schema, 100)).rejects.toMatchObject({
        code: 'unsupported_media_type',
      })
      expect(body.pulled()).toBe(0)
    },
  )

  test('names each wrong field', async () => {
    await expect(readJson(post('{"count":"x"}'), schema, 100)).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/name: .*count: |count: .*name: /),
    })
    await expect(readJson(post('{"name":"a","extra":1}'), schema, 100)).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('extra'),
    })
    await expect(readJson(post('[]'), schema, 100)).rejects.toMatchObject({
      detail: expect.stringMatching(/^body: /),
    })
  })

  test('bounds what it says of a body with an endless key', async () => {
    const body = JSON.stringify({ name: 'a', ['k'.repeat(50_000)]: 1 })
    const error = await readJson(post(body), schema, 100_000).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request' })
    expect((error as { detail: string }).detail.length).toBeLessThanOrEqual(1000)
  })

  test('repeats an unknown key only if it is a name', async () => {
    const body = JSON.stringify({ name: 'a', 'Led a team of 12': 1, admin: 1 })
    const error = await readJson(post(body), schema, 100_000).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ detail: 'body: Unrecognized field admin' })
  })

  test.each([
    ['no JSON', '{"name":'],
    ['an empty body', ''],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  ])('refuses %s', async (_what, body) => {
    await expect(readJson(post(body), schema, 100)).rejects.toMatchObject({
      code: 'invalid_request',
      detail: 'The body is not JSON',
    })
  })
})

describe('readBytes()', () => {
  test('takes a body of exactly the limit, and not one byte more', async () => {
    expect(await readBytes(post('12345'), 5, 'file_too_large')).toEqual(
      new TextEncoder().encode('12345'),
    )
    await expect(readBytes(post('123456'), 5, 'file_too_large')).rejects.toMatchObject({
      code: 'file_too_large',
    })
  })

  test('puts chunks together in their order', async () => {
    const parts = ['ab', 'c', 'def']
    const stream = new ReadableStream({
      pull(controller) {
        const part = parts.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(part))
      },
    })
    const bytes = await readBytes(post(stream), 100, 'body_too_large')
    expect(new TextDecoder().decode(bytes)).toBe('abcdef')
  })

  test('stops reading a stream as soon as it is over the limit', async () => {
    const body = chunked('x'.repeat(10), 1000)
    await expect(readBytes(post(body.stream), 25, 'body_too_large')).rejects.toMatchObject({
      code: 'body_too_large',
    })
    expect(body.pulled()).toBeLessThanOrEqual(4)
  })

  test('believes a declared length that is over the limit, and reads nothing', async () => {
    const body = chunked('x', 1)
    const request = post(body.stream, { 'content-length': '1000' })
    await expect(readBytes(request, 25, 'body_too_large')).rejects.toMatchObject({
      code: 'body_too_large',
    })
    expect(body.pulled()).toBe(0)
  })

  test('does not believe a declared length that is below it', async () => {
    const body = chunked('x'.repeat(10), 10)
    const request = post(body.stream, { 'content-length': '5' })
    await expect(readBytes(request, 25, 'body_too_large')).rejects.toMatchObject({
      code: 'body_too_large',
    })
  })
})
