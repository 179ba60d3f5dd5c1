import { AppError } from '../errors.ts'
import { limits } from './limits.ts'

/**
 * Keeps what a Word file defines by name: a style, a list, a media type.
 *
 * @throws AppError file_too_complex over `limits.wordDefinitions`
 */
export function define<Value>(known: Map<string, Value>, name: string, value: Value): void {
  known.set(name, value)
  boundDefinitions(known.size)
}

/** @throws AppError file_too_complex over `limits.wordDefinitions` */
export function boundDefinitions(count: number): void {
  if (count <= limits.wordDefinitions) return
  throw new AppError(
    'file_too_complex',
    `The Word file defines over ${limits.wordDefinitions} styles, lists or relations`,
  )
}
