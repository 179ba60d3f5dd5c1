/**
 * German clauses: the verb stands first (`leitete ein Team`), last (`Team geleitet`), in two places
 * (`führte Kanban ein`) or is a noun (`Leitung eines Teams`); what it is about keeps its order in all four.
 */
import type { VerbForm, VerbReading, Verbs } from '../language/verbs.ts'
import { wordLists } from '../language/words.ts'
import {
  type Clause,
  type ClauseVerb,
  type Frequency,
  type Part,
  type Relation,
  type Tense,
  tieOf,
} from './clause.ts'
import type { Item } from './items.ts'

const lists = wordLists.de
const genitives = /^(?:des|der|eines|einer|meiner|meines|unserer|unseres|dieser|dieses)$/
const joins = /^(?:,|und|-)$/
const subordinators = /^(?:indem|während|wobei|wodurch|dass|weil|welche[rs]?)$/
const weakNouns =
  /^(?:mitarbeiten|mitwirken|teilnehmen|beteiligen|zusammenarbeiten|mithelfen|arbeiten)$/
const weakNounTies = /^(?:bei|an|in|mit)$/

type Found = { readonly index: number; readonly reading: VerbReading; readonly particleAt: number }

/** Cuts a sentence where a new verb begins, so that each piece has one main verb. */
export function germanClauses(items: readonly Item[], verbs: Verbs): Clause[] {
  const clauses: Clause[] = []
  let sentence: Item[] = []
  const flush = () => {
    if (sentence.length > 0) clauses.push(...readSentence(sentence, verbs, clauses.length > 0))
    sentence = []
  }
  for (const item of items) {
    if (item.kind === 'sign' && (item.key === '.' || item.key === ';')) flush()
    else sentence.push(item)
  }
  flush()
  return clauses
}

function readSentence(sentence: readonly Item[], verbs: Verbs, follows: boolean): Clause[] {
  const pieces: Item[][] = []
  let piece: Item[] = []
  let rest: Item[] = []
  for (const item of sentence) {
    if (joins.test(item.key) && rest.length > 0) {
      piece = join(pieces, piece, rest, verbs)
      rest = [item]
    } else rest.push(item)
  }
  piece = join(pieces, piece, rest, verbs)
  if (piece.length > 0) pieces.push(piece)

  const clauses: Clause[] = []
  let governor: string | undefined
  let wrapped: Tense | undefined
  pieces.forEach((part, index) => {
    const read = readPiece(part, verbs, index === 0 && !follows, governor, wrapped)
    clauses.push(...read.clauses)
    governor = read.governor
    wrapped = read.wrapped
  })
  return clauses
}

/** Adds words to the open piece, or closes it first if both have a verb of their own. */
function join(pieces: Item[][], piece: Item[], rest: readonly Item[], verbs: Verbs): Item[] {
  const first = firstWord(piece)
  const at =
    piece[first]?.key === 'verantwortlich' && piece[first + 1]?.key === 'für' ? first + 2 : first
  const opening = piece[at]
  const isBareNoun =
    opening !== undefined && at === piece.length - 1 && pick(opening, 'noun') !== undefined
  const isNouns = opening !== undefined && isNounOfDoing(piece, at) !== undefined
  if ((isBareNoun || isNouns) && isNounOfDoing(rest, firstWord(rest))) {
    pieces.push(piece)
    return [...rest]
  }
  if (piece.length > 0 && mainVerb(piece, verbs, false) && mainVerb(rest, verbs, true)) {
    pieces.push(piece)
    return [...rest]
  }
  return [...piece, ...rest]
}

function pick(item: Item, ...forms: VerbForm[]): VerbReading | undefined {
  for (const form of forms) {
    const reading = item.verbs.find((verb) => verb.form === form && verb.particle === undefined)
    if (reading) return reading
  }
  return undefined
}

function firstWord(items: readonly Item[]): number {
  return items.findIndex((item) => !joins.test(item.key))
}

function isNounOfDoing(items: readonly Item[], index: number): VerbReading | undefined {
  const item = items[index]
  if (!item || !/^\p{Lu}/u.test(item.text)) return undefined
  const next = items[index + 1]
  // `das Erstellen von Berichten`
  const infinitive = next?.key === 'von' ? pick(item, 'bare') : undefined
  const reading = pick(item, 'noun') ?? (infinitive && { ...infinitive, form: 'noun' as const })
  if (!reading || !next) return undefined
  // `Ausbildung der IHK` is one that the IHK gave.
  if (reading.lemma === 'ausbilden' && next.key !== 'von') return undefined
  if (isHolder(reading, next)) return undefined
  if (
    next.key === 'von' ||
    next.key === 'bei' ||
    (weakNouns.test(reading.lemma) && weakNounTies.test(next.key)) ||
    (next.article && genitives.test(next.article))
  )
    return reading
  // `Planung und Durchführung von Messen`
  const joined = items[index + 2]
  if (next.key === 'und' && joined && pick(joined, 'noun'))
    return isNounOfDoing(items, index + 2) && reading
  // `Leitung mehrerer Projekte`, `Betreuung von`: an adjective in the genitive plural.
  return next.kind === 'word' && /^\p{Ll}.*er$/u.test(next.text) ? reading : undefined
}

