import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { AppError, type ErrorCode } from '../../../functions/_shared/errors.ts'
import { createModel, type ModelOptions } from '../../../functions/_shared/ollama/client.ts'
import type { Behaviour } from '../../../scripts/local/model/behaviour.ts'
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from '../../../scripts/local/model/server.ts'

const schema = z.object({
  suggestions: z
    .array(
      z.object({
        entry: z.enum(['e1']),
        original: z.string(),
        replacement: z.string(),
        improvement: z.string(),
      }),
    )
    .max(4),
})
const system = 'You improve resumes.'
const prompt = `Lines:

<<<lines 0123456789>>>
e1 | Responsible for managing a team of five nurses in order to improve the care of patients.
<<<end lines 0123456789>>>`
const request = { system, prompt, schema }
const improved = 'Managed a team of five nurses to improve the care of patients.'

async function start(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = await startModelServer(options)
  onTestFinished(() => server.stop())
  return server
}

async function startModel(
  server: ModelServerOptions = {},
  options: Partial<ModelOptions> = {},
): Promise<{ server: ModelServer; model: ReturnType<typeof createModel> }> {
  const started = await start(server)
  const model = createModel({ url: started.url, model: started.model, ...options })
  return { server: started, model }
}

/** A server that does one thing, and its URL. */
async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The AppError that a promise fails with. */
async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error
  throw new Error(`Expected an AppError, got ${String(error)}`)
}

describe('chat()', () => {
  test('gives a validated value with its model, tokens and time', async () => {
    const { model } = await startModel()
    const result = await model.chat(request)
    expect(result.value.suggestions).toMatchObject([{ entry: 'e1', replacement: improved }])
    expect(result).toMatchObject({ model: 'reswave-rules:latest', repaired: false })
    expect(result.promptTokens).toBeGreaterThan(30)
    expect(result.outputTokens).toBeGreaterThan(30)
    expect(result.durationMs).toBeGreaterThan(0)
  })

  test('sends one system and one user message, schema, window and the refusal to be cut', async () => {
    const { server, model } = await startModel({}, { maxOutputTokens: 700, keepAlive: '3m' })
    await model.chat(request)
    const [sent] = server.stats().requests
    expect(sent).toMatchObject({
      stream: true,
      truncate: false,
      shift: false,
      keep_alive: '3m',
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: prompt },
      ],
      options: { num_ctx: 8192, num_predict: 700, temperature: 0, seed: 1 },
      format: { type: 'object', properties: { suggestions: { type: 'array', maxItems: 4 } } },
    })
    expect(sent?.think).toBeUndefined()
  })

  test('takes the same window for prompts of different length, so that no model is reloaded', async () => {
    const { server, model } = await startModel()
    await model.chat(request)
    await model.chat({ ...request, prompt: `${prompt}${' word'.repeat(1000)}` })
    expect(server.stats().requests.map(({ options }) => options.num_ctx)).toEqual([8192, 8192])
  })

  test('counts tokens and shows no text', async () => {
    const { model } = await startModel()
    const counts: unknown[] = []
    const { outputTokens } = await model.chat(request, { onTokens: (count) => counts.push(count) })
    expect(counts).toEqual(Array.from({ length: outputTokens }, (_, index) => index + 1))
  })

  test('asks a thinking model not to think, and asks what it is only once', async () => {
    const { server } = await startModel()
    const model = createModel({ url: server.url, model: 'reswave-rules:thinking' })
    expect((await model.chat(request)).value.suggestions).toHaveLength(1)
    await model.chat(request)
    expect(server.stats().requests.map(({ think }) => think)).toEqual([false, false])
  })

  test('ignores thinking that comes all the same', async () => {
    const { model } = await startModel({ behaviour: 'think-aloud' })
    expect(await model.chat(request)).toMatchObject({
      repaired: false,
      value: { suggestions: [{ replacement: improved }] },
    })
  })

  test('ignores what stands around the JSON', async () => {
    const { model } = await startModel({ behaviour: 'fenced' })
    expect((await model.chat(request)).value.suggestions).toHaveLength(1)
  })

  test('sends the key as a bearer token', async () => {
    const { server, model } = await startModel({ apiKey: 'k1' }, { apiKey: 'k1' })
    expect((await model.chat(request)).value.suggestions).toHaveLength(1)
    const stranger = createModel({ url: server.url, model: server.model, apiKey: 'k2' })
    const error = await failure(stranger.chat(request))
    expect(error).toMatchObject({ code: 'model_unavailable', detail: expect.stringMatching(/key/) })
    expect(JSON.stringify(error.detail)).not.toContain('k2')
  })
})

