import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../checks/command.ts'
import type { Deno } from '../checks/denos.ts'
import { denoFlags, type Unpacked } from './isolate.ts'

const timeoutMs = 60_000

/**
 * Downloads what a function imports into `denoDir`: the one step that uses the network, and this
 * machine's settings for it.
 *
 * @throws Error with what Deno said
 */
export async function fillModuleCache(
  unpacked: Unpacked,
  options: { deno: Deno; denoDir: string },
): Promise<void> {
  const { code, stderr } = await runDeno(
    ['cache', ...denoFlags(unpacked), unpacked.mainPath],
    options,
  )
  if (code !== 0) throw new Error(`Cannot load the modules of ${unpacked.slug}: ${stderr.trim()}`)
}

/** The npm packages that a function's modules reach, as `name@version`, and the size of their files. */
export async function npmPackagesOf(
  unpacked: Unpacked,
  options: { deno: Deno; denoDir: string },
): Promise<{ names: string[]; bytes: number }> {
  const flags = denoFlags(unpacked)
  const { code, stdout, stderr } = await runDeno(
    ['info', '--json', ...flags, unpacked.mainPath],
    options,
  )
  if (code !== 0) throw new Error(`Cannot list the modules of ${unpacked.slug}: ${stderr.trim()}`)
  const { npmPackages }: { npmPackages: Record<string, { name: string; version: string }> } =
    JSON.parse(stdout)
  const packages = Object.values(npmPackages)
  const registries = join(options.denoDir, 'npm')
  const folders = packages.flatMap(({ name, version }) =>
    readdirSync(registries)
      .map((registry) => join(registries, registry, name, version))
      .filter((folder) => existsSync(folder)),
  )
  return {
    names: packages.map(({ name, version }) => `${name}@${version}`).sort(),
    bytes: folders.reduce((sum, folder) => sum + sizeOf(folder), 0),
  }
}

function runDeno(args: readonly string[], options: { deno: Deno; denoDir: string }) {
  return runCommand(options.deno.program, args, {
    // Outside the project, so that its own configuration is not found.
    cwd: join(options.denoDir, '..'),
    timeoutMs,
    env: {
      // Behind a company's proxy the machine's own certificates count, as they do for npm.
      DENO_TLS_CA_STORE: 'system,mozilla',
      ...process.env,
      DENO_DIR: options.denoDir,
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
    },
  })
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
