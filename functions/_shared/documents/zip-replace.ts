import { deflateSync } from 'fflate'
import type { Bytes } from '../bytes.ts'
import { AppError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { findEnd } from './zip.ts'

const stored = 0
const deferredFlag = 0x0008
const descriptorSignature = 0x08074b50
/** Fixed, as the encoder is: the same content always gives the same bytes. */
const level = 6

interface Entry {
  /** Of its record in the directory. */
  readonly record: number
  readonly headerStart: number
  readonly replaced: Replaced | undefined
}

interface Replaced {
  readonly packed: Uint8Array
  readonly crc: number
  readonly bytes: number
}

/**
 * Gives entries other content. Everything else stays as it is byte for byte: the other entries with
 * their compressed data, order, names, times, extra fields, comments, and what lies between them.
 *
 * @param bytes an archive that `openZip` accepts
 */
export function replaceEntries(bytes: Uint8Array, contents: ReadonlyMap<string, Bytes>): Bytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(bytes, view)
  const directoryStart = view.getUint32(end + 16, true)
  const entries = readDirectory(bytes, view, contents)
    // Files lie in another order than the directory where a program appended some.
    .toSorted((a, b) => a.headerStart - b.headerStart)

  const parts: Uint8Array[] = []
  let length = 0
  const push = (part: Uint8Array): number => {
    parts.push(part)
    length += part.length
    return length - part.length
  }
  const tail = bytes.slice(directoryStart)
  const directory = new DataView(tail.buffer)
  entries.forEach((entry, index) => {
    const next = entries[index + 1]?.headerStart ?? directoryStart
    const record = entry.record - directoryStart
    directory.setUint32(record + 42, length, true)
    if (!entry.replaced) {
      push(bytes.subarray(entry.headerStart, next))
      return
    }
    const { packed, crc, bytes: size } = entry.replaced
    const old = {
      packed: directory.getUint32(record + 20, true),
      bytes: directory.getUint32(record + 24, true),
    }
    directory.setUint32(record + 16, crc, true)
    directory.setUint32(record + 20, packed.length, true)
    directory.setUint32(record + 24, size, true)

    const dataStart =
      entry.headerStart +
      30 +
      view.getUint16(entry.headerStart + 26, true) +
      view.getUint16(entry.headerStart + 28, true)
    const header = bytes.slice(entry.headerStart, dataStart)
    const local = new DataView(header.buffer)
    const deferred = (local.getUint16(6, true) & deferredFlag) !== 0
    // A header that leaves the sizes to the descriptor goes on doing so.
    if (!deferred || local.getUint32(18, true) === old.packed) {
      local.setUint32(14, crc, true)
      local.setUint32(18, packed.length, true)
      local.setUint32(22, size, true)
    }
    push(header)
    push(packed)
    const behind = bytes.slice(dataStart + old.packed, next)
    if (deferred) patchDescriptor(behind, old, entry.replaced)
    push(behind)
  })
  directory.setUint32(end - directoryStart + 16, length, true)
  push(tail)

  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function readDirectory(
  bytes: Uint8Array,
  view: DataView,
  contents: ReadonlyMap<string, Bytes>,
): Entry[] {
  const end = findEnd(bytes, view)
  const count = view.getUint16(end + 10, true)
  const entries: Entry[] = []
  let record = view.getUint32(end + 16, true)
  for (let index = 0; index < count; index++) {
    const nameBytes = view.getUint16(record + 28, true)
    const name = new TextDecoder().decode(bytes.subarray(record + 46, record + 46 + nameBytes))
    const content = contents.get(name)
    entries.push({
      record,
      headerStart: view.getUint32(record + 42, true),
      replaced: content && {
        packed:
          view.getUint16(record + 10, true) === stored ? content : deflateSync(content, { level }),
        crc: crc32(content),
        bytes: content.length,
      },
    })
    record += 46 + nameBytes + view.getUint16(record + 30, true) + view.getUint16(record + 32, true)
  }
  return entries
}

/** The sizes behind the data: with or without a signature, in 32 or (streaming writers) 64 bits. */
function patchDescriptor(
  behind: Uint8Array,
  old: { packed: number; bytes: number },
  fresh: Replaced,
): void {
  const view = new DataView(behind.buffer, behind.byteOffset, behind.byteLength)
  const at = behind.length >= 4 && view.getUint32(0, true) === descriptorSignature ? 4 : 0
  const holds = (offset: number, value: number): boolean =>
    behind.length >= offset + 4 && view.getUint32(offset, true) === value
  const wide =
    holds(at + 4, old.packed) && holds(at + 8, 0) && holds(at + 12, old.bytes) && holds(at + 16, 0)
  if (!wide && !(holds(at + 4, old.packed) && holds(at + 8, old.bytes))) {
    throw new AppError(
      'not_rewritable',
      'The sizes behind an entry of the zip are not where they belong',
    )
  }
  view.setUint32(at, fresh.crc, true)
  view.setUint32(at + 4, fresh.packed.length, true)
  view.setUint32(at + (wide ? 12 : 8), fresh.bytes, true)
}
