/**
 * A line as clauses. Two lines say the same if their clauses do, so what cannot be read as a clause
 * stays one flat list that only equals itself.
 */
import { verbsOf } from '../language/verbs.ts'
import type { Language } from '../resume/resume.ts'
import type { Clause } from './clause.ts'
import { germanClauses } from './clauses-de.ts'
import { englishClauses } from './clauses-en.ts'
import { type Item, type ItemList, readItems } from './items.ts'

export interface Reading extends ItemList {
  readonly clauses: readonly Clause[]
}

export function readLine(text: string, language: Language): Reading {
  const list = readItems(text, language)
  const verbs = verbsOf(language)
  const clauses =
    language === 'en'
      ? englishClauses(list.items, verbs)
      : language === 'de'
        ? germanClauses(list.items, verbs)
        : [flatClause(list.items)]
  return { ...list, clauses }
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
