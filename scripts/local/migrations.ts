import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'

const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const migrationsDir = fileURLToPath(new URL('../../supabase/migrations/', import.meta.url))
const require = createRequire(import.meta.url)

export interface CliResult {
  stdout: string
  stderr: string
}

/**
 * Runs the real Supabase CLI in this project, without prompts and telemetry.
 * @throws with what the CLI said, if it fails.
 */
export function supabaseCli(args: string[]): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [require.resolve('supabase/dist/supabase.js'), ...args, '--yes', '--agent', 'no'],
      {
        cwd: projectRoot,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          SUPABASE_TELEMETRY_DISABLED: '1',
          DO_NOT_TRACK: '1',
          NO_COLOR: '1',
        },
      },
    )
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve({ stdout, stderr })
      else
        reject(
          new Error(`supabase ${args[0]} ${args[1] ?? ''} failed: ${(stderr || stdout).trim()}`),
        )
    })
  })
}

/**
 * Applies what is new in supabase/migrations with `supabase db push`, exactly as a deploy to a hosted project does.
 * @param url the database as the role `postgres`
 */
export async function applyMigrations(url: string): Promise<CliResult> {
  return supabaseCli(['db', 'push', `--remote=${url}?sslmode=disable`, '--skip-vault'])
}

/**
 * The versions of the files in supabase/migrations that the database does not know yet: with none, a second start need not
 * wait for the CLI.
 */
export async function pendingMigrations(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const [history] = await sql`select to_regclass('supabase_migrations.schema_migrations') as name`
    const applied = history?.name
      ? await sql`select version from supabase_migrations.schema_migrations`
      : []
    const known = new Set(applied.map(({ version }) => version))
    return readdirSync(migrationsDir)
      .flatMap((name) => /^(\d+)_.+\.sql$/.exec(name)?.[1] ?? [])
      .filter((version) => !known.has(version))
  } finally {
    await sql.end()
  }
}
