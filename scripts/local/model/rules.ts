import type { Improvement } from '../../../functions/_shared/grounding/suggestion.ts'
import type { DataLine } from '../../../functions/_shared/suggestions/data-block.ts'
import { germanRules } from './rules-de.ts'
import { englishRules } from './rules-en.ts'

export interface RuleSuggestion {
  readonly entry: string
  readonly original: string
  readonly replacement: string
  readonly improvement: Improvement
}

/** Better wordings for lines of a resume. Every rule drops or swaps empty words; none adds a fact. */
export function suggest(lines: readonly DataLine[]): RuleSuggestion[] {
  const suggestions: RuleSuggestion[] = []
  const german = isGerman(lines.map(({ text }) => text).join('\n'))
  for (const { label, text, heading } of lines) {
    if (heading === true || label === '') continue
    const current = lines.some(
      (line) => line.label === label && line.heading === true && stillHeld.test(line.text),
    )
    const better = rewrite(text, { current, german })
    if (better !== undefined) suggestions.push({ entry: label, original: text, ...better })
  }
  return suggestions
}

const stillHeld = /\b(?:present|current|today|now|ongoing|heute|aktuell|derzeit|laufend)\b/i

export interface LineContext {
  /** The entry is a job that is still held. */
  readonly current: boolean
  readonly german: boolean
}

/** Applies the rules of the language to each sentence, one after the other. */
export function rewrite(
  line: string,
  context: LineContext,
): { replacement: string; improvement: Improvement } | undefined {
  const rules = context.german ? germanRules : englishRules
  let improvement: Improvement | undefined
  const sentences = line.split(/(?<=[a-z)]{2}[.!?]) (?=\p{Lu})/u).map((sentence) => {
    let text = sentence
    for (const rule of rules) {
      const next = rule.rewrite(text, context)
      if (next === undefined || next === text) continue
      improvement ??= rule.improvement
      text = next
    }
    return tidy(text, sentence)
  })
  const replacement = sentences.join(' ')
  return improvement === undefined || replacement === line
    ? undefined
    : { replacement, improvement }
}

/** A dropped first word leaves a small letter, a dropped last one a blank before the full stop. */
function tidy(text: string, original: string): string {
  const plain = text
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:])/g, '')
    .trim()
  const beganLarge = /^\p{Lu}/u.test(original)
  return beganLarge ? plain.charAt(0).toUpperCase() + plain.slice(1) : plain
}

/** Whether a text has more German function words and umlauts than English function words. */
export function isGerman(text: string): boolean {
  return (text.match(germanSigns)?.length ?? 0) > (text.match(englishSigns)?.length ?? 0)
}

const germanSigns =
  /\b(?:und|oder|der|die|das|den|dem|des|für|mit|von|vom|im|bei|zur|zum|ein|eine|einer|eines|ich|war|sowie|auf|als)\b|[äöüß]/gi
const englishSigns = /\b(?:and|or|the|of|for|with|in|to|by|was|were|on|from|at|as|an?)\b/gi
