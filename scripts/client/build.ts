/**
 * `npm run build:client`: makes the package in client/dist, ESM and types, and says what it weighs. It fails
 * above the limit: what an app downloads for it is a promise of README.
 */
import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { runCommand } from '../checks/command.ts'
import { projectRoot } from '../checks/functions-tree.ts'

/** Core and hooks together, without React and supabase-js. */
const limitBytes = 8 * 1024
const typesTimeoutMs = 120_000
const folder = join(projectRoot, 'client', 'dist')
const external = ['react', '@supabase/supabase-js']

rmSync(folder, { recursive: true, force: true })

// One build with two doors: what both need is in a file that both import.
const bundle = await rolldown({
  input: {
    index: join(projectRoot, 'client/index.ts'),
    react: join(projectRoot, 'client/react/index.ts'),
  },
  external,
  platform: 'neutral',
})
const { output } = await bundle.write({
  dir: folder,
  format: 'esm',
  minify: true,
  sourcemap: true,
  chunkFileNames: '[name].js',
})
await bundle.close()

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const types = await runCommand(
  process.execPath,
  [tsc, '-p', join(projectRoot, 'client/tsconfig.types.json'), '--pretty', 'false'],
  { cwd: projectRoot, env: process.env, timeoutMs: typesTimeoutMs },
)
if (types.code !== 0) {
  console.error(`The types cannot be written:\n${types.stdout}${types.stderr}`)
  process.exit(1)
}

const chunks = output.flatMap((file) => (file.type === 'chunk' ? [file] : []))
const sizeOf = (names: readonly string[]): { bytes: number; gzipBytes: number } => {
  const files = names.map((name) => readFileSync(join(folder, name)))
  const bytes = files.reduce((sum, file) => sum + file.length, 0)
  const gzipBytes = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)
  return { bytes, gzipBytes }
}
/** A door and what it imports of this package. */
const withImports = (name: string): string[] => {
  const chunk = chunks.find(({ fileName }) => fileName === name)
  const own = chunk?.imports.filter((imported) => !external.includes(imported)) ?? []
  return [...new Set([name, ...own.flatMap(withImports)])]
}
const rows = [
  { what: 'core (@reswave/client)', names: withImports('index.js') },
  { what: 'hooks and what they use (@reswave/client/react)', names: withImports('react.js') },
  { what: 'everything', names: chunks.map(({ fileName }) => fileName) },
].map(({ what, names }) => ({ what, ...sizeOf(names) }))

console.log('without React and supabase-js                      minified      gzip')
for (const { what, bytes, gzipBytes } of rows) {
  console.log(`${what.padEnd(48)} ${format(bytes)} ${format(gzipBytes)}`)
}
const total = rows.at(-1)?.gzipBytes ?? Number.POSITIVE_INFINITY
if (total > limitBytes) {
  console.error(`The package has ${total} bytes, gzipped; the limit is ${limitBytes}`)
  process.exit(1)
}

function format(bytes: number): string {
  return `${(bytes / 1024).toFixed(2)} KB`.padStart(10)
}
