import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { plainResume } from './app.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

it('README: the code for an app runs as it stands', async () => {
  const readme = await readFile(`${root}README.md`, 'utf8')
  const code = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block).join('\n')
  expect(code).toContain('optimize-resume')
  expect(code).toContain('resume-versions')
  const folder = `${root}.reswave/readme-${process.pid}`
  await mkdir(folder, { recursive: true })
  try {
    await writeFile(`${folder}/app.ts`, code)
    const stack = inject('stack')
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/app.ts`], {
      env: {
        ...process.env,
        SUPABASE_URL: stack.url,
        SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
        EMAIL: `${crypto.randomUUID()}@example.com`,
        PASSWORD: crypto.randomUUID(),
        RESUME: `${root}tests/fixtures/resumes/${plainResume}`,
      },
    })
    expect(stdout).toMatch(/^score \d+ → \d+/)
    expect(stdout).toMatch(/^- .+\n\+ .+$/m)
    expect(stdout).toMatch(/^version 2: \d+ words went, \d+ came$/m)
    expect(stdout).toMatch(/^3 restore \d+\n2 optimization \d+\n1 upload \d+$/m)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
