import { verbsOf } from '../../../functions/_shared/language/verbs.ts'
import type { Rule } from './rules-en.ts'

const verbs = verbsOf('de')

/** A noun that names a doing, such as `Betreuung`: the usual opening of a line in a German resume. */
function namesDoing(noun: string): boolean {
  return (verbs.readings.get(noun.toLowerCase()) ?? []).some(({ form }) => form === 'noun')
}

const weakOpening =
  /^(?:(?:ich )?(?:war|bin) )?(?:verantwortlich|zuständig) für (?:die |den |das |der )?(\p{Lu}\p{L}+)(.*)$/iu
const dutiesOpening =
  /^zu meinen aufgaben (?:gehörten?|zählten?) (?:die |der |das )?(\p{Lu}\p{L}+)(.*)$/iu

const shorter: readonly (readonly [RegExp, string])[] = [
  [/\bunter (?:Verwendung|Einsatz|Nutzung) von\b/gi, 'mit'],
  [/\bmit Hilfe von\b|\bmithilfe von\b/gi, 'mit'],
  [/\bauf täglicher Basis\b/gi, 'täglich'],
  [/\bauf wöchentlicher Basis\b/gi, 'wöchentlich'],
  [/\beine Vielzahl von (?=\p{L})/giu, ''],
]

const fillers: readonly RegExp[] = [
  /(?<!\b(?:und|oder|sehr|besonders|nicht),?\s)\berfolgreich\s+(?=\p{Ll})(?!und\b|oder\b|für\b|in\b|mit\b)/gu,
  // Not in the genitive: without `verschiedener` the noun would stand there bare.
  /(?<=(?:^|\s)(?:mit|von|an|in)\s)(?:verschiedenen|diversen)\s+(?=\p{Lu})/giu,
  /^(?:Diverse|Verschiedene)\s+(?=\p{Lu})/u,
]

export const germanRules: readonly Rule[] = [
  {
    improvement: 'stronger_opening',
    rewrite: (line) => {
      const match = weakOpening.exec(line) ?? dutiesOpening.exec(line)
      const noun = match?.[1] ?? ''
      return match === null || !namesDoing(noun) ? undefined : `${noun}${match[2] ?? ''}`
    },
  },
  {
    improvement: 'more_concise',
    rewrite: (line) => {
      const match =
        /^(?:ich habe|habe ich|habe) (\p{Lu}.*|(?:ein|den|die|das|der)\b.*) (\p{Ll}+)([.;]?)$/iu.exec(
          line,
        )
      const isParticiple = (verbs.readings.get(match?.[2] ?? '') ?? []).some(
        ({ form }) => form === 'participle',
      )
      return match === null || !isParticiple
        ? undefined
        : `${match[1]} ${match[2]}${match[3] ?? ''}`
    },
  },
  {
    improvement: 'more_concise',
    rewrite: (line) =>
      shorter.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line),
  },
  {
    improvement: 'more_concise',
    rewrite: (line) => fillers.reduce((text, pattern) => text.replace(pattern, ''), line),
  },
]
