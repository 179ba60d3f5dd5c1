/** What a function is told from outside. Only this file and each `index.ts` know the environment. */
import { z } from 'zod'
import { assertModelUrl } from '../ollama/endpoint.ts'

export interface Config {
  readonly supabaseUrl: string
  /** Sent as `apikey` with a user's own token. */
  readonly publishableKey: string
  /** Never leaves the functions. */
  readonly secretKey: string
  /** Ollama endpoints in order of preference; empty where none is set. */
  readonly ollamaUrls: readonly string[]
  readonly ollamaModel: string
  readonly ollamaApiKey: string | undefined
  readonly ollamaHealthCheckIntervalMs: number
  readonly maxFileBytes: number
  readonly optimizationTimeoutMs: number
  readonly workerToken: string
  readonly metricsToken: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Thrown with every wrong name at once, so that a deployment is mended in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Configuration is not valid: ${problems.join('; ')}`)
    this.problems = problems
  }
}

const megabyte = 1024 * 1024
const machineToken = z.string().min(16, 'must have at least 16 characters')

const schema = z.object({
  SUPABASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }),
  OLLAMA_URL: z
    .string()
    .default('')
    .transform((value, context) => {
      const urls = value.split(',').map((url) => url.trim())
      return urls.filter(Boolean).map((url) => {
        try {
          return assertModelUrl(url).href.replace(/\/$/, '')
        } catch (error) {
          context.addIssue(error instanceof Error ? error.message : 'is not a URL')
          return ''
        }
      })
    }),
  OLLAMA_MODEL: z.string().trim().min(1).default('llama3.2'),
  OLLAMA_API_KEY: z.string().min(1).optional(),
  OLLAMA_HEALTH_CHECK_INTERVAL: z.coerce.number().int().min(1000).max(3_600_000).default(30_000),
  MAX_FILE_SIZE_MB: z.coerce.number().positive().max(50, 'must be at most 50').default(50),
  OPTIMIZATION_TIMEOUT_MS: z.coerce.number().int().min(1000).max(600_000).default(120_000),
  WORKER_TOKEN: machineToken,
  METRICS_TOKEN: machineToken.optional(),
})

/** Every setting of ours; what begins with `SUPABASE_` comes from the platform. */
export const settingNames: readonly string[] = Object.keys(schema.shape).filter(
  (name) => !name.startsWith('SUPABASE_'),
)

/**
 * Reads and checks the environment.
 *
 * Keys come as the platform injects them: `SUPABASE_SECRET_KEYS` and `SUPABASE_PUBLISHABLE_KEYS`
 * (JSON by name) on hosted projects, the singular forms on self-hosted and local ones, or the legacy
 * `SUPABASE_SERVICE_ROLE_KEY` and `SUPABASE_ANON_KEY`; in that order.
 *
 * @throws ConfigError naming everything that is missing or wrong
 */
export function loadConfig(environment: Environment): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const problems: string[] = []
  const publishableKey = keyOf(present, 'PUBLISHABLE_KEY', 'ANON_KEY', problems)
  const secretKey = keyOf(present, 'SECRET_KEY', 'SERVICE_ROLE_KEY', problems)
  const parsed = schema.safeParse(present)
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join('.')
    problems.push(present[name] === undefined ? `${name} is not set` : `${name} ${issue.message}`)
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  const values = parsed.data
  return {
    supabaseUrl: values.SUPABASE_URL.replace(/\/+$/, ''),
    publishableKey,
    secretKey,
    ollamaUrls: values.OLLAMA_URL,
    ollamaModel: values.OLLAMA_MODEL,
    ollamaApiKey: values.OLLAMA_API_KEY,
    ollamaHealthCheckIntervalMs: values.OLLAMA_HEALTH_CHECK_INTERVAL,
    maxFileBytes: Math.floor(values.MAX_FILE_SIZE_MB * megabyte),
    optimizationTimeoutMs: values.OPTIMIZATION_TIMEOUT_MS,
    workerToken: values.WORKER_TOKEN,
    metricsToken: values.METRICS_TOKEN,
  }
}

const keysByName = z.record(z.string(), z.string().min(1))

/** The key of that name; what is wrong with it goes to `problems`. */
export function keyOf(
  environment: Environment,
  name: string,
  legacy: string,
  problems: string[],
): string {
  const plural = environment[`SUPABASE_${name}S`]
  if (plural !== undefined) {
    const keys = keysByName.safeParse(parseJson(plural))
    const key = keys.data?.default ?? Object.values(keys.data ?? {})[0]
    if (key !== undefined) return key
    problems.push(`SUPABASE_${name}S must be a JSON object of keys by name`)
    return ''
  }
  const key = environment[`SUPABASE_${name}`] ?? environment[`SUPABASE_${legacy}`]
  if (key !== undefined) return key
  problems.push(`SUPABASE_${name}S (or SUPABASE_${name}, or SUPABASE_${legacy}) is not set`)
  return ''
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
