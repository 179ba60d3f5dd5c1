import { loadConfig } from '../_shared/config/config.ts'
import { createServiceClient } from '../_shared/database/client.ts'
import { createLog } from '../_shared/log/log.ts'
import { createHandler } from './handler.ts'

const config = loadConfig(Deno.env.toObject())

Deno.serve(
  createHandler({
    service: createServiceClient({ url: config.supabaseUrl, secretKey: config.secretKey }),
    metricsToken: config.metricsToken,
    log: createLog({ function: 'metrics' }),
  }),
)
