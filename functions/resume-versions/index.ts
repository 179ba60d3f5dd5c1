import { loadConfig } from '../_shared/config/config.ts'
import { createUserClient } from '../_shared/database/client.ts'
import { createLog } from '../_shared/log/log.ts'
import { createPseudonyms } from '../_shared/trace/pseudonym.ts'
import { createRunDependencies, waitUntil } from '../_shared/wiring.ts'
import { createHandler } from './handler.ts'

/** Below what a gateway in front of the platform may wait for. */
const answerWithinMs = 25_000

const config = loadConfig(Deno.env.toObject())
const log = createLog(
  { function: 'resume-versions' },
  { pseudonymOf: createPseudonyms(config.workerToken) },
)

Deno.serve(
  createHandler({
    ...createRunDependencies(config, 'resume-versions', log),
    asUser: (token) =>
      createUserClient({ url: config.supabaseUrl, publishableKey: config.publishableKey, token }),
    waitUntil,
    answerWithinMs,
  }),
)
