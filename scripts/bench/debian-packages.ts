/** Programs of others for a bench, from Debian packages that are unpacked into an ignored folder. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stateDir } from '../local/stack.ts'

const run = promisify(execFile)
export const toolsFolder = join(stateDir, 'bench-tools')

/** @returns the path of a program, undefined where neither a package nor the machine has it */
export async function installPackages(
  packages: readonly string[],
  progress: (line: string) => void,
): Promise<(program: string) => string | undefined> {
  const unpacked = join(toolsFolder, 'root')
  mkdirSync(unpacked, { recursive: true })
  for (const name of packages) {
    const done = join(toolsFolder, name)
    if (existsSync(done)) continue
    const download = mkdtempSync(join(toolsFolder, 'download-'))
    try {
      await run('apt-get', ['download', name], { cwd: download })
      const [file = ''] = readdirSync(download)
      await run('dpkg-deb', ['-x', join(download, file), unpacked])
      mkdirSync(done)
    } catch {
      progress(`Cannot install the Debian package ${name}; what needs it is left out`)
    } finally {
      rmSync(download, { recursive: true })
    }
  }
  const places = ['usr/bin', 'usr/lib/7zip'].map((place) => join(unpacked, place))
  return (program) =>
    [...places, '/usr/bin', '/usr/local/bin']
      .map((place) => join(place, program))
      .find((path) => existsSync(path))
}
