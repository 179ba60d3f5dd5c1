/** Draws a panel of the dashboard, as Grafana would lay it out, from lines of data. Pure: SVG as text. */
import type { Line } from './api.ts'
import { colourOf, formatValue, type Panel, type Unit } from './dashboard.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface NamedLine {
  readonly name: string
  readonly points: Line['points']
}

export interface Span {
  readonly from: number
  readonly to: number
}

const palette = [
  '#3b7dd8',
  '#e08a1e',
  '#2f9e5b',
  '#c2455e',
  '#7d5bbe',
  '#3aa6a6',
  '#8a6d3b',
  '#69707a',
]
/** Names that mean the same in every panel have the same colour in every panel. */
const fixedColours: Readonly<Record<string, string>> = {
  succeeded: '#2f9e5b',
  ok: '#2f9e5b',
  closed: '#2f9e5b',
  failed: '#d3333f',
  open: '#d3333f',
  dead: '#d3333f',
  refused: '#e08a1e',
  half_open: '#e08a1e',
  retried: '#e08a1e',
  abandoned: '#9aa1ab',
  cancelled: '#9aa1ab',
  'limit of the alert': '#d3333f',
  '0.99': '#c2455e',
}
const statColours: Readonly<Record<string, string>> = { green: '#2f9e5b', red: '#d3333f' }
const noData = '#9aa1ab'
const margin = { left: 58, right: 14, top: 34, bottom: 44 }
const characterWidth = 6.6

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function drawRow(panel: Panel, box: Box): string {
  return `<text x="${box.x + 2}" y="${box.y + 21}" class="row">${escapeText(panel.title)}</text>`
}

/** The last value on its colour, over the line that led there. */
export function drawStat(panel: Panel, box: Box, line: NamedLine | undefined, span: Span): string {
  const last = line?.points.findLast(([, value]) => Number.isFinite(value))?.[1]
  const { unit = 'short', decimals } = panel.fieldConfig?.defaults ?? {}
  const colour = last === undefined ? noData : (statColours[colourOf(panel, last) ?? ''] ?? noData)
  const text = last === undefined ? 'no data' : formatValue(last, unit, decimals)
  const inner = { ...box, y: box.y + box.height * 0.6, height: box.height * 0.36 }
  const top = Math.max(
    ...(line?.points.map(([, value]) => value).filter(Number.isFinite) ?? []),
    1e-9,
  )
  const path = line ? pathOf(line.points, inner, span, { from: 0, to: top }) : ''
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="4" fill="${colour}"/>`,
    `<path d="${path}" fill="none" stroke="#fff" stroke-opacity="0.45" stroke-width="1.5"/>`,
    `<text x="${box.x + 12}" y="${box.y + 22}" class="title" fill="#fff">${escapeText(panel.title)}</text>`,
    `<text x="${box.x + box.width / 2}" y="${box.y + box.height * 0.6}" class="stat">${escapeText(text)}</text>`,
  ].join('')
}

export function drawGraph(panel: Panel, box: Box, lines: readonly NamedLine[], span: Span): string {
  const { unit = 'short', min, max, custom, thresholds } = panel.fieldConfig?.defaults ?? {}
  const plot = {
    x: box.x + margin.left,
    y: box.y + margin.top,
    width: box.width - margin.left - margin.right,
    height: box.height - margin.top - margin.bottom,
  }
  const isStacked = custom?.stacking?.mode === 'normal'
  const shown = isStacked ? stacked(lines) : lines
  const limit =
    custom?.thresholdsStyle?.mode === 'line' ? thresholds?.steps.at(-1)?.value : undefined
  const values = shown
    .flatMap(({ points }) => points.map(([, value]) => value))
    .filter(Number.isFinite)
  const highest = Math.max(...values, limit ?? 0)
  // Minutes have round numbers of their own.
  const base = unit === 's' && highest >= 120 ? 60 : 1
  const scale = scaleFor(
    min ?? Math.min(...values, 0),
    max ?? (highest > 0 ? highest * 1.05 : 1),
    base,
  )
  const yOf = (value: number) =>
    plot.y + plot.height * (1 - (value - scale.from) / (scale.to - scale.from))
  const colours = lines.map(
    ({ name }, index) => fixedColours[name] ?? palette[index % palette.length],
  )
  const isEmpty = values.length === 0
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="4" class="panel"/>`,
    `<text x="${box.x + 12}" y="${box.y + 21}" class="title">${escapeText(panel.title)}</text>`,
    ...scale.ticks.map(
      (tick) =>
        `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${yOf(tick)}" y2="${yOf(tick)}" class="grid"/>` +
        `<text x="${plot.x - 6}" y="${yOf(tick) + 4}" class="tick" text-anchor="end">${escapeText(formatTick(tick, unit))}</text>`,
    ),
    ...timeTicks(span).map(({ at, text }) => {
      const x = plot.x + (plot.width * (at - span.from)) / (span.to - span.from)
      return `<text x="${x}" y="${plot.y + plot.height + 15}" class="tick" text-anchor="middle">${text}</text>`
    }),
    ...(isStacked
      ? [...shown].reverse().map(({ points }, index) => {
          const path = pathOf(points, plot, span, scale, true)
          return `<path d="${path}" fill="${colours[shown.length - 1 - index]}" fill-opacity="0.6"/>`
        })
      : shown.map(
          ({ points }, index) =>
            `<path d="${pathOf(points, plot, span, scale)}" fill="none" stroke="${colours[index]}" stroke-width="2" stroke-linejoin="round"/>`,
        )),
    limit === undefined || limit === null
      ? ''
      : `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${yOf(limit)}" y2="${yOf(limit)}" class="limit"/>`,
    isEmpty
      ? `<text x="${plot.x + plot.width / 2}" y="${plot.y + plot.height / 2}" class="tick" text-anchor="middle">nothing in this time</text>`
      : '',
    legend(
      lines.map(({ name }, index) => [name, colours[index] ?? noData]),
      box,
    ),
  ].join('')
}

