/**
 * A line as clauses. Two lines say the same if their clauses do, so what cannot be read as a clause
 * stays one flat list that only equals itself.
 */
import { verbsOf } from '../language/verbs.ts'
import type { Language } from '../resume/resume.ts'
import type { Clause } from './clause.ts'
import { germanClauses } from './clauses-de.ts'
import { englishClauses } from './clauses-en.ts'
import { unfoldCompounds } from './compounds-de.ts'
import { type Item, type ItemList, readItems } from './items.ts'
import { impliedLines, normalize } from './rewrite.ts'

export interface Reading extends ItemList {
  readonly clauses: readonly Clause[]
}

export function readLine(text: string, language: Language): Reading {
  const list = readItems(text, language)
  const items = normalize(list.items, language)
  return { ...list, items, clauses: clausesOf(items, language) }
}

/** What a line says in other words, with nothing more in it. */
export function impliedReadings(reading: Reading, language: Language): Reading[] {
  return impliedLines(reading.items, language).map((items) => ({
    ...reading,
    items,
    clauses: clausesOf(items, language),
  }))
}

/** A proposed line with its new compounds taken apart into words of the original, which say at least as much. */
export function unfoldedReadings(
  proposed: Reading,
  original: Reading,
  language: Language,
): Reading[] {
  if (language !== 'de') return []
  const unfolded = unfoldCompounds(proposed.items, original.items)
  if (!unfolded) return []
  const items = normalize(unfolded, language)
  return [{ ...proposed, items, clauses: clausesOf(items, language) }]
}

function clausesOf(items: readonly Item[], language: Language): Clause[] {
  const verbs = verbsOf(language)
  if (language === 'en') return englishClauses(items, verbs)
  if (language === 'de') return germanClauses(items, verbs)
  return [flatClause(items)]
}

function flatClause(items: readonly Item[]): Clause {
  return {
    relation: 'main',
    verb: undefined,
    subject: [],
    parts: items.map((item) => ({ tie: '', item })),
    frequency: [],
  }
}
