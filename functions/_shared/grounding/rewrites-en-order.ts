/** English: the same words in another order: compounds, counts, changes and dates. */
import { findTerms } from '../language/term-index.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { isEnd, isYear, readingOf, signAt } from './rewriting.ts'
import { artefacts, isRelator, lists, opens, verbs, word } from './rewriting-en.ts'

/** Where the group of words that a noun closes begins: `unit tests` at `unit`. */
function groupStart(items: readonly Item[], at: number): number | undefined {
  let start = at
  while (items[start]?.article === undefined) {
    const before = items[start - 1]
    if (!before || isRelator(before) || before.kind === 'sign') break
    if (before.kind === 'number' || readingOf(before, 'past', 'gerund', 'third', 'participle'))
      break
    start--
  }
  const before = items[start - 1]
  return before?.kind === 'sign' || /^(?:and|or)$/.test(before?.key ?? '') ? undefined : start
}

/** Whether a phrase ends here, so that nothing of it is left behind when it moves. */
function closes(item: Item | undefined): boolean {
  if (item === undefined || isEnd(item)) return true
  return isRelator(item) && !/^(?:and|or|of)$/.test(item.key)
}

/** `tests in Java`, `articles for the company blog`: what they are for goes before them. */
const compound =
  (wordsBefore: 0 | 1 | 2): Rule =>
  (items, start) => {
    const at = start + wordsBefore
    const [noun, tie, first, second] = items.slice(at, at + 4)
    if (!noun || !tie || !first || !artefacts.has(noun.key)) return undefined
    let length = 0
    if (tie.key === 'in') {
      const [term] = findTerms([first, ...(second ? [second] : [])])
      length = term?.from === 0 ? term.to : 0
    } else if (tie.key === 'for' && /^(?:android|ios|windows|linux|macos)$/.test(first.key)) {
      length = 1
    } else if (tie.key === 'for' && /^(?:the|our)$/.test(first.article ?? '')) {
      const rest = items.slice(at + 2, at + 5)
      const end = rest.findIndex((item) => item.kind === 'sign' || isRelator(item))
      const phrase = rest.slice(0, end < 0 ? undefined : end)
      length = phrase.every((item) => /^\p{Ll}+$/u.test(item.text)) ? phrase.length : 0
    }
    if (length === 0 || length > 2 || !closes(items[at + 2 + length])) return undefined
    const group = groupStart(items, at)
    if (group === undefined || group > start) return undefined
    const moved = items
      .slice(at + 2, at + 2 + length)
      .map((item) => ({ ...item, article: undefined }))
    return { take: wordsBefore + 2 + length, give: [...moved, ...items.slice(start, at + 1)] }
  }

/** `the summer party of the company`: `the company's summer party`. */
const ofOwner: Rule = (items, at) => {
  const [first, head, of, owner] = items.slice(at, at + 4)
  if (!first || !head || of?.key !== 'of' || !owner || first.article === undefined) return undefined
  if (!/^(?:the|our)$/.test(owner.article ?? '') || !closes(items[at + 4])) return undefined
  if ([first, head, owner].some((item) => item.kind !== 'word' || isRelator(item))) return undefined
  if (/^(?:as|to)$/.test(items[at - 1]?.key ?? '')) return undefined
  return { take: 4, give: [owner, { ...first, article: undefined }, head] }
}

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
const countLast: Rule = (items, at) => {
  const verb = items[at]
  const isDuty = items[at - 1]?.key === 'for' && items[at - 2]?.key === 'responsible'
  if (!verb || !(opens(items, at) || isDuty)) return undefined
  if (!readingOf(verb, 'past', 'gerund', 'bare', 'third')) return undefined
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  const comma = clause.findIndex((item) => item.key === ',' || item.key === ':')
  const number = clause[comma + 1]
  const rate = clause.slice(comma + 2)
  if (comma < 1 || !number || !/^#[~<>≤≥≈]?[0-9.]+$/.test(number.key)) return undefined
  const isRate = rate.length === 0 || (rate.length === 2 && rate[0]?.key === 'per')
  const isTotal = rate.length === 1 && rate[0]?.key === 'in_total'
  if (!isRate && !isTotal) return undefined
  const said = clause.slice(0, comma)
  const tie = said.findIndex((item) => isRelator(item))
  const object = said.slice(0, tie < 0 ? undefined : tie)
  // One plural alone can be what is counted.
  const isPlural = (item: Item) => /[^s]s$/.test(item.key) && /^\p{Ll}/u.test(item.text)
  const last = object.at(-1)
  if (!last || !isPlural(last) || said.filter(isPlural).length > 1) return undefined
  if (said.some((item) => item.kind !== 'word' || /^(?:and|or)$/.test(item.key))) return undefined
  return {
    take: 1 + clause.length,
    give: [verb, number, ...said, ...(isTotal ? [] : rate)],
  }
}

/** `a design system of 64 components`: `a 64-component design system`. */
const counted: Rule = (items, at) => {
  const head = items[at]
  if (!head || !/^an?$/.test(head.article ?? '') || head.kind !== 'word') return undefined
  const size = items[at + 1]?.key === 'of' ? 1 : items[at + 2]?.key === 'of' ? 2 : 0
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

export const reordered: readonly Rule[] = [
  compound(0),
  compound(1),
  compound(2),
  ofOwner,
  numberOf,
  countLast,
  counted,
  perUnit(true),
  perUnit(false),
  changeLast,
  yearFirst,
  closingNumber,
]
