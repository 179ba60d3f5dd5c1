import { loadConfig } from '../_shared/config/config.ts'
import { createServiceClient } from '../_shared/database/client.ts'
import { createLog } from '../_shared/log/log.ts'
import { createModelEndpoints } from '../_shared/wiring.ts'
import { createHandler } from './handler.ts'
import { probeTimeoutMs } from './look.ts'
import { expectedMigrations } from './migrations.gen.ts'

const config = loadConfig(Deno.env.toObject())

Deno.serve(
  createHandler({
    service: createServiceClient({
      url: config.supabaseUrl,
      secretKey: config.secretKey,
      timeoutMs: probeTimeoutMs,
    }),
    models: createModelEndpoints(config),
    fetch,
    metricsToken: config.metricsToken,
    expectedMigrations,
    intervalMs: config.ollamaHealthCheckIntervalMs,
    now: () => performance.now(),
    log: createLog({ function: 'health' }),
  }),
)
