import type { Ollama } from 'ollama'
import { AppError } from '../errors.ts'
import { isAtLeast, type ModelVersion, parseVersion } from './window.ts'

/** What an endpoint says about itself and the model. */
export interface ModelFacts {
  readonly version: ModelVersion
  readonly trainedTokens: number | undefined
  readonly think: boolean | 'low' | undefined
}

/** The first version whose `format` takes a JSON schema. */
const oldestVersion: ModelVersion = [0, 5, 0]

/** @throws AppError model_unavailable for a version that cannot do what is asked of it */
export async function readFacts(ollama: Ollama, model: string): Promise<ModelFacts> {
  const [{ version: text }, shown] = await Promise.all([ollama.version(), ollama.show({ model })])
  const version = parseVersion(text) ?? [0, 0, 0]
  // Builds from source call themselves 0.0.0.
  const isNamed = version.some((part) => part > 0)
  if (isNamed && !isAtLeast(version, oldestVersion)) {
    throw new AppError(
      'model_unavailable',
      `Ollama ${oldestVersion.join('.')} or newer is needed, this is ${text.slice(0, 40)}`,
    )
  }
  return { version, ...readShown(shown) }
}

/** What `/api/show` says that matters here. Old versions leave out either. */
function readShown(shown: object): Pick<ModelFacts, 'trainedTokens' | 'think'> {
  const info = 'model_info' in shown ? shown.model_info : undefined
  const architecture = readString(info, 'general.architecture')
  const trainedTokens =
    architecture === undefined ? undefined : readNumber(info, `${architecture}.context_length`)
  const capabilities = 'capabilities' in shown ? shown.capabilities : undefined
  const thinks = Array.isArray(capabilities) && capabilities.includes('thinking')
  // gpt-oss cannot be told not to think, only to think little.
  const think = thinks ? (architecture === 'gptoss' ? 'low' : false) : undefined
  return { trainedTokens, think }
}

/** A positive number under a key of an object that nobody has checked. */
export function readNumber(value: unknown, key: string): number | undefined {
  const found = readKey(value, key)
  return typeof found === 'number' && Number.isFinite(found) && found > 0 ? found : undefined
}

function readString(value: unknown, key: string): string | undefined {
  const found = readKey(value, key)
  return typeof found === 'string' ? found : undefined
}

function readKey(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([name]) => name === key)?.[1]
}
