/** `npm run test:browser`: the web page in a real browser, against a stack of its own. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stateDir } from '../local/stack.ts'
import { findChromium } from './chromium.ts'

if (!findChromium()) {
  console.log('There is no Chromium on this machine (Debian: apt-get install chromium)')
  console.log('0 passed, 0 failed, 1 skipped')
  process.exit(0)
}
mkdirSync(stateDir, { recursive: true })
const report = join(stateDir, `browser-${process.pid}.json`)
// One file after the other: they share the model, which some of them break.
const { status } = spawnSync(
  'vitest',
  [
    ...['run', '--project', 'browser', '--no-file-parallelism'],
    ...['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`],
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
const { passed, failed } = counts()
rmSync(report, { force: true })
// A run that breaks outside of its tests has failed too.
const faults = status !== 0 && failed === 0 ? 1 : failed
console.log(`\n${passed} passed, ${faults} failed`)
process.exitCode = faults === 0 && passed > 0 ? 0 : 1

function counts(): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests }
  } catch {
    return { passed: 0, failed: 0 }
  }
}
