// `npm run check:audit`: dependencies of the product with known advisories, as the registry knows them. Of level high or
// critical they fail the check. A registry that answers no audit is no reason to fail: it is said, and counted as skipped.
import { spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type Audit =
  | { readonly kind: 'unanswered'; readonly reason: string }
  | {
      readonly kind: 'answered'
      readonly dependencies: number
      /** One line each: package, level, title. */
      readonly grave: readonly string[]
      readonly lesser: readonly string[]
    }

const graveLevels = new Set(['high', 'critical'])
const auditWithinMs = 60_000

/** What `npm audit --json` has printed. */
export function readAudit(output: string): Audit {
  let report: unknown
  try {
    report = JSON.parse(output)
  } catch {
    return { kind: 'unanswered', reason: 'npm audit printed no JSON' }
  }
  if (!isRecord(report)) return { kind: 'unanswered', reason: 'npm audit printed no report' }
  if (!isRecord(report.vulnerabilities) || !isRecord(report.metadata)) {
    return { kind: 'unanswered', reason: String(report.message ?? 'the report has no findings') }
  }
  const findings = Object.entries(report.vulnerabilities).map(([name, finding]) => ({
    level: isRecord(finding) ? String(finding.severity) : 'critical',
    line: `${name}: ${isRecord(finding) ? `${finding.severity}${titles(finding.via)}` : 'unreadable'}`,
  }))
  const lines = (grave: boolean) =>
    findings.filter(({ level }) => graveLevels.has(level) === grave).map(({ line }) => line)
  const counted = isRecord(report.metadata.dependencies) ? report.metadata.dependencies.prod : 0
  return {
    kind: 'answered',
    dependencies: Number(counted),
    grave: lines(true),
    lesser: lines(false),
  }
}

/** `via` holds advisories, or the names of the dependencies that have them. */
function titles(via: unknown): string {
  if (!Array.isArray(via)) return ''
  return via
    .map((cause) => (isRecord(cause) ? ` – ${cause.title} ${cause.url}` : ` – by ${cause}`))
    .join('')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function runAudit(): Promise<string> {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const child = spawn(npm, ['audit', '--omit=dev', '--json'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
    timeout: auditWithinMs,
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
  })
  return await new Promise((resolve) => {
    child.once('error', () => resolve(''))
    child.once('close', () => resolve(output))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const audit = readAudit(await runAudit())
  if (audit.kind === 'unanswered') {
    console.log(`The check could not be made: the registry answers no audit (${audit.reason})`)
    console.log('0 passed, 0 failed, 1 skipped')
  } else {
    for (const line of audit.lesser) console.log(`  note  ${line}`)
    for (const line of audit.grave) console.log(`  FAIL  ${line}`)
    const failed = audit.grave.length
    console.log(`Advisories for ${audit.dependencies} dependencies of the product`)
    console.log(`${failed === 0 ? 1 : 0} passed, ${failed} failed`)
    if (failed > 0) process.exitCode = 1
  }
}
