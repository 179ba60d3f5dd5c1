/** A file that appears on the disk whole, or not at all. */
import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { codeOf } from '../../dual-write/durable-file.ts'

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
/** A container gives every process the same id: this one differs. */
const process8 = randomUUID().slice(0, 8)
const pattern = /^\.reswave-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-\d+\.partial$/
/** What a file system says that has no hard links: FAT, some network shares. */
const withoutLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']
const swept = new Map<string, Promise<void>>()
let count = 0

/**
 * Hands out a path beside it, and gives what was written there its name. What a process of this machine that was killed
 * has left in that folder goes.
 *
 * @returns false when something had that name before: it stays
 */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<boolean> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const sweep = swept.get(folder) ?? removeLeftovers(folder)
  swept.set(folder, sweep)
  await sweep
  const name = `.reswave-${host}-${process.pid}-${process8}-${++count}.partial`
  const temporary = join(folder, name)
  try {
    await write(temporary)
    await sync(temporary)
    return await giveName(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A rename would take the place of what somebody has put there meanwhile. */
async function giveName(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path).catch(async (error: unknown) => {
      if (!withoutLinks.includes(codeOf(error) ?? '')) throw error
      await copyTo(path, temporary)
    })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Not whole at once, but in nobody's place either. */
async function copyTo(path: string, temporary: string): Promise<void> {
  await copyFile(temporary, path, constants.COPYFILE_EXCL)
  const { atime, mtime } = await stat(temporary)
  await utimes(path, atime, mtime)
  await sync(path)
}

async function sync(path: string): Promise<void> {
  await using file = await open(path)
  await file.sync()
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
    return codeOf(error) === 'EPERM'
  }
}
