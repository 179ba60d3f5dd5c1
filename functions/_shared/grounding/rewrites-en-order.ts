/** English: the same words in another order: counts, rates, changes and dates. */
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { isEnd, isYear, readingOf, signAt } from './rewriting.ts'
import { closes, isRelator, lists, opens, verbs, word } from './rewriting-en.ts'

/** `reduced the number of returns`. */
const numberOf: Rule = (items, at) => {
  const [verb, number, of, things] = items.slice(at, at + 4)
  const lemma = readingOf(verb, 'past', 'gerund', 'bare', 'third')?.lemma
  if (!verb || !things || lemma === undefined || !verbs.isEffect(lemma)) return undefined
  return number?.key === 'number' && number.article === 'the' && of?.key === 'of'
    ? { take: 3, give: [verb] }
    : undefined
}

/** `handled complaints, about 15 per week`: `handled about 15 complaints per week`. */
const countLast =
  (early: boolean): Rule =>
  (items, at) => {
    const verb = items[at]
    const isDuty = items[at - 1]?.key === 'for' && items[at - 2]?.key === 'responsible'
    if (!verb || !(opens(items, at) || isDuty)) return undefined
    if (!readingOf(verb, 'past', 'gerund', 'bare', 'third')) return undefined
    // `edited and proofread articles, …`
    const isPair =
      items[at + 1]?.key === 'and' &&
      readingOf(items[at + 2], 'past', 'gerund', 'bare', 'third') !== undefined
    const doing = items.slice(at, at + (isPair ? 3 : 1))
    const rest = items.slice(at + doing.length)
    const end = rest.findIndex((item) => isEnd(item))
    const clause = rest.slice(0, end < 0 ? undefined : end)
    const comma = clause.findIndex((item) => item.key === ',' || item.key === ':')
    const number = clause[comma + 1]
    const rate = clause.slice(comma + 2)
    if (comma < 1 || !number || !/^#[~<>≤≥≈]?[0-9.]+$/.test(number.key)) return undefined
    const isRate = rate.length === 0 || (rate.length === 2 && rate[0]?.key === 'per')
    const isTotal = rate.length === 1 && rate[0]?.key === 'in_total'
    if ((!isRate && !isTotal) || (early && rate.length !== 2)) return undefined
    const said = clause.slice(0, comma)
    const tie = said.findIndex((item) => isRelator(item))
    const object = said.slice(0, tie < 0 ? undefined : tie)
    // One plural alone can be what is counted.
    const isPlural = (item: Item) => /[^s]s$/.test(item.key) && /^\p{Ll}/u.test(item.text)
    const last = object.at(-1)
    if (!last || !isPlural(last) || said.filter(isPlural).length > 1) return undefined
    if (said.some((item) => item.kind !== 'word' || /^(?:and|or)$/.test(item.key))) return undefined
    return {
      take: doing.length + clause.length,
      give: early
        ? [...doing, number, ...object, ...rate, ...said.slice(object.length)]
        : [...doing, number, ...said, ...(isTotal ? [] : rate)],
    }
  }

/** `a design system of 64 components`: `a 64-component design system`. */
const counted: Rule = (items, at) => {
  const head = items[at]
  if (!head || !/^an?$/.test(head.article ?? '') || head.kind !== 'word') return undefined
  const size = /^(?:of|with)$/.test(items[at + 1]?.key ?? '')
    ? 1
    : /^(?:of|with)$/.test(items[at + 2]?.key ?? '')
      ? 2
      : 0
  const [number, noun] = items.slice(at + size + 1)
  if (size === 0 || number?.kind !== 'number' || noun?.kind !== 'word') return undefined
  const singular = noun.key === 'people' ? 'person' : noun.key.replace(/s$/, '')
  if (singular === noun.key || !closes(items[at + size + 3])) return undefined
  return {
    take: size + 3,
    give: [
      { ...number, article: head.article },
      word(singular, noun),
      ...items.slice(at, at + size).map((item) => ({ ...item, article: undefined })),
    ],
  }
}

/** `a territory with 85 customers`: what a group has is what it consists of. */
const groupOf: Rule = (items, at) => {
  const [group, tie, number] = items.slice(at, at + 3)
  if (!group || tie?.key !== 'with' || number?.kind !== 'number') return undefined
  return /^(?:territory|portfolio|team|department|group|class|crew|fleet|staff)$/.test(group.key)
    ? { take: 2, give: [group, word('of', tie)] }
    : undefined
}

/** `welded pipes according to ISO 3834`. */
const toStandard: Rule = (items, at) => {
  const [tie, standard] = items.slice(at, at + 2)
  if (tie?.key !== 'according_to' || !standard) return undefined
  const end = items.slice(at + 1).findIndex((item) => isEnd(item) || isRelator(item))
  const last = items[end < 0 ? items.length - 1 : at + end]
  const isRule = /^(?:drawings|plans|specifications|standards|recipes|guidelines|instructions)$/
  if (!/^\p{Lu}{2,}$/u.test(standard.text) && !isRule.test(last?.key ?? '')) return undefined
  return { take: 1, give: [word('to', tie)] }
}

/** `the apprenticeship as an electrician`: `the electrician apprenticeship`. */
const trainingAs: Rule = (items, at) => {
  const [training, as, trade] = items.slice(at, at + 3)
  if (!training || as?.key !== 'as' || trade?.kind !== 'word') return undefined
  if (!/^(?:apprenticeship|traineeship|internship)$/.test(training.key)) return undefined
  if (!/^an?$/.test(trade.article ?? '') || !closes(items[at + 3])) return undefined
  return {
    take: 3,
    give: [
      { ...trade, article: training.article },
      { ...training, article: undefined },
    ],
  }
}

/** `5 classes per week`: `5 weekly classes`, `5 classes weekly`. */
const perUnit =
  (early: boolean): Rule =>
  (items, at) => {
    const number = items[at]
    if (number?.kind !== 'number') return undefined
    const per = items.slice(at, at + 4).findIndex((item) => item.key === 'per')
    const unit = items[at + per + 1]
    const often = { day: 'daily', week: 'weekly', month: 'monthly', year: 'yearly' }[
      unit?.key ?? ''
    ]
    const things = items.slice(at + 1, at + Math.max(per, 1))
    if (!unit || !often || things.length === 0) return undefined
    if (things.some((item) => item.kind !== 'word' || isRelator(item))) return undefined
    const adverb = word(often, unit)
    return {
      take: per + 2,
      give: early ? [number, adverb, ...things] : [number, ...things, adverb],
    }
  }

/** `the run from 5 hours to 38 minutes for 2 million records`: the change may come last. */
const changeLast: Rule = (items, at) => {
  const from = items[at]
  if (from?.key !== 'from' || items[at + 1]?.kind !== 'number') return undefined
  const to = items.slice(at, at + 4).findIndex((item) => item.key === 'to')
  const goal = items[at + to + 1]
  if (to < 2 || goal?.kind !== 'number') return undefined
  const unit = items[at + to + 2]
  const length = to + 2 + (unit && unit.kind === 'word' && !isRelator(unit) ? 1 : 0)
  const phrase = items.slice(at + length)
  if (!/^(?:for|in|at|across|through)$/.test(phrase[0]?.key ?? '')) return undefined
  const end = phrase.findIndex((item) => isEnd(item))
  const moved = phrase.slice(0, end < 0 ? undefined : end)
  const isSimple = moved
    .slice(1)
    .every((item) => item.kind !== 'sign' && !(isRelator(item) && item.key !== 'of'))
  return isSimple && moved.length > 1
    ? { take: length + moved.length, give: [...moved, ...items.slice(at, at + length)] }
    : undefined
}

/** `… in 2021` at the end of a sentence with one verb: `In 2021, …`. */
const yearFirst: Rule = (items, at) => {
  if (!opens(items, at)) return undefined
  const length = items.slice(at).findIndex((item) => isEnd(item))
  const sentence = items.slice(at, length < 0 ? undefined : at + length)
  const [tie, number] = sentence.slice(-2)
  if (!tie || !number || tie.key !== 'in' || !isYear(number)) return undefined
  const rest = sentence.slice(0, -2)
  const isSimple = rest
    .slice(1)
    .every(
      (item) =>
        item.kind !== 'sign' &&
        !/^(?:and|or|but|that|which|who|while|when|to|by|from|after|before|since|until)$/.test(
          item.key,
        ) &&
        !readingOf(item, 'past', 'participle', 'gerund'),
    )
  return isSimple && rest.length > 1
    ? { take: sentence.length, give: [tie, number, signAt(',', tie), ...rest] }
    : undefined
}

/** `In 2021 I trained nurses`: `trained nurses in 2021`. */
const leadingYear: Rule = (items, at) => {
  const [tie, number, third] = items.slice(at, at + 3)
  if (!opens(items, at) || tie?.key !== 'in' || !number || !isYear(number)) return undefined
  const start = at + (third?.key === ',' ? 3 : 2)
  if (!readingOf(items[start], 'past')) return undefined
  const length = items.slice(start).findIndex((item) => isEnd(item))
  const rest = items.slice(start, length < 0 ? undefined : start + length)
  const isSimple = rest
    .slice(1)
    .every(
      (item) =>
        item.kind !== 'sign' &&
        !/^(?:and|or|but|that|which|who|while|when|to|by|from|before|after|since|until)$/.test(
          item.key,
        ) &&
        !readingOf(item, 'past', 'participle', 'gerund'),
    )
  return isSimple && rest.length > 1
    ? { take: start - at + rest.length, give: [...rest, tie, number] }
    : undefined
}

/** `sessions, about 110 so far` at the end of a sentence: as in brackets. */
const closingNumber: Rule = (items, at) => {
  const [comma, number] = items.slice(at, at + 2)
  if (comma?.key !== ',' || number?.kind !== 'number') return undefined
  const rest = items.slice(at + 2)
  const end = rest.findIndex((item) => isEnd(item))
  const tail = rest.slice(0, end < 0 ? undefined : end)
  const isPlain = tail.every(
    (item) => !/^(?:,|and|or|\(|\))$/.test(item.key) && !lists.auxiliaries.has(item.key),
  )
  return isPlain && items.slice(0, at).every((item) => item.key !== ',')
    ? { take: 1, give: [signAt(':', comma)] }
    : undefined
}

/** `25 cakes yearly`: `25 cakes per year`. */
const perTime: Rule = (items, at) => {
  const often = items[at]
  const unit = { daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' }[often?.key ?? '']
  const before = items.slice(Math.max(0, at - 4), at)
  const number = before.findLastIndex((item) => item.kind === 'number')
  if (!often || !unit || number < 0 || number === before.length - 1) return undefined
  const things = before.slice(number + 1)
  return things.every((item) => item.kind === 'word' && !isRelator(item))
    ? { take: 1, give: [word('per', often), word(unit, often)] }
    : undefined
}

export const reordered: readonly Rule[] = [
  numberOf,
  countLast(false),
  countLast(true),
  counted,
  groupOf,
  toStandard,
  trainingAs,
  perTime,
  perUnit(true),
  perUnit(false),
  changeLast,
  yearFirst,
  leadingYear,
  closingNumber,
]
