/** The tools that the bench compares with and packs with, from Debian packages unpacked into an ignored folder. */
import { execFile } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installPackages, toolsFolder } from './debian-packages.ts'

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
  const find = await installPackages(packages, progress)
  const measure = async (
    name: string,
    args: (output: string) => string[],
  ): Promise<number | undefined> => {
    const tool = find(name)
    if (!tool) return undefined
    const output = join(toolsFolder, `output-${process.pid}`)
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
