/** English clauses: the subject is the person of the resume and left out, the verb comes first. */

import type { VerbForm, VerbReading, Verbs } from '../language/verbs.ts'
import {
  englishArtefacts,
  englishChangeNouns,
  englishIntentions,
  englishLightVerbs,
} from '../language/verbs-en.ts'
import { wordLists } from '../language/words.ts'
import {
  type Clause,
  type ClauseVerb,
  type Part,
  type Relation,
  type Tense,
  tieOf,
} from './clause.ts'
import type { Item } from './items.ts'

const lists = wordLists.en
const intentions = new Set(englishIntentions.split(' '))
const artefacts = new Set(englishArtefacts.split(' '))
const lightVerbs = new Set(englishLightVerbs.split(' '))
const pronouns = /^(?:who|which|that)$/
const modals = /^(?:will|would|can|could|may|might|must|should|did|do|does|not)$/
/** Whether a relative clause tells the effect of the clause before it: `, which reduced …`. */
function isEffectOf(
  pronoun: string,
  pending: readonly string[],
  cause: Clause,
  reading: VerbReading,
  next: Item | undefined,
  verbs: Verbs,
): boolean {
  const named =
    verbs.isEffect(reading.lemma) ||
    (reading.lemma === 'lead' && next?.key === 'to') ||
    (reading.lemma === 'result' && next?.key === 'in')
  if (!named || !cause.verb || cause.verb.strength < 3 || cause.verb.under || cause.verb.passive)
    return false
  if (pronoun === 'which' && pending.includes(',')) return true
  return (
    /^(?:which|that)$/.test(pronoun) &&
    !pending.includes(',') &&
    artefacts.has(cause.parts.at(-1)?.item.key ?? '')
  )
}

const gerundAfter =
  /^(?:by|for|in|while|through|after|before|when|without|with|from|to|on|upon|at|about|into|than)$/
const beForms = /^(?:was|were|am|is|are|be|been|being)$/

/** What was read just before, which decides whether a word is a verb here. */
type Before =
  | 'start'
  | 'and'
  | 'tie'
  | 'auxiliary'
  | 'pronoun'
  | 'modal'
  | 'word'
  | 'wrapper'
  | 'governor'

function pick(item: Item, forms: readonly VerbForm[]): VerbReading | undefined {
  for (const form of forms) {
    const reading = item.verbs.find((verb) => verb.form === form)
    if (reading) return reading
  }
  return undefined
}

