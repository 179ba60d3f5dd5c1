/** From the database's figures to the families of the registry. Pure. */
import {
  type Metric,
  type MetricName,
  type MetricType,
  metricEntries,
  metrics,
  uploadFailureReasons,
  uploadRefusalReasons,
} from './registry.ts'
import type { Counter, Snapshot } from './snapshot.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** What follows the family's name: `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix: string
  readonly labels: Labels
  readonly value: number
}

export interface Family {
  readonly name: MetricName
  readonly metric: Metric
  readonly samples: readonly Sample[]
}

interface Point {
  readonly labels: Labels
  readonly value: number
}

type NameOf<Type extends MetricType> = {
  [Name in MetricName]: (typeof metrics)[Name]['type'] extends Type ? Name : never
}[MetricName]

/** Where the points of counters and gauges come from. */
const points: Record<NameOf<'counter' | 'gauge'>, (snapshot: Snapshot) => Point[]> = {
  reswave_uploads_begun_total: ({ counters }) =>
    counters
      .filter(({ name, labels }) => name === 'uploads' && labels.outcome === 'begun')
      .map(({ value }) => ({ labels: {}, value })),
  reswave_uploads_total: (snapshot) =>
    uploadEnds(snapshot).map(({ outcome, value }) => ({ labels: { outcome }, value })),
  reswave_uploads_failed_total: (snapshot) => uploadReasons(snapshot, 'failed'),
  reswave_uploads_refused_total: (snapshot) => uploadReasons(snapshot, 'refused'),
  reswave_upload_bytes_total: counted('upload_bytes'),
  reswave_model_tokens_total: counted('model_tokens'),
  reswave_suggestions_total: counted('suggestions'),
  reswave_grounding_rejections_total: (snapshot) =>
    counted('rejections')(snapshot).map(({ labels: { reason = 'other' }, value }) => ({
      labels: { reason: rejectionReasons.includes(reason) ? reason : 'other' },
      value,
    })),
  reswave_circuits: ({ circuits }) =>
    Object.entries(circuits).map(([state, value]) => ({
      labels: { state: state.replace('-', '_') },
      value,
    })),
  reswave_jobs_total: counted('jobs'),
  reswave_queue_depth: total('jobs', 'kind'),
  reswave_queue_oldest_seconds: ({ oldestSeconds }) => one(oldestSeconds),
  reswave_jobs_dead: total('dead_jobs', 'kind'),
  reswave_versions_logical_bytes: total('logical_bytes'),
  reswave_versions_stored_bytes: total('stored_bytes'),
  reswave_database_connections_used: ({ connections }) => one(connections),
  reswave_database_connections_max: ({ maxConnections }) => one(maxConnections),
  reswave_migration_files: total('migration_files', 'state'),
  reswave_migration_bytes: total('migration_bytes', 'state'),
  reswave_migration_mismatches_total: counted('migration_mismatches'),
  reswave_store_calls_total: counted('store_calls'),
  reswave_rollout_state: ({ rollout }) => [
    { labels: { state: rollout?.state ?? 'none' }, value: 1 },
  ],
  reswave_rollout_stage: ({ rollout }) => one(rollout?.stage ?? 0),
  reswave_rollout_users_ratio: ({ rollout }) => [
    { labels: { phase: 'dual_write' }, value: rollout?.dualWrite ?? 0 },
    { labels: { phase: 'dual_read' }, value: rollout?.dualRead ?? 0 },
    { labels: { phase: 'supabase' }, value: rollout?.supabase ?? 0 },
  ],
  reswave_rollout_decisions_total: counted('rollout_decisions'),
}

/** The counter that has the durations of each. */
const durations: Record<NameOf<'histogram' | 'summary'>, string> = {
  reswave_optimization_duration_seconds: 'optimizations',
  reswave_job_wait_seconds: 'job_wait',
  reswave_job_run_seconds: 'job_run',
  reswave_storage_request_duration_seconds: 'storage_calls',
  reswave_storage_latency_seconds: 'storage_calls',
}

const rejectionReasons: readonly string[] = metrics.reswave_grounding_rejections_total.labels.reason

/**
 * All families of the registry with their samples.
 *
 * @returns also what the registry has no place for, which a database newer than the function may count
 */
export function familiesOf(snapshot: Snapshot): { families: Family[]; unknown: string[] } {
  const unknown: string[] = []
  const families = metricEntries.map(([name, metric]) => {
    const report = (labels: Labels) => unknown.push(`${name} ${JSON.stringify(labels)}`)
    return { name, metric, samples: samplesOf(name, metric, snapshot, report) }
  })
  return { families, unknown }
}

function samplesOf(
  name: MetricName,
  metric: Metric,
  snapshot: Snapshot,
  report: (labels: Labels) => void,
): Sample[] {
  const rowsOf = (counter: string) => snapshot.counters.filter((row) => row.name === counter)
  if (isPoints(name)) {
    const bySeries = group(metric, points[name](snapshot), report)
    return [...bySeries.values()].map(({ labels, rows }) => ({
      suffix: '',
      labels,
      value: totalOf(rows),
    }))
  }
  if (metric.type === 'summary') {
    return summary(metric, rowsOf(durations[name]), snapshot.storageMilliseconds)
  }
  const bySeries = group(metric, rowsOf(durations[name]), report)
  return [...bySeries.values()]
    .filter(({ rows }) => metric.series === 'all' || rows.length > 0)
    .flatMap(({ labels, rows }) => histogram(metric, labels, rows))
}

function isPoints(name: MetricName): name is keyof typeof points {
  return Object.hasOwn(points, name)
}

/** Rows by the series that they belong to; each series of the registry is there. */
function group<Row extends { readonly labels: Labels }>(
  metric: Metric,
  rows: readonly Row[],
  report: (labels: Labels) => void,
): Map<string, { labels: Labels; rows: Row[] }> {
  const names = Object.keys(metric.labels)
  const keyOf = (labels: Labels) => JSON.stringify(names.map((name) => labels[name]))
  const series = new Map(
    seriesOf(metric).map((labels) => [keyOf(labels), { labels, rows: [] as Row[] }]),
  )
  for (const row of rows) {
    const found = series.get(keyOf(row.labels))
    if (found === undefined) report(row.labels)
    else found.rows.push(row)
  }
  return series
}

/** Every combination of a metric's labels. */
export function seriesOf({ labels }: Metric): Labels[] {
  return Object.entries(labels).reduce<Labels[]>(
    (series, [name, values]) =>
      series.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )
}

function histogram(metric: Metric, labels: Labels, rows: readonly Counter[]): Sample[] {
  const count = totalOf(rows)
  const within = (seconds: number) =>
    totalOf(rows.filter(({ labels: { le } }) => le !== 'inf' && Number(le) <= seconds * 1000))
  const buckets = (metric.buckets ?? []).map((le) => ({ le: String(le), value: within(le) }))
  return [
    ...[...buckets, { le: '+Inf', value: count }].map(({ le, value }) => ({
      suffix: '_bucket',
      labels: { ...labels, le },
      value,
    })),
    { suffix: '_sum', labels, value: secondsOf(rows) },
    { suffix: '_count', labels, value: count },
  ]
}

function summary(
  metric: Metric,
  rows: readonly Counter[],
  milliseconds: readonly number[] | null,
): Sample[] {
  const quantiles = (metric.quantiles ?? []).map((quantile, index) => ({
    suffix: '',
    labels: { quantile: String(quantile) },
    value: (milliseconds?.[index] ?? Number.NaN) / 1000,
  }))
  return [
    ...quantiles,
    { suffix: '_sum', labels: {}, value: secondsOf(rows) },
    { suffix: '_count', labels: {}, value: totalOf(rows) },
  ]
}

function counted(counter: string): (snapshot: Snapshot) => Point[] {
  return ({ counters }) => counters.filter(({ name }) => name === counter)
}

function total(name: string, label?: string): (snapshot: Snapshot) => Point[] {
  return ({ totals }) =>
    totals
      .filter((row) => row.name === name)
      .map((row) => ({
        labels: label === undefined ? {} : { [label]: row.label },
        value: row.value,
      }))
}

interface UploadEnd {
  readonly outcome: 'succeeded' | 'failed' | 'refused' | 'abandoned'
  readonly reason?: string
  readonly value: number
}

/** What the counter `uploads` tells of ends. What a client reports of an upload that had ended already is none. */
function uploadEnds({ counters }: Snapshot): UploadEnd[] {
  return counters
    .filter(({ name }) => name === 'uploads')
    .flatMap(({ labels: { outcome, reason = 'internal', state }, value }): UploadEnd[] => {
      switch (outcome) {
        case 'succeeded':
          return [{ outcome, value }]
        case 'expired':
          return [{ outcome: 'abandoned', value }]
        case 'reported':
          if (state !== 'pending') return []
          if (reason === 'aborted') return [{ outcome: 'abandoned', value }]
          return [failure(reason, value)]
        case 'failed':
          return [failure(reason, value)]
        default:
          return []
      }
    })
}

function failure(reason: string, value: number): UploadEnd {
  const isOneOf = (reasons: readonly string[]) => reasons.includes(reason)
  if (isOneOf(uploadRefusalReasons)) return { outcome: 'refused', reason, value }
  return { outcome: 'failed', reason: isOneOf(uploadFailureReasons) ? reason : 'internal', value }
}

function uploadReasons(snapshot: Snapshot, outcome: 'failed' | 'refused'): Point[] {
  return uploadEnds(snapshot)
    .filter((end) => end.outcome === outcome)
    .map(({ reason = 'internal', value }) => ({ labels: { reason }, value }))
}

function one(value: number): Point[] {
  return [{ labels: {}, value }]
}

function totalOf(rows: readonly { readonly value: number }[]): number {
  return rows.reduce((sum, { value }) => sum + value, 0)
}

function secondsOf(rows: readonly Counter[]): number {
  return rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000
}
