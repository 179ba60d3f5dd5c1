import { describe, expect, test } from 'vitest'
import { readAudit } from '../../../scripts/checks/audit.ts'

const metadata = { dependencies: { prod: 12 } }
const advisory = { title: 'Reads past its end', url: 'https://example.org/1' }

describe('readAudit()', () => {
  test('finds nothing in a report without findings', () => {
    expect(readAudit(JSON.stringify({ vulnerabilities: {}, metadata }))).toEqual({
      kind: 'answered',
      dependencies: 12,
      grave: [],
      lesser: [],
    })
  })

  test.each([
    ['high', true],
    ['critical', true],
    ['moderate', false],
    ['low', false],
  ])('holds a finding of level %s against the product: %s', (severity, grave) => {
    const vulnerabilities = { unzip: { severity, via: [advisory, 'inflate'] } }
    const line = `unzip: ${severity} – Reads past its end https://example.org/1 – by inflate`
    expect(readAudit(JSON.stringify({ vulnerabilities, metadata }))).toMatchObject(
      grave ? { grave: [line], lesser: [] } : { grave: [], lesser: [line] },
    )
  })

  test.each([
    ['nothing', '', 'npm audit printed no JSON'],
    ['an error', '{"message":"405 Method Not Allowed"}', '405 Method Not Allowed'],
    ['half a report', '{"vulnerabilities":{}}', 'the report has no findings'],
  ])('takes %s for no answer, never for a clean one', (_, output, reason) => {
    expect(readAudit(output)).toEqual({ kind: 'unanswered', reason })
  })
})
