/** English paraphrases that say the same, or no more. */
import { findTerms } from '../language/term-index.ts'
import type { VerbForm } from '../language/verbs.ts'
import { verbsOf } from '../language/verbs.ts'
import { englishArtefacts } from '../language/verbs-en.ts'
import { wordLists } from '../language/words.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, isYear, readingOf, signAt, wordAt } from './rewriting.ts'

const lists = wordLists.en
const verbs = verbsOf('en')
const artefacts = new Set(englishArtefacts.split(' '))
const timeUnit = /^(?:hour|day|week|month|quarter|year|shift|night|session)$/
const written =
  /^(?:thesis|dissertation|report|reports|study|article|articles|paper|papers|lecture|lectures|talk|talks|presentation|presentations|workshop|workshops)$/
const word = (key: string, from: Item) => wordAt(key, from, 'en')
const isRelator = (item: Item | undefined) => item !== undefined && lists.relators.has(item.key)
const opens = (items: readonly Item[], at: number) => at === 0 || isEnd(items[at - 1])

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
  return timeUnit.test(unit.key) ? { take: 4, give: [per, thing, word('per', and), unit] } : undefined
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

/** `replaced A by B`, but not where B may be who did it. */
const replaced: Rule = (items, at) => {
  const before = items[at - 1]
  const found = readingOf(items[at], 'past', 'bare', 'gerund', 'third')
  if (found?.lemma !== 'replace' || !(opens(items, at) || /^(?:and|,|to|by)$/.test(before?.key ?? '')))
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

/** `to answer calls and to make appointments`. */
const andTo: Rule = (items, at) => {
  const [and, to, verb] = items.slice(at, at + 3)
  if (!and || !verb || and.key !== 'and' || to?.key !== 'to' || !readingOf(verb, 'bare'))
    return undefined
  const isGoverned = items
    .slice(0, at)
    .some((item, index) => item.key === 'to' && readingOf(items[index + 1], 'bare'))
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

export const sameInEnglish: readonly Rule[] = [
  year,
  rate,
  rates,
  change,
  range,
  replaced,
  ofWhom,
  andTo,
  about,
  including,
  gerundOf,
  possessive,
  closingBrackets,
]

/**
 * Nouns that name a doing, the verb for it, and the words that may stand before what it is done to.
 * `research for BMW` is not `researched BMW`, so each noun has its own.
 */
const lightNouns: Readonly<Record<string, readonly [verb: string, ties: string]>> = {
  interview: ['interview', 'with of'],
  inspection: ['inspect', 'of on'],
  audit: ['audit', 'of on'],
  review: ['review', 'of'],
  assessment: ['assess', 'of'],
  evaluation: ['evaluate', 'of'],
  analysis: ['analyze', 'of'],
  repair: ['repair', 'of to on'],
  maintenance: ['maintain', 'of on'],
  calibration: ['calibrate', 'of'],
  installation: ['install', 'of'],
  test: ['test', 'of on'],
  presentation: ['present', 'of on about'],
  training: ['train', 'of to for'],
  support: ['support', 'to for'],
  assistance: ['assist', 'to'],
  research: ['research', 'on into about'],
  survey: ['survey', 'of'],
  improvement: ['improve', 'to of'],
  update: ['update', 'of to'],
  translation: ['translate', 'of'],
  coordination: ['coordinate', 'of'],
  preparation: ['prepare', 'of'],
  organization: ['organize', 'of'],
  documentation: ['document', 'of'],
  monitoring: ['monitor', 'of'],
  comparison: ['compare', 'of'],
  check: ['check', 'of on'],
  estimate: ['estimate', 'of'],
}
const lightVerbs = new Set('do perform conduct execute make give provide offer undertake'.split(' '))

const oftenAs: Readonly<Record<string, string>> = {
  regular: 'regularly',
  daily: 'daily',
  weekly: 'weekly',
  monthly: 'monthly',
}

/** `conducted interviews with owners`, `performed regular maintenance of machines`. */
const lightVerb: Rule = (items, at) => {
  const verb = items[at]
  const often = oftenAs[items[at + 1]?.key ?? '']
  const [noun, tie, object] = items.slice(at + (often ? 2 : 1))
  const light = readingOf(verb, 'past', 'participle', 'gerund', 'bare', 'third')
  if (!verb || !light || !noun || !tie || !object || !lightVerbs.has(light.lemma)) return undefined
  const singular = noun.key === 'analyses' ? 'analysis' : noun.key.replace(/(?<!s|i)s$/, '')
  const doing = lightNouns[singular]
  if (!doing?.[1].split(' ').includes(tie.key) || object.kind === 'sign') return undefined
  const form = formOf(doing[0], light.form, 'en')
  if (!form) return undefined
  const done = word(form, verb)
  return often
    ? { take: 4, give: [done, word(often, items[at + 1] ?? verb)] }
    : { take: 3, give: [done] }
}

/** `gave presentations to clients about products`: `presented products to clients`. */
const presented: Rule = (items, at) => {
  const [verb, noun, to] = items.slice(at, at + 3)
  const light = readingOf(verb, 'past', 'participle', 'gerund', 'bare', 'third')
  if (!verb || !light || !lightVerbs.has(light.lemma) || to?.key !== 'to') return undefined
  if (!/^presentations?$/.test(noun?.key ?? '')) return undefined
  const rest = items.slice(at + 3)
  const length = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, length < 0 ? undefined : length)
  const about = clause.findIndex((item) => item.kind === 'sign' || isRelator(item))
  const form = formOf('present', light.form, 'en')
  if (!form || about < 1 || !/^(?:about|on)$/.test(clause[about]?.key ?? '')) return undefined
  const topic = clause.slice(about + 1)
  if (topic.length === 0 || topic.some((item) => item.kind === 'sign' || isRelator(item)))
    return undefined
  return {
    take: 3 + clause.length,
    give: [word(form, verb), ...topic, to, ...clause.slice(0, about)],
  }
}

/** `My main tasks were answering calls and making appointments`, `the job was to answer calls`. */
const taskOpening: Rule = (items, at) => {
  if (!opens(items, at)) return undefined
  let next = at
  const skip = (pattern: RegExp) => {
    if (pattern.test(items[next]?.key ?? '')) next++
    else return false
    return true
  }
  skip(/^(?:main|primary|principal|core|key|daily|day-to-day|regular)$/)
  if (!skip(/^(?:tasks?|dut(?:y|ies)|job|responsibilit(?:y|ies)|work|role)$/)) return undefined
  const verb = items[next]
  const start = items[at]
  if (!verb || !start || !skip(/^(?:was|were|is|are|includes?|included|involved|consisted)$/))
    return undefined
  if (verb.key === 'consisted' && !skip(/^of$/)) return undefined
  const to = skip(/^to$/)
  const first = items[next]
  const isNominal = readingOf(first, 'noun') !== undefined && items[next + 1]?.key === 'of'
  if (!first || !(isNominal || readingOf(first, to ? 'bare' : 'gerund'))) return undefined
  const present = /^(?:is|are|includes?)$/.test(verb.key)
  const rest = items.slice(next)
  // Inside `to answer … and make …` every verb of the list hangs on the opening.
  const end = rest.findIndex((item) => isEnd(item))
  const governed = rest.slice(0, end < 0 ? undefined : end).map((item, index) => {
    const isJoined = index === 0 || /^(?:and|,)$/.test(rest[index - 1]?.key ?? '')
    const bare = to && isJoined && item.article === undefined ? readingOf(item, 'bare') : undefined
    const gerund = bare && formOf(bare.lemma, 'gerund', 'en')
    return gerund ? word(gerund, item) : item
  })
  return {
    take: next - at + governed.length,
    give: [
      word(present ? 'is' : 'was', start),
      word('responsible', verb),
      word('for', verb),
      ...governed,
    ],
  }
}

/**
 * `was tasked with answering calls`: a duty that goes on was done. What has an end, or leads, was only
 * asked for.
 */
const tasked: Rule = (items, at) => {
  const [was, verb, tie, doing] = items.slice(at, at + 4)
  if (!was || !verb || !tie || !/^(?:was|were)$/.test(was.key) || !opens(items, at))
    return undefined
  if (!/^(?:tasked|charged|entrusted)$/.test(verb.key) || tie.key !== 'with') return undefined
  const lemma = readingOf(doing, 'gerund')?.lemma
  if (lemma === undefined || verbs.strength(lemma) > 3 || !verbs.isActivity(lemma)) return undefined
  return { take: 3, give: [was, word('responsible', verb), word('for', tie)] }
}

/** `Was the contact for suppliers`. */
const wasOpening: Rule = (items, at) => {
  const [was, next] = items.slice(at, at + 2)
  if (!was || !opens(items, at) || !/^(?:was|were|am)$/.test(was.key)) return undefined
  if (next?.kind !== 'word' || next.key.length < 3) return undefined
  if (lists.limits.has(next.key) && next.key !== 'part') return undefined
  const isNoun = next.article !== undefined || next.key === 'part' || next.key === 'member'
  return isNoun || readingOf(next, 'participle')?.lemma === 'second'
    ? { take: 1, give: [] }
    : undefined
}

/** `a service that connects carriers`: `a service connecting carriers`. */
const relative: Rule = (items, at) => {
  const [noun, pronoun, verb, next] = items.slice(at, at + 4)
  if (noun?.kind !== 'word' || isRelator(noun) || !verb || !pronoun) return undefined
  if (!/^(?:that|which|who)$/.test(pronoun.key) || isEnd(next)) return undefined
  const lemma = readingOf(verb, 'third')?.lemma
  const gerund = lemma && formOf(lemma, 'gerund', 'en')
  return gerund ? { take: 3, give: [noun, word(gerund, verb)] } : undefined
}

/** `a system that five teams use`: `a system used by five teams`. */
const relativeObject: Rule = (items, at) => {
  const [noun, pronoun] = items.slice(at, at + 2)
  if (noun?.kind !== 'word' || isRelator(noun) || pronoun?.key !== 'that') return undefined
  for (let length = 1; length <= 3; length++) {
    const actors = items.slice(at + 2, at + 2 + length)
    const verb = items[at + 2 + length]
    const reading = readingOf(verb, 'bare', 'third')
    if (!verb || !reading || !isEnd(items[at + 3 + length])) continue
    if (actors.some((item) => item.kind === 'sign' || isRelator(item))) return undefined
    const participle = formOf(reading.lemma, 'participle', 'en')
    if (!participle) return undefined
    return {
      take: length + 3,
      give: [noun, word(participle, verb), word('by', pronoun), ...actors],
    }
  }
  return undefined
}

/** `a team of 14 people`. */
const people: Rule = (items, at) => {
  const [group, of, number, noun] = items.slice(at, at + 4)
  if (!group || !of || number?.kind !== 'number' || of.key !== 'of' || !noun) return undefined
  return /^(?:team|group|staff|crew|department)$/.test(group.key) &&
    /^(?:people|persons|members)$/.test(noun.key)
    ? { take: 4, give: [group, of, number] }
    : undefined
}

/** `assisted with the program`: both lend a hand to it. */
const supported: Rule = (items, at) => {
  const [verb, tie, object] = items.slice(at, at + 3)
  const reading = readingOf(verb, 'past', 'gerund', 'bare', 'third')
  if (!verb || !reading || tie?.key !== 'with' || !object || !opens(items, at)) return undefined
  if (!/^(?:assist|help)$/.test(reading.lemma) || readingOf(object, 'gerund')) return undefined
  const form = formOf('support', reading.form, 'en')
  return form ? { take: 2, give: [word(form, verb)] } : undefined
}

/** `helped the team to replace exports`. */
const helpTo: Rule = (items, at) => {
  const verb = items[at]
  const reading = readingOf(verb, 'past', 'gerund', 'bare', 'third')
  if (reading?.lemma !== 'help') return undefined
  const rest = items.slice(at + 1, at + 7)
  const to = rest.findIndex((item) => item.kind === 'sign' || isRelator(item))
  if (to < 0 || rest[to]?.key !== 'to' || !readingOf(rest[to + 1], 'bare')) return undefined
  return { take: to + 2, give: items.slice(at, at + 1 + to) }
}

/** `used Python for the cleaning of data`, `for cleaning data`: `to clean data`. */
const purpose: Rule = (items, at) => {
  const [before, tie, doing, of] = items.slice(at, at + 4)
  if (!before || !tie || !doing || tie.key !== 'for' || before.kind !== 'word') return undefined
  if (/^(?:responsible|known|thanked|praised|award|prize|praise|reputation)$/.test(before.key))
    return undefined
  const gerund = readingOf(doing, 'gerund')
  const noun = of?.key === 'of' ? readingOf(doing, 'noun') : undefined
  const bare = formOf((gerund ?? noun)?.lemma ?? '', 'bare', 'en')
  if (!bare) return undefined
  const used = items.slice(0, at).some((item) => /^us(?:e|ed|ing|es)$/.test(item.key) || item.text.toLowerCase() === 'made use of')
  if (!used) return undefined
  return {
    take: of?.key === 'of' ? 4 : 3,
    give: [before, word('to', tie), { ...word(bare, doing), article: undefined }],
  }
}

/** `juniors, two of whom were promoted`: `juniors; two were promoted`, `including two who …`. */
const someOfWhom =
  (included: boolean): Rule =>
  (items, at) => {
    const [comma, number, of, who] = items.slice(at, at + 4)
    if (!comma || !number || !of || !who || comma.key !== ',' || number.kind !== 'number')
      return undefined
    if (of.key !== 'of' || who.key !== 'whom') return undefined
    const give = included
      ? [word('including', comma), number, word('who', who)]
      : [signAt(';', comma), number]
    return { take: 4, give }
  }

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
    const often = { day: 'daily', week: 'weekly', month: 'monthly', year: 'yearly' }[unit?.key ?? '']
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

/** Made with a tool on purpose: of an effect (`used Excel to cut costs`) only the try is told. */
const makings = new Set(
  'automate build create design develop generate calculate visualize model draw program'.split(' '),
)

/** `used Python to automate reports`: `automated reports with Python`. */
const usedFor: Rule = (items, at) => {
  const verb = items[at]
  const use = readingOf(verb, 'past', 'bare', 'third', 'gerund')
  if (!verb || use?.lemma !== 'use' || !opens(items, at)) return undefined
  const rest = items.slice(at + 1)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  const to = clause.findIndex((item) => item.key === 'to')
  const tool = clause.slice(0, to)
  const doing = readingOf(clause[to + 1], 'bare')
  const first = clause[to + 1]
  if (to < 1 || !doing || !first) return undefined
  if (!(verbs.isActivity(doing.lemma) || makings.has(doing.lemma))) return undefined
  if (verbs.strength(doing.lemma) !== 3 || verbs.isEffect(doing.lemma)) return undefined
  if (tool.some((item) => isRelator(item) && item.key !== 'and')) return undefined
  const object = clause.slice(to + 2)
  if (object.some((item) => item.kind === 'sign' || /^(?:and|or|by|with)$/.test(item.key)))
    return undefined
  const form = formOf(doing.lemma, use.form, 'en')
  return form
    ? {
        take: 1 + clause.length,
        give: [word(form, first), ...object, word('with', verb), ...tool],
      }
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
        !/^(?:and|or|but|that|which|who|while|when|to|by|from|after|before|since|until)$/.test(item.key) &&
        !readingOf(item, 'past', 'participle', 'gerund'),
    )
  return isSimple && rest.length > 1
    ? { take: sentence.length, give: [tie, number, signAt(',', tie), ...rest] }
    : undefined
}

/** `took care of residents`. */
const caredFor: Rule = (items, at) => {
  const item = items[at]
  const match = item?.text.toLowerCase().match(/^(took|taking|take) care of$/)
  if (!item || !match) return undefined
  const form: VerbForm = match[1] === 'took' ? 'past' : match[1] === 'taking' ? 'gerund' : 'bare'
  return { take: 1, give: [word(formOf('care', form, 'en') ?? 'cared', item), word('for', item)] }
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

export const impliedInEnglish: readonly Rule[] = [
  lightVerb,
  presented,
  taskOpening,
  tasked,
  wasOpening,
  relative,
  relativeObject,
  people,
  supported,
  helpTo,
  purpose,
  someOfWhom(false),
  someOfWhom(true),
  compound(0),
  compound(1),
  compound(2),
  counted,
  perUnit(true),
  perUnit(false),
  changeLast,
  usedFor,
  yearFirst,
  caredFor,
  closingNumber,
]
