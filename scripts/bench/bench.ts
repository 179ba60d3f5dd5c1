/** What a benchmark gives back; run.ts prints it. */
export interface BenchResult {
  /** All with the same keys, in the order in which they are printed. */
  rows: Record<string, string | number>[]
  goals: Goal[]
}

export interface Goal {
  name: string
  value: number
  /** For people: `≤ 1.4 ×`. */
  target: string
  met: boolean
}

export type Bench = (progress: (line: string) => void) => Promise<BenchResult>

/** Of values in any order; nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits))
}
