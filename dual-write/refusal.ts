import { AppError, type ErrorCode } from '../functions/_shared/errors.ts'

/** What ResWave says of a file that it does not take, and would say again. */
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid_request',
  'invalid_filename',
  'unsupported_file_type',
  'file_too_large',
  'file_empty',
  'file_type_mismatch',
])

/** Whether it is the caller's fault, and not the service's. */
export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && refusals.has(error.code)
}
