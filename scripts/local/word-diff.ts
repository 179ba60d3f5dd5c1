export interface DiffWord {
  text: string
  change: 'same' | 'removed' | 'added'
}

/** What to take out of `before` and put in to get `after`, word by word (longest common subsequence). */
export function diffWords(before: string, after: string): DiffWord[] {
  const a = before.split(/\s+/).filter(Boolean)
  const b = after.split(/\s+/).filter(Boolean)
  // common[i][j]: how many words a from i and b from j have in common, in order.
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => common[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    const row = common[i] ?? []
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const words: DiffWord[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const [old, fresh] = [a[i], b[j]]
    if (old !== undefined && old === fresh) {
      words.push({ text: old, change: 'same' })
      i++
      j++
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      words.push({ text: old, change: 'removed' })
      i++
    } else if (fresh !== undefined) {
      words.push({ text: fresh, change: 'added' })
      j++
    }
  }
  return words
}
