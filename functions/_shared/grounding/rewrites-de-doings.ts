/** German: what was done, told with a noun, a light verb or a pronoun. */

import { verbsOf } from '../language/verbs.ts'
import { germanEffects } from '../language/verbs-de.ts'
import { isDoneTo } from './genitive-de.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, readingOf, wordAt } from './rewriting.ts'

const verbs = verbsOf('de')
const effects = new Set(germanEffects.split(' '))
const word = (key: string, from: Item) => wordAt(key, from, 'de')
const opens = (items: readonly Item[], at: number) => at === 0 || isEnd(items[at - 1])
const genitive = /^(?:des|der|eines|einer)$/

function sentenceFrom(items: readonly Item[], at: number): readonly Item[] {
  const end = items.slice(at).findIndex((item) => isEnd(item))
  return items.slice(at, end < 0 ? undefined : at + end)
}

/** The past of a verb in front of its object, and its prefix behind it: `führte … durch`. */
function pastOf(lemma: string, from: Item): { verb: Item; prefix: Item[] } | undefined {
  const past = formOf(lemma, 'past', 'de')
  if (!past) return undefined
  const particle = verbs.readings
    .get(past)
    ?.find((reading) => reading.lemma === lemma && reading.form === 'past')?.particle
  return { verb: word(past, from), prefix: particle ? [word(particle, from)] : [] }
}

/** `Planung und Umsetzung von Kampagnen`: `plante Kampagnen und setzte sie um`. */
const twoDoings: Rule = (items, at) => {
  const [first, and, second] = items.slice(at, at + 3)
  if (!opens(items, at) || !first || !second || and?.key !== 'und') return undefined
  const one = readingOf(first, 'noun')
  const two = readingOf(second, 'noun')
  const sentence = sentenceFrom(items, at)
  const rest = sentence.slice(3)
  const object = rest[0]?.key === 'von' ? rest.slice(1) : undefined
  if (
    !one ||
    !two ||
    !object?.length ||
    Math.min(...[one, two].map((v) => verbs.strength(v.lemma))) < 3
  )
    return undefined
  if (object.some((item) => item.kind === 'sign' || /^(?:und|oder|durch)$/.test(item.key)))
    return undefined
  if (!isDoneTo(one.lemma, object) || !isDoneTo(two.lemma, object)) return undefined
  const done = pastOf(one.lemma, first)
  const also = pastOf(two.lemma, second)
  if (!done || !also) return undefined
  return {
    take: sentence.length,
    give: [
      done.verb,
      ...object,
      ...done.prefix,
      and,
      also.verb,
      { ...word('sie', second), text: 'sie' },
      ...also.prefix,
    ],
  }
}

/** `Kontrolle der Rechnungen und deren Verbuchung`: `kontrollierte die Rechnungen und verbuchte sie`. */
const thenThem: Rule = (items, at) => {
  const first = items[at]
  const one = readingOf(first, 'noun')
  const sentence = sentenceFrom(items, at)
  const joint = sentence.findIndex((item) => /^(?:deren|dessen)$/.test(item.key))
  const [and, , second, ...tail] = sentence.slice(Math.max(joint - 1, 0))
  const two = readingOf(second, 'noun')
  if (!opens(items, at) || !first || !one || joint < 3 || and?.key !== 'und' || !second || !two)
    return undefined
  const said = sentence.slice(1, joint - 1)
  const object = said[0]?.key === 'von' ? said.slice(1) : said
  if (object === said && !genitive.test(said[0]?.article ?? '')) return undefined
  if (object.length === 0 || Math.min(...[one, two].map((v) => verbs.strength(v.lemma))) < 3)
    return undefined
  if (
    [...object, ...tail].some(
      (item) => item.kind === 'sign' || /^(?:und|oder|durch)$/.test(item.key),
    )
  )
    return undefined
  if (!isDoneTo(one.lemma, object)) return undefined
  const done = pastOf(one.lemma, first)
  const also = pastOf(two.lemma, second)
  if (!done || !also) return undefined
  const them = { ...word('sie', second), text: 'sie' }
  return {
    take: sentence.length,
    give: [done.verb, ...object, ...done.prefix, and, also.verb, them, ...tail, ...also.prefix],
  }
}

