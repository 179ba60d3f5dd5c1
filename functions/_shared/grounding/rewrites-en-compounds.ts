/** English compounds: what a thing is for, of, in or made of may stand before it, and back. */
import { findTerms } from '../language/term-index.ts'
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { readingOf } from './rewriting.ts'
import { artefacts, closes, isRelator, word } from './rewriting-en.ts'

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

const written = new Set(
  'article articles post posts newsletter newsletters manual manuals document documents review reviews brochure brochures flyer flyers leaflet leaflets video videos offer offers'.split(
    ' ',
  ),
)
/** What has a place of its own, so that `four stores in Berlin` are `four Berlin stores`. */
const placed = new Set(
  'store stores shop shops branch branches office offices site sites warehouse warehouses hotel hotels cruise cruises plant plants clinic clinics'.split(
    ' ',
  ),
)
const sent = new Set(
  'shipment shipments delivery deliveries export exports flight flights trip trips'.split(' '),
)
const systems = /^(?:android|ios|windows|linux|macos)$/
const people = /^(?:patients|clients|customers|guests|pupils|students|residents|employees|members)$/
const capital = /^\p{Lu}/u

/** How many words after `noun tie` may go before the noun. */
function movable(items: readonly Item[], at: number): number {
  const [noun, tie, first, second] = items.slice(at, at + 4)
  if (!noun || !tie || !first) return 0
  const isMade = artefacts.has(noun.key) || written.has(noun.key)
  const rest = items.slice(at + 2, at + 6)
  const end = rest.findIndex((item) => item.kind === 'sign' || isRelator(item))
  const phrase = rest.slice(0, end < 0 ? undefined : end)
  const isName =
    phrase.length <= 2 &&
    phrase.every((item) => item.kind === 'word' && capital.test(item.text) && !item.opens)
  if (tie.key === 'in') {
    if (placed.has(noun.key)) return isName ? phrase.length : 0
    const [term] = isMade ? findTerms([first, ...(second ? [second] : [])]) : []
    if (term?.from !== 0) return 0
    // `in Java (Spring Boot)`
    const open = items[at + 2 + term.to]
    const close = items.slice(at + 2, at + 9).findIndex((item) => item.key === ')')
    return open?.key === '(' && close > 0 ? close + 1 : term.to
  }
  if (tie.key === 'to') return sent.has(noun.key) && isName ? phrase.length : 0
  if (tie.key !== 'for' || !isMade) return 0
  if (systems.test(first.key)) return 1
  if (first.article === undefined && people.test(first.text) && phrase.length === 1) return 1
  return /^(?:the|our)$/.test(first.article ?? '') &&
    phrase.length <= 3 &&
    phrase.every((item) => /^\p{Ll}+$/u.test(item.text))
    ? phrase.length
    : 0
}

/** `tests in Java`, `articles for the company blog`: what they are for goes before them. */
const compound =
  (wordsBefore: 0 | 1 | 2): Rule =>
  (items, start) => {
    const at = start + wordsBefore
    const length = movable(items, at)
    const behind = items[at + 2 + length]
    // `a dashboard in Power BI showing sales`
    const isTold = items[at + 1]?.key === 'in' && readingOf(behind, 'gerund') !== undefined
    if (length === 0 || !(closes(behind) || isTold)) return undefined
    const group = groupStart(items, at)
    if (group === undefined || group > start) return undefined
    const moved = items
      .slice(at + 2, at + 2 + length)
      .map((item) => (people.test(item.text) ? word(item.key.slice(0, -1), item) : item))
      .map((item) => ({ ...item, article: undefined }))
    return { take: wordsBefore + 2 + length, give: [...moved, ...items.slice(start, at + 1)] }
  }

/** `the summer party of the company`: `the company's summer party`. */
const ofOwner: Rule = (items, at) => {
  const of = items.slice(at, at + 5).findIndex((item) => item.key === 'of')
  const owner = items[at + of + 1]
  const [first, ...heads] = items.slice(at, at + of)
  if (!first || of < 2 || !owner || first.article === undefined) return undefined
  const isPeople = owner.article === undefined && people.test(owner.text)
  if (!(isPeople || /^(?:the|our)$/.test(owner.article ?? '')) || !closes(items[at + of + 2]))
    return undefined
  // `the annual review of patients` is not one that they gave.
  if (isPeople && [first, ...heads].some((item) => readingOf(item, 'noun', 'gerund')))
    return undefined
  if ([first, ...heads, owner].some((item) => item.kind !== 'word' || isRelator(item)))
    return undefined
  if (/^(?:as|to)$/.test(items[at - 1]?.key ?? '')) return undefined
  return { take: of + 2, give: [owner, { ...first, article: undefined }, ...heads] }
}

