import type { Bytes } from '../_shared/bytes.ts'
import { AppError } from '../_shared/errors.ts'

const firstBytes = 64 * 1024

/**
 * The body of a request in one buffer, which never grows past the bound: what is over it is not
 * read. With a declared length the buffer is made once, since a file may be most of the memory.
 *
 * @throws AppError file_too_large
 */
export async function readBody(request: Request, maxBytes: number): Promise<Bytes> {
  // `x-file-size` comes with a streamed body, which has no length of its own.
  const announced = request.headers.get('content-length') ?? request.headers.get('x-file-size')
  const declared = Number(announced ?? Number.NaN)
  if (declared > maxBytes) {
    await request.body?.cancel()
    throw tooLarge(maxBytes)
  }
  if (!request.body) return new Uint8Array(0)
  let buffer = new Uint8Array(Number.isInteger(declared) && declared >= 0 ? declared : firstBytes)
  let length = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (length + value.length > maxBytes) {
      await reader.cancel()
      throw tooLarge(maxBytes)
    }
    if (length + value.length > buffer.length) {
      const grown = new Uint8Array(
        Math.min(maxBytes, Math.max(buffer.length * 2, length + value.length)),
      )
      grown.set(buffer.subarray(0, length))
      buffer = grown
    }
    buffer.set(value, length)
    length += value.length
  }
  return buffer.subarray(0, length)
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('file_too_large', `The body is over the limit of ${maxBytes} bytes`)
}