/** `Durchführung der Wartung von Maschinen`: `Wartung von Maschinen`. */
const carryingOut: Rule = (items, at) => {
  const [noun, doing, next] = items.slice(at, at + 3)
  if (noun?.key !== 'durchführung' || !doing || !readingOf(doing, 'noun')) return undefined
  if (doing.article !== 'der' && doing.article !== 'des') return undefined
  const about = next?.key === 'von' || genitive.test(next?.article ?? '')
  return about
    ? { take: 2, give: [{ ...doing, article: undefined, opens: noun.opens }] }
    : undefined
}

/** `Führte die Wartung von Maschinen durch`: `wartete Maschinen`. */
const lightVerb: Rule = (items, at) => {
  const [light, doing] = items.slice(at, at + 2)
  if (!opens(items, at) || light?.key !== 'führte' || !doing) return undefined
  const sentence = sentenceFrom(items, at)
  const lemma = readingOf(doing, 'noun')?.lemma
  // In the genitive may stand who held it: `die Prüfung der IHK`.
  const object =
    sentence.at(-1)?.key === 'durch' && sentence[2]?.key === 'von'
      ? sentence.slice(3, -1)
      : undefined
  if (!object?.length || lemma === undefined || verbs.strength(lemma) !== 3) return undefined
  if (!isDoneTo(lemma, object)) return undefined
  if (object.some((item) => item.kind === 'sign' || /^(?:und|oder|durch)$/.test(item.key)))
    return undefined
  const done = pastOf(lemma, light)
  return done ? { take: sentence.length, give: [done.verb, ...object, ...done.prefix] } : undefined
}

/** `…, was die Fehlerzahl senkte`: `und senkte damit die Fehlerzahl`. */
const whichDid: Rule = (items, at) => {
  const [comma, what] = items.slice(at, at + 2)
  if (comma?.key !== ',' || what?.key !== 'was') return undefined
  const sentence = sentenceFrom(items, at)
  const verb = sentence.at(-1)
  const lemma = readingOf(verb, 'past')?.lemma
  if (!verb || lemma === undefined || !effects.has(lemma) || sentence.length < 4) return undefined
  const object = sentence.slice(2, -1)
  if (object.some((item) => item.kind === 'sign' || /^(?:und|oder)$/.test(item.key)))
    return undefined
  return {
    take: sentence.length,
    give: [word('und', comma), verb, word('damit', what), ...object],
  }
}

/** `Wurde eingesetzt als Vertretung`, `War Teil eines Teams`. */
const wasOpening: Rule = (items, at) => {
  const [was, next, as, job] = items.slice(at, at + 4)
  if (!opens(items, at) || !job) return undefined
  if (was?.key === 'wurde' && next?.key === 'eingesetzt' && as?.key === 'als')
    return { take: 3, give: [] }
  return was?.key === 'war' && next?.key === 'teil' ? { take: 1, give: [] } : undefined
}

export const germanDoings: readonly Rule[] = [
  twoDoings,
  thenThem,
  carryingOut,
  lightVerb,
  whichDid,
  wasOpening,
]

/** `das die App entwickelt hat`: `das die App entwickelte`. */
export const perfect: Rule = (items, at) => {
  const [verb, have, next] = items.slice(at, at + 3)
  const lemma = readingOf(verb, 'participle')?.lemma
  if (!verb || lemma === undefined || !/^(?:hat|haben)$/.test(have?.key ?? '')) return undefined
  if (!isEnd(next) && next?.key !== ',') return undefined
  for (const [form, readings] of verbs.readings) {
    const isPast = readings.some(
      (one) => one.lemma === lemma && one.form === 'past' && one.particle === undefined,
    )
    const isSingular = !form.endsWith('en') || have?.key === 'haben'
    if (isPast && isSingular && (have?.key === 'hat' || form.endsWith('en')))
      return { take: 2, give: [word(form, verb)] }
  }
  return undefined
}
