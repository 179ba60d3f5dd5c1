/** The one boundary between failures and callers: RFC 9457 problem details. */
import { AppError, type ErrorCode, errorKinds } from '../errors.ts'
import { requestIdHeader } from '../trace/trace.ts'

/** The body of every error answer, `application/problem+json`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** A code of the registry in `errors.ts`; what an app should decide by. */
  readonly code: ErrorCode
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean
  readonly requestId: string
  /** Extension members (RFC 9457, 3.2) of a failure that has something more to say. */
  readonly [member: string]: unknown
}

/** What a failure says to its caller. What was not foreseen says nothing of its cause. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof AppError ? error : new AppError('internal')
  const kind = errorKinds[known.code]
  return {
    type: `urn:reswave:problem:${known.code}`,
    title: kind.title,
    status: kind.status,
    detail: known.detail ?? kind.title,
    code: known.code,
    retryable: kind.retryable,
    requestId,
    ...known.members,
  }
}

/** Renders a failure as an answer; everything unforeseen becomes `internal`. */
export function problemResponse(error: unknown, context: { requestId: string }): Response {
  const problem = problemOf(error, context.requestId)
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    [requestIdHeader]: context.requestId,
  })
  if (error instanceof AppError && error.retryAfterSeconds !== undefined) {
    headers.set('retry-after', String(Math.max(1, Math.ceil(error.retryAfterSeconds))))
  }
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}
