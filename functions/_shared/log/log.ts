/** One JSON line per event. Never a text of a resume or a job posting, never a token or key. */
import { AppError } from '../errors.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Log {
  info(event: string, fields?: Fields): void
  error(event: string, fields?: Fields): void
  /** The same log with fields on every line. */
  with(fields: Fields): Log
}

/** @param write takes one line without its end; defaults to standard error */
export function createLog(
  base: Fields = {},
  write: (line: string) => void = (line) => console.error(line),
): Log {
  const line = (level: 'info' | 'error', event: string, fields: Fields) =>
    write(
      JSON.stringify({ level, event, ...base, ...fields }, (key, value) => {
        if (value instanceof Error) return describe(value)
        // Anything may be thrown, a text of a resume too.
        return key === 'error' ? { thrown: typeof value } : value
      }),
    )
  return {
    info: (event, fields = {}) => line('info', event, fields),
    error: (event, fields = {}) => line('error', event, fields),
    with: (fields) => createLog({ ...base, ...fields }, write),
  }
}

/** Messages of unforeseen errors may quote data, so only their kind and place are kept. */
function describe(error: Error): Fields {
  if (error instanceof AppError) {
    const cause = error.cause instanceof Error ? describe(error.cause) : undefined
    return { code: error.code, detail: error.detail, cause }
  }
  return { name: error.name, at: framesOf(error) }
}

/** The topmost places of a stack. A stack begins with the message, which may have lines of its own. */
function framesOf({ stack = '', message }: Error): string[] {
  const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length)
  return frames
    .split('\n')
    .filter((line) => /^\s+at .*(?::\d+:\d+\)?|<anonymous>\)?)$/.test(line))
    .slice(0, 3)
    .map((line) => line.trim())
}
