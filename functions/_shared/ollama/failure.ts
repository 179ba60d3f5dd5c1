import { AppError } from '../errors.ts'
import { toAbortError } from './deadlines.ts'
import { ModelConnectionError, ModelHttpError, ModelProtocolError } from './transport.ts'

const retryAfterSeconds = 5

/** Any failure of a request to a model as the one kind that callers know. */
export function toModelError(cause: unknown, signal: AbortSignal): AppError {
  // An abort surfaces as whatever the runtime makes of a torn connection: the signal knows better.
  if (signal.aborted) return toAbortError(signal.reason)
  if (cause instanceof AppError) return cause
  if (cause instanceof ModelHttpError) return fromStatus(cause)
  if (cause instanceof ModelProtocolError) {
    return new AppError('model_invalid', 'The model server broke its own protocol', { cause })
  }
  if (cause instanceof ModelConnectionError) {
    if (saysTooLong(cause.message)) return tooLong(cause)
    return new AppError('model_unavailable', 'The model server is away or failed in its answer', {
      cause,
      retryAfterSeconds,
    })
  }
  // Nothing that a model does: a defect of ours must not open a circuit breaker.
  return new AppError('internal', undefined, { cause })
}

function fromStatus(error: ModelHttpError): AppError {
  const options = { cause: error, retryAfterSeconds: error.retryAfterSeconds ?? retryAfterSeconds }
  if (saysTooLong(error.message)) return tooLong(error)
  if (error.status === 404 && /model|not found/i.test(error.message)) {
    return new AppError('model_missing', undefined, { cause: error })
  }
  if (error.status === 401 || error.status === 403) {
    return new AppError('model_unavailable', 'The model endpoint refuses the key', options)
  }
  if (error.status === 503 || error.status === 429) {
    return new AppError('model_unavailable', 'The model server is busy', options)
  }
  if (error.status === 0 || (error.status >= 300 && error.status < 400)) {
    return new AppError(
      'model_unavailable',
      'The model endpoint redirects, which is refused',
      options,
    )
  }
  return new AppError(
    'model_unavailable',
    `The model server answered with status ${error.status}`,
    options,
  )
}

/** How the runners and llama-server word the refusal to cut a prompt. */
function saysTooLong(message: string): boolean {
  return /exceeds? the (available )?context|exceed_context_size|input length exceeds/i.test(message)
}

function tooLong(cause: unknown): AppError {
  return new AppError('model_truncated', 'The text does not fit into the context of the model', {
    cause,
  })
}

/** `llama3.1` and `llama3.1:latest` are one model. */
export function sameModel(left: string, right: string): boolean {
  return withTag(left) === withTag(right)
}

function withTag(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`
}
