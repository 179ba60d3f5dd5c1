/**
 * Adjuncts: phrases that say when, how often or with which tool something was done. They hang on the
 * verb, so they may stand anywhere in their clause. Any other phrase may hang on the word before it
 * (`parts for cars with defects`, `clients with SAP`) and keeps its place.
 */
import { findTerms } from '../language/term-index.ts'
import type { Language } from '../resume/resume.ts'
import type { Part } from './clause.ts'
import type { Item } from './items.ts'
import { isYear } from './rewriting.ts'

type Kind = 'when' | 'rate' | 'tool' | 'team'

export interface Adjunct {
  readonly kind: Kind
  readonly parts: readonly Part[]
}

const months =
  /^(?:january|february|march|april|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember)$/
const timeUnit =
  /^(?:hour|day|week|month|quarter|year|shift|stunde|tag|woche|monat|quartal|jahr|schicht)$/
const ties = {
  en: {
    point: /^in$/,
    since: /^(?:since|until)$/,
    during: 'during',
    rate: 'per',
    tool: /^in$/,
  },
  de: { point: /^in$/, since: /^seit$/, during: 'während', rate: 'pro', tool: /^in$/ },
} as const

/**
 * The parts of a clause without its adjuncts, or undefined where nothing may move: a list or a
 * participle may hold what follows it for itself alone.
 */
export function setAdjunctsApart(
  parts: readonly Part[],
  language: Language,
): { readonly rest: readonly Part[]; readonly adjuncts: readonly Adjunct[] } | undefined {
  if (language !== 'en' && language !== 'de') return undefined
  if (parts.some(({ tie, item }) => !/^[\p{L}_]*$/u.test(tie) || joins.test(tie) || isDone(item)))
    return undefined
  const rest: Part[] = []
  const adjuncts: Adjunct[] = []
  const counts = parts.filter(({ item }) => item.kind === 'number' && !isYear(item)).length
  for (const phrase of phrasesOf(parts, language)) {
    const kind = kindOf(phrase, language)
    if (!kind || (kind === 'rate' && counts !== 1)) rest.push(...phrase)
    // Of two phrases of one kind, which belongs to what is told by their places.
    else if (adjuncts.some((other) => other.kind === kind)) return undefined
    else adjuncts.push({ kind, parts: phrase })
  }
  return adjuncts.length > 0 ? { rest, adjuncts } : undefined
}

const joins = /^(?:and|or|but|oder|aber|nor|than|als|wie|as)$/

/** `the team led by Kim` keeps its words together. */
function isDone(item: Item): boolean {
  return (
    item.verbs.some(({ form }) => form === 'participle' || form === 'gerund') ||
    (item.kind === 'word' && /^\p{Ll}{3,}(?:ed|ing)$/u.test(item.text))
  )
}

function phrasesOf(parts: readonly Part[], language: 'en' | 'de'): Part[][] {
  const phrases: Part[][] = []
  for (const part of parts) {
    const last = phrases.at(-1)
    const isObject =
      part.tie === '' && (part.item.kind === 'number' || part.item.article !== undefined)
    // `in 2021 twelve employees`: what is done to whom starts anew behind an adjunct.
    if (last && isObject && kindOf(last, language)) phrases.push([part])
    else if (last && (part.tie === '' || part.tie === 'of')) last.push(part)
    else phrases.push([part])
  }
  return phrases
}

function kindOf(phrase: readonly Part[], language: 'en' | 'de'): Kind | undefined {
  const words = ties[language]
  const items = phrase.map((part) => part.item)
  const tie = phrase[0]?.tie ?? ''
  const [first, second] = items
  if (!first) return undefined
  const isDate =
    (items.length === 1 && isYear(first)) ||
    (items.length === 2 && months.test(first.key) && isYear(second))
  if (isDate && (words.point.test(tie) || words.since.test(tie))) return 'when'
  if (tie === words.during && items.length <= 4 && items.every((item) => item.kind === 'word'))
    return 'when'
  if (tie === words.rate && items.length === 1 && timeUnit.test(first.key)) return 'rate'
  // `zusammen mit zwei Kollegen`
  if (tie === 'zusammen_mit' && items.length <= 3) return 'team'
  // `in a team of 4`
  if (
    tie === 'in' &&
    first.key === 'team' &&
    items.length <= 2 &&
    (phrase[1]?.tie ?? 'of') === 'of'
  )
    return items.length === 1 || second?.kind === 'number' ? 'team' : undefined
  if (!words.tool.test(tie) || phrase.some((part, index) => index > 0 && part.tie !== ''))
    return undefined
  const [term, other] = findTerms(items)
  return term && !other && term.from === 0 && term.to === items.length ? 'tool' : undefined
}
