/**
 * `npm run check:metrics`: what the function `metrics` answers on a real stack, as Prometheus' own tools read it: its text
 * and its OpenMetrics parse, and `promtool check metrics` finds nothing to say about names, units, types and help.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { metricEntries, seriesNames } from '../../functions/_shared/metrics/registry.ts'
import { startModelServer } from '../local/model/server.ts'
import { type Stack, startStack } from '../local/stack.ts'
import { findTools, isRequired } from '../monitor/tools.ts'
import { startReport } from './report.ts'

const { promtool } = await findTools(['promtool'], (line) => console.log(line))
if (promtool === undefined) {
  console.log('There is no promtool; the Debian package prometheus has it')
  console.log(isRequired ? '0 passed, 4 failed' : '0 passed, 0 failed, 4 skipped')
  if (isRequired) process.exitCode = 1
} else {
  await checkWith(promtool)
}

async function checkWith(promtool: string): Promise<void> {
  const report = startReport('What Prometheus reads of metrics')
  const dir = mkdtempSync(join(tmpdir(), 'reswave-metrics-'))
  // Postgres runs as another user under root, who must be able to come here.
  chmodSync(dir, 0o755)
  const model = await startModelServer()
  try {
    const stack = await startStack({
      dir,
      port: 0,
      durable: false,
      worker: false,
      env: {},
      model: { url: model.url, name: model.model },
    })
    try {
      await count(stack)
      const text = await scrape(stack, 'text/plain')
      const tool = (args: readonly string[], input = '') => {
        const { status, stdout, stderr } = spawnSync(promtool, args, { input, encoding: 'utf8' })
        return status === 0 ? [] : [`${stdout}${stderr}`.trim() || `It ended with ${status}`]
      }
      const names = new Set(text.split('\n').map((line) => /^[a-z_]+/.exec(line)?.[0]))
      report.check(
        `${metricEntries.length} metrics are there with all their series`,
        metricEntries
          .flatMap(([name, metric]) => seriesNames(name, metric))
          .filter((name) => !names.has(name))
          .map((name) => `${name} is not`),
      )
      report.check('promtool check metrics finds nothing', tool(['check', 'metrics'], text))
      report.check(
        'and would find what is wrong',
        tool(['check', 'metrics'], '# TYPE a_total gauge\na_total 1\n').length > 0
          ? []
          : ['It found nothing in a gauge that is named like a counter, and has no help'],
      )
      const open = await scrape(stack, 'application/openmetrics-text')
      report.check(
        'its parser of OpenMetrics takes what is asked for as such',
        tool(['tsdb', 'create-blocks-from', 'openmetrics', timed(open, dir), join(dir, 'blocks')]),
      )
    } finally {
      await stack.stop()
    }
  } finally {
    await model.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  report.finish()
}

async function scrape(stack: Stack, accept: string): Promise<string> {
  const response = await fetch(`${stack.url}/functions/v1/metrics`, {
    headers: { authorization: `Bearer ${stack.metricsToken}`, accept },
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  if (response.status !== 200 || !type.startsWith(accept)) {
    throw new Error(`It answered ${response.status} of type ${type}: ${text.slice(0, 300)}`)
  }
  return text
}

/** Something of what is shown only once it has been counted. */
async function count(stack: Stack): Promise<void> {
  const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
  try {
    const labels = { kind: 'ingest', outcome: 'succeeded' }
    await sql`select private.observe('job_run', ${sql.json(labels)}, 12, 2000000)`
    await sql`select private.observe('storage_calls', ${sql.json({ operation: 'list', outcome: 'ok' })}, 12)`
  } finally {
    await sql.end()
  }
}

/** A file with a time behind each value, without which nothing would be stored. */
function timed(text: string, dir: string): string {
  const file = join(dir, 'openmetrics.txt')
  writeFileSync(file, text.replaceAll(/^([^#\n].*)$/gm, '$1 1700000000'))
  return file
}
