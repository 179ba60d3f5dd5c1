/** Damage that keeps a file looking like a PDF: objects, streams and their filters, fonts, the page tree. */
import { zlibSync } from 'fflate'
import { type Bytes, mutateBytes } from './mutate-bytes.ts'
import { type PdfObject, type PdfParts, putTogether, takeApart } from './pdf-objects.ts'
import { edgeNumbers, type Random } from './random.ts'

const names = [
  'FlateDecode',
  'LZWDecode',
  'ASCII85Decode',
  'ASCIIHexDecode',
  'RunLengthDecode',
  'DCTDecode',
  'JPXDecode',
  'JBIG2Decode',
  'CCITTFaxDecode',
  'Crypt',
  'Page',
  'Pages',
  'Catalog',
  'ObjStm',
  'XRef',
  'Font',
  'Type0',
  'Type1',
  'Type3',
  'TrueType',
  'CIDFontType0',
  'CIDFontType2',
  'MMType1',
  'Form',
  'Image',
  'Identity-H',
  'Identity-V',
  'UniJIS-UTF16-H',
  'WinAnsiEncoding',
  'Contents',
  'Kids',
  'Parent',
  'ToUnicode',
  'DescendantFonts',
  'W',
  'W2',
  'DW',
  'Widths',
  'FirstChar',
  'LastChar',
  'FontFile2',
  'FontFile3',
  'Resources',
  'XObject',
  'CIDToGIDMap',
  'Encoding',
  'Differences',
  'Annots',
  'StructTreeRoot',
  'Metadata',
  'Names',
  'AcroForm',
]
const numbers = [
  ...edgeNumbers,
  '-1',
  '-2147483648',
  '1e10',
  '0.00001',
  '9'.repeat(60),
  '1.7976931348623157',
  '--5',
  '+',
]
const tokens = [
  '<<',
  '>>',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
  '/',
  'R',
  'obj',
  'endobj',
  'stream',
  'endstream',
  '%',
  'null',
  'true',
  'BT',
  'ET',
  'Tj',
  'TJ',
  'Do',
  'q',
  'Q',
  'cm',
  'Tf',
  'Tm',
  'BI',
  'ID',
  'EI',
  'BDC',
  'EMC',
  'sh',
  'gs',
  'd0',
  'd1',
]
const filterChains = [
  '/Filter [/FlateDecode /FlateDecode]',
  '/Filter [/ASCII85Decode /FlateDecode]',
  '/Filter /LZWDecode',
  '/Filter /RunLengthDecode',
  '/Filter [/ASCIIHexDecode /LZWDecode]',
  '/Filter /DCTDecode',
  '/Filter /JBIG2Decode',
  '/Filter /JPXDecode',
  '/Filter /CCITTFaxDecode',
  '/Filter /Crypt',
  '/Filter [/RunLengthDecode /RunLengthDecode /RunLengthDecode]',
  '/Fl#69lter /FlateDecode',
  '/F (file)',
]
const cmapTokens = [
  '<0000> <ffff> <0041>',
  '<00> <ffffff> <0000>',
  '<0000> <ffffffff> <0041>',
  '<0000> <00fffffe> 5',
  '<ffffffff> <0041>',
  '(ab) (zzzz) (c)',
  '<00> <ff> [<0041> <0042>]',
  'endbfrange',
  'begincidrange',
  'beginbfrange',
  'beginbfchar',
  'begincodespacerange',
  'usecmap',
  '/Identity-H usecmap',
  '<0000> <00ffffff> (A)',
  '%',
]
const encrypt = [
  '/Encrypt << /Filter /Standard /V 1 /R 2 /O (' +
    'o'.repeat(32) +
    ') /U (' +
    'u'.repeat(32) +
    ') /P -4 >>',
  '/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /O () /U () /P -1 >>',
  '/Encrypt 1 0 R',
]

const maxRepeated = 500_000

type Mutator = (parts: PdfParts, random: Random) => void

