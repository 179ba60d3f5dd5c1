/** `npm run deploy`: puts a release onto a Supabase project with the real CLI, or takes the former one back. docs/deploy.md has it all. */
import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { runCommand } from '../checks/command.ts'
import { projectRoot } from '../checks/functions-tree.ts'
import { runDeploy } from './release/run.ts'
import { openRepository } from './release/sources.ts'

const cliTimeoutMs = 600_000
const program = createRequire(import.meta.url).resolve('supabase/dist/supabase.js')

process.exitCode = await runDeploy(process.argv.slice(2), {
  supabase: (args, { workdir, env }) =>
    runCommand(
      process.execPath,
      [program, ...args, '--workdir', workdir, '--yes', '--agent', 'no'],
      {
        cwd: workdir,
        timeoutMs: cliTimeoutMs,
        env: {
          ...process.env,
          ...env,
          SUPABASE_TELEMETRY_DISABLED: '1',
          DO_NOT_TRACK: '1',
          NO_COLOR: '1',
        },
      },
    ),
  repository: openRepository(projectRoot),
  directory: process.env.INIT_CWD ?? process.cwd(),
  environment: process.env,
  user: userInfo().username,
  fetch,
  write: (line) => console.log(line),
  pollMs: 2000,
  patienceMs: 180_000,
})
