import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { chanceSteps, requiredSteps, stepOf } from '../../../scripts/chaos/steps.ts'
import { historyRpcs } from '../../../scripts/chaos/versions/steps.ts'

const functions = fileURLToPath(new URL('../../../functions/', import.meta.url))

it('a run of jobs or of histories must come by every RPC of the queue that the functions call', () => {
  const sources = readdirSync(functions, { recursive: true, encoding: 'utf8' })
    .filter(
      // What watches takes no part in it.
      (path) =>
        path.endsWith('.ts') &&
        !path.endsWith('.gen.ts') &&
        !/^(?:health|metrics|_shared\/metrics)\//.test(path),
    )
    .map((path) => readFileSync(join(functions, path), 'utf8'))
  const called = new Set(
    sources.flatMap((source) => source.match(/(?<=')internal_\w+(?=')/g) ?? []),
  )
  const named = new Set<string>([...requiredSteps, ...chanceSteps, ...historyRpcs])
  expect([...called].filter((name) => !named.has(name))).toEqual([])
})

it('stepOf() names a request by what it is for', () => {
  const named = (method: string, url: string, body = '') => stepOf(method, url, body)
  expect(named('POST', '/rest/v1/rpc/internal_claim_jobs')).toBe('internal_claim_jobs')
  expect(
    named(
      'POST',
      '/rest/v1/rpc/internal_report_optimization',
      '{"p_events":[{"type":"generating"}]}',
    ),
  ).toBe('internal_report_optimization')
  expect(
    named('POST', '/rest/v1/rpc/internal_report_optimization', '{"p_events":[{"type":"scoring"'),
  ).toBe('internal_report_optimization, with news')
  expect(named('GET', '/rest/v1/optimizations?select=*')).toBe('read optimizations')
  expect(named('GET', '/storage/v1/object/resumes/a/b.pdf')).toBe('storage download')
  expect(named('DELETE', '/storage/v1/object/resumes')).toBe('storage remove')
  expect(named('POST', '/storage/v1/object/resume_deltas/a/b')).toBe('storage upload')
  expect(named('POST', '/storage/v1/object/copy')).toBe('storage copy')
  expect(named('POST', '/storage/v1/object/sign/resumes/a/b.pdf')).toBe('storage sign')
  expect(named('POST', '/storage/v1/object/list/resumes')).toBe('storage list')
  expect(named('POST', '/functions/v1/extract')).toBe('extract')
  expect(named('POST', '/functions/v1/delta/encode')).toBe('delta encode')
  expect(named('POST', '/api/chat')).toBe('model chat')
  expect(named('PUT', '/something/else?x=1')).toBe('PUT /something/else')
})
