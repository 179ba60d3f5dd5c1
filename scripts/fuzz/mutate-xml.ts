/** Damage that keeps a part looking like XML: its tags, attributes, entities, namespaces, numbers. */
import { edgeNumbers, type Random } from './random.ts'

const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const maxCharacters = 2_000_000

type Mutator = (xml: string, random: Random) => string

const doctypes = [
  '<!DOCTYPE x>',
  '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
  '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
  '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>',
]
const entities = [
  '&amp;',
  '&#0;',
  '&#x110000;',
  '&#xd800;',
  '&#99999999;',
  '&nbsp;',
  '&a;',
  '&',
  '&#x202e;',
  '&#xFFFE;',
]
const wrappers = [
  'w:p',
  'w:r',
  'w:tbl',
  'w:tr',
  'w:tc',
  'w:txbxContent',
  'w:sdt',
  'w:del',
  'w:ins',
  'w:moveFrom',
  'w:pPrChange',
  'w:hyperlink',
  'w:t',
  'w:pPr',
]

const mutators: Readonly<Record<string, Mutator>> = {
  deepen(xml, random) {
    const at = tagAt(xml, random)
    const times = random.pick([1, 3, 20, 200, 300, 5_000])
    const name = random.pick(wrappers)
    return `${xml.slice(0, at)}${`<${name}>`.repeat(times)}${random.chance(0.8) ? `</${name}>`.repeat(times) : ''}${xml.slice(at)}`
  },
  repeatElement(xml, random) {
    const at = tagAt(xml, random)
    const end = xml.indexOf('>', at + random.pick([1, 200, 2_000]))
    if (end < 0) return xml
    return (
      xml.slice(0, at) +
      xml.slice(at, Math.min(end + 1, at + 4_000)).repeat(random.pick([2, 10, 500])) +
      xml.slice(at)
    )
  },
  dropTag(xml, random) {
    const at = tagAt(xml, random)
    return xml.slice(0, at) + xml.slice(xml.indexOf('>', at) + 1)
  },
  swapTags(xml, random) {
    const names = [...xml.matchAll(/<\/?([A-Za-z]\w*:\w+)/g)].map((match) => match[1] ?? '')
    if (names.length === 0) return xml
    return xml.replaceAll(`${random.pick(names)} `, `${random.pick(names)} `)
  },
  renameElement(xml, random) {
    const from = random.pick(wrappers)
    const to = random.pick(wrappers)
    return xml.replaceAll(`<${from}>`, `<${to}>`).replaceAll(`</${from}>`, `</${to}>`)
  },
  attributes(xml, random) {
    const count = random.pick([1, 10, 255, 257, 5_000])
    const added = Array.from({ length: count }, (_, index) => `w:x${index}="${random.below(99)}"`)
    return inTag(xml, random, ` ${added.join(' ')}`)
  },
  sameAttribute: (xml, random) => inTag(xml, random, ' w:val="1" w:val="2"'),
  entity(xml, random) {
    const at = textAt(xml, random)
    return xml.slice(0, at) + random.pick(entities).repeat(random.pick([1, 50])) + xml.slice(at)
  },
  doctype(xml, random) {
    const at = Math.max(0, xml.indexOf('?>') + 2)
    return (
      xml.slice(0, random.chance(0.8) ? at : textAt(xml, random)) +
      random.pick(doctypes) +
      xml.slice(at)
    )
  },
  namespaces(xml, random) {
    if (random.chance(0.5)) return xml.replace(word, random.pick(['', 'urn:x', `${word}/`]))
    const many = Array.from(
      { length: random.pick([3, 255, 300]) },
      (_, n) => `xmlns:n${n}="${word}"`,
    )
    return inTag(xml, random, ` ${many.join(' ')}`)
  },
  number(xml, random) {
    const numbers = [...xml.matchAll(/="(-?\d+)"/g)]
    if (numbers.length === 0) return xml
    const match = random.pick(numbers)
    const value = random.pick([...edgeNumbers, '-1', '1e308', 'NaN', '9'.repeat(400), '0x10', ''])
    return `${xml.slice(0, match.index)}="${value}"${xml.slice(match.index + match[0].length)}`
  },
  value(xml, random) {
    const values = [...xml.matchAll(/="([^"]*)"/g)]
    if (values.length < 2) return xml
    const match = random.pick(values)
    return `${xml.slice(0, match.index)}${random.pick(values)[0]}${xml.slice(match.index + match[0].length)}`
  },
  markup(xml, random) {
    const at = random.chance(0.5) ? tagAt(xml, random) : textAt(xml, random)
    const what = random.pick([
      '<!--',
      '<![CDATA[',
      '<?x ',
      ']]>',
      '-->',
      '<',
      '>',
      '</w:p>',
      '\0',
      '"',
      '<!-- -- -->',
      '<![CDATA[ <w:p/> ]]>',
    ])
    return xml.slice(0, at) + what + xml.slice(at)
  },
  longText(xml, random) {
    const at = textAt(xml, random)
    const what = random.pick(['word ', '\u202e\u200b', '\ud83d\ude00', 'é', '\t\n', 'A', '\ue000 '])
    return xml.slice(0, at) + what.repeat(random.pick([10, 1_000, 50_000, 200_000])) + xml.slice(at)
  },
}

export function mutateXml(xml: string, random: Random): { xml: string; what: string } {
  const what = random.pick(Object.keys(mutators))
  const mutated = mutators[what]?.(xml, random) ?? xml
  return { xml: mutated.slice(0, maxCharacters), what }
}

function tagAt(xml: string, random: Random): number {
  const at = xml.indexOf('<', random.below(xml.length))
  return Math.max(0, at)
}

function textAt(xml: string, random: Random): number {
  return xml.indexOf('>', random.below(xml.length)) + 1
}

function inTag(xml: string, random: Random, added: string): string {
  const at = tagAt(xml, random)
  const end = /[\s/>]/.exec(xml.slice(at + 2))?.index
  return end === undefined ? xml : xml.slice(0, at + 2 + end) + added + xml.slice(at + 2 + end)
}
