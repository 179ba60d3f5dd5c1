/**
 * One JSON line per event: when, what, and the request, user and job that it belongs to. Never a text of
 * a resume or a job posting, a file's name, a user's id, a token or a key.
 */
import { AppError } from '../errors.ts'
import { currentTrace } from '../trace/trace.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Log {
  info(event: string, fields?: Fields): void
  error(event: string, fields?: Fields): void
  /** The same log with fields on every line. */
  with(fields: Fields): Log
}

export interface LogOptions {
  /** Takes one line without its end; standard error by default. */
  readonly write?: (line: string) => void
  /** What is written in place of a user's id; without it nothing is. */
  readonly pseudonymOf?: (userId: string) => string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export function createLog(base: Fields = {}, options: LogOptions = {}): Log {
  const { write = (line) => console.error(line), now = Date.now } = options
  const line = (level: 'info' | 'error', event: string, fields: Fields) =>
    write(
      JSON.stringify(
        { at: new Date(now()).toISOString(), level, event, ...base, ...traced(options), ...fields },
        function (this: Fields, key, value) {
          // `value` may be what the toJSON of an error has made of it, with its message.
          const given = this[key]
          if (given instanceof Error) return describe(given)
          // Anything may be thrown, a text of a resume too.
          return key === 'error' ? { thrown: typeof value } : value
        },
      ),
    )
  return {
    info: (event, fields = {}) => line('info', event, fields),
    error: (event, fields = {}) => line('error', event, fields),
    with: (fields) => createLog({ ...base, ...fields }, options),
  }
}

function traced({ pseudonymOf }: LogOptions): Fields {
  const trace = currentTrace()
  if (trace === undefined) return {}
  const { requestId, userId, jobId } = trace
  return {
    requestId,
    ...(userId === undefined || pseudonymOf === undefined ? {} : { user: pseudonymOf(userId) }),
    ...(jobId === undefined ? {} : { jobId }),
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
