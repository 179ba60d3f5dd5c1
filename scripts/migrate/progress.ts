/** How far a command is: one line that changes on a terminal, a plain line now and then elsewhere. */
export interface Progress {
  done(bytes: number): void
  failed(line: string): void
  end(): void
}

const terminalMs = 200
const plainMs = 10_000
const barWidth = 24

export interface Total {
  readonly files: number
  readonly bytes: number
}

export function startProgress(
  stream: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean },
  total: Total,
  now: () => number = Date.now,
): Progress {
  const startedAt = now()
  const terminal = stream.isTTY === true
  let files = 0
  let failures = 0
  let bytes = 0
  const tell = () => {
    const line = describe({ files, failures, bytes }, total, now() - startedAt)
    stream.write(terminal ? `\r\u001b[K${bar(files + failures, total.files)} ${line}` : `${line}\n`)
  }
  const timer = setInterval(tell, terminal ? terminalMs : plainMs)
  timer.unref()
  return {
    done(size) {
      files++
      bytes += size
    },
    failed(line) {
      failures++
      stream.write(terminal ? `\r\u001b[K${line}\n` : `${line}\n`)
    },
    end() {
      clearInterval(timer)
      tell()
      if (terminal) stream.write('\n')
    },
  }
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.min(barWidth, Math.floor((barWidth * done) / total))
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`
}

/** Figures in one line: files, bytes, rate, and the time that is left at that rate. */
export function describe(
  done: { files: number; failures: number; bytes: number },
  total: Total,
  elapsedMs: number,
): string {
  const ended = done.files + done.failures
  const seconds = Math.max(elapsedMs / 1000, 0.001)
  const left = ended === 0 ? undefined : ((total.files - ended) * seconds) / ended
  return [
    `${ended}/${total.files} files`,
    ...(done.failures > 0 ? [`${done.failures} failed`] : []),
    inBytes(done.bytes),
    `${(ended / seconds).toFixed(1)} files/s`,
    `${inBytes(done.bytes / seconds)}/s`,
    ...(left === undefined || left <= 0 ? [] : [`${inTime(left)} left`]),
  ].join(', ')
}

export function inBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function inTime(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`
}
