import { AppError } from '../errors.ts'
import { inflateBounded } from './inflate.ts'
import { limits } from './limits.ts'
import type { Notice } from './notice.ts'

/**
 * What is looked at in a PDF before a PDF reader sees it. The reader inflates streams into memory
 * without a bound, so every stream that inflates is measured here first; and images, which text
 * never needs, are made unreadable so that they cannot be used to get around that.
 */

/** Where a stream's dictionary is looked for: it stands before the keyword. */
const dictionaryRange = 2048
/** A stream may be packed several times over (`[/FlateDecode /FlateDecode]`). */
const maxLayers = 4
/** Readers look this far for the end mark; honest files have little behind it. */
const endRange = 2048
const streamKeyword = [0x73, 0x74, 0x72, 0x65, 0x61, 0x6d]

/**
 * Changes the bytes: the headers of image streams are cleared.
 *
 * @throws AppError file_too_complex where a bound is passed, file_corrupt where the end is missing
 */
export function guardPdf(bytes: Uint8Array): Notice[] {
  const text = new TextDecoder('latin1')
  const notices = new Set<Notice>()
  let budget: number = limits.pdfInflatedBytes
  let objects = 0
  let mappings = 0

  const spend = (amount: number): void => {
    budget -= amount
    if (budget < 0) throw tooComplex('its streams inflate to too many bytes')
  }
  /** Measures what a stream becomes, layer by layer, and looks into it. */
  const measure = (data: Uint8Array, filters: string): void => {
    let layer = data
    if (/\/(?:ASCII85Decode|A85)\b/.test(filters)) layer = decodeAscii85(layer)
    else if (/\/(?:ASCIIHexDecode|AHx)\b/.test(filters)) layer = decodeAsciiHex(layer)
    for (let depth = 0; isZlib(layer); depth++) {
      if (depth === maxLayers) throw tooComplex('a stream is packed too many times')
      const inflated = inflateBounded(layer.subarray(2), budget, { exact: false })
      if (inflated.state === 'too-large') throw tooComplex('its streams inflate to too many bytes')
      spend(inflated.bytes.length)
      layer = inflated.bytes
      if (inflated.state === 'corrupt') break
    }
    if (/\/(?:LZWDecode|LZW)\b/.test(filters)) spend(lzwLength(layer, budget))
    else if (/\/(?:RunLengthDecode|RL)\b/.test(filters)) spend(runLength(layer))
    const plain = text.decode(layer)
    noteActions(plain, notices)
    mappings += mappedCharacters(plain)
    if (mappings > limits.pdfMappedCharacters) throw tooComplex('a font maps too many characters')
    objects += /\/ObjStm\b/.test(filters) ? Number(/\/N\s+(\d{1,9})/.exec(filters)?.[1] ?? 0) : 0
    if (objects > limits.pdfObjects) throw tooComplex('it has too many objects')
  }

  // A reader would repair a file that is cut off and show the pages it finds, as if they were all.
  if (!text.decode(bytes.subarray(-endRange)).includes('%%EOF')) {
    throw new AppError('file_corrupt', 'Cannot read the PDF: its end is missing')
  }

  let plainFrom = 0
  for (let at = findKeyword(bytes, 0); at >= 0; at = findKeyword(bytes, at + 6)) {
    // `endstream` ends one.
    if (bytes[at - 1] === 0x64) {
      plainFrom = at + 6
      continue
    }
    const start = bytes[at + 6] === 0x0d ? at + 8 : at + 7
    const before = text.decode(bytes.subarray(Math.max(plainFrom, at - dictionaryRange), at))
    const dictionary = before.slice(Math.max(0, before.lastIndexOf(' obj')))
    objects += 1
    if (objects > limits.pdfObjects) throw tooComplex('it has too many objects')
    noteActions(before, notices)
    if (/\/Subtype\s*\/Image\b/.test(dictionary)) {
      if (isZlib(bytes.subarray(start))) bytes.fill(0, start, start + 2)
    } else {
      measure(bytes.subarray(start, findEnd(bytes, start)), dictionary)
    }
  }
  noteActions(text.decode(bytes.subarray(Math.max(0, bytes.length - 256 * 1024))), notices)
  return [...notices]
}

/**
 * How many characters the ranges of a character map stand for: a reader unfolds them one by one,
 * so that `<0000> <ffffffff> <0041>` is a gigabyte. Like a lenient reader it takes what is no digit
 * for nothing, since damage makes such ranges too.
 */
function mappedCharacters(plain: string): number {
  let count = 0
  for (const [section] of plain.matchAll(/begin(?:bf|cid)range[\s\S]*?(?:end(?:bf|cid)range|$)/g)) {
    for (const [, low = '', high = ''] of section.matchAll(
      /<([^>]*)>\s*<([^>]*)>\s*(?:<[^>]*>|\[[^\]]*\]|\d+)/g,
    )) {
      count += Math.max(0, characterCode(high) - characterCode(low))
    }
  }
  return count
}

function characterCode(digits: string): number {
  return Number.parseInt(`0${digits.replace(/[^0-9a-f]/gi, '').slice(-8)}`, 16)
}

function noteActions(plain: string, notices: Set<Notice>): void {
  if (/\/(?:JavaScript|JS|Launch)\b/.test(plain)) notices.add('active_content')
  if (/\/(?:EmbeddedFile|EmbeddedFiles)\b/.test(plain)) notices.add('embedded_object')
}

/** zlib's two header bytes: deflate with any window, and a check sum over both. */
function isZlib(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0
}

function findKeyword(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x73, from); at >= 0; at = bytes.indexOf(0x73, at + 1)) {
    if (streamKeyword.every((byte, index) => bytes[at + index] === byte)) return at
  }
  return -1
}

/** The keyword that ends the stream; its declared length may lie. */
function findEnd(bytes: Uint8Array, start: number): number {
  for (let at = findKeyword(bytes, start); at >= 0; at = findKeyword(bytes, at + 6)) {
    if (bytes[at - 1] === 0x64 && bytes[at - 2] === 0x6e && bytes[at - 3] === 0x65) return at - 3
  }
  return bytes.length
}

function decodeAscii85(data: Uint8Array): Uint8Array {
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

function decodeAsciiHex(data: Uint8Array): Uint8Array {
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
function lzwLength(data: Uint8Array, bound: number): number {
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

function runLength(data: Uint8Array): number {
  let total = 0
  for (let at = 0; at < data.length; ) {
    const byte = data[at] ?? 128
    if (byte === 128) break
    total += byte < 128 ? byte + 1 : 257 - byte
    at += byte < 128 ? byte + 2 : 2
  }
  return total
}

function tooComplex(what: string): AppError {
  return new AppError('file_too_complex', `Refused the PDF: ${what}`)
}