/** `Prüfung der IHK`, `Schulung des TÜV`: who is named by capitals alone held it. */
function isHolder(reading: VerbReading, next: Item): boolean {
  return (
    /^(?:prüfen|schulen|beraten|bewerten|kontrollieren|überprüfen|fördern)$/.test(reading.lemma) &&
    /^(?:der|des)$/.test(next.article ?? '') &&
    /^\p{Lu}{2,}$/u.test(next.text)
  )
}

function mainVerb(items: readonly Item[], verbs: Verbs, joined: boolean): Found | undefined {
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
    const noun = items.length === first + 1 ? pick(opening, 'noun') : isNounOfDoing(items, first)
    if (noun && (!joined || opening.opens)) return { index: first, reading: noun, particleAt: -1 }
    const third = pick(opening, 'third')
    if (third) return { index: first, reading: third, particleAt: -1 }
  }
  return undefined
}

interface PieceRead {
  readonly clauses: Clause[]
  readonly governor: string | undefined
  readonly wrapped: Tense | undefined
}

function readPiece(
  piece: readonly Item[],
  verbs: Verbs,
  isFirst: boolean,
  carriedGovernor: string | undefined,
  carriedWrap: Tense | undefined,
): PieceRead {
  let items = asPassive(piece)
  let wrapped: Tense | undefined
  const opening = firstWord(items)
  const leads = items.slice(0, Math.max(opening, 0))
  if (items[opening]?.key === 'verantwortlich' && items[opening + 1]?.key === 'für') {
    items = [...leads, ...items.slice(opening + 2)]
    const object = firstWord(items)
    const noun = items[object]
    if (
      noun &&
      (isNounOfDoing(items, object) || (items.length === object + 1 && pick(noun, 'noun')))
    )
      wrapped = 'past'
    else {
      const clause = collect(items)
      const verb: ClauseVerb = {
        lemma: 'verantworten',
        item: piece[opening] as Item,
        strength: 4,
        tense: 'past',
        passive: false,
        elliptic: false,
        hasAgent: false,
        under: undefined,
      }
      return {
        clauses: [
          {
            relation: isFirst ? 'main' : 'and',
            verb,
            subject: [],
            parts: clause.parts,
            frequency: clause.frequency,
          },
        ],
        governor: undefined,
        wrapped: undefined,
      }
    }
  }

  const found = mainVerb(items, verbs, false) ?? leadingNoun(items)
  const auxiliary = items.findIndex((item) => lists.auxiliaries.has(item.key))
  const auxiliaryKey = items[auxiliary]?.key ?? ''
  const skip = new Set<number>()
  if (!found) {
    const clause = collect(items)
    return {
      clauses: [{ relation: isFirst ? 'main' : 'and', verb: undefined, subject: [], ...clause }],
      governor: carriedGovernor,
      wrapped: carriedWrap,
    }
  }

  skip.add(found.index)
  if (found.particleAt >= 0) skip.add(found.particleAt)
  const isParticiple = found.reading.form === 'participle'
  const passive = isParticiple && /^(?:es_)?w(?:urden?|orden)$/.test(auxiliaryKey)
  if (auxiliary >= 0 && isParticiple) skip.add(auxiliary)
  const strength = verbs.strength(found.reading.lemma)
  const isNoun = found.reading.form === 'noun'
  const governed = isNoun && carriedGovernor !== undefined

  const nominals: Clause[] = []
  const main: Part[] = []
  const frequency: Frequency[] = []
  let pending: string[] = []
  let open: Clause | undefined
  let subject: Part[] = []
  let relationWords: string[] = []
  let seen = 0
  let agent = false
  let weak: string | undefined = strength <= 2 ? found.reading.lemma : undefined
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (!item) continue
    if (index === found.index) {
      if (seen === 0) relationWords = pending.concat(relationWords)
      // Before a finite verb stands its subject (`Das Team leitete …`).
      if (found.reading.form === 'past' || found.reading.form === 'third') {
        // In `indem ich Prozesse automatisierte` it is the person, and what stands there is the object.
        if (main.length > 0 && !(relationWords.length > 0 && main[0]?.item.article === 'ich'))
          subject = main.splice(0)
        pending = []
      } else if (seen === 0) pending = []
      open = undefined
      if (isNoun) {
        if (items[index + 1]?.key === 'von') skip.add(index + 1)
        seen++
      }
      continue
    }
    if (skip.has(index)) {
      if (item.key !== 'von') open = undefined
      continue
    }
    if (
      item.kind === 'sign' ||
      (item.kind === 'word' && lists.relators.has(item.key) && !isAdverb(items, index))
    ) {
      pending.push(item.key)
      if (item.key === ',' || item.key === 'und') continue
      continue
    }
    if (item.kind === 'word' && lists.frequency.has(item.key)) {
      frequency.push({ word: item.key, after: main.length })
      continue
    }
    const noun = isNounOfDoing(items, index)
    const tie = pending.at(-1) ?? ''
    const under = weak && weakNounTies.test(tie) ? weak : undefined
    if (noun && (tie === 'durch' || under)) {
      open = {
        relation: under ? 'governed' : 'means',
        verb: {
          lemma: noun.lemma,
          item,
          strength: verbs.strength(noun.lemma),
          tense: 'any',
          passive: false,
          elliptic: false,
          hasAgent: false,
          under,
        },
        subject: [],
        parts: [],
        frequency: [],
      }
      nominals.push(open)
      pending = []
      if (items[index + 1]?.key === 'von') skip.add(index + 1)
      continue
    }
    const part = { tie: tieOf(pending), item }
    if (passive && index > auxiliary && item.kind === 'word' && /\b(?:von|durch)\b/.test(part.tie))
      agent = true
    const opens = seen === 0 && main.length === 0 && nominals.length === 0
    const leads = opens
      ? pending.findIndex((tie) => !joins.test(tie) && !subordinators.test(tie))
      : 0
    if (opens && leads !== 0) {
      const count = leads < 0 ? pending.length : leads
      relationWords = pending.slice(0, count)
      main.push({ tie: tieOf(pending.slice(count)), item })
    } else (open?.parts ?? main).push(part)
    pending = []
    seen++
  }
  if (pending.length > 0) {
    const last = items.at(-1)
    if (last) main.push({ tie: tieOf(pending), item: { ...last, key: '' } })
  }
  if (strength > 2 && !governed) weak = undefined

  const tense: Tense = isNoun
    ? (wrapped ?? carriedWrap ?? 'any')
    : found.reading.form === 'third'
      ? 'present'
      : found.reading.form === 'bare'
        ? 'any'
        : 'past'
  const others = relationWords.filter((word) => !joins.test(word))
  const relation: Relation = isFirst
    ? 'main'
    : governed
      ? // Behind a bare comma it may be read as a claim of its own; `und` keeps it below the weak verb.
        leads.some((item) => item.key === 'und')
        ? 'governed'
        : 'other:,'
      : others.length === 1 && others[0] === 'indem'
        ? 'means'
        : others.length > 0
          ? `other:${others.join(' ')}`
          : found.reading.form === 'bare'
            ? 'other:zu'
            : 'and'
  const clause: Clause = {
    relation: isFirst && found.reading.form === 'bare' ? 'other:zu' : relation,
    verb: {
      lemma: found.reading.lemma,
      item: items[found.index] as Item,
      strength,
      tense,
      passive,
      elliptic: isParticiple && auxiliary < 0,
      hasAgent:
        agent ||
        (passive && auxiliaryKey !== 'es_wurden' && auxiliary <= Math.max(firstWord(items), 0)),
      under: governed ? carriedGovernor : undefined,
    },
    subject,
    parts: main,
    frequency,
  }
  return {
    clauses: [clause, ...nominals],
    governor: isNoun ? (weak ?? carriedGovernor) : weak,
    wrapped: isNoun ? (wrapped ?? carriedWrap) : undefined,
  }
}

