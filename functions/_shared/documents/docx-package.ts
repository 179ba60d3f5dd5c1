import { AppError } from '../errors.ts'
import type { Notice } from './notice.ts'
import { boundDefinitions, define } from './word-definitions.ts'
import type { ReadXml } from './xml.ts'
import type { ZipArchive } from './zip.ts'

const wordNamespaces = new Set([
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main',
  'http://purl.oclc.org/ooxml/wordprocessingml/main',
])

/** Whether a namespace is WordprocessingML's, Transitional or Strict (ECMA-376). */
export function isWord(namespace: string): boolean {
  return wordNamespaces.has(namespace)
}

export interface Relation {
  readonly id: string
  /** Last segment of the type URI, which Transitional and Strict share: `header`, `styles`, … */
  readonly type: string
  /** Name of the part in the zip; `undefined` for what lies outside the package. */
  readonly part: string | undefined
}

export interface WordPackage {
  readonly mainPart: string
  /** What the main part refers to, in the order of its relationships. */
  readonly relations: readonly Relation[]
  readonly notices: readonly Notice[]
}

const contentTypesPart = '[Content_Types].xml'
const mainContentType =
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
const executableName = /\.(exe|dll|scr|com|bat|cmd|ps1|vbs|js|jar|msi|hta|lnk|wsf)$/i
const executableBytes = 'MZ'

/** Finds the parts of a Word document by content type and relationship, never by their names. */
export function openPackage(zip: ZipArchive, readXml: ReadXml): WordPackage {
  const byLowerCase = new Map(zip.names.map((name) => [name.toLowerCase(), name]))
  const contentTypes = byLowerCase.get(contentTypesPart.toLowerCase())
  if (contentTypes === undefined) {
    throw new AppError('file_type_mismatch', 'The content is a zip, but no Office document')
  }
  const typeOf = readContentTypes(zip.read(contentTypes), readXml)
  const relationsOf = (part: string): Relation[] => readRelations(zip, byLowerCase, part, readXml)
  const main = relationsOf('').find((relation) => relation.type === 'officeDocument')?.part
  if (main === undefined) {
    throw new AppError('file_corrupt', 'Cannot read the document: its main part is missing')
  }
  const type = typeOf(main)
  if (type !== mainContentType) {
    throw new AppError('file_type_mismatch', `The content is an Office file of type ${type ?? '?'}`)
  }

  const notices = new Set<Notice>()
  if (zip.names.some((name) => typeOf(name) === 'application/vnd.ms-office.vbaProject')) {
    notices.add('macros')
  }
  for (const name of zip.names) {
    const source = /^(.*\/)?_rels\/([^/]*)\.rels$/i.exec(name)
    if (!source) continue
    for (const relation of relationsOf((source[1] ?? '') + source[2])) {
      if (relation.part === undefined && relation.type !== 'hyperlink') {
        notices.add('external_relation')
      }
      if (['oleObject', 'package', 'control', 'aFChunk'].includes(relation.type)) {
        notices.add('embedded_object')
      }
    }
  }
  for (const name of zip.names) {
    if (executableName.test(name)) notices.add('embedded_executable')
    // An embedded file lies as it is, or inside an OLE object behind its name.
    if (/\/embeddings\//i.test(name)) {
      notices.add('embedded_object')
      if (holdsExecutable(zip.read(name))) notices.add('embedded_executable')
    }
  }
  return { mainPart: main, relations: relationsOf(main), notices: [...notices] }
}

function readContentTypes(
  bytes: Uint8Array,
  readXml: ReadXml,
): (part: string) => string | undefined {
  const defaults = new Map<string, string>()
  const overrides = new Map<string, string>()
  readXml(bytes, {
    open(name, _namespace, attribute) {
      const type = attribute('ContentType') ?? ''
      if (name === 'Default') define(defaults, (attribute('Extension') ?? '').toLowerCase(), type)
      else if (name === 'Override') {
        define(overrides, (attribute('PartName') ?? '').replace(/^\//, '').toLowerCase(), type)
      }
    },
    close() {},
    text() {},
  })
  return (part) =>
    overrides.get(part.toLowerCase()) ?? defaults.get(part.split('.').at(-1)?.toLowerCase() ?? '')
}

function readRelations(
  zip: ZipArchive,
  byLowerCase: ReadonlyMap<string, string>,
  part: string,
  readXml: ReadXml,
): Relation[] {
  const slash = part.lastIndexOf('/') + 1
  const folder = part.slice(0, slash)
  const name = byLowerCase.get(`${folder}_rels/${part.slice(slash)}.rels`.toLowerCase())
  if (name === undefined) return []
  const relations: Relation[] = []
  readXml(zip.read(name), {
    open(element, _namespace, attribute) {
      if (element !== 'Relationship') return
      const external = attribute('TargetMode') === 'External'
      const target = resolvePart(folder, attribute('Target') ?? '')
      relations.push({
        id: attribute('Id') ?? '',
        type: (attribute('Type') ?? '').split('/').at(-1) ?? '',
        part: external ? undefined : (byLowerCase.get(target.toLowerCase()) ?? target),
      })
      boundDefinitions(relations.length)
    },
    close() {},
    text() {},
  })
  return relations
}

/** A target is relative to its source's folder, or absolute in the package. */
function resolvePart(folder: string, target: string): string {
  const path = target.startsWith('/') ? target.slice(1) : folder + target
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.' && segment !== '') segments.push(segment)
  }
  return segments.join('/')
}

/** DOS header, then `PE\0\0` where it points: nothing that is not a program looks like that. */
function holdsExecutable(bytes: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 4 * 1024 * 1024))
  for (
    let at = text.indexOf(executableBytes);
    at >= 0;
    at = text.indexOf(executableBytes, at + 1)
  ) {
    const offset = bytes[at + 0x3c] !== undefined ? readUint32(bytes, at + 0x3c) : 0
    if (offset > 0 && offset < 0x1000 && text.startsWith('PE\0\0', at + offset)) return true
  }
  return false
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  )
}
