import { AppError } from '../errors.ts'
import type { Model } from './client.ts'

/**
 * Several endpoints as one model: the next is tried when one cannot serve, and not when its answer
 * was bad or its caller gave up.
 *
 * @throws AppError (by its calls) what the last endpoint threw; model_unavailable if there is none
 */
export function createModelPool(models: readonly Model[]): Pick<Model, 'chat' | 'health' | 'name'> {
  async function first<T>(use: (model: Model) => Promise<T>): Promise<T> {
    let last: AppError = new AppError('model_unavailable', 'No model endpoint is configured')
    for (const model of models) {
      try {
        return await use(model)
      } catch (error) {
        if (!(error instanceof AppError) || !tryElsewhere.has(error.code)) throw error
        last = error
      }
    }
    throw last
  }
  return {
    name: models[0]?.name ?? '',
    chat: (request, options) => first((model) => model.chat(request, options)),
    health: (options) => first((model) => model.health(options)),
  }
}

const tryElsewhere = new Set(['model_unavailable', 'model_missing'])

/** Whether a model's name says that rules answer in its place, as the local server's does. */
export function answersByRules(name: string): boolean {
  return /^reswave-rules(:|$)/.test(name)
}
