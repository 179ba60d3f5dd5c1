/** The disk that is moved: made from a seed, and looked at again. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { createRandom } from '../../fuzz/random.ts'
import { exportFolder } from '../../migrate/sources.ts'

/** One version of one file, as a line of the manifest. */
export interface LegacyVersion {
  readonly userId: string
  readonly fileId: string
  readonly version: number
  readonly path: string
  readonly name: string
  readonly createdAt: string
  /** Storage does not keep its bytes as they are, until the weather is good. */
  readonly isSpoilt: boolean
  readonly seed: number
}

export interface Leaf {
  readonly sha256: string
  readonly modifiedMs: number
}

/** By path from the root. */
export type Tree = ReadonlyMap<string, Leaf>

/** In the names of objects whose uploads are spoilt every time. */
export const spoiltMark = 'spoilt-'

const heads = {
  pdf: Buffer.from('%PDF-1.7\n'),
  docx: Buffer.from([0x50, 0x4b, 0x03, 0x04]),
  doc: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
} as const
type Kind = keyof typeof heads

/** Names that a disk takes, and that Storage would not. */
const oddIds = [
  'Lebenslauf Ä',
  '履歴書',
  '=more',
  "O'Brien (2)",
  'a+b & c',
  '100%',
  'x'.repeat(140),
]
const spoiltEvery = 60
const filesPerUser = 25

/** Exactly so many versions; some files have three. */
export function legacyVersions(seed: number, count: number): LegacyVersion[] {
  const versions: LegacyVersion[] = []
  for (let file = 0; versions.length < count; file++) {
    const random = createRandom(seed, file)
    const isSpoilt = file % spoiltEvery === 3
    const kind = random.pick<Kind>(['pdf', 'pdf', 'docx', 'doc'])
    const userId = `auth0|${Math.floor(file / filesPerUser)}`
    const name = random.chance(0.2)
      ? `${random.pick(oddIds)} ${file}.${kind}`
      : `cv-${file}.${kind}`
    const fileId = isSpoilt ? `${spoiltMark}${file}` : random.chance(0.3) ? name : String(file)
    const many = !isSpoilt && random.chance(0.12) ? 3 : 1
    for (let version = 1; version <= many && versions.length < count; version++) {
      versions.push({
        userId,
        fileId,
        version,
        path: `${userId}/${many === 1 ? '' : `${file}/v${version}/`}${name}`,
        name: name.slice(-120),
        createdAt: new Date(Date.UTC(2012 + version, file % 12, 1 + (file % 28))).toISOString(),
        isSpoilt,
        // Some have the content of another one.
        seed: random.chance(0.05) ? Math.max(0, file - 1) : file * 8 + version,
      })
    }
  }
  return versions
}

export async function writeTree(root: string, versions: readonly LegacyVersion[]): Promise<void> {
  for (const { path, seed, createdAt, name } of versions) {
    const full = join(root, path)
    await mkdir(dirname(full), { recursive: true })
    const kind = (name.split('.').at(-1) ?? 'pdf') as Kind
    await writeFile(full, contentOf(kind, seed))
    const modified = new Date(Date.parse(createdAt) + seed * 61_007)
    await utimes(full, modified, modified)
  }
}

/** A few are a hundred times as large as most. */
function contentOf(kind: Kind, seed: number): Buffer {
  const random = createRandom(seed, 0)
  const size = random.chance(0.01) ? 500_000 + random.below(1_500_000) : 300 + random.below(20_000)
  const hash = createHash('shake256', { outputLength: size }).update(String(seed))
  return Buffer.concat([heads[kind], hash.digest()])
}

export function manifestOf(versions: readonly LegacyVersion[]): string {
  return versions
    .map(({ userId, fileId, version, path, name, createdAt }) =>
      JSON.stringify({
        user_id: userId,
        file_id: fileId,
        version,
        path,
        name,
        created_at: createdAt,
      }),
    )
    .join('\n')
}

/** Every file but what a rollback exports beside. */
export async function readTree(root: string): Promise<Tree> {
  const tree = new Map<string, Leaf>()
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const full = join(entry.parentPath, entry.name)
    const path = relative(root, full).split(sep).join('/')
    if (path.startsWith(`${exportFolder}/`)) continue
    const sha256 = createHash('sha256')
      .update(await readFile(full))
      .digest('hex')
    tree.set(path, { sha256, modifiedMs: Math.trunc((await stat(full)).mtimeMs) })
  }
  return tree
}
