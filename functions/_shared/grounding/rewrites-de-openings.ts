/** German: what stands before the deed and says nothing of it, and what is set in front of the verb. */
import { verbsOf } from '../language/verbs.ts'
import { germanEffects } from '../language/verbs-de.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, readingOf, wordAt } from './rewriting.ts'

const verbs = verbsOf('de')
const effects = new Set(germanEffects.split(' '))
const word = (key: string, from: Item) => wordAt(key, from, 'de')
const opens = (items: readonly Item[], at: number) => at === 0 || isEnd(items[at - 1])

function sentenceFrom(items: readonly Item[], at: number): readonly Item[] {
  const end = items.slice(at).findIndex((item) => isEnd(item))
  return items.slice(at, end < 0 ? undefined : at + end)
}

/** What cannot be but of the person, so that its auxiliary says nothing. */
const ellipses =
  /^(?:eingebunden|betraut|beteiligt|gewählt|ernannt|befördert|ausgezeichnet|eingesetzt|involviert|zugeteilt|beschäftigt)$/

/** `War in die Planung eingebunden`, `Wurde 2020 zum Vertreter gewählt`: told without the auxiliary. */
const withoutAuxiliary: Rule = (items, at) => {
  const first = items[at]
  if (!opens(items, at) || !first || !/^(?:war|wurde)$/.test(first.key)) return undefined
  const sentence = sentenceFrom(items, at)
  const last = sentence.at(-1)
  if (!last || !ellipses.test(last.key)) return undefined
  if (sentence.some((item) => item.kind === 'sign' || item.key === 'und')) return undefined
  return { take: 1, give: [] }
}

/** `War Ansprechpartner für Lieferanten`: an office held, with nothing else said. */
const office: Rule = (items, at) => {
  const [was, held] = items.slice(at, at + 2)
  if (!opens(items, at) || was?.key !== 'war' || held?.kind !== 'word') return undefined
  if (!/^\p{Lu}\p{Ll}+/u.test(held.text) || held.verbs.length > 0) return undefined
  if (held.article !== undefined && !/^(?:der|die|eine?)$/.test(held.article)) return undefined
  const rest = sentenceFrom(items, at).slice(2)
  const comma = rest.findIndex((item) => item.kind === 'sign')
  if (comma >= 0 && rest[comma + 1]?.key !== 'welche' && rest[comma]?.key !== ',') return undefined
  const isSaid = rest
    .slice(0, comma < 0 ? undefined : comma)
    .some((item) => /^\p{Ll}/u.test(item.text) && item.verbs.length > 0)
  return isSaid ? undefined : { take: 1, give: [] }
}

/** `Gemeinsam mit Kollegen organisierte ich Messen`: the verb may open, and what stood before it follow. */
const inverted =
  (last: boolean): Rule =>
  (items, at) => {
    if (!opens(items, at)) return undefined
    const sentence = sentenceFrom(items, at)
    const verb = sentence.findIndex(
      (item, index) =>
        index > 0 && /^\p{Ll}/u.test(item.text) && sentence[index + 1]?.afterPerson === true,
    )
    const finite = sentence[verb]
    if (verb < 1 || verb > 7 || !finite) return undefined
    const before = sentence.slice(0, verb)
    if (before.some((item) => item.kind === 'sign' || readingOf(item, 'past', 'bare')))
      return undefined
    let rest = sentence.slice(verb + 1)
    if (last && rest.some((item) => item.kind === 'sign' || item.key === 'aber')) return undefined
    const self = /^(?:mich|mir)$/.test(rest[0]?.key ?? '') ? rest.slice(0, 1) : []
    rest = rest.slice(self.length)
    const end = rest.at(-1)
    const particle = end && finite.verbs.some((one) => one.particle === end.key) ? [end] : []
    const said = rest.slice(0, rest.length - particle.length)
    const lead = before.map((item, index) =>
      index === 0 ? { ...item, text: lowered(item), opens: false } : item,
    )
    return {
      take: sentence.length,
      give: last
        ? [finite, ...self, ...said, ...lead, ...particle]
        : [finite, ...self, ...lead, ...said, ...particle],
    }
  }
/** A noun keeps its capital in the middle of a sentence; what opened it with a preposition has none. */
function lowered(item: Item): string {
  return readingOf(item, 'noun') ? item.text : item.text.toLowerCase()
}

