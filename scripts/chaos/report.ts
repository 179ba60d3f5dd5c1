/** What a run came to, as tables. */

/** What a claim holds for without word of its worker, in functions/_shared/jobs/queue.ts. */
import { leaseSeconds } from '../../functions/_shared/jobs/queue.ts'
import { table } from '../checks/table.ts'
import type { Evidence } from './evidence.ts'
import { recoveries } from './judge.ts'
import { slowdown } from './pace.ts'
import { points } from './steps.ts'
import type { Strikes } from './strikes.ts'

export function report(run: { evidence: Evidence; strikes: Strikes; seconds: number }): void {
  const { evidence, strikes, seconds } = run
  console.log(`\n${stepTable(strikes)}\n`)
  console.log(`${killTable(strikes, [['outages of Postgres', String(evidence.outages.length)]])}\n`)
  console.log(`${jobTable(evidence)}\n`)
  const late = recoveries(evidence)
  const slowest = late.reduce((most, { lateMs }) => Math.max(most, lateMs), 0)
  const onIdle = late.reduce((most, { idleLateMs }) => Math.max(most, idleLateMs), 0)
  const busy = slowdown(evidence.pace, 0, Number.POSITIVE_INFINITY)
  const lease = (lateMs: number) => `lease (${leaseSeconds} s) + ${(lateMs / 1_000).toFixed(2)} s`
  console.log(
    table(
      ['', ''],
      [
        ['leases recovered', String(late.length)],
        ['slowest recovery', lease(slowest)],
        ['on an idle machine', lease(onIdle)],
        ['work took, of its own time', `${busy.toFixed(1)}×`],
        [
          'Postgres was down',
          `${(evidence.outages.reduce((sum, { from, to }) => sum + to - from, 0) / 1_000).toFixed(1)} s in ${evidence.outages.length} outages`,
        ],
        ['duration', `${seconds.toFixed(0)} s`],
      ],
    ),
  )
  console.log()
}

export function stepTable(strikes: Strikes): string {
  const names = [
    ...new Set([...strikes.steps.keys()].map((key) => key.replace(/^\w+ /, ''))),
  ].sort()
  const cell = (key: string) => {
    const tally = strikes.steps.get(key)
    return tally === undefined ? '' : String(tally.kills)
  }
  const rows = names.map((name) => [
    name,
    String(strikes.steps.get(`before ${name}`)?.seen ?? 0),
    ...points.map((point) => cell(`${point} ${name}`)),
    String(strikes.steps.get(`after ${name}`)?.drops ?? 0),
  ])
  return table(['step', 'seen', 'killed before', 'during', 'after', 'answer lost'], rows)
}

export function killTable(strikes: Strikes, more: readonly [string, string][] = []): string {
  const rows = [...strikes.kills]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => [name, String(count)])
  return table(
    ['killed', 'times'],
    [
      ...rows,
      ['all', String(strikes.killed())],
      ...more,
      ['answers lost', String(strikes.drops())],
    ],
  )
}

function jobTable(evidence: Evidence): string {
  const inserted = evidence.changes.filter(({ operation }) => operation === 'insert')
  const claims = evidence.changes.filter(
    ({ newLease, oldLease }) => newLease !== null && newLease !== oldLease,
  )
  const dead = evidence.jobs.filter(({ isDead }) => isDead)
  const kinds = [...new Set(inserted.map(({ kind }) => kind))].sort()
  const of = (some: readonly { kind: string }[], kind: string) =>
    String(some.filter((one) => one.kind === kind).length)
  const states = Map.groupBy(evidence.optimizations, ({ status }) => status)
  const ended = [...states].map(([status, some]) => `${some.length} ${status}`).join(', ')
  const jobs = table(
    ['jobs', 'accepted', 'attempts', 'used up'],
    [
      ...kinds.map((kind) => [kind, of(inserted, kind), of(claims, kind), of(dead, kind)]),
      ['all', String(inserted.length), String(claims.length), String(dead.length)],
    ],
  )
  return `${jobs}\noptimizations: ${ended}`
}
