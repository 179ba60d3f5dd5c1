/** What the disk's failures say of a file. */
import { AppError } from '../../functions/_shared/errors.ts'

/** ENOENT and the like. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** Only what is not there is missing: what cannot be read now may have its bytes still. */
export function readFailure(path: string, cause: unknown): AppError {
  const code = systemCodeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AppError('migration_source_missing', `There is no '${path}'`, { cause })
  }
  const why = code ?? (cause instanceof Error ? cause.message : String(cause))
  return new AppError('migration_source_unreadable', `Cannot read '${path}': ${why}`, { cause })
}
