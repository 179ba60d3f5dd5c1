import { loadConfig } from '../_shared/config/config.ts'
import { createLog } from '../_shared/log/log.ts'
import { createPseudonyms } from '../_shared/trace/pseudonym.ts'
import { createRunDependencies, waitUntil } from '../_shared/wiring.ts'
import { createHandler } from './handler.ts'

/** With an optimization's own two minutes this stays below the shortest wall clock, 150 s. */
const claimForMs = 20_000

const config = loadConfig(Deno.env.toObject())
const log = createLog({ function: 'worker' }, { pseudonymOf: createPseudonyms(config.workerToken) })

Deno.serve(
  createHandler({
    ...createRunDependencies(config, 'worker', log),
    workerToken: config.workerToken,
    waitUntil,
    claimForMs,
  }),
)
