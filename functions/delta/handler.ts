import type { Bytes } from '../_shared/bytes.ts'
import { decodeDelta, encodeDelta } from '../_shared/delta/delta.ts'
import { AppError } from '../_shared/errors.ts'
import { readBytes } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { requireMachineToken } from '../_shared/http/tokens.ts'
import type { Log } from '../_shared/log/log.ts'

export interface Dependencies {
  readonly workerToken: string
  readonly log: Log
}

/** Two files of the largest that are stored as deltas, or one and a delta. */
const maxBodyBytes = 2 * 5 * 1024 * 1024

/**
 * `POST /encode` with the worker token and the body target + base answers the delta, or 204 when it
 * would save too little; `POST /decode` with delta + base answers the file. `x-first-bytes` says where
 * the first part ends.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  return endpoint({ methods: ['POST'], log: deps.log }, async (request) => {
    await requireMachineToken(request, deps.workerToken)
    const operation = new URL(request.url).pathname.split('/').at(-1)
    if (operation !== 'encode' && operation !== 'decode') throw new AppError('not_found')
    const body = await readBytes(request, maxBodyBytes, 'file_too_large')
    const [first, base] = split(body, request.headers.get('x-first-bytes'))
    if (operation === 'decode') return answer(await decodeDelta(first, base))
    const delta = await encodeDelta(first, base)
    return delta === undefined ? new Response(null, { status: 204 }) : answer(delta)
  })
}

function split(body: Bytes, header: string | null): [Bytes, Bytes] {
  const length = Number(header ?? Number.NaN)
  if (!Number.isInteger(length) || length < 0 || length > body.byteLength) {
    throw new AppError('invalid_request', 'Send as x-first-bytes where the first part ends')
  }
  return [body.subarray(0, length), body.subarray(length)]
}

function answer(bytes: Bytes): Response {
  return new Response(bytes, {
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
  })
}
