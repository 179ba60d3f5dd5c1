/**
 * `npm run build:client`: makes the package in client/dist, ESM and types, and says what it weighs. It fails
 * above the limit: what an app downloads for it is a promise of README.
 */
import { rmSync } from 'node:fs'
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
await bundle.write({
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

const core = await sizeOf(["export * from './client/index.ts'"])
const all = await sizeOf([
  "export * from './client/index.ts'",
  "export * from './client/react/index.ts'",
])
console.log('As an app bundles it, without React and supabase-js')
console.log('                        minified       gzip')
for (const [what, { bytes, gzipBytes }] of Object.entries({ core, 'core and hooks': all })) {
  console.log(`${what.padEnd(20)} ${format(bytes)} ${format(gzipBytes)}`)
}
if (all.gzipBytes > limitBytes) {
  console.error(`The package has ${all.gzipBytes} bytes, gzipped; the limit is ${limitBytes}`)
  process.exit(1)
}

/** What a bundler makes of these lines. */
async function sizeOf(lines: readonly string[]): Promise<{ bytes: number; gzipBytes: number }> {
  const entry = join(projectRoot, 'entry.js')
  const app = await rolldown({
    input: entry,
    external,
    platform: 'neutral',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? lines.join('\n') : null),
      },
    ],
  })
  const { output } = await app.generate({ format: 'esm', minify: true })
  await app.close()
  const [{ code }] = output
  return { bytes: Buffer.byteLength(code), gzipBytes: gzipSync(code, { level: 9 }).length }
}

function format(bytes: number): string {
  return `${bytes.toLocaleString('en')} B`.padStart(11)
}
