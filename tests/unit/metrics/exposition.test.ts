import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { contentTypes, expose, formatFor } from '../../../functions/_shared/metrics/exposition.ts'
import type { Family } from '../../../functions/_shared/metrics/families.ts'
import { parsePrometheusText } from '../../fixtures/prometheus-text.ts'

const name = 'reswave_queue_depth'

/** A gauge with samples of any labels: the renderer knows no closed sets. */
function gauge(
  samples: readonly { labels: Readonly<Record<string, string>>; value: number }[],
  help = 'What it is',
): Family {
  return {
    name,
    metric: { type: 'gauge', help, labels: {}, series: 'all' },
    samples: samples.map((sample) => ({ suffix: '', ...sample })),
  }
}

describe('expose()', () => {
  it('writes what the format’s own example has', () => {
    const families: Family[] = [
      {
        name: 'reswave_job_run_seconds',
        metric: {
          type: 'histogram',
          unit: 'seconds',
          help: 'A back\\slash, a\nline and a "quote"',
          labels: {},
          series: 'all',
        },
        samples: [
          { suffix: '_bucket', labels: { kind: 'ingest', le: '1' }, value: 2 },
          { suffix: '_bucket', labels: { kind: 'ingest', le: '+Inf' }, value: 3 },
          { suffix: '_sum', labels: { kind: 'ingest' }, value: 4.5 },
          { suffix: '_count', labels: { kind: 'ingest' }, value: 3 },
        ],
      },
      {
        name: 'reswave_upload_bytes_total',
        metric: { type: 'counter', unit: 'bytes', help: 'Bytes', labels: {}, series: 'all' },
        samples: [{ suffix: '', labels: {}, value: 7e21 }],
      },
    ]
    expect(expose(families, 'prometheus')).toBe(
      [
        '# HELP reswave_job_run_seconds A back\\\\slash, a\\nline and a "quote"',
        '# TYPE reswave_job_run_seconds histogram',
        'reswave_job_run_seconds_bucket{kind="ingest",le="1"} 2',
        'reswave_job_run_seconds_bucket{kind="ingest",le="+Inf"} 3',
        'reswave_job_run_seconds_sum{kind="ingest"} 4.5',
        'reswave_job_run_seconds_count{kind="ingest"} 3',
        '# HELP reswave_upload_bytes_total Bytes',
        '# TYPE reswave_upload_bytes_total counter',
        'reswave_upload_bytes_total 7e+21',
        '',
      ].join('\n'),
    )
    expect(expose(families, 'openmetrics')).toBe(
      [
        '# HELP reswave_job_run_seconds A back\\\\slash, a\\nline and a \\"quote\\"',
        '# TYPE reswave_job_run_seconds histogram',
        '# UNIT reswave_job_run_seconds seconds',
        'reswave_job_run_seconds_bucket{kind="ingest",le="1.0"} 2',
        'reswave_job_run_seconds_bucket{kind="ingest",le="+Inf"} 3',
        'reswave_job_run_seconds_sum{kind="ingest"} 4.5',
        'reswave_job_run_seconds_count{kind="ingest"} 3',
        '# HELP reswave_upload_bytes Bytes',
        '# TYPE reswave_upload_bytes counter',
        '# UNIT reswave_upload_bytes bytes',
        'reswave_upload_bytes_total 7e+21',
        '# EOF',
        '',
      ].join('\n'),
    )
  })

  it('is read back by another parser as it was given, whatever labels and values hold', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 })
    const labels = fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,9}$/), text, { maxKeys: 3 })
    const value = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NaN))
    const samples = fc.uniqueArray(fc.record({ labels, value }), {
      selector: (sample) => JSON.stringify(Object.entries(sample.labels).sort()),
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(samples, (given) => {
        const read = parsePrometheusText(expose([gauge(given)], 'prometheus'))
        expect(read.series.map((one) => ({ ...one.labels }))).toEqual(
          given.map((one) => ({ ...one.labels })),
        )
        expect(read.series.map((one) => one.value)).toEqual(
          // There is one zero.
          given.map((one) => (Object.is(one.value, -0) ? 0 : one.value)),
        )
      }),
    )
  })

  it('keeps each series on a line of its own, whatever its labels and help hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (help, label) => {
        for (const format of ['prometheus', 'openmetrics'] as const) {
          const lines = expose([gauge([{ labels: { a: label }, value: 1 }], help)], format).split(
            '\n',
          )
          expect(lines).toHaveLength(format === 'prometheus' ? 4 : 5)
          expect(lines[2]).toMatch(new RegExp(`^${name}\\{a="`))
        }
      }),
    )
  })
})

describe('formatFor()', () => {
  // What Prometheus 2.42 and 3.5 send.
  const prometheus =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
  test.each([
    [prometheus, 'openmetrics'],
    ['Application/OpenMetrics-Text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;q=0, text/plain', 'prometheus'],
    ['text/plain;version=0.0.4', 'prometheus'],
    ['*/*', 'prometheus'],
    ['', 'prometheus'],
    [null, 'prometheus'],
  ] as const)('%s → %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format)
    expect(contentTypes[format]).toMatch(/; version=[\d.]+; charset=utf-8$/)
  })
})
