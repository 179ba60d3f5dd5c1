import type { Bytes } from '../bytes.ts'
import { AppError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { inflateBounded } from './inflate.ts'
import { limits } from './limits.ts'

/** A zip that has been checked as a whole; entries are inflated when they are asked for. */
export interface ZipArchive {
  readonly names: readonly string[]
  has(name: string): boolean
  /** Inflates and verifies one entry. Throws `file_too_complex` or `file_corrupt`. */
  read(name: string): Bytes
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  readonly headerStart: number
  readonly dataStart: number
}

const localSignature = 0x04034b50
const centralSignature = 0x02014b50
const endSignature = 0x06054b50
const endBytes = 22
const maxCommentBytes = 0xffff
const stored = 0
const deflated = 8
const encryptedFlag = 0x0001
const strongEncryptionFlag = 0x0040

const corrupt = (what: string): AppError =>
  new AppError('file_corrupt', `Cannot read the zip structure: ${what}`)
const unsafe = (what: string): AppError =>
  new AppError('file_unsafe', `Refused the zip structure: ${what}`)
const tooComplex = (what: string): AppError =>
  new AppError('file_too_complex', `Refused the zip: ${what}`)
const polyglot = (what: string): AppError =>
  new AppError('file_polyglot', `Refused the zip: ${what}`)

/**
 * Reads the central directory and compares it with every local header, so that no two readers can
 * see different files in it. A size bound gives `file_too_complex`, a trick `file_unsafe`, bytes
 * that belong to no entry before or behind the archive `file_polyglot`.
 */
export function openZip(bytes: Uint8Array): ZipArchive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(bytes, view)
  const disk = view.getUint16(end + 4, true)
  const count = view.getUint16(end + 10, true)
  const directoryBytes = view.getUint32(end + 12, true)
  const directoryStart = view.getUint32(end + 16, true)
  if (disk !== 0 || view.getUint16(end + 8, true) !== count) throw unsafe('it spans several disks')
  // No resume needs zip64; its second set of sizes is where readers disagree.
  if (count === 0xffff || directoryStart === 0xffffffff) throw tooComplex('it is a zip64 archive')
  if (count > limits.zipEntries) {
    throw tooComplex(`${count} entries are over the limit of ${limits.zipEntries}`)
  }
  if (directoryStart + directoryBytes !== end) {
    throw directoryStart + directoryBytes < end
      ? polyglot('bytes that belong to no entry lie before its directory')
      : corrupt('the directory points outside the file')
  }

  const entries = new Map<string, Entry>()
  const folded = new Set<string>()
  let declared = 0
  let at = directoryStart
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || view.getUint32(at, true) !== centralSignature) {
      throw corrupt('the directory ends early')
    }
    const { entry, next } = readEntry(bytes, view, at, directoryStart)
    at = next
    if (at > end) throw corrupt('the directory ends early')
    const key = entry.name.toLowerCase()
    if (folded.has(key)) throw unsafe('two entries have one name')
    folded.add(key)
    declared += entry.bytes
    if (declared > limits.zipDeclaredBytes) throw tooComplex('its entries declare too many bytes')
    if (
      entry.bytes > limits.zipRatioFromBytes &&
      entry.bytes > entry.packedBytes * limits.zipRatio
    ) {
      throw tooComplex('an entry declares an implausible compression ratio')
    }
    entries.set(entry.name, entry)
  }
  if (at !== end) throw unsafe('the directory holds more than it counts')
  refuseOverlaps([...entries.values()])

  let budget = limits.zipInflatedBytes
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read(name) {
      const entry = entries.get(name)
      if (!entry) throw corrupt('a part that it names is missing')
      if (entry.bytes > budget) throw tooComplex('its parts inflate to too many bytes')
      const read = readData(bytes, entry)
      budget -= read.length
      return read
    },
  }
}

