/** PDFs from nothing: each takes one thing that a reader does by count and makes the count large. */
import {
  buildPdf,
  flateStream,
  type PdfStream,
  plainStream,
  textAt,
} from '../../tests/fixtures/build-pdf.ts'
import { generateCompactFont } from './generate-font.ts'
import type { Bytes } from './mutate-bytes.ts'
import { edgeNumbers, type Random } from './random.ts'

type Objects = (string | PdfStream)[]
type Generator = (random: Random) => Objects

const encode = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text))
const hello = textAt(50, 700, 'Jane Example, software engineer')
const helvetica =
  '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>'

/** A page (object 3) with content 4, font 5 and whatever follows from 6 on. */
function page(
  content: string,
  rest: Objects = [],
  options: { font?: string; contents?: string; resources?: string } = {},
): Objects {
  return [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${options.contents ?? '4 0 R'} /Resources << /Font << /F1 5 0 R >> ${options.resources ?? ''} >> >>`,
    flateStream(encode(content)),
    options.font ?? helvetica,
    ...rest,
  ]
}

function form(content: string, resources: string): PdfStream {
  return {
    dictionary: `/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << ${resources} >>`,
    data: encode(content),
  }
}

function characterMap(body: string): PdfStream {
  return flateStream(
    encode(
      `/CIDInit /ProcSet findresource begin begincmap /CMapName /X def 1 begincodespacerange <00> <ff> endcodespacerange ${body} endcmap`,
    ),
  )
}

/** A composite font in object 5, its descendant in 6, the rest from 7 on. */
function composite(descendant: string, rest: Objects, font = ''): Objects {
  return page(
    'BT /F1 11 Tf 50 700 Td <00410042004300ff> Tj ET',
    [
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ${descendant} >>`,
      ...rest,
    ],
    {
      font: `<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] ${font} >>`,
    },
  )
}

