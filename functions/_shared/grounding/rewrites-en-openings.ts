/** English: what stands before the deed and says nothing of it: duties, roles, phrases set in front. */
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, readingOf, signAt } from './rewriting.ts'
import { isRelator, opens, verbs, word } from './rewriting-en.ts'

const frontable = /^(?:in|during|at|since|with|within|after|until|under|on|across|throughout|for)$/
const dividing =
  /^(?:but|that|which|who|while|when|because|where|by|before|after|since|until|so|if|than)$/

/** What a sentence from `at` on says, up to its end. */
function sentenceFrom(items: readonly Item[], at: number): readonly Item[] {
  const length = items.slice(at).findIndex((item) => isEnd(item))
  return items.slice(at, length < 0 ? undefined : at + length)
}

/** `During my apprenticeship I repaired cars`: what holds for every deed holds for the last. */
const fronted: Rule = (items, at) => {
  const first = items[at]
  if (!opens(items, at) || !first || !frontable.test(first.key)) return undefined
  const sentence = sentenceFrom(items, at)
  const start = sentence.findIndex(
    (item, index) =>
      index > 1 &&
      readingOf(item, 'past') !== undefined &&
      (item.article === 'i' || sentence[index - 1]?.key === ','),
  )
  if (start < 2) return undefined
  const phrase = sentence.slice(0, sentence[start - 1]?.key === ',' ? start - 1 : start)
  const rest = sentence.slice(start)
  if (rest.length < 2 || phrase.length > 6) return undefined
  if (phrase.some((item, index) => item.kind === 'sign' || (index > 0 && dividing.test(item.key))))
    return undefined
  const isOneDeed = rest.every(
    (item, index) =>
      (item.kind !== 'sign' || item.key === ',') &&
      !dividing.test(item.key) &&
      !readingOf(item, 'gerund') &&
      (index === 0 || !readingOf(item, 'past') || /^(?:and|,)$/.test(rest[index - 1]?.key ?? '')),
  )
  return isOneDeed ? { take: sentence.length, give: [...rest, ...phrase] } : undefined
}

/** `Duties: cleaning of rooms, serving of meals`. */
const dutiesColon: Rule = (items, at) => {
  const size = /^(?:main|primary|key|daily)$/.test(items[at]?.key ?? '') ? 1 : 0
  const [duties, colon, doing] = items.slice(at + size, at + size + 3)
  if (!opens(items, at) || !duties || colon?.key !== ':') return undefined
  if (!/^(?:tasks|duties|responsibilities)$/.test(duties.key)) return undefined
  if (!readingOf(doing, 'gerund', 'noun')) return undefined
  return { take: size + 2, give: [word('responsible', duties), word('for', colon)] }
}

/** Roles that one has by doing what they are called for. */
const roles: Readonly<Record<string, string>> = {
  mentor: 'mentor',
  tutor: 'tutor',
  coach: 'coach',
  trainer: 'train',
  instructor: 'instruct',
}

/** `acted as a mentor for two juniors`: `mentored two juniors`. */
const actedAs: Rule = (items, at) => {
  const [acted, as, role, tie, object, next] = items.slice(at, at + 6)
  const rest = items.slice(at + 4)
  const end = rest.findIndex((item) => item.kind === 'sign' || isRelator(item))
  const whom = rest.slice(0, end < 0 ? undefined : end)
  const reading = readingOf(acted, 'past', 'gerund', 'bare')
  if (!acted || !reading || !/^(?:act|serve|work)$/.test(reading.lemma)) return undefined
  const verb = roles[role?.key ?? '']
  if (as?.key !== 'as' || !verb || !/^(?:for|to|of)$/.test(tie?.key ?? '')) return undefined
  if (role?.article === 'the') return undefined
  // Of `a mentor for Google` the firm is no pupil.
  const counted = object?.kind === 'number' && next?.kind === 'word'
  if (!counted && !whom.every((item) => /^\p{Ll}/u.test(item.text))) return undefined
  if (!counted && !/[^s]s$/.test(whom.at(-1)?.key ?? '')) return undefined
  const form = formOf(verb, reading.form, 'en')
  return form ? { take: 4, give: [word(form, acted)] } : undefined
}

/** `Currently I am studying law`: `Currently studying law`. */
const amDoing: Rule = (items, at) => {
  const size = /ly$/.test(items[at]?.key ?? '') ? 1 : 0
  const [am, verb] = items.slice(at + size, at + size + 2)
  if (!opens(items, at) || am?.key !== 'am' || !verb || !readingOf(verb, 'gerund')) return undefined
  return { take: size + 2, give: [...items.slice(at, at + size), { ...verb, article: undefined }] }
}