/** `applications for building permits`: `building permit applications`. */
const forThings: Rule = (items, at) => {
  const [head, tie, ...rest] = items.slice(at, at + 5)
  if (!head || tie?.key !== 'for') return undefined
  if (!/^(?:applications|contracts|permits|licenses|licences)$/.test(head.key)) return undefined
  const end = rest.findIndex(
    (item) =>
      item.kind === 'sign' ||
      isRelator(item) ||
      item.verbs.some(({ form }) => form === 'participle'),
  )
  const things = rest.slice(0, end < 0 ? undefined : end)
  const last = things.at(-1)
  const isAuxiliary = (item: Item | undefined) => /^(?:was|were|is|are)$/.test(item?.key ?? '')
  const object = isAuxiliary(last) ? things.slice(0, -1) : things
  const noun = object.at(-1)
  const behind = items[at + 2 + object.length]
  if (!noun || !(closes(behind) || isAuxiliary(behind))) return undefined
  // Of people it would be theirs: `client contracts`.
  if (!/[^s]s$/.test(noun.key) || /(?:ers|ors|ents|ants|ees)$/.test(noun.key)) return undefined
  if (object.some((item) => item.article !== undefined || !/^\p{Ll}+$/u.test(item.text)))
    return undefined
  return {
    take: 2 + object.length,
    give: [
      ...object.slice(0, -1),
      word(noun.key.slice(0, -1), noun),
      { ...head, article: undefined },
    ],
  }
}

/** `questions from citizens`: `citizens' questions`. */
const fromPeople: Rule = (items, at) => {
  const [noun, from, whom] = items.slice(at, at + 3)
  if (!noun || from?.key !== 'from' || !whom || !closes(items[at + 3])) return undefined
  if (!/^(?:questions|complaints|inquiries|enquiries|requests)$/.test(noun.key)) return undefined
  return /^\p{Ll}{3,}[^s]s$/u.test(whom.text) && whom.article === undefined
    ? { take: 3, give: [whom, noun] }
    : undefined
}

/** Doings that a compound names by what is done to it; `team building` is no building of teams. */
const compoundDoings =
  /^(?:cleaning|driving|planning|processing|scheduling|packing|loading|unloading|cooking|baking|picking|monitoring|tracking|counting|repairing|editing|selling|buying|filing|walking|watering|mowing|organizing)$/

/** `forklift driving`, `window cleaning`: `driving forklifts`. */
const gerundCompound: Rule = (items, at) => {
  const [noun, doing] = items.slice(at, at + 2)
  const before = items[at - 1]
  if (noun?.kind !== 'word' || !doing || !compoundDoings.test(doing.key)) return undefined
  if (noun.verbs.length > 0 || isRelator(noun) || !/^\p{Ll}{3,}[^s]$/u.test(noun.text))
    return undefined
  if (noun.article !== undefined || doing.article !== undefined) return undefined
  if (before && !(isRelator(before) || /^[,:]$/.test(before.key))) return undefined
  if (!closes(items[at + 2]) && !/^(?:and|,)$/.test(items[at + 2]?.key ?? '')) return undefined
  return { take: 2, give: [doing, word(`${noun.key}s`, noun)] }
}

/** `23 drives (ABB and Siemens)`: the makers may stand before what they made. */
const bracketedNames: Rule = (items, at) => {
  const [number, first, second] = items.slice(at, at + 3)
  if (number?.kind !== 'number' || first?.kind !== 'word' || isRelator(first)) return undefined
  const size = second?.key === '(' ? 1 : 2
  if (size === 2 && (second?.kind !== 'word' || isRelator(second))) return undefined
  const rest = items.slice(at + 1 + size)
  const end = rest.findIndex((item) => item.key === ')')
  const names = rest.slice(1, end)
  if (rest[0]?.key !== '(' || end < 2 || !closes(rest[end + 1])) return undefined
  const isName = (item: Item) => /^(?:and|,)$/.test(item.key) || capital.test(item.text)
  if (!names.every((item) => item.kind !== 'number' && isName(item))) return undefined
  return {
    take: 1 + size + end + 1,
    give: [number, ...names, ...items.slice(at + 1, at + 1 + size)],
  }
}

export const compounds: readonly Rule[] = [
  compound(0),
  compound(1),
  compound(2),
  ofOwner,
  forThings,
  fromPeople,
  gerundCompound,
  bracketedNames,
]
