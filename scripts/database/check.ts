/**
 * `npm run db:check`: sql/schema and the migrations give the same database, the TypeScript types are current, and
 * Supabase's advisors have no warning.
 */
import { isSerious, readAdvice } from './advisors.ts'
import { findDrift, formatDifferences, schemaPair } from './migration-diff.ts'
import { withScratch } from './scratch.ts'
import { generateTypes, typesAreCurrent } from './types.ts'

interface Check {
  name: string
  complaints: string[]
}

const checks = await withScratch(async (scratch): Promise<Check[]> => {
  const pair = await schemaPair(scratch)
  const drift = await findDrift(pair)
  const types = await generateTypes(pair.migrated.url)
  const advice = await readAdvice(pair.migrated.url)
  return [
    {
      name: 'sql/schema and supabase/migrations give the same database',
      complaints: drift.length > 0 ? [`npm run db:diff\n${formatDifferences(drift)}`] : [],
    },
    {
      name: 'database.gen.ts is current',
      complaints: typesAreCurrent(types) ? [] : ['npm run db:types'],
    },
    {
      name: 'supabase db advisors has no warning',
      complaints: advice
        .filter(isSerious)
        .map((note) => `${note.level} ${note.name}: ${note.detail}`),
    },
  ]
})
for (const { name, complaints } of checks) {
  console.log(`${complaints.length === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  for (const complaint of complaints) console.log(complaint)
}
const failed = checks.filter(({ complaints }) => complaints.length > 0).length
console.log(`\n${checks.length - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
