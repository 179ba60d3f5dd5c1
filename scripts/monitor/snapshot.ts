/** What Prometheus sees at one moment: its targets, the top row of the dashboard, the alerts. */
import type { PrometheusApi, RuleState, Target } from './api.ts'
import { fillIn, type Panel, readDashboard } from './dashboard.ts'

export interface Figure {
  readonly panel: Panel
  readonly value: number | undefined
}

export interface Snapshot {
  readonly targets: readonly Target[]
  readonly figures: readonly Figure[]
  readonly rules: readonly RuleState[]
}

export async function takeSnapshot(api: PrometheusApi): Promise<Snapshot> {
  const panels = readDashboard().panels.filter(({ type }) => type === 'stat')
  const [targets, rules, figures] = await Promise.all([
    api.targets(),
    api.rules(),
    Promise.all(
      panels.map(async (panel) => ({
        panel,
        value: await api.value(fillIn(panel.targets[0]?.expr ?? '', '1m')),
      })),
    ),
  ])
  return { targets, figures, rules }
}
