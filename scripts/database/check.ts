/**
 * `npm run db:check`: sql/schema and the migrations give the same database, the TypeScript types are current, and
 * Supabase's advisors have no warning.
 */
import { isSerious, readAdvice } from './advisors.ts'
import { findDrift, formatDifferences, schemaPair } from './migration-diff.ts'
import { withScratch } from './scratch.ts'
import { generateTypes, typesAreCurrent } from './types.ts'

const complaints = await withScratch(async (scratch) => {
  const pair = await schemaPair(scratch)
  const drift = await findDrift(pair)
  const advice = await readAdvice(pair.migrated.url)
  for (const note of advice) if (!isSerious(note)) console.log(`advisor ${note.name}: ${note.detail}`)
  return [
    ...(drift.length > 0
      ? [`sql/schema and supabase/migrations differ (npm run db:diff):\n${formatDifferences(drift)}`]
      : []),
    ...(typesAreCurrent(await generateTypes(pair.migrated.url))
      ? []
      : ['database.gen.ts is stale: run npm run db:types']),
    ...advice.filter(isSerious).map((note) => `advisor ${note.level} ${note.name}: ${note.detail}`),
  ]
})
for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exitCode = 1
else console.log('schema, types and advisors: in order')
