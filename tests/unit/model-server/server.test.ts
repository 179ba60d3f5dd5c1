import { describe, expect, onTestFinished, test } from 'vitest'
import { behaviours } from '../../../scripts/local/model/behaviour.ts'
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from '../../../scripts/local/model/server.ts'

async function start(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = await startModelServer(options)
  onTestFinished(() => server.stop())
  return server
}

const prompt =
  '<<<lines 0123456789>>>\ne1 | Responsible for managing 5 people.\n<<<end lines 0123456789>>>'
const format = {
  type: 'object',
  properties: {
    suggestions: {
      type: 'array',
      maxItems: 3,
      items: { type: 'object', properties: { entry: { enum: ['e1'] } } },
    },
  },
}

function post(server: ModelServer, path: string, body: object): Promise<Response> {
  return fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })
}

function chat(server: ModelServer, body: object = {}): Promise<Response> {
  return post(server, '/api/chat', {
    model: server.model,
    messages: [{ role: 'user', content: prompt }],
    format,
    ...body,
  })
}

describe('the model server', () => {
  test('says everywhere that it answers by rules', async () => {
    const server = await start()
    expect(server.model).toBe('reswave-rules:latest')
    expect(await (await fetch(`${server.url}/api/version`)).json()).toEqual({
      version: expect.stringContaining('reswave-rules'),
    })
    expect(await (await fetch(`${server.url}/api/tags`)).json()).toMatchObject({
      models: [{ name: 'reswave-rules:latest', details: { family: 'rules' } }],
    })
    expect(await (await post(server, '/api/show', { model: server.model })).json()).toMatchObject({
      details: { family: 'rules' },
      capabilities: ['completion'],
      model_info: { 'general.architecture': 'rules', 'rules.context_length': 131_072 },
    })
  })

  test('streams records whose contents are one JSON answer, with the figures in the last', async () => {
    const server = await start()
    const response = await chat(server)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const records = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const last = records.at(-1)
    expect(JSON.parse(records.map(({ message }) => message.content).join(''))).toEqual({
      suggestions: [
        {
          entry: 'e1',
          original: 'Responsible for managing 5 people.',
          replacement: 'Managed 5 people.',
          improvement: 'stronger_opening',
        },
      ],
    })
    expect(records.slice(0, -1).every(({ done }) => done === false)).toBe(true)
    expect(last).toMatchObject({
      model: 'reswave-rules:latest',
      done: true,
      done_reason: 'stop',
      eval_count: records.length - 1,
      prompt_eval_count: expect.any(Number),
      total_duration: expect.any(Number),
    })
    expect(Date.parse(last.created_at)).not.toBeNaN()
  })

  test('answers in one record without a stream', async () => {
    const server = await start()
    const body = await (await chat(server, { stream: false })).json()
    expect(body).toMatchObject({ done: true, done_reason: 'stop' })
    expect(JSON.parse(body.message.content).suggestions).toHaveLength(1)
  })

  test('names what it has loaded, and in which window', async () => {
    const server = await start()
    const running = async () => (await (await fetch(`${server.url}/api/ps`)).json()).models
    expect(await running()).toEqual([])
    await (await chat(server, { options: { num_ctx: 6000 } })).text()
    expect(await running()).toMatchObject([{ name: server.model, context_length: 6000 }])
  })

  test('keeps to a schema it knows nothing about', async () => {
    const server = await start()
    const other = {
      type: 'object',
      required: ['a', 'b', 'c'],
      properties: {
        a: { enum: ['x', 'y'] },
        b: { type: 'array', minItems: 1, items: { type: 'integer', minimum: 3 } },
        c: { $ref: '#/$defs/c' },
        d: { type: 'string' },
      },
      $defs: { c: { type: 'string', minLength: 2 } },
    }
    const body = await (await chat(server, { stream: false, format: other })).json()
    expect(JSON.parse(body.message.content)).toEqual({ a: 'x', b: [3], c: 'xx' })
  })

  test('keeps to num_predict', async () => {
    const server = await start()
    const body = await (await chat(server, { stream: false, options: { num_predict: 5 } })).json()
    expect(body).toMatchObject({ done_reason: 'length', eval_count: 5 })
  })

  test('cuts a long prompt silently and reports a full window, as Ollama does', async () => {
    const server = await start({ version: '0.6.5' })
    const messages = [{ role: 'user', content: `${prompt}\n${'word '.repeat(500)}` }]
    const options = { num_ctx: 256 }
    const body = await (
      await chat(server, { stream: false, messages, options, truncate: false })
    ).json()
    expect(body.prompt_eval_count).toBe(256)
    // What was cut off was the very thing to improve.
    expect(JSON.parse(body.message.content)).toEqual({ suggestions: [] })
  })

  test('drops old messages whole, and then the count is no longer full', async () => {
    const server = await start({ version: '0.6.5' })
    const messages = [
      { role: 'user', content: 'word '.repeat(500) },
      { role: 'user', content: prompt },
    ]
    const body = await (
      await chat(server, { stream: false, messages, options: { num_ctx: 256 } })
    ).json()
    expect(body.prompt_eval_count).toBeLessThan(100)
  })

  test('refuses a long prompt if told not to cut, since the version that can', async () => {
    const server = await start()
    const messages = [{ role: 'user', content: 'word '.repeat(500) }]
    const response = await chat(server, { messages, options: { num_ctx: 256 }, truncate: false })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'the input length exceeds the context length' })
  })

  test('thinks only if it may', async () => {
    const server = await start()
    const model = 'reswave-rules:thinking'
    expect(await (await post(server, '/api/show', { model })).json()).toMatchObject({
      capabilities: ['completion', 'thinking'],
    })
    const thinking = await (await chat(server, { model, stream: false })).json()
    expect(thinking.message.thinking).toContain('user')
    const silent = await (await chat(server, { model, stream: false, think: false })).json()
    expect(silent.message.thinking).toBeUndefined()
  })

  test('does not know other models', async () => {
    const server = await start()
    for (const model of ['llama3.1', 'reswave-rules:nonsense', 'stall']) {
      expect((await chat(server, { model })).status).toBe(404)
      expect((await post(server, '/api/show', { model })).status).toBe(404)
    }
    expect((await chat(server, { model: 'reswave-rules' })).status).toBe(200)
  })

  test('wants its key on every path', async () => {
    const server = await start({ apiKey: 'secret' })
    expect((await fetch(`${server.url}/api/version`)).status).toBe(401)
    const headers = { authorization: 'Bearer secret' }
    expect((await fetch(`${server.url}/api/version`, { headers })).status).toBe(200)
  })

  test('answers 400 to what is no request, and 404 to what is no path', async () => {
    const server = await start()
    const response = await fetch(`${server.url}/api/chat`, { method: 'POST', body: 'no' })
    expect(response.status).toBe(400)
    expect((await fetch(`${server.url}/api/generate`)).status).toBe(404)
  })

  test('says which port is taken', async () => {
    const server = await start()
    const port = Number(new URL(server.url).port)
    await expect(startModelServer({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('misbehaviour', () => {
  const busy = async (server: ModelServer, body: object = {}) =>
    (await chat(server, body)).status === 503

  test('is ordered by the name of the model', async () => {
    const server = await start()
    expect(await busy(server, { model: 'reswave-rules:busy' })).toBe(true)
    expect(await busy(server)).toBe(false)
  })

  test('is ordered for some requests, and for those about one thing', async () => {
    const server = await start()
    server.behave('busy', { times: 1 })
    expect([await busy(server), await busy(server)]).toEqual([true, false])
    server.behave('busy', { match: 'managing 5' })
    expect(await busy(server, { messages: [{ role: 'user', content: 'other' }] })).toBe(false)
    expect([await busy(server), await busy(server)]).toEqual([true, true])
    server.restore()
    expect(await busy(server)).toBe(false)
  })

  test('is ordered over HTTP, for tests in another process', async () => {
    const server = await start()
    expect((await post(server, '/control', { behaviour: 'busy', times: 1 })).status).toBe(200)
    expect([await busy(server), await busy(server)]).toEqual([true, false])
    await post(server, '/control', { behaviour: 'busy' })
    await fetch(`${server.url}/control`, { method: 'DELETE' })
    expect(await busy(server)).toBe(false)
    expect((await post(server, '/control', { behaviour: 'odd' })).status).toBe(400)
    expect(await (await fetch(`${server.url}/control`)).json()).toMatchObject({
      behaviours,
      stats: { chats: 3, aborted: 0 },
    })
  })

  test('counts clients that leave, and stops generating for them', async () => {
    const server = await start({ behaviour: 'slow', tokenDelayMs: 1 })
    const controller = new AbortController()
    const response = await fetch(`${server.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({
        model: server.model,
        messages: [{ role: 'user', content: prompt }],
        format,
      }),
      signal: controller.signal,
    })
    await response.body?.getReader().read()
    controller.abort()
    await server.until(({ aborted }) => aborted === 1)
    const { tokens } = server.stats()
    expect(tokens).toBeLessThan(30)
    // Had it gone on, a whole answer to another request would not leave the count where it is.
    await (await chat(server, { model: 'reswave-rules:busy' })).text()
    expect(server.stats().tokens).toBe(tokens)
  })

  test('stalls in the middle of an answer', async () => {
    const server = await start({ behaviour: 'stall' })
    const controller = new AbortController()
    const response = await fetch(`${server.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({
        model: server.model,
        messages: [{ role: 'user', content: prompt }],
        format,
      }),
      signal: controller.signal,
    })
    expect(response.status).toBe(200)
    await server.until(({ tokens }) => tokens === 10)
    controller.abort()
    await server.until(({ aborted }) => aborted === 1)
  })
})
