/** Asks the function `delta` to code a file: like reading one, it happens where it can take only itself down. */
import { anySignal } from '../abortable.ts'
import type { Bytes } from '../bytes.ts'
import { AppError, isErrorCode } from '../errors.ts'
import { traceHeaders } from '../trace/trace.ts'

/** Coding 5 MB takes well under 2 s of CPU; a cold start and the way there come on top. */
const timeoutMs = 30_000

/** Statuses of a platform that has ended the isolate: over its memory, its CPU or its time. */
const killedStatuses = new Set([504, 546])

export interface DeltaCodec {
  /**
   * @returns the delta that turns `base` into `target`, proven by decoding it; nothing when it would
   *   save too little
   * @throws AppError file_too_complex when the isolate died of it, unavailable
   */
  encode(target: Bytes, base: Bytes, signal?: AbortSignal): Promise<Bytes | undefined>
  /**
   * @returns what the delta makes of `base`
   * @throws AppError delta_corrupt for a damaged delta or another base, file_too_complex, unavailable
   */
  decode(delta: Bytes, base: Bytes, signal?: AbortSignal): Promise<Bytes>
}

export function createDeltaClient(options: {
  supabaseUrl: string
  publishableKey: string
  workerToken: string
}): DeltaCodec {
  const ask = async (
    operation: 'encode' | 'decode',
    first: Bytes,
    base: Bytes,
    signal?: AbortSignal,
  ): Promise<Bytes | undefined> => {
    const late = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(`${options.supabaseUrl}/functions/v1/delta/${operation}`, {
        method: 'POST',
        body: new Blob([first, base]),
        redirect: 'error',
        signal: signal === undefined ? late : anySignal(signal, late),
        headers: {
          ...traceHeaders(),
          apikey: options.publishableKey,
          authorization: `Bearer ${options.workerToken}`,
          'content-type': 'application/octet-stream',
          'x-first-bytes': String(first.byteLength),
        },
      })
      if (response.status === 204) return undefined
      if (response.ok) return new Uint8Array(await response.arrayBuffer())
      throw await failureOf(response)
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof AppError) throw cause
      throw new AppError('unavailable', 'The delta function cannot be reached', { cause })
    }
  }

  return {
    encode: (target, base, signal) => ask('encode', target, base, signal),
    async decode(delta, base, signal) {
      const target = await ask('decode', delta, base, signal)
      if (target === undefined) throw new AppError('unavailable', 'The delta function gave no file')
      return target
    },
  }
}

async function failureOf(response: Response): Promise<AppError> {
  const text = await response.text()
  if (killedStatuses.has(response.status)) return new AppError('file_too_complex')
  const code = /"code":"(\w+)"/.exec(text)?.[1]
  if (isErrorCode(code) && response.status !== 401) return new AppError(code)
  return new AppError('unavailable', `The delta function answered ${response.status}`)
}
