/** A file that appears on the disk whole, or not at all. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
/** A container gives every process the same id: this one differs. */
const process8 = randomUUID().slice(0, 8)
const pattern = /^\.reswave-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-\d+\.partial$/
const swept = new Map<string, Promise<void>>()
let count = 0

/**
 * Hands out a path beside it, and gives what was written there its name. What a process of this machine that was killed
 * has left in that folder goes.
 */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const sweep = swept.get(folder) ?? removeLeftovers(folder)
  swept.set(folder, sweep)
  await sweep
  const name = `.reswave-${host}-${process.pid}-${process8}-${++count}.partial`
  const temporary = join(folder, name)
  try {
    await write(temporary)
    await using file = await open(temporary)
    await file.sync()
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, ofHost, pid, ofProcess] = pattern.exec(name) ?? []
    const isDead = Number(pid) === process.pid ? ofProcess !== process8 : !isAlive(Number(pid))
    if (ofHost === host && isDead) await rm(join(folder, name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
