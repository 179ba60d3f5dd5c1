/** Asking a function of a rehearsal, and what must hold of its answer. Rules give problems, a line each. */
import type { Sample } from './calls.ts'

export const callTimeoutMs = 20_000
/** Words of a file that its text must hold; how well they are read is for the documents' own tests. */
const minWordShare = 0.95

export function fetchIn(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(callTimeoutMs) })
}

/** A GET of a machine. */
export function getWith(url: string, token: string): Promise<Response> {
  return fetchIn(url, { headers: { authorization: `Bearer ${token}` } })
}

export function sendFile(
  url: string,
  token: string,
  { name, mimeType, bytes }: Sample,
): Promise<Response> {
  return fetchIn(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': mimeType,
      'x-filename': encodeURIComponent(name),
    },
    body: bytes,
  })
}

export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json()
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

export function expectStatus(response: Response, status: number, body?: unknown): string[] {
  if (response.status === status) return []
  const detail = body === undefined ? '' : `: ${JSON.stringify(body).slice(0, 300)}`
  return [`It answered ${response.status} in place of ${status}${detail}`]
}

export function expectCors(response: Response): string[] {
  const origin = response.headers.get('access-control-allow-origin')
  return origin === '*' ? [] : [`access-control-allow-origin is ${origin}`]
}

export async function expectProblem(
  response: Response,
  status: number,
  code?: string,
): Promise<string[]> {
  const type = response.headers.get('content-type')
  const body = await jsonOf(response)
  return [
    ...expectStatus(response, status, body),
    ...(type === 'application/problem+json' ? [] : [`The content type is ${type}`]),
    ...(code === undefined || body.code === code ? [] : [`The code is ${body.code}, not ${code}`]),
    ...(response.headers.get('x-request-id') === body.requestId ? [] : ['Two request ids']),
    ...expectCors(response),
  ]
}

export function expectWords(found: string, wanted: string): string[] {
  const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  const have = words(found)
  const all = [...words(wanted)]
  const share = all.filter((word) => have.has(word)).length / all.length
  return share >= minWordShare ? [] : [`Only ${Math.round(share * 100)} % of the words were read`]
}

export function expectResult(answer: Record<string, unknown>): string[] {
  const { status, result } = answer as {
    status?: string
    result?: { suggestions?: unknown[]; sections?: { outcome: string }[]; score?: unknown }
  }
  return [
    ...(status === 'succeeded' ? [] : [`The status is ${status}`]),
    ...(result?.suggestions?.length ? [] : ['There is no suggestion']),
    ...(result?.sections?.length ? [] : ['No section was asked about']),
    ...(result?.sections ?? [])
      .filter(({ outcome }) => outcome !== 'answered')
      .map((section) => `A section failed: ${JSON.stringify(section)}`),
    ...(result?.score ? [] : ['There is no score']),
  ]
}
