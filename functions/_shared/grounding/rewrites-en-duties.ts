/** English: duties and offices told as what was done: `tasked with`, `my tasks were`, `was the contact`. */
import type { Item } from './items.ts'
import type { Rule } from './rewrite.ts'
import { formOf, isEnd, readingOf } from './rewriting.ts'
import { isRelator, lists, opens, verbs, word } from './rewriting-en.ts'

/** `My main tasks were answering calls and making appointments`, `the job was to answer calls`. */
const taskOpening =
  (isDaily: boolean): Rule =>
  (items, at) => {
    if (!opens(items, at)) return undefined
    let next = at
    const skip = (pattern: RegExp) => {
      if (pattern.test(items[next]?.key ?? '')) next++
      else return false
      return true
    }
    const daily = items[next]
    if (isDaily && daily?.key !== 'daily') return undefined
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
      const bare =
        to && isJoined && item.article === undefined ? readingOf(item, 'bare') : undefined
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
        ...(isDaily && daily ? [daily] : []),
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
  if (!readingOf(doing, 'gerund')) return undefined
  const rest = items.slice(at + 3)
  const end = rest.findIndex((item) => isEnd(item))
  const duties = rest.slice(0, end < 0 ? undefined : end)
  if (!duties.every((item, index) => goesOn(item, duties.slice(index + 1)))) return undefined
  return { take: 3, give: [was, word('responsible', verb), word('for', tie)] }
}

/** Whether a word is no doing, or one that goes on: an activity, or done to things again and again. */
function goesOn(item: Item, behind: readonly Item[]): boolean {
  const lemma = item.article === undefined ? readingOf(item, 'gerund')?.lemma : undefined
  if (lemma === undefined) return true
  if (verbs.strength(lemma) > 3 || verbs.isEnd(lemma) || verbs.isEffect(lemma)) return false
  if (verbs.isActivity(lemma)) return true
  if (behind.some((next) => next.key === 'every' || lists.frequency.has(next.key))) return true
  const end = behind.findIndex((next) => next.kind === 'sign' || isRelator(next))
  const object = behind.slice(0, end < 0 ? undefined : end)
  const head = object.at(-1)
  const isThem = head?.key === 'them'
  return isThem || (object.every((word) => word.kind === 'word') && /[^s]s$/.test(head?.key ?? ''))
}

/** `Was the contact for suppliers`. */
const wasOpening: Rule = (items, at) => {
  const [was, next] = items.slice(at, at + 2)
  if (!was || !opens(items, at) || !/^(?:was|were|am)$/.test(was.key)) return undefined
  if (next?.kind !== 'word' || next.key.length < 3) return undefined
  if (lists.limits.has(next.key) && !/^(?:part|assistant|deputy|intern|trainee)$/.test(next.key))
    return undefined
  const isNoun = next.article !== undefined || next.key === 'part' || next.key === 'member'
  return isNoun || readingOf(next, 'participle')?.lemma === 'second'
    ? { take: 1, give: [] }
    : undefined
}

export const duties: readonly Rule[] = [taskOpening(false), taskOpening(true), tasked, wasOpening]
