/** What sections have given so far, kept with the optimization so that a retry does not pay twice. */
import { z } from 'zod'
import {
  improvements,
  type Rejection,
  rejectionReasons,
  type Suggestion,
} from '../grounding/suggestion.ts'
import { sectionKinds } from '../resume/resume.ts'
import type { Ask } from '../suggestions/ask.ts'

export interface SectionResult {
  readonly suggestions: readonly Suggestion[]
  readonly rejected: readonly Rejection[]
  readonly promptTokens: number
  readonly outputTokens: number
}

/** By {@link sectionKey}. */
export type PartialResults = Readonly<Record<string, SectionResult>>

const span = z.object({ start: z.number().int(), end: z.number().int() })
const draft = {
  entryId: z.string(),
  original: z.string(),
  replacement: z.string(),
  improvement: z.enum(improvements),
}
const sectionResult: z.ZodType<SectionResult> = z.object({
  suggestions: z.array(
    z.object({
      ...draft,
      sectionId: z.string(),
      section: z.enum(sectionKinds),
      span,
      evidence: z.array(z.object({ text: z.string(), at: span, source: span })),
    }),
  ),
  rejected: z.array(z.object({ ...draft, reason: z.enum(rejectionReasons), detail: z.string() })),
  promptTokens: z.number(),
  outputTokens: z.number(),
})
const partialResults = z.record(z.string(), sectionResult)

/** Names one request about a section. Resume and plan are the same at each attempt, so this is too. */
export function sectionKey(ask: Ask): string {
  return `${ask.sectionId}.${ask.part}`
}

/** Reads what an earlier attempt stored; what an older release wrote in another shape is asked again. */
export function readPartial(value: unknown): PartialResults {
  return partialResults.safeParse(value).data ?? {}
}
