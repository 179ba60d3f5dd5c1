import { AppError } from '../errors.ts'
import { limits } from './limits.ts'

/**
 * What a handler is told while a part is read from front to back; no tree is ever built. Each place
 * is that of the tag or text in the decoded part, as {@link decodeXml} gives it.
 */
export interface XmlHandler {
  /** `namespace` is the resolved URI (empty without one), `attribute` finds one by local name. */
  open(name: string, namespace: string, attribute: AttributeLookup, place: Place): void
  close(name: string, namespace: string, place: Place): void
  /** `place` holds the text with its entities, or the inside of a CDATA section. */
  text(value: string, place: Place): void
}

/** From the first character to behind the last. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** Value of an attribute by local name, in the namespace if one is given. */
export type AttributeLookup = (local: string, namespace?: string) => string | undefined

interface Attribute {
  readonly prefix: string
  readonly local: string
  readonly value: string
}

interface Scope {
  readonly raw: string
  readonly local: string
  readonly namespace: string
  readonly namespaces: ReadonlyMap<string, string>
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

/** Also how Transitional and Strict OOXML are told: the URI behind the prefix, not the prefix. */
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
const attributePattern = /\s+([^\s=<>"'/]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y

export type ReadXml = (bytes: Uint8Array, handler: XmlHandler) => void

/** Reads the XML parts of one document, whose elements are counted together. */
export function createXmlReader(): ReadXml {
  let left: number = limits.xmlElements
  return (bytes, handler) =>
    readXml(bytes, {
      ...handler,
      open(name, namespace, attribute, place) {
        left--
        if (left < 0) {
          throw new AppError('file_too_complex', `Over ${limits.xmlElements} XML elements`)
        }
        handler.open(name, namespace, attribute, place)
      },
    })
}

/**
 * Reads one XML part. Any DOCTYPE is refused (`file_unsafe`), so an entity is one of XML's own
 * five or a character reference and nothing can expand. Depth and attributes are bounded
 * (`file_too_complex`); what is not well-formed is `file_corrupt`.
 */
function readXml(bytes: Uint8Array, handler: XmlHandler): void {
  const source = decodeXml(bytes)
  const scopes: Scope[] = []
  const lookup = (attributes: Attribute[], namespaces: ReadonlyMap<string, string>) => {
    return (local: string, namespace?: string): string | undefined =>
      attributes.find(
        (attribute) =>
          attribute.local === local &&
          (namespace === undefined || namespaces.get(attribute.prefix) === namespace),
      )?.value
  }
  let at = 0
  let seenRoot = false
  while (at < source.length) {
    const tag = source.indexOf('<', at)
    const textEnd = tag < 0 ? source.length : tag
    if (textEnd > at) {
      const text = source.slice(at, textEnd)
      if (scopes.length > 0) handler.text(decodeEntities(text), { start: at, end: textEnd })
      else if (text.trim() !== '') throw corrupt('text outside the root element')
    }
    if (tag < 0) break

    if (source.startsWith('<!--', tag)) {
      at = after(source, '-->', tag + 4)
    } else if (source.startsWith('<![CDATA[', tag)) {
      const end = after(source, ']]>', tag + 9)
      if (scopes.length === 0) throw corrupt('text outside the root element')
      handler.text(source.slice(tag + 9, end - 3), { start: tag + 9, end: end - 3 })
      at = end
    } else if (source.startsWith('<?', tag)) {
      at = after(source, '?>', tag + 2)
    } else if (source.startsWith('<!', tag)) {
      throw new AppError('file_unsafe', 'The document declares a DOCTYPE')
    } else if (source.startsWith('</', tag)) {
      const end = after(source, '>', tag + 2)
      const scope = scopes.pop()
      if (!scope || source.slice(tag + 2, end - 1).trimEnd() !== scope.raw) {
        throw corrupt('an end tag has no start tag')
      }
      handler.close(scope.local, scope.namespace, { start: tag, end })
      at = end
    } else {
      const outer = scopes.at(-1)
      if (!outer && seenRoot) throw corrupt('a second root element')
      seenRoot = true
      const opened = readStartTag(source, tag, outer?.namespaces ?? rootNamespaces)
      const { scope, attributes } = opened
      if (scopes.length >= limits.xmlDepth) {
        throw new AppError('file_too_complex', `XML nested deeper than ${limits.xmlDepth} levels`)
      }
      const place = { start: tag, end: opened.end }
      handler.open(scope.local, scope.namespace, lookup(attributes, scope.namespaces), place)
      // An empty element ends where its tag does.
      if (opened.empty) handler.close(scope.local, scope.namespace, place)
      else scopes.push(scope)
      at = opened.end
    }
  }
  if (scopes.length > 0 || !seenRoot) throw corrupt('it ends early')
}

const rootNamespaces: ReadonlyMap<string, string> = new Map([['xml', xmlNamespace]])

function readStartTag(
  source: string,
  tag: number,
  outer: ReadonlyMap<string, string>,
): { scope: Scope; attributes: Attribute[]; empty: boolean; end: number } {
  const namePattern = /[^\s=<>"'/]+/y
  namePattern.lastIndex = tag + 1
  const raw = namePattern.exec(source)?.[0]
  if (raw === undefined) throw corrupt('a tag has no name')
  const attributes: Attribute[] = []
  let namespaces = outer
  let declarations: Map<string, string> | undefined
  let at = tag + 1 + raw.length
  for (;;) {
    attributePattern.lastIndex = at
    const match = attributePattern.exec(source)
    if (!match) break
    at = attributePattern.lastIndex
    const [prefix, local] = splitName(match[1] ?? '')
    const value = decodeEntities(match[2] ?? match[3] ?? '')
    if (prefix === 'xmlns' || (prefix === '' && local === 'xmlns')) {
      declarations ??= new Map(outer)
      declarations.set(prefix === 'xmlns' ? local : '', value)
      namespaces = declarations
      if (declarations.size > limits.xmlAttributes) throw tooManyAttributes()
    } else {
      attributes.push({ prefix, local, value })
      if (attributes.length > limits.xmlAttributes) throw tooManyAttributes()
    }
  }
  while (/\s/.test(source[at] ?? '')) at++
  const empty = source[at] === '/'
  if (empty) at++
  if (source[at] !== '>') throw corrupt('a tag is not closed')
  const [prefix, local] = splitName(raw)
  const namespace = namespaces.get(prefix)
  if (namespace === undefined && prefix !== '') throw corrupt('a namespace prefix is not declared')
  return {
    scope: { raw, local, namespace: namespace ?? '', namespaces },
    attributes,
    empty,
    end: at + 1,
  }
}

function splitName(raw: string): [prefix: string, local: string] {
  const colon = raw.indexOf(':')
  return colon < 0 ? ['', raw] : [raw.slice(0, colon), raw.slice(colon + 1)]
}

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&([^;&]{0,40});?/g, (whole, name: string) => {
    const known = entities[name]
    if (known !== undefined) return known
    const code = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name)
    if (!code || !whole.endsWith(';')) throw corrupt('an entity is not one of XML’s own')
    const point = code[1] ? Number.parseInt(code[1], 16) : Number.parseInt(code[2] ?? '', 10)
    if (point > 0x10ffff) throw corrupt('a character reference is out of range')
    return String.fromCodePoint(point)
  })
}

/** XML is UTF-8 unless a byte order mark says UTF-16; other encodings do not occur in OOXML. */
export function decodeXml(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('file_corrupt', `Cannot decode an XML part as ${encoding}`, { cause })
  }
}

export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
}

function after(source: string, terminator: string, from: number): number {
  const found = source.indexOf(terminator, from)
  if (found < 0) throw corrupt('it ends early')
  return found + terminator.length
}

function corrupt(what: string): AppError {
  return new AppError('file_corrupt', `Cannot read an XML part: ${what}`)
}

function tooManyAttributes(): AppError {
  return new AppError(
    'file_too_complex',
    `An XML element has over ${limits.xmlAttributes} attributes`,
  )
}
