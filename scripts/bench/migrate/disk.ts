/** A disk of resumes, and manifests that name its files. */
import { randomFillSync } from 'node:crypto'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createRandom } from '../../fuzz/random.ts'

const smallestBytes = 5_000
const largestBytes = 500_000
const filesPerUser = 20
const seed = 6

export interface Disk {
  readonly root: string
  /** From the root. The large ones come last. */
  readonly paths: readonly string[]
  readonly bytes: number
}

export function makeDisk(
  root: string,
  count: { small: number; large: number; largeBytes: number },
): Disk {
  const paths: string[] = []
  let bytes = 0
  const random = createRandom(seed, 0)
  const write = (path: string, size: number) => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    const content = randomFillSync(Buffer.alloc(size))
    content.write('%PDF-1.7\n')
    writeFileSync(join(root, path), content)
    paths.push(path)
    bytes += size
  }
  for (let index = 0; index < count.small; index++) {
    const size = smallestBytes + random.below(largestBytes - smallestBytes)
    write(`user-${Math.floor(index / filesPerUser)}/cv-${index}.pdf`, size)
  }
  for (let index = 0; index < count.large; index++) {
    write(`user-large/${index}.pdf`, count.largeBytes)
  }
  return { root, paths, bytes }
}

/** So many rows, each a file of its own to the service, whose bytes are those of the disk over and over. */
export async function writeManifest(
  path: string,
  paths: readonly string[],
  rows: number,
  prefix: string,
): Promise<string> {
  const manifest = createWriteStream(path)
  manifest.write('user_id,file_id,path\n')
  for (let row = 0; row < rows; row++) {
    manifest.write(
      `${prefix}-${Math.floor(row / filesPerUser)},${row},${paths[row % paths.length]}\n`,
    )
  }
  manifest.end()
  await finished(manifest)
  return path
}
