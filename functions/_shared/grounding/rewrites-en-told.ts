/** English: one thing told in another grammar: progressive forms, relative clauses, openings, appositions. */
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, isYear, readingOf, signAt } from './rewriting.ts'
import { isRelator, opens, verbs, word } from './rewriting-en.ts'

/** `the machines were running`: of what goes on, the progressive past says that it went on. */
const pastProgressive: Rule = (items, at) => {
  const [was, verb] = items.slice(at, at + 2)
  const lemma = readingOf(verb, 'gerund')?.lemma
  if (!was || !verb || !/^(?:was|were)$/.test(was.key) || lemma === undefined) return undefined
  if (!verbs.isActivity(lemma) || verb.article !== undefined) return undefined
  const past = formOf(lemma, 'past', 'en')
  return past ? { take: 2, give: [word(past, verb)] } : undefined
}

/** `I have been teaching piano`: it goes on. */
const haveBeen: Rule = (items, at) => {
  const [have, been, verb] = items.slice(at, at + 3)
  if (!opens(items, at) || have?.key !== 'have' || been?.key !== 'been') return undefined
  return readingOf(verb, 'gerund') ? { take: 2, give: [] } : undefined
}

/** `four drives, which brought in 350 donations`, `a script which sends mails`: told with `that`. */
const whichAsThat: Rule = (items, at) => {
  const start = items[at]?.key === ',' ? at + 1 : at
  const [which, verb] = items.slice(start, start + 2)
  if (which?.key !== 'which' || !verb || items[at - 1]?.kind !== 'word') return undefined
  if (isRelator(items[at - 1])) return undefined
  const isSaid = readingOf(verb, 'past', 'third') !== undefined || /^\p{L}{2,}ed$/u.test(verb.key)
  return isSaid ? { take: start - at + 1, give: [word('that', which)] } : undefined
}

/** `My main task was the administration of servers`: `Main task: administration of servers`. */
const taskColon: Rule = (items, at) => {
  if (!opens(items, at)) return undefined
  const size = /^(?:main|primary|key)$/.test(items[at]?.key ?? '') ? 1 : 0
  const [task, was] = items.slice(at + size, at + size + 2)
  if (!task || !was || !/^(?:tasks?|duty|duties|responsibility|role)$/.test(task.key))
    return undefined
  if (!/^(?:was|were)$/.test(was.key)) return undefined
  return { take: size + 2, give: [...items.slice(at, at + size + 1), signAt(':', was)] }
}

const doings =
  /^(?:counts|checks|inspections|tests|audits|repairs|measurements|interviews|surveys)$/

/** `Was tasked with cycle counts`: a duty of doings that repeat. */
const taskedWithDoings: Rule = (items, at) => {
  const [was, tasked, tie] = items.slice(at, at + 3)
  if (!was || !opens(items, at) || !/^(?:was|were)$/.test(was.key)) return undefined
  if (tasked?.key !== 'tasked' || tie?.key !== 'with') return undefined
  const rest = items.slice(at + 3)
  const end = rest.findIndex((item) => item.kind === 'sign' || isRelator(item))
  const phrase = rest.slice(0, end < 0 ? undefined : end)
  const last = phrase.at(-1)
  if (!last || !doings.test(last.key) || phrase.length > 3) return undefined
  return { take: 3, give: [word('performed', tasked)] }
}

/** `Worked as a barista, where I prepared drinks`: `Prepared drinks as a barista`. */
const workedAs: Rule = (items, at) => {
  const [worked, as] = items.slice(at, at + 2)
  if (!opens(items, at) || worked?.key !== 'worked' || as?.key !== 'as') return undefined
  const rest = items.slice(at + 1)
  const length = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, length < 0 ? undefined : length)
  const where = clause.findIndex((item) => item.key === 'where')
  const job = clause.slice(0, where).filter((item) => item.key !== ',')
  const done = clause.slice(where + 1)
  if (where < 2 || done[0]?.article !== 'i' || !readingOf(done[0], 'past')) return undefined
  const isPlain = done.every(
    (item) => item.kind !== 'sign' && !/^(?:and|or|as|that|which|who)$/.test(item.key),
  )
  return isPlain ? { take: 1 + clause.length, give: [...done, ...job] } : undefined
}

/** `children, groups of 8`: `children in groups of 8`. */
const inGroups: Rule = (items, at) => {
  const [comma, groups, of, number] = items.slice(at, at + 4)
  if (comma?.key !== ',' || groups?.key !== 'groups' || of?.key !== 'of') return undefined
  return number?.kind === 'number' ? { take: 1, give: [word('in', comma)] } : undefined
}

/** `worth 1.2 million euros in total`: `worth a total of €1.2 million`. */
const totalOf: Rule = (items, at) => {
  const [number, total] = items.slice(at, at + 2)
  if (number?.kind !== 'number' || total?.key !== 'in_total') return undefined
  return { take: 2, give: [word('total', total), word('of', total), number] }
}

/** `35 deals, worth …`: the comma is a matter of taste. */
const worth: Rule = (items, at) => {
  const [comma, said, number] = items.slice(at, at + 3)
  return comma?.key === ',' &&
    said?.key === 'worth' &&
    (number?.kind === 'number' || number?.key === 'total')
    ? { take: 1, give: [] }
    : undefined
}

