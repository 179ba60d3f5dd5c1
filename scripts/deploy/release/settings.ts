import { createHash } from 'node:crypto'
import { parseEnv } from 'node:util'
import { ConfigError, loadConfig, settingNames } from '../../../functions/_shared/config/config.ts'

export type Settings = ReadonlyMap<string, string>

/** What an env file sets; what is empty is left to its default. */
export function readSettings(text: string): Settings {
  return new Map(
    Object.entries(parseEnv(text)).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value] as const],
    ),
  )
}

/** What stands against setting these on a project, a line each. Values are never repeated. */
export function inspectSettings(settings: Settings): string[] {
  const ours = new Map([...settings].filter(([name]) => settingNames.includes(name)))
  return [
    ...[...settings.keys()].flatMap((name) => {
      if (name.startsWith('SUPABASE_')) {
        return [`${name} is injected by the platform, which refuses to have it set`]
      }
      return ours.has(name) ? [] : [`${name} is no setting of ResWave`]
    }),
    ...[...ours].flatMap(([name, value]) =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
      /[\u0000-\u001f\u007f']/.test(value)
        ? [`${name} holds a line break, a control character or an apostrophe`]
        : [],
    ),
    ...(ours.has('OLLAMA_URL') ? [] : ['OLLAMA_URL is not set: the functions would have no model']),
    ...(ours.get('METRICS_TOKEN') !== undefined &&
    ours.get('METRICS_TOKEN') === ours.get('WORKER_TOKEN')
      ? ['METRICS_TOKEN and WORKER_TOKEN are the same: who reads metrics could work the queue']
      : []),
    ...configProblems(ours),
  ]
}

/** What works, and is hardly meant. */
export function settingWarnings(settings: Settings): string[] {
  return (settings.get('OLLAMA_URL') ?? '').split(',').flatMap((text) => {
    const host = URL.parse(text.trim())?.hostname ?? ''
    return /^(localhost|127\.|\[::1\])/.test(host)
      ? [`OLLAMA_URL names ${host}, which for a function on the platform is itself`]
      : []
  })
}

/** The functions' own schema, so that what is deployed boots. */
function configProblems(settings: Settings): string[] {
  try {
    loadConfig({
      ...Object.fromEntries(settings),
      // Injected by the platform.
      SUPABASE_URL: 'https://project.example',
      SUPABASE_SECRET_KEY: 'injected',
      SUPABASE_PUBLISHABLE_KEY: 'injected',
    })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems]
    throw error
  }
}

/** As an env file that every reader of env files reads alike. */
export function formatSettings(settings: Settings, names: readonly string[]): string {
  return names.map((name) => `${name}='${settings.get(name) ?? ''}'\n`).join('')
}

/** As the platform shows the value of a secret. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

/** Hides every value that is a secret, wherever it came from. */
export function createRedactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const values = secrets
    .filter((secret) => secret !== undefined && secret.length >= 8)
    .map(String)
    .sort((a, b) => b.length - a.length)
  return (text) => values.reduce((clean, value) => clean.replaceAll(value, '***'), text)
}
