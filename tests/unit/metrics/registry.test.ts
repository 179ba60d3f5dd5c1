import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { metricEntries, seriesNames } from '../../../functions/_shared/metrics/registry.ts'

const entries = metricEntries.map(([name, metric]) => ({ name, metric }))

// https://prometheus.io/docs/practices/naming
describe('the registry', () => {
  test.each(entries)(
    '$name has a name, a unit and labels by the conventions',
    ({ name, metric }) => {
      expect(name).toMatch(/^reswave_[a-z]+(_[a-z]+)*$/)
      expect(name.endsWith('_total')).toBe(metric.type === 'counter')
      expect(name.replace(/_total$/, '')).not.toMatch(
        /_(count|sum|bucket|info|created|total|percentage|milliseconds)$/,
      )
      const units = /_(seconds|bytes|ratio)$/.exec(name.replace(/_total$/, ''))
      expect(metric.unit).toBe(units?.[1])
      expect(metric.help).toMatch(/^[A-Z0-9].{10,300}\.$/)
      for (const [label, values] of Object.entries(metric.labels)) {
        expect(label).toMatch(/^[a-z]+$/)
        expect(['le', 'quantile', 'job', 'instance']).not.toContain(label)
        expect(new Set(values).size).toBe(values.length)
        for (const value of values) expect(value).toMatch(/^[a-z]+(_[a-z]+)*$/)
      }
      expect(metric.buckets !== undefined).toBe(metric.type === 'histogram')
      expect(metric.quantiles !== undefined).toBe(metric.type === 'summary')
    },
  )

  it('has no two metrics that would write the same series', () => {
    const names = entries.flatMap(({ name, metric }) => seriesNames(name, metric))
    expect(new Set(names).size).toBe(names.length)
    // Nor in OpenMetrics, where a counter's family has no _total.
    const families = entries.map(({ name }) => name.replace(/_total$/, ''))
    expect(new Set(families).size).toBe(families.length)
    // These two are made from buckets and quantiles.
    const labels = entries.flatMap(({ metric }) => Object.keys(metric.labels ?? {}))
    expect(labels.filter((label) => label === 'le' || label === 'quantile')).toEqual([])
  })

  it('has the bounds of buckets among those that SQL counts in', () => {
    const sql = readFileSync(
      new URL('../../../sql/schema/37_counters.sql', import.meta.url),
      'utf8',
    )
    const bounds = /select array\[(-[-0-9, ]+)\]/
      .exec(sql)?.[1]
      ?.split(',')
      .map((text) => -Number(text))
    expect(bounds).toHaveLength(16)
    for (const { metric } of entries) {
      const buckets = metric.buckets ?? []
      expect(buckets).toEqual([...buckets].sort((a, b) => a - b))
      for (const seconds of buckets) expect(bounds).toContain(seconds * 1000)
    }
  })

  it('has the values that SQL allows: kinds of jobs, states of a migration, decisions about rollouts', () => {
    const wordsOf = (path: string, constraint: string) => {
      const sql = readFileSync(new URL(`../../../sql/schema/${path}`, import.meta.url), 'utf8')
      const check = new RegExp(`constraint ${constraint} check \\(\\s*\\w+ in \\(([^)]+)\\)`).exec(
        sql,
      )?.[1]
      return [...(check ?? '').matchAll(/'(\w+)'/g)].map(([, word]) => word).sort()
    }
    const valuesOf = (metric: string, label: string) =>
      [...(entries.find(({ name }) => name === metric)?.metric.labels[label] ?? [])].sort()
    expect(valuesOf('reswave_queue_depth', 'kind')).toEqual(
      wordsOf('35_jobs.sql', 'jobs_kind_check'),
    )
    expect(valuesOf('reswave_migration_files', 'state')).toEqual(
      wordsOf('42_legacy_files.sql', 'legacy_files_state_check'),
    )
    expect(valuesOf('reswave_rollout_decisions_total', 'decision')).toEqual(
      wordsOf('51_rollouts.sql', 'rollout_decisions_decision_check'),
    )
  })
})
