/**
 * What a piece of work belongs to. It stands on every line that the work logs, and its request id goes
 * along with every call that the work makes: to the Data API and Storage, to other functions, to the
 * model. It is kept beside the work and not among its arguments, which it would pass through all of.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Trace {
  readonly requestId: string
  /** The user for whom it is done, once the Data API has said so. Only a pseudonym of it is logged. */
  userId?: string
  readonly jobId?: number
}

export const requestIdHeader = 'x-request-id'

const requestIdPattern = /^[A-Za-z0-9._-]{8,64}$/
const current = new AsyncLocalStorage<Trace>()

/** The caller's `x-request-id` if it is a plain token, else a new one: it goes into logs and answers. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get(requestIdHeader)
  return given !== null && requestIdPattern.test(given) ? given : crypto.randomUUID()
}

export function withTrace<T>(trace: Trace, work: () => T): T {
  return current.run(trace, work)
}

export function currentTrace(): Trace | undefined {
  return current.getStore()
}

/** Does a job's work under the id of the request that queued it. */
export function withJobTrace<T>(
  job: { readonly id: number; readonly ownerId: string; readonly requestId: string | undefined },
  work: () => T,
): T {
  const requestId = job.requestId ?? current.getStore()?.requestId ?? crypto.randomUUID()
  return current.run({ requestId, userId: job.ownerId, jobId: job.id }, work)
}

/** What a call carries along; empty outside of any request. */
export function traceHeaders(): Record<string, string> {
  const requestId = current.getStore()?.requestId
  return requestId === undefined ? {} : { [requestIdHeader]: requestId }
}
