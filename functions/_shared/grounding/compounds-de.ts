/**
 * German compounds: `Angebotserstellung` says no more than `Erstellung von Angeboten`. The words of a
 * new compound are looked for side by side in the original, so none is cut where nobody would.
 */
import type { Item } from './items.ts'
import { readingOf } from './rewriting.ts'

const capital = /^\p{Lu}/u
const genitive = /^(?:des|der|eines|einer)$/
const endings = ['', 'n', 'en', 'e', 's', 'es', 'er', 'ern']
const links = ['', 's', 'es', 'n', 'en', 'e', 'er']

/** The proposed line with each compound of the original's words as the original has them. */
export function unfoldCompounds(
  proposed: readonly Item[],
  original: readonly Item[],
): readonly Item[] | undefined {
  const known = new Set(original.map((item) => item.key))
  let isChanged = false
  const items = proposed.flatMap((item): readonly Item[] => {
    if (item.kind !== 'word' || !capital.test(item.text) || known.has(item.key)) return [item]
    for (let at = 0; at < original.length; at++) {
      const phrase = phraseAt(original, at)
      const head = phrase?.[0]
      const of = phrase?.at(-1)
      if (!phrase || !head || !of || !isCompoundOf(item.key, head, of)) continue
      isChanged = true
      return phrase.map((word, index) => ({
        ...word,
        start: item.start,
        end: item.end,
        opens: index === 0 && item.opens,
        article: index === 0 ? (item.article ?? word.article) : word.article,
      }))
    }
    return [item]
  })
  return isChanged ? items : undefined
}

/** `Erstellung von Angeboten`, `Sitzungen des Vorstands`, with nothing behind that hangs on the second. */
function phraseAt(items: readonly Item[], at: number): readonly Item[] | undefined {
  const head = items[at]
  const tie = items[at + 1]
  const length = tie?.key === 'von' ? 3 : 2
  const of = items[at + length - 1]
  if (!head || !of || !isNoun(head) || !isNoun(of)) return undefined
  if (length === 2 && !genitive.test(of.article ?? '')) return undefined
  if (length === 3 && of.article !== undefined) return undefined
  const next = items[at + length]
  if (next?.key === 'von' || (next && genitive.test(next.article ?? ''))) return undefined
  if (/^(?:und|oder|,|-|\()$/.test(next?.key ?? '')) {
    const after = items[at + length + 1]
    if (next?.key !== 'und' || !readingOf(after, 'noun')) return undefined
  }
  return items.slice(at, at + length)
}

function isNoun(item: Item): boolean {
  return item.kind === 'word' && capital.test(item.text) && item.key.length >= 3
}

function isCompoundOf(compound: string, head: Item, of: Item): boolean {
  if (!compound.endsWith(head.key)) return false
  const first = compound.slice(0, -head.key.length).replace(/-$/, '')
  return endings.some((ending) => {
    if (!of.key.endsWith(ending)) return false
    const stem = of.key.slice(0, of.key.length - ending.length)
    return stem.length >= 3 && links.some((link) => stem + link === first)
  })
}
