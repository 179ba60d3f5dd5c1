/** What a run came to, as tables. */
import { table } from '../../checks/table.ts'
import type { Outage } from '../postgres-deaths.ts'
import { killTable, stepTable } from '../report.ts'
import type { Strikes } from '../strikes.ts'
import type { Evidence } from './evidence.ts'
import type { Round } from './world.ts'

export function report(run: {
  evidence: Evidence
  rounds: readonly Round[]
  started: number
  outages: readonly Outage[]
  seconds: number
}): void {
  const { evidence, rounds } = run
  for (const { strikes } of rounds) console.log(`\n${stepTable(strikes)}\n\n${killTable(strikes)}`)
  const faults = [...new Set(rounds.flatMap(({ weather }) => [...weather.tally.keys()]))].sort()
  const rows = faults.map((fault) => [
    fault,
    ...rounds.map(({ weather }) => String(weather.tally.get(fault) ?? '')),
  ])
  console.log(`\n${table(['fault', ...rounds.map(({ command }) => command)], rows)}\n`)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  console.log(
    table(
      ['', ''],
      [
        ['files', String(evidence.versions.length)],
        ['verified', String(evidence.files.filter(({ state }) => state === 'verified').length)],
        ['given up by the purge', String(evidence.givenUp.size)],
        ['workers started', String(run.started)],
        ['workers killed', String(sum(rounds.map(({ strikes }) => workersKilled(strikes))))],
        ['stood still beyond a lease', String(sum(rounds.map(({ pauses }) => pauses())))],
        ['faults', String(sum(rounds.flatMap(({ weather }) => [...weather.tally.values()])))],
        ['outages of Postgres', String(run.outages.length)],
        ['duration', `${run.seconds.toFixed(0)} s`],
      ],
    ),
  )
  console.log()
}

function workersKilled({ kills }: Strikes): number {
  return [...kills].reduce((sum, [what, times]) => sum + (what.startsWith('worker') ? times : 0), 0)
}
