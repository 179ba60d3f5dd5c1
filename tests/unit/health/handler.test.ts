import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import type { ModelHealth } from '../../../functions/_shared/ollama/client.ts'
import { createHandler } from '../../../functions/health/handler.ts'
import { fakeService, raised } from '../jobs/fake-service.ts'

/** What a dependency answers; an answer that never comes does not heed any signal either. */
type Answer<T> = () => T | Promise<T>

const expectedMigrations = ['20260101000000', '20260102000000']
const metricsToken = 'a token for metrics'
const facts = {
  queueDepth: 4,
  oldestSeconds: 2,
  overdueSeconds: 60,
  dead: 1,
  circuits: {},
  migrations: expectedMigrations,
  storedObject: 'user_uploads/ada/1/v1/cv.pdf',
}
const installed: ModelHealth = {
  version: '0.13.5',
  installed: true,
  installedModels: ['llama3.2:latest'],
  loaded: { contextTokens: 8192 },
  durationMs: 1,
}

interface World {
  database: Answer<unknown>
  bucket: Answer<Response>
  sign: Answer<Response>
  read: Answer<Response>
  models: Record<string, Answer<ModelHealth>>
}

const world: World = {
  database: () => facts,
  bucket: () => Response.json({ id: 'resumes', name: 'resumes', public: false }),
  sign: () => Response.json({ signedURL: '/object/sign/resumes/x?token=t' }),
  read: () => new Response('%', { status: 206 }),
  models: { 'http://model.test': () => installed },
}

// What is late is so by this clock: no test waits, and none depends on a busy machine.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setup(
  given: Partial<World> = {},
  options: { intervalMs?: number; token?: string | undefined } = {},
) {
  const parts = { ...world, ...given }
  const looks = { database: 0, storage: 0, read: 0, model: 0 }
  const lines: string[] = []
  let now = 0
  const service = fakeService(
    {
      internal_health() {
        looks.database += 1
        return parts.database()
      },
    },
    (request) => {
      looks.storage += 1
      return request.url.includes('/object/sign/') ? parts.sign() : parts.bucket()
    },
  )
  const handler = createHandler({
    service: service.client,
    models: Object.entries(parts.models).map(([name, answer]) => ({
      name,
      async health() {
        looks.model += 1
        return await answer()
      },
    })),
    async fetch() {
      looks.read += 1
      return await parts.read()
    },
    metricsToken: 'token' in options ? options.token : metricsToken,
    expectedMigrations,
    intervalMs: options.intervalMs ?? 30_000,
    now: () => now,
    log: createLog({}, { write: (line) => lines.push(line) }),
  })
  /** The answer, which must be there within 1.2 s. */
  async function get(query = '', headers: Record<string, string> = {}, method = 'GET') {
    const asked = handler(new Request(`http://function.test/health${query}`, { headers, method }))
    // The clock stands still after that: who is not done by then never is.
    await vi.advanceTimersByTimeAsync(1200)
    return await asked
  }
  const asOperator = { authorization: `Bearer ${metricsToken}` }
  return {
    get,
    body: async (query = '') => (await get(query)).json(),
    checks: async () => (await (await get('', asOperator)).json()).checks,
    lines,
    pass: (ms: number) => {
      now += ms
    },
    looks,
  }
}

const late = <T>(ms: number, value: T) =>
  new Promise<T>((resolve) => {
    setTimeout(() => resolve(value), ms)
  })
const never = () => new Promise<never>(() => {})
const away = () => Promise.reject(new TypeError('fetch failed'))

const up = { status: 'pass', database: true, storage: true, model: true, queueDepth: 4 }
const warns = { ...up, status: 'warn' }
const noDatabase = { ...up, status: 'fail', database: false, queueDepth: null }
const staleDatabase = { ...up, status: 'fail', database: false }
const noStorage = { ...up, status: 'fail', storage: false }
const noModel = { ...up, status: 'fail', model: false }
const ready = (body: object) => ({ ...body, status: 'warn' })

