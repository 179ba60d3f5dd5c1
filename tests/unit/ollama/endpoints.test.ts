import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createBreaker, type Stored } from '../../../functions/_shared/circuit-breaker/breaker.ts'
import {
  defaultRules,
  healthy,
  type Rules,
} from '../../../functions/_shared/circuit-breaker/circuit.ts'
import type { TakeEndpoint } from '../../../functions/_shared/circuit-breaker/store.ts'
import { AppError } from '../../../functions/_shared/errors.ts'
import type { Job } from '../../../functions/_shared/jobs/queue.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { createModel } from '../../../functions/_shared/ollama/client.ts'
import { createModelPool, endpointName } from '../../../functions/_shared/ollama/endpoints.ts'
import { type ModelServer, startModelServer } from '../../../scripts/local/model/server.ts'

const job: Job = {
  id: 1,
  kind: 'optimize',
  subjectId: crypto.randomUUID(),
  ownerId: 'o',
  requestId: undefined,
  attempt: 1,
  leaseToken: crypto.randomUUID(),
}
const request = {
  system: 'Be brief',
  prompt: 'Hello',
  schema: z.object({ suggestions: z.array(z.unknown()) }),
}
const servers: ModelServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

async function startServer(
  options: Parameters<typeof startModelServer>[0] = {},
): Promise<ModelServer> {
  const server = await startModelServer(options)
  servers.push(server)
  return server
}

/** The pool over real servers; in place of Postgres a table in memory, by the same rules. */
function poolOver(
  urls: readonly string[],
  given: { rules?: Partial<Rules>; model?: string; roomWaitMs?: number } = {},
) {
  const rows = new Map<string, Stored>()
  const busy = new Map<string, number>()
  const database = { isAway: false, isFull: false, takes: 0 }
  const breaker = createBreaker({
    reporter: 'test',
    swap: async (endpoint, version, circuit) => {
      if (database.isAway) throw new AppError('unavailable')
      const row = rows.get(endpoint) ?? { version: 0, circuit: healthy }
      if (row.version !== version) return { swapped: false, now: Date.now(), stored: row }
      const stored = { version: version + 1, circuit }
      rows.set(endpoint, stored)
      return { swapped: true, now: Date.now(), stored }
    },
  })
  const takeEndpoint: TakeEndpoint = async (_job, candidates, endpoints) => {
    database.takes += 1
    if (database.isAway) throw new AppError('unavailable')
    const least = candidates.toSorted((a, b) => (busy.get(a) ?? 0) - (busy.get(b) ?? 0))[0]
    return {
      endpoint: database.isFull ? undefined : least,
      now: Date.now(),
      rules: { ...defaultRules, ...given.rules },
      circuits: new Map(
        endpoints.map((name) => [name, rows.get(name) ?? { version: 0, circuit: healthy }]),
      ),
    }
  }
  const models = urls.map((url) => createModel({ url, model: given.model ?? 'reswave-rules' }))
  const pool = createModelPool(models, {
    breaker,
    takeEndpoint,
    log: createLog({}, { write: () => {} }),
    ...(given.roomWaitMs === undefined ? {} : { roomWaitMs: given.roomWaitMs }),
  })
  const model = (deadlineMs = 60_000, signal = new AbortController().signal) =>
    pool.forJob(job, { deadlineAt: performance.now() + deadlineMs, signal })
  return { model, rows, busy, database, breaker }
}

const dead = 'http://127.0.0.1:9'

