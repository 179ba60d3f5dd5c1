/** Whether a proposed line says nothing that the original does not, clause by clause. */

import type { Verbs } from '../language/verbs.ts'
import { verbsOf } from '../language/verbs.ts'
import { englishEllipses } from '../language/verbs-en.ts'
import type { Language } from '../resume/resume.ts'
import { setAdjunctsApart } from './adjuncts.ts'
import type { Clause, ClauseVerb, Part } from './clause.ts'
import { compareParts, type Support, spanOf } from './compare-parts.ts'
import { impliedReadings, type Reading, unfoldedReadings } from './read-line.ts'

/** The support of each word, or undefined if the lines differ in what they say. */
export function compareLines(
  original: Reading,
  proposed: Reading,
  language: Language,
): Support[] | undefined {
  const compare = new Comparison(language)
  if (!compare.fillers(original, proposed)) return undefined
  const holds = (from: Reading, to: Reading) =>
    compare.all(from.clauses, to.clauses, false) ?? compare.turned(from.clauses, to.clauses)
  const told = [proposed, ...unfoldedReadings(proposed, original, language)]
  for (const reading of [original, ...impliedReadings(original, language)]) {
    for (const claim of told) {
      const supports = holds(reading, claim)
      if (supports) return supports
    }
  }
  return undefined
}

class Comparison {
  private readonly language: Language
  private readonly verbs: Verbs

  constructor(language: Language) {
    this.language = language
    this.verbs = verbsOf(language)
  }

  /** A filler may go and may not come: `various` is no fact, but `many` would be one if it were new. */
  fillers(original: Reading, proposed: Reading): boolean {
    const left = original.fillers.map((item) => item.key)
    return proposed.fillers.every((item) => {
      const index = left.indexOf(item.key)
      if (index >= 0) left.splice(index, 1)
      return index >= 0
    })
  }

  all(
    original: readonly Clause[],
    proposed: readonly Clause[],
    turned: boolean,
  ): Support[] | undefined {
    if (original.length !== proposed.length) return undefined
    const supports: Support[] = []
    for (let index = 0; index < original.length; index++) {
      const from = original[index]
      const to = proposed[index]
      if (!from || !to) return undefined
      const ignoresRelation = turned && index === 0
      if (!ignoresRelation && !this.relation(original, index, to)) return undefined
      const found = this.clause(from, to)
      if (!found) return undefined
      supports.push(...found)
    }
    return supports
  }

  /** Cause and effect told in the other order: `introduced X, reducing Y` as `reduced Y by introducing X`. */
  turned(original: readonly Clause[], proposed: readonly Clause[]): Support[] | undefined {
    const from = causeAndEffect(original)
    const to = causeAndEffect(proposed)
    if (!from || !to || from.said === to.said) return undefined
    const cause = from.cause[0]?.verb
    const effect = from.effect[0]?.verb
    if (!cause || !effect || cause.strength < 3 || cause.under || effect.under) return undefined
    if (from.said === 'effect' && !this.verbs.isEffect(effect.lemma)) return undefined
    const causes = this.all(from.cause, to.cause, true)
    const effects = causes && this.all(from.effect, to.effect, true)
    return effects && [...causes, ...effects]
  }

  private relation(original: readonly Clause[], index: number, to: Clause): boolean {
    const from = original[index]
    if (!from) return false
    if (from.relation === to.relation) return true
    if (from.relation === 'main' || from.relation === 'and')
      return to.relation === 'and' || to.relation === 'main'
    // An effect told as one more thing done claims less.
    return from.relation === 'effect' && to.relation === 'and' && (from.verb?.strength ?? 0) >= 3
  }

  private clause(from: Clause, to: Clause): Support[] | undefined {
    if (!this.frequency(from, to)) return undefined
    if (!from.verb !== !to.verb) return undefined
    let { subject, parts } = from
    const supports: Support[] = []
    if (from.verb && to.verb) {
      const voice = this.voice(from, from.verb, to.verb)
      if (!voice || !this.verb(from, from.verb, to.verb)) return undefined
      if (voice === 'object') {
        parts = [...subject, ...parts]
        subject = []
      }
      supports.push({ at: spanOf(to.verb.item), source: spanOf(from.verb.item) })
    }
    const subjects = compareParts(subject, to.subject, this.language)
    const rest =
      subjects &&
      (compareParts(parts, to.parts, this.language) ?? this.rearranged(from.verb, parts, to.parts))
    return rest && [...supports, ...subjects, ...rest]
  }

