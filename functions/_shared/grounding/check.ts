/**
 * Holds a model's proposals against the resume. Nothing passes that the quoted line does not say: what
 * cannot be shown to say the same is refused, by rules alone.
 */
import type { Resume, Span } from '../resume/resume.ts'
import { compareLines } from './compare.ts'
import type { Support } from './compare-parts.ts'
import { diagnose, type Posting, readPosting } from './diagnose.ts'
import { findQuote, type Quote } from './quote.ts'
import { type Reading, readLine } from './read-line.ts'
import { compareSkills, withoutAddedSkills } from './skills.ts'
import type {
  Draft,
  Evidence,
  Rejection,
  RejectionReason,
  Suggestion,
  Verdict,
} from './suggestion.ts'
import { findUnsafe } from './unsafe.ts'

export interface CheckContext {
  /** Never a support for anything: it only tells a refused word's origin. */
  readonly jobDescription?: string | undefined
}

const maxReplacementCharacters = 2_000
const maxQuoteCharacters = 4_000

/** Checks one draft. White space of an accepted replacement is folded to single spaces. */
export function checkDraft(resume: Resume, draft: Draft, context: CheckContext = {}): Verdict {
  return check(resume, draft, readPosting(context.jobDescription, resume.language)).verdict
}

/**
 * Checks drafts in their order. Of those that change the same line the first stands and the others
 * are refused with `overlaps`: each was checked against the line as it is, not as another makes it.
 */
export function checkDrafts(
  resume: Resume,
  drafts: readonly Draft[],
  context: CheckContext = {},
): { suggestions: Suggestion[]; rejected: Rejection[] } {
  const posting = readPosting(context.jobDescription, resume.language)
  const suggestions: Suggestion[] = []
  const rejected: Rejection[] = []
  const taken: Span[] = []
  for (const draft of drafts) {
    const { verdict, line } = check(resume, draft, posting)
    if (!verdict.ok) rejected.push(verdict.rejection)
    else if (line && taken.some((span) => span.start < line.end && line.start < span.end)) {
      rejected.push(refuse(draft, 'overlaps', 'Another suggestion changes the same line').rejection)
    } else {
      if (line) taken.push(line)
      suggestions.push(verdict.suggestion)
    }
  }
  return { suggestions, rejected }
}

function refuse(
  draft: Draft,
  reason: RejectionReason,
  detail: string,
): { ok: false; rejection: Rejection } {
  return { ok: false, rejection: { ...draft, reason, detail } }
}

function check(resume: Resume, draft: Draft, posting: Posting): { verdict: Verdict; line?: Span } {
  const no = (reason: RejectionReason, detail: string) => ({
    verdict: refuse(draft, reason, detail),
  })
  if (
    draft.original.length > maxQuoteCharacters ||
    draft.replacement.length > maxReplacementCharacters
  ) {
    return no('too_long', `More than ${maxReplacementCharacters} characters`)
  }
  const quote = findQuote(resume, draft.entryId, draft.original)
  if ('reason' in quote) return no(quote.reason, quote.detail)

  const original = resume.text.slice(quote.line.span.start, quote.line.span.end)
  const unsafe = findUnsafe(draft.replacement, original)
  if (unsafe) return no('unsafe_characters', `The replacement is not safe: ${unsafe}`)
  const replacement = draft.replacement.replace(/\s+/g, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(replacement)) return no('empty', 'The replacement is empty')
  const quoted = resume.text.slice(quote.span.start, quote.span.end)
  if (replacement === quoted.replace(/\s+/g, ' '))
    return no('unchanged', 'The replacement is the original')

  // The whole line is compared, so that a quote cut out of its context cannot change what surrounds it.
  const before = original.slice(0, quote.span.start - quote.line.span.start)
  const after = original.slice(quote.span.end - quote.line.span.start)
  const proposed = before + replacement + after
  const from = readLine(original, resume.language)
  const supports = supportsOf(resume, quote, original, proposed, from)
  if (!supports) {
    const { reason, detail } = diagnose(
      resume,
      quote.entry,
      posting,
      from,
      readLine(proposed, resume.language),
    )
    return no(reason, detail)
  }
  const evidence = evidenceOf(supports, replacement, before.length, quote)
  const suggestion: Suggestion = {
    entryId: draft.entryId,
    original: quoted,
    replacement,
    improvement: draft.improvement,
    sectionId: quote.section.id,
    section: quote.section.kind,
    span: quote.span,
    evidence,
  }
  return { verdict: { ok: true, suggestion }, line: quote.line.span }
}

function supportsOf(
  resume: Resume,
  quote: Quote,
  original: string,
  proposed: string,
  from: Reading,
): Support[] | undefined {
  const { section } = quote
  if (section.kind === 'skills') {
    const supports = compareSkills(resume, section, original, proposed)
    if (supports) return supports
  }
  const plain = compareLines(from, readLine(proposed, resume.language), resume.language)
  if (plain || section.kind !== 'summary') return plain
  const bare = withoutAddedSkills(resume, section, original, proposed)
  const rest = bare && compareLines(from, readLine(bare.text, resume.language), resume.language)
  if (!bare || !rest) return undefined
  const moved = rest.map((support) => ({
    ...support,
    at: { start: bare.map(support.at.start), end: bare.map(support.at.end - 1) + 1 },
  }))
  return [...moved, ...bare.supports]
}

/** Evidence in the places of the replacement and of the resume, in the order of the replacement. */
function evidenceOf(
  supports: readonly Support[],
  replacement: string,
  offset: number,
  quote: Quote,
): Evidence[] {
  const lineStart = quote.line.span.start
  return supports
    .map(({ at, source, elsewhere }) => ({
      at: { start: at.start - offset, end: at.end - offset },
      source: elsewhere ? source : { start: source.start + lineStart, end: source.end + lineStart },
    }))
    .filter(({ at }) => at.start >= 0 && at.end <= replacement.length)
    .sort((a, b) => a.at.start - b.at.start)
    .map(({ at, source }) => ({ text: replacement.slice(at.start, at.end), at, source }))
}
