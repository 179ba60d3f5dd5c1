/** Damage that keeps a file looking like a zip: its entries, headers and directory, and the XML inside. */
import { unzipSync } from 'fflate'
import { buildZip, type ZipEntry, type ZipOptions } from '../../tests/fixtures/build-zip.ts'
import { type Bytes, mutateBytes } from './mutate-bytes.ts'
import { mutateXml } from './mutate-xml.ts'
import { edgeNumbers, type Random } from './random.ts'

const names = [
  '../x',
  '/x',
  'C:x',
  'a\\b',
  '',
  'word/document.xml',
  '[Content_Types].xml',
  'x\0y',
  'word//x',
  'word/embeddings/run.exe',
  'é',
  'word/vbaProject.bin',
  'x'.repeat(60_000),
]
/** Fields of a local header and of a directory entry: offset and width. */
const localFields = [
  [4, 2],
  [6, 2],
  [8, 2],
  [14, 4],
  [18, 4],
  [22, 4],
  [26, 2],
  [28, 2],
] as const
const centralFields = [
  [6, 2],
  [8, 2],
  [10, 2],
  [16, 4],
  [20, 4],
  [24, 4],
  [28, 2],
  [30, 2],
  [32, 2],
  [34, 2],
  [42, 4],
] as const
const endFields = [
  [4, 2],
  [6, 2],
  [8, 2],
  [10, 2],
  [12, 4],
  [16, 4],
  [20, 2],
] as const
const records = { 67324752: localFields, 33639248: centralFields, 101010256: endFields }

type Entries = ZipEntry[]
type Mutator = (entries: Entries, random: Random) => { entries: Entries; options?: ZipOptions }

const mutators: Readonly<Record<string, Mutator>> = {
  lie(entries, random) {
    const edge = random.pick(edgeNumbers)
    const lies = random.pick([
      { bytes: edge },
      { localBytes: edge },
      { crc: edge },
      { method: random.pick([0, 1, 8, 9, 12, 14, 93, 99]) },
      { flags: random.pick([1, 8, 0x40, 0x2000, 0xffff]) },
      { localName: random.pick(names.filter((name) => name.length < 200)) },
      { sharesWith: random.below(entries.length) },
    ])
    return { entries: change(entries, random, (entry) => ({ ...entry, lies })) }
  },
  rename: (entries, random) => ({
    entries: change(entries, random, (entry) => ({ ...entry, name: random.pick(names) })),
  }),
  drop: (entries, random) => ({ entries: entries.toSpliced(random.below(entries.length), 1) }),
  twice: (entries, random) => ({ entries: [...entries, random.pick(entries)] }),
  exchange(entries, random) {
    const data = random.pick(entries).data
    return { entries: change(entries, random, (entry) => ({ ...entry, data })) }
  },
  damage: (entries, random) => ({
    entries: change(entries, random, (entry) => ({
      ...entry,
      data: mutateBytes(toBytes(entry.data), random).bytes,
      stored: random.chance(0.3),
    })),
  }),
  bomb: (entries, random) => ({
    entries: change(entries, random, (entry) => ({
      ...entry,
      data: new Uint8Array(random.pick([3, 10, 26]) * 1024 * 1024).fill(0x20),
      ...(random.chance(0.4) ? { lies: { bytes: random.pick(edgeNumbers) } } : {}),
    })),
  }),
  nest: (entries, random) => ({
    entries: [
      ...entries,
      { name: `word/embeddings/${random.below(9)}.docx`, data: buildZip(entries) },
    ],
  }),
  many: (entries, random) => ({
    entries: [
      ...entries,
      ...Array.from({ length: random.pick([50, 1_900, 2_100]) }, (_, index) => ({
        name: `x/${index}`,
        data: '',
        stored: true,
      })),
    ],
  }),
  surround: (entries, random) => ({
    entries,
    options: {
      [random.pick(['prepend', 'append', 'comment'] as const)]: random.chance(0.5)
        ? random.bytes(1 + random.below(600))
        : new Uint8Array(1 + random.below(600)),
    },
  }),
}

/** One to three changes of the structure or of the parts, then perhaps one of the headers as written. */
export function mutateZip(bytes: Bytes, random: Random): { bytes: Bytes; what: string } {
  let entries: Entries = Object.entries(unzipSync(bytes)).map(([name, data]) => ({ name, data }))
  let options: ZipOptions | undefined
  const what: string[] = []
  for (let count = 1 + random.below(3); count > 0; count--) {
    if (random.chance(0.6)) {
      const xml = entries.filter(({ name }) => /\.(xml|rels)$/.test(name))
      if (xml.length === 0) continue
      const main = xml.find(({ name }) => name === 'word/document.xml')
      const target = main && random.chance(0.5) ? main : random.pick(xml)
      const mutated = mutateXml(new TextDecoder().decode(toBytes(target.data)), random)
      entries = entries.map((entry) => (entry === target ? { ...entry, data: mutated.xml } : entry))
      what.push(`${target.name} ${mutated.what}`)
      continue
    }
    const name = random.pick(Object.keys(mutators))
    const mutated = mutators[name]?.(entries, random)
    if (!mutated) continue
    entries = mutated.entries
    options = mutated.options ?? options
    what.push(name)
    if (entries.length === 0) break
  }
  const built = buildZip(entries, options)
  if (!random.chance(0.3)) return { bytes: built, what: what.join(', ') }
  return { bytes: editHeader(built, random), what: [...what, 'header'].join(', ') }
}

function editHeader(bytes: Bytes, random: Random): Bytes {
  const view = new DataView(bytes.buffer)
  const found: [at: number, fields: readonly (readonly [number, number])[]][] = []
  for (
    let at = bytes.indexOf(0x50);
    at >= 0 && at + 22 <= bytes.length;
    at = bytes.indexOf(0x50, at + 1)
  ) {
    const fields = records[view.getUint32(at, true) as keyof typeof records]
    if (fields) found.push([at, fields])
  }
  if (found.length === 0) return bytes
  const [at, fields] = random.pick(found)
  const [offset, width] = random.pick(fields)
  const value = random.pick(edgeNumbers)
  if (at + offset + width > bytes.length) return bytes
  if (width === 2) view.setUint16(at + offset, value & 0xffff, true)
  else view.setUint32(at + offset, value, true)
  return bytes
}

function change(entries: Entries, random: Random, to: (entry: ZipEntry) => ZipEntry): Entries {
  const target = random.below(entries.length)
  return entries.map((entry, index) => (index === target ? to(entry) : entry))
}

function toBytes(data: Uint8Array | string): Bytes {
  return typeof data === 'string' ? new Uint8Array(new TextEncoder().encode(data)) : data.slice()
}
