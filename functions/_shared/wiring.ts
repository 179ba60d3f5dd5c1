/** What the functions that work the queue are made of. */
import type { Config } from './config/config.ts'
import { createServiceClient } from './database/client.ts'
import { createExtractClient } from './ingest/extract-client.ts'
import type { Log } from './log/log.ts'
import { createModel } from './ollama/client.ts'
import { createModelPool } from './ollama/endpoints.ts'
import type { RunDependencies } from './optimization/run.ts'

/** One per isolate; `name` is the function's, for the queue's `worker_id`. */
export function createRunDependencies(config: Config, name: string, log: Log): RunDependencies {
  return {
    service: createServiceClient({ url: config.supabaseUrl, secretKey: config.secretKey }),
    extract: createExtractClient(config),
    model: createModelOf(config),
    workerId: `${name}-${crypto.randomUUID().slice(0, 8)}`,
    nonceSecret: config.workerToken,
    timeoutMs: config.optimizationTimeoutMs,
    log,
  }
}

export function createModelOf(config: Config): ReturnType<typeof createModelPool> {
  const models = config.ollamaUrls.map((url) =>
    createModel({ url, model: config.ollamaModel, apiKey: config.ollamaApiKey }),
  )
  return createModelPool(models)
}

declare global {
  /** Supabase's edge runtime: keeps an isolate alive for work after the answer. */
  var EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined
}

export function waitUntil(work: Promise<unknown>): void {
  globalThis.EdgeRuntime?.waitUntil(work)
}
