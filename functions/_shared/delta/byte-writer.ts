import type { Bytes } from '../bytes.ts'

/** Bytes that grow: fixed ones and LEB128 integers. */
export interface ByteWriter {
  readonly length: number
  byte(value: number): void
  bytes(values: Uint8Array): void
  /** Unsigned, 7 bits a byte, low bits first. */
  varint(value: number): void
  /** Zigzag: 0, -1, 1, -2, … */
  signed(value: number): void
  finish(): Bytes
}

export function createByteWriter(initialBytes = 256): ByteWriter {
  let buffer = new Uint8Array(initialBytes)
  let length = 0
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  const writer: ByteWriter = {
    get length() {
      return length
    },
    byte(value) {
      reserve(1)
      buffer[length++] = value
    },
    bytes(values) {
      reserve(values.length)
      buffer.set(values, length)
      length += values.length
    },
    varint(value) {
      reserve(8)
      let rest = value
      while (rest > 0x7f) {
        buffer[length++] = (rest % 0x80) | 0x80
        rest = Math.floor(rest / 0x80)
      }
      buffer[length++] = rest
    },
    signed(value) {
      writer.varint(value < 0 ? -2 * value - 1 : 2 * value)
    },
    finish: () => buffer.slice(0, length),
  }
  return writer
}