  /** `daily` may move inside its clause, unless it would get to another member of a list. */
  private frequency(from: Clause, to: Clause): boolean {
    if (from.frequency.length !== to.frequency.length) return false
    const isList = [...from.subject, ...from.parts].some((part) =>
      /\b(?:and|or|oder|but|aber)\b/.test(part.tie),
    )
    return from.frequency.every((one, index) =>
      isList
        ? one.word === to.frequency[index]?.word &&
          // What closes a clause holds for all of it, and so does what opens it.
          (one.after === to.frequency[index]?.after ||
            (one.after === from.parts.length && to.frequency[index]?.after === 0))
        : to.frequency.some(
            (other) =>
              other.word === one.word &&
              (other.after === one.after || Number.isInteger(other.after)),
          ),
    )
  }

  private verb(clause: Clause, from: ClauseVerb, to: ClauseVerb): boolean {
    if (
      from.under !== to.under &&
      !(from.under && to.under && this.verbs.mayReplace(from.under, to.under))
    )
      return false
    if (!this.verbs.mayReplace(from.lemma, to.lemma)) return false
    if (from.tense === 'named') return to.tense === 'named'
    if (from.tense === to.tense || to.tense === 'any' || from.tense === 'any') return true
    // `building` is not `built`, but `managing` was `managed`; the past is never still going on.
    // `was writing articles` wrote some; nobody who `was writing a book` need have a book.
    if (from.tense === 'ongoing')
      return to.tense === 'past' && !this.verbs.isEnd(from.lemma) && isHabit(clause)
    return (
      from.tense === 'present' &&
      to.tense !== 'ongoing' &&
      (this.verbs.isActivity(from.lemma) || (!this.verbs.isEnd(from.lemma) && isHabit(clause)))
    )
  }

  /** `same`, or `object` where what stood before a passive is what the active verb is about. */
  private voice(from: Clause, verb: ClauseVerb, to: ClauseVerb): 'same' | 'object' | undefined {
    if (verb.passive && !to.passive) {
      if (this.language === 'de')
        return !verb.hasAgent && (to.elliptic || hasObject(from.parts))
          ? 'same'
          : to.elliptic
            ? 'same'
            : undefined
      if (verb.hasAgent) return undefined
      // `Two were promoted` is told of people named before, not of who promoted them.
      if (from.subject.length > 0)
        return from.subject.every((part) => part.item.kind === 'number') ? undefined : 'object'
      const first = from.parts[0]
      return ellipses.has(verb.lemma) && first && first.tie !== '' ? 'same' : undefined
    }
    if (to.passive && !verb.passive) return undefined
    if (verb.elliptic && !to.elliptic && !to.passive)
      return hasObject(from.parts) ? 'same' : undefined
    return 'same'
  }

  /** The same words where only adjuncts of the verb stand elsewhere. */
  private rearranged(
    verb: ClauseVerb | undefined,
    from: readonly Part[],
    to: readonly Part[],
  ): Support[] | undefined {
    const before = verb && setAdjunctsApart(from, this.language)
    const after = before && setAdjunctsApart(to, this.language)
    if (!after || before.adjuncts.length !== after.adjuncts.length) return undefined
    const supports = compareParts(before.rest, after.rest, this.language)
    if (!supports) return undefined
    for (const adjunct of before.adjuncts) {
      const other = after.adjuncts.find(({ kind }) => kind === adjunct.kind)
      const found = other && compareParts(adjunct.parts, other.parts, this.language)
      if (!found) return undefined
      supports.push(...found)
    }
    return supports
  }
}

/** `Writing articles` happens again and again, so some were written; `writing an article` may be under way. */
function isHabit(clause: Clause): boolean {
  const end = clause.parts.findIndex((part, index) => index > 0 && part.tie !== '')
  const object = clause.parts.slice(0, end < 0 ? undefined : end)
  const head = object.at(-1)
  if (!head) return true
  return (
    head.tie === '' &&
    /[^s]s$/.test(head.item.key) &&
    object.every((part) => part.item.kind === 'word' && !/^an?$/.test(part.item.article ?? ''))
  )
}

const ellipses = new Set(englishEllipses.split(' '))
const durations = /^(?:jahre?n?|monate?n?|wochen?|tage?n?|stunden?)$/

function hasObject(parts: readonly Part[]): boolean {
  return parts.some(
    (part) =>
      part.tie === '' &&
      part.item.kind === 'word' &&
      !durations.test(part.item.key) &&
      /^\p{Lu}/u.test(part.item.text),
  )
}

function causeAndEffect(
  clauses: readonly Clause[],
): { cause: readonly Clause[]; effect: readonly Clause[]; said: 'means' | 'effect' } | undefined {
  const turns = clauses.flatMap((clause, index) =>
    index > 0 && (clause.relation === 'means' || clause.relation === 'effect') ? [index] : [],
  )
  const [index] = turns
  if (index === undefined || turns.length > 1) return undefined
  const before = clauses.slice(0, index)
  const after = clauses.slice(index)
  return clauses[index]?.relation === 'means'
    ? { cause: after, effect: before, said: 'means' }
    : { cause: before, effect: after, said: 'effect' }
}
