/** One request to Storage: within its deadline, never to another place, and what an answer that is a failure means. */
import { z } from 'zod'
import { AppError } from '../../functions/_shared/errors.ts'
import { within } from './deadline.ts'

/** What a request may take beyond its bytes, and how slow a line may be. */
const baseTimeoutMs = 30_000
const slowestBytesPerMs = 64

/**
 * @param path below /storage/v1
 * @param bytes how many it moves, which its deadline depends on
 * @param take is called with the answer, inside of that deadline
 * @throws AppError unavailable, or what `take` throws
 */
export type Send = <T>(
  path: string,
  init: RequestInit,
  bytes: number,
  signal: AbortSignal,
  take: (answer: Response) => Promise<T>,
) => Promise<T>

const failureBody = z.object({
  statusCode: z.union([z.string(), z.number()]).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
})

export function createSend(options: { url: string; secretKey: string }): Send {
  const { secretKey, url } = options
  const headers = { apikey: secretKey, authorization: `Bearer ${secretKey}` }
  return (path, init, bytes, signal, take) => {
    const ms = baseTimeoutMs + Math.ceil(bytes / slowestBytesPerMs)
    return within(ms, signal, async (withinTime) => {
      const answer = await fetch(`${url}/storage/v1/${path}`, {
        ...init,
        redirect: 'error',
        headers: { ...headers, ...init.headers },
        signal: withinTime,
      }).catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new AppError('unavailable', 'Storage cannot be reached', { cause })
      })
      try {
        return await take(answer)
      } catch (cause) {
        signal.throwIfAborted()
        if (cause instanceof AppError) throw cause
        throw new AppError('unavailable', 'Storage broke off an answer', { cause })
      }
    })
  }
}

/** Storage has the status in the body of a 400; overload and its own faults are worth another attempt. */
export async function failureOf(answer: Response): Promise<{ status: number; error: AppError }> {
  const text = await answer.text().catch(() => '')
  const body = failureBody.safeParse(jsonOf(text)).data
  const status = Number(body?.statusCode ?? answer.status) || answer.status
  const what = `Storage answered ${status}${body?.message === undefined ? '' : `: ${body.message}`}`
  if (status === 429 || status >= 500) {
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    return {
      status,
      error: new AppError(
        'unavailable',
        what,
        seconds > 0 ? { retryAfterSeconds: seconds } : undefined,
      ),
    }
  }
  if (status === 401 || status === 403) return { status, error: new AppError('forbidden', what) }
  if (status === 413) return { status, error: new AppError('file_too_large', what) }
  if (status === 415) return { status, error: new AppError('unsupported_file_type', what) }
  return { status, error: new AppError('internal', what) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
