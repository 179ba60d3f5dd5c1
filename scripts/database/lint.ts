/**
 * `npm run sql:lint`: every file is laid out, every statement and every PL/pgSQL body parses, and no migration does to
 * a live table what locks or breaks it. By the Postgres Language Server; its own configuration cannot tell files apart, so that is done here.
 */
import { z } from 'zod'
import { layOutFiles } from './format.ts'
import { runBin } from './run-bin.ts'

const checked = ['sql', 'supabase/migrations', 'tests/database']
// They make everything: there is nothing yet that a lock could hold up.
const firstMigrations = /supabase\/migrations\/20261123\d+_/
// A migration is one transaction: what it has locked stays locked until it ends. It must say how long it waits for a
// lock (lockTimeoutWarning); what needs a table for long is suppressed by a comment that says why, or goes otherwise.
const ofOneTransaction = new Set([
  'lint/safety/avoidWideLockWindow',
  'lint/safety/multipleAlterTable',
  'lint/safety/runningStatementWhileHoldingAccessExclusive',
])

const report = z.object({
  summary: z.object({ skippedDiagnostics: z.number() }),
  diagnostics: z.array(
    z.object({
      category: z.string(),
      message: z.string(),
      location: z.object({
        path: z.string(),
        start: z.object({ line: z.number(), column: z.number() }),
      }),
    }),
  ),
})

const output = await runBin('postgres-language-server', [
  ...['check', '--disable-db', '--reporter=json', '--max-diagnostics=10000'],
  ...checked,
]).catch((error: unknown) => {
  // With an error found, the command fails and has still written its report.
  const text = error instanceof Error ? error.message : ''
  const json = /^\{.*\}$/m.exec(text)?.[0]
  if (!json) throw error
  return json
})
const { diagnostics, summary } = report.parse(JSON.parse(output))
const counting = diagnostics.filter(
  ({ category, location }) =>
    !category.startsWith('lint/safety') ||
    (!ofOneTransaction.has(category) &&
      location.path.startsWith('supabase/migrations') &&
      !firstMigrations.test(location.path)),
)
const complaints = [
  ...layOutFiles({ write: false }),
  ...counting.map(
    ({ category, message, location }) =>
      `${location.path}:${location.start.line}: ${message} (${category})`,
  ),
]
for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0 || summary.skippedDiagnostics > 0) process.exitCode = 1
