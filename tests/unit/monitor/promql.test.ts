import { expect, it } from 'vitest'
import { parseQuery, readDuration } from '../../../scripts/monitor/promql.ts'

it('parseQuery() finds metrics, matchers, and the function that each is handed to', () => {
  const { selectors } = parseQuery(
    'sum by (job) (increase(a_total{outcome=~"x|y", kind!="z"}[10m])) / on (job) b > 0.5',
  )
  expect(selectors).toEqual([
    {
      metric: 'a_total',
      handedTo: 'increase',
      matchers: [
        { label: 'outcome', operator: '=~', value: 'x|y' },
        { label: 'kind', operator: '!=', value: 'z' },
      ],
    },
    { metric: 'b', handedTo: undefined, matchers: [] },
  ])
})

it('parseQuery() finds labels that are grouped by, durations, limits and conditions', () => {
  const text = 'sum by (job, le) (rate(a[5m])) > 0.5 and on (instance) b >= 3'
  const { labels, durations, limits, conditions } = parseQuery(text)
  expect(labels).toEqual(['job', 'le', 'instance'])
  expect(durations.map((span) => span.text)).toEqual(['5m'])
  expect(limits.map((span) => span.text)).toEqual(['0.5', '3'])
  expect(conditions.map((span) => span.text)).toEqual([' and on (instance) b >= 3'])
})

it.each(['>', '>=', '<', '<=', '==', '!='])('parseQuery() finds the limit after %s', (operator) => {
  expect(parseQuery(`a ${operator} 3`).limits.map(({ text }) => text)).toEqual(['3'])
})

it.each(['sum by (a', 'rate(a[5m', 'a{b=}', 'a and'])('parseQuery() refuses %s', (text) => {
  expect(() => parseQuery(text)).toThrow(/Cannot parse/)
})

it('readDuration() gives milliseconds', () => {
  expect(readDuration('1h30m')).toBe(5_400_000)
  expect(readDuration('250ms')).toBe(250)
  expect(() => readDuration('5 minutes')).toThrow("'5 minutes' is not a duration")
})