function legend(entries: readonly (readonly [string, string])[], box: Box): string {
  let x = box.x + 12
  const end = box.x + box.width - 8
  const parts: string[] = []
  for (const [name, colour] of entries) {
    const width = 18 + name.length * characterWidth + 10
    if (x + width > end) {
      parts.push(`<text x="${x}" y="${box.y + box.height - 9}" class="legend">…</text>`)
      break
    }
    parts.push(
      `<rect x="${x}" y="${box.y + box.height - 16}" width="12" height="4" fill="${colour}"/>`,
      `<text x="${x + 17}" y="${box.y + box.height - 9}" class="legend">${escapeText(name)}</text>`,
    )
    x += width
  }
  return parts.join('')
}

/** Each line upon those before it. */
function stacked(lines: readonly NamedLine[]): NamedLine[] {
  const sums = new Map<number, number>()
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort(
    (a, b) => a - b,
  )
  return lines.map(({ name, points }) => {
    const own = new Map(points)
    return {
      name,
      points: times.map((at) => {
        const sum = (sums.get(at) ?? 0) + (own.get(at) ?? 0)
        sums.set(at, sum)
        return [at, sum] as const
      }),
    }
  })
}

/** A line through the points; it breaks where there is none for longer than two steps. */
function pathOf(
  points: Line['points'],
  box: Box,
  span: Span,
  scale: { from: number; to: number },
  isArea = false,
): string {
  const xOf = (at: number) => box.x + (box.width * (at - span.from)) / (span.to - span.from)
  const yOf = (value: number) =>
    box.y + box.height * (1 - (Math.min(value, scale.to) - scale.from) / (scale.to - scale.from))
  const finite = points.filter(([, value]) => Number.isFinite(value))
  const step = Math.min(...finite.slice(1).map(([at], index) => at - (finite[index]?.[0] ?? 0)))
  let path = ''
  let before = Number.NEGATIVE_INFINITY
  for (const [at, value] of finite) {
    path += `${at - before > step * 2 ? 'M' : 'L'}${xOf(at).toFixed(1)} ${yOf(value).toFixed(1)}`
    before = at
  }
  const [first, last] = [finite[0], finite.at(-1)]
  if (!isArea || !first || !last) return path
  const ground = box.y + box.height
  return `${path.replaceAll(/(?!^)M/g, 'L')}L${xOf(last[0]).toFixed(1)} ${ground}L${xOf(first[0]).toFixed(1)} ${ground}Z`
}

/** Round multiples of `base` between which everything lies. */
export function scaleFor(
  least: number,
  most: number,
  base = 1,
): { from: number; to: number; ticks: number[] } {
  const wanted = Math.max(most - least, 1e-9) / base / 4
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= wanted) ?? 10) * power * base
  const from = Math.floor(least / step) * step
  const count = Math.max(Math.ceil((most - from) / step - 1e-9), 1)
  const ticks = Array.from({ length: count + 1 }, (_, index) => from + index * step)
  return { from, to: from + count * step, ticks }
}

function formatTick(value: number, unit: Unit): string {
  if (unit === 's' && value >= 1)
    return value >= 120 ? `${+(value / 60).toFixed(1)} min` : `${+value.toFixed(2)} s`
  return formatValue(value, unit)
}

function timeTicks({ from, to }: Span): { at: number; text: string }[] {
  const steps = [30, 60, 120, 300, 600, 1_800, 3_600, 10_800]
  const step = steps.find((seconds) => (to - from) / seconds <= 6) ?? 21_600
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => {
    const at = first + index * step
    return { at, text: new Date(at * 1_000).toISOString().slice(11, step < 60 ? 19 : 16) }
  })
}
