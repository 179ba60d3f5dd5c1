import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { zstdWasm } from '../../../functions/_shared/delta/zstd-wasm.gen.ts'

test('the embedded zstd is the one of the pinned package', () => {
  const packageMain = createRequire(import.meta.url).resolve('@bokuweb/zstd-wasm')
  const pinned = readFileSync(join(dirname(packageMain), 'zstd.wasm'))
  // If this fails after an update of the package: `npm run zstd:embed`.
  expect(gunzipSync(Buffer.from(zstdWasm, 'base64')).equals(pinned)).toBe(true)
})
