/** A snapshot as text for a terminal: what is wrong first. */
import type { Style } from '../local/terminal-style.ts'
import { wrap } from '../local/terminal-style.ts'
import { colourOf, formatValue } from './dashboard.ts'
import type { Snapshot } from './snapshot.ts'

/** Names and states of the alerts that are not inactive. */
export function worstOf({ rules }: Snapshot): string[] {
  return rules.flatMap(({ name, alerts }) => alerts.map(({ state }) => `${name} ${state}`))
}

export function renderSnapshot(
  snapshot: Snapshot,
  { style, width }: { style: Style; width: number },
): string {
  return [
    ...alertLines(snapshot, style, width),
    '',
    ...figureLines(snapshot, style),
    '',
    ...targetLines(snapshot, style),
  ].join('\n')
}

function alertLines({ rules }: Snapshot, style: Style, width: number): string[] {
  const broken = rules.filter(({ lastError }) => lastError)
  const alerts = rules
    .flatMap(({ name, alerts }) => alerts.map((alert) => ({ name, ...alert })))
    .sort((a, b) => Number(b.state === 'firing') - Number(a.state === 'firing'))
  const firing = alerts.filter(({ state }) => state === 'firing').length
  const title =
    firing > 0
      ? style(['bold', 'red'], `${firing} of ${rules.length} alerts firing`)
      : style(['bold', 'green'], `No alert of ${rules.length} fires`)
  return [
    title,
    ...alerts.flatMap(({ name, state, labels, annotations, activeAt }) => {
      const mark = state === 'firing' ? style('red', 'FIRING ') : style('yellow', 'pending')
      const since = new Date(activeAt).toTimeString().slice(0, 8)
      return [
        `  ${mark}  ${style('bold', name)}  ${labels.severity}, since ${since}`,
        ...wrap(annotations.summary ?? '', width - 11).map((line) => `           ${line}`),
        style('dim', `           ${annotations.runbook_url ?? ''}`),
      ]
    }),
    ...silentLines(rules, style, width),
    ...broken.map(({ name, lastError }) => style('red', `  ${name}: ${lastError}`)),
  ]
}

function silentLines(rules: Snapshot['rules'], style: Style, width: number): string[] {
  const silent = rules.filter(({ state }) => state === 'inactive')
  if (silent.length === 0) return []
  const names = silent.map(({ name }) => name.replace(/^ResWave/, ''))
  return wrap(`silent: ${names.join(', ')}`, width - 2).map((line) => style('dim', `  ${line}`))
}

function figureLines({ figures }: Snapshot, style: Style): string[] {
  return figures
    .filter(({ panel }) => panel.title !== 'Alerts firing')
    .map(({ panel, value }) => {
      const { unit = 'short', decimals } = panel.fieldConfig?.defaults ?? {}
      const isBad = value !== undefined && colourOf(panel, value) === 'red'
      const text = value === undefined ? 'nothing to measure' : formatValue(value, unit, decimals)
      const limit = panel.fieldConfig?.defaults.thresholds?.steps.at(-1)
      const wanted =
        limit?.color === 'red'
          ? `at most ${formatValue(limit.value ?? 0, unit)}`
          : `at least ${formatValue(limit?.value ?? 0, unit)}`
      const shown = value === undefined ? style('dim', text) : style(isBad ? 'red' : 'green', text)
      return `${panel.title.padEnd(28)} ${shown}${' '.repeat(Math.max(20 - text.length, 1))}${style('dim', wanted)}`
    })
}

function targetLines({ targets }: Snapshot, style: Style): string[] {
  return targets.map(({ labels, health, lastError, lastScrapeDuration, scrapeUrl }) => {
    const name = `target ${labels.job}`.padEnd(28)
    if (health === 'up') {
      return `${name} ${style('green', 'up')}  ${formatValue(lastScrapeDuration, 's')}  ${style('dim', shortened(scrapeUrl))}`
    }
    const why = lastError ? `  ${lastError}` : ''
    return `${name} ${style(health === 'down' ? 'red' : 'yellow', health)}  ${style('dim', shortened(scrapeUrl))}${why}`
  })
}

/** Of a probe, what it asks. */
function shortened(scrapeUrl: string): string {
  return new URL(scrapeUrl).searchParams.get('target') ?? scrapeUrl
}
