/** What strikes a command that has so many files to do, from a seed alone. */
import { createRandom } from '../../fuzz/random.ts'
import { type Plan, postgresDeaths, type SpreadStrike, strikesOf } from '../plan.ts'
import type { Scale } from './scale.ts'
import { type Command, isFrequent } from './steps.ts'

/** The share of the files after which nothing new falls. */
const lastAt = 0.8

export interface CommandPlan extends Pick<Plan, 'spread' | 'strikesAt'> {
  /** A worker stands still after so many files, for longer than its lease. */
  readonly pauses: readonly { readonly afterFiles: number; readonly choice: number }[]
}

export function makePlan(
  seed: number,
  scale: Scale,
  { command, files }: { command: Command; files: number },
): CommandPlan {
  const random = createRandom(seed, command.length)
  const spread = <T>(count: number, make: (afterFiles: number, index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) =>
      make(Math.floor(((index + random.next()) / count) * files * lastAt), index),
    )
  const strike = (kind: SpreadStrike['kind']) => (afterFiles: number, index: number) => ({
    afterJobs: afterFiles,
    kind,
    death: postgresDeaths[index % postgresDeaths.length] ?? 'backend',
    point: random.pick(['before', 'after'] as const),
    choice: random.next(),
  })
  return {
    spread: [
      ...spread(scale.random.kills, strike('isolate')),
      ...spread(scale.postgres, strike('postgres')),
    ].sort((a, b) => a.afterJobs - b.afterJobs),
    strikesAt: (step, point) =>
      strikesOf(
        seed,
        {
          jobs: files,
          killsPerPoint: scale.killsPerPoint,
          dropsPerPoint: scale.dropsPerPoint,
        },
        { step, point, isFrequent: isFrequent(command, step.replace(/^\w+: /, '')) },
      ),
    // One that moves nothing has no lease to lose.
    pauses:
      command === 'run'
        ? spread(scale.random.pauses, (afterFiles) => ({ afterFiles, choice: random.next() }))
        : [],
  }
}
