/**
 * Runs the tiers of checks: `test` (what `npm test` promises) or `slow` (what CI adds). Each step is a
 * command of its own that anyone can run alone; a failing one does not hide the next. What failed is
 * named again at the end; the last line counts everything together.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, stripVTControlCharacters } from 'node:util'

interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** What ends with a line of counts is counted by it; any other step counts as one check. */
  readonly counts: 'line' | 'vitest' | 'exit'
  readonly env?: Readonly<Record<string, string>>
  /** What it may take; it is left out where RESWAVE_ENDS_AT comes sooner. */
  readonly minutes?: number
}

interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed, a line each. */
  readonly failures: readonly string[]
}

const countLine = /^(?:\S+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm
/** What a step's own output calls a failure. */
const failureLine = /^\s*(?:FAIL(?:ED)?|not ok|✗|×)\s+\S.*/gm
const nothing: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] }
const mostFailures = 20
const longestFailure = 300

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = `${root}.reswave/reports-${process.pid}`
const npm = (script: string): Step['command'] => ['npm', 'run', '--silent', script]

const tiers: Record<'test' | 'slow', readonly Step[]> = {
  test: [
    { name: 'types', command: npm('check:types'), counts: 'line' },
    { name: 'lint and format', command: npm('lint'), counts: 'exit' },
    { name: 'SQL lint and format', command: npm('sql:lint'), counts: 'exit' },
    { name: 'versions and layout', command: npm('check:versions'), counts: 'line' },
    { name: 'unit', command: vitest('unit'), counts: 'vitest' },
    { name: 'damaged deltas', command: npm('fuzz:delta:short'), counts: 'line' },
    { name: 'schema drift, types, advisors', command: npm('db:check'), counts: 'line' },
    { name: 'pgTAP', command: npm('test:db'), counts: 'line' },
    { name: 'integration', command: vitest('integration'), counts: 'vitest' },
    { name: 'deploy rehearsal', command: npm('deploy:rehearse'), counts: 'line' },
  ],
  slow: [
    { name: 'policies and grants, one by one', command: npm('test:grants'), counts: 'line' },
    { name: 'pg_prove', command: npm('test:pg_prove'), counts: 'line' },
    { name: 'alerts, dashboard, runbook', command: npm('check:monitoring'), counts: 'line' },
    { name: 'alerts by real faults', command: npm('test:alerts'), counts: 'line' },
    { name: 'the page in a real browser', command: npm('test:browser'), counts: 'line' },
    { name: 'known advisories', command: npm('check:audit'), counts: 'line' },
    { name: 'footprint of the functions', command: npm('check:footprint'), counts: 'line' },
    { name: 'metrics as Prometheus reads them', command: npm('check:metrics'), counts: 'line' },
    { name: 'damaged and hostile files', command: npm('fuzz:short'), counts: 'line' },
    { name: 'jobs while everything is killed', command: npm('chaos:short'), counts: 'line' },
    {
      name: 'histories while everything is killed',
      command: npm('chaos:versions:short'),
      counts: 'line',
    },
    {
      name: 'a migration while everything fails',
      command: npm('chaos:migrate:short'),
      counts: 'line',
    },
    {
      name: 'a thousand generated bodies for each door',
      command: [...vitest('integration'), 'tests/integration/generated-bodies.test.ts'],
      counts: 'vitest',
      env: { RESWAVE_BODIES: '1000' },
    },
    {
      name: 'a thousand recoveries, fifty workers',
      command: [...vitest('unit'), 'tests/unit/circuit-breaker'],
      counts: 'vitest',
      env: { RESWAVE_RECOVERIES: '1000' },
    },
    {
      name: 'twenty-five rollouts of each kind',
      command: [...vitest('unit'), 'tests/unit/database/rollouts.test.ts'],
      counts: 'vitest',
      env: { RESWAVE_ROLLOUTS: '25' },
    },
    { name: 'mutants of the circuit breaker', command: npm('test:mutation'), counts: 'line' },
    { name: 'a real Ollama', command: npm('test:ollama'), counts: 'line', minutes: 14 },
  ],
}

