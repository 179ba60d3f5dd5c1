import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('npm run bench names the benches when it is given none of them', () => {
  const script = fileURLToPath(new URL('../../../scripts/bench/run.ts', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [script, 'nonsense'], { encoding: 'utf8' })
  expect(stderr.trim()).toMatch(
    /one of: delta, metrics, migrate, optimize, page, queue, relevance, search$/,
  )
  expect(status).toBe(2)
})