const mutators: Readonly<Record<string, Mutator>> = {
  number: (parts, random) =>
    replaceOne(
      random.pick(parts.objects),
      /-?\d+(?:\.\d+)?/g,
      () => String(random.pick(numbers)),
      random,
    ),
  reference: (parts, random) =>
    replaceOne(
      random.pick(parts.objects),
      /\d+ 0 R/g,
      () => `${random.chance(0.9) ? random.pick(parts.objects).number : random.pick(numbers)} 0 R`,
      random,
    ),
  name: (parts, random) =>
    replaceOne(
      random.pick(parts.objects),
      /\/[A-Za-z0-9]+/g,
      () => `/${random.pick(names)}`,
      random,
    ),
  entry(parts, random) {
    const object = random.pick(parts.objects)
    const value = random.pick([
      `${random.pick(numbers)}`,
      `${random.pick(parts.objects).number} 0 R`,
      `/${random.pick(names)}`,
      '[ ]',
      '<< >>',
      'null',
    ])
    object.text = object.text.replace('<<', `<< /${random.pick(names)} ${value} `)
  },
  token(parts, random) {
    const object = random.pick(parts.objects)
    const at = random.below(object.text.length)
    object.text = `${object.text.slice(0, at)} ${random.pick(tokens)} ${object.text.slice(at)}`
  },
  nest(parts, random) {
    const object = random.pick(parts.objects)
    const times = random.pick([10, 500, 20_000, 200_000])
    const [open, close] = random.pick([
      ['[', ']'],
      ['<< /A ', ' >>'],
    ] as const)
    object.text = object.text.replace(
      '<<',
      `<< /X ${open.repeat(times)}0${random.chance(0.7) ? close.repeat(times) : ''} `,
    )
  },
  drop: (parts, random) => void parts.objects.splice(random.below(parts.objects.length), 1),
  renumber(parts, random) {
    const source = random.pick(parts.objects)
    parts.objects.push({ ...source, number: random.pick(parts.objects).number })
  },
  exchange(parts, random) {
    const [a, b] = [random.pick(parts.objects), random.pick(parts.objects)]
    const text = a.text
    a.text = b.text
    b.text = text
  },
  pages(parts, random) {
    const tree = random.pick(named(parts, /\/Type\s*\/Pages\b/))
    const kids = tree.text.match(/\d+ 0 R/g) ?? ['1 0 R']
    const list = random.chance(0.5)
      ? repeated(`${kids.join(' ')} `, random.pick([2, 60, 5_000]))
      : `${tree.number} 0 R`
    tree.text = tree.text
      .replace(/\/Kids\s*\[[^\]]*\]/, `/Kids [ ${list.replaceAll('R', 'R ')} ]`)
      .replace(/\/Count\s+\d+/, `/Count ${random.pick([...numbers, 49, 50, 51])}`)
  },
  contents(parts, random) {
    const page = random.pick(named(parts, /\/Type\s*\/Page\b/))
    page.text = page.text.replace(
      /\/Contents\s+(\d+ 0 R)/,
      (_, target) => `/Contents [ ${`${target} `.repeat(random.pick([2, 20, 1_000]))}]`,
    )
  },
  content(parts, random) {
    const stream = random.pick(streams(parts))
    stream.data = damageText(stream.data, random)
  },
  characterMap(parts, random) {
    const maps = streams(parts).filter(({ data }) => latin1(data).includes('begincmap'))
    if (maps.length === 0) return
    const map = random.pick(maps)
    let text = latin1(map.data)
    for (let count = 1 + random.below(4); count > 0; count--) {
      const at = random.chance(0.6)
        ? text.indexOf('\n', random.below(text.length)) + 1
        : random.below(text.length)
      text = random.chance(0.4)
        ? `${text.slice(0, at)}${text.slice(at + 1 + random.below(6))}`
        : `${text.slice(0, at)}${random.pick(cmapTokens)} ${text.slice(at)}`
    }
    map.data = fromLatin1(text)
  },
  filters(parts, random) {
    const stream = random.pick(streams(parts))
    const chain = random.pick(filterChains)
    if (/\/F#?/.test(chain) && random.chance(0.3))
      stream.data = new Uint8Array(zlibSync(stream.data))
    stream.deflated = random.chance(0.2)
    stream.text = stream.text
      .replace(/\/Filter\s*(?:\/\w+|\[[^\]]*\])/, '')
      .replace('<<', `<< ${chain} `)
  },
  predictor(parts, random) {
    const stream = random.pick(streams(parts))
    stream.text = stream.text.replace(
      '<<',
      `<< /DecodeParms << /Predictor ${random.pick([2, 10, 12, 15, 99])} /Columns ${random.pick(numbers)} /Colors ${random.pick([1, 3, 32, ...numbers])} /BitsPerComponent ${random.pick([1, 8, 16, 32])} >> `,
    )
    stream.deflated = true
  },
  length: (parts, random) => {
    random.pick(streams(parts)).length = random.pick(edgeNumbers)
  },
  font(parts, random) {
    const fonts = named(parts, /\/Type\s*\/Font\b/)
    const font = random.pick(fonts)
    const edge = () => random.pick(numbers)
    const added = random.pick([
      `/FirstChar ${edge()} /LastChar ${edge()}`,
      `/Encoding << /Differences [ ${edge()} /A /B ${edge()} /C ] >>`,
      `/Encoding /${random.pick(names)}`,
      `/W [ ${edge()} ${edge()} 500 0 [ 1 2 3 ] ] /W2 [ ${edge()} ${edge()} 1 2 3 ]`,
      `/ToUnicode ${random.pick(parts.objects).number} 0 R`,
      `/DescendantFonts [ ${random.pick(parts.objects).number} 0 R ]`,
      `/Subtype /${random.pick(['Type0', 'Type1', 'Type3', 'TrueType'])}`,
      `/CIDToGIDMap ${random.pick(parts.objects).number} 0 R`,
      `/FontDescriptor ${random.pick(parts.objects).number} 0 R`,
    ])
    const keys = [
      ...added.matchAll(
        /\/(FirstChar|LastChar|Encoding|W|W2|ToUnicode|DescendantFonts|Subtype|CIDToGIDMap|FontDescriptor)\b/g,
      ),
    ]
    for (const [, key] of keys) font.text = font.text.replace(new RegExp(`/${key}\\b`), '/Unused')
    font.text = font.text.replace('<<', `<< ${added} `)
  },
  fontProgram(parts, random) {
    const programs = streams(parts).filter(({ text }) =>
      /\/Length1\b|FontFile|CIDFontType0C|Type1C/.test(text),
    )
    if (programs.length === 0) return
    const program = random.pick(programs)
    for (let count = 1 + random.below(4); count > 0; count--) {
      program.data = mutateBytes(program.data, random).bytes
    }
  },
  objectStream(parts, random) {
    const plain = parts.objects
      .filter(({ data }) => data === undefined)
      .slice(0, 1 + random.below(30))
    let offset = 0
    const header = plain.map(({ number, text }) => {
      const at = offset
      offset += text.length + 1
      return `${number} ${random.chance(0.95) ? at : random.pick(numbers)}`
    })
    const first = `${header.join(' ')} `
    const number = Math.max(...parts.objects.map((object) => object.number)) + 1
    const count = random.chance(0.8) ? plain.length : random.pick(edgeNumbers)
    parts.objects = parts.objects.filter((object) => random.chance(0.5) || !plain.includes(object))
    parts.objects.push({
      number,
      text: `<< /Type /ObjStm /N ${count} /First ${first.length} >>`,
      data: fromLatin1(first + plain.map(({ text }) => text).join(' ')),
      deflated: true,
    })
  },
  crossReferences(parts, random) {
    const number = Math.max(...parts.objects.map((object) => object.number)) + 1
    parts.objects.push({
      number,
      text: `<< /Type /XRef /Size ${random.pick(edgeNumbers)} /W [${random.pick(['1 2 1', '0 0 0', '1 8 8', '4 4 4', '-1 2 1'])}] /Index [0 ${random.pick(edgeNumbers)}] /Root 1 0 R >>`,
      data: random.bytes(64),
      deflated: random.chance(0.5),
    })
    parts.trailer = parts.trailer.replace(
      '<<',
      `<< /Prev ${random.below(5_000)} /XRefStm ${random.below(5_000)} `,
    )
  },
  encryption: (parts, random) => {
    parts.trailer = parts.trailer.replace(
      '<<',
      `<< /ID [(0123456789abcdef) (0123456789abcdef)] ${random.pick(encrypt)} `,
    )
  },
  trailer: (parts, random) => {
    parts.trailer = parts.trailer.replace(/\d+/, () => String(random.pick(numbers)))
  },
}

