import { loadConfig } from '../_shared/config/config.ts'
import { createUserClient } from '../_shared/database/client.ts'
import { createLog } from '../_shared/log/log.ts'
import { createPseudonyms } from '../_shared/trace/pseudonym.ts'
import { createRunDependencies, waitUntil } from '../_shared/wiring.ts'
import { createHandler } from './handler.ts'

/** Supabase ends a request that has no first byte after 150 s. */
const answerWithinMs = 140_000

const config = loadConfig(Deno.env.toObject())
const log = createLog(
  { function: 'optimize-resume' },
  { pseudonymOf: createPseudonyms(config.workerToken) },
)

Deno.serve(
  createHandler({
    ...createRunDependencies(config, 'optimize-resume', log),
    asUser: (token) =>
      createUserClient({ url: config.supabaseUrl, publishableKey: config.publishableKey, token }),
    waitUntil,
    answerWithinMs,
  }),
)
