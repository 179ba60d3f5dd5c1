import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import { hashFile } from '../../../scripts/migrate/hash-file.ts'
import { planMigration } from '../../../scripts/migrate/plan.ts'

vi.mock('../../../scripts/migrate/hash-file.ts', async (original) => {
  const actual = await original<typeof import('../../../scripts/migrate/hash-file.ts')>()
  return { ...actual, hashFile: vi.fn(actual.hashFile) }
})

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-plan-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

const plan = () => planMigration({ root }, new AbortController().signal)

it('plan counts what has the content of another file', async () => {
  for (const name of ['a', 'b', 'c']) await put(`ada/${name}.pdf`, '%PDF-1.7\n1')
  await put('ada/d.pdf', '%PDF-1.7\n2')
  expect(await plan()).toMatchObject({ files: 4, duplicates: 2, duplicateBytes: 20, problems: {} })
})

it('plan names a file that is written to while it is read, and goes on', async () => {
  for (const name of ['a', 'b', 'c']) await put(`ada/${name}.pdf`, '%PDF-1.7\n1')
  const changed = new AppError('migration_source_changed', 'It changed')
  vi.mocked(hashFile).mockRejectedValueOnce(changed)
  expect(await plan()).toMatchObject({
    duplicates: 1,
    problems: { migration_source_changed: 1 },
    examples: [{ path: 'ada/a.pdf', code: 'migration_source_changed', detail: 'It changed' }],
  })
})
