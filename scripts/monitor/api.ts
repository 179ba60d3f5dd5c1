/** What is asked of Prometheus over HTTP: https://prometheus.io/docs/prometheus/latest/querying/api/ */
import { z } from 'zod'

const requestTimeoutMs = 15_000

const labels = z.record(z.string(), z.string())
const point = z.tuple([z.number(), z.string()])

const targets = z.object({
  activeTargets: z.array(
    z.object({
      labels,
      scrapeUrl: z.string(),
      health: z.enum(['up', 'down', 'unknown']),
      lastError: z.string(),
      lastScrapeDuration: z.number(),
    }),
  ),
})
export type Target = z.infer<typeof targets>['activeTargets'][number]

const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          name: z.string(),
          state: z.enum(['inactive', 'pending', 'firing']),
          lastError: z.string().optional(),
          labels,
          alerts: z.array(
            z.object({
              labels,
              annotations: labels,
              state: z.enum(['pending', 'firing']),
              activeAt: z.string(),
              value: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
})
export type RuleState = z.infer<typeof rules>['groups'][number]['rules'][number]

const vector = z.object({ result: z.array(z.object({ metric: labels, value: point })) })
const matrix = z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) })

export interface Line {
  readonly labels: Readonly<Record<string, string>>
  /** Seconds since 1970 and value. */
  readonly points: readonly (readonly [number, number])[]
}

export interface PrometheusApi {
  isReady(): Promise<boolean>
  targets(): Promise<Target[]>
  rules(): Promise<RuleState[]>
  /** The first value of an instant query; undefined if there is none, or it is not a number. */
  value(query: string): Promise<number | undefined>
  range(query: string, span: { from: number; to: number; step: number }): Promise<Line[]>
}

export function createApi(url: string): PrometheusApi {
  async function get<T>(path: string, schema: z.ZodType<T>, parameters = {}): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`, {
      signal: AbortSignal.timeout(requestTimeoutMs),
    })
    const body = await response.json()
    if (!response.ok) throw new Error(`Prometheus refuses ${path}: ${body.error}`)
    return schema.parse(body.data)
  }

  return {
    async isReady() {
      try {
        const signal = AbortSignal.timeout(requestTimeoutMs)
        return (await fetch(`${url}/-/ready`, { signal })).ok
      } catch {
        return false
      }
    },
    targets: async () => (await get('targets', targets, { state: 'active' })).activeTargets,
    rules: async () =>
      (await get('rules', rules, { type: 'alert' })).groups.flatMap((group) => group.rules),
    async value(query) {
      const { result } = await get('query', vector, { query })
      const value = Number(result[0]?.value[1])
      return Number.isNaN(value) ? undefined : value
    },
    async range(query, { from, to, step }) {
      const parameters = { query, start: String(from), end: String(to), step: String(step) }
      const { result } = await get('query_range', matrix, parameters)
      return result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([at, value]) => [at, Number(value)] as const),
      }))
    },
  }
}
