import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

const envFile = fileURLToPath(new URL('../../.env.local', import.meta.url))

/** Our own settings; see .env.example. Nothing else of this machine's environment reaches the functions. */
const names = [
  'OLLAMA_URL',
  'OLLAMA_MODEL',
  'OLLAMA_API_KEY',
  'OLLAMA_HEALTH_CHECK_INTERVAL',
  'MAX_FILE_SIZE_MB',
  'OPTIMIZATION_TIMEOUT_MS',
  'METRICS_TOKEN',
  'WORKER_TOKEN',
] as const

export type Settings = Partial<Record<(typeof names)[number], string>>

/** From the environment, and below it from .env.local. An empty value counts as not set. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const file = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {}
  const settings: Settings = {}
  for (const name of names) {
    const value = environment[name] || file[name]
    if (value) settings[name] = value
  }
  return settings
}
