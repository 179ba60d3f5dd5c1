/** How much of what a real model proposes is true to the resume, as grounding sees it. */
import { AppError } from '../../functions/_shared/errors.ts'
import { checkDrafts } from '../../functions/_shared/grounding/check.ts'
import { createModel } from '../../functions/_shared/ollama/client.ts'
import { parseResume } from '../../functions/_shared/resume/parse.ts'
import { composeAsk, planAsks, readDrafts } from '../../functions/_shared/suggestions/ask.ts'

export interface Survival {
  requests: number
  /** Requests without a valid answer, by code. */
  failed: Map<string, number>
  repaired: number
  proposed: number
  survived: number
  /** What was refused, by reason. */
  reasons: Map<string, number>
  examples: { original: string; replacement: string }[]
}

export interface SurvivalOptions {
  readonly url: string
  readonly model: string
  readonly apiKey: string | undefined
  readonly texts: readonly { readonly name: string; readonly text: string }[]
  readonly maxAsks: number
  readonly report: (line: string) => void
}

export async function measureSurvival(options: SurvivalOptions): Promise<Survival> {
  const { url, model: name, apiKey, report } = options
  const model = createModel({ url, model: name, apiKey, maxOutputTokens: 1024 })
  const survival: Survival = {
    requests: 0,
    failed: new Map(),
    repaired: 0,
    proposed: 0,
    survived: 0,
    reasons: new Map(),
    examples: [],
  }
  for (const { name: file, text } of options.texts) {
    const resume = parseResume(text)
    const nonce = crypto.randomUUID().replaceAll('-', '')
    for (const ask of planAsks(resume, { maxAsks: options.maxAsks }).asks) {
      survival.requests += 1
      try {
        const answer = await model.chat(composeAsk(resume, ask, { nonce }), {
          totalTimeoutMs: 300_000,
          firstTokenTimeoutMs: 200_000,
          stallTimeoutMs: 60_000,
        })
        const drafts = readDrafts(resume, ask, answer.value)
        const { suggestions, rejected } = checkDrafts(resume, drafts)
        survival.repaired += answer.repaired ? 1 : 0
        survival.proposed += drafts.length
        survival.survived += suggestions.length
        for (const { reason } of rejected) count(survival.reasons, reason)
        survival.examples.push(...suggestions)
        const seconds = (answer.durationMs / 1000).toFixed(1)
        report(
          `${file}, ${ask.kind}: ${suggestions.length} of ${drafts.length} survive (${seconds} s)`,
        )
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        count(survival.failed, error.code)
        report(`${file}, ${ask.kind}: ${error.code}`)
      }
    }
  }
  return survival
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