/** The end record must be the last thing in the file, apart from its own comment and zero padding. */
export function findEnd(bytes: Uint8Array, view: DataView): number {
  const first = Math.max(0, bytes.length - endBytes - maxCommentBytes)
  const ends: number[] = []
  for (let at = bytes.length - endBytes; at >= first; at--) {
    if (bytes[at] === 0x50 && view.getUint32(at, true) === endSignature) ends.push(at)
  }
  const end = ends[0]
  if (end === undefined) throw corrupt('its end is missing (the file may be cut off)')
  const behind = end + endBytes + view.getUint16(end + 20, true)
  if (behind > bytes.length) throw corrupt('its comment is cut off')
  if (bytes.subarray(behind).some((byte) => byte !== 0)) {
    throw polyglot('other data follows its end')
  }
  // The last record wins here; a reader that goes by another one would see another archive.
  for (const other of ends.slice(1)) {
    const directory = other - view.getUint32(other + 12, true)
    if (directory >= 0 && view.getUint32(directory, true) === centralSignature) {
      throw unsafe('it has two directories')
    }
  }
  return end
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  directoryStart: number,
): { entry: Entry; next: number } {
  const flags = view.getUint16(at + 8, true)
  const method = view.getUint16(at + 10, true)
  const crc = view.getUint32(at + 16, true)
  const packedBytes = view.getUint32(at + 20, true)
  const size = view.getUint32(at + 24, true)
  const nameBytes = view.getUint16(at + 28, true)
  const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  const local = view.getUint32(at + 42, true)
  const rawName = bytes.subarray(at + 46, at + 46 + nameBytes)
  const name = new TextDecoder().decode(rawName)

  if ((flags & (encryptedFlag | strongEncryptionFlag)) !== 0) {
    throw new AppError('file_encrypted', 'The zip entries are protected by a password')
  }
  if (method !== stored && method !== deflated) {
    throw tooComplex(`compression method ${method} is not used in documents`)
  }
  refuseBadName(name)
  if (method === stored && packedBytes !== size) throw unsafe('a stored entry has two sizes')
  if (local + 30 > directoryStart) throw corrupt('an entry points outside the file')
  if (view.getUint32(local, true) !== localSignature) throw corrupt('an entry has no header')

  const localNameBytes = view.getUint16(local + 26, true)
  const dataStart = local + 30 + localNameBytes + view.getUint16(local + 28, true)
  if (dataStart + packedBytes > directoryStart) throw corrupt('an entry is cut off')
  const localName = bytes.subarray(local + 30, local + 30 + localNameBytes)
  if (localNameBytes !== nameBytes || localName.some((byte, index) => byte !== rawName[index])) {
    throw unsafe('an entry has two names')
  }
  if (view.getUint16(local + 8, true) !== method) throw unsafe('an entry has two methods')
  // With a data descriptor the sizes stand behind the data, and the header may say nothing.
  const localSizes = [view.getUint32(local + 18, true), view.getUint32(local + 22, true)]
  if (localSizes[0] !== packedBytes || localSizes[1] !== size) {
    const deferred = (view.getUint16(local + 6, true) & 0x0008) !== 0
    if (!deferred || localSizes.some((value) => value !== 0 && value !== 0xffffffff)) {
      throw unsafe('an entry has two sizes')
    }
  }
  return {
    entry: { name, method, crc, packedBytes, bytes: size, headerStart: local, dataStart },
    next,
  }
}

function refuseBadName(name: string): void {
  const parts = name.split('/')
  const bad =
    name === '' ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\\]/.test(name) ||
    name.startsWith('/') ||
    /^[a-z]:/i.test(name) ||
    parts.some(
      (part, index) => part === '..' || part === '.' || (part === '' && index < parts.length - 1),
    )
  if (bad) throw unsafe('an entry has a path that leads out of it')
}

/** Overlapping entries are how a small zip claims petabytes; the first one must start the file. */
function refuseOverlaps(entries: Entry[]): void {
  const sorted = entries.sort((a, b) => a.headerStart - b.headerStart)
  if ((sorted[0]?.headerStart ?? 0) > 0) throw polyglot('other data precedes its first entry')
  let end = 0
  for (const entry of sorted) {
    if (entry.headerStart < end) throw unsafe('entries overlap')
    end = entry.dataStart + entry.packedBytes
  }
}

function readData(bytes: Uint8Array, entry: Entry): Bytes {
  const packed = bytes.subarray(entry.dataStart, entry.dataStart + entry.packedBytes)
  if (entry.method === stored) return verified(entry, packed.slice())
  const inflated = inflateBounded(packed, entry.bytes, { exact: true })
  switch (inflated.state) {
    case 'done':
      return verified(entry, inflated.bytes)
    case 'too-large':
      throw tooComplex('an entry inflates to more than it declares')
    case 'corrupt':
      throw corrupt('an entry cannot be inflated')
  }
}

function verified(entry: Entry, data: Bytes): Bytes {
  if (data.length !== entry.bytes || crc32(data) !== entry.crc) {
    throw corrupt('an entry does not match its checksum')
  }
  return data
}
