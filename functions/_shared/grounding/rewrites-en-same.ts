/** English ways to say one thing, made one: dates, rates, ranges, possessives, brackets. */
import type { Rule } from './rewrite.ts'
import { isEnd, isYear, readingOf, signAt } from './rewriting.ts'
import { isRelator, opens, verbs, word } from './rewriting-en.ts'

const timeUnit = /^(?:hour|day|week|month|quarter|year|shift|night|session)$/
const written =
  /^(?:research|thesis|dissertation|report|reports|study|article|articles|paper|papers|lecture|lectures|talk|talks|presentation|presentations|workshop|workshops)$/

/** `in the year 2019`, `during 2019`, `in the course of 2019`. */
const year: Rule = (items, at) => {
  const [first, second, third, fourth] = items.slice(at, at + 4)
  if (!first) return undefined
  if (second?.key === 'year' && second.article === 'the' && third && isYear(third))
    return { take: 3, give: [first, third] }
  if (first.key === 'during' && second && isYear(second))
    return { take: 2, give: [word('in', first), second] }
  if (
    first.key === 'in' &&
    second?.key === 'course' &&
    third?.key === 'of' &&
    fourth &&
    isYear(fourth)
  )
    return { take: 4, give: [first, fourth] }
  return undefined
}

/** `20 calls a day`. */
const rate: Rule = (items, at) => {
  const [first, unit] = items.slice(at, at + 2)
  if (!first || !unit || !timeUnit.test(unit.key) || !/^an?$/.test(unit.article ?? ''))
    return undefined
  if (first.kind === 'sign' || isRelator(first) || readingOf(first, 'past', 'participle'))
    return undefined
  return { take: 2, give: [first, word('per', unit), { ...unit, article: undefined }] }
}

/** `per teacher and week`. */
const rates: Rule = (items, at) => {
  const [per, thing, and, unit] = items.slice(at, at + 4)
  if (!per || !thing || !and || !unit || per.key !== 'per' || and.key !== 'and') return undefined
  return timeUnit.test(unit.key)
    ? { take: 4, give: [per, thing, word('per', and), unit] }
    : undefined
}

/** `from 4 hours to 2 hours`. */
const change: Rule = (items, at) => {
  const [from, before, unit, to, after, again] = items.slice(at, at + 6)
  if (!from || !before || !to || !after || from.key !== 'from' || to.key !== 'to') return undefined
  if (before.kind !== 'number' || after.kind !== 'number' || !unit || !again) return undefined
  if (unit.kind !== 'word' || unit.key.replace(/s$/, '') !== again.key.replace(/s$/, ''))
    return undefined
  return { take: 4, give: [from, before, to] }
}

/** `60–70 calls`; behind `from` and `by` a dash and `to` may say two things. */
const range: Rule = (items, at) => {
  const [low, sign, high] = items.slice(at, at + 3)
  if (low?.kind !== 'number' || sign?.key !== '-' || high?.kind !== 'number') return undefined
  if (/^(?:from|by)$/.test(items[at - 1]?.key ?? '')) return undefined
  return { take: 2, give: [low, word('to', sign)] }
}

/** `between 60 and 70 calls`. */
const between: Rule = (items, at) => {
  const [tie, low, and, high] = items.slice(at, at + 4)
  if (tie?.key !== 'between' || low?.kind !== 'number' || high?.kind !== 'number') return undefined
  return and?.key === 'and' ? { take: 3, give: [low, word('to', and)] } : undefined
}

/** `by phone and by e-mail`. */
const sameTie: Rule = (items, at) => {
  const tie = items[at]
  if (!tie || !/^(?:by|with|in|for|to|at|on|from)$/.test(tie.key)) return undefined
  const and = items.slice(at, at + 4).findIndex((item) => item.key === 'and')
  const again = items[at + and + 1]
  const next = items[at + and + 2]
  if (and < 2 || again?.key !== tie.key || next?.kind !== 'word') return undefined
  const said = items.slice(at + 1, at + and)
  if (
    [...said, next].some(
      (item) =>
        item.kind !== 'word' ||
        (item.article === undefined && next.article !== 'the' && readingOf(item, 'gerund', 'bare')),
    )
  )
    return undefined
  return { take: and + 2, give: items.slice(at, at + and + 1) }
}

/** `…, and this reduced errors`: `…, which reduced errors`. */
const andThis: Rule = (items, at) => {
  const [and, verb] = items.slice(at, at + 2)
  if (and?.key !== 'and' || !verb || verb.article !== 'this') return undefined
  const lemma = readingOf(verb, 'past')?.lemma
  if (lemma === undefined || !verbs.isEffect(lemma)) return undefined
  const which = [word('which', and), { ...verb, article: undefined }]
  return {
    take: 2,
    give: items[at - 1]?.key === ',' ? which : [signAt(',', and), ...which],
  }
}

/** `replaced A by B`, but not where B may be who did it. */
const replaced: Rule = (items, at) => {
  const before = items[at - 1]
  const found = readingOf(items[at], 'past', 'bare', 'gerund', 'third')
  if (
    found?.lemma !== 'replace' ||
    !(opens(items, at) || /^(?:and|,|to|by)$/.test(before?.key ?? ''))
  )
    return undefined
  const rest = items.slice(at + 1)
  const by = rest.findIndex((item) => item.key === 'by' || item.kind === 'sign')
  const sign = rest[by]
  if (by < 1 || sign?.key !== 'by' || readingOf(rest[by + 1], 'gerund')) return undefined
  return { take: by + 2, give: [...items.slice(at, at + 1 + by), word('with', sign)] }
}

