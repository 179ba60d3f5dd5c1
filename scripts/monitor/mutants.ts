/** Changes each rule in one place at a time: a change that no case notices is a clause that nothing tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../checks/command.ts'
import { readCaseName } from './cases.ts'
import { parseQuery, readDuration, replaceSpan } from './promql.ts'
import { type AlertRule, alertsOf, type RuleFile, type TestFile, toYaml } from './rules.ts'

const timeoutMs = 60_000
const atOnce = 2

interface Mutant {
  readonly what: string
  readonly rule: AlertRule
}

/** Every change that is made to a rule. */
export function mutantsOf(rule: AlertRule): Mutant[] {
  const { expr } = rule
  const { conditions, limits } = parseQuery(expr)
  const withExpr = (what: string, changed: string) => ({
    what: `${rule.alert}: ${what}`,
    rule: { ...rule, expr: changed },
  })
  return [
    withExpr('never true', `(${expr}) unless vector(1) == 1 unless on () vector(1)`),
    ...conditions.map((span) =>
      withExpr(`without '${span.text.trim()}'`, replaceSpan(expr, span, '')),
    ),
    ...limits.map((span) => withExpr(`limit ${span.text} gone`, replaceSpan(expr, span, '-1e9'))),
    ...limits
      .filter(({ text }) => text !== '0')
      .map((span) =>
        withExpr(
          `limit ${span.text} ten times as high`,
          replaceSpan(expr, span, `10 * ${span.text}`),
        ),
      ),
    ...(rule.for !== undefined && readDuration(rule.for) > 0
      ? [{ what: `${rule.alert}: without 'for'`, rule: { ...rule, for: '0s' } }]
      : []),
  ]
}

/** Runs the cases of each alert against each change of its rule. */
export async function unnoticedMutants(options: {
  rules: RuleFile
  tests: TestFile
  promtool: string
}): Promise<{ made: number; unnoticed: string[] }> {
  const { rules, tests, promtool } = options
  const mutants = alertsOf(rules).flatMap(mutantsOf)
  const unnoticed: string[] = []
  const dir = await mkdtemp(join(tmpdir(), 'reswave-mutants-'))
  const left = [...mutants.entries()]
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, { rule, what }] = next
      const file = `${index}.yml`
      const cases = tests.tests.filter(({ name }) => readCaseName(name)?.alert === rule.alert)
      await writeFile(
        join(dir, `rules-${file}`),
        toYaml({ groups: [{ name: 'one', rules: [rule] }] }),
      )
      await writeFile(
        join(dir, `tests-${file}`),
        toYaml({ ...tests, rule_files: [`rules-${file}`], tests: cases }),
      )
      const args = ['test', 'rules', `tests-${file}`]
      const { code, stderr } = await runCommand(promtool, args, { cwd: dir, timeoutMs })
      // A change that promtool cannot read proves nothing.
      if (code === 0) unnoticed.push(what)
      else if (!`${stderr}`.includes('FAILED')) unnoticed.push(`${what}: ${stderr}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } finally {
    await rm(dir, { recursive: true })
  }
  return { made: mutants.length, unnoticed }
}
