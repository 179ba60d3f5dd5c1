/** Builds the web page (client/demo) when its sources have changed since the last time. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, '.reswave', 'page')
const stampName = 'inputs.json'
/** What no module of the page names, and decides about it all the same. */
const alwaysInputs = ['package-lock.json', 'client/demo/index.html', 'client/demo/vite.config.ts']

/** @returns the folder with the built page */
export async function buildPage(): Promise<string> {
  if (isFresh()) return folder
  const { build } = await import('vite')
  // Another process may build at the same time, or read what is there.
  const outDir = `${folder}-${process.pid}`
  const before = process.env.NODE_ENV
  // Or a test would get React as it is for developers.
  process.env.NODE_ENV = 'production'
  try {
    const built = await build({
      configFile: join(root, 'client', 'demo', 'vite.config.ts'),
      build: { outDir },
    })
    writeFileSync(join(outDir, stampName), JSON.stringify(hashesOf(inputsOf(built)), null, 2))
    mkdirSync(join(root, '.reswave'), { recursive: true })
    rmSync(folder, { recursive: true, force: true })
    renameSync(outDir, folder)
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
    rmSync(outDir, { recursive: true, force: true })
  }
  return folder
}

function isFresh(): boolean {
  const stamp = join(folder, stampName)
  if (!existsSync(stamp)) return false
  const hashes: Record<string, string> = JSON.parse(readFileSync(stamp, 'utf8'))
  const isSame = Object.entries(hashes).every(([path, hash]) => hashOf(path) === hash)
  // A style has no module of its own in what was built: all files of the page count.
  return isSame && filesBelow('client').every((path) => path in hashes)
}

/** All files that went in, but for packages: the lockfile names those. */
function inputsOf(built: unknown): string[] {
  const outputs = Array.isArray(built) ? built : [built]
  const modules = outputs
    .flatMap(({ output }) => output)
    .flatMap((part: { moduleIds?: string[] }) => part.moduleIds ?? [])
    .map((id) => relative(root, id.replace(/^\0|\?.*$/g, '')))
    .filter((path) => !path.startsWith('..') && !path.includes('node_modules'))
    .filter((path) => existsSync(join(root, path)))
  return [...new Set([...alwaysInputs, ...filesBelow('client'), ...modules])].sort()
}

function filesBelow(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

const hashesOf = (paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [path, hashOf(path)]))

function hashOf(path: string): string | undefined {
  const full = join(root, path)
  if (!existsSync(full)) return undefined
  return createHash('sha256').update(readFileSync(full)).digest('hex')
}