/** What each dependency does, the body, the code, and the code of ?probe=ready. */
const table: [string, Partial<World>, object, number, number][] = [
  ['everything is up', {}, up, 200, 200],

  ['the database is slow', { database: () => late(800, facts) }, warns, 200, 200],
  ['the database is down', { database: away }, noDatabase, 503, 503],
  ['the database hangs', { database: never }, noDatabase, 503, 503],
  ['the database refuses', { database: () => raised('forbidden') }, noDatabase, 503, 503],
  ['the database answers something else', { database: () => ({ depth: 1 }) }, noDatabase, 503, 503],
  [
    'a migration is missing',
    { database: () => ({ ...facts, migrations: expectedMigrations.slice(0, 1) }) },
    staleDatabase,
    503,
    503,
  ],
  [
    'the database is ahead',
    { database: () => ({ ...facts, migrations: [...expectedMigrations, '20260103000000'] }) },
    warns,
    200,
    200,
  ],
  [
    'nobody recorded migrations',
    { database: () => ({ ...facts, migrations: null }) },
    warns,
    200,
    200,
  ],
  [
    'the record knows others only',
    { database: () => ({ ...facts, migrations: ['1'] }) },
    warns,
    200,
    200,
  ],
  [
    'a job waits for too long',
    { database: () => ({ ...facts, oldestSeconds: 61 }) },
    warns,
    200,
    200,
  ],
  [
    'the circuit is open',
    { database: () => ({ ...facts, circuits: { 'http://model.test': 'open' } }) },
    warns,
    200,
    200,
  ],
  [
    'the circuit of an endpoint of before is open',
    { database: () => ({ ...facts, circuits: { 'http://old.test': 'open' } }) },
    up,
    200,
    200,
  ],

  [
    'an operator holds a kind of work',
    { database: () => ({ ...facts, held: [{ kind: 'optimize' }] }) },
    warns,
    200,
    200,
  ],

  ['Storage is slow', { bucket: async () => await late(800, world.bucket()) }, warns, 200, 200],
  ['Storage is down', { bucket: away, sign: away, read: away }, noStorage, 503, 503],
  ['Storage hangs', { bucket: never }, noStorage, 503, 503],
  [
    'Storage has no bucket',
    { bucket: () => Response.json({ message: 'Bucket not found' }, { status: 404 }) },
    noStorage,
    503,
    503,
  ],
  [
    'Storage answers another bucket',
    { bucket: () => Response.json({ id: 'x' }) },
    noStorage,
    503,
    503,
  ],
  [
    'the bucket is public',
    { bucket: () => Response.json({ id: 'resumes', public: true }) },
    noStorage,
    503,
    503,
  ],
  ['reading is slow', { read: async () => await late(700, world.read()) }, warns, 200, 200],
  ['signing is slow', { sign: async () => await late(700, world.sign()) }, warns, 200, 200],
  [
    'each call to Storage is slow',
    {
      bucket: async () => await late(700, world.bucket()),
      sign: async () => await late(700, world.sign()),
      read: async () => await late(700, world.read()),
    },
    warns,
    200,
    200,
  ],
  ['signing hangs', { sign: never }, noStorage, 503, 503],
  ['reading hangs', { read: never }, noStorage, 503, 503],
  ['reading breaks off', { read: () => new Response(brokenBody()) }, noStorage, 503, 503],
  ['reading fails', { read: () => new Response('', { status: 500 }) }, noStorage, 503, 503],
  ['there is no byte', { read: () => new Response('') }, noStorage, 503, 503],
  [
    'the file is gone, as Storage has said it before',
    { read: () => Response.json({ statusCode: '404', error: 'not_found' }, { status: 400 }) },
    warns,
    200,
    200,
  ],
  ['the file is gone', { read: () => new Response('', { status: 404 }) }, warns, 200, 200],
  [
    'nothing is stored yet',
    { database: () => ({ ...facts, storedObject: null }), sign: away, read: away },
    up,
    200,
    200,
  ],

  ['the model is slow', { models: { m: () => late(800, installed) } }, warns, 200, 200],
  ['the model is down', { models: { m: away } }, noModel, 503, 200],
  ['the model hangs', { models: { m: never } }, noModel, 503, 200],
  [
    'the model server answers something else',
    { models: { m: () => Promise.reject(new AppError('model_invalid')) } },
    noModel,
    503,
    200,
  ],
  [
    'the model is not installed',
    { models: { m: () => ({ ...installed, installed: false }) } },
    noModel,
    503,
    200,
  ],
  [
    'the model is not loaded',
    { models: { m: () => ({ ...installed, loaded: undefined }) } },
    up,
    200,
    200,
  ],
  ['no model is configured', { models: {} }, noModel, 503, 200],
  ['one of two models is down', { models: { m: away, n: () => installed } }, warns, 200, 200],

  [
    'everything hangs',
    { database: never, bucket: never, models: { m: never } },
    { ...noDatabase, storage: false, model: false },
    503,
    503,
  ],
]

