/** Where a file may hold deflate streams. Only a hint: what is found is inflated and rebuilt before it is believed. */
import { limits } from './limits.ts'

export interface StreamPlace {
  /** Of the deflate data itself, behind any zlib header. */
  readonly start: number
  /** Where the container says that the stream ends, checksum included. */
  readonly end: number
  /** The first byte of a zlib header, which tells window and level; raw deflate has none. */
  readonly zlibFlags: number | undefined
}

/** In the order of the file, without overlaps; none for a file of another kind. */
export function findStreams(file: Uint8Array): StreamPlace[] {
  const places = startsWith(file, 0, 'PK')
    ? findZipStreams(file)
    : startsWith(file, 0, '%PDF')
      ? findPdfStreams(file)
      : []
  const ordered = places.sort((left, right) => left.start - right.start)
  let end = 0
  return ordered.filter((place) => {
    if (place.start < end || place.end <= place.start) return false
    end = place.end
    return true
  })
}

const endSignature = 0x06054b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const centralBytes = 46
const localBytes = 30
const maxCommentBytes = 0xffff
const deflated = 8

/** By the central directory, which has the sizes even where the local headers leave them to a data descriptor. */
function findZipStreams(file: Uint8Array): StreamPlace[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const places: StreamPlace[] = []
  const lowest = Math.max(0, file.length - endBytes - maxCommentBytes)
  let end = file.length - endBytes
  while (end >= lowest && view.getUint32(end, true) !== endSignature) end--
  if (end < lowest) return places
  let at = view.getUint32(end + 16, true)
  while (
    places.length < limits.streams &&
    at + centralBytes <= end &&
    view.getUint32(at, true) === centralSignature
  ) {
    const packedBytes = view.getUint32(at + 20, true)
    const local = view.getUint32(at + 42, true)
    if (
      view.getUint16(at + 10, true) === deflated &&
      local + localBytes <= file.length &&
      view.getUint32(local, true) === localSignature
    ) {
      const start =
        local + localBytes + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
      if (start + packedBytes <= file.length) {
        places.push({ start, end: start + packedBytes, zlibFlags: undefined })
      }
    }
    at +=
      centralBytes +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true)
  }
  return places
}

/** By the keywords: objects may lie in object streams and cross-reference tables may be wrong, `stream` is always there. */
function findPdfStreams(file: Uint8Array): StreamPlace[] {
  const places: StreamPlace[] = []
  let at = 0
  while (places.length < limits.streams) {
    const keyword = indexOf(file, 'stream', at)
    if (keyword < 0) break
    let start = keyword + 6
    if (file[start] === 0x0d) start++
    if (file[start] === 0x0a) start++
    const method = file[start] ?? 0
    const flags = file[start + 1] ?? 0
    const isZlib = (method & 15) === deflated && ((method << 8) | flags) % 31 === 0
    if (start === keyword + 6 || !isZlib || (flags & 0x20) !== 0) {
      at = start
      continue
    }
    const end = indexOf(file, 'endstream', start)
    if (end < 0) break
    places.push({ start: start + 2, end, zlibFlags: (method << 8) | flags })
    at = end + 9
  }
  return places
}

function startsWith(file: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (file[at + index] !== text.charCodeAt(index)) return false
  }
  return true
}

function indexOf(file: Uint8Array, text: string, from: number): number {
  const first = text.charCodeAt(0)
  for (let at = file.indexOf(first, from); at >= 0; at = file.indexOf(first, at + 1)) {
    if (startsWith(file, at, text)) return at
  }
  return -1
}