const { values } = parseArgs({
  options: { tier: { type: 'string', default: 'test' }, only: { type: 'string' } },
})
if (values.tier !== 'test' && values.tier !== 'slow') {
  console.error(`Unknown tier '${values.tier}': choose test or slow`)
  process.exit(2)
}
mkdirSync(reports, { recursive: true })
const total = { passed: 0, failed: 0, skipped: 0 }
const failures: string[] = []
/** Seconds since 1970: when all has to be over, as in CI. */
const endsAt = Number(process.env.RESWAVE_ENDS_AT ?? Number.POSITIVE_INFINITY)
let interrupted = false
for (const step of tiers[values.tier]) {
  if (interrupted) break
  if (values.only !== undefined && !step.name.includes(values.only)) continue
  const startedAt = performance.now()
  console.log(`\n── ${step.name}`)
  const minutesLeft = (endsAt - Date.now() / 1000) / 60
  if (step.minutes !== undefined && minutesLeft < step.minutes) {
    total.skipped += 1
    console.log(
      `Skipped: it may take ${step.minutes} minutes, and ${minutesLeft.toFixed(0)} are left`,
    )
    continue
  }
  const outcome = await run(step)
  total.passed += outcome.passed
  total.failed += outcome.failed
  total.skipped += outcome.skipped
  failures.push(...outcome.failures.slice(0, mostFailures).map((line) => `${step.name}: ${line}`))
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const mark = outcome.failed === 0 ? '✓' : '✗'
  console.log(
    `${mark} ${step.name}: ${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)`,
  )
}
rmSync(reports, { recursive: true, force: true })
if (failures.length > 0) console.log('')
for (const line of failures) console.log(`failed  ${line.slice(0, longestFailure)}`)
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed === 0 && total.passed > 0 && !interrupted ? 0 : 1

function vitest(project: string): Step['command'] {
  const outputFile = `--outputFile.json=${reports}/${project}.json`
  return ['vitest', 'run', '--project', project, '--reporter=dot', '--reporter=json', outputFile]
}

async function run(step: Step): Promise<Outcome> {
  const { code, output } = await execute(step)
  const counted = countsOf(step, output)
  if (code === 0) return counted ?? { ...nothing, passed: 1 }
  if (counted !== undefined && counted.failed > 0) return counted
  // A step that breaks outside of its checks has failed too.
  return { ...nothing, ...counted, failed: 1, failures: [`it ended with code ${code}`] }
}

function countsOf(step: Step, output: string): Outcome | undefined {
  if (step.counts === 'exit') return undefined
  if (step.counts === 'vitest') return vitestCounts(step.command)
  const plain = stripVTControlCharacters(output)
  const last = [...plain.matchAll(countLine)].at(-1)
  if (last === undefined) return undefined
  return {
    passed: Number(last[1]),
    failed: Number(last[2]),
    skipped: Number(last[3] ?? 0),
    failures: [...plain.matchAll(failureLine)].map(([line]) => line.trim()),
  }
}

function vitestCounts(command: readonly string[]): Outcome | undefined {
  const file = command.find((argument) => argument.startsWith('--outputFile.json='))
  try {
    const report: VitestReport = JSON.parse(readFileSync(file?.split('=')[1] ?? '', 'utf8'))
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      failures: report.testResults.flatMap(({ name, message, assertionResults }) => {
        const path = relative(root, name)
        const lines = assertionResults
          .filter(({ status }) => status === 'failed')
          .map((one) => `${path} > ${one.fullName}: ${firstLine(one.failureMessages?.[0])}`)
        // A file that could not be loaded has no tests.
        return lines.length === 0 && message ? [`${path}: ${firstLine(message)}`] : lines
      }),
    }
  } catch {
    return undefined
  }
}

function firstLine(text = ''): string {
  return stripVTControlCharacters(text).trim().split('\n', 1)[0] ?? ''
}

/** Shows the output as it comes and keeps it for the counts. */
function execute(step: Step): Promise<{ code: number; output: string }> {
  const [file, ...args] = step.command
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...step.env }
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        interrupted = true
        child.kill(signal)
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
