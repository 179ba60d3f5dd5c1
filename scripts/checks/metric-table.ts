/** The table of docs/metrics.md, from the registry: `node scripts/checks/metric-table.ts` prints it. */
import { metricEntries } from '../../functions/_shared/metrics/registry.ts'

export function metricTable(): string {
  const rows = metricEntries.map(([name, { type, labels, help }]) => {
    const closed = Object.entries(labels).map(
      ([label, values]) => `\`${label}\`: ${values.map((value) => `\`${value}\``).join(' ')}`,
    )
    return `| \`${name}\` | ${type} | ${closed.join('; ') || '–'} | ${help} |`
  })
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.main) console.log(metricTable())
