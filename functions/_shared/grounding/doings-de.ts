/** German nouns of doing: `Leitung eines Teams`, `Verpacken von Waren`, and those whose doer is not told. */
import type { VerbForm, VerbReading } from '../language/verbs.ts'
import { isDoneTo } from './genitive-de.ts'
import type { Item } from './items.ts'

const genitives = /^(?:des|der|eines|einer|meiner|meines|unserer|unseres|dieser|dieses)$/

export const joins = /^(?:,|und|-)$/

const weakNouns =
  /^(?:mitarbeiten|mitwirken|teilnehmen|beteiligen|zusammenarbeiten|mithelfen|arbeiten)$/

export const weakNounTies = /^(?:bei|an|in|mit)$/

export function pick(item: Item, ...forms: VerbForm[]): VerbReading | undefined {
  for (const form of forms) {
    const reading = item.verbs.find((verb) => verb.form === form && verb.particle === undefined)
    if (reading) return reading
  }
  return undefined
}

/** `Planung`, or an infinitive written as a noun: `Verpacken`. */
export function pickDoing(item: Item): VerbReading | undefined {
  const bare =
    /^\p{Lu}/u.test(item.text) && !item.verbs.some((verb) => verb.form === 'third')
      ? pick(item, 'bare')
      : undefined
  return pick(item, 'noun') ?? (bare && { ...bare, form: 'noun' })
}

export function firstWord(items: readonly Item[]): number {
  return items.findIndex((item) => !joins.test(item.key))
}

export function isNounOfDoing(items: readonly Item[], index: number): VerbReading | undefined {
  const item = items[index]
  if (!item || !/^\p{Lu}/u.test(item.text)) return undefined
  const next = items[index + 1]
  // `das Erstellen von Berichten`
  const isInfinitive =
    next?.key === 'von' || genitives.test(next?.article ?? '') || isPairOfInfinitives(items, index)
  const infinitive = isInfinitive ? pick(item, 'bare') : undefined
  const reading = pick(item, 'noun') ?? (infinitive && { ...infinitive, form: 'noun' as const })
  if (!reading || !next) return undefined
  // `Ausbildung der IHK` is one that the IHK gave.
  if (reading.lemma === 'ausbilden' && next.key !== 'von') return undefined
  if (
    next.key === 'von' ||
    next.key === 'bei' ||
    (weakNouns.test(reading.lemma) && weakNounTies.test(next.key)) ||
    (next.article && genitives.test(next.article))
  )
    return reading
  // `Planung und Durchführung von Messen`
  const joined = items[index + 2]
  if (next.key === 'und' && joined && pick(joined, 'noun', 'bare'))
    return isNounOfDoing(items, index + 2) && reading
  // `Leitung mehrerer Projekte`, `Betreuung von`: an adjective in the genitive plural.
  return next.kind === 'word' && /^\p{Ll}.*er$/u.test(next.text) ? reading : undefined
}

/** `das Verpacken und Versenden von Waren` */
function isPairOfInfinitives(items: readonly Item[], index: number): boolean {
  const [and, other, of] = items.slice(index + 1, index + 4)
  return (
    and?.key === 'und' &&
    other !== undefined &&
    /^\p{Lu}/u.test(other.text) &&
    pick(other, 'bare') !== undefined &&
    of?.key === 'von'
  )
}

/** Whether the noun of doing may be one that was received: then it only equals itself. */
export function isDoubtful(items: readonly Item[], index: number, reading: VerbReading): boolean {
  const rest = items.slice(index + 1)
  const at = rest.findIndex(
    (item) => item.key === 'von' || (item.article !== undefined && genitives.test(item.article)),
  )
  if (at < 0) return false
  const isTied = rest
    .slice(0, at)
    .every((item) => item.key === 'und' || pick(item, 'noun', 'bare') !== undefined)
  return isTied && !isDoneTo(reading.lemma, rest.slice(at))
}
