/** A line as what is compared: its words and numbers, with set phrases and contractions made plain. */
import type { Token } from '../language/tokens.ts'
import { tokenize } from '../language/tokens.ts'
import { type VerbReading, verbsOf } from '../language/verbs.ts'
import { germanContractions, wordLists } from '../language/words.ts'
import type { Language } from '../resume/resume.ts'

export interface Item {
  readonly kind: 'word' | 'number' | 'sign'
  readonly key: string
  readonly text: string
  readonly start: number
  readonly end: number
  /** The article or other free word right before it. */
  readonly article: string | undefined
  /** Whether a sentence starts here, so that a capital says nothing. */
  readonly opens: boolean
  readonly verbs: readonly VerbReading[]
  /** `ich` stands before it, which no article in between hides: `leitete ich das Team`. */
  readonly afterPerson?: boolean
}

export interface ItemList {
  readonly items: readonly Item[]
  /** What was left out as saying nothing: it may go, but it may not come. */
  readonly fillers: readonly Item[]
  readonly tokens: readonly Token[]
}

const silentSigns = /^["“”„»«'’‘.!?…]$/
const sentenceEnd = /^[.!?;]$/

/** Reads one line. Articles vanish into the item after them; fillers are listed apart. */
export function readItems(text: string, language: Language): ItemList {
  const tokens = tokenize(text, language)
  const lists = wordLists[language]
  const verbs = verbsOf(language)
  const items: Item[] = []
  const fillers: Item[] = []
  let article: string | undefined
  let opens = true
  let person = false

  /** `frankierte` of `frankieren`, which no list has: these verbs have one shape. */
  const regular = (key: string): readonly VerbReading[] => {
    const found = language === 'de' ? key.match(/^(\p{L}{2,}ier)(ung|te|t|en)$/u) : null
    // `Regierung` rules, and is no doing.
    if (!found || key === 'regierung') return []
    const lemma = `~${found[1]}en`
    const startsClause = opens || /^(?:und|,)$/.test(items.at(-1)?.key ?? '')
    if (found[2] === 'ung') return [{ lemma, form: 'noun', particle: undefined }]
    if (found[2] === 't') return [{ lemma, form: 'participle', particle: undefined }]
    if (found[2] === 'te' && startsClause) return [{ lemma, form: 'past', particle: undefined }]
    return []
  }

  const push = (key: string, kind: Item['kind'], from: Token, to: Token): void => {
    const item: Item = {
      kind,
      key,
      text: text.slice(from.start, to.end),
      start: from.start,
      end: to.end,
      article,
      opens,
      verbs: kind === 'word' ? (verbs.readings.get(key) ?? regular(key)) : [],
      ...(person && { afterPerson: true }),
    }
    // `führte Kanban ein`: at the end of a clause `ein` is part of the verb.
    const endsClause = key === 'ein' && !/^\p{L}|^[0-9]/u.test(text.slice(to.end).trimStart())
    if (
      kind === 'word' &&
      lists.free.has(key) &&
      !(
        endsClause ||
        (key === 'ein' && /^\s*(?:und|sowie)\b/.test(text.slice(to.end, to.end + 12)))
      )
    ) {
      article = key
      if (key === 'ich') person = true
      // `, die …` may open a relative clause: the comma keeps it apart from a plain article.
      const before = items.at(-1)
      if (language === 'de' && before?.key === ',' && /^(?:die|der|das|den|dem)$/.test(key)) {
        items.push({ ...item, key: 'welche' })
      }
      opens = false
      return
    }
    if (kind === 'word' && lists.fillers.has(key)) {
      fillers.push(item)
      opens = false
      return
    }
    items.push(item)
    article = undefined
    person = false
    opens = kind === 'sign' && sentenceEnd.test(key)
  }

  for (let index = 0; index < tokens.length; ) {
    const token = tokens[index]
    if (!token) break
    const phrase = longestPhrase(tokens, index, verbs.phrases, verbs.longestPhrase)
    if (phrase) {
      const last = tokens[index + phrase.length - 1] ?? token
      const words = phrase.becomes.split(' ').filter(Boolean)
      // `a newsletter, which was sent to …`: the comma goes with what it sets apart.
      if (/^which (?:was|were|is|are)$/.test(phrase.key) && items.at(-1)?.key === ',') items.pop()
      if (words.length === 0) {
        fillers.push({
          kind: 'word',
          key: `${phrase.key}`,
          text: text.slice(token.start, last.end),
          start: token.start,
          end: last.end,
          article: undefined,
          opens,
          verbs: [],
        })
      }
      for (const word of words) push(word, 'word', token, last)
      index += phrase.length
      continue
    }
    index++
    if (token.kind === 'word') {
      const negated = language === 'en' ? token.key.match(/^(.+)n't$/) : null
      if (negated) {
        push(
          negated[1] === 'ca' ? 'can' : negated[1] === 'wo' ? 'will' : (negated[1] ?? ''),
          'word',
          token,
          token,
        )
        push('not', 'word', token, token)
      } else {
        push(
          (language === 'de' && germanContractions[token.key]) || token.key,
          'word',
          token,
          token,
        )
      }
    } else if (token.kind === 'number') push(token.key, 'number', token, token)
    else {
      const hyphenated =
        /^[-‐‑]$/.test(token.key) &&
        tokens[index - 2]?.end === token.start &&
        tokens[index]?.start === token.end
      const last = index === tokens.length
      if (hyphenated && tokens[index]?.kind === 'word') continue
      if (sentenceEnd.test(token.key) && !last)
        push(token.key === ';' ? ';' : '.', 'sign', token, token)
      else if (!silentSigns.test(token.key) && !(last && token.key === ';')) {
        push(/^[–—−‐‑-]$/.test(token.key) ? '-' : token.key, 'sign', token, token)
      }
    }
  }
  return { items, fillers, tokens }
}

function longestPhrase(
  tokens: readonly Token[],
  from: number,
  phrases: ReadonlyMap<string, string>,
  longest: number,
): { becomes: string; length: number; key: string } | undefined {
  for (let length = Math.min(longest, tokens.length - from); length > 0; length--) {
    let key = ''
    for (let index = from; index < from + length; index++)
      key += `${index > from ? ' ' : ''}${tokens[index]?.key}`
    const becomes = phrases.get(key)
    if (becomes !== undefined) return { becomes, length, key }
  }
  return undefined
}
