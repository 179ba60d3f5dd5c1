/** Sends what was generated, and says which answers are documented ones. */
import fc from 'fast-check'
import { errorKinds, isErrorCode } from '../../functions/_shared/errors.ts'

/** A request without what authenticates it. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** The default seed is fixed, so that a run is the same everywhere; `RESWAVE_SEED` gives another. */
export const seed = Number(process.env.RESWAVE_SEED ?? 20_261_123)
/** Bodies for each door: a first look by default, a thousand in CI's slower tier (`npm run test:bodies`). */
export const bodies = Number(process.env.RESWAVE_BODIES ?? 100)
const atOnce = 16
/** Nothing that is generated takes a second by itself; beyond this it hangs. */
const answerWithinMs = 20_000

/** Headers and methods for JSON doors: now and then wrong ones. */
export const wrappings: fc.Arbitrary<{ method: string; headers: Record<string, string> }> =
  fc.record({
    method: fc.oneof(
      { weight: 30, arbitrary: fc.constant('POST') },
      { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'GET', 'HEAD') },
    ),
    headers: fc
      .tuple(
        fc.oneof(
          { weight: 30, arbitrary: fc.constant('application/json') },
          {
            weight: 2,
            arbitrary: fc.constantFrom(
              'application/json; charset=utf-16',
              'application/json;charset=utf-8',
              'text/plain',
              'text/csv',
              'application/x-www-form-urlencoded',
              'application/octet-stream',
              'multipart/form-data; boundary=x',
              'a',
              '/;;;',
            ),
          },
        ),
        fc.oneof(
          { weight: 12, arbitrary: fc.constant({}) },
          {
            weight: 1,
            arbitrary: fc.constantFrom<Record<string, string>>(
              { 'x-request-id': '%0d%0aset-cookie: a=b' },
              { 'x-request-id': 'é'.repeat(200) },
              { accept: 'text/html' },
              { accept: 'application/vnd.pgrst.object+json' },
              { 'accept-profile': 'private' },
              { 'content-profile': 'private' },
              { prefer: 'tx=rollback,params=single-object,count=exact' },
              { range: '9-1' },
              { origin: 'null' },
              { 'x-http-method-override': 'DELETE' },
              { 'content-encoding': 'gzip' },
              { 'last-event-id': '-1e400' },
            ),
          },
        ),
      )
      .map(([type, more]) => ({ 'content-type': type, ...more })),
  })

/** Sends every call, some at once, and gives back a line for each answer that is not a documented one. */
export async function sendAll(
  origin: string,
  calls: readonly Call[],
  authenticate: (index: number) => Record<string, string>,
  judge: (answered: Answered, call: Call) => string | undefined,
): Promise<{ faults: string[]; statuses: Map<number, number> }> {
  const faults: string[] = []
  const statuses = new Map<number, number>()
  let next = 0
  const sender = async () => {
    for (let index = next++; index < calls.length; index = next++) {
      const call = calls[index]
      if (call === undefined) return
      const fault = await send(origin, call, authenticate(index)).then(
        (answered) => {
          statuses.set(answered.status, (statuses.get(answered.status) ?? 0) + 1)
          return judge(answered, call)
        },
        (error: unknown) =>
          `no answer: ${error instanceof Error ? `${error.message} (${error.cause})` : error}`,
      )
      if (fault !== undefined) faults.push(`${describe(call, index)}\n  → ${fault}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sender))
  return { faults, statuses }
}

/** Sends a call; once more if its connection broke, since that may be one that had just been idle for too long. */
async function send(origin: string, call: Call, more: Record<string, string>): Promise<Answered> {
  const bodiless = call.method === 'GET' || call.method === 'HEAD'
  const attempt = async (): Promise<Answered> => {
    const response = await fetch(`${origin}${call.path}`, {
      method: call.method,
      headers: { ...call.headers, ...more },
      ...(bodiless || call.body === undefined ? {} : { body: call.body }),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return await attempt().catch((error: unknown) => {
    if (error instanceof TypeError) return attempt()
    throw error
  })
}

function describe({ method, path, headers, body }: Call, index: number): string {
  const sent = typeof body === 'string' ? body.slice(0, 300) : `${body?.byteLength ?? 0} bytes`
  return `seed ${seed}, call ${index}: ${method} ${path} ${JSON.stringify(headers)} ${JSON.stringify(sent)}`
}

/**
 * The Data API's answers: what an RPC gives; a refusal of ours, with the status that the registry says; or a refusal of
 * the Data API itself with a status of 4xx, as PostgREST documents them: PGRSTnnn, or the SQLSTATE of a value that does
 * not fit (22…), of a constraint (23…), of something too complex (54…), of a right that is missing (42501), of writing by
 * GET (25006), of arguments that no function has (42804, 42846, 42883).
 * https://docs.postgrest.org/en/stable/references/errors.html
 */
const refusal = /^(PGRST\d{3}|(22|23|54)[0-9A-Z]{3}|42501|25006|42804|42846|42883)$/

export function judgeDataApi({ status, text }: Answered, call: Call): string | undefined {
  if (status >= 200 && status < 300) return undefined
  if (call.method === 'HEAD' && status >= 400 && status < 500) return undefined
  const { code, details } = parsed(text)
  if (typeof code === 'string' && code.startsWith('PT')) {
    if (!isErrorCode(details)) return `${status} without a code of the registry: ${text}`
    return errorKinds[details].status === status ? undefined : `${status} for ${details}: ${text}`
  }
  const known = typeof code === 'string' && refusal.test(code)
  return known && status >= 400 && status < 500 ? undefined : `${status}: ${text.slice(0, 300)}`
}

/** Health's own: of files that generated state has rows of and Storage does not, it may say that they cannot be read. */
export function judgeHealth(answered: Answered, call: Call): string | undefined {
  const { status, headers } = answered
  const isHealth = headers.get('content-type') === 'application/health+json'
  return isHealth && (status === 200 || status === 503) ? undefined : judgeFunction(answered, call)
}

/** A function's answers: success, or a problem whose code and status are one line of the registry. */
export function judgeFunction({ status, headers, text }: Answered, call: Call): string | undefined {
  if (status >= 200 && status < 300) return undefined
  if (call.method === 'HEAD') return status < 500 ? undefined : `${status} to HEAD`
  const { code, requestId } = parsed(text)
  if (headers.get('content-type') !== 'application/problem+json' || !isErrorCode(code)) {
    return `${status}, no problem: ${text.slice(0, 300)}`
  }
  // What goes wrong on our side has no place in an answer to bad input, whatever the registry says of it.
  if (code === 'internal' || code === 'unavailable') return `${status} ${text.slice(0, 300)}`
  if (typeof requestId !== 'string' || headers.get('x-request-id') !== requestId) {
    return `${status} without its request id`
  }
  return errorKinds[code].status === status ? undefined : `${status} for ${code}`
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
