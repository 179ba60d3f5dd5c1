import type { Bytes } from '../bytes.ts'

/** Bits as deflate packs them: lowest first. */
export interface BitWriter {
  readonly isFull: boolean
  bits(value: number, count: number): void
  /** Zero bits up to the next byte. */
  align(): void
  bytes(values: Uint8Array): void
  finish(): Bytes
}

/** Stops writing, and says so, where `maxBytes` do not suffice. */
export function createBitWriter(maxBytes: number): BitWriter {
  const output = new Uint8Array(maxBytes)
  let length = 0
  let buffer = 0
  let held = 0
  let isFull = false
  const writer: BitWriter = {
    get isFull() {
      return isFull
    },
    bits(value, count) {
      buffer |= value << held
      held += count
      while (held >= 8) {
        if (length === maxBytes) isFull = true
        else output[length++] = buffer & 255
        buffer >>>= 8
        held -= 8
      }
    },
    align() {
      if (held > 0) writer.bits(0, 8 - held)
    },
    bytes(values) {
      if (values.length > maxBytes - length) isFull = true
      else {
        output.set(values, length)
        length += values.length
      }
    },
    finish: () => output.slice(0, length),
  }
  return writer
}
