// `npm run check:types`: the whole project under TypeScript; the functions, and what an app server in Deno may
// have of ours, as both versions of Deno see them.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runCommand } from './command.ts'
import { denos } from './denos.ts'
import { functionNames, projectRoot } from './functions-tree.ts'
import { startReport } from './report.ts'

const timeoutMs = 180_000
const require = createRequire(import.meta.url)

const report = startReport('Types')
const entrypoints = functionNames().map((name) => `functions/${name}/index.ts`)
if (entrypoints.length === 0) report.check('functions', ['There is no functions/*/index.ts'])

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
await check('tsc -p .', process.execPath, [tsc, '-p', '.', '--pretty', 'false'])
for (const deno of denos()) {
  await check(
    `deno ${deno.version} check, ${entrypoints.length} functions and the dual-write store`,
    deno.program,
    [
      'check',
      '--quiet',
      // Deno 2.1 cannot read a lockfile of 2.9.
      '--no-lock',
      '--node-modules-dir=manual',
      ...entrypoints,
      'dual-write/dual-write.ts',
    ],
  )
}
report.finish()

async function check(what: string, program: string, args: readonly string[]): Promise<void> {
  const result = await runCommand(program, args, {
    cwd: projectRoot,
    env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
    timeoutMs,
  })
  const seconds = (result.durationMs / 1000).toFixed(1)
  // Deno 2.1 ends with a stack of its own, which says nothing of the project.
  const output = `${result.stdout}\n${result.stderr}`.replace(/\nStack backtrace:.*/s, '').trim()
  const failure = result.code === null ? `No answer within ${timeoutMs / 1000} s` : output
  report.check(`${what} (${seconds} s)`, result.code === 0 ? [] : [failure || 'Failed silently'])
}
