/** The folder of a run, below the system's for temporary files. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './processes.ts'

/** A new one; those of runs that were killed themselves are removed: the name says whose it was. */
export async function makeFolder(prefix: string): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length).split('-')[0])
    if (Number.isInteger(pid) && pid > 1 && !isAlive(pid)) {
      await rm(join(tmpdir(), name), { recursive: true, force: true })
    }
  }
  const dir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  // Postgres runs as another user under root, who must be able to come here.
  await chmod(dir, 0o755)
  return dir
}
