/** Carries the plan's strikes out at the steps as they come, and keeps the tally. */
import type { Plan, PointStrike, PostgresDeath, SpreadStrike } from './plan.ts'
import type { Passage } from './proxy.ts'
import { slowPrefix } from './resume-files.ts'
import type { Point } from './steps.ts'

/** What can be struck. Each tells whether there was something to strike. */
export interface Targets {
  /** SIGKILL to the process at a place of a function. */
  killIsolate(name: string, place: number): boolean
  /** Places of a function where a process runs. */
  places(name: string): number[]
  killModel(): boolean
  killPostgres(death: PostgresDeath): boolean
}

export interface StepTally {
  seen: number
  kills: number
  drops: number
}

export interface Strikes {
  /** For the proxies: what becomes of a request at this point. */
  at(
    caller: { name: string; place: number },
    passage: Pick<Passage, 'step'>,
    point: Point,
  ): 'pass' | 'end'
  hold(passage: Pick<Passage, 'step' | 'headers' | 'body'>): number
  /** Says how many jobs have ended: what is spread over the run falls due by it. */
  progress(endedJobs: number): void
  /** Nothing falls any more. */
  end(): void
  /** By `point step`. */
  readonly steps: ReadonlyMap<string, StepTally>
  /** By what was killed and how. */
  readonly kills: ReadonlyMap<string, number>
  readonly killed: () => number
  readonly drops: () => number
}

/** Beyond a third of a lease an ingest must have extended it. */
const slowExtractMs = 11_500
const modelHoldMs = 2_500
/** The time of a model to its first token. */
const modelLatencyMs = 60
/** Out of so many passages of its point, a spread strike takes one. */
const spreadOver = 12

export function createStrikes(
  plan: Pick<Plan, 'spread' | 'strikesAt'>,
  targets: Targets,
  options: {
    holdMark: string
    slowHolds: number
    /** The function that dies of a kill during a step, where that is not the one that asked. */
    victimDuring?: (step: string) => string | undefined
  },
): Strikes {
  const steps = new Map<string, StepTally>()
  const kills = new Map<string, number>()
  /** Due, and waiting for its moment: how many more passages it lets through. */
  const due: { strike: SpreadStrike; left: number }[] = []
  /** What is still to fall at a point. */
  const ahead = new Map<string, PointStrike[]>()
  let endedJobs = 0
  let nextSpread = 0
  let slowHolds = options.slowHolds
  let over = false

  const count = (what: string) => kills.set(what, (kills.get(what) ?? 0) + 1)

  const killIsolate = (name: string, place: number, how: string): boolean => {
    if (!targets.killIsolate(name, place)) return false
    count(`${name}, ${how}`)
    return true
  }

  /** The first strike that is due and fits the moment. */
  const take = (fits: (strike: SpreadStrike) => boolean): SpreadStrike | undefined => {
    const index = due.findIndex(({ strike }) => fits(strike))
    const found = due[index]
    if (found === undefined) return undefined
    if (found.left > 0) {
      found.left--
      return undefined
    }
    due.splice(index, 1)
    return found.strike
  }

  const strikeSurroundings = (step: string, point: Point, tally: StepTally) => {
    const postgres = take((strike) => strike.kind === 'postgres' && strike.point === point)
    if (postgres !== undefined) {
      if (targets.killPostgres(postgres.death)) {
        count(`Postgres, ${postgres.death}`)
        tally.kills++
      } else due.push({ strike: postgres, left: spreadOver })
    }
    if (step === 'model chat' && point === 'during' && take(({ kind }) => kind === 'model')) {
      if (targets.killModel()) {
        count('model, in mid-stream')
        tally.kills++
      }
    }
    if (step === 'extract' && point === 'during' && take(({ kind }) => kind === 'extract')) {
      for (const place of targets.places('extract')) {
        if (killIsolate('extract', place, 'while it reads')) tally.kills++
      }
    }
  }

  return {
    at({ name, place }, { step }, point) {
      const key = `${point} ${step}`
      const tally = steps.get(key) ?? { seen: 0, kills: 0, drops: 0 }
      steps.set(key, tally)
      tally.seen++
      if (over) return 'pass'
      strikeSurroundings(step, point, tally)
      const strikes = ahead.get(key) ?? [...plan.strikesAt(step, point)]
      ahead.set(key, strikes)
      const next = strikes[0]
      if (next === undefined || next.afterJobs > endedJobs) return 'pass'
      const victim = point === 'during' ? options.victimDuring?.(step) : undefined
      if (victim !== undefined) {
        const struck = targets
          .places(victim)
          .filter((taken) => killIsolate(victim, taken, 'at its work'))
        if (struck.length > 0) {
          strikes.shift()
          tally.kills += struck.length
        }
        return 'pass'
      }
      // A process that has just gone leaves the strike to the next one that comes by.
      if (next.what === 'kill' && !killIsolate(name, place, 'at a step')) return 'pass'
      strikes.shift()
      if (next.what === 'kill') tally.kills++
      else tally.drops++
      return 'end'
    },

    hold({ step, headers, body }) {
      if (
        step === 'extract' &&
        String(headers['x-filename']).startsWith(slowPrefix) &&
        slowHolds > 0
      ) {
        slowHolds--
        return slowExtractMs
      }
      if (step !== 'model chat') return 0
      return body.includes(options.holdMark) ? modelHoldMs : modelLatencyMs
    },

    progress(ended) {
      endedJobs = ended
      for (;;) {
        const strike = plan.spread[nextSpread]
        if (over || strike === undefined || strike.afterJobs > endedJobs) return
        nextSpread++
        if (strike.kind !== 'isolate') {
          due.push({ strike, left: Math.floor(strike.choice * spreadOver) })
          continue
        }
        const all = ['worker', 'optimize-resume'].flatMap((name) =>
          targets.places(name).map((place) => ({ name, place })),
        )
        const victim = all[Math.floor(strike.choice * all.length)]
        if (victim !== undefined) killIsolate(victim.name, victim.place, 'at random')
      }
    },

    end() {
      over = true
    },

    steps,
    kills,
    killed: () => [...kills.values()].reduce((sum, count) => sum + count, 0),
    drops: () => [...steps.values()].reduce((sum, { drops }) => sum + drops, 0),
  }
}
