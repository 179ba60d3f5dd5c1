/** How large a run is. Times are what stops it, not what it is meant to take. */
export interface Scale {
  readonly files: number
  /** Processes of `migrate run` at once. */
  readonly workers: number
  readonly killsPerPoint: number
  readonly dropsPerPoint: number
  /** How often each kind of fault falls on each kind of request. */
  readonly faultsPerKind: number
  /** Times at which everything is answered with 429 for a while, and every upload is spoilt. */
  readonly storms: number
  /** Spread over each command: SIGKILL, and a pause that is longer than a lease. */
  readonly random: { readonly kills: number; readonly pauses: number }
  readonly postgres: number
  readonly leastKills: number
  readonly deadlineMs: number
}

const minute = 60_000

/** For CI: about two minutes on two shared cores, half of it waits for requests that are never answered. */
export const short: Scale = {
  files: 300,
  workers: 3,
  killsPerPoint: 1,
  dropsPerPoint: 1,
  faultsPerKind: 1,
  storms: 2,
  random: { kills: 3, pauses: 2 },
  postgres: 2,
  leastKills: 40,
  deadlineMs: 8 * minute,
}

export const long: Scale = {
  files: 5_000,
  workers: 4,
  killsPerPoint: 4,
  dropsPerPoint: 3,
  faultsPerKind: 6,
  storms: 8,
  random: { kills: 40, pauses: 20 },
  postgres: 12,
  leastKills: 200,
  deadlineMs: 90 * minute,
}

/** The long run's shape for another number of files. */
export function scaleFor(files: number): Scale {
  const share = files / long.files
  const part = (whole: number) => Math.max(1, Math.round(whole * share))
  return {
    ...long,
    files,
    killsPerPoint: part(long.killsPerPoint),
    dropsPerPoint: part(long.dropsPerPoint),
    faultsPerKind: part(long.faultsPerKind),
    storms: part(long.storms),
    random: { kills: part(long.random.kills), pauses: part(long.random.pauses) },
    postgres: part(long.postgres),
    leastKills: part(long.leastKills),
    deadlineMs: Math.max(short.deadlineMs, long.deadlineMs * share),
  }
}
