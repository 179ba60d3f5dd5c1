/** Asks the function `extract` to read a file: a hostile one can only take that isolate down. */
import { z } from 'zod'
import { anySignal } from '../abortable.ts'
import { AppError, isErrorCode } from '../errors.ts'
import { traceHeaders } from '../trace/trace.ts'

/**
 * How long an isolate may take once it has the file. The platform allows 2 s of CPU; a cold start
 * comes on top.
 */
export const extractTimeoutMs = 15_000
/** How long the file may take on its way, which is no fault of the file. */
const transferTimeoutMs = 30_000

/** Statuses of a platform that has ended the isolate: over its memory, its CPU or its time. */
const killedStatuses = new Set([504, 546])

const extractedSchema = z.object({
  kind: z.enum(['pdf', 'docx', 'doc']),
  text: z.string().max(1_000_000),
  notices: z.array(z.string()).default([]),
})
export type Extracted = z.infer<typeof extractedSchema>

const problemSchema = z.object({ code: z.string(), detail: z.string().optional() })

export interface Declared {
  readonly filename: string
  readonly mimeType: string
  /** Bytes to come. */
  readonly size: number
}

/** The file is a stream: a worker that held it whole would not hold many. */
export type Extract = (
  file: ReadableStream<Uint8Array>,
  declared: Declared,
  signal?: AbortSignal,
) => Promise<Extracted>

/**
 * A client of `extract`.
 *
 * @throws AppError (by the call it returns) the file's own code; `file_too_complex` when the isolate
 *   died or was late; `unavailable` when there was none
 */
export function createExtractClient(options: {
  supabaseUrl: string
  publishableKey: string
  workerToken: string
  timeoutMs?: number
}): Extract {
  const url = `${options.supabaseUrl}/functions/v1/extract`

  return async (file, declared, signal) => {
    const timeoutMs = options.timeoutMs ?? extractTimeoutMs
    const late = new AbortController()
    let clock: ReturnType<typeof setTimeout> | undefined
    const sent = file.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        flush() {
          clock = setTimeout(() => late.abort(), timeoutMs)
        },
      }),
    )
    const ends = [late.signal, AbortSignal.timeout(transferTimeoutMs + timeoutMs)]
    let response: Response
    let body: string
    try {
      response = await fetch(url, {
        method: 'POST',
        body: sent,
        // Deno needs no word of it, other fetches refuse a stream without.
        ...{ duplex: 'half' },
        redirect: 'error',
        signal: anySignal(...ends, ...(signal === undefined ? [] : [signal])),
        headers: {
          ...traceHeaders(),
          apikey: options.publishableKey,
          authorization: `Bearer ${options.workerToken}`,
          'content-type': declared.mimeType,
          'x-filename': encodeURIComponent(declared.filename),
          // A stream is sent without a content length, and a buffer made once is half of one that grows.
          'x-file-size': String(declared.size),
        },
      })
      body = await response.text()
    } catch (cause) {
      signal?.throwIfAborted()
      if (late.signal.aborted) throw new AppError('file_too_complex', undefined, { cause })
      throw new AppError('unavailable', 'The extract function cannot be reached', { cause })
    } finally {
      clearTimeout(clock)
    }
    if (killedStatuses.has(response.status)) throw new AppError('file_too_complex')
    const value = parseJson(body)
    if (response.ok) {
      const extracted = extractedSchema.safeParse(value)
      if (extracted.success) return extracted.data
      throw new AppError('internal', undefined, { cause: extracted.error })
    }
    const problem = problemSchema.safeParse(value)
    if (problem.success && isErrorCode(problem.data.code) && response.status !== 401) {
      throw new AppError(problem.data.code, problem.data.detail)
    }
    throw new AppError('unavailable', `The extract function answered ${response.status}`)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
