/** Whether the dashboard and the alerts have the same four limits. */
import { colourOf, type Dashboard } from './dashboard.ts'
import { parseQuery } from './promql.ts'
import type { AlertRule } from './rules.ts'

/** Which figure of the top row shows what an alert watches; `good` is a share of what the alert counts as bad. */
const pairs = [
  { alert: 'ResWaveUploadsFailing', panel: 'Uploads that succeed', good: true },
  { alert: 'ResWaveOptimizationsSlow', panel: 'Optimizations within 120 s', good: true },
  { alert: 'ResWaveStorageSlow', panel: 'Storage, slowest 1%', good: false },
  { alert: 'ResWaveConnectionsScarce', panel: 'Connections in use', good: false },
] as const
const little = 0.001

export function differingLimits(dashboard: Dashboard, alerts: readonly AlertRule[]): string[] {
  return pairs.flatMap(({ alert, panel: title, good }) => {
    const rule = alerts.find((one) => one.alert === alert)
    const panel = dashboard.panels.find((one) => one.title === title)
    if (rule === undefined || panel === undefined) return [`${alert} or '${title}' is not there`]
    const limit = Number(parseQuery(rule.expr).limits[0]?.text)
    const shown = (value: number) => colourOf(panel, good ? 1 - value : value)
    const isRight = shown(limit - little) === 'green' && shown(limit + little) === 'red'
    return isRight ? [] : [`'${title}' does not turn red at ${limit}, where ${alert} does`]
  })
}
