/**
 * How much slower than alone a process runs here just now. Promises about seconds are made for a machine that has
 * time: on one that is shared, a second of work takes several, and that is no fault of the queue.
 */

export interface PaceSample {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** What a piece of work took, over the processor time that it needed: 1 on an idle machine. */
  readonly factor: number
}

const intervalMs = 500
/** Longer than a slice of a scheduler, or a busy machine would look idle. */
const workMs = 10

export interface Pace {
  readonly samples: readonly PaceSample[]
  stop(): void
}

export function measurePace(): Pace {
  const samples: PaceSample[] = []
  const timer = setInterval(() => {
    const startedAt = performance.now()
    const before = cpuMs()
    while (cpuMs() - before < workMs);
    samples.push({ at: Date.now(), factor: (performance.now() - startedAt) / workMs })
  }, intervalMs)
  return { samples, stop: () => clearInterval(timer) }
}

/** Of this thread. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** The mean over a time, at least 1; the nearest sample for a time too short to have one. */
export function slowdown(samples: readonly PaceSample[], from: number, to: number): number {
  const within = samples.filter(({ at }) => at >= from - intervalMs && at <= to + intervalMs)
  const sum = within.reduce((total, { factor }) => total + factor, 0)
  return Math.max(1, within.length === 0 ? 1 : sum / within.length)
}
