import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startModelServer } from '../../../scripts/local/model/server.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const script = fileURLToPath(new URL('deno-client.ts', import.meta.url))

test.each([
  ['the pinned Deno', 'node_modules/deno/bin.cjs'],
  ["Deno 2.1, which Supabase's runtime follows", 'node_modules/deno-2.1/bin.cjs'],
])('the client does the same under %s', { timeout: 60_000 }, async (_, binary) => {
  const server = await startModelServer()
  onTestFinished(() => server.stop())
  const args = [
    'run',
    '--no-lock',
    '--no-prompt',
    '--allow-net=127.0.0.1',
    '--allow-env',
    '--allow-read',
    '--allow-sys',
    script,
  ]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [root + binary, ...args, server.url],
    {
      cwd: root,
      timeout: 55_000,
    },
  )
  expect(JSON.parse(stdout)).toEqual({
    installed: true,
    outcomes: {
      latest: 'Managed 5 people.',
      silent: 'model_timeout',
      stall: 'model_timeout',
      cut: 'model_unavailable',
      reset: 'model_unavailable',
      busy: 'model_unavailable',
      redirect: 'model_unavailable',
      malformed: 'model_invalid',
      error: 'model_unavailable',
      'ignore-schema': 'model_invalid',
      thinking: 'Managed 5 people.',
      cancelled: 'cancelled',
    },
  })
  // Three clients left: the one that met silence, the one that met a stall, the one that was cancelled.
  await server.until(({ aborted }) => aborted === 3)
})
