/**
 * A file's image is the file with some of its deflate streams replaced by what they inflate to. The image of the
 * older version is what the delta stores, against the image of the newer one.
 */
import type { Bytes } from '../bytes.ts'
import { createByteWriter } from './byte-writer.ts'
import { corrupt } from './corrupt.ts'
import { type Deflated, deflateBy } from './engines.ts'
import { inflateTraced } from './inflate.ts'
import { limits } from './limits.ts'
import { deflateByTokens, writeTokens } from './tokens.ts'

/** A stream of the base, inflated in place. */
export interface BaseStream {
  /** In the base. */
  readonly start: number
  /** Its Adler-32 behind it is left out of the image, as a zlib stream's of the target is. */
  readonly isZlib: boolean
  /** Whether its tokens follow its plaintext in the image. */
  readonly hasTokens: boolean
}

/** A stream of the target, to be deflated in place. */
export interface TargetStream {
  /** In the image of the target. */
  readonly start: number
  readonly plainBytes: number
  /** Followed by an Adler-32. */
  readonly isZlib: boolean
  readonly how: Deflated | Tokens
}

/** The token form, where no engine makes the stream; it follows the plaintext in the image. */
export interface Tokens {
  readonly tokenBytes: number
}

const adlerBytes = 4

/** Throws `delta_corrupt` where a stream does not inflate, or to more than the limits allow. */
export function baseImage(base: Bytes, streams: readonly BaseStream[]): Bytes {
  if (streams.length === 0) return base
  const image = createByteWriter(base.length * 4)
  let at = 0
  for (const { start, isZlib, hasTokens } of streams) {
    const room = Math.min(limits.streamBytes, limits.imageBytes - image.length - (start - at))
    const inflated = start >= at ? inflateTraced(base, start, room) : undefined
    if (!inflated) throw corrupt('the base has no such stream')
    image.bytes(base.subarray(at, start))
    image.bytes(inflated.plain)
    if (hasTokens) {
      const tokens = writeTokens(base, start, limits.streamBytes)
      if (!tokens) throw corrupt('the base has no such stream')
      image.bytes(tokens)
    }
    at = inflated.end + (isZlib ? adlerBytes : 0)
  }
  if (at > base.length || image.length + base.length - at > limits.imageBytes) {
    throw corrupt('the image of the base is too large')
  }
  image.bytes(base.subarray(at))
  return image.finish()
}

/** The file of an image. Throws `delta_corrupt` where it does not come to exactly `fileBytes`. */
export function deflateImage(
  image: Bytes,
  streams: readonly TargetStream[],
  fileBytes: number,
): Bytes {
  const file = new Uint8Array(fileBytes)
  let length = 0
  let at = 0
  const put = (bytes: Uint8Array): void => {
    if (bytes.length > fileBytes - length) throw corrupt('it comes to too many bytes')
    file.set(bytes, length)
    length += bytes.length
  }
  for (const { start, plainBytes, isZlib, how } of streams) {
    const end = start + plainBytes + tokenBytesOf(how)
    if (start < at || end > image.length) throw corrupt('a stream lies outside')
    put(image.subarray(at, start))
    const plain = image.subarray(start, start + plainBytes)
    const room = fileBytes - length
    const packed =
      'recipe' in how
        ? deflateBy(how, plain, room)
        : deflateByTokens(plain, image.subarray(start + plainBytes, end), room)
    if (!packed) throw corrupt('a stream comes to too many bytes')
    put(packed)
    if (isZlib) put(adler32(plain))
    at = end
  }
  put(image.subarray(at))
  if (length !== fileBytes) throw corrupt('it comes to too few bytes')
  return file
}

export function tokenBytesOf(how: Deflated | Tokens): number {
  return 'recipe' in how ? 0 : how.tokenBytes
}

/** As a zlib stream ends with it (RFC 1950). */
export function adler32(data: Uint8Array): Bytes {
  // The largest count for which the sums cannot overflow 32 bits.
  const stretch = 5552
  const modulus = 65521
  let low = 1
  let high = 0
  for (let at = 0; at < data.length; ) {
    const end = Math.min(at + stretch, data.length)
    for (; at < end; at++) {
      low += data[at] ?? 0
      high += low
    }
    low %= modulus
    high %= modulus
  }
  return Uint8Array.of(high >> 8, high & 255, low >> 8, low & 255)
}
