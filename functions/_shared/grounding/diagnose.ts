/** Says why a proposed line is refused. The refusal stands already; this only finds its best name. */
import { tokenize } from '../language/tokens.ts'
import { verbsOf } from '../language/verbs.ts'
import { wordLists } from '../language/words.ts'
import type { Entry, Language, Resume } from '../resume/resume.ts'
import type { Item } from './items.ts'
import type { Reading } from './read-line.ts'
import { isSameWord } from './same-word.ts'
import type { RejectionReason } from './suggestion.ts'

export interface Diagnosis {
  readonly reason: RejectionReason
  readonly detail: string
}

/** A job posting as what can be looked up in it. */
export interface Posting {
  readonly words: ReadonlySet<string>
}

export function readPosting(text: string | undefined, language: Language): Posting {
  return { words: new Set(tokenize(text ?? '', language).map((token) => token.key)) }
}

export function diagnose(
  resume: Resume,
  entry: Entry,
  posting: Posting,
  original: Reading,
  proposed: Reading,
): Diagnosis {
  const { language } = resume
  const lists = wordLists[language]
  const carries = (item: Item) =>
    item.kind !== 'sign' &&
    item.key !== '' &&
    !lists.relators.has(item.key) &&
    !lists.auxiliaries.has(item.key)
  const from = [...original.items, ...original.fillers].filter(carries)
  const to = [...proposed.items, ...proposed.fillers].filter(carries)
  const isNew = to.filter((item) => !from.some((other) => isKnown(other, item, language)))
  const isLost = from.filter(
    (item) =>
      !to.some((other) => isKnown(item, other, language)) && !original.fillers.includes(item),
  )
  const entryKeys = new Set(
    tokenize(resume.text.slice(entry.span.start, entry.span.end), language).map(
      (token) => token.key,
    ),
  )

  for (const item of isNew) {
    if (item.kind !== 'number') continue
    const digits = plain(item.key)
    const twin = from.find((other) => other.kind === 'number' && plain(other.key) === digits)
    if (twin && /^#[~<>≤≥≈]/.test(twin.key) && !/^#[~<>≤≥≈]/.test(item.key)) {
      return { reason: 'lost_qualifier', detail: `'${twin.text}' would become '${item.text}'` }
    }
    if (twin)
      return { reason: 'changed_number', detail: `'${twin.text}' would become '${item.text}'` }
    if (entryKeys.has(item.key))
      return { reason: 'moved_fact', detail: `'${item.text}' stands in another line` }
    const replaced = isLost.find((other) => other.kind === 'number')
    if (replaced)
      return { reason: 'changed_number', detail: `'${replaced.text}' would become '${item.text}'` }
    return { reason: 'new_number', detail: `The line does not say '${item.text}'` }
  }

  for (const item of isNew) {
    if (!resumeHas(resume, item) && posting.words.has(item.key)) {
      return {
        reason: 'job_description_only',
        detail: `Only the job description says '${item.text}'`,
      }
    }
  }
  const strongest = Math.max(0, ...original.clauses.map((clause) => clause.verb?.strength ?? 0))
  const verbs = verbsOf(language)
  for (const item of isNew) {
    const lemma = item.verbs[0]?.lemma
    if (lemma !== undefined && verbs.strength(lemma) > strongest && strongest > 0) {
      return { reason: 'stronger_verb', detail: `'${item.text}' claims more than the line does` }
    }
  }
  const limits = isLost.filter(
    (item) => lists.limits.has(item.key) || item.key === 'in_the_process_of',
  )
  const limit = limits.find((item) => item.verbs.length === 0)
  if (limit) return { reason: 'lost_qualifier', detail: `'${limit.text}' would be lost` }
  for (let index = 0; index < proposed.clauses.length; index++) {
    const to = proposed.clauses[index]?.verb
    const source = original.clauses.find((clause) => clause.verb?.lemma === to?.lemma)?.verb
    const same = original.clauses[index]?.verb
    if (to && source?.under && !to.under) {
      return {
        reason: 'stronger_verb',
        detail: `'${to.item.text}' hides that the line says '${source.under}'`,
      }
    }
    if (to && !source && same && to.strength > same.strength) {
      return {
        reason: 'stronger_verb',
        detail: `'${to.item.text}' claims more than '${same.item.text}'`,
      }
    }
  }
  const [word] = isNew
  if (word) {
    if (entryKeys.has(word.key) || resumeHas(resume, word)) {
      return { reason: 'moved_fact', detail: `'${word.text}' stands in another line` }
    }
    return /^\p{Lu}/u.test(word.text) && !word.opens
      ? { reason: 'new_name', detail: `The resume does not name '${word.text}'` }
      : { reason: 'new_word', detail: `The line does not say '${word.text}'` }
  }

  const [weak] = limits
  if (weak) return { reason: 'lost_qualifier', detail: `'${weak.text}' would be lost` }
  const relators = (reading: Reading) =>
    reading.items.filter((item) => lists.limits.has(item.key)).length
  if (relators(proposed) < relators(original)) {
    return { reason: 'lost_qualifier', detail: 'A word that limits the claim would be lost' }
  }
  const present = original.clauses.find((clause) => clause.verb?.tense === 'present')?.verb
  if (
    present &&
    proposed.clauses.some(
      (clause) => clause.verb?.lemma === present.lemma && clause.verb.tense === 'past',
    )
  ) {
    return { reason: 'lost_qualifier', detail: `'${present.item.text}' is not said to be finished` }
  }
  const [lost] = isLost
  if (lost) return { reason: 'lost_fact', detail: `'${lost.text}' would be lost` }
  return { reason: 'moved_fact', detail: 'The same words would say something else' }
}

function isKnown(original: Item, proposed: Item, language: Language): boolean {
  if (original.key === proposed.key && original.kind === 'number') return true
  if (
    isSameWord({ ...original, article: undefined }, { ...proposed, article: undefined }, language)
  )
    return true
  return original.verbs.some((verb) =>
    proposed.verbs.some(
      (other) =>
        other.lemma === verb.lemma || verbsOf(language).mayReplace(verb.lemma, other.lemma),
    ),
  )
}

function plain(key: string): string {
  return key.match(/[0-9]+(?:\.[0-9]+)?/)?.[0] ?? key
}

function resumeHas(resume: Resume, item: Item): boolean {
  return resume.text.normalize('NFKC').toLowerCase().includes(item.key)
}
