import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { compareCatalogs, type Difference, readCatalog } from './catalog.ts'
import { planPolicies } from './policies.ts'
import { runBin } from './run-bin.ts'
import {
  declaredDatabase,
  migratedDatabase,
  projectRoot,
  type Scratch,
  type ScratchDatabase,
  withConnection,
} from './scratch.ts'
import { layOut } from './sql-layout.ts'

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

export interface MigrationDraft {
  sql: string
  /** What could not be expressed and is to be written by hand: `sql` was applied, this was still different. */
  missing: Difference[]
}

/**
 * The statements that turn the migrated database into the declared one, or undefined if there is no difference.
 * They are applied to the migrated database to see what they leave undone.
 * @throws if the plan loses data and `allowDataLoss` is false
 */
export async function draftMigration(
  pair: SchemaPair,
  allowDataLoss: boolean,
): Promise<MigrationDraft | undefined> {
  if ((await findDrift(pair)).length === 0) return undefined
  const planned = framed(await planWithPgDelta(pair, allowDataLoss))
  await apply(pair, planned)
  // pg-delta leaves Supabase's own schemas alone, policies on storage.objects included. Those are ours.
  const policies = await planPolicies(await findDrift(pair), pair.migrated.url, pair.declared.url)
  await apply(pair, policies)
  return { sql: layOut(unindented(planned + policies)), missing: await findDrift(pair) }
}

/**
 * pg-delta does not read the bodies of functions, so that one may come before what it calls; pg_dump does the same.
 * A migration that waits for a lock holds up all who come after it: it gives up instead, whole, and is pushed again.
 */
function framed(sql: string): string {
  return `set check_function_bodies = off;\nset lock_timeout = '5s';\n\n${sql}\nreset lock_timeout;\nreset check_function_bodies;\n`
}

/** Postgres indents the attributes of functions and the lines of views by odd numbers of spaces; pg-delta ends views twice. */
function unindented(sql: string): string {
  return sql
    .replaceAll(/^ *(?=\S)/gm, (indent) => ' '.repeat(indent.length - (indent.length % 2)))
    .replaceAll(/;;$/gm, ';')
}

function apply(pair: SchemaPair, sql: string) {
  return withConnection(pair.migrated.url, (connection) => connection.unsafe(sql))
}

const plan = z.object({
  actions: z.array(z.object({ sql: z.string(), dataLoss: z.enum(['none', 'destructive']) })),
})

async function planWithPgDelta(
  { migrated, declared }: SchemaPair,
  allowDataLoss: boolean,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'reswave-diff-'))
  try {
    const path = join(folder, 'plan.json')
    await runBin('pgdelta', [
      ...['plan', '--source', migrated.url, '--desired', declared.url],
      ...['--profile', 'supabase', '--out', path],
    ])
    const { actions } = plan.parse(JSON.parse(readFileSync(path, 'utf8')))
    const losses = actions.filter((action) => action.dataLoss === 'destructive')
    if (losses.length > 0 && !allowDataLoss) {
      throw new Error(
        `The migration would lose data. If that is meant, say --allow-data-loss:\n${losses.map((loss) => loss.sql).join('\n')}`,
      )
    }
    return actions.map((action) => `${action.sql};\n\n`).join('')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function formatDifferences(differences: Difference[]): string {
  const side = (text: string | undefined) => (text === undefined ? '(absent)' : text)
  return differences
    .map(
      (d) => `${d.kind} ${d.name}\n  migrations: ${side(d.left)}\n  sql/schema: ${side(d.right)}`,
    )
    .join('\n')
}
