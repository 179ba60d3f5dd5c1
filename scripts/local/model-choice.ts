import type { Settings } from './environment.ts'

const defaultOllamaUrl = 'http://127.0.0.1:11434'
const probeTimeoutMs = 2_000

export interface ModelChoice {
  url: string
  name: string
  /** `rules`: the bundled server that answers by rules, because no Ollama could be reached. */
  kind: 'ollama' | 'rules'
  /** Said to the person when the choice is not the one they asked for. */
  note?: string
}

export interface RulesServer {
  url: string
  stop(): Promise<void>
}

/**
 * OLLAMA_URL if it answers, else an Ollama on this machine that has a model, else the bundled rules server, which is started only
 * then.
 */
export async function chooseModel(
  settings: Settings,
  startRulesServer: () => Promise<RulesServer>,
): Promise<{ choice: ModelChoice; stop(): Promise<void> }> {
  const nothing = { stop: async () => {} }
  const configured = settings.OLLAMA_URL
  for (const url of configured ? [configured] : [defaultOllamaUrl]) {
    const first = url.split(',')[0]?.trim() ?? url
    const models = await installedModels(first, settings.OLLAMA_API_KEY)
    if (!models) continue
    const name = pickModel(models, settings.OLLAMA_MODEL)
    if (name) return { choice: { url, name, kind: 'ollama' }, ...nothing }
    if (configured && settings.OLLAMA_MODEL) {
      const note = `${first} does not list the model ${settings.OLLAMA_MODEL}: ollama pull ${settings.OLLAMA_MODEL}`
      return { choice: { url, name: settings.OLLAMA_MODEL, kind: 'ollama', note }, ...nothing }
    }
  }
  const server = await startRulesServer()
  const name = (await installedModels(server.url, undefined))?.[0] ?? 'rules'
  const note = configured ? `OLLAMA_URL=${configured} does not answer` : undefined
  return {
    choice: { url: server.url, name, kind: 'rules', ...(note ? { note } : {}) },
    stop: () => server.stop(),
  }
}

function pickModel(models: string[], wanted: string | undefined): string | undefined {
  if (!wanted) return models[0]
  // Ollama itself completes a bare name with the tag `latest`.
  return models.find((name) => name === wanted || name === `${wanted}:latest`)
}

/** Undefined if no Ollama answers there in time. */
async function installedModels(url: string, apiKey?: string): Promise<string[] | undefined> {
  try {
    const response = await fetch(new URL('api/tags', `${url.replace(/\/$/, '')}/`), {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
      signal: AbortSignal.timeout(probeTimeoutMs),
    })
    if (!response.ok) return undefined
    const body: { models?: { name: string }[] } = await response.json()
    return (body.models ?? []).map(({ name }) => name)
  } catch {
    return undefined
  }
}
