/** What failures say: of a file, or of them all. */
import { codeOf } from '../../dual-write/durable-file.ts'
import { AppError, type ErrorCode } from '../../functions/_shared/errors.ts'

/** Without the service, or what it allows, no other file fares better. */
const ofAll: readonly ErrorCode[] = ['unavailable', 'unauthorized', 'forbidden']

/**
 * A failure of one file, with which the others go on.
 *
 * @throws what is none
 */
export function failureOfOne(error: unknown): AppError {
  if (error instanceof AppError && !ofAll.includes(error.code)) return error
  throw error
}

/** Only what is not there is missing: what cannot be read now may have its bytes still. */
export function readFailure(path: string, cause: unknown): AppError {
  const code = codeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('migration_source_missing', `There is no '${path}'`, { cause })
  }
  const why = code ?? (cause instanceof Error ? cause.message : String(cause))
  return new AppError('migration_source_unreadable', `Cannot read '${path}': ${why}`, { cause })
}
