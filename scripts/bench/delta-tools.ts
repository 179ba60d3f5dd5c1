/** The tools that the bench compares with and packs with, from Debian packages unpacked into an ignored folder. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stateDir } from '../local/stack.ts'

const run = promisify(execFile)
const maxOutputBytes = 64 * 1024 * 1024
const packages = ['zstd', 'xdelta3', 'bsdiff', '7zip', 'zopfli', 'libdeflate-tools'] as const

export interface Tools {
  /** The path of a program, undefined where the machine has no such thing. */
  find(name: string): string | undefined
  /** Bytes of the result; undefined where the tool is absent. */
  zstd(target: string): Promise<number | undefined>
  xdelta(target: string, base: string): Promise<number | undefined>
  bsdiff(target: string, base: string): Promise<number | undefined>
  /** The yardstick of the goals: throws where it is absent. */
  patchFrom(target: string, base: string): Promise<number>
}

export async function installTools(progress: (line: string) => void): Promise<Tools> {
  const folder = join(stateDir, 'bench-tools')
  const unpacked = join(folder, 'root')
  mkdirSync(unpacked, { recursive: true })
  for (const name of packages) {
    const done = join(folder, name)
    if (existsSync(done)) continue
    const download = mkdtempSync(join(folder, 'download-'))
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
  const find = (name: string): string | undefined =>
    [...places, '/usr/bin', '/usr/local/bin']
      .map((place) => join(place, name))
      .find((path) => existsSync(path))
  const measure = async (
    name: string,
    args: (output: string) => string[],
  ): Promise<number | undefined> => {
    const tool = find(name)
    if (!tool) return undefined
    const output = join(folder, `output-${process.pid}`)
    try {
      await run(tool, args(output), { maxBuffer: maxOutputBytes })
      return statSync(output).size
    } finally {
      rmSync(output, { force: true })
    }
  }
  return {
    find,
    zstd: (target) => measure('zstd', (output) => ['-q', '-f', '-19', target, '-o', output]),
    xdelta: (target, base) =>
      measure('xdelta3', (output) => ['-e', '-9', '-f', '-s', base, target, output]),
    bsdiff: (target, base) => measure('bsdiff', (output) => [base, target, output]),
    async patchFrom(target, base) {
      const bytes = await measure('zstd', (output) => [
        '-q',
        '-f',
        '--ultra',
        '-22',
        `--patch-from=${base}`,
        target,
        '-o',
        output,
      ])
      if (bytes === undefined) throw new Error('Cannot measure without zstd')
      return bytes
    },
  }
}
