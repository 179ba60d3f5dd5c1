/** One error for every door: the codes of the server's registry, and three of this side. */
import type { ErrorCode } from '../../functions/_shared/errors.ts'

/**
 * `offline`: nobody was reached, also after waiting and trying again. `cancelled`: this side or the
 * server was told to stop. `session_over`: the token is refused and there is no fresh one.
 */
export type ClientErrorCode = ErrorCode | 'offline' | 'session_over'

export interface ErrorFacts {
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined
  /** By which the server's log knows the request. */
  readonly requestId?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** What to do, in a sentence of the server's. */
  readonly hint?: string | undefined
  /** Whether the same call may succeed later; by the code where it is absent. */
  readonly retryable?: boolean | undefined
  readonly cause?: unknown
}

/** The codes that the registry calls retryable, and ours; a test holds it against each of them. */
export const retryableCodes =
  /^(quota_|too_many|upload_inc|model_(?!tr)|circuit_|deadline_|lease_|migration_(not_exp|source_[cu])|draining|unavail|internal|offline)/

/** The only error that this package throws or rejects with. Decide by `code`, never by the message. */
export class ResWaveError extends Error {
  override readonly name = 'ResWaveError'
  declare readonly code: ClientErrorCode
  declare readonly retryable: boolean
  declare readonly status: number | undefined
  declare readonly requestId: string | undefined
  declare readonly retryAfterSeconds: number | undefined
  declare readonly hint: string | undefined

  constructor(code: ClientErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message)
    Object.assign(this, facts, { code, retryable: facts.retryable ?? retryableCodes.test(code) })
  }
}

export function cancelled(cause?: unknown): ResWaveError {
  return new ResWaveError('cancelled', 'The call was cancelled', { cause })
}

/** Nobody answered. */
export function unreachable(cause: unknown): ResWaveError {
  return new ResWaveError('offline', 'The service was not reached', { cause })
}

/** What was thrown, as one of ours. */
export function toError(error: unknown): ResWaveError {
  if (error instanceof ResWaveError) return error
  return new ResWaveError('internal', String(error), { cause: error, retryable: false })
}

/** An answer that says why not: `application/problem+json`, or whatever a gateway made up. */
export async function errorOfResponse(response: Response): Promise<ResWaveError> {
  const problem: unknown = await response.json().catch(() => undefined)
  const seconds = Number(response.headers.get('retry-after') || Number.NaN)
  return errorOfProblem(problem, {
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  })
}

/** A problem as a function answers it, or as a stream ends with it. */
export function errorOfProblem(problem: unknown, facts: ErrorFacts = {}): ResWaveError {
  const { code, detail, retryable, requestId, status } = (problem ?? {}) as {
    [name: string]: string & boolean & number
  }
  if (typeof code !== 'string') {
    return new ResWaveError(codeOfStatus(facts.status), `The answer was ${facts.status}`, facts)
  }
  return new ResWaveError(code as ErrorCode, String(detail), {
    ...facts,
    status: facts.status ?? status,
    requestId: facts.requestId ?? requestId,
    retryable,
  })
}

/** What the Data API answers: our own failures carry their code as `details`. */
export function errorOfRpc(
  error: { code?: string; message: string; details?: string | null; hint?: string | null },
  status: number,
): ResWaveError {
  const hint = error.hint ?? undefined
  // Nobody answered: supabase-js says so with status 0.
  if (!status) return unreachable(error)
  if (error.code?.startsWith('PT') && error.details) {
    const seconds = /in (\d+) seconds/.exec(hint ?? '')?.[1]
    return new ResWaveError(error.details as ErrorCode, error.message, {
      status,
      hint,
      retryAfterSeconds: seconds === undefined ? undefined : Number(seconds),
    })
  }
  // Malformed values (an id that is no uuid, a number out of range) are the caller's.
  const code = error.code?.startsWith('22') ? 'invalid_request' : codeOfStatus(status)
  return new ResWaveError(code, error.message, { status, hint, cause: error })
}

const codesOfStatus: Record<number, ErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'file_too_large',
  415: 'unsupported_file_type',
  429: 'too_many_requests',
}

/** What a status says by itself: of an answer that names no code. */
export function codeOfStatus(status = 0): ErrorCode {
  return (
    codesOfStatus[status] ?? (status >= 400 && status < 500 ? 'invalid_request' : 'unavailable')
  )
}
