/** Puts accepted suggestions into the text they were checked against. */
import { AppError } from '../errors.ts'
import type { Suggestion } from './suggestion.ts'

/**
 * The text with every suggestion applied; everything outside their spans stays as it is.
 *
 * @throws AppError `conflict` if a span no longer holds its original, or two spans overlap.
 */
export function applySuggestions(
  text: string,
  suggestions: readonly Pick<Suggestion, 'span' | 'original' | 'replacement'>[],
): string {
  let result = ''
  let at = 0
  for (const { span, original, replacement } of suggestions.toSorted(
    (a, b) => a.span.start - b.span.start,
  )) {
    if (span.start < at) throw new AppError('conflict', 'Two suggestions change the same text')
    if (text.slice(span.start, span.end) !== original) {
      throw new AppError('conflict', 'The resume has changed since the suggestion was made')
    }
    result += text.slice(at, span.start) + replacement
    at = span.end
  }
  return result + text.slice(at)
}
