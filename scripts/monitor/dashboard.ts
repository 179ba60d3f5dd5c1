/** The Grafana dashboard, as far as its queries and pictures are concerned. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { monitoringFolder } from './rules.ts'

const step = z.object({ color: z.string(), value: z.number().nullable() })

const panel = z.object({
  id: z.number(),
  title: z.string(),
  description: z.string().default(''),
  type: z.enum(['row', 'stat', 'timeseries']),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
  fieldConfig: z
    .object({
      defaults: z.object({
        unit: z.enum(['short', 'percentunit', 's', 'bytes', 'Bps']),
        decimals: z.number().optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        thresholds: z.object({ steps: z.array(step) }).optional(),
        custom: z
          .object({
            stacking: z.object({ mode: z.string() }).optional(),
            thresholdsStyle: z.object({ mode: z.string() }).optional(),
          })
          .default({}),
      }),
    })
    .optional(),
})
export type Panel = z.infer<typeof panel>
export type Unit = NonNullable<Panel['fieldConfig']>['defaults']['unit']

const dashboard = z.object({
  title: z.string(),
  annotations: z.object({ list: z.array(z.object({ expr: z.string() })) }),
  templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.string() })) }),
  panels: z.array(panel),
})
export type Dashboard = z.infer<typeof dashboard>

export function readDashboard(path = `${monitoringFolder}dashboard.json`): Dashboard {
  return dashboard.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** An expression with Grafana's variables filled in, for all projects. */
export function fillIn(expr: string, rateInterval: string): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$instance', '.+')
}

/** The colour of a value by a panel's thresholds. */
export function colourOf(panel: Panel, value: number): string | undefined {
  const steps = panel.fieldConfig?.defaults.thresholds?.steps ?? []
  return steps.findLast(({ value: from }) => from === null || value >= from)?.color
}

/** A value as people read it. */
export function formatValue(value: number, unit: Unit, decimals?: number): string {
  const number = (n: number, most = 2) =>
    n.toLocaleString('en', { maximumFractionDigits: decimals ?? most })
  switch (unit) {
    case 'percentunit':
      return `${number(value * 100, 1)}%`
    case 's':
      if (Math.abs(value) >= 120) return `${number(value / 60, 1)} min`
      return Math.abs(value) < 1 && value !== 0
        ? `${number(value * 1_000, 0)} ms`
        : `${number(value, 1)} s`
    case 'bytes':
    case 'Bps': {
      const names = ['B', 'kB', 'MB', 'GB', 'TB']
      const power = Math.min(Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3), 4)
      return `${number(value / 1_000 ** power, 1)} ${names[power]}${unit === 'Bps' ? '/s' : ''}`
    }
    case 'short':
      return number(value)
  }
}
