/**
 * Families as text that Prometheus reads: its own format, or OpenMetrics 1.0. Pure.
 * https://prometheus.io/docs/instrumenting/exposition_formats, https://prometheus.io/docs/specs/om/open_metrics_spec
 */
import type { Family, Labels } from './families.ts'

export type Format = 'prometheus' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** OpenMetrics to whoever names it, as Prometheus does; its own text to anybody else. */
export function formatFor(accept: string | null): Format {
  const named = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(
      ([type, ...parameters]) =>
        type === 'application/openmetrics-text' &&
        !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)),
    )
  return named ? 'openmetrics' : 'prometheus'
}

export function expose(families: readonly Family[], format: Format): string {
  const lines = families.flatMap((family) => [
    ...headOf(family, format),
    ...family.samples.map(
      ({ suffix, labels, value }) =>
        `${family.name}${suffix}${labelsText(labels, format)} ${numberText(value)}`,
    ),
  ])
  return [...lines, ...(format === 'openmetrics' ? ['# EOF'] : []), ''].join('\n')
}

function headOf({ name, metric }: Family, format: Format): string[] {
  const openMetrics = format === 'openmetrics'
  // There a counter's family is named without what its samples end in.
  const title = openMetrics && metric.type === 'counter' ? name.replace(/_total$/, '') : name
  const unit = openMetrics && metric.unit !== undefined ? [`# UNIT ${title} ${metric.unit}`] : []
  const help = openMetrics ? escapeLabel(metric.help) : escapeHelp(metric.help)
  return [`# HELP ${title} ${help}`, `# TYPE ${title} ${metric.type}`, ...unit]
}

function labelsText(labels: Labels, format: Format): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const isNumber = name === 'le' || name === 'quantile'
    const text = isNumber && format === 'openmetrics' ? floatText(value) : value
    return `${name}="${escapeLabel(text)}"`
  })
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

/** A bound as OpenMetrics wants it: 1 is 1.0. */
function floatText(value: string): string {
  return /^\d+$/.test(value) ? `${value}.0` : value
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