describe('chat() with an invalid answer', () => {
  test('tells the model what was wrong, once', async () => {
    const { server, model } = await startModel()
    server.behave('ignore-schema', { times: 1 })
    const result = await model.chat(request)
    expect(result).toMatchObject({ repaired: true, value: { suggestions: [{ entry: 'e1' }] } })
    const [first, second] = server.stats().requests
    expect(second?.messages).toHaveLength(2)
    // The cached part of the prompt stays what it was.
    expect(second?.messages[1]?.content.startsWith(first?.messages[1]?.content ?? '-')).toBe(true)
    expect(second?.messages[1]?.content).toContain('The answer is not one JSON object')
    expect(result.promptTokens).toBeGreaterThan(2 * 30)
    expect(second?.options.num_ctx).toBe(first?.options.num_ctx)
  })

  test('fails honestly when the second is invalid too', async () => {
    const { server, model } = await startModel({ behaviour: 'ignore-schema' })
    expect((await failure(model.chat(request))).code).toBe('model_invalid')
    expect(server.stats().chats).toBe(2)
  })

  test('does not use an answer that was cut off', async () => {
    const { server, model } = await startModel({ behaviour: 'length' })
    expect((await failure(model.chat(request))).code).toBe('model_invalid')
    expect(server.stats().requests[1]?.messages[1]?.content).toContain('was cut off')
  })

  test('checks the schema itself when the server does not', async () => {
    const { server, model } = await startModel()
    const strict = schema.extend({ note: z.string().min(3) })
    expect((await failure(model.chat({ ...request, schema: strict }))).code).toBe('model_invalid')
    expect(server.stats().requests[1]?.messages[1]?.content).toContain('note')
  })
})

describe('chat() with a failing server', () => {
  const failing: [Behaviour, ErrorCode][] = [
    ['busy', 'model_unavailable'],
    ['crash', 'model_unavailable'],
    ['redirect', 'model_unavailable'],
    ['cut', 'model_unavailable'],
    ['reset', 'model_unavailable'],
    ['error', 'model_unavailable'],
    ['malformed', 'model_invalid'],
  ]
  test.each(failing)('%s is %s', async (behaviour, code) => {
    const { server, model } = await startModel({ behaviour })
    expect((await failure(model.chat(request))).code).toBe(code)
    // None of these is mended by asking again at once.
    expect(server.stats().chats).toBe(1)
  })

  test('busy passes on when to come back', async () => {
    const { model } = await startModel({ behaviour: 'busy' })
    expect((await failure(model.chat(request))).retryAfterSeconds).toBe(7)
  })

  test('a redirect is not followed, and the key goes nowhere else', async () => {
    let reached = 0
    const target = await listen(() => {
      reached += 1
    })
    const source = await listen((response) => {
      response.writeHead(302, { location: `${target}/api/version` }).end()
    })
    const model = createModel({ url: source, model: 'm', apiKey: 'k' })
    const error = await failure(model.chat(request))
    expect(error).toMatchObject({
      code: 'model_unavailable',
      detail: expect.stringMatching(/redirect/),
    })
    expect(reached).toBe(0)
  })

  test('nobody there is model_unavailable', async () => {
    const server = await startModelServer()
    await server.stop()
    const model = createModel({ url: server.url, model: server.model })
    expect((await failure(model.chat(request))).code).toBe('model_unavailable')
  })

  test('a missing model is named together with what is installed', async () => {
    const { server } = await startModel()
    const model = createModel({ url: server.url, model: 'llama3.1:8b' })
    const error = await failure(model.chat(request))
    expect(error.code).toBe('model_missing')
    expect(error.detail).toContain('llama3.1:8b')
    expect(error.detail).toContain('reswave-rules:latest')
  })

  test('a version without schemas is refused', async () => {
    const { model } = await startModel({ version: '0.3.14' })
    const error = await failure(model.chat(request))
    expect(error).toMatchObject({
      code: 'model_unavailable',
      detail: expect.stringContaining('0.5.0'),
    })
  })

  test("the server's words stay out of what callers see", async () => {
    const { model } = await startModel({ behaviour: 'crash' })
    const error = await failure(model.chat(request))
    expect(error.message).not.toContain('signal: killed')
    expect(error.cause).toMatchObject({ message: expect.stringContaining('signal: killed') })
  })
})

