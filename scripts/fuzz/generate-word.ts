/** Word documents from nothing: trees of known elements in any order, and compound files of any streams. */
import { buildCompoundFile } from '../../tests/fixtures/build-cfb.ts'
import { buildDocx, paragraph, wordNamespace } from '../../tests/fixtures/build-docx.ts'
import type { Bytes } from './mutate-bytes.ts'
import { edgeNumbers, type Random } from './random.ts'

const containers = [
  'w:p',
  'w:r',
  'w:tbl',
  'w:tr',
  'w:tc',
  'w:txbxContent',
  'w:sdt',
  'w:sdtContent',
  'w:ins',
  'w:del',
  'w:hyperlink',
  'w:pPr',
  'w:rPr',
  'w:t',
  'mc:AlternateContent',
  'mc:Choice',
  'mc:Fallback',
  'w:ruby',
  'w:rt',
]
const leaves = [
  '<w:tab/>',
  '<w:br/>',
  '<w:vanish/>',
  '<w:numId w:val="1"/>',
  '<w:ilvl w:val="0"/>',
  '<w:ilvl w:val="9999999999"/>',
  '<w:pStyle w:val="S0"/>',
  '<w:sym w:char="F0B7"/>',
  '<w:sym w:char="zz"/>',
  '<w:noBreakHyphen/>',
  'text ',
  '&#x1F600;',
  '<w:t>Jane</w:t>',
]
const namespaces = `xmlns:w="${wordNamespace}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"`
const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml'

export function generateDocx(random: Random): { bytes: Bytes; what: string } {
  const what = random.pick([
    'tree',
    'tree',
    'tree',
    'styles',
    'numbering',
    'tables',
    'boxes',
    'relations',
    'manyRuns',
  ] as const)
  switch (what) {
    case 'tree':
      return docx(what, tree(random, random.pick([3, 20, 100, 250])))
    case 'styles': {
      const count = random.pick([2, 100, 20_000])
      const styles = Array.from(
        { length: count },
        (_, index) =>
          `<w:style w:type="paragraph" w:styleId="S${index}"><w:basedOn w:val="S${(index + 1) % count}"/></w:style>`,
      )
      return docx(
        what,
        `<w:p><w:pPr><w:pStyle w:val="S0"/></w:pPr><w:r><w:t>Jane</w:t></w:r></w:p>`.repeat(100),
        { styles: `<w:styles ${namespaces}>${styles.join('')}</w:styles>` },
      )
    }
    case 'numbering': {
      const level = random.pick(['0', '8', '9', '-1', '1e9', '4294967295', '999999999', 'NaN'])
      const text = random.pick(['%1.', '%1%2%3%4%5%6%7%8%9', 'x'.repeat(100_000), ''])
      const levels = `<w:lvl w:ilvl="${level}"><w:start w:val="${random.pick(edgeNumbers)}"/><w:numFmt w:val="${random.pick(['decimal', 'lowerLetter', 'upperRoman', 'bullet', 'x'])}"/><w:lvlText w:val="${text}"/></w:lvl>`
      const numbering = `<w:numbering ${namespaces}><w:abstractNum w:abstractNumId="1">${levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>`
      const item = `<w:p><w:pPr><w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Jane</w:t></w:r></w:p>`
      return docx(what, item.repeat(random.pick([1, 100, 5_000])), { numbering })
    }
    case 'tables': {
      const depth = random.pick([2, 20, 60])
      const width = random.pick([1, 2])
      let cell = paragraph('Jane')
      for (let level = 0; level < depth && cell.length < 1_000_000; level++)
        cell = `<w:tbl><w:tr>${`<w:tc>${cell}</w:tc>`.repeat(width)}</w:tr></w:tbl>`
      return docx(what, cell)
    }
    case 'boxes': {
      let box = paragraph('Jane')
      for (let level = 0; level < random.pick([2, 40]) && box.length < 500_000; level++)
        box = `<w:p><w:r><w:txbxContent>${box.repeat(random.pick([1, 2]))}</w:txbxContent></w:r></w:p>`
      return docx(what, box)
    }
    case 'relations': {
      const type = random.pick([
        'header',
        'footer',
        'footnotes',
        'styles',
        'numbering',
        'oleObject',
        'attachedTemplate',
        'aFChunk',
      ])
      const target = random.pick([
        'document.xml',
        '../word/document.xml',
        '../../../x',
        '/word/document.xml',
        'http://127.0.0.1:1/',
        '',
      ])
      const relations = Array.from(
        { length: random.pick([1, 50, 3_000]) },
        () => [type, target, random.chance(0.2)] as const,
      )
      return { bytes: buildDocx({ relations }), what }
    }
    case 'manyRuns':
      return docx(
        what,
        `<w:p>${'<w:r><w:t>a</w:t></w:r>'.repeat(random.pick([1_000, 100_000, 400_000]))}</w:p>`,
      )
  }
}