/** `unter`, `über` and the like are adverbs before nothing; here only a trailing one counts. */
function isAdverb(items: readonly Item[], index: number): boolean {
  return index === items.length - 1
}

/** `konnte gesenkt werden` says that it was done: `wurde gesenkt`. */
function asPassive(piece: readonly Item[]): readonly Item[] {
  const modal = piece.findIndex((item) => item.key === 'konnte' || item.key === 'konnten')
  const participle = piece.at(-2)
  if (modal < 0 || piece.at(-1)?.key !== 'werden' || !participle || !pick(participle, 'participle'))
    return piece
  return piece
    .slice(0, -1)
    .map((item, index) => (index === modal ? { ...item, key: 'wurde' } : item))
}

function leadingNoun(items: readonly Item[]): Found | undefined {
  const first = firstWord(items)
  const reading = isNounOfDoing(items, first)
  return reading ? { index: first, reading, particleAt: -1 } : undefined
}

function collect(items: readonly Item[]): { parts: Part[]; frequency: Frequency[] } {
  const parts: Part[] = []
  const frequency: Frequency[] = []
  let pending: string[] = []
  items.forEach((item) => {
    if (item.kind === 'sign' || (item.kind === 'word' && lists.relators.has(item.key)))
      pending.push(item.key)
    else if (lists.frequency.has(item.key)) frequency.push({ word: item.key, after: parts.length })
    else {
      parts.push({ tie: tieOf(pending), item })
      pending = []
    }
  })
  const last = items.at(-1)
  if (pending.length > 0 && last) parts.push({ tie: tieOf(pending), item: { ...last, key: '' } })
  return { parts, frequency }
}
