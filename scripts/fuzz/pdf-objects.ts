/** A PDF taken apart into its objects and put together again, with a table that may lie. */
import { unzlibSync, zlibSync } from 'fflate'
import { concat } from '../../tests/fixtures/build-zip.ts'
import type { Bytes } from './mutate-bytes.ts'

/** One indirect object: text, or a dictionary and the data of its stream. */
export interface PdfObject {
  readonly number: number
  /** Everything but the stream; the dictionary has no `/Length`, which is written anew. */
  text: string
  /** Inflated where it was deflated, and `deflated` says so. */
  data: Bytes | undefined
  deflated: boolean
  /** What `/Length` says if not the truth. */
  length?: number
}

export interface PdfParts {
  objects: PdfObject[]
  trailer: string
}

const encode = (text: string): Bytes =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff)

export function takeApart(bytes: Bytes): PdfParts {
  const text = new TextDecoder('latin1').decode(bytes)
  const objects: PdfObject[] = []
  const pattern = /(\d+) 0 obj\b/g
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const start = match.index + match[0].length
    const end = text.indexOf('endobj', start)
    if (end < 0) break
    const stream = /\bstream\r?\n/.exec(text.slice(start, end))
    const number = Number(match[1])
    if (!stream)
      objects.push({
        number,
        text: text.slice(start, end).trim(),
        data: undefined,
        deflated: false,
      })
    else {
      const dataStart = start + stream.index + stream[0].length
      const dataEnd = text.lastIndexOf('endstream', end)
      const dictionary = text.slice(start, start + stream.index).trim()
      objects.push(unpack(number, dictionary, bytes.slice(dataStart, dataEnd)))
    }
    pattern.lastIndex = end
  }
  const trailer = /trailer\s*(<<[\s\S]*?>>)\s*startxref/.exec(text)?.[1]
  const root = objects.find((object) => /\/Type\s*\/Catalog\b/.test(object.text))
  return { objects, trailer: trailer ?? `<< /Root ${root?.number ?? 1} 0 R >>` }
}

function unpack(number: number, dictionary: string, data: Bytes): PdfObject {
  const text = dictionary.replace(/\/Length\s+\d+(\s+0\s+R)?/, '')
  if (/\/Filter\s*\[?\s*\/FlateDecode\s*\]?/.test(text) && !/DecodeParms/.test(text)) {
    try {
      const plain = new Uint8Array(unzlibSync(data))
      return {
        number,
        text: text.replace(/\/Filter\s*\[?\s*\/FlateDecode\s*\]?/, ''),
        data: plain,
        deflated: true,
      }
    } catch {
      // Left as it is.
    }
  }
  return { number, text, data, deflated: false }
}

export function putTogether({ objects, trailer }: PdfParts): Bytes {
  const parts: Uint8Array[] = [encode('%PDF-1.7\n')]
  const offsets = new Map<number, number>()
  let length = 9
  const push = (part: Uint8Array): void => {
    parts.push(part)
    length += part.length
  }
  for (const object of objects) {
    offsets.set(object.number, length)
    push(encode(`${object.number} 0 obj\n`))
    if (object.data === undefined) push(encode(object.text))
    else {
      const data = object.deflated ? zlibSync(object.data, { level: 6 }) : object.data
      const filter = object.deflated ? '/Filter /FlateDecode ' : ''
      const dictionary = object.text.replace(
        />>\s*$/,
        `${filter}/Length ${object.length ?? data.length} >>`,
      )
      push(encode(`${dictionary}\nstream\n`))
      push(data)
      push(encode('\nendstream'))
    }
    push(encode('\nendobj\n'))
  }
  const size = Math.max(0, ...offsets.keys()) + 1
  const rows = [...offsets].map(
    ([number, at]) => `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`,
  )
  const dictionary = trailer
    .replace(/\/(?:Prev|XRefStm|Size)\s+\d+/g, '')
    .replace(/>>\s*$/, `/Size ${size} >>`)
  push(
    encode(
      `xref\n0 1\n0000000000 65535 f \n${rows.join('')}trailer\n${dictionary}\nstartxref\n${length}\n%%EOF\n`,
    ),
  )
  return concat(parts)
}
