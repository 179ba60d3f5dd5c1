/** What migrations the functions expect: a deployed one has no folder to look into. Written with the types. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

export const expectedMigrationsPath = 'functions/health/migrations.gen.ts'

/** The file as it should be, by what lies in supabase/migrations. */
export function expectedMigrationsFile(): string {
  const versions = readdirSync(join(projectRoot, 'supabase/migrations'))
    .flatMap((name) => /^(\d+)_.+\.sql$/.exec(name)?.[1] ?? [])
    .sort()
  return [
    '// Written by `npm run db:types` from supabase/migrations: do not edit.',
    '',
    'export const expectedMigrations: readonly string[] = [',
    ...versions.map((version) => `  '${version}',`),
    ']',
    '',
  ].join('\n')
}

export function writeExpectedMigrations(): void {
  writeFileSync(join(projectRoot, expectedMigrationsPath), expectedMigrationsFile())
}
