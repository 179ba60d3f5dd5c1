/** Where a quote stands: exactly once, in one line of one entry, where text may be changed at all. */
import type { Entry, Line, Resume, Section, Span } from '../resume/resume.ts'
import type { RejectionReason } from './suggestion.ts'

export interface Quote {
  readonly section: Section
  readonly entry: Entry
  readonly line: Line
  readonly span: Span
}

export interface QuoteError {
  readonly reason: RejectionReason
  readonly detail: string
}

const contactData = /[^\s@]@[^\s@]+\.|https?:|www\.|linkedin\.com|github\.com|\+?\d[\d ()/-]{8,}\d/i
const wordCharacter = /[\p{L}\p{M}\p{N}]/u

/** Finds a quote. White space may be broken differently (a wrapped line), nothing else may differ. */
export function findQuote(resume: Resume, entryId: string, original: string): Quote | QuoteError {
  const words = original.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return { reason: 'quote_not_found', detail: 'The quote is empty' }
  const section = resume.sections.find((part) => part.entries.some((entry) => entry.id === entryId))
  const entry = section?.entries.find((part) => part.id === entryId)
  if (!section || !entry)
    return { reason: 'quote_not_found', detail: `There is no entry '${entryId}'` }

  const found = occurrences(resume.text, words, entry.span)
  const [span] = found
  if (!span) {
    const [elsewhere] = occurrences(resume.text, words, { start: 0, end: resume.text.length })
    const crosses =
      elsewhere && elsewhere.end > entry.span.start && elsewhere.start < entry.span.end
    return crosses
      ? { reason: 'quote_crosses_entries', detail: 'The quote reaches beyond its entry' }
      : {
          reason: 'quote_not_found',
          detail: elsewhere
            ? `The quote stands in another entry than '${entryId}'`
            : `The quote is not in entry '${entryId}' word for word`,
        }
  }
  if (found.length > 1) {
    return {
      reason: 'quote_ambiguous',
      detail: `The quote stands ${found.length} times in entry '${entryId}'`,
    }
  }
  const line = entry.lines.find(
    (part) => part.span.start <= span.start && span.end <= part.span.end,
  )
  if (!line) {
    return entry.lines.some(
      (part) => part.kind === 'title' && part.span.start < span.end && span.start < part.span.end,
    )
      ? { reason: 'protected_text', detail: 'Titles, employers and dates stay as they are' }
      : { reason: 'quote_crosses_lines', detail: 'The quote reaches over more than one line' }
  }
  const text = resume.text.slice(line.span.start, line.span.end)
  if (line.kind === 'title' || section.kind === 'contact') {
    return {
      reason: 'protected_text',
      detail: 'Titles, employers, dates and contact data stay as they are',
    }
  }
  if (contactData.test(text)) {
    return { reason: 'protected_text', detail: 'A line with contact data stays as it is' }
  }
  return { section, entry, line, span }
}

/** All places of the words inside `within`, cut at word boundaries, in one pass over the text. */
function occurrences(text: string, words: readonly string[], within: Span): Span[] {
  const first = words[0] ?? ''
  const found: Span[] = []
  for (
    let at = text.indexOf(first, within.start);
    at >= 0 && at < within.end;
    at = text.indexOf(first, at + 1)
  ) {
    const end = matchFrom(text, at, words)
    if (end === undefined || end > within.end) continue
    const before = text[at - 1] ?? ' '
    const after = text[end] ?? ' '
    if (wordCharacter.test(before) && wordCharacter.test(first[0] ?? '')) continue
    if (wordCharacter.test(after) && wordCharacter.test(text[end - 1] ?? '')) continue
    found.push({ start: at, end })
  }
  return found
}

function matchFrom(text: string, from: number, words: readonly string[]): number | undefined {
  let at = from
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (index > 0) {
      const start = at
      while (/\s/.test(text[at] ?? '')) at++
      if (at === start) return undefined
    }
    if (!text.startsWith(word, at)) return undefined
    at += word.length
  }
  return at
}
