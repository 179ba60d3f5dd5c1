import { loadConfig } from '../_shared/config/config.ts'
import { createLog } from '../_shared/log/log.ts'
import { createHandler } from './handler.ts'

const { workerToken } = loadConfig(Deno.env.toObject())

Deno.serve(createHandler({ workerToken, log: createLog({ function: 'delta' }) }))
