import { AppError, type ErrorCode, isErrorCode } from '../errors.ts'

/** What supabase-js gives back where a call failed. */
interface DatabaseError {
  readonly code?: string
  readonly message: string
  readonly details?: string | null
  readonly hint?: string | null
}

/**
 * What a failed RPC means. Our own failures carry a registry code as `details`; the Data API refuses
 * tokens with 401; anything else is the service's trouble and not the caller's to read.
 */
export function toAppError(error: DatabaseError, status: number): AppError {
  if (error.code?.startsWith('PT') && isErrorCode(error.details)) {
    const hint = error.hint ? `. ${error.hint}` : ''
    return new AppError(error.details, `${error.message}${hint}`, {
      ...retryAfterOf(error.details, error.hint ?? ''),
    })
  }
  if (status === 401) return new AppError('unauthorized', undefined, { cause: error })
  // 42501 is also what a role without any grant meets: an anonymous caller, for instance.
  if (status === 403 || error.code === '42501') {
    return new AppError('forbidden', undefined, { cause: error })
  }
  // Malformed values (an id that is no uuid, a number out of range) are the caller's.
  if (error.code?.startsWith('22'))
    return new AppError('invalid_request', undefined, { cause: error })
  return new AppError('unavailable', undefined, {
    cause: new Error(`${status} ${error.code ?? ''}`),
    retryAfterSeconds: 5,
  })
}

/** A refusal for a while says in its hint when there is room again: supabase-js shows no headers of an error. */
function retryAfterOf(code: ErrorCode, hint: string): { retryAfterSeconds?: number } {
  const seconds = /Try again in (\d+) seconds/.exec(hint)?.[1]
  if (seconds !== undefined) return { retryAfterSeconds: Number(seconds) }
  if (code === 'too_many_requests') return { retryAfterSeconds: 10 }
  return code === 'unavailable' ? { retryAfterSeconds: 60 } : {}
}
