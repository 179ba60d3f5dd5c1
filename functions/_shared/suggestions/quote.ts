import type { Span } from '../resume/resume.ts'

/**
 * Where a quote stands in `text` within `within`, compared without white space and characters that
 * have no shape: a model sees lines joined and cleaned (`data-block.ts`), and what is stored must be
 * verbatim. Every visible character has to agree.
 *
 * @returns `undefined` if it is not there, or there more than once
 */
export function locateQuote(text: string, within: Span, quote: string): Span | undefined {
  const wanted = visible(quote)
  if (wanted === '') return undefined
  let haystack = ''
  /** For each UTF-16 unit of `haystack`, where it stands in `text`. */
  const places: number[] = []
  let place = within.start
  // By characters, not by units: half of a pair says nothing about what it is half of.
  for (const character of text.slice(within.start, within.end)) {
    if (visible(character) !== '') {
      haystack += character
      for (let unit = 0; unit < character.length; unit += 1) places.push(place + unit)
    }
    place += character.length
  }
  const first = haystack.indexOf(wanted)
  if (first < 0 || haystack.indexOf(wanted, first + 1) >= 0) return undefined
  const start = places[first]
  const last = places[first + wanted.length - 1]
  return start === undefined || last === undefined ? undefined : { start, end: last + 1 }
}

function visible(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]/gu, '')
}
