/** Whether a query asks for series that exist: names, labels and their values by the registry of metrics. */
import { type Metric, metricEntries } from '../../functions/_shared/metrics/registry.ts'
import type { Matcher, Query, Selector } from './promql.ts'

export interface Series {
  readonly kind: 'counter' | 'gauge'
  /** Each label with all its values, or undefined where they are not a closed set. */
  readonly labels: Readonly<Record<string, readonly string[] | undefined>>
}

/** What Prometheus adds to every series of a target. */
const targetLabels = { job: undefined, instance: undefined }

/** What Prometheus and its blackbox exporter make themselves. */
const others: Readonly<Record<string, Series>> = {
  up: { kind: 'gauge', labels: targetLabels },
  probe_success: { kind: 'gauge', labels: targetLabels },
  ALERTS: {
    kind: 'gauge',
    labels: {
      ...targetLabels,
      alertname: undefined,
      alertstate: ['pending', 'firing'],
      severity: ['page', 'ticket'],
    },
  },
}

export function knownSeries(
  entries: readonly (readonly [string, Metric])[] = metricEntries,
): ReadonlyMap<string, Series> {
  const known = new Map(Object.entries(others))
  for (const [name, metric] of entries) {
    const labels = { ...targetLabels, ...metric.labels }
    const counter: Series = { kind: 'counter', labels }
    switch (metric.type) {
      case 'counter':
      case 'gauge':
        known.set(name, { kind: metric.type, labels })
        break
      case 'histogram':
        known.set(`${name}_bucket`, {
          kind: 'counter',
          labels: { ...labels, le: boundTexts(metric.buckets ?? []) },
        })
        known.set(`${name}_sum`, counter).set(`${name}_count`, counter)
        break
      case 'summary':
        known.set(name, {
          kind: 'gauge',
          labels: { ...labels, quantile: (metric.quantiles ?? []).map(String) },
        })
        known.set(`${name}_sum`, counter).set(`${name}_count`, counter)
    }
  }
  return known
}

/** A bound as each of the two formats of exposition writes it. */
function boundTexts(bounds: readonly number[]): string[] {
  return [...bounds.flatMap((bound) => [String(bound), bound.toFixed(1)]), '+Inf']
}

/** Functions that make sense of a counter; everything else would show since when it has counted. */
const forCounters = new Set(['rate', 'increase', 'irate', 'resets', 'absent'])
const forCountersOnly = new Set(['rate', 'increase', 'irate', 'resets'])

/** What is wrong with a query, a line each. */
export function problemsOf(query: Query, known: ReadonlyMap<string, Series>): string[] {
  const found = query.selectors.map((selector) => known.get(selector.metric))
  const labels = new Set(found.flatMap((series) => Object.keys(series?.labels ?? {})))
  return [
    ...query.selectors.flatMap((selector, index) => problemsOfSelector(selector, found[index])),
    ...query.labels
      .filter((label) => !labels.has(label))
      .map((label) => `No metric of the query has the label ${label}`),
  ]
}

function problemsOfSelector(selector: Selector, series: Series | undefined): string[] {
  if (series === undefined) return [`There is no metric ${selector.metric}`]
  const handedTo = selector.handedTo ?? ''
  const problems = selector.matchers.flatMap((matcher) =>
    problemsOfMatcher(selector.metric, matcher, series),
  )
  if (series.kind === 'counter' && !forCounters.has(handedTo)) {
    problems.push(`${selector.metric} is a counter and needs rate() or increase()`)
  }
  if (series.kind === 'gauge' && forCountersOnly.has(handedTo)) {
    problems.push(`${selector.metric} is a gauge, and ${handedTo}() is for counters`)
  }
  return problems
}

function problemsOfMatcher(metric: string, matcher: Matcher, series: Series): string[] {
  const { label, operator, value } = matcher
  if (!Object.hasOwn(series.labels, label)) return [`${metric} has no label ${label}`]
  const values = series.labels[label]
  if (values === undefined) return []
  // Each alternative has to match something: one that does not is a misspelt value.
  const isPattern = operator === '=~' || operator === '!~'
  const patterns = isPattern ? alternativesOf(value) : [value]
  return patterns
    .filter((pattern) =>
      isPattern
        ? !values.some((one) => new RegExp(`^(?:${pattern})$`).test(one))
        : !values.includes(pattern),
    )
    .map(
      (pattern) => `${metric}{${label}} is never '${pattern}': it is one of ${values.join(', ')}`,
    )
}

/** The alternatives of a pattern that are not within parentheses. */
function alternativesOf(pattern: string): string[] {
  return pattern.includes('(') ? [pattern] : pattern.split('|')
}
