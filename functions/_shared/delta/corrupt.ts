import { AppError } from '../errors.ts'

/** A container that cannot be decoded, or not with the base that was given. */
export const corrupt = (what: string, cause?: unknown): AppError =>
  new AppError('delta_corrupt', `Cannot rebuild the version from its delta: ${what}`, { cause })