function docx(
  what: string,
  body: string,
  parts: { styles?: string; numbering?: string } = {},
): { bytes: Bytes; what: string } {
  const named = Object.entries(parts)
  const bytes = buildDocx({
    documentXml: `<w:document ${namespaces}><w:body>${body}</w:body></w:document>`,
    relations: named.map(([name]) => [name, `${name}.xml`] as const),
    overrides: named.map(([name]) => [`/word/${name}.xml`, `${main}.${name}+xml`] as const),
    parts: named.map(([name, data]) => ({ name: `word/${name}.xml`, data })),
  })
  return { bytes, what }
}

function tree(random: Random, size: number): string {
  let left = size
  const node = (depth: number): string => {
    left--
    if (left <= 0 || depth > 200 || random.chance(0.3)) return random.pick(leaves)
    const name = random.pick(containers)
    const children = Array.from({ length: 1 + random.below(4) }, () =>
      left > 0 ? node(depth + 1) : '',
    )
    return `<${name}>${children.join('')}</${name}>`
  }
  return Array.from({ length: 5 }, () => node(0)).join('')
}

/** A compound file with Word's streams, all of them noise but for some fields. */
export function generateDoc(random: Random): { bytes: Bytes; what: string } {
  const document = random.chance(0.3) ? random.bytes(4096) : new Uint8Array(8192)
  const view = new DataView(document.buffer)
  view.setUint16(0, random.pick([0xa5ec, 0xa5ec, 0xa5ec, 0xa5dc]), true)
  view.setUint16(0x0a, random.pick([0, 0x200, 0x100]), true)
  const table = random.bytes(4096)
  const tableView = new DataView(table.buffer)
  // A piece table of as many characters as the count below says, or says it does.
  const characters = random.pick([10, 3_000, 5_000, ...edgeNumbers])
  table[0] = 2
  tableView.setUint32(1, random.pick([16, 28, 4000]), true)
  tableView.setUint32(5, 0, true)
  tableView.setUint32(9, characters, true)
  tableView.setUint32(15, random.pick([0x40000800, 0x400, 0, 0x7fffffff]), true)
  view.setUint32(0x4c, characters, true)
  view.setUint32(0x1a2, 0, true)
  view.setUint32(0x1a6, random.pick([21, 4096, 0xffffffff]), true)
  for (let at = 0xa2; at < 0x2f2 && random.chance(0.7); at += 8) {
    if (at === 0x1a2) continue
    view.setUint32(at, random.below(4096), true)
    view.setUint32(at + 4, random.pick(edgeNumbers), true)
  }
  for (let at = 1024; at < document.length; at++)
    document[at] = random.pick([0x41, 0x0d, 0x07, 0x13, 0x14, 0x15, 0x20, 0x0c])
  const streams: Record<string, Uint8Array> = {
    WordDocument: document,
    '0Table': table,
    '1Table': table,
  }
  if (random.chance(0.2)) streams.EncryptedPackage = random.bytes(64)
  const damage = { chainCycle: random.chance(0.1), treeCycle: random.chance(0.1) }
  return { bytes: buildCompoundFile(streams, damage), what: 'streams' }
}
