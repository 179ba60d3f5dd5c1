/** Score → ask → check: from a resume's text to suggestions that the text bears out. */
import { AppError } from '../errors.ts'
import { applySuggestions } from '../grounding/apply.ts'
import { checkDrafts } from '../grounding/check.ts'
import type { Rejection, Suggestion } from '../grounding/suggestion.ts'
import type { Model } from '../ollama/client.ts'
import { answersByRules } from '../ollama/endpoints.ts'
import { parseResume } from '../resume/parse.ts'
import type { Language, Resume } from '../resume/resume.ts'
import { scoreResume } from '../scoring/score.ts'
import { type Ask, composeAsk, planAsks, readDrafts } from '../suggestions/ask.ts'
import { type PartialResults, type SectionResult, sectionKey } from './partial.ts'
import type { OptimizationEvent, OptimizationResult, SectionOutcome } from './result.ts'

export interface PipelineInput {
  readonly text: string
  readonly language: Language
  readonly versionId: string
  readonly sha256: string
  readonly jobDescription: string | undefined
  /** What an earlier attempt has got: these sections are not asked about again. */
  readonly partial: PartialResults
}

export interface PipelineOptions {
  readonly model: Pick<Model, 'chat' | 'name'>
  /** Unguessable, new for each attempt: marks what is data in a prompt. */
  readonly nonce: string
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number
  readonly ingestMs: number
  readonly onEvent: (event: OptimizationEvent) => void
  readonly onSection: (key: string, result: SectionResult) => void
  readonly signal: AbortSignal
}

/** Failures of one answer: the other sections stand. All else concerns every section. */
const sectionFailures = new Set(['model_invalid', 'model_timeout'])

/**
 * Runs the pipeline. A section whose answer fails is reported in the result; if all fail, so does the
 * whole, with the last one's error.
 *
 * @throws AppError of the model, or what `signal` was aborted with
 */
export async function optimize(
  input: PipelineInput,
  options: PipelineOptions,
): Promise<OptimizationResult> {
  const { now, onEvent, signal } = options
  const startedAt = now()
  const resume = parseResume(input.text, input.language)
  const before = scoreResume(resume, input.jobDescription)
  const scoreMs = now() - startedAt
  onEvent({ type: 'scoring', data: { score: before } })

  const { asks } = planAsks(resume)
  const suggestions: Suggestion[] = []
  const rejected: Rejection[] = []
  const outcomes: SectionOutcome[] = []
  const spent = { promptTokens: 0, outputTokens: 0, tokens: 0, generateMs: 0, checkMs: 0 }
  let lastFailure: AppError | undefined

  for (const [index, ask] of asks.entries()) {
    signal.throwIfAborted()
    const place = { sectionId: ask.sectionId, kind: ask.kind }
    const progress = { ...place, sections: asks.length, sectionsDone: index }
    let section = input.partial[sectionKey(ask)]
    if (section === undefined) {
      onEvent({ type: 'generating', data: { ...progress, tokens: spent.tokens } })
      try {
        section = await askAndCheck(resume, ask, {
          ...options,
          jobDescription: input.jobDescription,
          accepted: suggestions,
          onTokens: (count) =>
            onEvent({ type: 'generating', data: { ...progress, tokens: spent.tokens + count } }),
          onChecking: () => onEvent({ type: 'checking', data: { sectionId: ask.sectionId } }),
          spent,
        })
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof AppError) || !sectionFailures.has(error.code)) throw error
        lastFailure = error
        outcomes.push({
          ...place,
          outcome: 'failed',
          suggestions: 0,
          rejected: 0,
          error: error.code,
        })
        continue
      }
      for (const suggestion of section.suggestions)
        onEvent({ type: 'suggestion', data: suggestion })
      options.onSection(sectionKey(ask), section)
    }
    spent.promptTokens += section.promptTokens
    spent.outputTokens += section.outputTokens
    spent.tokens += section.outputTokens
    suggestions.push(...section.suggestions)
    rejected.push(...section.rejected)
    outcomes.push({
      ...place,
      outcome: 'answered',
      suggestions: section.suggestions.length,
      rejected: section.rejected.length,
    })
  }
  if (lastFailure !== undefined && outcomes.every(({ outcome }) => outcome === 'failed')) {
    throw lastFailure
  }

  const rescoredAt = now()
  const improved = applySuggestions(resume.text, suggestions)
  const after = scoreResume(parseResume(improved, input.language), input.jobDescription)
  return {
    score: { before, after },
    suggestions,
    rejected,
    matchedKeywords: before.keywords.matched,
    missingKeywords: before.keywords.missing,
    sections: outcomes,
    model: {
      name: options.model.name,
      rules: answersByRules(options.model.name),
      promptTokens: spent.promptTokens,
      outputTokens: spent.outputTokens,
    },
    timings: {
      ingestMs: Math.round(options.ingestMs),
      scoreMs: Math.round(scoreMs + now() - rescoredAt),
      generateMs: Math.round(spent.generateMs),
      checkMs: Math.round(spent.checkMs),
      totalMs: Math.round(options.ingestMs + now() - startedAt),
    },
    source: {
      versionId: input.versionId,
      sha256: input.sha256,
      characters: resume.text.length,
      language: resume.language,
    },
  }
}

async function askAndCheck(
  resume: Resume,
  ask: Ask,
  options: Pick<PipelineOptions, 'model' | 'nonce' | 'now' | 'signal'> & {
    jobDescription: string | undefined
    /** The suggestions of earlier requests. */
    accepted: readonly Suggestion[]
    onTokens: (count: number) => void
    onChecking: () => void
    spent: { generateMs: number; checkMs: number }
  },
): Promise<SectionResult> {
  const { jobDescription, now, spent } = options
  const startedAt = now()
  const request = composeAsk(resume, ask, { nonce: options.nonce, jobDescription })
  const answer = await options.model
    .chat(request, { signal: options.signal, onTokens: options.onTokens })
    .finally(() => {
      spent.generateMs += now() - startedAt
    })
  options.onChecking()
  const checkedAt = now()
  const checked = checkDrafts(resume, readDrafts(resume, ask, answer.value), { jobDescription })
  const { suggestions, overlapping } = splitByLine(resume, checked.suggestions, options.accepted)
  spent.checkMs += now() - checkedAt
  return {
    suggestions,
    rejected: [...checked.rejected, ...overlapping],
    promptTokens: answer.promptTokens,
    outputTokens: answer.outputTokens,
  }
}

/**
 * A long entry is asked about in parts, and an answer about one may quote from another. What changes a
 * line that an earlier answer changes already was checked against the line as it no longer would be.
 */
function splitByLine(
  resume: Resume,
  suggestions: readonly Suggestion[],
  accepted: readonly Suggestion[],
): { suggestions: Suggestion[]; overlapping: Rejection[] } {
  const lines = resume.sections.flatMap(({ entries }) => entries).flatMap((entry) => entry.lines)
  const lineOf = ({ span }: Suggestion) =>
    lines.find((line) => line.span.start <= span.start && span.end <= line.span.end)
  const taken = new Set(accepted.map(lineOf))
  return {
    suggestions: suggestions.filter((suggestion) => !taken.has(lineOf(suggestion))),
    overlapping: suggestions
      .filter((suggestion) => taken.has(lineOf(suggestion)))
      .map(({ entryId, original, replacement, improvement }) => ({
        entryId,
        original,
        replacement,
        improvement,
        reason: 'overlaps',
        detail: 'Another suggestion changes the same line',
      })),
  }
}
