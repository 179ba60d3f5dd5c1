import type { Outcome } from '../circuit-breaker/circuit.ts'
import { AppError } from '../errors.ts'
import { ModelProtocolError } from './transport.ts'

/**
 * What a failed call says about the endpoint. What the caller brought about (a cancellation, a deadline
 * of its own, a text that is too long), what is only missing there, and a defect of ours say nothing.
 */
export function outcomeOfError(error: unknown): Outcome | 'uncounted' {
  if (!(error instanceof AppError)) return 'uncounted'
  switch (error.code) {
    case 'model_unavailable':
    case 'model_timeout':
      return 'failure'
    case 'model_invalid':
      // A bad answer is the model's; one that breaks the protocol is the endpoint's.
      return error.cause instanceof ModelProtocolError ? 'failure' : 'success'
    default:
      return 'uncounted'
  }
}

/** What an answered call says: a first token that took too long is a sign of overload. */
export function outcomeOfAnswer(firstTokenMs: number, slowCallMs: number): Outcome {
  return firstTokenMs > slowCallMs ? 'slow' : 'success'
}
