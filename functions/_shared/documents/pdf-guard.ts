import { AppError } from '../errors.ts'
import { inflateBounded } from './inflate.ts'
import { limits } from './limits.ts'
import type { Notice } from './notice.ts'
import { mappedCharacters } from './pdf-cmap.ts'
import { type ContentSummary, summarizeContent } from './pdf-content.ts'
import { openDecryption } from './pdf-decrypt.ts'
import { decodeAscii85, decodeAsciiHex, lzwLength, runLength } from './pdf-filters.ts'
import { boundNesting, boundNumbers } from './pdf-numbers.ts'
import { boundWork, type PdfObjectText } from './pdf-work.ts'

/**
 * What is looked at in a PDF before a PDF reader sees it. The reader inflates streams into memory, counts
 * up to numbers and draws forms without a bound, so all of it is measured here first; and images, which
 * text never needs, are made unreadable so that they cannot be used to get around that.
 */

/** A stream may be packed several times over (`[/FlateDecode /FlateDecode]`). */
const maxLayers = 4
/** Readers look this far for the end mark; honest files have little behind it. */
const endRange = 2048
const streamKeyword = [0x73, 0x74, 0x72, 0x65, 0x61, 0x6d]

/**
 * Changes the bytes: the headers of image streams are cleared.
 *
 * @throws AppError file_too_complex where a bound is passed, file_corrupt where the end is missing,
 *   file_encrypted where it opens with a password only
 */
export function guardPdf(bytes: Uint8Array): Notice[] {
  const text = new TextDecoder('latin1')
  const notices = new Set<Notice>()
  const objects = new Map<number, PdfObjectText>()
  let budget: number = limits.pdfInflatedBytes
  let count = 0
  let mappings = 0
  let plainBytes = 0
  let fonts = 0

  const spend = (amount: number): void => {
    budget -= amount
    if (budget < 0) throw tooComplex('its streams inflate to too many bytes')
  }

  const keep = (number: number, object: PdfObjectText): void => {
    count++
    if (count > limits.pdfObjects) throw tooComplex('it has too many objects')
    fonts += object.text.match(/\/(?:BaseFont|CharProcs)\b/g)?.length ?? 0
    if (fonts > limits.pdfFonts) throw tooComplex('it has too many fonts')
    boundNesting(object.text)
    boundNumbers(object.text)
    // A number that is used twice names the one that was written later, or not: both are counted.
    const known = objects.get(number)
    objects.set(
      number,
      known
        ? { text: `${object.text}\n${known.text}`, content: object.content ?? known.content }
        : object,
    )
  }

  /** Measures what a stream becomes, layer by layer, and looks into it. */
  const measure = (data: Uint8Array, filters: string): ContentSummary | undefined => {
    let layer = data
    if (/\/(?:ASCII85Decode|A85)\b/.test(filters)) layer = decodeAscii85(layer)
    else if (/\/(?:ASCIIHexDecode|AHx)\b/.test(filters)) layer = decodeAsciiHex(layer)
    for (let depth = 0; isZlib(layer); depth++) {
      if (depth === maxLayers) throw tooComplex('a stream is packed too many times')
      const inflated = inflateBounded(layer.subarray(2), Math.min(budget, limits.pdfStreamBytes), {
        exact: false,
      })
      if (inflated.state === 'too-large') throw tooComplex('its streams inflate to too many bytes')
      spend(inflated.bytes.length)
      // Damaged or not: a reader takes what came before the damage for the next layer too.
      layer = inflated.bytes
    }
    if (/\/(?:LZWDecode|LZW)\b/.test(filters)) spend(lzwLength(layer, budget))
    else if (/\/(?:RunLengthDecode|RL)\b/.test(filters)) spend(runLength(layer))
    if (isFontProgram(filters)) return undefined
    const plain = text.decode(layer)
    noteActions(plain, notices)
    mappings += mappedCharacters(plain)
    if (mappings > limits.pdfMappedCharacters) throw tooComplex('a font maps too many characters')
    if (/\/Type\s*\/ObjStm\b/.test(filters)) {
      for (const [number, object] of objectsOfStream(plain, filters)) {
        keep(number, { text: spellNames(object), content: undefined })
      }
      return undefined
    }
    if (/\/Type\s*\/Metadata\b/.test(filters) && plain.length > limits.pdfMetadataBytes) {
      throw tooComplex('its metadata are too large')
    }
    return summarizeContent(layer)
  }

  // A reader would repair a file that is cut off and show the pages it finds, as if they were all.
  if (!text.decode(bytes.subarray(-endRange)).includes('%%EOF')) {
    throw new AppError('file_corrupt', 'Cannot read the PDF: its end is missing')
  }

  const decrypt = openDecryption(bytes)
  let plainFrom = 0
  /** Inside a stream, whose data may hold the keyword by chance: it is measured again from there. */
  let inside = false
  const readPlain = (to: number): { number: number; dictionary: string } => {
    plainBytes += to - plainFrom
    if (plainBytes > limits.pdfPlainBytes) throw tooComplex('its objects are too large')
    const plain = spellNames(text.decode(bytes.subarray(plainFrom, to)))
    noteActions(plain, notices)
    const found = splitObjects(plain)
    const last = found.pop()
    for (const { number, body } of found) keep(number, { text: body, content: undefined })
    if (last === undefined) boundNumbers(plain)
    return { number: last?.number ?? -1, dictionary: last?.body ?? '' }
  }

  for (let at = findKeyword(bytes, 0); at >= 0; at = findKeyword(bytes, at + 6)) {
    // `endstream` ends one.
    if (bytes[at - 1] === 0x64) {
      plainFrom = at + 6
      inside = false
      continue
    }
    const start = bytes[at + 6] === 0x0d ? at + 8 : at + 7
    const { number, dictionary } = inside ? { number: -1, dictionary: '' } : readPlain(at)
    inside = true
    if (/\/Subtype\s*\/Image\b/.test(dictionary)) {
      keep(number, { text: dictionary, content: undefined })
      if (isZlib(bytes.subarray(start))) bytes.fill(0, start, start + 2)
      continue
    }
    const end = findEnd(bytes, start)
    const data = decrypt?.(bytes.subarray(start, end), number, dictionary)
    // The mark of the end may stand in the data: what inflates goes on as long as it does.
    const rest = bytes.subarray(start, isZlib(bytes.subarray(start)) ? bytes.length : end)
    keep(number, { text: dictionary, content: measure(data ?? rest, dictionary) })
  }
  if (!inside) {
    const { number, dictionary } = readPlain(bytes.length)
    keep(number, { text: dictionary, content: undefined })
  }
  boundWork(objects)
  return [...notices]
}

