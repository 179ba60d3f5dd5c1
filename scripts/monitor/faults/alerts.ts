/** Alerts of a running Prometheus, waited for. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PrometheusApi, RuleState } from '../api.ts'

const pollMs = 500

export type Alert = RuleState['alerts'][number]

/** The firing alerts of that name. */
export async function firing(api: PrometheusApi, name: string): Promise<Alert[]> {
  const rule = (await api.rules()).find((one) => one.name === name)
  return rule?.alerts.filter(({ state }) => state === 'firing') ?? []
}

/** @returns what was waited for, and how long it took; undefined if the time ran out */
export async function waitFor<T>(
  look: () => Promise<T | undefined>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ value: T; seconds: number } | undefined> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < timeoutMs) {
    signal.throwIfAborted()
    const value = await look()
    if (value !== undefined) return { value, seconds: (performance.now() - startedAt) / 1_000 }
    await delay(pollMs, undefined, { signal })
  }
  return undefined
}

/** All alerts that fired in a span, as Prometheus has recorded them, and when each began. */
export async function everFired(
  api: PrometheusApi,
  span: { from: number; to: number },
): Promise<{ name: string; at: number }[]> {
  const lines = await api.range('ALERTS{alertstate="firing"}', { ...span, step: 1 })
  const first = new Map<string, number>()
  for (const { labels, points } of lines) {
    const name = labels.alertname ?? ''
    const at = points[0]?.[0] ?? span.from
    first.set(name, Math.min(first.get(name) ?? at, at))
  }
  return [...first].map(([name, at]) => ({ name, at }))
}
