import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

export interface Deno {
  readonly version: string
  /** The path of the program itself, not of the npm package's launcher: that one process can be measured and ended. */
  readonly program: string
}

/** What the functions must run on: the pinned Deno, and 2.1, which Supabase's edge runtime follows. */
export function denos(): readonly Deno[] {
  return [findDeno('deno'), findDeno('deno-2.1')]
}

/** @param name under which package.json lists a version of the npm package `deno` */
function findDeno(name: string): Deno {
  const manifest = require.resolve(`${name}/package.json`)
  const libc = process.platform === 'linux' ? '-glibc' : ''
  const platformPackage = `@deno/${process.platform}-${process.arch}${libc}/package.json`
  const folder = join(createRequire(manifest).resolve(platformPackage), '..')
  return {
    version: require(manifest).version,
    program: join(folder, process.platform === 'win32' ? 'deno.exe' : 'deno'),
  }
}
