/** Which word of an English line is a verb where it stands: the same form may be a noun or an adjective. */
import type { VerbForm, VerbReading } from '../language/verbs.ts'
import { englishHomographs } from '../language/verbs-en.ts'
import { wordLists } from '../language/words.ts'
import type { Tense } from './clause.ts'
import type { Item } from './items.ts'

const lists = wordLists.en

const homographs = new Set(englishHomographs.split(' '))

/** What a gerund before it describes: `a reduction in picking time`. */
const described = /^(?:times?|speed|errors?|rates?|process|lines?|lists?|capacity|costs?)$/

const gerundAfter =
  /^(?:by|for|in|while|through|after|before|when|without|with|from|to|on|upon|at|about|into|than)$/

/** What was read just before, which decides whether a word is a verb here. */
export type Before =
  | 'start'
  | 'and'
  | 'tie'
  | 'auxiliary'
  | 'pronoun'
  | 'modal'
  | 'word'
  | 'wrapper'
  | 'governor'

export function pick(item: Item, forms: readonly VerbForm[]): VerbReading | undefined {
  for (const form of forms) {
    const reading = item.verbs.find((verb) => verb.form === form)
    if (reading) return reading
  }
  return undefined
}

/** `Record sales`, `Lead generation`, `Test plans`: what opens the line may describe a noun. */
function isNounBeforeNoun(item: Item, next: Item | undefined): boolean {
  return (
    homographs.has(item.key) &&
    next?.kind === 'word' &&
    next.article === undefined &&
    !lists.relators.has(next.key)
  )
}

/** `Cleans rooms and plants`: with nothing behind it, it is a noun. */
function isPlural(item: Item, next: Item | undefined): boolean {
  const lemma = pick(item, ['third'])?.lemma
  const ends = next?.kind !== 'word' || lists.relators.has(next.key)
  return ends && lemma !== undefined && homographs.has(lemma)
}

/** Whether a noun of the doing is followed by what is done: `management of a team`. */
export function takesObject(items: readonly Item[], index: number): boolean {
  const next = items[index + 1]
  if (next?.key === 'of') return true
  const joined = items[index + 2]
  return (
    next?.key === 'and' &&
    joined !== undefined &&
    pick(joined, ['noun', 'gerund']) !== undefined &&
    items[index + 3]?.key === 'of'
  )
}

export function verbHere(
  items: readonly Item[],
  index: number,
  before: Before,
  pending: readonly string[],
  governor: string | undefined,
  earlier: Tense | undefined,
): VerbReading | undefined {
  const item = items[index]
  if (!item) return undefined
  if (
    item.article !== undefined &&
    item.article !== 'i' &&
    pick(item, ['noun']) === undefined &&
    asNoun(item, items, index) === undefined
  )
    return undefined
  const next = items[index + 1]
  const isSubject = next !== undefined && lists.auxiliaries.has(next.key)
  const noun = pick(item, ['noun']) ?? asNoun(item, items, index)
  if (noun && isGivenBy(noun.lemma, items, index)) return undefined
  if (noun && takesObject(items, index)) {
    const tie = pending.at(-1)
    if (before === 'start' || before === 'wrapper' || before === 'and' || tie === 'through')
      return noun
    if (governor !== undefined && (tie === 'in' || tie === 'with' || tie === 'on' || tie === 'to'))
      return noun
  }
  // `the training manual`, `helped the design team`: behind an article it only describes what follows.
  if (item.article !== undefined && item.article !== 'i' && before !== 'wrapper') return undefined
  switch (before) {
    case 'start':
      if (isSubject) return undefined
      return (
        pick(item, ['past', 'gerund', 'third']) ??
        (isNounBeforeNoun(item, next) ? undefined : pick(item, ['bare'])) ??
        unlisted(item, /^\p{L}{2,}ed$/u)
      )
    case 'and':
      return (
        pick(item, ['past', 'gerund']) ??
        (earlier === 'past' || isPlural(item, next) ? undefined : pick(item, ['third'])) ??
        (item.verbs.length > 0 && governor !== undefined ? pick(item, ['bare']) : undefined)
      )
    case 'pronoun':
      return pick(item, ['past', 'third', 'bare'])
    case 'auxiliary':
      return items[index - 1]?.key === 'did'
        ? pick(item, ['bare'])
        : (pick(item, ['participle', 'gerund']) ?? asParticiple(unlisted(item, /^\p{L}{2,}ed$/u)))
    case 'modal':
      return pick(item, ['past', 'bare', 'gerund'])
    case 'wrapper':
      return pick(item, ['gerund', 'noun']) ?? unlisted(item, /^\p{L}{3,}[^aeiou]ing$/u)
    case 'governor':
      return pick(item, ['bare'])
    case 'tie': {
      const tie = pending.at(-1) ?? ''
      if (tie === 'to') return pick(item, ['bare', 'gerund'])
      if (!gerundAfter.test(tie) || described.test(next?.key ?? '')) return undefined
      return (
        pick(item, ['gerund']) ?? (tie === 'by' ? unlisted(item, /^\p{L}{2,}ing$/u) : undefined)
      )
    }
    case 'word':
      // `Introduced caching reducing build times` has lost its comma; only an effect can follow so.
      return undefined
  }
}

const receivable =
  /^(?:train|teach|coach|assess|evaluate|inspect|review|examine|test|select|present|monitor|measure|treat|classify|recruit|support|instruct)$/
const givers =
  /^(?:compan(?:y|ies)|firms?|banks?|authorit(?:y|ies)|agenc(?:y|ies)|council|city|state|government|ministry|universit(?:y|ies)|school|police|jury|board|committee|commission|court|manager|management|director|boss|supervisor|chief|ceo|cto|cfo|coo|owner|founder|president|union|association|foundation|insurer|hospital|clinic|church|press|family|consultants?|experts?|trainers?)$/

/** `Training of the bank`, `evaluation of the jury`: whom `of` names may have given it. */
function isGivenBy(lemma: string, items: readonly Item[], index: number): boolean {
  if (!receivable.test(lemma)) return false
  const of = items.slice(index).findIndex((item) => item.key === 'of')
  if (of < 1 || of > 3) return false
  const rest = items.slice(index + of + 1)
  const end = rest.findIndex((item) => item.kind === 'sign' || lists.relators.has(item.key))
  const phrase = rest.slice(0, end < 0 ? undefined : end)
  return givers.test(phrase.at(-1)?.key ?? '')
}

/** `the onboarding of planners` names the doing as `management of planners` does. */
function asNoun(item: Item, items: readonly Item[], index: number): VerbReading | undefined {
  const gerund = pick(item, ['gerund'])
  return gerund && takesObject(items, index) ? { ...gerund, form: 'noun' } : undefined
}

/** Behind `was` it is a passive, though no list has the verb. */
function asParticiple(reading: VerbReading | undefined): VerbReading | undefined {
  return reading && { ...reading, form: 'participle' }
}

/** A verb that no list has: `lobbied` and `lobbying` are one by their stem, and it goes with nothing else. */
export function unlisted(item: Item, shape: RegExp): VerbReading | undefined {
  if (item.verbs.length > 0 || !shape.test(item.key)) return undefined
  const stem = item.key.replace(/(?:ed|ing)$/, '').replace(/i$/, 'y')
  return {
    lemma: `~${stem}`,
    form: item.key.endsWith('ing') ? 'gerund' : 'past',
    particle: undefined,
  }
}
