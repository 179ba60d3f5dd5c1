/**
 * `npm run test:db [-- 040 100]`: the pgTAP suites of tests/database on a fresh database with all migrations, without
 * Perl. Numbers choose files; setup and teardown always run. The same files run under `pg_prove` and `supabase test db`.
 * `DATABASE_URL` names another database to run them on, which must have the migrations.
 */
import { basename } from 'node:path'
import { runFile, suiteFiles } from './pgtap-run.ts'
import { migratedDatabase, withScratch } from './scratch.ts'
import { isGreen, type TapReport } from './tap.ts'

const chosen = process.argv.slice(2)
const always = ['000', '999']

async function runSuite(url: string): Promise<boolean> {
  let tests = 0
  let failed = 0
  let faults = 0
  const files = suiteFiles().filter(
    (path) =>
      chosen.length === 0 ||
      [...always, ...chosen].some((number) => basename(path).startsWith(number)),
  )
  for (const path of files) {
    const startedAt = performance.now()
    const report = await runFile(url, path)
    const failures = report.tests.filter((test) => !test.ok)
    tests += report.tests.length
    failed += failures.length
    faults += report.faults.length
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(2)
    const verdict = isGreen(report) ? 'ok' : 'FAILED'
    console.log(
      `${verdict.padEnd(7)} ${basename(path).padEnd(32)} ${report.tests.length} tests  ${seconds} s`,
    )
    printFaults(report)
  }
  console.log(`\n${tests - failed} passed, ${failed + faults} failed`)
  return failed + faults === 0
}

function printFaults(report: TapReport) {
  for (const fault of report.faults) console.log(`  ${fault}`)
  for (const test of report.tests) {
    if (test.ok) continue
    console.log(`  not ok ${test.number} - ${test.name}`)
    for (const line of test.diagnostics) console.log(`    ${line}`)
  }
}

const url = process.env.DATABASE_URL
const green = url
  ? await runSuite(url)
  : await withScratch(async (scratch) => runSuite((await migratedDatabase(scratch, 'suite')).url))
if (!green) process.exitCode = 1
