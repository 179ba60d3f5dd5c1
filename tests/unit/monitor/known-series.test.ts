import { expect, it } from 'vitest'
import { metrics } from '../../../functions/_shared/metrics/registry.ts'
import { knownSeries, problemsOf } from '../../../scripts/monitor/known-series.ts'
import { parseQuery } from '../../../scripts/monitor/promql.ts'

const known = knownSeries()
const problems = (query: string) => problemsOf(parseQuery(query), known)

it('knows every metric of the registry, in all its parts', () => {
  for (const [name, { type }] of Object.entries(metrics)) {
    expect(known.has(type === 'histogram' ? `${name}_bucket` : name)).toBe(true)
  }
})

it.each([
  ['rate(reswave_upload_total[5m])', 'There is no metric reswave_upload_total'],
  ['rate(reswave_uploads_total{result="failed"}[5m])', 'reswave_uploads_total has no label result'],
  [
    'rate(reswave_uploads_total{outcome="error"}[5m])',
    "reswave_uploads_total{outcome} is never 'error': it is one of succeeded, failed, refused, abandoned",
  ],
  [
    'rate(reswave_uploads_total{outcome=~"failed|lost"}[5m])',
    "reswave_uploads_total{outcome} is never 'lost': it is one of succeeded, failed, refused, abandoned",
  ],
  [
    'reswave_uploads_total > 5',
    'reswave_uploads_total is a counter and needs rate() or increase()',
  ],
  ['rate(reswave_jobs_dead[5m])', 'reswave_jobs_dead is a gauge, and rate() is for counters'],
  ['sum by (reason) (reswave_jobs_dead)', 'No metric of the query has the label reason'],
])('problemsOf() sees what is wrong with %s', (query, problem) => {
  expect(problems(query)).toEqual([problem])
})

it('problemsOf() sees a bound that no bucket has', () => {
  const bucket = (le: string) =>
    problems(`rate(reswave_optimization_duration_seconds_bucket{le=~"${le}"}[5m])`)
  expect(bucket('120|120.0')).toEqual([])
  expect(bucket('110')).toHaveLength(1)
})
