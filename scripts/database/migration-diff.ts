import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compareCatalogs, type Difference, readCatalog } from './catalog.ts'
import {
  declaredDatabase,
  migratedDatabase,
  projectRoot,
  type Scratch,
  type ScratchDatabase,
  withConnection,
} from './scratch.ts'

export const migrationsDir = join(projectRoot, 'supabase/migrations')

export interface SchemaPair {
  /** What the migrations give. */
  migrated: ScratchDatabase
  /** What sql/schema says. */
  declared: ScratchDatabase
}

export async function schemaPair(scratch: Scratch): Promise<SchemaPair> {
  const [migrated, declared] = [
    await migratedDatabase(scratch, 'migrated'),
    await declaredDatabase(scratch, 'declared'),
  ]
  return { migrated, declared }
}

/** What differs, left as migrated, right as declared. Empty if sql/schema and the migrations agree. */
export async function findDrift(pair: SchemaPair): Promise<Difference[]> {
  return compareCatalogs(await readCatalog(pair.migrated.url), await readCatalog(pair.declared.url))
}

/** pg-delta's exit code for a plan without actions. */
const nothingToDo = 3

export interface MigrationDraft {
  sql: string
  /** What pg-delta could not express: to be written by hand. Proven by applying `sql` and comparing. */
  missing: Difference[]
}

/**
 * The statements that turn the migrated database into the declared one, or undefined if there is no difference.
 * They are applied to the migrated database to see what they leave undone.
 * @param allowDrops without it, a plan that loses data is refused
 */
export async function draftMigration(
  pair: SchemaPair,
  allowDrops: boolean,
): Promise<MigrationDraft | undefined> {
  if ((await findDrift(pair)).length === 0) return undefined
  const sql = await renderPlan(pair, allowDrops)
  await withConnection(pair.migrated.url, (connection) => connection.unsafe(sql))
  return { sql, missing: await findDrift(pair) }
}

async function renderPlan({ migrated, declared }: SchemaPair, allowDrops: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'reswave-diff-'))
  try {
    const plan = join(folder, 'plan.json')
    await pgDelta([
      ...['plan', '--source', migrated.url, '--desired', declared.url],
      ...['--profile', 'supabase', '--out', plan],
    ])
    await pgDelta([
      ...['render', '--plan', plan, '--out', join(folder, 'migration.sql')],
      ...(allowDrops ? ['--allow-drops'] : []),
    ])
    const parts = readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .sort()
    return parts.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function formatDifferences(differences: Difference[]): string {
  const side = (text: string | undefined) => (text === undefined ? '(absent)' : text)
  return differences
    .map((d) => `${d.kind} ${d.name}\n  migrations: ${side(d.left)}\n  sql/schema: ${side(d.right)}`)
    .join('\n')
}

function pgDelta(args: string[]): Promise<number> {
  const entry = join(dirname(fileURLToPath(import.meta.resolve('@supabase/pg-delta'))), 'cli/main.js')
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [entry, ...args], { maxBuffer: 1e8 }, (error, _stdout, stderr) => {
      const code = error ? Number(error.code) : 0
      if (code === 0 || code === nothingToDo) resolve(code)
      else reject(new Error(`pgdelta ${args[0]} failed: ${stderr.trim()}`, { cause: error }))
    })
  })
}
