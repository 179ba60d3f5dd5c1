import { loadConfig } from '../_shared/config/config.ts'
import { createServiceClient } from '../_shared/database/client.ts'
import { createLog } from '../_shared/log/log.ts'
import { createModelHealth } from '../_shared/wiring.ts'
import { createHandler } from './handler.ts'

const config = loadConfig(Deno.env.toObject())

Deno.serve(
  createHandler({
    service: createServiceClient({ url: config.supabaseUrl, secretKey: config.secretKey }),
    model: { health: createModelHealth(config) },
    intervalMs: config.ollamaHealthCheckIntervalMs,
    now: () => performance.now(),
    log: createLog({ function: 'health' }),
  }),
)
