/** What an optimization gives: the shape of `optimizations.result` and of the answer to an app. */
import type { Rejection, Suggestion } from '../grounding/suggestion.ts'
import type { Language, SectionKind } from '../resume/resume.ts'
import type { Score } from '../scoring/score.ts'

export interface OptimizationResult {
  /** By the same rules; `after` is what it would be with every suggestion taken. */
  readonly score: { readonly before: Score; readonly after: Score }
  readonly suggestions: readonly Suggestion[]
  /** What the model proposed and the resume does not bear out, with the reason. */
  readonly rejected: readonly Rejection[]
  readonly matchedKeywords: readonly string[]
  /** Keywords of the job that the resume does not name. They are reported, never added. */
  readonly missingKeywords: readonly string[]
  readonly sections: readonly SectionOutcome[]
  readonly model: {
    readonly name: string
    /** Whether the local rules answered in place of a model. */
    readonly rules: boolean
    readonly promptTokens: number
    readonly outputTokens: number
  }
  /** Milliseconds of this attempt; sections kept from an earlier one cost nothing here. */
  readonly timings: {
    readonly ingestMs: number
    readonly scoreMs: number
    readonly generateMs: number
    readonly checkMs: number
    readonly totalMs: number
  }
  /** The text that every span points into. It was sent to the model whole. */
  readonly source: {
    readonly versionId: string
    readonly sha256: string
    readonly characters: number
    readonly language: Language
  }
}

/** What one request about a section came to. */
export interface SectionOutcome {
  readonly sectionId: string
  readonly kind: SectionKind
  readonly outcome: 'answered' | 'failed'
  readonly suggestions: number
  readonly rejected: number
  /** The code of the failure. */
  readonly error?: string
}

/** What a stream of an optimization tells, in the order it happens. */
export type OptimizationEvent =
  | { readonly type: 'extracting'; readonly data: { readonly versionId: string } }
  | { readonly type: 'scoring'; readonly data: { readonly score: Score } }
  | {
      readonly type: 'generating'
      readonly data: {
        readonly sectionId: string
        readonly kind: SectionKind
        readonly sections: number
        readonly sectionsDone: number
        /** Generated so far, over all sections. Never the text, which is unchecked. */
        readonly tokens: number
      }
    }
  | { readonly type: 'checking'; readonly data: { readonly sectionId: string } }
  | { readonly type: 'suggestion'; readonly data: Suggestion }
