import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { runCommand } from '../checks/command.ts'
import type { Platform } from './platform.ts'
import type { Supabase } from './release/project-calls.ts'

const require = createRequire(import.meta.url)
const timeoutMs = 60_000

/** The real CLI against a platform; it knows nothing of this machine: no login, no link, no telemetry. */
export function createCli(platform: Platform, dir: string): Supabase {
  const home = join(dir, 'home')
  const profile = join(dir, 'profile.yaml')
  mkdirSync(home, { recursive: true })
  const places = ['api_url', 'dashboard_url', 'docs_url'].map((name) => `${name}: ${platform.url}`)
  writeFileSync(profile, ['name: rehearsal', ...places, 'project_host: 127.0.0.1', ''].join('\n'))
  const program = require.resolve('supabase/dist/supabase.js')

  return (args, { workdir, env }) =>
    runCommand(
      process.execPath,
      [program, ...args, '--profile', profile, '--workdir', workdir, '--yes', '--agent', 'no'],
      {
        cwd: workdir,
        timeoutMs,
        env: {
          PATH: process.env.PATH,
          HOME: home,
          USERPROFILE: home,
          SUPABASE_ACCESS_TOKEN: platform.token,
          SUPABASE_TELEMETRY_DISABLED: '1',
          DO_NOT_TRACK: '1',
          NO_COLOR: '1',
          ...env,
        },
      },
    )
}