export function mutatePdf(bytes: Bytes, random: Random): { bytes: Bytes; what: string } {
  const parts = takeApart(bytes)
  const what: string[] = []
  for (let count = 1 + random.below(4); count > 0 && parts.objects.length > 0; count--) {
    const name = random.pick(Object.keys(mutators))
    if (parts.objects.length > 0 && streams(parts).length > 0) mutators[name]?.(parts, random)
    what.push(name)
  }
  return { bytes: putTogether(parts), what: what.join(', ') }
}

function damageText(data: Bytes, random: Random): Bytes {
  if (random.chance(0.3)) return mutateBytes(data, random).bytes
  let text = latin1(data)
  for (let count = 1 + random.below(5); count > 0; count--) {
    const at = text.indexOf(' ', random.below(text.length)) + 1
    const added = random.pick([
      String(random.pick(numbers)),
      random.pick(tokens),
      `/${random.pick(names)}`,
    ])
    text = random.chance(0.3)
      ? text.slice(0, at) + text.slice(text.indexOf(' ', at) + 1)
      : `${text.slice(0, at)}${`${added} `.repeat(random.chance(0.05) ? 20_000 : 1)}${text.slice(at)}`
  }
  return fromLatin1(text)
}

function replaceOne(object: PdfObject, pattern: RegExp, to: () => string, random: Random): void {
  const matches = [...object.text.matchAll(pattern)]
  if (matches.length === 0) return
  const match = random.pick(matches)
  object.text =
    object.text.slice(0, match.index) + to() + object.text.slice(match.index + match[0].length)
}

/** Mutations follow one another: what is long already is not made longer without a bound. */
function repeated(text: string, times: number): string {
  return text.repeat(Math.max(1, Math.min(times, Math.floor(maxRepeated / text.length))))
}

function named(parts: PdfParts, pattern: RegExp): PdfObject[] {
  const found = parts.objects.filter(({ text }) => pattern.test(text))
  return found.length > 0 ? found : parts.objects
}

type StreamObject = PdfObject & { data: Bytes }

function streams(parts: PdfParts): StreamObject[] {
  return parts.objects.filter((object): object is StreamObject => object.data !== undefined)
}

function latin1(data: Bytes): string {
  return new TextDecoder('latin1').decode(data)
}

function fromLatin1(text: string): Bytes {
  return Uint8Array.from(text, (character) => (character.codePointAt(0) ?? 0) & 0xff)
}