const generators: Readonly<Record<string, Generator>> = {
  /** Each form draws the next one several times: depth and width multiply. */
  formFanOut(random) {
    const depth = random.pick([3, 6, 12, 40])
    const width = random.pick([2, 4, 10])
    const forms = Array.from({ length: depth }, (_, level) =>
      form(
        level === depth - 1 ? (random.chance(0.5) ? hello : 'q Q') : '/X Do '.repeat(width),
        `/Font << /F1 5 0 R >> /XObject << /X ${7 + level} 0 R >>`,
      ),
    )
    return page(`/X Do ${hello}`, [...forms, 'null'], { resources: '/XObject << /X 6 0 R >>' })
  },
  formCycle: () =>
    page(
      `/X Do ${hello}`,
      [
        form('/X Do /X Do', '/XObject << /X 7 0 R >>'),
        form('/X Do /X Do', '/XObject << /X 6 0 R >>'),
      ],
      { resources: '/XObject << /X 6 0 R >>' },
    ),
  contentsAgain: (random) =>
    page(hello.repeat(random.pick([1, 100, 5_000])), [], {
      contents: `[ ${'4 0 R '.repeat(random.pick([10, 500, 20_000]))}]`,
    }),
  samePage(random) {
    const objects = page(hello.repeat(random.pick([1, 300, 4_000])))
    objects[1] = `<< /Type /Pages /Kids [ ${'3 0 R '.repeat(50)}] /Count 50 >>`
    return objects
  },
  deepTree(random) {
    const depth = random.pick([10, 500, 20_000])
    const nodes = Array.from(
      { length: depth },
      (_, level) =>
        `<< /Type /Pages /Kids [${level === depth - 1 ? 3 : 7 + level} 0 R] /Count 1 >>`,
    )
    const objects = page(hello, nodes)
    objects[1] = '<< /Type /Pages /Kids [6 0 R] /Count 1 >>'
    return objects
  },
  manyPieces(random) {
    const count = random.pick([1_000, 19_000, 60_000])
    const rows = random.pick([1, 10, 700])
    return page(
      Array.from(
        { length: count },
        (_, index) =>
          `BT /F1 2 Tf 1 0 0 1 ${(index * 7.3) % 590} ${800 - (index % rows)} Tm (x${index % 99}) Tj ET`,
      ).join('\n'),
    )
  },
  longString: (random) =>
    page(
      `BT /F1 1 Tf 1 0 0 1 5 700 Tm (${'word '.repeat(random.pick([1_000, 60_000, 900_000]))}) Tj ET`,
    ),
  manyOperators: (random) =>
    page(
      random
        .pick([
          'q Q ',
          '1 0 0 1 0 0 cm ',
          '0 Tc ',
          'BT ET ',
          '/F1 1 Tf ',
          '/F1 2 Tf /F1 3 Tf ',
          '() Tj ',
          '[] TJ ',
          '/P BMC EMC ',
          '0 0 m ',
        ])
        .repeat(random.pick([1_000, 100_000, 1_500_000])) + hello,
    ),
  manyArguments: (random) =>
    page(
      `${'[ '.repeat(random.pick([10, 5_000, 200_000]))} ${'1 '.repeat(random.pick([40, 500_000]))} Tj ${hello}`,
    ),
  inlineImage: (random) =>
    page(
      `BI /W ${random.pick(edgeNumbers)} /H ${random.pick(edgeNumbers)} /CS /RGB /BPC 8 ID ${'x'.repeat(random.below(5_000))} EI ${hello}`,
    ),
  mappedRanges(random) {
    const range = random.pick([
      '<0000> <ffff> <0041>',
      '<000000> <fffffe> <0041>',
      '<00> <00fffffe> 65',
      '(aa) (zz) (A)',
      '<ffffffff> <ffffffff> <0041>',
      '<0000> <0fff> [ <0041> ]',
    ])
    const kind = random.pick(['bf', 'cid'])
    return composite(
      '',
      [
        characterMap(
          `9 begin${kind}range ${`${range} `.repeat(random.pick([1, 8, 400]))} end${kind}range`,
        ),
      ],
      '/ToUnicode 7 0 R',
    )
  },
  mappedCharacters(random) {
    const lines = Array.from(
      { length: random.pick([100, 60_000, 300_000]) },
      (_, index) => `<${(index * 7).toString(16).padStart(8, '0')}> <0041>`,
    )
    return composite(
      '',
      [characterMap(`9 beginbfchar ${lines.join(' ')} endbfchar`)],
      '/ToUnicode 7 0 R',
    )
  },
  longTargets: (random) =>
    composite(
      '',
      [
        characterMap(
          `1 beginbfrange <0000> <${random.pick(['00ff', 'ffff'])}> <${'0041'.repeat(random.pick([1, 100, 2_000]))}> endbfrange`,
        ),
      ],
      '/ToUnicode 7 0 R',
    ),
  oddRanges: (random) =>
    composite(
      '',
      [
        characterMap(
          `9 beginbfrange ${random.pick(['<00>%\n<00fffffe>\n<41>', '<0 0> <00 ff ff fe> <41>', '(\\000) (\\000\\377\\377\\376) <41>', '<00><00fffffe>(A)', '<00> <00fffffe> 65', '<00> <00fffffe> [<41>]', '<zz> <00fffffe> <41>'])} endbfrange`,
        ),
      ],
      '/ToUnicode 7 0 R',
    ),
  encodingMap: (random) =>
    composite('', [
      characterMap(
        `9 begincidrange ${`<0000> <${random.pick(['ffff', 'fffffe'])}> 0 `.repeat(random.pick([1, 6]))}endcidrange`,
      ),
    ]).map((object) =>
      typeof object === 'string'
        ? object.replace('/Encoding /Identity-H', '/Encoding 7 0 R')
        : object,
    ),
  widths: (random) =>
    composite(
      `/W [ 0 ${random.pick(edgeNumbers)} 500 ${random.pick(edgeNumbers)} ${random.pick(edgeNumbers)} 9 ] /W2 [ 0 ${random.pick(edgeNumbers)} 1 2 3 ] /DW ${random.pick(edgeNumbers)}`,
      [],
    ),
  widthsElsewhere: (random) => composite('/W 7 0 R', [`[ 0 ${random.pick(edgeNumbers)} 500 ]`]),
  verticalWidths: (random) =>
    composite(`/W2 [ 0 ${random.pick(edgeNumbers)} 1 2 3 ]`, []).map((object) =>
      typeof object === 'string' ? object.replace('Identity-H', 'Identity-V') : object,
    ),
  simpleRange: (random) =>
    page(hello, [], {
      font: `<< /Type /Font /Subtype /${random.pick(['Type1', 'TrueType', 'Type3'])} /BaseFont /X /FirstChar ${random.pick(edgeNumbers)} /LastChar ${random.pick(edgeNumbers)} /Widths [ 500 ] >>`,
    }),
  differences: (random) =>
    page(hello, [], {
      font: `<< /Type /Font /Subtype /Type1 /BaseFont /X /Encoding << /Differences [ ${random.pick(edgeNumbers)} /A ${random.pick(edgeNumbers)} ${'/B '.repeat(random.pick([1, 300, 90_000]))}] >> >>`,
    }),
  compactFont(random) {
    const program = flateStream(generateCompactFont(random))
    return page(
      hello,
      [
        '<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 9 9] /ItalicAngle 0 /Ascent 9 /Descent 0 /CapHeight 9 /StemV 9 /FontFile3 7 0 R >>',
        { ...program, dictionary: `${program.dictionary} /Subtype /Type1C` },
      ],
      {
        font: '<< /Type /Font /Subtype /Type1 /BaseFont /X /FirstChar 32 /LastChar 126 /FontDescriptor 6 0 R /Encoding /WinAnsiEncoding >>',
      },
    )
  },
  typeThree: (random) =>
    page(hello, [form('/X Do 0 0 m '.repeat(random.pick([1, 1_000])), '/XObject << /X 6 0 R >>')], {
      font: '<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 6 0 R >> /Encoding << /Differences [ 97 /a ] >> /FirstChar 0 /LastChar 255 /Widths [ 1 ] >>',
    }),
  manyFonts(random) {
    const count = random.pick([10, 1_000, 20_000])
    const fonts = Array.from(
      { length: count },
      (_, index) => `/G${index} << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /N ${index} >>`,
    )
    return page(
      Array.from(
        { length: count },
        (_, index) => `BT /G${index} 9 Tf 9 ${index % 800} Td (x) Tj ET`,
      ).join(' '),
      [],
      { resources: `/Font << /F1 5 0 R ${fonts.join(' ')} >>` },
    )
  },
  predictor(random) {
    const objects = page(hello)
    objects[3] = {
      ...flateStream(encode(hello)),
      dictionary: `/Filter /FlateDecode /DecodeParms << /Predictor ${random.pick([2, 12, 15])} /Columns ${random.pick(edgeNumbers)} /Colors ${random.pick([1, 3, ...edgeNumbers])} >>`,
    }
    return objects
  },
  layers(random) {
    const objects = page(hello)
    const filler = new Uint8Array(random.pick([1, 8, 26]) * 1024 * 1024).fill(
      random.pick([0x20, 0x71, 0x30]),
    )
    objects[3] = flateStream(filler, 1 + random.below(5))
    return objects
  },
  manyStreams: (random) =>
    page(
      hello,
      Array.from({ length: random.pick([100, 3_000]) }, () =>
        flateStream(new Uint8Array(random.pick([10, 20_000]))),
      ),
      {},
    ),
  crossReferences: (random) =>
    page(hello, [
      {
        dictionary: `/Type /XRef /Size ${random.pick(edgeNumbers)} /W [${random.pick(['0 0 0', '1 2 1'])}] /Index [ 0 ${random.pick(edgeNumbers)} ] /Root 1 0 R`,
        data: random.bytes(40),
      },
    ]),
  nested: (random) =>
    page(hello, [`${random.pick(['[', '<< /A '])}`.repeat(random.pick([100, 5_000, 300_000]))]),
  structure(random) {
    const depth = random.pick([10, 2_000, 30_000])
    const objects = page(
      `/P << /MCID 0 >> BDC ${hello} EMC`,
      Array.from(
        { length: depth },
        (_, level) =>
          `<< /Type /StructElem /S /P /P 6 0 R /Pg 3 0 R /K [ ${random.chance(0.05) ? '6 0 R ' : ''}${level === depth - 1 ? '0' : `${7 + level} 0 R`} ] >>`,
      ),
    )
    objects[0] =
      '<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot << /Type /StructTreeRoot /K 6 0 R /ParentTree << /Nums [ 0 [ 6 0 R ] ] >> >> >>'
    return objects.map((object, index) =>
      index === 2 && typeof object === 'string'
        ? object.replace('/Type /Page ', '/Type /Page /StructParents 0 ')
        : object,
    )
  },
  annotations: (random) =>
    page(hello, [], {}).map((object, index) =>
      index === 2 && typeof object === 'string'
        ? object.replace(
            '/Type /Page ',
            `/Type /Page /Annots [ ${`<< /Type /Annot /Subtype /${random.pick(['Widget', 'Link', 'FreeText', 'Ink', 'Stamp'])} /Rect [0 0 9 9] /Parent 3 0 R /DA (/F1 9 Tf) >> `.repeat(random.pick([10, 2_000]))} ] `,
          )
        : object,
    ),
  metadata(random) {
    const objects = page(hello, [
      {
        dictionary: '/Type /Metadata /Subtype /XML',
        data: encode(
          random
            .pick(['<a>', '<rdf:RDF>', '<x y="', '&amp;', '<!-- '])
            .repeat(random.pick([100, 20_000, 300_000])),
        ),
      },
    ])
    objects[0] = '<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>'
    return objects
  },
  streamInStream(random) {
    const bomb = flateStream(new Uint8Array(random.pick([1, 26]) * 1024 * 1024).fill(0x20))
    const objects = page(hello)
    objects[3] = { dictionary: bomb.dictionary, data: bomb.data }
    objects.push(
      { dictionary: '', data: encode('endstream stream\nendstream') },
      plainStream(hello),
    )
    return objects
  },
}

export function generatePdf(random: Random): { bytes: Bytes; what: string } {
  const what = random.pick(Object.keys(generators))
  return { bytes: buildPdf(generators[what]?.(random) ?? []), what }
}
