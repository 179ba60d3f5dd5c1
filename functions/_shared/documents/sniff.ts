import { AppError } from '../errors.ts'

export type DocumentKind = 'pdf' | 'docx' | 'doc'
/** What the bytes themselves are: an OLE compound file or a zip may hold other things than Word's. */
export type Container = 'pdf' | 'zip' | 'ole'

export interface Declared {
  readonly filename: string
  readonly mimeType: string
}

export const mimeTypes: Readonly<Record<DocumentKind, string>> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  doc: 'application/msword',
}

/** Acrobat and its likes accept a PDF header anywhere in this range, so a second one counts there. */
const pdfHeaderRange = 1024
/** A byte order mark and blank lines before the header are a common fault, not a second file. */
const pdfMargin = 16
/** Archivers look this far for an archive behind a self-extracting stub. */
const stubRange = 1024 * 1024
const zipEndRange = 22 + 0xffff

const signatures = {
  pdf: ascii('%PDF-'),
  zip: [0x50, 0x4b, 0x03, 0x04],
  zipEmpty: [0x50, 0x4b, 0x05, 0x06],
  zipDirectory: [0x50, 0x4b, 0x01, 0x02],
  ole: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
  rar: [...ascii('Rar!'), 0x1a, 0x07],
  sevenZip: [...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c],
  tar: ascii('ustar'),
  iso: ascii('CD001'),
}

/** Which kind the caller says it is. Throws `unsupported_file_type` or `file_type_mismatch`. */
export function declaredKind({ filename, mimeType }: Declared): DocumentKind {
  const type = mimeType.split(';')[0]?.trim().toLowerCase() ?? ''
  const byType = kinds().find((kind) => mimeTypes[kind] === type)
  const extension = /\.([^.]+)$/.exec(filename.trim())?.[1]?.toLowerCase()
  const byExtension = kinds().find((kind) => kind === extension)
  if (!byType || !byExtension) {
    throw new AppError(
      'unsupported_file_type',
      'Only .pdf, .docx and .doc files of the matching media type are read',
    )
  }
  if (byType !== byExtension) {
    throw new AppError(
      'file_type_mismatch',
      `The name says ${byExtension} and the declared media type says ${byType}`,
    )
  }
  return byType
}

/**
 * Tells the container by its own bytes and refuses a file that a second kind of reader would open
 * too (`file_polyglot`). `undefined` means that it is nothing we know.
 */
export function sniff(bytes: Uint8Array): Container | undefined {
  const container = leading(bytes)
  const second = secondSignature(bytes, container)
  if (second) {
    throw new AppError('file_polyglot', `The file can also be opened as ${second}`)
  }
  return container
}

function leading(bytes: Uint8Array): Container | undefined {
  if (startsWith(bytes, signatures.zip) || startsWith(bytes, signatures.zipEmpty)) return 'zip'
  if (startsWith(bytes, signatures.ole)) return 'ole'
  const header = indexOf(bytes, signatures.pdf, 0, pdfMargin + signatures.pdf.length)
  const margin = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20, 0xef, 0xbb, 0xbf])
  if (header >= 0 && bytes.subarray(0, header).every((byte) => margin.has(byte))) return 'pdf'
  return undefined
}

function secondSignature(bytes: Uint8Array, container: Container | undefined): string | undefined {
  if (container !== 'pdf' && indexOf(bytes, signatures.pdf, 0, pdfHeaderRange) >= 0) return 'PDF'
  // A zip is checked for what surrounds it when it is opened.
  if (container !== 'zip' && hasZipEnd(bytes)) return 'zip'
  if (indexOf(bytes, signatures.rar, 0, stubRange) >= 0) return 'RAR'
  if (indexOf(bytes, signatures.sevenZip, 0, stubRange) >= 0) return '7-Zip'
  if (isTar(bytes)) return 'tar'
  if (startsWith(bytes.subarray(0x8001), signatures.iso)) return 'ISO 9660'
  return undefined
}

/**
 * Zip readers search the tail for an end record, whatever precedes it. The four bytes alone may be
 * chance inside a stream, so the record must also lead to a directory, as it must for a reader.
 */
function hasZipEnd(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = Math.max(0, bytes.length - zipEndRange)
  for (let at = bytes.length - 22; at >= first; at--) {
    if (!startsWith(bytes.subarray(at, at + 4), signatures.zipEmpty)) continue
    const directory = at - view.getUint32(at + 12, true)
    if (directory < 0 || directory > at - 46) continue
    if (startsWith(bytes.subarray(directory, directory + 4), signatures.zipDirectory)) return true
  }
  return false
}

/** The magic alone is five letters; the header's checksum makes it certain. */
function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < 512 || !startsWith(bytes.subarray(257), signatures.tar)) return false
  const recorded = Number.parseInt(new TextDecoder('latin1').decode(bytes.subarray(148, 156)), 8)
  let sum = 8 * 0x20
  for (let index = 0; index < 512; index++) {
    if (index < 148 || index >= 156) sum += bytes[index] ?? 0
  }
  return sum === recorded
}

function kinds(): DocumentKind[] {
  return ['pdf', 'docx', 'doc']
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0))
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return bytes.length >= signature.length && signature.every((byte, index) => bytes[index] === byte)
}

/** First place of the signature that begins before `to` ends, or -1. */
function indexOf(
  bytes: Uint8Array,
  signature: readonly number[],
  from: number,
  to: number,
): number {
  const first = signature[0] ?? 0
  const last = Math.min(bytes.length, to) - signature.length
  for (
    let at = bytes.indexOf(first, from);
    at >= 0 && at <= last;
    at = bytes.indexOf(first, at + 1)
  ) {
    if (signature.every((byte, index) => bytes[at + index] === byte)) return at
  }
  return -1
}
