/**
 * `npm run db:types`: writes the TypeScript types of the schema `public`, by the real CLI from the migrated database, and
 * the list of migrations that the health function expects.
 * `npm run db:types -- --check` fails if the file is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { supabaseCli } from '../local/migrations.ts'
import { expectedMigrationsPath, writeExpectedMigrations } from './expected-migrations.ts'
import { runBin } from './run-bin.ts'
import { migratedDatabase, projectRoot, withScratch } from './scratch.ts'

const typesPath = 'functions/_shared/database/database.gen.ts'

export async function generateTypes(url: string): Promise<string> {
  const { stdout } = await supabaseCli([
    ...['gen', 'types', 'typescript', '--schema', 'public'],
    `--remote=${url}?sslmode=disable`,
  ])
  // The CLI leaves the layout to the project. The name given here is not one that biome.json leaves out.
  const formatted = await runBin('biome', ['format', '--stdin-file-path=database.ts'], stdout)
  return `// Written by \`npm run db:types\` from the database: do not edit.\n\n${formatted}`
}

export function typesAreCurrent(types: string): boolean {
  const path = join(projectRoot, typesPath)
  return existsSync(path) && readFileSync(path, 'utf8') === types
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const types = await withScratch(async (scratch) =>
    generateTypes((await migratedDatabase(scratch, 'migrated')).url),
  )
  if (!values.check) {
    writeFileSync(join(projectRoot, typesPath), types)
    writeExpectedMigrations()
    console.log(`${typesPath}\n${expectedMigrationsPath}`)
  } else if (typesAreCurrent(types)) {
    console.log(`${typesPath} is current`)
  } else {
    console.error(`${typesPath} is stale: run npm run db:types`)
    process.exitCode = 1
  }
}
