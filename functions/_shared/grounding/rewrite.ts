/**
 * Paraphrases as rules over the words of a line, before it is read as clauses. A rule of `same` holds
 * in both directions and is applied to both lines; a rule of `implied` says what a line says as well,
 * with no more in it, and is applied to the original alone. So a proposed line never gains by a rule.
 */
import type { Language } from '../resume/resume.ts'
import type { Item } from './items.ts'
import { impliedInGerman } from './rewrites-de.ts'
import { sameInGerman } from './rewrites-de-same.ts'
import { impliedInEnglish } from './rewrites-en.ts'
import { sameInEnglish } from './rewrites-en-same.ts'

/** What replaces `take` items from `at` on; undefined where the rule says nothing. */
export type Rule = (
  items: readonly Item[],
  at: number,
) => { readonly take: number; readonly give: readonly Item[] } | undefined

const rules: Partial<
  Record<Language, { readonly same: readonly Rule[]; readonly implied: readonly Rule[] }>
> = {
  en: { same: sameInEnglish, implied: impliedInEnglish },
  de: { same: sameInGerman, implied: impliedInGerman },
}
/** Bounds that no honest line comes near: each variant costs a reading and a comparison. */
const maxVariants = 48
const maxDepth = 4
const maxItems = 120

/** The line with every paraphrase of `same` told in one way. */
export function normalize(items: readonly Item[], language: Language): readonly Item[] {
  let line = items
  if (items.length > maxItems) return line
  for (const rule of rules[language]?.same ?? []) {
    for (let at = 0; at < line.length; at++) {
      const found = rule(line, at)
      if (found) line = splice(line, at, found)
    }
  }
  return line
}

/** Other ways to say what the line says, each with no more in it than the line. */
export function impliedLines(items: readonly Item[], language: Language): (readonly Item[])[] {
  const known = new Set([keysOf(items)])
  const found: (readonly Item[])[] = []
  let edge: (readonly Item[])[] = items.length > maxItems ? [] : [items]
  for (let depth = 0; depth < maxDepth && edge.length > 0; depth++) {
    const next: (readonly Item[])[] = []
    for (const line of edge) {
      for (const rule of rules[language]?.implied ?? []) {
        for (let at = 0; at < line.length; at++) {
          const change = rule(line, at)
          if (!change) continue
          if (found.length >= maxVariants) return found
          const variant = normalize(splice(line, at, change), language)
          const key = keysOf(variant)
          if (known.has(key)) continue
          known.add(key)
          found.push(variant)
          next.push(variant)
        }
      }
    }
    edge = next
  }
  return found
}

function splice(
  items: readonly Item[],
  at: number,
  { take, give }: { take: number; give: readonly Item[] },
): readonly Item[] {
  return [...items.slice(0, at), ...give, ...items.slice(at + take)]
}

function keysOf(items: readonly Item[]): string {
  return items.map((item) => item.key).join(' ')
}