/** The deed that `…, Anträge zu bearbeiten` names, with what it is done to. */
function infinitive(
  clause: readonly Item[],
): { lemma: string; verb: Item; object: readonly Item[] } | undefined {
  const verb = clause.at(-1)
  const bare = readingOf(verb, 'bare')
  if (!verb || !bare) return undefined
  const hasTo = clause.at(-2)?.key === 'zu'
  const object = clause.slice(0, hasTo ? -2 : -1)
  // A separable verb has its `zu` inside: `einzureichen`.
  if (!hasTo && verb.key === bare.lemma) return undefined
  if (object.length === 0 || object.some((item) => item.kind === 'sign' && item.key !== ','))
    return undefined
  if (object.some((item) => /^(?:,|und|oder|nicht|nur|kaum|kein\p{L}*|zu)$/u.test(item.key)))
    return undefined
  return { lemma: bare.lemma, verb, object }
}

/** `Es gelang mir, die Fehlerquote zu senken`: it was lowered. */
const succeeded: Rule = (items, at) => {
  const [it, first, second, comma] = items.slice(at, at + 4)
  if (!opens(items, at) || comma?.key !== ',') return undefined
  const said = [it, first, second].map((item) => item?.key).join(' ')
  if (said !== 'es gelang mir') return undefined
  const sentence = sentenceFrom(items, at)
  const deed = infinitive(sentence.slice(4))
  const participle = deed && effects.has(deed.lemma) && formOf(deed.lemma, 'participle', 'de')
  return deed && participle
    ? { take: sentence.length, give: [...deed.object, word(participle, deed.verb)] }
    : undefined
}

/** `Ich hatte die Aufgabe, Anträge zu bearbeiten`: a duty that goes on was done. */
const hadTheTask: Rule = (items, at) => {
  const sentence = sentenceFrom(items, at)
  const comma = sentence.findIndex((item) => item.key === ',')
  if (!opens(items, at) || comma < 2) return undefined
  const said = sentence
    .slice(0, comma)
    .map((item) => item.key)
    .join(' ')
  if (
    !/^(?:hatte aufgabe|(?:haupt)?aufgabe war(?: es)?|(?:haupt)?aufgabe bestand darin)$/.test(said)
  )
    return undefined
  const deed = infinitive(sentence.slice(comma + 1))
  if (!deed || !verbs.isActivity(deed.lemma) || verbs.strength(deed.lemma) !== 3) return undefined
  const participle = formOf(deed.lemma, 'participle', 'de')
  return participle
    ? { take: sentence.length, give: [...deed.object, word(participle, deed.verb)] }
    : undefined
}

/** `Verträge wurden geprüft und archiviert`: `prüfte und archivierte Verträge`. */
const twoPassives: Rule = (items, at) => {
  if (!opens(items, at)) return undefined
  const sentence = sentenceFrom(items, at)
  const was = sentence.findIndex((item) => /^wurden?$/.test(item.key))
  const [first, and, second, more] = sentence.slice(was + 1)
  const one = readingOf(first, 'participle')
  const two = readingOf(second, 'participle')
  const object = sentence.slice(0, was)
  if (was < 1 || !first || !second || and?.key !== 'und' || !one || !two || more) return undefined
  if (object.some((item) => item.kind === 'sign' || /^(?:und|von|durch)$/.test(item.key)))
    return undefined
  const isSplit = [one, two].some(({ lemma }) => hasPrefix(lemma))
  const [done, also] = [one, two].map(({ lemma }) => formOf(lemma, 'past', 'de'))
  if (isSplit || !done || !also) return undefined
  return { take: sentence.length, give: [word(done, first), and, word(also, second), ...object] }
}
/** `führte … ein` stands in two places. */
function hasPrefix(lemma: string): boolean {
  const past = formOf(lemma, 'past', 'de')
  return (verbs.readings.get(past ?? '') ?? []).some((one) => one.particle !== undefined)
}

/** `60 Anrufe pro Tag`: `täglich 60 Anrufe`. */
const often: Rule = (items, at) => {
  const number = items[at]
  if (number?.kind !== 'number') return undefined
  const per = items.slice(at, at + 4).findIndex((item) => item.key === 'pro')
  const unit = items[at + per + 1]
  const adverb = { tag: 'täglich', woche: 'wöchentlich', monat: 'monatlich', jahr: 'jährlich' }[
    unit?.key ?? ''
  ]
  const things = items.slice(at + 1, at + Math.max(per, 1))
  if (!unit || !adverb || things.length === 0) return undefined
  return things.every((item) => item.kind === 'word' && /^\p{L}+$/u.test(item.key))
    ? { take: per + 2, give: [word(adverb, unit), number, ...things] }
    : undefined
}

export const germanOpenings: readonly Rule[] = [
  withoutAuxiliary,
  office,
  inverted(false),
  inverted(true),
  succeeded,
  hadTheTask,
  often,
  twoPassives,
]
