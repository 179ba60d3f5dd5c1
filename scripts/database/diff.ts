/**
 * `npm run db:diff -- NAME [--allow-data-loss]`: writes a migration with what changed in sql/schema since the last one.
 */
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { writeExpectedMigrations } from './expected-migrations.ts'
import { draftMigration, formatDifferences, migrationsDir, schemaPair } from './migration-diff.ts'
import { projectRoot, withScratch } from './scratch.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'allow-data-loss': { type: 'boolean', default: false } },
})
const [name] = positionals
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error(
    'Usage: npm run db:diff -- NAME [--allow-data-loss], where NAME is of a–z, 0–9 and _',
  )
  process.exit(2)
}

const draft = await withScratch(async (scratch) =>
  draftMigration(await schemaPair(scratch), values['allow-data-loss']),
)
if (!draft) {
  console.log('no changes')
} else {
  const timestamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const path = join(migrationsDir, `${timestamp}_${name}.sql`)
  writeFileSync(path, draft.sql)
  writeExpectedMigrations()
  console.log(relative(projectRoot, path))
  if (draft.missing.length > 0) {
    console.error(`To be added by hand:\n${formatDifferences(draft.missing)}`)
    process.exitCode = 1
  }
}
