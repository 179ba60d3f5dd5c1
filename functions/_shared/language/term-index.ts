/** Finds known skills in tokens, several words at once where a term has several. */
import { ambiguousTerms, skillAliases, skillTerms } from './terms.ts'
import type { Token } from './tokens.ts'
import { tokenize, wordKey } from './tokens.ts'

export interface FoundTerm {
  /** One key for all spellings of a skill. */
  readonly key: string
  readonly name: string
  /** Index of the first token and of the one after the last. */
  readonly from: number
  readonly to: number
}

const names = new Map<string, string>()
let longest = 1
for (const name of [...skillTerms, ...Object.keys(skillAliases)]) {
  const parts = tokenize(name, 'simple')
  longest = Math.max(longest, parts.length)
  const key = parts.map((part) => part.key).join(' ')
  if (!names.has(key)) names.set(key, name)
}

/** The one key of a skill, whatever it is called. */
export function termKey(name: string): string {
  const key = wordKey(name)
  return skillAliases[key] ?? key
}

/** Every known skill in the tokens, longest first, none overlapping. */
export function findTerms(tokens: readonly Token[]): FoundTerm[] {
  const found: FoundTerm[] = []
  for (let from = 0; from < tokens.length; ) {
    let to = from + 1
    let name: string | undefined
    for (
      let length = Math.min(longest, tokens.length - from);
      length > 0 && name === undefined;
      length--
    ) {
      const words = tokens.slice(from, from + length)
      const key = words.map((token) => token.key).join(' ')
      const known = names.get(key)
      if (known === undefined) continue
      if (ambiguousTerms.has(key) && words[0]?.text !== known) continue
      name = known
      to = from + length
    }
    if (name !== undefined) found.push({ key: termKey(name), name, from, to })
    from = to
  }
  return found
}
