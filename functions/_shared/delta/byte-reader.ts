import { corrupt } from './corrupt.ts'

/** The counterpart of the writer; every read is bounded and throws `delta_corrupt`. */
export interface ByteReader {
  readonly remaining: number
  byte(): number
  /** A view, not a copy. */
  bytes(count: number): Uint8Array
  /** An unsigned integer of at most `max`. */
  varint(max: number): number
  /** A signed integer, neither side beyond `max`. */
  signed(max: number): number
}

/** Longest LEB128 that is read: 35 bits are more than any length or offset here. */
const maxVarintBytes = 5

export function createByteReader(data: Uint8Array): ByteReader {
  let at = 0
  const raw = (): number => {
    let value = 0
    let scale = 1
    for (let count = 0; count < maxVarintBytes; count++) {
      const byte = data[at++]
      if (byte === undefined) throw corrupt('it ends early')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
    throw corrupt('a number is too long')
  }
  return {
    get remaining() {
      return data.length - at
    },
    byte() {
      const byte = data[at++]
      if (byte === undefined) throw corrupt('it ends early')
      return byte
    },
    bytes(count) {
      if (count > data.length - at) throw corrupt('it ends early')
      at += count
      return data.subarray(at - count, at)
    },
    varint(max) {
      const value = raw()
      if (value > max) throw corrupt('a number is out of range')
      return value
    },
    signed(max) {
      const value = raw()
      const signed = value % 2 === 1 ? -(value + 1) / 2 : value / 2
      if (Math.abs(signed) > max) throw corrupt('a number is out of range')
      return signed
    },
  }
}
