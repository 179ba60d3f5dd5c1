/** Resumes of one family differ by an edit or two; families have nothing in common but their size. */
import { createHash } from 'node:crypto'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { docxEntries, paragraph } from '../../../tests/fixtures/build-docx.ts'
import { buildZip, concat } from '../../../tests/fixtures/build-zip.ts'
import { packAsForeigner, packers } from '../../../tests/fixtures/packers.ts'
import { readFixture } from '../../../tests/fixtures/resumes.ts'
import { createRandom } from '../../fuzz/random.ts'
import { docxType } from '../resume-files.ts'

export const families = ['word', 'zlib', 'foreign', 'media', 'photo', 'producer', 'pdf'] as const
export type Family = (typeof families)[number]

export interface FileSpec {
  readonly family: Family
  /** Sets its text apart from that of others. */
  readonly seed: number
  /** How often it has been edited. */
  readonly edits: number
}

export interface VersionFile {
  readonly name: string
  readonly mimeType: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sha256: string
}

/** So much more than the text that a delta of the text alone saves less than it must. */
const mediaBytes = 30_000

export function makeFile(spec: FileSpec): VersionFile {
  const kind = spec.family === 'pdf' ? 'pdf' : 'docx'
  const bytes = bytesOf(spec)
  return {
    name: `cv-${spec.seed}.${kind}`,
    mimeType: kind === 'pdf' ? 'application/pdf' : docxType,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

function bytesOf(spec: FileSpec): Uint8Array<ArrayBuffer> {
  switch (spec.family) {
    case 'pdf': {
      const fixture = readFixture('logistics-coordinator.pdfkit.pdf')
      return concat([fixture, strToU8(`\n% ${spec.seed}, edit ${spec.edits}\n`)])
    }
    case 'producer': {
      const parts = unzipSync(readFixture('logistics-coordinator.libreoffice.docx'))
      const main = new TextDecoder().decode(parts['word/document.xml'])
      const body = linesOf(spec)
        .map((line) => paragraph(line))
        .join('')
      const edited = strToU8(main.replace('<w:body>', `<w:body>${body}`))
      return new Uint8Array(
        zipSync({ ...parts, 'word/document.xml': edited }, { mtime: '2026-01-01' }),
      )
    }
    default:
      return wordFile(spec)
  }
}

function wordFile(spec: FileSpec): Uint8Array<ArrayBuffer> {
  const pack =
    spec.family === 'foreign'
      ? packAsForeigner
      : (packers[spec.family === 'word' ? 'word' : 'zlib 6'] ?? packAsForeigner)
  const body = linesOf(spec)
    .map((line) => paragraph(line))
    .join('')
  const entries = docxEntries({ body }).map(({ name, data }) => ({
    name,
    data,
    packed: pack(
      typeof data === 'string'
        ? (strToU8(data) as Uint8Array<ArrayBuffer>)
        : (data as Uint8Array<ArrayBuffer>),
    ),
  }))
  if (spec.family !== 'media' && spec.family !== 'photo') return buildZip(entries)
  // A photo stays through the edits, so that all but a delta against another edit is worth nothing; media
  // are others each time, and no delta is worth anything.
  const random = createRandom(spec.seed, spec.family === 'photo' ? 0 : spec.edits)
  const data = random.bytes(mediaBytes)
  return buildZip([...entries, { name: 'word/media/image1.png', data, stored: true }])
}

function linesOf({ seed, edits }: FileSpec): string[] {
  const random = createRandom(seed, 0)
  const numbers = Array.from({ length: 24 }, () => random.below(90_000))
  for (let edit = 1; edit <= edits; edit++) {
    const change = createRandom(seed, edit)
    numbers[change.below(numbers.length)] = change.below(90_000)
  }
  return [
    'Jane Example',
    `jane.${seed}@example.com, +44 20 7946 0100`,
    'Experience',
    'Transport clerk, Harbour Freight Ltd, 2019 – 2023',
    ...numbers.map(
      (number, line) => `• Planned ${number} outbound trucks of line ${line} per year.`,
    ),
  ]
}
