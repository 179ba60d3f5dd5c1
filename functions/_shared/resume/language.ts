/** Which of the supported languages a text is in, by its function words and its headings. */
import { tokenize } from '../language/tokens.ts'
import { wordLists } from '../language/words.ts'
import { headingNames } from './headings.ts'
import { type Language, languages } from './resume.ts'

const known = languages.filter((language) => language !== 'simple')
const sampleCharacters = 20_000
/** Below this share of telling words a text is in none of the languages (or only a list of names). */
const leastShare = 0.03
const leastWords = 2

/** What each word says about each language: less, the more languages share it. */
const weights = new Map<string, ReadonlyMap<Language, number>>()
{
  const languagesOf = new Map<string, Set<Language>>()
  for (const language of known) {
    const headings = Object.values(headingNames[language]).flatMap((names) => names.split(/[; ]/))
    for (const word of [...wordLists[language].stop, ...headings]) {
      if (word.length > 0) languagesOf.set(word, (languagesOf.get(word) ?? new Set()).add(language))
    }
  }
  for (const [word, set] of languagesOf) {
    weights.set(word, new Map([...set].map((language) => [language, 1 / set.size ** 2])))
  }
}

/** The language of a text, or `simple` if none of the supported ones shows. */
export function detectLanguage(text: string): Language {
  const totals = new Map<Language, number>()
  // One word alone may belong to any language: Polish has an `i` too.
  const telling = new Map<Language, Set<string>>()
  let words = 0
  for (const token of tokenize(text.slice(0, sampleCharacters), 'simple')) {
    if (token.kind !== 'word') continue
    words++
    for (const [language, weight] of weights.get(token.key) ?? []) {
      totals.set(language, (totals.get(language) ?? 0) + weight)
      telling.set(language, (telling.get(language) ?? new Set()).add(token.key))
    }
  }
  let best: Language = 'simple'
  let most = 0
  for (const language of known) {
    const total = totals.get(language) ?? 0
    if (total > most && (telling.get(language)?.size ?? 0) >= leastWords) {
      best = language
      most = total
    }
  }
  return most >= 1 && most / Math.max(words, 1) >= leastShare ? best : 'simple'
}
