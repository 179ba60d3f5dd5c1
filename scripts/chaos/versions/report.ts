/** What a run came to, as tables. */
import type postgres from 'postgres'
import { table } from '../../checks/table.ts'
import { killTable, stepTable } from '../report.ts'
import type { Strikes } from '../strikes.ts'
import type { Evidence } from './evidence.ts'

export async function report(
  sql: postgres.Sql,
  run: { evidence: Evidence; strikes: Strikes; histories: number; steps: number; seconds: number },
): Promise<void> {
  const { evidence, strikes } = run
  console.log(`\n${stepTable(strikes)}\n`)
  console.log(`${killTable(strikes)}\n`)
  const jobs = await sql<{ kind: string; queued: number; attempts: number }[]>`
    select
      kind, count(*) filter (where operation = 'insert')::integer as queued,
      count(*) filter (where new_lease is not null and new_lease is distinct from old_lease)::integer as attempts
    from chaos.job_changes group by kind order by kind`
  const rows = jobs.map(({ kind, queued, attempts }) => [kind, String(queued), String(attempts)])
  console.log(`${table(['jobs', 'queued', 'attempts'], rows)}\n`)
  const held = (how: string) => evidence.rows.filter(({ heldAs }) => heldAs === how)
  const bytes = (some: Evidence['rows'], of: 'storedBytes' | 'fileSize') =>
    some.reduce((sum, row) => sum + (row[of] ?? 0), 0)
  const deltas = held('delta')
  const share = (bytes(deltas, 'storedBytes') / Math.max(1, bytes(deltas, 'fileSize'))) * 100
  const right = [...evidence.downloads.values()].filter(({ status }) => status === 200).length
  console.log(
    table(
      ['', ''],
      [
        ['histories', String(run.histories)],
        ['things done in them', String(run.steps)],
        [
          'versions made',
          String(evidence.resumes.reduce((sum, { versions }) => sum + versions.length, 0)),
        ],
        ['resumes erased', String(evidence.resumes.filter(({ fate }) => fate === 'erased').length)],
        ['held whole', String(held('full').length)],
        ['held as deltas', `${deltas.length}, ${share.toFixed(1)} % of their files`],
        ['pruned', String(evidence.rows.filter(({ state }) => state === 'pruned').length)],
        ['downloaded at the end', String(right)],
        ['duration', `${run.seconds.toFixed(0)} s`],
      ],
    ),
  )
  console.log()
}
