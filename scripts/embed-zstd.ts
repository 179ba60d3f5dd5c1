// `npm run zstd:embed`: writes the WebAssembly of @bokuweb/zstd-wasm into a module. A function has no file system, and
// what a bundler makes of a file beside a package's code differs between the CLI's releases.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const packageMain = createRequire(import.meta.url).resolve('@bokuweb/zstd-wasm')
const wasm = readFileSync(join(dirname(packageMain), 'zstd.wasm'))
const target = new URL('../functions/_shared/delta/zstd-wasm.gen.ts', import.meta.url)
writeFileSync(
  target,
  `// zstd (BSD licence) as built by @bokuweb/zstd-wasm (MIT licence): gzip, base64. Made by \`npm run zstd:embed\`.
export const zstdWasm =
  '${gzipSync(wasm, { level: 9 }).toString('base64')}'
`,
)
