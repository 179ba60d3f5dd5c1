/** PDF's older filters, decoded or measured as far as a bound on their output needs. */

export function decodeAscii85(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(data.length * 4))
  let length = 0
  let group = 0
  let count = 0
  for (const byte of data) {
    if (byte === 0x7e) break
    if (byte === 0x7a && count === 0) {
      length += 4
      continue
    }
    if (byte < 0x21 || byte > 0x75) continue
    group = group * 85 + byte - 0x21
    if (++count < 5) continue
    for (let shift = 24; shift >= 0; shift -= 8) out[length++] = (group / 2 ** shift) & 0xff
    group = 0
    count = 0
  }
  if (count > 1) {
    for (let index = count; index < 5; index++) group = group * 85 + 84
    for (let index = 0; index < count - 1; index++) {
      out[length++] = (group / 2 ** (24 - index * 8)) & 0xff
    }
  }
  return out.subarray(0, length)
}

export function decodeAsciiHex(data: Uint8Array): Uint8Array {
  const digits =
    new TextDecoder('latin1')
      .decode(data)
      .split('>')[0]
      ?.replace(/[^0-9a-f]/gi, '') ?? ''
  return Uint8Array.from({ length: digits.length >> 1 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  )
}

/** Length of what LZW codes (PDF's variable 9 to 12 bits, early change) expand to, up to a bound. */
export function lzwLength(data: Uint8Array, bound: number): number {
  const lengths = new Uint16Array(4096).fill(1, 0, 256)
  let next = 258
  let width = 9
  let previous = 0
  let buffer = 0
  let bits = 0
  let total = 0
  for (const byte of data) {
    buffer = ((buffer << 8) | byte) & 0xffffff
    bits += 8
    if (bits < width) continue
    bits -= width
    const code = (buffer >> bits) & ((1 << width) - 1)
    if (code === 257) break
    if (code === 256) {
      next = 258
      width = 9
      previous = 0
      continue
    }
    const length = code < next ? (lengths[code] ?? 0) : previous + 1
    if (previous > 0 && next < 4096) lengths[next++] = previous + 1
    width = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9
    previous = length
    total += length
    if (total > bound) break
  }
  return total
}

export function runLength(data: Uint8Array): number {
  let total = 0
  for (let at = 0; at < data.length; ) {
    const byte = data[at] ?? 128
    if (byte === 128) break
    total += byte < 128 ? byte + 1 : 257 - byte
    at += byte < 128 ? byte + 2 : 2
  }
  return total
}
