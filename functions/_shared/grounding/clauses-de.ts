/**
 * German clauses: the verb stands first (`leitete ein Team`), last (`Team geleitet`), in two places
 * (`führte Kanban ein`) or is a noun (`Leitung eines Teams`); what it is about keeps its order in all four.
 */
import type { Verbs } from '../language/verbs.ts'
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
import {
  firstWord,
  isDoubtful,
  isNounOfDoing,
  joins,
  pick,
  pickDoing,
  weakNounTies,
} from './doings-de.ts'
import type { Item } from './items.ts'
import { leadingNoun, mainVerb } from './main-verb-de.ts'

const lists = wordLists.de
const subordinators = /^(?:indem|während|wobei|wodurch|dass|weil|welche[rs]?)$/

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

/** `, Verpacken`: a doing in a list, with nothing that it is done to. */
function isBareDoing(items: readonly Item[]): boolean {
  const only = items[firstWord(items)]
  return (
    only !== undefined && firstWord(items) === items.length - 1 && pickDoing(only) !== undefined
  )
}

/** Adds words to the open piece, or closes it first if both have a verb of their own. */
function join(pieces: Item[][], piece: Item[], rest: readonly Item[], verbs: Verbs): Item[] {
  const first = firstWord(piece)
  const at =
    piece[first]?.key === 'verantwortlich' && piece[first + 1]?.key === 'für' ? first + 2 : first
  const opening = piece[at]
  const isBareNoun =
    opening !== undefined && at === piece.length - 1 && pickDoing(opening) !== undefined
  const isNouns = opening !== undefined && isNounOfDoing(piece, at) !== undefined
  const isDoing = isNounOfDoing(rest, firstWord(rest)) !== undefined || isBareDoing(rest)
  if ((isBareNoun || isNouns) && isDoing) {
    pieces.push(piece)
    return [...rest]
  }
  if (piece.length > 0 && mainVerb(piece, verbs, false) && mainVerb(rest, verbs, true)) {
    pieces.push(piece)
    return [...rest]
  }
  return [...piece, ...rest]
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
    if (noun && (isNounOfDoing(items, object) || (items.length === object + 1 && pickDoing(noun))))
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
          tense: isDoubtful(items, index, noun) ? 'named' : 'any',
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
      ? pending.findIndex(
          // `betreute während der Pause`: behind its verb it opens no clause.
          (tie) => !joins.test(tie) && (index > found.index || !subordinators.test(tie)),
        )
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
    ? isDoubtful(items, found.index, found.reading)
      ? 'named'
      : (wrapped ?? carriedWrap ?? 'any')
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
      under: governed
        ? carriedGovernor
        : isNoun && (wrapped ?? carriedWrap) && verbs.isEffect(found.reading.lemma)
          ? 'verantwortlich'
          : undefined,
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