describe('chat() proves that nothing was cut', () => {
  /** Twice as many tokens as letters are estimated at. */
  const dense = { ...request, prompt: `${'a '.repeat(9000)}\n${prompt}` }

  test('a text that cannot fit is refused before it is sent', async () => {
    const { server, model } = await startModel({}, { maxContextTokens: 2048 })
    const huge = { ...request, prompt: 'letters '.repeat(3000) }
    expect((await failure(model.chat(huge))).code).toBe('model_truncated')
    expect(server.stats().chats).toBe(0)
  })

  test('the window never passes what the model was trained for', async () => {
    const { server, model } = await startModel({ trainedTokens: 4096 })
    await model.chat(request)
    expect(server.stats().requests[0]?.options.num_ctx).toBe(4096)
  })

  describe.each(['0.6.5', '0.13.5'])('with %s', (version) => {
    test('an estimate that was too small is mended by a window that is sure to do', async () => {
      const { server, model } = await startModel({ version })
      const { value } = await model.chat(dense)
      expect(value.suggestions).toHaveLength(1)
      const windows = server.stats().requests.map(({ options }) => options.num_ctx)
      expect(windows).toEqual([8192, 24_576])
    })

    test('a text over the limit is never answered from what was left of it', async () => {
      const { server, model } = await startModel({ version }, { maxContextTokens: 8192 })
      expect((await failure(model.chat(dense))).code).toBe('model_truncated')
      expect(server.stats().chats).toBe(1)
    })
  })

  test('a server that ignores the window is found out', async () => {
    const { server, model } = await startModel({ version: '0.6.5' })
    server.behave('forget-window')
    const over = { ...request, prompt: `${'word '.repeat(3000)}\n${prompt}` }
    expect((await failure(model.chat(over))).code).toBe('model_truncated')
  })

  test('a server that does not count is not believed', async () => {
    const { model } = await startModel({ behaviour: 'uncounted' })
    expect((await failure(model.chat(request))).code).toBe('model_truncated')
  })
})

describe('chat() and time', () => {
  test('the first token has a deadline', async () => {
    const { model } = await startModel({ behaviour: 'silent' })
    const error = await failure(model.chat(request, { firstTokenTimeoutMs: 30 }))
    expect(error).toMatchObject({
      code: 'model_timeout',
      detail: expect.stringMatching(/no token/),
    })
  })

  test('a stall between tokens has a deadline, and ends the work of the server', async () => {
    const { server, model } = await startModel({ behaviour: 'stall' })
    const error = await failure(model.chat(request, { stallTimeoutMs: 30 }))
    expect(error).toMatchObject({ code: 'model_timeout', detail: expect.stringMatching(/stalled/) })
    await server.until(({ aborted }) => aborted === 1)
  })

  test('the whole has a deadline, however lively the stream', async () => {
    const { server, model } = await startModel({ behaviour: 'slow', tokenDelayMs: 5 })
    const error = await failure(
      model.chat(request, { totalTimeoutMs: 120, stallTimeoutMs: 5000, firstTokenTimeoutMs: 5000 }),
    )
    expect(error).toMatchObject({ code: 'model_timeout', detail: expect.stringMatching(/finish/) })
    await server.until(({ aborted }) => aborted === 1)
  })

  test('an abort reaches the server, which stops generating', async () => {
    const { server, model } = await startModel({ behaviour: 'slow', tokenDelayMs: 1 })
    const controller = new AbortController()
    const onTokens = (count: number) => {
      if (count === 5) controller.abort()
    }
    const error = await failure(model.chat(request, { signal: controller.signal, onTokens }))
    expect(error.code).toBe('cancelled')
    await server.until(({ aborted }) => aborted === 1)
    expect(server.stats().tokens).toBeLessThan(30)
  })

  test('an abort says why', async () => {
    const { model } = await startModel()
    const lost = new AppError('lease_lost')
    expect(await failure(model.chat(request, { signal: AbortSignal.abort(lost) }))).toBe(lost)
    const late = await failure(model.chat(request, { signal: AbortSignal.timeout(0) }))
    expect(['deadline_exceeded', 'cancelled']).toContain(late.code)
    expect((await failure(model.chat(request, { signal: AbortSignal.abort() }))).code).toBe(
      'cancelled',
    )
  })

  test('a finished request leaves no connection behind that generates', async () => {
    const { server, model } = await startModel()
    await model.chat(request)
    expect(server.stats().aborted).toBe(0)
  })
})

describe('health()', () => {
  test('says version, what is installed, and what is loaded with which window', async () => {
    const { server, model } = await startModel()
    expect(await model.health()).toMatchObject({
      version: expect.stringContaining('rules'),
      installed: true,
      installedModels: [server.model],
      loaded: undefined,
    })
    await model.chat(request)
    expect((await model.health()).loaded).toEqual({ contextTokens: 8192 })
  })

  test('a missing model is a value', async () => {
    const { server } = await startModel()
    const model = createModel({ url: server.url, model: 'reswave-rules' })
    expect((await model.health()).installed).toBe(true)
    const other = createModel({ url: server.url, model: 'reswave-rule' })
    expect((await other.health()).installed).toBe(false)
  })

  test('is bounded', async () => {
    const model = createModel({ url: await listen(() => {}), model: 'm' })
    expect((await failure(model.health({ timeoutMs: 30 }))).code).toBe('model_timeout')
    expect((await failure(model.health({ signal: AbortSignal.abort() }))).code).toBe('cancelled')
  })

  test('nobody there is model_unavailable', async () => {
    const server = await startModelServer()
    await server.stop()
    const model = createModel({ url: server.url, model: server.model })
    expect((await failure(model.health())).code).toBe('model_unavailable')
  })
})