export function englishClauses(items: readonly Item[], verbs: Verbs): Clause[] {
  const clauses: Clause[] = []
  let clause: Clause = { relation: 'main', verb: undefined, subject: [], parts: [], frequency: [] }
  let pending: string[] = []
  let before: Before = 'start'
  let auxiliaries: Item[] = []
  let governor: string | undefined
  let wrapped: Tense | undefined

  const isEmpty = () => !clause.verb && clause.parts.length === 0 && clause.subject.length === 0
  const close = () => {
    if (!isEmpty() || clause.frequency.length > 0) clauses.push(clause)
    clause = { relation: 'and', verb: undefined, subject: [], parts: [], frequency: [] }
  }
  const flushAuxiliaries = () => {
    // `was the contact`: without a verb after it, `was` is what is said.
    for (const item of auxiliaries) {
      clause.parts.push({
        tie: tieOf(pending),
        item: { ...item, key: beForms.test(item.key) ? 'be' : 'have' },
      })
      pending = []
    }
    auxiliaries = []
  }

  const start = (reading: VerbReading, item: Item, next?: Item): void => {
    const past = auxiliaries.some((word) => /^(?:was|were|had|has|have|been|did)$/.test(word.key))
    const be = auxiliaries.findLast((word) => beForms.test(word.key))
    const passive = reading.form === 'participle' && be !== undefined
    const finite = reading.form === 'past' || reading.form === 'third' || auxiliaries.length > 0
    const joins = pending.filter((tie) => tie !== ',')
    const hasWordsBefore = !clause.verb && clause.parts.length > 0
    let relation: Relation
    const isMeant = governor !== undefined && (!intentions.has(governor) || reading.form === 'bare')
    const under = isMeant && !finite && before !== 'start' ? governor : undefined
    if (clauses.length === 0 && isEmpty() && joins.length === 0) relation = 'main'
    else if (
      under !== undefined &&
      !(joins.includes('and') && clause.relation === 'and' && !clause.verb)
    )
      relation = 'governed'
    else if (
      joins.length === 0 &&
      reading.form === 'gerund' &&
      before !== 'start' &&
      auxiliaries.length === 0
    ) {
      relation = pending.includes(',') || before === 'word' ? 'effect' : 'and'
    } else if (joins.length === 1 && joins[0] === 'by' && reading.form === 'gerund')
      relation = 'means'
    else if (
      joins.length === 1 &&
      joins[0] === 'through' &&
      (reading.form === 'gerund' || reading.form === 'noun')
    )
      relation = 'means'
    else if (
      joins.length === 1 &&
      (reading.form === 'past' || reading.form === 'third') &&
      isEffectOf(joins[0] ?? '', pending, clause, reading, next, verbs)
    )
      relation = 'effect'
    else if (joins.every((tie) => tie === 'and')) relation = 'and'
    else relation = `other:${joins.join(' ')}`

    let subject: Part[] = []
    if (
      hasWordsBefore &&
      pending.length === 0 &&
      (auxiliaries.length > 0 || before === 'pronoun')
    ) {
      subject = clause.parts
      relation = clause.relation
      clause = { relation, verb: undefined, subject: [], parts: [], frequency: clause.frequency }
    } else if (!isEmpty()) close()

    // `was responsible for opening and closing`: the second goes with the first.
    const earlier = clauses.at(-1)?.verb
    const goesWith =
      reading.form === 'gerund' &&
      relation === 'and' &&
      auxiliaries.length === 0 &&
      earlier &&
      /ing$/.test(earlier.item.key)
    const progressive =
      reading.form === 'gerund' && be !== undefined
        ? auxiliaries.some((word) => /^(?:have|has|am|is|are)$/.test(word.key))
          ? 'present'
          : verbs.isActivity(reading.lemma)
            ? 'past'
            : 'ongoing'
        : undefined
    const tense: Tense =
      wrapped ??
      progressive ??
      (goesWith
        ? earlier.tense
        : reading.form === 'past' || past
          ? 'past'
          : relation === 'main' || relation === 'and'
            ? reading.form === 'noun'
              ? 'any'
              : 'present'
            : 'any')
    const verb: ClauseVerb = {
      lemma: reading.lemma,
      item,
      strength: verbs.strength(reading.lemma),
      tense: under ? 'any' : tense,
      passive,
      elliptic: false,
      hasAgent: false,
      under,
    }
    clause.relation = relation
    clause.verb = verb
    clause.subject = subject
    pending = []
    auxiliaries = []
    wrapped = undefined
    if (verb.strength <= 2 && under === undefined) governor = reading.lemma
    else if (finite && under === undefined) governor = undefined
    before = reading.lemma === 'help' ? 'governor' : 'word'
  }

  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (!item) break
    const next = items[index + 1]
    if (item.kind === 'sign') {
      flushAuxiliaries()
      if (item.key === '.' || item.key === ';') {
        close()
        clause.relation = 'and'
        pending = []
        governor = undefined
        before = 'start'
      } else {
        pending.push(item.key)
        before = item.key === ',' ? 'and' : 'tie'
      }
      continue
    }
    if (item.kind === 'word' && lists.frequency.has(item.key)) {
      clause.frequency.push({
        word: item.key,
        after: clause.parts.length + (pending.length > 0 ? 0.5 : 0),
      })
      continue
    }
    if (
      item.key === 'responsible' &&
      next?.key === 'for' &&
      (isEmpty() || pending.length > 0 || auxiliaries.length > 0) &&
      (before === 'start' || before === 'and' || before === 'auxiliary')
    ) {
      wrapped = auxiliaries.some((word) => /^(?:was|were)$/.test(word.key))
        ? 'past'
        : auxiliaries.length > 0
          ? 'present'
          : 'any'
      auxiliaries = []
      const after = items[index + 2]
      const named =
        after && (pick(after, ['gerund', 'noun']) ?? unlisted(after, /^\p{L}{3,}[^aeiou]ing$/u))
      if (after && named && (named.form === 'gerund' || takesObject(items, index + 2))) {
        before = 'wrapper'
        index++
        continue
      }
      start({ lemma: 'handle', form: 'noun', particle: undefined }, item)
      index++
      continue
    }
    const isEmphasis =
      item.key === 'did' && next !== undefined && pick(next, ['bare']) !== undefined
    if (item.kind === 'word' && (lists.auxiliaries.has(item.key) || isEmphasis)) {
      auxiliaries.push(item)
      before = 'auxiliary'
      continue
    }
    if (item.kind === 'word' && lists.relators.has(item.key)) {
      flushAuxiliaries()
      // A comma before `such as` or `including` is a matter of taste.
      if ((item.key === 'such_as' || item.key === 'including') && pending.at(-1) === ',')
        pending.pop()
      pending.push(item.key)
      before =
        item.key === 'and' || item.key === 'or' || item.key === 'but'
          ? 'and'
          : pronouns.test(item.key)
            ? 'pronoun'
            : 'tie'
      continue
    }
    if (item.kind === 'word') {
      const found = verbHere(items, index, before, pending, governor)
      const done =
        next && found && lightVerbs.has(found.lemma) && takesObject(items, index + 1)
          ? pick(next, ['noun'])
          : undefined
      if (found && done) {
        // `performed testing of`: the noun says what was done, the verb only when.
        start({ ...found, lemma: done.lemma }, item)
        index += items[index + 2]?.key === 'of' ? 2 : 1
        continue
      }
      const reading =
        found?.form === 'gerund' &&
        next?.key === 'of' &&
        (before === 'start' || before === 'wrapper' || before === 'and')
          ? { ...found, form: 'noun' as const }
          : found
      if (reading) {
        if (
          reading.form === 'participle' &&
          !auxiliaries.some((word) => beForms.test(word.key)) &&
          auxiliaries.length > 0
        ) {
          start({ ...reading, form: 'past' }, item)
        } else start(reading, item, next)
        if (reading.form === 'noun' && next?.key === 'of') index++
        continue
      }
    }
    const transparent = item.kind === 'word' && (item.key.endsWith('ly') || modals.test(item.key))
    if (!transparent) flushAuxiliaries()
    clause.parts.push({ tie: tieOf(pending), item })
    // The start stays open behind an adverb: `Jointly managed`.
    if (transparent && before !== 'word') {
      if (modals.test(item.key)) before = 'modal'
    } else before = 'word'
    if (!(transparent && auxiliaries.length > 0)) pending = []
  }
  flushAuxiliaries()
  if (pending.length > 0) {
    // A line that ends in a preposition: the loose end is kept as a word.
    const last = items.at(-1)
    if (last) clause.parts.push({ tie: tieOf(pending), item: { ...last, key: '' } })
  }
  close()
  return clauses.map((part) => asChange(withAgent(part), verbs))
}

