/** The files of a run: each is made from the seed and its index alone. */
import type { DocumentKind } from '../../functions/_shared/documents/read.ts'
import { readFixture, resumeManifest } from '../../tests/fixtures/resumes.ts'
import { generatePdf } from './generate-pdf.ts'
import { generateDoc, generateDocx } from './generate-word.ts'
import { type Bytes, mutateBytes, splice } from './mutate-bytes.ts'
import { mutateDoc } from './mutate-doc.ts'
import { mutatePdf } from './mutate-pdf.ts'
import { mutateZip } from './mutate-zip.ts'
import { createRandom, type Random } from './random.ts'

export interface FuzzCase {
  readonly index: number
  readonly kind: DocumentKind
  readonly bytes: Bytes
  /** How it was made, for the report. */
  readonly recipe: string
}

const kinds: readonly DocumentKind[] = ['pdf', 'docx', 'doc']
/** PDF has the largest reader, and the one that is not ours: every second file is one. */
const shares = [
  { kind: 'pdf', below: 0.5 },
  { kind: 'docx', below: 0.8 },
  { kind: 'doc', below: 1 },
] as const
const generators = { pdf: generatePdf, docx: generateDocx, doc: generateDoc }
const mutators = { pdf: mutatePdf, docx: mutateZip, doc: mutateDoc }
const files = resumeManifest.resumes.flatMap((resume) => resume.files)
const fixtures = new Map<string, Bytes>()

/** The format of a case, known without making it. */
export function kindOf(seed: number, index: number): DocumentKind {
  return chooseKind(createRandom(seed, index))
}

export function makeCase(seed: number, index: number): FuzzCase {
  const random = createRandom(seed, index)
  const kind = chooseKind(random)
  const way = random.next()
  if (way < 0.2) {
    const { bytes, what } = generators[kind](random)
    if (random.chance(0.7)) return { index, kind, bytes, recipe: `generated ${what}` }
    const mutated = mutateBytes(bytes, random)
    return { index, kind, bytes: mutated.bytes, recipe: `generated ${what}, ${mutated.what}` }
  }
  const [name, source] = fixture(random, kind)
  if (way < 0.25) {
    const other = fixture(random, random.chance(0.7) ? kind : random.pick(kinds))
    return {
      index,
      kind,
      bytes: splice(source, other[1], random),
      recipe: `${name} spliced with ${other[0]}`,
    }
  }
  if (way < 0.45) {
    const mutated = mutateBytes(source, random)
    return { index, kind, bytes: mutated.bytes, recipe: `${name}: ${mutated.what}` }
  }
  const mutated = mutators[kind](source, random)
  return { index, kind, bytes: mutated.bytes, recipe: `${name}: ${mutated.what}` }
}

function chooseKind(random: Random): DocumentKind {
  const at = random.next()
  return shares.find(({ below }) => at < below)?.kind ?? 'doc'
}

function fixture(random: Random, kind: DocumentKind): readonly [name: string, bytes: Bytes] {
  const { file } = random.pick(files.filter((candidate) => candidate.kind === kind))
  const bytes = fixtures.get(file) ?? readFixture(file)
  fixtures.set(file, bytes)
  return [file, bytes]
}
