/** How large a run is. Times are what stops it, not what it is meant to take. */
export interface Scale {
  readonly histories: number
  readonly processes: Readonly<Record<'worker' | 'resume-versions' | 'extract' | 'delta', number>>
  /** Histories that are lived at once. */
  readonly atOnce: number
  readonly killsPerPoint: number
  readonly dropsPerPoint: number
  /** Whether ingest is struck too, which the run of jobs does anyway. */
  readonly strikesIngest: boolean
  readonly leastKills: number
  readonly deadlineMs: number
}

const minute = 60_000

/** For CI: under two minutes on two shared cores. */
export const short: Scale = {
  histories: 64,
  processes: { worker: 4, 'resume-versions': 2, extract: 2, delta: 2 },
  atOnce: 16,
  killsPerPoint: 1,
  dropsPerPoint: 1,
  strikesIngest: false,
  leastKills: 50,
  deadlineMs: 6 * minute,
}

export const long: Scale = {
  histories: 1_000,
  processes: { worker: 6, 'resume-versions': 2, extract: 2, delta: 2 },
  atOnce: 24,
  killsPerPoint: 8,
  dropsPerPoint: 5,
  strikesIngest: true,
  leastKills: 400,
  deadlineMs: 120 * minute,
}

/** The long run's shape for another number of histories. */
export function scaleFor(histories: number): Scale {
  const share = histories / long.histories
  const part = (whole: number) => Math.max(1, Math.round(whole * share))
  return {
    ...long,
    histories,
    killsPerPoint: part(long.killsPerPoint),
    dropsPerPoint: part(long.dropsPerPoint),
    leastKills: part(long.leastKills),
    deadlineMs: Math.max(short.deadlineMs, long.deadlineMs * share),
  }
}
