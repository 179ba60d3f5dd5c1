/**
 * Whether two words are one word in another ending. Inflection only: a stemmer would make one of
 * `organization` and `organ`, or of `Lehre` and `Lehrer`, and let a lie through.
 */
import { areSynonyms } from '../language/synonyms.ts'
import type { Language } from '../resume/resume.ts'
import type { Item } from './items.ts'

/** Whether `proposed` may stand where `original` stood. */
export function isSameWord(original: Item, proposed: Item, language: Language): boolean {
  if (original.kind !== proposed.kind) return false
  if (original.kind === 'number') return original.key === proposed.key
  if (!isSameCase(original, proposed, language)) return false
  if (original.key === proposed.key) return language !== 'de' || keepsSingular(original, proposed)
  if (isSynonym(original, proposed, language)) return true
  if (language === 'en')
    return (
      // `Young Designers Pomerania` is a name, and no plural.
      ((original.opens || !capital.test(original.text)) &&
        isEnglishSingular(original.key, proposed.key)) ||
      spelling(original.key) === spelling(proposed.key)
    )
  if (language === 'de')
    return isGermanInflection(original, proposed) && keepsSingular(original, proposed)
  return false
}

/** Two nouns or adjectives of one meaning; inside a name (`Kids Company`) a word is no synonym. */
function isSynonym(original: Item, proposed: Item, language: Language): boolean {
  if (!areSynonyms(original.key, proposed.key, language)) return false
  if (language === 'de') return original.article === undefined || proposed.article !== undefined
  return [original, proposed].every((item) => item.opens || !capital.test(item.text))
}

const innerCapital = /^.+\p{Lu}/u
const capital = /^\p{Lu}/u

/** `it` must not become `IT`, nor `target` the company; a capital at a sentence's start says nothing. */
function isSameCase(original: Item, proposed: Item, language: Language): boolean {
  const from = original.text.normalize('NFKC')
  const to = proposed.text.normalize('NFKC')
  if (innerCapital.test(from) || innerCapital.test(to)) {
    return (
      from.replace(/s$/, '') === to.replace(/s$/, '') ||
      (original.key !== proposed.key && !innerCapital.test(to)) ||
      hyphenated(from, to)
    )
  }
  if (capital.test(to) && !proposed.opens && !capital.test(from)) return false
  return !(language === 'de' && capital.test(from) && !original.opens && !capital.test(to))
}

function hyphenated(from: string, to: string): boolean {
  return from.includes('-') && from.toLowerCase() === to.toLowerCase()
}

/** The plural may become the singular, never the other way: `a project` is not `projects`. */
function isEnglishSingular(original: string, proposed: string): boolean {
  if (proposed.length < 3 || !/^[a-z'-]+$/.test(original)) return false
  if (original === `${proposed}s` && !/[su]$/.test(proposed)) return true
  if (original === `${proposed}es` && /(?:s|x|z|ch|sh)$/.test(proposed)) return true
  return proposed.endsWith('y') && original === `${proposed.slice(0, -1)}ies`
}

/** American and British spelling made one. */
function spelling(word: string): string {
  return word
    .replace(/(?<=[a-z]{3})is(e[ds]?|ing|ations?)$/, 'iz$1')
    .replace(/(?<=[a-z]{2})our(s|ed|ing|al)?$/, 'or$1')
    .replace(/(?<=[a-z]{2})tre(s?)$/, 'ter$1')
}

const nounEndings = ['', 'e', 'n', 'en', 's', 'es']
const adjectiveEndings = ['e', 'en', 'er', 'es', 'em']

function isGermanInflection(original: Item, proposed: Item): boolean {
  const isNoun = capital.test(original.text) && !original.opens
  const endings = isNoun || capital.test(proposed.text) ? nounEndings : adjectiveEndings
  for (const ending of endings) {
    if (!original.key.endsWith(ending)) continue
    const stem = original.key.slice(0, original.key.length - ending.length)
    if (stem.length < (endings === nounEndings ? 4 : 3)) continue
    for (const other of endings) {
      if (stem + other === proposed.key && !(ending === 'er' && other === '')) return true
    }
  }
  return false
}

const onlySingular = /^(?:ein|eine|einen|einem|einer|eines|des|dem|das)$/

/** `Leitung eines Projekts` may not become `Leitete Projekte`. */
function keepsSingular(original: Item, proposed: Item): boolean {
  if (!original.article || !onlySingular.test(original.article)) return true
  if (!proposed.article) return isPlainSingular(original, proposed)
  return proposed.article !== 'die' || original.key === proposed.key
}

/** Headlines drop articles: `des Monatsabschlusses` → `Monatsabschluss`, which no plural looks like. */
function isPlainSingular(original: Item, proposed: Item): boolean {
  const { key } = proposed
  if (/(?:ung|heit|keit|ion|tät|schaft|enz|anz)$/.test(key)) return original.key === key
  if (!/^(?:des|eines)$/.test(original.article ?? '') || /(?:er|el|en|e|chen|lein|s)$/.test(key))
    return /ss$/.test(key) && original.key === `${key}es`
  return original.key === `${key}s` || original.key === `${key}es`
}
