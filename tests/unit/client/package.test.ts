/** The package as it is built: its size, and that others can use it. */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { beforeAll, expect, it } from 'vitest'
import { runCommand } from '../../../scripts/checks/command.ts'
import { denos } from '../../../scripts/checks/denos.ts'
import { projectRoot } from '../../../scripts/checks/functions-tree.ts'

const timeoutMs = 100_000
const run = (program: string, args: readonly string[], cwd = projectRoot) =>
  runCommand(program, args, { cwd, timeoutMs })
const door = (name: string) => join(projectRoot, 'client/dist', name)

let size = ''
beforeAll(async () => {
  const built = await run(process.execPath, [join(projectRoot, 'scripts/client/build.ts')])
  expect(built.stderr + built.stdout).toContain('core and hooks')
  expect(built.code).toBe(0)
  size = built.stdout
}, timeoutMs)

it('weighs what README says, and at most 8 KB gzipped', async () => {
  const gzipBytes = Number(/core and hooks.* ([\d,]+) B$/m.exec(size)?.[1]?.replace(',', ''))
  expect(gzipBytes).toBeLessThanOrEqual(8 * 1024)
  const readme = await readFile(join(projectRoot, 'README.md'), 'utf8')
  const said = Number(/\(([\d.]+) KB gzipped/.exec(readme)?.[1])
  expect(said).toBeCloseTo(gzipBytes / 1024, 1)
})

const program = (url: string) => `
  const { createResumeClient, ResWaveError } = await import(${JSON.stringify(url)})
  const client = createResumeClient({ supabase: {} })
  const error = await client.versions('x').catch((error) => error)
  console.log(Object.keys(client).length, new ResWaveError('offline', '').retryable, typeof error)`

it(
  'is imported by Node and by both versions of Deno, with nothing else',
  async () => {
    const code = program(`file://${door('index.js')}`)
    const inNode = await run(process.execPath, ['--input-type=module', '--eval', code])
    expect(inNode.stdout.trim()).toBe('12 true object')
    for (const deno of denos()) {
      const inDeno = await run(deno.program, ['eval', '--no-config', '--no-lock', code], tmpdir())
      expect(inDeno.stdout.trim(), deno.version).toBe('12 true object')
    }
  },
  timeoutMs,
)

it('is bundled for a browser, with nothing of Node or of the server in it', async () => {
  const bundle = await rolldown({
    input: door('react.js'),
    platform: 'browser',
    external: ['react'],
  })
  const { output } = await bundle.generate({ format: 'esm' })
  await bundle.close()
  expect(output).toHaveLength(1)
  expect(output[0].imports).toEqual(['react'])
  expect(output[0].code).not.toMatch(/from\s*["']node:|\bzod\b|\bprocess\b/)
})

it(
  'gives an app its types',
  async () => {
    const folder = join(projectRoot, '.reswave', `consumer-${process.pid}`)
    const modules = join(folder, 'node_modules')
    await mkdir(join(modules, '@reswave'), { recursive: true })
    await mkdir(join(modules, '@types'), { recursive: true })
    try {
      await symlink(join(projectRoot, 'client'), join(modules, '@reswave/client'))
      for (const name of ['@supabase', 'react', '@types/react']) {
        await symlink(join(projectRoot, 'node_modules', name), join(modules, name))
      }
      await writeFile(
        join(folder, 'app.ts'),
        `import { createResumeClient, type ResWaveError } from '@reswave/client'
       import { useResumeOptimizer } from '@reswave/client/react'
       import { createClient } from '@supabase/supabase-js'
       const client = createResumeClient({ supabase: createClient('http://x', 'y') })
       export const total: Promise<number> = client
         .optimize({ filePath: 'x' })
         .done.then(({ result }) => result.score.before.total)
       export const phase = (): 'idle' | string => useResumeOptimizer().phase
       // @ts-expect-error there is no such code
       export const code: ResWaveError['code'] = 'nothing_like_it'`,
      )
      const options = { module: 'esnext', moduleResolution: 'bundler', target: 'es2024' }
      const compilerOptions = {
        ...options,
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
        types: [],
      }
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['app.ts'] }),
      )
      const require = createRequire(import.meta.url)
      const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
      const checked = await run(process.execPath, [tsc, '-p', folder, '--pretty', 'false'])
      // supabase-js has faults of its own when libraries are checked too, as ours are here.
      const ours = checked.stdout
        .split('\n')
        .filter((line) => /^\S/.test(line) && !line.startsWith('node_modules/@supabase/'))
      expect(ours).toEqual([])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  timeoutMs,
)
