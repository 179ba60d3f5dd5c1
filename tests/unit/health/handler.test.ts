import { describe, expect, test } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createLog } from '../../../functions/_shared/log/log.ts'
import type { ModelHealth } from '../../../functions/_shared/ollama/client.ts'
import { createHandler, type Dependencies } from '../../../functions/health/handler.ts'
import { fakeService, hang, type Rpc, raised } from '../jobs/fake-service.ts'

type Storage = (request: Request) => Response | Promise<Response>
type ModelProbe = Dependencies['model']['health']

const bucket: Storage = () => Response.json({ id: 'resumes', name: 'resumes', public: false })
const installed: ModelHealth = {
  version: '0.13.5',
  installed: true,
  installedModels: [],
  loaded: undefined,
  durationMs: 1,
}
const hangStorage: Storage = () => new Promise(() => {})

function setup(
  options: { database?: Rpc; storage?: Storage; model?: ModelProbe; intervalMs?: number } = {},
) {
  const probes = { storage: 0, model: 0 }
  const lines: string[] = []
  let now = 0
  const service = fakeService(
    { internal_health: options.database ?? (() => ({ queueDepth: 4 })) },
    (request) => {
      probes.storage += 1
      return (options.storage ?? bucket)(request)
    },
  )
  const handler = createHandler({
    service: service.client,
    model: {
      health(given) {
        probes.model += 1
        return options.model?.(given) ?? Promise.resolve(installed)
      },
    },
    intervalMs: options.intervalMs ?? 30_000,
    now: () => now,
    log: createLog({}, (line) => lines.push(line)),
  })
  const get = () => handler(new Request('http://function.test/'))
  return {
    handler,
    get,
    lines,
    pass: (ms: number) => {
      now += ms
    },
    rounds: () => [service.calls.length, probes.storage, probes.model],
  }
}

async function answerOf(response: Response) {
  const { lastCheck, ...rest } = await response.json()
  expect(Date.parse(lastCheck)).not.toBeNaN()
  return { status: response.status, ...rest }
}

const up = { status: 200, database: true, storage: true, model: true, queueDepth: 4 }
const down = (part: object) => ({ ...up, status: 503, ...part })
const noDatabase = down({ database: false, queueDepth: null })

describe('health', () => {
  test('is 200 with everything up', async () => {
    expect(await answerOf(await setup().get())).toEqual(up)
  })

  const offline = () => Promise.reject(new TypeError('fetch failed'))
  test.each<[string, Parameters<typeof setup>[0], object]>([
    ['the database is away', { database: offline }, noDatabase],
    ['the database refuses', { database: () => raised('forbidden') }, noDatabase],
    ['the database answers something else', { database: () => ({ depth: 1 }) }, noDatabase],
    ['storage is away', { storage: offline }, down({ storage: false })],
    [
      'storage has no bucket',
      { storage: () => Response.json({ message: 'Bucket not found' }, { status: 404 }) },
      down({ storage: false }),
    ],
    [
      'the bucket is public',
      { storage: () => Response.json({ id: 'resumes', public: true }) },
      down({ storage: false }),
    ],
    [
      'storage answers another bucket',
      { storage: () => Response.json({ id: 'x' }) },
      down({ storage: false }),
    ],
    [
      'the model is away',
      { model: () => Promise.reject(new AppError('model_unavailable')) },
      down({ model: false }),
    ],
    [
      'the model is not installed',
      { model: () => Promise.resolve({ ...installed, installed: false }) },
      down({ model: false }),
    ],
  ])('is 503 when %s', async (_what, options, expected) => {
    expect(await answerOf(await setup(options).get())).toEqual(expected)
  })

  test('answers in bounded time when everything hangs', async () => {
    const { get } = setup({
      database: hang,
      storage: hangStorage,
      model: () => new Promise(() => {}),
    })
    const startedAt = performance.now()
    expect(await answerOf(await get())).toEqual(
      down({ database: false, storage: false, model: false, queueDepth: null }),
    )
    // One probe's limit, not three of them.
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  test('a thousand requests cause one round of probes', async () => {
    const { get, rounds } = setup()
    const answers = await Promise.all(Array.from({ length: 1000 }, get))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(rounds()).toEqual([1, 1, 1])
  })

  test('looks again once the interval is over, and not before', async () => {
    const { get, pass, rounds } = setup({ intervalMs: 5000 })
    await get()
    pass(4999)
    await get()
    expect(rounds()).toEqual([1, 1, 1])
    pass(1)
    await get()
    expect(rounds()).toEqual([2, 2, 2])
  })

  test('a bad answer stands as long as a good one, then it recovers', async () => {
    let away = true
    const { get, pass } = setup({
      intervalMs: 5000,
      database: () => {
        if (away) throw new TypeError('fetch failed')
        return { queueDepth: 4 }
      },
    })
    expect((await get()).status).toBe(503)
    away = false
    expect((await get()).status).toBe(503)
    pass(5000)
    expect((await get()).status).toBe(200)
  })

  test('tells the log and not the caller why', async () => {
    const { get, lines } = setup({
      model: () => Promise.reject(new AppError('model_unavailable', 'At http://10.0.0.8')),
    })
    expect(await (await get()).text()).not.toContain('10.0.0.8')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'probe failed', probe: 'model' }),
    ])
  })

  test('takes GET and HEAD only', async () => {
    const { handler } = setup()
    const status = async (method: string) =>
      (await handler(new Request('http://function.test/', { method }))).status
    expect(await status('HEAD')).toBe(200)
    expect(await status('POST')).toBe(405)
  })
})
