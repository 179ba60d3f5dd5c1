import { describe, expect, it } from 'vitest'
import { createLog } from '../../../functions/_shared/log/log.ts'
import { createHandler } from '../../../functions/metrics/handler.ts'
import { parsePrometheusText } from '../../fixtures/prometheus-text.ts'
import { fakeService, type Rpc, raised } from '../jobs/fake-service.ts'

const token = 'a-metrics-token-of-some-length'
const snapshot = {
  counters: [{ name: 'suggestions', labels: {}, value: 4, milliseconds: 0 }],
  totals: [],
  oldestSeconds: 0,
  storageMilliseconds: null,
  connections: 1,
  maxConnections: 100,
  circuits: {},
  rollout: null,
}

function setup(options: { metricsToken?: string | undefined; database?: Rpc } = {}) {
  const service = fakeService({ internal_metrics: options.database ?? (() => snapshot) })
  const lines: string[] = []
  const handler = createHandler({
    service: service.client,
    metricsToken: 'metricsToken' in options ? options.metricsToken : token,
    log: createLog({}, { write: (line) => lines.push(line) }),
  })
  const get = (
    headers: Record<string, string> = { authorization: `Bearer ${token}` },
    method = 'GET',
  ) => handler(new Request('http://function.test/', { method, headers }))
  return { get, service, lines }
}

describe('metrics', () => {
  it('answers its token with the text of Prometheus, which nobody keeps', async () => {
    const { get } = setup()
    const response = await get()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(parsePrometheusText(await response.text()).value('reswave_suggestions_total')).toBe(4)
    expect((await get(undefined, 'HEAD')).status).toBe(200)
  })

  it('answers OpenMetrics to whoever asks for it', async () => {
    const { get } = setup()
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'
    const response = await get({ authorization: `Bearer ${token}`, accept })
    expect(response.headers.get('content-type')).toMatch(
      /^application\/openmetrics-text; version=1.0.0/,
    )
    expect(await response.text()).toMatch(/\n# EOF\n$/)
  })

  it('asks the database for nobody else', async () => {
    const { get, service } = setup()
    for (const headers of [{}, { authorization: 'Bearer another-token-of-some-length' }]) {
      const response = await get(headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toMatchObject({ code: 'unauthorized' })
    }
    expect(service.calls).toEqual([])
  })

  it('answers nobody where no token is set', async () => {
    const { get, service } = setup({ metricsToken: undefined })
    for (const headers of [{}, { authorization: 'Bearer undefined' }]) {
      const response = await get(headers)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({
        code: 'unavailable',
        detail: 'METRICS_TOKEN is not set',
      })
    }
    expect(service.calls).toEqual([])
  })

  it('answers 503 while the database is away', async () => {
    for (const database of [
      () => raised('unavailable'),
      () => Response.json({ message: 'gone' }, { status: 503 }),
      () => Promise.reject(new TypeError('fetch failed')),
    ]) {
      const { get } = setup({ database })
      const response = await get()
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ code: 'unavailable' })
    }
  })

  it('says in the log what a newer database counts that it does not know', async () => {
    const jobs = {
      name: 'jobs',
      labels: { kind: 'dance', outcome: 'dead' },
      value: 1,
      milliseconds: 0,
    }
    const { get, lines } = setup({ database: () => ({ ...snapshot, counters: [jobs] }) })
    expect((await get()).status).toBe(200)
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['series left out'])
  })
})
