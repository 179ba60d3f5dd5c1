/** What the functions that work the queue are made of. */
import { createBreaker } from './circuit-breaker/breaker.ts'
import { createSwap, createTakeEndpoint } from './circuit-breaker/store.ts'
import type { Config } from './config/config.ts'
import { createServiceClient } from './database/client.ts'
import { createExtractClient } from './ingest/extract-client.ts'
import { listenForShutdown } from './jobs/shutdown.ts'
import type { Log } from './log/log.ts'
import { createStorageCalls } from './metrics/storage-calls.ts'
import { createModel, type Model } from './ollama/client.ts'
import { createModelPool, endpointName } from './ollama/endpoints.ts'
import type { RunDependencies } from './optimization/run.ts'
import { createDeltaClient } from './versions/delta-client.ts'

/** One per isolate; `name` is the function's, for the queue's `worker_id`. */
export function createRunDependencies(config: Config, name: string, log: Log): RunDependencies {
  const storageCalls = createStorageCalls()
  const service = createServiceClient({
    url: config.supabaseUrl,
    secretKey: config.secretKey,
    onStorageCall: storageCalls.record,
  })
  const workerId = `${name}-${crypto.randomUUID().slice(0, 8)}`
  return {
    service,
    storageCalls,
    shutdown: listenForShutdown(),
    extract: createExtractClient(config),
    delta: createDeltaClient(config),
    models: createModelPool(createModels(config), {
      breaker: createBreaker({ swap: createSwap(service), reporter: workerId }),
      takeEndpoint: createTakeEndpoint(service),
      log,
    }),
    workerId,
    nonceSecret: config.workerToken,
    timeoutMs: config.optimizationTimeoutMs,
    log,
  }
}

/** Each endpoint by the name that its circuit has in the database. */
export function createModelEndpoints(
  config: Config,
): readonly { readonly name: string; readonly health: Model['health'] }[] {
  return createModels(config).map(({ url, health }) => ({ name: endpointName(url), health }))
}

function createModels(config: Config): readonly Model[] {
  return config.ollamaUrls.map((url) =>
    createModel({ url, model: config.ollamaModel, apiKey: config.ollamaApiKey }),
  )
}

declare global {
  /** Supabase's edge runtime: keeps an isolate alive for work after the answer. */
  var EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined
}

export function waitUntil(work: Promise<unknown>): void {
  globalThis.EdgeRuntime?.waitUntil(work)
}