/** `of whom 17`. */
const ofWhom: Rule = (items, at) => {
  const [of, who, number] = items.slice(at, at + 3)
  if (!of || !who || number?.kind !== 'number') return undefined
  return of.key === 'of' && /^wh(?:om|ich)$/.test(who.key)
    ? { take: 3, give: [number, of, who] }
    : undefined
}

/** `to answer calls and to make appointments`, `for opening and for closing`. */
const andTo: Rule = (items, at) => {
  const [and, tie, verb] = items.slice(at, at + 3)
  if (!and || !verb || and.key !== 'and' || !tie) return undefined
  const form = tie.key === 'to' ? 'bare' : tie.key === 'for' ? 'gerund' : undefined
  if (!form || !readingOf(verb, form)) return undefined
  const isGoverned = items
    .slice(0, at)
    .some((item, index) => item.key === tie.key && readingOf(items[index + 1], form))
  return isGoverned ? { take: 3, give: [and, verb] } : undefined
}

/** `a thesis about`. */
const about: Rule = (items, at) => {
  const [work, tie] = items.slice(at, at + 2)
  if (!work || !tie || tie.key !== 'about' || !written.test(work.key)) return undefined
  return { take: 2, give: [work, word('on', tie)] }
}

/** `which included testing`, `including testing of`. */
const including: Rule = (items, at) => {
  const [pronoun, verb] = items.slice(at, at + 2)
  if (!pronoun || !verb || !/^(?:which|that)$/.test(pronoun.key)) return undefined
  return /^include[sd]?$/.test(verb.key) ? { take: 2, give: [word('including', verb)] } : undefined
}
const gerundOf: Rule = (items, at) => {
  const [tie, verb, of] = items.slice(at, at + 3)
  if (!tie || !verb || of?.key !== 'of' || !isRelator(tie) || !readingOf(verb, 'gerund'))
    return undefined
  return { take: 3, give: [tie, { ...verb, article: undefined }] }
}

/** `the company's contract` beside `the contract of the company`. */
const possessive: Rule = (items, at) => {
  const item = items[at]
  if (item?.kind !== 'word' || !/^\p{L}{2,}'s$/u.test(item.key) || items[at + 1]?.kind !== 'word')
    return undefined
  return { take: 1, give: [word(item.key.slice(0, -2), item)] }
}

/** What closes a sentence in brackets is said of it as behind a colon. */
const closingBrackets: Rule = (items, at) => {
  const sign = items[at]
  if (sign?.key !== '(') return undefined
  const length = items.slice(at).findIndex((item) => item.key === ')')
  if (length < 2 || !isEnd(items[at + length + 1])) return undefined
  return { take: length + 1, give: [signAt(':', sign), ...items.slice(at + 1, at + length)] }
}

/** `8.1 out of 10`. */
const outOf: Rule = (items, at) => {
  const [part, out, of, all] = items.slice(at, at + 4)
  if (part?.kind !== 'number' || all?.kind !== 'number') return undefined
  return out?.key === 'out' && of?.key === 'of'
    ? { take: 3, give: [part, signAt('/', out)] }
    : undefined
}

/** `the payroll of 300 employees`. */
const payrollOf: Rule = (items, at) => {
  const [payroll, of] = items.slice(at, at + 2)
  return payroll?.key === 'payroll' && of?.key === 'of'
    ? { take: 2, give: [payroll, word('for', of)] }
    : undefined
}

/** `pupils of grades 5 to 9`. */
const ofGrades: Rule = (items, at) => {
  const [of, grades, number] = items.slice(at, at + 3)
  return of?.key === 'of' && /^grades?$/.test(grades?.key ?? '') && number?.kind === 'number'
    ? { take: 1, give: [word('in', of)] }
    : undefined
}

/** `aged 3 to 6 years`. */
const agedYears: Rule = (items, at) => {
  const [aged, low, to, high, years] = items.slice(at, at + 5)
  if (!aged || !/^age[ds]?$/.test(aged.key) || low?.kind !== 'number' || !to) return undefined
  if (to.key !== 'to' || high?.kind !== 'number' || years?.key !== 'years') return undefined
  return { take: 5, give: [aged, low, to, high] }
}

/** `from French into English and from English into French`. */
const viceVersa: Rule = (items, at) => {
  const [from, one, into, two, and, again, back, through, home] = items.slice(at, at + 9)
  if (!from || !one || !into || !two || !and || from.key !== 'from' || and.key !== 'and')
    return undefined
  if (!/^(?:in)?to$/.test(into.key) || again?.key !== 'from' || through?.key !== into.key)
    return undefined
  if (back?.key !== two.key || home?.key !== one.key) return undefined
  return { take: 9, give: [from, one, into, two, word('and_vice_versa', and)] }
}

/** `the assistant of the manager`. */
const assistantOf: Rule = (items, at) => {
  const [assistant, of] = items.slice(at, at + 2)
  return assistant?.key === 'assistant' && of?.key === 'of'
    ? { take: 2, give: [assistant, word('to', of)] }
    : undefined
}

export const sameInEnglish: readonly Rule[] = [
  year,
  rate,
  rates,
  change,
  range,
  between,
  agedYears,
  assistantOf,
  viceVersa,
  sameTie,
  andThis,
  replaced,
  ofWhom,
  andTo,
  about,
  including,
  gerundOf,
  possessive,
  closingBrackets,
  outOf,
  ofGrades,
  payrollOf,
]
