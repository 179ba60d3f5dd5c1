import { describe, expect, it } from 'vitest'
import { metricEntries } from '../../functions/_shared/metrics/registry.ts'
import { type Parsed, type ParsedSeries, parsePrometheusText } from '../fixtures/prometheus-text.ts'
import { mimeTypes, type Version } from './app.ts'
import { edited, histories, resumeFile } from './history.ts'

const app = histories()
const { add, begin, callWorker, functionsUrl, newPerson, optimize, settle, sql, stack, upload } =
  app
const asPrometheus = { authorization: `Bearer ${stack.metricsToken}` }

async function scrape(): Promise<Parsed> {
  const response = await fetch(`${functionsUrl}/metrics`, { headers: asPrometheus })
  expect(response.status).toBe(200)
  return parsePrometheusText(await response.text())
}

/** By how much a series has grown since. Other tests use the same stack. */
function growth(before: Parsed, after: Parsed) {
  return (name: string, labels: Record<string, string> = {}) =>
    (after.value(name, labels) ?? Number.NaN) - (before.value(name, labels) ?? 0)
}

/** What may never fall: counters, and the counts and sums of histograms and of the summary. */
function monotonic({ series, types }: Parsed): readonly ParsedSeries[] {
  return series.filter(
    ({ name }) => types.get(name) === 'counter' || /_(bucket|sum|count)$/.test(name),
  )
}

async function untilState(version: Version, state: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await callWorker()
        return (
          await sql`select state from public.resume_versions where version_id = ${version.version_id}`
        )[0]?.state
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(state)
}

describe('metrics', () => {
  it('answers the holder of its token alone, in the format that was asked for', async () => {
    const get = (headers: Record<string, string>, method = 'GET') =>
      fetch(`${functionsUrl}/metrics`, { method, headers })
    for (const authorization of [`Bearer ${stack.workerToken}`, `Bearer ${stack.secretKey}`, '']) {
      const response = await get(authorization === '' ? {} : { authorization })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ code: 'unauthorized' })
    }
    const plain = await get(asPrometheus)
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const { types } = parsePrometheusText(await plain.text())
    expect([...types]).toEqual(metricEntries.map(([name, { type }]) => [name, type]))

    const accept = 'application/openmetrics-text;version=1.0.0'
    const open = await get({ ...asPrometheus, accept })
    expect(open.headers.get('content-type')).toMatch(
      /^application\/openmetrics-text; version=1.0.0/,
    )
    expect(await open.text()).toMatch(/\n# EOF\n$/)

    const head = await get(asPrometheus, 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await get(asPrometheus, 'POST')).status).toBe(405)
  })

  it('sees an upload, its optimization and its end, and what its person’s erasure must not undo', async () => {
    const before = await scrape()
    const person = newPerson()
    const first = resumeFile()
    const one = await add(person, first)
    const two = await add(person, await edited(first), one.resume_id)
    await settle(one.resume_id)
    const asked = { filePath: two.full_storage_path, jobDescription: 'A planner of transport' }
    expect((await optimize(person.token, asked)).status).toBe(200)
    const refused = await upload(person, new File(['nothing'], 'cv.pdf', { type: mimeTypes.pdf }))
    await untilState(refused, 'failed')
    for (const reason of ['network', 'aborted'] as const) {
      const { data } = await begin(person, resumeFile())
      await person.client.rpc('report_upload_failure', {
        version_id: data?.version_id ?? '',
        reason,
      })
    }
    // Functions report what they asked of Storage with what they have to say anyway.
    await callWorker()

    const after = await scrape()
    const grown = growth(before, after)
    expect(grown('reswave_uploads_begun_total')).toBeGreaterThanOrEqual(5)
    expect(grown('reswave_uploads_total', { outcome: 'succeeded' })).toBeGreaterThanOrEqual(2)
    expect(grown('reswave_uploads_total', { outcome: 'refused' })).toBeGreaterThanOrEqual(1)
    expect(grown('reswave_uploads_total', { outcome: 'abandoned' })).toBeGreaterThanOrEqual(1)
    expect(grown('reswave_uploads_failed_total', { reason: 'network' })).toBeGreaterThanOrEqual(1)
    expect(grown('reswave_upload_bytes_total')).toBeGreaterThanOrEqual(2 * first.size)
    expect(
      grown('reswave_jobs_total', { kind: 'compact', outcome: 'succeeded' }),
    ).toBeGreaterThanOrEqual(1)
    for (const kind of ['ingest', 'optimize']) {
      expect(grown('reswave_jobs_total', { kind, outcome: 'succeeded' })).toBeGreaterThanOrEqual(1)
      expect(grown('reswave_job_wait_seconds_count', { kind })).toBeGreaterThanOrEqual(1)
      expect(
        grown('reswave_job_run_seconds_count', { kind, outcome: 'succeeded' }),
      ).toBeGreaterThanOrEqual(1)
    }
    const duration = 'reswave_optimization_duration_seconds'
    const succeeded = { outcome: 'succeeded' }
    expect(grown(`${duration}_count`, succeeded)).toBeGreaterThanOrEqual(1)
    expect(grown(`${duration}_sum`, succeeded)).toBeGreaterThan(0)
    expect(grown(`${duration}_bucket`, { ...succeeded, le: '120' })).toBeGreaterThanOrEqual(1)
    expect(grown('reswave_model_tokens_total', { direction: 'output' })).toBeGreaterThan(0)
    expect(grown('reswave_suggestions_total')).toBeGreaterThan(0)
    expect(
      grown('reswave_storage_request_duration_seconds_count', {
        operation: 'download',
        outcome: 'ok',
      }),
    ).toBeGreaterThanOrEqual(2)
    expect(after.value('reswave_storage_latency_seconds', { quantile: '0.99' })).toBeGreaterThan(0)
    const saved = ({ value }: Parsed) =>
      (value('reswave_versions_logical_bytes') ?? 0) - (value('reswave_versions_stored_bytes') ?? 0)
    expect(saved(after)).toBeGreaterThan(0)
    const used = after.value('reswave_database_connections_used') ?? 0
    expect(used).toBeGreaterThanOrEqual(1)
    expect(after.value('reswave_database_connections_max')).toBeGreaterThanOrEqual(used)

    expect((await person.client.rpc('erase_my_data')).error).toBeNull()
    await expect
      .poll(
        async () => {
          await callWorker()
          return await sql`select from public.resumes where user_id = ${person.sub}`
        },
        { timeout: 20_000, interval: 300 },
      )
      .toHaveLength(0)
    const erased = await scrape()
    const counters = monotonic(after)
    expect(counters.length).toBeGreaterThan(200)
    for (const { name, labels, value } of counters) {
      expect(
        erased.value(name, labels),
        `${name} ${JSON.stringify(labels)}`,
      ).toBeGreaterThanOrEqual(value)
    }
    // Whatever else goes on here: one snapshot of totals and rows.
    expect(await sql`select * from private.totals_drift()`).toEqual([])
  })
})
