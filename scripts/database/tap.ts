/** The part of the Test Anything Protocol that pgTAP speaks. */

export interface TapTest {
  ok: boolean
  number: number
  name: string
  /** What pgTAP says below a failure: have, want. */
  diagnostics: string[]
}

export interface TapReport {
  planned: number | undefined
  tests: TapTest[]
  /** What is wrong with the report itself: no plan, too few tests, numbers out of order. */
  faults: string[]
}

const testLine = /^(not )?ok (\d+)(?: - (.*?))?(?:\s+#\s*(todo|skip)\b.*)?$/i

export function parseTap(lines: Iterable<string>): TapReport {
  const tests: TapTest[] = []
  const faults: string[] = []
  let planned: number | undefined
  for (const line of lines) {
    const plan = /^1\.\.(\d+)/.exec(line)
    const test = testLine.exec(line)
    if (plan) {
      if (planned !== undefined) faults.push('There is more than one plan')
      planned = Number(plan[1])
    } else if (test) {
      // A todo that fails and a skipped test are no failures in TAP.
      const ok = test[1] === undefined || test[4] !== undefined
      tests.push({ ok, number: Number(test[2]), name: test[3] ?? '', diagnostics: [] })
    } else if (line.startsWith('Bail out!')) {
      faults.push(line)
    } else if (line.startsWith('#')) {
      tests.at(-1)?.diagnostics.push(line)
    }
  }
  if (planned === undefined) faults.push('There is no plan')
  else if (planned !== tests.length)
    faults.push(`${planned} tests were planned, ${tests.length} ran`)
  if (tests.some((test, index) => test.number !== index + 1)) faults.push('Tests are out of order')
  return { planned, tests, faults }
}

export function isGreen(report: TapReport): boolean {
  return report.faults.length === 0 && report.tests.every((test) => test.ok)
}
