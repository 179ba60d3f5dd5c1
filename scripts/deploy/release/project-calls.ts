/** What is asked of a project, all of it through the real CLI. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { CommandResult } from '../../checks/command.ts'
import { type DeployedState, deployedState } from './state.ts'

/** Runs the CLI; arguments can be read by every process of the machine, the environment by this user's alone. */
export type Supabase = (
  args: readonly string[],
  options: { workdir: string; env?: Readonly<Record<string, string>> },
) => Promise<CommandResult>

export interface ProjectCalls {
  readonly secrets: () => Promise<ReadonlyMap<string, string>>
  readonly functions: () => Promise<ReadonlyMap<string, number>>
  readonly state: () => Promise<DeployedState>
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>
  readonly push: () => Promise<void>
  readonly setSecrets: (envFile: string) => Promise<void>
  readonly deployFunctions: () => Promise<void>
  readonly deleteFunction: (name: string) => Promise<void>
}

const secretList = z.object({
  secrets: z.array(z.object({ name: z.string(), value: z.string() })),
})
const functionList = z.object({
  functions: z.array(z.object({ slug: z.string(), version: z.number() })),
})
const rows = z.array(z.record(z.string(), z.unknown()))
const failure = z.object({ error: z.object({ message: z.string() }) })

export function createProjectCalls(options: {
  readonly supabase: Supabase
  readonly ref: string
  readonly workdir: string
  readonly dbUrl: string | undefined
  readonly dbPassword: string | undefined
}): ProjectCalls {
  const remote = `--remote=${options.ref}`

  async function run(args: readonly string[], env?: Readonly<Record<string, string>>) {
    const result = await options.supabase(args, {
      workdir: options.workdir,
      ...(env === undefined ? {} : { env }),
    })
    if (result.code === 0) return result.stdout
    const said = failure.safeParse(parseJson(result.stdout)).data?.error.message
    const why = said ?? (result.stderr.trim() || result.stdout.trim() || 'no answer in time')
    throw new Error(`supabase ${args.slice(0, 2).join(' ')}: ${why}`)
  }

  /** By a file that only this user can read, since a statement may hold a token. */
  async function query(sql: string) {
    const folder = mkdtempSync(join(tmpdir(), 'reswave-sql-'))
    try {
      const file = join(folder, 'statement.sql')
      writeFileSync(file, sql, { mode: 0o600 })
      const output = await run(['db', 'query', remote, '--file', file, '--output-format', 'json'])
      return rows.parse(parseJson(output))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  return {
    query,
    async secrets() {
      const output = await run(['secrets', 'list', remote, '--output-format', 'json'])
      const { secrets } = secretList.parse(parseJson(output))
      return new Map(secrets.map(({ name, value }) => [name, value]))
    },
    async functions() {
      const output = await run(['functions', 'list', remote, '--output-format', 'json'])
      const { functions } = functionList.parse(parseJson(output))
      return new Map(functions.map(({ slug, version }) => [slug, version]))
    },
    async state() {
      try {
        const [row] = await query('select private.deploy_state() as state')
        return deployedState.parse(row?.state)
      } catch (error) {
        if (!isMissing(error)) throw error
      }
      // Nothing of ours, or an older schema, of which the migrations are enough.
      const applied = await query(
        'select version from supabase_migrations.schema_migrations order by version',
      ).catch((error: unknown) => {
        if (isMissing(error)) return []
        throw error
      })
      return deployedState.parse({ migrations: applied.map(({ version }) => version) })
    },
    async push() {
      const { dbUrl, dbPassword } = options
      const password = dbPassword ?? ''
      await run(
        ['db', 'push', dbUrl === undefined ? remote : `--remote=${dbUrl}`, '--skip-vault'],
        dbUrl === undefined || password === '' ? undefined : { PGPASSWORD: password },
      )
    },
    async setSecrets(envFile) {
      await run(['secrets', 'set', remote, '--env-file', envFile])
    },
    async deployFunctions() {
      await run(['functions', 'deploy', remote, '--use-api'])
    },
    async deleteFunction(name) {
      await run(['functions', 'delete', name, remote])
    },
  }
}

/** Postgres' words for a schema, table or function that is not there. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && /(schema|function|relation) \S+ does not exist/.test(error.message)
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
