/** Which word of a German clause says what is done: it may stand first, last, in two places, or be a noun. */
import type { VerbReading, Verbs } from '../language/verbs.ts'
import { wordLists } from '../language/words.ts'
import { firstWord, isNounOfDoing, joins, pick, pickDoing } from './doings-de.ts'
import type { Item } from './items.ts'

const lists = wordLists.de

export type Found = {
  readonly index: number
  readonly reading: VerbReading
  readonly particleAt: number
}

export function mainVerb(items: readonly Item[], verbs: Verbs, joined: boolean): Found | undefined {
  const first = firstWord(items)
  const last = items.length - 1
  const lastItem = items[last]
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (item?.kind !== 'word') continue
    if (lastItem && last > index && verbs.particles.has(lastItem.key)) {
      const split = item.verbs.find((verb) => verb.particle === lastItem.key)
      if (split) return { index, reading: { ...split, form: split.form }, particleAt: last }
    }
    const past = pick(item, 'past')
    if (past && (index === first || /^\p{Ll}/u.test(item.text)))
      return { index, reading: past, particleAt: -1 }
  }
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index]
    if (item?.kind !== 'word') continue
    const reading = pick(item, 'participle')
    const next = items[index + 1]
    const ends =
      !next || joins.test(next.key) || next.kind === 'sign' || lists.auxiliaries.has(next.key)
    if (reading && ends && (index === first || /^\p{Ll}/u.test(item.text)))
      return { index, reading, particleAt: -1 }
    const bare = pick(item, 'bare')
    if (bare && ends && /^\p{Ll}/u.test(item.text)) return { index, reading: bare, particleAt: -1 }
  }
  const opening = items[first]
  if (opening) {
    const noun = items.length === first + 1 ? pickDoing(opening) : isNounOfDoing(items, first)
    if (noun && (!joined || opening.opens)) return { index: first, reading: noun, particleAt: -1 }
    const third = pick(opening, 'third')
    if (third) return { index: first, reading: third, particleAt: -1 }
  }
  return undefined
}

export function leadingNoun(items: readonly Item[]): Found | undefined {
  const first = firstWord(items)
  const reading = isNounOfDoing(items, first)
  return reading ? { index: first, reading, particleAt: -1 } : undefined
}
