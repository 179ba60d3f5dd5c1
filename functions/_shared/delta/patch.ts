/** An image as copies of another one and the text between them. */
import type { Bytes } from '../bytes.ts'
import type { Copy } from './align.ts'
import { createByteWriter } from './byte-writer.ts'
import { corrupt } from './corrupt.ts'
import { limits } from './limits.ts'

/** What no copy covers, in the order of the target. */
export function textBetween(target: Bytes, copies: readonly Copy[]): Bytes {
  const text = createByteWriter(4096)
  let at = 0
  for (const copy of copies) {
    text.bytes(target.subarray(at, copy.at))
    at = copy.at + copy.length
  }
  text.bytes(target.subarray(at))
  return text.finish()
}

/** What no copy takes from the base, in its order: most of what the text between the copies resembles. */
export function dictionaryOf(base: Bytes, copies: readonly Copy[]): Bytes {
  if (copies.length === 0) return base
  const left = createByteWriter(4096)
  let at = 0
  for (const { from, length } of [...copies].sort((one, other) => one.from - other.from)) {
    if (from > at) left.bytes(base.subarray(at, from))
    at = Math.max(at, from + length)
  }
  left.bytes(base.subarray(at))
  return left.finish()
}

/** Throws `delta_corrupt` where a copy lies outside, or text is missing. */
export function applyCopies(base: Bytes, copies: readonly Copy[], text: Bytes): Bytes {
  const copied = copies.reduce((sum, { length }) => sum + length, 0)
  if (copied + text.length > limits.imageBytes) throw corrupt('its image is too large')
  const image = new Uint8Array(copied + text.length)
  let at = 0
  let used = 0
  for (const copy of copies) {
    const gap = copy.at - at
    if (copy.from + copy.length > base.length || gap > text.length - used) {
      throw corrupt('a copy lies outside')
    }
    image.set(text.subarray(used, used + gap), at)
    used += gap
    image.set(base.subarray(copy.from, copy.from + copy.length), copy.at)
    at = copy.at + copy.length
  }
  image.set(text.subarray(used), at)
  return image
}
