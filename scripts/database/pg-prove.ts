/**
 * `npm run test:pg_prove`: the same files, unchanged, under pg_prove and psql (Debian's
 * libtap-parser-sourcehandler-pgtap-perl and postgresql-client), on a fresh database with all migrations.
 */
import { spawn } from 'node:child_process'
import { suiteFiles } from './pgtap-run.ts'
import { migratedDatabase, withScratch } from './scratch.ts'

const { code, output } = await withScratch(async (scratch) =>
  prove((await migratedDatabase(scratch, 'suite')).url),
)
// For whoever counts: the form in which all our suites end.
const tests = Number(/Tests=(\d+)/.exec(output)?.[1] ?? 0)
const failed = [...output.matchAll(/Failed: (\d+)/g)].reduce(
  (sum, match) => sum + Number(match[1]),
  0,
)
const faults = code !== 0 && failed === 0 ? 1 : failed
console.log(`\n${tests - failed} passed, ${faults} failed`)
process.exitCode = code

function prove(url: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('pg_prove', ['--quiet', '--dbname', url, ...suiteFiles()], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Postgres says much that is no failure.
      env: { ...process.env, PGOPTIONS: '--client-min-messages=warning' },
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      output += text
    })
    child.once('error', (error) =>
      reject(new Error('Cannot run pg_prove: is it installed?', { cause: error })),
    )
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
