import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expose } from '../../../functions/_shared/metrics/exposition.ts'
import { familiesOf, seriesOf } from '../../../functions/_shared/metrics/families.ts'
import { metricEntries, metrics } from '../../../functions/_shared/metrics/registry.ts'
import type { Counter, Snapshot } from '../../../functions/_shared/metrics/snapshot.ts'
import { parsePrometheusText } from '../../fixtures/prometheus-text.ts'

const nothing: Snapshot = {
  counters: [],
  totals: [],
  oldestSeconds: 0,
  storageMilliseconds: null,
  connections: 7,
  maxConnections: 100,
  circuits: {},
  rollout: null,
}

function counter(
  name: string,
  labels: Record<string, string>,
  value = 1,
  milliseconds = 0,
): Counter {
  return { name, labels, value, milliseconds }
}

function shown(snapshot: Partial<Snapshot>) {
  const { families, unknown } = familiesOf({ ...nothing, ...snapshot })
  return { ...parsePrometheusText(expose(families, 'prometheus')), unknown }
}

describe('familiesOf()', () => {
  it('shows every series of the registry from the start, but those that wait to be seen', () => {
    const { series, types, help, value } = shown({})
    expect(types).toEqual(new Map(metricEntries.map(([name, { type }]) => [name, type])))
    expect(help).toEqual(new Map(metricEntries.map(([name, metric]) => [name, metric.help])))
    for (const [name, metric] of metricEntries) {
      const expected = metric.series === 'all' ? seriesOf(metric).length : 0
      const counts = { histogram: `${name}_count`, summary: `${name}_count` } as Record<
        string,
        string
      >
      const found = series.filter((one) => one.name === (counts[metric.type] ?? name))
      expect(found, name).toHaveLength(expected)
    }
    expect(value('reswave_uploads_total', { outcome: 'failed' })).toBe(0)
    expect(value('reswave_rollout_state', { state: 'none' })).toBe(1)
    expect(value('reswave_storage_latency_seconds', { quantile: '0.99' })).toBeNaN()
    expect(value('reswave_database_connections_used')).toBe(7)
  })

  it('says of an upload what it has come to, once', () => {
    const { value } = shown({
      counters: [
        counter('uploads', { outcome: 'begun' }, 100),
        counter('uploads', { outcome: 'completed' }, 70),
        counter('uploads', { outcome: 'succeeded' }, 60),
        counter('uploads', { outcome: 'expired' }, 5),
        counter('uploads', { outcome: 'failed', reason: 'size_mismatch' }, 1),
        counter('uploads', { outcome: 'failed', reason: 'file_encrypted' }, 3),
        counter('uploads', { outcome: 'failed', reason: 'unavailable' }, 2),
        counter('uploads', { outcome: 'failed', reason: 'internal' }, 1),
        counter('uploads', { outcome: 'reported', reason: 'network', state: 'pending' }, 4),
        counter('uploads', { outcome: 'reported', reason: 'aborted', state: 'pending' }, 6),
        counter('uploads', { outcome: 'reported', reason: 'storage', state: 'ready' }, 9),
      ],
    })
    const ended = (outcome: string) => value('reswave_uploads_total', { outcome })
    expect(value('reswave_uploads_begun_total')).toBe(100)
    expect(['succeeded', 'failed', 'refused', 'abandoned'].map(ended)).toEqual([60, 8, 3, 11])
    expect(value('reswave_uploads_failed_total', { reason: 'network' })).toBe(4)
    expect(value('reswave_uploads_failed_total', { reason: 'internal' })).toBe(3)
    expect(value('reswave_uploads_failed_total', { reason: 'storage' })).toBe(0)
    expect(value('reswave_uploads_refused_total', { reason: 'file_encrypted' })).toBe(3)
  })

  it('has histograms whose buckets rise to their count, with the sum of what was observed', () => {
    const bounds = [
      5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000, 900000,
    ]
    const observed = fc.array(fc.double({ min: 0, max: 2_000_000, noNaN: true }), { maxLength: 30 })
    fc.assert(
      fc.property(observed, (milliseconds) => {
        const { value } = shown({
          counters: milliseconds.map((one) => {
            const le = bounds.find((bound) => one <= bound) ?? 'inf'
            return counter('optimizations', { outcome: 'failed', le: String(le) }, 1, one)
          }),
        })
        const name = 'reswave_optimization_duration_seconds'
        for (const le of metrics[name].buckets) {
          const within = milliseconds.filter((one) => one <= le * 1000).length
          expect(value(`${name}_bucket`, { outcome: 'failed', le: String(le) })).toBe(within)
        }
        expect(value(`${name}_bucket`, { outcome: 'failed', le: '+Inf' })).toBe(milliseconds.length)
        expect(value(`${name}_count`, { outcome: 'failed' })).toBe(milliseconds.length)
        const sum = milliseconds.reduce((total, one) => total + one, 0) / 1000
        expect(value(`${name}_sum`, { outcome: 'failed' })).toBeCloseTo(sum, 6)
        expect(value(`${name}_count`, { outcome: 'succeeded' })).toBe(0)
      }),
    )
  })

  it('shows totals, circuits, the rollout and the latency of Storage', () => {
    const { value } = shown({
      totals: [
        { name: 'jobs', label: 'optimize', value: 3 },
        { name: 'dead_jobs', label: 'ingest', value: 2 },
        { name: 'logical_bytes', label: '', value: 1000 },
        { name: 'stored_bytes', label: '', value: 10 },
        { name: 'migration_bytes', label: 'rolled_back', value: 5 },
      ],
      counters: [counter('storage_calls', { operation: 'list', outcome: 'ok', le: '50' }, 2, 80)],
      storageMilliseconds: [10, 20, 510],
      circuits: { 'half-open': 1, open: 2 },
      oldestSeconds: 12.5,
      rollout: { state: 'cooling', stage: 2, dualWrite: 1, dualRead: 0.5, supabase: 0.01 },
    })
    expect(value('reswave_queue_depth', { kind: 'optimize' })).toBe(3)
    expect(value('reswave_queue_depth', { kind: 'erase' })).toBe(0)
    expect(value('reswave_jobs_dead', { kind: 'ingest' })).toBe(2)
    expect(value('reswave_queue_oldest_seconds')).toBe(12.5)
    expect(value('reswave_versions_logical_bytes')).toBe(1000)
    expect(value('reswave_versions_stored_bytes')).toBe(10)
    expect(value('reswave_migration_bytes', { state: 'rolled_back' })).toBe(5)
    expect(value('reswave_circuits', { state: 'half_open' })).toBe(1)
    expect(value('reswave_circuits', { state: 'open' })).toBe(2)
    expect(value('reswave_storage_latency_seconds', { quantile: '0.99' })).toBe(0.51)
    expect(value('reswave_storage_latency_seconds_count')).toBe(2)
    expect(value('reswave_storage_latency_seconds_sum')).toBe(0.08)
    expect(value('reswave_rollout_state', { state: 'cooling' })).toBe(1)
    expect(value('reswave_rollout_state', { state: 'running' })).toBe(0)
    expect(value('reswave_rollout_stage')).toBe(2)
    expect(value('reswave_rollout_users_ratio', { phase: 'dual_read' })).toBe(0.5)
  })

  it('never shows a label that is not of its closed set, and says what it left out', () => {
    const { series, value, unknown } = shown({
      counters: [
        counter('rejections', { reason: 'ada_example' }, 2),
        counter('rejections', { reason: 'new_number' }, 3),
        counter('jobs', { kind: 'dance', outcome: 'succeeded' }),
        counter('uploads', { outcome: 'failed', reason: 'ada_example' }),
      ],
      totals: [{ name: 'jobs', label: 'dance', value: 1 }],
    })
    expect(value('reswave_grounding_rejections_total', { reason: 'other' })).toBe(2)
    expect(value('reswave_grounding_rejections_total', { reason: 'new_number' })).toBe(3)
    expect(value('reswave_uploads_failed_total', { reason: 'internal' })).toBe(1)
    expect(unknown).toEqual([
      'reswave_jobs_total {"kind":"dance","outcome":"succeeded"}',
      'reswave_queue_depth {"kind":"dance"}',
    ])
    expect(JSON.stringify(series)).not.toMatch(/ada|dance/)
  })
})
