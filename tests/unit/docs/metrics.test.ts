import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { metricTable } from '../../../scripts/checks/metric-table.ts'

it('docs/metrics.md has the table of the registry', () => {
  const docs = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
  const table = /<!-- metrics -->\n(.*)\n<!-- \/metrics -->/s.exec(docs)?.[1]
  expect(table, 'run node scripts/checks/metric-table.ts').toBe(metricTable())
})
