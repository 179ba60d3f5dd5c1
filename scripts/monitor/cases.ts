/** Whether every alert has the four cases that are asked for. */
import type { AlertRule, RuleTest, TestFile } from './rules.ts'

const kinds = ['fires', 'stays silent', 'low volume', 'resolves'] as const
type Kind = (typeof kinds)[number]

/** What a case's name says it is. */
export function readCaseName(name: string): { alert: string; kind: Kind } | undefined {
  const [, alert, rest = ''] = /^(\w+): (.*)$/.exec(name) ?? []
  const kind = kinds.find((one) => rest.startsWith(one))
  return alert === undefined || kind === undefined ? undefined : { alert, kind }
}

/** What is missing, or is not what its name says, a line each. */
export function missingCases(alerts: readonly AlertRule[], { tests }: TestFile): string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const test of tests) {
    const named = readCaseName(test.name)
    if (named === undefined) {
      problems.push(`'${test.name}' is not <alert>: ${kinds.join(' | ')}`)
      continue
    }
    if (!alerts.some(({ alert }) => alert === named.alert)) {
      problems.push(`'${test.name}' is about no alert`)
    }
    seen.add(`${named.alert} ${named.kind}`)
    problems.push(...problemsOf(test, named.alert, named.kind))
  }
  for (const { alert } of alerts) {
    for (const kind of kinds) {
      if (!seen.has(`${alert} ${kind}`)) problems.push(`${alert} has no case '${kind}'`)
    }
  }
  return problems
}

function problemsOf(test: RuleTest, alert: string, kind: Kind): string[] {
  const fires = test.alert_rule_test.map(({ exp_alerts }) => exp_alerts.length > 0)
  const problems = test.alert_rule_test
    .filter(({ alertname }) => alertname !== alert)
    .map(({ alertname }) => `'${test.name}' looks at ${alertname}`)
  const isRight = {
    fires: fires.at(-1) === true,
    'stays silent': !fires.some(Boolean),
    'low volume': !fires.some(Boolean),
    resolves: fires[0] === true && fires.at(-1) === false,
  }[kind]
  if (!isRight) problems.push(`'${test.name}' does not say that it ${kind}`)
  return problems
}
