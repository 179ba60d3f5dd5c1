/** The alert rules and their tests, read from monitoring/. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { parseQuery, readDuration, replaceSpan } from './promql.ts'

export const monitoringFolder = fileURLToPath(new URL('../../monitoring/', import.meta.url))

const alertRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string().min(1), runbook_url: z.string() }),
})
export type AlertRule = z.infer<typeof alertRule>

const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertRule) })),
})
export type RuleFile = z.infer<typeof ruleFile>

const expectation = z.strictObject({
  eval_time: z.string(),
  alertname: z.string(),
  exp_alerts: z.array(z.record(z.string(), z.unknown())),
})

const ruleTest = z.strictObject({
  name: z.string(),
  interval: z.string(),
  external_labels: z.record(z.string(), z.string()).optional(),
  input_series: z.array(z.strictObject({ series: z.string(), values: z.string() })),
  alert_rule_test: z.array(expectation).min(1),
})
export type RuleTest = z.infer<typeof ruleTest>

const testFile = z.strictObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string(),
  tests: z.array(ruleTest),
})
export type TestFile = z.infer<typeof testFile>

export function readRules(path = `${monitoringFolder}alerts.yml`): RuleFile {
  return ruleFile.parse(parse(readFileSync(path, 'utf8')))
}

export function readRuleTests(path = `${monitoringFolder}alerts.test.yml`): TestFile {
  return testFile.parse(parse(readFileSync(path, 'utf8')))
}

export function alertsOf(rules: RuleFile): AlertRule[] {
  return rules.groups.flatMap((group) => group.rules)
}

/**
 * The same rules with every window and every `for` divided by a factor, at least `leastMs` long; thresholds stay as
 * they are. So minutes become seconds where something is to be seen to fire.
 */
export function scaleRules(rules: RuleFile, factor: number, leastMs: number): RuleFile {
  const scaled = (duration: string) =>
    `${Math.max(Math.round(readDuration(duration) / factor), leastMs)}ms`
  const scaleExpression = (expr: string) =>
    [...parseQuery(expr).durations]
      .sort((a, b) => b.from - a.from)
      .reduce((text, span) => replaceSpan(text, span, scaled(span.text)), expr)
  return {
    groups: rules.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        expr: scaleExpression(rule.expr),
        ...(rule.for === undefined ? {} : { for: scaled(rule.for) }),
      })),
    })),
  }
}

export function toYaml(document: object): string {
  return stringify(document, { lineWidth: 0 })
}