describe('createModelPool()', () => {
  test('takes the least busy endpoint', async () => {
    const [a, b] = [await startServer(), await startServer()]
    const { model, busy } = poolOver([a.url, b.url])
    busy.set(endpointName(a.url), 2)
    await model().chat(request)
    expect([a.stats().chats, b.stats().chats]).toEqual([0, 1])
  })

  test('asks ahead once for the first call', async () => {
    const { url } = await startServer()
    const { model, database } = poolOver([url])
    const asked = model()
    asked.prepare()
    await asked.chat(request)
    expect(database.takes).toBe(1)
    await asked.chat(request)
    expect(database.takes).toBe(2)
  })

  test('goes on to another endpoint when one is away, and remembers which', async () => {
    const b = await startServer()
    const { model, rows } = poolOver([dead, b.url])
    for (let call = 1; call <= 7; call++) {
      await model().chat(request)
      expect(b.stats().chats).toBe(call)
    }
    expect(rows.get(endpointName(dead))?.circuit).toMatchObject({ state: 'open' })
    expect(rows.has(endpointName(b.url))).toBe(false)
  })

  test('goes on when one hangs, with what is left of the time', async () => {
    const [a, b] = [await startServer({ behaviour: 'silent' }), await startServer()]
    const { model, rows } = poolOver([a.url, b.url])
    const startedAt = performance.now()
    await model(11_000).chat(request)
    expect(performance.now() - startedAt).toBeLessThan(9000)
    expect(b.stats().chats).toBe(1)
    expect(rows.get(endpointName(a.url))?.circuit).toMatchObject({
      calls: [{ outcome: 'failure' }],
    })
  }, 20_000)

  test('all circuits open: refuses at once with the time of the next try, and asks no model', async () => {
    const server = await startServer({ behaviour: 'crash' })
    const { model } = poolOver([server.url], { rules: { failures: 2 } })
    await expect(model().chat(request)).rejects.toMatchObject({ code: 'model_unavailable' })
    await expect(model().chat(request)).rejects.toMatchObject({
      code: 'circuit_open',
      cause: { code: 'model_unavailable' },
    })
    const chats = server.stats().chats
    const refusal = await model()
      .chat(request)
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'circuit_open' })
    expect(refusal).toHaveProperty('retryAfterSeconds', expect.any(Number))
    const { retryAfterSeconds } = refusal as { retryAfterSeconds: number }
    expect(retryAfterSeconds).toBeGreaterThan(20)
    expect(retryAfterSeconds).toBeLessThanOrEqual(36)
    expect(server.stats().chats).toBe(chats)
  })

  test('one probe finds out that it is well again', async () => {
    const server = await startServer()
    const { model, rows } = poolOver([server.url], {
      rules: { failures: 1, openMs: 20, openCapMs: 20 },
    })
    server.behave('crash', { times: 1 })
    await expect(model().chat(request)).rejects.toMatchObject({ code: 'circuit_open' })
    await expect
      .poll(
        async () =>
          await model()
            .chat(request)
            .then(
              () => true,
              () => false,
            ),
      )
      .toBe(true)
    expect(rows.get(endpointName(server.url))?.circuit).toMatchObject({ state: 'closed', epoch: 2 })
  })

  test('a missing model is said as such, with what is installed, and is no failure of the endpoint', async () => {
    const [a, b] = [await startServer(), await startServer()]
    const { model, rows } = poolOver([a.url, b.url], { model: 'llama3.1:8b' })
    for (let call = 0; call < 3; call++) {
      await expect(model().chat(request)).rejects.toMatchObject({
        code: 'model_missing',
        detail: expect.stringContaining('reswave-rules'),
      })
    }
    expect(rows.size).toBe(0)
  })

  test('what the caller ends says nothing about the endpoint', async () => {
    const { url } = await startServer({ behaviour: 'silent' })
    const { model, rows } = poolOver([url, dead], { rules: { failures: 1 } })
    for (const code of ['cancelled', 'deadline_exceeded', 'lease_lost'] as const) {
      const stop = new AbortController()
      const answer = model(60_000, stop.signal).chat(request, { signal: stop.signal })
      setImmediate(() => stop.abort(new AppError(code)))
      await expect(answer).rejects.toMatchObject({ code })
    }
    expect(rows.size).toBe(0)
  })

  test('a bad answer is not asked for elsewhere', async () => {
    const [a, b] = [await startServer({ behaviour: 'ignore-schema' }), await startServer()]
    const { model } = poolOver([a.url, b.url])
    await expect(model().chat(request)).rejects.toMatchObject({ code: 'model_invalid' })
    expect(b.stats().chats).toBe(0)
  })

  test('full endpoints are waited for, and not for ever', async () => {
    const { url } = await startServer()
    const { model, database } = poolOver([url], { roomWaitMs: 500 })
    database.isFull = true
    await expect(model().chat(request)).rejects.toMatchObject({
      code: 'model_busy',
      retryAfterSeconds: 2,
    })
    const answer = model().chat(request)
    database.isFull = false
    await expect(answer).resolves.toMatchObject({ repaired: false })
  })

  test('goes on by itself while the database is away', async () => {
    const b = await startServer()
    const { model, database, breaker, rows } = poolOver([dead, b.url], { rules: { failures: 5 } })
    database.isAway = true
    for (let call = 0; call < 6; call++) await model().chat(request)
    expect(b.stats().chats).toBe(6)
    expect(breaker.refusesUntil(endpointName(dead))).toBeDefined()
    expect(rows.size).toBe(0)
  })

  test('no endpoint at all is an unavailable model', async () => {
    await expect(poolOver([]).model().chat(request)).rejects.toMatchObject({
      code: 'model_unavailable',
    })
  })
})

test('endpointName() gives away no path, and tells paths apart', () => {
  expect(endpointName('http://a.test:11434')).toBe('http://a.test:11434')
  expect(endpointName('http://a.test:11434/')).toBe('http://a.test:11434')
  const names = ['https://a.test/one', 'https://a.test/two'].map(endpointName)
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name).toMatch(/^https:\/\/a\.test#[0-9a-f]{8}$/)
})
