import { expect, it } from 'vitest'
import { plain } from '../../../scripts/local/terminal-style.ts'
import type { RuleState, Target } from '../../../scripts/monitor/api.ts'
import { formatValue, readDashboard } from '../../../scripts/monitor/dashboard.ts'
import { drawGraph, drawStat, scaleFor } from '../../../scripts/monitor/draw.ts'
import { renderSnapshot } from '../../../scripts/monitor/view.ts'

const panels = readDashboard().panels
const stats = panels.filter(({ type }) => type === 'stat')
const silent: RuleState = {
  name: 'Quiet',
  state: 'inactive',
  labels: { severity: 'page' },
  alerts: [],
}
const firing: RuleState = {
  name: 'Loud',
  state: 'firing',
  labels: { severity: 'page' },
  alerts: [
    {
      state: 'firing',
      labels: { severity: 'page' },
      annotations: { summary: 'It is loud', runbook_url: 'docs/runbook.md#loud' },
      activeAt: '2026-11-28T12:00:00Z',
      value: '1',
    },
  ],
}
const target: Target = {
  labels: { job: 'reswave' },
  scrapeUrl: 'http://127.0.0.1:1/metrics',
  health: 'down',
  lastError: 'connection refused',
  lastScrapeDuration: 0.1,
}

it('shows what fires first, with what to do, then figures with their limits, then targets', () => {
  const figures = stats.map((panel) => ({ panel, value: 0.9 }))
  const lines = renderSnapshot(
    { rules: [silent, firing], figures, targets: [target] },
    { style: plain, width: 80 },
  ).split('\n')
  expect(lines[0]).toBe('1 of 2 alerts firing')
  expect(lines[1]).toMatch(/FIRING {3}Loud {2}page, since \d\d:\d\d:\d\d/)
  expect(lines.slice(2, 4).map((line) => line.trim())).toEqual([
    'It is loud',
    'docs/runbook.md#loud',
  ])
  const shown = lines.map((line) => line.replaceAll(/ +/g, ' '))
  expect(shown).toContain('Uploads that succeed 90% at least 95%')
  expect(shown).toContain('Storage, slowest 1% 900 ms at most 500 ms')
  expect(shown).toContain('Connections in use 90% at most 80%')
  expect(lines.at(-1)).toContain('down')
  expect(lines.at(-1)).toContain('connection refused')
})

it('says so where nothing was measured', () => {
  const figures = stats.map((panel) => ({ panel, value: undefined }))
  const view = renderSnapshot(
    { rules: [silent], figures, targets: [] },
    { style: plain, width: 80 },
  )
  expect(view).toContain('No alert of 1 fires')
  expect(view.match(/nothing to measure/g)).toHaveLength(4)
})

it.each([
  [0.953, 'percentunit', '95.3%'],
  [0.713, 's', '713 ms'],
  [4.25, 's', '4.3 s'],
  [150, 's', '2.5 min'],
  [6_200_000, 'bytes', '6.2 MB'],
  [53_000, 'Bps', '53 kB/s'],
] as const)('formatValue() writes %d as %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text)
})

it('scaleFor() has round numbers around what it is for, of minutes too', () => {
  expect(scaleFor(0, 8).ticks).toEqual([0, 2, 4, 6, 8])
  expect(scaleFor(0, 300, 60).ticks).toEqual([0, 120, 240, 360])
  const { from, to } = scaleFor(3, 11)
  expect(from).toBeLessThanOrEqual(3)
  expect(to).toBeGreaterThanOrEqual(11)
})

it('draws a gap where there is no data, and nothing that is not a number', () => {
  const panel = panels.find(({ type }) => type === 'timeseries')
  const [stat] = stats
  if (!panel || !stat) throw new Error('The dashboard has no panels')
  const box = { x: 0, y: 0, width: 400, height: 200 }
  const points = [
    [0, 1],
    [10, 2],
    [20, Number.NaN],
    [90, 1],
    [100, 3],
  ] as const
  const svg = drawGraph(panel, box, [{ name: '<b>', points }], { from: 0, to: 100 })
  expect(svg.match(/<path d="([^"]*)"/)?.[1]?.match(/M/g)).toHaveLength(2)
  expect(svg).not.toMatch(/NaN|Infinity|<b>/)
  const drawn = drawStat(stat, box, undefined, { from: 0, to: 100 })
  expect(drawn).toContain('no data')
  expect(drawn).not.toMatch(/NaN|Infinity/)
})
