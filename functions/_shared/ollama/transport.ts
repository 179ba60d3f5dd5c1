/**
 * The `fetch` given to ollama-js. That library has no signal, no bounds and no notion of a redirect,
 * skips lines that are not JSON and prints them (they may hold a resume) to the console. So all of
 * it is settled here, before the library sees a byte.
 */
import { abortableResponse, anySignal } from '../abortable.ts'
import { traceHeaders } from '../trace/trace.ts'

const maxErrorBytes = 16 * 1024
const maxBodyBytes = 8 * 1024 * 1024
const maxLineCharacters = 1024 * 1024

export type Fetch = typeof globalThis.fetch

/** An answer with another status than 2xx. `message` is the server's own and stays in the log. */
export class ModelHttpError extends Error {
  override readonly name = 'ModelHttpError'
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, message: string, retryAfterSeconds: number | undefined) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Bytes that are not what the protocol says. */
export class ModelProtocolError extends Error {
  override readonly name = 'ModelProtocolError'
}

/** No connection, a torn one, an error record in mid-stream or a stream without a last record. */
export class ModelConnectionError extends Error {
  override readonly name = 'ModelConnectionError'
}

export interface TransportOptions {
  readonly fetch: Fetch
  readonly apiKey: string | undefined
  /** Ends this one request, and with the connection also what the server is doing for it. */
  readonly signal: AbortSignal
}

export function createTransport(options: TransportOptions): Fetch {
  return async (input: string | URL | Request, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    for (const [name, value] of Object.entries(traceHeaders())) headers.set(name, value)
    if (options.apiKey !== undefined) headers.set('authorization', `Bearer ${options.apiKey}`)
    const signal = init?.signal ? anySignal(init.signal, options.signal) : options.signal
    const answered = await options
      .fetch(input, {
        ...init,
        headers,
        // A redirect would carry the resume, and on one origin the key, to where nobody chose.
        redirect: 'manual',
        signal,
      })
      .catch((cause: unknown) => {
        throw new ModelConnectionError('The endpoint cannot be reached', { cause })
      })
    const response = abortableResponse(answered, signal)
    if (!response.ok) throw await readFailure(response)
    if (response.body === null) throw new ModelProtocolError('The answer has no body')
    const isStream = (response.headers.get('content-type') ?? '').includes('ndjson')
    return new Response(guardBody(response.body, isStream), {
      status: response.status,
      headers: response.headers,
    })
  }
}

async function readFailure(response: Response): Promise<ModelHttpError> {
  // A browser-like runtime hides a refused redirect behind status 0.
  if (response.status === 0 || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel()
    return new ModelHttpError(response.status, 'The endpoint redirects', undefined)
  }
  const text = await readText(response.body, maxErrorBytes)
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ModelHttpError(
    response.status,
    errorText(text) ?? `Status ${response.status}`,
    Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined,
  )
}

function errorText(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) {
      return typeof parsed.error === 'string' ? parsed.error : JSON.stringify(parsed.error)
    }
  } catch {
    // A proxy's HTML, or nothing.
  }
  return body.trim() === '' ? undefined : body.trim()
}

async function readText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    text += decoder.decode(chunk, { stream: true })
    if (bytes >= maxBytes) break
  }
  return text
}

/** Passes a body on in whole records, each of which is a JSON object, and within bounds. */
function guardBody(
  body: ReadableStream<Uint8Array>,
  isStream: boolean,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let bytes = 0
  let pending = ''
  let isDone = false

  const readRecord = (text: string): void => {
    const record = parseRecord(text)
    if (isStream && 'error' in record) {
      const { error } = record
      throw new ModelConnectionError(typeof error === 'string' ? error : JSON.stringify(error))
    }
    if ('done' in record && record.done === true) isDone = true
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read().catch((cause: unknown) => {
          throw new ModelConnectionError('The connection broke', { cause })
        })
        bytes += value?.byteLength ?? 0
        if (bytes > maxBodyBytes) throw new ModelProtocolError('The answer is too long')
        pending += decoder.decode(value, { stream: !done })
        const lines = isStream || done ? pending.split('\n') : []
        if (lines.length > 0) pending = done || !isStream ? '' : (lines.pop() ?? '')
        if (isStream && pending.length > maxLineCharacters) {
          throw new ModelProtocolError('A line of the answer is too long')
        }
        // An answer that is no stream may spread one record over lines.
        const records = (isStream ? lines : [lines.join('\n')]).filter((line) => line.trim() !== '')
        for (const record of records) {
          readRecord(record)
          controller.enqueue(encoder.encode(`${record}\n`))
        }
        if (done) {
          if (isStream && !isDone) {
            throw new ModelConnectionError('The stream ended before the answer did')
          }
          controller.close()
          return
        }
        if (records.length > 0) return
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

function parseRecord(text: string): object {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch (cause) {
    throw new ModelProtocolError('The answer holds text that is not JSON', { cause })
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new ModelProtocolError('The answer holds JSON that is not an object')
  }
  return record
}
