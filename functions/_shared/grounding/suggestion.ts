/** What a model proposes, and what becomes of it once it has been held against the resume. */
import type { SectionKind, Span } from '../resume/resume.ts'

/** Why a change is worth making: a closed list, so that no free text of a model reaches the user. */
export const improvements = [
  'stronger_opening',
  'more_concise',
  'clearer',
  'grammar',
  'active_voice',
  'result_first',
  'keyword_already_held',
] as const
export type Improvement = (typeof improvements)[number]

/** One proposal of a model, untrusted. */
export interface Draft {
  /** The id of the {@link Entry} that `original` is quoted from. */
  readonly entryId: string
  readonly original: string
  readonly replacement: string
  readonly improvement: Improvement
}

/** A proposal that says nothing the resume does not say. */
export interface Suggestion extends Draft {
  readonly sectionId: string
  readonly section: SectionKind
  /** Where `original` stands in the text of the resume. */
  readonly span: Span
  /** For each number and content word of the replacement, where the resume says it. */
  readonly evidence: readonly Evidence[]
}

export interface Evidence {
  /** The words as the replacement has them. */
  readonly text: string
  /** Where they stand in the replacement. */
  readonly at: Span
  /** Where the resume supports them. */
  readonly source: Span
}

export const rejectionReasons = [
  'quote_not_found',
  'quote_ambiguous',
  'quote_crosses_entries',
  'quote_crosses_lines',
  'unchanged',
  'empty',
  'too_long',
  'unsafe_characters',
  'new_number',
  'changed_number',
  'new_word',
  'new_name',
  'stronger_verb',
  'lost_qualifier',
  'lost_fact',
  'moved_fact',
  'job_description_only',
  'protected_text',
  'overlaps',
] as const
export type RejectionReason = (typeof rejectionReasons)[number]

export interface Rejection extends Draft {
  readonly reason: RejectionReason
  /** One sentence for a person, naming the words at fault. */
  readonly detail: string
}

export type Verdict =
  | { readonly ok: true; readonly suggestion: Suggestion }
  | { readonly ok: false; readonly rejection: Rejection }
