import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type CommandResult, runCommand } from '../checks/command.ts'
import { projectRoot } from '../checks/functions-tree.ts'
import type { Platform } from './platform.ts'

const require = createRequire(import.meta.url)
const timeoutMs = 60_000

/** Runs the real CLI against a platform. */
export type Cli = (args: readonly string[]) => Promise<CommandResult>

/**
 * A CLI that knows nothing of this machine: no login, no link, no telemetry. It works on a copy of what
 * a deploy is made of, because it keeps notes about the linked project beside config.toml.
 */
export function createCli(platform: Platform, dir: string): Cli {
  const workdir = join(dir, 'project')
  const home = join(dir, 'home')
  const profile = join(dir, 'profile.yaml')
  mkdirSync(home, { recursive: true })
  for (const path of ['deno.json', 'functions', 'supabase/config.toml']) {
    cpSync(join(projectRoot, path), join(workdir, path), { recursive: true })
  }
  const places = ['api_url', 'dashboard_url', 'docs_url'].map((name) => `${name}: ${platform.url}`)
  writeFileSync(profile, ['name: rehearsal', ...places, 'project_host: 127.0.0.1', ''].join('\n'))
  const program = require.resolve('supabase/dist/supabase.js')

  return (args) =>
    runCommand(
      process.execPath,
      [
        program,
        ...args,
        `--remote=${platform.ref}`,
        '--profile',
        profile,
        '--workdir',
        workdir,
        '--yes',
        '--agent',
        'no',
      ],
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
        },
      },
    )
}
