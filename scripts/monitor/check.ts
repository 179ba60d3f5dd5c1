/**
 * `npm run check:monitoring`: rules, their tests, the dashboard, the examples and the runbook agree with each other
 * and with the registry of metrics. promtool does its part where it can be had.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../checks/command.ts'
import { type Report, startReport } from '../checks/report.ts'
import { missingCases } from './cases.ts'
import { fillIn, readDashboard } from './dashboard.ts'
import { inhibitionProblems } from './inhibitions.ts'
import { knownSeries, problemsOf } from './known-series.ts'
import { differingLimits } from './limits.ts'
import { brokenReferences } from './links.ts'
import { unnoticedMutants } from './mutants.ts'
import { parseQuery } from './promql.ts'
import { alertsOf, monitoringFolder, readRules, readRuleTests } from './rules.ts'
import { runbookProblems } from './runbook.ts'
import { findTools, isRequired } from './tools.ts'

const promtoolTimeoutMs = 300_000

const report = startReport('Monitoring')
const rules = readRules()
const alerts = alertsOf(rules)
const tests = readRuleTests()
const dashboard = readDashboard()
const known = knownSeries()

const check = (query: string): string[] => {
  try {
    return problemsOf(parseQuery(query), known)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

report.check(
  `every metric and label in ${alerts.length} alerts is in the registry`,
  alerts.flatMap(({ alert, expr }) => check(expr).map((problem) => `${alert}: ${problem}`)),
)
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr: fillIn(expr, '5m'), legendFormat })),
)
report.check(
  `every metric and label in ${queries.length} queries of the dashboard is in the registry`,
  [
    ...queries.flatMap(({ title, expr }) => check(expr).map((problem) => `${title}: ${problem}`)),
    ...dashboard.annotations.list.flatMap(({ expr }) => check(expr)),
  ],
)
report.check(
  'what a legend of the dashboard shows is left by its query',
  queries.flatMap(({ title, expr, legendFormat }) => {
    const { labels } = parseQuery(expr)
    return [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
      .filter(([, label = '']) => !labels.includes(label))
      .map(([, label]) => `${title}: no {{${label}}}`)
  }),
)
report.check(
  "the dashboard's top row turns red where the alerts fire",
  differingLimits(dashboard, alerts),
)
report.check(
  `every alert has its four cases (${tests.tests.length} in all)`,
  missingCases(alerts, tests),
)
report.check(
  'every alert links to its section of docs/runbook.md, and every section has its alert',
  runbookProblems(
    alerts,
    readFileSync(fileURLToPath(new URL('../../docs/runbook.md', import.meta.url)), 'utf8'),
  ),
)
report.check('an alert mutes only what is of the same project', inhibitionProblems(alerts))
report.check(
  'what docs/runbook.md and docs/monitoring.md refer to is there',
  ['docs/runbook.md', 'docs/monitoring.md'].flatMap((path) => brokenReferences(path)),
)
await checkWithTools(report)
report.finish()

async function checkWithTools(to: Report): Promise<void> {
  const tools = await findTools(['promtool', 'amtool'], console.log)
  const run = async (what: string, tool: string | undefined, args: string[]) => {
    if (tool === undefined) {
      if (isRequired) to.check(what, ['The Debian package cannot be had'])
      else console.log(`  skip  ${what}: the Debian package cannot be had`)
      return
    }
    const options = { cwd: monitoringFolder, timeoutMs: promtoolTimeoutMs }
    const { code, stdout, stderr } = await runCommand(tool, args, options)
    to.check(what, code === 0 ? [] : [`${stdout}\n${stderr}`.trim()])
  }
  const { promtool, amtool } = tools
  await run('promtool check rules', promtool, ['check', 'rules', 'alerts.yml'])
  await run('promtool test rules', promtool, ['test', 'rules', 'alerts.test.yml'])
  await run('promtool check config', promtool, [
    'check',
    'config',
    '--syntax-only',
    'prometheus.yml',
  ])
  await run('amtool check-config', amtool, ['check-config', 'alertmanager.yml'])
  if (promtool === undefined) return
  const { made, unnoticed } = await unnoticedMutants({ rules, tests, promtool })
  to.check(`each of ${made} changes to a rule turns a case red`, unnoticed)
}
