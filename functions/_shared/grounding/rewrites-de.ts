/** German paraphrases that say the same, or no more. */
import { verbsOf } from '../language/verbs.ts'
import { germanEffects } from '../language/verbs-de.ts'
import { isDoneTo } from './genitive-de.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { germanDoings } from './rewrites-de-doings.ts'
import { germanOpenings } from './rewrites-de-openings.ts'
import { formOf, isEnd, isYear, readingOf, wordAt } from './rewriting.ts'

const effects = new Set(`${germanEffects} gewinnen erreichen erzielen`.split(' '))
const word = (key: string, from: Item) => wordAt(key, from, 'de')
const opens = (items: readonly Item[], at: number) => at === 0 || isEnd(items[at - 1])

/** `Ich konnte die Kosten senken`: an effect that could be had was had. */
const could: Rule = (items, at) => {
  const modal = items[at]
  if (modal?.key !== 'konnte') return undefined
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  const last = clause.at(-1)
  const bare = readingOf(last, 'bare')
  if (!last || !bare || !effects.has(bare.lemma)) return undefined
  if (
    clause.some(
      (item) =>
        item.kind === 'sign' || /^(?:nicht|kein\p{L}*|nur|kaum|und|oder|bei)$/u.test(item.key),
    )
  )
    return undefined
  const participle = formOf(bare.lemma, 'participle', 'de')
  return participle
    ? { take: clause.length + 1, give: [...clause.slice(0, -1), word(participle, last)] }
    : undefined
}

/** `Die Erstellung von Berichten erfolgte durch mich`. */
const carriedOut: Rule = (items, at) => {
  const [verb, by, me] = items.slice(at, at + 3)
  if (verb?.key !== 'erfolgte' || by?.key !== 'durch' || me?.key !== 'mich') return undefined
  return isEnd(items[at + 3]) && readingOf(items[0], 'noun') ? { take: 3, give: [] } : undefined
}

/** `Habe gelernt, …`: the participle alone says as much. */
const leadingHave: Rule = (items, at) => {
  const [have, verb] = items.slice(at, at + 2)
  if (have?.key !== 'habe' || !opens(items, at) || !readingOf(verb, 'participle')) return undefined
  return { take: 1, give: [] }
}

/** `Entwickelte und testete Software`: `Software entwickelt und getestet`. */
const twoVerbs: Rule = (items, at) => {
  const [first, and, second, object] = items.slice(at, at + 4)
  if (!first || !and || !second || !object || !opens(items, at) || and.key !== 'und')
    return undefined
  const one = readingOf(first, 'past')
  const two = readingOf(second, 'past')
  if (!one || !two || one.particle || two.particle) return undefined
  const rest = items.slice(at + 3)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  if (clause.some((item) => item.kind === 'sign' || item.key === 'und')) return undefined
  const [done, also] = [one, two].map(({ lemma }) => formOf(lemma, 'participle', 'de'))
  if (!done || !also) return undefined
  return {
    take: 3 + clause.length,
    give: [...clause, word(done, lower(first)), and, word(also, second)],
  }
}
/** A verb at the start of a line is written as inside of one. */
function lower(item: Item): Item {
  return { ...item, opens: false, text: item.text.toLowerCase() }
}

/** `War an der Entwicklung beteiligt`: `Beteiligt an der Entwicklung`. */
const involved: Rule = (items, at) => {
  const [was, tie] = items.slice(at, at + 2)
  if (was?.key !== 'war' || tie?.key !== 'an' || !opens(items, at)) return undefined
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  const last = clause.at(-1)
  if (last?.key !== 'beteiligt') return undefined
  return { take: 1 + clause.length, give: [last, ...clause.slice(0, -1)] }
}

/** `Fachliche Anleitung von Azubis`: the adjective of a doing is the adverb of its verb. */
const adverb: Rule = (items, at) => {
  const [adjective, noun, of] = items.slice(at, at + 3)
  if (!adjective || !noun || of?.key !== 'von' || !opens(items, at)) return undefined
  if (!/^\p{L}{3,}(?:ig|lich|isch|end|sam)e$/u.test(adjective.key) || !readingOf(noun, 'noun'))
    return undefined
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  if (clause.some((item) => item.kind === 'sign')) return undefined
  const { length } = clause
  const how = lower(word(adjective.key.slice(0, -1), adjective))
  return { take: 1 + length, give: [...clause, how] }
}

