import { z } from 'zod'
import { type Client, call } from '../_shared/database/client.ts'
import { jsonResponse } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import type { Log } from '../_shared/log/log.ts'
import type { Model } from '../_shared/ollama/client.ts'

export interface Dependencies {
  readonly service: Client
  readonly model: Pick<Model, 'health'>
  /** How long an answer stands: a thousand requests cause one round of probes. */
  readonly intervalMs: number
  readonly now: () => number
  readonly log: Log
}

/** What the health function answers; 200 if all three are true, else 503. */
export interface Health {
  readonly database: boolean
  readonly storage: boolean
  /** Whether the model server answers and has the model. */
  readonly model: boolean
  /** Jobs that wait or run; null while the database is away. */
  readonly queueDepth: number | null
  /** ISO 8601. */
  readonly lastCheck: string
}

/** No probe may take longer, or it counts as failed. */
const probeTimeoutMs = 1000

const queueSchema = z.object({ queueDepth: z.number().int() })

/** `GET`: whether the service can do its job now. For anyone; probes are shared and cached. */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  let latest: { readonly at: number; readonly health: Promise<Health> } | undefined

  return endpoint({ methods: ['GET', 'HEAD'], log: deps.log }, async () => {
    if (latest === undefined || deps.now() - latest.at >= deps.intervalMs) {
      latest = { at: deps.now(), health: check(deps) }
    }
    const health = await latest.health
    const healthy = health.database && health.storage && health.model
    return jsonResponse(health, { status: healthy ? 200 : 503 })
  })
}

async function check(deps: Dependencies): Promise<Health> {
  const probe = async <T>(name: string, run: (signal: AbortSignal) => Promise<T>) => {
    const deadline = AbortSignal.timeout(probeTimeoutMs)
    try {
      return await Promise.race([run(deadline), rejectWhen(deadline)])
    } catch (error) {
      deps.log.error('probe failed', { probe: name, error })
      return undefined
    }
  }
  const [queue, bucket, model] = await Promise.all([
    probe('database', async (signal) =>
      queueSchema.parse(await call(deps.service, 'internal_health', {}, signal)),
    ),
    // The client takes no signal here; the race bounds the wait.
    probe('storage', async () => {
      const { data, error } = await deps.service.storage.getBucket('resumes')
      if (error !== null) throw error
      return data.id === 'resumes' && !data.public
    }),
    probe('model', async (signal) => {
      const { installed } = await deps.model.health({ signal, timeoutMs: probeTimeoutMs })
      return installed
    }),
  ])
  return {
    database: queue !== undefined,
    storage: bucket === true,
    model: model === true,
    queueDepth: queue?.queueDepth ?? null,
    lastCheck: new Date().toISOString(),
  }
}

function rejectWhen(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
