/** German ways to say one thing, made one: dates, amounts, ranges, rates, lists. */
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { perfect } from './rewrites-de-doings.ts'
import { isEnd, isYear, readingOf, wordAt } from './rewriting.ts'

const word = (key: string, from: Item) => wordAt(key, from, 'de')

/** `im Jahr 2019` is `2019`, `seit dem Jahr 2015` is `seit 2015`. */
const year: Rule = (items, at) => {
  const [tie, noun, number] = items.slice(at, at + 3)
  if (!tie || !number || !/^jahre?$/.test(noun?.key ?? '') || !isYear(number)) return undefined
  return { take: 3, give: tie.key === 'in' ? [number] : [tie, number] }
}

/** `ein Budget in Höhe von 5 €`. */
const amount: Rule = (items, at) => {
  const [tie, noun, of, number] = items.slice(at, at + 4)
  if (tie?.key !== 'in' || noun?.key !== 'höhe' || of?.key !== 'von' || number?.kind !== 'number')
    return undefined
  return { take: 4, give: [of, number] }
}

/** `5–10`; behind `von` a dash and `bis` may say two things. */
const range: Rule = (items, at) => {
  const [low, sign, high] = items.slice(at, at + 3)
  if (low?.kind !== 'number' || sign?.key !== '-' || high?.kind !== 'number') return undefined
  const isAge = items[at - 2]?.key === 'alter'
  if (!isAge && /^(?:von|um)$/.test(items[at - 1]?.key ?? '')) return undefined
  return { take: 2, give: [low, word('bis', sign)] }
}

/** `60 Anrufe in der Woche`, `am Tag`, `im Monat`. */
const rate: Rule = (items, at) => {
  const [tie, unit] = items.slice(at, at + 2)
  if (!tie || !unit || !isRate(tie, unit)) return undefined
  const counted = items.slice(Math.max(0, at - 3), at).some((item) => item.kind === 'number')
  return counted
    ? { take: 2, give: [word('pro', tie), { ...unit, article: undefined }] }
    : undefined
}
function isRate(tie: Item, unit: Item): boolean {
  if (tie.key === 'je') return /^(?:tag|woche|monat|jahr|schicht|stunde)$/.test(unit.key)
  if (tie.key === 'an') return unit.key === 'tag'
  return tie.key === 'in' && /^(?:woche|monat|jahr)$/.test(unit.key)
}

/** `mit zusammen 84 Mio. €`. */
const altogether: Rule = (items, at) => {
  const [item, number] = items.slice(at, at + 2)
  if (item?.key !== 'zusammen' || number?.kind !== 'number') return undefined
  return { take: 1, give: [word('insgesamt_zahl', item)] }
}

/** `von Messen und von Schulungen`, `per Telefon und per E-Mail`. */
const sameTie: Rule = (items, at) => {
  const [tie, first, and, again] = items.slice(at, at + 4)
  if (!tie || !first || !and || and.key !== 'und' || again?.key !== tie.key) return undefined
  return /^(?:von|per|mit|für|bei|an|in)$/.test(tie.key) && first.kind === 'word'
    ? { take: 4, give: [tie, first, and] }
    : undefined
}

/** `zwischen 3 und 6 Jahren`; an age has its `von` before the range. */
const between: Rule = (items, at) => {
  const [tie, low, and, high] = items.slice(at, at + 4)
  if (tie?.key !== 'zwischen' || low?.kind !== 'number' || high?.kind !== 'number') return undefined
  if (and?.key !== 'und') return undefined
  const range = [low, word('bis', and)]
  return { take: 3, give: items[at - 1]?.key === 'alter' ? [word('von', tie), ...range] : range }
}

/** `das Team, welches …`, `das Team, das …`. */
const which: Rule = (items, at) => {
  const item = items[at]
  return item && /^welche[rs]$/.test(item.key)
    ? { take: 1, give: [word('welche', item)] }
    : undefined
}

/** `die Öffnung der Filiale, das Zählen der Kasse`: behind the comma stands an article, and no relative. */
const listed: Rule = (items, at) => {
  const [article, doing, object] = items.slice(at, at + 3)
  if (article?.key !== 'welche' || !/^(?:der|die|das)$/i.test(article.text) || !doing)
    return undefined
  if (!/^\p{Lu}/u.test(doing.text) || !readingOf(doing, 'noun', 'bare')) return undefined
  const isDone = object?.key === 'von' || /^(?:der|des|einer|eines)$/.test(object?.article ?? '')
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const finite = rest
    .slice(0, end < 0 ? undefined : end)
    .some((item) => /^\p{Ll}/u.test(item.text) && item.verbs.length > 0)
  return isDone && !finite ? { take: 1, give: [] } : undefined
}

export const sameInGerman: readonly Rule[] = [
  year,
  amount,
  range,
  rate,
  altogether,
  sameTie,
  between,
  perfect,
  which,
  listed,
]