/** `Erstellung eines Plans … 2021`, `Selbstständige Bearbeitung von Fällen`: told with the verb in front. */
const verbFirst: Rule = (items, at) => {
  if (!opens(items, at)) return undefined
  const rest = items.slice(at)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  const how = adverbOf(clause[0])
  const noun = clause[how ? 1 : 0]
  const doing = readingOf(noun, 'noun')
  const when = how ? undefined : clause.at(-1)
  if (!noun || !doing || doing.particle || (!how && !isYear(when))) return undefined
  if (verbsOf('de').strength(doing.lemma) < 3) return undefined
  if (clause.some((item) => item.kind === 'sign' || /^(?:und|oder|durch)$/.test(item.key)))
    return undefined
  const object = clause.slice(how ? 2 : 1, how ? undefined : -1)
  const [tie] = object
  const isObject = tie?.key === 'von' || /^(?:des|eines|einer)$/.test(tie?.article ?? '')
  if (!isDoneTo(doing.lemma, object)) return undefined
  const past = formOf(doing.lemma, 'past', 'de')
  const moved = how ?? when
  if (!isObject || !past || !moved || object.length < 2 || isVerbWithPrefix(doing.lemma))
    return undefined
  return {
    take: clause.length,
    give: [word(past, noun), moved, ...(tie?.key === 'von' ? object.slice(1) : object)],
  }
}
function adverbOf(item: Item | undefined): Item | undefined {
  if (!item || !/^\p{L}{3,}(?:ig|lich|isch|end|sam)e$/u.test(item.key)) return undefined
  return lower(word(item.key.slice(0, -1), item))
}
/** `führte … ein` stands in two places, which this does not write. */
function isVerbWithPrefix(lemma: string): boolean {
  const past = formOf(lemma, 'past', 'de')
  return past !== undefined && (verbsOf('de').readings.get(past) ?? []).some((one) => one.particle)
}

/** `War als Aushilfe im Verkauf tätig`. */
const employedAs: Rule = (items, at) => {
  const [was, as] = items.slice(at, at + 2)
  if (was?.key !== 'war' || as?.key !== 'als' || !opens(items, at)) return undefined
  const rest = items.slice(at)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  return clause.at(-1)?.key === 'tätig' && clause.length > 3
    ? { take: clause.length, give: clause.slice(2, -1) }
    : undefined
}

/** `War für die Kasse zuständig`. */
const inCharge: Rule = (items, at) => {
  const [was, tie] = items.slice(at, at + 2)
  if (was?.key !== 'war' || tie?.key !== 'für' || !opens(items, at)) return undefined
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  const last = clause.at(-1)
  if (!last || !/^(?:zuständig|verantwortlich)$/.test(last.key)) return undefined
  return { take: 1 + clause.length, give: [word('verantwortlich', last), ...clause.slice(0, -1)] }
}

/** `Durchführung von Verkaufsgesprächen`: one leads a talk in German by having it. */
const talks: Rule = (items, at) => {
  const [noun, of, talk] = items.slice(at, at + 3)
  if (noun?.key !== 'durchführung' || of?.key !== 'von' || !talk) return undefined
  return /gesprächen$/.test(talk.key) && opens(items, at)
    ? { take: 2, give: [word('führte', noun)] }
    : undefined
}

/** `von 11 % auf 6 % durch Mahnungen` at the end: the cause may come before the change. */
const causeFirst: Rule = (items, at) => {
  const first = items[at]
  if (!first || !/^(?:von|um)$/.test(first.key) || items[at + 1]?.kind !== 'number')
    return undefined
  const rest = items.slice(at)
  const by = rest.findIndex(
    (item, index) =>
      item.key === 'durch' || (item.key === 'in' && rest[index + 1]?.kind === 'number'),
  )
  const change = rest.slice(0, by)
  const cause = rest.slice(by)
  if (by < 2 || cause.length < 2 || items.slice(0, at).some((item) => item.kind === 'sign'))
    return undefined
  const isPlain = (item: Item) =>
    item.kind === 'number' ||
    (item.kind === 'word' && !/^(?:und|oder|in|an|auf|bei|von|für|mit|zu|durch)$/.test(item.key))
  if (!cause.slice(1).every(isPlain)) return undefined
  if (change.some((item) => item.kind === 'sign' || /^(?:und|oder)$/.test(item.key)))
    return undefined
  return { take: rest.length, give: [...cause, ...change] }
}

export const impliedInGerman: readonly Rule[] = [
  could,
  carriedOut,
  leadingHave,
  twoVerbs,
  involved,
  adverb,
  talks,
  verbFirst,
  employedAs,
  inCharge,
  causeFirst,
  ...germanOpenings,
  ...germanDoings,
]