/** Whether a noun of the doing is followed by what is done: `management of a team`. */
function takesObject(items: readonly Item[], index: number): boolean {
  const next = items[index + 1]
  if (next?.key === 'of') return true
  const joined = items[index + 2]
  return (
    next?.key === 'and' &&
    joined !== undefined &&
    pick(joined, ['noun']) !== undefined &&
    items[index + 3]?.key === 'of'
  )
}

function verbHere(
  items: readonly Item[],
  index: number,
  before: Before,
  pending: readonly string[],
  governor: string | undefined,
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
      return pick(item, ['past', 'gerund', 'third', 'bare']) ?? unlisted(item, /^\p{L}{2,}ed$/u)
    case 'and':
      return (
        pick(item, ['past', 'gerund', 'third']) ??
        (item.verbs.length > 0 && governor !== undefined ? pick(item, ['bare']) : undefined)
      )
    case 'pronoun':
      return pick(item, ['past', 'third', 'bare'])
    case 'auxiliary':
      return items[index - 1]?.key === 'did'
        ? pick(item, ['bare'])
        : (pick(item, ['participle', 'gerund']) ?? unlisted(item, /^\p{L}{2,}ed$/u))
    case 'modal':
      return pick(item, ['past', 'bare', 'gerund'])
    case 'wrapper':
      return pick(item, ['gerund', 'noun']) ?? unlisted(item, /^\p{L}{3,}[^aeiou]ing$/u)
    case 'governor':
      return pick(item, ['bare'])
    case 'tie': {
      const tie = pending.at(-1) ?? ''
      if (tie === 'to') return pick(item, ['bare', 'gerund'])
      if (!gerundAfter.test(tie)) return undefined
      return (
        pick(item, ['gerund']) ?? (tie === 'by' ? unlisted(item, /^\p{L}{2,}ing$/u) : undefined)
      )
    }
    case 'word':
      // `Introduced caching reducing build times` has lost its comma; only an effect can follow so.
      return undefined
  }
}

/** `the onboarding of planners` names the doing as `management of planners` does. */
function asNoun(item: Item, items: readonly Item[], index: number): VerbReading | undefined {
  const gerund = pick(item, ['gerund'])
  return gerund && items[index + 1]?.key === 'of' ? { ...gerund, form: 'noun' } : undefined
}

/** A verb that no list has: `lobbied` and `lobbying` are one by their stem, and it goes with nothing else. */
function unlisted(item: Item, shape: RegExp): VerbReading | undefined {
  if (item.verbs.length > 0 || !shape.test(item.key)) return undefined
  const stem = item.key.replace(/(?:ed|ing)$/, '').replace(/i$/, 'y')
  return {
    lemma: `~${stem}`,
    form: item.key.endsWith('ing') ? 'gerund' : 'past',
    particle: undefined,
  }
}

function withAgent(clause: Clause): Clause {
  const { verb } = clause
  if (!verb?.passive) return clause
  const hasAgent = clause.parts.some((part) => /\bby\b/.test(part.tie) && part.item.kind === 'word')
  return { ...clause, verb: { ...verb, hasAgent } }
}

/** Reads `achieved a 20% reduction in costs` and `resulting in a …` as `reduced costs by 20%`. */
function asChange(clause: Clause, verbs: Verbs): Clause {
  const { verb, parts } = clause
  if (!verb || verb.passive) return clause
  const [amount, noun, ...rest] = parts
  const object = rest[0]
  const opening = { achieve: '', attain: '', result: 'in', lead: 'to' }[verb.lemma]
  const lemma = noun ? englishChangeNouns[noun.item.key] : undefined
  if (opening === undefined || !lemma || amount?.tie !== opening || amount.item.kind !== 'number')
    return clause
  if (
    noun?.tie !== '' ||
    !object ||
    !/^(?:in|of)$/.test(object.tie) ||
    rest.some((part) => /\b(?:from|and|or)\b/.test(part.tie))
  )
    return clause
  return {
    ...clause,
    verb: { ...verb, lemma, strength: verbs.strength(lemma) },
    parts: [{ ...object, tie: '' }, ...rest.slice(1), { ...amount, tie: 'by' }],
  }
}
