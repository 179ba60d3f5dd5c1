/** What every function does around its own work: CORS, request ids, one place where errors end. */
import { AppError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { problemResponse, requestIdOf } from './problem.ts'

export interface RequestContext {
  readonly requestId: string
  readonly log: Log
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
 * into a problem, and puts CORS headers and the request id on every answer.
 */
export function endpoint(
  options: { methods: readonly string[]; log: Log },
  handle: (request: Request, context: RequestContext) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const allow = [...options.methods, 'OPTIONS'].join(', ')

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
    const log = options.log.with({ requestId })
    let response: Response
    try {
      if (!options.methods.includes(request.method)) throw new AppError('method_not_allowed')
      response = await handle(request, { requestId, log })
    } catch (error) {
      const expected = error instanceof AppError
      log[expected ? 'info' : 'error']('request failed', { error })
      response = problemResponse(error, { requestId })
      if (response.status === 405) response.headers.set('allow', allow)
    }
    for (const [name, value] of Object.entries(corsHeaders)) response.headers.set(name, value)
    response.headers.set('x-request-id', requestId)
    return response
  }
}
