/** What a check has looked at and what it found: one line each, and the exit code. */
export interface Report {
  /** Records one thing that was checked; without problems it passed. */
  readonly check: (what: string, problems?: readonly string[]) => void
  /** Prints `N passed, N failed` and sets the exit code. */
  readonly finish: () => void
}

export function startReport(
  title: string,
  write: (line: string) => void = (line) => console.log(line),
): Report {
  let passed = 0
  let failed = 0
  write(title)
  return {
    check(what, problems = []) {
      if (problems.length === 0) passed += 1
      else failed += 1
      write(`  ${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${what}`)
      for (const problem of problems) write(`        ${problem.replaceAll('\n', '\n        ')}`)
    },
    finish() {
      write(`${passed} passed, ${failed} failed`)
      if (failed > 0) process.exitCode = 1
    },
  }
}
