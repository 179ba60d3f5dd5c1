/** JSON in and out of a function. */
import type { z } from 'zod'
import type { Bytes } from '../bytes.ts'
import { AppError } from '../errors.ts'

const maxDetailCharacters = 1000

/**
 * Reads a JSON body, bounded while it arrives, and holds it against a schema.
 *
 * @throws AppError unsupported_media_type, body_too_large, invalid_request (naming each wrong field)
 */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
  maxBytes: number,
): Promise<T> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new AppError('unsupported_media_type')
  const bytes = await readBytes(request, maxBytes, 'body_too_large')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new AppError('invalid_request', 'The body is not JSON', { cause })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 10)
    const detail = issues.map((issue) => `${issue.path.join('.') || 'body'}: ${messageOf(issue)}`)
    throw new AppError('invalid_request', detail.join('; ').slice(0, maxDetailCharacters))
  }
  return parsed.data
}

/** Names of unknown keys are whatever the caller likes, a text of a resume too, and go into the log. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const names = issue.keys.filter((key) => /^\w{1,40}$/.test(key)).slice(0, 10)
  return ['Unrecognized field', names.join(', ')].join(' ').trim()
}

/** Reads a body and stops as soon as it is over the limit, so that it is never held whole past it. */
export async function readBytes(
  request: Request,
  maxBytes: number,
  tooLarge: 'body_too_large' | 'file_too_large',
): Promise<Bytes> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > maxBytes) throw new AppError(tooLarge)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) throw new AppError(tooLarge)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

export function jsonResponse(
  value: unknown,
  options: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(value), {
    status: options.status ?? 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...options.headers,
    },
  })
}
