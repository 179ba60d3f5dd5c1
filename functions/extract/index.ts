import { loadConfig } from '../_shared/config/config.ts'
import { createLog } from '../_shared/log/log.ts'
import { createHandler } from './handler.ts'

const { workerToken, maxFileBytes } = loadConfig(Deno.env.toObject())
const log = createLog({ function: 'extract' })

// On some damaged files pdf.js leaves a rejected promise behind besides the one that is awaited:
// the request is answered all the same, and others in this isolate must not die of it.
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  log.error('a reader left a rejection', { error: event.reason })
})

Deno.serve(createHandler({ workerToken, maxFileBytes, log }))
