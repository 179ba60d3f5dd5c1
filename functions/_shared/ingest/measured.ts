import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'

export interface Measured {
  /** The same bytes; it fails as soon as they cannot be the accepted ones by their number. */
  readonly stream: ReadableStream<Uint8Array>
  /** Why the stream failed, if it did by what it held or where it came from. */
  readonly failure: () => AppError | undefined
  /**
   * SHA-256 as 64 lowercase hex digits, once the stream has been read to its end.
   *
   * @throws AppError unavailable before that
   */
  readonly sha256: () => string
}

/**
 * Hashes and counts a stream while somebody else reads it. Web Crypto hashes only what is whole in
 * memory, and a file may be a fifth of what an isolate has, several at a time.
 */
export function measured(source: ReadableStream<Uint8Array>, size: number): Measured {
  const hash = createHash('sha256')
  const reader = source.getReader()
  let length = 0
  let digest: string | undefined
  let failure: AppError | undefined
  const fail = (error: AppError) => {
    failure = error
    return error
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((cause: unknown) => {
          throw fail(new AppError('unavailable', 'The download broke off', { cause }))
        })
        length += value?.byteLength ?? 0
        if (length > size || (done && length !== size)) {
          await reader.cancel().catch(() => {})
          throw fail(new AppError('hash_mismatch', 'The stored file has another size'))
        }
        if (done) {
          digest = hash.digest('hex')
          controller.close()
        } else {
          hash.update(value)
          controller.enqueue(value)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read ahead of who reads this.
    { highWaterMark: 0 },
  )
  return {
    stream,
    failure: () => failure,
    sha256() {
      if (digest === undefined)
        throw new AppError('unavailable', 'The file was not read to its end')
      return digest
    },
  }
}
