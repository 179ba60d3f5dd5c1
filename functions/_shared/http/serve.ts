/** What every function does around its own work: CORS, request ids, one place where errors end. */
import { AppError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { requestIdHeader, requestIdOf, withTrace } from '../trace/trace.ts'
import { problemResponse } from './problem.ts'

export interface RequestContext {
  readonly requestId: string
}

/** Browsers of any origin may call: who may do what is decided by the token, never by the origin. */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers':
    'authorization, apikey, content-type, prefer, accept, last-event-id, x-client-info, x-request-id, x-retry-count',
  'access-control-expose-headers': 'location, retry-after, x-request-id',
}

/**
 * Wraps a function's own handler: answers preflights, refuses other methods, turns every failure
 * into a problem, and puts CORS headers and the request id on every answer. All that is done for a
 * request is done under its trace.
 *
 * @param options.quiet says nothing of an answer that is no failure: for what is asked all the time
 */
export function endpoint(
  options: { methods: readonly string[]; log: Log; quiet?: boolean },
  handle: (request: Request, context: RequestContext) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const { methods, log, quiet = false } = options
  const allow = [...methods, 'OPTIONS'].join(', ')

  async function answer(request: Request, requestId: string): Promise<Response> {
    const startedAt = performance.now()
    let response: Response
    try {
      if (!methods.includes(request.method)) throw new AppError('method_not_allowed')
      response = await handle(request, { requestId })
    } catch (error) {
      const expected = error instanceof AppError
      log[expected ? 'info' : 'error']('request failed', { error })
      response = problemResponse(error, { requestId })
      if (response.status === 405) response.headers.set('allow', allow)
    }
    if (!quiet) {
      log.info('request answered', {
        // Path, query and other methods are whatever the caller likes.
        method: methods.includes(request.method) ? request.method : 'other',
        status: response.status,
        milliseconds: Math.round(performance.now() - startedAt),
      })
    }
    for (const [name, value] of Object.entries(corsHeaders)) response.headers.set(name, value)
    response.headers.set(requestIdHeader, requestId)
    return response
  }

  return async (request) => {
    if (request.method === 'OPTIONS') {
      return new Response(null, {
        status: 204,
        headers: {
          ...corsHeaders,
          'access-control-allow-methods': allow,
          'access-control-max-age': '86400',
        },
      })
    }
    const requestId = requestIdOf(request)
    return await withTrace({ requestId }, () => answer(request, requestId))
  }
}
