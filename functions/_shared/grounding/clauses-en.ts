/** English clauses: the subject is the person of the resume and left out, the verb comes first. */

import type { VerbReading, Verbs } from '../language/verbs.ts'
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
import { type Before, pick, takesObject, unlisted, verbHere } from './verbs-here-en.ts'

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

/** What is cut in a figure of speech; leather and hair are cut in earnest. */
const reducible = /^#|cost|expens|spend|price|budget|time|rate|waste|error|loss|emission|debt|bill/
const beForms = /^(?:was|were|am|is|are|be|been|being)$/

export function englishClauses(items: readonly Item[], verbs: Verbs): Clause[] {
  const clauses: Clause[] = []
  let clause: Clause = { relation: 'main', verb: undefined, subject: [], parts: [], frequency: [] }
  let pending: string[] = []
  let before: Before = 'start'
  let auxiliaries: Item[] = []
  let governor: string | undefined
  let wrapped: Tense | undefined
  let isDuty = false

  const isEmpty = () => !clause.verb && clause.parts.length === 0 && clause.subject.length === 0
  const close = () => {
    if (!isEmpty() || clause.frequency.length > 0) clauses.push(clause)
    clause = { relation: 'and', verb: undefined, subject: [], parts: [], frequency: [] }
  }
  /** `Ordered supplies and paints`: behind a past tense no present follows. */
  const tenseBefore = () => (clause.verb ?? clauses.at(-1)?.verb)?.tense
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
      earlier !== undefined &&
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
    isDuty = wrapped !== undefined || (isDuty && goesWith)
    // `responsible for reducing costs by 20%` names the goal, and `reduced` claims that it was met.
    const isGoal =
      isDuty &&
      (verbs.isEffect(reading.lemma) || verbs.isEnd(reading.lemma)) &&
      (reading.lemma !== 'cut' || items.some((word) => reducible.test(word.key)))
    const verb: ClauseVerb = {
      lemma: reading.lemma,
      item,
      strength: verbs.strength(reading.lemma),
      tense: under ? 'any' : tense,
      passive,
      elliptic: false,
      hasAgent: false,
      under: under ?? (isGoal ? 'responsible' : undefined),
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
      const found = verbHere(items, index, before, pending, governor, tenseBefore())
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
