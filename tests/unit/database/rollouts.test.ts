import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, declaredDatabase, projectRoot } from '../../../scripts/database/scratch.ts'
import { splitStatements } from '../../../scripts/database/sql-text.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 1_800_000
/** A first look by default; `RESWAVE_ROLLOUTS=200` gives the figures of docs/canary.md. */
const seeds = Array.from({ length: Number(process.env.RESWAVE_ROLLOUTS ?? 6) }, (_, i) => i + 1)

/** Each phase to 5, 50 and 100 %, for a quarter of an hour each: three intervals. */
const stages = ['dual_write', 'dual_read', 'supabase'].flatMap((phase) =>
  [5, 50, 100].map((percentage) => ({
    phase,
    percentage,
    minSeconds: 900,
    minCalls: 100,
    minUsers: 20,
  })),
)
const intervalsAtLeast = stages.length * 3

interface Life {
  readonly seed: number
  readonly fellBack: boolean
  readonly why: string
  readonly stage: number
  /** Of five minutes, from the beginning to the last decision. */
  readonly intervals: number
  /** How often it held because a rate was over what is allowed. */
  readonly held: number
}

interface World {
  readonly users?: number
  readonly faults?: number
  readonly storm?: number
  readonly slots?: number
  readonly stage?: number
  readonly regression?: number
  readonly regressionAfter?: number
}

let scratch: OpenScratch
let sql: Sql

beforeAll(async () => {
  scratch = await openScratch()
  sql = connect((await declaredDatabase(scratch, 'rollouts')).url)
  await sql`insert into private.settings default values`
  await sql.unsafe(readFileSync(new URL('./rollout-simulation.sql', import.meta.url), 'utf8'))
}, timeoutMs)

afterAll(async () => {
  await sql?.end()
  await scratch?.close()
})

async function live(seed: number, world: World): Promise<Life> {
  const { users = 3000, faults = 0.004, storm = 1, slots = 80 } = world
  const { stage = 1, regression = 0, regressionAfter = 0 } = world
  const [row] = await sql<{ life: Life }[]>`
    select simulation.run(${seed}, ${users}, ${sql.json(stages)}, ${faults}, ${storm}, ${slots},
      ${stage}, ${regression}, ${regressionAfter}) as life`
  if (row === undefined) throw new Error(`Seed ${seed} has no life`)
  return row.life
}

async function liveAll(world: World): Promise<Life[]> {
  const lives: Life[] = []
  for (const seed of seeds) lives.push(await live(seed, world))
  return lives
}

/** For docs/canary.md. */
function report(name: string, lives: readonly Life[], figure: string): void {
  if (process.env.RESWAVE_ROLLOUTS) console.log(`${name}: ${figure} of ${lives.length}`)
}

describe('a rollout of 3,000 users', () => {
  test(
    'without a fault is complete in the minimum time',
    async () => {
      const life = await live(1, { faults: 0 })
      expect(life).toMatchObject({
        why: 'complete',
        stage: stages.length,
        intervals: intervalsAtLeast,
        held: 0,
      })
    },
    timeoutMs,
  )

  test(
    'with users, calls and faults that vary, storms that all share, never falls back',
    async () => {
      const lives = await liveAll({ faults: 0.002, storm: 3 })
      expect(lives.filter(({ fellBack }) => fellBack)).toEqual([])
      expect(lives.filter(({ why }) => why !== 'complete')).toEqual([])
      const late = lives.filter(({ intervals }) => intervals > intervalsAtLeast).length
      report('noisy but equal, complete', lives, `${lives.length - late} in the minimum time`)
      report('noisy but equal, mean', lives, `${mean(lives)} intervals (least ${intervalsAtLeast})`)
    },
    timeoutMs,
  )

  test(
    'with 5 % of faults for everybody does not fall back where there are others to compare with',
    async () => {
      const lives = await liveAll({ faults: 0.05, storm: 2, stage: 5, slots: 3 })
      expect(lives.filter(({ fellBack }) => fellBack)).toEqual([])
    },
    timeoutMs,
  )

  test.each([
    { regression: 0.1, stage: 2 },
    { regression: 0.1, stage: 5 },
    { regression: 0.1, stage: 8 },
  ])(
    'falls back within two intervals of $regression more faults in stage $stage',
    async (world) => {
      const lives = await liveAll({ ...world, slots: 2 })
      expect(lives.filter(({ fellBack }) => !fellBack)).toEqual([])
    },
    timeoutMs,
  )

  test(
    'falls back within two intervals when it had been healthy for an hour',
    async () => {
      const after = 12
      const lives = await liveAll({
        regression: 0.1,
        stage: 9,
        slots: after + 2,
        regressionAfter: after,
      })
      expect(lives.filter(({ fellBack, intervals }) => !fellBack || intervals <= after)).toEqual([])
    },
    timeoutMs,
  )

  test.runIf(process.env.RESWAVE_ROLLOUTS)(
    'misses what is small, for as long as it is',
    async () => {
      for (const regression of [0.01, 0.02, 0.03, 0.05, 0.1]) {
        for (const stage of [4, 5]) {
          const lives = await liveAll({ regression, stage, slots: 3 })
          const fallen = lives.filter(({ fellBack }) => fellBack)
          const two = fallen.filter(({ intervals }) => intervals <= 2).length
          const on = lives.filter((life) => !life.fellBack && life.stage > stage).length
          report(
            `${regression * 100} % more faults at ${stages[stage - 1]?.percentage} %`,
            lives,
            `fell back within two intervals ${two}, in the third ${fallen.length - two}; held ${lives.length - fallen.length - on}; missed ${on}`,
          )
        }
      }
    },
    timeoutMs,
  )
})

test('the report for DBAs runs, and changes nothing', async () => {
  await live(1, { slots: 2 })
  const queries = splitStatements(
    readFileSync(join(projectRoot, 'sql/operations/canary.sql'), 'utf8'),
  )
  expect(queries).toHaveLength(4)
  await sql.begin('read only', async (transaction) => {
    for (const { text } of queries) await transaction.unsafe(text)
    const [where] = await transaction.unsafe(queries[0]?.text ?? '')
    expect(where).toMatchObject({ state: 'running', phase: 'dual_write', percentage: '5.00' })
  })
})

function mean(lives: readonly Life[]): string {
  return (lives.reduce((sum, { intervals }) => sum + intervals, 0) / lives.length).toFixed(1)
}
