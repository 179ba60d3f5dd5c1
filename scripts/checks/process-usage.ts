import { readFileSync } from 'node:fs'

/** What a process has used so far, from /proc. */
export interface Usage {
  readonly residentBytes: number
  /** The most that was ever resident. */
  readonly peakBytes: number
  /** User and system time of all its threads. */
  readonly cpuMs: number
}

const clockTicksPerSecond = 100

/** @throws Error where there is no /proc, or no such process any more */
export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN)
  // The second field is the command in parentheses and may hold spaces: counted from behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return {
    residentBytes: kibibytes('VmRSS') * 1024,
    peakBytes: kibibytes('VmHWM') * 1024,
    cpuMs: (ticks / clockTicksPerSecond) * 1000,
  }
}