/** `N G obj` and what follows, up to the next one. */
function splitObjects(plain: string): { number: number; body: string }[] {
  const heads = [...plain.matchAll(/(\d{1,10})\s+\d{1,10}\s+obj\b/g)]
  return heads.map((head, index) => ({
    number: Number(head[1]),
    body: plain.slice(head.index + head[0].length, heads[index + 1]?.index),
  }))
}

/** An object stream begins with pairs of number and offset. */
function objectsOfStream(plain: string, dictionary: string): [number: number, text: string][] {
  const first = Number(/\/First\s+(\d{1,9})/.exec(dictionary)?.[1] ?? 0)
  const count = Number(/\/N\s+(\d{1,9})/.exec(dictionary)?.[1] ?? 0)
  if (count > limits.pdfObjects) throw tooComplex('it has too many objects')
  const numbers = plain.slice(0, first).match(/\d+/g)?.map(Number) ?? []
  const objects: [number, string][] = []
  for (let index = 0; index < Math.min(count, numbers.length >> 1); index++) {
    const from = first + (numbers[index * 2 + 1] ?? 0)
    const to = first + (numbers[index * 2 + 3] ?? plain.length)
    // Offsets that do not ascend overlap: each then reaches as far as a reader may go.
    objects.push([
      numbers[index * 2] ?? -1,
      plain.slice(from, to > from ? to : from + overlapBytes),
    ])
  }
  return objects
}

const overlapBytes = 4096

/** `/Fl#61te` is `/Flate`. */
function spellNames(text: string): string {
  if (!text.includes('#')) return text
  return text.replace(/\/[^\s/<>[\]()%]*#[^\s/<>[\]()%]*/g, (name) =>
    name.replace(/#([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  )
}

/** Its bytes are no PDF syntax. */
function isFontProgram(dictionary: string): boolean {
  return /\/Length1\b|\/Subtype\s*\/(?:Type1C|CIDFontType0C|OpenType)\b/.test(dictionary)
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

function tooComplex(what: string): AppError {
  return new AppError('file_too_complex', `Refused the PDF: ${what}`)
}
