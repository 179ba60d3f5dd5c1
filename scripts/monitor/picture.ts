/**
 * `npm run monitor:picture -- FILE.png`: the dashboard of monitoring/, drawn from its own queries and the data of a
 * Prometheus that runs (`--prometheus URL`, of `npm run monitor` by default). A .svg needs nothing else, a .png
 * needs Chromium.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { runCommand } from '../checks/command.ts'
import { createApi, type Line, type PrometheusApi } from './api.ts'
import { fillIn, readDashboard } from './dashboard.ts'
import { type Box, drawGraph, drawRow, drawStat, escapeText, type NamedLine } from './draw.ts'

const width = 1_500
const gap = 8
const unitHeight = 30
const headHeight = 44
const steps = 240
const chromiumTimeoutMs = 60_000

export interface PictureOptions {
  readonly api: PrometheusApi
  /** Seconds since 1970. */
  readonly from: number
  readonly to: number
  /** In place of `$__rate_interval`, and of the windows of ten minutes. */
  readonly window?: { readonly rate: string; readonly tenMinutes: string }
  /** Which rows of the dashboard, by their titles; all of them if left out. */
  readonly rows?: readonly string[]
}

/** @returns SVG */
export async function drawDashboard(options: PictureOptions): Promise<string> {
  const { api, from, to } = options
  const window = options.window ?? { rate: '1m', tenMinutes: '10m' }
  const { title, panels } = readDashboard()
  const step = Math.max(Math.round((to - from) / steps), 1)
  let row = ''
  let hidden = 0
  let rowEnd = 0
  const parts: string[] = []
  let bottom = 0
  for (const panel of panels) {
    if (panel.type === 'row') row = panel.title
    const { x, y, w, h } = panel.gridPos
    if (row !== '' && options.rows && !options.rows.includes(row)) {
      hidden += Math.max(y + h - Math.max(rowEnd, y), 0)
      rowEnd = Math.max(rowEnd, y + h)
      continue
    }
    rowEnd = Math.max(rowEnd, y + h)
    const column = width / 24
    const box: Box = {
      x: x * column + gap / 2,
      y: headHeight + (y - hidden) * unitHeight + gap / 2,
      width: w * column - gap,
      height: h * unitHeight - gap,
    }
    bottom = Math.max(bottom, box.y + box.height)
    if (panel.type === 'row') {
      parts.push(drawRow(panel, box))
      continue
    }
    const answers = await Promise.all(
      panel.targets.map(async ({ expr, legendFormat }) => {
        const query = fillIn(expr, window.rate).replaceAll('[10m]', `[${window.tenMinutes}]`)
        return nameLines(await api.range(query, { from, to, step }), legendFormat)
      }),
    )
    const lines = answers.flat()
    parts.push(
      panel.type === 'stat'
        ? drawStat(panel, box, lines[0], { from, to })
        : drawGraph(panel, box, lines, { from, to }),
    )
  }
  const height = Math.ceil(bottom + gap)
  const time = (seconds: number) =>
    new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>
text { font-family: 'DejaVu Sans', Arial, sans-serif; font-size: 12px; fill: #24292f }
.head { font-size: 19px; font-weight: bold } .when { fill: #69707a }
.row { font-size: 15px; font-weight: bold } .title { font-size: 13px; font-weight: bold }
.title[fill] { fill: #fff } .stat { font-size: 34px; font-weight: bold; fill: #fff; text-anchor: middle }
.tick { font-size: 11px; fill: #69707a } .legend { font-size: 11.5px }
.panel { fill: #fff; stroke: #d8dce2 } .grid { stroke: #e9ecf0 }
.limit { stroke: #d3333f; stroke-width: 1.5; stroke-dasharray: 6 4 }
</style>
<rect width="100%" height="100%" fill="#f4f5f7"/>
<text x="8" y="29" class="head">${escapeText(title)}</text>
<text x="${width - 8}" y="28" class="when" text-anchor="end">${time(from)} to ${time(to).slice(11)} UTC</text>
${parts.join('\n')}
</svg>
`
}

/** A line's name by the legend of its query, which Grafana writes as {{label}}. */
function nameLines(lines: readonly Line[], legendFormat: string): NamedLine[] {
  return lines
    .filter(({ points }) => points.some(([, value]) => Number.isFinite(value)))
    .map(({ labels, points }) => ({
      name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ''),
      points,
    }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** Writes a picture as .svg, or as .png with Chromium. */
export async function writePicture(path: string, svg: string): Promise<void> {
  if (extname(path) === '.svg') return await writeFile(path, svg)
  const [, height = ''] = /height="(\d+)"/.exec(svg) ?? []
  const dir = await mkdtemp(join(tmpdir(), 'reswave-picture-'))
  try {
    const page = join(dir, 'dashboard.html')
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><style>body { margin: 0 }</style>${svg}`,
    )
    const { code, stderr } = await runCommand(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        `--user-data-dir=${dir}/profile`,
        `--window-size=${width},${height}`,
        `--screenshot=${resolve(path)}`,
        pathToFileURL(page).href,
      ],
      { cwd: dir, timeoutMs: chromiumTimeoutMs },
    )
    if (code !== 0) throw new Error(`Chromium cannot draw '${path}': ${stderr.slice(-500)}`)
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
      minutes: { type: 'string', default: '30' },
    },
  })
  const [file] = positionals
  const minutes = Number(values.minutes)
  if (file === undefined || !/\.(svg|png)$/.test(file) || !(minutes > 0)) {
    console.error(
      'Usage: npm run monitor:picture -- FILE.svg|FILE.png [--minutes N] [--prometheus URL]',
    )
    process.exit(2)
  }
  const to = Date.now() / 1_000
  const svg = await drawDashboard({
    api: createApi(values.prometheus),
    from: to - minutes * 60,
    to,
  })
  await writePicture(resolve(process.env.INIT_CWD ?? '.', file), svg)
  console.log(`Drawn from the last ${minutes} minutes of ${values.prometheus}: ${file}`)
}