/** `and helped to sort`, where the sentence helps already. */
const helpedAgain: Rule = (items, at) => {
  const [and, again, to] = items.slice(at, at + 3)
  const lemma = readingOf(again, 'past', 'third')?.lemma
  if (and?.key !== 'and' || lemma !== 'help') return undefined
  const sentence = items.slice(0, at)
  const first = sentence.findIndex((item) => readingOf(item, 'past', 'third')?.lemma === 'help')
  const said = sentence.slice(first + 1)
  const isOpen =
    first >= 0 && said.every((item) => item.kind !== 'sign' && !readingOf(item, 'past', 'gerund'))
  const size = to?.key === 'to' ? 3 : 2
  return isOpen && readingOf(items[at + size], 'bare') ? { take: size, give: [and] } : undefined
}

/** `wrote tests and thereby raised coverage`: the effect is said to be one. */
const thereby: Rule = (items, at) => {
  const [and, so, verb] = items.slice(at, at + 3)
  if (and?.key !== 'and' || !so || !/^(?:thereby|thus)$/.test(so.key) || !verb) return undefined
  const lemma = readingOf(verb, 'past')?.lemma
  const gerund = lemma && verbs.isEffect(lemma) && formOf(lemma, 'gerund', 'en')
  return gerund ? { take: 3, give: [signAt(',', and), word(gerund, verb)] } : undefined
}

/** `cut hair and coloured hair`: `cut and coloured hair`. */
const sameObject: Rule = (items, at) => {
  const one = readingOf(items[at], 'past', 'gerund')
  const first = items[at]
  if (!one || !first) return undefined
  const and = items.slice(at, at + 5).findIndex((item) => item.key === 'and')
  const again = items[at + and + 1]
  const two = readingOf(again, one.form)
  const object = items.slice(at + 1, at + and)
  if (and < 2 || !again || !two) return undefined
  if (object.some((item) => item.kind !== 'word' || isRelator(item))) return undefined
  const repeated = items.slice(at + and + 2, at + and + 2 + object.length)
  if (repeated.map((item) => item.key).join(' ') !== object.map((item) => item.key).join(' '))
    return undefined
  const joint = items[at + and]
  return joint ? { take: and + 2, give: [first, joint, again] } : undefined
}

/** `took care of the booking of flights`: `booked flights`. */
const tookCare: Rule = (items, at) => {
  const [took, doing, of] = items.slice(at, at + 3)
  const match = took?.text.toLowerCase().match(/^(took|taking) care of$/)
  const lemma = readingOf(doing, 'gerund', 'noun')?.lemma
  if (!match || !took || lemma === undefined || of?.key !== 'of') return undefined
  if (verbs.strength(lemma) !== 3 || verbs.isEffect(lemma) || verbs.isEnd(lemma)) return undefined
  const form = formOf(lemma, match[1] === 'took' ? 'past' : 'gerund', 'en')
  return form ? { take: 3, give: [word(form, took)] } : undefined
}

/** `helped colleagues with the preparation of accounts`: `helped colleagues prepare accounts`. */
const helpedWith: Rule = (items, at) => {
  const verb = items[at]
  if (readingOf(verb, 'past', 'bare', 'third', 'gerund')?.lemma !== 'help') return undefined
  const rest = items.slice(at + 1, at + 6)
  const tie = rest.findIndex((item) => item.kind === 'sign' || isRelator(item))
  const [doing, of] = rest.slice(tie + 1)
  if (tie < 1 || !/^(?:with|in)$/.test(rest[tie]?.key ?? '') || !doing) return undefined
  const noun = of?.key === 'of' ? readingOf(doing, 'noun', 'gerund') : undefined
  const bare = formOf((noun ?? readingOf(doing, 'gerund'))?.lemma ?? '', 'bare', 'en')
  return bare
    ? {
        take: tie + (noun ? 4 : 3),
        give: [...items.slice(at, at + 1 + tie), { ...word(bare, doing), article: undefined }],
      }
    : undefined
}

/** `trained in the operation of machines`: `trained in operating machines`. */
const inDoing: Rule = (items, at) => {
  const [tie, doing, of] = items.slice(at, at + 3)
  if (!tie || !/^(?:in|on|with|about)$/.test(tie.key) || !doing || of?.key !== 'of')
    return undefined
  if (doing.article !== 'the') return undefined
  const lemma = { use: 'use', choice: 'choose' }[doing.key] ?? readingOf(doing, 'noun')?.lemma
  const gerund = lemma && formOf(lemma, 'gerund', 'en')
  // `using` is read as `with`.
  const verb = gerund === 'using' ? 'with' : gerund
  return verb ? { take: 3, give: [tie, { ...word(verb, doing), article: undefined }] } : undefined
}

export const openings: readonly Rule[] = [
  fronted,
  dutiesColon,
  actedAs,
  amDoing,
  helpedAgain,
  thereby,
  sameObject,
  tookCare,
  helpedWith,
  inDoing,
]
