import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { type ModelServer, startModelServer } from '../../scripts/local/model/server.ts'
import { startStack } from '../../scripts/local/stack.ts'
import { canariesOf, findCanaries } from './canaries.ts'

/** Where the stack of this run is reached; `inject('stack')` in a test. */
export interface StackCoordinates {
  url: string
  publishableKey: string
  secretKey: string
  jwtSecret: string
  workerToken: string
  metricsToken: string
  /** As the role `postgres`. */
  dbUrl: string
  modelUrl: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: StackCoordinates
  }
}

/** One stack for all integration tests, with its own port and data, on the bundled model server. */
export default async function setup(project: TestProject) {
  const { coordinates, stop } = await startTestStack()
  project.provide('stack', coordinates)
  return stop
}

/**
 * A stack with a model server of its own; `settings` are the functions' environment. Without `worker`
 * no timer works the queue. OLLAMA_URL among the settings goes before that server. It fails at its stop
 * if a secret, a token or anybody's text stands in what its parts have logged.
 */
export async function startTestStack(
  settings: Readonly<Record<string, string>> = {},
  { worker = true, page = false } = {},
): Promise<{
  coordinates: StackCoordinates
  model: ModelServer
  /** What its functions, its services and Postgres have logged until now. */
  lines: readonly string[]
  stop: () => Promise<void>
}> {
  const dir = await mkdtemp(join(tmpdir(), 'reswave-test-'))
  // Postgres runs as another user under root, who must be able to come here.
  await chmod(dir, 0o755)
  const model = await startModelServer()
  const lines: string[] = []
  const stack = await startStack({
    dir,
    port: 0,
    model: { url: settings.OLLAMA_URL ?? model.url, name: model.model },
    env: { ...settings },
    durable: false,
    worker,
    page,
    log(line) {
      lines.push(line)
      if (process.env.RESWAVE_LOG) console.error(line)
    },
  })
  if (stack.pageFailure) throw new Error(`The page cannot be built: ${stack.pageFailure}`)
  const { url, publishableKey, secretKey, jwtSecret, workerToken, metricsToken, dbUrl } = stack
  await leaveModelToTests(dbUrl)
  return {
    coordinates: {
      url,
      publishableKey,
      secretKey,
      jwtSecret,
      workerToken,
      metricsToken,
      dbUrl,
      modelUrl: model.url,
    },
    model,
    lines,
    async stop() {
      await stack.stop()
      await model.stop()
      await rm(dir, { recursive: true, force: true })
      const secrets = { secretKey, jwtSecret, workerToken, metricsToken }
      const found = findCanaries(lines, canariesOf(secrets))
      if (found.length > 0) throw new Error(`In the log stands\n${found.join('\n')}`)
    },
  }
}

/** Tests share one model that others of them break: it has room for all, and no circuit of theirs opens. */
async function leaveModelToTests(dbUrl: string): Promise<void> {
  const sql = postgres(dbUrl, { max: 1, onnotice: () => {} })
  await sql`update private.settings set max_calls_per_endpoint = 100, circuit_failures = 1000`
  await sql.end()
}
