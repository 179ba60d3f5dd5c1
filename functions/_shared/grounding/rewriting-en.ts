/** What the English rules of paraphrase know of words. */
import { verbsOf } from '../language/verbs.ts'
import { englishArtefacts } from '../language/verbs-en.ts'
import { wordLists } from '../language/words.ts'
import type { Item } from './items.ts'
import { isEnd, wordAt } from './rewriting.ts'

export const lists = wordLists.en
export const verbs = verbsOf('en')
export const artefacts: ReadonlySet<string> = new Set(englishArtefacts.split(' '))
export const word = (key: string, from: Item): Item => wordAt(key, from, 'en')

export function isRelator(item: Item | undefined): boolean {
  return item !== undefined && lists.relators.has(item.key)
}

/** Whether a sentence starts here. */
export function opens(items: readonly Item[], at: number): boolean {
  return at === 0 || isEnd(items[at - 1])
}

/** Whether a phrase ends here, so that nothing of it is left behind when it moves. */
export function closes(item: Item | undefined): boolean {
  if (item === undefined || isEnd(item) || /^[(:]$/.test(item.key)) return true
  return isRelator(item) && !/^(?:and|or|of)$/.test(item.key)
}
