/** How large a run is. Times are what stops it, not what it is meant to take. */
export interface Scale {
  readonly jobs: number
  /** Processes of `worker`, `optimize-resume` and `extract`. */
  readonly processes: Readonly<Record<'worker' | 'optimize-resume' | 'extract', number>>
  /** People who are at it at once. */
  readonly people: number
  /** A person waits before coming in while so many due jobs have nobody. */
  readonly maxWaiting: number
  /** How often a point of a step is struck by a kill, and (after it) by a lost answer. */
  readonly killsPerPoint: number
  readonly dropsPerPoint: number
  /** Strikes that are spread over the whole run. */
  readonly random: Readonly<Record<'isolate' | 'extract' | 'model' | 'postgres', number>>
  readonly leastKills: number
  readonly deadlineMs: number
}

const minute = 60_000

/** For CI: about two minutes on two shared cores. */
export const short: Scale = {
  jobs: 320,
  processes: { worker: 8, 'optimize-resume': 3, extract: 2 },
  people: 20,
  maxWaiting: 6,
  killsPerPoint: 1,
  dropsPerPoint: 1,
  random: { isolate: 6, extract: 2, model: 3, postgres: 3 },
  leastKills: 20,
  deadlineMs: 5 * minute,
}

/** About an hour on two shared cores: a third of a second of processor time for each job, and waits for dead leases. */
export const long: Scale = {
  jobs: 10_000,
  processes: { worker: 10, 'optimize-resume': 4, extract: 3 },
  people: 40,
  maxWaiting: 8,
  killsPerPoint: 6,
  dropsPerPoint: 4,
  random: { isolate: 120, extract: 30, model: 40, postgres: 36 },
  leastKills: 500,
  deadlineMs: 120 * minute,
}

/** The long run's shape for another number of jobs. */
export function scaleFor(jobs: number): Scale {
  if (jobs === long.jobs) return long
  const share = jobs / long.jobs
  const part = (whole: number) => Math.max(1, Math.round(whole * share))
  return {
    ...long,
    jobs,
    killsPerPoint: part(long.killsPerPoint),
    dropsPerPoint: part(long.dropsPerPoint),
    random: {
      isolate: part(long.random.isolate),
      extract: part(long.random.extract),
      model: part(long.random.model),
      postgres: part(long.random.postgres),
    },
    leastKills: part(long.leastKills),
  }
}
