import { expect, it } from 'vitest'
import { missingCases } from '../../../scripts/monitor/cases.ts'
import { readDashboard } from '../../../scripts/monitor/dashboard.ts'
import { inhibitionProblems } from '../../../scripts/monitor/inhibitions.ts'
import { differingLimits } from '../../../scripts/monitor/limits.ts'
import { brokenReferences } from '../../../scripts/monitor/links.ts'
import { mutantsOf } from '../../../scripts/monitor/mutants.ts'
import { parseQuery } from '../../../scripts/monitor/promql.ts'
import {
  type AlertRule,
  alertsOf,
  readRules,
  readRuleTests,
  scaleRules,
} from '../../../scripts/monitor/rules.ts'
import { runbookProblems } from '../../../scripts/monitor/runbook.ts'

const rule: AlertRule = {
  alert: 'Late',
  expr: 'rate(a[10m]) > 2 and b >= 3',
  for: '1m',
  labels: { severity: 'page' },
  annotations: { summary: 'It is late', runbook_url: '{{ $externalLabels.runbook }}#late' },
}
const wrap = (one: AlertRule) => ({ groups: [{ name: 'all', rules: [one] }] })

it('scaleRules() divides windows and `for`, down to the least, and leaves limits alone', () => {
  const [scaled] = alertsOf(scaleRules(wrap(rule), 30, 5_000))
  expect(scaled).toMatchObject({ expr: 'rate(a[20000ms]) > 2 and b >= 3', for: '5000ms' })
})

it('scaleRules() leaves every limit of the real rules as it is', () => {
  const limits = (rules: AlertRule[]) =>
    rules.map(({ expr }) => parseQuery(expr).limits.map(({ text }) => text))
  expect(limits(alertsOf(scaleRules(readRules(), 30, 2_000)))).toEqual(
    limits(alertsOf(readRules())),
  )
})

it('mutantsOf() changes each limit, condition and wait', () => {
  expect(mutantsOf(rule).map(({ what }) => what)).toEqual([
    'Late: never true',
    "Late: without 'and b >= 3'",
    'Late: limit 2 gone',
    'Late: limit 3 gone',
    'Late: limit 2 ten times as high',
    'Late: limit 3 ten times as high',
    "Late: without 'for'",
  ])
})

it('missingCases() misses a case that is not there, or is not what it says', () => {
  const tests = readRuleTests()
  const alerts = alertsOf(readRules())
  expect(missingCases(alerts, tests)).toEqual([])
  const [first, ...others] = tests.tests
  expect(missingCases(alerts, { ...tests, tests: others })).toEqual([
    "ResWaveUploadsFailing has no case 'fires'",
  ])
  if (first === undefined) throw new Error('There are no tests')
  const quiet = first.alert_rule_test.map((one) => ({ ...one, exp_alerts: [] }))
  const changed = { ...tests, tests: [{ ...first, alert_rule_test: quiet }, ...others] }
  expect(missingCases(alerts, changed)).toEqual([`'${first.name}' does not say that it fires`])
})

it('runbookProblems() misses a section, a question and an alert', () => {
  const answers = ['What it means', 'How to confirm', 'What to do', 'How to roll back']
  const section = (title: string, told: string[]) =>
    `## ${title}\n\n${told.map((question) => `**${question}.** So.`).join('\n\n')}\n`
  expect(runbookProblems([rule], section('Late', answers))).toEqual([])
  expect(runbookProblems([rule], section('Early', answers))).toHaveLength(1)
  expect(runbookProblems([rule], section('Late', answers.slice(1)))).toEqual([
    'Late does not say: What it means',
  ])
  expect(
    runbookProblems([rule], section('Late', answers) + section('ResWaveGone', answers)),
  ).toEqual(['There is no alert ResWaveGone'])
})

it('differingLimits() sees a limit that only one side has changed', () => {
  const alerts = alertsOf(readRules())
  expect(differingLimits(readDashboard(), alerts)).toEqual([])
  const changed = alerts.map((one) => ({ ...one, expr: one.expr.replace('> 0.05', '> 0.1') }))
  expect(differingLimits(readDashboard(), changed)).toEqual([
    "'Uploads that succeed' does not turn red at 0.1, where ResWaveUploadsFailing does",
    "'Optimizations within 120 s' does not turn red at 0.1, where ResWaveOptimizationsSlow does",
  ])
})

it('brokenReferences() sees a document, a section and an operation that are not there', () => {
  const markdown = [
    '## Here\n[a](monitoring.md#alerts) [b](#here) [c](https://example.com)',
    '[d](gone.md) [e](monitoring.md#gone) [f](#gone) `npm run operate -- gone`',
  ].join('\n')
  expect(brokenReferences('docs/runbook.md', markdown)).toEqual(
    ['gone.md', 'monitoring.md#gone', '#gone', 'npm run operate -- gone'].map(
      (what) => `docs/runbook.md refers to ${what}`,
    ),
  )
})

it('inhibitionProblems() sees what mutes another project, and what mutes nothing', () => {
  expect(inhibitionProblems(alertsOf(readRules()))).toEqual([])
  const inhibit = (source: string, equal: string) =>
    `inhibit_rules: [{ source_matchers: ['alertname="${source}"'], target_matchers: [], equal: [${equal}] }]`
  expect(inhibitionProblems([rule], inhibit('Late', 'instance, job'))).toEqual([])
  expect(inhibitionProblems([rule], inhibit('Late', 'job'))).toEqual([
    'alertname="Late": it mutes what has another instance',
  ])
  expect(inhibitionProblems([rule], inhibit('Gone', 'job, instance'))).toEqual([
    'alertname="Gone": no alert of that name',
  ])
})