describe('health', () => {
  test.each(table)('when %s', async (_what, given, expected, status, readyStatus) => {
    const { get } = setup(given)
    const response = await get()
    const { lastCheck, ...body } = await response.json()
    expect({ code: response.status, body }).toEqual({ code: status, body: expected })
    expect(Date.parse(lastCheck)).not.toBeNaN()

    const asReady = await setup(given).get('?probe=ready')
    const { lastCheck: _, ...readyBody } = await asReady.json()
    const expectedReady = readyStatus === status ? expected : ready(expected)
    expect({ code: asReady.status, body: readyBody }).toEqual({
      code: readyStatus,
      body: expectedReady,
    })
  })

  test('is application/health+json', async () => {
    const response = await setup().get()
    expect(response.headers.get('content-type')).toBe('application/health+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('?probe=live looks at nothing', async () => {
    const { get, looks } = setup({ database: away, bucket: away, models: { m: away } })
    const response = await get('?probe=live')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'pass' })
    expect(looks).toEqual({ database: 0, storage: 0, read: 0, model: 0 })
  })

  test('knows no other probe', async () => {
    const response = await setup().get('?probe=all-of-it')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request' })
  })

  test('a thousand requests cause one look, whichever probe they ask for', async () => {
    const { get, looks } = setup()
    const queries = Array.from({ length: 1000 }, (_, n) => (n % 2 === 0 ? '' : '?probe=ready'))
    const answers = await Promise.all(queries.map((query) => get(query)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    // Storage is asked for the bucket and for the link.
    expect(looks).toEqual({ database: 1, storage: 2, read: 1, model: 1 })
  })

  test('looks again once the interval is over, and not before', async () => {
    const { get, pass, looks } = setup({}, { intervalMs: 5000 })
    await get()
    pass(4999)
    await get()
    expect(looks.database).toBe(1)
    pass(1)
    await get()
    expect(looks).toEqual({ database: 2, storage: 4, read: 2, model: 2 })
  })

  test('a bad answer stands as long as a good one, then it recovers', async () => {
    let isAway = true
    const { get, pass } = setup({ database: () => (isAway ? away() : facts) }, { intervalMs: 5000 })
    expect((await get()).status).toBe(503)
    isAway = false
    expect((await get()).status).toBe(503)
    pass(5000)
    expect((await get()).status).toBe(200)
  })

  test('takes GET and HEAD only', async () => {
    const { get } = setup()
    expect((await get('', {}, 'HEAD')).status).toBe(200)
    expect((await get('', {}, 'POST')).status).toBe(405)
  })
})

describe('the checks', () => {
  test('are for who holds METRICS_TOKEN', async () => {
    const { get } = setup()
    const headers = [
      {},
      { authorization: 'Bearer sb_publishable_x' },
      { authorization: `Bearer ${metricsToken}x` },
    ]
    for (const given of headers) {
      const response = await get('', given)
      expect(response.status).toBe(200)
      expect(await response.json()).not.toHaveProperty('checks')
    }
    const { checks } = await (await get('', { authorization: `Bearer ${metricsToken}` })).json()
    expect(Object.keys(checks)).toContain('database:migrations')
  })

  test('are for nobody where none is set', async () => {
    const { get } = setup({}, { token: undefined })
    for (const given of ['', 'undefined', metricsToken]) {
      const response = await get('', { authorization: `Bearer ${given}` })
      expect(await response.json()).not.toHaveProperty('checks')
    }
  })

  test('say what was observed, in which unit, and when', async () => {
    const checks = await setup().checks()
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
    const store = { componentType: 'datastore', status: 'pass', time }
    const component = { componentType: 'component', status: 'pass', time }
    const model = { ...component, componentId: 'http://model.test' }
    const took = { observedValue: expect.any(Number), observedUnit: 'ms' }
    expect(checks).toEqual({
      'database:responseTime': [{ ...store, ...took }],
      'database:migrations': [{ ...store, observedValue: '20260102000000' }],
      'storage:responseTime': [{ ...store, ...took }],
      'storage:readTime': [{ ...store, ...took }],
      'model:responseTime': [{ ...model, ...took }],
      'model:loaded': [{ ...model, observedValue: true }],
      'model:contextLength': [{ ...model, observedValue: 8192, observedUnit: 'tokens' }],
      'model:circuit': [{ ...model, observedValue: 'closed' }],
      'queue:depth': [{ ...component, observedValue: 4, observedUnit: 'jobs' }],
      'queue:oldest': [{ ...component, observedValue: 2, observedUnit: 's' }],
      'queue:dead': [{ ...component, observedValue: 1, observedUnit: 'jobs' }],
      'queue:held': [],
    })
  })

  test.each<[string, Partial<World>, string, string]>([
    ['database:responseTime', { database: never }, 'fail', 'No answer within 1000 ms'],
    [
      'database:migrations',
      { database: () => ({ ...facts, migrations: ['20260102000000'] }) },
      'fail',
      'Not applied: 20260101000000',
    ],
    ['storage:readTime', { database: never }, 'warn', 'The database or Storage left no time'],
    [
      'storage:readTime',
      { read: () => new Response('', { status: 404 }) },
      'warn',
      'A file that the database knows is not there',
    ],
    [
      'model:responseTime',
      { models: { m: () => ({ ...installed, installed: false }) } },
      'fail',
      'The model is not installed',
    ],
    [
      'queue:oldest',
      { database: () => ({ ...facts, oldestSeconds: 90 }) },
      'warn',
      'A job waits for more than 60 s: is the worker called?',
    ],
  ])('%s says what is wrong', async (name, given, status, output) => {
    const checks = await setup(given).checks()
    expect(checks[name]).toEqual([
      expect.objectContaining({ status, output: expect.stringContaining(output) }),
    ])
  })

  test('tell nobody the name of the file that was read, nor what an error says', async () => {
    const secret = 'At http://10.0.0.8 with sb_secret_x'
    const { get, lines } = setup({
      models: { m: () => Promise.reject(new Error(secret)) },
      bucket: () => Promise.reject(new Error(secret)),
    })
    const headers = { authorization: `Bearer ${metricsToken}` }
    const text = (await (await get('', headers)).text()) + lines.join('')
    expect(text).not.toMatch(/10\.0\.0\.8|sb_secret|user_uploads/)
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'probe failed', probe: 'bucket' }),
      expect.objectContaining({ event: 'probe failed', probe: 'model m' }),
    ])
  })
})

function brokenBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(new TypeError('broke')) })
}
