/** English: what was done, told with another verb: duties, light verbs, relative clauses, passives. */
import type { VerbForm } from '../language/verbs.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, readingOf, signAt } from './rewriting.ts'
import { isRelator, opens, verbs, word } from './rewriting-en.ts'

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
  information: ['inform', 'to'],
  advice: ['advise', 'to'],
  instruction: ['instruct', 'to'],
  measurement: ['measure', 'of'],
}
const lightVerbs = new Set(
  'do perform conduct execute make give provide offer undertake take'.split(' '),
)

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

/** `a service that connects carriers`: `a service connecting carriers`. */
const relative: Rule = (items, at) => {
  const [noun, pronoun, verb, next] = items.slice(at, at + 4)
  if (noun?.kind !== 'word' || isRelator(noun) || !verb || !pronoun) return undefined
  if (!/^(?:that|which|who)$/.test(pronoun.key) || isEnd(next)) return undefined
  // `pipelines that load data`: the plural has the bare verb.
  const lemma =
    readingOf(verb, 'third')?.lemma ??
    (/[^s]s$/.test(noun.key) ? readingOf(verb, 'bare')?.lemma : undefined)
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

/** `Events were planned and carried out`: who did it is not said, so it is the person of the resume. */
const twoPassives: Rule = (items, at) => {
  if (!opens(items, at)) return undefined
  const was = items.slice(at, at + 5).findIndex((item) => /^(?:was|were)$/.test(item.key))
  const [first, and, second] = items.slice(at + was + 1)
  const said = items.slice(at, at + was)
  const one = readingOf(first, 'participle')
  const two = readingOf(second, 'participle')
  if (was < 1 || !first || !and || !second || !one || !two || and.key !== 'and') return undefined
  const isTied = (item: Item) => isRelator(item) && !/^(?:for|of|on)$/.test(item.key)
  if (said.some((item) => item.kind !== 'word' || isTied(item))) return undefined
  const rest = items.slice(at + was + 4)
  const end = rest.findIndex((item) => isEnd(item))
  const clause = rest.slice(0, end < 0 ? undefined : end)
  if (clause.some((item) => item.key === 'by')) return undefined
  const [done, also] = [one, two].map(({ lemma }) => formOf(lemma, 'past', 'en'))
  if (!done || !also) return undefined
  return {
    take: was + 4,
    give: [word(done, first), and, word(also, second), ...said],
  }
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
  const used = items
    .slice(0, at)
    .some(
      (item) => /^us(?:e|ed|ing|es)$/.test(item.key) || item.text.toLowerCase() === 'made use of',
    )
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

/** `took care of residents`. */
const caredFor: Rule = (items, at) => {
  const item = items[at]
  const match = item?.text.toLowerCase().match(/^(took|taking|take) care of$/)
  if (!item || !match) return undefined
  const form: VerbForm = match[1] === 'took' ? 'past' : match[1] === 'taking' ? 'gerund' : 'bare'
  return { take: 1, give: [word(formOf('care', form, 'en') ?? 'cared', item), word('for', item)] }
}

export const retoldDoings: readonly Rule[] = [
  lightVerb,
  presented,
  relative,
  relativeObject,
  twoPassives,
  people,
  supported,
  helpTo,
  purpose,
  someOfWhom(false),
  someOfWhom(true),
  usedFor,
  caredFor,
]