/** `coordinated the work of 6 subcontractors`. */
const coordinatedWork: Rule = (items, at) => {
  const [verb, work, of, who] = items.slice(at, at + 4)
  if (readingOf(verb, 'past', 'gerund', 'bare', 'third')?.lemma !== 'coordinate') return undefined
  return verb && work?.key === 'work' && work.article === 'the' && of?.key === 'of' && who
    ? { take: 3, give: [verb] }
    : undefined
}

/** `, graded 8.1/10` as `(grade: 8.1/10)`. */
const graded: Rule = (items, at) => {
  const [comma, said, number] = items.slice(at, at + 3)
  if (comma?.key !== ',' || said?.key !== 'graded' || number?.kind !== 'number') return undefined
  return { take: 2, give: [signAt(':', comma), word('grade', said), signAt(':', said)] }
}

/** `35 deals in 2022 worth …`: `35 deals worth … in 2022`. */
const worthInYear: Rule = (items, at) => {
  const [tie, year] = items.slice(at, at + 2)
  if (tie?.key !== 'in' || !year || !isYear(year)) return undefined
  const rest = items.slice(at + 2)
  const end = rest.findIndex((item) => isEnd(item))
  const said = rest.slice(0, end < 0 ? undefined : end)
  const isPlain = said.every(
    (item) => item.kind !== 'sign' && (!isRelator(item) || item.key === 'of'),
  )
  return said[0]?.key === 'worth' && isPlain
    ? { take: 2 + said.length, give: [...said, tie, year] }
    : undefined
}

const subjects =
  /^(?:math|maths|mathematics|physics|chemistry|biology|history|geography|art|music|piano|guitar|violin|singing|swimming|dance|yoga|english|german|french|spanish|italian|latin|computing|programming)$/

/** `gave lessons in mathematics to pupils`: `taught mathematics to pupils`. */
const lessons: Rule = (items, at) => {
  const [verb, noun, tie, subject] = items.slice(at, at + 4)
  const light = readingOf(verb, 'past', 'participle', 'gerund', 'bare', 'third')
  if (!verb || !light || !/^(?:give|provide)$/.test(light.lemma)) return undefined
  if (!/^(?:lessons|classes|courses)$/.test(noun?.key ?? '') || tie?.key !== 'in') return undefined
  const form = formOf('teach', light.form, 'en')
  return form && subjects.test(subject?.key ?? '')
    ? { take: 3, give: [word(form, verb)] }
    : undefined
}

/** `children aged 3 to 6 years`: `children (ages 3–6)`. */
const aged: Rule = (items, at) => {
  const [said, low, to, high, unit] = items.slice(at, at + 5)
  if (said?.key !== 'aged' || low?.kind !== 'number' || high?.kind !== 'number') return undefined
  if (to?.key !== 'to') return undefined
  const take = unit?.key === 'years' ? 5 : 4
  return {
    take,
    give: [signAt('(', said), word('ages', said), low, to, high, signAt(')', high)],
  }
}

/** `the channels of the club, which have 4,000 followers`: the number in brackets. */
const whichHave: Rule = (items, at) => {
  const [comma, which, have, number] = items.slice(at, at + 4)
  if (comma?.key !== ',' || which?.key !== 'which' || number?.kind !== 'number') return undefined
  if (!/^ha(?:s|ve|d)$/.test(have?.key ?? '')) return undefined
  const rest = items.slice(at + 4)
  const end = rest.findIndex((item) => isEnd(item))
  const said = rest.slice(0, end < 0 ? undefined : end)
  const isPlain = said.length > 0 && said.every((item) => item.kind === 'word' && !isRelator(item))
  return isPlain ? { take: 3, give: [signAt(':', comma)] } : undefined
}

/** `four trips (26 pupils each)`: `four trips for 26 pupils each`. */
const each: Rule = (items, at) => {
  const [open, number, noun, every, close] = items.slice(at, at + 5)
  if (!open || !/^[:(]$/.test(open.key) || number?.kind !== 'number' || every?.key !== 'each')
    return undefined
  if (!/^(?:pupils|students|people|children|participants|guests|visitors)$/.test(noun?.key ?? ''))
    return undefined
  const isBracket = open.key === '('
  if (isBracket ? close?.key !== ')' : !isEnd(close)) return undefined
  return { take: isBracket ? 5 : 4, give: [word('for', open), ...items.slice(at + 1, at + 4)] }
}

/** `reached 118% of quota on average`: `averaged 118% of quota`. */
const averaged: Rule = (items, at) => {
  const [verb, number] = items.slice(at, at + 2)
  const lemma = readingOf(verb, 'past')?.lemma
  if (!verb || !opens(items, at) || !/^(?:reach|achieve|attain)$/.test(lemma ?? ''))
    return undefined
  const on = items.slice(at, at + 8).findIndex((item) => item.key === 'on')
  if (number?.kind !== 'number' || on < 2 || items[at + on + 1]?.key !== 'average') return undefined
  const said = items.slice(at + 1, at + on)
  if (said.some((item) => item.kind === 'sign' || (isRelator(item) && item.key !== 'of')))
    return undefined
  return { take: on + 2, give: [word('averaged', verb), ...said] }
}

export const toldAnew: readonly Rule[] = [
  pastProgressive,
  haveBeen,
  whichAsThat,
  taskColon,
  taskedWithDoings,
  workedAs,
  inGroups,
  totalOf,
  worth,
  coordinatedWork,
  graded,
  worthInYear,
  lessons,
  aged,
  whichHave,
  each,
  averaged,
]
